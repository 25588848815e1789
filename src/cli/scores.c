/* scores.c: the numbers of one distribution over classes. */
#include "scores.h"

#include <math.h>
#include <string.h>

enum lrp_score_kind lrp_scores_kind(const struct lrp_snapshot *now)
{
    if (lrp_settings_flag(now->settings, LRP_SETTING_STRIP_SOFTMAX)) return LRP_SCORE_RAW;
    for (size_t i = 1; i < now->layers->count; i++)
        if (now->layers->rows[i].output_softmax)
            return now->layers->rows[i].output_log ? LRP_SCORE_LOG_SOFTMAX : LRP_SCORE_SOFTMAX;
    return LRP_SCORE_RAW;
}

size_t lrp_scores_strongest(const float *values, size_t n, size_t count, size_t *order)
{
    size_t held = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = held;
        while (at > 0 && (values[i] > values[order[at - 1]] || (isnan(values[order[at - 1]]) && !isnan(values[i])))) at--;
        if (at >= count) continue;
        held += held < count;
        memmove(order + at + 1, order + at, (held - at - 1) * sizeof *order);
        order[at] = i;
    }
    return held;
}

struct lrp_scores lrp_scores_of(const float *values, size_t n, enum lrp_score_kind kind)
{
    float most = -INFINITY; /* in float: gcc 12 for arm64 cannot widen the reduction */
    for (size_t i = 0; i < n; i++) most = fmaxf(most, values[i]);
    struct lrp_scores s = {.values = values, .n = n, .kind = kind, .most = (double)most};
    for (size_t i = 0; i < n; i++) s.sum += exp((double)values[i] - s.most);
    return s;
}

double lrp_scores_probability(const struct lrp_scores *s, size_t index)
{
    const double value = (double)s->values[index];
    if (s->kind == LRP_SCORE_SOFTMAX) return value;
    return s->kind == LRP_SCORE_LOG_SOFTMAX ? exp(value) : exp(value - s->most) / s->sum;
}

double lrp_scores_entropy(const struct lrp_scores *s)
{
    double entropy = 0;
    for (size_t i = 0; i < s->n; i++) {
        const double p = lrp_scores_probability(s, i);
        if (p != 0) entropy -= p * log(p);
    }
    return entropy;
}

size_t lrp_scores_rank(const struct lrp_scores *s, size_t index)
{
    size_t rank = 1;
    for (size_t i = 0; i < s->n; i++)
        rank += s->values[i] > s->values[index] || (i < index && s->values[i] == s->values[index]);
    return rank;
}
