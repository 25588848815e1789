/* propagate_span.h: back through stretches of the graph whose values were let go (span.h), piece by piece. */
#ifndef LRP_LRP_PROPAGATE_SPAN_H
#define LRP_LRP_PROPAGATE_SPAN_H

#include "propagate.h"
#include "span.h"

/* A piece that relevance has gone through. */
struct lrp_span_back {
    struct lrp_propagation p; /* of the piece: its engine, its values */
    struct lrp_span_piece piece;
    const struct lrp_tensor **relevance; /* by value number: parts */
};
typedef enum lrp_status lrp_span_seen(void *data, const struct lrp_span_back *back, struct lrp_error *err);
/* The span a node lies in, if values in it are away; else NULL. */
const struct lrp_span *lrp_span_away(const struct lrp_propagation *propagation, int node);
/* Back through a span: `seen` is told of every piece while it is there. whole: in one, of the graph's own shapes. */
enum lrp_status lrp_span_back(const struct lrp_propagation *propagation, const struct lrp_span *span,
                              const struct lrp_tensor *relevance, bool whole, lrp_span_seen *seen, void *data,
                              struct lrp_error *err);
/* The same, put together: into given[] (as many as the span's) new tensors, NULL where nothing flows, and into inside[] tensors
 * that are away; these stay NULL unless the propagation's owner can be kept. */
enum lrp_status lrp_span_relevance(const struct lrp_propagation *propagation, const struct lrp_span *span,
                                   const struct lrp_tensor *relevance, struct lrp_tensor **given, struct lrp_tensor **inside,
                                   struct lrp_error *err);
/* propagate.c: through these nodes, from the last to the first, whatever is known already. */
enum lrp_status lrp_propagate_nodes(const struct lrp_propagation *propagation, const int *nodes, int count,
                                    const struct lrp_tensor **relevance, struct lrp_error *err);

#endif
