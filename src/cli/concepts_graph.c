/* concepts_graph.c: from which channels the strongest ones of a layer have their relevance, layer by layer (Achtibat 2023). */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concepts.h"
#include "output.h"
#include "paths.h"
#include "table.h"
#include "text.h"

/* A channel in the graph, and where its conditions come from. */
struct node {
    int layer;
    int64_t channel;
    double relevance, share; /* of its layer, under the conditions of its parents */
    int parent;              /* -1: the target's own */
};
struct graph {
    struct node *nodes;
    size_t count;
    int64_t *widths;
    size_t levels;
};

enum { LEVELS_MOST = 8, WIDTH_MOST = 1000 };

static enum lrp_status read_widths(const char *text, struct graph *g, struct lrp_error *err)
{
    g->widths = calloc(LEVELS_MOST, sizeof *g->widths);
    if (!g->widths) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (const char *at = text ? text : "4,2"; *at && g->levels < LEVELS_MOST;) {
        char *end;
        const long width = strtol(at, &end, 10);
        if (end == at || width < 1 || width > WIDTH_MOST || (*end && *end != ',')) break;
        g->widths[g->levels++] = width;
        at = end + (*end == ',');
        if (!*at) return LRP_OK;
    }
    return lrp_fail(err, LRP_USAGE, "--width %s: whole numbers from 1 to %d, %d at most, as in 4,2", text ? text : "",
                    WIDTH_MOST, LEVELS_MOST);
}

/* A layer that has channels of its own: of --at where that names several, else one with weights. */
static bool is_stop(const struct concepts *c, int layer)
{
    for (size_t i = 0; c->layer_count > 1 && i < c->layer_count; i++)
        if (c->layers[i] == layer) return true;
    return c->layer_count == 1 && layer > 0 && c->opened->layers->rows[layer].parameters > 0;
}

/* Marks the nearest such layers below. */
static void mark_nearest(const struct concepts *c, int layer, bool *seen, bool *nearest)
{
    const struct lrp_layer *row = &c->opened->layers->rows[layer];
    for (int i = 0; i < row->input_count; i++) {
        const int below = row->sources[i];
        if (below < 1 || seen[below]) continue;
        seen[below] = true;
        if (is_stop(c, below))
            nearest[below] = true;
        else
            mark_nearest(c, below, seen, nearest);
    }
}

/* A node's channel and those of its parents, a line each; of one layer one line. Owned. */
static char *conditions_of(const struct graph *g, int at)
{
    struct lrp_text t = {0};
    for (; at >= 0; at = g->nodes[at].parent)
        lrp_text_printf(&t, "%s%d=%" PRId64, t.length ? "\n" : "", g->nodes[at].layer, g->nodes[at].channel);
    return lrp_text_take(&t);
}

static int by_relevance(const void *a, const void *b)
{
    const struct lrp_channel_summary *x = a, *y = b;
    if (x->sum != y->sum) return x->sum < y->sum ? 1 : -1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

/* The strongest channels of a layer become nodes. */
static enum lrp_status add_nodes(struct graph *g, const struct lrp_snapshot *now, size_t sample, int layer, int parent,
                                 int64_t width, struct lrp_error *err)
{
    struct lrp_channel_summary *rows = NULL;
    size_t count = 0;
    double sizes = 1e-10;
    enum lrp_status status = lrp_snapshot_channel_sums(now, layer, LRP_SHOW_RELEVANCE, (int64_t)sample, &rows, &count, err);
    if (status) return status;
    for (size_t k = 0; k < count; k++) sizes += fabs(rows[k].sum);
    qsort(rows, count, sizeof *rows, by_relevance);
    struct node *more = realloc(g->nodes, (g->count + (size_t)width + 1) * sizeof *more);
    if (!more) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a graph");
    if (more) g->nodes = more;
    for (size_t k = 0; !status && k < count && (int64_t)k < width && rows[k].sum > 0; k++)
        g->nodes[g->count++] = (struct node){layer, rows[k].channel, rows[k].sum, rows[k].sum / sizes, parent};
    free(rows);
    return status;
}

/* What a node has its relevance from, in every nearest layer below. */
static enum lrp_status expand(struct concepts *c, struct graph *g, size_t round, int64_t pass, size_t sample, int at,
                              int64_t width, struct lrp_error *err)
{
    const size_t layers = c->opened->layers->count;
    const struct lrp_snapshot *now = NULL;
    bool *seen = calloc(2 * layers + 1, 1), *nearest = seen ? seen + layers : NULL;
    char *conditions = seen ? conditions_of(g, at) : NULL;
    enum lrp_status status =
        conditions ? lrp_concepts_condition(c, conditions, err) : lrp_fail(err, LRP_MEMORY, "not enough memory for a graph");
    if (!status) status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &now, err);
    if (!status) mark_nearest(c, g->nodes[at].layer, seen, nearest);
    for (size_t i = 1; !status && i < layers; i++)
        if (nearest[i]) status = add_nodes(g, now, sample, (int)i, at, width, err);
    lrp_snapshot_release(now);
    free(conditions);
    free(seen);
    return status;
}

/* ---- out ---- */

/* A text inside quotes of DOT. */
static void append_label(struct lrp_text *out, const char *text)
{
    for (const char *p = text; *p; p++) lrp_text_printf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
}

static void write_dot(const struct concepts *c, const struct graph *g, const struct lrp_target *target, struct lrp_text *out)
{
    lrp_text_append(out, "digraph concepts {\n    rankdir=BT;\n    node [shape=box];\n");
    lrp_text_printf(out, "    t [label=\"%" PRId64 " ", target->index);
    append_label(out, target->label);
    lrp_text_append(out, "\", shape=ellipse];\n");
    for (size_t i = 0; i < g->count; i++) {
        const struct node *n = &g->nodes[i];
        lrp_text_printf(out, "    n%zu [label=\"", i);
        append_label(out, lrp_concepts_layer(c, n->layer));
        lrp_text_printf(out, "\\nchannel %" PRId64 "\"];\n", n->channel);
        if (n->parent < 0)
            lrp_text_printf(out, "    n%zu -> t", i);
        else
            lrp_text_printf(out, "    n%zu -> n%d", i, n->parent);
        lrp_text_printf(out, " [label=\"%.1f%%\", penwidth=%.2f];\n", 100 * n->share, 0.5 + 4 * n->share);
    }
    lrp_text_append(out, "}\n");
}

static void put_graph(const struct concepts *c, const struct graph *g, const struct lrp_target *target, struct lrp_document *d)
{
    lrp_cli_json_init(d, c->arguments->model);
    lrp_cli_json_put_number(d, d->root, "target", (double)target->index);
    cJSON *nodes = lrp_cli_json_put_array(d, d->root, "nodes"), *edges = lrp_cli_json_put_array(d, d->root, "edges");
    for (size_t i = 0; i < g->count; i++) {
        cJSON *o = lrp_cli_json_put_object(d, nodes, NULL), *e = lrp_cli_json_put_object(d, edges, NULL);
        lrp_cli_json_put_number(d, o, "id", (double)i);
        lrp_cli_json_put_text(d, o, "layer", lrp_concepts_layer(c, g->nodes[i].layer));
        lrp_cli_json_put_number(d, o, "channel", (double)g->nodes[i].channel);
        lrp_cli_json_put_number(d, o, "relevance", g->nodes[i].relevance);
        lrp_cli_json_put_number(d, e, "from", (double)i);
        lrp_cli_json_put_number(d, e, "to", g->nodes[i].parent < 0 ? (double)NAN : g->nodes[i].parent); /* null: the target */
        lrp_cli_json_put_number(d, e, "share", g->nodes[i].share);
    }
}

static enum lrp_status write_as_json(const struct concepts *c, const struct graph *g, const struct lrp_target *target,
                                     const char *path, struct lrp_error *err)
{
    struct lrp_document d = {0};
    put_graph(c, g, target, &d);
    const enum lrp_status status = lrp_cli_json_write(&d, path, err);
    lrp_cli_json_free(&d);
    return status;
}

static enum lrp_status write_as_dot(const struct concepts *c, const struct graph *g, const struct lrp_target *target,
                                    const char *path, struct lrp_error *err)
{
    struct lrp_text text = {0};
    write_dot(c, g, target, &text);
    const enum lrp_status status =
        text.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : lrp_output_write(path, text.data, text.length, err);
    lrp_text_free(&text);
    return status;
}

static enum lrp_status write_graph(const struct concepts *c, const struct graph *g, const struct lrp_target *target,
                                   struct lrp_error *err)
{
    const bool several = lrp_cli_samples_in(&c->job) > 1 || lrp_cli_job_rounds(&c->job) > 1;
    const char *given = c->arguments->graph, *dot = strrchr(given, '.');
    char *path = several ? lrp_cli_path_numbered(given, (int64_t)c->number) : strdup(given);
    enum lrp_status status =
        path ? lrp_concepts_guard(c, "--graph", path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = (dot && strcmp(dot, ".json") == 0 ? write_as_json : write_as_dot)(c, g, target, path, err);
    free(path);
    return status;
}

enum lrp_status lrp_concepts_graph(struct concepts *c, size_t round, int64_t pass, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err)
{
    struct graph g = {0};
    enum lrp_status status = read_widths(c->arguments->width, &g, err);
    int top = c->layers[0];
    for (size_t i = 1; i < c->layer_count; i++) top = c->layers[i] > top ? c->layers[i] : top; /* the nearest to the output */
    if (!status) status = add_nodes(&g, now, sample, top, -1, g.widths[0], err);
    for (size_t level = 1, from = 0; !status && level < g.levels; level++) {
        const size_t to = g.count;
        for (; !status && from < to; from++) status = expand(c, &g, round, pass, sample, (int)from, g.widths[level], err);
    }
    if (!status && g.levels > 1) status = lrp_concepts_condition(c, NULL, err);
    if (!status) status = write_graph(c, &g, &now->targets[sample < now->target_count ? sample : 0], err);
    free(g.nodes);
    free(g.widths);
    return status;
}
