/* math_elementwise.c: data-parallel loops, and operators that apply one function to every element. */
#include <math.h>

#include "blocked.h"
#include "convert.h"
#include "elementwise.h"
#include "parallel.h"

struct range_job {
    lrp_range_body body;
    const void *data;
};

static void range_part(void *context, int64_t begin, int64_t end)
{
    const struct range_job *job = context;
    job->body(job->data, (size_t)begin, (size_t)end);
}

void lrp_for_range(const struct lrp_run *run, size_t count, size_t cost, lrp_range_body body, const void *data)
{
    struct range_job job = {body, data};
    if (count > 0) lrp_parallel_for(run, (int64_t)count, (int64_t)cost, range_part, &job);
}

enum lrp_status lrp_unary_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct lrp_unary *const op = call->op->own;
    return op->integer ? lrp_infer_same(call, err) : lrp_infer_same_float(call, err);
}

struct unary_job {
    const struct lrp_unary *op;
    float p[LRP_UNARY_PARAMETERS];
    const struct lrp_tensor *x, *y, *s;
    struct lrp_tensor *out;
};

static struct unary_job unary_job(const struct lrp_call *call)
{
    struct unary_job job = {.op = call->op->own};
    if (job.op->parameters) job.op->parameters(call, job.p);
    return job;
}

static void map_range(const void *data, size_t first, size_t last)
{
    const struct unary_job *job = data;
    if (lrp_dtype_is_float(job->x->dtype)) {
        job->op->map(job->x->f + first, job->out->f + first, last - first, job->p);
        return;
    }
    for (size_t i = first; i < last; ++i) job->out->i[i] = lrp_wrap_integer(job->out->dtype, job->op->integer(job->x->i[i]));
}

size_t lrp_elements_of(const struct lrp_tensor *tensor)
{
    return tensor->block ? lrp_tensor_floats(tensor) : tensor->count;
}

int lrp_elementwise_blocks(const struct lrp_call *call, int block, float of_zero)
{
    const struct lrp_shape *x = call->in[0].shape;
    return block && (of_zero == 0 || (x->rank > 1 && x->dim[1] % block == 0)) ? block : 0;
}

enum lrp_status lrp_unary_blocks(LRP_BLOCKS_PARAMETERS)
{
    const struct unary_job job = unary_job(call);
    const float zero = 0;
    float y = 0;
    (void)handle, (void)back, (void)run, (void)err;
    job.op->map(&zero, &y, 1, job.p);
    *from = *to = lrp_elementwise_blocks(call, *from, y);
    return LRP_OK;
}

enum lrp_status lrp_unary_forward(LRP_FORWARD_PARAMETERS)
{
    struct unary_job job = unary_job(call);
    (void)handle, (void)err;
    job.x = in[0];
    job.out = out[0];
    lrp_for_range(run, lrp_elements_of(in[0]), 1, map_range, &job);
    return LRP_OK;
}

static void slope_range(const void *data, size_t first, size_t last)
{
    const struct unary_job *job = data;
    job->op->slope(job->x->f + first, job->y->f + first, job->s->f + first, job->out->f + first, last - first, job->p);
}

enum lrp_status lrp_unary_vjp(LRP_VJP_PARAMETERS)
{
    if (!s[0] || !grad[0]) return LRP_OK;
    struct unary_job job = unary_job(call);
    (void)handle, (void)err;
    job.x = in[0];
    job.y = out[0];
    job.s = s[0];
    job.out = grad[0];
    lrp_for_range(run, lrp_elements_of(in[0]), 1, slope_range, &job);
    return LRP_OK;
}

int64_t lrp_float_to_integer(enum lrp_dtype dtype, float value)
{
    const float limit = 9223372036854775808.0f;
    if (dtype == LRP_DTYPE_BOOL) return value != 0;
    if (isnan(value)) return 0;
    if (value >= limit) return lrp_wrap_integer(dtype, INT64_MAX);
    return lrp_wrap_integer(dtype, value < -limit ? INT64_MIN : (int64_t)value);
}
