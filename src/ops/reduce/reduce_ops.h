/* reduce_ops.h: operators along one axis. */
#ifndef LRP_OPS_REDUCE_OPS_H
#define LRP_OPS_REDUCE_OPS_H

#include "elementwise.h"

enum lrp_status lrp_arg_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_arg_forward(LRP_FORWARD_PARAMETERS);

enum lrp_status lrp_cumsum_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_cumsum_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_cumsum_vjp(LRP_VJP_PARAMETERS);

enum lrp_status lrp_cumprod_vjp(LRP_VJP_PARAMETERS);

enum lrp_status lrp_topk_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_topk_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_topk_vjp(LRP_VJP_PARAMETERS);

#endif
