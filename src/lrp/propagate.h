/* propagate.h: relevance from an output back to every value. */
#ifndef LRP_LRP_PROPAGATE_H
#define LRP_LRP_PROPAGATE_H

#include "assign.h"
#include "execute.h"

/* X(id, text) */
#define LRP_METHODS(X) X(LRP, "lrp") X(GRADIENT, "gradient") X(INPUT_GRADIENT, "input-gradient")
enum lrp_method {
#define X(id, text) LRP_METHOD_##id,
    LRP_METHODS(X)
#undef X
        LRP_METHOD_COUNT
};
/* Errors: LRP_USAGE naming what exists. */
enum lrp_status lrp_method_parse(const char *text, enum lrp_method *out, struct lrp_error *err);

struct lrp_propagation {
    struct lrp_engine *engine;
    const struct lrp_layer_view *view;
    const struct lrp_assignment *assignment; /* by layer; not used by gradient methods */
    const struct lrp_tensor *const *values;  /* of the forward pass, by value number */
    enum lrp_method method;
    bool keep_activation;                     /* pr26: activations stay inside their layers */
    int start;                                /* value number relevance starts at */
    const struct lrp_tensor *start_relevance; /* of that value's shape */
    /* An earlier pass that differs in nothing but rules: its relevances by value, and by layer whether its rule is another now.
     * Only the ancestors of those layers are computed again. NULL: everything is. */
    const struct lrp_tensor *const *previous;
    const bool *changed;
    /* What consumers gave to values that have several: kept in `edges` (slots of lrp_propagate_edges, NULL at first; tensors
     * owned by the caller), so that the next pass can take `previous_edges` from here and leave a fork's other branches alone.
     * Either may be NULL; then every consumer of a value that is found again is computed again. */
    const struct lrp_tensor **edges;
    const struct lrp_tensor *const *previous_edges;
    bool *computed; /* by layer: set where something was computed; may be NULL */
    const struct lrp_run *run;
    lrp_progress *progress; /* told after every node, may be NULL */
    void *data;
};
/* How many slots `edges` of a graph has: one for every input of every node. */
size_t lrp_propagate_edges(const struct lrp_graph *graph);
/* relevance[] (one slot per value, NULL at first) receives a tensor, owned by the caller, for every float value between the
 * model inputs and `start`: its total relevance over all consumers. (For input-gradient: value times gradient.) Errors:
 * LRP_UNSUPPORTED naming a layer that cannot be differentiated, LRP_CANCELLED, LRP_MEMORY. What is there stays valid. */
enum lrp_status lrp_propagate(const struct lrp_propagation *propagation, const struct lrp_tensor **relevance,
                              struct lrp_error *err);

#endif
