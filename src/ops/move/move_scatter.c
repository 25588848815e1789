/* move_scatter.c: ScatterElements and ScatterND: a copy of the data in which elements are replaced (or added to, ...) by index.
 */
#include <string.h>

#include "move_ops.h"

enum combine { COMBINE_NONE, COMBINE_ADD, COMBINE_MUL, COMBINE_MAX, COMBINE_MIN, COMBINE_COUNT };
static const char *const combine_names[COMBINE_COUNT] = {"none", "add", "mul", "max", "min"};

static int combine_of(const struct lrp_call *call)
{
    const char *name = call->opset < 16 ? "none" : lrp_call_string(call, "reduction", "none");
    for (int k = 0; k < COMBINE_COUNT; ++k)
        if (strcmp(name, combine_names[k]) == 0 && (k <= COMBINE_MUL || call->opset >= 18)) return k;
    return -1;
}

static bool by_coordinates(const struct lrp_call *call)
{
    return ((const struct lrp_scatter *)call->op->own)->coordinates;
}
static int axis_of(const struct lrp_call *call)
{
    return lrp_normalize_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank);
}

static enum lrp_status common_infer(const struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = lrp_infer_is_integer(call, 1, err);
    if (!status && call->in[0].dtype != call->in[2].dtype)
        return lrp_fail(err, LRP_FILE, "data and updates of %s have different types", call->op_type);
    if (!status && combine_of(call) < 0)
        return lrp_fail(err, LRP_FILE, "reduction \"%.40s\" of %s is unknown", lrp_call_string(call, "reduction", ""),
                        call->op_type);
    return status;
}

enum lrp_status lrp_scatter_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = common_infer(call, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *indices = call->in[1].shape;
    bool fits = x->rank == indices->rank && lrp_shape_equal(indices, call->in[2].shape);
    for (int k = 0; k < x->rank && fits; ++k) fits = k == axis || indices->dim[k] <= x->dim[k];
    if (!fits) return lrp_fail(err, LRP_FILE, "the indices and updates of %s do not fit the shape of its data", call->op_type);
    return lrp_infer_output(call, 0, call->in[0].dtype, x, err);
}

enum lrp_status lrp_scatter_nd_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = common_infer(call, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *indices = call->in[1].shape, *updates = call->in[2].shape;
    const int64_t depth = indices->rank > 0 ? indices->dim[indices->rank - 1] : 0;
    bool fits = depth >= 1 && depth <= x->rank && updates->rank == indices->rank - 1 + x->rank - depth;
    for (int k = 0; k < updates->rank && fits; ++k)
        fits = updates->dim[k] == (k < indices->rank - 1 ? indices->dim[k] : x->dim[k - (indices->rank - 1) + depth]);
    if (!fits) return lrp_fail(err, LRP_FILE, "the indices and updates of ScatterND do not fit the shape of its data");
    return lrp_infer_output(call, 0, call->in[0].dtype, x, err);
}

/* Element k of the updates goes to *to of the data. */
static enum lrp_status locate_update(const struct lrp_call *call, const struct lrp_tensor *indices, size_t k, size_t *to,
                                     struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape, *shape = &indices->shape;
    enum lrp_status status = LRP_OK;
    int64_t stride[LRP_MAX_RANK], index = 0;
    lrp_dense_strides(x, stride);
    *to = 0;
    if (by_coordinates(call)) {
        const int depth = (int)shape->dim[shape->rank - 1];
        const size_t n = lrp_shape_span(x, depth, x->rank);
        for (int d = 0; d < depth && !status; ++d) {
            status = lrp_check_index(indices->i[k / n * (size_t)depth + (size_t)d], x->dim[d], &index, err);
            *to += (size_t)(index * stride[d]);
        }
        *to += k % n;
        return status;
    }
    status = lrp_check_index(indices->i[k], x->dim[axis_of(call)], &index, err);
    for (int a = shape->rank - 1; a >= 0; --a) {
        *to += (size_t)(stride[a] * (a == axis_of(call) ? index : (int64_t)(k % (size_t)shape->dim[a])));
        k /= (size_t)shape->dim[a];
    }
    return status;
}

static float combine_floats(int how, float old, float update)
{
    const float values[COMBINE_COUNT] = {update, old + update, old * update, old > update ? old : update,
                                         old < update ? old : update};
    return values[how];
}
static int64_t combine_integers(int how, int64_t old, int64_t update)
{
    const int64_t values[COMBINE_COUNT] = {update, (int64_t)((uint64_t)old + (uint64_t)update),
                                           (int64_t)((uint64_t)old * (uint64_t)update), old > update ? old : update,
                                           old < update ? old : update};
    return values[how];
}

enum lrp_status lrp_scatter_forward(LRP_FORWARD_PARAMETERS)
{
    const int how = combine_of(call);
    const struct lrp_strided_view all = lrp_view_flat(in[0]->count);
    (void)handle;
    lrp_view_copy(&all, in[0], out[0], run);
    for (size_t k = 0; k < in[2]->count; ++k) {
        size_t to = 0;
        const enum lrp_status status = locate_update(call, in[1], k, &to, err);
        if (status) return status;
        if (lrp_dtype_is_float(out[0]->dtype))
            out[0]->f[to] = combine_floats(how, out[0]->f[to], in[2]->f[k]);
        else
            out[0]->i[to] = combine_integers(how, out[0]->i[to], in[2]->i[k]);
    }
    return LRP_OK;
}

/* What was replaced gets nothing back; what was added to gets all; of several updates of one place the last one counts. */
enum lrp_status lrp_scatter_vjp(LRP_VJP_PARAMETERS)
{
    const int how = combine_of(call);
    (void)handle, (void)in, (void)out, (void)run;
    if (!s[0]) return LRP_OK;
    if (how > COMBINE_ADD)
        return lrp_fail(err, LRP_UNSUPPORTED, "%s with reduction \"%s\" cannot be differentiated", call->op_type,
                        combine_names[how]);
    struct lrp_tensor *rest = NULL;
    enum lrp_status status = lrp_tensor_copy(s[0], &rest, err);
    for (size_t k = in[2]->count; k-- > 0 && !status;) {
        size_t to = 0;
        status = locate_update(call, in[1], k, &to, err);
        if (status) break;
        if (grad[2]) grad[2]->f[k] = rest->f[to];
        if (how == COMBINE_NONE) rest->f[to] = 0;
    }
    if (!status && grad[0]) memcpy(grad[0]->f, rest->f, rest->count * sizeof *rest->f);
    lrp_tensor_release(rest);
    return status;
}
