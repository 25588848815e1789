/* pooling_window.c: windows that slide over the space dimensions. */
#include "pooling_window.h"

#include <string.h>

enum { LARGEST = 1 << 24 }; /* of kernels, strides, dilations, pads: no sum of them overflows */

/* Fills `values` from an attribute or with `otherwise`. */
static enum lrp_status read_ints(const struct lrp_call *call, const char *name, int rank, int64_t lowest, int64_t otherwise,
                                 int64_t *values, struct lrp_error *err)
{
    const int count = lrp_call_ints(call, name, values, rank);

    if (count < 0)
        for (int d = 0; d < rank; d++) values[d] = otherwise;
    else if (count != rank)
        return lrp_fail(err, LRP_FILE, "attribute %s has %d values, %d are needed", name, count, rank);
    for (int d = 0; d < rank; d++)
        if (values[d] < lowest || values[d] > LARGEST)
            return lrp_fail(err, LRP_FILE, "attribute %s has the value %lld, outside %lld..%d", name, (long long)values[d],
                            (long long)lowest, (int)LARGEST);
    return LRP_OK;
}

static enum lrp_status read_kernel(const struct lrp_call *call, const int64_t *kernel, struct lrp_pool_window *w,
                                   struct lrp_error *err)
{
    const enum lrp_status status = read_ints(call, "kernel_shape", w->rank, 1, 0, w->kernel, err);
    double taps = 1;

    if (kernel && !lrp_call_attribute(call, "kernel_shape"))
        memcpy(w->kernel, kernel, (size_t)w->rank * sizeof *kernel);
    else if (status)
        return status;
    for (int d = 0; d < w->rank; d++) {
        taps *= (double)w->kernel[d];
        if (kernel && kernel[d] != w->kernel[d])
            return lrp_fail(err, LRP_FILE, "attribute kernel_shape does not match the shape of the weights");
        if (w->kernel[d] < 1 || w->kernel[d] > LARGEST || taps > LARGEST)
            return lrp_fail(err, LRP_FILE, "a kernel of size %lld is not possible", (long long)w->kernel[d]);
    }
    return LRP_OK;
}

enum lrp_status lrp_window_attributes(const struct lrp_call *call, const struct lrp_shape *x, const int64_t *kernel,
                                      struct lrp_pool_window *out, struct lrp_error *err)
{
    struct lrp_pool_window w = {.rank = x->rank - 2};
    int64_t pads[6] = {0};
    enum lrp_status status;

    if (w.rank < 1 || w.rank > 3)
        return lrp_fail(err, LRP_UNSUPPORTED, "the input has %d dimensions; 3 to 5 are supported", x->rank);
    memcpy(w.in, x->dim + 2, (size_t)w.rank * sizeof *w.in);
    status = read_kernel(call, kernel, &w, err);
    if (!status) status = read_ints(call, "strides", w.rank, 1, 1, w.stride, err);
    if (!status) status = read_ints(call, "dilations", w.rank, 1, 1, w.dilation, err);
    if (!status) status = read_ints(call, "pads", 2 * w.rank, 0, 0, pads, err);
    memcpy(w.pad_begin, pads, (size_t)w.rank * sizeof *pads);
    memcpy(w.pad_end, pads + w.rank, (size_t)w.rank * sizeof *pads);
    *out = w;
    return status;
}

int64_t lrp_window_reach(const struct lrp_pool_window *window, int d)
{
    return (window->kernel[d] - 1) * window->dilation[d] + 1;
}

/* As few outputs as cover the input; what is missing is padded, the odd one at the end or at the beginning. */
static void pad_same(struct lrp_pool_window *w, int d, bool lower)
{
    const int64_t out = (w->in[d] + w->stride[d] - 1) / w->stride[d];
    const int64_t missing = (out - 1) * w->stride[d] + lrp_window_reach(w, d) - w->in[d];
    const int64_t total = missing > 0 ? missing : 0;

    w->pad_begin[d] = lower ? total - total / 2 : total / 2;
    w->pad_end[d] = total - w->pad_begin[d];
}

static enum lrp_status size_out(struct lrp_pool_window *w, int d, bool ceil, struct lrp_error *err)
{
    const int64_t room = w->in[d] + w->pad_begin[d] + w->pad_end[d] - lrp_window_reach(w, d);

    /* rounded up, one window may hang over the end by less than a stride even if it is the only one */
    if (room + (ceil ? w->stride[d] - 1 : 0) < 0 || w->in[d] < 1)
        return lrp_fail(err, LRP_FILE, "a window of %lld does not fit into %lld padded elements",
                        (long long)lrp_window_reach(w, d), (long long)(room + lrp_window_reach(w, d)));
    w->out[d] = (room + (ceil ? w->stride[d] - 1 : 0)) / w->stride[d] + 1;
    if (ceil && (w->out[d] - 1) * w->stride[d] >= w->in[d] + w->pad_begin[d])
        w->out[d]--; /* a window that starts in the padding at the end is none */
    return LRP_OK;
}

enum lrp_status lrp_window_read(const struct lrp_call *call, const struct lrp_shape *x, const int64_t *kernel,
                                struct lrp_pool_window *out, struct lrp_error *err)
{
    const char *const automatic = lrp_call_string(call, "auto_pad", "NOTSET");
    const bool lower = strcmp(automatic, "SAME_LOWER") == 0, same = lower || strcmp(automatic, "SAME_UPPER") == 0;
    const bool valid = strcmp(automatic, "VALID") == 0, ceil = !kernel && lrp_call_int(call, "ceil_mode", 0) != 0;
    enum lrp_status status = lrp_window_attributes(call, x, kernel, out, err);

    if (!status && !same && !valid && strcmp(automatic, "NOTSET") != 0 && *automatic)
        return lrp_fail(err, LRP_FILE, "attribute auto_pad has the unknown value '%.40s'", automatic);
    for (int d = 0; !status && d < out->rank; d++) {
        if (valid) out->pad_begin[d] = out->pad_end[d] = 0;
        if (same) pad_same(out, d, lower);
        status = size_out(out, d, ceil && !same, err);
    }
    return status;
}
