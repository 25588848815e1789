/* json_write.h: a layer of a graph as a JSON model says it (json_write_layer.c), for the nesting around it (json_write.c). */
#ifndef LRP_FORMATS_JSON_WRITE_H
#define LRP_FORMATS_JSON_WRITE_H

#include <cjson/cJSON.h>

#include "graph.h"
#include "safetensors.h"

/* What is written so far of a model, besides its layers: the constants they name. */
struct lrp_json_out {
    const struct lrp_graph *graph;
    const char *model; /* its path, for messages */
    struct lrp_error *err;
    struct lrp_safetensor *tensors; /* owned, grown as needed */
    char **names;                   /* owned, and each of them: names of tensors that are no constants of the graph, or NULL */
    void **numbers;                 /* likewise, and of constants that are not written as they lie in the model */
    size_t tensor_count;
};

/* Says what is wrong with the layer, or value, of that name; the status. */
enum lrp_status lrp_json_out_fail(const struct lrp_json_out *w, enum lrp_status status, const char *what, const char *name);
static inline enum lrp_status lrp_json_out_no_memory(const struct lrp_json_out *w)
{
    return lrp_fail(w->err, LRP_MEMORY, "%s: not enough memory", w->model);
}
/* A node as a layer without children; *out is the caller's in any case. Errors: LRP_UNSUPPORTED for what JSON models cannot
 * say. */
enum lrp_status lrp_json_write_layer(struct lrp_json_out *w, int node, cJSON **out);

#endif
