/* batch_plan.c: what a batch is to do, and whether its folder is of the same batch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "identity.h"
#include "json.h"
#include "output.h"
#include "paths.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* "3/8": shard 3, counted from 0, of 8. */
static enum lrp_status read_shard(const char *text, size_t *index, size_t *count, struct lrp_error *err)
{
    enum { MOST = 1000000 };
    char *copy = strdup(text ? text : "0/1"), *slash = copy ? strchr(copy, '/') : NULL;
    int64_t i = -1, n = 0;
    if (!copy) return no_memory(err);
    if (slash) *slash = '\0';
    const bool ok = slash && lrp_parse_int64(copy, &i) && lrp_parse_int64(slash + 1, &n) && i >= 0 && i < n && n <= MOST;
    free(copy);
    if (!ok) return lrp_fail(err, LRP_USAGE, "--shard %s: it is I/N, with I from 0 to N - 1", text);
    *index = (size_t)i;
    *count = (size_t)n;
    return LRP_OK;
}

static enum lrp_status read_outputs(const char *text, unsigned *out, struct lrp_error *err)
{
    char *copy = strdup(text ? text : "relevance,report"), *rest = copy;
    enum lrp_status status = copy ? LRP_OK : no_memory(err);
    for (char *word; !status && (word = strsep(&rest, ",")) != NULL;) {
        size_t i = 0;
        const struct lrp_batch_output *row;
        while ((row = lrp_batch_output_at(i)) && strcmp(row->name, word) != 0) i++;
        if (row)
            *out |= 1U << i;
        else
            status = lrp_fail(err, LRP_USAGE,
                              "--write %s: there is no such output (relevance, heatmap, report, layerwise, activations, sheet)",
                              word);
    }
    free(copy);
    return status;
}

bool lrp_batch_writes(const struct lrp_batch *b, const char *name)
{
    const struct lrp_batch_output *row;
    for (size_t i = 0; (row = lrp_batch_output_at(i)); i++)
        if (strcmp(row->name, name) == 0) return b->outputs >> i & 1;
    return false;
}

enum lrp_status lrp_batch_read(struct lrp_batch *b, struct lrp_error *err)
{
    const struct lrp_arguments *a = b->given;
    enum lrp_status status = LRP_OK;
    if (!a->model || (!a->input_count && !a->inputs_file))
        status =
            lrp_fail(err, LRP_USAGE,
                     "batch needs a MODEL and inputs: files, folders, or --inputs FILE (or --from F.npy to cluster heatmaps)");
    if (!status && !a->output_dir) status = lrp_fail(err, LRP_USAGE, "batch writes into a folder: --output-dir D");
    if (!status) status = read_shard(a->shard, &b->index, &b->count, err);
    if (!status) status = read_outputs(a->write, &b->outputs, err);
    for (size_t i = 0; !status && i < a->input_count; i++) status = lrp_manifest_add(&b->manifest, a->inputs[i], err);
    if (!status && a->inputs_file) status = lrp_manifest_read(&b->manifest, a->inputs_file, a->zeros, err);
    if (!status) status = lrp_manifest_settle(&b->manifest, a->names && strcmp(a->names, "number") == 0, (size_t)a->limit, err);
    if (!status && !b->manifest.count)
        status = lrp_fail(err, LRP_FILE, "there are no inputs: no pictures or arrays were found");
    return status;
}

/* ---- batch.json ---- */

static enum lrp_status describe(const struct lrp_batch *b, struct lrp_document *d, struct lrp_error *err)
{
    lrp_cli_json_init(d, b->given->model);
    const enum lrp_status status = lrp_cli_put_model_hash(d, lrp_session_model(b->job.session), err);
    lrp_cli_put_hash(d, "manifest_hash", lrp_manifest_hash(&b->manifest));
    lrp_cli_json_put_number(d, d->root, "samples", (double)b->manifest.count);
    lrp_cli_json_put_text(d, d->root, "write", b->given->write ? b->given->write : "relevance,report");
    lrp_cli_put_settings(d, b->given);
    char *folder = getcwd(NULL, 0); /* relative paths are those of this one: for whoever opens the results */
    lrp_cli_json_put_text(d, d->root, "folder", folder ? folder : "");
    free(folder);
    return status;
}

/* A line an input: its name, its path, a target of its own. */
static enum lrp_status write_inputs(const struct lrp_manifest *m, const char *path, struct lrp_error *err)
{
    struct lrp_output out;
    enum lrp_status status = lrp_output_open(path, &out, err);
    if (status) return status;
    for (size_t i = 0; !status && i < m->count; i++) {
        struct lrp_document d = {.root = cJSON_CreateObject()};
        lrp_cli_json_put_text(&d, d.root, "name", m->rows[i].name);
        lrp_cli_json_put_text(&d, d.root, "path", m->rows[i].path);
        if (m->rows[i].target) lrp_cli_json_put_text(&d, d.root, "target", m->rows[i].target);
        char *line = d.failed || !d.root ? NULL : lrp_json_print(d.root, false);
        if (!line)
            status = no_memory(err);
        else if (fprintf(out.file, "%s\n", line) < 0)
            status = lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(errno));
        free(line);
        lrp_cli_json_free(&d);
    }
    if (!status) return lrp_output_commit(&out, err);
    lrp_output_abort(&out);
    return status;
}

/* Threads and memory are a run's own. */
static enum lrp_status write_rules(const struct lrp_settings *given, const char *path, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    enum lrp_status status = lrp_settings_copy(given, &settings, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_THREADS, "0", err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_MEMORY, "", err);
    if (!status) status = lrp_settings_write(settings, path, err);
    lrp_settings_free(settings);
    return status;
}

/* What opening the results needs; written once, the same by every shard. */
static enum lrp_status write_origin(const struct lrp_batch *b, struct lrp_error *err)
{
    char *inputs = lrp_data_path(b->given->output_dir, "", "inputs", ".jsonl", err),
         *rules = inputs ? lrp_data_path(b->given->output_dir, "", LRP_BATCH_RULES, ".json", err) : NULL;
    enum lrp_status status = rules ? LRP_OK : err->status ? err->status : no_memory(err);
    if (!status && access(inputs, F_OK)) status = write_inputs(&b->manifest, inputs, err);
    if (!status && access(rules, F_OK)) status = write_rules(b->given->settings, rules, err);
    free(inputs);
    free(rules);
    return status;
}

/* NULL: both say the same; else what is another. */
static const char *difference(const cJSON *a, const cJSON *b)
{
    static const struct {
        const char *key, *what;
    } parts[] = {{"manifest_hash", "another list of inputs"},
                 {"samples", "another list of inputs"},
                 {"model_hash", "another model, or the model has changed"},
                 {"write", "other outputs (--write)"},
                 {"settings", "other settings"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!lrp_cli_same_item(a, b, parts[i].key)) return parts[i].what;
    return NULL;
}

enum lrp_status lrp_batch_claim(const struct lrp_batch *b, struct lrp_error *err)
{
    struct lrp_document d = {0};
    cJSON *there = NULL;
    char *path = lrp_data_path(b->given->output_dir, "", "batch", ".json", err);
    enum lrp_status status = path ? describe(b, &d, err) : err->status;
    const bool found = path && access(path, F_OK) == 0;
    if (!status && found) status = lrp_json_read_found(path, &there, err);
    const char *what = !status && found ? difference(there, d.root) : NULL;
    if (what)
        status = lrp_fail(err, LRP_USAGE, "%s: results of another batch lie there: %s (choose another folder)",
                          b->given->output_dir, what);
    if (!status && !found) status = lrp_cli_json_write(&d, path, err);
    if (!status) status = write_origin(b, err);
    cJSON_Delete(there);
    lrp_cli_json_free(&d);
    free(path);
    return status;
}
