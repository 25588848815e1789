/* completeness.c: whether relevance adds up to how the score changes from a baseline to the input. */
#include <math.h>
#include <stdlib.h>

#include "methods/series.h"
#include "metric.h"

static enum lrp_status fill_baseline(void *data, size_t k, struct lrp_tensor *const *point, struct lrp_error *err)
{
    struct lrp_tensor *const *baseline = data;
    (void)k;
    (void)err;
    for (size_t s = 0; baseline[s]; s++)
        for (size_t i = 0; i < baseline[s]->count; i++) point[s]->f[i] = baseline[s]->f[i];
    return LRP_OK;
}

static enum lrp_status measure_completeness(struct lrp_metric_case *c, struct lrp_measure *out, struct lrp_error *err)
{
    const size_t samples = (size_t)c->passes->samples, count = lrp_metric_case_values(c);
    struct lrp_tensor **baseline = NULL;
    double *scores = calloc(2 * samples + 1, sizeof *scores), *values = malloc(count * sizeof *values + 1);
    enum lrp_status status = scores && values ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_passes_baseline(c->passes, "baseline", &baseline, err);
    if (!status) status = lrp_passes_score_clean(c->passes, scores, err);
    if (!status) status = lrp_passes_score_all(c->passes, 1, fill_baseline, baseline, scores + samples, err);
    for (size_t i = 0; !status && i < c->count * samples; i++) {
        const double change = scores[i % samples] - scores[samples + i % samples];
        double sum = 0;
        lrp_attribution_values(c, c->of[i / samples].relevance, i % samples, values);
        for (size_t k = 0; k < count; k++) sum += values[k];
        out[i].numbers[0] = sum - change;
        out[i].numbers[1] = change != 0 ? sum / change : (double)NAN;
    }
    lrp_point_free(c->passes, baseline);
    free(scores);
    free(values);
    return status;
}

const struct lrp_metric lrp_metric_row_completeness = {
    .info = {.name = "completeness",
             .line = "whether relevance adds up to the change of the score from a baseline (of methods that share one out)",
             .formula = "sum R - (f(x) - f(B)); ratio: sum R / (f(x) - f(B))",
             .cost = "1 x forward",
             .shows = "That a method of differences did its sum; the baseline has to be the method's own.",
             .numbers = {"value", "ratio"},
             LRP_METHOD_TAKES({"baseline", "0", LRP_METHOD_BASELINE, NULL, "of the method"})},
    .compute = measure_completeness};
