/* concept.h: relevance that passes chosen channels only (concept relevance propagation, Achtibat 2023). */
#ifndef LRP_LRP_CONCEPT_H
#define LRP_LRP_CONCEPT_H

#include "propagate.h"

/* Channels of a layer, or single neurons in them. */
struct lrp_concept {
    int layer, value; /* value: the layer's output, behind its fused activation */
    int64_t top;      /* the strongest of each sample; 0: those listed */
    int64_t rank;     /* of each sample the one of this rank alone, from 1; 0: those listed */
    struct lrp_concept_unit {
        int64_t channel;
        int rank; /* of a place in it; 0: all of it */
        int64_t at[LRP_MAX_RANK];
    } * units;
    size_t count;
};
struct lrp_concepts {
    struct lrp_concept *items;
    size_t count;
    bool keep_parallel; /* relevance that goes round the nearest conditions counts, too */
    bool activation;    /* starts at the layer with what its channels hold before the activation */
};
/* How the channels of a value stand: samples x outer x channels x inner. */
struct lrp_channels {
    size_t samples, outer, count, inner;
};
/* `last`: channels are the last axis of (samples, tokens, channels). */
struct lrp_channels lrp_channels_of(const struct lrp_shape *shape, int64_t samples, bool last);
/* True if values of (samples, tokens, channels) are to be expected: the model has attention or looks up tokens. */
bool lrp_channels_last(const struct lrp_layer_view *view);
/* The channels of a sample in relevance that stands in rows: their sums, and the numbers of those whose sum is not 0, the
 * largest first, ties by number; each has room for all. Returns how many. */
size_t lrp_channels_rank(const struct lrp_channels *channels, const float *relevance, size_t sample, double *sums,
                         int64_t *order);
/* Reads lines of "SELECTOR=0,5,(3:1:2),top(3)". Errors: LRP_USAGE. *out is to be freed, whatever comes of it. */
enum lrp_status lrp_concepts_parse(const char *text, const struct lrp_graph *graph, const struct lrp_layer_view *view,
                                   struct lrp_concepts *out, struct lrp_error *err);
void lrp_concepts_free(struct lrp_concepts *concepts);
/* By value: conditioned ones, those of them nearest to the input, and all that lie before these (lrp_propagate_concepts). */
struct lrp_concept_values {
    bool *conditioned, *nearest, *before;
    struct lrp_concept_gate { /* a conditioned value, and by value what lies before it */
        int value;
        bool *before;
    } * gates;
    size_t gate_count;
};
/* *out is to be freed, whatever comes of it. Errors: LRP_MEMORY. */
enum lrp_status lrp_concept_values_of(const struct lrp_concepts *concepts, const struct lrp_graph *graph,
                                      struct lrp_concept_values *out, struct lrp_error *err);
void lrp_concept_values_free(struct lrp_concept_values *values);
/* Whether what comes from a value to one before it goes round the conditions that are next behind that one: it comes neither
 * from one of them nor from what lies before one. `data`: struct lrp_concept_values. */
bool lrp_concept_goes_round(const void *data, int from, int to);
/* As lrp_propagate, under conditions. A value that is conditioned hands on what is left of its relevance; unless what goes
 * round is kept, only relevance that has passed one of the conditions next behind a value reaches it: of conditions that lie
 * before each other all, of those side by side any. Where
 * all conditions are such values, and relevance without conditions is known (`plain`), only what lies before them is computed.
 */
enum lrp_status lrp_propagate_concepts(const struct lrp_propagation *propagation, const struct lrp_concepts *concepts,
                                       int64_t samples, const struct lrp_tensor **relevance, struct lrp_error *err);

#endif
