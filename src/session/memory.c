/* memory.c: --memory: how much may be kept. */
#include <stdlib.h>

#include "blocked.h"
#include "internal.h"
#include "primitives.h"
#include "span.h"
#include "text.h"

/* How many copies of its weights a layer holds at most while it works under a rule: a convolution one in the order of the file
 * and one in the layout of either direction; a dense layer works on those in the file, unless the rule changes them. */
static uint64_t copies_of_weights(const struct lrp_layer *layer, const struct lrp_rule *rule)
{
    struct lrp_group groups[LRP_GROUPS];
    if (!(lrp_kind_row((enum lrp_kind)layer->kind)->traits & LRP_KIND_IS_MAPPED)) return 3;
    const int count = lrp_rule_groups(rule, groups); /* 0 for functions */
    for (int g = 0; g < count; g++)
        for (int t = 0; t < groups[g].term_count; t++)
            if (groups[g].terms[t].weight != LRP_WEIGHT_AS_IS && groups[g].terms[t].weight != LRP_WEIGHT_ONE) return 1;
    return 0;
}

/* As how many times its weights a layer holds them: small groups are done several as one. What cannot run holds none, and its
 * inputs may be anything. */
static uint64_t copies_in_handle(const struct lrp_network *n, size_t layer)
{
    const struct lrp_node *node = &n->graph->nodes[n->view->nodes[layer].anchor];
    if (*node->obstacle || !node->call.op || !node->call.op->copies) return 1;
    return (uint64_t)node->call.op->copies(&node->call);
}

/* Elements of channels that a tensor in blocks has on top of its own (blocked.h). */
static uint64_t missing_channels(const struct lrp_shape *shape)
{
    enum { BLOCK = 16 };
    if (shape->rank < 3 || shape->dim[1] < BLOCK) return 0;
    const int64_t channels = shape->dim[1], rest = channels % BLOCK;
    return rest ? (uint64_t)(lrp_shape_count(shape) / channels * (BLOCK - rest)) : 0;
}

/* How often all values are there while a method works: once of the input and once what comes back are the product. */
static uint64_t sets_of_values(const struct lrp_job *job)
{
    return 2 + (job->want >= LRP_WANT_RELEVANCE ? (uint64_t)job->setup->method.row->sets : 0);
}

/* What is inside spans of attention (span.h), when it is let go: not among what is kept. */
static const struct lrp_span_list *spans_of(const struct lrp_job *job)
{
    static const struct lrp_span_list none = {.count = 0};
    const struct lrp_span_list *spans = lrp_engine_spans(job->results->network->engine);
    return spans ? spans : &none;
}

/* Values that are kept at least, all of them together. */
static uint64_t kept_bytes(const struct lrp_job *job, bool in_pieces)
{
    const uint64_t all = job->results->network->view->list.activation_bytes,
                   inside = in_pieces ? spans_of(job)->inside_bytes : 0;
    return all > inside ? all - inside : 0;
}

/* By node, at which place of the order its relevance is handed on: with the last one of its span, if that runs as one. */
static void places_of(const struct lrp_graph *g, const struct lrp_span_list *spans, int *place)
{
    for (int k = 0; k < g->order_count; k++) place[g->order[k]] = k;
    for (int i = 0; spans && i < spans->count; i++) {
        const struct lrp_span *span = &spans->items[i];
        for (int k = 0; k < span->node_count; k++) place[span->nodes[k]] = place[span->nodes[span->node_count - 1]];
    }
}

/* change[k]: how many bytes more are there once node k of the order has handed on, than after the one behind it. */
static void count_value(const struct lrp_graph *g, int v, const int *last, const int *place, int64_t *change)
{
    const struct lrp_desc *d = &g->values[v].desc;
    const int64_t count = d->constant || last[v] < 0 ? 0 : lrp_shape_count(d->shape);
    const struct lrp_node *producer = lrp_graph_producer(g, v);
    if (count <= 0) return;
    const int64_t bytes = (count + (int64_t)missing_channels(d->shape)) * (int64_t)sizeof(float);
    change[last[v]] += bytes;
    if (producer && place[producer - g->nodes] > 0) change[place[producer - g->nodes] - 1] -= bytes;
}

/* Most bytes of relevance that are there at a time, where that of a layer goes once it was handed on: of a value from its last
 * consumer on, the first to give to it, to the node that makes it. UINT64_MAX where nobody knows: of bodies, and when out of
 * memory. */
static uint64_t relevance_at_once(const struct lrp_job *job, bool in_pieces)
{
    const struct lrp_graph *g = job->results->network->graph;
    const struct lrp_span_list *spans = in_pieces ? spans_of(job) : NULL;
    int *place = calloc((size_t)g->node_count + 1, sizeof *place), *last = calloc((size_t)g->value_count + 1, sizeof *last);
    int64_t *change = calloc((size_t)g->order_count + 1, sizeof *change), now = 0, most = 0;
    bool known = place && last && change;
    if (known) places_of(g, spans, place);
    for (int v = 0; known && v < g->value_count; v++) last[v] = g->values[v].is_output ? g->order_count : -1;
    for (int k = 0; known && k < g->order_count; k++) {
        const struct lrp_node *n = &g->nodes[g->order[k]];
        known = n->body < 0 && (!n->call.op || !n->call.op->control);
        for (int i = 0; i < n->call.in_count; i++)
            if (n->in[i] >= 0 && last[n->in[i]] < place[g->order[k]]) last[n->in[i]] = place[g->order[k]];
    }
    for (int v = 0; known && v < g->value_count; v++)
        if (!spans || !spans->of_value || spans->of_value[v] < 0) count_value(g, v, last, place, change);
    for (int k = g->order_count; known && k >= 0; k--) {
        now += change[k];
        if (now > most) most = now;
    }
    free(place), free(last), free(change);
    return known ? (uint64_t)most : UINT64_MAX;
}

static uint64_t known_relevance_at_once(const struct lrp_job *job, bool in_pieces)
{
    struct lrp_setup_needs *const needs = &job->setup->needs;
    if (!needs->back_known[in_pieces]) needs->back[in_pieces] = relevance_at_once(job, in_pieces);
    needs->back_known[in_pieces] = true;
    return needs->back[in_pieces];
}

/* Values as often as they are there, and what comes back of them at a time. */
static uint64_t bytes_of_sets(const struct lrp_job *job, uint64_t sets, uint64_t kept, bool in_pieces)
{
    const uint64_t back = lrp_job_lets_layers_go(job) && sets > 1 ? known_relevance_at_once(job, in_pieces) : UINT64_MAX;
    uint64_t bytes;
    if (back < kept) return __builtin_mul_overflow(sets - 1, kept, &bytes) ? UINT64_MAX : bytes + back;
    return __builtin_mul_overflow(sets, kept, &bytes) ? UINT64_MAX : bytes;
}

/* The largest layer's weights as it holds them while it works. */
static uint64_t weights_at_work(const struct lrp_job *job)
{
    const struct lrp_network *n = job->results->network;
    const struct lrp_layer_list *list = &n->view->list;
    struct lrp_setup_needs *const needs = &job->setup->needs;
    uint64_t weights = 0;
    if (needs->weights_known) return needs->weights;
    for (size_t i = 1; i < list->count; i++) {
        const int64_t count = list->rows[i].parameters;
        const uint64_t held = (uint64_t)(count > 0 ? count : 0) * copies_in_handle(n, i) *
                              copies_of_weights(&list->rows[i], &job->setup->assignment.given[i]->rule);
        if (held > weights) weights = held;
    }
    needs->weights = weights;
    needs->weights_known = true;
    return weights;
}

/* What must be there in any case: the inputs; the activations and relevances of all values, which are the product; what the
 * largest layer needs while it works: tensors (input, output, their copies in the layout of a primitive, denominators) and
 * weights; or a piece of attention: values, relevances, and what its layers need. */
static uint64_t needed_bytes(const struct lrp_job *job, uint64_t piece)
{
    enum { TENSORS_AT_WORK = 6, PIECES_AT_WORK = 4 };
    const struct lrp_network *n = job->results->network;
    const struct lrp_span_list *spans = spans_of(job);
    uint64_t values = 0, missing = 0;
    for (int v = 0; v < n->graph->value_count; v++) {
        const struct lrp_desc *d = &n->graph->values[v].desc;
        const int64_t count =
            d->constant || (piece && spans && spans->of_value && spans->of_value[v] >= 0) ? 0 : lrp_shape_count(d->shape);
        if (count > 0 && (uint64_t)count > values) values = (uint64_t)count;
        if (count > 0) missing += missing_channels(d->shape);
    }
    const uint64_t own = kept_bytes(job, piece > 0), kept = own > UINT64_MAX / 4 ? own : own + missing * sizeof(float);
    const uint64_t at_work = (TENSORS_AT_WORK * values + weights_at_work(job)) * sizeof(float) + job->input_bytes +
                             (piece ? PIECES_AT_WORK * lrp_spans_piece_bytes(spans, piece) : 0);
    const uint64_t all = bytes_of_sets(job, sets_of_values(job), kept, piece > 0);
    return all > UINT64_MAX - at_work ? UINT64_MAX : all + at_work;
}

/* What cannot be there would otherwise end in the system ending the program, or another one: activations, and relevances as
 * many. */
static enum lrp_status check_machine(const struct lrp_job *job, bool in_pieces, struct lrp_error *err)
{
    const uint64_t kept = kept_bytes(job, in_pieces), machine = job->session->allotted_memory;
    const uint64_t all = bytes_of_sets(job, job->want >= LRP_WANT_RELEVANCE ? sets_of_values(job) : 1, kept, in_pieces);
    if (all <= machine) return LRP_OK;
    return lrp_fail(err, LRP_MEMORY,
                    "%s: the activations%s take %llu bytes, this process has %llu in all; a smaller input or batch "
                    "needs less, --memory tries all the same",
                    lrp_model_path(job->session->model), job->want >= LRP_WANT_RELEVANCE ? " and relevances" : "",
                    (unsigned long long)all, (unsigned long long)machine);
}

size_t lrp_memory_limit(const struct lrp_session *session, const struct lrp_settings *settings)
{
    uint64_t limit;
    const char *text = lrp_settings_get(settings, LRP_SETTING_MEMORY);
    return (size_t)(*text && lrp_parse_bytes(text, &limit) ? limit : session->allotted_memory);
}

size_t lrp_memory_of_inputs(const struct lrp_session *session)
{
    size_t bytes = 0;
    for (size_t i = 0; i < lrp_model_input_count(session->model); i++) {
        const struct lrp_picture *p = &session->sources[i].picture;
        if (p->pixels) bytes += (size_t)p->width * (size_t)p->height * (size_t)p->channels;
        if (session->inputs[i]) bytes += lrp_tensor_bytes(session->inputs[i]);
    }
    return bytes;
}

/* --memory, or what is usual; the text is empty then. */
static uint64_t limit_of(const struct lrp_job *job, const char **text)
{
    uint64_t limit;
    *text = lrp_settings_get(job->setup->settings, LRP_SETTING_MEMORY);
    return **text && lrp_parse_bytes(*text, &limit) ? limit : job->session->allotted_memory / 2;
}

/* Attention is let go where it is most of what is there, and where it does not fit: in how large pieces; 0: it is kept. */
static uint64_t piece_of(const struct lrp_job *job)
{
    enum { HARDLY_ANY = 1 << 26, SMALLEST = 1 << 12 };
    const char *text;
    const uint64_t inside = spans_of(job)->inside_bytes, limit = limit_of(job, &text);
    if (!inside) return 0;
    const uint64_t whole = needed_bytes(job, 0), large = needed_bytes(job, LRP_SPAN_PIECE);
    if (whole <= limit && (inside <= HARDLY_ANY || inside <= kept_bytes(job, true))) return 0;
    if (large <= limit && large < whole) return LRP_SPAN_PIECE;
    uint64_t piece = LRP_SPAN_PIECE / 2;
    while (piece > SMALLEST && needed_bytes(job, piece) > limit) piece /= 2;
    return needed_bytes(job, piece) < whole ? piece : 0;
}

static uint64_t left_over(const struct lrp_job *job)
{
    const char *text;
    const uint64_t limit = limit_of(job, &text), needed = needed_bytes(job, piece_of(job));
    return limit > needed ? limit - needed : 0;
}

size_t lrp_memory_for_results(const struct lrp_job *job)
{
    const uint64_t share = left_over(job) / 2, most = 1 << 30;
    return (size_t)(share < most ? share : most);
}

/* Beyond these a network's own loops fill the threads, or several passes at a time do not fit into caches. */
#define LANE_MACS ((int64_t)1 << 30)
#define LANE_ACTIVATIONS ((size_t)64 << 20)

/* Either all threads have a pass of their own or none has: values, what comes back, weights as they are prepared. */
int lrp_memory_lanes(const struct lrp_job *job)
{
    enum { VALUES_TWICE = 2, WEIGHTS = 3 * sizeof(float), MOST = 1 << 30 };
    const struct lrp_layer_list *list = &job->results->network->view->list;
    const uint64_t threads = (uint64_t)lrp_job_threads(job), left = left_over(job) / 2,
                   each = VALUES_TWICE * (uint64_t)list->activation_bytes + WEIGHTS * (uint64_t)list->parameters;
    const bool small =
        list->macs <= LANE_MACS && list->activation_bytes <= LANE_ACTIVATIONS && each <= (left < MOST ? left : MOST) / threads;
    return small && !job->setup->settings->plugins && !piece_of(job) ? (int)threads : 1;
}

enum lrp_status lrp_memory_bound(const struct lrp_job *job, struct lrp_error *err)
{
    struct lrp_engine *engine = job->results->network->engine;
    const char *text;
    const uint64_t piece = piece_of(job);
    const uint64_t limit = limit_of(job, &text), needed = needed_bytes(job, piece);
    if (*text && limit < needed)
        return lrp_fail(err, LRP_MEMORY, "%s: --memory %s is too small: %llu bytes are needed",
                        lrp_model_path(job->session->model), text, (unsigned long long)needed);
    if (!*text && check_machine(job, piece > 0, err) != LRP_OK) return LRP_MEMORY;
    lrp_engine_let_go(engine, piece);
    lrp_lru_limit(lrp_engine_cache(engine), (size_t)left_over(job) - lrp_memory_for_results(job));
    lrp_pool_limit(lrp_engine_pool(engine), (size_t)limit);
    lrp_engine_limit_turns(engine, (size_t)left_over(job));
    return LRP_OK;
}
