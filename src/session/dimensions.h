/* dimensions.h: sizes of the open dimensions that several inputs share by name: one name has one size. */
#ifndef LRP_SESSION_DIMENSIONS_H
#define LRP_SESSION_DIMENSIONS_H

#include "definition.h"
#include "names.h"

/* {0}: no size is known. Names and definition are borrowed. */
struct lrp_dimensions {
    const struct lrp_definition *model;
    struct lrp_names names; /* numbers of `known` */
    struct lrp_dimension *known;
    size_t count;
};
void lrp_dimensions_free(struct lrp_dimensions *dimensions);
/* Takes the sizes of an input (rank -1: none), that come from `from` (borrowed: a file's name, "--input-shape"). LRP_USAGE if a
 * name has another size already: one line with both inputs, both sizes and the remedy. */
enum lrp_status lrp_dimensions_take(struct lrp_dimensions *dimensions, size_t input, const struct lrp_shape *shape,
                                    const char *from, struct lrp_error *err);
/* The shape of an input with the sizes that are known filled in where `shape` (rank -1: none) and the file leave them open. */
struct lrp_shape lrp_dimensions_fill(const struct lrp_dimensions *dimensions, size_t input, const struct lrp_shape *shape);

#endif
