/* changes.c: texts made of others, see changes.h. */
#include "changes.h"

#include <stdlib.h>

#include "grown.h"

void lrp_changes_push(struct lrp_changes *changes, int32_t code, int change)
{
    const bool more = !changes->failed && changes->count < LRP_MOST_CHARS;
    struct lrp_change *items = more ? lrp_grown(changes->items, changes->count, &changes->capacity, sizeof *items) : NULL;
    if (!items) {
        changes->failed = true;
        return;
    }
    changes->items = items;
    changes->items[changes->count++] = (struct lrp_change){code, change};
}

void lrp_changes_apply(const struct lrp_changes *changes, const struct lrp_chars *before, struct lrp_chars *out)
{
    size_t next = 0; /* of the text before */
    for (size_t i = 0; i < changes->count; i++) {
        const struct lrp_change c = changes->items[i];
        struct lrp_char from = {0};
        const size_t at = c.change > 0 ? next - 1 : next; /* put in before anything: at the begin of the text */
        if (at < before->count) from = before->items[at];
        lrp_chars_push(out, c.code, from.start, from.end);
        if (c.change <= 0) next += 1 + (size_t)-c.change;
    }
    out->failed = out->failed || changes->failed;
}

void lrp_changes_free(struct lrp_changes *changes)
{
    free(changes->items);
    *changes = (struct lrp_changes){0};
}
