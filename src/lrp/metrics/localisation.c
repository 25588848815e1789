/* localisation.c: whether relevance lies where the evidence is said to be: a mask. */
#include <math.h>
#include <stdlib.h>

#include "metric.h"

/* Places by descending relevance; of equal ones the first comes first, NaN last. */
struct spot {
    double r;
    size_t place;
};

static int compare_spots(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    if (isnan(x->r) != isnan(y->r)) return isnan(x->r) ? 1 : -1;
    if (!isnan(x->r) && x->r > y->r) return -1;
    if (!isnan(x->r) && x->r < y->r) return 1;
    return (x->place > y->place) - (x->place < y->place);
}

static enum lrp_status sort_places(const struct lrp_attribution_map *m, struct spot **out, struct lrp_error *err)
{
    *out = malloc(m->place_count * sizeof **out + 1);
    if (!*out) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < m->place_count; i++) (*out)[i] = (struct spot){m->places[i], i};
    qsort(*out, m->place_count, sizeof **out, compare_spots);
    return LRP_OK;
}

static size_t mask_size(const struct lrp_attribution_map *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->place_count; i++) count += m->mask[i] != 0;
    return count;
}

/* Nothing can be said of an empty mask. */
static bool is_empty(const struct lrp_attribution_map *m, struct lrp_measure *out)
{
    if (mask_size(m)) return false;
    out->numbers[0] = NAN;
    return true;
}

/* Between places, along all axes. */
static double distance(const struct lrp_attribution_map *m, size_t a, size_t b)
{
    double sum = 0;
    for (int k = m->rank - 1; k >= 0; k--) {
        const double by = (double)(a % (size_t)m->space[k]) - (double)(b % (size_t)m->space[k]);
        sum += by * by;
        a /= (size_t)m->space[k];
        b /= (size_t)m->space[k];
    }
    return sqrt(sum);
}

static enum lrp_status point(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                             struct lrp_error *err)
{
    /* what is near in a picture is another word in a text */
    const double tolerance = m->tokens && !lrp_given_named(given, "tolerance") ? 0 : lrp_given_number(given, "tolerance", 0);
    size_t best = 0;
    (void)err;
    if (is_empty(m, out)) return LRP_OK;
    for (size_t i = 1; i < m->place_count; i++)
        if (isnan(m->places[best]) || m->places[i] > m->places[best]) best = i;
    for (size_t i = 0; i < m->place_count && !(out->numbers[0] > 0); i++)
        out->numbers[0] = m->mask[i] && distance(m, i, best) <= tolerance;
    return LRP_OK;
}

const struct lrp_metric lrp_metric_row_pointing_game = {
    .info = {.name = "pointing-game",
             .line = "whether the most relevant pixel lies in the mask, or near it (Zhang et al. 2016)",
             .formula = "1 if arg max r (the first) lies within `tolerance` of the mask, else 0",
             .cost = "none",
             .shows = "That the strongest point is on the object; nothing of all other points.",
             .better = LRP_BETTER_MORE,
             .numbers = {"value"},
             LRP_METHOD_TAKES({"tolerance", "15", LRP_METHOD_NUMBER, NULL,
                               "pixels by which the mask grows; of tokens 0 unless it is given"})},
    .measure = point,
    .needs_mask = true};

static enum lrp_status mass(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                            struct lrp_error *err)
{
    const bool all = lrp_given_is(given, "sign", "all");
    double inside = 0, sum = 0;
    (void)err;
    if (is_empty(m, out)) return LRP_OK;
    for (size_t i = 0; i < m->place_count; i++) {
        const double r = all ? m->places[i] : fmax(m->places[i], 0);
        sum += r;
        inside += m->mask[i] ? r : 0;
    }
    out->numbers[0] = sum != 0 ? inside / sum : (double)NAN;
    return LRP_OK;
}

const struct lrp_metric lrp_metric_row_mass_accuracy = {
    .info = {.name = "mass-accuracy",
             .line = "how much of the positive relevance lies in the mask (Kohlbrenner et al. 2020)",
             .formula =
                 "sum of max(r, 0) over the mask / sum of max(r, 0); sign=all: of r, meaningless where its sum is near 0",
             .cost = "none",
             .shows =
                 "That the map is on the object. A network that looks at the background is explained well by a map with a low "
                 "score.",
             .better = LRP_BETTER_MORE,
             .numbers = {"value"},
             LRP_METHOD_TAKES({"sign", "positive", LRP_METHOD_WORD, "positive all", "of which relevance"})},
    .measure = mass,
    .needs_mask = true};

/* The share of the k most relevant places that lies in the mask. */
static enum lrp_status count_best(const struct lrp_attribution_map *m, size_t k, struct lrp_measure *out, struct lrp_error *err)
{
    struct spot *spots = NULL;
    const enum lrp_status status = sort_places(m, &spots, err);
    if (k > m->place_count) k = m->place_count;
    for (size_t i = 0; !status && i < k; i++) out->numbers[0] += (double)(m->mask[spots[i].place] != 0) / (double)k;
    free(spots);
    return status;
}

static enum lrp_status rank_best(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                                 struct lrp_error *err)
{
    (void)given;
    return is_empty(m, out) ? LRP_OK : count_best(m, mask_size(m), out, err);
}

const struct lrp_metric lrp_metric_row_rank_accuracy = {
    .info = {.name = "rank-accuracy",
             .line = "how many of the K most relevant pixels lie in the mask, which has K (Arras et al. 2022)",
             .formula = "share of the K largest r inside the mask, K = its size",
             .cost = "none",
             .shows = "As mass-accuracy, but independent of how relevance is distributed.",
             .better = LRP_BETTER_MORE,
             .numbers = {"value"}},
    .measure = rank_best,
    .needs_mask = true};

static enum lrp_status top(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                           struct lrp_error *err)
{
    return is_empty(m, out) ? LRP_OK : count_best(m, (size_t)lrp_given_number(given, "k", 1), out, err);
}

const struct lrp_metric lrp_metric_row_top_k = {.info = {.name = "top-k",
                                                         .line = "how many of the k most relevant pixels lie in the mask",
                                                         .formula = "share of the k largest r inside the mask",
                                                         .cost = "none",
                                                         .shows = "As rank-accuracy, of the peaks alone.",
                                                         .better = LRP_BETTER_MORE,
                                                         .numbers = {"value"},
                                                         LRP_METHOD_TAKES({"k", "100", LRP_METHOD_COUNT, NULL, "how many"})},
                                                .measure = top,
                                                .needs_mask = true};

static enum lrp_status first_inside(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                                    struct lrp_error *err)
{
    struct spot *spots = NULL;
    (void)given;
    if (is_empty(m, out)) return LRP_OK;
    const enum lrp_status status = sort_places(m, &spots, err);
    size_t rank = 0;
    while (!status && !m->mask[spots[rank].place]) rank++;
    if (!status) out->numbers[0] = 1 / (double)(rank + 1);
    free(spots);
    return status;
}

const struct lrp_metric lrp_metric_row_mrr = {
    .info = {.name = "mrr",
             .line = "how early the first place of the mask comes by relevance",
             .formula = "1 / rank of the first place inside the mask",
             .cost = "none",
             .shows = "For texts: whether the word that decides is among the strongest.",
             .better = LRP_BETTER_MORE,
             .numbers = {"value"}},
    .measure = first_inside,
    .needs_mask = true};

/* Mann and Whitney: how often a place inside has more than one outside; ties count half. */
static enum lrp_status separate(const struct lrp_attribution_map *m, const struct lrp_given *given, struct lrp_measure *out,
                                struct lrp_error *err)
{
    struct spot *spots = NULL;
    const double inside = (double)mask_size(m), outside = (double)m->place_count - inside;
    (void)given;
    out->numbers[0] = NAN;
    if (!(inside > 0) || !(outside > 0)) return LRP_OK;
    const enum lrp_status status = sort_places(m, &spots, err);
    double sum = 0; /* of the ranks of places inside, the least relevant has rank 1 */
    for (size_t i = 0, next; !status && i < m->place_count; i = next) {
        for (next = i + 1; next < m->place_count && spots[next].r == spots[i].r;) next++;
        const double rank = (double)m->place_count - (double)(i + next - 1) / 2;
        for (size_t k = i; k < next; k++) sum += m->mask[spots[k].place] ? rank : 0;
    }
    if (!status) out->numbers[0] = (sum - inside * (inside + 1) / 2) / (inside * outside);
    free(spots);
    return status;
}

const struct lrp_metric lrp_metric_row_localisation_auc = {
    .info = {.name = "localisation-auc",
             .line = "how well relevance tells places in the mask from all others",
             .formula = "Mann-Whitney: share of pairs (inside, outside) with more relevance inside, ties half",
             .cost = "none",
             .shows = "As mass-accuracy, over all thresholds; chance is 0.5 whatever the mask's size.",
             .better = LRP_BETTER_MORE,
             .numbers = {"value"}},
    .measure = separate,
    .needs_mask = true};
