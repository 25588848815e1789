/* recurrent_rnn.c: one step of a plain recurrent network: h = f(W x + R h' + b). */
#include <string.h>

#include "recurrent.h"

static enum lrp_status rnn_step(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t hidden = p->r->hidden;
    const enum lrp_status status =
        lrp_gemm(false, true, (int64_t)p->r->batch, (int64_t)hidden, (int64_t)hidden, p->h + recurrent_at(p, 0, k, hidden),
                 p->u, 1, p->pre + recurrent_at(p, 0, k, hidden), p->run, err);
    for (size_t b = 0; !status && b < p->r->batch; b++) {
        const size_t at = recurrent_at(p, b, k, hidden);
        float *const next = p->h + recurrent_at(p, b, k + 1, hidden);
        if (recurrent_active(p, b, k)) recurrent_activate(p, 0, p->pre + at, p->act + at);
        memcpy(next, recurrent_active(p, b, k) ? p->act + at : p->h + at, hidden * sizeof(float));
    }
    return status;
}

static enum lrp_status rnn_step_back(struct recurrent_pass *p, size_t k, struct lrp_error *err)
{
    const size_t hidden = p->r->hidden;
    for (size_t b = 0; b < p->r->batch; b++) {
        const size_t at = recurrent_at(p, b, k, hidden);
        float *const s = p->to_x + at;
        memset(s, 0, hidden * sizeof *s);
        if (!recurrent_active(p, b, k)) continue;
        memcpy(s, p->dh + b * hidden, hidden * sizeof *s);
        if (p->how)
            recurrent_share(p, p->pre + at, s);
        else
            recurrent_slope(p, 0, p->pre + at, p->act + at, s);
    }
    return recurrent_to_state(p, k, err);
}

const struct recurrent_cell recurrent_rnn = {
    .gates = 1, .outer = 1, .functions = 1, .defaults = {"Tanh"}, .step = rnn_step, .back = rnn_step_back};
