/* recurrent_activation.c: the activation functions that recurrent operators name. */
#include <strings.h>

#include "recurrent.h"

/* Two loops of `f(x, alpha, beta)` and `f_d(x, y, alpha, beta)`. */
#define LOOPS(name)                                                                                                            \
    static void name##_map(const float *restrict x, float *restrict y, size_t n, float alpha, float beta)                      \
    {                                                                                                                          \
        for (size_t i = 0; i < n; i++) y[i] = name(x[i], alpha, beta);                                                         \
    }                                                                                                                          \
    static void name##_slope(const float *restrict x, const float *restrict y, float *restrict s, size_t n, float alpha,       \
                             float beta)                                                                                       \
    {                                                                                                                          \
        for (size_t i = 0; i < n; i++) s[i] *= name##_d(x[i], y[i], alpha, beta);                                              \
    }
#define FUNCTION(name, value, slope)                                                                                           \
    static inline float name(float x, float alpha, float beta)                                                                 \
    {                                                                                                                          \
        (void)x, (void)alpha, (void)beta;                                                                                      \
        return value;                                                                                                          \
    }                                                                                                                          \
    static inline float name##_d(float x, float y, float alpha, float beta)                                                    \
    {                                                                                                                          \
        (void)x, (void)y, (void)alpha, (void)beta;                                                                             \
        return slope;                                                                                                          \
    }                                                                                                                          \
    LOOPS(name)

FUNCTION(affine, alpha *x + beta, alpha)
FUNCTION(relu, x > 0 ? x : 0, x > 0 ? 1 : 0)
FUNCTION(leaky_relu, x < 0 ? alpha * x : x, x < 0 ? alpha : 1)
FUNCTION(thresholded_relu, x >= alpha ? x : 0, x >= alpha ? 1 : 0)
FUNCTION(tanh_of, tanhf(x), 1 - y * y)
FUNCTION(scaled_tanh, alpha *tanhf(beta *x), alpha == 0 ? 0 : beta * (alpha - y * y / alpha))
FUNCTION(sigmoid, lrp_sigmoid(x), y *(1 - y))
FUNCTION(hard_sigmoid, fminf(fmaxf(alpha *x + beta, 0), 1), y > 0 && y < 1 ? alpha : 0)
FUNCTION(elu, x < 0 ? alpha * expm1f(x) : x, x < 0 ? y + alpha : 1)
FUNCTION(softsign, x / (1 + fabsf(x)), (1 - fabsf(y)) * (1 - fabsf(y)))
FUNCTION(softplus, fmaxf(x, 0) + log1pf(expf(-fabsf(x))), lrp_sigmoid(x))

static const struct recurrent_activation rows[] = {
    {"Sigmoid", false, false, 0, 0, sigmoid_map, sigmoid_slope},
    {"Tanh", false, false, 0, 0, tanh_of_map, tanh_of_slope},
    {"Relu", false, false, 0, 0, relu_map, relu_slope},
    {"Affine", true, true, 1, 0, affine_map, affine_slope},
    {"LeakyRelu", true, false, 0.01F, 0, leaky_relu_map, leaky_relu_slope},
    {"ThresholdedRelu", true, false, 1, 0, thresholded_relu_map, thresholded_relu_slope},
    {"ScaledTanh", true, true, 1, 1, scaled_tanh_map, scaled_tanh_slope},
    {"HardSigmoid", true, true, 0.2F, 0.5F, hard_sigmoid_map, hard_sigmoid_slope},
    {"Elu", true, false, 1, 0, elu_map, elu_slope},
    {"Softsign", false, false, 0, 0, softsign_map, softsign_slope},
    {"Softplus", false, false, 0, 0, softplus_map, softplus_slope},
};

const struct recurrent_activation *recurrent_activation_find(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcasecmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

void recurrent_activate(const struct recurrent_pass *p, int gate, float *pre, float *act)
{
    const struct recurrent_function *f = &p->functions[p->r->cell->function_of[gate]];
    const float clip = p->r->clip;
    for (size_t j = 0; clip < INFINITY && j < p->r->hidden; j++) pre[j] = fminf(fmaxf(pre[j], -clip), clip);
    f->row->map(pre, act, p->r->hidden, f->alpha, f->beta);
}

/* What was clipped does not depend on what it was before. */
static void clear_clipped(const struct recurrent_pass *p, const float *pre, float *s)
{
    for (size_t j = 0; p->r->clip < INFINITY && j < p->r->hidden; j++)
        if (fabsf(pre[j]) >= p->r->clip) {
            if (p->how && p->how->losses) p->how->losses->constants += (double)s[j];
            s[j] = 0;
        }
}

void recurrent_slope(const struct recurrent_pass *p, int gate, const float *pre, const float *act, float *s)
{
    const struct recurrent_function *f = &p->functions[p->r->cell->function_of[gate]];
    f->row->slope(pre, act, s, p->r->hidden, f->alpha, f->beta);
    clear_clipped(p, pre, s);
}

void recurrent_share(const struct recurrent_pass *p, const float *pre, float *s)
{
    clear_clipped(p, pre, s);
    for (size_t j = 0; j < p->r->hidden; j++)
        if (s[j] != 0) s[j] = lrp_relevance_divide(p->how, s[j], pre[j]);
}
