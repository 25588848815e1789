/* clusters.h: clusters of heatmaps, as tables, JSON and files (batch --from, merge --cluster). */
#ifndef LRP_CLI_CLUSTERS_H
#define LRP_CLI_CLUSTERS_H

#include "json_output.h"
#include "spray.h"

/* Heatmaps in one array, (samples, channels, height, width) or (samples, height, width). Those that hold a number that is none,
 * of inputs that could not be read, belong to no cluster: -1. */
struct lrp_clusters {
    struct lrp_spray_options options;
    struct lrp_spray found;
    size_t count; /* heatmaps there are */
    int *labels;  /* of them all; owned */
    size_t *rows; /* of those that are clustered: which they are; owned */
};
/* `text`: of --cluster. Errors: LRP_USAGE; LRP_FILE for an array of another rank. To be freed in any case. */
enum lrp_status lrp_clusters_of(const struct lrp_tensor *heatmaps, const char *text, struct lrp_clusters *out,
                                struct lrp_error *err);
void lrp_clusters_free(struct lrp_clusters *clusters);
/* A row a cluster: how many heatmaps, and the medoid. */
enum lrp_status lrp_clusters_print(const struct lrp_clusters *clusters, struct lrp_error *err);
/* "clusters": {labels[], eigenvalues[], sizes[], medoids[]} */
void lrp_clusters_put(const struct lrp_clusters *clusters, struct lrp_document *document);
/* clusters.json, embedding.npy (of those that are clustered), and cluster-K.npy, the mean heatmap of each, into a folder;
 * cluster-K.png and cluster-K-medoid.png show them. */
enum lrp_status lrp_clusters_write(const struct lrp_clusters *clusters, const struct lrp_tensor *heatmaps, const char *folder,
                                   struct lrp_error *err);

#endif
