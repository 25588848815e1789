/* linear_product.c: Gemm, MatMul and Dense: running them. */
#include "linear_product_handle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear.h"
#include "linear_careful.h"
#include "linear_steps.h"
#include "parallel.h"

void lrp_product_release(void *handle)
{
    struct lrp_product_handle *const h = handle;

    if (!h) return;
    lrp_step_weights_free(h->steps);
    free(h->owned);
    free(h->bias);
    free(h);
}

size_t lrp_product_bytes(const void *handle)
{
    const struct lrp_product_handle *const h = handle;

    return (h->owned ? (size_t)(h->product.k * h->product.n) * sizeof(float) : 0) +
           (h->steps ? lrp_step_weights_bytes(h->steps) : 0);
}

/* Numbers of coded weights, as a source of them. */
static void read_coded(const void *data, int64_t first, int64_t n, float *out)
{
    const struct lrp_product_handle *const h = data;

    lrp_blob_f32(h->coded, (size_t)first, (size_t)n, out);
    for (int64_t i = 0; h->how.factor != 1 && i < n; i++) out[i] *= h->how.factor;
    lrp_modify(h->how.modifier, h->how.gamma, out, (size_t)n);
}

static void turn_coded(const void *data, struct lrp_matrix_part part, int64_t width, float *to)
{
    const struct lrp_blob *const coded = ((const struct lrp_product_handle *)data)->coded;

    coded->view->turn(coded->view, part, width, to);
}

struct lrp_number_source lrp_product_source(const struct lrp_product_handle *h)
{
    struct lrp_number_source source = {.read = read_coded, .data = h};
    const bool as_is = h->how.factor == 1 && h->how.modifier == LRP_WEIGHT_AS_IS;

    if (!h->coded) return source;
    if (h->coded->raw) {
        source.raw = h->coded->raw;
        source.bytes = (int64_t)lrp_dtype_size(h->coded->dtype);
        source.halves = as_is && h->coded->dtype == LRP_DTYPE_FLOAT16;
    }
    if (as_is && h->coded->view && h->coded->view->turn) source.turn = turn_coded;
    return source;
}

/* As-is weights are used where they lie; a dense layer is as fast as memory, a copy would only cost some. What is no float32
 * there is not held as such either. */
static enum lrp_status take_weights(struct lrp_product_handle *h, const struct lrp_blob *blob, const struct lrp_modifier *m,
                                    const struct lrp_run *run, struct lrp_error *err)
{
    enum lrp_status status;

    h->ones = m->weight == LRP_WEIGHT_ONE && !h->product.transpose_a;
    if (h->ones) return LRP_OK;
    if (blob->view && blob->view->transposed && h->product.batches == 1) {
        h->product.transpose_b = !h->product.transpose_b;
        blob = blob->view->of;
    }
    lrp_blob_expect(blob);
    if (!lrp_linear_plain(blob) && h->product.batches == 1 && !h->product.transpose_a) {
        h->coded = blob;
        h->how = (struct lrp_reading){h->product.alpha, m->weight, m->gamma};
        return LRP_OK;
    }
    if (m->weight == LRP_WEIGHT_AS_IS && h->product.alpha == 1 && lrp_linear_plain(blob)) {
        h->weights = blob->raw;
        return LRP_OK;
    }
    status = lrp_linear_read(blob, (struct lrp_reading){h->product.alpha, m->weight, m->gamma}, run, &h->owned, err);
    lrp_blob_rest(blob);
    h->weights = h->owned;
    return status;
}

enum lrp_status lrp_product_prepare(const struct lrp_call *call, const struct lrp_modifier *modifier, void **handle,
                                    const struct lrp_run *run, struct lrp_error *err)
{
    static const struct lrp_modifier as_is = {LRP_WEIGHT_AS_IS, LRP_WEIGHT_AS_IS, 0};
    const struct lrp_modifier *const m = modifier ? modifier : &as_is;
    struct lrp_product_handle *const h = calloc(1, sizeof *h);
    enum lrp_status status;

    if (!h) return lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
    status = lrp_product_read(call, &h->product, err);
    if (!status && call->in[1].constant) status = take_weights(h, call->in[1].constant, m, run, err);
    if (m->bias == LRP_WEIGHT_NONE) h->product.has_c = false;
    if (!status && h->product.has_c && call->in[2].constant)
        status =
            lrp_linear_read(call->in[2].constant, (struct lrp_reading){h->product.beta, m->bias, m->gamma}, run, &h->bias, err);
    h->as_is = m->weight == LRP_WEIGHT_AS_IS && m->bias == LRP_WEIGHT_AS_IS;
    if (status)
        lrp_product_release(h);
    else
        *handle = h;
    return status;
}

void lrp_row_sums_some(void *context, int64_t begin, int64_t end)
{
    const struct lrp_row_sums *const s = context;

    for (int64_t r = begin; r < end; r++) {
        double sum = 0;

        for (int64_t i = 0; i < s->width; i++) sum += (double)s->from[r * s->width + i];
        for (int64_t i = 0; i < s->copies; i++)
            s->to[r * s->copies + i] = s->add ? s->to[r * s->copies + i] + (float)sum : (float)sum;
    }
}

/* y = factor * y + beta * C */
struct finish {
    const struct lrp_linear_product *p;
    const float *c;
    float factor, beta, *y;
};

static void finish_rows(void *context, int64_t begin, int64_t end)
{
    const struct finish *const f = context;
    const struct lrp_linear_product *const p = f->p;

    for (int64_t r = begin; r < end; r++)
        for (int64_t i = 0; i < p->n; i++) {
            float *const y = &f->y[r * p->n + i];

            *y = f->factor * *y;
            if (f->c) *y += f->beta * f->c[r % p->m * p->c_row + i * p->c_column];
        }
}

struct product_batch {
    struct lrp_product_batches *all;
    lrp_batch_product *function;
    struct lrp_run alone;
};

static enum lrp_status forward_batch(struct lrp_product_batches *all, int64_t i, const struct lrp_run *run,
                                     struct lrp_error *err)
{
    const struct lrp_product_handle *const h = all->h;
    const struct lrp_linear_product *const p = &h->product;
    const float *const a = all->a + lrp_product_offset(p, p->a_stride, i);
    struct lrp_row_sums sums = {.from = a, .to = all->y + i * p->m * p->n, .width = p->k, .copies = p->n};
    const void *const b = h->coded || h->ones ? NULL : lrp_product_operand(all->b, lrp_product_offset(p, p->b_stride, i));
    const struct lrp_number_source source = lrp_product_source(h);
    const struct lrp_multiplication product = {p->transpose_a, p->transpose_b, p->m, p->n, p->k, a, b, source, 0,
                                               sums.to,        all->bias};

    if (h->ones)
        lrp_parallel_for(run, p->m, p->k + p->n, lrp_row_sums_some, &sums);
    else if (all->gemm == lrp_gemm || h->coded)
        return lrp_multiply(&product, run, err);
    else
        return all->gemm(p->transpose_a, p->transpose_b, p->m, p->n, p->k, a, b, 0, sums.to, run, err);
    return LRP_OK;
}

static void some_batches(void *context, int64_t begin, int64_t end)
{
    const struct product_batch *const job = context;
    struct lrp_error error = {0};

    for (int64_t i = begin; i < end; i++) {
        const enum lrp_status status = job->function(job->all, i, &job->alone, &error);
        enum lrp_status none = LRP_OK;

        if (!status) continue;
        if (__atomic_compare_exchange_n(&job->all->status, &none, status, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            job->all->error = error;
        return;
    }
}

/* True if no two batches share what moves by these strides. */
bool lrp_product_apart(const struct lrp_linear_product *p, const int64_t *stride)
{
    for (int d = 0; d < p->batch_rank; d++)
        if (p->batch_dim[d] > 1 && stride[d] == 0) return false;
    return true;
}

/* Enough batches that have nothing to do with one another take a thread each: a head of an attention is too small for two. */
enum lrp_status lrp_product_batches_run(struct lrp_product_batches *all, lrp_batch_product *function, bool apart,
                                        struct lrp_error *err)
{
    const struct lrp_linear_product *const p = &all->h->product;
    struct product_batch job = {.all = all, .function = function, .alone = *all->run};
    enum lrp_status status = LRP_OK;

    job.alone.threads = 1;
    if (apart && p->batches > 1 && p->batches >= all->run->threads) {
        lrp_parallel_for(all->run, p->batches, p->m * p->n, some_batches, &job);
        if (all->status && err) *err = all->error;
        return all->status;
    }
    for (int64_t i = 0; !status && i < p->batches; i++) status = function(all, i, all->run, err);
    return status;
}

/* A bias of one number for each column is added before anything is rounded. */
static const float *column_bias(const struct lrp_product_handle *h)
{
    return h->bias && h->product.c_row == 0 && h->product.c_column == 1 ? h->bias : NULL;
}

/* The weights as multiples of steps, if they are: looked for once there is an input that is. */
static enum lrp_status find_steps(const struct lrp_call *call, struct lrp_product_handle *h, const struct lrp_run *run,
                                  struct lrp_error *err)
{
    const struct lrp_linear_product *const p = &h->product;
    const struct lrp_blob *const weights = call->in[1].constant;
    struct lrp_linear_product stored; /* the handle may read the constant the other way about */
    float *values = NULL;

    if (h->looked || !h->as_is || !weights || p->batches != 1 || p->transpose_a || p->n < 1) return LRP_OK;
    enum lrp_status status = lrp_product_read(call, &stored, err);
    const bool rows = !status && stored.transpose_b;
    const struct lrp_step_places places = {p->n, p->k, rows ? p->k : 1, rows ? 1 : p->n};
    if (!status) status = lrp_linear_read(weights, (struct lrp_reading){p->alpha, LRP_WEIGHT_AS_IS, 0}, run, &values, err);
    if (!status) status = lrp_step_weights_new(values, &places, column_bias(h), &h->steps, err);
    h->looked = !status;
    free(values);
    return status;
}

/* Sums of whole numbers, where both sides are multiples of steps; *done: that was it. */
static enum lrp_status multiply_steps(const struct lrp_call *call, struct lrp_product_handle *h,
                                      const struct lrp_tensor *const *in, struct lrp_tensor *y, const struct lrp_run *run,
                                      bool *done, struct lrp_error *err)
{
    const bool both =
        !lrp_product_constant(h) && in[1] && in[1]->step != 0 && !h->product.transpose_a && !h->product.transpose_b;
    enum lrp_status status = LRP_OK;

    *done = false;
    if (in[0]->step == 0 || y->count == 0) return LRP_OK;
    if (!both) status = find_steps(call, h, run, err);
    *done = !status && (both || h->steps);
    if (*done && both) return lrp_step_product(&h->product, in[0], in[1], y, run, err);
    return *done ? lrp_step_weights_multiply(h->steps, &h->product, in[0], y, run, err) : status;
}

enum lrp_status lrp_product_apply(const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in,
                                  struct lrp_tensor *const *out, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_product_handle *const h = handle;
    const struct lrp_linear_product *const p = &h->product;
    const bool constant = lrp_product_constant(h);
    const void *const b = constant ? h->weights : in[1]->f;
    bool whole = false;

    if (!out[0]) return LRP_OK;
    enum lrp_status status = multiply_steps(call, h, in, out[0], run, &whole, err);
    struct lrp_product_batches all = {.h = h, .a = in[0]->f, .b = b, .y = out[0]->f, .gemm = lrp_gemm, .run = run};
    if (!whole && !h->ones) all.bias = column_bias(h);
    if (out[0]->count && !whole && !status) status = lrp_product_batches_run(&all, forward_batch, true, err);
    if (!status && !h->as_is && lrp_careful_needed(out[0], run)) { /* a rule's sum, not the model's */
        all.gemm = lrp_careful_gemm;
        if (!h->coded) all.bias = NULL;
        status = lrp_product_batches_run(&all, forward_batch, true, err);
    }
    struct finish finish = {.p = p, .y = out[0]->f};
    finish.c = !p->has_c || all.bias || (whole && h->steps && column_bias(h)) ? NULL : h->bias ? h->bias : in[2]->f;
    finish.beta = h->bias ? 1 : p->beta;
    finish.factor = constant ? 1 : p->alpha;
    if (!status && (finish.c || finish.factor != 1)) lrp_parallel_for(run, p->batches * p->m, p->n, finish_rows, &finish);
    return status;
}
