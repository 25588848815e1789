/* lru.h: things that can be made again, kept while there is room; what was not used for longest goes first. */
#ifndef LRP_BASE_LRU_H
#define LRP_BASE_LRU_H

#include <stdbool.h>
#include <stddef.h>

/* For one thread at a time. */
struct lrp_lru;
/* NULL when out of memory. At first there is no limit. */
struct lrp_lru *lrp_lru_new(void);
/* Releases all values; NULL is allowed. */
void lrp_lru_free(struct lrp_lru *lru);

/* The value kept under a key, which then counts as just used; NULL if there is none. Borrowed until the next put. */
void *lrp_lru_find(struct lrp_lru *lru, const void *key, size_t key_size);
/* Keeps a value of `bytes` under a key that is not there yet (both are copied or taken over) and lets go of others until the
 * limit is kept; the new value itself stays in any case. `release` gets the value when it goes. False when out of memory:
 * nothing has happened then. */
bool lrp_lru_put(struct lrp_lru *lru, const void *key, size_t key_size, void *value, size_t bytes,
                 void (*release)(void *value));
/* Says that a value takes another number of bytes by now. */
void lrp_lru_resize(struct lrp_lru *lru, const void *key, size_t key_size, size_t bytes);
/* At most this many bytes from now on. */
void lrp_lru_limit(struct lrp_lru *lru, size_t bytes);
/* Lets go of the values `which` picks (NULL: all). */
void lrp_lru_drop(struct lrp_lru *lru, bool (*which)(const void *key, size_t key_size, const void *value));

#endif
