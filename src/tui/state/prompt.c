/* prompt.c: the line being typed: search as you type, filter, commands, and texts for rules, options and files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "keys.h"

static struct lrp_lineedit *edit_of(struct lrp_app *app)
{
    return &app->edits[app->prompt.kind];
}

void lrp_app_open_prompt(struct lrp_app *app, enum lrp_prompt_kind kind, const char *text)
{
    app->prompt.kind = kind;
    app->prompt.before = app->windows[app->view];
    app->prompt.before_layer = app->layer;
    app->search_failed = false;
    if (!lrp_lineedit_set(edit_of(app), text)) {
        app->prompt.kind = LRP_PROMPT_NONE;
        lrp_app_say(app, true, "out of memory");
    }
}

void lrp_app_reopen_prompt(struct lrp_app *app, enum lrp_prompt_kind kind)
{
    app->prompt.kind = kind; /* all else of it is as it was left */
}

static bool is_hit(const struct lrp_app *app, int layer)
{
    return lrp_app_matches(app, layer, app->search);
}

static bool row_matches(const struct lrp_app *app, const struct lrp_lines *lines, int row)
{
    if (lrp_app_lists_layers(app, app->view)) return lrp_app_row_first(app, app->view, row, is_hit) >= 0;
    return row < lines->count && lrp_text_holds(lines->items[row].text, app->search);
}

void lrp_app_reveal_hit(struct lrp_app *app)
{
    const int row = app->windows[app->view].selected;
    const int layer =
        app->search && lrp_app_row_fold(app, app->view, row) >= 0 ? lrp_app_row_first(app, app->view, row, is_hit) : -1;
    if (layer >= 0) lrp_app_go(app, layer);
}

void lrp_app_find(struct lrp_app *app, int from, int step)
{
    const int count = lrp_app_row_count(app, app->view);
    struct lrp_lines lines = {0};
    int hits = 0, place = 0, hit = -1;
    if (!lrp_app_lists_layers(app, app->view)) lrp_app_view_lines(app, app->view, &lines);
    for (int i = 0; i < count && hit < 0; i++) {
        const int row = (((from + i * step) % count) + count) % count;
        if (row_matches(app, &lines, row)) hit = row;
    }
    for (int i = 0; i < count && hit >= 0; i++) {
        if (row_matches(app, &lines, i)) {
            hits++;
            place = i <= hit ? hits : place;
        }
    }
    lrp_lines_free(&lines);
    app->search_failed = hit < 0;
    if (hit < 0) {
        lrp_app_say(app, true, "not found: %s", app->search);
        return;
    }
    app->windows[app->view].selected = hit;
    lrp_app_settle(app);
    app->status_error = false;
    snprintf(app->status, sizeof app->status, "match %d of %d", place, hits);
}

void lrp_app_typed(struct lrp_app *app)
{
    const char *text = lrp_lineedit_text(edit_of(app));
    if (app->prompt.kind == LRP_PROMPT_FILTER) {
        lrp_app_set_text(app, &app->filter, *text ? text : NULL);
        lrp_app_refilter(app);
        app->search_failed = app->shown_count == 0;
    } else if (app->prompt.kind == LRP_PROMPT_MENU_FILTER) {
        lrp_app_set_text(app, &app->menu.filter, *text ? text : NULL);
        app->menu.window = (struct lrp_window){0};
        app->search_failed = lrp_app_menu_count(app) == 0;
    } else if (app->prompt.kind == LRP_PROMPT_SEARCH) {
        lrp_app_set_text(app, &app->search, text);
        app->windows[app->view] = app->prompt.before;
        app->search_failed = false;
        app->status[0] = 0;
        if (*text) lrp_app_find(app, app->prompt.before.selected, 1);
    }
}

static void cancel(struct lrp_app *app)
{
    const enum lrp_prompt_kind kind = app->prompt.kind;
    app->prompt.kind = LRP_PROMPT_NONE;
    app->status[0] = 0;
    if (kind == LRP_PROMPT_FILTER) {
        lrp_app_set_text(app, &app->filter, NULL);
        lrp_app_refilter(app);
        lrp_app_select(app, app->prompt.before_layer);
    } else if (kind == LRP_PROMPT_MENU_FILTER) {
        lrp_app_set_text(app, &app->menu.filter, NULL);
    } else if (kind == LRP_PROMPT_SEARCH) {
        lrp_app_set_text(app, &app->search, NULL);
        app->windows[app->view] = app->prompt.before;
    }
}

/* What Enter does with the text, by kind of prompt. */
static void take(struct lrp_app *app, enum lrp_prompt_kind kind, const char *text)
{
    static const enum lrp_effect_kind effects[LRP_PROMPT_COUNT] = {[LRP_PROMPT_INPUT] = LRP_EFFECT_INPUT,
                                                                   [LRP_PROMPT_MODEL] = LRP_EFFECT_OPEN,
                                                                   [LRP_PROMPT_EXPORT] = LRP_EFFECT_EXPORT,
                                                                   [LRP_PROMPT_ALL] = LRP_EFFECT_EXPORT_ALL,
                                                                   [LRP_PROMPT_WRITE] = LRP_EFFECT_WRITE};
    if (kind == LRP_PROMPT_COMMAND)
        lrp_app_command(app, text);
    else if (kind == LRP_PROMPT_RULE)
        lrp_app_emit_layers(app, LRP_EFFECT_RULE, text, 0);
    else if (kind == LRP_PROMPT_COMPOSITE)
        lrp_app_emit(app, LRP_EFFECT_SET, text, LRP_SETTING_COMPOSITE, false);
    else if (kind == LRP_PROMPT_OPTION)
        lrp_app_emit(app, LRP_EFFECT_SET, text, app->prompt.setting, false);
    else if (effects[kind] && *text)
        lrp_app_emit(app, effects[kind], text, 0, false);
}

static void enter(struct lrp_app *app)
{
    const enum lrp_prompt_kind kind = app->prompt.kind;
    struct lrp_lineedit *edit = edit_of(app);
    lrp_lineedit_remember(edit);
    app->prompt.kind = LRP_PROMPT_NONE;
    char *text = strdup(lrp_lineedit_text(edit)); /* a command may open a prompt of the same kind */
    const size_t before = app->effects.count;
    const unsigned errors = app->errors_told;
    if (text) take(app, kind, text);
    for (size_t i = before; i < app->effects.count; i++) app->effects.items[i].typed_at = kind;
    if (app->errors_told != errors && app->prompt.kind == LRP_PROMPT_NONE) /* a wrong command */
        lrp_app_reopen_prompt(app, kind);
    if (kind == LRP_PROMPT_SEARCH && text && *text && !app->search_failed) lrp_app_reveal_hit(app);
    free(text);
}

void lrp_app_prompt_key(struct lrp_app *app, int key)
{
    struct lrp_lineedit *edit = edit_of(app);
    if (key == LRP_KEY_TAB || key == LRP_KEY_BACK_TAB) {
        lrp_app_complete(app, key == LRP_KEY_TAB ? 1 : -1);
        return;
    }
    const bool completing = app->completion.rows.count > 0;
    if (app->status_error) /* of what was typed before */
        app->status[0] = 0;
    lrp_app_end_completion(app);
    if (key == LRP_KEY_ESCAPE && completing) /* only the list goes */
        return;
    if (key == LRP_KEY_ESCAPE || key == ('C' & 0x1F) || (key == LRP_KEY_BACKSPACE && edit->length == 0))
        cancel(app);
    else if (key == LRP_KEY_ENTER)
        enter(app);
    else if (lrp_lineedit_key(edit, key))
        lrp_app_typed(app);
}
