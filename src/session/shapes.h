/* shapes.h: the text of the setting input_shape: "1,3,224,224" for the first input, then "NAME=1,77" for others, joined by
 * commas; a name that holds = or a comma stands in quotation marks. */
#ifndef LRP_SESSION_SHAPES_H
#define LRP_SESSION_SHAPES_H

#include "lrpscope/tensor.h"

struct lrp_shape_text {
    const char *name; /* borrowed from the text; NULL: the first input */
    size_t name_length;
    struct lrp_shape shape;
    const char *start, *end; /* where in the text it stands */
};
/* The next one; *text is moved behind it. False at the end, and (then *text is not at its end) where the form is wrong. */
bool lrp_shape_text_next(const char **text, struct lrp_shape_text *out);
/* LRP_USAGE if the form is wrong. */
enum lrp_status lrp_shape_text_check(const char *text, struct lrp_error *err);
/* The last one for an input; rank -1: there is none. `first`: it is the model's first input. */
void lrp_shape_text_find(const char *text, const char *name, bool first, struct lrp_shape *out);

#endif
