/* deep_lift.c: differences from a baseline, handed back by multipliers (Shrikumar 2017, rescale rule). */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply_parts.h"
#include "blocked.h"
#include "kinds.h"
#include "passes.h"

static const double same = 1e-10; /* below it a quotient of differences is the derivative */

static const struct lrp_tensor *reference_of(const struct lrp_rule_step *step, int value)
{
    return value < 0 ? NULL : lrp_tensor_row_major(step->reference[value], step->run);
}

/* What goes back through a node at one of the two inputs. */
static enum lrp_status gradient_at(const struct lrp_rule_step *step, const struct lrp_tensor *const *values,
                                   const struct lrp_tensor *const *s, struct lrp_tensor **given, struct lrp_error *err)
{
    struct lrp_rule_step at = *step;
    at.values = values;
    at.relevance = s;
    return lrp_apply_gradient(&at, given, err);
}

/* given[input] of an element: q / (a - a0), or the derivative where they are the same. */
static void divide_difference(const struct lrp_rule_step *step, int input, const float *q, struct lrp_tensor *given)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *x = lrp_rule_step_value(step, n->in[input]), *x0 = reference_of(step, n->in[input]);
    for (size_t i = 0; i < given->count; i++) {
        const double difference = (double)x->f[i] - (double)x0->f[i];
        if (fabs(difference) >= same) given->f[i] = (float)((double)q[i] / difference);
    }
}

/* The slope of the line through both points, times m. Near each other it is mostly rounding of the two values: where the mean
 * of both derivatives (times m as well) is no further from it than that rounding, the mean is the better one. */
static double slope_between(const float y[2], double m, double difference, const float derivative[2])
{
    const double slope = m * ((double)y[0] - (double)y[1]) / difference;
    const double mean = 0.5 * ((double)derivative[0] + (double)derivative[1]);
    const double rounding = 2 * (double)FLT_EPSILON * fmax(fabs((double)y[0]), fabs((double)y[1])) * fabs(m / difference);
    return fabs(slope - mean) <= rounding ? mean : slope;
}

/* An activation: `given` has m times the derivative at the input. */
static enum lrp_status through_activation(const struct lrp_rule_step *step, int input, struct lrp_tensor *given,
                                          struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *m = lrp_rule_step_relevance(step, 0), *y = lrp_rule_step_value(step, n->out[0]),
                            *y0 = reference_of(step, n->out[0]), *x = lrp_rule_step_value(step, n->in[input]),
                            *x0 = reference_of(step, n->in[input]);
    struct lrp_tensor **there = calloc((size_t)n->call.in_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = there ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = gradient_at(step, step->reference, step->relevance, there, err);
    const struct lrp_tensor *d0 = status ? NULL : lrp_tensor_row_major(there[input], step->run);
    if (!status && !d0) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < given->count; i++) {
        const double difference = (double)x->f[i] - (double)x0->f[i];
        if (fabs(difference) < same) continue;
        given->f[i] =
            (float)slope_between((float[]){y->f[i], y0->f[i]}, (double)m->f[i], difference, (float[]){given->f[i], d0->f[i]});
    }
    lrp_step_release(there, there ? n->call.in_count : 0);
    free(there);
    return status;
}

/* Max pooling: of the difference of both maxima the part above the baseline's goes to the winner of the input, the rest to the
 * winner of the baseline. */
static enum lrp_status through_max(const struct lrp_rule_step *step, int input, struct lrp_tensor *given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *m = lrp_rule_step_relevance(step, 0), *y = lrp_rule_step_value(step, n->out[0]),
                            *y0 = reference_of(step, n->out[0]);
    struct lrp_tensor *above = NULL, *below = NULL, **first = calloc((size_t)n->call.in_count + 1, sizeof(struct lrp_tensor *)),
                      **second = calloc((size_t)n->call.in_count + 1, sizeof(struct lrp_tensor *));
    const struct lrp_tensor **s = calloc((size_t)n->call.out_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = first && second && s ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &m->shape, &above, err);
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &m->shape, &below, err);
    for (size_t i = 0; !status && i < m->count; i++) {
        const float most = fmaxf(y->f[i], y0->f[i]);
        above->f[i] = m->f[i] * (most - y0->f[i]);
        below->f[i] = m->f[i] * (y->f[i] - most);
    }
    if (!status) s[0] = above;
    if (!status) status = gradient_at(step, step->values, s, first, err);
    if (!status) s[0] = below;
    if (!status) status = gradient_at(step, step->reference, s, second, err);
    const struct lrp_tensor *x = status ? NULL : lrp_tensor_row_major(first[input], step->run),
                            *b = status ? NULL : lrp_tensor_row_major(second[input], step->run);
    if (!status && (!x || !b)) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) {
        float *q = malloc(given->count * sizeof *q + 1);
        for (size_t i = 0; q && i < given->count; i++) q[i] = x->f[i] + b->f[i];
        if (q)
            divide_difference(step, input, q, given);
        else
            status = lrp_fail(err, LRP_MEMORY, "not enough memory");
        free(q);
    }
    lrp_step_release(first, first ? n->call.in_count : 0);
    lrp_step_release(second, second ? n->call.in_count : 0);
    lrp_tensor_release(above);
    lrp_tensor_release(below);
    free(first);
    free(second);
    free(s);
    return status;
}

/* sum of a * (b - b0) over what both hold */
static double product_sum(const struct lrp_tensor *a, const struct lrp_tensor *b, const struct lrp_tensor *b0, double *size)
{
    double sum = 0;
    for (size_t i = 0; a && b && b0 && i < a->count; i++) {
        const double term = (double)a->f[i] * ((double)b->f[i] - (double)b0->f[i]);
        sum += term;
        *size += fabs(term);
    }
    return sum;
}

/* Whether the gradient hands on all of the difference: what is linear does. */
static bool completes(const struct lrp_rule_step *step, struct lrp_tensor *const *given)
{
    const struct lrp_node *n = lrp_step_node(step);
    double in = 0, out = 0, size = 0;
    for (int i = 0; i < n->call.in_count; i++)
        if (given[i])
            in += product_sum(lrp_tensor_row_major(given[i], step->run), lrp_rule_step_value(step, n->in[i]),
                              reference_of(step, n->in[i]), &size);
    for (int j = 0; j < n->call.out_count; j++)
        if (step->relevance[j])
            out += product_sum(lrp_rule_step_relevance(step, j), lrp_rule_step_value(step, n->out[j]),
                               reference_of(step, n->out[j]), &size);
    return fabs(in - out) <= 1e-3 * size;
}

static bool has_twin(const struct lrp_rule_step *step, int value)
{
    const struct lrp_tensor *t = value < 0 ? NULL : step->values[value], *twin = value < 0 ? NULL : step->reference[value];
    return value < 0 || (t && twin && t->count == twin->count && lrp_shape_equal(&t->shape, &twin->shape));
}

/* What lies in loops and branches is there for a turn only, and shapes may depend on the input. */
static bool has_both(const struct lrp_rule_step *step)
{
    const struct lrp_node *n = lrp_step_node(step);
    bool both = n->body < 0;
    for (int i = 0; both && i < n->call.in_count; i++) both = !lrp_call_is_data(&n->call, i) || has_twin(step, n->in[i]);
    for (int j = 0; both && j < n->call.out_count; j++) both = !step->relevance[j] || has_twin(step, n->out[j]);
    return both;
}

static enum lrp_status apply_rescale(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_operator *op = n->call.op;
    const enum lrp_kind kind = op->static_kind;
    const unsigned linear = LRP_TRAIT_WEIGHTED | LRP_TRAIT_MOVES | LRP_TRAIT_ADDS | LRP_TRAIT_SELECTS;
    const bool maximum = kind == LRP_KIND_MAX_POOL || kind == LRP_KIND_GLOBAL_MAX_POOL;
    const bool activation = op->traits & LRP_TRAIT_ACTIVATION && lrp_call_data_inputs(&n->call) == 1;
    enum lrp_status status = LRP_OK;
    if (lrp_call_product(&n->call) > 1) {
        lrp_error_set(err, LRP_UNSUPPORTED,
                      "deep-lift has no multiplier for a product of two values that both depend on the input");
        return lrp_step_blame(step, LRP_UNSUPPORTED, err);
    }
    if (!has_both(step)) {
        lrp_error_set(err, LRP_UNSUPPORTED,
                      "deep-lift compares what input and baseline make of it: not inside loops and branches, "
                      "nor where shapes depend on the input");
        return lrp_step_blame(step, LRP_UNSUPPORTED, err);
    }
    status = lrp_apply_gradient(step, given, err);
    if (status || (op->traits & linear && !maximum && !activation)) return status;
    status = lrp_rule_step_row_major(step, err);
    for (int i = 0; !status && (maximum || activation) && i < n->call.in_count; i++) {
        if (!given[i]) continue;
        struct lrp_tensor *rows = NULL;
        const struct lrp_tensor *from = lrp_tensor_row_major(given[i], step->run);
        status = from ? lrp_tensor_copy(from, &rows, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
        if (!status && !reference_of(step, n->in[i])) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
        if (!status) status = maximum ? through_max(step, i, rows, err) : through_activation(step, i, rows, err);
        lrp_tensor_release(given[i]);
        given[i] = rows;
    }
    if (status || maximum || activation || completes(step, given)) return status;
    lrp_error_set(
        err, LRP_UNSUPPORTED,
        "deep-lift has no multiplier for %s: it is not linear, nor element by element (an output softmax is left out by "
        "--strip-softmax)",
        n->call.op_type);
    return lrp_step_blame(step, LRP_UNSUPPORTED, err);
}

/* What a pass back from the input does with what the baseline made of every value. */
static const struct lrp_method pass = {.info = {.name = "deep-lift"}, .apply = apply_rescale, .starts_with_one = true};

static void times_difference(const struct lrp_passes *p, const struct lrp_pass *found, struct lrp_tensor *const *baseline,
                             double **sums)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *m = lrp_pass_relevance(p, found, s), *x = lrp_passes_clean(p, s);
        for (size_t i = 0; m && i < x->count; i++) sums[s][i] = (double)m->f[i] * ((double)x->f[i] - (double)baseline[s]->f[i]);
    }
}

static enum lrp_status deep_lift(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct lrp_tensor **baseline = NULL;
    struct lrp_pass other = {0}, found = {0};
    double **sums = lrp_sums_new(p);
    enum lrp_status status = sums ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    p->total = 3;
    if (!status) status = lrp_passes_baseline(p, "baseline", &baseline, err);
    if (!status) status = lrp_passes_forward(p, (const struct lrp_tensor *const *)baseline, &other, err);
    if (!status) {
        p->pass = &pass;
        p->back.reference = other.values;
        status = lrp_passes_attribute(p, NULL, &found, err);
        p->back.reference = NULL;
    }
    if (!status) {
        times_difference(p, &found, baseline, sums);
        status = lrp_passes_account(p, baseline, sums, err);
    }
    if (!status) status = lrp_sums_store(p, sums, relevance, err);
    lrp_sums_free(p, sums);
    lrp_pass_free(&other);
    lrp_pass_free(&found);
    lrp_point_free(p, baseline);
    return status;
}

const struct lrp_method lrp_method_row_deep_lift = {
    .info = {.name = "deep-lift",
             .line = "differences from a baseline, handed back by multipliers (Shrikumar 2017, rescale rule)",
             .formula = "m (x - B); activations m (f(a) - f(a0)) / (a - a0), all else J^T m",
             .cost = "2 x forward + backward",
             LRP_METHOD_TAKES({"baseline", "0", LRP_METHOD_BASELINE, NULL, "what the input is compared with"})},
    .sets = 5,
    .compute = deep_lift,
    .pass = "gradient",
    .starts_with_one = true};
