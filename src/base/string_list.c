/* string_list.c: a list of owned strings. */
#include "string_list.h"

#include <stdlib.h>
#include <string.h>

bool lrp_strings_add(struct lrp_strings *strings, const char *text)
{
    char **items = realloc(strings->items, (strings->count + 1) * sizeof *items);
    if (!items) return false;
    strings->items = items;
    items[strings->count] = strdup(text);
    if (!items[strings->count]) return false;
    strings->count++;
    return true;
}

long lrp_strings_find(const struct lrp_strings *strings, const char *text)
{
    for (size_t i = 0; i < strings->count; i++)
        if (strcmp(strings->items[i], text) == 0) return (long)i;
    return -1;
}

void lrp_strings_remove(struct lrp_strings *strings, size_t index)
{
    free(strings->items[index]);
    memmove(&strings->items[index], &strings->items[index + 1], (strings->count - index - 1) * sizeof *strings->items);
    strings->count--;
}

bool lrp_strings_copy(const struct lrp_strings *from, struct lrp_strings *to)
{
    *to = (struct lrp_strings){0};
    for (size_t i = 0; i < from->count; i++)
        if (!lrp_strings_add(to, from->items[i])) return false;
    return true;
}

bool lrp_strings_equal(const struct lrp_strings *a, const struct lrp_strings *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0) return false;
    return true;
}

void lrp_strings_free(struct lrp_strings *strings)
{
    for (size_t i = 0; i < strings->count; i++) free(strings->items[i]);
    free(strings->items);
    *strings = (struct lrp_strings){0};
}
