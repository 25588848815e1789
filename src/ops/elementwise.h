/* elementwise.h: data-parallel loops, and operators that apply one function to every element. */
#ifndef LRP_OPS_ELEMENTWISE_H
#define LRP_OPS_ELEMENTWISE_H

#include "batch.h"
#include "infer.h"
#include "smooth.h"
#include "wide.h"

/* Parameter lists of an operator's functions. */
#define LRP_FORWARD_PARAMETERS                                                                                                 \
    const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in, struct lrp_tensor *const *out,              \
        const struct lrp_run *run, struct lrp_error *err
#define LRP_VJP_PARAMETERS                                                                                                     \
    const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in, const struct lrp_tensor *const *out,        \
        const struct lrp_tensor *const *s, struct lrp_tensor *const *grad, const struct lrp_run *run, struct lrp_error *err
#define LRP_RELEVANCE_PARAMETERS                                                                                               \
    const struct lrp_call *call, void *handle, const struct lrp_tensor *const *in, const struct lrp_tensor *const *out,        \
        const struct lrp_tensor *const *relevance, struct lrp_tensor *const *given, const struct lrp_relevance *how,           \
        const struct lrp_run *run, struct lrp_error *err

#define LRP_BLOCKS_PARAMETERS                                                                                                  \
    const struct lrp_call *call, void *handle, bool back, const struct lrp_run *run, int *from, int *to, struct lrp_error *err

/* Works on items [first, last). */
typedef void (*lrp_range_body)(const void *data, size_t first, size_t last);
/* lrp_parallel_for for bodies that only read their data: `cost` is the number of elements behind one item. */
void lrp_for_range(const struct lrp_run *run, size_t count, size_t cost, lrp_range_body body, const void *data);

/* A cotangent times a slope. 0 times infinity is 0 here: nothing flows back to where nothing came from (a root at 0 that is not
 * asked for), and what does not matter has no part in what is infinite (the squares under the root of a norm of zeros). */
static inline float lrp_times_slope(float s, float slope)
{
    return s == 0 || slope == 0 ? 0 : s * slope;
}

#define LRP_UNARY_PARAMETERS 2
/* One function of one variable: what a row of such an operator owns (lrp_operator.own). map and slope are given parameters p,
 * which `parameters` reads from the call (NULL: none); slope writes g = s * f'(x), where y = f(x). NULL: not differentiable.
 * integer: the same on integers, NULL: floats only. */
struct lrp_unary {
    void (*parameters)(const struct lrp_call *call, float p[LRP_UNARY_PARAMETERS]);
    void (*map)(const float *restrict x, float *restrict y, size_t n, const float *p);
    void (*slope)(const float *restrict x, const float *restrict y, const float *restrict s, float *restrict g, size_t n,
                  const float *p);
    int64_t (*integer)(int64_t x);
};
/* Makes NAME_map and NAME_slope of `float NAME(float x, const float *p)` and `float NAME_d(float x, float y, const float *p)`.
 */
#define LRP_UNARY_MAP(name)                                                                                                    \
    WIDE static void name##_map(const float *restrict x, float *restrict y, size_t n, const float *p)                          \
    {                                                                                                                          \
        for (size_t i = 0; i < n; ++i) y[i] = name(x[i], p);                                                                   \
    }
#define LRP_UNARY_SLOPE(name)                                                                                                  \
    WIDE static void name##_slope(const float *restrict x, const float *restrict y, const float *restrict s,                   \
                                  float *restrict g, size_t n, const float *p)                                                 \
    {                                                                                                                          \
        for (size_t i = 0; i < n; ++i) g[i] = lrp_times_slope(s[i], name##_d(x[i], y[i], p));                                  \
    }
#define LRP_UNARY(name) LRP_UNARY_MAP(name) LRP_UNARY_SLOPE(name)

/* The columns that every row of such a function has. */
enum lrp_status lrp_unary_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_unary_forward(LRP_FORWARD_PARAMETERS);
enum lrp_status lrp_unary_vjp(LRP_VJP_PARAMETERS);
enum lrp_status lrp_unary_blocks(LRP_BLOCKS_PARAMETERS);
/* The columns of a row of a function made by LRP_UNARY(function), all of them needed, so that none can be forgotten: name,
 * domain, layer kind (of LRP_KIND_...), function, parameters and integer as in struct lrp_unary, then the versions:
 *     {LRP_UNARY_ROW("Elu", "", ELU, elu, alpha_parameters, NULL, 1, 6, 22)},
 * LRP_UNARY_ROW_INFER is for a row that checks more than lrp_unary_infer does. */
#define LRP_UNARY_ROW(...) LRP_UNARY_ROW_INFER(lrp_unary_infer, __VA_ARGS__)
#define LRP_UNARY_ROW_INFER(checker, op, where, layer, function, reader, whole, ...)                                           \
    .name = op, .domain = where, .versions = {__VA_ARGS__}, .static_kind = LRP_KIND_##layer, .infer = checker,                 \
    .forward = lrp_unary_forward, .vjp = lrp_unary_vjp, .batch = lrp_batch_elementwise, .own = &(const struct lrp_unary)       \
    {                                                                                                                          \
        .parameters = reader, .map = function##_map, .slope = function##_slope, .integer = whole                               \
    }

/* In which blocks a function with that f(0) leaves what lies in `block` (blocked.h): the same, or 0 if it has missing channels
 * and f(0) is not 0. */
int lrp_elementwise_blocks(const struct lrp_call *call, int block, float of_zero);
/* How many elements a tensor has in memory, those of missing channels included. */
size_t lrp_elements_of(const struct lrp_tensor *tensor);

/* 1/(1+exp(-x)) without overflow. */
INLINE float lrp_sigmoid(float x)
{
    return (float)lrp_smooth_sigmoid((double)x);
}
/* What of a number stays in an integer type: floats are truncated, saturating at the ends of int64; NaN gives 0. */
int64_t lrp_float_to_integer(enum lrp_dtype dtype, float value);

#endif
