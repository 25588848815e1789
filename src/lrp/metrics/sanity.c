/* sanity.c: whether an explanation is one of this network and this class: with random weights (Adebayo et al. 2018), and of
 * other classes, it should be another. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methods/noise.h"
#include "metric.h"
#include "similarity.h"

/* What is explained anew, and room to compare it with what is explained. */
struct sanity {
    struct lrp_metric_case *c;
    const struct lrp_tensor **found; /* by source */
    double *values, *other;          /* of a sample: of the setting, found anew */
    size_t sources, count, samples;
};

static enum lrp_status sanity_new(struct sanity *w, struct lrp_metric_case *c, struct lrp_error *err)
{
    *w = (struct sanity){.c = c, .count = lrp_metric_case_values(c), .samples = (size_t)c->passes->samples};
    lrp_passes_sources(c->passes, &w->sources);
    w->found = calloc(w->sources + 1, sizeof(struct lrp_tensor *));
    w->values = malloc(w->count * sizeof *w->values + 1);
    w->other = malloc(w->count * sizeof *w->other + 1);
    return w->found && w->values && w->other ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static void sanity_free(struct sanity *w)
{
    free(w->found);
    free(w->values);
    free(w->other);
}

static void forget_found(struct sanity *w)
{
    for (size_t s = 0; s < w->sources; s++) {
        lrp_tensor_release(w->found[s]);
        w->found[s] = NULL;
    }
}

/* ---- random weights ---- */

enum { LAST, LAST_ABS, RISE };
enum { CURVE };

/* Of |R|, in nats; NaN of nothing. */
static double entropy_of(const double *values, size_t count)
{
    double sum = 0, entropy = 0;
    for (size_t i = 0; i < count; i++) sum += fabs(values[i]);
    for (size_t i = 0; sum > 0 && i < count; i++) {
        const double p = fabs(values[i]) / sum;
        entropy -= p > 0 ? p * log(p) : 0;
    }
    return sum > 0 ? entropy : (double)NAN;
}

/* Layers with fresh weights at a step of so many: from the output or the input on, or one alone; beyond the steps all. */
static void choose_fresh(const struct lrp_metric_case *c, size_t step, size_t steps, bool *fresh)
{
    const char *order = lrp_given_text(c->passes->given, "order");
    const bool up = strcmp(order, "bottom-up") == 0, alone = strcmp(order, "independent") == 0;
    for (size_t i = 0, seen = 0; i < c->layers; i++) {
        const size_t turn = up ? seen : steps - 1 - seen;
        fresh[i] = c->weighted[i] && (step >= steps || (alone ? turn == step : turn <= step));
        seen += c->weighted[i];
    }
}

static enum lrp_status compare_fresh(struct sanity *w, const struct lrp_attribution *a, size_t step, size_t steps, bool all,
                                     struct lrp_measure *out, struct lrp_error *err)
{
    const char *similarity = lrp_given_text(w->c->passes->given, "similarity");
    enum lrp_status status = LRP_OK;
    for (size_t n = 0; !status && n < w->samples; n++) {
        lrp_attribution_values(w->c, a->relevance, n, w->values);
        lrp_attribution_values(w->c, w->found, n, w->other);
        if (step < steps) status = lrp_similarity(similarity, w->values, w->other, w->count, &out[n].curves[CURVE][step], err);
        if (!status && step < steps) out[n].numbers[LAST] = out[n].curves[CURVE][step];
        if (!status && step + 1 == steps)
            status = lrp_similarity("spearman-abs", w->values, w->other, w->count, &out[n].numbers[LAST_ABS], err);
        const double before = entropy_of(w->values, w->count);
        if (all) out[n].numbers[RISE] = before > 0 ? (entropy_of(w->other, w->count) - before) / before : (double)NAN;
    }
    return status;
}

static enum lrp_status explain_fresh(struct sanity *w, const bool *fresh, size_t step, size_t steps, bool all,
                                     struct lrp_measure *out, struct lrp_error *err)
{
    const struct lrp_variation variation = {.fresh = fresh,
                                            .weights = lrp_given_text(w->c->passes->given, "weights"),
                                            .seed = (uint64_t)lrp_given_number(w->c->passes->given, "seed", 0)};
    enum lrp_status status = LRP_OK;
    for (size_t a = 0; !status && a < w->c->count; a++) {
        if (w->c->of[a].setting < 0) continue;
        status = w->c->explain(w->c->data, w->c->of[a].setting, &variation, w->found, err);
        if (!status) status = compare_fresh(w, &w->c->of[a], step, steps, all, out + a * w->samples, err);
        forget_found(w);
    }
    return status;
}

static enum lrp_status randomise(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    struct sanity w;
    size_t steps = 0;
    const bool alone = lrp_given_is(c->passes->given, "order", "independent");
    for (size_t i = 0; i < c->layers; i++) steps += c->weighted[i];
    if (!steps) return lrp_fail(err, LRP_UNSUPPORTED, "no layer has weights that could be random");
    enum lrp_status status = sanity_new(&w, c, err);
    bool *fresh = calloc(c->layers + 1, sizeof *fresh);
    if (!status && !fresh) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < c->count * w.samples; i++)
        if (c->of[i / w.samples].setting >= 0) status = lrp_measure_curve(&out[i], CURVE, steps, err);
    for (size_t step = 0; !status && step < steps + alone; step++) {
        choose_fresh(c, step, steps, fresh);
        status = explain_fresh(&w, fresh, step, steps, alone ? step == steps : step + 1 == steps, out, err);
    }
    free(fresh);
    sanity_free(&w);
    return status;
}

const struct lrp_metric lrp_metric_row_randomisation = {
    .info =
        {.name = "randomisation",
         .line = "whether the explanation changes when the network's weights become random (Adebayo et al. 2018)",
         .formula =
             "similarity of R and R with fresh weights, layer after layer; value: with the last; abs: Spearman of |R|; rise: "
             "(H(R, all fresh) - H(R)) / H(R), H the entropy of |R|",
         .cost = "layers x explanation",
         .shows = "That the map depends on what was learned. A low similarity does not make it right; rules that leave out the "
                  "signs of weights stay similar and are still of use.",
         .better = LRP_BETTER_LESS,
         .numbers = {"value", "abs", "rise"},
         .curves = {"curve"},
         LRP_METHOD_TAKES({"order", "cascade", LRP_METHOD_WORD, "cascade bottom-up independent",
                           "from the output on, from the input on, each layer alone"},
                          {"similarity", "spearman", LRP_METHOD_WORD, LRP_SIMILARITIES, "of R, of |R|, of R, of R"},
                          {"weights", "", LRP_METHOD_FILE, NULL,
                           "a .safetensors with fresh weights by name; without it uniform in +-1/sqrt(fan-in)"},
                          {"seed", "0", LRP_METHOD_SEED, NULL, "of the generator"})},
    .compute = randomise,
    .needs_setting = true};

/* ---- other classes ---- */

/* The targets moved on to another class of the same place. */
static void shift_unit(const struct lrp_passes *p, int64_t by, struct lrp_tensor *out)
{
    const int64_t apart = p->apart, classes = p->classes;
    memset(out->f, 0, out->count * sizeof *out->f);
    for (size_t i = 0; i < out->count; i++) {
        const int64_t at = (int64_t)i, own = at / apart % classes;
        if (p->unit->f[i] != 0) out->f[at + ((own + by) % classes - own) * apart] = p->unit->f[i];
    }
}

/* The class a sample's target is of. */
static int64_t class_of(const struct lrp_passes *p, size_t n)
{
    const size_t each = p->unit->count / (size_t)p->samples;
    for (size_t i = 0; i < each; i++)
        if (p->unit->f[n * each + i] != 0) return (int64_t)i / p->apart % p->classes;
    return 0;
}

static enum lrp_status compare_class(struct sanity *w, const struct lrp_attribution *a, int64_t by, size_t place, bool all,
                                     struct lrp_measure *out, struct lrp_error *err)
{
    const struct lrp_passes *p = w->c->passes;
    enum lrp_status status = LRP_OK;
    for (size_t n = 0; !status && n < w->samples; n++) {
        const int64_t own = class_of(p, n), other = (own + by) % p->classes;
        double *curve = out[n].curves[CURVE] + (all ? (size_t)(other - (other > own)) : place);
        lrp_attribution_values(w->c, a->relevance, n, w->values);
        lrp_attribution_values(w->c, w->found, n, w->other);
        status = lrp_similarity(lrp_given_text(p->given, "similarity"), w->values, w->other, w->count, curve, err);
    }
    return status;
}

static enum lrp_status explain_classes(struct sanity *w, size_t others, struct lrp_tensor *unit, struct lrp_measure *out,
                                       struct lrp_error *err)
{
    const struct lrp_passes *p = w->c->passes;
    const struct lrp_variation variation = {.unit = unit};
    const bool all = (int64_t)others == p->classes - 1;
    const uint64_t stream = lrp_noise_stream((uint64_t)lrp_given_number(p->given, "seed", 0), 0, 0);
    enum lrp_status status = LRP_OK;
    for (size_t k = 0; !status && k < others; k++) {
        const double u = lrp_noise_unit(stream, k); /* in (0, 1] */
        const int64_t by = all ? (int64_t)k + 1 : (int64_t)ceil(u * (double)(p->classes - 1));
        shift_unit(p, by, unit);
        for (size_t a = 0; !status && a < w->c->count; a++) {
            if (w->c->of[a].setting < 0) continue;
            status = w->c->explain(w->c->data, w->c->of[a].setting, &variation, w->found, err);
            if (!status) status = compare_class(w, &w->c->of[a], by, k, all, out + a * w->samples, err);
            forget_found(w);
        }
    }
    return status;
}

/* Largest and mean of a curve's numbers. */
static void sum_up(struct lrp_measure *m)
{
    size_t count = 0;
    double sum = 0;
    for (size_t k = 0; m->curves[CURVE] && k < m->lengths[CURVE]; k++) {
        const double similar = m->curves[CURVE][k];
        if (isnan(similar)) continue;
        m->numbers[1] = count ? fmax(m->numbers[1], similar) : similar;
        sum += similar;
        count++;
    }
    if (count) m->numbers[0] = sum / (double)count;
}

static enum lrp_status other_classes(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    const struct lrp_passes *p = c->passes;
    const size_t most = p->classes > 1 ? (size_t)p->classes - 1 : 0, asked = (size_t)lrp_given_number(p->given, "n", 0),
                 others = asked && asked < most ? asked : most;
    struct sanity w;
    struct lrp_tensor *unit = NULL;
    if (!others) return lrp_fail(err, LRP_UNSUPPORTED, "the output has no other class");
    enum lrp_status status = sanity_new(&w, c, err);
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, &p->unit->shape, &unit, err);
    for (size_t i = 0; !status && i < c->count * w.samples; i++)
        if (c->of[i / w.samples].setting >= 0) status = lrp_measure_curve(&out[i], CURVE, others, err);
    if (!status) status = explain_classes(&w, others, unit, out, err);
    for (size_t i = 0; !status && i < c->count * w.samples; i++) sum_up(&out[i]);
    lrp_tensor_release(unit);
    sanity_free(&w);
    return status;
}

const struct lrp_metric lrp_metric_row_random_target = {
    .info = {.name = "random-target",
             .line = "how alike the explanations of other classes are (Sixt et al. 2020)",
             .formula = "similarity of R of the target and R of every other class: mean, max",
             .cost = "classes x explanation",
             .shows = "That the map is about this class. Classes that share what they look at are alike for a good reason.",
             .better = LRP_BETTER_LESS,
             .numbers = {"mean", "max"},
             .curves = {"curve"},
             LRP_METHOD_TAKES({"similarity", "spearman", LRP_METHOD_WORD, LRP_SIMILARITIES, "of R, of |R|, of R, of R"},
                              {"n", "", LRP_METHOD_COUNT, NULL, "as many other classes at random; without it all"},
                              {"seed", "0", LRP_METHOD_SEED, NULL, "of these"})},
    .compute = other_classes,
    .needs_setting = true};
