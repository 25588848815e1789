/* normalize_axes.c: normalisations over chosen axes: MeanVarianceNormalization, our own Normalize, LpNormalization. */
#include <math.h>

#include "normalize_ops.h"
#include "rows.h"

static bool is_fixed(const struct lrp_call *call)
{
    return ((const struct lrp_axes_norm *)call->op->own)->fixed;
}

/* MeanVarianceNormalization: (N,C,H,W) over all but the channels unless axes are given. */
static enum lrp_status axes_of(const struct lrp_call *call, bool axes[LRP_MAX_RANK], struct lrp_error *err)
{
    bool given = false;
    const int rank = call->in[0].shape->rank;
    const enum lrp_status status = lrp_infer_axes(call, -1, rank, axes, &given, err);
    if (status || given) return status;
    if (!is_fixed(call) || rank != 4)
        return lrp_fail(err, LRP_FILE, "attribute axes of %s is missing for an input of %d axes", call->op_type, rank);
    axes[0] = axes[2] = axes[3] = true;
    return LRP_OK;
}

enum lrp_status lrp_axes_norm_infer(struct lrp_call *call, struct lrp_error *err)
{
    bool axes[LRP_MAX_RANK];
    const enum lrp_status status = lrp_infer_same_float(call, err);
    return status ? status : axes_of(call, axes, err);
}

bool lrp_axes_norm_batch(LRP_BATCH_PARAMETERS)
{
    bool axes[LRP_MAX_RANK];
    (void)input, (void)output;
    return axes_of(call, axes, NULL) == LRP_OK && lrp_batch_past(axes, false, at);
}

static struct lrp_row_norm row_norm(const struct lrp_call *call, const struct lrp_rows *rows)
{
    const bool fixed = is_fixed(call);
    return (struct lrp_row_norm){.rows = rows->rows,
                                 .length = rows->length,
                                 .groups = 1,
                                 .segment = rows->length,
                                 .center = fixed || lrp_call_int(call, "center", 1) != 0,
                                 .epsilon_outside = fixed || lrp_call_int(call, "epsilon_outside", 0) != 0,
                                 .epsilon = fixed ? 1e-9 : (double)lrp_call_float(call, "epsilon", 1e-5f),
                                 .x = rows->tensor->f};
}

enum lrp_kind lrp_axes_norm_kind(const struct lrp_call *call)
{
    return lrp_call_int(call, "center", 1) ? LRP_KIND_LAYER_NORM : LRP_KIND_RMS_NORM;
}

const char *lrp_axes_norm_written(const struct lrp_call *call)
{
    return lrp_axes_norm_kind(call) == LRP_KIND_LAYER_NORM ? "LayerNormalization" : "RMSNormalization";
}

/* Runs forwards (s NULL, into y) or backwards (into gx) with everything in row order. */
static enum lrp_status run_axes(const struct lrp_call *call, const struct lrp_tensor *x, const struct lrp_tensor *s,
                                struct lrp_tensor *result, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_rows rows = {0}, cotangent = {0}, target = {0};
    bool axes[LRP_MAX_RANK];
    enum lrp_status status = axes_of(call, axes, err);
    if (!status) status = lrp_rows_open(&rows, x, axes, run, err);
    if (!status && s) status = lrp_rows_open(&cotangent, s, axes, run, err);
    if (!status) status = lrp_rows_make(&target, result, axes, err);
    if (!status) {
        struct lrp_row_norm norm = row_norm(call, &rows);
        norm.y = norm.gx = lrp_rows_target(&target)->f;
        norm.s = s ? cotangent.tensor->f : NULL;
        if (s)
            lrp_row_norm_backward(&norm, run);
        else
            lrp_row_norm_forward(&norm, run);
        lrp_rows_store(&target, result, axes, run);
    }
    lrp_rows_close(&cotangent);
    lrp_rows_close(&rows);
    return status;
}

enum lrp_status lrp_axes_norm_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle;
    return run_axes(call, in[0], NULL, out[0], run, err);
}

enum lrp_status lrp_axes_norm_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out;
    return s[0] && grad[0] ? run_axes(call, in[0], s[0], grad[0], run, err) : LRP_OK;
}

/* ---- LpNormalization: x / ||x|| along one axis; a row of zeros stays one ---- */

static int64_t norm_order(const struct lrp_call *call)
{
    return lrp_call_int(call, "p", 2);
}

/* By the length of rows, which is their root mean square but for a number. */
enum lrp_kind lrp_lp_norm_kind(const struct lrp_call *call)
{
    return norm_order(call) == 2 ? LRP_KIND_RMS_NORM : LRP_KIND_OTHER;
}

static void lp_axes(const struct lrp_call *call, bool axes[LRP_MAX_RANK])
{
    const int axis = lrp_normalize_axis(lrp_call_int(call, "axis", -1), call->in[0].shape->rank);
    for (int k = 0; k < LRP_MAX_RANK; ++k) axes[k] = k == axis;
}

enum lrp_status lrp_lp_norm_infer(struct lrp_call *call, struct lrp_error *err)
{
    int axis = 0;
    enum lrp_status status = lrp_infer_same_float(call, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", -1), call->in[0].shape->rank, &axis, err);
    if (!status && norm_order(call) != 1 && norm_order(call) != 2)
        return lrp_fail(err, LRP_FILE, "attribute p of LpNormalization is %lld, it must be 1 or 2",
                        (long long)norm_order(call));
    return status;
}

static double norm_of(const float *x, size_t n, int64_t p)
{
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += p == 1 ? fabs((double)x[i]) : (double)x[i] * (double)x[i];
    return p == 1 ? sum : sqrt(sum);
}

static void lp_row(const float *x, size_t n, int64_t p, float *y)
{
    const double norm = norm_of(x, n, p);
    for (size_t i = 0; i < n; ++i) y[i] = norm > 0 ? (float)((double)x[i] / norm) : 0;
}

/* gx = (s - d||x||/dx * (s.x)/||x||) / ||x||. */
static void lp_row_back(const float *x, const float *s, size_t n, int64_t p, float *gx)
{
    const double norm = norm_of(x, n, p);
    double product = 0;
    if (!(norm > 0)) return;
    for (size_t i = 0; i < n; ++i) product += (double)s[i] * (double)x[i] / norm;
    for (size_t i = 0; i < n; ++i) {
        const double slope = p == 1 ? (double)((x[i] > 0) - (x[i] < 0)) : (double)x[i] / norm;
        gx[i] = (float)(((double)s[i] - slope * product) / norm);
    }
}

static enum lrp_status run_lp(const struct lrp_call *call, const struct lrp_tensor *x, const struct lrp_tensor *s,
                              struct lrp_tensor *result, const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_rows rows = {0}, cotangent = {0}, target = {0};
    bool axes[LRP_MAX_RANK];
    lp_axes(call, axes);
    enum lrp_status status = lrp_rows_open(&rows, x, axes, run, err);
    if (!status && s) status = lrp_rows_open(&cotangent, s, axes, run, err);
    if (!status) status = lrp_rows_make(&target, result, axes, err);
    for (size_t r = 0; r < rows.rows && !status; ++r) {
        const size_t at = r * rows.length;
        float *to = lrp_rows_target(&target)->f + at;
        if (s)
            lp_row_back(rows.tensor->f + at, cotangent.tensor->f + at, rows.length, norm_order(call), to);
        else
            lp_row(rows.tensor->f + at, rows.length, norm_order(call), to);
    }
    if (!status) lrp_rows_store(&target, result, axes, run);
    lrp_rows_close(&cotangent);
    lrp_rows_close(&rows);
    return status;
}

enum lrp_status lrp_lp_norm_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle;
    return run_lp(call, in[0], NULL, out[0], run, err);
}

enum lrp_status lrp_lp_norm_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out;
    return s[0] && grad[0] ? run_lp(call, in[0], s[0], grad[0], run, err) : LRP_OK;
}
