/* infidelity.c: whether an attribution foretells how the score changes under noise (Yeh et al. 2019), and without some units
 * (Bhatt et al. 2020). */
#include <math.h>
#include <stdlib.h>

#include "methods/series.h"
#include "similarity.h"
#include "without.h"

/* ---- noise ---- */

struct noisy {
    const struct lrp_passes *p;
    const struct lrp_attribution *of;
    size_t count; /* of attributions */
    struct lrp_noise noise;
    double std;
    double *change, *told;                   /* by draw and sample: of the score; by attribution, too: sum of I R */
    size_t sources, samples, draws, largest; /* largest: elements of a source */
};

static double *told_of(const struct noisy *w, size_t attribution)
{
    return w->told + attribution * w->draws * w->samples;
}

/* What attributions tell of draw k: the part of a source. */
static void tell_source(const struct noisy *w, size_t k, size_t s, const double *drawn)
{
    const size_t parts = lrp_passes_parts(w->p, s), each = lrp_passes_clean(w->p, s)->count / parts;
    for (size_t of = 0; of < w->count; of++) {
        const struct lrp_tensor *r = w->of[of].relevance[s];
        for (size_t n = 0; r && n < parts; n++) {
            double told = 0;
            for (size_t i = n * each; i < (n + 1) * each; i++) told += w->std * drawn[i] * (double)r->f[i];
            told_of(w, of)[k * w->samples + n] += told;
        }
    }
}

/* The point that is the input less the noise; what its numbers foretell is summed up while they are there. */
static enum lrp_status fill_noisy(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    const struct noisy *w = data;
    double *drawn = malloc(w->largest * sizeof *drawn + 1); /* of this thread */
    if (!drawn) return lrp_fail(err, LRP_MEMORY, "not enough memory for noise");
    for (size_t s = 0; s < w->sources; s++) {
        const struct lrp_tensor *x = lrp_passes_clean(w->p, s);
        lrp_noise_fill(w->p, &w->noise, (int64_t)k, s, drawn);
        for (size_t i = 0; i < x->count; i++) point[s]->f[i] = (float)((double)x->f[i] - w->std * drawn[i]);
        tell_source(w, k, s, drawn);
    }
    free(drawn);
    return LRP_OK;
}

static double mean_square(const struct noisy *w, size_t attribution, size_t n, bool scaled)
{
    const double *told = told_of(w, attribution);
    double ab = 0, aa = 0, sum = 0;
    for (size_t k = 0; k < w->draws; k++) {
        ab += told[k * w->samples + n] * w->change[k * w->samples + n];
        aa += told[k * w->samples + n] * told[k * w->samples + n];
    }
    const double beta = !scaled ? 1 : aa > 0 ? ab / aa : 0;
    for (size_t k = 0; k < w->draws; k++) {
        const double off = beta * told[k * w->samples + n] - w->change[k * w->samples + n];
        sum += off * off;
    }
    return sum / (double)w->draws;
}

static enum lrp_status noisy_new(struct noisy *w, struct lrp_metric_case *c, double **clean, struct lrp_error *err)
{
    w->draws = (size_t)lrp_given_number(c->passes->given, "n", 1);
    w->samples = (size_t)c->passes->samples;
    w->std = lrp_given_number(c->passes->given, "std", 0);
    lrp_passes_sources(c->passes, &w->sources);
    for (size_t s = 0; s < w->sources; s++)
        if (lrp_passes_clean(c->passes, s)->count > w->largest) w->largest = lrp_passes_clean(c->passes, s)->count;
    w->change = calloc(w->draws * w->samples + 1, sizeof *w->change);
    w->told = calloc(w->count * w->draws * w->samples + 1, sizeof *w->told);
    *clean = calloc(w->samples + 1, sizeof **clean);
    if (!w->change || !w->told || !*clean) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    return lrp_noise_open(c->passes, (int64_t)w->draws, true, &w->noise, err);
}

static enum lrp_status betray(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    struct noisy w = {.p = c->passes, .of = c->of, .count = c->count};
    double *clean = NULL;
    enum lrp_status status = noisy_new(&w, c, &clean, err);
    if (!status) status = lrp_passes_score_clean(c->passes, clean, err);
    if (!status) status = lrp_passes_score_all(c->passes, w.draws, fill_noisy, &w, w.change, err);
    for (size_t i = 0; !status && i < w.draws * w.samples; i++) w.change[i] = clean[i % w.samples] - w.change[i];
    const bool scaled = lrp_given_is(c->passes->given, "scale", "on");
    for (size_t i = 0; !status && i < c->count * w.samples; i++)
        out[i].numbers[0] = mean_square(&w, i / w.samples, i % w.samples, scaled);
    lrp_noise_close(&w.noise);
    free(w.change);
    free(w.told);
    free(clean);
    return status;
}

const struct lrp_metric lrp_metric_row_infidelity = {
    .info = {.name = "infidelity",
             .line = "whether relevance foretells how noise changes the score (Yeh et al. 2019)",
             .formula =
                 "mean over i of (beta sum(I_i R) - (f(x) - f(x - I_i)))^2, I_i = std * normal; beta = 1, or the best one",
             .cost = "n x forward, for all settings together",
             .shows =
                 "How near the map is to a gradient. What is multiplied by the input already (LRP, integrated gradients) is "
                 "none: use scale=on, and compare like with like.",
             .better = LRP_BETTER_LESS,
             .numbers = {"value"},
             LRP_METHOD_TAKES({"n", "10", LRP_METHOD_COUNT, NULL, "how many points"},
                              {"std", "0.1", LRP_METHOD_NUMBER, NULL, "of the noise, in the input's units"},
                              {"scale", "off", LRP_METHOD_WORD, "on off", "on: beta by least squares, of every sample"},
                              {"noise", "", LRP_METHOD_FILE, NULL, "(n, ...) normal numbers; without it the generator"},
                              {"seed", "0", LRP_METHOD_SEED, NULL, "of the generator"})},
    .compute = betray};

/* ---- units ---- */

struct subsets {
    struct lrp_metric_case *c;
    struct lrp_without without;
    size_t samples, count, size; /* subsets; units in each */
    uint32_t *ranks;             /* by subset, sample and unit */
    double *scores;              /* by subset and sample */
};

static uint32_t *subset_of(const struct subsets *w, size_t k, size_t n)
{
    return w->ranks + (k * w->samples + n) * w->without.units.count;
}

static const uint32_t *away_of(const void *data, size_t k, size_t n, size_t *taken)
{
    const struct subsets *w = data;
    *taken = w->size;
    return subset_of(w, k, n);
}

static enum lrp_status subsets_new(struct subsets *w, struct lrp_metric_case *c, struct lrp_error *err)
{
    const struct lrp_given *given = c->passes->given;
    const uint64_t seed = (uint64_t)lrp_given_number(given, "seed", 0);
    enum lrp_status status = lrp_without_new(c->passes, &w->without, err);
    if (status) return status;
    const size_t half = w->without.units.count > 1 ? w->without.units.count / 2 : 1;
    w->samples = (size_t)c->passes->samples;
    w->count = (size_t)lrp_given_number(given, "n", 1);
    w->size = (size_t)lrp_given_number(given, "k", (double)(half < 224 ? half : 224));
    if (w->size > w->without.most) w->size = w->without.most;
    w->ranks = calloc(w->count * w->samples + 1, (w->without.units.count + 1) * sizeof *w->ranks);
    w->scores = calloc(w->count * w->samples + 1, sizeof *w->scores);
    if (!w->ranks || !w->scores) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < w->count * w->samples; i++)
        status = lrp_units_shuffle(seed, (uint64_t)c->passes->first_sample + i % w->samples, i / w->samples,
                                   w->without.units.count, subset_of(w, i / w->samples, i % w->samples), err);
    return status;
}

/* Of an attribution and sample: its sums over the subsets against how the score falls without them. */
static double foretold(const struct subsets *w, const struct lrp_attribution *a, size_t n, double clean, double *values,
                       double *sums, double *drops)
{
    lrp_attribution_values(w->c, a->relevance, n, values);
    lrp_units_sum(&w->without.units, values, sums);
    for (size_t k = 0; k < w->count; k++) {
        double *told = drops + w->count + k;
        *told = 0;
        for (size_t u = 0; u < w->without.units.count; u++) *told += subset_of(w, k, n)[u] < w->size ? sums[u] : 0;
        drops[k] = clean - w->scores[k * w->samples + n];
    }
    return lrp_pearson(drops + w->count, drops, w->count);
}

static enum lrp_status foretell(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    struct subsets w = {.c = c};
    enum lrp_status status = subsets_new(&w, c, err);
    double *clean = calloc((size_t)c->passes->samples + 1, sizeof *clean),
           *values = malloc((w.without.units.elements + 1) * sizeof *values),
           *sums = malloc((w.without.units.count + 1) * sizeof *sums), *drops = malloc((2 * w.count + 1) * sizeof *drops);
    if (!status && !(clean && values && sums && drops)) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_score_clean(c->passes, clean, err);
    if (!status) status = lrp_without_score(&w.without, w.count, away_of, &w, w.scores, err);
    for (size_t i = 0; !status && i < c->count * w.samples; i++)
        out[i].numbers[0] = foretold(&w, &c->of[i / w.samples], i % w.samples, clean[i % w.samples], values, sums, drops);
    lrp_without_free(&w.without);
    free(w.ranks);
    free(w.scores);
    free(clean);
    free(values);
    free(sums);
    free(drops);
    return status;
}

const struct lrp_metric lrp_metric_row_faithfulness = {
    .info =
        {.name = "faithfulness",
         .line = "whether relevance foretells how the score falls without some units (Bhatt et al. 2020)",
         .formula = "Pearson's correlation of sum over S of r and f(x) - f(x with S set to B), over n random S of k units",
         .cost = "n x forward, for all settings together",
         .shows = "That relevance adds up as the score does. It depends on the baseline as pixel-flipping does, and its random "
                  "subsets are far from any picture.",
         .better = LRP_BETTER_MORE,
         .numbers = {"value"},
         LRP_METHOD_TAKES(
             {"k", "", LRP_METHOD_COUNT, NULL, "units of a subset; without it 224, at most half of them"},
             {"n", "100", LRP_METHOD_COUNT, NULL, "how many subsets"},
             {"unit", "pixel", LRP_METHOD_WORD, "pixel region value", "what is taken away at once"},
             {"size", "", LRP_METHOD_COUNT, NULL, "side of a region"},
             {"baseline", "", LRP_METHOD_BASELINE, NULL,
              "what stands in their place; without it mean, then min (of tokens: mask, pad or 0); remove: nothing, of tokens"},
             {"mask", "", LRP_METHOD_FILE, NULL, "units as groups: a number for each place"},
             {"seed", "0", LRP_METHOD_SEED, NULL, "of the subsets"})},
    .compute = foretell,
    .two_baselines = true};
