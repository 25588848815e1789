/* qonnx.c: QONNX, networks quantised to any number of bits as Brevitas and QKeras write them: Quant, BipolarQuant and Trunc
 * round floats to steps, and floats they stay. Definitions: Pappalardo et al. 2022, "QONNX: Representing Arbitrary-Precision
 * Quantized Neural Networks", and the documentation of its operators.
 *
 *     Quant         y = (round(clip(x / scale + zero, low, high)) - zero) * scale
 *     BipolarQuant  y = scale where x >= 0, else -scale
 *     Trunc         the codes of x without their last bits: (round(rint(x / scale + zero) / 2^cut) - zero) * scale; where the
 * scale and the bits of the result are given, it is those that cut and clip
 *
 * Relevance goes straight through, as through every rounding. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "batch.h"
#include "broadcast.h"
#include "elementwise.h"

/* ---- ways to round ---- */

static double round_up(double x)
{
    return copysign(ceil(fabs(x)), x);
}
static double round_half_up(double x)
{
    return copysign(floor(fabs(x) + 0.5), x);
}
static double round_half_down(double x)
{
    return copysign(ceil(fabs(x) - 0.5), x);
}
static const struct rounding_mode {
    const char *name;
    double (*round)(double x);
} modes[] = {{"ROUND", rint},
             {"HALF_EVEN", rint},
             {"CEIL", ceil},
             {"FLOOR", floor},
             {"UP", round_up},
             {"DOWN", trunc},
             {"HALF_UP", round_half_up},
             {"HALF_DOWN", round_half_down}};

/* ---- the calls ---- */

/* Inputs: x, scale, and for those that have them zero, bits, and of Trunc the bits that stay, or the scale, zero and bits of
 * the result. */
enum { X, SCALE, ZERO, BITS, KEPT_BITS, RESULT_SCALE = 4, RESULT_BITS = 6, RESULT_INPUTS };

/* One call on its way. */
struct qonnx;
struct qonnx_job {
    const struct qonnx *own;
    const float *x, *scale, *zero, *result_scale; /* NULL: it has none */
    float *y;
    const struct rounding_mode *mode;
    float low, high, cut;
    bool signs; /* of one bit: 1 or -1 */
};
struct qonnx {          /* what a row owns */
    const char *rounds; /* how, if the file does not say */
    int least_inputs, most_inputs;
    float (*code)(const struct qonnx_job *job, float x, float scale, float zero, float *result_scale);
};

static const struct rounding_mode *find_mode(const struct lrp_call *call)
{
    const char *name = lrp_call_string(call, "rounding_mode", ((const struct qonnx *)call->op->own)->rounds);
    for (size_t k = 0; k < sizeof modes / sizeof *modes; k++)
        if (strcasecmp(name, modes[k].name) == 0) return &modes[k];
    return NULL;
}

/* It must be made as large as x, and may not make more of it. */
static bool spreads_over(const struct lrp_shape *x, const struct lrp_shape *operand)
{
    bool fits = operand->rank <= x->rank;
    for (int k = 0; fits && k < operand->rank; k++) {
        const int64_t own = operand->dim[k], whole = x->dim[k + x->rank - operand->rank];
        fits = own == 1 || own == whole;
    }
    return fits;
}

static enum lrp_status qonnx_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct qonnx *own = call->op->own;
    enum lrp_status status = lrp_infer_arity(call, own->least_inputs, own->most_inputs, err);
    for (int i = 0; !status && i < call->in_count; i++) {
        status = lrp_infer_is_float(call, i, err);
        if (!status && i && i < BITS && !spreads_over(call->in[X].shape, call->in[i].shape))
            return lrp_fail(err, LRP_FILE, "the scales of %s do not fit its input", call->op_type);
        if (!status && i >= BITS && lrp_shape_count(call->in[i].shape) != 1)
            return lrp_fail(err, LRP_UNSUPPORTED, "%s with several scales or widths for one result is not implemented",
                            call->op_type);
    }
    if (status) return status;
    if (!find_mode(call))
        return lrp_fail(err, LRP_UNSUPPORTED, "rounding mode %.40s of %s is not implemented",
                        lrp_call_string(call, "rounding_mode", own->rounds), call->op_type);
    if (call->in_count > KEPT_BITS + 1 && call->in_count != RESULT_INPUTS)
        return lrp_fail(err, LRP_FILE, "%s has %d inputs, not %d or %d", call->op_type, call->in_count, KEPT_BITS + 1,
                        RESULT_INPUTS);
    return lrp_infer_output(call, 0, call->in[X].dtype, call->in[X].shape, err);
}

/* ---- codes ---- */

/* The whole numbers of so many bits. */
static void set_bounds(const struct lrp_call *call, struct qonnx_job *job, float bits)
{
    const bool is_signed = lrp_call_int(call, "signed", 1) != 0, narrow = lrp_call_int(call, "narrow", 0) != 0;
    const float half = exp2f(bits - 1);
    job->signs = is_signed && bits == 1;
    job->low = is_signed ? (narrow ? 1 - half : -half) : 0;
    job->high = is_signed ? half - 1 : 2 * half - (narrow ? 2 : 1);
}

static float clip_code(const struct qonnx_job *job, float code)
{
    return code > job->high ? job->high : code < job->low ? job->low : code;
}

static float round_code(const struct qonnx_job *job, float code)
{
    return (float)job->mode->round((double)code);
}

static float quant_code(const struct qonnx_job *job, float x, float scale, float zero, float *result_scale)
{
    const float code = x / scale + zero;
    (void)result_scale;
    return (job->signs ? (code >= 0 ? 1.0F : -1.0F) : round_code(job, clip_code(job, code))) - zero;
}

static float bipolar_code(const struct qonnx_job *job, float x, float scale, float zero, float *result_scale)
{
    (void)job, (void)scale, (void)zero, (void)result_scale;
    return x >= 0 ? 1 : -1;
}

static float trunc_code(const struct qonnx_job *job, float x, float scale, float zero, float *result_scale)
{
    const float code = rintf(x / scale + zero);
    if (!job->result_scale) return round_code(job, code / job->cut) - zero;
    *result_scale = *job->result_scale;
    const float cut = exp2f(rintf(log2f(*result_scale / scale)));
    return round_code(job, clip_code(job, code / cut)) - zero / cut;
}

static void code_run(const void *data, const struct lrp_broadcast_run *run)
{
    const struct qonnx_job *job = data;
    for (size_t i = 0; i < run->n; i++) {
        const float scale = job->scale[run->at[SCALE] + i * run->step[SCALE]],
                    zero = job->zero ? job->zero[run->at[ZERO] + i * run->step[ZERO]] : 0;
        float back = scale;
        const float code = job->own->code(job, job->x[run->at[X] + i * run->step[X]], scale, zero, &back);
        job->y[run->out + i] = code * back;
    }
}

static enum lrp_status qonnx_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)err;
    if (!out[0]) return LRP_OK;
    struct qonnx_job job = {
        .own = call->op->own, .mode = find_mode(call), .x = in[X]->f, .scale = in[SCALE]->f, .y = out[0]->f};
    const struct lrp_shape *shapes[] = {call->in[X].shape, call->in[SCALE].shape, call->in[SCALE].shape};
    const bool has_zero = call->in_count > ZERO;
    if (has_zero) job.zero = in[ZERO]->f, shapes[ZERO] = call->in[ZERO].shape;
    if (call->in_count == RESULT_INPUTS) {
        job.result_scale = in[RESULT_SCALE]->f;
        set_bounds(call, &job, in[RESULT_BITS]->f[0]);
    } else if (call->in_count > KEPT_BITS) {
        job.cut = exp2f(in[BITS]->f[0] - in[KEPT_BITS]->f[0]);
    } else if (call->in_count > BITS) {
        set_bounds(call, &job, in[BITS]->f[0]);
    }
    struct lrp_broadcast plan;
    lrp_broadcast_plan(&plan, &out[0]->shape, shapes, has_zero ? 3 : 2);
    lrp_broadcast_for(&plan, run, code_run, &job);
    return LRP_OK;
}

/* The straight-through estimator, as of FakeQuantize. */
static enum lrp_status qonnx_vjp(LRP_VJP_PARAMETERS)
{
    (void)call, (void)handle, (void)in, (void)out, (void)run, (void)err;
    if (grad[X] && s[0]) memcpy(grad[X]->f, s[0]->f, s[0]->count * sizeof *s[0]->f);
    return LRP_OK;
}

static const struct qonnx to_steps = {"ROUND", BITS + 1, BITS + 1, quant_code},
                          to_signs = {"ROUND", SCALE + 1, SCALE + 1, bipolar_code},
                          cut_off = {"FLOOR", KEPT_BITS + 1, RESULT_INPUTS, trunc_code};
#define ROW(op, of, how)                                                                                                       \
    {                                                                                                                          \
        .name = op, .domain = of, .versions = {1, 2}, .traits = LRP_TRAIT_MOVES | LRP_TRAIT_SETS,                              \
        .static_kind = LRP_KIND_FAKE_QUANTIZE, .own = &(how), .infer = qonnx_infer, .forward = qonnx_forward,                  \
        .vjp = qonnx_vjp, .batch = lrp_batch_first_input                                                                       \
    }
#define ROWS(of) ROW("Quant", of, to_steps), ROW("BipolarQuant", of, to_signs), ROW("Trunc", of, cut_off)
const struct lrp_operator lrp_ops_qonnx[] = {
    ROWS("qonnx.custom_op.general"),
    ROW("IntQuant", "qonnx.custom_op.general", to_steps), /* what Quant is called now */
    ROWS("onnx.brevitas"),
    ROWS("finn.custom_op.general"),
    {.name = NULL},
};
