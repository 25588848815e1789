/* report.c: what was done on the way from the file's nodes to layers, a line each. */
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "text.h"

/* ---- while it is done ---- */

static void name_node(struct lrp_text *text, const struct lrp_node *n)
{
    /* names are as long as a file wants, and a node may be named in many lines */
    lrp_text_printf(text, "%s%.200s (%.60s)", text->length ? ", " : "", n->name, n->call.op_type);
}

static bool add_record(struct lrp_graph *g, const struct lrp_record *record)
{
    struct lrp_record *records = lrp_arena_grown(g->arena, g->records, g->record_count, &g->record_capacity, sizeof *records);
    if (!records) return false;
    g->records = records;
    g->records[g->record_count++] = *record;
    return true;
}

/* The one of `node` and `others` that comes next in execution order after `order`; -1: none. */
static int next_in_order(const struct lrp_graph *g, int node, const int *others, int count, int order)
{
    int next = g->nodes[node].order > order ? node : -1;
    for (int i = 0; i < count; i++) {
        const int at = g->nodes[others[i]].order;
        if (at > order && (next < 0 || at < g->nodes[next].order)) next = others[i];
    }
    return next;
}

void lrp_graph_record(struct lrp_graph *graph, const char *what, int node, const int *others, int count, int after, int beside)
{
    struct lrp_text text = {0};
    for (int n = next_in_order(graph, node, others, count, -2); n >= 0;
         n = next_in_order(graph, node, others, count, graph->nodes[n].order))
        name_node(&text, &graph->nodes[n]);
    const char *before = text.data ? lrp_arena_strdup(graph->arena, text.data) : NULL;
    if (text.failed || !before)
        lrp_arena_fail(graph->arena);
    else
        add_record(graph, &(struct lrp_record){what, before, after, beside});
    lrp_text_free(&text);
}

/* ---- once the layers are there ---- */

struct report {
    struct lrp_graph *graph;
    const struct lrp_layer_view *view;
    struct lrp_rewriting *lines;
    size_t count;
    bool failed;
};

static void name_layer(struct lrp_text *text, const struct lrp_layer *l)
{
    lrp_text_printf(text, "%s%d %.200s (%s)", text->length ? ", " : "", l->index, l->name, l->type);
}

static const char *keep_line(struct report *r, struct lrp_text *text)
{
    const char *copy = text->data && !text->failed ? lrp_arena_strdup(r->graph->arena, text->data) : NULL;
    r->failed |= !copy;
    lrp_text_free(text);
    return copy;
}

/* `layer` <= 0: nothing is left; `first` > 0: there is a layer before it that came out of the same. */
static void add_line(struct report *r, const char *what, const char *before, int layer, int first)
{
    struct lrp_text after = {0};
    if (first > 0 && first != layer) name_layer(&after, &r->view->list.rows[first]);
    if (layer > 0)
        name_layer(&after, &r->view->list.rows[layer]);
    else if (!after.length)
        lrp_text_append(&after, "nothing");
    r->lines[r->count++] = (struct lrp_rewriting){.what = what,
                                                  .before = before,
                                                  .after = keep_line(r, &after),
                                                  .layer = first > 0   ? first
                                                           : layer > 0 ? layer
                                                                       : -1};
}

/* How many nodes there are that the file has. */
static int file_nodes(const struct lrp_graph *g)
{
    int count = 0;
    while (count < g->node_count && g->nodes[count].file_in) count++;
    return count;
}

static void report_dead(struct report *r, int nodes)
{
    for (int n = 0; n < nodes; n++) {
        struct lrp_text before = {0};
        if (r->graph->nodes[n].state != LRP_NODE_DEAD) continue;
        name_node(&before, &r->graph->nodes[n]);
        add_line(r, "no output needs it: dropped", keep_line(r, &before), -1, -1);
    }
}

/* What was worked out for a layer before anything runs: weights moved into place, shapes, other constants. */
static const char *what_was_folded(const struct report *r, int layer, bool moves)
{
    const struct lrp_node *anchor = &r->graph->nodes[r->view->nodes[layer].anchor];
    if (anchor->computed_shape)
        return r->view->list.rows[layer].kind == LRP_KIND_FLATTEN ? "flatten in shape arithmetic"
                                                                  : "shape arithmetic worked out";
    return moves ? "weights moved into place" : "constants worked out";
}

static bool only_moves(const struct lrp_node *n)
{
    return n->call.op && n->call.op->traits & LRP_TRAIT_MOVES && n->call.op->static_kind != LRP_KIND_FAKE_QUANTIZE;
}

/* Written as a node, but nothing that is worked out: it reads nothing, and makes nothing up. */
static bool is_constant(const struct lrp_node *n)
{
    return n->call.in_count == 0 && !(n->call.op && n->call.op->traits & LRP_TRAIT_DRAWS);
}

/* A line for each layer that took up folded nodes; constants written as nodes are none. */
static void report_folded(struct report *r, int nodes)
{
    const size_t layers = r->view->list.count;
    struct lrp_text *before = calloc(layers + 1, sizeof *before);
    bool *other = calloc(layers + 1, sizeof *other);
    r->failed |= !before || !other;
    for (int n = 0; !r->failed && n < nodes; n++) {
        const struct lrp_node *node = &r->graph->nodes[n];
        const int layer = r->view->layer_of_node[n];
        if (node->state != LRP_NODE_FOLDED || layer <= 0 || is_constant(node)) continue;
        name_node(&before[layer], node);
        other[layer] |= !only_moves(node);
    }
    for (size_t i = 1; !r->failed && i < layers; i++)
        if (before[i].length) add_line(r, what_was_folded(r, (int)i, !other[i]), keep_line(r, &before[i]), (int)i, -1);
    free(before);
    free(other);
}

/* A constant and a layer that reads it. */
struct constant_reading {
    int value, layer;
};

static int by_value(const void *a, const void *b)
{
    const struct constant_reading *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->layer < y->layer ? -1 : x->layer > y->layer;
}

static bool is_weight(const struct lrp_graph *g, int value)
{
    const struct lrp_desc *d = value < 0 ? NULL : &g->values[value].desc;
    return d && d->constant && lrp_dtype_is_float(d->dtype) && d->shape->rank > 0 && d->constant->count > 1;
}

/* One constant's readings, sorted by layer. */
static void report_sharing(struct report *r, const struct constant_reading *readings, size_t count)
{
    struct lrp_text before = {0}, after = {0};
    if (readings[0].layer == readings[count - 1].layer) return;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || readings[i].layer != readings[i - 1].layer) name_layer(&after, &r->view->list.rows[readings[i].layer]);
    lrp_text_printf(&before, "%.200s", r->graph->values[readings[0].value].name);
    const char *value = keep_line(r, &before);
    r->lines[r->count++] = (struct lrp_rewriting){
        .what = "weights shared", .before = value, .after = keep_line(r, &after), .layer = readings[0].layer};
}

static void report_shared(struct report *r, int nodes)
{
    const struct lrp_graph *g = r->graph;
    size_t most = 0, count = 0;
    for (int n = 0; n < nodes; n++) most += (size_t)g->nodes[n].file_in_count;
    struct constant_reading *readings = calloc(most + 1, sizeof *readings);
    r->failed |= !readings;
    for (int n = 0; !r->failed && n < nodes; n++)
        for (int i = 0; i < g->nodes[n].file_in_count; i++)
            if (r->view->layer_of_node[n] > 0 && is_weight(g, g->nodes[n].file_in[i]))
                readings[count++] = (struct constant_reading){g->nodes[n].file_in[i], r->view->layer_of_node[n]};
    if (count > 1) qsort(readings, count, sizeof *readings, by_value);
    for (size_t from = 0, to; !r->failed && from < count; from = to) {
        for (to = from; to < count && readings[to].value == readings[from].value;) to++;
        report_sharing(r, &readings[from], to - from);
    }
    free(readings);
}

/* What made a container of this kind; NULL: it is none of our doing. */
static const char *made_by(const char *kind)
{
    static const char *const known[][2] = {{"attention", "attention recognised by its wiring"},
                                           {"function", "function of the file, written out where it is called"},
                                           {"fused", "operator written out as the calls it is made of"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i][0]) == 0) return known[i][1];
    return NULL;
}

static void report_containers(struct report *r)
{
    const struct lrp_layer_list *list = &r->view->list;
    for (size_t i = 0; i < list->container_count; i++) {
        const struct lrp_container *c = &list->containers[i];
        struct lrp_text before = {0}, after = {0};
        const char *what = made_by(c->kind);
        if (c->layer >= 0 || !what) continue;
        for (int k = c->first; k <= c->last; k++) name_layer(&before, &list->rows[k]);
        lrp_text_printf(&after, "container %.200s (%s), layers %d to %d", c->name, c->kind, c->first, c->last);
        const char *layers = keep_line(r, &before);
        r->lines[r->count++] =
            (struct lrp_rewriting){.what = what, .before = layers, .after = keep_line(r, &after), .layer = c->first};
    }
}

bool lrp_graph_report(struct lrp_graph *graph, struct lrp_layer_view *view)
{
    struct report r = {.graph = graph, .view = view};
    const int nodes = file_nodes(graph);
    /* nodes that died, layers that took up folded ones, values that are shared, containers */
    const size_t most =
        graph->record_count + (size_t)nodes + view->list.count + (size_t)graph->value_count + view->list.container_count;
    r.lines = lrp_arena_calloc(graph->arena, most, sizeof *r.lines);
    if (!r.lines) return false;
    report_dead(&r, nodes);
    report_folded(&r, nodes);
    for (size_t i = 0; i < graph->record_count; i++) {
        const struct lrp_record *record = &graph->records[i];
        add_line(&r, record->what, record->before, record->node < 0 ? -1 : view->layer_of_node[record->node],
                 record->beside ? view->layer_of_node[record->beside] : -1);
    }
    report_shared(&r, nodes);
    report_containers(&r);
    view->list.rewritings = r.lines;
    view->list.rewriting_count = r.count;
    return !r.failed;
}
