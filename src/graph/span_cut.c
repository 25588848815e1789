/* span_cut.c: along which axis attention is computed in pieces: heads or samples, each by itself; where one of them is too
 * large, the queries: a row of what is inside depends on no other row. */
#include <stdlib.h>

#include "span.h"

static int64_t size_along(const struct lrp_shape *shape, int from_end)
{
    return shape->rank >= from_end ? shape->dim[shape->rank - from_end] : 1;
}

/* Whether an operator does to parts of an input along an axis what it does to the whole. */
static bool input_can_be_cut(const struct lrp_call *call, int input, int from_end, int64_t size)
{
    struct lrp_batch_axis axis = {call->in[input].shape->rank - from_end, 1, size, 1};
    return call->op->batch(call, input, 0, &axis) && axis.axis == call->out[0].shape->rank - from_end &&
           axis.outer * axis.inner == 1;
}

/* A constant that may name sizes of the whole. */
static bool names_sizes(const struct lrp_desc *d)
{
    return d->constant && !lrp_dtype_is_float(d->dtype) && d->shape->rank == 1;
}

/* ---- along heads ---- */

static bool node_can_be_cut(const struct lrp_graph *g, const struct lrp_node *n, int from_end, int64_t size)
{
    const struct lrp_call *call = &n->call;
    if (size_along(call->out[0].shape, from_end) != size || !call->op->batch) return false;
    for (int i = 0; i < call->in_count; i++) {
        const int64_t along = n->in[i] < 0 ? 1 : size_along(call->in[i].shape, from_end);
        if (n->in[i] < 0 || along == 1) {
            if (n->in[i] >= 0 && names_sizes(&call->in[i])) return false;
            continue;
        }
        if (along != size || g->values[n->in[i]].desc.constant || !input_can_be_cut(call, i, from_end, size)) return false;
    }
    return true;
}

/* The longest axis but the last two, if all operators agree to it. */
static void choose_heads(const struct lrp_graph *g, struct lrp_span *span)
{
    const struct lrp_shape *scores = g->values[span->inside[0]].desc.shape;
    struct lrp_span_way *way = &span->heads;
    way->from_end = 3;
    for (int k = 3; k <= scores->rank; k++)
        if (size_along(scores, k) > size_along(scores, way->from_end)) way->from_end = k;
    way->size = size_along(scores, way->from_end);
    bool can = way->size > 1;
    for (int i = 0; can && i < span->node_count; i++)
        can = node_can_be_cut(g, &g->nodes[span->nodes[i]], way->from_end, way->size);
    if (!can) way->size = 1;
}

/* ---- along queries ---- */

enum { ROWS_FROM_END = 2 };

static int given_at(const struct lrp_span *span, int value)
{
    for (int i = 0; i < span->given_count; i++)
        if (span->given[i] == value) return i;
    return -1;
}

/* What is given is cut wherever it is read, or nowhere. */
static bool settle_given(struct lrp_span *span, bool *known, int given, bool rows)
{
    if (known[given] && span->has_rows[given] != rows) return false;
    known[given] = true;
    span->has_rows[given] = rows;
    return true;
}

/* Keys and values, the second factors of products, go into every piece. */
static bool rows_can_be_cut(const struct lrp_graph *g, struct lrp_span *span, const struct lrp_node *n, bool *known,
                            int64_t size)
{
    const struct lrp_call *call = &n->call;
    const bool product = call->op->traits & LRP_TRAIT_WEIGHTED && lrp_call_product(call) == 2;
    if (size_along(call->out[0].shape, ROWS_FROM_END) != size || !call->op->batch) return false;
    for (int i = 0; i < call->in_count; i++) {
        const int given = n->in[i] < 0 ? -1 : given_at(span, n->in[i]);
        const bool constant = n->in[i] >= 0 && g->values[n->in[i]].desc.constant;
        if (n->in[i] < 0) continue;
        if (product && i == 1) {
            if (given < 0 || !settle_given(span, known, given, false)) return false;
            continue;
        }
        const bool along = size_along(call->in[i].shape, ROWS_FROM_END) == size && size > 1;
        if (constant && (along || names_sizes(&call->in[i]))) return false;
        if (!constant && along && !input_can_be_cut(call, i, ROWS_FROM_END, size)) return false;
        if (!constant && !along && given < 0) return false; /* what is inside has a row for each */
        if (!constant && !along && size_along(call->in[i].shape, ROWS_FROM_END) != 1) return false;
        if (given >= 0 && !settle_given(span, known, given, along)) return false;
    }
    return true;
}

static bool choose_rows(const struct lrp_graph *g, struct lrp_span *span)
{
    bool *known = calloc((size_t)span->given_count + 1, sizeof *known);
    span->has_rows = calloc((size_t)span->given_count + 1, sizeof *span->has_rows);
    span->rows = (struct lrp_span_way){ROWS_FROM_END, size_along(g->values[span->inside[0]].desc.shape, ROWS_FROM_END), 0};
    const bool ok = known && span->has_rows;
    bool can = ok && span->rows.size > 1;
    for (int i = 0; can && i < span->node_count; i++)
        can = rows_can_be_cut(g, span, &g->nodes[span->nodes[i]], known, span->rows.size);
    if (!can) span->rows.size = 1;
    free(known);
    return ok;
}

/* ---- */

bool lrp_span_choose(const struct lrp_graph *graph, struct lrp_span *span, int64_t elements)
{
    choose_heads(graph, span);
    if (!choose_rows(graph, span)) return false;
    span->heads.each = (uint64_t)(elements / span->heads.size) * sizeof(float);
    span->rows.each = (uint64_t)(elements / span->rows.size) * sizeof(float);
    return true;
}

int lrp_span_axis(const struct lrp_span *span, int value, const struct lrp_shape *shape)
{
    const int axis = shape->rank - span->way.from_end, given = span->by_rows ? given_at(span, value) : -1;
    const bool cut = axis >= 0 && shape->dim[axis] == span->way.size && (given < 0 || span->has_rows[given]);
    return cut ? axis : -1;
}

/* Rows as many as there is room for. No piece is a single one: a vector's products are summed up in another order than a
 * matrix's, so that what is inside would not be the same bits as in one piece. (What flows back to keys and values is the sum
 * over all rows, piece by piece: those are the same but for the rounding of float32.) */
static int64_t rows_of(const struct lrp_span_way *rows, uint64_t most)
{
    const uint64_t room = most / rows->each;
    int64_t piece = room < (uint64_t)rows->size ? (int64_t)room : rows->size;
    while (piece > 2 && rows->size % piece == 1) piece--;
    if (piece < 2) piece = 2;
    while (piece < rows->size && rows->size % piece == 1) piece++;
    return piece;
}

/* Heads that divide all of them, or rows. */
static void cut_span(struct lrp_span *span, uint64_t most)
{
    int64_t piece = span->heads.size;
    while (piece > 1 && (span->heads.size % piece || span->heads.each * (uint64_t)piece > most)) piece--;
    span->by_rows = span->heads.each * (uint64_t)piece > most && span->rows.size > 1;
    span->way = span->by_rows ? span->rows : span->heads;
    span->piece = span->by_rows ? rows_of(&span->rows, most) : piece;
}

void lrp_spans_cut(struct lrp_span_list *spans, uint64_t most)
{
    for (int i = 0; i < spans->count; i++) cut_span(&spans->items[i], most);
}

uint64_t lrp_spans_piece_bytes(const struct lrp_span_list *spans, uint64_t most)
{
    uint64_t largest = 0;
    for (int i = 0; i < spans->count; i++) {
        struct lrp_span span = spans->items[i];
        cut_span(&span, most);
        const uint64_t bytes = span.way.each * (uint64_t)span.piece * (uint64_t)span.inside_count;
        if (bytes > largest) largest = bytes;
    }
    return largest;
}
