/* activation.h: activations with more than one input. */
#ifndef LRP_OPS_ACTIVATION_H
#define LRP_OPS_ACTIVATION_H

#include "elementwise.h"

enum lrp_kind lrp_clip_kind(const struct lrp_call *call);
enum lrp_status lrp_clip_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_clip_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_clip_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_clip_blocks(LRP_BLOCKS_PARAMETERS);

enum lrp_status lrp_prelu_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_prelu_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_prelu_vjp(LRP_VJP_PARAMETERS);

#endif
