/* kept.c: an open-addressing hash set of texts. */
#include "kept.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lrp_kept_slot {
    const char *text; /* NULL: free */
    uint32_t hash;
};

/* FNV-1a, folded so that the low bits depend on all. */
static uint32_t hash_of(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return (uint32_t)((hash ^ hash >> 32) * 0x9e3779b1u >> 7);
}

/* The first slot from where the hash points that is free, or holds the text (NULL: any is another one). There always is a free
 * one. */
static struct lrp_kept_slot *find_slot(const struct lrp_kept *kept, uint32_t hash, const char *text, size_t length)
{
    const size_t mask = kept->capacity - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct lrp_kept_slot *slot = &kept->slots[i];
        if (!slot->text) return slot;
        if (text && slot->hash == hash && strncmp(slot->text, text, length) == 0 && !slot->text[length]) return slot;
    }
}

static bool grow_table(struct lrp_kept *kept)
{
    struct lrp_kept bigger = *kept;
    bigger.capacity = kept->capacity ? kept->capacity * 2 : 64;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots) return false;
    for (size_t i = 0; i < kept->capacity; i++)
        if (kept->slots[i].text) *find_slot(&bigger, kept->slots[i].hash, NULL, 0) = kept->slots[i];
    free(kept->slots);
    *kept = bigger;
    return true;
}

const char *lrp_kept_text(struct lrp_kept *kept, const char *text, size_t length)
{
    if (kept->count * 2 >= kept->capacity && !grow_table(kept)) return NULL;
    length = strnlen(text, length);
    const uint32_t hash = hash_of(text, length);
    struct lrp_kept_slot *slot = find_slot(kept, hash, text, length);
    if (slot->text) return slot->text;
    const char *copy = lrp_arena_strndup(kept->arena, text, length);
    if (!copy) return NULL;
    *slot = (struct lrp_kept_slot){copy, hash};
    kept->count++;
    return copy;
}

void lrp_kept_free(struct lrp_kept *kept)
{
    free(kept->slots);
    *kept = (struct lrp_kept){.arena = kept->arena};
}
