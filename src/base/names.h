/* names.h: from a name to a number, in constant time. */
#ifndef LRP_BASE_NAMES_H
#define LRP_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0} is an empty one. Names are borrowed and must outlive it. */
struct lrp_names {
    struct lrp_name_slot *slots;
    size_t count, capacity;
};

/* Makes room for so many names in all: a table that grows to them by itself is copied many times over. False when out of
 * memory. */
bool lrp_names_reserve(struct lrp_names *names, size_t count);
/* Remembers the number under the name; an earlier one of the same name is replaced. Returns false when out of memory. */
bool lrp_names_put(struct lrp_names *names, const char *name, size_t number);
/* False if the name is not there (*number is then untouched; it may be NULL). */
bool lrp_names_get(const struct lrp_names *names, const char *name, size_t *number);
/* A name that is spelt byte by byte, for who looks for all beginnings of a text: {0} is the empty one. */
struct lrp_name_spelling {
    uint64_t hash;
    size_t length;
};
void lrp_names_spell(struct lrp_name_spelling *spelling, char next);
/* lrp_names_get of the first bytes of `text`, which are those that were spelt. */
bool lrp_names_get_spelt(const struct lrp_names *names, const struct lrp_name_spelling *spelling, const char *text,
                         size_t *number);
void lrp_names_free(struct lrp_names *names);

#endif
