/* math_pass.c: elementwise operators that test or pass on their input: IsNaN IsInf Identity Dropout Cast. */
#include <math.h>
#include <string.h>

#include "convert.h"
#include "math_ops.h"

enum lrp_status lrp_test_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    return status ? status : lrp_infer_output(call, 0, LRP_DTYPE_BOOL, call->in[0].shape, err);
}

enum lrp_status lrp_isnan_forward(LRP_FORWARD_PARAMETERS)
{
    (void)call, (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < in[0]->count; ++i) out[0]->i[i] = isnan(in[0]->f[i]) != 0;
    return LRP_OK;
}

enum lrp_status lrp_isinf_forward(LRP_FORWARD_PARAMETERS)
{
    const bool negative = lrp_call_int(call, "detect_negative", 1) != 0,
               positive = lrp_call_int(call, "detect_positive", 1) != 0;
    (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < in[0]->count; ++i) {
        const float x = in[0]->f[i];
        out[0]->i[i] = isinf(x) && (x < 0 ? negative : positive);
    }
    return LRP_OK;
}

enum lrp_status lrp_identity_infer(struct lrp_call *call, struct lrp_error *err)
{
    return lrp_infer_same(call, err);
}

/* The ratio is known and 0: then nothing is dropped, in training neither. */
static bool drops_nothing(const struct lrp_call *call)
{
    const struct lrp_blob *ratio = lrp_call_has(call, 1) ? call->in[1].constant : NULL;
    return ratio && ratio->count == 1 && lrp_blob_get_f32(ratio, 0) == 0;
}

/* Training mode is what a model asks for that was exported by mistake: refusing it is better than explaining noise. */
enum lrp_status lrp_dropout_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, call->opset < 12 ? 1 : 3, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status && lrp_call_has(call, 2) && !drops_nothing(call)) {
        int64_t training[LRP_MAX_RANK];
        if (lrp_call_const_ints(call, 2, training, 1) != 1)
            return lrp_fail(err, LRP_UNSUPPORTED, "training_mode of Dropout is not constant; export the model for inference");
        if (training[0] != 0)
            return lrp_fail(err, LRP_UNSUPPORTED, "Dropout is in training mode; export the model for inference");
    }
    if (!status) status = lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
    return status ? status
                  : lrp_infer_output(call, 1, call->opset < 10 ? call->in[0].dtype : LRP_DTYPE_BOOL, call->in[0].shape, err);
}

enum lrp_status lrp_cast_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    const int64_t to = lrp_call_int(call, "to", 0);
    if (status) return status;
    if (to <= 0 || to >= LRP_DTYPE_COUNT || (to != LRP_DTYPE_STRING && !lrp_dtype_is_number((enum lrp_dtype)to)))
        return lrp_fail(err, LRP_UNSUPPORTED, "Cast to type %lld (%s) is not implemented", (long long)to,
                        to > 0 && to < LRP_DTYPE_COUNT ? lrp_dtype_text((enum lrp_dtype)to) : "unknown");
    return lrp_infer_output(call, 0, (enum lrp_dtype)to, call->in[0].shape, err);
}

enum lrp_status lrp_cast_like_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    return status ? status : lrp_infer_output(call, 0, call->in[1].dtype, call->in[0].shape, err);
}

enum lrp_kind lrp_cast_kind(const struct lrp_call *call)
{
    const bool floats = call->in_count > 0 && call->out_count > 0 && lrp_dtype_is_float(call->in[0].dtype) &&
                        lrp_dtype_is_float(call->out[0].dtype) && !lrp_dtype_is_tiny(call->out[0].dtype);
    return floats ? LRP_KIND_IDENTITY : LRP_KIND_OTHER;
}

static void read_converted(const struct lrp_blob_view *view, size_t first, size_t n, float *out)
{
    lrp_blob_f32(view->of, first, n, out);
}

/* Numbers of fewer bytes that are to be floats stay as they are until somebody reads them. */
enum lrp_status lrp_cast_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                               struct lrp_error *err)
{
    const struct lrp_blob *const x = call->in[0].constant;
    const enum lrp_dtype to = call->out[0].dtype;

    if (!lrp_dtype_is_number(x->dtype) || !lrp_dtype_is_float(to) || lrp_dtype_is_tiny(to) || (!x->view && !x->raw) ||
        (!x->view && lrp_dtype_size(x->dtype) >= sizeof(float)))
        return LRP_OK;
    *out = lrp_blob_view(arena, x->shape, (struct lrp_blob_view){.of = x, .read = read_converted});
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* From one storage to the other; integers are cut to the declared width. */
static void convert_elements(const struct lrp_tensor *x, struct lrp_tensor *y, bool saturates)
{
    const bool to_float = lrp_dtype_is_float(y->dtype), from_float = lrp_dtype_is_float(x->dtype);
    if (lrp_dtype_is_tiny(y->dtype)) {
        for (size_t i = 0; i < x->count; ++i)
            y->f[i] = lrp_tiny_nearest(y->dtype, from_float ? x->f[i] : (float)x->i[i], saturates);
        return;
    }
    if (to_float && from_float) {
        memcpy(y->f, x->f, x->count * sizeof *x->f);
        return;
    }
    for (size_t i = 0; i < x->count; ++i)
        if (to_float)
            y->f[i] = x->dtype == LRP_DTYPE_UINT64 ? (float)(uint64_t)x->i[i] : (float)x->i[i];
        else if (from_float)
            y->i[i] = lrp_float_to_integer(y->dtype, x->f[i]);
        else
            y->i[i] = lrp_wrap_integer(y->dtype, x->i[i]);
}

enum lrp_status lrp_pass_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)run;
    if (out[0] && (in[0]->dtype == LRP_DTYPE_STRING || out[0]->dtype == LRP_DTYPE_STRING))
        return lrp_cast_texts(in[0], out[0], err);
    if (out[0]) convert_elements(in[0], out[0], lrp_call_int(call, "saturate", 1) != 0);
    struct lrp_tensor *mask = call->out_count > 1 ? out[1] : NULL;
    for (size_t i = 0; mask && i < mask->count; ++i) {
        if (lrp_dtype_is_float(mask->dtype))
            mask->f[i] = 1;
        else
            mask->i[i] = 1;
    }
    return LRP_OK;
}

enum lrp_status lrp_pass_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)in, (void)run, (void)err;
    if (s[0] && grad[0] && lrp_dtype_is_float(out[0] ? out[0]->dtype : s[0]->dtype))
        memcpy(grad[0]->f, s[0]->f, s[0]->count * sizeof *s[0]->f);
    return LRP_OK;
}
