/* added.h: finding the tokens that are cut out of a text as they stand. */
#ifndef LRP_FORMATS_ADDED_H
#define LRP_FORMATS_ADDED_H

#include "tokenizer.h"

struct lrp_added_match {
    const struct lrp_added_token *token;
    size_t first, last; /* with the white space that goes with it */
};
/* The first added token from place `from` on, among those that stand in the raw text or, `normalized`, in the normalised one;
 * the longest where several begin at one place. */
bool lrp_added_next(const struct lrp_tokenizer *t, bool normalized, const struct lrp_char *text, size_t count, size_t from,
                    struct lrp_added_match *out);

#endif
