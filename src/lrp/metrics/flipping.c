/* flipping.c: how the score falls as an attribution's units are taken away, the most relevant first, the least relevant first
 * (Samek et al. 2017), or in any order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "without.h"

/* An order for every sample, and the scores on its way. Ways: two for every attribution, then the random ones. */
struct flipping {
    struct lrp_metric_case *c;
    struct lrp_without without;
    size_t samples, step, length; /* length: steps; a curve has one point more */
    bool to_the_end;              /* the last point is the baseline, for all ways the same */
    size_t ways, random;          /* random: seeds */
    uint32_t *ranks;              /* by way, sample and unit */
    double *clean, *scores;       /* by sample; by point and sample */
};

static uint32_t *rank_of(const struct flipping *f, size_t way, size_t sample)
{
    return f->ranks + (way * f->samples + sample) * f->without.units.count;
}

/* Points that are different for every way; behind them the one all ways end in. */
static size_t own_points(const struct flipping *f)
{
    return f->length - f->to_the_end;
}

/* Units that are away in point k of sample n. */
static const uint32_t *flipped_of(const void *data, size_t k, size_t n, size_t *taken)
{
    const struct flipping *f = data;
    const size_t own = own_points(f), way = own ? k / own : 0;
    const bool last = !own || k == f->ways * own;
    *taken = last ? f->without.units.count : (k % own + 1) * f->step;
    return rank_of(f, last ? 0 : way, n);
}

static double point_of(const struct flipping *f, size_t way, size_t step, size_t sample)
{
    const size_t own = own_points(f);
    if (step == 0) return f->clean[sample];
    return f->scores[(step > own ? f->ways * own : way * own + step - 1) * f->samples + sample];
}

/* ---- orders ---- */

static enum lrp_status rank_attributions(struct flipping *f, struct lrp_error *err)
{
    const struct lrp_metric_case *c = f->c;
    double *values = malloc(f->without.units.elements * sizeof *values + 1),
           *sums = malloc(f->without.units.count * sizeof *sums + 1);
    enum lrp_status status = values && sums ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < c->count * f->samples; i++) {
        const size_t a = i / f->samples, n = i % f->samples;
        lrp_attribution_values(c, c->of[a].relevance, n, values);
        lrp_units_sum(&f->without.units, values, sums);
        status = lrp_units_rank(sums, f->without.units.count, false, rank_of(f, 2 * a, n), err);
        if (!status) status = lrp_units_rank(sums, f->without.units.count, true, rank_of(f, 2 * a + 1, n), err);
    }
    free(values);
    free(sums);
    return status;
}

/* As many seeds as are asked for, and the reverse of the first. */
static enum lrp_status rank_random(struct flipping *f, struct lrp_error *err)
{
    const size_t first = 2 * f->c->count;
    const uint64_t seed = (uint64_t)lrp_given_number(f->c->passes->given, "seed", 0);
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < f->random * f->samples; i++) {
        const size_t k = i / f->samples, n = i % f->samples;
        status = lrp_units_shuffle(seed + k, (uint64_t)f->c->passes->first_sample + n, 0, f->without.units.count,
                                   rank_of(f, first + k, n), err);
    }
    for (size_t n = 0; !status && f->random && n < f->samples; n++)
        for (size_t u = 0; u < f->without.units.count; u++)
            rank_of(f, first + f->random, n)[u] = (uint32_t)f->without.units.count - 1 - rank_of(f, first, n)[u];
    return status;
}

/* ---- numbers ---- */

enum { ABPC, AOPC_MORF, AOPC_LERF, AUC_MORF, AUC_LERF };
enum { MORF, LERF, RANDOM };

static double area_over(const double *curve, size_t length)
{
    double sum = 0;
    for (size_t k = 0; k <= length; k++) sum += curve[0] - curve[k];
    return sum / (double)(length + 1);
}

/* By trapezoids over the fraction that is taken. */
static double area_under(const struct flipping *f, const double *curve)
{
    const double units = (double)f->without.units.count;
    double sum = 0;
    for (size_t k = 0; k < f->length; k++) {
        const double from = fmin((double)(k * f->step), units), to = fmin((double)((k + 1) * f->step), units);
        sum += (curve[k] + curve[k + 1]) / 2 * (to - from) / units;
    }
    return sum;
}

static double area_between(const struct flipping *f, const double *morf, const double *lerf)
{
    const bool trapezoid = lrp_given_is(f->c->passes->given, "integral", "trapezoid");
    double sum = 0;
    for (size_t k = 0; k <= f->length; k++) sum += (lerf[k] - morf[k]) * (trapezoid && (k == 0 || k == f->length) ? 0.5 : 1);
    return sum / (double)(f->length + !trapezoid);
}

static void put_numbers(const struct flipping *f, struct lrp_measure *out, const double *morf, const double *lerf)
{
    out->numbers[ABPC] = area_between(f, morf, lerf);
    out->numbers[AOPC_MORF] = area_over(morf, f->length);
    out->numbers[AOPC_LERF] = area_over(lerf, f->length);
    out->numbers[AUC_MORF] = area_under(f, morf);
    out->numbers[AUC_LERF] = area_under(f, lerf);
}

/* The mean over seeds of what comes first to last: for attributions the zero line, for the random row its own curve. */
static enum lrp_status put_random(const struct flipping *f, size_t n, struct lrp_measure *out, struct lrp_error *err)
{
    enum lrp_status status = f->random ? lrp_measure_curve(out, RANDOM, f->length + 1, err) : LRP_OK;
    for (size_t k = 0; !status && f->random && k <= f->length; k++)
        for (size_t r = 0; r < f->random; r++)
            out->curves[RANDOM][k] += point_of(f, 2 * f->c->count + r, k, n) / (double)f->random;
    return status;
}

static enum lrp_status put_curves(const struct flipping *f, size_t morf, size_t lerf, size_t n, struct lrp_measure *out,
                                  struct lrp_error *err)
{
    enum lrp_status status = lrp_measure_curve(out, MORF, f->length + 1, err);
    if (!status) status = lrp_measure_curve(out, LERF, f->length + 1, err);
    for (size_t k = 0; !status && k <= f->length; k++) {
        out->curves[MORF][k] = point_of(f, morf, k, n);
        out->curves[LERF][k] = point_of(f, lerf, k, n);
    }
    if (!status) put_numbers(f, out, out->curves[MORF], out->curves[LERF]);
    return !status ? put_random(f, n, out, err) : status;
}

/* A random order as if it were an attribution: from the first seed and its reverse; its area over the curve from all seeds. */
static enum lrp_status put_zero_line(const struct flipping *f, size_t n, struct lrp_measure *out, struct lrp_error *err)
{
    if (!f->random) return LRP_OK;
    const size_t first = 2 * f->c->count;
    const enum lrp_status status = put_curves(f, first, first + f->random, n, out, err);
    if (!status) out->numbers[AOPC_MORF] = area_over(out->curves[RANDOM], f->length);
    return status;
}

/* ---- together ---- */

static enum lrp_status flipping_new(struct flipping *f, struct lrp_metric_case *c, struct lrp_error *err)
{
    struct lrp_passes *p = c->passes;
    *f = (struct flipping){.c = c, .samples = (size_t)p->samples};
    const enum lrp_status status = lrp_without_new(p, &f->without, err);
    if (status) return status;
    const size_t steps = (size_t)lrp_given_number(p->given, "steps", 0);
    f->step = (size_t)lrp_given_number(p->given, "step", 1);
    const bool all = f->without.most == f->without.units.count;
    f->length = all ? (f->without.most + f->step - 1) / f->step : f->without.most / f->step;
    if (steps && steps < f->length) f->length = steps;
    f->to_the_end = f->length * f->step >= f->without.units.count;
    f->random = (size_t)lrp_given_number(p->given, "random", 0);
    f->ways = 2 * c->count + f->random + (f->random > 0);
    f->ranks = calloc(f->ways * f->samples + 1, (f->without.units.count + 1) * sizeof *f->ranks);
    f->clean = calloc(f->samples + 1, sizeof *f->clean);
    f->scores = calloc((f->ways * own_points(f) + 1) * f->samples + 1, sizeof *f->scores);
    return f->ranks && f->clean && f->scores ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for flipping");
}

static void flipping_free(struct flipping *f)
{
    lrp_without_free(&f->without);
    free(f->ranks);
    free(f->clean);
    free(f->scores);
}

static enum lrp_status flip(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    struct flipping f;
    c->passes->probability = lrp_given_is(c->passes->given, "score", "softmax");
    enum lrp_status status = flipping_new(&f, c, err);
    if (!status) status = rank_attributions(&f, err);
    if (!status) status = rank_random(&f, err);
    if (!status) status = lrp_passes_score_clean(c->passes, f.clean, err);
    if (!status) status = lrp_without_score(&f.without, f.ways * own_points(&f) + f.to_the_end, flipped_of, &f, f.scores, err);
    for (size_t i = 0; !status && i < c->count * f.samples; i++)
        status = put_curves(&f, i / f.samples * 2, i / f.samples * 2 + 1, i % f.samples, &out[i], err);
    for (size_t n = 0; !status && n < f.samples; n++) status = put_zero_line(&f, n, &out[c->count * f.samples + n], err);
    flipping_free(&f);
    c->passes->probability = false;
    return status;
}

#define NUMBERS                                                                                                                \
    {                                                                                                                          \
        "abpc", "aopc_morf", "aopc_lerf", "auc_morf", "auc_lerf"                                                               \
    }
#define CURVES                                                                                                                 \
    {                                                                                                                          \
        "morf", "lerf", "random"                                                                                               \
    }
#define UNIT_LINE "what is taken away at once: all channels of a pixel, squares of pixels, single values; a token is always one"
#define SIZE_LINE "side of a region; without it a fourteenth of the shorter side, rounded"
#define STEPS_LINE "how many of them; without it until all is gone"

const struct lrp_metric lrp_metric_row_pixel_flipping =
    {.info =
         {.name = "pixel-flipping",
          .line = "how the score falls as the most relevant parts are taken away first, against the least relevant first",
          .formula = "ABPC = mean over k of y_k(LeRF) - y_k(MoRF); AOPC = mean of y_0 - y_k; AUC by trapezoids",
          .cost = "2 L x forward, L = units / step; for all settings together 4 L for the random orders",
          .shows = "A high ABPC says that the network's output hangs on what the map marks and not on what it leaves out. It "
                   "does not say that the map is right: the score depends on what stands in the place of what is taken, and a "
                   "map that multiplies by the input gains where the baseline is where the input is 0.",
          .better = LRP_BETTER_MORE,
          .numbers = NUMBERS,
          .curves = CURVES,
          LRP_METHOD_TAKES(
              {"unit", "region", LRP_METHOD_WORD, "pixel region value", UNIT_LINE},
              {"size", "", LRP_METHOD_COUNT, NULL, SIZE_LINE},
              {"step", "1", LRP_METHOD_COUNT, NULL, "units taken from one point of the curve to the next"},
              {"baseline", "", LRP_METHOD_BASELINE, NULL,
               "what stands in their place; without it mean, then min (of tokens: mask, pad or 0); remove: nothing, of tokens"},
              {"score", "logit", LRP_METHOD_WORD, "logit softmax", LRP_SCORE_LINE},
              {"steps", "", LRP_METHOD_COUNT, NULL, STEPS_LINE},
              {"mask", "", LRP_METHOD_FILE, NULL, "units as groups: a number for each place"},
              {"seed", "0", LRP_METHOD_SEED, NULL, "of the random orders"},
              {"random", "3", LRP_METHOD_SEED, NULL, "how many random orders; 0: none"},
              {"integral", "mean", LRP_METHOD_WORD, "mean trapezoid", "how ABPC sums up its curve"})},
     .compute = flip,
     .zero_line = true,
     .two_baselines = true};

const struct lrp_metric lrp_metric_row_abpc_vit =
    {.info =
         {.name = "abpc-vit",
          .line =
              "pixel flipping as published for vision transformers: patches of 16, four at a time, against a blurred picture",
          .formula = "as pixel-flipping, ABPC by trapezoids",
          .cost = "2 L x forward, L = patches / 4",
          .shows = "What pixel-flipping shows, with one baseline only: to be set beside published tables, not to choose by.",
          .better = LRP_BETTER_MORE,
          .numbers = NUMBERS,
          .curves = CURVES,
          LRP_METHOD_TAKES({"unit", "region", LRP_METHOD_WORD, "pixel region value", UNIT_LINE},
                           {"size", "16", LRP_METHOD_COUNT, NULL, "side of a patch"},
                           {"step", "4", LRP_METHOD_COUNT, NULL, "patches taken from one point of the curve to the next"},
                           {"baseline", "blur(20,25)", LRP_METHOD_BASELINE, NULL, "what stands in their place"},
                           {"score", "logit", LRP_METHOD_WORD, "logit softmax", LRP_SCORE_LINE},
                           {"steps", "", LRP_METHOD_COUNT, NULL, STEPS_LINE},
                           {"seed", "0", LRP_METHOD_SEED, NULL, "of the random orders"},
                           {"random", "3", LRP_METHOD_SEED, NULL, "how many random orders; 0: none"},
                           {"integral", "trapezoid", LRP_METHOD_WORD, "mean trapezoid", "how ABPC sums up its curve"})},
     .compute = flip,
     .zero_line = true};
