/* shape_ops.h: operators on shapes and constants: their functions, file by file. */
#ifndef LRP_OPS_SHAPE_OPS_H
#define LRP_OPS_SHAPE_OPS_H

#include "elementwise.h"

/* shape_onehot.c */
enum lrp_status lrp_onehot_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_onehot_forward(LRP_FORWARD_PARAMETERS);

#endif
