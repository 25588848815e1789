/* cmd_inspect.c: lrpscope MODEL [INPUT...]: the inspector, or without a terminal the table it would show. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui.h"

#include "batch_results.h"
#include "commands.h"
#include "job.h"
#include "json_output.h"
#include "report.h"
#include "samples.h"
#include "table.h"

/* The report that explain would write of a sample, for the inspector's "export all". */
static enum lrp_status write_report(const struct lrp_snapshot *now, int64_t sample, const char *const *files, size_t count,
                                    const char *path, struct lrp_error *err)
{
    struct lrp_report report;
    const size_t samples = now->target_count ? now->target_count : 1,
                 at = sample >= 0 && (size_t)sample < samples ? (size_t)sample : 0;
    enum lrp_status status = lrp_cli_report_init(&report, now, err);
    if (status) return status;
    lrp_cli_report_sample(&report, now->input_label, now, at);
    lrp_cli_report_layers(&report, now);
    lrp_cli_report_doubts(&report, now);
    if (now->ledger) status = lrp_cli_ledger_add(&report.ledger, now->ledger, err);
    lrp_cli_report_timing(&report, now);
    for (size_t i = 0; i < count; i++) lrp_cli_report_file(&report, files[i]);
    lrp_cli_report_file(&report, path);
    lrp_cli_report_finish(&report, now);
    if (!status) status = lrp_cli_json_write(&report.document, path, err);
    lrp_cli_report_free(&report);
    return status;
}

/* A text that was given, as the inspector takes it: in quotes. Owned by the caller; NULL: there is none. */
static char *typed_text(const struct lrp_cli_job *job, size_t index)
{
    const struct lrp_sequence *s = index < job->sequences.count ? &job->sequences.items[index] : NULL;
    char *typed = NULL;
    if (!s) return NULL;
    if (!s->text) return job->arguments->tokens ? strdup(job->arguments->tokens) : NULL;
    const int made = asprintf(&typed, "\"%s%s%s\"%s%s", s->text, s->pair ? "\" \"" : "", s->pair ? s->pair : "",
                              s->decoder_text ? " => " : "", s->decoder_text ? s->decoder_text : "");
    return made < 0 ? NULL : typed;
}

static struct lrp_tui_options tui_options(const struct lrp_arguments *arguments)
{
    return (struct lrp_tui_options){.color = arguments->color,
                                    .rules = arguments->found,
                                    .token_scale = arguments->scale_tokens,
                                    .script = arguments->script,
                                    .results = arguments->results,
                                    .references = arguments->index,
                                    .input = arguments->input_count && !arguments->named_count ? arguments->inputs[0] : NULL,
                                    .ascii = arguments->ascii,
                                    .mouse = !arguments->no_mouse,
                                    .pixels = arguments->pixels,
                                    .linear = arguments->linear,
                                    .write_report = write_report};
}

/* All inputs that were given, files or texts; the session has the first. */
static void give_inputs(struct lrp_tui_options *options, const struct lrp_arguments *arguments, char *const *typed,
                        size_t count)
{
    if (typed && count && typed[0]) options->input = typed[0];
    if (typed && count > 1) {
        options->inputs = (const char *const *)typed;
        options->input_count = count;
    } else if (!count && arguments->input_count > 1 && !arguments->named_count) {
        options->inputs = arguments->inputs;
        options->input_count = arguments->input_count;
    }
}

static int inspect(const struct lrp_arguments *arguments)
{
    struct lrp_cli_job job;
    struct lrp_error err = {0};
    int code = 0;
    if (!lrp_cli_job_open(&job, arguments, false, &code)) return code;
    enum lrp_status status = lrp_cli_sequences_read(arguments, job.session, &job.sequences, &err);
    if (!status && lrp_cli_job_rounds(&job)) status = lrp_cli_job_set_inputs(&job, 0, &err);
    if (status) {
        code = lrp_cli_job_fail(&job, status, &err);
    } else {
        struct lrp_tui_options options = tui_options(arguments);
        char **typed = calloc(job.sequences.count + 1, sizeof *typed), note[400] = "";
        for (size_t i = 0; typed && i < job.sequences.count; i++) typed[i] = typed_text(&job, i);
        if (arguments->results) lrp_cli_results_compare(arguments->results, lrp_session_model(job.session), note, sizeof note);
        if (*note) options.note = note;
        options.tokenizer = job.sequences.tokenizer;
        give_inputs(&options, arguments, typed, job.sequences.count);
        code = lrp_tui_run(job.session, &options);
        for (size_t i = 0; typed && i < job.sequences.count; i++) free(typed[i]);
        free(typed);
    }
    lrp_cli_job_close(&job);
    return code;
}

static enum lrp_check_state state_of(const struct lrp_snapshot *now, size_t row)
{
    return row < now->check->count ? now->check->rows[row].state : LRP_CHECK_INPUT;
}

static enum lrp_status print_text(const struct lrp_snapshot *now, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"#", true},           {"layer", false},  {"type", false},
                                                      {"activation", false}, {"output", false}, {"parameters", true},
                                                      {"rule", false},       {"check", false},  {"sum R", true}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < lrp_layer_rows(now->layers); k++) {
        const size_t i = lrp_layer_row_at(now->layers, k);
        const struct lrp_layer *layer = &now->layers->rows[i];
        char text[160];
        lrp_cli_table_cell(&table, "%d", layer->index);
        lrp_cli_table_cell(&table, "%s", layer->name);
        lrp_cli_table_cell(&table, "%s", layer->type);
        lrp_cli_table_cell(&table, "%s", layer->index ? layer->activation : "");
        lrp_cli_table_cell(&table, "%s", lrp_shape_text(layer->shape, 0, "x", text, sizeof text));
        lrp_cli_table_cell(&table, "%" PRId64, layer->parameters);
        lrp_cli_table_cell(&table, "%s", now->rules[i]);
        lrp_cli_table_cell(&table, "%s", lrp_check_state_text(state_of(now, i)));
        lrp_cli_table_cell(&table, "%s",
                           now->relevance[i] ? lrp_cli_number(now->relevance_statistics[i].sum, text, sizeof text) : "-");
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

static enum lrp_status print_json(const struct lrp_arguments *arguments, const struct lrp_snapshot *now, struct lrp_error *err)
{
    struct lrp_document d;
    lrp_cli_json_init(&d, arguments->model);
    cJSON *rows = lrp_cli_json_put_array(&d, d.root, "layers");
    for (size_t k = 0; k < lrp_layer_rows(now->layers); k++) {
        const size_t i = lrp_layer_row_at(now->layers, k);
        const struct lrp_layer *layer = &now->layers->rows[i];
        cJSON *o = lrp_cli_json_put_object(&d, rows, NULL);
        lrp_cli_json_put_number(&d, o, "index", layer->index);
        lrp_cli_json_put_text(&d, o, "name", layer->name);
        lrp_cli_json_put_text(&d, o, "type", layer->type);
        lrp_cli_json_put_text(&d, o, "activation", layer->activation);
        lrp_cli_json_put_shape(&d, o, "shape", layer->shape);
        lrp_cli_json_put_number(&d, o, "parameters", (double)layer->parameters);
        lrp_cli_json_put_text(&d, o, "rule", now->rules[i]);
        lrp_cli_json_put_text(&d, o, "status", lrp_check_state_text(state_of(now, i)));
        if (now->relevance[i])
            lrp_cli_json_put_number(&d, o, "sum", now->relevance_statistics[i].sum);
        else
            lrp_cli_json_put_null(&d, o, "sum");
    }
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

/* The sums are those of the first sample where the model takes one at a time. */
static enum lrp_status compute_sums(struct lrp_cli_job *job, const struct lrp_snapshot **out, struct lrp_error *err)
{
    if (!lrp_cli_job_rounds(job)) return lrp_session_snapshot(job->session, out, err);
    const enum lrp_status status = lrp_cli_job_set_inputs(job, 0, err);
    return status ? status : lrp_cli_job_run(job, 0, 0, LRP_WANT_RELEVANCE, out, err);
}

static int print_table(const struct lrp_arguments *arguments)
{
    struct lrp_cli_job job;
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    int code = 0;
    if (!lrp_cli_job_open(&job, arguments, true, &code)) return code;
    if (arguments->found && !arguments->quiet) lrp_print(stderr, "lrpscope: rules of %s\n", arguments->found);
    enum lrp_status status = compute_sums(&job, &now, &err);
    if (now) lrp_cli_job_say(&job, now);
    if (now) {
        struct lrp_error bad = {0};
        const enum lrp_status printed = arguments->json ? print_json(arguments, now, &bad) : print_text(now, &bad);
        if (printed) {
            status = printed;
            err = bad;
        } else if (!status && lrp_cli_check_blocks(now)) {
            status = LRP_CHECK_FAILED;
        }
    }
    if (status == LRP_CHECK_FAILED && now) {
        lrp_fail(&err, status,
                 "%s: %zu of %zu layers fail the model check (lrpscope check names the remedies; lrpscope explain "
                 "--skip-checks explains at your own risk)",
                 arguments->model, now->check->failed, now->check->count - 1);
    }
    if (status)
        code = lrp_cli_job_fail(&job, status, &err);
    else if (!arguments->quiet)
        lrp_print(stderr, "lrpscope: %s; lrpscope explain writes heatmaps and arrays\n",
                  isatty(STDOUT_FILENO) && !arguments->json
                      ? "no inspector: this type of terminal (TERM) cannot move the cursor"
                      : "no terminal for the inspector");
    lrp_snapshot_release(now);
    lrp_cli_job_close(&job);
    return code;
}

static int print_results(const struct lrp_arguments *arguments)
{
    struct lrp_error err = {0};
    const enum lrp_status status = lrp_cli_results_print(arguments, &err);
    return status ? lrp_cli_report_error(status, &err) : 0;
}

/* Without a model there is nothing to print: only a screen can offer some. */
static int start(const struct lrp_arguments *arguments, bool screen)
{
    const struct lrp_tui_options options = tui_options(arguments);
    struct lrp_error err;
    if (screen) return lrp_tui_start(arguments->settings, &options);
    return lrp_cli_report_error(
        lrp_fail(&err, LRP_USAGE, "no MODEL given (usage: lrpscope MODEL [INPUT]; lrpscope --help tells more)"), &err);
}

int lrp_cli_inspect(const struct lrp_arguments *arguments)
{
    const bool terminal = isatty(STDOUT_FILENO) && !lrp_tui_has_lines_only(),
               screen = !arguments->json && (terminal || arguments->script || arguments->linear);
    if (!arguments->model) return start(arguments, screen);
    if (arguments->results && !screen) return print_results(arguments);
    return screen ? inspect(arguments) : print_table(arguments);
}
