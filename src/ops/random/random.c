/* random.c: operators that draw numbers. What they draw is settled by the seed and by what they are asked for: the same in
 * every run, in every turn of a loop, on every machine, so that a network that draws can be explained at all. */
#include <math.h>
#include <string.h>

#include "batch.h"
#include "elementwise.h"

/* One number of a stream: 64 bits that look random, by place (splitmix64). */
static uint64_t bits_at(uint64_t stream, uint64_t place)
{
    uint64_t x = stream + (place + 1) * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/* In (0, 1). */
static double uniform_at(uint64_t stream, uint64_t place)
{
    return ((double)(bits_at(stream, place) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal_at(uint64_t stream, uint64_t place)
{
    return sqrt(-2 * log(uniform_at(stream, 2 * place))) * cos(6.283185307179586 * uniform_at(stream, 2 * place + 1));
}

/* The stream of a call: of its seed; without one, of its name, so that different operators draw different numbers. */
static uint64_t stream_of(const struct lrp_call *call)
{
    const float seed = lrp_call_float(call, "seed", 0);
    uint64_t stream = 1469598103934665603U;
    uint32_t bits;
    memcpy(&bits, &seed, sizeof bits);
    for (const char *p = call->op->name; *p; p++) stream = (stream ^ (unsigned char)*p) * 1099511628211U;
    return bits_at(stream, bits);
}

/* A row's own data: how a number is drawn, from two parameters. */
struct draw {
    double (*at)(uint64_t stream, uint64_t place);
    const char *first, *second; /* attributes */
    float otherwise[2];
    bool spread; /* the second is the upper end, not the width */
};
static const struct draw normal = {normal_at, "mean", "scale", {0, 1}, false},
                         uniform = {uniform_at, "low", "high", {0, 1}, true};

static enum lrp_status shape_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape shape = {.rank = lrp_call_ints(call, "shape", shape.dim, LRP_MAX_RANK)};
    const int64_t dtype = lrp_call_int(call, "dtype", LRP_DTYPE_FLOAT);
    if (shape.rank < 0 || shape.rank > LRP_MAX_RANK)
        return lrp_fail(err, LRP_FILE, "%s does not say what shape it is to have", call->op_type);
    if (dtype <= 0 || dtype >= LRP_DTYPE_COUNT || !lrp_dtype_is_float((enum lrp_dtype)dtype))
        return lrp_fail(err, LRP_FILE, "%s draws numbers of a float type only", call->op_type);
    return lrp_infer_output(call, 0, (enum lrp_dtype)dtype, &shape, err);
}

static enum lrp_status like_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    const bool own = !status && lrp_dtype_is_float(call->in[0].dtype);
    const int64_t dtype = status ? 0 : lrp_call_int(call, "dtype", own ? (int64_t)call->in[0].dtype : LRP_DTYPE_FLOAT);
    if (status) return status;
    if (dtype <= 0 || dtype >= LRP_DTYPE_COUNT || !lrp_dtype_is_float((enum lrp_dtype)dtype))
        return lrp_fail(err, LRP_FILE, "%s draws numbers of a float type only", call->op_type);
    return lrp_infer_output(call, 0, (enum lrp_dtype)dtype, call->in[0].shape, err);
}

static enum lrp_status draw_forward(LRP_FORWARD_PARAMETERS)
{
    const struct draw *draw = call->op->own;
    const double first = (double)lrp_call_float(call, draw->first, draw->otherwise[0]),
                 second = (double)lrp_call_float(call, draw->second, draw->otherwise[1]),
                 width = draw->spread ? second - first : second;
    const uint64_t stream = stream_of(call);
    (void)handle, (void)in, (void)run, (void)err;
    for (size_t i = 0; i < out[0]->count; i++) out[0]->f[i] = (float)(first + width * draw->at(stream, i));
    return LRP_OK;
}

/* ---- Bernoulli: 1 with the probability that the input is ---- */

static enum lrp_status bernoulli_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    const int64_t dtype = status ? 0 : lrp_call_int(call, "dtype", (int64_t)call->in[0].dtype);
    if (status) return status;
    if (dtype <= 0 || dtype >= LRP_DTYPE_COUNT || !lrp_dtype_is_number((enum lrp_dtype)dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "Bernoulli of type %lld is not implemented", (long long)dtype);
    return lrp_infer_output(call, 0, (enum lrp_dtype)dtype, call->in[0].shape, err);
}

static enum lrp_status bernoulli_forward(LRP_FORWARD_PARAMETERS)
{
    const struct draw *draw = call->op->own;
    const uint64_t stream = stream_of(call);
    const bool is_float = lrp_dtype_is_float(out[0]->dtype);
    (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < out[0]->count; i++) {
        const bool one = draw->at(stream, i) < (double)in[0]->f[i];
        if (is_float)
            out[0]->f[i] = one;
        else
            out[0]->i[i] = one;
    }
    return LRP_OK;
}

/* ---- Multinomial: class numbers, given log probabilities that need not add up ---- */

static enum lrp_status multinomial_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape;
    const int64_t dtype = lrp_call_int(call, "dtype", LRP_DTYPE_INT32);
    if (x->rank != 2 || x->dim[1] < 1 || (dtype != LRP_DTYPE_INT32 && dtype != LRP_DTYPE_INT64))
        return lrp_fail(err, LRP_FILE,
                        "Multinomial needs a row of log probabilities for every sample, and makes whole numbers");
    const struct lrp_shape shape = {2, {x->dim[0], lrp_call_int(call, "sample_size", 1)}};
    return lrp_infer_output(call, 0, (enum lrp_dtype)dtype, &shape, err);
}

static int64_t pick(const float *logs, size_t classes, double chance)
{
    float highest = -INFINITY; /* in float: gcc 12 for arm64 cannot widen the reduction */
    for (size_t c = 0; c < classes; c++) highest = fmaxf(highest, logs[c]);
    const double most = (double)highest;
    double sum = 0;
    for (size_t c = 0; c < classes; c++) sum += exp((double)logs[c] - most);
    chance *= sum;
    for (size_t c = 0; c + 1 < classes; c++) {
        chance -= exp((double)logs[c] - most);
        if (chance < 0) return (int64_t)c;
    }
    return (int64_t)classes - 1;
}

static enum lrp_status multinomial_forward(LRP_FORWARD_PARAMETERS)
{
    const size_t classes = (size_t)call->in[0].shape->dim[1], draws = (size_t)call->out[0].shape->dim[1];
    const uint64_t stream = stream_of(call);
    (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < out[0]->count; i++)
        out[0]->i[i] = pick(in[0]->f + i / draws * classes, classes, uniform_at(stream, i));
    return LRP_OK;
}

/* What is drawn does not follow its input, or in steps only: the gradient is 0, and no relevance goes that way. */
static enum lrp_status draw_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)in, (void)out, (void)s, (void)grad, (void)run, (void)err;
    return LRP_OK;
}

// clang-format off
#define DRAWS(op, how, f, g, samples, more, back, ...)                                                                         \
    {                                                                                                                          \
        .name = op, .domain = "", .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_DRAWS | (more),                               \
        .static_kind = LRP_KIND_OTHER, .own = how, .infer = f, .forward = g, .vjp = back, .batch = samples                     \
    }
/* without an input there is nothing to go back to */
const struct lrp_operator lrp_ops_random[] = {
    DRAWS("RandomNormal", &normal, shape_infer, draw_forward, lrp_batch_none, LRP_TRAIT_NO_VJP, NULL, 1, 22),
    DRAWS("RandomUniform", &uniform, shape_infer, draw_forward, lrp_batch_none, LRP_TRAIT_NO_VJP, NULL, 1, 22),
    DRAWS("RandomNormalLike", &normal, like_infer, draw_forward, lrp_batch_elementwise, 0, draw_vjp, 1, 22),
    DRAWS("RandomUniformLike", &uniform, like_infer, draw_forward, lrp_batch_elementwise, 0, draw_vjp, 1, 22),
    DRAWS("Bernoulli", &uniform, bernoulli_infer, bernoulli_forward, lrp_batch_elementwise, 0, draw_vjp, 15, 22),
    DRAWS("Multinomial", NULL, multinomial_infer, multinomial_forward, lrp_batch_leading, LRP_TRAIT_NO_VJP, NULL, 7, 22),
    {.name = NULL},
};
// clang-format on
