/* affine.c: AffineGrid: the places of a grid moved by matrices; Det: determinants. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detect.h"

/* ---- AffineGrid: theta (batch, d, d + 1), size (batch, channels, d sizes) -> (batch, d sizes, d), x first ---- */

static enum lrp_status affine_size(const struct lrp_call *call, int64_t size[5], int *space, struct lrp_error *err)
{
    const struct lrp_shape *theta = call->in[0].shape;
    int64_t given[LRP_MAX_RANK];
    int count = 0;
    const enum lrp_status status = lrp_infer_const_ints(call, 1, "the size", given, &count, err);
    if (status) return status;
    *space = count - 2;
    bool fits = (*space == 2 || *space == 3) && theta->rank == 3 && theta->dim[0] == given[0] && theta->dim[1] == *space &&
                theta->dim[2] == *space + 1;
    for (int k = 0; k < count && fits; ++k) fits = (size[k] = given[k]) >= 0;
    return fits ? LRP_OK : lrp_fail(err, LRP_FILE, "the size of AffineGrid does not fit its matrices");
}

enum lrp_status lrp_affine_infer(struct lrp_call *call, struct lrp_error *err)
{
    int64_t size[5];
    int space = 0;
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    if (!status) status = affine_size(call, size, &space, err);
    if (status) return status;
    struct lrp_shape y = {.rank = space + 2, .dim = {size[0]}};
    for (int k = 0; k < space; ++k) y.dim[1 + k] = size[2 + k];
    y.dim[1 + space] = space;
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* Place `at` of the grid as (x, y[, z], 1), each in [-1, 1]. */
static void grid_place(const int64_t *size, int space, bool corners, int64_t at, double out[4])
{
    for (int k = 0; k < space; ++k) { /* x, the last axis, first */
        const int64_t length = size[1 + space - k], i = at % length;
        out[k] =
            corners ? (length > 1 ? -1 + 2 * (double)i / (double)(length - 1) : -1) : (2 * (double)i + 1) / (double)length - 1;
        at /= length;
    }
    out[space] = 1;
}

/* y = theta * places or, back, theta += the transpose. */
static enum lrp_status walk_grid(const struct lrp_call *call, float *theta, float *y, bool back, struct lrp_error *err)
{
    const bool corners = lrp_call_int(call, "align_corners", 0) != 0;
    int64_t size[5], places = 1;
    int space = 0;
    double place[4];
    const enum lrp_status status = affine_size(call, size, &space, err);
    for (int k = 0; !status && k < space; ++k) places *= size[2 + k];
    for (int64_t i = 0; !status && i < size[0] * places; ++i) {
        float *matrix = theta + i / places * space * (space + 1);
        grid_place(size, space, corners, i % places, place);
        for (int row = 0; row < space; ++row) {
            double sum = 0;
            for (int k = 0; k <= space; ++k) {
                float *entry = matrix + (ptrdiff_t)row * (space + 1) + k;
                if (back) *entry += (float)(place[k] * (double)y[i * space + row]);
                sum += place[k] * (double)*entry;
            }
            if (!back) y[i * space + row] = (float)sum;
        }
    }
    return status;
}

enum lrp_status lrp_affine_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)run;
    return walk_grid(call, in[0]->f, out[0]->f, false, err);
}

enum lrp_status lrp_affine_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)in, (void)out, (void)run;
    return s[0] && grad[0] ? walk_grid(call, grad[0]->f, s[0]->f, true, err) : LRP_OK;
}

/* ---- Det ---- */

enum lrp_status lrp_det_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_is_float(call, 0, err);
    struct lrp_shape y = *call->in[0].shape;
    if (!status && (y.rank < 2 || y.dim[y.rank - 1] != y.dim[y.rank - 2]))
        status = lrp_fail(err, LRP_FILE, "Det needs square matrices");
    y.rank -= 2;
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

/* By elimination with the largest pivot; m is used up. */
static double determinant(double *m, size_t n)
{
    double det = 1;
    for (size_t c = 0; c < n; ++c) {
        size_t pivot = c;
        for (size_t r = c + 1; r < n; ++r)
            if (fabs(m[r * n + c]) > fabs(m[pivot * n + c])) pivot = r;
        if (m[pivot * n + c] == 0) return 0;
        for (size_t k = 0; k < n && pivot != c; ++k) {
            const double swapped = m[c * n + k];
            m[c * n + k] = m[pivot * n + k];
            m[pivot * n + k] = swapped;
        }
        det *= pivot != c ? -m[c * n + c] : m[c * n + c];
        for (size_t r = c + 1; r < n; ++r) {
            const double factor = m[r * n + c] / m[c * n + c];
            for (size_t k = c; k < n; ++k) m[r * n + k] -= factor * m[c * n + k];
        }
    }
    return det;
}

/* The matrix without one row and column, into `out`; SIZE_MAX: with all. */
static void minor_of(const float *x, size_t n, size_t row, size_t column, double *out)
{
    for (size_t r = 0; r < n; ++r)
        for (size_t c = 0; c < n; ++c)
            if (r != row && c != column) *out++ = (double)x[r * n + c];
}

enum lrp_status lrp_det_forward(LRP_FORWARD_PARAMETERS)
{
    const size_t n = (size_t)call->in[0].shape->dim[call->in[0].shape->rank - 1];
    double *work = malloc((n * n + 1) * sizeof *work);
    (void)handle, (void)run;
    for (size_t k = 0; work && k < out[0]->count; ++k) {
        minor_of(in[0]->f + k * n * n, n, SIZE_MAX, SIZE_MAX, work);
        out[0]->f[k] = (float)determinant(work, n);
    }
    const bool done = work != NULL;
    free(work);
    return done ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix");
}

/* The derivative by an entry is its cofactor, also where the matrix has no inverse. */
enum lrp_status lrp_det_vjp(LRP_VJP_PARAMETERS)
{
    const size_t n = (size_t)call->in[0].shape->dim[call->in[0].shape->rank - 1];
    double *work = malloc((n * n + 1) * sizeof *work);
    (void)handle, (void)out, (void)run;
    for (size_t k = 0; work && s[0] && grad[0] && k < s[0]->count; ++k)
        for (size_t r = 0; r < n; ++r)
            for (size_t c = 0; c < n; ++c) {
                minor_of(in[0]->f + k * n * n, n, r, c, work);
                const double cofactor = determinant(work, n - 1);
                grad[0]->f[(k * n + r) * n + c] += (float)((double)s[0]->f[k] * ((r + c) % 2 ? -cofactor : cofactor));
            }
    const bool done = work != NULL;
    free(work);
    return done ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix");
}
