/* linear_rows.c: rows of a matrix that are not all zeros. */
#include "linear_rows.h"

#include <stdlib.h>
#include <string.h>

#include "parallel.h"
#include "wide.h"

enum { SOME = 256 }; /* numbers that are looked at before it is asked whether one was not 0 */

/* Also of -0. */
WIDE static bool all_zero(const float *row, int64_t n)
{
    for (int64_t from = 0; from < n; from += SOME) {
        const int64_t end = n - from < SOME ? n : from + SOME;
        int found = 0;

        for (int64_t i = from; i < end; i++) found |= row[i] != 0;
        if (found) return false;
    }
    return true;
}

struct row_search {
    const float *matrix;
    int64_t n;
    int64_t *found; /* of each row: whether it is one */
};

static void search_rows(void *context, int64_t begin, int64_t end)
{
    const struct row_search *const s = context;

    for (int64_t r = begin; r < end; r++) s->found[r] = !all_zero(s->matrix + r * s->n, s->n);
}

enum lrp_status lrp_rows_find(const float *matrix, int64_t m, int64_t n, const struct lrp_run *run, int64_t **rows,
                              int64_t *count, struct lrp_error *err)
{
    struct row_search s = {matrix, n, calloc((size_t)m + 1, sizeof *s.found)};

    if (!s.found) return lrp_fail(err, LRP_MEMORY, "not enough memory for a matrix product");
    lrp_parallel_for(run, m, n, search_rows, &s);
    *count = 0;
    for (int64_t r = 0; r < m; r++)
        if (s.found[r]) s.found[(*count)++] = r;
    *rows = s.found;
    return LRP_OK;
}

void lrp_rows_gather(const float *from, const int64_t *rows, int64_t count, int64_t n, float *to)
{
    for (int64_t i = 0; i < count; i++) memcpy(to + i * n, from + rows[i] * n, (size_t)n * sizeof *to);
}

void lrp_rows_scatter(const float *from, const int64_t *rows, int64_t count, int64_t m, int64_t n, float *to)
{
    memset(to, 0, (size_t)(m * n) * sizeof *to);
    for (int64_t i = 0; i < count; i++) memcpy(to + rows[i] * n, from + i * n, (size_t)n * sizeof *to);
}
