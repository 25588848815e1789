/* references.c: samples that channels are strongest in. */
#include "references.h"

#include <stdlib.h>
#include <string.h>

void lrp_references_free(struct lrp_references *r)
{
    for (size_t i = 0; i < r->count; i++) {
        free(r->layers[i].layer);
        free(r->layers[i].values);
        free(r->layers[i].samples);
    }
    free(r->layers);
    lrp_strings_free(&r->inputs);
    *r = (struct lrp_references){0};
}

const struct lrp_layer_references *lrp_references_of(const struct lrp_references *r, const char *layer)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->layers[i].layer, layer) == 0) return &r->layers[i];
    return NULL;
}

const char *lrp_reference_at(const struct lrp_references *r, const struct lrp_layer_references *l, int64_t channel,
                             size_t place, double *value)
{
    if (channel < 0 || (size_t)channel >= l->channels || place >= l->references) return NULL;
    const size_t at = place * l->channels + (size_t)channel;
    if (l->samples[at] < 0 || (size_t)l->samples[at] >= r->inputs.count) return NULL;
    *value = l->values[at];
    return r->inputs.items[l->samples[at]];
}
