/* select_reverse.c: ReverseSequence: the first elements of each sample's sequence in the opposite order. */
#include <string.h>

#include "select_ops.h"

/* Axis 0 and 1 are the sequence and the samples, in either order. */
static bool reverse_axes(const struct lrp_call *call, int *time, int *batch)
{
    const int64_t t = lrp_call_int(call, "time_axis", 0), b = lrp_call_int(call, "batch_axis", 1);
    *time = (int)t;
    *batch = (int)b;
    return (t == 0 && b == 1) || (t == 1 && b == 0);
}

enum lrp_status lrp_reverse_infer(struct lrp_call *call, struct lrp_error *err)
{
    int time, batch;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_is_integer(call, 1, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *lengths = call->in[1].shape;
    if (x->rank < 2 || !reverse_axes(call, &time, &batch) || lengths->rank != 1 || lengths->dim[0] != x->dim[batch])
        return lrp_fail(err, LRP_FILE, "the axes and lengths of ReverseSequence do not fit its input");
    return lrp_infer_output(call, 0, call->in[0].dtype, x, err);
}

/* from[] in another order to to[]; turning around is its own opposite. */
static enum lrp_status reverse(const struct lrp_call *call, const struct lrp_tensor *lengths, const char *from, char *to,
                               size_t size, struct lrp_error *err)
{
    int time, batch;
    reverse_axes(call, &time, &batch);
    const struct lrp_shape *x = call->in[0].shape;
    const size_t steps = (size_t)x->dim[time], samples = (size_t)x->dim[batch], bytes = lrp_shape_span(x, 2, x->rank) * size;
    for (size_t b = 0; b < samples; b++) {
        if (lengths->i[b] < 0 || (uint64_t)lengths->i[b] > steps)
            return lrp_fail(err, LRP_FILE, "a sequence of %lld elements does not fit into the %zu there are",
                            (long long)lengths->i[b], steps);
        const size_t length = (size_t)lengths->i[b];
        for (size_t t = 0; t < steps && bytes; t++) {
            const size_t u = t < length ? length - 1 - t : t;
            memcpy(to + (time == 0 ? t * samples + b : b * steps + t) * bytes,
                   from + (time == 0 ? u * samples + b : b * steps + u) * bytes, bytes);
        }
    }
    return LRP_OK;
}

enum lrp_status lrp_reverse_forward(LRP_FORWARD_PARAMETERS)
{
    const bool is_float = lrp_dtype_is_float(in[0]->dtype);
    (void)handle, (void)run;
    return reverse(call, in[1], is_float ? (const char *)in[0]->f : (const char *)in[0]->i,
                   is_float ? (char *)out[0]->f : (char *)out[0]->i, is_float ? sizeof(float) : sizeof(int64_t), err);
}

enum lrp_status lrp_reverse_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out, (void)run;
    if (!s[0] || !grad[0]) return LRP_OK;
    return reverse(call, in[1], (const char *)s[0]->f, (char *)grad[0]->f, sizeof(float), err);
}

bool lrp_reverse_batch(LRP_BATCH_PARAMETERS)
{
    int time, batch;
    (void)output;
    if (!reverse_axes(call, &time, &batch)) return false;
    return input == 0 ? at->axis != time : false;
}
