/* nearest.c: which names a mistyped one may have meant. */
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define SUGGESTIONS 3

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t lrp_edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    size_t *rows = calloc(m + 1, 3 * sizeof *rows);
    if (!rows) return n > m ? n : m; /* the upper bound; only a suggestion suffers */
    size_t *before = rows, *above = rows + m + 1, *row = rows + 2 * (m + 1);
    for (size_t j = 0; j <= m; j++) above[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2])) row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    const size_t distance = above[m];
    free(rows);
    return distance;
}

void lrp_text_nearest(struct lrp_text *out, const char *wanted, const char *const *names, size_t count)
{
    struct {
        size_t distance, index;
    } best[SUGGESTIONS + 1]; /* sorted; the last place is where a new one comes in */
    size_t held = 0;
    for (size_t i = 0; i < count; i++) {
        size_t place = held;
        bool again = false;
        for (size_t k = 0; k < held; k++) again |= !strcmp(names[best[k].index], names[i]);
        if (again) continue;
        best[place].distance = lrp_edit_distance(wanted, names[i]);
        best[place].index = i;
        for (; place > 0 && best[place].distance < best[place - 1].distance; place--) {
            const size_t distance = best[place - 1].distance, index = best[place - 1].index;
            best[place - 1] = best[place];
            best[place].distance = distance;
            best[place].index = index;
        }
        if (held < SUGGESTIONS) held++;
    }
    for (size_t i = 0; i < held; i++) {
        lrp_text_append(out, i ? ", " : "");
        lrp_text_append(out, names[best[i].index]);
    }
}
