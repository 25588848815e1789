/* update.c: lrp_app_update: every event finds its reaction here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"

/* Another list of layers: tags, folds and the selected layer are found again by their names. */
static void list_anew(struct lrp_app *app, struct lrp_place *place)
{
    const size_t count = (size_t)lrp_app_place_count(app);
    free(app->tagged);
    app->tagged = calloc(count ? count : 1, sizeof *app->tagged);
    app->tagged_size = app->tagged ? count : 0;
    lrp_tree_free(&app->tree);
    lrp_tree_make(&app->tree, app->snapshot->layers);
    if (!app->listed) lrp_tree_fold_closed(&app->tree); /* later, what is folded is what the user folded */
    app->listed = app->snapshot->layers;
    lrp_app_refilter(app);
    lrp_app_take_place(app, place);
    lrp_place_free(place);
}

static void on_seen(struct lrp_app *app, struct lrp_event *event)
{
    const bool was_busy = lrp_app_busy(app), was_failed = app->snapshot && app->snapshot->job == LRP_JOB_FAILED &&
                                                          app->snapshot->generation == event->snapshot->generation;
    const bool other = !app->snapshot || app->listed != event->snapshot->layers;
    struct lrp_place place = {0};
    if (other && app->snapshot) lrp_app_place(app, &place);
    app->snapshot = event->snapshot;
    app->sample = app->sample < app->snapshot->sample_count ? app->sample : 0;
    lrp_facts_free(&app->facts);
    app->facts = *event->facts;
    *event->facts = (struct lrp_facts){0};
    if (app->ordered != (const void *)app->snapshot->ledger) lrp_app_order_losses(app);
    if (other)
        list_anew(app, &place);
    else if (app->filter && *app->filter)
        lrp_app_refilter(app);
    if (app->snapshot->job == LRP_JOB_FAILED && (!was_failed || was_busy) && app->snapshot->error.status &&
        app->snapshot->error.status != LRP_CHECK_FAILED)
        lrp_app_say(app, true, "%s", app->snapshot->error.message);
    if (app->snapshot->job == LRP_JOB_CANCELLED && was_busy) lrp_app_say(app, false, "cancelled");
}

static void on_picture(struct lrp_app *app, struct lrp_event *event)
{
    if (event->painting->plane.width != app->painting.plane.width ||
        event->painting->plane.height != app->painting.plane.height)
        app->cursor_x = app->cursor_y = -1;
    lrp_painting_clear(&app->painting);
    app->painting = *event->painting;
    *event->painting = (struct lrp_painting){.subject = {.layer = -1}};
}

static void on_exists(struct lrp_app *app, const struct lrp_event *event)
{
    lrp_effect_clear(&app->question.effect);
    app->question.effect =
        (struct lrp_effect){.kind = (enum lrp_effect_kind)event->number, .text = strdup(event->text), .flag = true};
    snprintf(app->question.text, sizeof app->question.text, "%.200s exists: replace it?", event->text);
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
static void ask_ledger(struct lrp_app *app)
{
    const struct lrp_snapshot *snapshot = app->snapshot;
    if (!lrp_app_shows_ledger(app) || !snapshot || snapshot->ledger || snapshot->job != LRP_JOB_DONE || !lrp_app_arrived(app) ||
        lrp_app_blocked(app) || app->accounted == lrp_app_arrived(app))
        return;
    app->accounted = lrp_app_arrived(app);
    lrp_app_emit(app, LRP_EFFECT_START, NULL, 0, false);
}

/* Heatmaps of channels are made for the layer that is looked at, behind its relevance; asked for once. */
static void ask_maps(struct lrp_app *app)
{
    const struct lrp_snapshot *s = app->snapshot;
    const bool shown = lrp_preview_row(lrp_app_preview(app))->concepts && !lrp_app_blocked(app);
    const bool ready = shown && lrp_app_arrived(app) && !s->only_inputs && lrp_job_has_relevance(s->job);
    if (!ready || lrp_app_is_input(app, app->layer) || (app->mapped == lrp_app_arrived(app) && app->mapped_layer == app->layer))
        return;
    app->mapped = lrp_app_arrived(app);
    app->mapped_layer = app->layer;
    if (s->concepts && s->concepts->layer == app->layer &&
        (s->concepts->done == s->concepts->count || s->job == LRP_JOB_CONCEPTS))
        return;
    lrp_app_emit(app, LRP_EFFECT_START, NULL, 0, false);
}

/* What is said after each block, likewise; also of a model whose check fails, which has values. */
static void ask_lens(struct lrp_app *app)
{
    const struct lrp_snapshot *s = app->snapshot;
    const bool shown = s && lrp_preview_row(lrp_app_preview(app))->lens;
    const void *const found = !shown || lrp_app_blocked(app) ? (shown ? s->output : NULL) : (const void *)lrp_app_arrived(app);
    if (!found || lrp_app_busy(app) || app->looked_at == found) return;
    app->looked_at = found;
    if (s->lens && (s->lens->refusal || s->lens->done == s->lens->count)) return;
    lrp_app_emit(app, LRP_EFFECT_START, NULL, 0, false);
}

static void on_resize(struct lrp_app *app, const struct lrp_event *event)
{
    app->columns = event->x;
    app->rows = event->y;
}

static void on_results(struct lrp_app *app, const struct lrp_event *event)
{
    app->results.all = event->results;
    lrp_app_list_results(app);
}

/* Columns are as wide as their widest row; found again when rows may have changed. */
static void measure_table(struct lrp_app *app)
{
    const struct lrp_snapshot *s = app->snapshot;
    struct lrp_measured *known = &app->measured;
    if (!s || !lrp_app_view_row(app, app->view)->columns) return;
    if (known->list == s->layers && known->rules == s->rules && known->ledger == s->ledger &&
        known->generation == s->generation && known->view == app->view)
        return;
    *known = (struct lrp_measured){
        .list = s->layers, .rules = s->rules, .ledger = s->ledger, .generation = s->generation, .view = app->view};
    app->screen->measure(app, app->view, known->width);
}

static void on_offer(struct lrp_app *app, const struct lrp_event *event)
{
    snprintf(app->offer, sizeof app->offer, "%s", event->text);
    app->offer_number = event->number;
}

/* Handed over. */
static void on_references(struct lrp_app *app, struct lrp_event *event)
{
    lrp_references_free(&app->references);
    app->references = *event->references;
    *event->references = (struct lrp_references){0};
}

/* What every event may have made necessary. */
static void follow_up(struct lrp_app *app)
{
    lrp_app_settle(app);
    lrp_app_try(app);
    ask_ledger(app);
    ask_maps(app);
    ask_lens(app);
    measure_table(app);
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
        on_resize(app, event);
        break;
    case LRP_EVENT_SEEN:
        on_seen(app, event);
        break;
    case LRP_EVENT_PAINTING:
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
        on_offer(app, event);
        break;
    case LRP_EVENT_PLACE:
        lrp_app_take_place(app, event->place);
        break;
    case LRP_EVENT_COMMAND:
        lrp_app_command(app, event->text);
        break;
    case LRP_EVENT_RESULTS:
        on_results(app, event);
        break;
    case LRP_EVENT_SCORES:
        lrp_app_set_scores(app, event->scores);
        break;
    case LRP_EVENT_REFERENCES:
        on_references(app, event);
        break;
    case LRP_EVENT_TICK:
        on_tick(app);
        break;
    }
    follow_up(app);
}
