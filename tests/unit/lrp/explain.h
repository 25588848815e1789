/* settings.h: on with network.h's road: an ONNX file -> network -> rules -> relevance.
 *
 *     struct explanation e = {0};
 *     explain_open(&e, path);
 *     explain_rules(&e, "zero", LRP_CONVENTION_JULIA, NULL, 0);
 *     network_forward(&e.n, (float[]){1, 2});                      (the first input)
 *     explain_from(&e, (float[]){1, 0});                           (relevance of the first output)
 *     explain_relevance(&e, "x")->f ...
 *     explain_close(&e);
 */
#ifndef LRP_TEST_EXPLAIN_H
#define LRP_TEST_EXPLAIN_H

#include <stdio.h>

#include "network.h"
#include "onnx.h"
#include "propagate.h"

struct explanation {
    struct network n;
    const struct lrp_rule_book *book; /* of custom rules, borrowed; set it before explain_rules */
    struct lrp_composite *composite;
    struct lrp_assignment assignment;
    const struct lrp_tensor **relevance; /* by value number; owned */
    bool keep_activation;                /* for explain_from */
    const struct lrp_method *method;     /* NULL: by rules */
};

/* Canonized or not, activations fused or not. */
static inline void explain_open_as(struct explanation *e, const char *path, const struct lrp_graph_options *options, bool fuse)
{
    struct lrp_definition *definition;
    check_ok(lrp_onnx_read(path, &definition, &e->n.err), &e->n.err);
    network_build(&e->n, definition, options);
    network_layers(&e->n, fuse);
    e->relevance = calloc((size_t)e->n.graph->value_count + 1, sizeof(struct lrp_tensor *));
    assert_non_null(e->relevance);
}
static inline void explain_open(struct explanation *e, const char *path)
{
    explain_open_as(e, path, &(struct lrp_graph_options){.canonize = true}, true);
}
static inline void explain_clear(struct explanation *e)
{
    for (int v = 0; e->relevance && v < e->n.graph->value_count; v++) {
        lrp_tensor_release(e->relevance[v]);
        e->relevance[v] = NULL;
    }
}
static inline void explain_close(struct explanation *e)
{
    explain_clear(e);
    free(e->relevance);
    lrp_assignment_free(&e->assignment);
    lrp_composite_free(e->composite);
    network_close(&e->n);
    *e = (struct explanation){0};
}
static inline enum lrp_status explain_try_rules(struct explanation *e, const char *composite, enum lrp_convention convention,
                                                const struct lrp_rule_option *options, size_t count)
{
    struct network *n = &e->n;
    lrp_assignment_free(&e->assignment);
    lrp_composite_free(e->composite);
    e->composite = NULL;
    enum lrp_status status = lrp_composite_parse(composite, e->book, convention, &e->composite, &n->err);
    if (!status) status = lrp_assign(n->graph, n->view, e->composite, options, count, &e->assignment, &n->err);
    return status;
}
static inline void explain_rules(struct explanation *e, const char *composite, enum lrp_convention convention,
                                 const struct lrp_rule_option *options, size_t count)
{
    check_ok(explain_try_rules(e, composite, convention, options, count), &e->n.err);
}
/* The text of the rule a layer has. */
static inline const char *explain_rule_of(const struct explanation *e, const char *layer)
{
    return e->assignment.rules[network_row(&e->n, layer)->index];
}
/* From the first output on. */
static inline struct lrp_propagation explain_propagation(const struct explanation *e, const struct lrp_tensor *start)
{
    return (struct lrp_propagation){.engine = e->n.engine,
                                    .view = e->n.view,
                                    .assignment = &e->assignment,
                                    .values = e->n.values,
                                    .method = e->method ? e->method : lrp_method_row(0),
                                    .keep_activation = e->keep_activation,
                                    .start = e->n.graph->outputs[0],
                                    .start_relevance = start,
                                    .run = &network_run};
}
/* Relevance of the first output, to be released. */
static inline struct lrp_tensor *explain_start(struct explanation *e, const float *numbers)
{
    struct lrp_tensor *t = NULL;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &network_output(&e->n)->shape, &t, &e->n.err), &e->n.err);
    memcpy(t->f, numbers, t->count * sizeof(float));
    return t;
}
static inline enum lrp_status explain_try_tensor(struct explanation *e, const struct lrp_tensor *start)
{
    const struct lrp_propagation p = explain_propagation(e, start);
    explain_clear(e);
    return lrp_propagate(&p, e->relevance, &e->n.err);
}
static inline void explain_from(struct explanation *e, const float *start)
{
    struct lrp_tensor *t = explain_start(e, start);
    check_ok(explain_try_tensor(e, t), &e->n.err);
    lrp_tensor_release(t);
}
static inline const struct lrp_tensor *explain_relevance(const struct explanation *e, const char *value)
{
    return network_tensor(&e->n, e->relevance, value);
}

#endif
