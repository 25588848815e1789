/* cmd_compare.c: lrpscope compare MODEL INPUT...: what other rules, or other conventions, make of the same input. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "compare_models.h"
#include "job.h"
#include "json_output.h"
#include "paths.h"
#include "report.h"
#include "samples.h"
#include "table.h"

struct compare {
    struct lrp_cli_job job;
    const struct lrp_arguments *arguments;
    const struct lrp_cli_alternative *settings; /* the first is what the others are compared with; borrowed */
    size_t count;
    const struct lrp_snapshot **now; /* one for each, of the pass at hand */
    struct lrp_document document;    /* with --json */
    cJSON *samples;
    int64_t number, all; /* samples of the round: seen, in all */
    const char *path;
};

/* The layer of --at under settings; row 0 without. */
static enum lrp_status layer_of(const struct compare *c, size_t k, int *layer, struct lrp_error *err)
{
    *layer = 0;
    if (!c->arguments->at) return LRP_OK;
    const enum lrp_status status = lrp_snapshot_find(c->now[k], c->arguments->at, layer, err);
    return status ? lrp_fail_context(err, status, "--at") : LRP_OK;
}

static enum lrp_status compare_one(const struct compare *c, size_t k, int64_t sample, struct lrp_comparison *out,
                                   struct lrp_error *err)
{
    int first = 0, other = 0;
    enum lrp_status status = layer_of(c, 0, &first, err);
    if (!status) status = layer_of(c, k, &other, err);
    if (!status) status = lrp_snapshot_compare(c->now[0], first, c->now[k], other, LRP_SHOW_RELEVANCE, sample, out, err);
    return status ? lrp_fail_context(err, status, "%s: %s", c->arguments->model, c->settings[k].name) : LRP_OK;
}

static struct lrp_target target_of(const struct lrp_snapshot *now, int64_t sample)
{
    return (size_t)sample < now->target_count ? now->targets[sample] : (struct lrp_target){.label = ""};
}

static void put_setting(struct compare *c, cJSON *array, size_t k, const struct lrp_target *target,
                        const struct lrp_comparison *result)
{
    struct lrp_document *d = &c->document;
    cJSON *o = lrp_cli_json_put_object(d, array, NULL);
    lrp_cli_json_put_text(d, o, "name", c->settings[k].name);
    lrp_cli_put_target(d, o, c->now[k], target);
    lrp_cli_json_put_number(d, o, "start", target->start);
    lrp_cli_json_put_number(d, o, "sum", result->sum_b);
    lrp_cli_json_put_number(d, o, "correlation", result->correlation);
    lrp_cli_json_put_number(d, o, "largest_difference", result->largest);
    lrp_cli_json_put_number(d, o, "nan", (double)result->nan);
}

static void print_setting(struct lrp_table *table, const struct compare *c, size_t k, const struct lrp_target *target,
                          const struct lrp_comparison *result)
{
    char number[40];
    lrp_cli_table_cell(table, "%s", c->settings[k].name);
    const char *whole = lrp_cli_whole_target(c->now[k], target);
    lrp_cli_table_cell(table, "%" PRId64 "%s%s%s%s", target->index, *target->label ? " " : "", target->label,
                       *whole ? ", of " : "", whole);
    lrp_cli_table_cell(table, "%s", lrp_cli_number(target->start, number, sizeof number));
    lrp_cli_table_cell(table, "%s", lrp_cli_number(result->sum_b, number, sizeof number));
    lrp_cli_table_cell(table, "%s", lrp_cli_number(result->correlation, number, sizeof number));
    lrp_cli_table_cell(table, "%s", lrp_cli_number(result->largest, number, sizeof number));
}

/* A convention under which the model fails the check has no relevance to compare. */
static void show_refused(struct lrp_table *table, struct compare *c, cJSON *array, size_t k)
{
    if (c->samples) {
        cJSON *o = lrp_cli_json_put_object(&c->document, array, NULL);
        lrp_cli_json_put_text(&c->document, o, "name", c->settings[k].name);
        lrp_cli_json_put_text(&c->document, o, "refused", "the model check fails");
        return;
    }
    lrp_cli_table_cell(table, "%s", c->settings[k].name);
    lrp_cli_table_cell(table, "%s", "fails the model check");
    for (int i = 0; i < 4; i++) lrp_cli_table_cell(table, "%s", "-");
}

static enum lrp_status show_sample(struct compare *c, int64_t sample, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"setting", false}, {"target", false},     {"start", true},
                                                      {"sum", true},      {"correlation", true}, {"largest difference", true}};
    struct lrp_table table;
    enum lrp_status status = LRP_OK;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    cJSON *o = c->samples ? lrp_cli_json_put_object(&c->document, c->samples, NULL) : NULL;
    if (c->samples) lrp_cli_json_put_text(&c->document, o, "input", c->path);
    cJSON *array = c->samples ? lrp_cli_json_put_array(&c->document, o, "settings") : NULL;
    for (size_t k = 0; !status && k < c->count; k++) {
        struct lrp_comparison result;
        if (!c->now[k]) {
            show_refused(&table, c, array, k);
            continue;
        }
        const struct lrp_target target = target_of(c->now[k], sample);
        status = compare_one(c, k, sample, &result, err);
        if (!status && c->samples)
            put_setting(c, array, k, &target, &result);
        else if (!status)
            print_setting(&table, c, k, &target, &result);
    }
    char *name = lrp_cli_sample_name(c->path, (size_t)c->number, (size_t)c->all);
    if (!status && !c->samples) {
        lrp_print(stdout, "%s\n", name ? name : c->path);
        status = lrp_cli_table_print(&table, stdout, err);
    }
    free(name);
    lrp_cli_table_free(&table);
    return status;
}

/* Where the heatmap of a sample goes; owned by the caller, NULL when out of memory. */
static char *difference_path(const struct compare *c, int64_t number)
{
    char *path = lrp_cli_path_join(c->arguments->output_dir, c->arguments->heatmap, "");
    if (!path || c->all <= 1) return path;
    char *name = lrp_cli_path_numbered(path, number);
    free(path);
    return name;
}

/* The difference of the first two, as a heatmap. */
static enum lrp_status write_difference(struct compare *c, int64_t sample, struct lrp_error *err)
{
    const struct lrp_arguments *a = c->arguments;
    if (!a->heatmap || c->count < 2) return LRP_OK;
    int first = 0, other = 0;
    enum lrp_status status = layer_of(c, 0, &first, err);
    if (!status) status = layer_of(c, 1, &other, err);
    char *name = status ? NULL : difference_path(c, c->number);
    if (!status && !name) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && a->output_dir) status = lrp_cli_dir_make(a->output_dir, err);
    if (!status) status = lrp_snapshot_export_difference(c->now[0], first, c->now[1], other, sample, name, err);
    free(name);
    return status;
}

/* Nothing that is read may be replaced by the heatmaps of a round. */
static enum lrp_status check_heatmaps(const struct compare *c, struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    if (!c->arguments->heatmap) return LRP_OK;
    lrp_cli_job_guard(&c->job, &guard);
    for (int64_t i = 0; i < c->all; i++) {
        char *path = difference_path(c, i);
        guard.failed |= !path;
        lrp_guard_writes(&guard, "--heatmap", path);
        free(path);
    }
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}

static enum lrp_status run_pass(struct compare *c, size_t round, int64_t pass, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t k = 0; !status && k < c->count; k++) {
        status = lrp_session_apply(c->job.session, c->settings[k].settings, err);
        if (!status) status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &c->now[k], err);
        if (!status) lrp_cli_job_say(&c->job, c->now[k]);
        if (status == LRP_CHECK_FAILED && k > 0 && c->arguments->conventions) { /* the others can be compared all the same */
            lrp_snapshot_release(c->now[k]);
            c->now[k] = NULL;
            status = LRP_OK;
        }
        if (status == LRP_CHECK_FAILED && c->now[k]) status = lrp_cli_check_refuse(c->arguments, c->now[k]->check, err);
        if (status && status != LRP_CANCELLED) lrp_fail_context(err, status, "%s", c->settings[k].name);
    }
    const int64_t samples = status ? 0 : (int64_t)lrp_cli_samples_in(&c->job);
    for (int64_t i = 0; !status && i < samples; i++, c->number++) {
        status = show_sample(c, i, err);
        if (!status) status = write_difference(c, i, err);
    }
    for (size_t k = 0; k < c->count; k++) {
        lrp_snapshot_release(c->now[k]);
        c->now[k] = NULL;
    }
    return status;
}

static enum lrp_status run_round(struct compare *c, size_t round, struct lrp_error *err)
{
    enum lrp_status status = lrp_cli_job_set_inputs(&c->job, round, err);
    const int64_t passes = status ? 0 : lrp_cli_job_passes(&c->job);
    c->path = lrp_cli_job_round_path(&c->job, round);
    c->number = 0;
    c->all = status ? 0 : lrp_session_samples(c->job.session);
    if (!status) status = check_heatmaps(c, err);
    for (int64_t pass = 0; !status && pass < passes; pass++) status = run_pass(c, round, pass, err);
    return status;
}

static enum lrp_status compare_samples(struct compare *c, struct lrp_error *err)
{
    enum lrp_status status =
        c->arguments->heatmap && !c->arguments->output_dir ? lrp_cli_path_writable(c->arguments->heatmap, err) : LRP_OK;
    c->now = calloc(c->count + 1, sizeof(struct lrp_snapshot *));
    if (!c->now) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (c->arguments->json) {
        lrp_cli_json_init(&c->document, c->arguments->model);
        c->samples = lrp_cli_json_put_array(&c->document, c->document.root, "samples");
    }
    for (size_t round = 0; !status && round < lrp_cli_job_rounds(&c->job); round++) status = run_round(c, round, err);
    return !status && c->arguments->json ? lrp_cli_json_print(&c->document, stdout, err) : status;
}

/* ---- what is compared ---- */

/* The settings under every convention, the one that holds first; array and settings owned. */
static enum lrp_status under_conventions(const struct lrp_arguments *a, struct lrp_cli_alternative *out, struct lrp_error *err)
{
    const char *own = lrp_settings_get(a->settings, LRP_SETTING_CONVENTION);
    enum lrp_status status = LRP_OK;
    size_t next = 1;
    for (int i = 0; !status && i < LRP_CONVENTION_COUNT; i++) {
        const char *name = lrp_convention_text((enum lrp_convention)i);
        struct lrp_cli_alternative *to = strcmp(name, own) ? &out[next++] : &out[0];
        to->name = name;
        status = lrp_settings_copy(a->settings, &to->settings, err);
        if (!status) status = lrp_settings_set(to->settings, LRP_SETTING_CONVENTION, name, err);
    }
    return status;
}

static enum lrp_status check_given(const struct lrp_arguments *a, struct lrp_error *err)
{
    if (a->with && (a->conventions || a->alternative_count > 1 || a->heatmap))
        return lrp_fail(
            err, LRP_USAGE,
            "--with compares two models under one setting: give one --rules or none, no --conventions, no --heatmap");
    if (a->with) return LRP_OK;
    if (a->tolerance) return lrp_fail(err, LRP_USAGE, "--tolerance is of --with, which compares two models");
    if (a->input_count + a->named_count == 0 && !a->text && !a->text_file && !a->tokens)
        return lrp_fail(err, LRP_USAGE, "%s: no INPUT given (usage: lrpscope compare %s)", a->model, a->command->arguments);
    if (a->conventions && a->alternative_count > 1)
        return lrp_fail(err, LRP_USAGE,
                        "--conventions compares one setting under several conventions: give one --rules or none");
    if (!a->conventions && a->alternative_count < 2)
        return lrp_fail(err, LRP_USAGE, "compare takes --rules A.json --rules B.json, --conventions, or --with B.onnx");
    return LRP_OK;
}

int lrp_cli_compare(const struct lrp_arguments *arguments)
{
    struct compare c = {.arguments = arguments, .settings = arguments->alternatives, .count = arguments->alternative_count};
    struct lrp_cli_alternative conventions[LRP_CONVENTION_COUNT] = {{0}};
    struct lrp_error err = {0};
    int code = 0;
    enum lrp_status status = check_given(arguments, &err);
    if (!status && arguments->with) return lrp_cli_compare_models(arguments);
    if (!status && arguments->conventions) {
        status = under_conventions(arguments, conventions, &err);
        c.settings = conventions;
        c.count = LRP_CONVENTION_COUNT;
    }
    if (status)
        code = lrp_cli_report_error(status, &err);
    else if (lrp_cli_job_open(&c.job, arguments, true, &code)) {
        status = compare_samples(&c, &err);
        if (status) code = lrp_cli_job_fail(&c.job, status, &err);
        lrp_cli_json_free(&c.document);
        lrp_cli_job_close(&c.job);
    }
    for (size_t k = 0; k < LRP_CONVENTION_COUNT; k++) lrp_settings_free(conventions[k].settings);
    free(c.now);
    return code;
}
