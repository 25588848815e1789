/* signal_ops.h: what the files of the signal family share. */
#ifndef LRP_OPS_SIGNAL_OPS_H
#define LRP_OPS_SIGNAL_OPS_H

#include "elementwise.h"

/* dft.c */
enum lrp_status lrp_dft_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_dft_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_dft_vjp(LRP_VJP_PARAMETERS);
/* Samples stay where they are, beside the axis that is transformed. */
bool lrp_dft_batch(const struct lrp_call *call, int input, int output, struct lrp_batch_axis *at);
/* stft.c */
enum lrp_status lrp_stft_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_stft_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_stft_vjp(LRP_VJP_PARAMETERS);

#endif
