/* session.c: the app and its session: snapshots, pictures, settings and their history. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

void lrp_runner_say(struct lrp_runner *runner, bool error, const char *text)
{
    struct lrp_event event = {.kind = LRP_EVENT_MESSAGE, .number = error, .text = text};
    lrp_app_update(&runner->app, &event);
}

bool lrp_runner_init(struct lrp_runner *runner, struct lrp_session *session, struct lrp_error *err)
{
    runner->session = session;
    runner->asked.request.layer = runner->detailed.layer = -1;
    runner->snapshot = NULL;
    return !session || (lrp_session_snapshot(session, &runner->snapshot, err) == LRP_OK &&
                        lrp_runner_restart_history(runner, runner->snapshot->settings, err));
}

void lrp_runner_free(struct lrp_runner *runner)
{
    lrp_runner_drop_model(runner);
    lrp_runner_end_scores(runner);
    lrp_runner_take_export(runner, true);
    lrp_paint_thread_free(runner->paint_thread);
    lrp_snapshot_release(runner->stored);
    lrp_runner_forget_before(runner);
    lrp_runner_end_history(runner);
    lrp_app_free(&runner->app);
    lrp_layer_operator_free(runner->detailed.op);
    lrp_canvas_free(&runner->canvas);
    lrp_snapshot_release(runner->snapshot);
    lrp_session_free(runner->own);
    for (int i = 0; i < LRP_SETTING_COUNT; i++) free(runner->defaults[i]);
    for (int i = 0; i < 2; i++) lrp_strings_free(&runner->registered[i]);
    free(runner->input);
    free(runner->results_target);
    lrp_results_free(&runner->results);
    lrp_runner_free_sheet(runner);
    lrp_runner_state_close(runner);
    lrp_runner_free_tokenizers(runner);
}

void lrp_runner_begin_with_defaults(struct lrp_runner *runner)
{
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    if (!runner->session) return;
    enum lrp_status status = lrp_settings_copy(runner->snapshot->settings, &settings, &err);
    status = status ? status : lrp_runner_put_defaults(runner, settings, &err);
    if (!status && !lrp_settings_equal(settings, runner->snapshot->settings))
        status = lrp_session_apply(runner->session, settings, &err);
    if (status || !lrp_runner_restart_history(runner, settings, &err)) lrp_runner_say(runner, true, err.message);
    lrp_settings_free(settings);
}

void lrp_runner_set_input(struct lrp_runner *runner, const char *path)
{
    char *copy = path && *path && strcmp(path, "-") != 0 ? strdup(path) : NULL; /* standard input cannot be read again */
    free(runner->input);
    runner->input = copy;
}

/* ---- seeing ---- */

static void take_facts(const struct lrp_settings *settings, struct lrp_facts *facts)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) facts->values[i] = strdup(lrp_settings_get(settings, (enum lrp_setting)i));
    for (size_t i = 0; i < lrp_settings_rule_count(settings); i++)
        lrp_strings_add(&facts->selects, lrp_settings_rule_at(settings, i).select);
    for (size_t i = 0; i < lrp_settings_layer_count(settings); i++)
        lrp_strings_add(&facts->layers, lrp_settings_layer_at(settings, i));
    for (size_t i = 0; i < lrp_settings_activation_count(settings); i++)
        lrp_strings_add(&facts->activations, lrp_settings_activation_at(settings, i));
}

static void show_painting(struct lrp_runner *runner, struct lrp_painting *painting)
{
    struct lrp_event event = {.kind = LRP_EVENT_PAINTING, .painting = painting};
    lrp_app_update(&runner->app, &event);
    lrp_painting_clear(painting);
}

bool lrp_runner_take_painting(struct lrp_runner *runner)
{
    struct lrp_painting painting;
    if (!runner->paint_thread || !lrp_paint_thread_take(runner->paint_thread, &painting)) return false;
    show_painting(runner, &painting);
    return true;
}

/* The relevance of the last layer that has some: other results, another one. */
static const void *last_relevance(const struct lrp_snapshot *snapshot)
{
    for (size_t i = lrp_layer_rows(snapshot->layers); i > 0; i--)
        if (snapshot->relevance[i - 1]) return snapshot->relevance[i - 1];
    return NULL;
}

/* Tokens are known before their relevance is. */
static const void *tokens_of(const struct lrp_snapshot *snapshot)
{
    for (size_t i = 0; snapshot->token_input && i < snapshot->input_count; i++) {
        const struct lrp_snapshot_input *input = &snapshot->inputs[i];
        if (strcmp(input->name, snapshot->token_input) == 0)
            return input->relevance ? (const void *)input->relevance : input->activation;
    }
    return NULL;
}

/* The last heatmap of a channel: one more, another picture. */
static const void *last_map(const struct lrp_snapshot *snapshot, int layer)
{
    const struct lrp_concepts_seen *c = snapshot->concepts;
    return c && c->layer == layer && c->done ? c->channels + c->done : NULL;
}

/* What the last block says that has been asked; where none will, that. */
static const void *last_said(const struct lrp_snapshot *snapshot)
{
    const struct lrp_lens_seen *l = snapshot->lens;
    if (!l || l->refusal) return l;
    return l->done ? l->top + (int64_t)l->done * l->samples * l->positions - 1 : NULL;
}

/* What a picture would be made from; NULL: nothing yet. */
static const void *material(const struct lrp_runner *runner, const struct lrp_subject *r)
{
    const struct lrp_snapshot *snapshot = runner->snapshot;
    const struct lrp_preview_row *row = lrp_preview_row(r->kind);
    if (r->show == LRP_SHOW_WEIGHTS) return snapshot->layers; /* there without any run */
    if (row->lens) return last_said(snapshot);
    if (row->of_model) return lrp_job_has_relevance(snapshot->job) ? last_relevance(snapshot) : NULL;
    if (row->concepts) return last_map(snapshot, r->layer);
    if (row->tokens && r->layer == lrp_app_token_layer(&runner->app)) return tokens_of(snapshot);
    return r->show == LRP_SHOW_ACTIVATION ? snapshot->activation[r->layer] : snapshot->relevance[r->layer];
}

/* Has the picture made that the app wants, if it has another one. */
static void sync_painting(struct lrp_runner *runner)
{
    const struct lrp_subject wanted = lrp_preview_subject(&runner->app);
    if (wanted.layer < 0) return;
    const struct lrp_painting_asked asked = {wanted, material(runner, &wanted),
                                             !lrp_preview_row(wanted.kind)->compares ? NULL
                                             : runner->before                        ? runner->before
                                                                                     : runner->stored,
                                             runner->snapshot->generation};
    const struct lrp_painting_asked *before = &runner->asked;
    if (lrp_subject_equal(&before->request, &wanted) && before->material == asked.material && before->stored == asked.stored &&
        before->generation == asked.generation)
        return;
    struct lrp_painting painting = {.subject = wanted, .channel = -1};
    runner->asked = asked;
    if (asked.material && runner->paint_thread) {
        lrp_paint_thread_ask(runner->paint_thread, &runner->app.caps, &wanted, runner->snapshot, asked.stored);
        return;
    }
    if (asked.material) lrp_paint(&runner->app.caps, &wanted, runner->snapshot, asked.stored, &painting);
    show_painting(runner, &painting);
}

/* What the app asks for; carrying out one effect may ask for another. */
static void carry_out(struct lrp_runner *runner)
{
    while (runner->app.effects.count > 0) {
        struct lrp_effects effects = runner->app.effects;
        runner->app.effects = (struct lrp_effects){0};
        for (size_t i = 0; i < effects.count; i++) lrp_runner_effect(runner, &effects.items[i]);
        lrp_effects_free(&effects);
    }
}

/* Files of settings are read again only where another is named. */
static char *preprocess_of(const struct lrp_runner *runner, const struct lrp_facts *now, const struct lrp_settings *settings)
{
    static const enum lrp_setting told[] = {LRP_SETTING_PREPROCESS, LRP_SETTING_SCALE, LRP_SETTING_MEAN, LRP_SETTING_STD};
    const struct lrp_facts *before = &runner->app.facts;
    char text[128];
    bool same = before->preprocess != NULL;
    for (size_t i = 0; same && i < sizeof told / sizeof *told; i++)
        same = strcmp(lrp_facts_text(before, told[i]), lrp_facts_text(now, told[i])) == 0;
    if (same) return strdup(before->preprocess);
    return strdup(lrp_settings_preprocess_text(settings, text, sizeof text, NULL) ? "" : text);
}

bool lrp_runner_look(struct lrp_runner *runner)
{
    const struct lrp_snapshot *fresh = NULL, *old = runner->snapshot;
    struct lrp_facts facts = {.values = {NULL}};
    struct lrp_error err;
    if (!runner->session) return true;
    if (lrp_session_snapshot(runner->session, &fresh, &err) != LRP_OK) {
        lrp_runner_say(runner, true, err.message);
        return false;
    }
    take_facts(fresh->settings, &facts);
    free(facts.values[LRP_SETTING_COMPOSITE]);
    facts.values[LRP_SETTING_COMPOSITE] = strdup(fresh->composite);
    facts.input = runner->input ? strdup(runner->input) : NULL;
    facts.preprocess = preprocess_of(runner, &facts, fresh->settings);
    struct lrp_event event = {.kind = LRP_EVENT_SEEN, .snapshot = fresh, .facts = &facts};
    runner->snapshot = fresh;
    lrp_app_update(&runner->app, &event);
    lrp_snapshot_release(old);
    lrp_runner_note_input(runner);
    sync_painting(runner);
    lrp_runner_sync_details(runner);
    lrp_runner_go_on_exporting(runner);
    carry_out(runner);
    lrp_runner_go_on_listing(runner);
    return true;
}

void lrp_runner_send(struct lrp_runner *runner, struct lrp_event *event)
{
    lrp_app_update(&runner->app, event);
    carry_out(runner);
    sync_painting(runner);
    lrp_runner_sync_details(runner);
    lrp_runner_go_on_listing(runner);
}

/* ---- running ---- */

/* Called by the worker, perhaps once more after its job has ended: so it is given the pipe's number and no pointer. */
static void wake(void *data)
{
    if (write((int)(intptr_t)data, "w", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
}

void lrp_runner_start(struct lrp_runner *runner)
{
    struct lrp_error err;
    const bool ledger = lrp_app_shows_ledger(&runner->app) || lrp_runner_export_waits(runner);
    const enum lrp_want want = ledger ? LRP_WANT_LEDGER : LRP_WANT_RELEVANCE;
    runner->started = true;
    if (runner->session) lrp_session_want_lens(runner->session, lrp_preview_row(runner->app.preview)->lens);
    if (runner->session)
        lrp_session_want_concepts(runner->session, lrp_preview_row(runner->app.preview)->concepts ? runner->app.layer : -1,
                                  LRP_CONCEPT_MAPS);
    if (runner->snapshot && runner->snapshot->input_label && *runner->snapshot->input_label &&
        /* NOLINTNEXTLINE(performance-no-int-to-ptr): the number itself, as wake() says */
        lrp_session_start(runner->session, want, wake, (void *)(intptr_t)runner->wake[1], &err) != LRP_OK)
        lrp_runner_say(runner, true, err.message);
    lrp_runner_look(runner);
}
