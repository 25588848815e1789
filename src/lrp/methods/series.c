/* series.c: passes over many points: one after the other on all threads, or, of small networks, side by side on one thread
 * each. Every point has a pass of its own either way, and results are taken in the order of the points: the numbers are the
 * same bit for bit, whatever the number of threads, lanes or samples. */
#include "series.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "parallel.h"
#include "statistics.h"

/* Threads wait for one another behind every round: a lane has as many turns in it as make that wait short, while whoever looks
 * on still sees something grow. */
enum { MOST_TURNS = 16, LEAST_POINTS = 4 };
#define WORTH_A_ROUND ((int64_t)1 << 26)

/* What came of a point. */
struct found {
    double *scores;
    const struct lrp_tensor **relevance; /* by source, in rows; NULL: nothing arrived */
};
struct series_lane {
    struct lrp_passes passes; /* as the caller's; of lanes side by side with an engine and a start of its own */
    struct lrp_run run;
    struct lrp_engine *engine; /* owned; NULL: the caller's */
    struct lrp_tensor **point, *unit, *start;
    struct found found[MOST_TURNS];
    enum lrp_status status;
    struct lrp_error err;
};
struct lrp_lane_set {
    struct series_lane *items;
    size_t count;
};
/* A round: lane l has the points first + l turns and those behind it. */
struct round {
    const struct lrp_series *series;
    struct series_lane *lanes;
    size_t first, turns, end;
};

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- lanes ---- */

static void lane_free(const struct lrp_passes *p, struct series_lane *lane)
{
    lrp_point_free(p, lane->point);
    lrp_tensor_release(lane->unit);
    lrp_tensor_release(lane->start);
    for (size_t i = 0; i < MOST_TURNS; i++) {
        free(lane->found[i].scores);
        free(lane->found[i].relevance);
    }
    lrp_engine_free(lane->engine);
}

void lrp_lane_set_free(const struct lrp_passes *p, struct lrp_lane_set *set)
{
    for (size_t i = 0; set && i < set->count; i++) lane_free(p, &set->items[i]);
    if (set) free(set->items);
    free(set);
}

/* Nothing that lanes write to, and be it only a note of what a tensor is like, is shared. */
static enum lrp_status set_apart(struct series_lane *lane, struct lrp_error *err)
{
    struct lrp_passes *p = &lane->passes;
    enum lrp_status status = lrp_engine_new(lrp_engine_graph(p->back.engine), &lane->engine, err);
    if (!status) status = lrp_tensor_copy(p->unit, &lane->unit, err);
    if (!status && p->back.start_relevance) status = lrp_tensor_copy(p->back.start_relevance, &lane->start, err);
    if (status) return status;
    lane->run = (struct lrp_run){.threads = 1,
                                 .should_stop = p->back.run->should_stop,
                                 .data = p->back.run->data,
                                 .pool = lrp_engine_pool(lane->engine)};
    p->unit = lane->unit;
    p->back.start_relevance = lane->start;
    p->back.engine = lane->engine;
    p->back.run = &lane->run;
    return LRP_OK;
}

static enum lrp_status lane_new(const struct lrp_passes *p, bool apart, struct series_lane *lane, struct lrp_error *err)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    lane->passes = *p;
    lane->passes.tell = NULL; /* it is the caller who tells */
    lane->passes.lane_set = NULL;
    lane->point = lrp_point_new(p);
    bool ok = lane->point != NULL;
    for (size_t i = 0; ok && i < MOST_TURNS; i++) {
        lane->found[i].scores = calloc((size_t)p->samples + 1, sizeof(double));
        lane->found[i].relevance = calloc(sources + 1, sizeof(struct lrp_tensor *));
        ok = lane->found[i].scores && lane->found[i].relevance;
    }
    if (!ok) return no_memory(err);
    return apart ? set_apart(lane, err) : LRP_OK;
}

/* Nodes that are filled in while they run serve one pass at a time. */
static bool is_shared(const struct lrp_graph *g)
{
    for (int n = 0; n < g->node_count; n++)
        if (g->nodes[n].late || g->nodes[n].call.op->control) return false;
    return true;
}

static enum lrp_status make_lanes(struct lrp_passes *p, size_t count, struct lrp_error *err)
{
    const size_t most = count / LEAST_POINTS, wanted = p->lanes > 1 && most > 1 ? (size_t)p->lanes : 1,
                 lanes = wanted > 1 && is_shared(lrp_engine_graph(p->back.engine)) ? wanted < most ? wanted : most : 1;
    if (p->lane_set && p->lane_set->count == lanes) return LRP_OK;
    lrp_lane_set_free(p, p->lane_set);
    p->lane_set = calloc(1, sizeof *p->lane_set);
    if (p->lane_set) p->lane_set->items = calloc(lanes, sizeof *p->lane_set->items);
    if (!p->lane_set || !p->lane_set->items) return no_memory(err);
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < lanes; i++) {
        status = lane_new(p, lanes > 1, &p->lane_set->items[i], err);
        p->lane_set->count = i + 1;
    }
    return status;
}

/* What the caller has changed since the lanes were made. */
static void renew_lane(struct lrp_passes *p, const bool *wanted)
{
    for (size_t i = 0; i < p->lane_set->count; i++) {
        struct series_lane *lane = &p->lane_set->items[i];
        lane->passes.given = p->given;
        lane->passes.probability = p->probability;
        lane->passes.back.wanted = wanted;
    }
}

/* ---- points ---- */

static enum lrp_status keep_found(const struct series_lane *lane, const struct lrp_series *series, const struct lrp_pass *pass,
                                  struct found *found, struct lrp_error *err)
{
    const struct lrp_passes *p = &lane->passes;
    size_t sources;
    lrp_passes_sources(p, &sources);
    if (!series->back) return lrp_passes_scores(p, pass, found->scores, err);
    for (size_t s = 0; s < sources; s++) {
        const struct lrp_tensor *t = lrp_pass_relevance(p, pass, s);
        found->relevance[s] = t ? lrp_tensor_retain(t) : NULL;
    }
    return LRP_OK;
}

static enum lrp_status run_point(struct series_lane *lane, const struct lrp_series *series, size_t k, struct found *found,
                                 struct lrp_error *err)
{
    struct lrp_passes *p = &lane->passes;
    struct lrp_pass pass = {0};
    size_t sources;
    lrp_passes_sources(p, &sources);
    enum lrp_status status = series->fill(series->data, k, lane->point, err);
    for (size_t s = 0; s < sources; s++) lrp_tensor_changed(lane->point[s]);
    const struct lrp_tensor *const *point = (const struct lrp_tensor *const *)lane->point;
    if (!status) status = (series->back ? lrp_passes_attribute : lrp_passes_forward)(p, point, &pass, err);
    if (!status) status = keep_found(lane, series, &pass, found, err);
    lrp_pass_free(&pass);
    return status;
}

/* The turns of lanes (lrp_parallel_for). */
static void run_lanes(void *context, int64_t begin, int64_t end)
{
    const struct round *r = context;
    for (int64_t i = begin; i < end; i++) {
        struct series_lane *lane = &r->lanes[i];
        const size_t first = r->first + (size_t)i * r->turns;
        lane->status = LRP_OK;
        for (size_t k = 0; k < r->turns && first + k < r->end && !lane->status; k++)
            lane->status = run_point(lane, r->series, first + k, &lane->found[k], &lane->err);
    }
}

static void release_found(const struct lrp_passes *p, struct found *found)
{
    size_t sources;
    lrp_passes_sources(p, &sources);
    for (size_t s = 0; s < sources; s++) {
        lrp_tensor_release(found->relevance[s]);
        found->relevance[s] = NULL;
    }
}

static void take_point(struct lrp_passes *p, const struct lrp_series *series, size_t point, const struct found *found)
{
    p->done++;
    if (p->tell) p->tell(p->data, p->done, p->total);
    series->take(series->data, point, found->scores, found->relevance);
}

/* What a round has found, in order, as far as it came. */
static enum lrp_status take_round(struct lrp_passes *p, const struct round *r, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; i < p->lane_set->count; i++) {
        struct series_lane *lane = &r->lanes[i];
        for (size_t k = 0; k < r->turns; k++) {
            const size_t point = r->first + i * r->turns + k;
            if (!status && !lane->status && point < r->end) take_point(p, r->series, point, &lane->found[k]);
            release_found(p, &lane->found[k]);
        }
        if (lane->status && !status) {
            status = lane->status;
            if (err) *err = lane->err;
        }
    }
    return status;
}

static size_t turns_of(const struct lrp_passes *p)
{
    const int64_t macs = p->back.view->list.macs, fit = WORTH_A_ROUND / (macs > 0 ? macs : 1);
    return p->lane_set->count < 2 || fit < 1 ? 1 : fit < MOST_TURNS ? (size_t)fit : MOST_TURNS;
}

static enum lrp_status run_rounds(struct lrp_passes *p, const struct lrp_series *series, struct lrp_error *err)
{
    const size_t lanes = p->lane_set->count, turns = turns_of(p);
    const struct lrp_run team = {.threads = (int)lanes};
    struct round r = {.series = series, .lanes = p->lane_set->items, .turns = turns};
    enum lrp_status status = LRP_OK;
    for (r.first = 0; !status && r.first < series->count; r.first = r.end) {
        r.end = series->count - r.first > lanes * turns ? r.first + lanes * turns : series->count;
        lrp_parallel_for(&team, (int64_t)lanes, WORTH_A_ROUND, run_lanes, &r);
        status = take_round(p, &r, err);
    }
    return status;
}

/* Nothing is asked for but what arrives at the inputs: what layers get goes as soon as they have handed it on. */
static bool *wanted_of(const struct lrp_passes *p)
{
    size_t sources;
    const struct lrp_carrier_source *source = lrp_passes_sources(p, &sources);
    bool *wanted = calloc((size_t)lrp_engine_graph(p->back.engine)->value_count + 1, sizeof *wanted);
    for (size_t s = 0; wanted && s < sources; s++) wanted[source[s].value] = wanted[source[s].input] = true;
    return wanted;
}

enum lrp_status lrp_passes_each(struct lrp_passes *p, const struct lrp_series *series, struct lrp_error *err)
{
    bool *wanted = wanted_of(p);
    enum lrp_status status = wanted ? make_lanes(p, series->count, err) : no_memory(err);
    if (!status) {
        renew_lane(p, wanted);
        status = run_rounds(p, series, err);
    }
    free(wanted);
    return status;
}

/* ---- scores alone ---- */

struct series_scored {
    void *data;
    lrp_point_fill *fill;
    double *scores;
    size_t samples;
};

static enum lrp_status fill_scored(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    const struct series_scored *s = data;
    return s->fill(s->data, k, point, err);
}

static void take_scores(void *data, size_t k, const double *scores, const struct lrp_tensor *const *relevance)
{
    const struct series_scored *s = data;
    (void)relevance;
    memcpy(s->scores + k * s->samples, scores, s->samples * sizeof *scores);
}

enum lrp_status lrp_passes_score_all(struct lrp_passes *p, size_t count, lrp_point_fill *fill, void *data, double *scores,
                                     struct lrp_error *err)
{
    struct series_scored s = {data, fill, scores, (size_t)p->samples};
    p->total += (int64_t)count;
    return lrp_passes_each(p, &(struct lrp_series){.count = count, .fill = fill_scored, .take = take_scores, .data = &s}, err);
}
