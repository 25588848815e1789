/* channel_maps.h: heatmaps of the strongest channels of a layer, shared by results and snapshots. */
#ifndef LRP_SESSION_CHANNEL_MAPS_H
#define LRP_SESSION_CHANNEL_MAPS_H

#include <stddef.h>
#include <stdint.h>

struct lrp_tensor;

/* Heatmaps of the channels of a layer, the strongest first: sample by sample. Shared by results and snapshots; what is not
 * there yet is written under the session's lock. */
struct lrp_channel_maps {
    int references, layer;
    int64_t samples;
    size_t count, done;            /* heatmaps that are wanted, and that are there */
    int64_t *channels;             /* [heatmap * samples + sample]; -1: the sample has no such channel */
    double *sums, *shares;         /* likewise: their relevance */
    const struct lrp_tensor **map; /* by heatmap: relevance of the first input, in rows */
};
struct lrp_channel_maps *lrp_channel_maps_retain(struct lrp_channel_maps *maps); /* NULL is fine, here and below */
void lrp_channel_maps_release(struct lrp_channel_maps *maps);

#endif
