/* batch.c: what operators do to the axis that counts samples. */
#include "batch.h"

#include "infer.h"

static bool leave_out(struct lrp_batch_axis *at)
{
    at->axis = LRP_BATCH_NONE;
    return true;
}

bool lrp_batch_none(LRP_BATCH_PARAMETERS)
{
    (void)call, (void)input, (void)output;
    return leave_out(at);
}

bool lrp_batch_lost(LRP_BATCH_PARAMETERS)
{
    (void)call, (void)input, (void)output, (void)at;
    return false;
}

bool lrp_batch_elementwise(LRP_BATCH_PARAMETERS)
{
    at->axis += call->out[output].shape->rank - call->in[input].shape->rank;
    return at->axis >= 0;
}

bool lrp_batch_first_input(LRP_BATCH_PARAMETERS)
{
    const bool scalar = call->out[output].shape->rank == 0 && call->in[0].shape->rank > 0;
    return input == 0 && !scalar ? lrp_batch_elementwise(call, input, output, at) : leave_out(at);
}

bool lrp_batch_planes(LRP_BATCH_PARAMETERS)
{
    (void)call, (void)output;
    return input == 0 && at->axis == 0;
}

bool lrp_batch_leading(LRP_BATCH_PARAMETERS)
{
    (void)call, (void)input, (void)output;
    return at->axis == 0;
}

bool lrp_batch_matrices(LRP_BATCH_PARAMETERS)
{
    (void)output;
    return input != 0 ? leave_out(at) : at->axis < call->in[0].shape->rank - 2;
}

/* ---- one axis is worked along ---- */

static int axis_of(const struct lrp_call *call, int input, int64_t otherwise)
{
    return lrp_normalize_axis(lrp_call_int(call, "axis", otherwise), call->in[input].shape->rank);
}

bool lrp_batch_beside_first(LRP_BATCH_PARAMETERS)
{
    (void)output;
    return at->axis != axis_of(call, input, 0);
}

bool lrp_batch_beside_last(LRP_BATCH_PARAMETERS)
{
    (void)output;
    return at->axis != axis_of(call, input, -1);
}

bool lrp_batch_beside_named(LRP_BATCH_PARAMETERS)
{
    int64_t axis;
    (void)output;
    if (input != 0) return leave_out(at);
    return lrp_call_const_ints(call, 1, &axis, 1) == 1 && at->axis != lrp_normalize_axis(axis, call->in[0].shape->rank);
}

bool lrp_batch_past(const bool *mixed, bool drops, struct lrp_batch_axis *at)
{
    int before = 0;
    if (mixed[at->axis]) return false;
    for (int k = 0; k < at->axis; ++k) before += mixed[k];
    at->axis -= drops ? before : 0;
    return true;
}

bool lrp_batch_reduced_axis(LRP_BATCH_PARAMETERS)
{
    bool mixed[LRP_MAX_RANK] = {false};
    const int axis = axis_of(call, 0, 0);
    (void)output;
    if (input != 0 || axis < 0) return false;
    mixed[axis] = true;
    return lrp_batch_past(mixed, lrp_call_int(call, "keepdims", 1) == 0, at);
}

bool lrp_batch_before_axis(LRP_BATCH_PARAMETERS)
{
    (void)output;
    return input != 0 ? leave_out(at) : at->axis < axis_of(call, 0, -1);
}

/* ---- elements are moved ---- */

/* Of the elements in their order, blocks of outer * samples * inner hold the samples; an axis of the new shape has to hold all
 * of them. Where several can, because there is one sample only, the first that holds nothing else. */
bool lrp_batch_reshape(LRP_BATCH_PARAMETERS)
{
    const struct lrp_shape *x = call->in[0].shape, *y = call->out[output].shape;
    struct lrp_batch_axis found = {.axis = -1};
    int64_t before = at->outer, ahead = 1; /* elements before the samples: of the input, of an axis of the output */
    if (input != 0) return leave_out(at);
    for (int k = 0; k < at->axis; ++k) before *= x->dim[k];
    for (int k = 0; k < y->rank && y->dim[k] && before % ahead == 0; ahead *= y->dim[k++]) {
        const int64_t outer = before / ahead, size = outer * at->samples;
        if (!size || y->dim[k] % size != 0) continue;
        const struct lrp_batch_axis here = {k, outer, at->samples, y->dim[k] / size};
        if (found.axis < 0 || (here.outer * here.inner == 1 && found.outer * found.inner > 1)) found = here;
    }
    *at = found;
    return found.axis >= 0;
}

bool lrp_batch_transpose(LRP_BATCH_PARAMETERS)
{
    int64_t perm[LRP_MAX_RANK];
    const int rank = call->in[0].shape->rank, count = lrp_call_ints(call, "perm", perm, LRP_MAX_RANK), axis = at->axis;
    (void)input, (void)output;
    at->axis = count == rank ? -1 : rank - 1 - axis;
    for (int k = 0; k < count && at->axis < 0; ++k)
        if (perm[k] == axis) at->axis = k;
    return at->axis >= 0;
}

bool lrp_batch_tile(LRP_BATCH_PARAMETERS)
{
    if (input != 0) return leave_out(at);
    const int64_t from = call->in[0].shape->dim[at->axis], to = call->out[output].shape->dim[at->axis];
    at->outer *= from ? to / from : 1;
    return true;
}

bool lrp_batch_slice(LRP_BATCH_PARAMETERS)
{
    int64_t axes[LRP_MAX_RANK], steps[LRP_MAX_RANK];
    const int count = lrp_call_const_ints(call, 4, steps, LRP_MAX_RANK),
              named = lrp_call_const_ints(call, 3, axes, LRP_MAX_RANK);
    (void)output;
    if (input != 0) return leave_out(at);
    for (int k = 0; k < count; ++k) {
        const int axis = named == count ? lrp_normalize_axis(axes[k], call->in[0].shape->rank) : k;
        if (axis == at->axis && steps[k] < 0) return false;
    }
    return true; /* that nothing of it is cut off is seen from its size */
}

bool lrp_batch_gather(LRP_BATCH_PARAMETERS)
{
    const int axis = axis_of(call, 0, 0);
    (void)output;
    if (input == 0 && at->axis == axis) return false;
    if (input == 1)
        at->axis += axis;
    else if (at->axis > axis)
        at->axis += call->in[1].shape->rank - 1;
    return true;
}

bool lrp_batch_gather_nd(LRP_BATCH_PARAMETERS)
{
    (void)output;
    if (input == 1) return at->axis < call->in[1].shape->rank - 1;
    return at->axis < (int)lrp_call_int(call, "batch_dims", 0);
}

bool lrp_batch_onehot(LRP_BATCH_PARAMETERS)
{
    const int axis = lrp_normalize_axis(lrp_call_int(call, "axis", -1), call->out[output].shape->rank);
    if (input != 0) return leave_out(at);
    at->axis += at->axis >= axis;
    return true;
}

bool lrp_batch_compress(LRP_BATCH_PARAMETERS)
{
    return lrp_call_attribute(call, "axis") && lrp_batch_beside_first(call, input, output, at);
}

/* ---- products ---- */

/* Past the axis that is summed over; the others stand `shift` further on in the output. */
static bool past_sum(struct lrp_batch_axis *at, int summed, int shift)
{
    if (at->axis == summed) return false;
    at->axis += shift;
    return at->axis >= 0;
}

bool lrp_batch_gemm(LRP_BATCH_PARAMETERS)
{
    if (input > 1) return lrp_batch_elementwise(call, input, output, at);
    const bool turned = lrp_call_int(call, input ? "transB" : "transA", 0) != 0;
    const int summed = turned == (input == 1) ? 1 : 0;
    if (at->axis == summed) return false;
    at->axis = input;
    return true;
}

static bool through_product(const struct lrp_shape *a, const struct lrp_shape *b, const struct lrp_shape *y, bool second,
                            struct lrp_batch_axis *at)
{
    if (!second) return past_sum(at, a->rank - 1, y->rank - (b->rank > 1 ? 1 : 0) - (a->rank - 1));
    if (b->rank == 1) return false;
    const bool column = at->axis == b->rank - 1;
    if (!column) return past_sum(at, b->rank - 2, y->rank - (a->rank > 1 ? 2 : 1) - (b->rank - 2));
    at->axis = y->rank - 1;
    return true;
}

bool lrp_batch_matmul(LRP_BATCH_PARAMETERS)
{
    if (input > 1) return leave_out(at);
    return through_product(call->in[0].shape, call->in[1].shape, call->out[output].shape, input == 1, at);
}
