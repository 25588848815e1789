/* fresh.c: a network with random weights, as if it had learned nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "internal.h"
#include "mapping.h"
#include "methods/noise.h"
#include "safetensors.h"

/* Where random weights come from: a file's tensors, or the generator. */
struct fresh {
    const char *path;
    struct lrp_mapping mapping;
    struct lrp_safetensor *tensors;
    size_t count;
    uint64_t seed;
};

static bool is_weight(const struct lrp_node *n, int input)
{
    return n->in[input] >= 0 && n->call.in[input].constant && lrp_dtype_is_float(n->call.in[input].dtype) &&
           n->call.in[input].shape->rank > 0;
}

void lrp_network_learned(const struct lrp_network *network, bool *out)
{
    const struct lrp_layer_list *list = &network->view->list;
    for (size_t i = 0; i < list->count; i++) {
        const int anchor = network->view->nodes[i].anchor;
        const struct lrp_node *n = anchor >= 0 ? &network->graph->nodes[anchor] : NULL;
        out[i] = false;
        if (!n || list->rows[i].body >= 0 || !(lrp_kind_row((enum lrp_kind)list->rows[i].kind)->traits & LRP_KIND_IS_LEARNED))
            continue;
        for (int k = 0; k < n->call.in_count; k++) out[i] |= is_weight(n, k);
    }
}

/* What the file calls an input of a node, also where canonization put another in its place; NULL: it has no such input. */
static const char *name_of(const struct lrp_graph *g, const struct lrp_node *n, int input)
{
    const struct lrp_value *v = &g->values[n->in[input]];
    if (!v->own) return v->name;
    return n->file_in && input < n->file_in_count && n->file_in[input] >= 0 ? g->values[n->file_in[input]].name : NULL;
}

/* Elements of the weights that make one of the output: all their axes but the output's. */
static double fan_in(const struct lrp_node *n)
{
    const struct lrp_desc *w = NULL;
    for (int k = 0; k < n->call.in_count && !w; k++)
        if (is_weight(n, k)) w = &n->call.in[k];
    const struct lrp_shape *out = n->call.out[0].shape;
    if (!w) return 1;
    const double count = (double)w->constant->count;
    if (w->shape->rank < 2) return 1;
    const int axis = w->shape->rank > 2 ? n->call.op->weight_size.weight_axis == 0 : -1; /* a matrix may lie either way */
    const int64_t made = axis < 0 ? out->dim[out->rank - 1] : w->shape->dim[axis];
    return made > 0 ? count / (double)made : 1;
}

static void draw(const struct fresh *f, size_t layer, int input, double q, struct lrp_tensor *out)
{
    const uint64_t stream = lrp_noise_stream(f->seed, layer, (uint64_t)input);
    for (size_t i = 0; i < out->count; i++) out->f[i] = (float)(q * lrp_noise_uniform(stream, i));
}

static enum lrp_status copy(const struct fresh *f, const char *name, struct lrp_tensor *out, struct lrp_error *err)
{
    char got[160], want[160];
    for (size_t i = 0; i < f->count; i++) {
        const struct lrp_safetensor *t = &f->tensors[i];
        if (strcmp(t->name, name) != 0) continue;
        if (t->count != out->count || !lrp_dtype_is_float(t->dtype))
            return lrp_fail(err, LRP_FILE, "%s: %s is %s %s, the weights are %s", f->path, name, lrp_dtype_text(t->dtype),
                            lrp_shape_text(&t->shape, 0, "x", got, sizeof got),
                            lrp_shape_text(&out->shape, 0, "x", want, sizeof want));
        const struct lrp_blob blob = {.dtype = t->dtype, .shape = &t->shape, .count = t->count, .raw = t->data};
        lrp_blob_f32(&blob, 0, t->count, out->f);
        return LRP_OK;
    }
    return lrp_fail(err, LRP_FILE, "%s: it has no weights called %s", f->path, name);
}

/* Every node that reads the value reads these weights now. */
static void replace(struct lrp_graph *g, int value, const struct lrp_blob *blob)
{
    g->values[value].desc.constant = blob;
    for (int k = 0; k < g->node_count; k++)
        for (int i = 0; i < g->nodes[k].call.in_count; i++)
            if (g->nodes[k].in[i] == value) g->nodes[k].call.in[i].constant = blob;
}

static enum lrp_status refresh_input(const struct fresh *f, struct lrp_graph *g, const struct lrp_node *n, size_t layer,
                                     int input, double q, struct lrp_error *err)
{
    struct lrp_tensor *t = NULL;
    struct lrp_blob *blob = NULL;
    const char *name = f->tensors ? name_of(g, n, input) : NULL;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, n->call.in[input].constant->shape, &t, err);
    if (!status && name)
        status = copy(f, name, t, err);
    else if (!status)
        draw(f, layer, input, q, t);
    if (!status) status = lrp_blob_from_tensor(g->arena, t, &blob, err);
    if (!status) replace(g, n->in[input], blob);
    lrp_tensor_release(t);
    return status;
}

static enum lrp_status fresh_open(const char *path, uint64_t seed, struct fresh *f, struct lrp_error *err)
{
    *f = (struct fresh){.path = path, .seed = seed};
    enum lrp_status status = *path ? lrp_mapping_open(path, &f->mapping, err) : LRP_OK;
    if (!status && *path) {
        status = lrp_safetensors_parse(f->mapping.data, f->mapping.size, &f->tensors, &f->count, err);
        if (status) lrp_fail_context(err, status, "%s", path);
    }
    return status;
}

enum lrp_status lrp_network_refresh(struct lrp_network *network, const bool *layers, const char *weights, uint64_t seed,
                                    struct lrp_error *err)
{
    struct fresh f;
    struct lrp_graph *g = network->graph;
    enum lrp_status status = fresh_open(weights, seed, &f, err);
    for (size_t i = 0; !status && i < network->view->list.count; i++) {
        if (!layers[i]) continue;
        const struct lrp_node *n = &g->nodes[network->view->nodes[i].anchor];
        const double q = 1 / sqrt(fmax(fan_in(n), 1));
        for (int k = 0; !status && k < n->call.in_count; k++)
            if (is_weight(n, k)) status = refresh_input(&f, g, n, i, k, q, err);
    }
    lrp_safetensors_free(f.tensors, f.count);
    lrp_mapping_close(&f.mapping);
    return status;
}
