/* dnnl_plan.h: which of oneDNN's convolutions, in which layouts. */
#ifndef LRP_COMPUTE_DNNL_PLAN_H
#define LRP_COMPUTE_DNNL_PLAN_H

#include "dnnl_version.h"
#include "library.h"

enum { LRP_DNNL_NAME = 64 };

/* One direction of a convolution in oneDNN's terms: 2 or 3 space dimensions, plain row-major descriptions. */
struct lrp_dnnl_plan {
    enum lrp_direction direction;
    bool has_bias;
    int space; /* dimensions, 2 or 3 */
    bool grouped;
    dnnl_dims_t source, weights, target, bias, stride, dilation, pad_begin, pad_end;
    lrp_layout plain_source, plain_weights, plain_target, bias_layout; /* owned */
    lrp_layout blocked_source, blocked_target;                         /* owned; in blocks of `block` channels */
    lrp_layout any_source, any_weights, any_target;                    /* owned; for the library to choose */
    int block;                                                         /* 0: this processor has no blocks of its own */
};

/* Whatever is returned, lrp_dnnl_plan_free has to follow. */
dnnl_status_t lrp_dnnl_plan_make(const struct lrp_conv_shape *shape, enum lrp_direction direction, bool bias,
                                 struct lrp_dnnl_plan *plan);
void lrp_dnnl_plan_free(struct lrp_dnnl_plan *plan);
/* The first layouts with a fast implementation, and its name; *out stays NULL if there is none. */
dnnl_status_t lrp_dnnl_plan_choose(const struct lrp_dnnl_plan *plan, dnnl_engine_t engine, char name[LRP_DNNL_NAME],
                                   dnnl_primitive_desc_t *out);

#endif
