/* occlusion.c: how the score falls when a window is taken away (Zeiler 2014). */
#include <stdlib.h>
#include <string.h>

#include "cuts.h"

struct windows {
    int rank;
    int64_t side[LRP_MAX_RANK], size[LRP_MAX_RANK], stride[LRP_MAX_RANK], count[LRP_MAX_RANK];
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
        const int64_t side = w->side[k] = f->space[k];
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

/* The places of a window; the last ones are cut off at the border. */
static size_t list_window(const void *cuts, size_t number, size_t *places)
{
    const struct windows *w = cuts;
    int64_t first[LRP_MAX_RANK], size[LRP_MAX_RANK], at[LRP_MAX_RANK] = {0}, rest = (int64_t)number;
    size_t count = 1;
    for (int k = w->rank; k-- > 0;) {
        first[k] = rest % w->count[k] * w->stride[k];
        rest /= w->count[k];
        size[k] = w->side[k] - first[k] < w->size[k] ? w->side[k] - first[k] : w->size[k];
        count *= (size_t)size[k];
    }
    for (size_t i = 0; i < count; i++) {
        places[i] = 0;
        for (int k = 0; k < w->rank; k++) places[i] = places[i] * (size_t)w->side[k] + (size_t)(first[k] + at[k]);
        for (int k = w->rank; k-- > 0 && ++at[k] == size[k];) at[k] = 0;
    }
    return count;
}

static enum lrp_status slide(struct lrp_passes *p, struct lrp_cuts *t, struct lrp_error *err)
{
    struct windows w;
    const enum lrp_status status = windows_of(p, &t->field, &w, err);
    if (status) return status;
    t->count = (size_t)w.all;
    t->most = 1;
    for (int k = 0; k < w.rank; k++) t->most *= (size_t)w.size[k];
    t->list = list_window;
    t->cuts = &w;
    return lrp_cuts_try(t, true, err);
}

static enum lrp_status occlusion(struct lrp_passes *p, const struct lrp_tensor **relevance, struct lrp_error *err)
{
    size_t sources;
    struct lrp_cuts t;
    lrp_passes_sources(p, &sources);
    enum lrp_status status = lrp_cuts_new(p, &t, err);
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
    }
    if (!status) status = lrp_sums_store(p, t.sums, relevance, err);
    lrp_cuts_free(p, &t);
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
                 {"keep", "off", LRP_METHOD_WORD, "on off", "all but the window is taken away; scores are summed"},
                 {"score", "logit", LRP_METHOD_WORD, "logit softmax", LRP_SCORE_LINE})},
    .compute = occlusion,
    .pass = "gradient",
    .starts_with_one = true};
