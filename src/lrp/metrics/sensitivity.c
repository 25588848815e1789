/* sensitivity.c: how much an explanation changes when the input hardly does (Yeh et al. 2019). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"

/* A point near the input, and what is found there. */
struct nearby {
    struct lrp_metric_case *c;
    struct lrp_noise noise;
    struct lrp_tensor **point;
    const struct lrp_tensor **found; /* by source */
    double *values, *other;          /* of a sample: of the input, of the point */
    size_t sources, count, samples;
};

/* How far from the input, of a sample: as it is said, or as a part of its values' range. */
static double radius_of(const struct lrp_passes *p, const struct lrp_tensor *x, size_t first, size_t each)
{
    const double given = lrp_given_number(p->given, "radius", -1), relative = lrp_given_number(p->given, "relative", 0.02);
    float low = INFINITY, high = -INFINITY;
    if (given >= 0) return given;
    for (size_t i = 0; i < each; i++) {
        low = fminf(low, x->f[first + i]);
        high = fmaxf(high, x->f[first + i]);
    }
    return each ? relative * ((double)high - (double)low) : 0;
}

static enum lrp_status go_near(struct nearby *w, int64_t draw, struct lrp_error *err)
{
    const struct lrp_passes *p = w->c->passes;
    for (size_t s = 0; s < w->sources; s++) {
        const struct lrp_tensor *x = lrp_passes_clean(p, s);
        const size_t parts = lrp_passes_parts(p, s), each = x->count / parts;
        double *u = malloc(x->count * sizeof *u + 1);
        if (!u) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        lrp_noise_fill(p, &w->noise, draw, s, u);
        for (size_t n = 0; n < parts; n++) {
            const double radius = radius_of(p, x, n * each, each);
            for (size_t i = n * each; i < (n + 1) * each; i++) w->point[s]->f[i] = (float)((double)x->f[i] + radius * u[i]);
        }
        free(u);
    }
    return LRP_OK;
}

static void compare(struct nearby *w, const struct lrp_attribution *a, int64_t draws, struct lrp_measure *out)
{
    for (size_t n = 0; n < w->samples; n++) {
        double change = 0, size = 0;
        lrp_attribution_values(w->c, a->relevance, n, w->values);
        lrp_attribution_values(w->c, w->found, n, w->other);
        for (size_t i = 0; i < w->count; i++) {
            change += (w->other[i] - w->values[i]) * (w->other[i] - w->values[i]);
            size += w->values[i] * w->values[i];
        }
        const double quotient = size > 0 ? sqrt(change) / sqrt(size) : (double)NAN;
        out[n].numbers[0] = isnan(out[n].numbers[0]) && !isnan(quotient) ? quotient : fmax(out[n].numbers[0], quotient);
        out[n].numbers[1] = (isnan(out[n].numbers[1]) ? 0 : out[n].numbers[1]) + quotient / (double)draws;
    }
}

static enum lrp_status explain_near(struct nearby *w, int64_t draws, struct lrp_measure *out, struct lrp_error *err)
{
    const struct lrp_variation variation = {.point = (const struct lrp_tensor *const *)w->point};
    enum lrp_status status = LRP_OK;
    for (size_t a = 0; !status && a < w->c->count; a++) {
        if (w->c->of[a].setting < 0) continue;
        status = w->c->explain(w->c->data, w->c->of[a].setting, &variation, w->found, err);
        if (!status) compare(w, &w->c->of[a], draws, out + a * w->samples);
        for (size_t s = 0; s < w->sources; s++) {
            lrp_tensor_release(w->found[s]);
            w->found[s] = NULL;
        }
    }
    return status;
}

static enum lrp_status vary(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    const int64_t n = (int64_t)lrp_given_number(c->passes->given, "n", 1);
    struct nearby w = {.c = c, .count = lrp_metric_case_values(c), .samples = (size_t)c->passes->samples};
    lrp_passes_sources(c->passes, &w.sources);
    w.point = lrp_point_new(c->passes);
    w.found = calloc(w.sources + 1, sizeof(struct lrp_tensor *));
    w.values = malloc(w.count * sizeof *w.values + 1);
    w.other = malloc(w.count * sizeof *w.other + 1);
    enum lrp_status status =
        w.point && w.found && w.values && w.other ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_noise_open(c->passes, n, false, &w.noise, err);
    for (int64_t i = 0; !status && i < n; i++) {
        status = go_near(&w, i, err);
        if (!status) status = explain_near(&w, n, out, err);
    }
    lrp_noise_close(&w.noise);
    lrp_point_free(c->passes, w.point);
    free(w.found);
    free(w.values);
    free(w.other);
    return status;
}

const struct lrp_metric lrp_metric_row_sensitivity = {
    .info = {.name = "sensitivity",
             .line = "how much the explanation changes when the input hardly does (Yeh et al. 2019)",
             .formula = "max and mean over i of |R(x + d_i) - R(x)| / |R(x)|, d_i = radius * u_i, u_i uniform in [-1, 1]",
             .cost = "n x explanation",
             .shows = "That neighbouring inputs get the same explanation. A map that ignores the input is best at it.",
             .better = LRP_BETTER_LESS,
             .numbers = {"max", "mean"},
             LRP_METHOD_TAKES(
                 {"n", "10", LRP_METHOD_COUNT, NULL, "how many points"},
                 {"radius", "", LRP_METHOD_NUMBER, NULL, "how far away they are, in the input's units"},
                 {"relative", "0.02", LRP_METHOD_NUMBER, NULL, "without a radius: the same as a part of max x - min x"},
                 {"noise", "", LRP_METHOD_FILE, NULL, "(n, ...) numbers u; without it the generator"},
                 {"seed", "0", LRP_METHOD_SEED, NULL, "of the generator"})},
    .compute = vary,
    .needs_setting = true};
