/* tell.c: what the state says, and what it asks the runtime for. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

enum { LRP_MESSAGES_MOST = 500 };

static void log_message(struct lrp_messages *messages, bool error, const char *text)
{
    if (messages->count == LRP_MESSAGES_MOST) {
        free(messages->items[0].text);
        memmove(messages->items, messages->items + 1, --messages->count * sizeof *messages->items);
    }
    void *items = realloc(messages->items, (messages->count + 1) * sizeof *messages->items);
    if (!items) return;
    messages->items = items;
    char *copy = strdup(text);
    if (copy) {
        messages->items[messages->count].text = copy;
        messages->items[messages->count++].error = error;
    }
}

const char *lrp_app_own_words(const struct lrp_app *app, const char *text)
{
    const char *path = app->snapshot && app->snapshot->model_path ? app->snapshot->model_path : "";
    const size_t length = strlen(path);
    return length > 0 && strncmp(text, path, length) == 0 && strncmp(text + length, ": ", 2) == 0 ? text + length + 2 : text;
}

void lrp_app_say(struct lrp_app *app, bool error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->status, sizeof app->status, format, arguments);
    va_end(arguments);
    const char *const text = lrp_app_own_words(app, app->status);
    memmove(app->status, text, strlen(text) + 1);
    app->status_error = error;
    app->errors_told += error;
    log_message(&app->messages, error, app->status);
}

void lrp_app_emit(struct lrp_app *app, enum lrp_effect_kind kind, const char *text, int number, bool flag)
{
    struct lrp_effect *effect = lrp_effects_add(&app->effects, kind, text, number);
    if (effect) effect->flag = flag;
}

/* The tagged layers; none: those of the selected row. */
static bool acts_on(const struct lrp_app *app, int layer, int tagged)
{
    const int fold = lrp_app_row_fold(app, app->view, app->windows[app->view].selected);
    if (tagged) return (size_t)layer < app->tagged_size && app->tagged[layer];
    return fold >= 0 ? lrp_tree_holds(&app->tree, fold, layer) : layer == app->layer;
}

void lrp_app_emit_layers(struct lrp_app *app, enum lrp_effect_kind kind, const char *text, int number)
{
    const int tagged = lrp_app_tagged_count(app);
    const int count = lrp_app_place_count(app);
    struct lrp_effect *effect = lrp_effects_add(&app->effects, kind, text, number);
    if (!effect || !(effect->layers = malloc(((size_t)count + 1) * sizeof *effect->layers))) return;
    for (int i = 0; i < count; i++)
        if (acts_on(app, i, tagged)) effect->layers[effect->layer_count++] = i;
    if (effect->layer_count == 0) effect->layers[effect->layer_count++] = app->layer;
}

bool lrp_app_set_text(struct lrp_app *app, char **to, const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy) {
        lrp_app_say(app, true, "out of memory");
        return false;
    }
    free(*to);
    *to = copy;
    return true;
}

bool lrp_app_has_layer(struct lrp_app *app)
{
    if (!lrp_app_is_input(app, app->layer) || lrp_app_matches(app, app->layer, ":tagged")) return true;
    for (size_t i = 0; i < app->tagged_size; i++)
        if (app->tagged[i]) return true;
    char hint[80];
    lrp_app_say(app, false, "%s",
                app->snapshot ? "an input has no rule" : lrp_app_hint(app, "no model: {open} opens one", hint, sizeof hint));
    return false;
}
