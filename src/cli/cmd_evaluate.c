/* cmd_evaluate.c: lrpscope evaluate MODEL INPUT... and choose MODEL SOURCE...: how good settings are, and which is the best. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "evaluate.h"
#include "job.h"
#include "manifest.h"
#include "paths.h"
#include "table.h"
#include "text.h"

struct evaluate {
    struct lrp_arguments arguments; /* those given, folders replaced by their files */
    struct lrp_manifest inputs;
    struct lrp_cli_job job;
    struct lrp_evaluation *evaluation;
    struct lrp_cli_scores scores;
    double began;
    bool from_folder; /* what cannot be read is counted, not fatal */
};

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- what is to be done ---- */

/* Folders are replaced by the files in them, as a batch does. */
static enum lrp_status list_inputs(struct evaluate *v, struct lrp_error *err)
{
    struct lrp_arguments *a = &v->arguments;
    struct lrp_manifest *m = &v->inputs;
    const char *const *given = a->inputs;
    const size_t given_count = a->input_count;
    enum lrp_status status = LRP_OK;
    a->inputs = NULL;
    a->input_count = 0;
    for (size_t i = 0; !status && i < given_count; i++) {
        const size_t before = m->count;
        status = lrp_manifest_add(m, given[i], err);
        if (!status && m->count == before)
            status = lrp_fail(err, LRP_FILE, "%s: the folder holds no pictures or arrays", given[i]);
        v->from_folder = v->from_folder || (!status && strcmp(m->rows[before].path, given[i]) != 0);
    }
    if (!status) a->inputs = calloc(m->count + 1, sizeof *a->inputs);
    if (!status && !a->inputs) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < m->count; i++) a->inputs[a->input_count++] = m->rows[i].path;
    return status;
}

/* Four whole numbers between commas. */
static enum lrp_status read_box(const char *text, int64_t box[4], struct lrp_error *err)
{
    char copy[128], *part = copy;
    bool read = snprintf(copy, sizeof copy, "%s", text) < (int)sizeof copy;
    for (int i = 0; read && i < 4; i++) {
        char *const comma = strchr(part, ',');
        if (comma) *comma = 0;
        read = !comma == (i == 3) && lrp_parse_int64(part, &box[i]);
        if (comma) part = comma + 1;
    }
    if (!read || box[0] >= box[2] || box[1] >= box[3])
        return lrp_fail(err, LRP_USAGE, "--box %s: it is X0,Y0,X1,Y1 with X0 < X1 and Y0 < Y1", text);
    return LRP_OK;
}

static enum lrp_status set_masks(struct evaluate *v, struct lrp_error *err)
{
    const struct lrp_arguments *a = &v->arguments;
    int64_t box[4];
    if ((a->mask != NULL) + (a->masks != NULL) + (a->box != NULL) > 1)
        return lrp_fail(err, LRP_USAGE, "--mask, --masks and --box say the same thing: give one of them");
    if (a->span && !a->text && !a->text_file && !a->tokens)
        return lrp_fail(err, LRP_USAGE, "--span %s: there is no text it could be in (--text, --text-file, --tokens)", a->span);
    if (a->mask) return lrp_evaluation_set_mask(v->evaluation, a->mask, err);
    const enum lrp_status status = a->box ? read_box(a->box, box, err) : LRP_OK;
    if (!status && a->box) lrp_evaluation_set_box(v->evaluation, box);
    return status;
}

static enum lrp_status add_settings(struct evaluate *v, struct lrp_error *err)
{
    const struct lrp_arguments *a = &v->arguments;
    enum lrp_status status = LRP_OK;
    if (v->scores.chosen) status = lrp_cli_evaluate_add(v->evaluation, a, "presets", err);
    for (size_t i = 0; !status && i < a->settings_named.count; i++)
        status = lrp_cli_evaluate_add(v->evaluation, a, a->settings_named.items[i], err);
    struct lrp_model_value input = {.name = NULL};
    if (lrp_model_input_count(lrp_session_model(v->job.session))) lrp_model_input(lrp_session_model(v->job.session), 0, &input);
    for (size_t i = 0; !status && i < a->attributions.count; i++)
        status = lrp_evaluation_add_attribution(v->evaluation, a->attributions.items[i], input.name, err);
    if (status || lrp_evaluation_settings(v->evaluation)) return status;
    const char *method = lrp_settings_get(a->settings, LRP_SETTING_METHOD);
    const char *composite = lrp_settings_get(a->settings, LRP_SETTING_COMPOSITE);
    const bool lrp = strcmp(method, "lrp") == 0;
    return lrp_evaluation_add_setting(v->evaluation, lrp ? composite : method, a->settings, false, err);
}

static enum lrp_status make_evaluation(struct evaluate *v, struct lrp_error *err)
{
    static const char *const choosing[] = {"pixel-flipping", "sparseness", "sensitivity", "randomisation"};
    const struct lrp_cli_list *given = &v->arguments.metrics;
    const size_t usual = v->scores.chosen ? sizeof choosing / sizeof *choosing : 1;
    enum lrp_status status =
        lrp_evaluation_new(given->count ? given->items : choosing, given->count ? given->count : usual, &v->evaluation, err);
    v->scores.evaluation = v->evaluation;
    if (!status) status = lrp_evaluation_set_base(v->evaluation, v->arguments.settings, err);
    if (!status) status = add_settings(v, err);
    return !status ? set_masks(v, err) : status;
}

/* Nothing that is read is replaced by what is written, and all of that can be. */
static enum lrp_status check_files(const struct evaluate *v, struct lrp_error *err)
{
    const struct lrp_arguments *a = &v->arguments;
    struct lrp_guard guard = {0};
    const struct {
        const char *option, *path;
    } written[] = {{"--report", a->report}, {"--curve", a->curve}, {"--output", a->output}};
    lrp_cli_job_guard(&v->job, &guard);
    lrp_guard_reads(&guard, "the mask", a->mask);
    for (size_t i = 0; i < a->attributions.count; i++) lrp_guard_reads(&guard, "an attribution", a->attributions.items[i]);
    for (size_t i = 0; i < a->settings_named.count; i++)
        if (access(a->settings_named.items[i], F_OK) == 0) lrp_guard_reads(&guard, "a rules file", a->settings_named.items[i]);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i].path) lrp_guard_writes(&guard, written[i].option, written[i].path);
    enum lrp_status status = lrp_guard_check(&guard, err);
    if (!status && a->curve) status = lrp_evaluation_check_curves(v->evaluation, a->curve, err);
    for (size_t i = 0; !status && i < sizeof written / sizeof *written; i++)
        if (written[i].path) status = lrp_cli_path_writable(written[i].path, err);
    lrp_guard_free(&guard);
    return status;
}

/* ---- input by input ---- */

/* The first that is there: DIR/STEM.png, DIR/STEM.npy. Owned; NULL: none, or no memory. */
static char *find_mask(const char *dir, const char *stem)
{
    static const char *const suffixes[] = {".png", ".npy"};
    char *found = NULL;
    for (size_t i = 0; !found && stem && i < sizeof suffixes / sizeof *suffixes; i++) {
        char *path = lrp_cli_path_join(dir, stem, suffixes[i]);
        if (path && access(path, F_OK) == 0)
            found = path;
        else
            free(path);
    }
    return found;
}

/* Of a file in a folder of folders, first by its place in it: stems of two classes may be the same. */
static enum lrp_status set_mask_of(struct evaluate *v, size_t round, struct lrp_error *err)
{
    const char *const path = lrp_cli_job_round_path(&v->job, round), *dir = v->arguments.masks;
    if (!dir) return LRP_OK;
    const char *name = round < v->inputs.count ? v->inputs.rows[round].name : path, *point = strrchr(name, '.');
    char *placed = strndup(name, point && !strchr(point, '/') ? (size_t)(point - name) : strlen(name));
    char **stems = lrp_cli_path_stems(&path, 1), *found = find_mask(dir, placed);
    if (!found) found = find_mask(dir, stems ? stems[0] : NULL);
    enum lrp_status status = stems && placed ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && !found)
        status = lrp_fail(err, LRP_FILE, "%s: it has no mask: neither %s/%s.png nor %s/%s.npy is there", path, dir, stems[0],
                          dir, stems[0]);
    if (!status) status = lrp_evaluation_set_mask(v->evaluation, found, err);
    lrp_cli_free_texts(stems, stems ? 1 : 0);
    free(placed);
    free(found);
    return status;
}

static enum lrp_status run_round(struct evaluate *v, size_t round, struct lrp_error *err)
{
    struct lrp_cli_job *job = &v->job;
    const struct lrp_snapshot *now = NULL;
    const struct lrp_sequence *text = lrp_cli_job_sequence(job, round);
    enum lrp_status status = LRP_OK;
    if (text) status = lrp_cli_evaluate_text(v->evaluation, job->sequences.tokenizer, text, v->arguments.span, err);
    const int64_t passes = status ? 0 : lrp_cli_job_passes(job);
    for (int64_t pass = 0; !status && pass < passes; pass++) {
        if (lrp_session_one_by_one(job->session)) status = lrp_session_select_sample(job->session, pass, err);
        if (!status && lrp_cli_watch_exit_code(job->watch)) status = lrp_fail(err, LRP_CANCELLED, "interrupted");
        if (status) break;
        lrp_cli_watch_begin(job->watch, lrp_cli_job_round_path(job, round));
        status = lrp_evaluation_run(v->evaluation, job->session, err);
        lrp_cli_watch_end(job->watch);
        if (status == LRP_CHECK_FAILED && !lrp_session_snapshot(job->session, &now, NULL))
            status = lrp_cli_check_refuse(&v->arguments, now->check, err);
        lrp_snapshot_release(now);
        now = NULL;
    }
    return status;
}

static bool is_spent(const struct evaluate *v)
{
    return v->arguments.budget && seconds_now() - v->began >= (double)v->arguments.budget;
}

/* What cannot be read of a folder, or has no mask, is told and counted. */
static enum lrp_status run_all(struct evaluate *v, struct lrp_error *err)
{
    const size_t rounds = v->scores.rounds = lrp_cli_job_rounds(&v->job);
    enum lrp_status status = LRP_OK;
    for (size_t round = 0; !status && round < rounds && !is_spent(v); round++) {
        status = lrp_cli_job_set_inputs(&v->job, round, err);
        if (!status) status = set_mask_of(v, round, err);
        if (status == LRP_FILE && v->from_folder) {
            lrp_cli_report_error(status, err);
            v->scores.unreadable++;
            status = LRP_OK;
            continue;
        }
        if (!status) status = run_round(v, round, err);
        if (!status) status = lrp_session_forget(v->job.session, err);
        v->scores.done += !status;
    }
    return status;
}

/* ---- what came of it ---- */

static enum lrp_status write_winner(const struct evaluate *v, struct lrp_error *err)
{
    const size_t rows = lrp_evaluation_settings(v->evaluation);
    size_t *order = calloc(rows + 1, sizeof *order);
    enum lrp_status status = order ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const size_t count = status ? 0 : lrp_evaluation_rank(v->evaluation, order, NULL);
    if (!status && count)
        status = lrp_settings_write(lrp_evaluation_setting(v->evaluation, order[0]), v->arguments.output, err);
    if (!status && count && !v->arguments.json)
        lrp_print(stdout, "%s: the rules file of %s\n", v->arguments.output, lrp_evaluation_name(v->evaluation, order[0]));
    free(order);
    return status;
}

static void say_doubts(const struct evaluate *v)
{
    char *doubt = lrp_cli_scores_doubt(&v->scores);
    if (doubt && !v->arguments.quiet) lrp_cli_warn_lines(doubt);
    free(doubt);
    if (v->scores.done + v->scores.unreadable < v->scores.rounds && !v->arguments.quiet)
        lrp_print(stderr, "lrpscope: warning: %zu of %zu inputs were scored before the %s\n", v->scores.done, v->scores.rounds,
                  is_spent(v) ? "budget was spent" : "interruption");
}

static enum lrp_status tell_scores(struct evaluate *v, struct lrp_error *err)
{
    const struct lrp_arguments *a = &v->arguments;
    struct lrp_document document = {0};
    enum lrp_status status = LRP_OK;
    v->scores.model = a->model;
    if (!lrp_evaluation_samples(v->evaluation)) return lrp_fail(err, LRP_FILE, "%s: no input was scored", a->model);
    say_doubts(v);
    if (a->verbose) lrp_print(stderr, "lrpscope: %.1f s\n", seconds_now() - v->began);
    if (a->json || a->report) lrp_cli_scores_document(&v->scores, &document);
    if (a->json) status = lrp_cli_json_print(&document, stdout, err);
    if (!status && !a->json) status = lrp_cli_scores_print(&v->scores, err);
    if (!status && a->report) status = lrp_cli_json_write(&document, a->report, err);
    if (!status && a->curve) status = lrp_evaluation_write_curves(v->evaluation, a->curve, err);
    if (!status && a->output) status = write_winner(v, err);
    lrp_cli_json_free(&document);
    return status;
}

static int run_evaluation(struct evaluate *v)
{
    struct lrp_error err = {0};
    enum lrp_status status = make_evaluation(v, &err);
    if (!status) status = check_files(v, &err);
    if (!status) status = run_all(v, &err);
    struct lrp_error told = {0};
    if ((!status || status == LRP_CANCELLED) && lrp_evaluation_samples(v->evaluation)) {
        const enum lrp_status shown = tell_scores(v, &told); /* what an interruption left is told, too */
        if (!status && shown) {
            status = shown;
            err = told;
        }
    } else if (!status) {
        status = tell_scores(v, &err);
    }
    if (status) return lrp_cli_job_fail(&v->job, status, &err);
    return v->scores.unreadable ? lrp_status_exit_code(LRP_FILE) : 0;
}

static int evaluate_inputs(const struct lrp_arguments *arguments, bool choose)
{
    struct evaluate v = {.arguments = *arguments, .scores.chosen = choose, .began = seconds_now()};
    struct lrp_error err = {0};
    int code = 0;
    enum lrp_status status = list_inputs(&v, &err);
    if (!status) status = lrp_cli_evaluate_share(&v.arguments, &err);
    if (status) {
        code = lrp_cli_report_error(status, &err);
    } else if (lrp_cli_job_open(&v.job, &v.arguments, true, &code)) {
        code = run_evaluation(&v);
        lrp_evaluation_free(v.evaluation);
        lrp_cli_job_close(&v.job);
    }
    lrp_manifest_free(&v.inputs);
    free(v.arguments.inputs);
    return code;
}

int lrp_cli_evaluate(const struct lrp_arguments *arguments)
{
    return evaluate_inputs(arguments, false);
}

int lrp_cli_choose(const struct lrp_arguments *arguments)
{
    return evaluate_inputs(arguments, true);
}
