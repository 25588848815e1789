/* passes.c: many passes over changed inputs. */
#include "passes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "memo.h"
#include "series.h"
#include "text.h"
#include "wide.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static const struct lrp_graph *graph_of(const struct lrp_passes *p)
{
    return lrp_engine_graph(p->back.engine);
}

void lrp_passes_free(struct lrp_passes *p)
{
    lrp_lane_set_free(p, p->lane_set);
    free(p->gaps);
    lrp_text_free(&p->note);
    p->gaps = NULL;
    p->lane_set = NULL;
}

const struct lrp_carrier_source *lrp_passes_sources(const struct lrp_passes *p, size_t *count)
{
    *count = p->back.assignment->unstopped.source_count;
    return p->back.assignment->unstopped.sources;
}

static int value_of(const struct lrp_passes *p, size_t source)
{
    return p->back.assignment->unstopped.sources[source].value;
}

static size_t source_count(const struct lrp_passes *p)
{
    return p->back.assignment->unstopped.source_count;
}

const struct lrp_tensor *lrp_passes_clean(const struct lrp_passes *p, size_t source)
{
    return lrp_tensor_row_major(p->back.values[value_of(p, source)], p->back.run);
}

size_t lrp_passes_parts(const struct lrp_passes *p, size_t source)
{
    return p->samples > 1 && lrp_batch_whole(lrp_batch_at(p->batch, value_of(p, source))) ? (size_t)p->samples : 1;
}

/* ---- passes ---- */

void lrp_pass_free(struct lrp_pass *pass)
{
    for (size_t i = 0; i < pass->count; i++) {
        if (pass->values) lrp_tensor_release(pass->values[i]);
        if (pass->relevance) lrp_tensor_release(pass->relevance[i]);
    }
    free(pass->values);
    free(pass->relevance);
    *pass = (struct lrp_pass){0};
}

static enum lrp_status begin_pass(const struct lrp_passes *p, const struct lrp_tensor *const *point, struct lrp_pass *out,
                                  struct lrp_error *err)
{
    const struct lrp_graph *g = graph_of(p);
    *out = (struct lrp_pass){.count = (size_t)g->value_count};
    out->values = calloc(out->count + 1, sizeof(struct lrp_tensor *));
    out->relevance = calloc(out->count + 1, sizeof(struct lrp_tensor *));
    if (!out->values || !out->relevance) return no_memory(err);
    for (size_t v = 0; !point && v < out->count; v++)
        if (p->back.values[v]) out->values[v] = lrp_tensor_retain(p->back.values[v]);
    if (!point) return LRP_OK;
    for (int i = 0; i < g->input_count; i++)
        if (p->back.values[g->inputs[i]]) out->values[g->inputs[i]] = lrp_tensor_retain(p->back.values[g->inputs[i]]);
    for (size_t s = 0; s < source_count(p); s++) {
        lrp_tensor_release(out->values[value_of(p, s)]);
        out->values[value_of(p, s)] = lrp_tensor_retain(point[s]);
    }
    return LRP_OK;
}

static void count_pass(struct lrp_passes *p)
{
    p->done++;
    if (p->tell) p->tell(p->data, p->done, p->total);
}

static enum lrp_status forward_pass(struct lrp_passes *p, const struct lrp_tensor *const *point, struct lrp_pass *out,
                                    struct lrp_error *err)
{
    enum lrp_status status = begin_pass(p, point, out, err);
    if (!status && !point) return LRP_OK;
    lrp_memo_forget(p->back.engine);
    if (!status) status = lrp_engine_forward(p->back.engine, out->values, p->back.start, p->back.run, NULL, NULL, err);
    return status;
}

enum lrp_status lrp_passes_forward(struct lrp_passes *p, const struct lrp_tensor *const *point, struct lrp_pass *out,
                                   struct lrp_error *err)
{
    const enum lrp_status status = forward_pass(p, point, out, err);
    if (status)
        lrp_pass_free(out);
    else
        count_pass(p);
    return status;
}

/* What a pass starts with: the clean one's start stays the same for gradients; relevance may start with the output. */
static enum lrp_status start_of(const struct lrp_passes *p, const struct lrp_pass *pass, const struct lrp_tensor **out,
                                struct lrp_error *err)
{
    const bool one = p->pass->starts_with_one;
    const enum lrp_start_kind kind = one ? LRP_START_ONE : p->start;
    const struct lrp_tensor *output = lrp_tensor_row_major(pass->values[p->back.start], p->back.run);
    struct lrp_tensor *start = NULL;
    if (!output) return no_memory(err);
    if (kind == LRP_START_ONE || kind == LRP_START_FILE) {
        *out = lrp_tensor_retain(kind == LRP_START_ONE ? p->unit : p->back.start_relevance);
        return LRP_OK;
    }
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &output->shape, &start, err);
    for (size_t i = 0; !status && i < output->count; i++)
        start->f[i] = kind == LRP_START_LOGIT ? p->unit->f[i] * output->f[i] : output->f[i];
    *out = start;
    return status;
}

static enum lrp_status back(struct lrp_passes *p, struct lrp_pass *pass, struct lrp_error *err)
{
    struct lrp_propagation step = p->back;
    const struct lrp_tensor *start = NULL;
    enum lrp_status status = start_of(p, pass, &start, err);
    step.method = p->pass;
    step.values = pass->values;
    step.start_relevance = start;
    if (!status) status = lrp_propagate(&step, pass->relevance, err);
    lrp_tensor_release(start);
    return status;
}

enum lrp_status lrp_passes_attribute(struct lrp_passes *p, const struct lrp_tensor *const *point, struct lrp_pass *out,
                                     struct lrp_error *err)
{
    enum lrp_status status = forward_pass(p, point, out, err);
    if (!status) status = back(p, out, err);
    if (status)
        lrp_pass_free(out);
    else
        count_pass(p);
    return status;
}

/* The share of an element among the classes of its place. */
static double softmax_at(const struct lrp_passes *p, const float *output, size_t i)
{
    const size_t apart = (size_t)p->apart, classes = (size_t)p->classes, first = i - i / apart % classes * apart;
    double largest = (double)output[first], sum = 0;
    for (size_t c = 1; c < classes; c++) largest = fmax(largest, (double)output[first + c * apart]);
    for (size_t c = 0; c < classes; c++) sum += exp((double)output[first + c * apart] - largest);
    return exp((double)output[i] - largest) / sum;
}

IN_ORDER void lrp_passes_score_output(const struct lrp_passes *p, const float *output, size_t each, double *scores)
{
    for (size_t n = 0; n < (size_t)p->samples; n++) {
        const float *unit = p->unit->f + n * each, *of = output + n * each;
        scores[n] = 0;
        for (size_t i = 0; i < each; i++) /* 0 times infinity would be none */
            if (unit[i] != 0) scores[n] += (double)unit[i] * (p->probability ? softmax_at(p, of, i) : (double)of[i]);
    }
}

enum lrp_status lrp_passes_scores(const struct lrp_passes *p, const struct lrp_pass *pass, double *scores,
                                  struct lrp_error *err)
{
    const struct lrp_tensor *output = lrp_tensor_row_major(pass->values[p->back.start], p->back.run);
    if (!output) return no_memory(err);
    lrp_passes_score_output(p, output->f, output->count / (size_t)p->samples, scores);
    return LRP_OK;
}

enum lrp_status lrp_passes_score_clean(const struct lrp_passes *p, double *scores, struct lrp_error *err)
{
    const struct lrp_pass clean = {.values = (const struct lrp_tensor **)(uintptr_t)p->back.values};
    return lrp_passes_scores(p, &clean, scores, err);
}

const struct lrp_tensor *lrp_pass_relevance(const struct lrp_passes *p, const struct lrp_pass *pass, size_t source)
{
    return lrp_tensor_row_major(pass->relevance[value_of(p, source)], p->back.run);
}

/* ---- points and sums ---- */

void lrp_point_free(const struct lrp_passes *p, struct lrp_tensor **point)
{
    for (size_t s = 0; point && s < source_count(p); s++) lrp_tensor_release(point[s]);
    free(point);
}

struct lrp_tensor **lrp_point_new(const struct lrp_passes *p)
{
    struct lrp_tensor **point = calloc(source_count(p) + 1, sizeof(struct lrp_tensor *));
    bool ok = point != NULL;
    for (size_t s = 0; ok && s < source_count(p); s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(p, s);
        ok = clean && lrp_tensor_new(LRP_DTYPE_FLOAT, &clean->shape, &point[s], NULL) == LRP_OK;
    }
    if (ok) return point;
    lrp_point_free(p, point);
    return NULL;
}

void lrp_sums_free(const struct lrp_passes *p, double **sums)
{
    for (size_t s = 0; sums && s < source_count(p); s++) free(sums[s]);
    free(sums);
}

double **lrp_sums_new(const struct lrp_passes *p)
{
    double **sums = calloc(source_count(p) + 1, sizeof *sums);
    bool ok = sums != NULL;
    for (size_t s = 0; ok && s < source_count(p); s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(p, s);
        sums[s] = clean ? calloc(clean->count + 1, sizeof **sums) : NULL;
        ok = sums[s] != NULL;
    }
    if (ok) return sums;
    lrp_sums_free(p, sums);
    return NULL;
}

enum lrp_status lrp_sums_store(const struct lrp_passes *p, double *const *sums, const struct lrp_tensor **relevance,
                               struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t s = 0; !status && s < source_count(p); s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(p, s);
        struct lrp_tensor *t = NULL;
        status = lrp_tensor_new(LRP_DTYPE_FLOAT, &clean->shape, &t, err);
        for (size_t i = 0; !status && i < t->count; i++) t->f[i] = (float)sums[s][i];
        if (status) break;
        lrp_tensor_release(relevance[value_of(p, s)]);
        relevance[value_of(p, s)] = t;
    }
    return status;
}

/* Sets gaps: by sample the sum of sums less `change`. */
static enum lrp_status set_gaps(struct lrp_passes *p, double *const *sums, const double *change, struct lrp_error *err)
{
    free(p->gaps);
    p->gaps = calloc((size_t)p->samples + 1, sizeof *p->gaps);
    if (!p->gaps) return no_memory(err);
    for (size_t n = 0; n < (size_t)p->samples; n++) p->gaps[n] = -change[n];
    for (size_t s = 0; s < source_count(p); s++) {
        const size_t parts = lrp_passes_parts(p, s), each = lrp_passes_clean(p, s)->count / parts;
        if (parts == 1 && p->samples > 1) continue; /* of all of them together */
        for (size_t i = 0; i < parts * each; i++) p->gaps[i / each] += sums[s][i];
    }
    return LRP_OK;
}

enum lrp_status lrp_passes_account(struct lrp_passes *p, struct lrp_tensor *const *baseline, double *const *sums,
                                   struct lrp_error *err)
{
    const size_t samples = (size_t)p->samples;
    double *change = calloc(samples * 2 + 1, sizeof *change);
    struct lrp_pass pass = {0};
    const struct lrp_pass clean = {.values = (const struct lrp_tensor **)(uintptr_t)p->back.values};
    if (!change) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    enum lrp_status status = lrp_passes_scores(p, &clean, change, err);
    if (!status) status = lrp_passes_forward(p, (const struct lrp_tensor *const *)baseline, &pass, err);
    if (!status) status = lrp_passes_scores(p, &pass, change + samples, err);
    for (size_t n = 0; n < samples; n++) change[n] -= change[samples + n];
    if (!status) status = set_gaps(p, sums, change, err);
    lrp_pass_free(&pass);
    free(change);
    return status;
}
