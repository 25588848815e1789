/* metric.c: the table of metrics, and how their functions are called. */
#include "metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methods/field.h"
#include "text.h"

static const struct lrp_metric *const rows[] = {
#define X(name) &lrp_metric_row_##name,
    LRP_METRICS(X)
#undef X
};
enum { ROWS = sizeof rows / sizeof rows[0] };

const struct lrp_metric_info *lrp_metric_at(size_t index)
{
    return index < ROWS ? &rows[index]->info : NULL;
}

static enum lrp_status metric_find(const char *name, const struct lrp_metric **out, struct lrp_error *err)
{
    const char *names[ROWS];
    struct lrp_text nearest = {0};
    for (size_t i = 0; i < ROWS; i++) {
        names[i] = rows[i]->info.name;
        *out = rows[i];
        if (strcmp(name, names[i]) == 0) return LRP_OK;
    }
    lrp_text_nearest(&nearest, name, names, ROWS);
    const enum lrp_status status = lrp_fail(err, LRP_USAGE, "unknown metric %s (nearest: %s; all: lrpscope metrics)", name,
                                            nearest.data ? nearest.data : "");
    lrp_text_free(&nearest);
    return status;
}

enum lrp_status lrp_metric_parse(const char *text, struct lrp_metric_call *out, struct lrp_error *err)
{
    struct lrp_call_text call;
    *out = (struct lrp_metric_call){0};
    enum lrp_status status = lrp_call_text_split(text, &call, err);
    if (status) return status;
    status = metric_find(call.name, &out->row, err);
    if (!status)
        status = lrp_given_read("metric", out->row->info.name, out->row->info.arguments, out->row->info.argument_count, &call,
                                &out->given, err);
    lrp_call_text_free(&call);
    if (status) lrp_given_free(&out->given);
    return status;
}

/* ---- measures ---- */

void lrp_measures_free(struct lrp_measure *measures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < LRP_METRIC_CURVES; k++) {
            free(measures[i].curves[k]);
            measures[i].curves[k] = NULL;
        }
}

enum lrp_status lrp_measure_curve(struct lrp_measure *measure, size_t curve, size_t length, struct lrp_error *err)
{
    free(measure->curves[curve]);
    measure->curves[curve] = calloc(length + 1, sizeof(double));
    measure->lengths[curve] = length;
    return measure->curves[curve] ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a curve");
}

size_t lrp_metric_case_values(const struct lrp_metric_case *c)
{
    size_t sources, count = 0;
    lrp_passes_sources(c->passes, &sources);
    for (size_t s = 0; s < sources; s++) count += lrp_passes_clean(c->passes, s)->count / lrp_passes_parts(c->passes, s);
    return count;
}

size_t lrp_attribution_values(const struct lrp_metric_case *c, const struct lrp_tensor *const *relevance, size_t sample,
                              double *out)
{
    size_t sources, count = 0;
    lrp_passes_sources(c->passes, &sources);
    for (size_t s = 0; s < sources; s++) {
        const size_t parts = lrp_passes_parts(c->passes, s), each = lrp_passes_clean(c->passes, s)->count / parts;
        const size_t first = parts > 1 ? sample * each : 0;
        for (size_t i = 0; i < each; i++) out[count++] = relevance[s] ? (double)relevance[s]->f[first + i] : 0;
    }
    return count;
}

/* ---- by numbers alone ---- */

/* Sums over channels, place by place, source after source. */
static size_t sum_places(const struct lrp_metric_case *c, const double *values, double *out)
{
    size_t sources, count = 0, first = 0;
    lrp_passes_sources(c->passes, &sources);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_field f = lrp_field_of(c->passes, s);
        const size_t places = lrp_field_places(&f);
        for (size_t place = 0; place < places; place++, count++) {
            out[count] = 0;
            for (size_t k = 0; k < f.channels; k++)
                out[count] += values[first + lrp_field_element(&f, place) + k * f.channel_stride];
        }
        first += f.each;
    }
    return count;
}

static void forget_measure(struct lrp_measure *out)
{
    for (size_t k = 0; k < LRP_METRIC_NUMBERS; k++) out->numbers[k] = NAN;
}

static enum lrp_status measure_all(const struct lrp_metric *row, const struct lrp_metric_case *c, struct lrp_measure *out,
                                   struct lrp_error *err)
{
    const size_t samples = (size_t)c->passes->samples, count = lrp_metric_case_values(c);
    const struct lrp_field field = lrp_field_of(c->passes, 0);
    double *values = malloc(count * sizeof *values + 1), *places = malloc(count * sizeof *places + 1);
    enum lrp_status status = values && places ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a metric");
    for (size_t i = 0; !status && i < c->count * samples; i++) {
        const struct lrp_attribution *a = &c->of[i / samples];
        struct lrp_attribution_map map = {.values = values, .places = places, .value_count = count};
        lrp_attribution_values(c, a->relevance, i % samples, values);
        map.place_count = sum_places(c, values, places);
        map.mask = c->mask ? c->mask + i % samples * c->mask_places : NULL;
        map.rank = field.rank;
        map.tokens = field.looked_up;
        map.space = field.space;
        map.start = a->start[i % samples];
        memset(out[i].numbers, 0, sizeof out[i].numbers);
        status = row->measure(&map, c->passes->given, &out[i], err);
    }
    free(values);
    free(places);
    return status;
}

enum lrp_status lrp_metric_run(const struct lrp_metric *row, struct lrp_metric_case *c, struct lrp_measure *out,
                               struct lrp_error *err)
{
    const size_t samples = (size_t)c->passes->samples;
    for (size_t i = 0; i < (c->count + row->zero_line) * samples; i++) {
        out[i] = (struct lrp_measure){0};
        forget_measure(&out[i]);
    }
    if (row->needs_mask && !c->mask)
        return lrp_fail(err, LRP_USAGE,
                        "metric %s asks whether relevance lies where it should: give --mask, --masks, --box or --span",
                        row->info.name);
    const enum lrp_status status = row->measure ? measure_all(row, c, out, err) : row->compute(c, out, err);
    return status && status != LRP_CANCELLED ? lrp_fail_context(err, status, "metric %s", row->info.name) : status;
}
