/* linear_product_back.c: Gemm, MatMul and Dense: what flows back through them. */
#include <stdlib.h>
#include <string.h>

#include "linear_careful.h"
#include "linear_product_handle.h"
#include "linear_rows.h"
#include "parallel.h"
#include "pool.h"

static void scale_tensor(struct lrp_tensor *tensor, float factor)
{
    for (size_t i = 0; factor != 1 && i < tensor->count; i++) tensor->f[i] *= factor;
}

/* s (m,n) B'^T */
static enum lrp_status multiply_back(lrp_gemm_function *gemm, const struct lrp_product_handle *h, const void *b, int64_t m,
                                     const float *s, float beta, float *grad, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_linear_product *const p = &h->product;
    const struct lrp_number_source source = lrp_product_source(h);

    if (h->coded) return lrp_gemm_source(!p->transpose_b, m, p->k, p->n, s, &source, beta, grad, run, err);
    return gemm(false, !p->transpose_b, m, p->k, p->n, s, b, beta, grad, run, err);
}

/* The same where most rows of s are zeros: without them. */
static enum lrp_status multiply_some(lrp_gemm_function *gemm, const struct lrp_product_handle *h, const void *b, const float *s,
                                     float *grad, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_linear_product *const p = &h->product;
    int64_t *rows = NULL, count;
    enum lrp_status status = lrp_rows_find(s, p->m, p->n, run, &rows, &count, err);

    if (!status && count > p->m / 2) {
        status = multiply_back(gemm, h, b, p->m, s, 0, grad, run, err);
    } else if (!status) {
        const size_t bytes = (size_t)(count * p->n) * sizeof(float), made = (size_t)(count * p->k) * sizeof(float);
        float *const some = lrp_pool_take(run->pool, bytes), *const result = lrp_pool_take(run->pool, made);

        if (!some || !result) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
        if (!status) lrp_rows_gather(s, rows, count, p->n, some);
        if (!status && count) status = multiply_back(gemm, h, b, count, some, 0, result, run, err);
        if (!status) lrp_rows_scatter(result, rows, count, p->m, p->k, grad);
        lrp_pool_give(run->pool, some, bytes);
        lrp_pool_give(run->pool, result, made);
    }
    free(rows);
    return status;
}

/* One batch of what A gets: s B'^T, or its transpose. */
static enum lrp_status gradient_a(lrp_gemm_function *gemm, const struct lrp_product_handle *h, const void *b, const float *s,
                                  float *grad, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_linear_product *const p = &h->product;
    struct lrp_row_sums sums = {.from = s, .to = grad, .width = p->n, .copies = p->k, .add = p->batches > 1};
    const float beta = p->batches > 1 ? 1 : 0; /* batches may share one A */

    if (h->ones)
        lrp_parallel_for(run, p->m, p->k + p->n, lrp_row_sums_some, &sums);
    else if (p->transpose_a)
        return gemm(p->transpose_b, true, p->k, p->m, p->n, b, s, beta, grad, run, err);
    else if (p->batches == 1 && p->m > 1)
        return multiply_some(gemm, h, b, s, grad, run, err);
    else
        return multiply_back(gemm, h, b, p->m, s, beta, grad, run, err);
    return LRP_OK;
}

static enum lrp_status gradient_b(lrp_gemm_function *gemm, const struct lrp_linear_product *p, const float *a, const float *s,
                                  float *grad, const struct lrp_run *run, struct lrp_error *err)
{
    const float beta = p->batches > 1 ? 1 : 0;

    if (p->transpose_b) return gemm(true, p->transpose_a, p->n, p->k, p->m, s, a, beta, grad, run, err);
    return gemm(!p->transpose_a, false, p->k, p->n, p->m, a, s, beta, grad, run, err);
}

static void gradient_c(const struct lrp_linear_product *p, const struct lrp_tensor *s, struct lrp_tensor *grad)
{
    for (int64_t r = 0; r < p->m; r++)
        for (int64_t i = 0; i < p->n; i++) grad->f[r * p->c_row + i * p->c_column] += p->beta * s->f[r * p->n + i];
}

static enum lrp_status back_batch(struct lrp_product_batches *all, int64_t i, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_product_handle *const h = all->h;
    const struct lrp_linear_product *const p = &h->product;
    const int64_t offset_a = lrp_product_offset(p, p->a_stride, i), offset_b = lrp_product_offset(p, p->b_stride, i);
    const float *const part = all->s + i * p->m * p->n;
    enum lrp_status status = LRP_OK;

    if (all->grad_a)
        status = gradient_a(all->gemm, h, all->b ? lrp_product_operand(all->b, offset_b) : NULL, part, all->grad_a + offset_a,
                            run, err);
    if (!status && all->grad_b) status = gradient_b(all->gemm, p, all->a + offset_a, part, all->grad_b + offset_b, run, err);
    return status;
}

enum lrp_status lrp_product_vjp(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                const struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                                struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_product_handle *const h = handle;
    const struct lrp_linear_product *const p = &h->product;
    enum lrp_status status = LRP_OK;

    (void)out;
    if (!s[0]) return LRP_OK;
    if (grad[0] && (p->batches > 1 || !s[0]->count)) /* one batch writes, several add up */
        memset(grad[0]->f, 0, grad[0]->count * sizeof(float));
    if (!s[0]->count) return LRP_OK;
    struct lrp_product_batches all = {.h = h, .s = s[0]->f, .gemm = lrp_gemm, .run = run};
    all.a = in[0] ? in[0]->f : NULL; /* nobody asks for B's gradient where B is constant */
    all.b = lrp_product_constant(h) ? h->weights : in[1]->f;
    all.grad_a = grad[0] ? grad[0]->f : NULL;
    all.grad_b = grad[1] ? grad[1]->f : NULL;
    const bool apart = (!grad[0] || lrp_product_apart(p, p->a_stride)) && (!grad[1] || lrp_product_apart(p, p->b_stride));
    status = lrp_product_batches_run(&all, back_batch, apart, err);
    if (!status && (lrp_careful_needed(grad[0], run) || lrp_careful_needed(grad[1], run))) {
        for (int i = 0; i < 2; i++)
            if (grad[i]) memset(grad[i]->f, 0, grad[i]->count * sizeof(float));
        all.gemm = lrp_careful_gemm; /* 0 times infinity is 0 */
        status = lrp_product_batches_run(&all, back_batch, apart, err);
    }
    /* a pass reads them once forward and once backward; whoever makes a second one is likely to go on */
    if ((h->coded || (h->weights && !h->owned)) && !h->used) lrp_blob_rest(call->in[1].constant);
    h->used = true;
    if (!status && grad[0]) scale_tensor(grad[0], lrp_product_constant(h) ? 1 : p->alpha);
    if (!status && grad[1]) scale_tensor(grad[1], p->alpha);
    if (!status && call->in_count > 2 && grad[2]) gradient_c(p, s[0], grad[2]);
    return status;
}
