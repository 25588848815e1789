/* dft.c: DFT: discrete Fourier transforms along an axis; the last axis holds the real part, or it and the imaginary one. */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "fourier.h"
#include "signal_ops.h"

/* A call, read: `lines` transforms of length n, over `inner` elements each apart. */
struct dft {
    size_t outer, inner, from, n, to; /* from, to: how long the axis is before and after */
    int in_parts, out_parts;          /* 1: real, 2: complex */
    bool inverse, onesided;
    int axis;
};

static enum lrp_status read_axis(const struct lrp_call *call, int rank, int *axis, struct lrp_error *err)
{
    int64_t asked = call->opset < 20 ? lrp_call_int(call, "axis", 1) : -2;
    if (call->opset >= 20 && lrp_call_has(call, 2) && lrp_call_const_ints(call, 2, &asked, 1) != 1)
        return lrp_fail(err, LRP_UNSUPPORTED, "the axis of DFT is not constant");
    const enum lrp_status status = lrp_infer_axis(asked, rank, axis, err);
    if (!status && *axis == rank - 1) return lrp_fail(err, LRP_FILE, "the last axis of DFT holds its parts");
    return status;
}

static enum lrp_status read_dft(const struct lrp_call *call, struct dft *d, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[0].shape;
    int64_t length = -1;
    *d = (struct dft){.inverse = lrp_call_int(call, "inverse", 0) != 0, .onesided = lrp_call_int(call, "onesided", 0) != 0};
    if (x->rank < 2 || x->dim[x->rank - 1] < 1 || x->dim[x->rank - 1] > 2)
        return lrp_fail(err, LRP_FILE, "the last axis of DFT's input must hold one real or two complex parts");
    const enum lrp_status status = read_axis(call, x->rank, &d->axis, err);
    if (status) return status;
    if (lrp_call_has(call, 1) && lrp_call_const_ints(call, 1, &length, 1) != 1)
        return lrp_fail(err, LRP_UNSUPPORTED, "the length of DFT is not constant");
    d->in_parts = (int)x->dim[x->rank - 1];
    d->from = (size_t)x->dim[d->axis];
    const bool is_half = d->inverse && d->onesided; /* half a spectrum of real numbers comes in */
    if (length < 0) length = is_half ? 2 * ((int64_t)d->from - 1) : (int64_t)d->from;
    if (length < 1 || length > INT32_MAX) return lrp_fail(err, LRP_FILE, "DFT has an impossible length");
    d->n = (size_t)length;
    d->to = d->onesided && !d->inverse ? d->n / 2 + 1 : d->n;
    d->out_parts = is_half ? 1 : 2;
    d->outer = lrp_shape_span(x, 0, d->axis);
    d->inner = lrp_shape_span(x, d->axis + 1, x->rank - 1);
    return LRP_OK;
}

enum lrp_status lrp_dft_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct dft d;
    enum lrp_status status = lrp_infer_arity(call, 1, call->opset < 20 ? 2 : 3, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = read_dft(call, &d, err);
    if (status) return status;
    struct lrp_shape y = *call->in[0].shape;
    y.dim[d.axis] = (int64_t)d.to;
    y.dim[y.rank - 1] = d.out_parts;
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* A line of a tensor whose axis has `length` elements, as complex numbers, zeros behind its end. */
static void load_line(const struct dft *d, const float *x, size_t line, size_t length, int parts, double complex *to)
{
    const size_t first = (line / d->inner * length * d->inner + line % d->inner) * (size_t)parts;
    memset(to, 0, d->n * sizeof *to);
    for (size_t t = 0; t < length && t < d->n; ++t) {
        const float *at = x + first + t * d->inner * (size_t)parts;
        to[t] = CMPLX((double)at[0], parts > 1 ? (double)at[1] : 0);
    }
}

static void store_line(const struct dft *d, float *y, size_t line, size_t length, int parts, double scale,
                       const double complex *from)
{
    const size_t first = (line / d->inner * length * d->inner + line % d->inner) * (size_t)parts;
    for (size_t t = 0; t < length && t < d->n; ++t) {
        float *at = y + first + t * d->inner * (size_t)parts;
        at[0] += (float)(scale * creal(from[t]));
        if (parts > 1) at[1] += (float)(scale * cimag(from[t]));
    }
}

/* The other half of a spectrum is the first one's conjugate. */
static void mirror(const struct dft *d, double complex *x)
{
    for (size_t k = d->n / 2 + 1; k < d->n; ++k) x[k] = conj(x[d->n - k]);
}

/* Its transpose: what the other half is given goes to the first one. */
static void mirror_back(const struct dft *d, double complex *x)
{
    for (size_t k = d->n / 2 + 1; k < d->n; ++k) {
        x[d->n - k] += conj(x[k]);
        x[k] = 0;
    }
}

enum lrp_status lrp_dft_forward(LRP_FORWARD_PARAMETERS)
{
    struct dft d;
    (void)handle;
    const enum lrp_status status = read_dft(call, &d, err);
    if (status) return status;
    struct lrp_fourier *fourier = lrp_fourier_new(d.n);
    double complex *line = malloc(d.n * sizeof *line);
    memset(out[0]->f, 0, out[0]->count * sizeof(float));
    for (size_t k = 0; fourier && line && k < d.outer * d.inner && !lrp_run_should_stop(run); ++k) {
        load_line(&d, in[0]->f, k, d.from, d.in_parts, line);
        if (d.inverse && d.onesided) mirror(&d, line);
        lrp_fourier_run(fourier, d.inverse, line);
        store_line(&d, out[0]->f, k, d.to, d.out_parts, d.inverse ? 1 / (double)d.n : 1, line);
    }
    const bool done = fourier && line;
    lrp_fourier_free(fourier);
    free(line);
    return done ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a DFT of length %zu", d.n);
}

/* The transpose of a transform is the one with the other sign, as numbers of two parts. */
enum lrp_status lrp_dft_vjp(LRP_VJP_PARAMETERS)
{
    struct dft d;
    (void)handle, (void)in, (void)out;
    const enum lrp_status status = read_dft(call, &d, err);
    if (status || !s[0] || !grad[0]) return status;
    struct lrp_fourier *fourier = lrp_fourier_new(d.n);
    double complex *line = malloc(d.n * sizeof *line);
    for (size_t k = 0; fourier && line && k < d.outer * d.inner && !lrp_run_should_stop(run); ++k) {
        load_line(&d, s[0]->f, k, d.to, d.out_parts, line);
        lrp_fourier_run(fourier, !d.inverse, line);
        if (d.inverse && d.onesided) mirror_back(&d, line);
        store_line(&d, grad[0]->f, k, d.from, d.in_parts, d.inverse ? 1 / (double)d.n : 1, line);
    }
    const bool done = fourier && line;
    lrp_fourier_free(fourier);
    free(line);
    return done ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a DFT of length %zu", d.n);
}

bool lrp_dft_batch(const struct lrp_call *call, int input, int output, struct lrp_batch_axis *at)
{
    struct dft d;
    bool mixed[LRP_MAX_RANK] = {false};
    (void)output;
    if (input != 0 || read_dft(call, &d, NULL)) return false;
    mixed[d.axis] = mixed[call->in[0].shape->rank - 1] = true;
    return lrp_batch_past(mixed, false, at);
}
