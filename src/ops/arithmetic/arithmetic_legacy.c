/* arithmetic_legacy.c: broadcasting as it was before opset 7: the second operand's axes stand at an axis of the first one's. */
#include "arithmetic.h"

/* The second operand's shape as it would be written today: with axes of 1 behind it. False if it does not fit. */
static bool modern_shape(const struct lrp_call *call, struct lrp_shape *out)
{
    const struct lrp_shape *a = call->in[0].shape, *b = call->in[1].shape;
    const bool slope = ((const struct lrp_legacy *)call->op->own)->slope;
    *out = *b;
    if (slope ? lrp_shape_count(b) == 1 : lrp_call_int(call, "broadcast", 0) == 0) return slope || lrp_shape_equal(a, b);
    const int64_t asked = lrp_call_int(call, "axis", slope ? 1 : (int64_t)a->rank - b->rank);
    const int64_t axis = asked < 0 ? asked + a->rank : asked;
    if (b->rank > a->rank || axis < 0 || axis > a->rank - b->rank) return lrp_shape_count(b) == 1 && b->rank <= a->rank;
    for (int k = (int)axis + b->rank; k < a->rank; ++k) out->dim[out->rank++] = 1;
    return lrp_shape_broadcasts_to(out, a);
}

/* The same call on today's row of the operator. */
static struct lrp_call modern(const struct lrp_call *call)
{
    struct lrp_call today = *call;
    today.op = lrp_operator_find(call->op->domain, call->op->name, 7, NULL);
    return today;
}

enum lrp_status lrp_legacy_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape shape;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (status) return status;
    if (!modern_shape(call, &shape))
        return lrp_fail(err, LRP_FILE, "the second operand of %s does not fit the first one at its axis", call->op_type);
    const struct lrp_shape *const given = call->in[1].shape;
    call->in[1].shape = &shape;
    struct lrp_call today = modern(call);
    status = today.op->infer(&today, err);
    call->in[1].shape = given;
    return status;
}

/* The tensor under another shape; shares its elements. */
static struct lrp_tensor reshaped(const struct lrp_tensor *tensor, const struct lrp_shape *shape)
{
    struct lrp_tensor alias = *tensor;
    alias.shape = *shape;
    return alias;
}

enum lrp_status lrp_legacy_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_shape shape;
    (void)modern_shape(call, &shape);
    const struct lrp_tensor b = reshaped(in[1], &shape);
    const struct lrp_tensor *const operands[] = {in[0], &b};
    const struct lrp_call today = modern(call);
    return today.op->forward(&today, handle, operands, out, run, err);
}

enum lrp_status lrp_legacy_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_shape shape;
    (void)modern_shape(call, &shape);
    const struct lrp_tensor b = reshaped(in[1], &shape);
    const struct lrp_tensor *const operands[] = {in[0], &b};
    struct lrp_tensor alias = grad[1] ? reshaped(grad[1], &shape) : b;
    struct lrp_tensor *const gradients[] = {grad[0], grad[1] ? &alias : NULL};
    const struct lrp_call today = modern(call);
    return today.op->vjp(&today, handle, operands, out, s, gradients, run, err);
}
