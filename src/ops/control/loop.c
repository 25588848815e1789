/* loop.c: Loop: a body again and again, as often as is said and as long as its condition holds. */
#include <stdlib.h>

#include "control.h"
#include "pool.h"

enum { COUNT, CONDITION, CARRIED }; /* inputs; a body's are the turn's number, the condition, and what is carried */

struct loop {
    int body, carried, scans; /* scans: outputs that are put together */
    int64_t most;
};

static enum lrp_status loop_open(const struct lrp_call *call, const struct lrp_bodies *bodies,
                                 const struct lrp_tensor *const *in, struct loop *loop, struct lrp_error *err)
{
    *loop = (struct loop){.body = bodies->find(bodies, "body"), .most = INT64_MAX};
    if (loop->body < 0) return lrp_fail(err, LRP_FILE, "it has no body");
    loop->carried = bodies->input_count(bodies, loop->body) - CARRIED;
    loop->scans = bodies->output_count(bodies, loop->body) - 1 - loop->carried;
    if (loop->carried < 0 || loop->scans < 0 || bodies->given < CARRIED + loop->carried ||
        call->out_count > loop->carried + loop->scans)
        return lrp_fail(err, LRP_FILE, "its body does not fit to its inputs and outputs");
    for (int i = COUNT; i <= CONDITION; i++)
        if (in[i] && (in[i]->count != 1 || lrp_dtype_is_float(in[i]->dtype)))
            return lrp_fail(err, LRP_FILE, "how often it runs is not one whole number, or its condition not one truth value");
    for (int i = 0; i < loop->carried; i++)
        if (!in[CARRIED + i]) return lrp_fail(err, LRP_FILE, "what it carries from turn to turn is missing at the start");
    if (in[COUNT]) loop->most = in[COUNT]->i[0];
    return LRP_OK;
}

static enum lrp_status scalar(enum lrp_dtype dtype, int64_t value, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 0};
    const enum lrp_status status = lrp_tensor_new(dtype, &shape, out, err);
    if (!status) (*out)->i[0] = value;
    return status;
}

/* One turn: state[] (the number, the condition, what is carried) becomes that of the next; scans get another item each. */
static enum lrp_status loop_turn(const struct loop *loop, struct lrp_bodies *bodies, struct lrp_tensor **state,
                                 struct control_row *scans, const struct lrp_run *run, struct lrp_error *err)
{
    const size_t makes = 1 + (size_t)loop->carried + (size_t)loop->scans;
    struct lrp_tensor **made = calloc(makes + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = made ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = bodies->turn(bodies, loop->body, (const struct lrp_tensor *const *)state, made, run, err);
    if (!status && (made[0]->count != 1 || lrp_dtype_is_float(made[0]->dtype)))
        status = lrp_fail(err, LRP_FILE, "its body's condition is not one truth value");
    for (int i = 0; !status && i < 1 + loop->carried; i++) {
        lrp_tensor_release(state[CONDITION + i]);
        state[CONDITION + i] = made[i];
        made[i] = NULL;
    }
    for (int i = 0; !status && i < loop->scans; i++) {
        struct lrp_tensor *item = made[1 + loop->carried + i];
        made[1 + loop->carried + i] = NULL;
        status = control_row_add(&scans[i], item, err);
    }
    control_release(made, makes);
    free(made);
    return status;
}

static enum lrp_status loop_run(const struct loop *loop, struct lrp_bodies *bodies, struct lrp_tensor **state,
                                struct control_row *scans, const struct lrp_run *run, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int64_t k = 0; !status && k < loop->most && state[CONDITION]->i[0]; k++) {
        if (k == CONTROL_TURNS)
            return lrp_fail(err, LRP_UNSUPPORTED, "it does not end: it was stopped after %d turns", CONTROL_TURNS);
        lrp_tensor_release(state[COUNT]);
        state[COUNT] = NULL;
        status = scalar(LRP_DTYPE_INT64, k, &state[COUNT], err);
        if (!status) status = loop_turn(loop, bodies, state, scans, run, err);
    }
    return status;
}

static enum lrp_status loop_outputs(const struct lrp_call *call, const struct loop *loop, const struct lrp_bodies *bodies,
                                    struct lrp_tensor **state, const struct control_row *scans, const struct lrp_run *run,
                                    struct lrp_tensor **out, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int j = 0; !status && j < call->out_count; j++) {
        const int scan = j - loop->carried;
        if (scan < 0)
            out[j] = lrp_tensor_retain(state[CARRIED + j]);
        else
            status = control_row_stack(&scans[scan], 0, false, bodies->declared(bodies, loop->body, 1 + loop->carried + scan),
                                       run, &out[j], err);
    }
    return status;
}

enum lrp_status control_loop(LRP_CONTROL_PARAMETERS)
{
    struct loop loop;
    enum lrp_status status = loop_open(call, bodies, in, &loop, err);
    if (status) return status;
    const size_t states = CARRIED + (size_t)loop.carried;
    struct lrp_tensor **state = calloc(states + 1, sizeof(struct lrp_tensor *));
    struct control_row *scans = calloc((size_t)loop.scans + 1, sizeof *scans);
    if (!state || !scans) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = scalar(LRP_DTYPE_INT64, 0, &state[COUNT], err);
    if (!status && !in[CONDITION]) status = scalar(LRP_DTYPE_BOOL, 1, &state[CONDITION], err);
    for (size_t i = CONDITION; !status && i < states; i++)
        if (!state[i]) state[i] = lrp_tensor_retain(in[i]);
    if (!status) status = loop_run(&loop, bodies, state, scans, run, err);
    if (!status) status = loop_outputs(call, &loop, bodies, state, scans, run, out, err);
    control_release(state, states);
    for (int i = 0; scans && i < loop.scans; i++) control_row_free(&scans[i]);
    free(state);
    free(scans);
    return status;
}

/* What turn k's outputs are given: the carried ones what the turn after it gave back, the others their slice. */
static enum lrp_status loop_turn_back(const struct lrp_call *call, const struct loop *loop, struct lrp_bodies *bodies, size_t k,
                                      const struct lrp_tensor *const *s, struct lrp_tensor **state, const struct lrp_run *run,
                                      struct lrp_error *err)
{
    const size_t makes = 1 + (size_t)loop->carried + (size_t)loop->scans, takes = CARRIED + (size_t)loop->carried;
    struct lrp_tensor **made = calloc(makes + 1, sizeof(struct lrp_tensor *)),
                      **given = calloc(takes + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = made && given ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < loop->carried; i++) {
        made[1 + i] = state[i];
        state[i] = NULL;
    }
    for (int i = 0; !status && i < loop->scans && loop->carried + i < call->out_count; i++)
        if (s[loop->carried + i]) status = control_slice(s[loop->carried + i], 0, k, run, &made[1 + loop->carried + i], err);
    if (!status) status = bodies->back(bodies, k, (const struct lrp_tensor *const *)made, given, run, err);
    for (int i = 0; !status && i < loop->carried; i++) {
        state[i] = given[CARRIED + i];
        given[CARRIED + i] = NULL;
    }
    control_release(made, makes);
    control_release(given, takes);
    free(made);
    free(given);
    return status;
}

enum lrp_status control_loop_back(LRP_CONTROL_BACK_PARAMETERS)
{
    struct loop loop;
    enum lrp_status status = loop_open(call, bodies, in, &loop, err);
    if (status) return status;
    struct lrp_tensor **state = calloc((size_t)loop.carried + 1, sizeof(struct lrp_tensor *));
    if (!state) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; i < loop.carried && i < call->out_count; i++)
        if (s[i]) state[i] = lrp_tensor_retain(s[i]);
    for (size_t k = bodies->turns; !status && k-- > 0;) status = loop_turn_back(call, &loop, bodies, k, s, state, run, err);
    for (int i = 0; !status && i < loop.carried; i++) {
        given[CARRIED + i] = state[i];
        state[i] = NULL;
    }
    control_release(state, (size_t)loop.carried);
    free(state);
    return status;
}
