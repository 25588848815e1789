/* normalize_ops.h: normalisations: their functions, file by file. */
#ifndef LRP_OPS_NORMALIZE_OPS_H
#define LRP_OPS_NORMALIZE_OPS_H

#include "elementwise.h"

#define LRP_DECLARE_NORMALIZE(name)                                                                                            \
    enum lrp_status lrp_##name##_infer(struct lrp_call *call, struct lrp_error *err);                                          \
    enum lrp_status lrp_##name##_forward(LRP_FORWARD_PARAMETERS);                                                              \
    enum lrp_status lrp_##name##_vjp(LRP_VJP_PARAMETERS);

/* What the rows own whose functions serve several. */
struct lrp_layer_norm {
    bool center; /* false: the mean is left in (root mean square) */
};
struct lrp_channel_norm {
    bool grouped; /* false: every channel is a group */
};
struct lrp_axes_norm {
    bool fixed; /* what MeanVarianceNormalization does: axes may be missing, the rest is no attribute */
};

/* normalize_layer.c: mean and variance of rows */
LRP_DECLARE_NORMALIZE(layer_norm)
LRP_DECLARE_NORMALIZE(channel_norm)
enum lrp_status lrp_instance_norm_infer(struct lrp_call *call, struct lrp_error *err);
/* normalize_axes.c: over any axes, nothing but the normalisation */
LRP_DECLARE_NORMALIZE(axes_norm)
bool lrp_axes_norm_batch(LRP_BATCH_PARAMETERS);
LRP_DECLARE_NORMALIZE(lp_norm)
enum lrp_kind lrp_axes_norm_kind(const struct lrp_call *call); /* of Normalize: with the mean left in it is the other one */
const char *lrp_axes_norm_written(const struct lrp_call *call);
enum lrp_kind lrp_lp_norm_kind(const struct lrp_call *call);
/* normalize_lrn.c */
LRP_DECLARE_NORMALIZE(lrn)

/* Rows of `length` elements, brought to mean 0 and deviation 1, then scaled and shifted per channel. Channel of position p
 * in row r: (r % groups) * (length / segment) + p / segment. */
struct lrp_row_norm {
    size_t rows, length, groups, segment;
    bool center;          /* false: the mean is left in (root mean square) */
    bool epsilon_outside; /* divided by std + epsilon instead of sqrt(var + epsilon) */
    double epsilon;
    const float *x, *scale, *bias; /* scale, bias: NULL = 1, 0 */
    float *y, *mean, *inverse;     /* mean and inverse: one number a row; NULL = not wanted */
    const float *s;                /* backwards: cotangent of y */
    float *gx;                     /* backwards: gradient of x; NULL = not wanted */
    double *gscale, *gbias;        /* backwards: zeroed sums per channel; NULL = not wanted */
};
void lrp_row_norm_forward(const struct lrp_row_norm *norm, const struct lrp_run *run);
/* gx is written, gscale and gbias are added to. */
void lrp_row_norm_backward(const struct lrp_row_norm *norm, const struct lrp_run *run);

#endif
