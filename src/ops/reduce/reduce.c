/* reduce.c: reductions over axes, and their rows. */
#include <math.h>

#include "convert.h"
#include "elementwise.h"
#include "rows.h"

/* ---- one row to one number, and back: g receives s * dy/dx ---- */

static float sum_row(const float *x, size_t n)
{
    return (float)lrp_sum(x, n);
}
static float mean_row(const float *x, size_t n)
{
    return (float)(lrp_sum(x, n) / (double)n);
}
static float max_row(const float *x, size_t n)
{
    float best = -INFINITY;
    for (size_t i = 0; i < n; ++i) best = x[i] > best || isnan(x[i]) ? x[i] : best;
    return best;
}
static float min_row(const float *x, size_t n)
{
    float best = INFINITY;
    for (size_t i = 0; i < n; ++i) best = x[i] < best || isnan(x[i]) ? x[i] : best;
    return best;
}
static float product_row(const float *x, size_t n)
{
    double product = 1;
    for (size_t i = 0; i < n; ++i) product *= (double)x[i];
    return (float)product;
}
static float l1_row(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += fabs((double)x[i]);
    return (float)sum;
}
static double squares(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += (double)x[i] * (double)x[i];
    return sum;
}
static float square_row(const float *x, size_t n)
{
    return (float)squares(x, n);
}
static float l2_row(const float *x, size_t n)
{
    return (float)sqrt(squares(x, n));
}
static float log_sum_row(const float *x, size_t n)
{
    return (float)log(lrp_sum(x, n));
}
/* The largest is taken out first, so that nothing overflows. */
static float log_sum_exp_row(const float *x, size_t n)
{
    const float top = max_row(x, n);
    double sum = 0;
    if (isinf(top)) return top;
    for (size_t i = 0; i < n; ++i) sum += (double)expf(x[i] - top);
    return (float)((double)top + log(sum));
}

static void fill_row(float *g, size_t n, float value)
{
    for (size_t i = 0; i < n; ++i) g[i] = value;
}
// clang-format off
static void sum_back(const float *x, float y, float s, float *g, size_t n) { (void)x, (void)y; fill_row(g, n, s); }
static void mean_back(const float *x, float y, float s, float *g, size_t n) { (void)x, (void)y; fill_row(g, n, s / (float)n); }
// clang-format on

/* The first winner takes all. */
static void max_back(const float *x, float y, float s, float *g, size_t n)
{
    size_t i = 0;
    while (i < n && x[i] != y) ++i;
    if (i < n) g[i] = s;
}
static void min_back(const float *x, float y, float s, float *g, size_t n)
{
    max_back(x, y, s, g, n);
}
/* The product of the others is y/x unless there are zeros. */
static void product_back(const float *x, float y, float s, float *g, size_t n)
{
    size_t zeros = 0, where = 0;
    double others = 1;
    for (size_t i = 0; i < n; ++i) {
        if (x[i] == 0) {
            ++zeros;
            where = i;
        } else {
            others *= (double)x[i];
        }
    }
    if (zeros == 1) g[where] = (float)(others * (double)s);
    for (size_t i = 0; i < n && zeros == 0; ++i) g[i] = s * y / x[i];
}
static void l1_back(const float *x, float y, float s, float *g, size_t n)
{
    (void)y;
    for (size_t i = 0; i < n; ++i) g[i] = x[i] > 0 ? s : x[i] < 0 ? -s : 0;
}
static void scaled_back(const float *x, float factor, float *g, size_t n)
{
    for (size_t i = 0; i < n; ++i) g[i] = lrp_times_slope(factor, x[i]);
}
static void l2_back(const float *x, float y, float s, float *g, size_t n)
{
    scaled_back(x, y == 0 ? 0 : s / y, g, n);
}
static void square_back(const float *x, float y, float s, float *g, size_t n)
{
    (void)y;
    scaled_back(x, 2 * s, g, n);
}
static void log_sum_back(const float *x, float y, float s, float *g, size_t n)
{
    (void)y;
    fill_row(g, n, lrp_times_slope(s, 1 / sum_row(x, n)));
}
static void log_sum_exp_back(const float *x, float y, float s, float *g, size_t n)
{
    for (size_t i = 0; i < n; ++i) g[i] = isinf(y) ? 0 : s * expf(x[i] - y);
}

/* Integers: a running value and the next element. */
static int64_t add_next(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
static int64_t max_next(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
static int64_t min_next(int64_t a, int64_t b)
{
    return a < b ? a : b;
}
static int64_t product_next(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a * (uint64_t)b);
}
static int64_t l1_next(int64_t a, int64_t b)
{
    return add_next(a, b < 0 ? (int64_t)(0 - (uint64_t)b) : b);
}
static int64_t square_next(int64_t a, int64_t b)
{
    return add_next(a, product_next(b, b));
}

/* Integers that have no next: the row as doubles, and what the result is cut to. */
static int64_t to_integer(double value)
{
    return lrp_float_to_integer(LRP_DTYPE_INT64, (float)value);
}
static double integer_sum(const int64_t *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += (double)x[i];
    return sum;
}
static int64_t mean_whole(const int64_t *x, size_t n)
{
    return n ? (int64_t)(integer_sum(x, n) / (double)n) : 0;
}
static int64_t l2_whole(const int64_t *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += (double)x[i] * (double)x[i];
    return to_integer(sqrt(sum));
}
static int64_t log_sum_whole(const int64_t *x, size_t n)
{
    return to_integer(log(integer_sum(x, n)));
}
static int64_t log_sum_exp_whole(const int64_t *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += exp((double)x[i]);
    return to_integer(log(sum));
}

/* What a reduction's row owns. Of next and whole, one is NULL. */
struct reduction {
    float (*row)(const float *x, size_t n);
    void (*back)(const float *x, float y, float s, float *g, size_t n);
    int64_t (*next)(int64_t a, int64_t b);
    int64_t start; /* of an empty row; INT64_MIN and INT64_MAX: the ends of the type */
    int64_t (*whole)(const int64_t *x, size_t n);
    int axes_input_since;          /* the opset from which on the axes are an input */
    enum lrp_kind global, pooling; /* over all places; along some of them */
};
/* No axes: all, or none of them if the model says so. */
static enum lrp_status reduced_axes(const struct lrp_call *call, bool axes[LRP_MAX_RANK], struct lrp_error *err)
{
    const int rank = call->in[0].shape->rank, since = ((const struct reduction *)call->op->own)->axes_input_since;
    bool given = false, any = false;
    const enum lrp_status status = lrp_infer_axes(call, call->opset >= since ? 1 : -1, rank, axes, &given, err);
    for (int k = 0; k < rank; ++k) any = any || axes[k];
    const bool all = !any && !(call->opset >= since && lrp_call_int(call, "noop_with_empty_axes", 0) != 0);
    for (int k = 0; k < rank && all; ++k) axes[k] = true;
    return status;
}

static enum lrp_status reduce_infer(struct lrp_call *call, struct lrp_error *err)
{
    bool axes[LRP_MAX_RANK];
    struct lrp_shape shape = {.rank = 0};
    enum lrp_status status = lrp_infer_arity(call, 1, 2, err);
    if (!status) status = reduced_axes(call, axes, err);
    if (status) return status;
    const bool keep = lrp_call_int(call, "keepdims", 1) != 0;
    for (int k = 0; k < call->in[0].shape->rank; ++k)
        if (!axes[k] || keep) shape.dim[shape.rank++] = axes[k] ? 1 : call->in[0].shape->dim[k];
    return lrp_infer_output(call, 0, call->in[0].dtype, &shape, err);
}

static bool reduce_batch(LRP_BATCH_PARAMETERS)
{
    bool axes[LRP_MAX_RANK];
    (void)output;
    return input == 0 && reduced_axes(call, axes, NULL) == LRP_OK &&
           lrp_batch_past(axes, lrp_call_int(call, "keepdims", 1) == 0, at);
}

/* Over all places, those behind the channels or, channels last, those before them, which tokens are, too, or over all there is
 * of each sample, a picture without samples included: global pooling. Over some of the places behind the channels: pooling. */
static enum lrp_kind reduce_kind(const struct lrp_call *call)
{
    bool axes[LRP_MAX_RANK], behind = true, before = true, rest = true, along = true, any = false;
    const struct reduction *own = call->op->own;
    const int rank = call->in_count > 0 ? call->in[0].shape->rank : 0;
    if (rank < 3 || rank > LRP_MAX_RANK || reduced_axes(call, axes, NULL) != LRP_OK) return LRP_KIND_OTHER;
    for (int k = 0; k < rank; ++k) {
        behind &= axes[k] == (k >= 2);
        before &= axes[k] == (k >= 1 && k < rank - 1);
        rest &= axes[k] || k == 0;
        along &= !axes[k] || k >= 2;
        any |= axes[k];
    }
    return behind || before || rest ? own->global : along && any ? own->pooling : LRP_KIND_OTHER;
}

struct reduce_back {
    const struct reduction *op;
    struct lrp_rows rows;
    const struct lrp_tensor *y, *s;
    struct lrp_tensor *out;
};

static void forward_floats(const void *data, size_t first, size_t last)
{
    const struct reduce_back *job = data;
    for (size_t r = first; r < last; ++r)
        job->out->f[r] = job->op->row(job->rows.tensor->f + r * job->rows.length, job->rows.length);
}

/* The smallest and the largest number of an integer type. */
static int64_t type_end(enum lrp_dtype dtype, bool largest)
{
    const bool is_unsigned =
        dtype == LRP_DTYPE_BOOL || dtype == LRP_DTYPE_UINT8 || dtype == LRP_DTYPE_UINT16 || dtype == LRP_DTYPE_UINT32;
    const unsigned bits = dtype == LRP_DTYPE_BOOL ? 1 : 8 * (unsigned)lrp_dtype_size(dtype);
    const unsigned value_bits = is_unsigned ? bits : bits - 1;
    const int64_t top = value_bits >= 63 ? INT64_MAX : ((int64_t)1 << value_bits) - 1;
    return largest ? top : is_unsigned || dtype == LRP_DTYPE_UINT64 ? 0 : -top - 1;
}

static int64_t integer_row(const struct reduction *op, enum lrp_dtype dtype, const int64_t *x, size_t n)
{
    if (n == 0 && (op->start == INT64_MIN || op->start == INT64_MAX)) return type_end(dtype, op->start == INT64_MAX);
    if (op->whole) return op->whole(x, n);
    int64_t value = op->start;
    for (size_t i = 0; i < n; ++i) value = op->next(value, x[i]);
    return value;
}

static void forward_integers(const void *data, size_t first, size_t last)
{
    const struct reduce_back *job = data;
    for (size_t r = first; r < last; ++r)
        job->out->i[r] =
            lrp_wrap_integer(job->out->dtype, integer_row(job->op, job->out->dtype, job->rows.tensor->i + r * job->rows.length,
                                                          job->rows.length));
}

static enum lrp_status reduce_forward(LRP_FORWARD_PARAMETERS)
{
    struct reduce_back job = {.op = call->op->own, .out = out[0]};
    bool axes[LRP_MAX_RANK];
    (void)handle;
    enum lrp_status status = reduced_axes(call, axes, err);
    if (!status) status = lrp_rows_open(&job.rows, in[0], axes, run, err);
    if (status) return status;
    lrp_for_range(run, out[0]->count, job.rows.length, lrp_dtype_is_float(out[0]->dtype) ? forward_floats : forward_integers,
                  &job);
    lrp_rows_close(&job.rows);
    return LRP_OK;
}

static void back_range(const void *data, size_t first, size_t last)
{
    const struct reduce_back *job = data;
    const size_t n = job->rows.length;
    for (size_t r = first; r < last; ++r)
        job->op->back(job->rows.tensor->f + r * n, job->y->f[r], job->s->f[r], job->out->f + r * n, n);
}

static enum lrp_status reduce_vjp(LRP_VJP_PARAMETERS)
{
    struct reduce_back job = {.op = call->op->own, .y = out[0], .s = s[0]};
    struct lrp_rows target = {0};
    bool axes[LRP_MAX_RANK];
    (void)handle;
    if (!s[0] || !grad[0]) return LRP_OK;
    enum lrp_status status = reduced_axes(call, axes, err);
    if (!status) status = lrp_rows_open(&job.rows, in[0], axes, run, err);
    if (!status) status = lrp_rows_make(&target, grad[0], axes, err);
    if (!status) {
        job.out = lrp_rows_target(&target);
        lrp_for_range(run, out[0]->count, job.rows.length, back_range, &job);
        lrp_rows_store(&target, grad[0], axes, run);
    }
    lrp_rows_close(&job.rows);
    return status;
}

// clang-format off
/* Name, the functions NAME_row and NAME_back, how integers are reduced, the kinds of a global pooling and of one along some
 * axes, since when the axes are an input, versions. */
#define NEXT(f, first) .next = (f), .start = first
#define WHOLE(f) .whole = f
#define ROW(op, f, integers, all, layer, since, ...)                                                                     \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .static_kind = LRP_KIND_OTHER, .kind = reduce_kind,              \
        .infer = reduce_infer, .forward = reduce_forward, .vjp = reduce_vjp, .batch = reduce_batch,                                                                  \
        .own = &(const struct reduction) { .row = f##_row, .back = f##_back, integers, .axes_input_since = since,        \
                                           .global = LRP_KIND_##all, .pooling = LRP_KIND_##layer }                          \
    }
const struct lrp_operator lrp_ops_reduce[] = {
    ROW("ReduceMean", mean, WHOLE(mean_whole), GLOBAL_MEAN_POOL, MEAN_POOL, 18, 1, 11, 13, 18),
    ROW("ReduceSum", sum, NEXT(add_next, 0), SUM_POOL, SUM_POOL, 13, 1, 11, 13),
    ROW("ReduceMax", max, NEXT(max_next, INT64_MIN), GLOBAL_MAX_POOL, MAX_POOL, 18, 1, 11, 12, 13, 18, 20),
    ROW("ReduceMin", min, NEXT(min_next, INT64_MAX), OTHER, OTHER, 18, 1, 11, 12, 13, 18, 20),
    ROW("ReduceProd", product, NEXT(product_next, 1), OTHER, OTHER, 18, 1, 11, 13, 18),
    ROW("ReduceL1", l1, NEXT(l1_next, 0), OTHER, OTHER, 18, 1, 11, 13, 18),
    ROW("ReduceL2", l2, WHOLE(l2_whole), OTHER, OTHER, 18, 1, 11, 13, 18),
    ROW("ReduceSumSquare", square, NEXT(square_next, 0), OTHER, OTHER, 18, 1, 11, 13, 18),
    ROW("ReduceLogSum", log_sum, WHOLE(log_sum_whole), OTHER, OTHER, 18, 1, 11, 13, 18),
    ROW("ReduceLogSumExp", log_sum_exp, WHOLE(log_sum_exp_whole), OTHER, OTHER, 18, 1, 11, 13, 18),
    { 0 },
};
// clang-format on
