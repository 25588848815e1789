/* animation.h: a moving picture of the heatmaps of all layers, from the output to the input. */
#ifndef LRP_IMAGE_ANIMATION_H
#define LRP_IMAGE_ANIMATION_H

#include "sheet.h"

/* A frame a tile that has a plane, the last tile first; the last frame stays longer; it begins again without end. Frames are
 * drawn one at a time. PNG, or GIF if the path ends in .gif. Errors: LRP_UNSUPPORTED for GIF in a build without giflib, or if
 * no tile has a plane, LRP_FILE, LRP_MEMORY. */
enum lrp_status lrp_animation_write(const struct lrp_sheet *sheet, const char *path, struct lrp_error *err);

/* ---- between the formats ---- */

/* Hundredths of a second that a frame stays. */
enum { LRP_FRAME_TIME = 40, LRP_LAST_FRAME_TIME = 250 };
/* The frames of an animation: asked for in their order, each once. */
struct lrp_frames {
    /* Draws one into a picture of that size, RGB. Errors: LRP_MEMORY. */
    enum lrp_status (*draw)(const struct lrp_frames *frames, size_t frame, struct lrp_picture *out, struct lrp_error *err);
    const struct lrp_sheet *sheet;
    size_t *tiles; /* by frame; owned */
    size_t count;
    int width, height;
};
enum lrp_status lrp_gif_write(const struct lrp_frames *frames, const char *path, struct lrp_error *err);

#endif
