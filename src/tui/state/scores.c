/* scores.c: scores of settings, see scores.h. */
#include "scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void free_flipping(struct lrp_flipping *f)
{
    free(f->morf);
    free(f->lerf);
    *f = (struct lrp_flipping){0};
}

void lrp_scores_free(struct lrp_setting_scores *s)
{
    for (size_t i = 0; s->rows && i < s->count; i++) {
        free(s->rows[i].name);
        free(s->rows[i].left_out);
        for (int b = 0; b < LRP_BASELINES; b++) free_flipping(&s->rows[i].flipping[b]);
    }
    for (int b = 0; b < LRP_BASELINES; b++) free_flipping(&s->random[b]);
    free(s->rows);
    *s = (struct lrp_setting_scores){0};
}

static double *copy_curve(const double *from, size_t length, bool *ok)
{
    double *copy = from ? malloc((length + 1) * sizeof *copy) : NULL;
    if (copy) memcpy(copy, from, length * sizeof *copy);
    *ok = *ok && (copy || !from);
    return copy;
}

static void copy_flipping(const struct lrp_flipping *from, struct lrp_flipping *to, bool *ok)
{
    *to = *from;
    to->morf = copy_curve(from->morf, from->length, ok);
    to->lerf = copy_curve(from->lerf, from->length, ok);
}

bool lrp_scores_copy(const struct lrp_setting_scores *from, struct lrp_setting_scores *out)
{
    bool ok = true;
    *out = *from;
    out->rows = calloc(from->count + 1, sizeof *out->rows);
    out->count = out->rows ? from->count : 0;
    for (int b = 0; b < LRP_BASELINES; b++) copy_flipping(&from->random[b], &out->random[b], &ok);
    for (size_t i = 0; i < out->count; i++) {
        const struct lrp_scored *row = &from->rows[i];
        struct lrp_scored *to = &out->rows[i];
        *to = *row;
        to->name = strdup(row->name);
        to->left_out = row->left_out ? strdup(row->left_out) : NULL;
        ok = ok && to->name && (to->left_out || !row->left_out);
        for (int b = 0; b < LRP_BASELINES; b++) copy_flipping(&row->flipping[b], &to->flipping[b], &ok);
    }
    if (ok && out->rows) return true;
    lrp_scores_free(out);
    return false;
}

int lrp_scores_best(const struct lrp_setting_scores *s, int baseline)
{
    int best = -1;
    for (size_t i = 0; i < s->count; i++) {
        const double abpc = s->rows[i].flipping[baseline].abpc;
        if (!s->rows[i].there || s->rows[i].same_as != (int)i || isnan(abpc)) continue;
        if (best < 0 || abpc > s->rows[best].flipping[baseline].abpc) best = (int)i;
    }
    return best;
}
