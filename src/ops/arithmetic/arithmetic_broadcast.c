/* arithmetic_broadcast.c: numpy's broadcasting as nested loops over runs of output elements. */
#include "broadcast.h"

#include "arithmetic.h"

enum lrp_status lrp_infer_binary(struct lrp_call *call, enum lrp_dtype dtype, struct lrp_error *err)
{
    struct lrp_shape shape;
    const enum lrp_status status = lrp_infer_broadcast(call, 0, call->in_count, &shape, err);
    return status ? status : lrp_infer_output(call, 0, dtype, &shape, err);
}

/* Long enough to be fast, short enough to stay in the first cache with its operands. */
#define PULL_BLOCK 1024

static void operand_strides(const struct lrp_shape *shape, const struct lrp_shape *out, size_t stride[LRP_MAX_RANK])
{
    size_t next = 1;
    for (int k = 1; k <= out->rank; ++k) {
        const size_t dim = k <= shape->rank ? (size_t)shape->dim[shape->rank - k] : 1;
        stride[out->rank - k] = dim == 1 ? 0 : next;
        next *= dim;
    }
}

/* True if loop `inner` directly continues loop `outer` for every operand. */
static bool mergeable(const struct lrp_broadcast *plan, size_t stride[][LRP_MAX_RANK], int outer, size_t inner_dim, int inner)
{
    for (int i = 0; i < plan->operands; ++i)
        if (plan->stride[i][outer] != stride[i][inner] * inner_dim) return false;
    return true;
}

void lrp_broadcast_plan(struct lrp_broadcast *plan, const struct lrp_shape *out, const struct lrp_shape *const *operands,
                        int count)
{
    size_t stride[LRP_BROADCAST_OPERANDS][LRP_MAX_RANK] = {{0}};
    *plan = (struct lrp_broadcast){.operands = count, .count = lrp_shape_span(out, 0, out->rank)};
    for (int i = 0; i < count; ++i) operand_strides(operands[i], out, stride[i]);
    for (int k = 0; k < out->rank; ++k) {
        const size_t dim = (size_t)out->dim[k];
        if (dim == 1) continue;
        const bool merge = plan->rank > 0 && mergeable(plan, stride, plan->rank - 1, dim, k);
        const int at = merge ? plan->rank - 1 : plan->rank++;
        plan->dim[at] = merge ? plan->dim[at] * dim : dim;
        for (int i = 0; i < count; ++i) plan->stride[i][at] = stride[i][k];
    }
    if (plan->rank == 0) {
        plan->rank = 1;
        plan->dim[0] = 1;
    }
}

/* Runs that make up output elements [first, last), none longer than `most`. */
static void walk_runs(const struct lrp_broadcast *plan, size_t first, size_t last, size_t most, lrp_broadcast_body body,
                      const void *data)
{
    const int inner = plan->rank - 1;
    size_t index[LRP_MAX_RANK] = {0};
    size_t rest = first;
    for (int k = inner; k >= 0 && first < last; --k) {
        index[k] = rest % plan->dim[k];
        rest /= plan->dim[k];
    }
    for (size_t at = first; at < last;) {
        struct lrp_broadcast_run run = {.out = at, .n = plan->dim[inner] - index[inner]};
        run.n = run.n > last - at ? last - at : run.n;
        run.n = run.n > most ? most : run.n;
        for (int i = 0; i < plan->operands; ++i) {
            run.step[i] = plan->stride[i][inner];
            for (int k = 0; k <= inner; ++k) run.at[i] += index[k] * plan->stride[i][k];
        }
        body(data, &run);
        at += run.n;
        index[inner] += run.n;
        for (int k = inner; k > 0 && index[k] == plan->dim[k]; --k) {
            index[k] = 0;
            ++index[k - 1];
        }
    }
}

struct walk_job {
    const struct lrp_broadcast *plan;
    lrp_broadcast_body body;
    const void *data;
};

static void walk_range(const void *data, size_t first, size_t last)
{
    const struct walk_job *job = data;
    walk_runs(job->plan, first, last, SIZE_MAX, job->body, job->data);
}

void lrp_broadcast_for(const struct lrp_broadcast *plan, const struct lrp_run *run, lrp_broadcast_body body, const void *data)
{
    const struct walk_job job = {plan, body, data};
    lrp_for_range(run, plan->count, 1, walk_range, &job);
}

/* ---- gradients ---- */

struct broadcast_sum {
    const struct lrp_broadcast *plan;
    lrp_broadcast_pull pull;
    const void *data;
    int operand;
    float *grad;
};

static void reduce_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct broadcast_sum *job = data;
    float values[PULL_BLOCK];
    float *grad = job->grad + run->at[job->operand];
    job->pull(job->data, run, values);
    if (run->step[job->operand]) {
        for (size_t i = 0; i < run->n; ++i) grad[i] += values[i];
        return;
    }
    double sum = 0;
    for (size_t i = 0; i < run->n; ++i) sum += (double)values[i];
    *grad += (float)sum;
}

static void reduce_range(const void *data, size_t first, size_t last)
{
    const struct broadcast_sum *job = data;
    walk_runs(job->plan, first, last, PULL_BLOCK, reduce_run, job);
}

void lrp_broadcast_reduce(const struct lrp_broadcast *plan, int operand, lrp_broadcast_pull pull, const void *data,
                          struct lrp_tensor *grad, const struct lrp_run *run)
{
    const struct broadcast_sum job = {plan, pull, data, operand, grad->f};
    /* only where no element of grad is met twice may threads share it */
    if (grad->count == plan->count)
        lrp_for_range(run, plan->count, 1, reduce_range, &job);
    else
        reduce_range(&job, 0, plan->count);
}
