/* cmd_explain.c: lrpscope explain MODEL INPUT...: relevance, and the files made of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "breakdown.h"
#include "commands.h"
#include "explain_files.h"
#include "job.h"
#include "paths.h"
#include "profile.h"
#include "report.h"
#include "samples.h"
#include "steps.h"
#include "table.h"
#include "token_map.h"

struct explain {
    struct lrp_cli_job job;
    const struct lrp_arguments *arguments;
    struct lrp_report total;           /* of --report and --json */
    const struct lrp_snapshot *opened; /* before anything is computed */
    char **stems;
    size_t stem_count;
    int layer;      /* of --at; 0: the input */
    int64_t number; /* samples seen in this round */
};
/* One INPUT. */
struct round {
    size_t index, samples;
    int64_t passes;
    const char *path;
    struct lrp_explain_files files;
    struct lrp_report report;
    struct lrp_stack relevance;
};

/* ---- files ---- */

static enum lrp_status stopped(const struct explain *e, struct lrp_error *err)
{
    return lrp_cli_watch_exit_code(e->job.watch) ? lrp_fail(err, LRP_CANCELLED, "interrupted") : LRP_OK;
}

static void note_file(struct explain *e, struct round *round, const char *path)
{
    lrp_cli_report_file(&e->total, path);
    lrp_cli_report_file(&round->report, path);
    if (e->arguments->verbose) lrp_print(stderr, "lrpscope: wrote %s\n", path);
}

/* The path itself for one of its kind, else F-0.png ...; owned. */
static char *numbered(const char *path, int64_t number, int64_t count)
{
    return count > 1 ? lrp_cli_path_numbered(path, number) : strdup(path);
}

typedef enum lrp_status picture_writer(const struct explain *e, const struct lrp_snapshot *now, int64_t sample,
                                       const char *path, struct lrp_error *err);

static enum lrp_show show_of(const struct explain *e)
{
    return (enum lrp_show)e->arguments->show;
}

static bool same_values(const struct lrp_tensor *a, const struct lrp_tensor *b)
{
    return a == b || (a && b && a->count == b->count && !memcmp(a->f, b->f, a->count * sizeof *a->f));
}

/* --at may name a value no layer is shown by: a second output, a second model input, what lies before a fused activation. */
static bool names_other_value(const struct explain *e, const struct lrp_snapshot *now)
{
    const enum lrp_show show = show_of(e);
    if (!e->arguments->at || show == LRP_SHOW_WEIGHTS || show == LRP_SHOW_CHANNELS) return false;
    const bool activation = show == LRP_SHOW_ACTIVATION;
    const struct lrp_tensor *value =
        (activation ? lrp_session_value_activation : lrp_session_value_relevance)(e->job.session, e->arguments->at);
    const bool other =
        value && !same_values(value, lrp_result_tensor((activation ? now->activation : now->relevance)[e->layer]));
    lrp_tensor_release(value);
    return other;
}

static enum lrp_status write_heatmap(const struct explain *e, const struct lrp_snapshot *now, int64_t sample, const char *path,
                                     struct lrp_error *err)
{
    if (names_other_value(e, now))
        return lrp_session_export_value(e->job.session, e->arguments->at, show_of(e), sample, path, err);
    return lrp_snapshot_export_heatmap(now, e->layer, show_of(e), sample, path, err);
}

static enum lrp_status write_sheet(const struct explain *e, const struct lrp_snapshot *now, int64_t sample, const char *path,
                                   struct lrp_error *err)
{
    (void)e;
    return lrp_snapshot_export_sheet(now, sample, path, err);
}

static enum lrp_status write_picture(struct explain *e, struct round *round, const struct lrp_snapshot *now, const char *path,
                                     size_t sample, picture_writer *writer, struct lrp_error *err)
{
    if (!path) return LRP_OK;
    char *name = numbered(path, e->number, (int64_t)round->samples);
    enum lrp_status status = name ? stopped(e, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = writer(e, now, (int64_t)sample, name, err);
    if (!status) note_file(e, round, name);
    free(name);
    return status;
}

static enum lrp_status write_layerwise(struct explain *e, struct round *round, int64_t pass, struct lrp_error *err)
{
    if (!round->files.layerwise) return LRP_OK;
    char *name = numbered(round->files.layerwise, pass, round->passes);
    enum lrp_status status = name ? stopped(e, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_session_export_layerwise(e->job.session, name, err);
    if (!status) note_file(e, round, name);
    free(name);
    return status;
}

/* The relevance that --at names: of a value by its exact name, else of the layer its selector found. */
static enum lrp_status keep_relevance(struct explain *e, struct round *round, const struct lrp_snapshot *now,
                                      struct lrp_error *err)
{
    if (!round->files.relevance || lrp_breakdown_asked(e->arguments)) return LRP_OK;
    const char *at = e->arguments->at, *tokens = lrp_session_token_input(e->job.session);
    if (!at && tokens) at = tokens;
    const struct lrp_tensor *value = at ? lrp_session_value_relevance(e->job.session, at) : NULL;
    const struct lrp_tensor *tensor = value ? value : lrp_result_tensor(now->relevance[e->layer]);
    const enum lrp_status status =
        tensor ? lrp_cli_stack_push(&round->relevance, tensor, err)
               : lrp_fail(err, LRP_UNSUPPORTED,
                          "%s: --at %s: no relevance reaches it (choose a layer before the explained output)",
                          e->arguments->model, at ? at : "0");
    lrp_tensor_release(value);
    return status;
}

/* ---- passes and rounds ---- */

static void print_line(const struct lrp_snapshot *now, const char *name, const struct lrp_target *target, double sum)
{
    char output[40], start[40], total[40], place[200];
    lrp_snapshot_place(now, target->index, place, sizeof place);
    lrp_print(stdout, "%s  target %" PRId64 "%s%s%s%s  output %s  start %s  sum %s\n", name, target->index,
              *place == '(' ? " " : "", *place == '(' ? place : "", *target->label ? " " : "", target->label,
              lrp_cli_number((double)target->output, output, sizeof output), lrp_cli_number(target->start, start, sizeof start),
              lrp_cli_number(sum, total, sizeof total));
    fflush(stdout);
}

/* What of the sum arrives at which input, where there are several. */
static void print_inputs(const struct lrp_snapshot *now, int64_t sample)
{
    const size_t count = lrp_model_input_count(now->model);
    for (size_t i = 0; count > 1 && i < count; i++) {
        struct lrp_model_value input;
        double sum;
        char number[40];
        lrp_model_input(now->model, i, &input);
        if (lrp_snapshot_sum_at_input(now, i, sample, &sum))
            lrp_print(stdout, "  input %s  sum %s\n", input.name, lrp_cli_number(sum, number, sizeof number));
    }
}

/* A sample in a report, with what was given as its text. */
static void report_sample(struct lrp_report *report, const struct explain *e, const struct round *round,
                          const struct lrp_snapshot *now, size_t sample, const struct lrp_token_map *tokens,
                          const struct lrp_breakdown *layers)
{
    const struct lrp_cli_sequence *sequence = lrp_cli_job_sequence(&e->job, round->index);
    cJSON *o = lrp_cli_report_sample(report, round->path, now, sample);
    if (sequence && sequence->text) lrp_cli_json_put_text(&report->document, o, "text", sequence->text);
    if (sequence && sequence->pair) lrp_cli_json_put_text(&report->document, o, "pair", sequence->pair);
    lrp_token_map_put(tokens, &report->document, o);
    if (layers->rows) lrp_breakdown_put(layers, now, &report->document, o);
}

/* What is said of a sample, and what is reported. */
static enum lrp_status tell_sample(struct explain *e, struct round *round, const struct lrp_snapshot *now, size_t sample,
                                   const struct lrp_target *target, const struct lrp_token_map *tokens,
                                   const struct lrp_breakdown *layers, struct lrp_error *err)
{
    char *name = lrp_cli_sample_name(round->path, (size_t)e->number, round->samples);
    if (!name) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    const double sum = lrp_snapshot_input_sum(now, (int64_t)sample);
    if (!e->arguments->json) print_line(now, name, target, sum);
    if (!e->arguments->json) print_inputs(now, (int64_t)sample);
    report_sample(&e->total, e, round, now, sample, tokens, layers);
    report_sample(&round->report, e, round, now, sample, tokens, layers);
    free(name);
    if (e->arguments->json) return LRP_OK;
    return layers->rows ? lrp_breakdown_print(layers, now, err) : lrp_token_map_print(tokens, e->arguments, err);
}

/* --heatmap of a model that takes tokens is a picture of the text, unless another value is asked for. */
static bool shows_tokens(const struct explain *e, const struct lrp_token_map *tokens)
{
    return tokens->count && !e->arguments->at && e->arguments->show == LRP_SHOW_RELEVANCE && !lrp_breakdown_asked(e->arguments);
}

/* The text as picture and page. */
static enum lrp_status write_tokens(struct explain *e, struct round *round, const struct lrp_token_map *tokens,
                                    const struct lrp_target *target, struct lrp_error *err)
{
    char number[40], *title = NULL;
    char *strip = round->files.heatmap ? numbered(round->files.heatmap, e->number, (int64_t)round->samples) : NULL;
    char *page = round->files.html ? numbered(round->files.html, e->number, (int64_t)round->samples) : NULL;
    const int made = asprintf(&title, "%s: %s, target %" PRId64 " %s, output %s", e->arguments->model, round->path,
                              target->index, target->label, lrp_cli_number((double)target->output, number, sizeof number));
    enum lrp_status status = made < 0 ? lrp_fail(err, LRP_MEMORY, "not enough memory") : LRP_OK;
    if (!status && strip && shows_tokens(e, tokens)) {
        status = lrp_token_map_write_strip(tokens, strip, err);
        if (!status) note_file(e, round, strip);
    }
    if (!status && page && !tokens->count)
        status = lrp_fail(err, LRP_USAGE, "%s: --html is a page of a text, but no input takes tokens", e->arguments->model);
    if (!status && page) status = lrp_token_map_write_page(tokens, title, page, err);
    if (!status && page) note_file(e, round, page);
    free(page);
    free(strip);
    if (made >= 0) free(title);
    return status;
}

/* Relevance layer by layer, by token or by head, in the place of that of the input. */
static enum lrp_status show_breakdown(struct explain *e, struct round *round, const struct lrp_snapshot *now, size_t sample,
                                      const struct lrp_token_map *tokens, struct lrp_breakdown *out, struct lrp_error *err)
{
    if (!lrp_breakdown_asked(e->arguments)) return LRP_OK;
    struct lrp_tensor *tensor = NULL;
    char *name = round->files.heatmap ? numbered(round->files.heatmap, e->number, (int64_t)round->samples) : NULL;
    enum lrp_status status = lrp_breakdown_of(&e->job, now, tokens, sample, out, err);
    if (!status && name) status = lrp_breakdown_write_heatmap(out, now, name, err);
    if (!status && name) note_file(e, round, name);
    if (!status && round->files.relevance) status = lrp_breakdown_tensor(out, &tensor, err);
    if (tensor) status = lrp_cli_stack_push(&round->relevance, tensor, err);
    lrp_tensor_release(tensor);
    free(name);
    return status;
}

static enum lrp_status show_tokens(struct explain *e, struct round *round, const struct lrp_snapshot *now, size_t sample,
                                   struct lrp_token_map *tokens, struct lrp_error *err)
{
    enum lrp_status status = lrp_token_map_of(&e->job, now, round->index, sample, tokens, err);
    if (!status && !shows_tokens(e, tokens) && !lrp_breakdown_asked(e->arguments))
        status = write_picture(e, round, now, round->files.heatmap, sample, write_heatmap, err);
    if (!status) status = write_picture(e, round, now, round->files.sheet, sample, write_sheet, err);
    return status;
}

static enum lrp_status show_sample(struct explain *e, struct round *round, const struct lrp_snapshot *now, size_t sample,
                                   struct lrp_error *err)
{
    struct lrp_token_map tokens = {.count = 0};
    struct lrp_breakdown layers = {.rows = 0};
    const struct lrp_target target = sample < now->target_count ? now->targets[sample] : (struct lrp_target){.label = ""};
    enum lrp_status status = show_tokens(e, round, now, sample, &tokens, err);
    if (!status) status = stopped(e, err);
    if (!status) status = write_tokens(e, round, &tokens, &target, err);
    if (!status) status = show_breakdown(e, round, now, sample, &tokens, &layers, err);
    if (!status) status = tell_sample(e, round, now, sample, &target, &tokens, &layers, err);
    lrp_breakdown_free(&layers);
    lrp_token_map_free(&tokens);
    return status;
}

static enum lrp_status show_pass(struct explain *e, struct round *round, const struct lrp_snapshot *now, int64_t pass,
                                 struct lrp_error *err)
{
    const size_t samples = lrp_cli_samples_in(&e->job);
    lrp_cli_job_say(&e->job, now);
    enum lrp_status status = keep_relevance(e, round, now, err);
    if (!status && e->arguments->output_dir) /* now that there is something to put into it */
        status = lrp_cli_dir_make(e->arguments->output_dir, err);
    if (!status) status = write_layerwise(e, round, pass, err);
    for (size_t i = 0; !status && i < samples; i++, e->number++) status = show_sample(e, round, now, i, err);
    lrp_cli_report_layers(&e->total, now);
    lrp_cli_report_layers(&round->report, now);
    lrp_cli_report_doubts(&e->total, now);
    lrp_cli_report_doubts(&round->report, now);
    return status;
}

static void note_timing(struct explain *e, struct round *round, const struct lrp_snapshot *now)
{
    lrp_cli_report_timing(&e->total, now);
    lrp_cli_report_timing(&round->report, now);
    if (e->arguments->verbose)
        lrp_print(stderr, "lrpscope: %s: load %.1f ms, prepare %.1f ms, forward %.1f ms, relevance %.1f ms\n", round->path,
                  now->load_ms, now->prepare_ms, now->forward_ms, now->relevance_ms);
}

/* What a report tells of where relevance went. */
static enum lrp_status account(struct explain *e, struct round *round, int64_t pass, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_cli_job_run(&e->job, round->index, pass, LRP_WANT_LEDGER, &now, err);
    const bool booked = !status && now->ledger; /* methods of many passes have none */
    if (booked) status = lrp_cli_ledger_add(&e->total.ledger, now->ledger, err);
    if (!status && booked) status = lrp_cli_ledger_add(&round->report.ledger, now->ledger, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status run_pass(struct explain *e, struct round *round, int64_t pass, struct lrp_error *err)
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
    if (!status && (e->arguments->report || e->arguments->json || round->files.report)) status = account(e, round, pass, err);
    if (!status && e->arguments->profile) status = lrp_cli_profile_print(now, e->arguments->json ? stderr : stdout, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status finish_round(struct explain *e, struct round *round, struct lrp_error *err)
{
    enum lrp_status status = stopped(e, err);
    if (!status && round->files.relevance) {
        status = lrp_cli_stack_write(&round->relevance, round->files.relevance, err);
        if (!status) note_file(e, round, round->files.relevance);
    }
    if (status || !round->files.report) return status;
    note_file(e, round, round->files.report);
    lrp_cli_report_finish(&round->report, e->opened);
    return lrp_cli_json_write(&round->report.document, round->files.report, err);
}

/* The line of a text, where there are several: their files are numbered by it. */
static int64_t line_of(const struct explain *e, size_t round)
{
    return e->job.sequences.count > 1 ? (int64_t)round + 1 : 0;
}

/* Nothing that is read may be replaced, nor one output by another: asked for all rounds before the first, where samples are not
 * counted yet, and again for a round of several samples. */
static enum lrp_status check_outputs(const struct explain *e, size_t first, size_t end, int64_t samples, int64_t passes,
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

/* A text that goes on: every new token is explained by all before it. */
static enum lrp_status tell_steps(struct explain *e, struct round *round, const struct lrp_steps *steps, struct lrp_error *err)
{
    const struct lrp_snapshot *now = steps->now;
    struct lrp_report *const reports[] = {&e->total, &round->report};
    lrp_cli_job_say(&e->job, now);
    for (size_t i = 0; i < 2; i++) {
        cJSON *o = lrp_cli_report_sample(reports[i], round->path, now, 0);
        lrp_steps_put(steps, &reports[i]->document, o);
        lrp_cli_report_layers(reports[i], now);
        lrp_cli_report_doubts(reports[i], now);
        lrp_cli_report_timing(reports[i], now);
    }
    if (e->arguments->json) return LRP_OK;
    lrp_print(stdout, "%s  %zu tokens added\n", round->path, steps->count);
    return lrp_steps_print(steps, e->arguments, err);
}

static enum lrp_status run_steps(struct explain *e, struct round *round, struct lrp_error *err)
{
    struct lrp_steps steps;
    struct lrp_tensor *map = NULL;
    enum lrp_status status = lrp_steps_make(&e->job, round->index, &steps, err);
    if (!status && e->arguments->output_dir) status = lrp_cli_dir_make(e->arguments->output_dir, err);
    if (!status && round->files.relevance) status = lrp_steps_tensor(&steps, &map, err);
    if (map) status = lrp_cli_stack_push(&round->relevance, map, err);
    lrp_tensor_release(map);
    if (!status && round->files.heatmap) status = lrp_steps_write_heatmap(&steps, round->files.heatmap, err);
    if (!status && round->files.heatmap) note_file(e, round, round->files.heatmap);
    if (!status && round->files.html) status = lrp_token_map_write_page(&steps.map, round->path, round->files.html, err);
    if (!status && round->files.html) note_file(e, round, round->files.html);
    if (!status) status = tell_steps(e, round, &steps, err);
    lrp_steps_free(&steps);
    return status;
}

static enum lrp_status run_round(struct explain *e, size_t index, struct lrp_error *err)
{
    struct round round = {.index = index, .path = lrp_cli_job_round_path(&e->job, index)};
    enum lrp_status status = lrp_cli_files_of(e->arguments, e->stems[index], line_of(e, index), &round.files, err);
    if (!status) status = lrp_cli_report_init(&round.report, e->opened, err);
    if (!status) status = lrp_cli_job_set_inputs(&e->job, index, err);
    if (!status) {
        round.passes = lrp_cli_job_passes(&e->job);
        round.samples = (size_t)lrp_session_samples(e->job.session);
        e->number = 0;
        if (round.samples > 1) status = check_outputs(e, index, index + 1, (int64_t)round.samples, round.passes, err);
    }
    if (!status && lrp_steps_asked(e->arguments)) {
        status = run_steps(e, &round, err);
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
static enum lrp_status name_stems(struct explain *e, struct lrp_error *err)
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

static enum lrp_status prepare(struct explain *e, struct lrp_error *err)
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
    return status ? status : lrp_cli_report_init(&e->total, e->opened, err);
}

static enum lrp_status finish(struct explain *e, struct lrp_error *err)
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

static enum lrp_status run(struct explain *e, struct lrp_error *err)
{
    enum lrp_status status = prepare(e, err);
    const struct lrp_arguments *a = e->arguments;
    const size_t rounds = lrp_cli_job_rounds(&e->job);
    const bool accounted = a->report || a->json || a->output_dir, measured = a->repeat > 1 || a->profile;
    if (!status && !measured) status = lrp_cli_job_ahead(&e->job, accounted ? LRP_WANT_LEDGER : LRP_WANT_RELEVANCE, err);
    for (size_t i = 0; !status && i < rounds; i++) status = run_round(e, i, err);
    return status ? status : finish(e, err);
}

int lrp_cli_explain(const struct lrp_arguments *arguments)
{
    struct explain e = {.arguments = arguments};
    struct lrp_error err = {0};
    int code = 0;
    const enum lrp_status bad = lrp_cli_files_check(arguments, &err);
    if (bad) return lrp_cli_report_error(bad, &err);
    if (!lrp_cli_job_open(&e.job, arguments, true, &code)) return code;
    const enum lrp_status status = run(&e, &err);
    if (status) code = lrp_cli_job_fail(&e.job, status, &err);
    lrp_cli_free_texts(e.stems, e.stem_count);
    lrp_cli_report_free(&e.total);
    lrp_snapshot_release(e.opened);
    lrp_cli_job_close(&e.job);
    return code;
}
