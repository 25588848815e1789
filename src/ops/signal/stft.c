/* stft.c: STFT: Fourier transforms of windows cut out of a signal, (batch, length[, parts]) -> (batch, frames, bins, 2). */
#include <stdlib.h>
#include <string.h>

#include "fourier.h"
#include "signal_ops.h"

enum { SIGNAL, STEP, WINDOW, FRAME };

struct stft {
    int64_t batch, length, step, n, frames, bins;
    int parts;
};

static enum lrp_status read_stft(const struct lrp_call *call, struct stft *t, struct lrp_error *err)
{
    const struct lrp_shape *x = call->in[SIGNAL].shape;
    *t = (struct stft){.batch = x->dim[0], .length = x->dim[1], .parts = x->rank == 3 ? (int)x->dim[2] : 1};
    if (x->rank < 2 || x->rank > 3 || t->parts < 1 || t->parts > 2)
        return lrp_fail(err, LRP_FILE, "the signal of STFT must be batch x length, of one real or two complex parts");
    if (lrp_call_const_ints(call, STEP, &t->step, 1) != 1 ||
        (lrp_call_has(call, FRAME) && lrp_call_const_ints(call, FRAME, &t->n, 1) != 1))
        return lrp_fail(err, LRP_UNSUPPORTED, "the step or the length of STFT's frames is not constant");
    if (lrp_call_has(call, WINDOW) && call->in[WINDOW].shape->rank != 1)
        return lrp_fail(err, LRP_FILE, "the window of STFT must be a list of numbers");
    if (lrp_call_has(call, WINDOW) && !lrp_call_has(call, FRAME)) t->n = call->in[WINDOW].shape->dim[0];
    if (t->step < 1 || t->n < 1 || t->n > t->length || (lrp_call_has(call, WINDOW) && call->in[WINDOW].shape->dim[0] != t->n))
        return lrp_fail(err, LRP_FILE, "the frames of STFT do not fit its signal or window");
    t->frames = (t->length - t->n) / t->step + 1;
    t->bins = lrp_call_int(call, "onesided", 1) ? t->n / 2 + 1 : t->n;
    return LRP_OK;
}

enum lrp_status lrp_stft_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct stft t;
    enum lrp_status status = lrp_infer_arity(call, 2, 4, err);
    if (!status) status = lrp_infer_is_float(call, SIGNAL, err);
    if (!status && lrp_call_has(call, WINDOW)) status = lrp_infer_is_float(call, WINDOW, err);
    if (!status) status = read_stft(call, &t, err);
    if (status) return status;
    const struct lrp_shape y = {.rank = 4, .dim = {t.batch, t.frames, t.bins, 2}};
    return lrp_infer_output(call, 0, call->in[SIGNAL].dtype, &y, err);
}

/* What frame k (of all samples) begins with. */
static size_t frame_start(const struct stft *t, int64_t k)
{
    return (size_t)((k / t->frames * t->length + k % t->frames * t->step) * t->parts);
}

static double complex signal_at(const struct stft *t, const float *x, int64_t at)
{
    return t->parts > 1 ? CMPLX((double)x[2 * at], (double)x[2 * at + 1]) : CMPLX((double)x[at], 0);
}

enum lrp_status lrp_stft_forward(LRP_FORWARD_PARAMETERS)
{
    struct stft t;
    (void)handle;
    const enum lrp_status status = read_stft(call, &t, err);
    if (status) return status;
    const float *window = lrp_call_has(call, WINDOW) ? in[WINDOW]->f : NULL;
    struct lrp_fourier *fourier = lrp_fourier_new((size_t)t.n);
    double complex *line = malloc((size_t)t.n * sizeof *line);
    const bool done = fourier && line;
    for (int64_t k = 0; done && k < t.batch * t.frames && !lrp_run_should_stop(run); ++k) {
        const float *x = in[SIGNAL]->f + frame_start(&t, k);
        float *y = out[0]->f + (size_t)(2 * k * t.bins);
        for (int64_t i = 0; i < t.n; ++i) line[i] = signal_at(&t, x, i) * (window ? (double)window[i] : 1);
        lrp_fourier_run(fourier, false, line);
        for (int64_t i = 0; i < t.bins; ++i) y[2 * i] = (float)creal(line[i]), y[2 * i + 1] = (float)cimag(line[i]);
    }
    lrp_fourier_free(fourier);
    free(line);
    return done ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for an STFT of length %lld", (long long)t.n);
}

/* `turned` is the cotangent of the windowed frame. */
static void give_frame(const struct stft *t, const double complex *turned, const float *x, const float *window,
                       float *to_signal, float *to_window)
{
    for (int64_t i = 0; i < t->n; ++i) {
        const double weight = window ? (double)window[i] : 1;
        if (to_signal) to_signal[i * t->parts] += (float)(weight * creal(turned[i]));
        if (to_signal && t->parts > 1) to_signal[2 * i + 1] += (float)(weight * cimag(turned[i]));
        if (to_window) to_window[i] += (float)creal(signal_at(t, x, i) * conj(turned[i]));
    }
}

enum lrp_status lrp_stft_vjp(LRP_VJP_PARAMETERS)
{
    struct stft t;
    (void)handle, (void)out;
    const enum lrp_status status = read_stft(call, &t, err);
    if (status || !s[0]) return status;
    const float *window = lrp_call_has(call, WINDOW) ? in[WINDOW]->f : NULL;
    float *to_window = window && grad[WINDOW] ? grad[WINDOW]->f : NULL;
    struct lrp_fourier *fourier = lrp_fourier_new((size_t)t.n);
    double complex *line = malloc((size_t)t.n * sizeof *line);
    const bool done = fourier && line;
    for (int64_t k = 0; done && k < t.batch * t.frames && !lrp_run_should_stop(run); ++k) {
        const float *given = s[0]->f + (size_t)(2 * k * t.bins);
        memset(line, 0, (size_t)t.n * sizeof *line);
        for (int64_t i = 0; i < t.bins; ++i) line[i] = CMPLX((double)given[2 * i], (double)given[2 * i + 1]);
        lrp_fourier_run(fourier, true, line);
        give_frame(&t, line, in[SIGNAL]->f + frame_start(&t, k), window,
                   grad[SIGNAL] ? grad[SIGNAL]->f + frame_start(&t, k) : NULL, to_window);
    }
    lrp_fourier_free(fourier);
    free(line);
    return done ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for an STFT of length %lld", (long long)t.n);
}
