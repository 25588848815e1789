/* dimensions.c: one size for one name, see dimensions.h. */
#include "dimensions.h"

#include <stdlib.h>

struct lrp_dimension {
    int64_t size;
    size_t input;     /* that brought it */
    const char *from; /* and where from */
};

void lrp_dimensions_free(struct lrp_dimensions *dimensions)
{
    lrp_names_free(&dimensions->names);
    free(dimensions->known);
    *dimensions = (struct lrp_dimensions){.model = dimensions->model};
}

static enum lrp_status add_dimension(struct lrp_dimensions *d, const char *name, const struct lrp_dimension *one,
                                     struct lrp_error *err)
{
    struct lrp_dimension *more = realloc(d->known, (d->count + 1) * sizeof *more);
    if (more) d->known = more;
    if (!more || !lrp_names_put(&d->names, name, d->count)) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    more[d->count++] = *one;
    return LRP_OK;
}

enum lrp_status lrp_dimensions_take(struct lrp_dimensions *dimensions, size_t input, const struct lrp_shape *shape,
                                    const char *from, struct lrp_error *err)
{
    const struct lrp_value_definition *in = &dimensions->model->inputs[input];
    enum lrp_status status = LRP_OK;
    for (int i = 0; !status && i < shape->rank && shape->rank == in->shape.rank; i++) {
        const struct lrp_dimension one = {shape->dim[i], input, from};
        size_t at;
        if (!in->dim_name[i] || one.size < 0) continue;
        if (!lrp_names_get(&dimensions->names, in->dim_name[i], &at)) {
            status = add_dimension(dimensions, in->dim_name[i], &one, err);
            continue;
        }
        const struct lrp_dimension *other = &dimensions->known[at];
        if (other->size != one.size)
            status =
                lrp_fail(err, LRP_USAGE,
                         "%s: dimension %s is %lld in input %s (%s) and %lld in input %s (%s): it has one size in all inputs; "
                         "give both the same",
                         dimensions->model->path, in->dim_name[i], (long long)other->size,
                         dimensions->model->inputs[other->input].name, other->from, (long long)one.size, in->name, from);
    }
    return status;
}

struct lrp_shape lrp_dimensions_fill(const struct lrp_dimensions *dimensions, size_t input, const struct lrp_shape *shape)
{
    const struct lrp_value_definition *in = &dimensions->model->inputs[input];
    struct lrp_shape filled = shape->rank >= 0 ? *shape : in->shape;
    bool any = shape->rank >= 0;
    for (int i = 0; i < filled.rank && filled.rank == in->shape.rank; i++) {
        size_t at;
        if (filled.dim[i] >= 0 || !in->dim_name[i] || !lrp_names_get(&dimensions->names, in->dim_name[i], &at)) continue;
        filled.dim[i] = dimensions->known[at].size;
        any = true;
    }
    if (!any) filled.rank = -1;
    return filled;
}
