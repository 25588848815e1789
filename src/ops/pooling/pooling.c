/* pooling.c: the rows of the pooling operators, and what they check. */
#include "pooling.h"
#include "batch.h"

int lrp_pool_how(const struct lrp_call *call)
{
    return (int)((const struct lrp_pool_row *)call->op->own)->how;
}

float lrp_pool_power(const struct lrp_call *call)
{
    const struct lrp_attribute *const p = lrp_call_attribute(call, "p");

    if (p && p->kind == LRP_ATTRIBUTE_FLOAT) /* as version 1 had it */
        return p->f;
    return (float)lrp_call_int(call, "p", 2);
}

void lrp_pooling_read(const struct lrp_call *call, int block, struct lrp_pooling *out)
{
    const struct lrp_shape *const x = call->in[0].shape;
    struct lrp_pool_window *const w = &out->window;

    const int lanes = block ? block : 1;

    *out = (struct lrp_pooling){.lanes = lanes,
                                .planes = x->dim[0] * x->dim[1] / lanes,
                                .count_padding = lrp_call_int(call, "count_include_pad", 0) != 0,
                                .column_major = lrp_call_int(call, "storage_order", 0) != 0,
                                .power = lrp_pool_power(call)};
    (void)lrp_window_read(call, x, NULL, w, NULL); /* inference found nothing to fail */
    out->frame = lrp_frame_new(w->rank, w->in, w->out, w->kernel, w->stride, w->dilation, w->pad_begin);
}

static enum lrp_status check_power(const struct lrp_call *call, struct lrp_error *err)
{
    const float p = lrp_pool_power(call);

    if (lrp_pool_how(call) == LRP_POOL_POWER && !(p >= 1 && p <= 1000))
        return lrp_fail(err, LRP_UNSUPPORTED, "attribute p is %g; 1 to 1000 are supported", (double)p);
    return LRP_OK;
}

/* The maximum of windows is taken of bytes, too, since opset 12. */
static bool takes_bytes(const struct lrp_call *call)
{
    const enum lrp_dtype dtype = call->in[0].dtype;

    return call->opset >= 12 && lrp_pool_how(call) == LRP_POOL_MAX && (dtype == LRP_DTYPE_UINT8 || dtype == LRP_DTYPE_INT8);
}

static enum lrp_status pool_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_pool_window w;
    struct lrp_shape y;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);

    if (!status && !takes_bytes(call)) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = check_power(call, err);
    if (!status) status = lrp_window_read(call, call->in[0].shape, NULL, &w, err);
    if (status) return status;
    y = *call->in[0].shape;
    for (int d = 0; d < w.rank; d++) {
        if (w.pad_begin[d] >= lrp_window_reach(&w, d) || w.pad_end[d] >= lrp_window_reach(&w, d))
            return lrp_fail(err, LRP_UNSUPPORTED, "the padding is as wide as the window: some would hold nothing else");
        y.dim[2 + d] = w.out[d];
    }
    status = lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
    return status ? status : lrp_infer_output(call, 1, LRP_DTYPE_INT64, &y, err);
}

static enum lrp_status global_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape y;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);

    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = check_power(call, err);
    if (status) return status;
    y = *call->in[0].shape;
    if (y.rank < 2) return lrp_fail(err, LRP_FILE, "the input has %d dimensions; batch and channels are needed", y.rank);
    for (int d = 2; d < y.rank; d++) {
        if (y.dim[d] < 1) return lrp_fail(err, LRP_FILE, "there is nothing to pool");
        y.dim[d] = 1;
    }
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* Blocks may stay if no channel is missing, and nobody asks for indices. */
static enum lrp_status pool_blocks(LRP_BLOCKS_PARAMETERS)
{
    const bool alone = call->out_count < 2 || !call->out[1].present;

    (void)handle, (void)back, (void)run, (void)err;
    *from = *to = *from && call->in[0].shape->dim[1] % *from == 0 && alone ? *from : 0;
    return LRP_OK;
}

/* Of one value for each channel: in blocks on the side of the many. */
static enum lrp_status global_pool_blocks(LRP_BLOCKS_PARAMETERS)
{
    const int block = *from && call->in[0].shape->dim[1] % *from == 0 ? *from : 0;

    (void)handle, (void)run, (void)err;
    *from = back ? 0 : block;
    *to = back ? block : 0;
    return LRP_OK;
}

static int64_t pool_macs(const struct lrp_call *call)
{
    int64_t count = lrp_shape_count(call->out[0].shape);
    struct lrp_pool_window w;

    if (count < 0 || lrp_window_read(call, call->in[0].shape, NULL, &w, NULL)) return 0;
    for (int d = 0; d < w.rank; d++)
        if (__builtin_mul_overflow(count, w.kernel[d], &count)) return INT64_MAX;
    return count;
}

static int64_t global_macs(const struct lrp_call *call)
{
    return lrp_shape_count(call->in[0].shape);
}

const struct lrp_operator lrp_ops_pooling[] = {
    {.name = "MaxPool",
     .domain = "",
     .versions = {1, 8, 10, 11, 12, 22},
     .static_kind = LRP_KIND_MAX_POOL,
     .traits = LRP_TRAIT_SELECTS,
     .own = &(const struct lrp_pool_row){LRP_POOL_MAX},
     .infer = pool_infer,
     .forward = lrp_max_pool_forward,
     .vjp = lrp_max_pool_vjp,
     .blocks = pool_blocks,
     .batch = lrp_batch_planes},
    {.name = "AveragePool",
     .domain = "",
     .versions = {1, 7, 10, 11, 19, 22},
     .static_kind = LRP_KIND_MEAN_POOL,
     .own = &(const struct lrp_pool_row){LRP_POOL_MEAN},
     .infer = pool_infer,
     .forward = lrp_mean_pool_forward,
     .vjp = lrp_mean_pool_vjp,
     .blocks = pool_blocks,
     .macs = pool_macs,
     .batch = lrp_batch_planes},
    {.name = "LpPool",
     .domain = "",
     .versions = {1, 2, 11, 18, 22},
     .static_kind = LRP_KIND_OTHER,
     .own = &(const struct lrp_pool_row){LRP_POOL_POWER},
     .infer = pool_infer,
     .forward = lrp_power_pool_forward,
     .vjp = lrp_power_pool_vjp,
     .macs = pool_macs,
     .batch = lrp_batch_planes},
    {.name = "GlobalMaxPool",
     .domain = "",
     .versions = {1, 22},
     .static_kind = LRP_KIND_GLOBAL_MAX_POOL,
     .traits = LRP_TRAIT_SELECTS,
     .own = &(const struct lrp_pool_row){LRP_POOL_MAX},
     .infer = global_infer,
     .forward = lrp_global_pool_forward,
     .vjp = lrp_global_pool_vjp,
     .batch = lrp_batch_planes},
    {.name = "GlobalAveragePool",
     .domain = "",
     .versions = {1, 22},
     .static_kind = LRP_KIND_GLOBAL_MEAN_POOL,
     .own = &(const struct lrp_pool_row){LRP_POOL_MEAN},
     .infer = global_infer,
     .forward = lrp_global_pool_forward,
     .vjp = lrp_global_pool_vjp,
     .blocks = global_pool_blocks,
     .macs = global_macs,
     .batch = lrp_batch_planes},
    {.name = "GlobalLpPool",
     .domain = "",
     .versions = {1, 2, 22},
     .static_kind = LRP_KIND_OTHER,
     .own = &(const struct lrp_pool_row){LRP_POOL_POWER},
     .infer = global_infer,
     .forward = lrp_global_pool_forward,
     .vjp = lrp_global_pool_vjp,
     .macs = global_macs,
     .batch = lrp_batch_planes},
    {.name = NULL},
};
