/* vector.c: elementwise arithmetic over whole arrays. */
#include "vector.h"

#include "wide.h"

#define EACH(body)                                                                                                             \
    do {                                                                                                                       \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++)                                                                     \
        {                                                                                                                      \
            body;                                                                                                              \
        }                                                                                                                      \
    } while (0)

struct numbers {
    float e, factor;
    int sign;
};

/* Where nothing flows back, nothing is divided: what the layer made may be anything. */
WIDE static void divide_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const struct numbers *const p = data;
    const float *const r = in[0], *const d = in[1], *const z = in[2];
    const float e = p->e;
    if (!p->sign)
        EACH(out[i] = r[i] == 0 ? 0 : r[i] / (d[i] < 0 ? d[i] - e : d[i] + e));
    else if (p->sign > 0)
        EACH(out[i] = z[i] > 0 && r[i] != 0 ? r[i] / (d[i] < 0 ? d[i] - e : d[i] + e) : 0);
    else
        EACH(out[i] = z[i] < 0 && r[i] != 0 ? r[i] / (d[i] < 0 ? d[i] - e : d[i] + e) : 0);
}

WIDE static void share_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const r = in[0], *const z = in[1], *const a = in[2];
    const float e = ((const struct numbers *)data)->e;
    /* 0 times infinity is 0 here: what is masked, -inf, has no part in a sum of which nothing flows back */
    EACH(const float q = r[i] / (z[i] < 0 ? z[i] - e : z[i] + e); out[i] = a[i] == 0 || q == 0 ? 0 : a[i] * q);
}

/* 0 times infinity is 0 here, too: a slope at 0 may be infinite, of a root, or none, of a norm. */
WIDE static void contribute_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float factor = ((const struct numbers *)data)->factor;
    const float *const a = in[0];
    EACH(out[i] = a[i] == 0 || out[i] == 0 ? 0 : factor * (a[i] * out[i]));
}

WIDE static void sum_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const a = in[0], *const b = in[1];
    (void)data;
    EACH(out[i] = a[i] + b[i]);
}

/* NaN passes through both parts. */
WIDE static void part_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const x = in[0];
    if (((const struct numbers *)data)->sign > 0)
        EACH(out[i] = x[i] < 0 ? 0 : x[i]);
    else
        EACH(out[i] = x[i] > 0 ? 0 : x[i]);
}

WIDE static void mask_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float *const z = in[0];
    if (((const struct numbers *)data)->sign > 0)
        EACH(out[i] = z[i] > 0 ? out[i] : 0);
    else
        EACH(out[i] = z[i] < 0 ? out[i] : 0);
}

WIDE static void set_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float factor = ((const struct numbers *)data)->factor;
    const float *const c = in[0], *const a = in[1];
    if (a)
        EACH(out[i] = a[i] == 0 || c[i] == 0 ? 0 : factor * (a[i] * c[i]));
    else
        EACH(out[i] = factor * c[i]);
}

WIDE static void add_rows(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    const float factor = ((const struct numbers *)data)->factor;
    const float *const c = in[0], *const a = in[1];
    if (a)
        EACH(out[i] += a[i] == 0 || c[i] == 0 ? 0 : factor * (a[i] * c[i]));
    else
        EACH(out[i] += factor * c[i]);
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

void lrp_tensors_contribute(float factor, const struct lrp_tensor *a, struct lrp_tensor *y, const struct lrp_run *run)
{
    const struct numbers p = {.factor = factor};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {a};
    lrp_blocked_for(run, y, in, true, contribute_rows, &p);
}

void lrp_tensors_sum(const struct lrp_tensor *a, const struct lrp_tensor *b, struct lrp_tensor *y, const struct lrp_run *run)
{
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {a, b};
    lrp_blocked_for(run, y, in, false, sum_rows, NULL);
}

void lrp_tensors_part(const struct lrp_tensor *x, int sign, struct lrp_tensor *y, const struct lrp_run *run)
{
    const struct numbers p = {.sign = sign};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {x};
    lrp_blocked_for(run, y, in, false, part_rows, &p);
}

void lrp_tensors_mask(const struct lrp_tensor *z, int sign, struct lrp_tensor *s, const struct lrp_run *run)
{
    const struct numbers p = {.sign = sign};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {z};
    lrp_blocked_for(run, s, in, true, mask_rows, &p);
}

void lrp_tensors_add_product(float factor, const struct lrp_tensor *a, const struct lrp_tensor *c, bool first,
                             struct lrp_tensor *y, const struct lrp_run *run)
{
    const struct numbers p = {.factor = factor};
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {c, a};
    lrp_blocked_for(run, y, in, !first, first ? set_rows : add_rows, &p);
}

void lrp_tensors_add(float factor, const struct lrp_tensor *x, bool first, struct lrp_tensor *y, const struct lrp_run *run)
{
    lrp_tensors_add_product(factor, NULL, x, first, y, run);
}
