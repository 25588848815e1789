/* normalize_rows.c: rows brought to mean 0 and deviation 1, forwards and backwards. */
#include <math.h>

#include "normalize_ops.h"
#include "rows.h"

struct row_moments {
    double mean, deviation, inverse; /* inverse: what (x - mean) is multiplied by */
};

/* In several lanes, always added up in the same order. */
WIDE static double squares_around(const float *x, size_t n, double mean)
{
    enum { LANES = 16 };
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; ++k) {
            const double d = (double)x[i + k] - mean;
            lane[k] += d * d;
        }
    for (; i < n; ++i) sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    for (size_t k = 0; k < LANES; ++k) sum += lane[k];
    return sum;
}

/* Two passes: the difference of two large sums would lose what is small. */
static struct row_moments moments_of(const struct lrp_row_norm *norm, const float *x)
{
    const double n = (double)norm->length;
    struct row_moments m = {.mean = norm->center ? lrp_sum(x, norm->length) / n : 0};
    const double squares = squares_around(x, norm->length, m.mean);
    m.deviation = sqrt(squares / n);
    m.inverse = 1 / (norm->epsilon_outside ? m.deviation + norm->epsilon : sqrt(squares / n + norm->epsilon));
    return m;
}

/* The channel of the first position of row r. */
static size_t first_channel(const struct lrp_row_norm *norm, size_t r)
{
    return r % norm->groups * (norm->length / norm->segment);
}

/* One channel a position, as in layer normalisation. */
WIDE static void affine_positions(const struct lrp_row_norm *norm, const float *x, float mean, float inverse, size_t channel,
                                  float *restrict y)
{
    const float *scale = norm->scale + channel;
    const float *bias = norm->bias ? norm->bias + channel : NULL;
    const size_t length = norm->length;
    if (bias)
        for (size_t i = 0; i < length; ++i) y[i] = (x[i] - mean) * inverse * scale[i] + bias[i];
    else
        for (size_t i = 0; i < length; ++i) y[i] = (x[i] - mean) * inverse * scale[i];
}

static void affine_segments(const struct lrp_row_norm *norm, const float *x, float mean, float inverse, size_t channel,
                            float *restrict y)
{
    for (size_t p = 0; p < norm->length; p += norm->segment, ++channel) {
        const float scale = norm->scale ? norm->scale[channel] : 1, bias = norm->bias ? norm->bias[channel] : 0;
        for (size_t i = p; i < p + norm->segment; ++i) y[i] = (x[i] - mean) * inverse * scale + bias;
    }
}

static void forward_range(const void *data, size_t first, size_t last)
{
    const struct lrp_row_norm *norm = data;
    for (size_t r = first; r < last; ++r) {
        const float *x = norm->x + r * norm->length;
        const struct row_moments m = moments_of(norm, x);
        const float mean = (float)m.mean, inverse = (float)m.inverse;
        if (norm->y && norm->segment == 1 && norm->scale)
            affine_positions(norm, x, mean, inverse, first_channel(norm, r), norm->y + r * norm->length);
        else if (norm->y)
            affine_segments(norm, x, mean, inverse, first_channel(norm, r), norm->y + r * norm->length);
        if (norm->mean) norm->mean[r] = mean;
        if (norm->inverse) norm->inverse[r] = inverse;
    }
}

void lrp_row_norm_forward(const struct lrp_row_norm *norm, const struct lrp_run *run)
{
    if (norm->length) lrp_for_range(run, norm->rows, 4 * norm->length, forward_range, norm);
}

/* With h = normalised x and c = s * scale: gx = inverse * (c - mean(c) - h * mean(c h) * k), where k = 1 unless epsilon
 * stands outside of the root; without centring mean(c) stays out. */
static void backward_row(const struct lrp_row_norm *norm, size_t r)
{
    const float *x = norm->x + r * norm->length, *s = norm->s + r * norm->length;
    const struct row_moments m = moments_of(norm, x);
    const double n = (double)norm->length;
    double sum = 0, product = 0;
    for (size_t i = 0; i < norm->length; ++i) {
        const double c = (double)s[i] * (norm->scale ? (double)norm->scale[first_channel(norm, r) + i / norm->segment] : 1);
        sum += c;
        product += c * ((double)x[i] - m.mean) * m.inverse;
    }
    const double outside = norm->epsilon_outside && m.deviation > 0 ? 1 / (m.inverse * m.deviation) : 1;
    const double shift = norm->center ? sum / n : 0, pull = product / n * outside;
    for (size_t i = 0; i < norm->length; ++i) {
        const double c = (double)s[i] * (norm->scale ? (double)norm->scale[first_channel(norm, r) + i / norm->segment] : 1);
        norm->gx[r * norm->length + i] = (float)(m.inverse * (c - shift - ((double)x[i] - m.mean) * m.inverse * pull));
    }
}

static void backward_range(const void *data, size_t first, size_t last)
{
    for (size_t r = first; r < last; ++r) backward_row(data, r);
}

/* Rows share channels: one thread. */
static void parameter_sums(const struct lrp_row_norm *norm)
{
    for (size_t r = 0; r < norm->rows; ++r) {
        const float *x = norm->x + r * norm->length, *s = norm->s + r * norm->length;
        const struct row_moments m = moments_of(norm, x);
        for (size_t i = 0; i < norm->length; ++i) {
            const size_t channel = first_channel(norm, r) + i / norm->segment;
            if (norm->gscale) norm->gscale[channel] += (double)s[i] * ((double)x[i] - m.mean) * m.inverse;
            if (norm->gbias) norm->gbias[channel] += (double)s[i];
        }
    }
}

void lrp_row_norm_backward(const struct lrp_row_norm *norm, const struct lrp_run *run)
{
    if (norm->length == 0) return;
    if (norm->gx) lrp_for_range(run, norm->rows, 4 * norm->length, backward_range, norm);
    if (norm->gscale || norm->gbias) parameter_sums(norm);
}
