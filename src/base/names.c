/* names.c: an open-addressing hash table from names to numbers. */
#include "names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lrp_name_slot {
    const char *name; /* NULL: free */
    uint64_t hash;
    size_t number;
};

#define HASH_OF_NOTHING 0xcbf29ce484222325u

/* FNV-1a, a byte further. */
static uint64_t extend_hash(uint64_t hash, char next)
{
    return (hash ^ (unsigned char)next) * 0x100000001b3u;
}

/* A final mix, because the table takes the low bits. */
static uint64_t mix_hash(uint64_t hash)
{
    hash ^= hash >> 32;
    return hash * 0x9e3779b97f4a7c15u >> 8;
}

static uint64_t hash_of(const char *name)
{
    uint64_t hash = HASH_OF_NOTHING;
    for (const char *p = name; *p; p++) hash = extend_hash(hash, *p);
    return mix_hash(hash);
}

/* The slot that holds the name, or the free one where it belongs. There is always a free one. */
static struct lrp_name_slot *find_slot(const struct lrp_names *names, const char *name, uint64_t hash)
{
    const size_t mask = names->capacity - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct lrp_name_slot *slot = &names->slots[i];
        if (!slot->name || (slot->hash == hash && (slot->name == name || strcmp(slot->name, name) == 0))) return slot;
    }
}

/* To a power of two. */
static bool grow_table(struct lrp_names *names, size_t capacity)
{
    struct lrp_names bigger = {.count = names->count, .capacity = capacity};
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots) return false;
    for (size_t i = 0; i < names->capacity; i++) {
        const struct lrp_name_slot *slot = &names->slots[i];
        if (slot->name) *find_slot(&bigger, slot->name, slot->hash) = *slot;
    }
    free(names->slots);
    *names = bigger;
    return true;
}

bool lrp_names_reserve(struct lrp_names *names, size_t count)
{
    size_t capacity = names->capacity ? names->capacity : 64;
    if (count > SIZE_MAX / 4) return false;
    while (capacity <= count * 2) capacity *= 2;
    return capacity == names->capacity || grow_table(names, capacity);
}

bool lrp_names_put(struct lrp_names *names, const char *name, size_t number)
{
    if (names->count * 2 >= names->capacity && !lrp_names_reserve(names, names->count + 1)) return false;
    const uint64_t hash = hash_of(name);
    struct lrp_name_slot *slot = find_slot(names, name, hash);
    names->count += !slot->name;
    *slot = (struct lrp_name_slot){name, hash, number};
    return true;
}

bool lrp_names_get(const struct lrp_names *names, const char *name, size_t *number)
{
    if (names->count == 0) return false;
    const struct lrp_name_slot *slot = find_slot(names, name, hash_of(name));
    if (slot->name && number) *number = slot->number;
    return slot->name != NULL;
}

void lrp_names_spell(struct lrp_name_spelling *spelling, char next)
{
    spelling->hash = extend_hash(spelling->length++ ? spelling->hash : HASH_OF_NOTHING, next);
}

bool lrp_names_get_spelt(const struct lrp_names *names, const struct lrp_name_spelling *spelling, const char *text,
                         size_t *number)
{
    const uint64_t hash = mix_hash(spelling->length ? spelling->hash : HASH_OF_NOTHING);
    const size_t mask = names->capacity - 1;
    if (names->count == 0) return false;
    for (size_t i = (size_t)hash & mask; names->slots[i].name; i = (i + 1) & mask) {
        const struct lrp_name_slot *slot = &names->slots[i];
        if (slot->hash != hash || strncmp(slot->name, text, spelling->length) != 0 || slot->name[spelling->length]) continue;
        *number = slot->number;
        return true;
    }
    return false;
}

void lrp_names_free(struct lrp_names *names)
{
    free(names->slots);
    *names = (struct lrp_names){0};
}
