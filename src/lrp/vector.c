/* vector.c: elementwise arithmetic over whole arrays. */
#include "vector.h"

#include "parallel.h"

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

void lrp_vector_scale_by(float factor, const float *a, float *y, size_t n, const struct lrp_run *run)
{
    if (a) LOOP(y[i] = factor * (a[i] * y[i]));
    else if (factor != 1) LOOP(y[i] = factor * y[i]);
}

/* A search for one element below 0, given up everywhere once somebody has found one. */
struct search {
    const float *x;
    size_t count;
    int found;
};
enum { SEARCHED = 8192 }; /* elements between two looks at what the others found */

static void search_part(void *context, int64_t begin, int64_t end)
{
    struct search *const s = context;
    for (int64_t k = begin; k < end && !__atomic_load_n(&s->found, __ATOMIC_RELAXED); k++) {
        const size_t first = (size_t)k * SEARCHED, last = first + SEARCHED < s->count ? first + SEARCHED : s->count;
        int negative = 0;
        for (size_t i = first; i < last; i++) negative |= !(s->x[i] >= 0);
        if (negative) __atomic_store_n(&s->found, 1, __ATOMIC_RELAXED);
    }
}

bool lrp_vector_has_negative(const float *x, size_t n, const struct lrp_run *run)
{
    struct search s = {.x = x, .count = n};
    lrp_parallel_for(run, (int64_t)((n + SEARCHED - 1) / SEARCHED), SEARCHED, search_part, &s);
    return s.found;
}

/* ---- whole tensors ---- */

/* Wider vectors where the machine has them: the results are the same, products and sums are not contracted. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif
#define EACH(body)                       \
    do {                                 \
        _Pragma("omp simd")              \
        for (size_t i = 0; i < n; i++) { \
            body;                        \
        }                                \
    } while (0)

struct numbers {
    float e, factor;
    int sign;
};

WIDE static void divide_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const struct numbers *const p = data;
    const float *const r = in[0], *const d = in[1], *const z = in[2];
    const float e = p->e;
    if (!p->sign) EACH(out[i] = r[i] / (d[i] < 0 ? d[i] - e : d[i] + e));
    else if (p->sign > 0) EACH(out[i] = z[i] > 0 ? r[i] / (d[i] < 0 ? d[i] - e : d[i] + e) : 0);
    else EACH(out[i] = z[i] < 0 ? r[i] / (d[i] < 0 ? d[i] - e : d[i] + e) : 0);
}

WIDE static void share_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const r = in[0], *const z = in[1], *const a = in[2];
    const float e = ((const struct numbers *)data)->e;
    EACH(out[i] = a[i] * (r[i] / (z[i] < 0 ? z[i] - e : z[i] + e)));
}

WIDE static void sum_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const a = in[0], *const b = in[1];
    (void)data;
    EACH(out[i] = a[i] + b[i]);
}

WIDE static void mask_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const z = in[0];
    if (((const struct numbers *)data)->sign > 0) EACH(out[i] = z[i] > 0 ? out[i] : 0);
    else EACH(out[i] = z[i] < 0 ? out[i] : 0);
}

WIDE static void set_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float factor = ((const struct numbers *)data)->factor;
    const float *const c = in[0], *const a = in[1];
    if (a) EACH(out[i] = factor * (a[i] * c[i]));
    else EACH(out[i] = factor * c[i]);
}

WIDE static void add_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float factor = ((const struct numbers *)data)->factor;
    const float *const c = in[0], *const a = in[1];
    if (a) EACH(out[i] += factor * (a[i] * c[i]));
    else EACH(out[i] += factor * c[i]);
}

void lrp_tensors_divide(const struct lrp_tensor *r, const struct lrp_tensor *d, float e, const struct lrp_tensor *z, int sign,
                        struct lrp_tensor *s, const struct lrp_run *run)
{
    const struct numbers p = {.e = e, .sign = z ? sign : 0};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {r, d, z};
    lrp_blocked_for(run, s, in, false, divide_rows, &p);
}

void lrp_tensors_share(const struct lrp_tensor *a, const struct lrp_tensor *r, const struct lrp_tensor *z, float e,
                       struct lrp_tensor *y, const struct lrp_run *run)
{
    const struct numbers p = {.e = e};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {r, z, a};
    lrp_blocked_for(run, y, in, false, share_rows, &p);
}

void lrp_tensors_sum(const struct lrp_tensor *a, const struct lrp_tensor *b, struct lrp_tensor *y, const struct lrp_run *run)
{
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {a, b};
    lrp_blocked_for(run, y, in, false, sum_rows, NULL);
}

void lrp_tensors_mask(const struct lrp_tensor *z, int sign, struct lrp_tensor *s, const struct lrp_run *run)
{
    const struct numbers p = {.sign = sign};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {z};
    lrp_blocked_for(run, s, in, true, mask_rows, &p);
}

void lrp_tensors_add_product(float factor, const struct lrp_tensor *a, const struct lrp_tensor *c, bool first, struct lrp_tensor *y,
                             const struct lrp_run *run)
{
    const struct numbers p = {.factor = factor};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {c, a};
    lrp_blocked_for(run, y, in, !first, first ? set_rows : add_rows, &p);
}

void lrp_tensors_add(float factor, const struct lrp_tensor *x, bool first, struct lrp_tensor *y, const struct lrp_run *run)
{
    lrp_tensors_add_product(factor, NULL, x, first, y, run);
}
