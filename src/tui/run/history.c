/* history.c: settings that were, so that changes can be undone and redone, and what a change was in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

enum { LRP_CHANGE_SIZE = 256 };

void lrp_runner_end_history(struct lrp_runner *runner)
{
    for (size_t i = 0; i < runner->history_count; i++) lrp_settings_free(runner->history[i]);
    free(runner->history);
    runner->history = NULL;
    runner->history_count = runner->history_at = 0;
}

bool lrp_runner_restart_history(struct lrp_runner *runner, const struct lrp_settings *settings, struct lrp_error *err)
{
    struct lrp_settings **history = calloc(1, sizeof(struct lrp_settings *));
    if (!history) {
        lrp_fail(err, LRP_MEMORY, "not enough memory");
        return false;
    }
    if (lrp_settings_copy(settings, &history[0], err) != LRP_OK) {
        free(history);
        return false;
    }
    lrp_runner_end_history(runner);
    runner->history = history;
    runner->history_count = 1;
    return true;
}

static void forget_after(struct lrp_runner *runner, size_t at)
{
    while (runner->history_count > at + 1) lrp_settings_free(runner->history[--runner->history_count]);
}

static void remember_settings(struct lrp_runner *runner, struct lrp_settings *settings)
{
    struct lrp_settings **history = realloc(runner->history, (runner->history_at + 2) * sizeof(struct lrp_settings *));
    if (!history) {
        lrp_settings_free(settings);
        return;
    }
    runner->history = history;
    history[++runner->history_at] = settings;
    runner->history_count = runner->history_at + 1;
}

void lrp_runner_apply(struct lrp_runner *runner, struct lrp_settings *settings)
{
    struct lrp_error err;
    if (lrp_settings_equal(settings, runner->history[runner->history_at])) {
        if (runner->trying) lrp_runner_try(runner, settings, false);
        lrp_settings_free(settings);
        return;
    }
    if (lrp_session_apply(runner->session, settings, &err) != LRP_OK) {
        lrp_runner_say(runner, true, err.message);
        lrp_settings_free(settings);
        return;
    }
    runner->trying = false;
    lrp_runner_forget_before(runner);
    forget_after(runner, runner->history_at);
    remember_settings(runner, settings);
    lrp_runner_look(runner);
    if (!lrp_app_arrived(&runner->app)) lrp_runner_forget_outcomes(runner); /* they were others' */
    lrp_runner_keep_settings(runner);
    lrp_runner_start(runner);
}

void lrp_runner_forget_before(struct lrp_runner *runner)
{
    lrp_snapshot_release(runner->before);
    runner->before = NULL;
    runner->app.before = false;
}

void lrp_runner_try(struct lrp_runner *runner, const struct lrp_settings *settings, bool trying)
{
    const struct lrp_snapshot *const before = runner->snapshot;
    if (lrp_session_apply(runner->session, settings, NULL) != LRP_OK) return;
    if (trying && !runner->trying && before && before->relevance && before->relevance[0])
        runner->before = lrp_snapshot_retain(before);
    if (!trying) lrp_runner_forget_before(runner);
    runner->trying = trying;
    runner->app.before = runner->before != NULL;
    lrp_runner_look(runner);
    lrp_runner_start(runner);
}

/* ---- undo and redo ---- */

/* `near`: where it most likely stands. */
static const char *rule_for(const struct lrp_settings *settings, const char *select, size_t near)
{
    if (near < lrp_settings_rule_count(settings) && strcmp(lrp_settings_rule_at(settings, near).select, select) == 0)
        return lrp_settings_rule_at(settings, near).rule; /* each has but one rule */
    for (size_t i = lrp_settings_rule_count(settings); i-- > 0;)
        if (strcmp(lrp_settings_rule_at(settings, i).select, select) == 0) return lrp_settings_rule_at(settings, i).rule;
    return NULL;
}

/* Rules that `to` has and `from` has not so: how many; the first one is told. */
static int rules_told(const struct lrp_settings *from, const struct lrp_settings *to, bool gone, char *out)
{
    int count = 0;
    for (size_t i = 0; i < lrp_settings_rule_count(to); i++) {
        const struct lrp_rule_setting now = lrp_settings_rule_at(to, i);
        const char *was = rule_for(from, now.select, i);
        if ((was && strcmp(was, now.rule) == 0) || (gone && was)) continue;
        if (count++ == 0) snprintf(out, LRP_CHANGE_SIZE, "%.80s %s %.80s", now.select, gone ? "loses" : "has", now.rule);
    }
    return count;
}

static void names_told(size_t count(const struct lrp_settings *), const char *at(const struct lrp_settings *, size_t),
                       const struct lrp_settings *from, const struct lrp_settings *to, char *out)
{
    const bool more = count(to) > count(from);
    if (count(to) == count(from)) return;
    const struct lrp_settings *longer = more ? to : from;
    snprintf(out, LRP_CHANGE_SIZE, "%.80s %s", at(longer, count(longer) - 1), more ? "registered" : "no longer registered");
}

/* The change between two settings: the first that is found stands for it. */
static void settings_difference(const struct lrp_settings *from, const struct lrp_settings *to, char *out)
{
    char what[LRP_CHANGE_SIZE] = "";
    out[0] = 0;
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const char *was = lrp_settings_get(from, (enum lrp_setting)i), *now = lrp_settings_get(to, (enum lrp_setting)i);
        if (strcmp(was, now) == 0) continue;
        snprintf(out, LRP_CHANGE_SIZE, "%s %.80s", lrp_setting_key((enum lrp_setting)i), *now ? now : "back to its default");
        return;
    }
    const int fresh = rules_told(from, to, false, what), gone = rules_told(to, from, true, fresh ? out : what);
    if (fresh + gone > 1)
        snprintf(out, LRP_CHANGE_SIZE, "rules of %d layers", fresh + gone);
    else
        snprintf(out, LRP_CHANGE_SIZE, "%s", what);
    names_told(lrp_settings_layer_count, lrp_settings_layer_at, from, to, out);
    names_told(lrp_settings_activation_count, lrp_settings_activation_at, from, to, out);
}

void lrp_runner_step(struct lrp_runner *runner, int step)
{
    struct lrp_error err;
    char change[LRP_CHANGE_SIZE], text[LRP_CHANGE_SIZE + 16];
    if (step < 0 ? runner->history_at == 0 : runner->history_at + 1 >= runner->history_count) {
        lrp_runner_say(runner, false, step < 0 ? "nothing to undo" : "nothing to redo");
        return;
    }
    const size_t from = runner->history_at, to = step < 0 ? from - 1 : from + 1;
    if (lrp_session_apply(runner->session, runner->history[to], &err) != LRP_OK) {
        lrp_runner_say(runner, true, err.message);
        return;
    }
    runner->history_at = to;
    runner->trying = false;
    lrp_runner_look(runner);
    lrp_runner_keep_settings(runner);
    lrp_runner_start(runner);
    settings_difference(runner->history[from], runner->history[to], change);
    snprintf(text, sizeof text, "%s: %s", step < 0 ? "undone" : "redone", change);
    lrp_runner_say(runner, false, text);
}
