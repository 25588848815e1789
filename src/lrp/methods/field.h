/* field.h: an input as a picture: places, each with the values of all channels. */
#ifndef LRP_LRP_METHODS_FIELD_H
#define LRP_LRP_METHODS_FIELD_H

#include "passes.h"

/* A source: places of space, each with the values of all channels. */
struct lrp_field {
    size_t source, parts, each; /* each: elements of a sample */
    int rank;                   /* axes of space */
    int64_t space[LRP_MAX_RANK];
    size_t stride[LRP_MAX_RANK]; /* elements from one place to the next along an axis */
    size_t channels, channel_stride;
    bool looked_up; /* tokens: a place's values are the numbers of one embedding, which share what it gets */
};

struct lrp_field lrp_field_of(const struct lrp_passes *passes, size_t source);
size_t lrp_field_places(const struct lrp_field *field);
/* The first channel's element of a place, in its sample. */
size_t lrp_field_element(const struct lrp_field *field, size_t place);

#endif
