/* vector.c: elementwise arithmetic over whole arrays. */
#include "vector.h"

/* Below this many elements a second thread costs more than it brings. */
enum { PARALLEL_FROM = 1 << 15 };

float lrp_stabilize(float z, float e)
{
    return z < 0 ? z - e : z + e;
}

#define LOOP(body)                                                                             \
    do {                                                                                       \
        int threads = run->threads;                                                            \
        (void)threads;                                                                         \
        _Pragma("omp parallel for simd num_threads(threads) if (n >= PARALLEL_FROM)")          \
        for (size_t i = 0; i < n; i++) {                                                       \
            body;                                                                              \
        }                                                                                      \
    } while (0)

void lrp_vector_divide(const float *r, const float *z, float e, float *s, size_t n, const struct lrp_run *run)
{
    LOOP(s[i] = r[i] / (z[i] < 0 ? z[i] - e : z[i] + e));
}

void lrp_vector_mask(const float *z, int sign, float *s, size_t n, const struct lrp_run *run)
{
    if (sign > 0) LOOP(s[i] = z[i] > 0 ? s[i] : 0);
    else LOOP(s[i] = z[i] < 0 ? s[i] : 0);
}

void lrp_vector_part(const float *x, int sign, float *y, size_t n, const struct lrp_run *run)
{
    /* NaN passes through both parts */
    if (sign > 0) LOOP(y[i] = x[i] < 0 ? 0 : x[i]);
    else LOOP(y[i] = x[i] > 0 ? 0 : x[i]);
}

void lrp_vector_add(float factor, const float *x, float *y, size_t n, const struct lrp_run *run)
{
    LOOP(y[i] += factor * x[i]);
}

void lrp_vector_add_product(float factor, const float *a, const float *c, float *y, size_t n, const struct lrp_run *run)
{
    if (a) LOOP(y[i] += factor * (a[i] * c[i]));
    else LOOP(y[i] += factor * c[i]);
}

void lrp_vector_scale_by(float factor, const float *a, float *y, size_t n, const struct lrp_run *run)
{
    if (a) LOOP(y[i] = factor * (a[i] * y[i]));
    else if (factor != 1) LOOP(y[i] = factor * y[i]);
}

bool lrp_vector_has_negative(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += 4096) {
        int negative = 0;
        size_t end = n - i < 4096 ? n : i + 4096;
        for (size_t k = i; k < end; k++) negative |= !(x[k] >= 0);
        if (negative) return true;
    }
    return false;
}
