/* span.h: stretches of a graph whose values are let go once they were read, and computed again where somebody asks: attention,
 * from the products of queries and keys to the context. What is inside grows with the square of a sequence's length, what goes
 * in and comes out with the length. */
#ifndef LRP_GRAPH_SPAN_H
#define LRP_GRAPH_SPAN_H

#include "execute.h"

/* An axis of what is inside, along which it can be computed in pieces. */
struct lrp_span_way {
    int from_end;  /* counted from the end */
    int64_t size;  /* how long it is; 1: it cannot */
    uint64_t each; /* bytes of a value inside, one step along it */
};
struct lrp_span {
    int *nodes, node_count;    /* in execution order; the last one makes `out` */
    int *inside, inside_count; /* values that nothing else makes or reads */
    int *given, given_count;   /* values read from around it, but no constants; each once */
    int out;
    struct lrp_span_way heads, rows; /* along heads or samples; where one of those is too large by itself, along queries */
    bool *has_rows;          /* by given: it has one for every query, and is cut with them; others go into every piece */
    struct lrp_span_way way; /* the one of them that holds */
    bool by_rows;            /* which one that is */
    int64_t piece;           /* of it at a time; of rows the last piece may be shorter */
};
struct lrp_span_list {
    struct lrp_span *items;
    int count;
    int *of_node, *of_value; /* by node; by value inside: which one, -1: none */
    uint64_t inside_bytes;   /* of all values inside, all at once */
};
/* The graph's spans, found when first asked for; borrowed from the engine. NULL when out of memory. */
const struct lrp_span_list *lrp_engine_spans(struct lrp_engine *engine);
/* Of the values inside one span, in pieces of which each value takes at most `most` bytes, if it can be cut so small. */
uint64_t lrp_spans_piece_bytes(const struct lrp_span_list *spans, uint64_t most);
/* Whether the passes from now on let go of what is inside, and how large pieces are (0: nothing is let go). What passes before
 * left is not touched. */
void lrp_engine_let_go(struct lrp_engine *engine, uint64_t most);
enum { LRP_SPAN_PIECE = 1 << 25 /* bytes of a value: usual pieces */ };
/* The span a node lies in, if it runs as one: nothing in it is there yet. NULL: the node runs by itself. */
const struct lrp_span *lrp_engine_span(struct lrp_engine *engine, int node, const struct lrp_tensor *const *values, int wanted);
/* Computes what a span makes; values inside become tensors that are away (away.h). */
enum lrp_status lrp_span_run(struct lrp_engine *engine, const struct lrp_span *span, const struct lrp_tensor **values,
                             const struct lrp_run *run, struct lrp_error *err);

/* ---- piece by piece ---- */

/* One piece: `engine` runs the nodes at its size (the graph's own, if the span is not cut). */
struct lrp_span_piece {
    struct lrp_engine *engine;
    const struct lrp_span *span;
    int64_t first, length;            /* where on the axis it begins, and how much of it it is */
    bool whole;                       /* nothing is cut */
    const struct lrp_tensor **values; /* by value number: all that goes in, is inside, comes out; owned */
};
/* How many pieces there are. `whole`: not to be cut. */
int64_t lrp_span_pieces(const struct lrp_span *span, bool whole);
/* Computes what is inside a piece, and, where `values` do not have it yet, what comes out. To be closed in any case. */
enum lrp_status lrp_span_open(struct lrp_engine *engine, const struct lrp_span *span, int64_t number, bool whole,
                              const struct lrp_tensor *const *values, const struct lrp_run *run, struct lrp_span_piece *piece,
                              struct lrp_error *err);
void lrp_span_close(struct lrp_span_piece *piece);
/* The piece's part of a tensor of a value that goes in or comes out, of that shape: a new reference. */
enum lrp_status lrp_span_cut(const struct lrp_span_piece *piece, int value, const struct lrp_tensor *whole,
                             const struct lrp_run *run, struct lrp_tensor **out, struct lrp_error *err);
/* Adds a part to a tensor of a value, in rows. */
void lrp_span_add(const struct lrp_span_piece *piece, int value, const struct lrp_tensor *part, struct lrp_tensor *whole);

/* How many elements of a value inside lie before a piece that has `count` of them. */
size_t lrp_span_before(const struct lrp_span_piece *piece, size_t count);

/* ---- for engine.c ---- */
struct lrp_span_store;
void lrp_span_store_free(struct lrp_span_store *store);
struct lrp_span_store **lrp_engine_span_store(struct lrp_engine *engine);
/* span_find.c: false when out of memory; the caller frees in any case. */
bool lrp_spans_find(const struct lrp_graph *graph, struct lrp_span_list *out);
void lrp_spans_free(struct lrp_span_list *spans);
/* span_cut.c: how a span can be cut, whose products have that many elements; false when out of memory. */
bool lrp_span_choose(const struct lrp_graph *graph, struct lrp_span *span, int64_t elements);
void lrp_spans_cut(struct lrp_span_list *spans, uint64_t most);
/* The axis of a value that pieces are cut along; -1: all of it belongs to every piece. */
int lrp_span_axis(const struct lrp_span *span, int value, const struct lrp_shape *shape);

#endif
