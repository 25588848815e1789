/* resize.h: resizing one axis: which inputs an output element is made of. */
#ifndef LRP_OPS_RESIZE_H
#define LRP_OPS_RESIZE_H

#include "elementwise.h"

/* What the attributes of Resize and Upsample say; names are checked. */
struct lrp_resize {
    enum { LRP_RESIZE_NEAREST, LRP_RESIZE_LINEAR, LRP_RESIZE_CUBIC } mode;
    enum {
        LRP_RESIZE_HALF_PIXEL,
        LRP_RESIZE_HALF_PIXEL_SYMMETRIC,
        LRP_RESIZE_PYTORCH_HALF_PIXEL,
        LRP_RESIZE_ALIGN_CORNERS,
        LRP_RESIZE_ASYMMETRIC,
        LRP_RESIZE_CROP,
        LRP_RESIZE_HALF_PIXEL_PLAIN
    } coordinates;
    enum { LRP_RESIZE_ROUND_FLOOR, LRP_RESIZE_ROUND_CEIL, LRP_RESIZE_FLOOR, LRP_RESIZE_CEIL, LRP_RESIZE_SIMPLE } nearest;
    bool antialias, exclude_outside;
    float cubic, extrapolation;
    double scale[LRP_MAX_RANK], from[LRP_MAX_RANK], to[LRP_MAX_RANK]; /* per axis; from, to: the region to crop */
    int64_t size[LRP_MAX_RANK];
};

/* `width` inputs with weights for each of `out` elements; from beyond the axis, `outside`: the extrapolation value. */
struct lrp_taps {
    int64_t in, out, width;
    int64_t *index;
    float *weight;
    bool *outside;
};
/* Errors: LRP_MEMORY. */
enum lrp_status lrp_taps_new(const struct lrp_resize *resize, int axis, int64_t in, struct lrp_taps *out,
                             struct lrp_error *err);
void lrp_taps_free(struct lrp_taps *taps);
/* True if every output element is the input element of its place. */
bool lrp_taps_identity(const struct lrp_taps *taps);

/* What a row owns. */
struct lrp_resizer {
    bool upsample; /* Upsample: scales alone, and no choice of coordinates */
};
/* Reads and checks a call of Resize or Upsample. */
enum lrp_status lrp_resize_read(const struct lrp_call *call, struct lrp_resize *out, struct lrp_error *err);

enum lrp_status lrp_resize_infer(struct lrp_call *call, struct lrp_error *err);

#endif
