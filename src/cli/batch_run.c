/* batch_run.c: lrpscope batch MODEL SOURCE...: the samples of a shard, one after the other. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "batch_run.h"
#include "commands.h"
#include "paths.h"
#include "table.h"

/* The rows that are still to be done become the INPUTs of a job. */
static enum lrp_status take_rows(struct lrp_batch *b, struct lrp_error *err)
{
    const size_t left = b->shard.rows - b->shard.done;
    b->before = b->shard.done;
    b->inputs = calloc(left + 1, sizeof *b->inputs);
    b->targets = calloc(left + 1, sizeof *b->targets);
    if (!b->inputs || !b->targets) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < left; i++) {
        const struct lrp_manifest_row *row = &b->manifest.rows[b->index + (b->before + i) * b->count];
        b->inputs[i] = row->path;
        b->targets[i] = row->target;
    }
    b->arguments.inputs = b->inputs;
    b->arguments.input_count = left;
    b->job.targets = b->manifest.targets ? b->targets : NULL;
    return LRP_OK;
}

static bool writes_layers(const struct lrp_batch *b)
{
    const struct lrp_batch_output *output;
    bool any = false;
    for (size_t i = 0; (output = lrp_batch_output_at(i)); i++) any |= output->of_layers && (b->outputs >> i & 1);
    return any;
}

static enum lrp_status check_model(struct lrp_batch *b, struct lrp_error *err)
{
    const struct lrp_snapshot *opened = NULL;
    enum lrp_status status = lrp_cli_job_opened(&b->job, &opened, err);
    if (!status && lrp_cli_check_blocks(opened)) status = lrp_cli_check_refuse(b->given, opened->check, err);
    if (!status) lrp_cli_job_warn(b->given, opened);
    lrp_snapshot_release(opened);
    return status;
}

/* What fails for one input alone: its file, or a target of its own. */
static bool is_bad_input(const struct lrp_batch *b, size_t round, enum lrp_status status)
{
    return status == LRP_FILE || (status == LRP_USAGE && b->targets[round]);
}

static enum lrp_status run_row(struct lrp_batch *b, size_t round, struct lrp_error *err)
{
    struct lrp_error why = {0};
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_cli_job_set_inputs(&b->job, round, &why);
    if (!status) status = lrp_cli_job_run(&b->job, round, 0, LRP_WANT_RELEVANCE, &now, &why);
    if (lrp_cli_watch_exit_code(b->job.watch)) status = lrp_fail(&why, LRP_CANCELLED, "interrupted");
    if (status == LRP_CHECK_FAILED && now) {
        status = lrp_cli_check_refuse(b->given, now->check, err);
    } else if (status && !is_bad_input(b, round, status)) {
        if (err) *err = why;
    } else {
        if (!status && !round) lrp_cli_job_say(&b->job, now); /* of the others it stands in their lines */
        status = lrp_batch_keep(b, b->before + round, status ? NULL : now, status, &why, err);
    }
    lrp_snapshot_release(now);
    if (!status && b->given->progress_fd) dprintf((int)b->given->progress_fd, "%zu %zu\n", b->shard.done, b->shard.rows);
    return status;
}

static enum lrp_status tell_batch(const struct lrp_batch *b, struct lrp_error *err)
{
    struct lrp_document d;
    if (b->given->json_form) return LRP_OK; /* the lines have said it all */
    if (!b->given->json) {
        lrp_print(stdout, "%s: %zu samples, %zu bad inputs", b->shard.folder, b->shard.rows, b->shard.failed);
        if (b->given->resume) lrp_print(stdout, ", %zu were done before", b->before);
        fputs("\n", stdout);
        return LRP_OK;
    }
    lrp_cli_json_init(&d, b->given->model);
    lrp_cli_json_put_text(&d, d.root, "folder", b->shard.folder);
    lrp_cli_json_put_number(&d, d.root, "samples", (double)b->shard.rows);
    lrp_cli_json_put_number(&d, d.root, "failed", (double)b->shard.failed);
    lrp_cli_json_put_number(&d, d.root, "before", (double)b->before);
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

static enum lrp_status run_shard(struct lrp_batch *b, struct lrp_error *err)
{
    enum lrp_status status = lrp_batch_claim(b, err);
    if (!status)
        status = lrp_shard_open(b->given->output_dir, b->index, b->count, &b->manifest, b->given->resume,
                                lrp_batch_writes(b, "relevance"), &b->shard, err);
    if (!status) status = take_rows(b, err);
    if (!status) status = check_model(b, err);
    if (!status) lrp_session_keep_layers(b->job.session, writes_layers(b));
    if (!status) status = lrp_cli_job_ahead(&b->job, LRP_WANT_RELEVANCE, err);
    for (size_t round = 0; !status && round < b->arguments.input_count; round++) status = run_row(b, round, err);
    if (!status) status = lrp_shard_finish(&b->shard, err);
    if (!status) status = tell_batch(b, err);
    if (!status && b->shard.failed)
        status = lrp_fail(err, LRP_FILE, "%zu of %zu inputs were bad: %s/results.jsonl says why", b->shard.failed,
                          b->shard.rows, b->shard.folder);
    return status;
}

int lrp_batch_run(const struct lrp_arguments *arguments)
{
    struct lrp_batch b = {.given = arguments, .arguments = *arguments, .shard = {.lock = -1, .lines = -1, .array = -1}};
    struct lrp_error err = {0};
    int code = 0;
    enum lrp_status status = lrp_batch_read(&b, &err);
    b.arguments.inputs = NULL;
    b.arguments.input_count = 0;
    if (status)
        code = lrp_cli_report_error(status, &err);
    else if (lrp_cli_job_open(&b.job, &b.arguments, true, &code)) {
        status = run_shard(&b, &err);
        if (status) code = lrp_cli_job_fail(&b.job, status, &err);
        lrp_cli_job_close(&b.job);
    }
    lrp_shard_close(&b.shard);
    lrp_manifest_free(&b.manifest);
    free(b.inputs);
    free(b.targets);
    return code;
}
