/* cmd_explain.c: lrpscope explain MODEL INPUT...: relevance, and the files made of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "breakdown.h"
#include "commands.h"
#include "explain.h"
#include "paths.h"
#include "printable.h"
#include "profile.h"
#include "steps.h"
#include "table.h"
#include "text.h"

/* ---- files ---- */

static enum lrp_status write_layerwise(struct lrp_explain *e, struct lrp_explain_round *round, int64_t pass,
                                       struct lrp_error *err)
{
    if (!round->files.layerwise) return LRP_OK;
    char *name = lrp_explain_numbered(round->files.layerwise, pass, round->passes);
    enum lrp_status status = name ? lrp_explain_stopped(e, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_session_export_layerwise(e->job.session, name, err);
    if (!status) lrp_explain_note_file(e, round, name);
    free(name);
    return status;
}

static enum lrp_status not_reached(const struct lrp_explain *e, const char *at, struct lrp_error *err)
{
    return lrp_fail(err, LRP_UNSUPPORTED, "%s: --at %s: no relevance reaches it (choose a layer before the explained output)",
                    e->arguments->model, at);
}

/* The relevance that --at names: of a value by its exact name, else of the layer its selector found. */
static enum lrp_status keep_relevance(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                      struct lrp_error *err)
{
    if (!round->files.relevance || lrp_breakdown_asked(e->arguments)) return LRP_OK;
    const char *at = e->arguments->at, *tokens = lrp_session_token_input(e->job.session);
    if (!at && tokens) at = tokens;
    const struct lrp_tensor *value = at ? lrp_session_value_relevance(e->job.session, at) : NULL;
    const struct lrp_tensor *tensor = value ? value : lrp_result_tensor(now->relevance[e->layer]);
    const enum lrp_status status =
        tensor ? lrp_cli_stack_push(&round->relevance, tensor, err) : not_reached(e, at ? at : "0", err);
    lrp_tensor_release(value);
    return status;
}

/* Files of the input's relevance hold that of one; whoever has others is told which and how to write them. */
static void say_other_inputs(struct lrp_explain *e, const struct lrp_explain_round *round, const struct lrp_snapshot *now)
{
    const struct lrp_arguments *a = e->arguments;
    const char *option = round->files.heatmap ? "--heatmap F.png" : "--relevance F.npy", *tokens = now->token_input;
    struct lrp_text line = {0};
    if (a->at || lrp_breakdown_asked(a) || a->show != LRP_SHOW_RELEVANCE) return;
    if (!round->files.heatmap && !round->files.relevance) return;
    for (size_t i = 0; i < now->input_count; i++) {
        const struct lrp_snapshot_input *input = &now->inputs[i];
        const bool written = tokens ? strcmp(input->name, tokens) == 0 : i == 0;
        if (!written && input->relevance && lrp_result_tensor(input->relevance)->count)
            lrp_text_printf(&line, "%s%s",
                            line.length ? ", " : "relevance of other inputs is not in these files: ", input->name);
    }
    if (line.length) lrp_text_printf(&line, " (--at NAME %s writes that of one)", option);
    if (line.data && !line.failed) lrp_cli_job_note(&e->job, line.data);
    lrp_text_free(&line);
}

/* ---- passes and rounds ---- */

static enum lrp_status show_pass(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                 int64_t pass, struct lrp_error *err)
{
    const size_t samples = lrp_cli_samples_in(&e->job);
    lrp_cli_job_say(&e->job, now);
    say_other_inputs(e, round, now);
    enum lrp_status status = keep_relevance(e, round, now, err);
    if (!status && e->arguments->output_dir) /* now that there is something to put into it */
        status = lrp_cli_dir_make(e->arguments->output_dir, err);
    if (!status) status = write_layerwise(e, round, pass, err);
    for (size_t i = 0; !status && i < samples; i++, e->number++) status = lrp_explain_sample(e, round, now, i, err);
    struct lrp_report *reports[LRP_EXPLAIN_REPORTS];
    const size_t count = lrp_explain_reports(e, round, reports);
    for (size_t i = 0; i < count; i++) {
        lrp_cli_report_layers(reports[i], now);
        lrp_cli_report_doubts(reports[i], now);
    }
    return status;
}

static void note_timing(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now)
{
    struct lrp_report *reports[LRP_EXPLAIN_REPORTS];
    const size_t count = lrp_explain_reports(e, round, reports);
    for (size_t i = 0; i < count; i++) lrp_cli_report_timing(reports[i], now);
    if (e->arguments->verbose)
        lrp_print(stderr, "lrpscope: %s: load %.1f ms, prepare %.1f ms, forward %.1f ms, relevance %.1f ms\n", round->path,
                  now->load_ms, now->prepare_ms, now->forward_ms, now->relevance_ms);
}

/* What a report tells of where relevance went. */
static enum lrp_status add_ledger(struct lrp_explain *e, struct lrp_explain_round *round, int64_t pass, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_cli_job_run(&e->job, round->index, pass, LRP_WANT_LEDGER, &now, err);
    struct lrp_report *reports[LRP_EXPLAIN_REPORTS];
    const size_t count = lrp_explain_reports(e, round, reports);
    const bool booked = !status && now->ledger; /* methods of many passes have none */
    for (size_t i = 0; !status && booked && i < count; i++) status = lrp_cli_ledger_add(&reports[i]->ledger, now->ledger, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status run_pass(struct lrp_explain *e, struct lrp_explain_round *round, int64_t pass, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    const struct lrp_snapshot *now = NULL;
    for (long i = 0; !status && i < e->arguments->repeat; i++) {
        lrp_snapshot_release(now);
        now = NULL;
        if (e->arguments->repeat > 1) /* every one is measured, also where an input comes again */
            status = lrp_session_forget(e->job.session, err);
        if (!status) status = lrp_cli_job_run(&e->job, round->index, pass, LRP_WANT_RELEVANCE, &now, err);
        if (!status) note_timing(e, round, now);
    }
    if (!status) status = show_pass(e, round, now, pass, err);
    if (!status && (e->arguments->report || e->arguments->json || round->files.report))
        status = add_ledger(e, round, pass, err);
    if (!status && e->arguments->profile) status = lrp_cli_profile_print(now, e->arguments->json ? stderr : stdout, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status finish_round(struct lrp_explain *e, struct lrp_explain_round *round, struct lrp_error *err)
{
    enum lrp_status status = lrp_explain_stopped(e, err);
    if (!status && round->files.relevance) {
        status = lrp_cli_stack_write(&round->relevance, round->files.relevance, err);
        if (!status) lrp_explain_note_file(e, round, round->files.relevance);
    }
    if (status || !round->files.report) return status;
    lrp_explain_note_file(e, round, round->files.report);
    lrp_cli_report_finish(&round->report, e->opened);
    return lrp_cli_json_write(&round->report.document, round->files.report, err);
}

/* The line of a text, where there are several: their files are numbered by it. */
static int64_t line_of(const struct lrp_explain *e, size_t round)
{
    return e->job.sequences.count > 1 ? (int64_t)round + 1 : 0;
}

/* Nothing that is read may be replaced, nor one output by another: asked for all rounds before the first, where samples are not
 * counted yet, and again for a round of several samples. */
static enum lrp_status check_outputs(const struct lrp_explain *e, size_t first, size_t end, int64_t samples, int64_t passes,
                                     struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    const struct lrp_arguments *a = e->arguments;
    enum lrp_status status = LRP_OK;
    char *report = a->report ? lrp_cli_path_join(a->output_dir, a->report, "") : NULL;
    guard.failed = a->report && !report;
    lrp_cli_job_guard(&e->job, &guard);
    lrp_guard_writes(&guard, "--report", report);
    for (size_t i = first; !status && i < end; i++) {
        struct lrp_explain_files files;
        status = lrp_cli_files_of(a, e->stems[i], line_of(e, i), &files, err);
        if (status) break;
        lrp_cli_files_guard(&files, &guard, samples, passes);
        lrp_cli_files_free(&files);
    }
    if (!status) status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    free(report);
    return status;
}

/* Nothing that is asked for reads the relevance of layers. */
static bool asks_ends_only(const struct lrp_arguments *a, const struct lrp_explain_files *files)
{
    return !a->at && !files->layerwise && !files->sheet && !files->animation && !a->animation && !files->html &&
           !files->report && !a->report && !a->json && !a->output_dir && !lrp_breakdown_asked(a) && !lrp_steps_asked(a);
}

/* Before the first round: what is asked of one is asked of all. */
static enum lrp_status keep_layers(struct lrp_explain *e, struct lrp_error *err)
{
    struct lrp_explain_files files;
    if (!e->stem_count) return LRP_OK;
    const enum lrp_status status = lrp_cli_files_of(e->arguments, e->stems[0], line_of(e, 0), &files, err);
    if (status) return status;
    lrp_session_keep_layers(e->job.session, !asks_ends_only(e->arguments, &files));
    lrp_cli_files_free(&files);
    return LRP_OK;
}

static enum lrp_status run_round(struct lrp_explain *e, size_t index, struct lrp_error *err)
{
    struct lrp_explain_round round = {.index = index, .path = lrp_cli_job_round_path(&e->job, index)};
    enum lrp_status status = lrp_cli_files_of(e->arguments, e->stems[index], line_of(e, index), &round.files, err);
    if (!status && round.files.report) status = lrp_cli_report_init(&round.report, e->opened, err);
    if (!status) status = lrp_cli_job_set_inputs(&e->job, index, err);
    if (!status) {
        round.passes = lrp_cli_job_passes(&e->job);
        round.samples = (size_t)lrp_session_samples(e->job.session);
        e->number = 0;
        if (round.samples > 1) status = check_outputs(e, index, index + 1, (int64_t)round.samples, round.passes, err);
    }
    if (!status && lrp_steps_asked(e->arguments)) {
        status = lrp_explain_steps(e, &round, err);
        round.passes = 0;
    }
    for (int64_t pass = 0; !status && pass < round.passes; pass++) status = run_pass(e, &round, pass, err);
    if (!status) status = finish_round(e, &round, err);
    lrp_cli_stack_free(&round.relevance);
    lrp_cli_report_free(&round.report);
    lrp_cli_files_free(&round.files);
    return status;
}

/* ---- the command ---- */

/* What files are called without being named: as the INPUT, or by the line of a text. */
static enum lrp_status name_stems(struct lrp_explain *e, struct lrp_error *err)
{
    const struct lrp_arguments *a = e->arguments;
    const char *first = lrp_cli_job_round_path(&e->job, 0);
    e->stem_count = e->job.sequences.from_file ? e->job.sequences.count : a->input_count ? a->input_count : 1;
    if (!e->job.sequences.from_file) {
        e->stems = a->input_count ? lrp_cli_path_stems(a->inputs, a->input_count) : lrp_cli_path_stems(&first, 1);
        return e->stems ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    e->stems = calloc(e->stem_count, sizeof *e->stems);
    for (size_t i = 0; e->stems && i < e->stem_count; i++)
        if (asprintf(&e->stems[i], "%zu", i + 1) < 0) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    return e->stems ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status prepare_rounds(struct lrp_explain *e, struct lrp_error *err)
{
    const struct lrp_arguments *a = e->arguments;
    enum lrp_status status = lrp_cli_job_opened(&e->job, &e->opened, err);
    if (status) return status;
    if (lrp_cli_check_blocks(e->opened)) return lrp_cli_check_refuse(a, e->opened->check, err);
    lrp_cli_job_warn(a, e->opened);
    if (a->at) {
        status = lrp_snapshot_find(e->opened, a->at, &e->layer, err);
        if (status) return lrp_fail_context(err, status, "--at");
    }
    status = name_stems(e, err);
    if (status) return status;
    status = check_outputs(e, 0, lrp_cli_job_rounds(&e->job), 1, 1, err);
    return !status && (a->report || a->json) ? lrp_cli_report_init(&e->total, e->opened, err) : status;
}

static enum lrp_status write_total(struct lrp_explain *e, struct lrp_error *err)
{
    const struct lrp_arguments *a = e->arguments;
    if (!a->report && !a->json) return LRP_OK;
    char *path = a->report ? lrp_cli_path_join(a->output_dir, a->report, "") : NULL;
    if (path) lrp_cli_report_file(&e->total, path);
    lrp_cli_report_finish(&e->total, e->opened);
    enum lrp_status status = LRP_OK;
    if (a->report)
        status = path ? lrp_cli_json_write(&e->total.document, path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    free(path);
    return !status && a->json ? lrp_cli_json_print(&e->total.document, stdout, err) : status;
}

static enum lrp_status run_rounds(struct lrp_explain *e, struct lrp_error *err)
{
    enum lrp_status status = prepare_rounds(e, err);
    const struct lrp_arguments *a = e->arguments;
    const size_t rounds = lrp_cli_job_rounds(&e->job);
    const bool accounted = a->report || a->json || a->output_dir, measured = a->repeat > 1 || a->profile;
    if (!status) status = keep_layers(e, err);
    if (!status && !measured) status = lrp_cli_job_ahead(&e->job, accounted ? LRP_WANT_LEDGER : LRP_WANT_RELEVANCE, err);
    for (size_t i = 0; !status && i < rounds; i++) status = run_round(e, i, err);
    return status ? status : write_total(e, err);
}

int lrp_cli_explain(const struct lrp_arguments *arguments)
{
    struct lrp_explain e = {.arguments = arguments};
    struct lrp_error err = {0};
    int code = 0;
    const enum lrp_status bad = lrp_cli_files_check(arguments, &err);
    if (bad) return lrp_cli_report_error(bad, &err);
    if (!lrp_cli_job_open(&e.job, arguments, true, &code)) return code;
    const enum lrp_status status = run_rounds(&e, &err);
    if (status) code = lrp_cli_job_fail(&e.job, status, &err);
    lrp_cli_free_texts(e.stems, e.stem_count);
    lrp_cli_report_free(&e.total);
    lrp_snapshot_release(e.opened);
    lrp_cli_job_close(&e.job);
    return code;
}
