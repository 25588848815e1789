/* text_set.c: an open-addressing hash set of texts. */
#include "text_set.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lrp_text_slot {
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
static struct lrp_text_slot *find_slot(const struct lrp_text_set *set, uint32_t hash, const char *text, size_t length)
{
    const size_t mask = set->capacity - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct lrp_text_slot *slot = &set->slots[i];
        if (!slot->text) return slot;
        if (text && slot->hash == hash && strncmp(slot->text, text, length) == 0 && !slot->text[length]) return slot;
    }
}

/* To a power of two. */
static bool grow_table(struct lrp_text_set *set, size_t capacity)
{
    struct lrp_text_set bigger = *set;
    bigger.capacity = capacity;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots) return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].text) *find_slot(&bigger, set->slots[i].hash, NULL, 0) = set->slots[i];
    free(set->slots);
    *set = bigger;
    return true;
}

bool lrp_text_set_reserve(struct lrp_text_set *set, size_t count)
{
    size_t capacity = set->capacity ? set->capacity : 64;
    if (count > SIZE_MAX / 4) return false;
    while (capacity <= count * 2) capacity *= 2;
    return capacity == set->capacity || grow_table(set, capacity);
}

const char *lrp_text_set_keep(struct lrp_text_set *set, const char *text, size_t length)
{
    if (set->count * 2 >= set->capacity && !lrp_text_set_reserve(set, set->count + 1)) return NULL;
    length = strnlen(text, length);
    const uint32_t hash = hash_of(text, length);
    struct lrp_text_slot *slot = find_slot(set, hash, text, length);
    if (slot->text) return slot->text;
    const char *copy = lrp_arena_strndup(set->arena, text, length);
    if (!copy) return NULL;
    *slot = (struct lrp_text_slot){copy, hash};
    set->count++;
    return copy;
}

void lrp_text_set_free(struct lrp_text_set *set)
{
    free(set->slots);
    *set = (struct lrp_text_set){.arena = set->arena};
}
