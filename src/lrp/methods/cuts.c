/* cuts.c: how the score falls when parts of an input are cut away, one after the other. */
#include "cuts.h"

#include <stdlib.h>
#include <string.h>

#include "series.h"

/* Elements of a sample that a member of a cut stands for: the first, and how many channels. */
static size_t first_element(const struct lrp_cuts *t, size_t member, size_t *channels)
{
    *channels = t->values ? 1 : t->field.channels;
    return t->values ? member : lrp_field_element(&t->field, member);
}

/* The cut's elements of a point become those of another. */
static void move_cut(const struct lrp_cuts *t, const size_t *members, size_t count, const float *from, float *to)
{
    const struct lrp_field *f = &t->field;
    size_t channels;
    for (size_t m = 0; m < count; m++) {
        const size_t first = first_element(t, members[m], &channels);
        for (size_t n = 0; n < f->parts; n++)
            for (size_t c = 0; c < channels; c++) {
                const size_t i = n * f->each + first + c * f->channel_stride;
                to[i] = from[i];
            }
    }
}

/* The baseline where it is cut (keep: where it is not), the clean input elsewhere (lrp_point_fill). */
static enum lrp_status fill_cut(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    const struct lrp_cuts *t = data;
    const struct lrp_field *f = &t->field;
    size_t sources, *members = malloc(t->most * sizeof *members + 1); /* of this thread */
    if (!members) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    lrp_passes_sources(t->passes, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *x = s == f->source && t->keep ? t->baseline[s] : lrp_passes_clean(t->passes, s);
        memcpy(point[s]->f, x->f, x->count * sizeof *x->f);
    }
    const struct lrp_tensor *other = t->keep ? lrp_passes_clean(t->passes, f->source) : t->baseline[f->source];
    move_cut(t, members, t->list(t->cuts, k, members), other->f, point[f->source]->f);
    free(members);
    return LRP_OK;
}

/* By element: the mean over the cuts so far that cover it, or their sum; of the sources before it is known, of those behind it
 * nothing is (lrp_so_far). */
static double shown_so_far(const void *data, size_t s, size_t i)
{
    const struct lrp_cuts *t = data;
    const double cuts = t->covered && s == t->field.source ? t->covered[i % t->field.each] : 0;
    return !t->keep && cuts > 0 ? t->sums[s][i] / cuts : t->sums[s][i];
}

/* Gives what a cut has shown to everything in it. */
static void give_cut(void *data, size_t k, const double *scores, const struct lrp_tensor *const *relevance)
{
    struct lrp_cuts *t = data;
    const struct lrp_field *f = &t->field;
    const double share = f->looked_up ? 1 / (double)f->channels : 1;
    const size_t count = t->list(t->cuts, k, t->members);
    size_t channels;
    (void)relevance;
    for (size_t m = 0; m < count; m++) {
        const size_t first = first_element(t, t->members[m], &channels);
        for (size_t c = 0; c < channels; c++) {
            const size_t element = first + c * f->channel_stride;
            if (t->covered) t->covered[element]++;
            for (size_t n = 0; n < f->parts; n++)
                t->sums[f->source][n * f->each + element] += share * (t->keep ? scores[n] : t->clean[n] - scores[n]);
        }
    }
    lrp_passes_show(t->passes, shown_so_far, t);
}

void lrp_cuts_free(const struct lrp_passes *p, struct lrp_cuts *t)
{
    lrp_point_free(p, t->baseline);
    lrp_sums_free(p, t->sums);
    free(t->clean);
}

enum lrp_status lrp_cuts_new(struct lrp_passes *p, struct lrp_cuts *t, struct lrp_error *err)
{
    p->probability = lrp_given_is(p->given, "score", "softmax");
    *t = (struct lrp_cuts){.passes = p, .sums = lrp_sums_new(p), .clean = calloc((size_t)p->samples + 1, sizeof *t->clean)};
    enum lrp_status status = t->sums && t->clean ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_baseline(p, "baseline", &t->baseline, err);
    return !status ? lrp_passes_score_clean(p, t->clean, err) : status;
}

enum lrp_status lrp_cuts_try(struct lrp_cuts *t, bool cover, struct lrp_error *err)
{
    const struct lrp_field *f = &t->field;
    t->members = malloc(t->most * sizeof *t->members + 1);
    t->covered = cover ? calloc(f->each + 1, sizeof *t->covered) : NULL;
    const struct lrp_series series = {.count = t->count, .fill = fill_cut, .take = give_cut, .data = t};
    enum lrp_status status = t->members && (t->covered || !cover) ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_each(t->passes, &series, err);
    for (size_t i = 0; !status && i < f->parts * f->each; i++) t->sums[f->source][i] = shown_so_far(t, f->source, i);
    free(t->members);
    free(t->covered);
    t->members = NULL;
    t->covered = NULL;
    return status;
}
