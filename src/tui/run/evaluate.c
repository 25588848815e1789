/* evaluate.c: scoring settings on the input at hand, in a thread and a session of its own: the screen's goes on. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lrpscope/composite.h"
#include "lrpscope/evaluation.h"
#include "lrpscope/method.h"
#include "lrpscope/text.h"
#include "runner.h"

/* What a thread scores; `scores` and `fresh` are under the lock, all else is the thread's while it runs. */
struct lrp_evaluating {
    const struct lrp_snapshot *of;     /* owned reference: whose inputs */
    struct lrp_session *session;       /* owned; set under the lock */
    struct lrp_settings *base, **each; /* owned; each: by row */
    size_t count;
    struct lrp_token_map tokens;           /* of a text: which are no words */
    const struct lrp_tokenizer *tokenizer; /* borrowed; it lives as long as the runner */
    int wake_fd;
    pthread_mutex_t lock;
    struct lrp_setting_scores scores;
    bool fresh, stopped;
};

/* ---- in the thread ---- */

static void copy_curves(const struct lrp_evaluation *e, size_t row, size_t column, bool random, struct lrp_flipping *out)
{
    const struct lrp_metric_info *metric = lrp_evaluation_column_at(e, column).metric;
    for (int c = 0; c < LRP_METRIC_CURVES && metric->curves[c]; c++) {
        size_t length = 0;
        const double *curve = lrp_evaluation_curve(e, row, column, (size_t)c, &length);
        const bool lerf = strcmp(metric->curves[c], "lerf") == 0,
                   morf = strcmp(metric->curves[c], random ? "random" : "morf") == 0;
        double *copy = curve && (lerf || morf) ? malloc(length * sizeof *copy + 1) : NULL;
        if (!copy) continue;
        memcpy(copy, curve, length * sizeof *copy);
        double **to = lerf ? &out->lerf : &out->morf;
        free(*to);
        *to = copy;
        out->length = length;
    }
}

/* Number of the one that settings are ranked by: ABPC. */
static size_t abpc_of(const struct lrp_metric_info *metric)
{
    for (size_t i = 0; i < LRP_METRIC_NUMBERS && metric->numbers[i]; i++)
        if (strcmp(metric->numbers[i], "abpc") == 0) return i;
    return 0;
}

static bool same_curves(const struct lrp_flipping *a, const struct lrp_flipping *b)
{
    const size_t bytes = a->length * sizeof(double);
    return a->length == b->length && a->morf && b->morf && a->lerf && b->lerf && memcmp(a->morf, b->morf, bytes) == 0 &&
           memcmp(a->lerf, b->lerf, bytes) == 0;
}

/* The first row that takes everything away in the same order. */
static int twin_of(const struct lrp_setting_scores *s, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (same_curves(&s->rows[i].flipping[0], &s->rows[row].flipping[0]) &&
            same_curves(&s->rows[i].flipping[1], &s->rows[row].flipping[1]))
            return (int)i;
    return (int)row;
}

static void keep_row(struct lrp_evaluating *v, const struct lrp_evaluation *e, size_t row)
{
    pthread_mutex_lock(&v->lock);
    struct lrp_scored *to = &v->scores.rows[row];
    for (size_t b = 0; b < LRP_BASELINES && b < lrp_evaluation_columns(e); b++) {
        const struct lrp_metric_info *metric = lrp_evaluation_column_at(e, b).metric;
        snprintf(v->scores.baselines[b], sizeof v->scores.baselines[b], "%.30s", lrp_evaluation_column_at(e, b).baseline);
        copy_curves(e, 0, b, false, &to->flipping[b]);
        to->flipping[b].abpc = lrp_evaluation_score(e, 0, b, abpc_of(metric)).mean;
        if (row) continue;
        copy_curves(e, lrp_evaluation_settings(e), b, true, &v->scores.random[b]);
        v->scores.random[b].abpc = lrp_evaluation_score(e, lrp_evaluation_settings(e), b, abpc_of(metric)).mean;
    }
    to->there = to->flipping[0].morf && to->flipping[0].lerf;
    to->same_as = twin_of(&v->scores, row);
    pthread_mutex_unlock(&v->lock);
}

static void tell(struct lrp_evaluating *v)
{
    pthread_mutex_lock(&v->lock);
    v->fresh = true;
    pthread_mutex_unlock(&v->lock);
    if (write(v->wake_fd, "v", 1) < 0) {
        /* the pipe is full: the loop is awake already */
    }
}

/* Of a text, special tokens stay, as they do for evaluate. */
static enum lrp_status say_tokens(const struct lrp_evaluating *v, struct lrp_evaluation *e, struct lrp_error *err)
{
    const size_t count = v->tokens.count;
    bool *keep = calloc(count + 1, sizeof *keep);
    if (!keep) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < count; i++) keep[i] = v->tokens.rows[i].special;
    const enum lrp_status status = count ? lrp_evaluation_set_tokens(e, v->tokenizer, keep, count, err) : LRP_OK;
    free(keep);
    return status;
}

/* Random orders are the same for all: the first row has them. */
static void score_row(struct lrp_evaluating *v, size_t row)
{
    static const char *const with[] = {"pixel-flipping"}, *const without[] = {"pixel-flipping(random=0)"};
    struct lrp_evaluation *e = NULL;
    struct lrp_error err = {0};
    enum lrp_status status = lrp_evaluation_new(row ? without : with, 1, &e, &err);
    if (!status) status = lrp_evaluation_set_base(e, v->base, &err);
    if (!status) status = say_tokens(v, e, &err);
    if (!status) status = lrp_evaluation_add_setting(e, v->scores.rows[row].name, v->each[row], true, &err);
    if (!status) status = lrp_evaluation_run(e, v->session, &err);
    const char *why = status ? err.message : lrp_evaluation_left_out(e, 0);
    if (!status && !why) keep_row(v, e, row);
    pthread_mutex_lock(&v->lock);
    v->scores.done = row + 1;
    v->stopped |= status == LRP_CANCELLED;
    if (why && status != LRP_CANCELLED) v->scores.rows[row].left_out = strdup(why);
    pthread_mutex_unlock(&v->lock);
    lrp_evaluation_free(e);
}

static bool is_stopped(struct lrp_evaluating *v)
{
    pthread_mutex_lock(&v->lock);
    const bool is = v->stopped;
    pthread_mutex_unlock(&v->lock);
    return is;
}

/* The same inputs in a session of their own. */
static enum lrp_status open_session(struct lrp_evaluating *v, struct lrp_error *err)
{
    struct lrp_session *session = NULL;
    const size_t inputs = v->of->input_count;
    const char **names = calloc(inputs + 1, sizeof *names);
    const struct lrp_tensor **tensors = calloc(inputs + 1, sizeof(struct lrp_tensor *));
    size_t count = 0;
    enum lrp_status status = names && tensors ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < inputs; i++) {
        names[count] = v->of->inputs[i].name;
        tensors[count] = lrp_result_tensor(v->of->inputs[i].activation);
        count += tensors[count] != NULL;
    }
    if (!status) status = lrp_session_open(v->of->model_path, v->base, &session, err);
    if (!status) status = lrp_session_set_tensors(session, names, tensors, count, v->of->input_label, err);
    pthread_mutex_lock(&v->lock);
    v->session = session;
    if (v->stopped && session) lrp_session_interrupt(session);
    pthread_mutex_unlock(&v->lock);
    free(names);
    free(tensors);
    return status;
}

static void run_evaluation(void *data)
{
    struct lrp_evaluating *v = data;
    struct lrp_error err = {0};
    const bool opened = open_session(v, &err) == LRP_OK;
    for (size_t i = 0; opened && i < v->count && !is_stopped(v); i++) {
        score_row(v, i);
        tell(v);
    }
    pthread_mutex_lock(&v->lock);
    v->scores.running = false;
    if (!opened) v->scores.rows[0].left_out = strdup(err.message);
    pthread_mutex_unlock(&v->lock);
    tell(v);
}

/* ---- beginning and ending ---- */

static bool add_row(struct lrp_evaluating *v, const char *name, bool is_method)
{
    struct lrp_scored *row = &v->scores.rows[v->count];
    struct lrp_settings **to = &v->each[v->count];
    if (lrp_settings_copy(v->base, to, NULL) != LRP_OK) return false;
    lrp_settings_remove_rule(*to, NULL);
    if (lrp_settings_set(*to, LRP_SETTING_METHOD, is_method ? name : "lrp", NULL) != LRP_OK ||
        (!is_method && lrp_settings_set(*to, LRP_SETTING_COMPOSITE, name, NULL) != LRP_OK)) {
        lrp_settings_free(*to);
        *to = NULL;
        return true; /* nothing of that name here */
    }
    *row = (struct lrp_scored){.name = strdup(name), .is_method = is_method};
    v->count++;
    v->scores.count = v->count;
    return row->name != NULL;
}

/* Presets that need no numbers, and what they are measured by: the rule that follows the network alone, and gradients. */
static bool add_rows(struct lrp_evaluating *v)
{
    const struct lrp_composite_info *preset;
    size_t presets = 0;
    while (lrp_composite_at(presets)) presets++;
    v->scores.rows = calloc(presets + 4, sizeof *v->scores.rows);
    v->each = calloc(presets + 4, sizeof(struct lrp_settings *));
    bool ok = v->scores.rows && v->each;
    for (size_t i = 0; ok && (preset = lrp_composite_at(i)); i++)
        if (!*preset->parameters) ok = add_row(v, preset->name, false);
    return ok && add_row(v, "epsilon", false) && add_row(v, "input-gradient", true) && add_row(v, "gradient", true);
}

static void evaluating_free(struct lrp_evaluating *v)
{
    for (size_t i = 0; i < v->count; i++) lrp_settings_free(v->each[i]);
    free(v->each);
    lrp_settings_free(v->base);
    lrp_session_free(v->session);
    lrp_snapshot_release(v->of);
    lrp_scores_free(&v->scores);
    lrp_token_map_free(&v->tokens);
    pthread_mutex_destroy(&v->lock);
    free(v);
}

void lrp_runner_stop_scores(struct lrp_runner *runner)
{
    struct lrp_evaluating *v = runner->scoring;
    if (!v) return;
    pthread_mutex_lock(&v->lock);
    v->stopped = true;
    if (v->session) lrp_session_interrupt(v->session);
    pthread_mutex_unlock(&v->lock);
}

void lrp_runner_end_scores(struct lrp_runner *runner)
{
    if (!runner->scoring) return;
    lrp_runner_stop_scores(runner);
    lrp_task_join(runner->score_task);
    evaluating_free(runner->scoring);
    runner->scoring = NULL;
    runner->score_task = NULL;
}

static void show_scores(struct lrp_runner *runner)
{
    struct lrp_setting_scores copy = {0};
    pthread_mutex_lock(&runner->scoring->lock);
    const bool ok = lrp_scores_copy(&runner->scoring->scores, &copy);
    runner->scoring->fresh = false;
    pthread_mutex_unlock(&runner->scoring->lock);
    struct lrp_event event = {.kind = LRP_EVENT_SCORES, .scores = &copy};
    if (ok) lrp_app_update(&runner->app, &event);
    lrp_scores_free(&copy);
}

bool lrp_runner_take_scores(struct lrp_runner *runner, bool wait)
{
    struct lrp_evaluating *v = runner->scoring;
    if (!v) return false;
    const bool done = wait || lrp_task_done(runner->score_task);
    if (wait) {
        lrp_task_join(runner->score_task);
        runner->score_task = NULL;
    }
    pthread_mutex_lock(&v->lock);
    const bool fresh = v->fresh;
    pthread_mutex_unlock(&v->lock);
    if (fresh || done) show_scores(runner);
    if (done) lrp_runner_end_scores(runner);
    return fresh || done;
}

void lrp_runner_evaluate(struct lrp_runner *runner)
{
    struct lrp_error err = {.message = "not enough memory"};
    struct lrp_evaluating *v = calloc(1, sizeof *v);
    const struct lrp_snapshot *now = runner->snapshot;
    lrp_runner_end_scores(runner);
    if (!v) return;
    pthread_mutex_init(&v->lock, NULL);
    v->wake_fd = runner->wake[1];
    v->scores.running = true;
    v->tokenizer = runner->tokenizer;
    snprintf(v->scores.input, sizeof v->scores.input, "%.120s", now->input_label ? now->input_label : "");
    const bool ok = *v->scores.input && lrp_settings_copy(now->settings, &v->base, &err) == LRP_OK &&
                    lrp_settings_set(v->base, LRP_SETTING_CONCEPT, "", &err) == LRP_OK &&
                    lrp_snapshot_tokens(now, 0, &v->tokens, &err) == LRP_OK && add_rows(v);
    v->of = lrp_snapshot_retain(now);
    runner->scoring = v;
    if (ok) show_scores(runner);
    runner->score_task = ok ? lrp_task_new(run_evaluation, v, v->wake_fd) : NULL;
    if (runner->score_task) return;
    if (*v->scores.input) lrp_runner_say(runner, true, err.message);
    evaluating_free(v);
    runner->scoring = NULL;
}
