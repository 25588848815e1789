/* recurrent_pass.c: one direction of a recurrent operator, forward and back through its steps. */
#include <stdlib.h>
#include <string.h>

#include "quantize/rounding.h"
#include "recurrent.h"

/* ---- where things are ---- */

/* Which element of a sample's sequence step k is at. */
static size_t step_element(const struct recurrent_pass *p, size_t b, size_t k)
{
    return p->r->reverse[p->direction] ? p->lengths[b] - 1 - k : k;
}

static size_t x_at(const struct recurrent_pass *p, size_t b, size_t t)
{
    return (p->r->batch_first ? b * p->r->steps + t : t * p->r->batch + b) * p->r->inputs;
}

static size_t y_at(const struct recurrent_pass *p, size_t b, size_t t)
{
    const size_t d = (size_t)p->direction, directions = p->r->directions;
    return (p->r->batch_first ? (b * p->r->steps + t) * directions + d : (t * directions + d) * p->r->batch + b) * p->r->hidden;
}

static size_t state_at(const struct recurrent_pass *p, size_t b)
{
    const size_t d = (size_t)p->direction;
    return (p->r->batch_first ? b * p->r->directions + d : d * p->r->batch + b) * p->r->hidden;
}

/* ---- setting up ---- */

static bool allocate_pass(struct recurrent_pass *p, bool back)
{
    const struct recurrent *r = p->r;
    const size_t rows = r->steps * r->batch, states = rows + r->batch;
    p->lengths = calloc(r->batch + 1, sizeof *p->lengths);
    p->x = malloc((rows * r->inputs + 1) * sizeof *p->x);
    p->pre = malloc((rows * r->width + 1) * sizeof *p->pre);
    p->act = malloc((rows * r->width + 1) * sizeof *p->act);
    p->h = malloc((states * r->hidden + 1) * sizeof *p->h);
    p->c = r->cell->has_memory ? malloc((states * r->hidden + 1) * sizeof *p->c) : NULL;
    const bool inner = r->cell->outer < r->cell->gates;
    p->inner = inner ? calloc(rows * r->hidden + 1, sizeof *p->inner) : NULL;
    p->scratch = malloc(((r->batch + RECURRENT_GATES) * (r->width + r->hidden) + 1) * sizeof *p->scratch);
    p->rounded = r->rounded ? malloc((r->batch * r->hidden + 1) * sizeof *p->rounded) : NULL;
    bool ok = (p->rounded || !r->rounded) && p->lengths && p->x && p->pre && p->act && p->h && p->scratch &&
              (p->c || !r->cell->has_memory) && (p->inner || !inner);
    if (!back || !ok) return ok;
    p->to_x = malloc((rows * r->width + 1) * sizeof *p->to_x);
    p->to_h = inner ? malloc((rows * (size_t)r->cell->outer * r->hidden + 1) * sizeof *p->to_h) : p->to_x;
    p->to_n = inner ? malloc((rows * r->hidden + 1) * sizeof *p->to_n) : NULL;
    p->dh = calloc(r->batch * r->hidden + 1, sizeof *p->dh);
    p->dc = calloc(r->batch * r->hidden + 1, sizeof *p->dc);
    return p->to_x && p->to_h && (p->to_n || !inner) && p->dh && p->dc;
}

void recurrent_pass_close(struct recurrent_pass *p)
{
    if (p->to_h != p->to_x) free(p->to_h);
    void *const parts[] = {p->lengths, p->x,       p->pre,  p->act,  p->h,  p->c, p->inner,
                           p->scratch, p->rounded, p->to_x, p->to_n, p->dh, p->dc};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) free(parts[i]);
}

static enum lrp_status read_lengths(struct recurrent_pass *p, const struct lrp_tensor *lengths, struct lrp_error *err)
{
    for (size_t b = 0; b < p->r->batch; b++) {
        const int64_t length = lengths ? lengths->i[b] : (int64_t)p->r->steps;
        if (length < 0 || (uint64_t)length > p->r->steps)
            return lrp_fail(err, LRP_FILE, "a sequence of %lld elements does not fit into the %zu there are", (long long)length,
                            p->r->steps);
        p->lengths[b] = (size_t)length;
    }
    return LRP_OK;
}

static void gather_steps(struct recurrent_pass *p, const struct lrp_tensor *x)
{
    const size_t n = p->r->inputs;
    for (size_t k = 0; k < p->r->steps; k++)
        for (size_t b = 0; b < p->r->batch; b++) {
            float *const to = p->x + recurrent_at(p, b, k, n);
            if (recurrent_active(p, b, k))
                memcpy(to, x->f + x_at(p, b, step_element(p, b, k)), n * sizeof *to);
            else
                memset(to, 0, n * sizeof *to);
        }
}

static void first_state(const struct recurrent_pass *p, const struct lrp_tensor *given, float *state)
{
    const size_t n = p->r->hidden;
    for (size_t b = 0; state && b < p->r->batch; b++) {
        if (given)
            memcpy(state + b * n, given->f + state_at(p, b), n * sizeof *state);
        else
            memset(state + b * n, 0, n * sizeof *state);
    }
}

static void take_weights(struct recurrent_pass *p, const struct lrp_tensor *const *in)
{
    const struct recurrent *r = p->r;
    const size_t d = (size_t)p->direction;
    p->w = in[RECURRENT_W]->f + d * r->width * r->inputs;
    p->u = in[RECURRENT_R]->f + d * r->width * r->hidden;
    p->bias_w = in[RECURRENT_B] ? in[RECURRENT_B]->f + d * 2 * r->width : NULL;
    p->bias_u = p->bias_w ? p->bias_w + r->width : NULL;
    p->peephole = in[RECURRENT_P] ? in[RECURRENT_P]->f + d * 3 * r->hidden : NULL;
}

/* pre = W x + b for all steps at once; of R's bias what gates have that read h as it comes. */
static enum lrp_status project(const struct recurrent_pass *p, struct lrp_error *err)
{
    const struct recurrent *r = p->r;
    const size_t rows = r->steps * r->batch, outer = (size_t)r->cell->outer * r->hidden;
    const enum lrp_status status =
        lrp_gemm(false, true, (int64_t)rows, (int64_t)r->width, (int64_t)r->inputs, p->x, p->w, 0, p->pre, p->run, err);
    for (size_t i = 0; !status && p->bias_w && i < rows; i++)
        for (size_t j = 0; j < r->width; j++) p->pre[i * r->width + j] += p->bias_w[j] + (j < outer ? p->bias_u[j] : 0);
    return status;
}

enum lrp_status recurrent_pass_run(struct recurrent_pass *p, const struct recurrent *r, int direction, bool back,
                                   const struct lrp_tensor *const *in, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_relevance *how = p->how;
    *p = (struct recurrent_pass){.r = r, .direction = direction, .functions = r->functions[direction], .how = how, .run = run};
    if (!allocate_pass(p, back)) return lrp_fail(err, LRP_MEMORY, "not enough memory for its %zu steps", r->steps);
    take_weights(p, in);
    enum lrp_status status = read_lengths(p, in[RECURRENT_LENGTHS], err);
    if (status) return status;
    gather_steps(p, in[RECURRENT_X]);
    first_state(p, in[RECURRENT_H], p->h);
    first_state(p, in[RECURRENT_C], p->c);
    status = project(p, err);
    for (size_t k = 0; !status && k < r->steps; k++)
        status = lrp_run_should_stop(run) ? lrp_fail(err, LRP_CANCELLED, "cancelled") : r->cell->step(p, k, err);
    return status;
}

void recurrent_pass_store(const struct recurrent_pass *p, struct lrp_tensor *const *out)
{
    const size_t n = p->r->hidden, last = p->r->steps;
    for (size_t b = 0; b < p->r->batch; b++) {
        for (size_t k = 0; out[0] && k < p->r->steps; k++) {
            const bool active = recurrent_active(p, b, k);
            float *const y = out[0]->f + y_at(p, b, active ? step_element(p, b, k) : k);
            if (active)
                memcpy(y, p->h + recurrent_at(p, b, k + 1, n), n * sizeof *y);
            else
                memset(y, 0, n * sizeof *y);
        }
        if (out[1]) memcpy(out[1]->f + state_at(p, b), p->h + recurrent_at(p, b, last, n), n * sizeof(float));
        if (out[2]) memcpy(out[2]->f + state_at(p, b), p->c + recurrent_at(p, b, last, n), n * sizeof(float));
    }
}

/* ---- back ---- */

const float *recurrent_state(const struct recurrent_pass *p, size_t k)
{
    const float *h = p->h + recurrent_at(p, 0, k, p->r->hidden);
    if (!p->rounded) return h;
    for (size_t b = 0; b < p->r->batch; b++) /* every sample has steps of its own */
        lrp_round_dynamically(h + b * p->r->hidden, p->r->hidden, p->rounded + b * p->r->hidden);
    return p->rounded;
}

enum lrp_status recurrent_to_state(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t n = p->r->hidden;
    const enum lrp_status status = lrp_gemm(false, false, (int64_t)p->r->batch, (int64_t)n, (int64_t)p->r->width,
                                            p->to_x + recurrent_at(p, 0, k, p->r->width), p->u, 0, p->scratch, p->run, err);
    const float *const state = p->how ? recurrent_state(p, k) : NULL;
    for (size_t b = 0; !status && b < p->r->batch; b++) {
        for (size_t j = 0; recurrent_active(p, b, k) && j < n; j++)
            p->dh[b * n + j] = p->how ? state[b * n + j] * p->scratch[b * n + j] : p->scratch[b * n + j];
    }
    return status;
}

/* What a step's output is given joins what comes from the step after it. */
static void add_output(const struct recurrent_pass *p, const struct lrp_tensor *y, size_t k)
{
    const size_t n = p->r->hidden;
    for (size_t b = 0; b < p->r->batch; b++) {
        const bool active = recurrent_active(p, b, k);
        const float *const s = y->f + y_at(p, b, active ? step_element(p, b, k) : k);
        for (size_t j = 0; active && j < n; j++) p->dh[b * n + j] += s[j];
        for (size_t j = 0; !active && p->how && p->how->losses && j < n; j++) p->how->losses->constants += (double)s[j];
    }
}

static void to_inputs(const struct recurrent_pass *p, const float *back, struct lrp_tensor *x)
{
    const size_t n = p->r->inputs;
    for (size_t k = 0; k < p->r->steps; k++)
        for (size_t b = 0; b < p->r->batch; b++) {
            if (!recurrent_active(p, b, k)) continue;
            const float *const s = back + recurrent_at(p, b, k, n), *const value = p->x + recurrent_at(p, b, k, n);
            float *const to = x->f + x_at(p, b, step_element(p, b, k));
            for (size_t j = 0; j < n; j++) to[j] += p->how ? value[j] * s[j] : s[j];
        }
}

static enum lrp_status back_to_x(const struct recurrent_pass *p, struct lrp_tensor *x, struct lrp_error *err)
{
    const struct recurrent *r = p->r;
    const size_t rows = r->steps * r->batch;
    float *const back = malloc((rows * r->inputs + 1) * sizeof *back);
    if (!back) return lrp_fail(err, LRP_MEMORY, "not enough memory for its %zu steps", r->steps);
    const enum lrp_status status =
        lrp_gemm(false, false, (int64_t)rows, (int64_t)r->inputs, (int64_t)r->width, p->to_x, p->w, 0, back, p->run, err);
    if (!status) to_inputs(p, back, x);
    free(back);
    return status;
}

/* first[j] += column sums of a [rows, n] */
static void add_columns(const float *a, size_t rows, size_t n, float *first)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) first[j] += a[i * n + j];
}

static enum lrp_status back_to_weights(const struct recurrent_pass *p, struct lrp_tensor *const *grad, struct lrp_error *err)
{
    const struct recurrent *r = p->r;
    const size_t d = (size_t)p->direction, rows = r->steps * r->batch, outer = (size_t)r->cell->outer * r->hidden;
    enum lrp_status status = LRP_OK;
    if (grad[RECURRENT_W])
        status = lrp_gemm(true, false, (int64_t)r->width, (int64_t)r->inputs, (int64_t)rows, p->to_x, p->x, 0,
                          grad[RECURRENT_W]->f + d * r->width * r->inputs, p->run, err);
    float *const u = grad[RECURRENT_R] ? grad[RECURRENT_R]->f + d * r->width * r->hidden : NULL;
    if (u && !status)
        status = lrp_gemm(true, false, (int64_t)outer, (int64_t)r->hidden, (int64_t)rows, p->to_h, p->h, 0, u, p->run, err);
    if (u && p->to_n && !status)
        status = lrp_gemm(true, false, (int64_t)(r->width - outer), (int64_t)r->hidden, (int64_t)rows, p->to_n,
                          r->linear_before_reset ? p->h : p->inner, 0, u + outer * r->hidden, p->run, err);
    if (!grad[RECURRENT_B] || status) return status;
    float *const bias = grad[RECURRENT_B]->f + d * 2 * r->width;
    add_columns(p->to_x, rows, r->width, bias);
    add_columns(p->to_h, rows, outer, bias + r->width);
    if (p->to_n) add_columns(p->to_n, rows, r->width - outer, bias + r->width + outer);
    return LRP_OK;
}

/* What biases took. */
static void count_bias(const struct recurrent_pass *p)
{
    const struct recurrent *r = p->r;
    const size_t rows = r->steps * r->batch, outer = (size_t)r->cell->outer * r->hidden, rest = r->width - outer;
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < r->width; j++) sum += (double)p->to_x[i * r->width + j] * (double)p->bias_w[j];
        for (size_t j = 0; j < outer; j++) sum += (double)p->to_h[i * outer + j] * (double)p->bias_u[j];
        for (size_t j = 0; p->to_n && j < rest; j++) sum += (double)p->to_n[i * rest + j] * (double)p->bias_u[outer + j];
    }
    p->how->losses->bias += sum;
}

static void back_to_state(const struct recurrent_pass *p, const float *state, struct lrp_tensor *grad)
{
    const size_t n = p->r->hidden;
    for (size_t b = 0; b < p->r->batch; b++)
        for (size_t j = 0; j < n; j++) {
            if (grad)
                grad->f[state_at(p, b) + j] += state[b * n + j];
            else if (p->how && p->how->losses)
                p->how->losses->constants += (double)state[b * n + j];
        }
}

enum lrp_status recurrent_pass_back(struct recurrent_pass *p, const struct lrp_tensor *const *s, struct lrp_tensor *const *grad,
                                    struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    first_state(p, s[1], p->dh);
    if (p->c) first_state(p, s[2], p->dc);
    if (grad[RECURRENT_P]) p->grad_peephole = grad[RECURRENT_P]->f + (size_t)p->direction * 3 * p->r->hidden;
    for (size_t k = p->r->steps; !status && k-- > 0;) {
        if (lrp_run_should_stop(p->run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        if (s[0]) add_output(p, s[0], k);
        status = p->r->cell->back(p, k, err);
    }
    if (!status && grad[RECURRENT_X]) status = back_to_x(p, grad[RECURRENT_X], err);
    if (!status) status = back_to_weights(p, grad, err);
    if (status) return status;
    if (p->how && p->how->losses && p->bias_w) count_bias(p);
    back_to_state(p, p->dh, grad[RECURRENT_H]);
    if (p->c) back_to_state(p, p->dc, grad[RECURRENT_C]);
    return LRP_OK;
}
