/* job.c: a session as the commands use it. */
#include "job.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "input_rows.h"
#include "paths.h"
#include "table.h"

/* A model without its weights can be listed, but nothing can be computed with it. */
static enum lrp_status check_weights(const struct lrp_cli_job *job, bool computes, struct lrp_error *err)
{
    const char *path = job->arguments->model, *absent = lrp_model_absent(lrp_session_model(job->session));
    if (absent && computes) return lrp_fail(err, LRP_FILE, "%s: %s", path, absent);
    if (absent && !job->arguments->quiet)
        lrp_print(stderr, "lrpscope: warning: %s: %s; what follows from weights is not known\n", path, absent);
    return LRP_OK;
}

/* A model that takes no input needs none. */
static enum lrp_status check_inputs(const struct lrp_cli_job *job, struct lrp_error *err)
{
    const struct lrp_arguments *a = job->arguments;
    if (a->input_count + a->named_count + job->sequences.count >= (size_t)a->command->least_inputs || lrp_cli_job_rounds(job))
        return LRP_OK;
    const char *wanted = strchr(a->command->arguments, ' ') + 1;
    return lrp_fail(err, LRP_USAGE, "%s: no %.*s given (usage: lrpscope %s %s)", a->model, (int)strcspn(wanted, "."), wanted,
                    a->command->name, a->command->arguments);
}

bool lrp_cli_job_open(struct lrp_cli_job *job, const struct lrp_arguments *arguments, bool watched, int *code)
{
    *job = (struct lrp_cli_job){.arguments = arguments};
    struct lrp_error err = {0};
    enum lrp_status status = watched ? lrp_cli_watch_start(!arguments->quiet, &job->watch, &err) : LRP_OK;
    if (!status) status = lrp_session_open(arguments->model, arguments->settings, &job->session, &err);
    if (!status && watched) status = lrp_cli_sequences_read(arguments, job->session, &job->sequences, &err);
    if (!status) status = check_inputs(job, &err);
    if (!status) status = check_weights(job, watched && lrp_cli_job_rounds(job), &err);
    if (status) {
        *code = lrp_cli_report_error(status, &err);
        lrp_cli_job_close(job);
        return false;
    }
    if (job->watch) lrp_cli_watch_session(job->watch, job->session);
    return true;
}

void lrp_cli_job_close(struct lrp_cli_job *job)
{
    if (job->watch) lrp_cli_watch_session(job->watch, NULL);
    lrp_lanes_free(job->lanes);
    lrp_session_free(job->own ? job->own : job->session);
    lrp_cli_sequences_free(&job->sequences);
    lrp_cli_watch_free(job->watch);
    for (size_t i = 0; i < job->said_count; i++) free(job->said[i]);
    free(job->said);
    *job = (struct lrp_cli_job){0};
}

void lrp_cli_job_guard(const struct lrp_cli_job *job, struct lrp_guard *guard)
{
    lrp_cli_guard_arguments(guard, job->arguments, lrp_session_model(job->session));
    lrp_guard_reads(guard, "texts", job->arguments->text_file);
    if (job->sequences.tokenizer) lrp_guard_reads(guard, "the tokenizer", lrp_tokenizer_path(job->sequences.tokenizer));
    for (size_t i = 0; i < job->arguments->input_count; i++) lrp_guard_reads(guard, "an INPUT", job->arguments->inputs[i]);
}

size_t lrp_cli_job_rounds(const struct lrp_cli_job *job)
{
    struct lrp_error ignored = {0};
    const struct lrp_snapshot *now = NULL;
    const struct lrp_arguments *a = job->arguments;
    if (job->sequences.count) return job->sequences.count;
    if (a->input_count || a->named_count || !job->session) return a->input_count ? a->input_count : a->named_count > 0;
    if (lrp_session_snapshot(job->session, &now, &ignored)) return 0;
    const bool none = lrp_model_input_count(now->model) == 0;
    lrp_snapshot_release(now);
    return none;
}

const struct lrp_sequence *lrp_cli_job_sequence(const struct lrp_cli_job *job, size_t round)
{
    return round < job->sequences.count ? &job->sequences.items[round] : NULL;
}

const char *lrp_cli_job_round_path(const struct lrp_cli_job *job, size_t round)
{
    const struct lrp_arguments *a = job->arguments;
    const struct lrp_sequence *sequence = lrp_cli_job_sequence(job, round);
    if (sequence) return sequence->name;
    if (round < a->input_count) return a->inputs[round];
    return a->named_count ? a->named[0].path : "";
}

/* The target that a round alone has, or the one that all have. */
static enum lrp_status set_target(const struct lrp_cli_job *job, struct lrp_session *session, size_t round,
                                  struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    const char *target =
        job->targets[round] ? job->targets[round] : lrp_settings_get(job->arguments->settings, LRP_SETTING_TARGET);
    enum lrp_status status = lrp_settings_copy(job->arguments->settings, &settings, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_TARGET, target, err);
    if (!status) status = lrp_session_apply(session, settings, err);
    lrp_settings_free(settings);
    return status;
}

static enum lrp_status set_inputs(const struct lrp_cli_job *job, struct lrp_session *session, size_t round,
                                  struct lrp_error *err)
{
    const struct lrp_arguments *a = job->arguments;
    enum lrp_status status = job->targets ? set_target(job, session, round, err) : LRP_OK;
    for (size_t i = 0; !status && i < a->named_count; i++)
        status = lrp_session_set_input(session, a->named[i].name, a->named[i].path, err);
    if (!status && round < a->input_count) status = lrp_session_set_input(session, NULL, a->inputs[round], err);
    const struct lrp_sequence *sequence = lrp_cli_job_sequence(job, round);
    if (!status && sequence) status = lrp_session_set_sequence(session, sequence, err);
    return status;
}

static enum lrp_status prepare_lane(void *data, struct lrp_session *lane, size_t round, struct lrp_error *err)
{
    return set_inputs(data, lane, round, err);
}

enum lrp_status lrp_cli_job_ahead(struct lrp_cli_job *job, enum lrp_want want, struct lrp_error *err)
{
    return lrp_lanes_new(job->session, lrp_cli_job_rounds(job), want, prepare_lane, job, &job->lanes, err);
}

enum lrp_status lrp_cli_job_set_inputs(struct lrp_cli_job *job, size_t round, struct lrp_error *err)
{
    if (!job->lanes) return set_inputs(job, job->session, round, err);
    if (!job->own) job->own = job->session;
    return lrp_lanes_take(job->lanes, round, &job->session, err);
}

static bool is_open(const struct lrp_snapshot *now)
{
    for (size_t i = 1; i < now->layers->count; i++)
        if (now->layers->rows[i].shape_pending) return true;
    return false;
}

enum lrp_status lrp_cli_job_opened(struct lrp_cli_job *job, const struct lrp_snapshot **out, struct lrp_error *err)
{
    struct lrp_error ignored = {0};
    enum lrp_status status = lrp_session_snapshot(job->session, out, err);
    if (status || !is_open(*out) || !lrp_cli_job_rounds(job) || lrp_cli_job_set_inputs(job, 0, &ignored)) return status;
    lrp_snapshot_release(*out);
    *out = NULL;
    return lrp_session_snapshot(job->session, out, err);
}

int64_t lrp_cli_job_passes(const struct lrp_cli_job *job)
{
    return lrp_session_one_by_one(job->session) ? lrp_session_samples(job->session) : 1;
}

/* Makes the session ready for a pass. */
static enum lrp_status turn_to(struct lrp_cli_job *job, size_t round, int64_t pass, struct lrp_error *err)
{
    const bool computed = job->lanes && pass == 0, /* and nothing else is there */
        other = job->has_run && (job->round != round || job->pass != pass) && !computed;
    job->has_run = true;
    job->round = round;
    job->pass = pass;
    const enum lrp_status status =
        lrp_session_one_by_one(job->session) ? lrp_session_select_sample(job->session, pass, err) : LRP_OK;
    return !status && other ? lrp_session_forget(job->session, err) : status;
}

enum lrp_status lrp_cli_job_run(struct lrp_cli_job *job, size_t round, int64_t pass, enum lrp_want want,
                                const struct lrp_snapshot **out, struct lrp_error *err)
{
    *out = NULL;
    enum lrp_status status = turn_to(job, round, pass, err);
    if (status) return status;
    if (job->watch && lrp_cli_watch_exit_code(job->watch)) return lrp_fail(err, LRP_CANCELLED, "interrupted");
    if (job->watch) lrp_cli_watch_begin(job->watch, lrp_cli_job_round_path(job, round));
    status = lrp_session_run(job->session, want, err);
    if (job->watch) lrp_cli_watch_end(job->watch);
    if (!status && job->watch && lrp_cli_watch_exit_code(job->watch)) status = lrp_fail(err, LRP_CANCELLED, "interrupted");
    if (status && status != LRP_CHECK_FAILED && status != LRP_UNSUPPORTED) return status;
    const enum lrp_status seen = lrp_session_snapshot(job->session, out, status ? NULL : err);
    return status ? status : seen;
}

int lrp_cli_job_fail(const struct lrp_cli_job *job, enum lrp_status status, const struct lrp_error *err)
{
    const int code = job->watch ? lrp_cli_watch_exit_code(job->watch) : 0;
    if (!code) return lrp_cli_report_error(status, err);
    lrp_print_flush(stdout);
    fputs("lrpscope: interrupted\n", stderr);
    return code;
}

void lrp_cli_job_warn(const struct lrp_arguments *arguments, const struct lrp_snapshot *snapshot)
{
    if (arguments->quiet) return;
    for (size_t i = 0; i < snapshot->warning_count; i++) lrp_cli_warn_lines(snapshot->warnings[i]);
}

/* True the first time; also when there is no memory to remember it. */
static bool is_new(struct lrp_cli_job *job, const char *line)
{
    for (size_t i = 0; i < job->said_count; i++)
        if (strcmp(job->said[i], line) == 0) return false;
    char **more = realloc(job->said, (job->said_count + 1) * sizeof *more);
    if (!more) return true;
    job->said = more;
    job->said[job->said_count] = strdup(line);
    job->said_count += job->said[job->said_count] != NULL;
    return true;
}

void lrp_cli_job_note(struct lrp_cli_job *job, const char *line)
{
    if (!job->arguments->quiet && is_new(job, line)) lrp_cli_note(line);
}

void lrp_cli_job_say(struct lrp_cli_job *job, const struct lrp_snapshot *snapshot)
{
    if (job->arguments->quiet) return;
    for (size_t i = 0; i < snapshot->note_count; i++) lrp_cli_job_note(job, snapshot->notes[i]);
    for (size_t i = 0; i < snapshot->doubt_count; i++)
        if (is_new(job, snapshot->doubts[i])) lrp_cli_warn_lines(snapshot->doubts[i]);
}

bool lrp_cli_check_blocks(const struct lrp_snapshot *snapshot)
{
    return snapshot->blocked;
}

static void check_row(struct lrp_table *table, const struct lrp_check *check, size_t at, bool grouped)
{
    const struct lrp_check_row *row = &check->rows[at];
    const size_t more = grouped ? row->more : 0;
    lrp_cli_table_cell(table, "%d", row->layer->index);
    if (more)
        lrp_cli_table_cell(table, "%s and %zu more", row->layer->name, more);
    else
        lrp_cli_table_cell(table, "%s", row->layer->name);
    lrp_cli_table_cell(table, "%s", row->layer->type);
    lrp_cli_table_cell(table, "%s", row->layer_supported ? "yes" : "NO");
    lrp_cli_table_cell(table, "%s", row->layer->activation);
    lrp_cli_table_cell(table, "%s", row->activation_supported ? "yes" : "NO");
    lrp_cli_table_cell(table, "%s", lrp_check_state_text(row->state));
    lrp_cli_table_cell(table, "%s", row->reason);
    lrp_cli_table_cell(table, "%s", row->remedy);
}

bool lrp_cli_leaves_out(const struct lrp_arguments *arguments, const struct lrp_layer *layer)
{
    return !arguments->all && layer->aside && (layer->executable || layer->shape_pending);
}

void lrp_cli_say_left_out(size_t count)
{
    if (count)
        lrp_print(stdout, "%zu layer%s of shape and mask arithmetic %s left out (--all lists %s)\n", count,
                  count == 1 ? "" : "s", count == 1 ? "is" : "are", count == 1 ? "it" : "them");
}

/* The check is about layers; inputs have a row of their own where there are several. */
static void input_rows(struct lrp_table *table, const struct lrp_layer_list *layers)
{
    for (size_t k = lrp_cli_first_place(layers); k <= layers->further_inputs; k++) {
        const struct lrp_layer *row = &layers->rows[lrp_layer_row_at(layers, k)];
        const char *const cells[] = {row->name, row->type, "", "", "", lrp_check_state_text(LRP_CHECK_INPUT), "", ""};
        lrp_cli_table_cell(table, "%d", row->index);
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++) lrp_cli_table_cell(table, "%s", cells[c]);
    }
}

enum lrp_status lrp_cli_check_table(const struct lrp_check *check, const struct lrp_layer_list *layers,
                                    enum lrp_cli_check_rows rows, FILE *file, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"#", true},          {"layer", false},      {"type", false},
                                                      {"supported", false}, {"activation", false}, {"supported", false},
                                                      {"status", false},    {"reason", false},     {"remedy", false}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    if (layers) input_rows(&table, layers);
    for (size_t i = 1; i < check->count; i++) {
        const bool grouped = rows != LRP_CLI_CHECK_ALL && check->rows[i].failed;
        if (rows == LRP_CLI_CHECK_FAILING && !check->rows[i].failed) continue;
        if (rows == LRP_CLI_CHECK_GROUPED && !check->rows[i].failed && check->rows[i].layer->aside) continue;
        if (!grouped || !check->rows[i].repeats) check_row(&table, check, i, grouped);
    }
    const enum lrp_status status = lrp_cli_table_print(&table, file, err);
    lrp_cli_table_free(&table);
    return status;
}

enum lrp_status lrp_cli_check_refuse(const struct lrp_arguments *arguments, const struct lrp_check *check,
                                     struct lrp_error *err)
{
    const enum lrp_status status = lrp_cli_check_table(check, NULL, LRP_CLI_CHECK_FAILING, stderr, err);
    if (status) return status;
    const size_t length = strlen(check->guidance);
    lrp_print(stderr, "\n%s%s", check->guidance, length && check->guidance[length - 1] != '\n' ? "\n" : "");
    return lrp_fail(err, LRP_CHECK_FAILED,
                    "%s: %zu of %zu layers fail the model check (--skip-checks explains at your own risk)", arguments->model,
                    check->failed, check->count - 1);
}
