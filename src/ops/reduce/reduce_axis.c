/* reduce_axis.c: operators along one axis, and their rows: ArgMax ArgMin CumSum CumProd TopK. */
#include <math.h>
#include <stdlib.h>

#include "convert.h"
#include "elementwise.h"
#include "rows.h"

static void one_axis(bool axes[LRP_MAX_RANK], int axis)
{
    for (int k = 0; k < LRP_MAX_RANK; ++k) axes[k] = k == axis;
}

/* ---- ArgMax, ArgMin ---- */

struct arg { /* what such a row owns */
    bool least;
};

static enum lrp_status arg_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape shape = {.rank = 0};
    int axis = 0;
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", 0), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape;
    if (x->dim[axis] == 0) return lrp_fail(err, LRP_FILE, "%s over axis %d, which has no elements", call->op_type, axis);
    for (int k = 0; k < x->rank; ++k)
        if (k != axis || lrp_call_int(call, "keepdims", 1) != 0) shape.dim[shape.rank++] = k == axis ? 1 : x->dim[k];
    return lrp_infer_output(call, 0, LRP_DTYPE_INT64, &shape, err);
}

struct arg_job {
    struct lrp_rows rows;
    bool least, last;
    struct lrp_tensor *out;
};

/* >0: element i beats the best so far, 0: a tie. */
static int beats(const struct arg_job *job, size_t i, size_t best)
{
    const struct lrp_tensor *x = job->rows.tensor;
    int order = 0;
    if (lrp_dtype_is_float(x->dtype))
        order = (x->f[i] > x->f[best]) - (x->f[i] < x->f[best]);
    else
        order = (x->i[i] > x->i[best]) - (x->i[i] < x->i[best]);
    return job->least ? -order : order;
}

static void arg_range(const void *data, size_t first, size_t last)
{
    const struct arg_job *job = data;
    for (size_t r = first; r < last; ++r) {
        const size_t start = r * job->rows.length;
        size_t best = start;
        for (size_t i = start + 1; i < start + job->rows.length; ++i) {
            const int order = beats(job, i, best);
            if (order > 0 || (order == 0 && job->last)) best = i;
        }
        job->out->i[r] = (int64_t)(best - start);
    }
}

static enum lrp_status arg_forward(LRP_FORWARD_PARAMETERS)
{
    struct arg_job job = {.least = ((const struct arg *)call->op->own)->least,
                          .last = lrp_call_int(call, "select_last_index", 0) != 0,
                          .out = out[0]};
    bool axes[LRP_MAX_RANK];
    (void)handle;
    one_axis(axes, lrp_normalize_axis(lrp_call_int(call, "axis", 0), in[0]->shape.rank));
    const enum lrp_status status = lrp_rows_open(&job.rows, in[0], axes, run, err);
    if (!status) lrp_for_range(run, out[0]->count, job.rows.length, arg_range, &job);
    lrp_rows_close(&job.rows);
    return status;
}

/* ---- CumSum, CumProd ---- */

static enum lrp_status cumsum_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 2, 2, err);
    if (!status) status = lrp_infer_is_integer(call, 1, err);
    if (!status && lrp_shape_count(call->in[1].shape) != 1)
        return lrp_fail(err, LRP_FILE, "the axis of %s is not a single number", call->op_type);
    if (!status && call->in[0].shape->rank == 0)
        return lrp_fail(err, LRP_FILE, "%s needs an input of at least one axis", call->op_type);
    return status ? status : lrp_infer_output(call, 0, call->in[0].dtype, call->in[0].shape, err);
}

/* Sums of x into y along one row; backwards is the transposed map too. */
static void cumulate(const struct lrp_tensor *x, struct lrp_tensor *y, size_t start, size_t n, bool exclusive, bool backwards)
{
    double sum = 0;
    int64_t integer = 0;
    for (size_t k = 0; k < n; ++k) {
        const size_t at = start + (backwards ? n - 1 - k : k);
        if (lrp_dtype_is_float(x->dtype)) {
            const double next = sum + (double)x->f[at];
            y->f[at] = (float)(exclusive ? sum : next);
            sum = next;
        } else {
            const int64_t next = (int64_t)((uint64_t)integer + (uint64_t)x->i[at]);
            y->i[at] = lrp_wrap_integer(y->dtype, exclusive ? integer : next);
            integer = next;
        }
    }
}

/* The same with products. */
static void multiply_up(const struct lrp_tensor *x, struct lrp_tensor *y, size_t start, size_t n, bool exclusive,
                        bool backwards)
{
    double product = 1;
    int64_t integer = 1;
    for (size_t k = 0; k < n; ++k) {
        const size_t at = start + (backwards ? n - 1 - k : k);
        if (lrp_dtype_is_float(x->dtype)) {
            const double next = product * (double)x->f[at];
            y->f[at] = (float)(exclusive ? product : next);
            product = next;
        } else {
            const int64_t next = (int64_t)((uint64_t)integer * (uint64_t)x->i[at]);
            y->i[at] = lrp_wrap_integer(y->dtype, exclusive ? integer : next);
            integer = next;
        }
    }
}

/* What such a row owns. */
struct cumulation {
    void (*row)(const struct lrp_tensor *x, struct lrp_tensor *y, size_t start, size_t n, bool exclusive, bool backwards);
};

static enum lrp_status cumsum(const struct lrp_call *call, const struct lrp_tensor *axis_input, const struct lrp_tensor *x,
                              struct lrp_tensor *y, bool transposed, const struct lrp_run *run, struct lrp_error *err)
{
    const struct cumulation *const op = call->op->own;
    struct lrp_rows rows = {0}, target = {0};
    bool axes[LRP_MAX_RANK];
    int axis = 0;
    enum lrp_status status = lrp_infer_axis(axis_input->i[0], x->shape.rank, &axis, err);
    one_axis(axes, axis);
    if (!status) status = lrp_rows_open(&rows, x, axes, run, err);
    if (!status) status = lrp_rows_make(&target, y, axes, err);
    if (!status) {
        const bool backwards = (lrp_call_int(call, "reverse", 0) != 0) != transposed;
        for (size_t r = 0; r < rows.rows; ++r)
            op->row(rows.tensor, lrp_rows_target(&target), r * rows.length, rows.length,
                    lrp_call_int(call, "exclusive", 0) != 0, backwards);
        lrp_rows_store(&target, y, axes, run);
    }
    lrp_rows_close(&rows);
    return status;
}

static enum lrp_status cumsum_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle;
    return cumsum(call, in[1], in[0], out[0], false, run, err);
}

static enum lrp_status cumsum_vjp(LRP_VJP_PARAMETERS)
{
    (void)handle, (void)out;
    return s[0] && grad[0] ? cumsum(call, in[1], s[0], grad[0], true, run, err) : LRP_OK;
}

/* Element j stands in the products of all elements after it (from itself on, unless they are exclusive). */
static void cumprod_row(const float *x, const float *s, float *g, size_t n, bool exclusive, bool backwards)
{
    for (size_t j = 0; j < n; ++j) {
        double product = 1, sum = 0;
        for (size_t k = 0; k < n; ++k) {
            const size_t at = backwards ? n - 1 - k : k;
            const double with = k == j ? product : product * (double)x[at];
            if (exclusive ? k > j : k >= j) sum += (double)s[at] * (exclusive ? product : with);
            product = with;
        }
        g[backwards ? n - 1 - j : j] = (float)sum;
    }
}

static enum lrp_status cumprod_vjp(LRP_VJP_PARAMETERS)
{
    struct lrp_rows x = {0}, cotangent = {0}, target = {0};
    bool axes[LRP_MAX_RANK];
    int axis = 0;
    (void)handle, (void)out;
    if (!s[0] || !grad[0]) return LRP_OK;
    enum lrp_status status = lrp_infer_axis(in[1]->i[0], in[0]->shape.rank, &axis, err);
    one_axis(axes, axis);
    if (!status) status = lrp_rows_open(&x, in[0], axes, run, err);
    if (!status) status = lrp_rows_open(&cotangent, s[0], axes, run, err);
    if (!status) status = lrp_rows_make(&target, grad[0], axes, err);
    if (!status) {
        for (size_t r = 0; r < x.rows; ++r)
            cumprod_row(x.tensor->f + r * x.length, cotangent.tensor->f + r * x.length,
                        lrp_rows_target(&target)->f + r * x.length, x.length, lrp_call_int(call, "exclusive", 0) != 0,
                        lrp_call_int(call, "reverse", 0) != 0);
        lrp_rows_store(&target, grad[0], axes, run);
    }
    lrp_rows_close(&x);
    lrp_rows_close(&cotangent);
    return status;
}

/* ---- TopK ---- */

static enum lrp_status topk_infer(struct lrp_call *call, struct lrp_error *err)
{
    const bool attribute = call->opset < 10;
    int64_t k[LRP_MAX_RANK] = {lrp_call_int(call, "k", -1)};
    int axis = 0, count = 1;
    enum lrp_status status = lrp_infer_inputs(call, attribute ? 1 : 2, attribute ? 1 : 2, err);
    if (!status && !attribute) status = lrp_infer_const_ints(call, 1, "number k", k, &count, err);
    if (!status) status = lrp_infer_axis(lrp_call_int(call, "axis", -1), call->in[0].shape->rank, &axis, err);
    if (status) return status;
    struct lrp_shape shape = *call->in[0].shape;
    if (count != 1 || k[0] < 0 || k[0] > shape.dim[axis])
        return lrp_fail(err, LRP_FILE, "TopK asks for %lld of the %lld elements of axis %d", (long long)k[0],
                        (long long)shape.dim[axis], axis);
    shape.dim[axis] = k[0];
    status = lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
    return status ? status : lrp_infer_output(call, 1, LRP_DTYPE_INT64, &shape, err);
}

/* One element of a row while it is sorted. */
struct top_candidate {
    double value;
    int64_t integer, index;
};
/* Equal ones stay in order of their index. */
static int by_index(const struct top_candidate *a, const struct top_candidate *b)
{
    return (a->index > b->index) - (a->index < b->index);
}
static int ascending(const void *left, const void *right)
{
    const struct top_candidate *a = left, *b = right;
    if (a->value != b->value) return a->value < b->value ? -1 : 1;
    if (a->integer != b->integer) return a->integer < b->integer ? -1 : 1;
    return by_index(a, b);
}
static int descending(const void *left, const void *right)
{
    const struct top_candidate *a = left, *b = right;
    if (a->value != b->value) return a->value > b->value ? -1 : 1;
    if (a->integer != b->integer) return a->integer > b->integer ? -1 : 1;
    return by_index(a, b);
}

static bool takes_largest(const struct lrp_call *call)
{
    return lrp_call_int(call, "largest", 1) != 0;
}

/* NaN counts as the largest, so that the order is total. */
static void sort_row(const struct lrp_tensor *x, size_t start, size_t n, bool largest, struct top_candidate *row)
{
    for (size_t i = 0; i < n; ++i) {
        const bool is_float = lrp_dtype_is_float(x->dtype);
        row[i].value = !is_float ? 0 : isnan(x->f[start + i]) ? (double)INFINITY : (double)x->f[start + i];
        row[i].integer = is_float ? 0 : x->i[start + i];
        row[i].index = (int64_t)i;
    }
    qsort(row, n, sizeof *row, largest ? descending : ascending);
}

/* Everything TopK works on, in row order. */
struct topk_job {
    struct lrp_rows x, values, indices;
    struct top_candidate *row;
    bool axes[LRP_MAX_RANK];
};

static enum lrp_status topk_open(struct topk_job *job, const struct lrp_call *call, const struct lrp_tensor *x,
                                 const struct lrp_run *run, struct lrp_error *err)
{
    one_axis(job->axes, lrp_normalize_axis(lrp_call_int(call, "axis", -1), x->shape.rank));
    const enum lrp_status status = lrp_rows_open(&job->x, x, job->axes, run, err);
    if (status) return status;
    job->row = calloc(job->x.length + 1, sizeof *job->row);
    return job->row ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory to sort %zu elements", job->x.length);
}

static void topk_close(struct topk_job *job)
{
    free(job->row);
    lrp_rows_close(&job->x);
    lrp_rows_close(&job->values);
    lrp_rows_close(&job->indices);
}

static void topk_fill(const struct topk_job *job, bool largest)
{
    struct lrp_tensor *values = lrp_rows_target(&job->values), *indices = lrp_rows_target(&job->indices);
    const size_t n = job->x.length, k = values ? job->values.length : job->indices.length;
    const struct lrp_tensor *x = job->x.tensor;
    for (size_t r = 0; r < job->x.rows; ++r) {
        sort_row(x, r * n, n, largest, job->row);
        for (size_t i = 0; i < k; ++i) {
            const size_t at = r * n + (size_t)job->row[i].index, to = r * k + i;
            if (values && lrp_dtype_is_float(x->dtype))
                values->f[to] = x->f[at];
            else if (values)
                values->i[to] = x->i[at];
            if (indices) indices->i[to] = job->row[i].index;
        }
    }
}

static enum lrp_status topk_forward(LRP_FORWARD_PARAMETERS)
{
    struct topk_job job = {0};
    struct lrp_tensor *indices = call->out_count > 1 ? out[1] : NULL;
    (void)handle;
    enum lrp_status status = topk_open(&job, call, in[0], run, err);
    if (!status && out[0]) status = lrp_rows_make(&job.values, out[0], job.axes, err);
    if (!status && indices) status = lrp_rows_make(&job.indices, indices, job.axes, err);
    if (!status) {
        topk_fill(&job, takes_largest(call));
        if (out[0]) lrp_rows_store(&job.values, out[0], job.axes, run);
        if (indices) lrp_rows_store(&job.indices, indices, job.axes, run);
    }
    topk_close(&job);
    return status;
}

static enum lrp_status topk_vjp(LRP_VJP_PARAMETERS)
{
    struct topk_job job = {0};
    struct lrp_rows cotangent = {0};
    (void)handle, (void)out;
    if (!s[0] || !grad[0]) return LRP_OK;
    enum lrp_status status = topk_open(&job, call, in[0], run, err);
    if (!status) status = lrp_rows_open(&cotangent, s[0], job.axes, run, err);
    if (!status) status = lrp_rows_make(&job.values, grad[0], job.axes, err);
    if (!status) {
        const size_t n = job.x.length, k = cotangent.length;
        for (size_t r = 0; r < job.x.rows; ++r) {
            sort_row(job.x.tensor, r * n, n, takes_largest(call), job.row);
            for (size_t i = 0; i < k; ++i)
                lrp_rows_target(&job.values)->f[r * n + (size_t)job.row[i].index] = cotangent.tensor->f[r * k + i];
        }
        lrp_rows_store(&job.values, grad[0], job.axes, run);
    }
    lrp_rows_close(&cotangent);
    topk_close(&job);
    return status;
}

// clang-format off
#define ROW(op, f, samples, ...)                                                                                                  \
    .name = op, .domain = "", .versions = { __VA_ARGS__ }, .static_kind = LRP_KIND_OTHER, .infer = f##_infer,            \
    .forward = f##_forward, .batch = lrp_batch_##samples
const struct lrp_operator lrp_ops_axis[] = {
    { ROW("ArgMax", arg, reduced_axis, 1, 11, 12, 13), .traits = LRP_TRAIT_NO_VJP, .own = &(const struct arg) { .least = false } },
    { ROW("ArgMin", arg, reduced_axis, 1, 11, 12, 13), .traits = LRP_TRAIT_NO_VJP, .own = &(const struct arg) { .least = true } },
    { ROW("CumSum", cumsum, beside_named, 11, 14), .vjp = cumsum_vjp, .own = &(const struct cumulation) { cumulate } },
    { ROW("CumProd", cumsum, beside_named, 26), .vjp = cumprod_vjp, .own = &(const struct cumulation) { multiply_up } },
    { ROW("TopK", topk, beside_last, 1, 10, 11, 24), .traits = LRP_TRAIT_MOVES, .vjp = topk_vjp },
    { 0 },
};
// clang-format on
