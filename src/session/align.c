/* align.c: which layer of one model answers to which of another: by name where both have it, else by order and type. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "names.h"

/* Points of a pair; a pair needs one name or one type. Of two ways through both lists the one with more points is taken. */
enum {
    LRP_SAME_NAME = 8,
    LRP_SAME_TYPE = 2,
    LRP_SAME_SHAPE = 1,
    LRP_SAME_ACTIVATION = 1,
    LRP_CELLS_MOST = 64 << 20 /* pairs that are looked at; beyond, only names are */
};

static int points_of(const struct lrp_layer *a, const struct lrp_layer *b)
{
    const bool name = strcmp(a->name, b->name) == 0, type = strcmp(a->type, b->type) == 0;
    if (!name && !type) return 0;
    return (name ? LRP_SAME_NAME : 0) + (type ? LRP_SAME_TYPE : 0) +
           (type && lrp_shape_equal(a->shape, b->shape) ? LRP_SAME_SHAPE : 0) +
           (type && strcmp(a->activation, b->activation) == 0 ? LRP_SAME_ACTIVATION : 0);
}

/* The parts of both lists that are left to be aligned: layers [a, a + n) and [b, b + m). */
struct stretch {
    const struct lrp_layer *rows_a, *rows_b;
    size_t a, n, b, m;
    int *with;
};

static bool same(const struct stretch *r, size_t i, size_t j)
{
    const struct lrp_layer *a = &r->rows_a[r->a + i], *b = &r->rows_b[r->b + j];
    return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0;
}

/* What begins and ends alike needs no search. */
static void take_ends(struct stretch *r)
{
    while (r->n && r->m && same(r, 0, 0)) {
        r->with[r->a++] = (int)r->b++;
        r->n--, r->m--;
    }
    while (r->n && r->m && same(r, r->n - 1, r->m - 1)) {
        r->n--, r->m--;
        r->with[r->a + r->n] = (int)(r->b + r->m);
    }
}

enum step { LRP_STEP_BOTH, LRP_STEP_A, LRP_STEP_B };

/* The best way through both, by the best ways through what lies before (Needleman and Wunsch, 1970, without a price for
 * gaps). steps: n * m of them; best: two rows of m + 1. */
static void align(const struct stretch *r, unsigned char *steps, int *best)
{
    int *before = best, *now = best + r->m + 1;
    for (size_t i = 0; i < r->n; i++) {
        now[0] = 0;
        for (size_t j = 0; j < r->m; j++) {
            const int points = points_of(&r->rows_a[r->a + i], &r->rows_b[r->b + j]);
            const int both = points ? before[j] + points : -1;
            now[j + 1] = before[j + 1] > now[j] ? before[j + 1] : now[j];
            unsigned char step = before[j + 1] > now[j] ? LRP_STEP_A : LRP_STEP_B;
            if (both >= now[j + 1] && points) {
                now[j + 1] = both;
                step = LRP_STEP_BOTH;
            }
            steps[i * r->m + j] = step;
        }
        int *const swap = before;
        before = now;
        now = swap;
    }
    for (size_t i = r->n, j = r->m; i > 0 && j > 0;) {
        const unsigned char step = steps[(i - 1) * r->m + j - 1];
        if (step != LRP_STEP_B) i--;
        if (step != LRP_STEP_A) j--;
        if (step == LRP_STEP_BOTH) r->with[r->a + i] = (int)(r->b + j);
    }
}

/* Of graphs too large for that: layers of one name that stand in one order. */
static bool align_names(const struct stretch *r)
{
    struct lrp_names names = {0};
    bool ok = true;
    for (size_t j = 0; ok && j < r->m; j++) ok = lrp_names_put(&names, r->rows_b[r->b + j].name, j);
    size_t next = 0, found;
    for (size_t i = 0; ok && i < r->n; i++)
        if (lrp_names_get(&names, r->rows_a[r->a + i].name, &found) && found >= next) {
            r->with[r->a + i] = (int)(r->b + found);
            next = found + 1;
        }
    lrp_names_free(&names);
    return ok;
}

enum lrp_status lrp_layer_list_align(const struct lrp_layer_list *a, const struct lrp_layer_list *b, int *with,
                                     struct lrp_error *err)
{
    struct stretch r = {a->rows, b->rows, 1, a->count - 1, 1, b->count - 1, with};
    for (size_t i = 0; i < a->count; i++) with[i] = i ? -1 : 0;
    take_ends(&r);
    if (!r.n || !r.m) return LRP_OK;
    bool ok = true;
    if (r.m > LRP_CELLS_MOST / r.n) {
        ok = align_names(&r);
    } else {
        unsigned char *steps = malloc(r.n * r.m);
        int *best = calloc(2 * (r.m + 1), sizeof *best);
        ok = steps && best;
        if (ok) align(&r, steps, best);
        free(steps);
        free(best);
    }
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}
