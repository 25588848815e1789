/* loss.c: NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss, for models exported with their loss. */
#include <math.h>
#include <string.h>

#include "elementwise.h"

enum reduction { REDUCE_NONE, REDUCE_SUM, REDUCE_MEAN, REDUCTIONS };
static const char *const reductions[REDUCTIONS] = {"none", "sum", "mean"};

static int reduction_of(const struct lrp_call *call)
{
    const char *name = lrp_call_string(call, "reduction", "mean");
    for (int k = 0; k < REDUCTIONS; ++k)
        if (strcmp(name, reductions[k]) == 0) return k;
    return -1;
}

struct loss_row { /* what a row owns */
    bool softmax; /* of the scores is taken first */
};
static bool takes_softmax(const struct lrp_call *call)
{
    return ((const struct loss_row *)call->op->own)->softmax;
}

static enum lrp_status loss_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = lrp_infer_is_integer(call, 1, err);
    if (!status && lrp_call_has(call, 2)) status = lrp_infer_is_float(call, 2, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape, *labels = call->in[1].shape;
    struct lrp_shape each = *x;
    bool fits = x->rank >= 2 && x->dim[1] > 0;
    for (int k = 1; k + 1 < x->rank; ++k) each.dim[k] = x->dim[k + 1];
    each.rank -= fits;
    fits = fits && lrp_shape_equal(&each, labels);
    if (fits && lrp_call_has(call, 2)) fits = call->in[2].shape->rank == 1 && call->in[2].shape->dim[0] == x->dim[1];
    if (!fits || reduction_of(call) < 0)
        return lrp_fail(err, LRP_FILE, "the labels, weights or reduction of %s do not fit its scores", call->op_type);
    status = lrp_infer_output(call, 1, call->in[0].dtype, x, err);
    const struct lrp_shape scalar = {.rank = 0};
    return status ? status
                  : lrp_infer_output(call, 0, call->in[0].dtype, reduction_of(call) == REDUCE_NONE ? &each : &scalar, err);
}

/* What both directions walk over: `count` items, each with a score for every class, `space` elements apart. */
struct loss {
    const struct lrp_tensor *scores, *labels, *weights;
    size_t count, classes, space;
    bool ignores;
    int64_t ignored;
    double total; /* weight of all items that count */
};

/* The weight of an item and where the score of its label is; weight 0 if it is to be ignored. */
static enum lrp_status read_item(const struct loss *loss, size_t k, double *weight, size_t *at, struct lrp_error *err)
{
    const int64_t label = loss->labels->i[k];
    *weight = 0;
    *at = k / loss->space * loss->classes * loss->space + k % loss->space;
    if (loss->ignores && label == loss->ignored) return LRP_OK;
    if (label < 0 || label >= (int64_t)loss->classes)
        return lrp_fail(err, LRP_FILE, "label %lld is none of the %zu classes", (long long)label, loss->classes);
    *weight = loss->weights ? (double)loss->weights->f[label] : 1;
    *at += (size_t)label * loss->space;
    return LRP_OK;
}

static enum lrp_status open_loss(const struct lrp_call *call, const struct lrp_tensor *const *in, struct loss *loss,
                                 struct lrp_error *err)
{
    const struct lrp_attribute *ignored = lrp_call_attribute(call, "ignore_index");
    enum lrp_status status = LRP_OK;
    *loss = (struct loss){.scores = in[0],
                          .labels = in[1],
                          .weights = lrp_call_has(call, 2) ? in[2] : NULL,
                          .count = in[1]->count,
                          .classes = (size_t)in[0]->shape.dim[1],
                          .space = lrp_shape_span(&in[0]->shape, 2, in[0]->shape.rank),
                          .ignores = ignored && ignored->kind == LRP_ATTRIBUTE_INT,
                          .ignored = ignored ? ignored->i : 0};
    for (size_t k = 0; k < loss->count && !status; ++k) {
        double weight = 0;
        size_t at = 0;
        status = read_item(loss, k, &weight, &at, err);
        loss->total += weight;
    }
    return status;
}

/* log(sum(exp(scores))) of an item, safe from overflow. */
static double log_sum(const struct loss *loss, size_t k)
{
    const float *x = loss->scores->f + k / loss->space * loss->classes * loss->space + k % loss->space;
    float most = -INFINITY; /* in float: gcc 12 for arm64 cannot widen the reduction */
    double sum = 0;
    for (size_t c = 0; c < loss->classes; ++c) most = fmaxf(most, x[c * loss->space]);
    for (size_t c = 0; c < loss->classes; ++c) sum += exp((double)x[c * loss->space] - (double)most);
    return (double)most + log(sum);
}

static enum lrp_status loss_forward(LRP_FORWARD_PARAMETERS)
{
    struct lrp_tensor *logs = call->out_count > 1 ? out[1] : NULL;
    const int how = reduction_of(call);
    struct loss loss;
    double sum = 0;
    (void)handle, (void)run;
    enum lrp_status status = open_loss(call, in, &loss, err);
    for (size_t k = 0; k < loss.count && !status; ++k) {
        const double shift = takes_softmax(call) ? log_sum(&loss, k) : 0;
        const size_t start = k / loss.space * loss.classes * loss.space + k % loss.space;
        double weight = 0;
        size_t at = 0;
        status = read_item(&loss, k, &weight, &at, err);
        const double value = weight == 0 ? 0 : -weight * ((double)loss.scores->f[at] - shift);
        sum += value;
        if (out[0] && how == REDUCE_NONE) out[0]->f[k] = (float)value;
        for (size_t c = 0; c < loss.classes && logs; ++c)
            logs->f[start + c * loss.space] = (float)((double)loss.scores->f[start + c * loss.space] - shift);
    }
    if (out[0] && how != REDUCE_NONE) out[0]->f[0] = (float)(how == REDUCE_MEAN ? sum / loss.total : sum);
    return status;
}

/* One item: its label gets -weight; through the softmax, every class its share of what came in. */
static void pull_item(const struct lrp_call *call, const struct loss *loss, size_t k, size_t at, double pulled,
                      const float *logs, float *grad)
{
    const size_t start = k / loss->space * loss->classes * loss->space + k % loss->space;
    double sum = pulled;
    grad[at] += (float)pulled;
    for (size_t c = 0; c < loss->classes && logs; ++c) {
        grad[start + c * loss->space] += logs[start + c * loss->space];
        sum += (double)logs[start + c * loss->space];
    }
    const double shift = takes_softmax(call) ? log_sum(loss, k) : 0;
    for (size_t c = 0; c < loss->classes && takes_softmax(call); ++c)
        grad[start + c * loss->space] -= (float)(sum * exp((double)loss->scores->f[start + c * loss->space] - shift));
}

static enum lrp_status loss_vjp(LRP_VJP_PARAMETERS)
{
    const int how = reduction_of(call);
    const float *logs = call->out_count > 1 && s[1] ? s[1]->f : NULL;
    struct loss loss;
    (void)handle, (void)out, (void)run;
    if (call->in_count > 2 && grad[2])
        return lrp_fail(err, LRP_UNSUPPORTED, "%s is differentiated by its scores only; make its weights constant",
                        call->op_type);
    enum lrp_status status = open_loss(call, in, &loss, err);
    for (size_t k = 0; k < loss.count && grad[0] && !status; ++k) {
        double weight = 0;
        size_t at = 0;
        status = read_item(&loss, k, &weight, &at, err);
        const double cotangent = !s[0] ? 0 : (double)s[0]->f[how == REDUCE_NONE ? k : 0];
        const double pulled = weight == 0 ? 0 : -weight * cotangent / (how == REDUCE_MEAN ? loss.total : 1);
        if (!status) pull_item(call, &loss, k, at, pulled, logs, grad[0]->f);
    }
    return status;
}

/* The family's rows. */
#define ROW(op, softmax, ...)                                                                                                  \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .static_kind = LRP_KIND_OTHER, .infer = loss_infer,               \
        .forward = loss_forward, .vjp = loss_vjp, .batch = lrp_batch_lost, .own = &(const struct loss_row)                     \
        {                                                                                                                      \
            softmax                                                                                                            \
        }                                                                                                                      \
    }
const struct lrp_operator lrp_ops_loss[] = {
    ROW("NegativeLogLikelihoodLoss", false, 12, 13, 22),
    ROW("SoftmaxCrossEntropyLoss", true, 12, 13),
    {0},
};
