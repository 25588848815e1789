/* propagate_span.c: back through stretches of the graph whose values were let go, piece by piece. */
#include "propagate_span.h"

#include <stdlib.h>
#include <string.h>

#include "away.h"
#include "blocked.h"
#include "memo.h"
#include "statistics.h"
#include "vector.h"

const struct lrp_span *lrp_span_away(const struct lrp_propagation *p, int node)
{
    struct lrp_span_store *const *store = lrp_engine_span_store(p->engine);
    const struct lrp_span_list *spans = *store ? lrp_engine_spans(p->engine) : NULL;
    if (!spans || spans->of_node[node] < 0) return NULL;
    const struct lrp_span *span = &spans->items[spans->of_node[node]];
    for (int i = 0; i < span->inside_count; i++)
        if (lrp_tensor_is_away(p->values[span->inside[i]])) return span;
    return NULL;
}

/* ---- one piece ---- */

static enum lrp_status back_through_piece(const struct lrp_propagation *p, struct lrp_span_back *b,
                                          struct lrp_span_piece *other, int64_t number, bool whole,
                                          const struct lrp_tensor *relevance, struct lrp_error *err)
{
    const struct lrp_span *span = b->piece.span;
    struct lrp_tensor *part = NULL;
    enum lrp_status status = lrp_span_open(p->engine, span, number, whole, p->values, p->run, &b->piece, err);
    if (!status && p->reference) status = lrp_span_open(p->engine, span, number, whole, p->reference, p->run, other, err);
    if (!status) status = lrp_span_cut(&b->piece, span->out, relevance, p->run, &part, err);
    if (status) return status;
    b->relevance[span->out] = part;
    b->p = *p;
    b->p.engine = b->piece.engine;
    b->p.values = b->piece.values;
    b->p.reference = p->reference ? other->values : NULL;
    b->p.previous = b->p.previous_edges = NULL;
    b->p.edges = NULL;
    b->p.changed = NULL;
    b->p.progress = NULL;
    if (!whole) b->p.conditioned = NULL;
    return lrp_propagate_nodes(&b->p, span->nodes, span->node_count, b->relevance, err);
}

static void leave_piece(struct lrp_span_back *b, bool whole)
{
    const struct lrp_span *span = b->piece.span;
    for (int i = 0; i < span->inside_count; i++) {
        lrp_tensor_release(b->relevance[span->inside[i]]);
        b->relevance[span->inside[i]] = NULL;
    }
    for (int i = 0; i < span->given_count; i++) {
        lrp_tensor_release(b->relevance[span->given[i]]);
        b->relevance[span->given[i]] = NULL;
    }
    lrp_tensor_release(b->relevance[span->out]);
    b->relevance[span->out] = NULL;
    if (!whole) lrp_memo_forget(b->piece.engine);
    lrp_span_close(&b->piece);
}

enum lrp_status lrp_span_back(const struct lrp_propagation *p, const struct lrp_span *span, const struct lrp_tensor *relevance,
                              bool whole, lrp_span_seen *seen, void *data, struct lrp_error *err)
{
    const size_t values = (size_t)lrp_engine_graph(p->engine)->value_count + 1;
    struct lrp_span_back b = {.piece = {.engine = p->engine, .span = span},
                              .relevance = calloc(values, sizeof(struct lrp_tensor *))};
    struct lrp_span_piece other = {.span = span};
    enum lrp_status status = b.relevance ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int64_t k = 0; !status && k < lrp_span_pieces(span, whole); k++) {
        status = back_through_piece(p, &b, &other, k, whole, relevance, err);
        if (!status) status = seen(data, &b, err);
        leave_piece(&b, whole);
        lrp_span_close(&other);
    }
    free(b.relevance);
    return status;
}

/* What a value inside has: its relevance, of input times gradient the product; NULL: nothing. A reference of the caller's. */
static enum lrp_status part_inside(const struct lrp_span_back *b, int value, const struct lrp_tensor **out,
                                   struct lrp_error *err)
{
    const struct lrp_tensor *relevance = b->relevance[value];
    struct lrp_tensor *product = NULL;
    *out = NULL;
    if (!relevance) return LRP_OK;
    if (b->p.method->by_rules || !b->p.method->times_values) {
        *out = lrp_tensor_retain(relevance);
        return LRP_OK;
    }
    const enum lrp_status status = lrp_tensor_take(b->p.run->pool, LRP_DTYPE_FLOAT, &relevance->shape, &product, err);
    if (status) return status;
    lrp_tensors_add(1, relevance, true, product, b->p.run);
    lrp_tensors_contribute(1, b->p.values[value], product, b->p.run);
    *out = product;
    return LRP_OK;
}

/* ---- relevance inside, once more ---- */

/* What a second way back takes; everything else of the propagation belongs to its owner. */
struct found_back {
    struct lrp_recall recall;
    struct lrp_propagation p;
    const struct lrp_graph *graph;
    int span;
    const struct lrp_tensor **values, **reference, *relevance; /* of the first two what went in and came out */
};

static void free_values(const struct lrp_tensor **values, int count)
{
    for (int v = 0; values && v < count; v++) lrp_tensor_release(values[v]);
    free(values);
}

static void found_free(struct lrp_recall *recall)
{
    struct found_back *const f = (struct found_back *)recall;
    const int count = f->graph->value_count;
    free_values(f->values, count);
    free_values(f->reference, count);
    lrp_tensor_release(f->relevance);
    f->p.owner.release(f->p.owner.data);
    free(f);
}

struct picked {
    int value;
    struct lrp_tensor *whole;
};

static enum lrp_status pick_part(void *data, const struct lrp_span_back *back, struct lrp_error *err)
{
    const struct picked *const p = data;
    const struct lrp_tensor *part = NULL;
    const enum lrp_status status = part_inside(back, p->value, &part, err);
    const struct lrp_tensor *rows = lrp_tensor_row_major(part, back->p.run);
    if (!status && rows) lrp_span_add(&back->piece, p->value, rows, p->whole);
    lrp_tensor_release(part);
    return !status && part && !rows ? lrp_fail(err, LRP_MEMORY, "not enough memory") : status;
}

static enum lrp_status found_find(const struct lrp_recall *recall, int value, const struct lrp_run *run,
                                  struct lrp_tensor **out, struct lrp_error *err)
{
    const struct found_back *const f = (const struct found_back *)recall;
    const struct lrp_run alone = {.threads = 1};
    struct lrp_propagation p = f->p;
    struct picked picked = {value, NULL};
    enum lrp_status status = lrp_engine_new(f->graph, &p.engine, err);
    if (status) return status;
    const struct lrp_span_list *spans = lrp_engine_spans(p.engine);
    p.values = f->values;
    p.reference = f->reference;
    p.run = run ? run : &alone;
    if (!spans) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_tensor_new(LRP_DTYPE_FLOAT, f->graph->values[value].desc.shape, &picked.whole, err);
    if (!status) status = lrp_span_back(&p, &spans->items[f->span], f->relevance, false, pick_part, &picked, err);
    lrp_engine_free(p.engine);
    if (status)
        lrp_tensor_release(picked.whole);
    else
        *out = picked.whole;
    return status;
}

static const struct lrp_tensor **keep_values(const struct lrp_graph *g, const struct lrp_span *span,
                                             const struct lrp_tensor *const *values)
{
    const struct lrp_tensor **kept = calloc((size_t)g->value_count + 1, sizeof(struct lrp_tensor *));
    for (int i = 0; kept && i < span->given_count; i++)
        if (values[span->given[i]]) kept[span->given[i]] = lrp_tensor_retain(values[span->given[i]]);
    if (kept && values[span->out]) kept[span->out] = lrp_tensor_retain(values[span->out]);
    return kept;
}

static struct found_back *found_new(const struct lrp_propagation *p, const struct lrp_span *span,
                                    const struct lrp_tensor *relevance)
{
    struct found_back *const f = calloc(1, sizeof *f);
    if (!f) return NULL;
    *f = (struct found_back){.recall = {1, found_find, found_free},
                             .p = *p,
                             .graph = lrp_engine_graph(p->engine),
                             .span = (int)(span - lrp_engine_spans(p->engine)->items),
                             .relevance = lrp_tensor_retain(relevance)};
    f->values = keep_values(f->graph, span, p->values);
    if (p->reference) f->reference = keep_values(f->graph, span, p->reference);
    f->p.owner.data = p->owner.retain(p->owner.data);
    f->p.engine = NULL;
    f->p.previous = f->p.previous_edges = NULL;
    f->p.changed = NULL;
    f->p.edges = NULL;
    f->p.computed = NULL;
    f->p.progress = NULL;
    f->p.witness = NULL;
    if (f->values && (f->reference || !p->reference)) return f;
    found_free(&f->recall);
    return NULL;
}

/* ---- put together ---- */

struct together {
    struct lrp_tensor **given;
    struct lrp_statistics *inside;
    const struct lrp_graph *graph;
};

static enum lrp_status add_given(const struct together *t, const struct lrp_span_back *b, int i, struct lrp_error *err)
{
    const int value = b->piece.span->given[i];
    const struct lrp_tensor *part = lrp_tensor_row_major(b->relevance[value], b->p.run);
    if (!b->relevance[value]) return LRP_OK;
    if (!part) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (b->piece.whole && !t->given[i]) {
        t->given[i] = lrp_tensor_retain(part);
        return LRP_OK;
    }
    if (!t->given[i]) {
        const struct lrp_shape *shape = t->graph->values[value].desc.shape;
        const enum lrp_status status = lrp_tensor_zero(b->p.run->pool, LRP_DTYPE_FLOAT, shape, &t->given[i], err);
        if (status) return status;
    }
    lrp_span_add(&b->piece, value, part, t->given[i]);
    return LRP_OK;
}

static enum lrp_status add_piece(void *data, const struct lrp_span_back *b, struct lrp_error *err)
{
    const struct together *const t = data;
    const struct lrp_span *span = b->piece.span;
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < span->given_count; i++) status = add_given(t, b, i, err);
    for (int i = 0; !status && i < span->inside_count; i++) {
        const struct lrp_tensor *part = NULL;
        struct lrp_statistics one = {0};
        status = part_inside(b, span->inside[i], &part, err);
        if (!part) continue;
        lrp_tensor_statistics_by(part, b->p.run, &one);
        lrp_statistics_join(&t->inside[i], lrp_span_before(&b->piece, part->count), &one, part->count);
        lrp_tensor_release(part);
    }
    return status;
}

/* What is inside: away, unless nothing could ever be there. */
static enum lrp_status leave_inside(const struct lrp_propagation *p, const struct lrp_span *span,
                                    const struct lrp_tensor *relevance, const struct lrp_statistics *all,
                                    struct lrp_tensor **inside, struct lrp_error *err)
{
    struct found_back *found = NULL;
    if (!p->owner.data || p->conditioned || p->cut) return LRP_OK;
    found = found_new(p, span, relevance);
    enum lrp_status status = found ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; !status && i < span->inside_count; i++) {
        const struct lrp_desc *d = &lrp_engine_graph(p->engine)->values[span->inside[i]].desc;
        if (!lrp_dtype_is_float(d->dtype) || (p->method->by_rules && !p->assignment->unstopped.carries[span->inside[i]]))
            continue;
        status = lrp_tensor_away(LRP_DTYPE_FLOAT, d->shape, &found->recall, span->inside[i], &all[i], &inside[i], err);
    }
    if (found) lrp_recall_release(&found->recall);
    return status;
}

/* Conditions are put on whole values. */
static bool is_conditioned(const struct lrp_propagation *p, const struct lrp_span *span)
{
    bool any = false;
    for (int i = 0; p->conditioned && i < span->inside_count; i++) any |= p->conditioned[span->inside[i]];
    return any;
}

enum lrp_status lrp_span_relevance(const struct lrp_propagation *p, const struct lrp_span *span,
                                   const struct lrp_tensor *relevance, struct lrp_tensor **given, struct lrp_tensor **inside,
                                   struct lrp_error *err)
{
    struct together t = {.given = given,
                         .graph = lrp_engine_graph(p->engine),
                         .inside = calloc((size_t)span->inside_count + 1, sizeof *t.inside)};
    const struct lrp_tensor *start = lrp_tensor_retain(relevance);
    const bool whole = is_conditioned(p, span);
    enum lrp_status status = t.inside ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    struct lrp_propagation inner = *p;
    bool *const conditioned = whole ? calloc((size_t)t.graph->value_count + 1, sizeof *conditioned) : NULL;
    if (!status && whole && !conditioned) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int i = 0; conditioned && i < span->inside_count; i++) /* what comes out is done already */
        conditioned[span->inside[i]] = p->conditioned[span->inside[i]];
    inner.conditioned = conditioned;
    if (!status) status = lrp_span_back(&inner, span, start, whole, add_piece, &t, err);
    free(conditioned);
    if (!status) status = leave_inside(p, span, start, t.inside, inside, err);
    lrp_tensor_release(start);
    free(t.inside);
    return status;
}
