/* spray.h: clusters of heatmaps (SpRAy, Lapuschkin et al. 2019): what ways of deciding a model has over many inputs. */
#ifndef LRP_DATA_SPRAY_H
#define LRP_DATA_SPRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"

/* Most heatmaps; most places of one after pooling, to a side. */
enum { LRP_SPRAY_MOST = 20000, LRP_SPRAY_SIDE = 16 };

struct lrp_spray_options {
    size_t pool;         /* places to a side that are summed; 0: as many as leave LRP_SPRAY_SIDE to a side */
    bool signed_sum;     /* heatmaps are divided by their sum, not by the sum of sizes */
    size_t neighbours;   /* 0: 10 */
    size_t eigenvectors; /* 0: 32, or one less than there are heatmaps */
    size_t clusters;     /* 0: where the gap between eigenvalues 2 to 10 is largest */
};
/* "spray(pool=2,normalise=sum,neighbours=8,eigenvectors=6,clusters=3)", "spray". Errors: LRP_USAGE naming the argument. */
enum lrp_status lrp_spray_parse(const char *text, struct lrp_spray_options *out, struct lrp_error *err);

/* Heatmaps as they are compared: pooled, summed over channels, normalised. {0} is an empty one. */
struct lrp_spray_maps {
    double *values; /* owned; a row a heatmap */
    size_t count, capacity, size;
};
/* Appends one, (channels, height, width). Errors: LRP_MEMORY; LRP_USAGE for another size or more than LRP_SPRAY_MOST. */
enum lrp_status lrp_spray_add(struct lrp_spray_maps *maps, const struct lrp_spray_options *options, const float *values,
                              size_t channels, size_t height, size_t width, struct lrp_error *err);
void lrp_spray_maps_free(struct lrp_spray_maps *maps);

/* All arrays are owned. */
struct lrp_spray {
    size_t count, clusters, eigenvectors;
    int *labels;             /* of each heatmap, numbered as they first appear */
    double *eigenvalues;     /* of the normalised Laplacian, smallest first */
    double *embedding;       /* count x eigenvectors: columns of length 1, their largest entry positive */
    size_t *sizes, *medoids; /* of clusters; a medoid is the heatmap with the least distance to the others of its cluster */
};
/* Neighbours by euclidean distance (ties: the lower index), A = (K + K^T) / 2, the smallest eigenvalues of
 * I - D^-1/2 A D^-1/2, k-means of the rows, normalised to length 1, in the first eigenvectors. Errors: LRP_USAGE for too few
 * heatmaps; LRP_MEMORY. To be freed in any case. */
enum lrp_status lrp_spray_cluster(const struct lrp_spray_maps *maps, const struct lrp_spray_options *options,
                                  struct lrp_spray *out, struct lrp_error *err);
void lrp_spray_free(struct lrp_spray *spray);

#endif
