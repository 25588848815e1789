/* network.h: the road of a test: a definition -> graph -> layers -> forward pass.
 *
 *     struct network n = {0};
 *     network_build(&n, definition, &(struct lrp_graph_options){.canonize = true});
 *     network_layers(&n, true);
 *     network_forward(&n, (float[]){1, 2});                        (the first input)
 *     network_activation(&n, "y")->f ...
 *     network_close(&n);
 */
#ifndef LRP_TEST_NETWORK_H
#define LRP_TEST_NETWORK_H

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "check.h"
#include "execute.h"
#include "text.h"

struct network {
    struct lrp_definition *definition;
    struct lrp_graph *graph;
    struct lrp_layer_view *view;
    struct lrp_engine *engine;
    const struct lrp_tensor **values; /* by value number; owned */
    struct lrp_error err;
};

/* ---- making and giving back ---- */

/* Takes over the definition. */
static inline void network_build(struct network *n, struct lrp_definition *definition, const struct lrp_graph_options *options)
{
    n->definition = definition;
    check_ok(lrp_graph_build(n->definition, options, &n->graph, &n->err), &n->err);
    check_ok(lrp_engine_new(n->graph, &n->engine, &n->err), &n->err);
    n->values = calloc((size_t)n->graph->value_count + 1, sizeof(struct lrp_tensor *));
    assert_non_null(n->values);
}
static inline void network_clear_values(struct network *n)
{
    for (int v = 0; n->values && v < n->graph->value_count; v++) {
        lrp_tensor_release(n->values[v]);
        n->values[v] = NULL;
    }
}
static inline void network_close(struct network *n)
{
    if (n->graph) network_clear_values(n);
    free(n->values);
    lrp_engine_free(n->engine);
    lrp_graph_free(n->graph);
    lrp_definition_free(n->definition);
    *n = (struct network){0};
}

/* ---- looking ---- */

static inline int network_value(const struct network *n, const char *name)
{
    for (int v = 0; v < n->graph->value_count; v++)
        if (!n->graph->values[v].own && strcmp(n->graph->values[v].name, name) == 0) return v;
    return -1;
}
static inline int network_node(const struct network *n, const char *name)
{
    for (int i = 0; i < n->graph->node_count; i++)
        if (strcmp(n->graph->nodes[i].name, name) == 0) return i;
    return -1;
}
static inline const struct lrp_tensor *network_tensor(const struct network *n, const struct lrp_tensor *const *slots,
                                                      const char *name)
{
    const int v = network_value(n, name);
    if (v < 0 || !slots[v]) fail_msg("there is no tensor for value %s", name);
    return lrp_tensor_row_major(slots[v], NULL);
}
static inline const struct lrp_tensor *network_activation(const struct network *n, const char *name)
{
    return network_tensor(n, n->values, name);
}
/* The layer of that name; -1 if there is none. */
static inline int network_layer(const struct network *n, const char *name)
{
    for (size_t i = 0; i < n->view->list.count; i++)
        if (strcmp(n->view->list.rows[i].name, name) == 0) return (int)i;
    return -1;
}
static inline const struct lrp_layer *network_row(const struct network *n, const char *name)
{
    const int layer = network_layer(n, name);
    if (layer < 0) fail_msg("there is no layer %s", name);
    return &n->view->list.rows[layer];
}
/* "type type+activation ..." of all layers but the input. */
static inline void network_check_types(const struct network *n, const char *want)
{
    struct lrp_text got = {0};
    for (size_t i = 1; i < n->view->list.count; i++) {
        const struct lrp_layer *l = &n->view->list.rows[i];
        lrp_text_printf(&got, "%s%s", i > 1 ? " " : "", l->type);
        if (strcmp(l->activation, "identity") != 0) lrp_text_printf(&got, "+%s", l->activation);
    }
    if (strcmp(got.data ? got.data : "", want) != 0) print_error("layers: %s\nwanted: %s\n", got.data ? got.data : "", want);
    assert_string_equal(got.data ? got.data : "", want);
    lrp_text_free(&got);
}

/* ---- running ---- */

static const struct lrp_run network_run = {.threads = 2};

static inline void network_layers(struct network *n, bool fuse)
{
    check_ok(lrp_graph_layers(n->graph, fuse, &n->view, &n->err), &n->err);
}
static inline void network_give_tensor(struct network *n, int input, const struct lrp_tensor *tensor)
{
    const int v = n->graph->inputs[input];
    assert_true(lrp_shape_equal(&tensor->shape, n->graph->values[v].desc.shape));
    lrp_tensor_release(n->values[v]);
    n->values[v] = lrp_tensor_retain(tensor);
}
/* Input number `input` gets these numbers; NULL: fixed ones that look random, in [-1, 1]. */
static inline void network_give(struct network *n, int input, const float *numbers)
{
    struct lrp_tensor *t;
    uint32_t state = 2463534242U + (uint32_t)input;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, n->graph->values[n->graph->inputs[input]].desc.shape, &t, &n->err), &n->err);
    if (numbers) memcpy(t->f, numbers, t->count * sizeof *t->f);
    for (size_t i = 0; !numbers && i < t->count; i++) {
        state = state * 1664525U + 1013904223U;
        t->f[i] = (float)(state >> 8) / (float)(1 << 23) - 1;
    }
    network_give_tensor(n, input, t);
    lrp_tensor_release(t);
}
/* The forward pass to the first output. */
static inline enum lrp_status network_try_run(struct network *n)
{
    return lrp_engine_forward(n->engine, n->values, n->graph->outputs[0], &network_run, NULL, NULL, &n->err);
}
static inline void network_forward(struct network *n, const float *numbers)
{
    network_clear_values(n);
    network_give(n, 0, numbers);
    check_ok(network_try_run(n), &n->err);
}
static inline const struct lrp_tensor *network_output(const struct network *n)
{
    return lrp_tensor_row_major(n->values[n->graph->outputs[0]], NULL);
}

#endif
