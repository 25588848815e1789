/* span_graph.c: a graph whose spans are as large as their pieces. */
#include "span_graph.h"

#include <stdlib.h>
#include <string.h>

void lrp_span_graph_forget(const struct lrp_span_list *spans, struct lrp_span_graph *pieces)
{
    lrp_engine_free(pieces->engine);
    for (int i = 0; pieces->cut.nodes && i < spans->count; i++)
        for (int k = 0; k < spans->items[i].node_count; k++) {
            free(pieces->cut.nodes[spans->items[i].nodes[k]].call.in);
            free(pieces->cut.nodes[spans->items[i].nodes[k]].call.out);
        }
    free(pieces->cut.nodes);
    if (pieces->arena) {
        lrp_shape_set_free(&pieces->cut.shapes);
        lrp_arena_free(pieces->arena);
    }
    *pieces = (struct lrp_span_graph){.engine = NULL};
}

/* What is cut, and into how much of it; value numbers of a node. */
struct piece_shapes {
    struct lrp_shape_set *shapes;
    const struct lrp_span *span;
    int64_t length;
};

/* What is left of a value's shape in a piece; NULL when out of memory. */
static const struct lrp_shape *cut_shape(const struct piece_shapes *p, int value, const struct lrp_shape *whole)
{
    struct lrp_shape shape = *whole;
    const int axis = value < 0 ? -1 : lrp_span_axis(p->span, value, whole);
    if (axis < 0) return whole;
    shape.dim[axis] = p->length;
    return lrp_shape_set_keep(p->shapes, &shape);
}

/* NULL when out of memory. */
static struct lrp_desc *cut_descriptions(const struct piece_shapes *p, const int *values, const struct lrp_desc *from,
                                         int count)
{
    struct lrp_desc *const to = malloc(((size_t)count + 1) * sizeof *to);
    bool fine = to != NULL;
    for (int i = 0; fine && i < count; i++) {
        to[i] = from[i];
        if (!from[i].constant) to[i].shape = cut_shape(p, values[i], from[i].shape);
        fine = to[i].shape != NULL;
    }
    if (fine) return to;
    free(to);
    return NULL;
}

/* Of the last piece, where it is shorter than the others. */
static int64_t length_of(const struct lrp_span *span, bool last)
{
    const int64_t rest = span->way.size % span->piece;
    return last && rest ? rest : span->piece;
}

bool lrp_span_graph_make(const struct lrp_span_list *spans, struct lrp_span_graph *pieces, bool last, const struct lrp_graph *g)
{
    lrp_span_graph_forget(spans, pieces); /* of an earlier try */
    pieces->arena = lrp_arena_new();
    if (!pieces->arena) return false;
    pieces->cut = *g;
    pieces->cut.shapes = (struct lrp_shape_set){.arena = pieces->arena};
    pieces->cut.nodes = malloc(((size_t)g->node_count + 1) * sizeof *g->nodes);
    if (!pieces->cut.nodes) return false;
    memcpy(pieces->cut.nodes, g->nodes, (size_t)g->node_count * sizeof *g->nodes);
    bool ok = true;
    for (int i = 0; i < spans->count; i++) {
        const struct piece_shapes p = {&pieces->cut.shapes, &spans->items[i], length_of(&spans->items[i], last)};
        for (int k = 0; k < spans->items[i].node_count; k++) {
            struct lrp_node *n = &pieces->cut.nodes[spans->items[i].nodes[k]];
            n->call.in = cut_descriptions(&p, n->in, n->call.in, n->call.in_count);
            n->call.out = cut_descriptions(&p, n->out, n->call.out, n->call.out_count);
            ok &= n->call.in && n->call.out;
        }
    }
    return ok;
}
