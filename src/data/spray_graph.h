/* spray_graph.h: heatmaps and their nearest neighbours as a graph, and its normalised affinity. */
#ifndef LRP_DATA_SPRAY_GRAPH_H
#define LRP_DATA_SPRAY_GRAPH_H

#include "spray.h"

/* A = (K + K^T) / 2, row by row; K is 1 for the nearest of each. All arrays are owned. */
struct lrp_spray_graph {
    size_t count;
    size_t *starts;  /* of rows; one more than rows */
    size_t *columns; /* ascending within a row */
    double *weights; /* 1 or 1/2 */
    double *roots;   /* square root of each row's sum */
};
/* `neighbours` < maps->count. Errors: LRP_MEMORY. To be freed in any case. */
enum lrp_status lrp_spray_graph_make(const struct lrp_spray_maps *maps, size_t neighbours, struct lrp_spray_graph *out,
                                     struct lrp_error *err);
void lrp_spray_graph_free(struct lrp_spray_graph *graph);
/* y = D^-1/2 A D^-1/2 x; lrp_eigen_apply. */
void lrp_spray_graph_apply(const void *graph, const double *x, double *y);
/* One eigenvector of 1 for each part of the graph that hangs together, in the order of their first heatmaps: at most `most`, of
 * length 1. *out is owned. Returns how many, or SIZE_MAX when out of memory. */
size_t lrp_spray_graph_parts(const struct lrp_spray_graph *graph, size_t most, double **out);

#endif
