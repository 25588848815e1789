/* recurrent_lstm.c: one step of an LSTM. Gates in the file's order: input, output, forget, cell. */
#include <string.h>

#include "recurrent.h"

enum { INPUT, OUTPUT, FORGET, CELL };
enum { OF_GATES, OF_CELL, OF_STATE };          /* functions: f, g, h */
enum { SEEN_INPUT, SEEN_OUTPUT, SEEN_FORGET }; /* blocks of the peepholes */

/* One sample's row in a step. */
struct cell_row {
    const float *c, *next_c;
    float *pre[RECURRENT_GATES], *act[RECURRENT_GATES];
};

static struct cell_row lstm_row(const struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    struct cell_row row = {.c = p->c + recurrent_at(p, b, k, hidden), .next_c = p->c + recurrent_at(p, b, k + 1, hidden)};
    for (size_t g = 0; g < RECURRENT_GATES; g++) {
        row.pre[g] = p->pre + recurrent_at(p, b, k, p->r->width) + g * hidden;
        row.act[g] = p->act + recurrent_at(p, b, k, p->r->width) + g * hidden;
    }
    return row;
}

/* The state as the output gate lets it through: h(c). It is not clipped: as elsewhere, only what gates are given is. */
static void lstm_outward(const struct recurrent_pass *p, const float *c, float *out)
{
    const struct recurrent_function *f = &p->functions[OF_STATE];
    f->row->map(c, out, p->r->hidden, f->alpha, f->beta);
}

static void add_peephole(const struct recurrent_pass *p, int block, const float *c, float *pre)
{
    const float *weight = p->peephole ? p->peephole + (size_t)block * p->r->hidden : NULL;
    for (size_t j = 0; weight && j < p->r->hidden; j++) pre[j] += weight[j] * c[j];
}

static void lstm_sample(const struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const struct cell_row row = lstm_row(p, b, k);
    float *h = p->h + recurrent_at(p, b, k + 1, hidden), *c = p->c + recurrent_at(p, b, k + 1, hidden);
    float *const outward = p->scratch;
    add_peephole(p, SEEN_INPUT, row.c, row.pre[INPUT]);
    recurrent_activate(p, INPUT, row.pre[INPUT], row.act[INPUT]);
    recurrent_activate(p, CELL, row.pre[CELL], row.act[CELL]);
    if (p->r->coupled) {
        for (size_t j = 0; j < hidden; j++) row.act[FORGET][j] = 1 - row.act[INPUT][j];
    } else {
        add_peephole(p, SEEN_FORGET, row.c, row.pre[FORGET]);
        recurrent_activate(p, FORGET, row.pre[FORGET], row.act[FORGET]);
    }
    for (size_t j = 0; j < hidden; j++) c[j] = row.act[FORGET][j] * row.c[j] + row.act[INPUT][j] * row.act[CELL][j];
    add_peephole(p, SEEN_OUTPUT, c, row.pre[OUTPUT]);
    recurrent_activate(p, OUTPUT, row.pre[OUTPUT], row.act[OUTPUT]);
    lstm_outward(p, c, outward);
    for (size_t j = 0; j < hidden; j++) h[j] = row.act[OUTPUT][j] * outward[j];
}

static enum lrp_status lstm_step(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t hidden = p->r->hidden, row = hidden * sizeof(float);
    const enum lrp_status status =
        lrp_gemm(false, true, (int64_t)p->r->batch, (int64_t)p->r->width, (int64_t)hidden, recurrent_state(p, k), p->u, 1,
                 p->pre + recurrent_at(p, 0, k, p->r->width), p->run, err);
    for (size_t b = 0; !status && b < p->r->batch; b++) {
        if (recurrent_active(p, b, k)) {
            lstm_sample(p, b, k);
            continue;
        }
        memcpy(p->h + recurrent_at(p, b, k + 1, hidden), p->h + recurrent_at(p, b, k, hidden), row);
        memcpy(p->c + recurrent_at(p, b, k + 1, hidden), p->c + recurrent_at(p, b, k, hidden), row);
    }
    return status;
}

/* What went to a gate's pre goes on to the state it sees, and to the peephole's weights. */
static void seen(const struct recurrent_pass *p, int block, const float *c, const float *s, float *dc)
{
    const float *weight = p->peephole ? p->peephole + (size_t)block * p->r->hidden : NULL;
    float *grad = p->grad_peephole ? p->grad_peephole + (size_t)block * p->r->hidden : NULL;
    for (size_t j = 0; weight && j < p->r->hidden; j++) dc[j] += p->how ? weight[j] * c[j] * s[j] : weight[j] * s[j];
    for (size_t j = 0; grad && j < p->r->hidden; j++) grad[j] += s[j] * c[j];
}

static void lstm_sample_back(struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const struct recurrent_function *f = &p->functions[OF_STATE];
    const struct cell_row row = lstm_row(p, b, k);
    float *s = p->to_x + recurrent_at(p, b, k, p->r->width);
    float *const i = s + INPUT * hidden, *const o = s + OUTPUT * hidden, *const fg = s + FORGET * hidden,
                 *const g = s + CELL * hidden;
    float *const outward = p->scratch, *const state = outward + hidden;
    float *dh = p->dh + b * hidden, *dc = p->dc + b * hidden;
    lstm_outward(p, row.next_c, outward);
    for (size_t j = 0; j < hidden; j++) {
        o[j] = dh[j] * outward[j];
        state[j] = dh[j] * row.act[OUTPUT][j];
    }
    f->row->slope(row.next_c, outward, state, hidden, f->alpha, f->beta);
    for (size_t j = 0; j < hidden; j++) dc[j] += state[j];
    recurrent_slope(p, OUTPUT, row.pre[OUTPUT], row.act[OUTPUT], o);
    seen(p, SEEN_OUTPUT, row.next_c, o, dc);
    for (size_t j = 0; j < hidden; j++) {
        fg[j] = p->r->coupled ? 0 : dc[j] * row.c[j];
        i[j] = dc[j] * (p->r->coupled ? row.act[CELL][j] - row.c[j] : row.act[CELL][j]);
        g[j] = dc[j] * row.act[INPUT][j];
        dc[j] *= row.act[FORGET][j];
    }
    recurrent_slope(p, INPUT, row.pre[INPUT], row.act[INPUT], i);
    recurrent_slope(p, CELL, row.pre[CELL], row.act[CELL], g);
    if (!p->r->coupled) recurrent_slope(p, FORGET, row.pre[FORGET], row.act[FORGET], fg);
    seen(p, SEEN_INPUT, row.c, i, dc);
    if (!p->r->coupled) seen(p, SEEN_FORGET, row.c, fg, dc);
}

/* h = o h(c): all to c, or half to each. c = f c' + i g: by the zero rule, each product to its signal, or half to its gate. */
static void lstm_sample_relevance(struct recurrent_pass *p, size_t b, size_t k)
{
    const size_t hidden = p->r->hidden;
    const struct lrp_relevance *how = p->how;
    const float signal = how->half_gates ? 0.5F : 1, gate = 1 - signal;
    const struct cell_row row = lstm_row(p, b, k);
    float *s = p->to_x + recurrent_at(p, b, k, p->r->width);
    float *const i = s + INPUT * hidden, *const o = s + OUTPUT * hidden, *const fg = s + FORGET * hidden,
                 *const g = s + CELL * hidden;
    float *dh = p->dh + b * hidden, *dc = p->dc + b * hidden;
    for (size_t j = 0; j < hidden; j++) {
        o[j] = gate * dh[j];
        dc[j] += signal * dh[j];
    }
    recurrent_share(p, row.pre[OUTPUT], o);
    seen(p, SEEN_OUTPUT, row.next_c, o, dc);
    for (size_t j = 0; j < hidden; j++) {
        const float share = dc[j] == 0 ? 0 : lrp_relevance_divide(how, dc[j], row.next_c[j]);
        const float kept = row.act[FORGET][j] * row.c[j] * share, added = row.act[INPUT][j] * row.act[CELL][j] * share;
        i[j] = gate * added;
        g[j] = signal * added;
        fg[j] = gate * kept;
        dc[j] = signal * kept;
        if (p->r->coupled && fg[j] != 0) { /* f = 1 - i, by the zero rule */
            const float part = lrp_relevance_divide(how, fg[j], row.act[FORGET][j]);
            if (how->losses) how->losses->constants += (double)part;
            i[j] -= row.act[INPUT][j] * part;
            fg[j] = 0;
        }
    }
    recurrent_share(p, row.pre[INPUT], i);
    recurrent_share(p, row.pre[CELL], g);
    if (!p->r->coupled) recurrent_share(p, row.pre[FORGET], fg);
    seen(p, SEEN_INPUT, row.c, i, dc);
    if (!p->r->coupled) seen(p, SEEN_FORGET, row.c, fg, dc);
}

static enum lrp_status lstm_step_back(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t width = p->r->width;
    for (size_t b = 0; b < p->r->batch; b++) {
        if (!recurrent_active(p, b, k))
            memset(p->to_x + recurrent_at(p, b, k, width), 0, width * sizeof(float));
        else if (p->how)
            lstm_sample_relevance(p, b, k);
        else
            lstm_sample_back(p, b, k);
    }
    return recurrent_to_state(p, k, err);
}

const struct recurrent_cell recurrent_lstm = {.gates = 4,
                                              .outer = 4,
                                              .functions = 3,
                                              .function_of = {[INPUT] = OF_GATES, OF_GATES, OF_GATES, [CELL] = OF_CELL},
                                              .defaults = {"Sigmoid", "Tanh", "Tanh"},
                                              .has_memory = true,
                                              .step = lstm_step,
                                              .back = lstm_step_back};
