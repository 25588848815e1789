/* arithmetic.h: operators with broadcasting beyond the two-operand ones. */
#ifndef LRP_OPS_ARITHMETIC_H
#define LRP_OPS_ARITHMETIC_H

#include "broadcast.h"

/* What a row of any number of operands owns. */
struct lrp_fold {
    enum { LRP_FOLD_SUM, LRP_FOLD_MEAN, LRP_FOLD_MAX, LRP_FOLD_MIN } how;
};
enum lrp_status lrp_variadic_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_variadic_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_variadic_vjp(LRP_VJP_PARAMETERS);
/* Sums of operands of one shape stay in blocks of channels (blocked.h). */
enum lrp_status lrp_sum_blocks(LRP_BLOCKS_PARAMETERS);
/* out = the sum; out, or some of in, are in blocks. */
void lrp_sum_forward(const struct lrp_call *call, const struct lrp_tensor *const *in, struct lrp_tensor *out,
                     const struct lrp_run *run);
/* What an operand of a sum gets: s as it is. */
void lrp_sum_vjp(const struct lrp_call *call, const struct lrp_tensor *s, struct lrp_tensor *const *grad,
                 const struct lrp_run *run);

enum lrp_status lrp_where_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_where_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_where_vjp(LRP_VJP_PARAMETERS);

enum lrp_status lrp_pow_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_pow_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_pow_vjp(LRP_VJP_PARAMETERS);

/* Operators of two operands before opset 7; they lead to the row of opset 7. What such a row owns: */
struct lrp_legacy {
    bool slope; /* the second operand is a slope, which broadcasts unasked */
};
enum lrp_status lrp_legacy_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_legacy_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_legacy_vjp(LRP_VJP_PARAMETERS);

/* The integer 2's complement operations that wrap instead of being undefined. */
int64_t lrp_integer_multiply(int64_t a, int64_t b);
/* The inputs' common shape, whose elements have input 0's type unless `dtype` is another. */
enum lrp_status lrp_infer_binary(struct lrp_call *call, enum lrp_dtype dtype, struct lrp_error *err);
/* The loops of a call's two first inputs. */
struct lrp_broadcast lrp_binary_plan(const struct lrp_tensor *const *in, const struct lrp_shape *out);

/* What factors get of a product's relevance (lrp_operator.share), and the operands of a quotient. */
enum lrp_status lrp_mul_share(LRP_VJP_PARAMETERS);
enum lrp_status lrp_div_share(LRP_VJP_PARAMETERS);

#endif
