/* evaluation_doubts.c: what there is to know about an evaluation before its numbers are believed. */
#include <math.h>

#include "evaluation.h"
#include "text.h"

static void doubt_masks(const struct lrp_evaluation *e, struct lrp_text *to)
{
    if (e->empty_masks)
        lrp_text_printf(to, "%zu of %zu inputs %s an empty mask: what asks where evidence lies has no score there\n",
                        e->empty_masks, e->samples, e->empty_masks == 1 ? "has" : "have");
}

static void doubt_values(const struct lrp_evaluated *row, struct lrp_text *to)
{
    size_t bad = 0;
    for (size_t i = 0; i < row->made->count; i++) bad += isfinite(row->made->f[i]) ? 0 : 1;
    if (bad)
        lrp_text_printf(to,
                        "%s: %zu of its %zu values are NaN or infinite: such places come last, and sums over them are none\n",
                        row->name, bad, row->made->count);
}

/* An attribution of more inputs than there were belongs to others. */
static void doubt_rows(const struct lrp_evaluation *e, const struct lrp_evaluated *row, struct lrp_text *to)
{
    if (row->made_rows > e->samples)
        lrp_text_printf(to, "%s has %zu rows, and %zu input%s scored: do they belong together?\n", row->name, row->made_rows,
                        e->samples, e->samples == 1 ? " was" : "s were");
}

static void doubt_columns(const struct lrp_evaluation *e, struct lrp_text *to)
{
    const char *made = NULL, *before = "";
    for (size_t i = 0; i < e->row_count && !made; i++) made = e->rows[i].made ? e->rows[i].name : NULL;
    for (size_t c = 0; made && c < e->column_count; c++) {
        const struct lrp_metric *metric = e->columns[c].call.row;
        if (!metric->needs_setting || metric->info.name == before) continue;
        before = metric->info.name;
        lrp_text_printf(to, "%s explains anew, which cannot be done for attributions made elsewhere: they have no score (%s)\n",
                        before, made);
    }
}

char *lrp_evaluation_doubts(const struct lrp_evaluation *e, bool ended)
{
    struct lrp_text text = {0};
    doubt_masks(e, &text);
    for (size_t i = 0; i < e->row_count; i++) {
        if (!e->rows[i].made) continue;
        doubt_values(&e->rows[i], &text);
        if (ended) doubt_rows(e, &e->rows[i], &text);
    }
    doubt_columns(e, &text);
    return text.length ? lrp_text_take(&text) : NULL;
}
