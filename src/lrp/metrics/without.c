/* without.c: scores of an input without some of its units. */
#include "without.h"

#include <stdlib.h>

#include "methods/field.h"
#include "methods/series.h"

void lrp_without_free(struct lrp_without *w)
{
    if (w->passes) lrp_point_free(w->passes, w->baseline);
    lrp_units_free(&w->units);
}

enum lrp_status lrp_without_new(struct lrp_passes *p, struct lrp_without *out, struct lrp_error *err)
{
    const bool removed = lrp_given_is(p->given, "baseline", "remove");
    *out = (struct lrp_without){.passes = p};
    enum lrp_status status = lrp_units_make(p, &out->units, err);
    if (!status && removed && !p->can_shorten) status = lrp_fail(err, LRP_USAGE, "baseline remove: not here");
    if (!status && removed) status = p->can_shorten(p->data, err);
    if (!status && !removed) status = lrp_passes_baseline(p, "baseline", &out->baseline, err);
    if (status) return status;
    bool stays = !removed;
    for (size_t i = 0; i < out->units.elements && !stays; i++) stays = out->units.of[i] < 0;
    out->most = stays || !out->units.count ? out->units.count : out->units.count - 1;
    return LRP_OK;
}

/* ---- something else in their place ---- */

struct replaced {
    const struct lrp_without *without;
    const uint32_t *(*of)(const void *data, size_t k, size_t n, size_t *taken);
    const void *data;
};

/* lrp_point_fill */
static enum lrp_status fill_without(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    const struct replaced *r = data;
    const struct lrp_passes *p = r->without->passes;
    size_t taken;
    (void)err;
    for (size_t n = 0; n < (size_t)p->samples; n++) {
        const uint32_t *rank = r->of(r->data, k, n, &taken);
        lrp_units_take(p, &r->without->units, rank, taken, n, r->without->baseline, point);
    }
    return LRP_OK;
}

/* ---- removed ---- */

/* Places that stay in a point. */
static size_t list_kept(const struct lrp_without *w, const struct lrp_field *f, const uint32_t *rank, size_t taken,
                        size_t *kept)
{
    size_t count = 0;
    for (size_t place = 0; place < lrp_field_places(f); place++) {
        const int32_t unit = w->units.of[lrp_field_element(f, place)];
        if (unit < 0 || rank[unit] >= taken) kept[count++] = place;
    }
    return count;
}

struct length {
    size_t point, taken;
};

static int compare_lengths(const void *a, const void *b)
{
    const struct length *x = a, *y = b;
    if (x->taken != y->taken) return x->taken < y->taken ? -1 : 1;
    return (x->point > y->point) - (x->point < y->point);
}

/* Points of one length follow one another: they share a network. */
static enum lrp_status score_shorter(const struct lrp_without *w, size_t count, const struct replaced *r, double *scores,
                                     struct lrp_error *err)
{
    struct lrp_passes *p = w->passes;
    const struct lrp_field f = lrp_field_of(p, 0);
    size_t *kept = malloc((lrp_field_places(&f) + 1) * sizeof *kept);
    struct length *lengths = malloc((count + 1) * sizeof *lengths);
    enum lrp_status status = kept && lengths ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t k = 0; !status && k < count; k++) {
        lengths[k].point = k;
        r->of(r->data, k, 0, &lengths[k].taken);
    }
    if (!status) qsort(lengths, count, sizeof *lengths, compare_lengths);
    p->total += (int64_t)count;
    for (size_t i = 0; !status && i < count; i++) {
        size_t taken;
        const uint32_t *rank = r->of(r->data, lengths[i].point, 0, &taken);
        status = p->shortened(p->data, p, kept, list_kept(w, &f, rank, taken, kept), &scores[lengths[i].point], err);
        p->done++;
        if (p->tell) p->tell(p->data, p->done, p->total);
    }
    free(kept);
    free(lengths);
    return status;
}

enum lrp_status lrp_without_score(const struct lrp_without *w, size_t count,
                                  const uint32_t *(*of)(const void *data, size_t k, size_t n, size_t *taken), const void *data,
                                  double *scores, struct lrp_error *err)
{
    struct replaced r = {w, of, data};
    if (!w->baseline) return score_shorter(w, count, &r, scores, err);
    return lrp_passes_score_all(w->passes, count, fill_without, &r, scores, err);
}
