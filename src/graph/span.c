/* span.c: stretches of a graph that run piece by piece and are not kept. */
#include "span.h"

#include <stdlib.h>
#include <string.h>

#include "away.h"
#include "blocked.h"
#include "span_graph.h"
#include "statistics.h"

/* What an engine has of its graph's spans. */
struct lrp_span_store {
    struct lrp_span_list spans;
    struct lrp_span_graph full, last;
    uint64_t let_go; /* 0: nothing is; else how large pieces are */
};

static void forget_pieces(struct lrp_span_store *store)
{
    lrp_span_graph_forget(&store->spans, &store->full);
    lrp_span_graph_forget(&store->spans, &store->last);
}

void lrp_span_store_free(struct lrp_span_store *store)
{
    if (!store) return;
    forget_pieces(store);
    lrp_spans_free(&store->spans);
    free(store);
}
static struct lrp_span_store *store_of(struct lrp_engine *engine)
{
    struct lrp_span_store **const slot = lrp_engine_span_store(engine);
    if (*slot) return *slot;
    struct lrp_span_store *const store = calloc(1, sizeof *store);
    if (store && !lrp_spans_find(lrp_engine_graph(engine), &store->spans)) {
        lrp_span_store_free(store);
        return NULL;
    }
    if (store) lrp_spans_cut(&store->spans, LRP_SPAN_PIECE);
    return *slot = store;
}

const struct lrp_span_list *lrp_engine_spans(struct lrp_engine *engine)
{
    const struct lrp_span_store *const store = store_of(engine);
    return store ? &store->spans : NULL;
}

void lrp_engine_let_go(struct lrp_engine *engine, uint64_t most)
{
    struct lrp_span_store *const store = most ? store_of(engine) : *lrp_engine_span_store(engine);
    if (!store || store->let_go == most) return;
    forget_pieces(store);
    store->let_go = most;
    lrp_spans_cut(&store->spans, most ? most : LRP_SPAN_PIECE);
}

const struct lrp_span *lrp_engine_span(struct lrp_engine *engine, int node, const struct lrp_tensor *const *values, int wanted)
{
    const struct lrp_span_store *const store = *lrp_engine_span_store(engine);
    if (!store || !store->let_go || store->spans.of_node[node] < 0) return NULL;
    const struct lrp_span *span = &store->spans.items[store->spans.of_node[node]];
    bool any = values[span->out] != NULL;
    for (int i = 0; i < span->inside_count; i++) any |= values[span->inside[i]] || span->inside[i] == wanted;
    return any ? NULL : span;
}

/* ---- the graph of pieces ---- */

static enum lrp_status engine_of_pieces(struct lrp_engine *engine, bool last, struct lrp_engine **out, struct lrp_error *err)
{
    struct lrp_span_store *const store = store_of(engine);
    const struct lrp_graph *g = lrp_engine_graph(engine);
    struct lrp_span_graph *const pieces = !store ? NULL : last ? &store->last : &store->full;
    enum lrp_status status = LRP_OK;
    bool ok = true;
    if (pieces && !pieces->engine) {
        ok = lrp_span_graph_make(&store->spans, pieces, last, g);
        if (ok) status = lrp_engine_new(&pieces->cut, &pieces->engine, err);
        if (ok && !status)
            lrp_lru_limit(lrp_engine_cache(pieces->engine),
                          (size_t)lrp_spans_piece_bytes(&store->spans, store->let_go ? store->let_go : LRP_SPAN_PIECE));
    }
    if (!pieces || !ok) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory to run it", g->definition->path);
    *out = pieces->engine;
    return status;
}

/* ---- pieces ---- */

int64_t lrp_span_pieces(const struct lrp_span *span, bool whole)
{
    return whole ? 1 : (span->way.size + span->piece - 1) / span->piece;
}

/* The axis of a value that is cut; -1: all of it belongs to every piece. */
static int cut_axis(const struct lrp_span_piece *piece, int value, const struct lrp_shape *whole)
{
    return piece->whole ? -1 : lrp_span_axis(piece->span, value, whole);
}

/* Where parts lie in a whole: `outer` times `part` of `stretch` bytes, from `first` on. */
struct span_parts {
    size_t outer, part, stretch, first;
};

static struct span_parts parts_of(const struct lrp_span_piece *piece, const struct lrp_shape *whole, int axis, size_t element)
{
    struct span_parts p = {1, 0, element, 0};
    for (int k = 0; k < axis; k++) p.outer *= (size_t)whole->dim[k];
    for (int k = axis; k < whole->rank; k++) p.stretch *= (size_t)whole->dim[k];
    p.part = p.stretch / (size_t)piece->span->way.size * (size_t)piece->length;
    p.first = p.stretch / (size_t)piece->span->way.size * (size_t)piece->first;
    return p;
}

enum lrp_status lrp_span_cut(const struct lrp_span_piece *piece, int value, const struct lrp_tensor *whole,
                             const struct lrp_run *run, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_shape shape = whole->shape;
    const int axis = cut_axis(piece, value, &shape);
    if (axis < 0) {
        *out = lrp_tensor_retain(whole);
        return LRP_OK;
    }
    const struct lrp_tensor *rows = lrp_tensor_row_major(whole, run);
    shape.dim[axis] = piece->length;
    const enum lrp_status status = rows ? lrp_tensor_take(run ? run->pool : NULL, whole->dtype, &shape, out, err)
                                        : lrp_fail(err, LRP_MEMORY, "not enough memory to put values in order");
    if (status) return status;
    const struct span_parts p =
        parts_of(piece, &whole->shape, axis, lrp_dtype_is_float(whole->dtype) ? sizeof(float) : sizeof(int64_t));
    for (size_t o = 0; o < p.outer; o++)
        memcpy((char *)(*out)->f + o * p.part, (const char *)rows->f + o * p.stretch + p.first, p.part);
    (*out)->step = rows->step;
    return LRP_OK;
}

void lrp_span_add(const struct lrp_span_piece *piece, int value, const struct lrp_tensor *part, struct lrp_tensor *whole)
{
    const int axis = cut_axis(piece, value, &whole->shape);
    const struct span_parts p =
        axis < 0 ? (struct span_parts){1, whole->count, whole->count, 0} : parts_of(piece, &whole->shape, axis, 1);
    for (size_t o = 0; o < p.outer; o++)
        for (size_t i = 0; i < p.part; i++)
            if (lrp_dtype_is_float(whole->dtype))
                whole->f[o * p.stretch + p.first + i] += part->f[o * p.part + i];
            else
                whole->i[o * p.stretch + p.first + i] += part->i[o * p.part + i];
}

size_t lrp_span_before(const struct lrp_span_piece *piece, size_t count)
{
    return count / (size_t)piece->length * (size_t)piece->first;
}

void lrp_span_close(struct lrp_span_piece *piece)
{
    const struct lrp_span *span = piece->span;
    for (int i = 0; piece->values && i < span->inside_count; i++) lrp_tensor_release(piece->values[span->inside[i]]);
    for (int i = 0; piece->values && i < span->given_count; i++) lrp_tensor_release(piece->values[span->given[i]]);
    if (piece->values) lrp_tensor_release(piece->values[span->out]);
    free(piece->values);
    piece->values = NULL;
}

static enum lrp_status put_part(const struct lrp_span_piece *piece, const struct lrp_tensor *const *values, int value,
                                const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_tensor *part = NULL;
    const enum lrp_status status = values[value] ? lrp_span_cut(piece, value, values[value], run, &part, err) : LRP_OK;
    piece->values[value] = part;
    return status;
}

enum lrp_status lrp_span_open(struct lrp_engine *engine, const struct lrp_span *span, int64_t number, bool whole,
                              const struct lrp_tensor *const *values, const struct lrp_run *run, struct lrp_span_piece *piece,
                              struct lrp_error *err)
{
    const int64_t first = whole ? 0 : number * span->piece, left = span->way.size - first;
    const int64_t length = whole || left < span->piece ? left : span->piece;
    *piece = (struct lrp_span_piece){engine,
                                     span,
                                     first,
                                     length,
                                     whole || span->way.size == span->piece,
                                     calloc((size_t)lrp_engine_graph(engine)->value_count + 1, sizeof(struct lrp_tensor *))};
    enum lrp_status status = piece->values ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && !whole) status = engine_of_pieces(engine, length < span->piece, &piece->engine, err);
    for (int i = 0; !status && i < span->given_count; i++) status = put_part(piece, values, span->given[i], run, err);
    if (!status) status = put_part(piece, values, span->out, run, err);
    for (int i = 0; !status && i < span->node_count; i++) {
        if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        const struct lrp_node *n = &lrp_engine_graph(engine)->nodes[span->nodes[i]];
        if (!piece->values[n->out[0]]) status = lrp_engine_run_node(piece->engine, span->nodes[i], piece->values, run, err);
    }
    return status;
}

/* ---- forward ---- */

/* How values inside are found again: from what went in. */
struct found_forward {
    struct lrp_recall recall;
    const struct lrp_graph *graph; /* lives as long as whoever has the tensors */
    int span;
    const struct lrp_tensor **values; /* by value number: those that went in */
};

static void found_free(struct lrp_recall *recall)
{
    struct found_forward *const f = (struct found_forward *)recall;
    for (int v = 0; f->values && v < f->graph->value_count; v++) lrp_tensor_release(f->values[v]);
    free(f->values);
    free(f);
}

static enum lrp_status found_find(const struct lrp_recall *recall, int value, const struct lrp_run *run,
                                  struct lrp_tensor **out, struct lrp_error *err)
{
    const struct found_forward *const f = (const struct found_forward *)recall;
    const struct lrp_run alone = {.threads = 1};
    struct lrp_engine *engine = NULL;
    struct lrp_span_piece piece = {0};
    struct lrp_tensor *found = NULL;
    enum lrp_status status = lrp_engine_new(f->graph, &engine, err);
    const struct lrp_span_list *spans = status ? NULL : lrp_engine_spans(engine);
    if (!status && !spans) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_new(f->graph->values[value].desc.dtype, f->graph->values[value].desc.shape, &found, err);
    for (int64_t k = 0; !status && k < lrp_span_pieces(&spans->items[f->span], false); k++) {
        status = lrp_span_open(engine, &spans->items[f->span], k, false, f->values, run ? run : &alone, &piece, err);
        if (!status) lrp_span_add(&piece, value, piece.values[value], found);
        lrp_span_close(&piece);
    }
    lrp_engine_free(engine);
    if (status)
        lrp_tensor_release(found);
    else
        *out = found;
    return status;
}

static struct found_forward *found_new(struct lrp_engine *engine, const struct lrp_span *span,
                                       const struct lrp_tensor *const *values)
{
    struct found_forward *const f = calloc(1, sizeof *f);
    if (!f) return NULL;
    *f = (struct found_forward){{1, found_find, found_free},
                                lrp_engine_graph(engine),
                                (int)(span - lrp_engine_spans(engine)->items),
                                calloc((size_t)lrp_engine_graph(engine)->value_count + 1, sizeof(struct lrp_tensor *))};
    for (int i = 0; f->values && i < span->given_count; i++)
        if (values[span->given[i]]) f->values[span->given[i]] = lrp_tensor_retain(values[span->given[i]]);
    if (f->values) return f;
    free(f);
    return NULL;
}

/* What is inside leaves its statistics. */
static void describe_piece(const struct lrp_span_piece *piece, struct lrp_statistics *all, const struct lrp_run *run)
{
    for (int i = 0; i < piece->span->inside_count; i++) {
        const struct lrp_tensor *t = piece->values[piece->span->inside[i]];
        struct lrp_statistics one = {0};
        if (lrp_dtype_is_float(t->dtype)) lrp_tensor_statistics_by(t, run, &one);
        lrp_statistics_join(&all[i], lrp_span_before(piece, t->count), &one, t->count);
    }
}

static enum lrp_status run_piece(struct lrp_engine *engine, const struct lrp_span *span, int64_t number,
                                 const struct lrp_tensor *const *values, struct lrp_tensor *out, struct lrp_statistics *all,
                                 const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_span_piece piece;
    enum lrp_status status = lrp_span_open(engine, span, number, false, values, run, &piece, err);
    const struct lrp_tensor *made = status ? NULL : lrp_tensor_row_major(piece.values[span->out], run);
    if (!status && !made) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) lrp_span_add(&piece, span->out, made, out);
    if (!status) describe_piece(&piece, all, run);
    lrp_span_close(&piece);
    return status;
}

enum lrp_status lrp_span_run(struct lrp_engine *engine, const struct lrp_span *span, const struct lrp_tensor **values,
                             const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(engine);
    struct lrp_statistics *all = calloc((size_t)span->inside_count, sizeof *all);
    struct found_forward *found = found_new(engine, span, values);
    struct lrp_tensor *out = NULL;
    enum lrp_status status = all && found ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_zero(run ? run->pool : NULL, LRP_DTYPE_FLOAT, g->values[span->out].desc.shape, &out, err);
    for (int64_t k = 0; !status && k < lrp_span_pieces(span, false); k++)
        status = run_piece(engine, span, k, values, out, all, run, err);
    for (int i = 0; !status && i < span->inside_count; i++) {
        const struct lrp_desc *d = &g->values[span->inside[i]].desc;
        struct lrp_tensor *away = NULL;
        status = lrp_tensor_away(d->dtype, d->shape, &found->recall, span->inside[i], &all[i], &away, err);
        values[span->inside[i]] = away;
    }
    if (status)
        lrp_tensor_release(out);
    else
        values[span->out] = out;
    if (found) lrp_recall_release(&found->recall);
    free(all);
    return status;
}
