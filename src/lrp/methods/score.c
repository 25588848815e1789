/* score.c: the scores of many points, one after the other or several in one pass. */
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "memo.h"
#include "passes.h"

enum lrp_status lrp_passes_score_clean(const struct lrp_passes *p, double *scores, struct lrp_error *err)
{
    const struct lrp_pass clean = {.values = (const struct lrp_tensor **)(uintptr_t)p->back.values};
    return lrp_passes_scores(p, &clean, scores, err);
}

static enum lrp_status score_one_by_one(struct lrp_passes *p, size_t count,
                                        void (*fill)(void *data, size_t k, struct lrp_tensor *const *point), void *data,
                                        double *scores, struct lrp_error *err)
{
    struct lrp_tensor **point = lrp_point_new(p);
    enum lrp_status status = point ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t k = 0; !status && k < count; k++) {
        struct lrp_pass pass = {0};
        fill(data, k, point);
        status = lrp_passes_forward(p, (const struct lrp_tensor *const *)point, &pass, err);
        if (!status) status = lrp_passes_scores(p, &pass, scores + k * (size_t)p->samples, err);
        lrp_pass_free(&pass);
    }
    lrp_point_free(p, point);
    return status;
}

/* Points side by side: one tensor for each source. */
struct wide_points {
    struct lrp_tensor **all, *views, **view; /* view: of one point, by source */
    size_t sources;
};

static void wide_points_free(struct wide_points *w)
{
    for (size_t s = 0; w->all && s < w->sources; s++) lrp_tensor_release(w->all[s]);
    free(w->all);
    free(w->views);
    free(w->view);
}

static enum lrp_status wide_points_new(const struct lrp_passes *p, struct wide_points *w, struct lrp_error *err)
{
    lrp_passes_sources(p, &w->sources);
    w->all = calloc(w->sources + 1, sizeof(struct lrp_tensor *));
    w->views = calloc(w->sources + 1, sizeof *w->views);
    w->view = calloc(w->sources + 1, sizeof(struct lrp_tensor *));
    enum lrp_status status = w->all && w->views && w->view ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t s = 0; !status && s < w->sources; s++) {
        struct lrp_shape shape = lrp_passes_clean(p, s)->shape;
        shape.dim[0] *= p->wide->copies;
        status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &w->all[s], err);
        w->view[s] = &w->views[s];
    }
    return status;
}

static struct lrp_tensor *const *point_at(const struct lrp_passes *p, const struct wide_points *w, size_t k)
{
    for (size_t s = 0; s < w->sources; s++) {
        const struct lrp_tensor *clean = lrp_passes_clean(p, s);
        w->views[s] = (struct lrp_tensor){
            .dtype = LRP_DTYPE_FLOAT, .shape = clean->shape, .count = clean->count, .f = w->all[s]->f + k * clean->count};
    }
    return w->view;
}

/* One pass over all that stands in the points; of these the first `count` are told. */
static enum lrp_status pass_wide(struct lrp_passes *p, const struct wide_points *w, size_t count, double *scores,
                                 struct lrp_error *err)
{
    const struct lrp_wide *wide = p->wide;
    const size_t values = (size_t)lrp_engine_graph(wide->engine)->value_count, samples = (size_t)p->samples;
    const struct lrp_tensor **at = calloc(values + 1, sizeof(struct lrp_tensor *));
    if (!at) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t v = 0; v < values; v++)
        if (wide->values[v]) at[v] = lrp_tensor_retain(wide->values[v]);
    for (size_t s = 0; s < w->sources; s++) {
        lrp_tensor_release(at[wide->sources[s]]);
        at[wide->sources[s]] = lrp_tensor_retain(w->all[s]);
    }
    lrp_memo_forget(wide->engine);
    enum lrp_status status = lrp_engine_forward(wide->engine, at, wide->output, wide->run, NULL, NULL, err);
    const struct lrp_tensor *output = status ? NULL : lrp_tensor_row_major(at[wide->output], wide->run);
    if (!status && !output) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    const size_t each = status ? 0 : output->count / samples / (size_t)wide->copies;
    for (size_t k = 0; !status && k < count; k++)
        lrp_passes_score_output(p, output->f + k * samples * each, each, scores + k * samples);
    for (size_t v = 0; v < values; v++) lrp_tensor_release(at[v]);
    free(at);
    p->done += (int64_t)count;
    if (!status && p->tell) p->tell(p->data, p->done, p->total);
    return status;
}

static enum lrp_status score_wide(struct lrp_passes *p, size_t count,
                                  void (*fill)(void *data, size_t k, struct lrp_tensor *const *point), void *data,
                                  double *scores, struct lrp_error *err)
{
    struct wide_points w = {0};
    const size_t copies = (size_t)p->wide->copies;
    enum lrp_status status = wide_points_new(p, &w, err);
    for (size_t first = 0; !status && first < count; first += copies) {
        const size_t now = count - first < copies ? count - first : copies;
        for (size_t k = 0; k < copies; k++) fill(data, first + (k < now ? k : now - 1), point_at(p, &w, k));
        status = pass_wide(p, &w, now, scores + first * (size_t)p->samples, err);
    }
    wide_points_free(&w);
    return status;
}

enum lrp_status lrp_passes_score_all(struct lrp_passes *p, size_t count,
                                     void (*fill)(void *data, size_t k, struct lrp_tensor *const *point), void *data,
                                     double *scores, struct lrp_error *err)
{
    p->total += (int64_t)count;
    return (p->wide && count > 1 ? score_wide : score_one_by_one)(p, count, fill, data, scores, err);
}
