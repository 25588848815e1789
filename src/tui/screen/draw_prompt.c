/* draw_prompt.c: the line being typed, and above it what the word could become. */
#include <stdio.h>
#include <string.h>

#include "runes.h"
#include "view.h"

enum { LRP_CANDIDATES_SHOWN = 8 };

int lrp_draw_prompt(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    const struct lrp_lineedit *edit = &app->edits[app->prompt.kind];
    const enum lrp_style style = app->search_failed ? LRP_STYLE_ERROR : LRP_STYLE_PROMPT;
    char label[64], before[4096];
    const char *key = app->prompt.kind == LRP_PROMPT_OPTION     ? lrp_facts_key((enum lrp_setting)app->prompt.setting)
                      : app->prompt.kind == LRP_PROMPT_ARGUMENT ? app->prompt.what
                                                                : "";
    snprintf(label, sizeof label, "%s%s%s", lrp_prompt_row(app->prompt.kind)->label, key, *key ? ": " : "");
    lrp_canvas_fill(canvas, rect, style);
    const int x = rect.x + lrp_canvas_text(canvas, rect.x, rect.y, rect.columns - 2, label, style),
              width = rect.x + rect.columns - x;
    snprintf(before, sizeof before, "%.*s", (int)edit->cursor, lrp_lineedit_text(edit));
    /* what is left of the cursor stays in sight, with a column for the cursor */
    const int cursor = lrp_canvas_tail(canvas, x, rect.y, width - 1, before, edit->proposed ? LRP_STYLE_SELECTED : style);
    const int behind =
        lrp_canvas_text(canvas, x + cursor, rect.y, width - cursor, lrp_lineedit_text(edit) + edit->cursor, style);
    canvas->cursor_shown = true;
    canvas->cursor_x = x + cursor;
    canvas->cursor_y = rect.y;
    return x + cursor + behind - rect.x;
}

/* The candidates shown: those around the selected one, as many as there is room for. */
static int shown_candidates(const struct lrp_app *app, struct lrp_rect body, int *top)
{
    const int count = (int)app->completion.rows.count,
              room = body.rows < LRP_CANDIDATES_SHOWN ? body.rows : LRP_CANDIDATES_SHOWN;
    const int rows = count < room ? count : room;
    *top = app->completion.selected >= rows ? app->completion.selected - rows + 1 : 0;
    return app->prompt.kind == LRP_PROMPT_NONE ? 0 : rows;
}

int lrp_completion_at(const struct lrp_app *app, struct lrp_rect body, int x, int y)
{
    int top;
    const int rows = shown_candidates(app, body, &top), row = y - (body.y + body.rows - rows);
    return x >= body.x && x < body.x + body.columns && row >= 0 && row < rows ? top + row : -1;
}

void lrp_draw_completion(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect body)
{
    const struct lrp_menu_rows *candidates = &app->completion.rows;
    int top, text = 4;
    const int rows = shown_candidates(app, body, &top), count = (int)candidates->count, selected = app->completion.selected;
    if (rows < 1) return;
    for (int i = top; i < top + rows; i++) {
        const int columns = lrp_text_columns(candidates->items[i].text);
        text = columns > text ? columns : text;
    }
    text = text < body.columns * 2 / 3 ? text : body.columns * 2 / 3;
    for (int i = 0; i < rows; i++) {
        const struct lrp_menu_row *row = &candidates->items[top + i];
        const enum lrp_style style = top + i == selected ? LRP_STYLE_MENU_SELECTED : LRP_STYLE_MENU;
        const struct lrp_rect at = {body.x, body.y + body.rows - rows + i, body.columns, 1};
        lrp_canvas_fill(canvas, at, style);
        lrp_canvas_rune(canvas, at.x, at.y, top + i == selected ? '>' : ' ', style);
        lrp_canvas_fit(canvas, at.x + 2, at.y, text, row->text, style);
        lrp_canvas_fit(canvas, at.x + text + 4, at.y, at.columns - text - 4 > 0 ? at.columns - text - 4 : 0, row->detail,
                       style);
    }
    if (count > rows && body.columns >= 40)
        lrp_canvas_format(canvas, body.x + body.columns - 12, body.y + body.rows - 1, 12, LRP_STYLE_MENU, "%d of %d ",
                          selected + 1, count);
}
