/* view_evaluation.c: what settings score on the input at hand, filling row by row, and how the score of the selected one falls
 * as regions are taken away. */
#include <math.h>
#include <stdio.h>

#include "dots.h"
#include "format.h"
#include "view.h"

enum { PLOT_LEAST_ROWS = 6, PLOT_LEAST_COLUMNS = 24, NAME_COLUMNS = 26, NUMBER_COLUMNS = 12, READ_OUT_COLUMNS = 58 };

/* ---- the table ---- */

static const char *number_text(const struct lrp_scored *row, int baseline, char *text, size_t size)
{
    if (!row->there) return "";
    return lrp_value_text(row->flipping[baseline].abpc, text, size);
}

static void add_row(const struct lrp_app *app, int i, struct lrp_lines *lines)
{
    const struct lrp_setting_scores *s = &app->scores;
    const struct lrp_scored *row = &s->rows[i];
    char first[32], second[32];
    const bool best = row->there && (lrp_scores_best(s, 0) == i || lrp_scores_best(s, 1) == i);
    const bool next = s->running && (size_t)i == s->done, twin = row->there && row->same_as != i;
    char same[80] = "";
    if (twin) snprintf(same, sizeof same, "same as %.60s", s->rows[row->same_as].name);
    lrp_lines_add(lines,
                  best                    ? LRP_STYLE_GOOD
                  : row->left_out || twin ? LRP_STYLE_DIM
                                          : LRP_STYLE_NORMAL,
                  -1, "%-*.*s %*s %*s%s %.120s", NAME_COLUMNS, NAME_COLUMNS, row->name, NUMBER_COLUMNS,
                  number_text(row, 0, first, sizeof first), NUMBER_COLUMNS, number_text(row, 1, second, sizeof second),
                  best ? " best" : "",
                  row->left_out ? row->left_out
                  : next        ? "computing"
                                : same);
}

static void add_verdict(const struct lrp_app *app, struct lrp_lines *lines)
{
    const struct lrp_setting_scores *s = &app->scores;
    const int first = lrp_scores_best(s, 0), second = lrp_scores_best(s, 1);
    char hint[100];
    if (s->running || first < 0)
        lrp_lines_add(lines, LRP_STYLE_DIM, -1, "%s", lrp_app_hint(app, "{cancel} cancels", hint, sizeof hint));
    else if (first != second)
        lrp_lines_add(lines, LRP_STYLE_WARNING, -1,
                      "the order depends on the baseline: do not choose by one input and one of them");
    else
        lrp_lines_add(lines, LRP_STYLE_DIM, -1, "%s is the best with both baselines, on this input", s->rows[first].name);
}

static void lines_of(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    const struct lrp_setting_scores *s = &app->scores;
    char first[32], second[32];
    (void)width;
    for (size_t i = 0; i < s->count; i++) add_row(app, (int)i, lines);
    if (s->random[0].length)
        lrp_lines_add(lines, LRP_STYLE_DIM, -1, "%-*s %*s %*s  zero line; %s, %s", NAME_COLUMNS, "random order", NUMBER_COLUMNS,
                      lrp_value_text(s->random[0].abpc, first, sizeof first), NUMBER_COLUMNS,
                      lrp_value_text(s->random[1].abpc, second, sizeof second), s->baselines[0], s->baselines[1]);
    if (s->count) add_verdict(app, lines);
    if (!s->count)
        lrp_lines_add(lines, LRP_STYLE_DIM, -1, "%s",
                      lrp_app_blocked(app) ? "the model check failed: nothing is scored"
                                           : "nothing is scored yet: Enter scores");
}

/* ---- the plot ---- */

/* One panel: where it lies, and the values at its upper and lower edge. */
struct panel {
    struct lrp_rect at;
    double low, high;
};

static void widen_to(struct panel *p, const double *curve, size_t length)
{
    for (size_t i = 0; curve && i < length; i++) {
        if (!isfinite(curve[i])) continue;
        p->low = fmin(p->low, curve[i]);
        p->high = fmax(p->high, curve[i]);
    }
}

static uint32_t rune_at(const struct lrp_canvas *canvas, int x, int y)
{
    return x >= 0 && y >= 0 && x < canvas->columns && y < canvas->rows ? canvas->cells[y * canvas->columns + x].rune : 0;
}

/* A dot more in a cell, whose colour is that of the last curve in it; without braille a letter for the curve. */
static void put_dot(struct lrp_canvas *canvas, const struct panel *p, int x, int y, char letter, enum lrp_style style)
{
    const int cx = p->at.x + x / 2, cy = p->at.y + y / 4;
    const uint32_t there = rune_at(canvas, cx, cy);
    const uint32_t before = there >= LRP_DOTS_NONE && there < LRP_DOTS_NONE + 256 ? there - LRP_DOTS_NONE : 0;
    lrp_canvas_rune(canvas, cx, cy, canvas->ascii ? (uint32_t)letter : LRP_DOTS_NONE + (before | lrp_dot_bit(x % 2, y % 4)),
                    style);
}

static void draw_curve(struct lrp_canvas *canvas, const struct panel *p, const double *curve, size_t length, char letter,
                       enum lrp_style style)
{
    const int across = p->at.columns * 2, down = p->at.rows * 4;
    for (int x = 0, before = -1; curve && length > 1 && x < across; x++) {
        const double at = (double)x / (across - 1) * (double)(length - 1);
        const size_t k = (size_t)at < length - 1 ? (size_t)at : length - 2;
        const double value = curve[k] + (at - (double)k) * (curve[k + 1] - curve[k]);
        if (!isfinite(value)) continue;
        const int y = (int)lround((p->high - value) / (p->high - p->low) * (down - 1));
        const int to = y < 0 ? 0 : y >= down ? down - 1 : y;
        for (int at_y = before < 0 || before == to ? to : before + (to > before ? 1 : -1);; at_y += to > at_y ? 1 : -1) {
            put_dot(canvas, p, x, at_y, letter, style); /* steep falls are lines, too */
            if (at_y == to) break;
        }
        before = to;
    }
}

static void draw_step(struct lrp_canvas *canvas, const struct panel *p, int step, size_t length)
{
    if (length < 2 || step < 1) return;
    const int x = p->at.x + (int)lround((double)step / (double)(length - 1) * (p->at.columns - 1));
    for (int y = 0; y < p->at.rows; y++)
        if (rune_at(canvas, x, p->at.y + y) <= ' ') lrp_canvas_rune(canvas, x, p->at.y + y, 0x2502, LRP_STYLE_BORDER);
}

/* "12 of 49 taken: MoRF 3.1  LeRF 8.2  random 6.0", or what is left of that in a narrow panel. */
static void draw_read_out(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at,
                          const struct lrp_scored *row, int baseline)
{
    const struct lrp_flipping *f = &row->flipping[baseline], *r = &app->scores.random[baseline];
    const size_t k = app->flip_step < (int)f->length ? (size_t)app->flip_step : f->length - 1;
    char m[32], l[32], z[32];
    lrp_canvas_format(canvas, at.x, at.y, at.columns, LRP_STYLE_NORMAL,
                      at.columns < READ_OUT_COLUMNS ? "%zu/%zu: MoRF %s LeRF %s random %s"
                                                    : "%zu of %zu taken: MoRF %s  LeRF %s  random %s",
                      k, f->length - 1, lrp_value_text(f->morf[k], m, sizeof m), lrp_value_text(f->lerf[k], l, sizeof l),
                      k < r->length ? lrp_value_text(r->morf[k], z, sizeof z) : "-");
}

static void draw_panel(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect, const struct lrp_scored *row,
                       int baseline)
{
    const struct lrp_flipping *f = &row->flipping[baseline], *r = &app->scores.random[baseline];
    struct panel p = {{rect.x, rect.y + 1, rect.columns, rect.rows - 2}, INFINITY, -INFINITY};
    char high[32];
    if (!f->length) return;
    widen_to(&p, f->morf, f->length);
    widen_to(&p, f->lerf, f->length);
    widen_to(&p, r->morf, r->length);
    if (!(p.high > p.low)) p.high = p.low + 1;
    lrp_canvas_format(canvas, rect.x, rect.y, rect.columns, LRP_STYLE_COLUMN, "what is taken becomes %s; top %s",
                      app->scores.baselines[baseline], lrp_value_text(p.high, high, sizeof high));
    draw_step(canvas, &p, app->flip_step, f->length);
    draw_curve(canvas, &p, r->morf, r->length, 'r', LRP_STYLE_DIM);
    draw_curve(canvas, &p, f->lerf, f->length, 'l', LRP_STYLE_POSITIVE);
    draw_curve(canvas, &p, f->morf, f->length, 'm', LRP_STYLE_NEGATIVE);
    draw_read_out(app, canvas, (struct lrp_rect){rect.x, rect.y + rect.rows - 1, rect.columns, 1}, row, baseline);
}

/* Under the table, of the selected row: one baseline beside the other, or the first alone. */
static void draw_plot(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const struct lrp_setting_scores *s = &app->scores;
    const int selected = app->windows[app->view].selected, panels = rect.columns >= 2 * PLOT_LEAST_COLUMNS + 2 ? 2 : 1;
    const struct lrp_scored *row = selected >= 0 && (size_t)selected < s->count ? &s->rows[selected] : NULL;
    char hint[160];
    if (!row || !row->there || rect.rows < PLOT_LEAST_ROWS) return;
    for (int b = 0; b < panels; b++) {
        const int width = (rect.columns - (panels - 1) * 2) / panels;
        draw_panel(app, canvas, (struct lrp_rect){rect.x + b * (width + 2), rect.y + 1, width, rect.rows - 1}, row, b);
    }
    lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns,
                   lrp_app_hint(app, "most relevant first (MoRF), least first (LeRF), random; {flip-back} {flip-on} steps",
                                hint, sizeof hint),
                   LRP_STYLE_DIM);
}

static void draw_evaluation(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    struct lrp_lines lines = {0};
    lines_of(app, rect.columns, &lines);
    const int rows = lines.count + 2;
    lrp_lines_free(&lines);
    lrp_draw_page(app, canvas, rect);
    if (rect.rows - rows >= PLOT_LEAST_ROWS)
        draw_plot(app, canvas, (struct lrp_rect){rect.x, rect.y + rows, rect.columns, rect.rows - rows});
}

const struct lrp_view_row lrp_view_evaluation = {
    .name = "evaluation",
    .title = "ABPC by pixel flipping with two baselines, more is better; {follow} takes a setting",
    .draw = draw_evaluation,
    .lines = lines_of,
    .opened = lrp_app_open_scores,
    .take = lrp_app_take_scored,
    .whole_body = true};
