/* ablation.c: how the score falls when groups of values are taken away: pixels, values, or those of a mask. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cuts.h"

/* Groups of a source: for every place (or value) the number of its group, from 0; -1 is none. */
struct groups {
    int64_t *of;
    size_t count, elements;
    bool values;
};

static int compare_scores(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Numbers of groups, whatever they are, become 0, 1, ... in their order. */
static bool number_groups(struct groups *g)
{
    int64_t *sorted = malloc(g->elements * sizeof *sorted + 1);
    if (!sorted) return false;
    memcpy(sorted, g->of, g->elements * sizeof *sorted);
    qsort(sorted, g->elements, sizeof *sorted, compare_scores);
    for (size_t i = 0; i < g->elements; i++)
        if (!i || sorted[i] != sorted[i - 1]) sorted[g->count++] = sorted[i];
    for (size_t i = 0; i < g->elements; i++)
        g->of[i] = (const int64_t *)bsearch(&g->of[i], sorted, g->count, sizeof *sorted, compare_scores) - sorted;
    free(sorted);
    return true;
}

static enum lrp_status read_mask(const struct lrp_passes *p, const char *path, struct lrp_tensor **out, struct lrp_error *err)
{
    size_t sources;
    const size_t length = strlen(path);
    const struct lrp_carrier_source *source = lrp_passes_sources(p, &sources);
    if (sources != 1)
        return lrp_fail(err, LRP_USAGE, "%s: a mask serves models of one input only, this one has %zu", path, sources);
    if (length > 4 && strcmp(path + length - 4, ".npy") == 0) return lrp_tensor_read_npy(path, out, err);
    if (p->mask) return p->mask(p->data, path, source->value, out, err);
    return lrp_fail(err, LRP_USAGE, "%s: masks are .npy arrays of whole numbers", path);
}

static double number_at(const struct lrp_tensor *t, size_t i)
{
    return lrp_dtype_is_float(t->dtype) ? (double)t->f[i] : (double)t->i[i];
}

static enum lrp_status groups_of(const struct lrp_passes *p, const struct lrp_field *f, struct groups *g, struct lrp_error *err)
{
    const char *path = lrp_given_text(p->given, "mask");
    const size_t places = lrp_field_places(f);
    struct lrp_tensor *mask = NULL;
    enum lrp_status status = *path ? read_mask(p, path, &mask, err) : LRP_OK;
    *g = (struct groups){.values = mask ? mask->count == f->each && f->channels > 1
                                        : strcmp(lrp_given_text(p->given, "unit"), "value") == 0};
    g->elements = g->values ? f->each : places;
    if (!status && mask && mask->count != g->elements)
        status = lrp_fail(err, LRP_FILE, "%s: a mask has a number for each of the input's %zu places (or %zu values), not %zu",
                          path, places, f->each, mask->count);
    g->of = status ? NULL : calloc(g->elements + 1, sizeof *g->of);
    if (!status && !g->of) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a mask");
    for (size_t i = 0; !status && i < g->elements; i++) {
        const double number = mask ? number_at(mask, i) : (double)i;
        if (!(fabs(number) < 1e15)) status = lrp_fail(err, LRP_FILE, "%s: groups are whole numbers", path);
        if (!status) g->of[i] = (int64_t)number;
    }
    if (!status && !number_groups(g)) status = lrp_fail(err, LRP_MEMORY, "not enough memory for a mask");
    lrp_tensor_release(mask);
    return status;
}

/* Members of groups, group after group. */
struct group_members {
    size_t *at, *first; /* first: by group, and the end */
};

static bool list_groups(const struct groups *g, struct group_members *out)
{
    *out = (struct group_members){malloc(g->elements * sizeof *out->at + 1), calloc(g->count + 2, sizeof *out->first)};
    if (!out->at || !out->first) return false;
    for (size_t i = 0; i < g->elements; i++) out->first[g->of[i] + 2]++; /* a place further on, which filling moves back */
    for (size_t k = 1; k < g->count; k++) out->first[k + 1] += out->first[k];
    for (size_t i = 0; i < g->elements; i++) out->at[out->first[g->of[i] + 1]++] = i;
    return true;
}

static size_t list_group(const void *cuts, size_t number, size_t *members)
{
    const struct group_members *m = cuts;
    const size_t count = m->first[number + 1] - m->first[number];
    memcpy(members, m->at + m->first[number], count * sizeof *members);
    return count;
}

static enum lrp_status ablate(struct lrp_cuts *t, const struct groups *g, struct lrp_error *err)
{
    struct group_members members;
    enum lrp_status status = list_groups(g, &members) ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a mask");
    t->count = g->count;
    t->most = g->elements;
    t->values = g->values;
    t->list = list_group;
    t->cuts = &members;
    if (!status) status = lrp_cuts_try(t, false, err);
    free(members.at);
    free(members.first);
    return status;
}

static enum lrp_status ablation(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    size_t sources;
    struct lrp_cuts t;
    lrp_passes_sources(p, &sources);
    enum lrp_status status = lrp_cuts_new(p, &t, err);
    for (size_t s = 0; !status && s < sources; s++) {
        struct groups g = {0};
        t.field = lrp_field_of(p, s);
        status = groups_of(p, &t.field, &g, err);
        p->total += (int64_t)g.count;
        if (!status) status = ablate(&t, &g, err);
        free(g.of);
    }
    if (!status) status = lrp_sums_store(p, t.sums, relevance, err);
    lrp_cuts_free(p, &t);
    return status;
}

const struct lrp_method lrp_method_row_ablation = {
    .info = {.name = "ablation",
             .line = "how the score falls when a group of values is taken away",
             .formula = "f(x) - f(x with the group set to B), for each of its values",
             .cost = "groups x forward",
             LRP_METHOD_TAKES(
                 {"mask", "", LRP_METHOD_FILE, NULL, "whole numbers, the same for a group's places: a .npy or a picture"},
                 {"unit", "pixel", LRP_METHOD_WORD, "pixel value", "without a mask: what is a group by itself"},
                 {"baseline", "0", LRP_METHOD_BASELINE, NULL, "what stands in its place"},
                 {"score", "logit", LRP_METHOD_WORD, "logit softmax", LRP_SCORE_LINE})},
    .compute = ablation,
    .pass = "gradient",
    .starts_with_one = true};
