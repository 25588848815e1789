/* complete.c: Tab in a prompt: what the word could become, from the state or, where files and the library are needed, asked
 * for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

enum { LRP_CANDIDATES_MOST = 500 };

void lrp_app_end_completion(struct lrp_app *app)
{
    lrp_menu_rows_free(&app->completion.rows);
    app->completion = (struct lrp_completion){.selected = -1};
}

static void add_candidate(struct lrp_menu_rows *rows, const char *word, const char *text, const char *detail)
{
    if (rows->count < LRP_CANDIDATES_MOST && strncmp(text, word, strlen(word)) == 0)
        lrp_menu_rows_add(rows, text, text, NULL, detail, true);
}

static void complete_actions(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    (void)app;
    for (int i = 0; i < LRP_ACTION_COUNT; i++)
        add_candidate(rows, word, lrp_action_at((enum lrp_action)i)->name, lrp_action_at((enum lrp_action)i)->help);
}
/* Names that begin with the word; where there are none, names that hold it. */
static void complete_layers(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    const int count = lrp_app_place_count(app); /* the first input is where one begins */
    for (int i = 1; i < count; i++) add_candidate(rows, word, lrp_app_layer(app, i)->name, lrp_app_layer(app, i)->type);
    const bool none = rows->count == 0;
    for (int i = 1; i < count && none; i++)
        if (strstr(lrp_app_layer(app, i)->name, word))
            add_candidate(rows, "", lrp_app_layer(app, i)->name, lrp_app_layer(app, i)->type);
}
static void complete_settings(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    static const char *const lines[LRP_SETTING_COUNT] = {
#define X(id, key, kind, value, line) [LRP_SETTING_##id] = (line),
        LRP_SETTINGS(X)
#undef X
    };
    (void)app;
    for (int i = 0; i < LRP_SETTING_COUNT; i++) add_candidate(rows, word, lrp_facts_key((enum lrp_setting)i), lines[i]);
}
static void complete_themes(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    for (int i = 0; i < LRP_THEME_COUNT; i++)
        add_candidate(rows, word, lrp_theme_name((enum lrp_theme)i), app->caps.theme == (enum lrp_theme)i ? "now" : "");
}
static void complete_previews(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    for (int i = 0; i < LRP_PREVIEW_COUNT; i++)
        add_candidate(rows, word, lrp_preview_row((enum lrp_preview)i)->name, i == (int)app->preview ? "now" : "");
}
static void complete_columns(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    (void)app;
    for (int c = 0; lrp_result_column_at(c); c++)
        add_candidate(rows, word, lrp_result_column_at(c)->name, lrp_result_column_at(c)->help);
}
static bool listed(const struct lrp_menu_rows *rows, const char *text)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].text, text) == 0) return true;
    return false;
}
static void complete_patterns(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    add_candidate(rows, word, ":unsupported", "layers that fail the check");
    add_candidate(rows, word, ":tagged", "tagged layers");
    for (int i = 1; i < lrp_app_layer_count(app); i++)
        if (!listed(rows, lrp_app_layer(app, i)->type)) add_candidate(rows, word, lrp_app_layer(app, i)->type, "type");
}

/* What fails, then all layers by name. */
static void complete_registered(const struct lrp_app *app, const char *word, struct lrp_menu_rows *rows)
{
    char text[200];
    for (int i = 1; i < lrp_app_layer_count(app); i++) {
        const struct lrp_check_row *row = lrp_app_check(app, i);
        if (!row->layer_supported && !listed(rows, row->layer->type))
            add_candidate(rows, word, row->layer->type, "type that fails");
        snprintf(text, sizeof text, "activation %.180s", row->layer->activation);
        if (!row->activation_supported && !listed(rows, text)) add_candidate(rows, word, text, "activation that fails");
    }
    complete_layers(app, word, rows);
}

/* Where candidates come from; without a function the runtime is asked. */
static void (*const makers[LRP_ARGUMENT_COUNT])(const struct lrp_app *, const char *, struct lrp_menu_rows *) = {
    [LRP_ARGUMENT_ACTION] = complete_actions,       [LRP_ARGUMENT_LAYER] = complete_layers,
    [LRP_ARGUMENT_SETTING] = complete_settings,     [LRP_ARGUMENT_THEME] = complete_themes,
    [LRP_ARGUMENT_COLUMN] = complete_columns,       [LRP_ARGUMENT_PREVIEW] = complete_previews,
    [LRP_ARGUMENT_PATTERN] = complete_patterns,     [LRP_ARGUMENT_BINDING] = complete_actions,
    [LRP_ARGUMENT_REGISTERED] = complete_registered};

/* What is typed in the command line at the cursor, and where it begins. */
static enum lrp_argument command_word(const char *line, size_t length, size_t *from)
{
    char name[64];
    const size_t start = strspn(line, " "), end = start + strcspn(line + start, " ");
    *from = start;
    if (length <= end) return LRP_ARGUMENT_ACTION;
    strncpy(name, line + start, sizeof name - 1);
    name[end - start < 63 ? end - start : 63] = 0;
    const enum lrp_action action = lrp_action_of_name(name);
    *from = end + strspn(line + end, " ");
    if (action == LRP_ACTION_NONE) return LRP_ARGUMENT_NONE;
    const enum lrp_argument kind = lrp_action_at(action)->argument;
    const bool second = memchr(line + *from, ' ', length - *from) != NULL;
    if (kind == LRP_ARGUMENT_SETTING && second) return LRP_ARGUMENT_VALUE;
    return kind == LRP_ARGUMENT_BINDING && second ? LRP_ARGUMENT_NONE : kind;
}

static enum lrp_argument word_of(const struct lrp_app *app, const char *line, size_t length, size_t *from)
{
    const enum lrp_argument kind = lrp_prompt_row(app->prompt.kind)->completes;
    *from = 0;
    return kind == LRP_ARGUMENT_COMMAND ? command_word(line, length, from) : kind;
}

/* A value is asked for together with the setting it is for: "KEY WORD". */
static char *value_request(const struct lrp_app *app, const char *typed)
{
    const char *key = app->prompt.kind == LRP_PROMPT_OPTION ? lrp_facts_key((enum lrp_setting)app->prompt.setting) : "";
    const size_t size = strlen(key) + strlen(typed) + 2;
    char *out = malloc(size);
    if (out) snprintf(out, size, "%s%s%s", key, *key ? " " : "", typed);
    return out;
}

static void ask_for_candidates(struct lrp_app *app)
{
    const struct lrp_lineedit *edit = &app->edits[app->prompt.kind];
    char *line = strndup(lrp_lineedit_text(edit), edit->cursor);
    struct lrp_menu_rows rows = {0};
    size_t from = 0;
    if (!line) return;
    const enum lrp_argument kind = word_of(app, line, strlen(line), &from);
    const char *word = line + (from < strlen(line) ? from : strlen(line));
    lrp_app_end_completion(app);
    app->completion.from = (size_t)(word - line);
    if (kind == LRP_ARGUMENT_VALUE) {
        char *request = value_request(app, word);
        const char *blank = app->prompt.kind == LRP_PROMPT_OPTION ? NULL : strrchr(word, ' ');
        app->completion.from = blank ? (size_t)(blank + 1 - line) : app->completion.from;
        lrp_app_emit(app, LRP_EFFECT_COMPLETE, request, (int)kind, false);
        free(request);
    } else if (makers[kind]) {
        makers[kind](app, word, &rows);
        lrp_app_set_completion(app, &rows);
    } else if (kind != LRP_ARGUMENT_NONE) {
        lrp_app_emit(app, LRP_EFFECT_COMPLETE, word, (int)kind, false);
    }
    free(line);
}

/* Puts a text where the word stands. */
static void put_candidate(struct lrp_app *app, const char *text, size_t length, const char *behind)
{
    struct lrp_lineedit *edit = &app->edits[app->prompt.kind];
    const char *line = lrp_lineedit_text(edit), *rest = line + edit->cursor;
    const size_t from = app->completion.from, size = from + length + strlen(behind) + strlen(rest) + 1;
    char *fresh = malloc(size);
    if (!fresh || from > edit->cursor) {
        free(fresh);
        return;
    }
    snprintf(fresh, size, "%.*s%.*s%s%s", (int)from, line, (int)length, text, behind, rest);
    const size_t left = strlen(rest);
    if (lrp_lineedit_set(edit, fresh)) edit->cursor = edit->length - left;
    free(fresh);
    lrp_app_typed(app);
}

static size_t common_prefix(const struct lrp_menu_rows *rows)
{
    size_t same = strlen(rows->items[0].value);
    for (size_t i = 1; i < rows->count; i++)
        for (size_t k = 0; k < same; k++)
            if (rows->items[i].value[k] != rows->items[0].value[k]) same = k;
    while (same > 0 && (rows->items[0].value[same] & 0xC0) == 0x80) /* not inside a character */
        same--;
    return same;
}

void lrp_app_set_completion(struct lrp_app *app, struct lrp_menu_rows *rows)
{
    const struct lrp_lineedit *edit = &app->edits[app->prompt.kind];
    if (app->prompt.kind == LRP_PROMPT_NONE || rows->count == 0) {
        lrp_menu_rows_free(rows);
        if (app->prompt.kind != LRP_PROMPT_NONE) lrp_app_say(app, false, "no completion for this");
        return;
    }
    app->status[0] = 0;
    const char *first = rows->items[0].value;
    const size_t same = common_prefix(rows), typed = edit->cursor - app->completion.from;
    const bool folder = *first && first[strlen(first) - 1] == '/', command = app->prompt.kind == LRP_PROMPT_COMMAND;
    if (rows->count == 1)
        put_candidate(app, first, same, command && !folder ? " " : "");
    else if (same > typed)
        put_candidate(app, first, same, "");
    lrp_menu_rows_free(&app->completion.rows);
    app->completion.selected = -1;
    if (rows->count == 1)
        lrp_menu_rows_free(rows);
    else
        app->completion.rows = *rows;
    *rows = (struct lrp_menu_rows){0};
}

void lrp_app_complete(struct lrp_app *app, int step)
{
    struct lrp_completion *c = &app->completion;
    const int count = (int)c->rows.count;
    if (count == 0) {
        ask_for_candidates(app);
        return;
    }
    c->selected = c->selected < 0 ? (step > 0 ? 0 : count - 1) : (c->selected + step + count) % count;
    const char *text = c->rows.items[c->selected].value;
    put_candidate(app, text, strlen(text), "");
}
