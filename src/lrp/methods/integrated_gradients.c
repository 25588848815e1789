/* integrated_gradients.c: gradients along the way from a baseline to the input (Sundararajan 2017). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

/* A point of the way: at t between baseline (0) and input (1), with its weight. */
struct mark {
    double t, weight;
};

/* Roots of the Legendre polynomial P_n by Newton's method, with the weights of Gauss's quadrature, on [0, 1]. */
static struct mark gauss(int64_t i, int64_t n)
{
    double t = cos(M_PI * ((double)i + 0.75) / ((double)n + 0.5)), slope = 1;
    for (int step = 0; step < 100; step++) {
        double before = 1, p = t; /* P_0, P_1 */
        for (int64_t k = 2; k <= n; k++) {
            const double next = ((double)(2 * k - 1) * t * p - (double)(k - 1) * before) / (double)k;
            before = p;
            p = next;
        }
        slope = (double)n * (t * p - before) / (t * t - 1);
        const double change = p / slope;
        t -= change;
        if (fabs(change) < 1e-15) break;
    }
    return (struct mark){(1 - t) / 2, 1 / ((1 - t * t) * slope * slope)};
}

static struct mark mark_at(const char *points, int64_t i, int64_t n)
{
    const double each = 1 / (double)n, k = (double)i, last = n > 1 ? (double)(n - 1) : 1;
    if (strcmp(points, "left") == 0) return (struct mark){k * each, each};
    if (strcmp(points, "right") == 0) return (struct mark){(k + 1) * each, each};
    if (strcmp(points, "middle") == 0) return (struct mark){(k + 0.5) * each, each};
    if (strcmp(points, "ends") == 0) return (struct mark){k / last, each};
    if (strcmp(points, "trapezoid") == 0) return (struct mark){k / last, n == 1 ? 1 : (i == 0 || i == n - 1 ? 0.5 : 1) / last};
    return gauss(i, n);
}

struct way {
    struct lrp_passes *passes;
    struct lrp_tensor **baseline;
    const char *points;
    int64_t count;
    double **sums, weight; /* of the points so far */
};

/* lrp_point_fill */
static enum lrp_status stand_at(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    const struct way *w = data;
    const double t = mark_at(w->points, (int64_t)k, w->count).t;
    size_t sources;
    (void)err;
    lrp_passes_sources(w->passes, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *x = lrp_passes_clean(w->passes, s);
        for (size_t i = 0; i < x->count; i++) {
            const double from = (double)w->baseline[s]->f[i];
            point[s]->f[i] = (float)(from + t * ((double)x->f[i] - from));
        }
    }
    return LRP_OK;
}

/* As if the points so far were all (lrp_so_far). */
static double way_so_far(const void *data, size_t s, size_t i)
{
    const struct way *w = data;
    const double difference = (double)lrp_passes_clean(w->passes, s)->f[i] - (double)w->baseline[s]->f[i];
    return w->weight > 0 ? w->sums[s][i] / w->weight * difference : 0;
}

static void add_way_point(void *data, size_t k, const double *scores, const struct lrp_tensor *const *gradient)
{
    struct way *w = data;
    const double weight = mark_at(w->points, (int64_t)k, w->count).weight;
    size_t sources;
    (void)scores;
    w->weight += weight;
    lrp_passes_sources(w->passes, &sources);
    for (size_t s = 0; s < sources; s++)
        for (size_t i = 0; gradient[s] && i < gradient[s]->count; i++) w->sums[s][i] += weight * (double)gradient[s]->f[i];
    lrp_passes_show(w->passes, way_so_far, w);
}

static void times_difference(const struct lrp_passes *p, const struct way *w)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *x = lrp_passes_clean(p, s);
        for (size_t i = 0; i < x->count; i++) w->sums[s][i] *= (double)x->f[i] - (double)w->baseline[s]->f[i];
    }
}

static enum lrp_status walk_way(struct lrp_passes *p, struct way *w, struct lrp_error *err)
{
    p->total = w->count + 1;
    const struct lrp_series series = {
        .count = (size_t)w->count, .back = true, .fill = stand_at, .take = add_way_point, .data = w};
    const enum lrp_status status = lrp_passes_each(p, &series, err);
    if (!status) times_difference(p, w);
    return status;
}

static enum lrp_status integrated_gradients(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct way w = {.passes = p,
                    .points = lrp_given_text(p->given, "points"),
                    .count = (int64_t)lrp_given_number(p->given, "n", 1),
                    .sums = lrp_sums_new(p)};
    enum lrp_status status = w.sums ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_baseline(p, "baseline", &w.baseline, err);
    if (!status) status = walk_way(p, &w, err);
    if (!status) status = lrp_passes_account(p, w.baseline, w.sums, err);
    if (!status) status = lrp_sums_store(p, w.sums, relevance, err);
    lrp_point_free(p, w.baseline);
    lrp_sums_free(p, w.sums);
    return status;
}

const struct lrp_method lrp_method_row_integrated_gradients = {
    .info = {.name = "integrated-gradients",
             .line = "gradients between a baseline and the input, times their difference (Sundararajan 2017)",
             .formula = "(x - B) sum_i w_i grad f(B + t_i (x - B)); with kinks the gap does not fall steadily with n",
             .cost = "n x (forward + backward) + forward",
             LRP_METHOD_TAKES({"n", "50", LRP_METHOD_COUNT, NULL, "points"},
                              {"baseline", "0", LRP_METHOD_BASELINE, NULL, "where the way begins"},
                              {"points", "gauss", LRP_METHOD_WORD, "ends right left middle trapezoid gauss",
                               "where they lie; gauss: Gauss-Legendre"})},
    .sets = 1,
    .compute = integrated_gradients,
    .pass = "gradient"};
