/* occlusion.c: how the score falls when part of the input is taken away: windows (Zeiler 2014), or groups of a mask. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "text.h"

/* What is taken away at once: places marked true. `pixels` false: single values are marked, all of a sample's elements. */
struct occluded {
    bool *marked;
    bool values;
};

static bool is_cut(const struct lrp_field *f, const struct occluded *cut, size_t place, size_t element)
{
    (void)f;
    return cut->marked[cut->values ? element : place];
}

/* The point: the baseline where it is cut (keep: where it is not), the clean input elsewhere. */
static void fill_point(const struct lrp_passes *p, const struct lrp_field *f, const struct occluded *cut, bool keep,
                       struct lrp_tensor *const *baseline, struct lrp_tensor **point)
{
    const struct lrp_tensor *x = lrp_passes_clean(p, f->source);
    const size_t places = lrp_field_places(f);
    for (size_t place = 0; place < places; place++)
        for (size_t c = 0; c < f->channels; c++) {
            const size_t element = lrp_field_element(f, place) + c * f->channel_stride;
            const bool gone = is_cut(f, cut, place, element) != keep;
            for (size_t n = 0; n < f->parts; n++) {
                const size_t i = n * f->each + element;
                point[f->source]->f[i] = gone ? baseline[f->source]->f[i] : x->f[i];
            }
        }
}

/* Gives what a cut has shown to everything in it. */
static void give_cut(const struct lrp_passes *p, const struct lrp_field *f, const struct occluded *cut, const double *shown,
                     double *sums)
{
    const double share = f->looked_up ? 1 / (double)f->channels : 1;
    for (size_t place = 0; place < lrp_field_places(f); place++)
        for (size_t c = 0; c < f->channels; c++) {
            const size_t element = lrp_field_element(f, place) + c * f->channel_stride;
            if (!is_cut(f, cut, place, element)) continue;
            for (size_t n = 0; n < f->parts; n++)
                sums[n * f->each + element] += share * shown[f->parts == 1 && p->samples > 1 ? 0 : n];
        }
}

/* A source under test: points and sums, and room for scores: [0] of the clean input, [1] of the point, [2] what it shows. */
struct occlusion_trial {
    struct lrp_field field;
    struct lrp_tensor **baseline, **point;
    double **sums, *scores;
    bool keep;
};

static enum lrp_status try_cut(struct lrp_passes *p, const struct occlusion_trial *t, const struct occluded *cut,
                               struct lrp_error *err)
{
    const size_t samples = (size_t)p->samples;
    struct lrp_pass pass = {0};
    fill_point(p, &t->field, cut, t->keep, t->baseline, t->point);
    enum lrp_status status = lrp_passes_forward(p, (const struct lrp_tensor *const *)t->point, &pass, err);
    if (!status) status = lrp_passes_scores(p, &pass, t->scores + samples, err);
    for (size_t n = 0; n < samples; n++)
        t->scores[2 * samples + n] = t->keep ? t->scores[samples + n] : t->scores[n] - t->scores[samples + n];
    if (!status) give_cut(p, &t->field, cut, t->scores + 2 * samples, t->sums[t->field.source]);
    lrp_pass_free(&pass);
    return status;
}

static void trial_free(const struct lrp_passes *p, struct occlusion_trial *t)
{
    lrp_point_free(p, t->baseline);
    lrp_point_free(p, t->point);
    lrp_sums_free(p, t->sums);
    free(t->scores);
}

static enum lrp_status trial_new(struct lrp_passes *p, struct occlusion_trial *t, struct lrp_error *err)
{
    size_t sources;
    const struct lrp_pass clean = {.values = (const struct lrp_tensor **)(uintptr_t)p->back.values};
    lrp_passes_sources(p, &sources);
    *t = (struct occlusion_trial){.point = lrp_point_new(p), .sums = lrp_sums_new(p)};
    t->scores = calloc(3 * (size_t)p->samples + 1, sizeof *t->scores);
    enum lrp_status status = t->point && t->sums && t->scores ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_baseline(p, "baseline", &t->baseline, err);
    if (!status) status = lrp_passes_scores(p, &clean, t->scores, err);
    for (size_t s = 0; !status && s < sources; s++)
        memcpy(t->point[s]->f, lrp_passes_clean(p, s)->f, t->point[s]->count * sizeof(float));
    return status;
}

/* The source's point is the clean one again. */
static void restore(const struct lrp_passes *p, const struct occlusion_trial *t)
{
    struct lrp_tensor *point = t->point[t->field.source];
    memcpy(point->f, lrp_passes_clean(p, t->field.source)->f, point->count * sizeof(float));
}

/* ---- windows ---- */

struct windows {
    int rank;
    int64_t size[LRP_MAX_RANK], stride[LRP_MAX_RANK], count[LRP_MAX_RANK];
    int64_t all;
};

static enum lrp_status windows_of(const struct lrp_passes *p, const struct lrp_field *f, struct windows *w,
                                  struct lrp_error *err)
{
    const int64_t size = (int64_t)lrp_given_number(p->given, "window", 0),
                  stride = (int64_t)lrp_given_number(p->given, "stride", 0);
    w->rank = f->rank;
    w->all = 1;
    for (int k = 0; k < w->rank; k++) {
        const int64_t side = f->space[k];
        w->size[k] = size ? size : f->looked_up ? 1 : (side + 15) / 16 > 1 ? (side + 15) / 16 : 1;
        w->stride[k] = stride ? stride : (w->size[k] + 1) / 2;
        if (w->stride[k] > w->size[k])
            return lrp_fail(err, LRP_USAGE,
                            "method occlusion: stride %lld is larger than window %lld: places would be left out",
                            (long long)w->stride[k], (long long)w->size[k]);
        w->count[k] = side > w->size[k] ? (side - w->size[k] + w->stride[k] - 1) / w->stride[k] + 1 : 1;
        w->all *= w->count[k];
    }
    return LRP_OK;
}

/* Marks the places of a window; the last ones are cut off at the border. */
static void mark_window(const struct lrp_field *f, const struct windows *w, int64_t number, bool *marked)
{
    int64_t first[LRP_MAX_RANK];
    for (int k = w->rank; k-- > 0;) {
        first[k] = number % w->count[k] * w->stride[k];
        number /= w->count[k];
    }
    for (size_t place = 0; place < lrp_field_places(f); place++) {
        size_t rest = place;
        marked[place] = true;
        for (int k = w->rank; k-- > 0;) {
            const int64_t at = (int64_t)(rest % (size_t)f->space[k]);
            rest /= (size_t)f->space[k];
            if (at < first[k] || at >= first[k] + w->size[k]) marked[place] = false;
        }
    }
}

/* The mean over the windows so far (lrp_so_far); of the sources before it is known, of those behind it nothing is. */
struct slid {
    const struct occlusion_trial *trial;
    double *covered; /* by element of a sample: windows that cover it */
};
static double slid_so_far(const void *data, size_t s, size_t i)
{
    const struct slid *slid = data;
    const struct occlusion_trial *t = slid->trial;
    const double windows = slid->covered[i % t->field.each];
    return s == t->field.source && !t->keep && windows > 0 ? t->sums[s][i] / windows : t->sums[s][i];
}
static double ablated_so_far(const void *data, size_t s, size_t i)
{
    const struct occlusion_trial *t = data;
    return t->sums[s][i];
}

static void cover(const struct lrp_field *f, const bool *marked, double *covered)
{
    for (size_t place = 0; place < lrp_field_places(f); place++)
        for (size_t c = 0; marked[place] && c < f->channels; c++)
            covered[lrp_field_element(f, place) + c * f->channel_stride]++;
}

static enum lrp_status slide(struct lrp_passes *p, struct occlusion_trial *t, struct lrp_error *err)
{
    const struct lrp_field *f = &t->field;
    const size_t places = lrp_field_places(f);
    struct windows w;
    enum lrp_status status = windows_of(p, f, &w, err);
    if (status) return status;
    struct occluded cut = {.marked = calloc(places + 1, 1)};
    const struct slid slid = {t, calloc(f->each + 1, sizeof *slid.covered)};
    if (!cut.marked || !slid.covered) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int64_t i = 0; !status && i < w.all; i++) {
        mark_window(f, &w, i, cut.marked);
        cover(f, cut.marked, slid.covered);
        status = try_cut(p, t, &cut, err);
        if (!status) lrp_passes_show(p, slid_so_far, &slid);
    }
    for (size_t i = 0; !status && i < f->parts * f->each; i++) t->sums[f->source][i] = slid_so_far(&slid, f->source, i);
    free(slid.covered);
    free(cut.marked);
    return status;
}

static enum lrp_status occlusion(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    size_t sources;
    struct occlusion_trial t;
    lrp_passes_sources(p, &sources);
    enum lrp_status status = trial_new(p, &t, err);
    t.keep = strcmp(lrp_given_text(p->given, "keep"), "on") == 0;
    for (size_t s = 0; !status && s < sources; s++) {
        struct windows w = {0};
        t.field = lrp_field_of(p, s);
        status = windows_of(p, &t.field, &w, err);
        p->total += w.all;
    }
    for (size_t s = 0; !status && s < sources; s++) {
        t.field = lrp_field_of(p, s);
        status = slide(p, &t, err);
        restore(p, &t);
    }
    if (!status) status = lrp_sums_store(p, t.sums, relevance, err);
    trial_free(p, &t);
    return status;
}

const struct lrp_method lrp_method_row_occlusion = {
    .info = {.name = "occlusion",
             .line = "how the score falls when a window is taken away (Zeiler 2014)",
             .formula = "mean over the windows that cover a place of f(x) - f(x with the window set to B)",
             .cost = "(side / stride)^2 x forward",
             LRP_METHOD_TAKES(
                 {"window", "", LRP_METHOD_COUNT, NULL, "its side; without it a sixteenth of the input's, rounded up"},
                 {"stride", "", LRP_METHOD_COUNT, NULL, "from one to the next; without it half a window, rounded up"},
                 {"baseline", "0", LRP_METHOD_BASELINE, NULL, "what stands in its place"},
                 {"keep", "off", LRP_METHOD_WORD, "on off", "all but the window is taken away; scores are summed"})},
    .compute = occlusion,
    .pass = "gradient",
    .starts_with_one = true};

/* ---- groups ---- */

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

static enum lrp_status ablate(struct lrp_passes *p, const struct occlusion_trial *t, const struct groups *g,
                              struct lrp_error *err)
{
    struct occluded cut = {.marked = malloc(g->elements + 1), .values = g->values};
    enum lrp_status status = cut.marked ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t k = 0; !status && k < g->count; k++) {
        for (size_t i = 0; i < g->elements; i++) cut.marked[i] = g->of[i] == (int64_t)k;
        status = try_cut(p, t, &cut, err);
        if (!status) lrp_passes_show(p, ablated_so_far, t);
    }
    free(cut.marked);
    return status;
}

static enum lrp_status ablation(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    size_t sources;
    struct occlusion_trial t;
    lrp_passes_sources(p, &sources);
    enum lrp_status status = trial_new(p, &t, err);
    for (size_t s = 0; !status && s < sources; s++) {
        struct groups g = {0};
        t.field = lrp_field_of(p, s);
        status = groups_of(p, &t.field, &g, err);
        p->total += (int64_t)g.count;
        if (!status) status = ablate(p, &t, &g, err);
        restore(p, &t);
        free(g.of);
    }
    if (!status) status = lrp_sums_store(p, t.sums, relevance, err);
    trial_free(p, &t);
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
                 {"baseline", "0", LRP_METHOD_BASELINE, NULL, "what stands in its place"})},
    .compute = ablation,
    .pass = "gradient",
    .starts_with_one = true};
