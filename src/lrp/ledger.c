/* ledger.c: the account of every layer, and of the whole. */
#include "ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "late.h"
#include "ledger_book.h"
#include "propagate_span.h"
#include "vector.h"

/* ---- one node ---- */

enum { LEDGER_OUTPUTS = 64 };
static bool is_other_input(const struct lrp_graph *g, int value)
{
    return g->values[value].is_input && value != g->inputs[0];
}

/* The node's sums into its layer's row, of which it is the first to take in and the last to give; what other inputs of the
 * model get is no longer on its way. */
static void enter_row(const struct lrp_ledger_book *b, struct lrp_account *a, struct lrp_ledger_row *row, bool first, bool last)
{
    const struct lrp_graph *g = lrp_engine_graph(b->p->engine);
    struct lrp_ledger_sums_of in = {0}, out = {0}, away = {0}, round = {0};
    for (int j = 0; j < a->node->call.out_count; j++) lrp_ledger_sum_up(a->step->relevance[j], &in);
    for (int i = 0; i < a->node->call.in_count; i++)
        if (a->given[i])
            lrp_ledger_sum_up(a->given[i], lrp_ledger_goes_round(b, a->node, i) ? &round
                                           : is_other_input(g, a->node->in[i])  ? &away
                                                                                : &out);
    a->in = in.sum;
    a->out = out.sum + away.sum + round.sum;
    a->size = in.size + out.size + away.size + round.size;
    if (first) row->in += in.sum;
    row->size += (first ? in.size : 0) + away.size + round.size + (last ? out.size : 0);
    row->causes[LRP_CAUSE_INPUTS] += away.sum;
    row->causes[LRP_CAUSE_BY_PASSED] += round.sum;
    if (last) row->out += out.sum;
    row->nan += in.nan + out.nan + away.nan + round.nan;
    if (row->nan) row->flags |= 1u << LRP_LEDGER_NAN;
    if (fmax(out.largest, away.largest) > 100 * in.largest && in.largest > 0) row->flags |= 1u << LRP_LEDGER_AMPLIFIED;
}

/* Gradients become what input times gradient calls relevance. */
static void times_inputs(const struct lrp_propagation *p, const struct lrp_node *n, struct lrp_tensor **given)
{
    for (int i = 0; i < n->call.in_count; i++)
        if (given[i] && p->values[n->in[i]]) lrp_tensors_add_product(1, p->values[n->in[i]], given[i], true, given[i], p->run);
}

/* ---- bodies: what became of relevance in them counts for the node they hang on ---- */

struct inside {
    const struct lrp_ledger_book *book;
    struct lrp_ledger_row *row;
};

static enum lrp_status account_inside(void *data, const struct lrp_node_step *at, struct lrp_tensor *const *given,
                                      struct lrp_error *err)
{
    const struct inside *inside = data;
    const struct lrp_propagation *p = inside->book->p;
    const struct lrp_node *n = &lrp_engine_graph(p->engine)->nodes[at->step.node];
    struct lrp_ledger_sums_of in = {0}, out = {0};
    for (int j = 0; j < n->call.out_count; j++) lrp_ledger_sum_up(at->step.relevance[j], &in);
    for (int i = 0; i < n->call.in_count; i++) lrp_ledger_sum_up(given[i], &out);
    inside->row->nan += in.nan + out.nan;
    const struct lrp_account a = {.step = &at->step,
                                  .node = n,
                                  .layer = &p->view->list.rows[p->view->layer_of_node[at->step.node]],
                                  .given = given,
                                  .in = in.sum,
                                  .out = out.sum,
                                  .size = in.size + out.size,
                                  .causes = inside->row->causes};
    return at->account(&a, err);
}

static double sum_of_causes(const struct lrp_ledger_row *row)
{
    double sum = 0;
    for (int c = 0; c < LRP_CAUSE_OTHER; c++) sum += row->causes[c];
    return sum;
}

static enum lrp_status give_through_bodies(const struct lrp_ledger_book *b, int node, const struct lrp_tensor *const *relevance,
                                           struct lrp_ledger_row *row, struct lrp_tensor **given, struct lrp_error *err)
{
    struct lrp_propagation p = *b->p;
    struct inside inside = {b, row};
    p.witness = p.method->by_rules ? account_inside : NULL;
    p.witness_data = &inside;
    return lrp_propagate_bodies(&p, node, relevance, given, err);
}

static enum lrp_status account_node(const struct lrp_ledger_book *b, int node, const struct lrp_tensor *const *outputs,
                                    struct lrp_tensor **given, struct lrp_error *err)
{
    const struct lrp_propagation *p = b->p;
    const struct lrp_node *n = &lrp_engine_graph(p->engine)->nodes[node];
    const int layer = p->view->layer_of_node[node];
    const struct lrp_layer_nodes *nodes = &p->view->nodes[layer];
    struct lrp_ledger_row *row = &b->ledger->rows[layer];
    struct lrp_node_step at;
    lrp_propagation_step(p, node, &at);
    at.step.relevance = outputs;
    struct lrp_account a = {
        .step = &at.step, .node = n, .layer = &p->view->list.rows[layer], .given = given, .causes = row->causes};
    if (at.passes) return LRP_OK;
    /* a layer is entered at its last node, left at its anchor; both are one unless its activation is differentiated */
    const bool behind = nodes->activation == node, leaves = nodes->anchor == node;
    const bool through = !p->method->by_rules || at.step.rule->how->through_activation;
    const struct lrp_tensor *slopes[LEDGER_OUTPUTS] = {NULL};
    if (b->gradient && n->call.out_count <= LEDGER_OUTPUTS) {
        for (int j = 0; j < n->call.out_count; j++) slopes[j] = n->out[j] < 0 ? NULL : b->gradient[n->out[j]];
        at.step.relevance = slopes;
    }
    const double known = sum_of_causes(row);
    enum lrp_status status = n->call.op->control ? give_through_bodies(b, node, at.step.relevance, row, given, err)
                                                 : lrp_apply(&at.step, given, err);
    if (status) return status;
    const double inside = sum_of_causes(row) - known;
    if (b->gradient) times_inputs(p, n, given);
    at.step.relevance = outputs;
    if (lrp_run_should_stop(p->run)) status = lrp_fail(err, LRP_CANCELLED, "cancelled");
    if (!status) lrp_ledger_note_arrivals(b, n, given);
    if (!status) enter_row(b, &a, row, behind || nodes->activation < 0 || !through, leaves);
    /* what no node in a body accounts for ended at values that are made of no data */
    if (!status && n->call.op->control)
        row->causes[p->method->by_rules ? LRP_CAUSE_CONSTANTS : LRP_CAUSE_DESIGN] += a.in - a.out - inside;
    else if (!status)
        status = at.account(&a, err);
    if (p->method->by_rules && leaves) row->flags |= lrp_ledger_flags(&a, nodes);
    for (int i = 0; i < n->call.in_count; i++) {
        lrp_tensor_release(given[i]);
        given[i] = NULL;
    }
    return status;
}

/* Whether a node makes a source of what a model input says: tokens' rows of a table, a picture of bytes as floats. */
static const struct lrp_carrier_source *source_at(const struct lrp_ledger_book *b, const struct lrp_node *n)
{
    const struct lrp_carriers *c = &b->p->assignment->carriers;
    for (size_t i = 0; b->p->method->by_rules && i < c->source_count; i++)
        for (int j = 0; j < n->call.out_count; j++)
            if (n->out[j] == c->sources[i].value) return &c->sources[i];
    return NULL;
}

/* What reaches a node that reads nothing that carries relevance ends there: at the tokens, at the model's input, at constants.
 */
static void end_here(const struct lrp_ledger_book *b, int node, const struct lrp_tensor *const *outputs)
{
    const struct lrp_carrier_source *source = source_at(b, &lrp_engine_graph(b->p->engine)->nodes[node]);
    const bool looked_up = source && !b->p->assignment->carriers.substituted,
               first = source && !looked_up && !is_other_input(lrp_engine_graph(b->p->engine), source->input);

    const struct lrp_node *n = &lrp_engine_graph(b->p->engine)->nodes[node];
    struct lrp_ledger_row *row = &b->ledger->rows[b->p->view->layer_of_node[node]];
    struct lrp_ledger_sums_of in = {0};
    for (int j = 0; j < n->call.out_count; j++) lrp_ledger_sum_up(outputs[j], &in);
    row->in += in.sum;
    row->size += in.size;
    if (first)
        row->out += in.sum;
    else
        row->causes[looked_up ? LRP_CAUSE_TOKENS : source ? LRP_CAUSE_INPUTS : LRP_CAUSE_CONSTANTS] += in.sum;
    row->nan += in.nan;
    if (row->nan) row->flags |= 1u << LRP_LEDGER_NAN;
}

static enum lrp_status account_step(const struct lrp_ledger_book *b, int node, struct lrp_error *err)
{
    const struct lrp_node *n = &lrp_engine_graph(b->p->engine)->nodes[node];
    if (b->p->view->layer_of_node[node] < 0 || n->body >= 0) return LRP_OK;
    const struct lrp_tensor **outputs = calloc((size_t)n->call.out_count + 1, sizeof(struct lrp_tensor *));
    struct lrp_tensor **given = calloc((size_t)n->call.in_count + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = outputs && given ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    bool any = false;
    for (int j = 0; !status && j < n->call.out_count; j++) {
        outputs[j] = n->out[j] < 0 ? NULL : b->relevance[n->out[j]];
        any |= outputs[j] != NULL;
    }
    struct lrp_late late = {.blobs = NULL};
    late.blobs = late.few;
    if (!status) lrp_ledger_book_conditions(b, node);
    if (!status) status = lrp_late_open(lrp_engine_graph(b->p->engine), node, b->p->values, b->p->run, &late, err);
    struct lrp_node_step at;
    lrp_propagation_step(b->p, node, &at);
    if (!status && any && !at.passes && lrp_rule_step_count(&at.step))
        status = account_node(b, node, outputs, given, err);
    else if (!status && any && !at.passes)
        end_here(b, node, outputs);
    lrp_late_close(&late);
    free(outputs);
    free(given);
    return status;
}

/* ---- what was let go ---- */

/* Gradients of a piece times its values, by value number; NULL: no memory. */
static const struct lrp_tensor **piece_products(const struct lrp_span_back *back)
{
    const struct lrp_propagation *p = &back->p;
    const struct lrp_span *span = back->piece.span;
    const struct lrp_tensor **products =
        calloc((size_t)lrp_engine_graph(p->engine)->value_count + 1, sizeof(struct lrp_tensor *));
    bool ok = products != NULL;
    for (int i = 0; ok && i <= span->inside_count; i++) {
        const int value = i < span->inside_count ? span->inside[i] : span->out;
        struct lrp_tensor *product = NULL;
        if (!back->relevance[value]) continue;
        ok = lrp_tensor_take(p->run->pool, LRP_DTYPE_FLOAT, &back->relevance[value]->shape, &product, NULL) == LRP_OK;
        if (ok) lrp_tensors_add_product(1, p->values[value], back->relevance[value], true, product, p->run);
        products[value] = product;
    }
    return products;
}

static enum lrp_status account_piece(void *data, const struct lrp_span_back *back, struct lrp_error *err)
{
    struct lrp_ledger_book book = *(const struct lrp_ledger_book *)data;
    const struct lrp_span *span = back->piece.span;
    const struct lrp_tensor **products = book.gradient ? piece_products(back) : NULL;
    enum lrp_status status =
        products || !book.gradient ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for the ledger");
    book.p = &back->p;
    book.relevance = products ? products : back->relevance;
    if (book.gradient) book.gradient = back->relevance;
    for (int k = span->node_count - 1; !status && k >= 0; k--) status = account_step(&book, span->nodes[k], err);
    for (int i = 0; products && i < span->inside_count; i++) lrp_tensor_release(products[span->inside[i]]);
    if (products) lrp_tensor_release(products[span->out]);
    free(products);
    return status;
}

/* A span is accounted for piece by piece when its last node comes. */
static enum lrp_status account_span(const struct lrp_ledger_book *b, const struct lrp_span *span, int node,
                                    struct lrp_error *err)
{
    const struct lrp_tensor *relevance = (b->gradient ? b->gradient : b->relevance)[span->out];
    if (node != span->nodes[span->node_count - 1] || !relevance) return LRP_OK;
    return lrp_span_back(b->p, span, relevance, false, account_piece, (void *)(uintptr_t)b, err);
}

/* ---- the whole ---- */

static void close_row(struct lrp_ledger_row *row)
{
    double known = 0;
    for (int c = 0; c < LRP_CAUSE_OTHER; c++) known += row->causes[c];
    row->causes[LRP_CAUSE_OTHER] = row->in - row->out - known;
    if (fmax(fabs(row->in), fabs(row->out)) < 0.01 * row->size) row->flags |= 1u << LRP_LEDGER_CANCELS;
}

/* What arrives at an input of the model; layers gave it to "other inputs" unless it is the first. */
static void close_input(const struct lrp_ledger_book *b, int input)
{
    struct lrp_ledger *l = b->ledger;
    const struct lrp_graph *g = lrp_engine_graph(b->p->engine);
    struct lrp_ledger_sums_of sums = {0};
    lrp_ledger_sum_up(b->relevance[g->inputs[input]], &sums);
    l->rows[input ? l->count + (size_t)input - 1 : 0] = (struct lrp_ledger_row){
        .in = sums.sum, .out = sums.sum, .size = 2 * sums.size, .nan = sums.nan, .flags = sums.nan ? 1u << LRP_LEDGER_NAN : 0};
    const bool tokens = b->p->method->by_rules && !lrp_dtype_is_float(g->values[g->inputs[input]].desc.dtype) &&
                        !b->p->assignment->carriers.substituted;
    if (tokens) return; /* what they have is a cause of its own */
    l->total.out += sums.sum;
    l->total.size += sums.size;
    if (input) l->total.causes[LRP_CAUSE_INPUTS] -= sums.sum;
}

static void close_ledger(const struct lrp_ledger_book *b, double explained)
{
    struct lrp_ledger *l = b->ledger;
    const struct lrp_graph *g = lrp_engine_graph(b->p->engine);
    struct lrp_ledger_sums_of start = {0};
    lrp_ledger_sum_up(b->gradient ? b->relevance[b->p->start] : b->p->start_relevance, &start);
    for (int i = 0; i < g->input_count; i++) close_input(b, i);
    for (size_t i = 1; i < l->count; i++) {
        close_row(&l->rows[i]);
        l->total.flags |= l->rows[i].flags & ~(1u << LRP_LEDGER_CANCELS); /* the total's own sums tell */
        l->total.nan += l->rows[i].nan;
        for (int c = 0; c < LRP_CAUSE_OTHER; c++) l->total.causes[c] += l->rows[i].causes[c];
    }
    l->total.in = isnan(explained) ? start.sum : explained;
    l->total.causes[LRP_CAUSE_START] += l->total.in - start.sum;
    l->total.size += fabs(l->total.in);
    close_row(&l->total);
}

/* The pass that input times gradient is made from. */
static enum lrp_status find_gradients(const struct lrp_propagation *p, const struct lrp_tensor ***out, struct lrp_error *err)
{
    struct lrp_method plain_method = *p->method;
    plain_method.times_values = false;
    struct lrp_propagation plain = {.engine = p->engine,
                                    .view = p->view,
                                    .assignment = p->assignment,
                                    .values = p->values,
                                    .method = &plain_method,
                                    .start = p->start,
                                    .start_relevance = p->start_relevance,
                                    .run = p->run};
    *out = calloc((size_t)lrp_engine_graph(p->engine)->value_count + 1, sizeof(struct lrp_tensor *));
    return *out ? lrp_propagate(&plain, *out, err) : lrp_fail(err, LRP_MEMORY, "not enough memory for the ledger");
}

enum lrp_status lrp_ledger_make(const struct lrp_propagation *p, const struct lrp_tensor *const *relevance, double explained,
                                const struct lrp_concepts *concepts, struct lrp_ledger **out, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(p->engine);
    struct lrp_concept_values at = {0};
    struct lrp_ledger *l = calloc(1, sizeof *l);
    if (l) l->count = p->view->list.count;
    if (l) l->further_inputs = p->view->list.further_inputs;
    if (l) l->rows = calloc(l->count + l->further_inputs + 1, sizeof *l->rows);
    enum lrp_status status = l && l->rows ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for the ledger");
    struct lrp_ledger_book book = {.p = p, .relevance = relevance, .ledger = l};
    if (!status && concepts && concepts->count) status = lrp_ledger_open_conditions(&book, concepts, &at, err);
    if (!status && p->method->times_values) status = find_gradients(p, &book.gradient, err);
    for (int k = g->order_count - 1; !status && k >= 0; k--) {
        const struct lrp_span *span = lrp_span_away(p, g->order[k]);
        if (lrp_run_should_stop(p->run))
            status = lrp_fail(err, LRP_CANCELLED, "cancelled");
        else if (span)
            status = account_span(&book, span, g->order[k], err);
        else
            status = account_step(&book, g->order[k], err);
        if (!status && p->progress) p->progress(p->data, g->order[k], g->order_count - k, g->order_count);
    }
    if (!status) close_ledger(&book, explained);
    for (int v = 0; book.gradient && v < g->value_count; v++) lrp_tensor_release(book.gradient[v]);
    free(book.gradient);
    free(book.arrived);
    lrp_concept_values_free(&at);
    if (status) {
        lrp_ledger_free(l);
        return status;
    }
    *out = l;
    return LRP_OK;
}

void lrp_ledger_free(struct lrp_ledger *ledger)
{
    if (!ledger) return;
    free(ledger->rows);
    free(ledger);
}
