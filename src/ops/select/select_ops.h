/* select_ops.h: operators whose output's size its values decide, and others that choose elements by numbers. */
#ifndef LRP_OPS_SELECT_SELECT_OPS_H
#define LRP_OPS_SELECT_SELECT_OPS_H

#include "batch.h"
#include "elementwise.h"

/* select_reverse.c */
enum lrp_status lrp_reverse_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_reverse_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_reverse_vjp(LRP_VJP_PARAMETERS);
bool lrp_reverse_batch(LRP_BATCH_PARAMETERS);

#endif
