/* draw_status.c: the status line: what is told or asked, the job's progress, the place in the list. */
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "runes.h"
#include "view.h"

static void progress(const struct lrp_app *app, char *text, size_t size)
{
    enum { CELLS = 10 };
    char bar[CELLS * 3 + 1] = "", hint[40];
    const int done = app->snapshot->done, total_layers = app->snapshot->total > 0 ? app->snapshot->total : 1;
    for (int i = 0, used = 0; i < CELLS; i++)
        used += snprintf(bar + used, sizeof bar - (size_t)used, "%s", i * total_layers < done * CELLS ? "█" : "░");
    snprintf(text, size, "%s %d/%d %s %d%%  %s",
             app->snapshot->job == LRP_JOB_RELEVANCE ? "LRP" : lrp_job_state_name(app->snapshot->job), done,
             app->snapshot->total, bar, done * 100 / total_layers, lrp_app_hint(app, "{cancel} cancel", hint, sizeof hint));
}

/* "7 layers in 12 ms": what the last change came to. */
static void last_update(const struct lrp_app *app, char *text, size_t size)
{
    const struct lrp_snapshot *snapshot = app->snapshot;
    const int layers = snapshot && snapshot->forward_layers > snapshot->relevance_layers ? snapshot->forward_layers
                       : snapshot                                                        ? snapshot->relevance_layers
                                                                                         : 0;
    if (!snapshot || snapshot->job != LRP_JOB_DONE || snapshot->update_ms <= 0) return;
    if (layers == 0)
        snprintf(text, size, "already computed");
    else if (app->untimed)
        snprintf(text, size, "%d layer%s computed", layers, layers == 1 ? "" : "s");
    else
        snprintf(text, size, snapshot->update_ms < 10 ? "%d layer%s in %.1f ms" : "%d layer%s in %.0f ms", layers,
                 layers == 1 ? "" : "s", snapshot->update_ms);
}

/* What stands right in the status line: progress, then the place in the list; returns where it begins. Without a canvas only
 * that. */
/* "12 of 40, 7 left out (v)" */
static void append_left_out(const struct lrp_app *app, char *place, size_t size)
{
    char key[32];
    const size_t used = strlen(place);
    snprintf(place + used, size - used, ", %d left out (%s)", app->left_out,
             lrp_app_key(app, LRP_ACTION_all_layers, key, sizeof key));
}

static int status_right(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    char place[64] = "", job[128] = "";
    const int count = lrp_app_row_count(app, app->view);
    if (count > 0) snprintf(place, sizeof place, "%d of %d", app->windows[app->view].selected + 1, count);
    if (app->view == LRP_VIEW_layers && app->left_out > 0) append_left_out(app, place, sizeof place);
    if (lrp_app_busy(app))
        progress(app, job, sizeof job);
    else
        last_update(app, job, sizeof job);
    int x = rect.x + rect.columns - lrp_text_columns(place) - 1;
    if (canvas) lrp_canvas_text(canvas, x, rect.y, rect.columns, place, LRP_STYLE_DIM);
    if (!*job || x - lrp_text_columns(job) - 2 < rect.x) return x;
    x -= lrp_text_columns(job) + 2;
    if (canvas) lrp_canvas_text(canvas, x, rect.y, rect.columns, job, lrp_app_busy(app) ? LRP_STYLE_PROGRESS : LRP_STYLE_DIM);
    return x;
}

enum { LRP_TOLD_ROWS = 4 };

/* A question, and where its answers stand: the question is cut before they are. */
static const char answers[] = " (y/n)";
enum { ANSWERS = sizeof answers - 1 };
static int answers_from(struct lrp_rect rect, const char *question)
{
    const int columns = lrp_text_columns(question), room = rect.columns - ANSWERS;
    return rect.x + (columns < room ? columns : room > 0 ? room : 0);
}
static void ask(struct lrp_canvas *canvas, struct lrp_rect rect, const char *question)
{
    const int at = answers_from(rect, question);
    lrp_canvas_fit(canvas, rect.x, rect.y, at - rect.x, question, LRP_STYLE_PROMPT);
    lrp_canvas_text(canvas, at, rect.y, rect.x + rect.columns - at, answers, LRP_STYLE_PROMPT);
}

int lrp_answer_at(const struct lrp_app *app, struct lrp_rect rect, int x, int y)
{
    const bool offered = !app->question.text[0] && app->offer[0] && !app->status[0] && app->menu.kind == LRP_MENU_NONE;
    if (y != rect.y || !(app->question.text[0] || offered)) return 0;
    const int at = answers_from(rect, offered ? app->offer : app->question.text);
    return x == at + 2 ? 'y' : x == at + 4 ? 'n' : 0;
}

/* What is told takes precedence over what stands right; what is longer than the line goes on in the rows above it. */
static int rows_of(const char *text, int columns, int most, struct lrp_lines *lines)
{
    lrp_lines_wrap(lines, LRP_STYLE_NORMAL, columns, text);
    return lines->count < most ? lines->count : most;
}

static void lines_up_from(struct lrp_canvas *canvas, struct lrp_rect last, const char *text, enum lrp_style style)
{
    struct lrp_lines lines = {0};
    const int rows = rows_of(text, last.columns, last.y < LRP_TOLD_ROWS ? last.y : LRP_TOLD_ROWS, &lines);
    for (int i = 0; i < rows; i++) {
        const struct lrp_rect at = {last.x, last.y - rows + 1 + i, last.columns, 1};
        lrp_canvas_fill(canvas, at, style);
        lrp_canvas_fit(canvas, at.x, at.y, at.columns, lines.items[i].text, style);
    }
    lrp_lines_free(&lines);
}

static void draw_text(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect, const char *text,
                      enum lrp_style style)
{
    const int columns = lrp_text_columns(text), right = status_right(app, NULL, rect);
    if (columns <= right - rect.x - 1) status_right(app, canvas, rect);
    if (columns <= rect.columns)
        lrp_canvas_text(canvas, rect.x, rect.y, rect.columns, text, style);
    else
        lines_up_from(canvas, rect, text, style);
}

/* Beside what is typed, or above it where there is no room. */
static void tell_beside(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect, int typed,
                        enum lrp_style style)
{
    const int columns = lrp_text_columns(app->status), room = rect.columns - typed - 3;
    if (columns <= room)
        lrp_canvas_right(canvas, rect.x + typed + 2, rect.y, room, app->status, style);
    else if (app->status_error)
        lines_up_from(canvas, (struct lrp_rect){rect.x, rect.y - 1, rect.columns, 1}, app->status, style);
}

void lrp_draw_status(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    if (app->prompt.kind != LRP_PROMPT_NONE) {
        const int typed = lrp_draw_prompt(app, canvas, rect);
        if (app->status[0] && (app->prompt.kind == LRP_PROMPT_SEARCH || app->status_error))
            tell_beside(app, canvas, rect, typed, app->status_error || app->search_failed ? LRP_STYLE_ERROR : LRP_STYLE_PROMPT);
    } else if (app->question.text[0]) {
        lrp_canvas_fill(canvas, rect, LRP_STYLE_PROMPT);
        ask(canvas, rect, app->question.text);
    } else if (app->offer[0] && !app->status[0]) {
        if (lrp_text_columns(app->offer) + ANSWERS <= status_right(app, NULL, rect) - rect.x - 1)
            status_right(app, canvas, rect);
        ask(canvas, rect, app->offer);
    } else {
        char line[640];
        snprintf(line, sizeof line, "%s%s%s", app->status, app->filter ? "  filter: " : "", app->filter ? app->filter : "");
        draw_text(app, canvas, rect, line[0] == ' ' ? line + 2 : line,
                  app->status_error && app->status[0] ? LRP_STYLE_ERROR : LRP_STYLE_NORMAL);
    }
}
