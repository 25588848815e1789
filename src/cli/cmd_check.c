/* cmd_check.c: lrpscope check MODEL. */
#include <stdio.h>

#include "commands.h"
#include "input_rows.h"
#include "job.h"
#include "json_output.h"
#include "table.h"

static void say_left_out(const struct lrp_arguments *arguments, const struct lrp_check *check)
{
    size_t count = 0;
    for (size_t i = 1; i < check->count; i++) count += !arguments->all && !check->rows[i].failed && check->rows[i].layer->aside;
    lrp_cli_say_left_out(count);
}

static enum lrp_status print_text(const struct lrp_arguments *arguments, const struct lrp_snapshot *now, struct lrp_error *err)
{
    const struct lrp_check *check = now->check;
    const bool skipped = lrp_settings_flag(now->settings, LRP_SETTING_SKIP_CHECKS);
    const enum lrp_status status =
        lrp_cli_check_table(check, now->layers, arguments->all ? LRP_CLI_CHECK_ALL : LRP_CLI_CHECK_GROUPED, stdout, err);
    if (status) return status;
    const size_t layers = check->count - 1;
    if (check->passed)
        lrp_print(stdout, "\nall %zu layers pass\n", layers);
    else
        lrp_print(stdout, "\n%zu of %zu layers fail%s\n%s", check->failed, layers,
                  skipped ? " (skipped, at your own risk)" : "", check->guidance);
    const char *end = check->guidance;
    while (*end) end++;
    if (!check->passed && end != check->guidance && end[-1] != '\n') putchar('\n');
    say_left_out(arguments, check);
    return LRP_OK;
}

static void add_row(struct lrp_document *d, cJSON *rows, const struct lrp_check_row *row)
{
    cJSON *o = lrp_cli_json_put_object(d, rows, NULL);
    lrp_cli_json_put_number(d, o, "index", row->layer->index);
    lrp_cli_json_put_text(d, o, "name", row->layer->name);
    lrp_cli_json_put_text(d, o, "type", row->layer->type);
    lrp_cli_json_put_bool(d, o, "layer_supported", row->layer_supported);
    lrp_cli_json_put_text(d, o, "activation", row->layer->activation);
    lrp_cli_json_put_bool(d, o, "activation_supported", row->activation_supported);
    lrp_cli_json_put_text(d, o, "status", lrp_check_state_text(row->state));
    lrp_cli_json_put_text(d, o, "reason", row->reason);
    lrp_cli_json_put_text(d, o, "remedy", row->remedy);
}

static enum lrp_status print_json(const struct lrp_arguments *arguments, const struct lrp_snapshot *now, struct lrp_error *err)
{
    struct lrp_document d;
    lrp_cli_json_init(&d, arguments->model);
    lrp_cli_json_put_bool(&d, d.root, "passed", now->check->passed);
    lrp_cli_json_put_bool(&d, d.root, "skipped", lrp_settings_flag(now->settings, LRP_SETTING_SKIP_CHECKS));
    lrp_cli_json_put_bool(&d, d.root, "output_softmax", now->check->output_softmax);
    const size_t listed = lrp_cli_listed_inputs(now->layers);
    cJSON *inputs = listed ? lrp_cli_json_put_array(&d, d.root, "inputs") : NULL;
    for (size_t i = 0; i < listed; i++)
        lrp_cli_json_put_text(&d, lrp_cli_put_input(&d, inputs, now->layers, i), "status",
                              lrp_check_state_text(LRP_CHECK_INPUT));
    cJSON *rows = lrp_cli_json_put_array(&d, d.root, "layers");
    for (size_t i = 1; i < now->check->count; i++) add_row(&d, rows, &now->check->rows[i]);
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

int lrp_cli_check(const struct lrp_arguments *arguments)
{
    struct lrp_cli_job job;
    int code = 0;
    if (!lrp_cli_job_open(&job, arguments, false, &code)) return code;
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_session_snapshot(job.session, &now, &err);
    if (!status) {
        lrp_cli_job_warn(arguments, now);
        status = arguments->json ? print_json(arguments, now, &err) : print_text(arguments, now, &err);
        if (!now->check->passed && !lrp_settings_flag(now->settings, LRP_SETTING_SKIP_CHECKS))
            code = lrp_status_exit_code(LRP_CHECK_FAILED);
    }
    if (status) code = lrp_cli_job_fail(&job, status, &err);
    lrp_snapshot_release(now);
    lrp_cli_job_close(&job);
    return code;
}
