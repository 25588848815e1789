/* detect.h: what the files of the detection family share. */
#ifndef LRP_OPS_DETECT_H
#define LRP_OPS_DETECT_H

#include "elementwise.h"

/* A place between the elements of a plane: four of them, their weights, and how those change with the place. */
struct lrp_corners {
    size_t at[4];
    double weight[4], by_y[4], by_x[4];
    bool inside[4]; /* the others are padding */
};
/* Bilinear; what lies outside of the plane is 0. */
struct lrp_corners lrp_corners_padded(double y, double x, int64_t height, int64_t width);
/* Bilinear; the plane's edge goes on for one element, beyond which there is nothing (all weights 0). */
struct lrp_corners lrp_corners_clamped(double y, double x, int64_t height, int64_t width);
double lrp_corners_value(const struct lrp_corners *c, const float *plane);

/* roi.c: RoiAlign MaxRoiPool CropAndResize */
enum lrp_status lrp_roi_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_roi_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_roi_vjp(LRP_VJP_PARAMETERS);
struct lrp_roi_kind;
extern const struct lrp_roi_kind lrp_roi_align, lrp_roi_pool, lrp_roi_crop;

/* deform.c: DeformConv */
enum lrp_status lrp_deform_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_deform_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_deform_vjp(LRP_VJP_PARAMETERS);

/* suppress.c: NonMaxSuppression */
enum lrp_status lrp_suppress_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_suppress_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                     struct lrp_error *err);
enum lrp_status lrp_suppress_forward(LRP_FORWARD_PARAMETERS);

/* unpool.c: MaxUnpool Col2Im CenterCropPad TensorScatter */
enum lrp_status lrp_unpool_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_unpool_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_unpool_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_col2im_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_col2im_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_col2im_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_center_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_center_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_center_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_cache_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_cache_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_cache_vjp(LRP_VJP_PARAMETERS);

/* affine.c: AffineGrid Det */
enum lrp_status lrp_affine_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_affine_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_affine_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_det_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_det_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_det_vjp(LRP_VJP_PARAMETERS);

#endif
