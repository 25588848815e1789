/* heads.c: what attention is made of besides products and softmax: SplitHeads brings (batch, rows, heads * width) into the
 * order (batch, heads, rows, width), AttentionMask says what is added to the products. */
#include <math.h>
#include <string.h>

#include "batch.h"
#include "view.h"

/* ---- SplitHeads ---- */

static enum lrp_status split_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    const struct lrp_shape *x = call->in[0].shape;
    const int64_t heads = lrp_call_int(call, "heads", 0), width = lrp_call_int(call, "width", 0);
    const bool only_flat = lrp_call_int(call, "flat", 0) != 0;
    if (x->rank == 4 && !only_flat) return lrp_infer_output(call, 0, call->in[0].dtype, x, err);
    const int64_t parts = x->rank != 3 ? 0 : heads > 0 ? heads : width > 0 ? x->dim[2] / width : 0;
    if (parts < 1 || x->dim[2] % parts || (width > 0 && x->dim[2] / parts != width))
        return lrp_fail(err, LRP_FILE, "what it reads does not divide into heads");
    const struct lrp_shape y = {.rank = 4, .dim = {x->dim[0], parts, x->dim[1], x->dim[2] / parts}};
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

static struct lrp_strided_view split_view(const struct lrp_call *call)
{
    const struct lrp_shape *y = call->out[0].shape;
    struct lrp_strided_view view = {0};
    if (call->in[0].shape->rank == 4) return lrp_view_flat((size_t)lrp_shape_count(y));
    const int64_t heads = y->dim[1], rows = y->dim[2], width = y->dim[3];
    lrp_view_push(&view, y->dim[0], rows * heads * width, rows * heads * width);
    lrp_view_push(&view, heads, width, rows * width);
    lrp_view_push(&view, rows, heads * width, width);
    lrp_view_push(&view, width, 1, 1);
    return view;
}

static enum lrp_status split_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_strided_view view = split_view(call);
    (void)handle, (void)err;
    lrp_view_copy(&view, in[0], out[0], run);
    return LRP_OK;
}

static enum lrp_status split_vjp(LRP_VJP_PARAMETERS)
{
    const struct lrp_strided_view view = split_view(call);
    (void)handle, (void)in, (void)out, (void)err;
    if (s[0] && grad[0]) lrp_view_add(&view, s[0], grad[0], run);
    return LRP_OK;
}

/* What was axis 1 is axis 2 now; the last one is cut into heads. */
static bool split_batch(LRP_BATCH_PARAMETERS)
{
    (void)input, (void)output;
    const bool is_flat = call->in[0].shape->rank == 3;
    if (is_flat && at->axis == 2) return false;
    if (is_flat && at->axis == 1) at->axis = 2;
    return true;
}

/* ---- TransposeMatrix: the last two axes, whatever is before them ---- */

static enum lrp_status turn_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    struct lrp_shape y = *call->in[0].shape;
    if (y.rank < 2) return lrp_fail(err, LRP_FILE, "what is to be transposed is no matrix");
    y.dim[y.rank - 1] = call->in[0].shape->dim[y.rank - 2];
    y.dim[y.rank - 2] = call->in[0].shape->dim[y.rank - 1];
    return lrp_infer_output(call, 0, call->in[0].dtype, &y, err);
}

static struct lrp_strided_view turn_view(const struct lrp_call *call)
{
    const struct lrp_shape *y = call->out[0].shape;
    const int64_t rows = y->dim[y->rank - 2], columns = y->dim[y->rank - 1];
    struct lrp_strided_view view = {0};
    lrp_view_push(&view, (int64_t)lrp_shape_span(y, 0, y->rank - 2), rows * columns, rows * columns);
    lrp_view_push(&view, rows, 1, columns);
    lrp_view_push(&view, columns, rows, 1);
    return view;
}

static enum lrp_status turn_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_strided_view view = turn_view(call);
    (void)handle, (void)err;
    lrp_view_copy(&view, in[0], out[0], run);
    return LRP_OK;
}

static enum lrp_status turn_vjp(LRP_VJP_PARAMETERS)
{
    const struct lrp_strided_view view = turn_view(call);
    (void)handle, (void)in, (void)out, (void)err;
    if (s[0] && grad[0]) lrp_view_add(&view, s[0], grad[0], run);
    return LRP_OK;
}

static bool turn_batch(LRP_BATCH_PARAMETERS)
{
    const int rank = call->in[0].shape->rank;
    (void)input, (void)output;
    if (at->axis >= rank - 2) at->axis = 2 * rank - 3 - at->axis;
    return true;
}

/* ---- AttentionMask ---- */

enum { SIZES, MASK, LENGTHS, PAST };
/* How onnxruntime's masks are to be read, by their shape. */
enum form { PLAIN, UP_TO, FROM_TO, KEYS, ROWS, SQUARE };

/* A call, read. (batch, heads, rows, keys) are the sizes of the products. */
struct masking {
    int64_t size[4], left, right, extra, past;
    bool causal, aligned;
    float hidden;
    enum form form;
    const struct lrp_shape *mask; /* NULL: none */
    const struct lrp_tensor *values, *lengths;
    struct lrp_shape y;
};

static bool read_form(const struct lrp_shape *mask, const int64_t size[4], enum form *out)
{
    const int64_t batch = size[0];
    *out = mask->rank == 1   ? (mask->dim[0] == 2 * batch ? FROM_TO : UP_TO)
           : mask->rank == 2 ? KEYS
           : mask->rank == 3 ? ROWS
                             : SQUARE;
    if (mask->rank == 1) return mask->dim[0] == batch || mask->dim[0] == 2 * batch || mask->dim[0] == 3 * batch + 2;
    const bool fits = mask->rank <= 4 && (mask->dim[0] == batch || mask->dim[0] == 1);
    if (mask->rank == 2) return fits && mask->dim[1] == size[3];
    if (mask->rank == 3) return fits && mask->dim[1] == size[2] && mask->dim[2] == size[3];
    return fits && mask->dim[1] == 1 && mask->dim[2] >= size[3] && mask->dim[3] >= size[3];
}

/* Broadcasts to the products; its last axis may end early: what lies behind is hidden. */
static bool plain_mask_fits(const struct lrp_shape *mask, const int64_t size[4])
{
    bool fits = mask->rank >= 1 && mask->rank <= 4;
    for (int k = 0; k < mask->rank && fits; ++k) {
        const int64_t dim = mask->dim[k], to = size[4 - mask->rank + k];
        fits = dim == to || dim == 1 || (k == mask->rank - 1 && dim > 1 && dim < to);
    }
    return fits;
}

static enum lrp_status read_masking(const struct lrp_call *call, struct masking *m, struct lrp_error *err)
{
    int count = lrp_call_const_ints(call, SIZES, m->size, 4), one = 1;
    m->causal = lrp_call_int(call, "causal", 0) != 0;
    m->aligned = lrp_call_int(call, "aligned", 0) != 0;
    m->left = lrp_call_int(call, "left", -1);
    m->right = lrp_call_int(call, "right", -1);
    m->extra = lrp_call_int(call, "extra", 0);
    m->hidden = lrp_call_float(call, "hidden", -INFINITY);
    m->past = 0;
    m->mask = lrp_call_has(call, MASK) ? call->in[MASK].shape : NULL;
    m->form = PLAIN;
    if (lrp_call_has(call, PAST)) one = lrp_call_const_ints(call, PAST, &m->past, 1);
    if (count != 4 || one != 1) return lrp_fail(err, LRP_UNSUPPORTED, "the sizes of the masked products are not known");
    for (int k = 0; k < 4; ++k)
        if (m->size[k] < 0) return lrp_fail(err, LRP_FILE, "the masked products have no sizes");
    if (m->mask &&
        !(lrp_call_int(call, "padding", 0) ? read_form(m->mask, m->size, &m->form) : plain_mask_fits(m->mask, m->size)))
        return lrp_fail(err, LRP_FILE, "the mask does not fit its %lld x %lld products", (long long)m->size[2],
                        (long long)m->size[3]);
    const bool lengths = lrp_call_has(call, LENGTHS);
    if (lengths && lrp_shape_count(call->in[LENGTHS].shape) != m->size[0])
        return lrp_fail(err, LRP_FILE, "there must be a length for each of the %lld samples", (long long)m->size[0]);
    const int rank = m->mask && m->form == PLAIN ? m->mask->rank : 0;
    const int64_t batch = m->mask && m->form != PLAIN ? m->size[0] : rank == 4 ? m->mask->dim[0] : 1;
    m->y = (struct lrp_shape){
        .rank = 4, .dim = {lengths ? m->size[0] : batch, rank >= 3 ? m->mask->dim[rank - 3] : 1, m->size[2], m->size[3]}};
    return LRP_OK;
}

static enum lrp_status mask_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct masking m = {0};
    enum lrp_status status = lrp_infer_arity(call, 1, 4, err);
    if (!status && lrp_call_has(call, LENGTHS)) status = lrp_infer_is_integer(call, LENGTHS, err);
    if (!status) status = read_masking(call, &m, err);
    if (!status && m.form != PLAIN) status = lrp_infer_is_integer(call, MASK, err);
    return !status ? lrp_infer_output(call, 0, LRP_DTYPE_FLOAT, &m.y, err) : status;
}

/* Where a plain mask has (sample, head, row, key); -1 behind its last column. */
static int64_t plain_mask_at(const struct lrp_shape *mask, const int64_t place[4])
{
    int64_t at = 0;
    for (int k = 0; k < mask->rank; ++k) {
        const int64_t i = place[4 - mask->rank + k];
        if (k == mask->rank - 1 && mask->dim[k] != 1 && i >= mask->dim[k]) return -1;
        at = at * mask->dim[k] + (mask->dim[k] == 1 ? 0 : i);
    }
    return at;
}

/* Whether onnxruntime's mask shows a key to a row. */
static bool mask_shows(const struct masking *m, const int64_t place[4])
{
    const int64_t batch = m->size[0], b = place[0], key = place[3], *v = m->values->i;
    const int64_t sample = m->mask->rank > 1 && m->mask->dim[0] == 1 ? 0 : b;
    switch (m->form) {
    case UP_TO:
        return key < v[b];
    case FROM_TO:
        return key < v[b] && key >= v[batch + b];
    case KEYS:
        return v[sample * m->size[3] + key] != 0;
    case ROWS:
        return v[(sample * m->size[2] + place[2]) * m->size[3] + key] != 0;
    default: /* rows of the past are there, too */
        return v[(sample * m->mask->dim[2] + m->size[3] - m->size[2] + place[2]) * m->mask->dim[3] + key] != 0;
    }
}

/* Whether a key is out of a row's sight, whatever the mask says. */
static bool mask_is_beyond(const struct masking *m, const int64_t place[4])
{
    const int64_t length = m->lengths ? m->lengths->i[place[0]] + m->extra : m->size[3];
    const int64_t offset = m->lengths && m->aligned && m->past == 0 ? length - m->size[2] : m->past;
    const int64_t ahead = place[3] - place[2] - offset;
    return place[3] >= length || (m->causal && ahead > 0) || (m->right >= 0 && ahead > m->right) ||
           (m->left >= 0 && -ahead > m->left);
}

static float mask_added(const struct masking *m, const int64_t place[4])
{
    if (mask_is_beyond(m, place)) return -INFINITY;
    if (!m->mask) return 0;
    if (m->form != PLAIN) return mask_shows(m, place) ? 0 : m->hidden;
    const int64_t at = plain_mask_at(m->mask, place);
    if (at < 0) return -INFINITY;
    if (m->values->dtype == LRP_DTYPE_BOOL) return m->values->i[at] ? 0 : m->hidden;
    return lrp_dtype_is_float(m->values->dtype) ? m->values->f[at] : (float)m->values->i[at];
}

static void place_of(const struct masking *m, size_t at, int64_t place[4])
{
    for (int k = 3; k >= 0; --k) {
        place[k] = (int64_t)at % m->y.dim[k];
        at /= (size_t)m->y.dim[k];
    }
}

static enum lrp_status mask_forward(LRP_FORWARD_PARAMETERS)
{
    struct masking m = {0};
    int64_t place[4];
    (void)handle, (void)run;
    const enum lrp_status status = read_masking(call, &m, err);
    m.values = m.mask ? in[MASK] : NULL;
    m.lengths = lrp_call_has(call, LENGTHS) ? in[LENGTHS] : NULL;
    for (size_t i = 0; i < out[0]->count && !status; ++i) {
        place_of(&m, i, place);
        out[0]->f[i] = mask_added(&m, place);
    }
    return status;
}

static enum lrp_status mask_vjp(LRP_VJP_PARAMETERS)
{
    struct masking m = {0};
    int64_t place[4];
    (void)handle, (void)in, (void)run;
    const enum lrp_status status = read_masking(call, &m, err);
    for (size_t i = 0; s[0] && grad[MASK] && i < s[0]->count && !status; ++i) {
        place_of(&m, i, place);
        const int64_t at = plain_mask_at(m.mask, place);
        if (at >= 0 && out[0]->f[i] > -INFINITY) grad[MASK]->f[at] += s[0]->f[i];
    }
    return status;
}

/* Lengths and onnxruntime's masks begin with the samples; a plain mask is aligned at its end. */
static bool mask_batch(LRP_BATCH_PARAMETERS)
{
    (void)output;
    if (input == MASK && !lrp_call_int(call, "padding", 0)) at->axis += 4 - call->in[MASK].shape->rank;
    return (input == MASK || input == LENGTHS) && at->axis == 0;
}

const struct lrp_operator lrp_ops_heads[] = {
    {.name = "SplitHeads",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_MOVES,
     .static_kind = LRP_KIND_TRANSPOSE,
     .infer = split_infer,
     .forward = split_forward,
     .vjp = split_vjp,
     .batch = split_batch},
    {.name = "TransposeMatrix",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_MOVES,
     .static_kind = LRP_KIND_TRANSPOSE,
     .infer = turn_infer,
     .forward = turn_forward,
     .vjp = turn_vjp,
     .batch = turn_batch},
    {.name = "AttentionMask",
     .domain = "lrpscope",
     .versions = {1},
     .static_kind = LRP_KIND_OTHER,
     .infer = mask_infer,
     .forward = mask_forward,
     .vjp = mask_vjp,
     .batch = mask_batch},
    {0},
};
