/* field.c: an input as a picture. */
#include "field.h"

static void add_axis(struct lrp_field *f, int64_t size, size_t stride)
{
    f->space[f->rank] = size;
    f->stride[f->rank++] = stride;
}

struct lrp_field lrp_field_of(const struct lrp_passes *p, size_t source)
{
    size_t sources;
    const struct lrp_carrier_source *s = lrp_passes_sources(p, &sources) + source;
    const struct lrp_tensor *clean = lrp_passes_clean(p, source);
    struct lrp_field f = {.source = source, .parts = lrp_passes_parts(p, source), .channels = 1};
    f.each = clean->count / f.parts;
    f.looked_up = s->value != s->input;
    const bool batched = clean->shape.rank > 1 && clean->shape.dim[0] == (int64_t)f.parts;
    const int rank = clean->shape.rank - batched;
    const int channel = rank < 2 ? -1 : f.looked_up || p->channels_last ? rank - 1 : 0;
    size_t stride = f.each;
    for (int k = 0; k < rank; k++) {
        const int64_t size = clean->shape.dim[k + batched];
        stride /= size ? (size_t)size : 1;
        if (k == channel) {
            f.channels = (size_t)size;
            f.channel_stride = stride;
        } else {
            add_axis(&f, size, stride);
        }
    }
    return f;
}

size_t lrp_field_places(const struct lrp_field *f)
{
    size_t places = 1;
    for (int k = 0; k < f->rank; k++) places *= (size_t)f->space[k];
    return places;
}

size_t lrp_field_element(const struct lrp_field *f, size_t place)
{
    size_t at = 0;
    for (int k = f->rank - 1; k >= 0; k--) {
        at += place % (size_t)f->space[k] * f->stride[k];
        place /= (size_t)f->space[k];
    }
    return at;
}
