/* integrated_gradients.c: gradients along the way from a baseline to the input (Sundararajan 2017). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"

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
    const struct lrp_passes *passes;
    struct lrp_tensor **baseline, **point;
    double **sums, weight; /* of the points so far */
};

static void stand_at(const struct lrp_passes *p, const struct way *w, double t)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *x = lrp_passes_clean(p, s);
        for (size_t i = 0; i < x->count; i++) {
            const double from = (double)w->baseline[s]->f[i];
            w->point[s]->f[i] = (float)(from + t * ((double)x->f[i] - from));
        }
    }
}

/* As if the points so far were all (lrp_so_far). */
static double way_so_far(const void *data, size_t s, size_t i)
{
    const struct way *w = data;
    const double difference = (double)lrp_passes_clean(w->passes, s)->f[i] - (double)w->baseline[s]->f[i];
    return w->weight > 0 ? w->sums[s][i] / w->weight * difference : 0;
}

static void add_way_point(const struct lrp_passes *p, struct way *w, const struct lrp_pass *pass, double weight)
{
    size_t sources;
    w->weight += weight;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *gradient = lrp_pass_relevance(p, pass, s);
        for (size_t i = 0; gradient && i < gradient->count; i++) w->sums[s][i] += weight * (double)gradient->f[i];
    }
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
    const int64_t n = (int64_t)lrp_given_number(p->given, "n", 1);
    const char *points = lrp_given_text(p->given, "points");
    enum lrp_status status = LRP_OK;
    p->total = n + 1;
    for (int64_t i = 0; !status && i < n; i++) {
        const struct mark mark = mark_at(points, i, n);
        struct lrp_pass pass = {0};
        stand_at(p, w, mark.t);
        status = lrp_passes_attribute(p, (const struct lrp_tensor *const *)w->point, &pass, err);
        if (!status) add_way_point(p, w, &pass, mark.weight);
        lrp_pass_free(&pass);
        if (!status) lrp_passes_show(p, way_so_far, w);
    }
    if (!status) times_difference(p, w);
    return status;
}

static enum lrp_status integrated_gradients(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    struct way w = {.passes = p, .point = lrp_point_new(p), .sums = lrp_sums_new(p)};
    enum lrp_status status = w.point && w.sums ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_baseline(p, "baseline", &w.baseline, err);
    if (!status) status = walk_way(p, &w, err);
    if (!status) status = lrp_passes_account(p, w.baseline, w.sums, err);
    if (!status) status = lrp_sums_store(p, w.sums, relevance, err);
    lrp_point_free(p, w.baseline);
    lrp_point_free(p, w.point);
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
