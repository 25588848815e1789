/* series.h: passes over many points, of which each is another input. */
#ifndef LRP_LRP_METHODS_SERIES_H
#define LRP_LRP_METHODS_SERIES_H

#include "passes.h"

/* Writes all elements of point number k; called on any thread, in any order. */
typedef enum lrp_status lrp_point_fill(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err);
struct lrp_series {
    size_t count; /* points */
    bool back;    /* relevance is asked for by the method of a single pass, else the scores */
    lrp_point_fill *fill;
    /* What came of point k: scores by sample, or relevance by source, in rows (NULL: none arrived); both borrowed. Called for
     * one point after the other, in order. */
    void (*take)(void *data, size_t k, const double *scores, const struct lrp_tensor *const *relevance);
    void *data;
};
/* Several points at a time where passes->lanes says so; the numbers are the same. Errors: those of a pass. */
enum lrp_status lrp_passes_each(struct lrp_passes *passes, const struct lrp_series *series, struct lrp_error *err);
/* The scores of `count` points: scores[k * samples + n] is of sample n of point k. */
enum lrp_status lrp_passes_score_all(struct lrp_passes *passes, size_t count, lrp_point_fill *fill, void *data, double *scores,
                                     struct lrp_error *err);

/* What the passes keep for it; NULL: nothing. */
struct lrp_lane_set;
void lrp_lane_set_free(const struct lrp_passes *passes, struct lrp_lane_set *set);

#endif
