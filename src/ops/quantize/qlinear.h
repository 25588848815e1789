/* qlinear.h: the bodies of QLinearConv and QLinearMatMul. */
#ifndef LRP_OPS_QLINEAR_H
#define LRP_OPS_QLINEAR_H

#include "body.h"

enum lrp_status lrp_qlinear_conv_body(struct lrp_operator_body *body, struct lrp_error *err);
enum lrp_status lrp_qlinear_matmul_body(struct lrp_operator_body *body, struct lrp_error *err);

#endif
