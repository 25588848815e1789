/* stream.h: the residual stream of a network: what every block of it reads, adds to, and hands on. */
#ifndef LRP_GRAPH_STREAM_H
#define LRP_GRAPH_STREAM_H

#include "carriers.h"

struct lrp_stream {
    int *states;  /* value numbers: what goes into the first block, then what stands behind each; owned */
    size_t count; /* of states */
};
/* Follows the way back from a value, the output, to its last residual sum and from sum to sum. A sum is residual if what else
 * is added to one of its operands was made of it; sums between one with an attention and the next belong to one block; without
 * attention every sum ends a block. *out is to be freed. Errors: LRP_UNSUPPORTED naming what is in the way; LRP_MEMORY. */
enum lrp_status lrp_stream_find(const struct lrp_graph *graph, const struct lrp_carriers *carriers, int output,
                                struct lrp_stream *out, struct lrp_error *err);
void lrp_stream_free(struct lrp_stream *stream);
/* By value: whether it is computed from one; that one is not. The caller frees it; NULL when out of memory. */
bool *lrp_stream_below(const struct lrp_graph *graph, int value);

#endif
