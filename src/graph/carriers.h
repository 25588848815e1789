/* carriers.h: which values carry relevance: those that a source reaches (lrpscope-lrp(7)). */
#ifndef LRP_GRAPH_CARRIERS_H
#define LRP_GRAPH_CARRIERS_H

#include "graph.h"

/* Where relevance ends: a float model input, or the first float value that stands for an integer one. */
struct lrp_carrier_source {
    int value; /* the same as `input`, or what a token lookup, a Cast or a DequantizeLinear made of it */
    int input; /* value number of the model input */
};
struct lrp_carriers {
    bool *carries; /* by value number: a float value that some source reaches through operators that hand on relevance */
    struct lrp_carrier_source *sources; /* in execution order */
    size_t source_count;
    bool substituted; /* the model has neither float inputs nor token lookups: its sources are what integer inputs become */
};
/* A source is a float input that holds something, or a lookup in a constant table by tokens: by input_ids, decoder_input_ids or
 * the input called `token_input` (may be NULL), in a model that has neither these nor float inputs by any integer input.
 * `stopped`, by node, may be NULL: what these nodes make is no carrier. *out is to be freed. Errors: LRP_MEMORY. */
enum lrp_status lrp_carriers_find(const struct lrp_graph *graph, const bool *stopped, const char *token_input,
                                  struct lrp_carriers *out, struct lrp_error *err);
/* Gives back what it owns, not the struct. */
void lrp_carriers_free(struct lrp_carriers *carriers);
/* How many inputs of a node carry relevance; an input does if its value does. */
int lrp_carriers_count(const struct lrp_carriers *carriers, const struct lrp_node *node);

#endif
