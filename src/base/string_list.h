/* string_list.h: a list of owned strings. */
#ifndef LRP_BASE_STRING_LIST_H
#define LRP_BASE_STRING_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct lrp_strings {
    char **items;
    size_t count;
};
/* Appends a copy; false when out of memory. */
bool lrp_strings_add(struct lrp_strings *strings, const char *text);
/* -1 if it is not there. */
long lrp_strings_find(const struct lrp_strings *strings, const char *text);
void lrp_strings_remove(struct lrp_strings *strings, size_t index);
bool lrp_strings_copy(const struct lrp_strings *from, struct lrp_strings *to);
bool lrp_strings_equal(const struct lrp_strings *a, const struct lrp_strings *b);
void lrp_strings_free(struct lrp_strings *strings);

#endif
