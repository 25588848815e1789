/* statistics.c: sums, means and deviations (statistics.h). */
#include "statistics.h"

#include <math.h>

static void add_pairwise(struct lrp_pairwise *s, double value)
{
    int level = 0;
    for (uint64_t carry = s->count++; carry & 1; carry >>= 1) value += s->partial[level++];
    s->partial[level] = value;
}

static double sum_pairwise(const struct lrp_pairwise *s)
{
    double sum = 0;
    for (int level = 0; level < 64; level++)
        if (s->count >> level & 1) sum += s->partial[level];
    return sum;
}

void lrp_moments_add(struct lrp_moments *m, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) continue;
        add_pairwise(&m->sum, (double)values[i]);
        add_pairwise(&m->sizes, fabs((double)values[i]));
    }
}

void lrp_moments_settle(struct lrp_moments *m)
{
    m->mean = m->sum.count ? sum_pairwise(&m->sum) / (double)m->sum.count : (double)NAN;
}

void lrp_moments_again(struct lrp_moments *m, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double away = (double)values[i] - m->mean;
        if (isfinite(values[i])) add_pairwise(&m->squares, away * away);
    }
}

double lrp_moments_mean_size(const struct lrp_moments *m)
{
    return m->sizes.count ? sum_pairwise(&m->sizes) / (double)m->sizes.count : (double)NAN;
}

double lrp_moments_deviation(const struct lrp_moments *m)
{
    return m->squares.count ? sqrt(sum_pairwise(&m->squares) / (double)m->squares.count) : (double)NAN;
}
