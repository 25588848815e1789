/* references.h: samples that the channels of a model's layers are strongest in: an index that `concepts --index` made. */
#ifndef LRP_TUI_REFERENCES_H
#define LRP_TUI_REFERENCES_H

#include <stddef.h>
#include <stdint.h>

#include "string_list.h"

/* A layer's: references x channels, the strongest first; samples below 0: there are fewer. */
struct lrp_layer_references {
    char *layer; /* owned */
    size_t references, channels;
    double *values;   /* owned */
    int64_t *samples; /* owned */
};
/* {0} is none. */
struct lrp_references {
    struct lrp_strings inputs;           /* names of the samples */
    struct lrp_layer_references *layers; /* owned */
    size_t count;
};
void lrp_references_free(struct lrp_references *references);
/* A layer's, by its name; NULL: the index knows nothing of it. */
const struct lrp_layer_references *lrp_references_of(const struct lrp_references *references, const char *layer);
/* The name of the sample at a place among a channel's strongest, and its value; NULL: there is none. */
const char *lrp_reference_at(const struct lrp_references *references, const struct lrp_layer_references *layer, int64_t channel,
                             size_t place, double *value);

#endif
