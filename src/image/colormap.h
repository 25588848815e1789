/* colormap.h: what a colour map consists of, and sets of them while they are filled. */
#ifndef LRP_IMAGE_COLORMAP_H
#define LRP_IMAGE_COLORMAP_H

#include "lrpscope/heatmap.h"

/* All parts 0..1. */
struct lrp_colormap_stop {
    float at, red, green, blue;
};
struct lrp_colormap {
    const char *name, *summary;
    bool diverging; /* then a stop lies at exactly 0.5 */
    unsigned char invalid[3];
    size_t count;
    const struct lrp_colormap_stop *stops; /* ascending; the first lies at 0, the last at 1 */
};

/* The maps that need no set; NULL beyond the last. */
const struct lrp_colormap *lrp_colormap_built_in(size_t index);

enum { LRP_COLORMAP_STOPS = 256 }; /* at most */
/* A set of its own with the maps of another (NULL: none), to be added to; *out has one reference. */
enum lrp_status lrp_colormap_set_copy(const struct lrp_colormap_set *set, struct lrp_colormap_set **out, struct lrp_error *err);
/* Adds a map, copied; its invalid colour is chosen here. Errors: LRP_USAGE saying what is wrong with it (the name is not among
 * what is said), LRP_MEMORY. */
enum lrp_status lrp_colormap_set_add(struct lrp_colormap_set *set, const struct lrp_colormap *map, struct lrp_error *err);
/* Of the set alone, from 0 on; NULL beyond the last. */
const struct lrp_colormap *lrp_colormap_set_at(const struct lrp_colormap_set *set, size_t index);

#endif
