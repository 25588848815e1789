/* channel_maps_keep.c: how long the heatmaps of channels live: results and snapshots share them. */
#include <stdlib.h>

#include "internal.h"

struct lrp_channel_maps *lrp_channel_maps_retain(struct lrp_channel_maps *maps)
{
    if (maps) __atomic_add_fetch(&maps->references, 1, __ATOMIC_RELAXED);
    return maps;
}

void lrp_channel_maps_release(struct lrp_channel_maps *maps)
{
    if (!maps || __atomic_sub_fetch(&maps->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    for (size_t k = 0; maps->map && k < maps->count; k++) lrp_tensor_release(maps->map[k]);
    free(maps->map);
    free(maps->channels);
    free(maps->sums);
    free(maps->shares);
    free(maps);
}
