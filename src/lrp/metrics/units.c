/* units.c: what of an input is taken away at once, and in which order. */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methods/field.h"
#include "methods/noise.h"

void lrp_units_free(struct lrp_units *units)
{
    free(units->of);
    *units = (struct lrp_units){0};
}

/* How long regions are along every axis: a fourteenth of the shortest side, or as the argument says; tokens are units. */
static int64_t region_side(const struct lrp_passes *p, const struct lrp_field *f)
{
    int64_t side = f->rank ? f->space[0] : 1;
    for (int k = 1; k < f->rank; k++)
        if (f->space[k] < side) side = f->space[k];
    const int64_t size = (int64_t)lrp_given_number(p->given, "size", (double)lround((double)side / 14));
    return f->looked_up || size < 1 ? 1 : size;
}

/* The region a place lies in, counted from the top left in row-major order. */
static int64_t region_of(const struct lrp_field *f, size_t place, int64_t side)
{
    int64_t at = 0, scale = 1;
    for (int k = f->rank - 1; k >= 0; k--) {
        at += (int64_t)(place % (size_t)f->space[k]) / side * scale;
        scale *= (f->space[k] + side - 1) / side;
        place /= (size_t)f->space[k];
    }
    return at;
}

/* Tokens are units, but for those that are kept. */
static void number_tokens(const struct lrp_passes *p, const struct lrp_field *f, int32_t *of, size_t *count)
{
    const size_t places = lrp_field_places(f);
    for (size_t place = 0; place < places; place++) {
        const bool kept = place < p->kept_count && p->kept[place];
        for (size_t k = 0; k < f->channels; k++)
            of[lrp_field_element(f, place) + k * f->channel_stride] = kept ? -1 : (int32_t)*count;
        *count += !kept;
    }
}

/* Numbers the units of a source, behind those that are there. */
static void number_source(const struct lrp_passes *p, const struct lrp_field *f, int32_t *of, size_t *count)
{
    const bool values = lrp_given_is(p->given, "unit", "value");
    const int64_t side = lrp_given_is(p->given, "unit", "region") ? region_side(p, f) : 1;
    const size_t first = *count, places = lrp_field_places(f);
    if (f->looked_up) {
        number_tokens(p, f, of, count);
        return;
    }
    for (size_t i = 0; values && i < f->each; i++) of[i] = (int32_t)(*count)++;
    for (size_t place = 0; !values && place < places; place++) {
        const size_t unit = first + (size_t)region_of(f, place, side);
        for (size_t k = 0; k < f->channels; k++) of[lrp_field_element(f, place) + k * f->channel_stride] = (int32_t)unit;
        if (unit >= *count) *count = unit + 1;
    }
}

struct mask_group {
    double number;
    size_t first; /* place it was first met at */
};

static int compare_groups(const void *a, const void *b)
{
    const struct mask_group *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static enum lrp_status read_groups(const struct lrp_passes *p, const char *path, const struct lrp_field *f,
                                   struct lrp_tensor **out, struct lrp_error *err)
{
    size_t sources;
    const size_t length = strlen(path);
    const struct lrp_carrier_source *source = lrp_passes_sources(p, &sources);
    if (sources != 1)
        return lrp_fail(err, LRP_USAGE, "%s: groups serve models of one input only, this one has %zu", path, sources);
    const bool array = length > 4 && strcmp(path + length - 4, ".npy") == 0;
    enum lrp_status status = array ? lrp_tensor_read_npy(path, out, err) : p->mask(p->data, path, source->value, out, err);
    if (!status && (*out)->count != lrp_field_places(f))
        status = lrp_fail(err, LRP_FILE, "%s: groups are a number for each of the input's %zu places, not %zu", path,
                          lrp_field_places(f), (*out)->count);
    return status;
}

/* Places of one number are a unit; units come in the order of their numbers. */
static enum lrp_status number_groups(const struct lrp_passes *p, const char *path, struct lrp_units *u, struct lrp_error *err)
{
    const struct lrp_field f = lrp_field_of(p, 0);
    const size_t places = lrp_field_places(&f);
    struct lrp_tensor *groups = NULL;
    enum lrp_status status = read_groups(p, path, &f, &groups, err);
    struct mask_group *sorted = malloc(places * sizeof *sorted + 1);
    if (!status && !sorted) status = lrp_fail(err, LRP_MEMORY, "not enough memory for groups");
    for (size_t i = 0; !status && i < places; i++)
        sorted[i] = (struct mask_group){lrp_dtype_is_float(groups->dtype) ? (double)groups->f[i] : (double)groups->i[i], i};
    if (!status) qsort(sorted, places, sizeof *sorted, compare_groups);
    for (size_t i = 0; !status && i < places; i++) {
        if (i && sorted[i].number > sorted[i - 1].number) u->count++;
        for (size_t k = 0; k < f.channels; k++)
            u->of[lrp_field_element(&f, sorted[i].first) + k * f.channel_stride] = (int32_t)u->count;
    }
    u->count++;
    free(sorted);
    lrp_tensor_release(groups);
    return status;
}

enum lrp_status lrp_units_make(const struct lrp_passes *p, struct lrp_units *out, struct lrp_error *err)
{
    size_t sources;
    const char *mask = lrp_given_text(p->given, "mask");
    lrp_passes_sources(p, &sources);
    *out = (struct lrp_units){0};
    for (size_t s = 0; s < sources; s++) out->elements += lrp_field_of(p, s).each;
    if (out->elements > INT32_MAX) return lrp_fail(err, LRP_UNSUPPORTED, "the input is too large");
    out->of = malloc(out->elements * sizeof *out->of + 1);
    if (!out->of) return lrp_fail(err, LRP_MEMORY, "not enough memory for the units of an input");
    if (*mask) return number_groups(p, mask, out, err);
    size_t first = 0;
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_field f = lrp_field_of(p, s);
        number_source(p, &f, out->of + first, &out->count);
        first += f.each;
    }
    return LRP_OK;
}

void lrp_units_sum(const struct lrp_units *units, const double *values, double *out)
{
    memset(out, 0, units->count * sizeof *out);
    for (size_t i = 0; i < units->elements; i++)
        if (units->of[i] >= 0) out[units->of[i]] += values[i];
}

/* ---- orders ---- */

struct scored {
    double score;
    size_t unit;
};

static int compare_scored(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (isnan(x->score) != isnan(y->score)) return isnan(x->score) ? 1 : -1;
    if (!isnan(x->score) && x->score < y->score) return -1;
    if (!isnan(x->score) && x->score > y->score) return 1;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

enum lrp_status lrp_units_rank(const double *scores, size_t count, bool ascending, uint32_t *rank, struct lrp_error *err)
{
    struct scored *sorted = malloc(count * sizeof *sorted + 1);
    if (!sorted) return lrp_fail(err, LRP_MEMORY, "not enough memory for an order");
    for (size_t i = 0; i < count; i++) sorted[i] = (struct scored){ascending ? scores[i] : -scores[i], i};
    qsort(sorted, count, sizeof *sorted, compare_scored);
    for (size_t i = 0; i < count; i++) rank[sorted[i].unit] = (uint32_t)i;
    free(sorted);
    return LRP_OK;
}

enum lrp_status lrp_units_shuffle(uint64_t seed, uint64_t input, uint64_t draw, size_t count, uint32_t *rank,
                                  struct lrp_error *err)
{
    const uint64_t stream = lrp_noise_stream(seed, input, draw);
    double *scores = malloc(count * sizeof *scores + 1);
    if (!scores) return lrp_fail(err, LRP_MEMORY, "not enough memory for an order");
    for (size_t i = 0; i < count; i++) scores[i] = lrp_noise_unit(stream, i);
    const enum lrp_status status = lrp_units_rank(scores, count, true, rank, err);
    free(scores);
    return status;
}

void lrp_units_take(const struct lrp_passes *p, const struct lrp_units *units, const uint32_t *rank, size_t taken,
                    size_t sample, struct lrp_tensor *const *baseline, struct lrp_tensor *const *point)
{
    size_t sources, first = 0;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *x = lrp_passes_clean(p, s);
        const size_t parts = lrp_passes_parts(p, s), each = x->count / parts, start = parts > 1 ? sample * each : 0;
        const int32_t *of = units->of + first;
        for (size_t i = 0; i < each; i++)
            point[s]->f[start + i] = of[i] >= 0 && rank[of[i]] < taken ? baseline[s]->f[start + i] : x->f[start + i];
        first += each;
    }
}
