/* couple.c: probabilities of classes from those of pairs of classes, as libsvm has them (Wu, Lin, Weng 2004, second approach).
 */
#include <math.h>
#include <stdlib.h>

#include "ml.h"

/* Of k classes there are k(k-1)/2 pairs: (0,1), (0,2), ... (1,2), ... Element t * k + j of `wins` is how likely t beats j. */
struct coupling {
    int64_t classes, pairs;
    double *wins, *matrix, *room;
};

static int64_t classes_of(int64_t pairs)
{
    int64_t k = 2;
    while (k < 4096 && k * (k - 1) / 2 < pairs) k++;
    return k * (k - 1) / 2 == pairs ? k : 0;
}

static enum lrp_status open_coupling(const struct lrp_call *call, struct coupling *c, struct lrp_error *err)
{
    c->pairs = call->in[0].shape->dim[1];
    c->classes = classes_of(c->pairs);
    const size_t k = (size_t)c->classes;
    c->wins = calloc((3 * k + 4) * (k + 1), sizeof *c->wins);
    if (!c->wins) return lrp_fail(err, LRP_MEMORY, "not enough memory for pairs of %zu classes", k);
    c->matrix = c->wins + k * k;
    c->room = c->matrix + (k + 1) * (k + 2);
    return LRP_OK;
}

/* What is to be smallest, p' Q p: Q_tt = sum of r_jt^2, Q_tj = -r_jt r_tj. */
static void fill_matrix(struct coupling *c, const float *pairs)
{
    const int64_t k = c->classes;
    for (int64_t t = 0; t < k; ++t)
        for (int64_t j = t + 1; j < k; ++j) {
            c->wins[t * k + j] = (double)*pairs++;
            c->wins[j * k + t] = 1 - c->wins[t * k + j];
        }
    for (int64_t t = 0; t < k; ++t) {
        double *row = c->matrix + t * k;
        row[t] = 0;
        for (int64_t j = 0; j < k; ++j) {
            const double lost = c->wins[j * k + t];
            if (j == t) continue;
            row[t] += lost * lost;
            row[j] = -lost * c->wins[t * k + j];
        }
    }
}

/* One round of libsvm's descent; false where nothing is to be gained any more. */
static bool descend(const struct coupling *c, double *p, double *product)
{
    const int64_t k = c->classes;
    double whole = 0, worst = 0;
    for (int64_t t = 0; t < k; ++t) {
        product[t] = 0;
        for (int64_t j = 0; j < k; ++j) product[t] += c->matrix[t * k + j] * p[j];
        whole += p[t] * product[t];
    }
    for (int64_t t = 0; t < k; ++t) worst = fmax(worst, fabs(product[t] - whole));
    if (!(worst >= 0.005 / (double)k)) return false;
    for (int64_t t = 0; t < k; ++t) {
        const double own = c->matrix[t * k + t], step = own > 0 ? (whole - product[t]) / own : 0, rest = 1 + step;
        p[t] += step;
        whole = (whole + step * (step * own + 2 * product[t])) / rest / rest;
        for (int64_t j = 0; j < k; ++j) {
            product[j] = (product[j] + step * c->matrix[t * k + j]) / rest;
            p[j] /= rest;
        }
    }
    return true;
}

static enum lrp_status couple_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape shape = *call->in[0].shape;
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    if (shape.rank != 2 || (shape.dim[1] >= 0 && !classes_of(shape.dim[1])))
        return lrp_fail(err, LRP_FILE, "its scores are not those of all pairs of some classes");
    if (shape.dim[1] >= 0) shape.dim[1] = classes_of(shape.dim[1]);
    return lrp_infer_output(call, 0, LRP_DTYPE_FLOAT, &shape, err);
}

static enum lrp_status couple_forward(LRP_FORWARD_PARAMETERS)
{
    enum { ROUNDS = 100 };
    struct coupling c = {0};
    (void)handle, (void)run;
    const enum lrp_status status = open_coupling(call, &c, err);
    if (status) return status;
    for (int64_t n = 0; n < in[0]->shape.dim[0]; ++n) {
        double *p = c.room, *product = c.room + c.classes;
        fill_matrix(&c, in[0]->f + n * c.pairs);
        for (int64_t t = 0; t < c.classes; ++t) p[t] = 1 / (double)c.classes;
        for (int round = 0; round < ROUNDS && descend(&c, p, product);) ++round;
        for (int64_t t = 0; t < c.classes; ++t) out[0]->f[n * c.classes + t] = (float)p[t];
    }
    free(c.wins);
    return LRP_OK;
}

/* Solves `size` equations in place, the right side being the last column; false where they have no single solution. */
static bool solve(double *m, int64_t size)
{
    const int64_t width = size + 1;
    for (int64_t at = 0; at < size; ++at) {
        int64_t best = at;
        for (int64_t i = at + 1; i < size; ++i)
            if (fabs(m[i * width + at]) > fabs(m[best * width + at])) best = i;
        if (!(fabs(m[best * width + at]) > 1e-12)) return false;
        for (int64_t j = 0; j < width && best != at; ++j) {
            const double kept = m[at * width + j];
            m[at * width + j] = m[best * width + j];
            m[best * width + j] = kept;
        }
        for (int64_t i = 0; i < size; ++i) {
            const double factor = i == at ? 0 : m[i * width + at] / m[at * width + at];
            for (int64_t j = at; j < width && factor != 0; ++j) m[i * width + j] -= factor * m[at * width + j];
        }
    }
    for (int64_t at = 0; at < size; ++at) m[at * width + size] /= m[at * width + at];
    return true;
}

/* At the smallest p'Qp with sum 1, Q p + b = 0: what p does to the loss, s, reaches Q as -u p', where Q u + w = s, sum u = 0.
 */
static bool couple_row_vjp(struct coupling *c, const float *pairs, const float *p, const float *s, float *grad)
{
    const int64_t k = c->classes, width = k + 2;
    fill_matrix(c, pairs);
    for (int64_t t = k; t-- > 0;) { /* from k columns to k + 2, from behind */
        for (int64_t j = k; j-- > 0;) c->matrix[t * width + j] = c->matrix[t * k + j];
        c->matrix[t * width + k] = 1;
        c->matrix[t * width + k + 1] = (double)s[t];
    }
    for (int64_t j = 0; j < width; ++j) c->matrix[k * width + j] = j < k;
    if (!solve(c->matrix, k + 1)) return false;
    for (int64_t t = 0; t < k; ++t) c->room[t] = -c->matrix[t * width + k + 1];
    for (int64_t t = 0; t < k; ++t)
        for (int64_t j = t + 1; j < k; ++j) { /* r_jt = 1 - r_tj */
            const double r = c->wins[t * k + j], crossed = c->room[t] * (double)p[j] + c->room[j] * (double)p[t];
            *grad++ +=
                (float)(2 * r * c->room[j] * (double)p[j] - 2 * (1 - r) * c->room[t] * (double)p[t] + (2 * r - 1) * crossed);
        }
    return true;
}

static enum lrp_status couple_vjp(LRP_VJP_PARAMETERS)
{
    struct coupling c = {0};
    (void)handle, (void)run;
    if (!s[0] || !grad[0]) return LRP_OK;
    const enum lrp_status status = open_coupling(call, &c, err);
    if (status) return status;
    for (int64_t n = 0; n < in[0]->shape.dim[0]; ++n)
        couple_row_vjp(&c, in[0]->f + n * c.pairs, out[0]->f + n * c.classes, s[0]->f + n * c.classes,
                       grad[0]->f + n * c.pairs);
    free(c.wins);
    return LRP_OK;
}

const struct lrp_operator lrp_ops_couple[] = {
    {.name = "CouplePairs",
     .domain = "lrpscope",
     .versions = {1},
     .static_kind = LRP_KIND_OTHER,
     .infer = couple_infer,
     .forward = couple_forward,
     .vjp = couple_vjp,
     .batch = lrp_batch_leading},
    {0},
};
