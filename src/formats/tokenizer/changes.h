/* changes.h: a text that a step makes of another: its characters, and how many of the text before each stands for. */
#ifndef LRP_FORMATS_CHANGES_H
#define LRP_FORMATS_CHANGES_H

#include "chars.h"

struct lrp_change {
    int32_t code;
    int change; /* 1: put in behind the one before it; 0: stands for the next one; -n: for that, and n behind it are gone */
};
/* {0} is an empty one; after a failed allocation `failed` is set and further calls do nothing. */
struct lrp_changes {
    struct lrp_change *items; /* owned */
    size_t count, capacity;
    bool failed;
};
void lrp_changes_push(struct lrp_changes *changes, int32_t code, int change);
/* Appends the new text to `out`: characters take their places in the original from the text before, one after the other, as
 * Hugging Face's tokenizers count them. What is gone before the first character that stays counts as standing there: its place
 * is taken by what comes first. */
void lrp_changes_apply(const struct lrp_changes *changes, const struct lrp_chars *before, struct lrp_chars *out);
void lrp_changes_free(struct lrp_changes *changes);

#endif
