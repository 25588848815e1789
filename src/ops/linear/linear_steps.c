/* linear_steps.c: weights that are whole multiples of steps: finding the steps, and multiplying whole numbers. */
#include "linear_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "buffer.h"
#include "parallel.h"
#include "quantize/exact.h"
#include "wide.h"

enum { MOST = 255 }; /* bytes less a zero point */

struct lrp_step_weights {
    struct lrp_step_places places;
    int16_t *codes;              /* (outputs, each); of a product (each, outputs) once it was asked for one */
    double *steps;               /* by output */
    float *bias;                 /* by output; NULL: none */
    struct lrp_exact_conv *conv; /* made when it is first asked for */
    float most_x;                /* the farthest from 0 it takes inputs to be */
    int most;                    /* the farthest a code is from 0 */
    bool turned;                 /* codes are (each, outputs) */
};

void lrp_step_weights_free(struct lrp_step_weights *weights)
{
    if (!weights) return;
    lrp_exact_conv_free(weights->conv);
    free(weights->codes);
    free(weights->steps);
    free(weights->bias);
    free(weights);
}

size_t lrp_step_weights_bytes(const struct lrp_step_weights *weights)
{
    const int64_t count = weights->places.outputs * weights->places.each;
    return (size_t)count * sizeof *weights->codes + (weights->conv ? lrp_exact_conv_bytes(weights->conv) : 0);
}

static enum lrp_status out_of_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for weights as whole numbers");
}

/* ---- finding steps ---- */

/* The product of a whole number and a step was rounded to a float, maybe twice, and so was the greatest one. */
static const double rounded = 2.5e-7;

static bool is_multiple(float value, double step)
{
    return fabs((double)value - rint((double)value / step) * step) <= rounded * fabs((double)value);
}

/* The largest step of which all numbers are multiples; 0: none. None of them is 0. */
IN_ORDER static double find_step(const float *numbers, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; ++i) most = fmax(most, fabs((double)numbers[i]));
    if (!isfinite(most)) return 0;
    for (int times = 1; times <= MOST; ++times) {
        size_t i = 0;
        while (i < count && is_multiple(numbers[i], most / times)) ++i;
        if (i == count) return count ? most / times : 1;
    }
    return 0;
}

/* The step that fits best: the float that makes all of them as they are, if there is one. */
static double refine_step(const float *numbers, size_t count, double step)
{
    double above = 0, below = 0;
    size_t exact = 0;
    for (size_t i = 0; i < count; ++i) {
        const double times = rint((double)numbers[i] / step);
        above += times * (double)numbers[i];
        below += times * times;
    }
    if (!(below > 0)) return step;
    const float likely = (float)(above / below);
    for (size_t i = 0; i < count; ++i) exact += (float)rint((double)numbers[i] / step) * likely == numbers[i];
    return exact == count ? (double)likely : above / below;
}

/* One output's weights as whole numbers; false: they are none. room: for `each` floats. */
static bool take_output(struct lrp_step_weights *w, const float *values, int64_t output, float *room)
{
    const struct lrp_step_places *p = &w->places;
    int16_t *codes = w->codes + output * p->each;
    size_t there = 0;
    for (int64_t i = 0; i < p->each; ++i) {
        const float value = values[output * p->apart + i * p->stride];
        if (value != 0) room[there++] = value;
    }
    double step = find_step(room, there);
    if (step == 0) return false;
    step = refine_step(room, there, step);
    for (int64_t i = 0; i < p->each; ++i) {
        const float value = values[output * p->apart + i * p->stride];
        codes[i] = (int16_t)rint((double)value / step);
        w->most = abs(codes[i]) > w->most ? abs(codes[i]) : w->most;
    }
    w->steps[output] = step;
    return true;
}

enum lrp_status lrp_step_weights_new(const float *values, const struct lrp_step_places *places, const float *bias,
                                     struct lrp_step_weights **out, struct lrp_error *err)
{
    const int64_t count = places->outputs * places->each;
    struct lrp_step_weights *w = calloc(1, sizeof *w);
    float *room = lrp_buffer_new(places->each);
    bool whole = count > 0;
    if (w) *w = (struct lrp_step_weights){.places = *places};
    if (w && whole) w->codes = malloc((size_t)count * sizeof *w->codes);
    if (w && whole) w->steps = malloc((size_t)places->outputs * sizeof *w->steps);
    if (w && whole && bias) w->bias = malloc((size_t)places->outputs * sizeof *bias);
    const bool fits = w && room && (!whole || (w->codes && w->steps && (w->bias || !bias)));
    for (int64_t c = 0; fits && whole && c < places->outputs; ++c) whole = take_output(w, values, c, room);
    if (fits && whole && bias) memcpy(w->bias, bias, (size_t)places->outputs * sizeof *bias);
    free(room);
    if (fits && whole)
        *out = w;
    else
        lrp_step_weights_free(w);
    return fits ? LRP_OK : out_of_memory(err);
}

/* ---- computing ---- */

/* Floats as the whole numbers they are times their step. */
struct coding {
    const float *from;
    float *to, step;
};
WIDE static void code_some(void *context, int64_t begin, int64_t end)
{
    const struct coding *c = context;
    for (int64_t i = begin; i < end; ++i) c->to[i] = rintf(c->from[i] / c->step);
}

static float *codes_of(const struct lrp_tensor *x, float step, const struct lrp_run *run)
{
    struct coding coding = {.from = x->f, .to = lrp_buffer_new((int64_t)x->count), .step = step};
    if (coding.to) lrp_parallel_for(run, (int64_t)x->count, 1, code_some, &coding);
    return coding.to;
}

/* Sums in steps as floats: element i belongs to output i / inner % outputs. Without weights, all have one step. */
struct scaling {
    const struct lrp_step_weights *weights;
    const int64_t *sums;
    float *to;
    double step;
    int64_t inner, outputs;
};
WIDE static void scale_some(void *context, int64_t begin, int64_t end)
{
    const struct scaling *s = context;
    for (int64_t line = begin; line < end; ++line) {
        const int64_t output = line % s->outputs;
        const double step = s->weights ? s->step * s->weights->steps[output] : s->step,
                     bias = s->weights && s->weights->bias ? (double)s->weights->bias[output] : 0;
        for (int64_t i = line * s->inner; i < (line + 1) * s->inner; ++i) s->to[i] = (float)((double)s->sums[i] * step + bias);
    }
}

/* How far from 0 codes are: bytes with a sign, or without. The nearer, the longer the sums that are exact. */
static float most_of(const float *codes, size_t count)
{
    enum { HALF = 128 };
    return lrp_exact_most(codes, (int64_t)count) <= HALF ? HALF : MOST;
}

/* `most_x`: of this input; what was made for less is made again. */
static enum lrp_status make_conv(struct lrp_step_weights *w, const struct lrp_conv_shape *shape, float most_x,
                                 struct lrp_error *err)
{
    const int64_t count = w->places.outputs * w->places.each;
    if (most_x > w->most_x) {
        lrp_exact_conv_free(w->conv);
        w->conv = NULL;
        w->most_x = most_x;
    }
    float *codes = w->conv ? NULL : lrp_buffer_new(count);
    enum lrp_status status = w->conv || codes ? LRP_OK : out_of_memory(err);
    for (int64_t i = 0; codes && i < count; ++i) codes[i] = (float)w->codes[i];
    if (codes) status = lrp_exact_conv_new(shape, lrp_exact_length(w->most_x, (float)w->most), codes, &w->conv, err);
    free(codes);
    return status;
}

enum lrp_status lrp_step_weights_convolve(struct lrp_step_weights *weights, const struct lrp_conv_shape *shape,
                                          const struct lrp_tensor *x, struct lrp_tensor *y, const struct lrp_run *run,
                                          struct lrp_error *err)
{
    const int64_t outputs = weights->places.outputs, lines = shape->batch * outputs, count = (int64_t)y->count;
    const struct lrp_tensor *rows = lrp_tensor_row_major(x, run);
    float *codes = rows ? codes_of(rows, x->step, run) : NULL, *apart = y->block ? lrp_buffer_new(count) : NULL;
    int64_t *sums = lrp_buffer_bytes((size_t)count * sizeof *sums);
    enum lrp_status status = codes && sums && (apart || !y->block) ? LRP_OK : out_of_memory(err);
    if (!status) status = make_conv(weights, shape, most_of(codes, x->count), err);
    if (!status && count) status = lrp_exact_conv_run(weights->conv, codes, sums, run, err);
    struct scaling scaling = {.weights = weights, .sums = sums, .to = apart ? apart : y->f, .step = (double)x->step};
    scaling.outputs = outputs, scaling.inner = lines ? count / lines : 0;
    if (!status) lrp_parallel_for(run, lines, scaling.inner, scale_some, &scaling);
    if (!status && apart) lrp_blocked_copy_end(shape, false, apart, 0, y->f, y->block, run);
    free(apart);
    free(codes);
    free(sums);
    return status;
}

/* The codes of a product the way its columns lie. */
static enum lrp_status turn_codes(struct lrp_step_weights *w, struct lrp_error *err)
{
    const int64_t outputs = w->places.outputs, each = w->places.each;
    int16_t *turned = w->turned ? NULL : malloc((size_t)(outputs * each) * sizeof *turned);
    if (w->turned) return LRP_OK;
    if (!turned) return out_of_memory(err);
    for (int64_t c = 0; c < outputs; ++c)
        for (int64_t i = 0; i < each; ++i) turned[i * outputs + c] = w->codes[c * each + i];
    free(w->codes);
    w->codes = turned;
    w->turned = true;
    return LRP_OK;
}

enum lrp_status lrp_step_weights_multiply(struct lrp_step_weights *weights, const struct lrp_linear_product *product,
                                          const struct lrp_tensor *a, struct lrp_tensor *y, const struct lrp_run *run,
                                          struct lrp_error *err)
{
    float *codes = codes_of(a, a->step, run);
    int64_t *sums = lrp_buffer_bytes(y->count * sizeof *sums);
    enum lrp_status status = codes && sums ? LRP_OK : out_of_memory(err);
    if (!status) status = turn_codes(weights, err);
    if (!status)
        status = lrp_exact_product(product, lrp_exact_length(most_of(codes, a->count), (float)weights->most), codes,
                                   (struct lrp_exact_matrix){.codes = weights->codes}, sums, run, err);
    struct scaling scaling = {.weights = weights, .sums = sums, .to = y->f, .step = (double)a->step, .outputs = product->n};
    scaling.inner = 1;
    if (!status) lrp_parallel_for(run, product->m * product->n, 1, scale_some, &scaling);
    free(codes);
    free(sums);
    return status;
}

enum lrp_status lrp_step_product(const struct lrp_linear_product *product, const struct lrp_tensor *a,
                                 const struct lrp_tensor *b, struct lrp_tensor *y, const struct lrp_run *run,
                                 struct lrp_error *err)
{
    float *left = codes_of(a, a->step, run), *right = codes_of(b, b->step, run);
    int64_t *sums = lrp_buffer_bytes(y->count * sizeof *sums);
    const int64_t size = product->m * product->n;
    enum lrp_status status = left && right && sums ? LRP_OK : out_of_memory(err);
    const int64_t length = status ? 1 : lrp_exact_length(most_of(left, a->count), most_of(right, b->count));
    for (int64_t i = 0; !status && i < product->batches; ++i) {
        const float *one = left + lrp_product_offset(product, product->a_stride, i),
                    *other = right + lrp_product_offset(product, product->b_stride, i);
        status = lrp_exact_product(product, length, one, (struct lrp_exact_matrix){.w = other}, sums + i * size, run, err);
    }
    struct scaling scaling = {.sums = sums, .to = y->f, .step = (double)a->step * (double)b->step, .outputs = 1, .inner = 1};
    if (!status) lrp_parallel_for(run, (int64_t)y->count, 1, scale_some, &scaling);
    free(left);
    free(right);
    free(sums);
    return status;
}
