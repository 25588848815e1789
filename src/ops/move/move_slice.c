/* move_slice.c: Slice. */
#include "move_ops.h"

struct slice {
    int64_t start[LRP_MAX_RANK], step[LRP_MAX_RANK];
    struct lrp_shape shape;
};

/* One list of Slice: an attribute before opset 10, then an input. Returns -1 if it is not given. */
static enum lrp_status slice_list(const struct lrp_call *call, const char *name, int input, int64_t *out, int *count,
                                  struct lrp_error *err)
{
    *count = -1;
    if (call->opset >= 10 && lrp_call_has(call, input)) return lrp_infer_const_ints(call, input, name, out, count, err);
    if (call->opset < 10 && lrp_call_attribute(call, name)) *count = lrp_call_ints(call, name, out, LRP_MAX_RANK);
    if (*count > LRP_MAX_RANK) return lrp_fail(err, LRP_FILE, "attribute %s of Slice has %d values", name, *count);
    return LRP_OK;
}

static int64_t clamp_index(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* As Python's slice(start, end, step) of a sequence of dim elements. */
static void slice_axis(struct slice *slice, int axis, int64_t dim, int64_t start, int64_t end, int64_t step)
{
    const bool up = step > 0;
    start = clamp_index(start < 0 && start >= -dim ? start + dim : start, up ? 0 : -1, up ? dim : dim - 1);
    end = clamp_index(end < 0 && end >= -dim ? end + dim : end, up ? 0 : -1, up ? dim : dim - 1);
    step = clamp_index(step, -dim - 1, dim + 1);
    const int64_t count = up ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
    slice->start[axis] = start;
    slice->step[axis] = step;
    slice->shape.dim[axis] = count > 0 && dim > 0 ? count : 0;
}

static enum lrp_status slice_of(const struct lrp_call *call, struct slice *slice, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    int64_t starts[LRP_MAX_RANK], ends[LRP_MAX_RANK], axes[LRP_MAX_RANK], steps[LRP_MAX_RANK];
    int count = 0, ends_count = 0, axes_count = 0, steps_count = 0;
    enum lrp_status status = slice_list(call, "starts", 1, starts, &count, err);
    if (!status) status = slice_list(call, "ends", 2, ends, &ends_count, err);
    if (!status) status = slice_list(call, "axes", 3, axes, &axes_count, err);
    if (!status) status = slice_list(call, "steps", 4, steps, &steps_count, err);
    if (status) return status;
    if (count < 0 || ends_count != count || (axes_count >= 0 && axes_count != count) ||
        (steps_count >= 0 && steps_count != count) || count > x->rank)
        return lrp_fail(err, LRP_FILE,
                        "starts, ends, axes and steps of Slice do not have one length within the input's %d axes", x->rank);
    slice->shape = *x;
    for (int k = 0; k < LRP_MAX_RANK; ++k) {
        slice->start[k] = 0;
        slice->step[k] = 1;
    }
    for (int k = 0; k < count; ++k) {
        int axis = k;
        const int64_t step = steps_count >= 0 ? steps[k] : 1;
        if (axes_count >= 0) status = lrp_infer_axis(axes[k], x->rank, &axis, err);
        if (!status && step == 0) status = lrp_fail(err, LRP_FILE, "a step of Slice is 0");
        if (status) return status;
        slice_axis(slice, axis, x->dim[axis], starts[k], ends[k], step);
    }
    return LRP_OK;
}

enum lrp_status lrp_slice_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct slice slice;
    enum lrp_status status = lrp_infer_arity(call, call->opset < 10 ? 1 : 3, call->opset < 10 ? 1 : 5, err);
    if (!status) status = slice_of(call, &slice, err);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &slice.shape, err);
}

struct lrp_strided_view lrp_slice_view(const struct lrp_call *call, int part)
{
    struct lrp_strided_view view = {0};
    struct slice slice = {.shape = {0}};
    int64_t src[LRP_MAX_RANK], dst[LRP_MAX_RANK];
    (void)part;
    (void)slice_of(call, &slice, NULL);
    lrp_dense_strides(call->in[0].shape, src);
    lrp_dense_strides(&slice.shape, dst);
    for (int k = 0; k < slice.shape.rank; ++k) {
        view.from += slice.start[k] * src[k];
        lrp_view_push(&view, slice.shape.dim[k], src[k] * slice.step[k], dst[k]);
    }
    return view;
}
