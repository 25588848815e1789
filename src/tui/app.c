/* app.c: the state's life, and app_update: every event finds its reaction here. */
#include "app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "pages.h"

enum { LRP_MESSAGES_MOST = 500 };

void lrp_app_init(struct lrp_app *app, const struct lrp_caps *caps, int columns, int rows)
{
    *app = (struct lrp_app){.caps = *caps, .columns = columns, .rows = rows, .cursor_x = -1, .cursor_y = -1, .channel = -1};
    app->picture.made.layer = app->layer_facts.layer = app->completion.selected = -1;
    lrp_keymap_init(&app->keymap);
}

static void free_messages(struct lrp_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) free(messages->items[i].text);
    free(messages->items);
}

void lrp_app_free(struct lrp_app *app)
{
    lrp_facts_free(&app->facts);
    lrp_tree_free(&app->tree);
    free(app->shown);
    free(app->shown_fold);
    free(app->tagged);
    free(app->search);
    free(app->tried);
    free(app->filter);
    lrp_picture_clear(&app->picture);
    lrp_app_close_menu(app);
    lrp_app_end_completion(app);
    lrp_keymap_free(&app->keymap);
    lrp_effect_clear(&app->question.effect);
    for (int i = 0; i < LRP_PROMPT_COUNT; i++) lrp_lineedit_free(&app->edits[i]);
    free_messages(&app->messages);
    lrp_effects_free(&app->effects);
    *app = (struct lrp_app){0};
}

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

/* The header says which model it is. */
static void drop_model(const struct lrp_app *app, char *text)
{
    const char *path = app->now && app->now->model_path ? app->now->model_path : "";
    const size_t length = strlen(path);
    if (length > 0 && strncmp(text, path, length) == 0 && strncmp(text + length, ": ", 2) == 0)
        memmove(text, text + length + 2, strlen(text + length + 2) + 1);
}

void lrp_app_say(struct lrp_app *app, bool error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->status, sizeof app->status, format, arguments);
    va_end(arguments);
    drop_model(app, app->status);
    app->status_error = error;
    app->errors_told += error;
    log_message(&app->messages, error, app->status);
}

void lrp_app_emit(struct lrp_app *app, enum lrp_effect_kind kind, const char *text, int number, bool flag)
{
    struct lrp_effect *effect = lrp_effects_add(&app->effects, kind, text, number);
    if (effect) effect->flag = flag;
}

static size_t tagged_count(const struct lrp_app *app)
{
    size_t count = 0;
    for (size_t i = 0; i < app->tagged_size; i++) count += app->tagged[i];
    return count;
}

/* The tagged layers; none: those of the selected row. */
static bool acts_on(const struct lrp_app *app, int layer, size_t tagged)
{
    const int fold = lrp_app_row_fold(app, app->view, app->windows[app->view].selected);
    if (tagged) return (size_t)layer < app->tagged_size && app->tagged[layer];
    return fold >= 0 ? lrp_tree_holds(&app->tree, fold, layer) : layer == app->layer;
}

void lrp_app_emit_layers(struct lrp_app *app, enum lrp_effect_kind kind, const char *text, int number)
{
    const size_t tagged = tagged_count(app);
    const int count = lrp_app_layer_count(app);
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

static void settle(struct lrp_window *window, int count, int page)
{
    if (window->selected >= count) window->selected = count - 1;
    if (window->selected < 0) window->selected = 0;
    if (window->top > window->selected) window->top = window->selected;
    if (window->top < window->selected - page + 1) window->top = window->selected - page + 1;
    if (window->top > count - page) window->top = count - page;
    if (window->top < 0) window->top = 0;
}

/* What belongs to the layer before goes. */
static void enter_layer(struct lrp_app *app, int layer)
{
    app->layer = layer;
    app->details_window = (struct lrp_window){0};
    app->cursor_x = app->cursor_y = -1;
    app->channel = app->preview == LRP_PREVIEW_CHANNELS ? 0 : -1;
}

void lrp_app_settle(struct lrp_app *app)
{
    for (int i = 0; i < LRP_VIEW_COUNT; i++)
        if (i == (int)app->view || i == LRP_VIEW_LAYERS)
            settle(&app->windows[i], lrp_app_row_count(app, (enum lrp_view)i), lrp_app_page(app, (enum lrp_view)i));
    if (app->menu.kind != LRP_MENU_NONE) settle(&app->menu.window, lrp_app_menu_count(app), lrp_app_menu_page(app));
    if (app->details) {
        struct lrp_lines lines = {0};
        const struct lrp_layout layout = lrp_app_layout(app);
        lrp_details_lines(app, layout.pane[LRP_PANE_DETAILS].columns, &lines);
        settle(&app->details_window, lines.count, lrp_app_details_page(app));
        lrp_lines_free(&lines);
    }
    const int layer = lrp_app_row_layer(app, app->view, app->windows[app->view].selected);
    if (layer >= 0 && layer != app->layer) {
        enter_layer(app, layer);
    }
}

/* The row of a view nearest to a layer. */
static int nearest_row(const struct lrp_app *app, enum lrp_view view, int layer)
{
    const int count = lrp_app_row_count(app, view);
    int low = 0, high = count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (lrp_app_row_layer(app, view, middle) < layer)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count ? low : count - 1;
}

void lrp_app_select(struct lrp_app *app, int layer)
{
    if (!lrp_app_layer(app, layer)) return;
    app->windows[LRP_VIEW_LAYERS].selected = nearest_row(app, LRP_VIEW_LAYERS, layer);
    app->windows[LRP_VIEW_CHECK].selected = nearest_row(app, LRP_VIEW_CHECK, layer);
    app->windows[LRP_VIEW_LEDGER].selected = layer;
    if (layer != app->layer) enter_layer(app, layer);
    lrp_app_settle(app);
}

/* Without a filter, a folded scope is one row, where its last layer would stand. */
static void list_rows(struct lrp_app *app)
{
    const int count = lrp_app_layer_count(app);
    const bool filtered = app->filter && *app->filter;
    app->shown_count = 0;
    for (int i = 0; i < count; i++) {
        const int fold = filtered ? -1 : lrp_tree_fold_of(&app->tree, i);
        if ((filtered && !lrp_app_matches(app, i, app->filter)) || (fold >= 0 && i != app->tree.nodes[fold].last)) continue;
        app->shown_fold[app->shown_count] = fold;
        app->shown[app->shown_count++] = i;
    }
}

void lrp_app_refilter(struct lrp_app *app)
{
    const int count = lrp_app_layer_count(app), layer = app->layer;
    int *shown = malloc(((size_t)count + 1) * sizeof *shown), *fold = malloc(((size_t)count + 1) * sizeof *fold);
    if (!shown || !fold) {
        free(shown);
        free(fold);
        return;
    }
    free(app->shown);
    free(app->shown_fold);
    app->shown = shown;
    app->shown_fold = fold;
    list_rows(app);
    lrp_app_select(app, layer < count ? layer : count - 1);
}

/* Another list of layers: tags, folds and the selected layer are found again by their names. */
static void list_anew(struct lrp_app *app, struct lrp_place *place)
{
    const size_t count = (size_t)lrp_app_layer_count(app);
    free(app->tagged);
    app->tagged = calloc(count ? count : 1, sizeof *app->tagged);
    app->tagged_size = app->tagged ? count : 0;
    lrp_tree_free(&app->tree);
    lrp_tree_make(&app->tree, app->now->layers);
    app->listed = app->now->layers;
    lrp_app_refilter(app);
    lrp_app_take_place(app, place);
    lrp_place_free(place);
}

static void on_seen(struct lrp_app *app, struct lrp_event *event)
{
    const bool was_busy = lrp_app_busy(app),
               was_failed = app->now && app->now->job == LRP_JOB_FAILED && app->now->generation == event->snapshot->generation;
    const bool other = !app->now || app->listed != event->snapshot->layers;
    struct lrp_place place = {0};
    if (other && app->now) lrp_app_place(app, &place);
    app->now = event->snapshot;
    app->sample = app->sample < app->now->sample_count ? app->sample : 0;
    lrp_facts_free(&app->facts);
    app->facts = *event->facts;
    *event->facts = (struct lrp_facts){0};
    if (other)
        list_anew(app, &place);
    else if (app->filter && *app->filter)
        lrp_app_refilter(app);
    if (app->now->job == LRP_JOB_FAILED && (!was_failed || was_busy) && app->now->error.status &&
        app->now->error.status != LRP_CHECK_FAILED)
        lrp_app_say(app, true, "%s", app->now->error.message);
    if (app->now->job == LRP_JOB_CANCELLED && was_busy) lrp_app_say(app, false, "cancelled");
}

static void on_picture(struct lrp_app *app, struct lrp_event *event)
{
    if (event->picture->plane.width != app->picture.plane.width || event->picture->plane.height != app->picture.plane.height)
        app->cursor_x = app->cursor_y = -1;
    lrp_picture_clear(&app->picture);
    app->picture = *event->picture;
    *event->picture = (struct lrp_picture){.made = {.layer = -1}};
}

static void on_exists(struct lrp_app *app, const struct lrp_event *event)
{
    lrp_effect_clear(&app->question.effect);
    app->question.effect =
        (struct lrp_effect){.kind = (enum lrp_effect_kind)event->number, .text = strdup(event->text), .flag = true};
    snprintf(app->question.text, sizeof app->question.text, "%.200s exists: replace it?", event->text);
}

static void answer(struct lrp_app *app, int key)
{
    struct lrp_effect *effect = &app->question.effect;
    if (key == 'y' || key == 'Y')
        lrp_app_emit(app, effect->kind, effect->text, effect->number, effect->flag);
    else if (key != 'n' && key != 'N' && key != 'q' && key != LRP_KEY_ESCAPE)
        return;
    lrp_effect_clear(effect);
    app->question.text[0] = 0;
}

/* Keys that answer the offer while it can be seen; n goes on searching where something is searched for, Esc closes what is
 * open. */
static bool take_offer(struct lrp_app *app, int key, bool seen)
{
    const bool closes = key == LRP_KEY_ESCAPE && !lrp_app_is_open(app);
    const bool yes = key == 'y' || key == 'Y', no = closes || ((key == 'n' || key == 'N') && !app->search);
    if (!seen || !app->offer[0] || app->menu.kind != LRP_MENU_NONE || !(yes || no)) return false;
    app->offer[0] = 0;
    if (yes) lrp_app_emit(app, LRP_EFFECT_RESTORE, NULL, 0, false);
    return true;
}

void lrp_app_key_pressed(struct lrp_app *app, int key)
{
    app->playing = false;
    const bool asking = app->question.text[0] || app->prompt.kind != LRP_PROMPT_NONE;
    if (asking && lrp_keymap_find(&app->keymap, key, LRP_IN_LIST) == LRP_ACTION_suspend) {
        lrp_do_suspend(app); /* whatever is open: a shell's users expect it */
        return;
    }
    if (app->question.text[0]) {
        answer(app, key);
        return;
    }
    if (app->prompt.kind != LRP_PROMPT_NONE) {
        lrp_app_prompt_key(app, key);
        return;
    }
    const bool seen = !app->status[0]; /* the offer stands where messages do */
    app->status[0] = 0;
    if (take_offer(app, key, seen)) return;
    const enum lrp_action action = lrp_keymap_find(&app->keymap, key, lrp_app_context(app));
    if (action != LRP_ACTION_NONE) lrp_action_at(action)->run(app);
}

static void on_tick(struct lrp_app *app)
{
    struct lrp_window *window = &app->windows[app->view];
    if (app->playing && window->selected > 0)
        window->selected--;
    else
        app->playing = false;
}

/* The ledger's view, and details with the layer's row of it: it is computed behind the relevance, asked for once. */
static void account(struct lrp_app *app)
{
    const struct lrp_snapshot *now = app->now;
    if (!(app->details || app->view == LRP_VIEW_LEDGER) || !now || now->ledger || now->job != LRP_JOB_DONE || !now->relevance ||
        !now->relevance[0] || lrp_app_blocked(app) || app->accounted == now->relevance[0])
        return;
    app->accounted = now->relevance[0];
    lrp_app_emit(app, LRP_EFFECT_START, NULL, 0, false);
}

void lrp_app_update(struct lrp_app *app, struct lrp_event *event)
{
    switch (event->kind) {
    case LRP_EVENT_KEY:
        lrp_app_key_pressed(app, event->number);
        break;
    case LRP_EVENT_MOUSE:
        lrp_app_mouse(app, event);
        break;
    case LRP_EVENT_RESIZE:
        app->columns = event->x;
        app->rows = event->y;
        break;
    case LRP_EVENT_SEEN:
        on_seen(app, event);
        break;
    case LRP_EVENT_PICTURE:
        on_picture(app, event);
        break;
    case LRP_EVENT_MENU:
        lrp_app_set_menu(app, (enum lrp_menu_kind)event->number, event->rows);
        break;
    case LRP_EVENT_PROMPT:
        lrp_app_open_prompt(app, (enum lrp_prompt_kind)event->number, event->text);
        break;
    case LRP_EVENT_COMPLETE:
        lrp_app_set_completion(app, event->rows);
        break;
    case LRP_EVENT_EXISTS:
        on_exists(app, event);
        break;
    case LRP_EVENT_MESSAGE:
        lrp_app_say(app, event->number != 0, "%s", event->text);
        break;
    case LRP_EVENT_LAYER:
        app->layer_facts = *event->layer_facts;
        break;
    case LRP_EVENT_OFFER:
        snprintf(app->offer, sizeof app->offer, "%s", event->text);
        break;
    case LRP_EVENT_PLACE:
        lrp_app_take_place(app, event->place);
        break;
    case LRP_EVENT_COMMAND:
        lrp_app_command(app, event->text);
        break;
    case LRP_EVENT_TICK:
        on_tick(app);
        break;
    }
    lrp_app_settle(app);
    lrp_app_try(app);
    account(app);
}
