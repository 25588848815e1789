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
    if (!(lrp_prompt_row(kind)->proposes ? lrp_lineedit_propose : lrp_lineedit_set)(edit_of(app), text)) {
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
    char text[1024];
    if (lrp_app_lists_layers(app, app->view)) return lrp_app_row_first(app, app->view, row, is_hit) >= 0;
    if (lrp_app_view_row(app, app->view)->row_text) {
        lrp_app_view_row(app, app->view)->row_text(app, row, text, sizeof text);
        return lrp_text_holds(text, app->search);
    }
    return lines->items && row < lines->count && lrp_text_holds(lines->items[row].text, app->search);
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
    if (lrp_app_view_row(app, app->view)->lines) lrp_app_view_lines(app, app->view, &lines);
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

/* ---- what is typed ---- */

static void typed_filter(struct lrp_app *app, const char *text)
{
    lrp_take_filter(app, *text ? text : NULL);
    app->search_failed = lrp_app_row_count(app, app->view) == 0;
}
static void leave_filter(struct lrp_app *app)
{
    lrp_take_filter(app, NULL);
    lrp_app_select(app, app->prompt.before_layer);
}

static void typed_menu_filter(struct lrp_app *app, const char *text)
{
    lrp_app_set_text(app, &app->menu.filter, *text ? text : NULL);
    app->menu.window = (struct lrp_window){0};
    app->search_failed = lrp_app_menu_count(app) == 0;
}
static void leave_menu_filter(struct lrp_app *app)
{
    lrp_app_set_text(app, &app->menu.filter, NULL);
}

static void typed_search(struct lrp_app *app, const char *text)
{
    if (!lrp_app_set_text(app, &app->search, text)) return;
    app->windows[app->view] = app->prompt.before;
    app->search_failed = false;
    app->status[0] = 0;
    if (*text) lrp_app_find(app, app->prompt.before.selected, 1);
}
static void leave_search(struct lrp_app *app)
{
    lrp_app_set_text(app, &app->search, NULL);
    app->windows[app->view] = app->prompt.before;
}
static void take_search(struct lrp_app *app, const char *text)
{
    if (*text && !app->search_failed) lrp_app_reveal_hit(app);
}

/* ---- what Enter does ---- */

static void take_as_typed(struct lrp_app *app, const char *text)
{
    (void)app, (void)text;
}
static void take_rule(struct lrp_app *app, const char *text)
{
    lrp_app_emit_layers(app, LRP_EFFECT_RULE, text, 0);
}
static void take_composite(struct lrp_app *app, const char *text)
{
    lrp_app_emit(app, LRP_EFFECT_SET, text, LRP_SETTING_COMPOSITE, false);
}
static void take_argument(struct lrp_app *app, const char *text)
{
    lrp_app_emit(app, LRP_EFFECT_ARGUMENT, text, app->prompt.setting, false);
}
/* Back to the form, as it was. */
static void back_to_form(struct lrp_app *app)
{
    if (app->form) lrp_app_emit(app, LRP_EFFECT_MENU, app->form, LRP_MENU_ARGUMENTS, false);
}
static void take_option(struct lrp_app *app, const char *text)
{
    lrp_app_emit(app, LRP_EFFECT_SET, text, app->prompt.setting, false);
}

const struct lrp_prompt_row lrp_prompts[LRP_PROMPT_COUNT] = {
    [LRP_PROMPT_NONE] = {.name = "NONE", .label = "", .take = take_as_typed},
    [LRP_PROMPT_SEARCH] = {.name = "SEARCH",
                           .label = "/",
                           .completes = LRP_ARGUMENT_LAYER,
                           .take = take_search,
                           .typed = typed_search,
                           .leave = leave_search},
    [LRP_PROMPT_FILTER] = {.name = "FILTER",
                           .proposes = true,
                           .label = "\\",
                           .completes = LRP_ARGUMENT_PATTERN,
                           .take = take_as_typed,
                           .typed = typed_filter,
                           .leave = leave_filter},
    [LRP_PROMPT_COMMAND] = {.name = "COMMAND", .label = ":", .completes = LRP_ARGUMENT_COMMAND, .take = lrp_app_command},
    [LRP_PROMPT_RULE] = {.name = "RULE", .label = "rule: ", .completes = LRP_ARGUMENT_RULE, .take = take_rule, .tries = true},
    [LRP_PROMPT_COMPOSITE] = {.name = "COMPOSITE",
                              .label = "composite: ",
                              .completes = LRP_ARGUMENT_COMPOSITE,
                              .take = take_composite,
                              .tries = true},
    [LRP_PROMPT_INPUT] =
        {.name = "INPUT", .proposes = true, .label = "input: ", .completes = LRP_ARGUMENT_INPUT, .effect = LRP_EFFECT_INPUT},
    [LRP_PROMPT_MODEL] =
        {.name = "MODEL", .proposes = true, .label = "model: ", .completes = LRP_ARGUMENT_MODEL, .effect = LRP_EFFECT_OPEN},
    [LRP_PROMPT_EXPORT] = {.name = "EXPORT",
                           .proposes = true,
                           .label = "write PNG: ",
                           .completes = LRP_ARGUMENT_FILE,
                           .effect = LRP_EFFECT_EXPORT},
    [LRP_PROMPT_ALL] = {.name = "ALL",
                        .proposes = true,
                        .label = "write all into the folder: ",
                        .completes = LRP_ARGUMENT_FILE,
                        .effect = LRP_EFFECT_EXPORT_ALL},
    [LRP_PROMPT_WRITE] = {.name = "WRITE",
                          .proposes = true,
                          .label = "write rules file: ",
                          .completes = LRP_ARGUMENT_FILE,
                          .effect = LRP_EFFECT_WRITE},
    [LRP_PROMPT_OPTION] =
        {.name = "OPTION", .proposes = true, .label = "", .completes = LRP_ARGUMENT_VALUE, .take = take_option},
    [LRP_PROMPT_ARGUMENT] = {.name = "ARGUMENT",
                             .proposes = true,
                             .label = "",
                             .completes = LRP_ARGUMENT_METHOD_VALUE,
                             .take = take_argument,
                             .back = back_to_form},
    [LRP_PROMPT_MENU_FILTER] = {
        .name = "MENU_FILTER", .label = "/", .take = take_as_typed, .typed = typed_menu_filter, .leave = leave_menu_filter}};

/* ---- keys ---- */

static void cancel(struct lrp_app *app)
{
    const struct lrp_prompt_row *row = lrp_prompt_row(app->prompt.kind);
    app->prompt.kind = LRP_PROMPT_NONE;
    app->status[0] = 0;
    if (row->leave) row->leave(app);
    if (row->back) row->back(app);
}

static void take_answer(struct lrp_app *app, const struct lrp_prompt_row *row, const char *text)
{
    if (row->take)
        row->take(app, text);
    else if (*text)
        lrp_app_emit(app, row->effect, text, 0, false);
}

static void enter_answer(struct lrp_app *app)
{
    const enum lrp_prompt_kind kind = app->prompt.kind;
    struct lrp_lineedit *edit = edit_of(app);
    lrp_lineedit_remember(edit);
    app->prompt.kind = LRP_PROMPT_NONE;
    char *text = strdup(lrp_lineedit_text(edit)); /* a command may open a prompt of the same kind */
    const size_t before = app->effects.count;
    const unsigned errors = app->errors_told;
    if (text) take_answer(app, lrp_prompt_row(kind), text);
    for (size_t i = before; i < app->effects.count; i++) app->effects.items[i].typed_at = (int)kind;
    if (app->errors_told != errors && app->prompt.kind == LRP_PROMPT_NONE) /* a wrong command */
        lrp_app_reopen_prompt(app, kind);
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
        enter_answer(app);
    else if (lrp_lineedit_key(edit, key))
        lrp_app_typed(app);
}
