/* lru.c: a hash table whose entries also form a list from the most to the least recently used. */
#include "lru.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lru_entry {
    struct lru_entry *chain; /* of its bucket */
    struct lru_entry *newer, *older;
    void *value;
    void (*release)(void *value);
    size_t bytes, key_size;
    uint64_t hash;
    unsigned char key[];
};
struct lrp_lru {
    struct lru_entry **buckets;
    size_t bucket_count, count; /* the former a power of 2 */
    struct lru_entry *newest, *oldest;
    size_t bytes, limit;
};

enum { FIRST_BUCKETS = 64 };

struct lrp_lru *lrp_lru_new(void)
{
    struct lrp_lru *lru = calloc(1, sizeof *lru);

    if (lru) lru->buckets = calloc(FIRST_BUCKETS, sizeof(struct lru_entry *));
    if (!lru || !lru->buckets) {
        free(lru);
        return NULL;
    }
    lru->bucket_count = FIRST_BUCKETS;
    lru->limit = SIZE_MAX;
    return lru;
}

/* FNV-1a */
static uint64_t hash_of(const unsigned char *key, size_t size)
{
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < size; i++) hash = (hash ^ key[i]) * 1099511628211U;
    return hash;
}

static struct lru_entry **place_of(struct lrp_lru *lru, const void *key, size_t key_size, uint64_t hash)
{
    struct lru_entry **at = &lru->buckets[hash & (lru->bucket_count - 1)];

    while (*at && ((*at)->hash != hash || (*at)->key_size != key_size || memcmp((*at)->key, key, key_size) != 0))
        at = &(*at)->chain;
    return at;
}

static void unlink_entry(struct lrp_lru *lru, struct lru_entry *e)
{
    *(e->newer ? &e->newer->older : &lru->newest) = e->older;
    *(e->older ? &e->older->newer : &lru->oldest) = e->newer;
    e->newer = e->older = NULL;
}

static void make_newest(struct lrp_lru *lru, struct lru_entry *e)
{
    e->older = lru->newest;
    *(e->older ? &e->older->newer : &lru->oldest) = e;
    lru->newest = e;
}

static void let_go(struct lrp_lru *lru, struct lru_entry *e)
{
    *place_of(lru, e->key, e->key_size, e->hash) = e->chain;
    unlink_entry(lru, e);
    lru->bytes -= e->bytes;
    lru->count--;
    e->release(e->value);
    free(e);
}

/* The newest one stays: somebody is about to use it. */
static void keep_limit(struct lrp_lru *lru)
{
    for (struct lru_entry *e = lru->oldest, *newer; e != lru->newest && lru->bytes > lru->limit; e = newer) {
        newer = e->newer;
        let_go(lru, e);
    }
}

void lrp_lru_drop(struct lrp_lru *lru, bool (*which)(const void *key, size_t key_size, const void *value))
{
    for (struct lru_entry *e = lru->newest, *next; e; e = next) {
        next = e->older;
        if (!which || which(e->key, e->key_size, e->value)) let_go(lru, e);
    }
}

void lrp_lru_free(struct lrp_lru *lru)
{
    if (!lru) return;
    lrp_lru_drop(lru, NULL);
    free(lru->buckets);
    free(lru);
}

void *lrp_lru_find(struct lrp_lru *lru, const void *key, size_t key_size)
{
    struct lru_entry *const e = *place_of(lru, key, key_size, hash_of(key, key_size));

    if (!e) return NULL;
    unlink_entry(lru, e);
    make_newest(lru, e);
    return e->value;
}

/* Twice the buckets once there are as many entries; without memory for them chains just get longer. */
static void spread_slots(struct lrp_lru *lru)
{
    const size_t count = 2 * lru->bucket_count;
    struct lru_entry **const buckets = lru->count < lru->bucket_count ? NULL : calloc(count, sizeof(struct lru_entry *));

    if (!buckets) return;
    free(lru->buckets);
    lru->buckets = buckets;
    lru->bucket_count = count;
    for (struct lru_entry *e = lru->newest; e; e = e->older) {
        e->chain = buckets[e->hash & (count - 1)];
        buckets[e->hash & (count - 1)] = e;
    }
}

bool lrp_lru_put(struct lrp_lru *lru, const void *key, size_t key_size, void *value, size_t bytes, void (*release)(void *value))
{
    struct lru_entry *const e = malloc(sizeof *e + key_size);

    if (!e) return false;
    *e = (struct lru_entry){.value = value, .release = release, .bytes = bytes, .key_size = key_size};
    memcpy(e->key, key, key_size);
    e->hash = hash_of(e->key, key_size);
    spread_slots(lru);
    *place_of(lru, key, key_size, e->hash) = e;
    make_newest(lru, e);
    lru->count++;
    lru->bytes += bytes;
    keep_limit(lru);
    return true;
}

void lrp_lru_resize(struct lrp_lru *lru, const void *key, size_t key_size, size_t bytes)
{
    struct lru_entry *const e = *place_of(lru, key, key_size, hash_of(key, key_size));

    if (!e) return;
    lru->bytes += bytes - e->bytes;
    e->bytes = bytes;
    keep_limit(lru);
}

void lrp_lru_limit(struct lrp_lru *lru, size_t bytes)
{
    lru->limit = bytes;
    keep_limit(lru);
}
