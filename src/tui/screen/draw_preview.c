/* draw_preview.c: the preview of the selected layer: its kind as that is drawn, what stands above it, or why there is none. */
#include <stdio.h>

#include "view.h"

static const char blocked_text[] =
    "no relevance: model check failed – {skip-checks} skip, {register} register, {details} remedies";
static const char elsewhere_text[] =
    "no relevance: model check failed – {skip-checks} skip, {next-bad} to the layer that fails";

/* What there is to do about it: at the layer that fails, with what registering it leads to, or on the way to it. */
static void notice_lines(const struct lrp_app *app, struct lrp_rect rect, struct lrp_lines *lines)
{
    const bool here = lrp_app_failed(app, app->layer);
    struct lrp_lines prospect = {0};
    char hint[160];
    lrp_lines_wrap(lines, LRP_STYLE_WARNING, rect.columns,
                   lrp_app_hint(app, here ? blocked_text : elsewhere_text, hint, sizeof hint));
    if (here) lrp_prospect_lines(lrp_app_check(app, app->layer), rect.columns, &prospect);
    if (prospect.count && lines->count + prospect.count < rect.rows / 2) /* most of a small pane is the picture's */
        lrp_prospect_lines(lrp_app_check(app, app->layer), rect.columns, lines);
    lrp_lines_free(&prospect);
}

static int notice_rows(const struct lrp_app *app, struct lrp_rect rect)
{
    if (!lrp_app_blocked(app) || lrp_preview_row(app->preview)->show != LRP_SHOW_RELEVANCE) return 0;
    struct lrp_lines lines = {0};
    notice_lines(app, rect, &lines);
    const int rows = lines.count < rect.rows - 2 ? lines.count : 0;
    lrp_lines_free(&lines);
    return rows;
}

struct lrp_rect lrp_preview_inner(const struct lrp_app *app, struct lrp_rect rect)
{
    const int notice = notice_rows(app, rect);
    return (struct lrp_rect){rect.x, rect.y + 1 + notice, rect.columns,
                             rect.rows - 2 - notice > 0 ? rect.rows - 2 - notice : 0};
}

static void notice(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const int rows = notice_rows(app, rect);
    struct lrp_lines lines = {0};
    notice_lines(app, rect, &lines);
    for (int i = 0; i < rows; i++)
        lrp_canvas_text(canvas, rect.x, rect.y + 1 + i, rect.columns, lines.items[i].text,
                        (enum lrp_style)lines.items[i].style);
    lrp_lines_free(&lines);
}

/* The last job ended with an error that says why. */
static bool failed(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->job == LRP_JOB_FAILED && app->snapshot->error.status &&
           app->snapshot->error.status != LRP_CHECK_FAILED;
}

/* Why the pane is empty. */
static const char *empty_reason(const struct lrp_app *app)
{
    const struct lrp_subject wanted = lrp_preview_subject(app);
    const bool needs_input = wanted.show != LRP_SHOW_WEIGHTS;
    if (!app->snapshot) return "no model";
    if ((needs_input && (!app->snapshot->input_label || !*app->snapshot->input_label)))
        return app->snapshot->token_input ? "no input: {input} takes a text, ids of tokens, or a file"
                                          : "no input: {input} opens a picture; {input} grey and {input} random make one up";
    if (lrp_subject_equal(&app->painting.subject, &wanted) && app->painting.reason[0] && !(needs_input && lrp_app_busy(app)))
        return app->painting.reason;
    if (failed(app)) return lrp_app_own_words(app, app->snapshot->error.message);
    return lrp_app_busy(app)                         ? "computing"
           : app->snapshot->job == LRP_JOB_CANCELLED ? "cancelled: {reload} computes"
                                                     : "not computed";
}

static void why_not(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    struct lrp_lines lines = {0};
    char hint[400], reason[340];
    const char *why = empty_reason(app);
    const bool told = failed(app) && why == lrp_app_own_words(app, app->snapshot->error.message);
    snprintf(reason, sizeof reason, told ? "not computed: %.300s" : "%.300s", why);
    lrp_lines_wrap(&lines, LRP_STYLE_DIM, inner.columns, lrp_app_hint(app, reason, hint, sizeof hint));
    for (int i = 0; i < lines.count && i < inner.rows; i++)
        lrp_canvas_text(canvas, inner.x, inner.y + i, inner.columns, lines.items[i].text, LRP_STYLE_DIM);
    lrp_lines_free(&lines);
}

/* How kinds are drawn, and what lies under a cell of them. */
static const struct {
    void (*draw)(const struct lrp_app *, struct lrp_canvas *, struct lrp_rect);
    lrp_under_fn *under;
} drawings[] = {
#define X(id, drawn, painted, ...) {lrp_draw_as_##drawn, lrp_under_##drawn},
    LRP_PREVIEWS(X)
#undef X
};

void lrp_draw_preview(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    if (lrp_preview_row(lrp_app_preview(app))->whole_pane) {
        drawings[lrp_app_preview(app)].draw(app, canvas, rect);
        return;
    }
    const struct lrp_rect inner = lrp_preview_inner(app, rect);
    lrp_draw_preview_title(app, canvas, rect);
    notice(app, canvas, rect);
    if (inner.rows < 1) return;
    if (lrp_preview_fresh(app))
        drawings[app->painting.subject.kind].draw(app, canvas, inner);
    else
        why_not(app, canvas, inner);
}

bool lrp_preview_hit(const struct lrp_app *app, struct lrp_rect rect, int x, int y, int *px, int *py)
{
    const struct lrp_rect inner = lrp_preview_inner(app, rect);
    if (!lrp_preview_fresh(app) || inner.rows < 1) return false;
    return drawings[app->painting.subject.kind].under(app, inner, x, y, px, py);
}
