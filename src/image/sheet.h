/* sheet.h: a contact sheet: the heatmaps of all layers on one picture. */
#ifndef LRP_IMAGE_SHEET_H
#define LRP_IMAGE_SHEET_H

#include "lrpscope/heatmap.h"
#include "picture.h"

struct lrp_sheet_tile {
    const char *title;                /* borrowed: "12 conv1"; shortened in the middle */
    const char *subtitle;             /* borrowed, may be NULL: "convolution, epsilon(1e-6)" */
    const char *shape;                /* borrowed, may be NULL: "64x112x112" */
    const struct lrp_plane *plane;    /* borrowed; NULL: nothing to show, only the texts */
    struct lrp_statistics statistics; /* of all channels of the sample, not of the plane */
};

struct lrp_sheet {
    const char *title, *note;           /* borrowed; note may be NULL: input, target, method */
    const struct lrp_sheet_tile *tiles; /* borrowed, in the order of the layers */
    size_t count;
    struct lrp_heatmap_options options; /* overlay and size_factor have no meaning here */
    const struct lrp_range *shared;     /* NULL: every tile has a range of its own */
};

/* Draws it: RGB, light background, tiles in rows, a legend of the colour map on top. out: owned (lrp_picture_free).
 * Errors: LRP_FILE if the sheet would be beyond the limits of pictures, LRP_MEMORY. */
enum lrp_status lrp_sheet_render(const struct lrp_sheet *sheet, struct lrp_picture *out, struct lrp_error *err);

/* Draws one of its tiles: the heatmap in a square of that side with a frame of a pixel, and texts in the LRP_SHEET_TEXTS pixels
 * below. Errors: LRP_MEMORY. */
enum { LRP_SHEET_TEXTS = 56 };
enum lrp_status lrp_sheet_draw_tile(const struct lrp_sheet *sheet, size_t which, int side, int left, int top,
                                    struct lrp_picture *out, struct lrp_error *err);
/* Its paper, for who draws single tiles. */
extern const unsigned char lrp_sheet_paper[3];

#endif
