/* math_ops.h: elementwise operators that test or pass on their input. */
#ifndef LRP_OPS_MATH_OPS_H
#define LRP_OPS_MATH_OPS_H

#include "elementwise.h"

enum lrp_status lrp_test_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_isnan_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_isinf_forward(LRP_FORWARD_PARAMETERS);

enum lrp_status lrp_identity_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_dropout_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_cast_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_cast_like_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_cast_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                               struct lrp_error *err);
/* math_text.c: from texts, to texts, or both. */
enum lrp_status lrp_cast_texts(const struct lrp_tensor *x, struct lrp_tensor *y, struct lrp_error *err);
enum lrp_kind lrp_cast_kind(const struct lrp_call *call);
/* Output 0 = input 0 converted to the output's type; output 1 (the mask of Dropout) all true. */
enum lrp_status lrp_pass_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_pass_vjp(LRP_VJP_PARAMETERS);

#endif
