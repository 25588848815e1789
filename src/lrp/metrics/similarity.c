/* similarity.c: how alike two attributions are. */
#include "similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double lrp_pearson(const double *a, const double *b, size_t n)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < n; i++) {
        ma += a[i] / (double)n;
        mb += b[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
        ab += (a[i] - ma) * (b[i] - mb);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : (double)NAN;
}

static double cosine(const double *a, const double *b, size_t n)
{
    double aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < n; i++) {
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        ab += a[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : (double)NAN;
}

struct ranked {
    double value;
    size_t at;
};

static int compare_ranked(const void *a, const void *b)
{
    const double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;
    return (x > y) - (x < y);
}

/* Ranks from 1; equal numbers share the mean of theirs. */
static void rank_values(const double *values, size_t n, bool sizes, struct ranked *room, double *out)
{
    for (size_t i = 0; i < n; i++) room[i] = (struct ranked){sizes ? fabs(values[i]) : values[i], i};
    qsort(room, n, sizeof *room, compare_ranked);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && room[next].value == room[i].value;) next++;
        for (size_t k = i; k < next; k++) out[room[k].at] = (double)(i + next + 1) / 2;
    }
}

static enum lrp_status spearman(const double *a, const double *b, size_t n, bool sizes, double *out, struct lrp_error *err)
{
    struct ranked *room = malloc(n * sizeof *room + 1);
    double *ranks = malloc(2 * n * sizeof *ranks + 1);
    const bool ok = room && ranks;
    if (ok) {
        rank_values(a, n, sizes, room, ranks);
        rank_values(b, n, sizes, room, ranks + n);
        *out = lrp_pearson(ranks, ranks + n, n);
    }
    free(room);
    free(ranks);
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_similarity(const char *name, const double *a, const double *b, size_t n, double *out, struct lrp_error *err)
{
    *out = NAN;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i]) || !isfinite(b[i])) return LRP_OK;
    if (strcmp(name, "spearman") == 0 || strcmp(name, "spearman-abs") == 0)
        return spearman(a, b, n, strcmp(name, "spearman-abs") == 0, out, err);
    *out = (strcmp(name, "pearson") == 0 ? lrp_pearson : cosine)(a, b, n);
    return LRP_OK;
}
