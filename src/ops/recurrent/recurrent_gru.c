/* recurrent_gru.c: one step of a GRU. Gates in the file's order: update, reset, new. The new state is g(W x + R (r h') + b),
 * or, linear_before_reset, g(W x + b + r q) with q = R h' + b. */
#include <string.h>

#include "recurrent.h"

enum { UPDATE, RESET, NEW, OUTER = 2 };

static float *gru_block(const struct recurrent_pass *p, float *array, size_t b, size_t k, int gate)
{
    return array + recurrent_at(p, b, k, p->r->width) + (size_t)gate * p->r->hidden;
}

/* y [B, n] = h R^T, R being `gates` blocks from the first on. */
static enum lrp_status gru_product(const struct recurrent_pass *p, const float *h, int first, int gates, float *y,
                                   struct lrp_error *err)
{
    const size_t hidden = p->r->hidden;
    return lrp_gemm(false, true, (int64_t)p->r->batch, (int64_t)hidden * gates, (int64_t)hidden, h,
                    p->u + (size_t)first * hidden * hidden, 0, y, p->run, err);
}

static void gru_gates(const struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const float *const h = p->h + recurrent_at(p, b, k, hidden), *const product = p->scratch + b * OUTER * hidden;
    float *const pre = gru_block(p, p->pre, b, k, UPDATE), *const act = gru_block(p, p->act, b, k, UPDATE);
    float *const inner = p->inner + recurrent_at(p, b, k, hidden);
    for (size_t j = 0; j < OUTER * hidden; j++) pre[j] += product[j];
    recurrent_activate(p, UPDATE, pre, act);
    recurrent_activate(p, RESET, pre + hidden, act + hidden);
    for (size_t j = 0; j < hidden && !p->r->linear_before_reset; j++) inner[j] = act[hidden + j] * h[j];
}

/* `product`: what R makes of what the new state reads. */
static void gru_new(const struct recurrent_pass *p, size_t b, size_t k, const float *product)
{
    const size_t hidden = p->r->hidden;
    const float *const h = p->h + recurrent_at(p, b, k, hidden), *const z = gru_block(p, p->act, b, k, UPDATE);
    float *const inner = p->inner + recurrent_at(p, b, k, hidden), *const next = p->h + recurrent_at(p, b, k + 1, hidden);
    float *const pre = gru_block(p, p->pre, b, k, NEW), *const act = gru_block(p, p->act, b, k, NEW);
    for (size_t j = 0; j < hidden; j++) {
        const float bias = p->bias_u ? p->bias_u[NEW * hidden + j] : 0;
        if (p->r->linear_before_reset) inner[j] = product[j] + bias;
        pre[j] += p->r->linear_before_reset ? z[hidden + j] * inner[j] : product[j] + bias;
    }
    recurrent_activate(p, NEW, pre, act);
    for (size_t j = 0; j < hidden; j++) next[j] = (1 - z[j]) * act[j] + z[j] * h[j];
}

static enum lrp_status gru_step(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t hidden = p->r->hidden;
    const float *const h = p->h + recurrent_at(p, 0, k, hidden), *const inner = p->inner + recurrent_at(p, 0, k, hidden);
    enum lrp_status status = gru_product(p, h, UPDATE, OUTER, p->scratch, err);
    for (size_t b = 0; !status && b < p->r->batch; b++)
        if (recurrent_active(p, b, k)) gru_gates(p, b, k);
    if (!status) status = gru_product(p, p->r->linear_before_reset ? h : inner, NEW, 1, p->scratch, err);
    for (size_t b = 0; !status && b < p->r->batch; b++) {
        if (recurrent_active(p, b, k))
            gru_new(p, b, k, p->scratch + b * hidden);
        else
            memcpy(p->h + recurrent_at(p, b, k + 1, hidden), h + b * hidden, hidden * sizeof *h);
    }
    return status;
}

/* ---- back ---- */

/* From dh to what goes to the new state's and, so far, the update gate's pre; dh becomes what h' gets directly. */
static void gru_split(struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const float *const h = p->h + recurrent_at(p, b, k, hidden), *const z = gru_block(p, p->act, b, k, UPDATE),
                       *const n = gru_block(p, p->act, b, k, NEW);
    float *const to_z = gru_block(p, p->to_x, b, k, UPDATE), *const to_n = gru_block(p, p->to_x, b, k, NEW);
    float *const dh = p->dh + b * hidden;
    for (size_t j = 0; j < hidden; j++) {
        to_z[j] = dh[j] * (h[j] - n[j]);
        to_n[j] = dh[j] * (1 - z[j]);
        dh[j] *= z[j];
    }
    recurrent_slope(p, UPDATE, gru_block(p, p->pre, b, k, UPDATE), z, to_z);
    recurrent_slope(p, NEW, gru_block(p, p->pre, b, k, NEW), n, to_n);
}

/* h = (1-z) n + z h' by the zero rule, each product to its signal, or half to its gate. */
static void gru_split_relevance(struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const struct lrp_relevance *how = p->how;
    const float signal = how->half_gates ? 0.5F : 1, gate = 1 - signal;
    const float *const h = p->h + recurrent_at(p, b, k, hidden), *const next = p->h + recurrent_at(p, b, k + 1, hidden),
                       *const z = gru_block(p, p->act, b, k, UPDATE), *const n = gru_block(p, p->act, b, k, NEW);
    float *const to_z = gru_block(p, p->to_x, b, k, UPDATE), *const to_n = gru_block(p, p->to_x, b, k, NEW);
    float *const dh = p->dh + b * hidden;
    for (size_t j = 0; j < hidden; j++) {
        const float share = dh[j] == 0 ? 0 : lrp_relevance_divide(how, dh[j], next[j]);
        const float added = (1 - z[j]) * n[j] * share, kept = z[j] * h[j] * share;
        to_n[j] = signal * added;
        to_z[j] = gate * kept;
        dh[j] = signal * kept;
        if (gate * added == 0) continue;
        const float part = lrp_relevance_divide(how, gate * added, 1 - z[j]); /* 1 - z, by the zero rule */
        if (how->losses) how->losses->constants += (double)part;
        to_z[j] -= z[j] * part;
    }
    recurrent_share(p, gru_block(p, p->pre, b, k, UPDATE), to_z);
    recurrent_share(p, gru_block(p, p->pre, b, k, NEW), to_n);
}

/* Through r q: to the reset gate, and to q as R and its bias made it. */
static void gru_unreset(struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const struct lrp_relevance *how = p->how;
    const float signal = how && how->half_gates ? 0.5F : 1, gate = 1 - signal;
    const float *const r = gru_block(p, p->act, b, k, RESET), *const q = p->inner + recurrent_at(p, b, k, hidden);
    const float *const s = gru_block(p, p->to_x, b, k, NEW);
    float *const to_r = gru_block(p, p->to_x, b, k, RESET), *const to_n = p->to_n + recurrent_at(p, b, k, hidden);
    for (size_t j = 0; j < hidden; j++) {
        const float product = r[j] * q[j] * s[j];
        to_r[j] = how ? gate * product : s[j] * q[j];
        to_n[j] = how ? (product == 0 ? 0 : lrp_relevance_divide(how, signal * product, q[j])) : s[j] * r[j];
    }
}

/* Through r h', given what came back through R: to the reset gate, and to h'. */
static void gru_reset(struct recurrent_pass *p, size_t b, size_t k, const float *back)
{
    const size_t hidden = p->r->hidden;
    const struct lrp_relevance *how = p->how;
    const float signal = how && how->half_gates ? 0.5F : 1, gate = 1 - signal;
    const float *const r = gru_block(p, p->act, b, k, RESET), *const h = p->h + recurrent_at(p, b, k, hidden);
    float *const to_r = gru_block(p, p->to_x, b, k, RESET), *const dh = p->dh + b * hidden;
    for (size_t j = 0; j < hidden; j++) {
        const float product = r[j] * h[j] * back[j];
        to_r[j] = how ? gate * product : back[j] * h[j];
        dh[j] += how ? signal * product : back[j] * r[j];
    }
}

/* y [B, hidden] = s R, `gates` blocks of R from the first on. */
static enum lrp_status gru_product_back(const struct recurrent_pass *p, const float *s, int first, int gates, float *y,
                                        struct lrp_error *err)
{
    const size_t hidden = p->r->hidden;
    return lrp_gemm(false, false, (int64_t)p->r->batch, (int64_t)hidden, (int64_t)hidden * gates, s,
                    p->u + (size_t)first * hidden * hidden, 0, y, p->run, err);
}

/* The reset gate's part is whole: on to its pre, and with the update gate's to where R reads it. */
static void gru_outer(struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    float *const s = gru_block(p, p->to_x, b, k, UPDATE), *const to_h = p->to_h + recurrent_at(p, b, k, OUTER * hidden);
    if (p->how)
        recurrent_share(p, gru_block(p, p->pre, b, k, RESET), s + hidden);
    else
        recurrent_slope(p, RESET, gru_block(p, p->pre, b, k, RESET), gru_block(p, p->act, b, k, RESET), s + hidden);
    memcpy(to_h, s, OUTER * hidden * sizeof *s);
}

static void gru_add(const struct recurrent_pass *p, size_t b, size_t k, const float *back)
{
    const size_t hidden = p->r->hidden;
    const float *const h = p->h + recurrent_at(p, b, k, hidden);
    for (size_t j = 0; j < hidden; j++) p->dh[b * hidden + j] += p->how ? h[j] * back[j] : back[j];
}

static enum lrp_status gru_step_back(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t hidden = p->r->hidden, batch = p->r->batch;
    float *const to_h = p->to_h + recurrent_at(p, 0, k, OUTER * hidden), *const to_n = p->to_n + recurrent_at(p, 0, k, hidden);
    memset(p->to_x + recurrent_at(p, 0, k, p->r->width), 0, batch * p->r->width * sizeof(float));
    memset(to_h, 0, batch * OUTER * hidden * sizeof *to_h);
    memset(to_n, 0, batch * hidden * sizeof *to_n);
    for (size_t b = 0; b < batch; b++) {
        if (!recurrent_active(p, b, k)) continue;
        if (p->how)
            gru_split_relevance(p, b, k);
        else
            gru_split(p, b, k);
        if (p->r->linear_before_reset)
            gru_unreset(p, b, k);
        else
            memcpy(to_n + b * hidden, gru_block(p, p->to_x, b, k, NEW), hidden * sizeof *to_n);
    }
    enum lrp_status status = gru_product_back(p, to_n, NEW, 1, p->scratch, err);
    for (size_t b = 0; !status && b < batch; b++) {
        if (!recurrent_active(p, b, k)) continue;
        if (p->r->linear_before_reset)
            gru_add(p, b, k, p->scratch + b * hidden);
        else
            gru_reset(p, b, k, p->scratch + b * hidden);
        gru_outer(p, b, k);
    }
    if (!status) status = gru_product_back(p, to_h, UPDATE, OUTER, p->scratch, err);
    for (size_t b = 0; !status && b < batch; b++)
        if (recurrent_active(p, b, k)) gru_add(p, b, k, p->scratch + b * hidden);
    return status;
}

const struct recurrent_cell recurrent_gru = {.gates = 3,
                                             .outer = OUTER,
                                             .functions = 2,
                                             .function_of = {[UPDATE] = 0, [RESET] = 0, [NEW] = 1},
                                             .defaults = {"Sigmoid", "Tanh"},
                                             .step = gru_step,
                                             .back = gru_step_back};
