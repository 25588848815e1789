/* render.h: planes as pictures. */
#ifndef LRP_IMAGE_RENDER_H
#define LRP_IMAGE_RENDER_H

#include "lrpscope/heatmap.h"
#include "picture.h"

/* The heatmap of a plane as an RGB picture, a pixel per cell, then each size_factor x size_factor large. grey: NULL, or the
 * brightness (0..1) of what lies below, of the plane's size (lrp_plane_match), seen if options->overlay < 1. Errors: LRP_FILE
 * beyond the limits of pictures, LRP_MEMORY. */
enum lrp_status lrp_render_heatmap(const struct lrp_plane *plane, const struct lrp_range *range,
                                   const struct lrp_heatmap_options *options, const struct lrp_plane *grey,
                                   struct lrp_picture *out, struct lrp_error *err);

#endif
