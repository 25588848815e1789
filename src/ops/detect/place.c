/* place.c: CenterCropPad and TensorScatter: parts of a tensor put into another. */
#include <string.h>

#include "blocked.h"
#include "detect.h"
#include "view.h"

/* ---- CenterCropPad ---- */

static enum lrp_status center_shape(const struct lrp_call *call, struct lrp_shape *y, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    int64_t size[LRP_MAX_RANK], axes[LRP_MAX_RANK];
    int count = 0, axis;
    *y = *x;
    enum lrp_status status = lrp_infer_const_ints(call, 1, "the shape", size, &count, err);
    const int given = lrp_call_ints(call, "axes", axes, LRP_MAX_RANK);
    if (!status && count != (given < 0 ? x->rank : given))
        status = lrp_fail(err, LRP_FILE, "CenterCropPad needs a size for each of its axes");
    for (int k = 0; k < count && !status; ++k) {
        status = lrp_infer_axis(given < 0 ? k : axes[k], x->rank, &axis, err);
        if (!status && size[k] < 0)
            status = lrp_fail(err, LRP_FILE, "CenterCropPad cannot make an axis of %lld", (long long)size[k]);
        if (!status) y->dim[axis] = size[k];
    }
    return status;
}

enum lrp_status lrp_center_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape y;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = center_shape(call, &y, err);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* What both have, in the middle of either. */
static struct lrp_strided_view center_view(const struct lrp_call *call)
{
    const struct lrp_shape *x = call->in[0].shape, *y = call->out[0].shape;
    int64_t from[LRP_MAX_RANK], to[LRP_MAX_RANK];
    struct lrp_strided_view view = {0};
    lrp_dense_strides(x, from);
    lrp_dense_strides(y, to);
    for (int k = 0; k < x->rank; ++k) {
        const int64_t more = x->dim[k] - y->dim[k];
        view.from += more > 0 ? more / 2 * from[k] : 0;
        view.to += more < 0 ? -more / 2 * to[k] : 0;
        lrp_view_push(&view, more > 0 ? y->dim[k] : x->dim[k], from[k], to[k]);
    }
    return view;
}

enum lrp_status lrp_center_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_strided_view view = center_view(call);
    (void)handle, (void)err;
    memset(out[0]->f, 0, lrp_tensor_bytes(out[0]));
    lrp_view_copy(&view, in[0], out[0], run);
    return LRP_OK;
}

enum lrp_status lrp_center_vjp(LRP_VJP_PARAMETERS)
{
    const struct lrp_strided_view view = center_view(call);
    (void)handle, (void)in, (void)out, (void)err;
    if (s[0] && grad[0]) lrp_view_add(&view, s[0], grad[0], run);
    return LRP_OK;
}

/* ---- TensorScatter: what is new, written into a cache ---- */

enum { CACHE, UPDATE, INDICES };

static enum lrp_status cache_axis(const struct lrp_call *call, int *axis, struct lrp_error *err)
{
    return lrp_infer_axis(lrp_call_int(call, "axis", -2), call->in[CACHE].shape->rank, axis, err);
}

static bool is_circular(const struct lrp_call *call)
{
    return strcmp(lrp_call_string(call, "mode", "linear"), "circular") == 0;
}

enum lrp_status lrp_cache_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct lrp_shape *cache = call->in[CACHE].shape, *update = call->in[UPDATE].shape;
    int axis = 0;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);
    if (!status) status = lrp_infer_same_dtype(call, CACHE, INDICES, err);
    if (!status) status = cache_axis(call, &axis, err);
    if (!status && lrp_call_has(call, INDICES)) status = lrp_infer_is_integer(call, INDICES, err);
    if (status) return status;
    struct lrp_shape whole = *update;
    bool fits = update->rank == cache->rank && axis > 0 && update->dim[axis] <= cache->dim[axis];
    if (fits) whole.dim[axis] = cache->dim[axis];
    if (!fits || !lrp_shape_equal(&whole, cache) ||
        (lrp_call_has(call, INDICES) && lrp_shape_count(call->in[INDICES].shape) != cache->dim[0]))
        return lrp_fail(err, LRP_FILE, "what TensorScatter writes does not fit its cache");
    return lrp_infer_output(call, 0, call->in[CACHE].dtype, cache, err);
}

/* Row k of the update (all before and along the axis) lies in row *row of the cache. */
static enum lrp_status cache_row(const struct lrp_call *call, const struct lrp_tensor *const *in, size_t k, size_t *row,
                                 struct lrp_error *err)
{
    const struct lrp_shape *cache = call->in[CACHE].shape, *update = call->in[UPDATE].shape;
    int axis = 0;
    (void)cache_axis(call, &axis, NULL);
    const size_t length = (size_t)update->dim[axis], most = (size_t)cache->dim[axis];
    const size_t before = k / length, sample = before / lrp_shape_span(cache, 1, axis);
    int64_t at = (int64_t)(k % length) + (lrp_call_has(call, INDICES) ? in[INDICES]->i[sample] : 0);
    if (is_circular(call) && at >= 0) at %= (int64_t)most;
    if (at < 0 || at >= (int64_t)most) return lrp_fail(err, LRP_FILE, "TensorScatter writes behind the end of its cache");
    *row = before * most + (size_t)at;
    return LRP_OK;
}

static size_t row_length(const struct lrp_call *call)
{
    int axis = 0;
    (void)cache_axis(call, &axis, NULL);
    return lrp_shape_span(call->in[CACHE].shape, axis + 1, call->in[CACHE].shape->rank);
}

enum lrp_status lrp_cache_forward(LRP_FORWARD_PARAMETERS)
{
    const size_t length = row_length(call), each = lrp_tensor_bytes(out[0]) / (out[0]->count ? out[0]->count : 1);
    enum lrp_status status = LRP_OK;
    size_t row;
    (void)handle, (void)run;
    memcpy(out[0]->f, in[CACHE]->f, lrp_tensor_bytes(out[0]));
    for (size_t k = 0; length && k < in[UPDATE]->count / length && !status; ++k) {
        status = cache_row(call, in, k, &row, err);
        if (!status)
            memcpy((char *)out[0]->f + row * length * each, (const char *)in[UPDATE]->f + k * length * each, length * each);
    }
    return status;
}

enum lrp_status lrp_cache_vjp(LRP_VJP_PARAMETERS)
{
    const size_t length = row_length(call), rows = length ? (size_t)lrp_shape_count(call->in[UPDATE].shape) / length : 0;
    enum lrp_status status = LRP_OK;
    size_t row;
    (void)handle, (void)run, (void)out;
    if (!s[0]) return LRP_OK;
    if (grad[CACHE]) memcpy(grad[CACHE]->f, s[0]->f, s[0]->count * sizeof(float));
    for (size_t k = 0; k < rows && !status; ++k) {
        status = cache_row(call, in, k, &row, err);
        if (status) break;
        if (grad[UPDATE]) memcpy(grad[UPDATE]->f + k * length, s[0]->f + row * length, length * sizeof(float));
        if (grad[CACHE]) memset(grad[CACHE]->f + row * length, 0, length * sizeof(float));
    }
    return status;
}
