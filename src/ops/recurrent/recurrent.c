/* recurrent.c: LSTM, GRU, RNN: the rows, and what a call says. */
#include <math.h>
#include <strings.h>

#include "batch.h"
#include "recurrent.h"

enum { INPUTS = 8, OUTPUTS = 3 };

/* ---- reading a call ---- */

/* 0: forward, 1: reverse, 2: bidirectional; -1: no such thing. */
static int direction_of(const struct lrp_call *call)
{
    static const char *const names[] = {"forward", "reverse", "bidirectional"};
    const char *name = lrp_call_string(call, "direction", "forward");
    for (int i = 0; i < 3; i++)
        if (strcasecmp(name, names[i]) == 0) return i;
    return -1;
}

static const struct lrp_attribute *list_of(const struct lrp_call *call, const char *name, enum lrp_attribute_kind kind)
{
    const struct lrp_attribute *list = lrp_call_attribute(call, name);
    return list && list->kind == kind ? list : NULL;
}

/* Numbers of activation_alpha and _beta are for those functions that take one, in order. */
static void take_number(const struct lrp_attribute *list, bool takes, size_t *next, float *number)
{
    if (list && takes && *next < list->count) *number = list->floats[(*next)++];
}

static enum lrp_status read_functions(const struct lrp_call *call, struct recurrent *out, struct lrp_error *err)
{
    const struct lrp_attribute *names = list_of(call, "activations", LRP_ATTRIBUTE_STRINGS),
                               *alpha = list_of(call, "activation_alpha", LRP_ATTRIBUTE_FLOATS),
                               *beta = list_of(call, "activation_beta", LRP_ATTRIBUTE_FLOATS);
    const size_t each = (size_t)out->cell->functions, count = each * out->directions;
    size_t next_alpha = 0, next_beta = 0;
    if (names && names->count != count)
        return lrp_fail(err, LRP_FILE, "%s has %zu activations, but needs %zu", call->op_type, names->count, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = names ? names->strings[i] : out->cell->defaults[i % each];
        const struct recurrent_activation *row = recurrent_activation_find(name);
        if (!row) return lrp_fail(err, LRP_UNSUPPORTED, "%s cannot use %s as its activation", call->op_type, name);
        struct recurrent_function *f = &out->functions[i / each][i % each];
        *f = (struct recurrent_function){row, row->alpha, row->beta};
        take_number(alpha, row->takes_alpha, &next_alpha, &f->alpha);
        take_number(beta, row->takes_beta, &next_beta, &f->beta);
    }
    return LRP_OK;
}

static bool fits(const struct lrp_call *call, int input, int rank, size_t a, size_t b, size_t c)
{
    if (!lrp_call_has(call, input)) return true;
    const struct lrp_shape wanted = {.rank = rank, .dim = {(int64_t)a, (int64_t)b, (int64_t)c}};
    return lrp_shape_equal(call->in[input].shape, &wanted);
}

/* What else is given fits to the sizes that X and R say. */
static bool all_fit(const struct lrp_call *call, const struct recurrent *r)
{
    const size_t first = r->batch_first ? r->batch : r->directions, second = r->batch_first ? r->directions : r->batch;
    return fits(call, RECURRENT_W, 3, r->directions, r->width, r->inputs) &&
           fits(call, RECURRENT_R, 3, r->directions, r->width, r->hidden) &&
           fits(call, RECURRENT_B, 2, r->directions, 2 * r->width, 0) && fits(call, RECURRENT_LENGTHS, 1, r->batch, 0, 0) &&
           fits(call, RECURRENT_H, 3, first, second, r->hidden) && fits(call, RECURRENT_C, 3, first, second, r->hidden) &&
           fits(call, RECURRENT_P, 2, r->directions, 3 * r->hidden, 0);
}

/* Sizes and settings; fails on what is missing, does not fit or is unknown. Shapes of X, W, R must be known. */
static enum lrp_status recurrent_read(const struct lrp_call *call, struct recurrent *out, struct lrp_error *err)
{
    const int direction = direction_of(call);
    const struct lrp_shape *x = call->in[RECURRENT_X].shape, *u = call->in[RECURRENT_R].shape;
    if (direction < 0) return lrp_fail(err, LRP_FILE, "%s has an unknown direction", call->op_type);
    if (x->rank != 3 || u->rank != 3)
        return lrp_fail(err, LRP_FILE, "%s needs a sequence and weights of three dimensions", call->op_type);
    *out = (struct recurrent){.cell = call->op->own,
                              .batch_first = lrp_call_int(call, "layout", 0) != 0,
                              .linear_before_reset = lrp_call_int(call, "linear_before_reset", 0) != 0,
                              .coupled = lrp_call_int(call, "input_forget", 0) != 0,
                              .rounded = lrp_call_int(call, "rounded_state", 0) != 0,
                              .directions = direction == 2 ? 2 : 1,
                              .reverse = {direction == 1, true},
                              .clip = lrp_call_float(call, "clip", INFINITY)};
    out->steps = (size_t)x->dim[out->batch_first];
    out->batch = (size_t)x->dim[!out->batch_first];
    out->inputs = (size_t)x->dim[2];
    out->hidden = (size_t)u->dim[2];
    out->width = (size_t)out->cell->gates * out->hidden;
    const struct lrp_shape all = {.rank = 3,
                                  .dim = {x->dim[out->batch_first] + 1, x->dim[!out->batch_first] + 1,
                                          (int64_t)(out->width > out->inputs ? out->width : out->inputs) + 1}};
    if (lrp_shape_count(&all) < 0 || !all_fit(call, out))
        return lrp_fail(err, LRP_FILE, "the sizes of what %s reads do not fit together", call->op_type);
    if (!(out->clip > 0)) return lrp_fail(err, LRP_FILE, "%s clips at %g", call->op_type, (double)out->clip);
    return read_functions(call, out, err);
}

static enum lrp_status recurrent_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct recurrent_cell *cell = call->op->own;
    struct recurrent r;
    enum lrp_status status = lrp_infer_inputs(call, 3, cell->has_memory ? INPUTS : RECURRENT_C, err);
    for (int i = 0; !status && i < call->in_count; i++)
        if (lrp_call_has(call, i))
            status = i == RECURRENT_LENGTHS ? lrp_infer_is_integer(call, i, err) : lrp_infer_is_float(call, i, err);
    if (!status) status = recurrent_read(call, &r, err);
    if (status) return status;
    const int64_t d = (int64_t)r.directions, b = (int64_t)r.batch, t = (int64_t)r.steps, h = (int64_t)r.hidden;
    const struct lrp_shape y = r.batch_first ? (struct lrp_shape){4, {b, t, d, h}} : (struct lrp_shape){4, {t, d, b, h}},
                           state = r.batch_first ? (struct lrp_shape){3, {b, d, h}} : (struct lrp_shape){3, {d, b, h}};
    status = lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
    if (!status) status = lrp_infer_output(call, 1, call->in[0].dtype, &state, err);
    if (!status && cell->has_memory) status = lrp_infer_output(call, 2, call->in[0].dtype, &state, err);
    return status;
}

/* ---- running ---- */

/* A call's tensors, all that an operator of the family may have. */
struct arguments {
    const struct lrp_tensor *in[INPUTS], *s[OUTPUTS];
    struct lrp_tensor *out[OUTPUTS], *grad[INPUTS];
};

static struct arguments arguments_of(const struct lrp_call *call, const struct lrp_tensor *const *in,
                                     struct lrp_tensor *const *out, const struct lrp_tensor *const *s,
                                     struct lrp_tensor *const *grad)
{
    struct arguments a = {{NULL}, {NULL}, {NULL}, {NULL}};
    for (int i = 0; i < call->in_count && i < INPUTS; i++) {
        a.in[i] = in[i];
        if (grad) a.grad[i] = grad[i];
    }
    for (int j = 0; j < call->out_count && j < OUTPUTS; j++) {
        if (out) a.out[j] = out[j];
        if (s) a.s[j] = s[j];
    }
    return a;
}

static enum lrp_status recurrent_forward(LRP_FORWARD_PARAMETERS)
{
    const struct arguments a = arguments_of(call, in, out, NULL, NULL);
    struct recurrent r;
    (void)handle;
    enum lrp_status status = recurrent_read(call, &r, err);
    for (int d = 0; !status && d < (int)r.directions; d++) {
        struct recurrent_pass pass = {.how = NULL};
        status = recurrent_pass_run(&pass, &r, d, false, a.in, run, err);
        if (!status) recurrent_pass_store(&pass, a.out);
        recurrent_pass_close(&pass);
    }
    return status;
}

static enum lrp_status recurrent_back(const struct lrp_call *call, const struct arguments *a, const struct lrp_relevance *how,
                                      const struct lrp_run *run, struct lrp_error *err)
{
    struct recurrent r;
    enum lrp_status status = recurrent_read(call, &r, err);
    for (int d = 0; !status && d < (int)r.directions; d++) {
        struct recurrent_pass pass = {.how = how};
        status = recurrent_pass_run(&pass, &r, d, true, a->in, run, err);
        if (!status) status = recurrent_pass_back(&pass, a->s, a->grad, err);
        recurrent_pass_close(&pass);
    }
    return status;
}

static enum lrp_status recurrent_vjp(LRP_VJP_PARAMETERS)
{
    const struct arguments a = arguments_of(call, in, NULL, s, grad);
    (void)handle, (void)out;
    return recurrent_back(call, &a, NULL, run, err);
}

/* Relevance goes to the sequence and the first states; weights are no signal, even where they are computed. */
static enum lrp_status recurrent_relevance(LRP_RELEVANCE_PARAMETERS)
{
    struct arguments a = arguments_of(call, in, NULL, relevance, given);
    (void)handle, (void)out;
    a.grad[RECURRENT_W] = a.grad[RECURRENT_R] = a.grad[RECURRENT_B] = a.grad[RECURRENT_P] = NULL;
    return recurrent_back(call, &a, how, run, err);
}

static int64_t recurrent_macs(const struct lrp_call *call)
{
    struct recurrent r;
    if (recurrent_read(call, &r, NULL)) return 0;
    return (int64_t)(r.directions * r.steps * r.batch * r.width * (r.inputs + r.hidden));
}

/* Samples are an axis of their own everywhere but in the weights. */
static int sample_axis(const struct lrp_call *call, int rank)
{
    return rank == 1 || lrp_call_int(call, "layout", 0) ? 0 : rank - 2;
}

static bool recurrent_batch(LRP_BATCH_PARAMETERS)
{
    const bool weights = input == RECURRENT_W || input == RECURRENT_R || input == RECURRENT_B || input == RECURRENT_P;
    if (weights || at->axis != sample_axis(call, call->in[input].shape->rank)) return false;
    at->axis = sample_axis(call, output == 0 ? 4 : 3);
    return true;
}

#define RECURRENT_ROW(op, kind_, cell_, ...)                                                                                   \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .own = &(cell_), .static_kind = kind_,                            \
        .weight_size = {.says = true, .axis = -1, .weight_axis = 2}, .infer = recurrent_infer, .forward = recurrent_forward,   \
        .vjp = recurrent_vjp, .relevance = recurrent_relevance, .macs = recurrent_macs, .batch = recurrent_batch               \
    }
const struct lrp_operator lrp_ops_recurrent[] = {
    RECURRENT_ROW("LSTM", LRP_KIND_LSTM, recurrent_lstm, 1, 7, 14, 22),
    RECURRENT_ROW("GRU", LRP_KIND_GRU, recurrent_gru, 1, 3, 7, 14, 22),
    RECURRENT_ROW("RNN", LRP_KIND_RNN, recurrent_rnn, 1, 7, 14, 22),
    {.name = NULL},
};
