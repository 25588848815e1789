/* late.h: nodes whose shapes, or the numbers these depend on, are known only when they run: behind a loop, behind NonZero, in
 * bodies. Their calls are filled in from the tensors at hand for as long as something is done with them. */
#ifndef LRP_GRAPH_LATE_H
#define LRP_GRAPH_LATE_H

#include "graph.h"

enum { LRP_LATE_FEW = 8 };
struct lrp_late {
    struct lrp_node *node;
    struct lrp_blob few[LRP_LATE_FEW], *blobs; /* by input: numbers that are at hand; what is not float, or reached by none */
};
/* Fills in the call of a node: descriptions of inputs from `values` (by value number, NULL: not there), then of outputs by
 * infer and measure. Numbers that carry no relevance count as constants meanwhile. Nothing happens to nodes that are not
 * late. To be closed again in any case. */
enum lrp_status lrp_late_open(const struct lrp_graph *graph, int node, const struct lrp_tensor *const *values,
                              const struct lrp_run *run, struct lrp_late *late, struct lrp_error *err);
/* The call forgets what belongs to the tensors. */
void lrp_late_close(struct lrp_late *late);
/* Whether one of the inputs is a sequence. */
bool lrp_late_reads_sequence(const struct lrp_node *node, const struct lrp_tensor *const *values);
/* What handles made of the call depend on: 0 for nodes that are not late, whose handles last. *passing: such a handle may lean
 * on tensors, and must go with them. */
uint64_t lrp_late_stamp(const struct lrp_node *node, const struct lrp_graph *graph, bool *passing);

#endif
