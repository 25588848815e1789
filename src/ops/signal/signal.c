/* signal.c: windows and mel weights, which depend on numbers alone, and the family's rows. */
#include "batch.h"
#include "signal_ops.h"

#include <math.h>
#include <string.h>

/* ---- windows: sums of cosines ---- */

struct window {
    double terms[3]; /* of cos(0), -cos(2 pi t), cos(4 pi t) */
};
static const struct window hann = {{0.5, 0.5, 0}}, hamming = {{25.0 / 46, 21.0 / 46, 0}}, blackman = {{0.42, 0.5, 0.08}};

/* The type an attribute asks for, float32 without one. */
static enum lrp_status output_type(const struct lrp_call *call, enum lrp_dtype *out, struct lrp_error *err)
{
    const int64_t asked = lrp_call_int(call, "output_datatype", LRP_DTYPE_FLOAT);
    *out = asked > 0 && asked < LRP_DTYPE_COUNT ? (enum lrp_dtype)asked : LRP_DTYPE_UNDEFINED;
    if (!lrp_dtype_is_number(*out))
        return lrp_fail(err, LRP_UNSUPPORTED, "%s of this output_datatype is not implemented", call->op_type);
    return LRP_OK;
}

static void put_number(struct lrp_tensor *to, size_t at, double value)
{
    if (lrp_dtype_is_float(to->dtype))
        to->f[at] = (float)value;
    else
        to->i[at] = (int64_t)value;
}

static enum lrp_status window_infer(struct lrp_call *call, struct lrp_error *err)
{
    int64_t size = 0;
    enum lrp_dtype dtype;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = output_type(call, &dtype, err);
    if (status) return status;
    if (lrp_call_const_ints(call, 0, &size, 1) != 1)
        return lrp_fail(err, LRP_UNSUPPORTED, "the size of the window is not constant");
    if (size < 0) return lrp_fail(err, LRP_FILE, "a window cannot have %lld elements", (long long)size);
    return lrp_infer_output(call, 0, dtype, &(struct lrp_shape){.rank = 1, .dim = {size}}, err);
}

static enum lrp_status window_forward(LRP_FORWARD_PARAMETERS)
{
    const struct window *w = call->op->own;
    const size_t size = out[0]->count;
    const double whole = (double)size - (lrp_call_int(call, "periodic", 1) ? 0 : 1);
    (void)handle, (void)in, (void)run, (void)err;
    for (size_t k = 0; k < size; ++k) {
        const double angle = whole > 0 ? 2 * M_PI * (double)k / whole : 0;
        put_number(out[0], k, w->terms[0] - w->terms[1] * cos(angle) + w->terms[2] * cos(2 * angle));
    }
    return LRP_OK;
}

/* ---- MelWeightMatrix ---- */

enum { MELS, LENGTH, RATE, LOW, HIGH };

static enum lrp_status mel_infer(struct lrp_call *call, struct lrp_error *err)
{
    int64_t mels = 0, length = 0;
    enum lrp_dtype dtype;
    enum lrp_status status = lrp_infer_arity(call, 5, 5, err);
    if (!status) status = output_type(call, &dtype, err);
    for (int i = 0; i < 5 && !status; ++i)
        if (lrp_shape_count(call->in[i].shape) != 1 || lrp_dtype_is_float(call->in[i].dtype) != (i >= LOW))
            status = lrp_fail(err, LRP_FILE, "input %d of MelWeightMatrix must be a single number", i);
    if (status) return status;
    if (lrp_call_const_ints(call, MELS, &mels, 1) != 1 || lrp_call_const_ints(call, LENGTH, &length, 1) != 1)
        return lrp_fail(err, LRP_UNSUPPORTED, "how many bins MelWeightMatrix has is not constant");
    if (mels < 0 || length < 0 || length > INT32_MAX || mels > INT32_MAX)
        return lrp_fail(err, LRP_FILE, "MelWeightMatrix has an impossible number of bins");
    return lrp_infer_output(call, 0, dtype, &(struct lrp_shape){.rank = 2, .dim = {length / 2 + 1, mels}}, err);
}

static double mel(double hertz)
{
    return 2595 * log10(1 + hertz / 700);
}

/* The spectrum's bin where edge `k` of the triangles lies. */
static int64_t edge_bin(const struct lrp_tensor *const *in, int64_t k)
{
    const double low = mel((double)in[LOW]->f[0]), high = mel((double)in[HIGH]->f[0]);
    const double step = (high - low) / (double)(in[MELS]->i[0] + 2);
    const double hertz = 700 * (pow(10, ((double)k * step + low) / 2595) - 1);
    return (int64_t)floor((double)(in[LENGTH]->i[0] + 1) * hertz / (double)in[RATE]->i[0]);
}

static enum lrp_status mel_forward(LRP_FORWARD_PARAMETERS)
{
    const int64_t bins = out[0]->shape.dim[0], mels = out[0]->shape.dim[1];
    (void)call, (void)handle, (void)run;
    if (in[RATE]->i[0] <= 0 || in[LOW]->f[0] < 0 || in[HIGH]->f[0] < in[LOW]->f[0])
        return lrp_fail(err, LRP_FILE, "the edges or the sample rate of MelWeightMatrix are impossible");
    for (size_t k = 0; k < out[0]->count; ++k) put_number(out[0], k, 0);
    for (int64_t m = 0; m < mels; ++m) {
        const int64_t low = edge_bin(in, m), centre = edge_bin(in, m + 1), high = edge_bin(in, m + 2);
        if (low < 0 || centre >= bins || high > bins)
            return lrp_fail(err, LRP_FILE, "the upper edge of MelWeightMatrix lies above half of its sample rate");
        for (int64_t j = low; j <= centre; ++j)
            put_number(out[0], (size_t)(j * mels + m), centre > low ? (double)(j - low) / (double)(centre - low) : 1);
        for (int64_t j = centre; j < high; ++j)
            put_number(out[0], (size_t)(j * mels + m), (double)(high - j) / (double)(high - centre));
    }
    return LRP_OK;
}

#define WINDOW(op, shape)                                                                                                      \
    {                                                                                                                          \
        .name = (op), .domain = "", .versions = {17}, .own = &(shape), .traits = LRP_TRAIT_NO_VJP,                             \
        .static_kind = LRP_KIND_OTHER, .infer = window_infer, .forward = window_forward, .batch = lrp_batch_none               \
    }
const struct lrp_operator lrp_ops_signal[] = {
    WINDOW("HannWindow", hann),
    WINDOW("HammingWindow", hamming),
    WINDOW("BlackmanWindow", blackman),
    {.name = "MelWeightMatrix",
     .domain = "",
     .versions = {17},
     .traits = LRP_TRAIT_NO_VJP,
     .static_kind = LRP_KIND_OTHER,
     .infer = mel_infer,
     .forward = mel_forward,
     .batch = lrp_batch_none},
    {.name = "DFT",
     .domain = "",
     .versions = {17, 20},
     .static_kind = LRP_KIND_OTHER,
     .infer = lrp_dft_infer,
     .forward = lrp_dft_forward,
     .vjp = lrp_dft_vjp,
     .batch = lrp_dft_batch},
    {.name = "STFT",
     .domain = "",
     .versions = {17},
     .static_kind = LRP_KIND_OTHER,
     .infer = lrp_stft_infer,
     .forward = lrp_stft_forward,
     .vjp = lrp_stft_vjp,
     .batch = lrp_batch_planes},
    {0},
};
