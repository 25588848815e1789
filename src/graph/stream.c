/* stream.c: the residual stream, found from the output backwards (stream.h). */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 6 }; /* of a residual sum: blocks that add attention and MLP side by side have three */

struct residual {
    int sum;        /* value: what stands behind it */
    int before;     /* value: the operand that goes round */
    bool attention; /* the rest of it went through a softmax */
};
struct stream_search {
    const struct lrp_graph *graph;
    const struct lrp_carriers *carriers;
    int *todo;           /* values, as many as there are */
    unsigned char *seen; /* by value */
    struct residual *found;
    size_t count;
};

static bool stream_carries(const struct stream_search *s, int value)
{
    return value >= 0 && s->carriers->carries[value];
}

static int order_of(const struct stream_search *s, int value)
{
    const struct lrp_node *n = lrp_graph_producer(s->graph, value);
    return n ? n->order : -1;
}

static bool is_softmax(const struct lrp_node *n)
{
    return lrp_call_kind(&n->call) == LRP_KIND_SOFTMAX;
}

/* Whether `value` was made of `from`; *softmax: whether one lies on the way, or beside it. */
static bool made_of(const struct stream_search *s, int value, int from, bool *softmax)
{
    const int least = order_of(s, from);
    size_t count = 0;
    bool reached = false;
    memset(s->seen, 0, (size_t)s->graph->value_count);
    s->todo[count++] = value;
    s->seen[value] = 1;
    while (count) {
        const int at = s->todo[--count];
        const struct lrp_node *n = lrp_graph_producer(s->graph, at);
        if (at == from) reached = true;
        if (at == from || !n || n->order <= least) continue;
        *softmax = *softmax || is_softmax(n);
        for (int i = 0; i < n->call.in_count; i++)
            if (stream_carries(s, n->in[i]) && !s->seen[n->in[i]]) {
                s->seen[n->in[i]] = 1;
                s->todo[count++] = n->in[i];
            }
    }
    return reached;
}

static bool is_sum(const struct stream_search *s, const struct lrp_node *n)
{
    return n && lrp_call_kind(&n->call) == LRP_KIND_ADD && lrp_carriers_count(s->carriers, n) > 1;
}

/* The carriers that a node reads, into parts[]; how many, or -1: too many. */
static int parts_of(const struct stream_search *s, const struct lrp_node *n, int parts[MOST_PARTS])
{
    int count = 0;
    for (int i = 0; i < n->call.in_count; i++) {
        if (!stream_carries(s, n->in[i])) continue;
        if (count == MOST_PARTS) return -1;
        parts[count++] = n->in[i];
    }
    return count;
}

/* The part that all others were made of; -1: there is none. */
static int root_of(const struct stream_search *s, const int *parts, int count, bool *softmax)
{
    for (int k = 0; k < count; k++) {
        bool all = true, passed = false;
        for (int i = 0; all && i < count; i++) all = i == k || made_of(s, parts[i], parts[k], &passed);
        *softmax = passed;
        if (all) return parts[k];
    }
    return -1;
}

/* What goes round a sum; sums within sums are taken apart where that helps. -1: it is no residual sum. */
static int goes_round(const struct stream_search *s, const struct lrp_node *sum, bool *softmax)
{
    int parts[MOST_PARTS], count = parts_of(s, sum, parts);
    while (count > 1) {
        const int root = root_of(s, parts, count, softmax);
        if (root >= 0) return root;
        int last = -1;
        for (int i = 0; i < count; i++)
            if (is_sum(s, lrp_graph_producer(s->graph, parts[i])) &&
                (last < 0 || order_of(s, parts[i]) > order_of(s, parts[last])))
                last = i;
        int inner[MOST_PARTS];
        const int more = last < 0 ? -1 : parts_of(s, lrp_graph_producer(s->graph, parts[last]), inner);
        if (more < 0 || count - 1 + more > MOST_PARTS) return -1;
        parts[last] = parts[--count];
        for (int i = 0; i < more; i++) parts[count++] = inner[i];
    }
    return -1;
}

/* Back over nodes with one carrier to the next that has several; NULL: there is none. */
static const struct lrp_node *next_joining(const struct stream_search *s, int value)
{
    const struct lrp_node *n = lrp_graph_producer(s->graph, value);
    while (n && lrp_carriers_count(s->carriers, n) == 1) {
        int only = -1;
        for (int i = 0; i < n->call.in_count; i++)
            if (stream_carries(s, n->in[i])) only = n->in[i];
        n = lrp_graph_producer(s->graph, only);
    }
    return n && lrp_carriers_count(s->carriers, n) > 1 ? n : NULL;
}

static enum lrp_status search_stream(struct stream_search *s, int output, struct lrp_error *err)
{
    const struct lrp_node *n = next_joining(s, output);
    const char *name = s->graph->values[output].name;
    while (is_sum(s, n)) {
        bool softmax = false;
        const int before = goes_round(s, n, &softmax);
        if (before < 0) break;
        s->found[s->count++] = (struct residual){n->out[0], before, softmax};
        n = next_joining(s, before);
    }
    if (s->count) return LRP_OK;
    if (!n)
        return lrp_fail(err, LRP_UNSUPPORTED, "no sum stands before the output %s: the network has no residual stream", name);
    return lrp_fail(err, LRP_UNSUPPORTED,
                    "what the output %s is made of comes together at layer %s, which is no sum of a block's input and what the "
                    "block makes of it: there is no residual stream",
                    name, n->name);
}

/* From the first to the last. */
static enum lrp_status make_states(const struct stream_search *s, struct lrp_stream *out, struct lrp_error *err)
{
    bool any = false;
    for (size_t i = 0; i < s->count; i++) any = any || s->found[i].attention;
    out->states = malloc((s->count + 1) * sizeof *out->states);
    if (!out->states) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    out->states[out->count++] = s->found[s->count - 1].before;
    for (size_t i = s->count; i-- > 0;) /* the last were found first */
        if (i == 0 || !any || s->found[i - 1].attention) out->states[out->count++] = s->found[i].sum;
    return LRP_OK;
}

enum lrp_status lrp_stream_find(const struct lrp_graph *graph, const struct lrp_carriers *carriers, int output,
                                struct lrp_stream *out, struct lrp_error *err)
{
    const size_t values = (size_t)graph->value_count + 1;
    struct stream_search s = {.graph = graph,
                              .carriers = carriers,
                              .todo = malloc(values * sizeof *s.todo),
                              .seen = malloc(values),
                              .found = malloc(((size_t)graph->node_count + 1) * sizeof *s.found)};
    *out = (struct lrp_stream){0};
    enum lrp_status status = s.todo && s.seen && s.found ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = search_stream(&s, output, err);
    if (!status) status = make_states(&s, out, err);
    free(s.todo);
    free(s.seen);
    free(s.found);
    return status ? lrp_fail_context(err, status, "%s", graph->definition->path) : LRP_OK;
}

void lrp_stream_free(struct lrp_stream *stream)
{
    free(stream->states);
    *stream = (struct lrp_stream){0};
}

bool *lrp_stream_below(const struct lrp_graph *graph, int value)
{
    bool *below = calloc((size_t)graph->value_count + 1, sizeof *below);
    for (int k = 0; below && k < graph->order_count; k++) {
        const struct lrp_node *n = &graph->nodes[graph->order[k]];
        bool any = false;
        for (int i = 0; i < n->call.in_count; i++) any = any || (n->in[i] >= 0 && (n->in[i] == value || below[n->in[i]]));
        for (int i = 0; any && i < n->call.out_count; i++)
            if (n->out[i] >= 0) below[n->out[i]] = true;
    }
    return below;
}
