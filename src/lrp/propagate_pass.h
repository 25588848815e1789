/* propagate_pass.h: a relevance pass on its way: what propagate.c and those it hands stretches of the graph to share. */
#ifndef LRP_LRP_PROPAGATE_PASS_H
#define LRP_LRP_PROPAGATE_PASS_H

#include "propagate.h"
#include "span.h"

/* One pass: what it has found, which values it has to find (the others are there already), and which nodes give something else
 * than in the pass before. */
struct lrp_back_pass {
    const struct lrp_tensor **relevance;
    bool *stale, *dirty;
    int *consumers;     /* by value: how many inputs of nodes it is */
    size_t *first_edge; /* by node */
};

/* Adds what a consumer gives to a value; takes over `given`. A value's relevance is the sum over its consumers. */
enum lrp_status lrp_pass_collect(const struct lrp_tensor **slot, struct lrp_tensor *given, const struct lrp_run *run,
                                 struct lrp_error *err);
/* A node hands on what its outputs were given. */
enum lrp_status lrp_pass_visit(const struct lrp_propagation *p, int node, struct lrp_back_pass *pass, struct lrp_error *err);
/* A node that gives what it gave in the pass before. */
enum lrp_status lrp_pass_give_again(const struct lrp_propagation *p, int node, const struct lrp_node *n,
                                    struct lrp_back_pass *pass, struct lrp_error *err);
/* propagate_visit.c: the same for the nodes of a span whose values are away. */
enum lrp_status lrp_pass_visit_span(const struct lrp_propagation *p, const struct lrp_span *span, int node,
                                    struct lrp_back_pass *pass, struct lrp_error *err);
/* A span in which anything is another than in the pass before gives all anew. */
void lrp_pass_renew_spans(const struct lrp_propagation *p, struct lrp_back_pass *pass);

#endif
