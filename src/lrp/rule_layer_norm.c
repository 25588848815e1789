/* rule_layer_norm.c: the rule layer-norm: the affine part by the zero rule, then the rule of what is centred. */
#include "account.h"
#include "apply_parts.h"

#include <string.h>

#include "elementwise.h"
#include "rows.h"
#include "tensor_slots.h"

/* The axes a normalising node works over, as a mask by axis. */
static void normalised_axes(const struct lrp_call *call, bool axes[LRP_MAX_RANK])
{
    int64_t list[LRP_MAX_RANK];
    int rank = call->in[0].shape->rank, count = lrp_call_ints(call, "axes", list, LRP_MAX_RANK);
    int first = lrp_normalize_axis(lrp_call_int(call, "axis", -1), rank);
    for (int i = 0; i < LRP_MAX_RANK; i++) axes[i] = count < 0 && i >= first && i < rank;
    for (int i = 0; i < count; i++) {
        int axis = lrp_normalize_axis(list[i], rank);
        if (axis >= 0) axes[axis] = true;
    }
}

/* Rows of what is normalised together: their numbers less their mean, or relevance shared out over them. */
struct row_centring {
    size_t length;
    const float *x, *r; /* r: NULL where only the mean is subtracted */
    float stabilizer;
    float *out;
};

WIDE static void centre_row(const float *x, double mean, float *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = (float)((double)x[i] - mean);
}

WIDE static void divide_row(const float *r, float stabilizer, float *restrict s, size_t n)
{
    for (size_t i = 0; i < n; i++) s[i] = r[i] / lrp_stabilize(s[i], stabilizer);
}

WIDE static void share_row(const float *x, double mean, float *restrict s, size_t n)
{
    for (size_t i = 0; i < n; i++) s[i] = (float)((double)s[i] - mean) * x[i];
}

static void centre_rows(const void *data, size_t first, size_t last)
{
    const struct row_centring *c = data;
    const double count = (double)c->length;
    for (size_t row = first; row < last; row++) {
        const float *x = c->x + row * c->length;
        float *out = c->out + row * c->length;
        centre_row(x, lrp_sum(x, c->length) / count, out, c->length);
        if (!c->r) continue;
        divide_row(c->r + row * c->length, c->stabilizer, out, c->length);
        share_row(x, lrp_sum(out, c->length) / count, out, c->length);
    }
}

/* x - mean(x) over the axes; with a relevance (may be NULL) x * (s - mean(s)), s = relevance / stab(x - mean(x)). */
static enum lrp_status centre(const struct lrp_rule_step *step, const struct lrp_tensor *x, const struct lrp_tensor *relevance,
                              struct lrp_tensor *out, struct lrp_error *err)
{
    struct lrp_rows of_x = {0}, of_r = {0}, of_out = {0};
    bool axes[LRP_MAX_RANK];
    normalised_axes(&lrp_step_node(step)->call, axes);
    enum lrp_status status = lrp_rows_open(&of_x, x, axes, step->run, err);
    if (!status && relevance) status = lrp_rows_open(&of_r, relevance, axes, step->run, err);
    if (!status) status = lrp_rows_make(&of_out, out, axes, err);
    if (!status) {
        const struct row_centring c = {.length = of_x.length,
                                       .x = of_x.tensor->f,
                                       .r = relevance ? of_r.tensor->f : NULL,
                                       .stabilizer = relevance ? step->rule->stabilizer : 0,
                                       .out = lrp_rows_target(&of_out)->f};
        if (c.length) lrp_for_range(step->run, of_x.rows, 4 * c.length, centre_rows, &c);
        lrp_rows_store(&of_out, out, axes, step->run);
    }
    lrp_rows_close(&of_r);
    lrp_rows_close(&of_x);
    return status;
}

enum lrp_status lrp_apply_centred(const struct lrp_rule_step *step, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_tensor *x = lrp_rule_step_value(step, lrp_step_node(step)->in[0]);
    if (!x) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    const enum lrp_status status = lrp_tensor_take(step->run->pool, LRP_DTYPE_FLOAT, &x->shape, out, err);
    return status ? status : centre(step, x, NULL, *out, err);
}

/* For a whole LayerNormalization, y = w*u + b at the normalised u: relevance goes to u by the zero rule, R*(w*u)/stab(y). */
static enum lrp_status through_affine(const struct lrp_rule_step *step, float *relevance, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *y = lrp_rule_step_value(step, n->out[0]);
    if (n->call.in_count < 2 || n->in[1] < 0) return LRP_OK;
    struct lrp_const_tensor_slots inputs;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    enum lrp_status status = in ? lrp_engine_inputs(step->engine, step->node, step->values, 0, step->run, in, err)
                                : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const struct lrp_tensor *b = !status && n->call.in_count > 2 ? in[2] : NULL;
    for (size_t i = 0; !status && i < y->count; i++) {
        float bias = b && b->count ? b->f[i % b->count] : 0;
        relevance[i] *= (y->f[i] - bias) / lrp_stabilize(y->f[i], step->rule->stabilizer);
    }
    lrp_const_tensor_slots_free(&inputs);
    return status;
}

static enum lrp_status share_norm(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_node *n = lrp_step_node(step);
    const struct lrp_tensor *x = lrp_rule_step_value(step, n->in[0]), *r = lrp_rule_step_relevance(step, 0);
    struct lrp_tensor *inside = NULL; /* what arrives at the normalised values */
    if (!x) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!r) return LRP_OK;
    enum lrp_status status = LRP_OK;
    if (n->call.in_count > 1 && n->in[1] >= 0) {
        status = lrp_tensor_take(step->run->pool, LRP_DTYPE_FLOAT, &r->shape, &inside, err);
        if (!status) memcpy(inside->f, r->f, r->count * sizeof *r->f);
        if (!status) status = through_affine(step, inside->f, err);
    }
    if (!status) status = centre(step, x, inside ? inside : r, given[0], err);
    lrp_tensor_release(inside);
    return status;
}

static enum lrp_status apply_norm(const struct lrp_rule_step *step, struct lrp_tensor **given, struct lrp_error *err)
{
    return lrp_apply_rows(step, share_norm, given, err);
}

const struct lrp_rule_row lrp_rule_row_layer_norm = {.info = {.name = "layer-norm",
                                                              .formula = "a * (s - mean(s)), s = R / stab(a - mean(a))",
                                                              .fits = "layer-norm",
                                                              LRP_RULE_TAKES({"stabilizer", "1e-9", LRP_PARAMETER_STABILIZER})},
                                                     .apply = apply_norm,
                                                     .account = lrp_account_layer_norm,
                                                     .fit = lrp_fits_layer_norm};
