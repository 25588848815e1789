/* batch_results.c: what lrpscope FOLDER reads and prints of the results of a batch. */
#include "batch_results.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "batch.h"
#include "commands.h"
#include "identity.h"
#include "json.h"
#include "mapping.h"
#include "paths.h"
#include "results.h"
#include "table.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for results");
}

static enum lrp_status read_batch(const char *folder, cJSON **out, struct lrp_error *err)
{
    char *path = lrp_cli_path_join(folder, "batch", ".json");
    const enum lrp_status status = path ? lrp_json_read_found(path, out, err) : no_memory(err);
    free(path);
    return status;
}

/* The folder may be anybody's: what it calls a model is a file, or a folder that holds one. */
static enum lrp_status check_model(const char *path, struct lrp_error *err)
{
    struct stat kind;
    return stat(path, &kind) == 0 && S_ISDIR(kind.st_mode) ? LRP_OK : lrp_file_check_found(path, SIZE_MAX, err);
}

enum lrp_status lrp_cli_results_open(struct lrp_arguments *a, struct lrp_error *err)
{
    const char *model = "", *from = "";
    cJSON *batch = NULL;
    struct lrp_text path = {0};
    if (!a->model || !a->command->takes_model || !lrp_results_here(a->model)) return LRP_OK;
    if (!a->command->opens_results)
        return lrp_fail(err, LRP_USAGE, "%s: the results of a batch (lrpscope %s opens them), no model", a->model, a->model);
    enum lrp_status status = read_batch(a->model, &batch, err);
    if (!status) status = lrp_json_get_string(batch, "model", &model, err);
    if (!status) status = lrp_json_get_string(batch, "folder", &from, err);
    if (!status && !*model) status = lrp_fail(err, LRP_FILE, "%s/batch.json: it names no model", a->model);
    if (!status) lrp_text_printf(&path, "%s%s%s", *model == '/' ? "" : from, *model == '/' || !*from ? "" : "/", model);
    if (!status) status = path.failed ? no_memory(err) : check_model(path.data, err);
    if (!status && !(a->results = strdup(a->model))) status = no_memory(err);
    if (!status && !(a->results_model = lrp_text_take(&path))) status = no_memory(err);
    if (!status) a->model = a->results_model;
    lrp_text_free(&path);
    cJSON_Delete(batch);
    return status;
}

char *lrp_cli_results_rules(const char *folder)
{
    return lrp_cli_path_join(folder, LRP_BATCH_RULES, ".json");
}

void lrp_cli_results_compare(const char *folder, const struct lrp_model *model, char *note, size_t size)
{
    struct lrp_error ignored;
    cJSON *batch = NULL;
    const char *then = "";
    uint64_t hash = 0;
    char now[32];
    *note = 0;
    if (!read_batch(folder, &batch, &ignored) && !lrp_json_get_string(batch, "model_hash", &then, &ignored) && *then &&
        !lrp_cli_hash_model(model, &hash, &ignored)) {
        snprintf(now, sizeof now, "%016" PRIx64, hash);
        if (strcmp(now, then) != 0)
            snprintf(note, size, "the model has changed since the batch: what is explained now is not what %.200s holds",
                     folder);
    }
    cJSON_Delete(batch);
}

/* ---- without a terminal ---- */

static enum lrp_status print_samples(const struct lrp_batch_results *r, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"#", true},     {"name", false}, {"class", false},  {"target", false},
                                                      {"score", true}, {"sum", true},   {"cluster", true}, {"notes", false}};
    struct lrp_table table;
    char text[64];
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < r->capacity; i++) {
        const struct lrp_outcome *s = &r->rows[i];
        if (!s->name) continue;
        lrp_cli_table_cell(&table, "%zu", i);
        lrp_cli_table_cell(&table, "%s", s->name);
        lrp_cli_table_cell(&table, "%s", s->folder ? s->folder : "");
        snprintf(text, sizeof text, "%" PRId64, s->target);
        lrp_cli_table_cell(&table, "%s", s->error ? "" : s->label && *s->label ? s->label : text);
        lrp_cli_table_cell(&table, "%s", s->error ? "" : lrp_cli_number(s->output, text, sizeof text));
        lrp_cli_table_cell(&table, "%s", s->error ? "" : lrp_cli_number(s->sum, text, sizeof text));
        snprintf(text, sizeof text, "%d", s->cluster);
        lrp_cli_table_cell(&table, "%s", s->cluster < 0 ? "" : text);
        snprintf(text, sizeof text, "%zu warnings", s->warnings);
        lrp_cli_table_cell(&table, "%s", s->error ? s->error : s->warnings ? text : "");
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

static void put_sample(struct lrp_document *d, cJSON *rows, size_t index, const struct lrp_outcome *s)
{
    cJSON *o = lrp_cli_json_put_object(d, rows, NULL);
    lrp_cli_json_put_number(d, o, "index", (double)index);
    lrp_cli_json_put_text(d, o, "name", s->name);
    if (s->folder) lrp_cli_json_put_text(d, o, "class", s->folder);
    if (s->error) {
        lrp_cli_json_put_text(d, o, "error", s->error);
        return;
    }
    lrp_cli_json_put_number(d, o, "target", (double)s->target);
    lrp_cli_json_put_text(d, o, "label", s->label ? s->label : "");
    lrp_cli_json_put_number(d, o, "output", s->output);
    lrp_cli_json_put_number(d, o, "sum", s->sum);
    if (s->cluster >= 0) lrp_cli_json_put_number(d, o, "cluster", s->cluster);
}

static enum lrp_status print_samples_json(const struct lrp_arguments *a, const struct lrp_batch_results *r,
                                          struct lrp_error *err)
{
    struct lrp_document d;
    lrp_cli_json_init(&d, a->model);
    lrp_cli_json_put_number(&d, d.root, "samples", (double)r->samples);
    lrp_cli_json_put_number(&d, d.root, "there", (double)r->there);
    lrp_cli_json_put_number(&d, d.root, "failed", (double)r->failed);
    cJSON *rows = lrp_cli_json_put_array(&d, d.root, "results");
    for (size_t i = 0; i < r->capacity; i++)
        if (r->rows[i].name) put_sample(&d, rows, i, &r->rows[i]);
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

enum lrp_status lrp_cli_results_print(const struct lrp_arguments *a, struct lrp_error *err)
{
    struct lrp_batch_results r;
    bool more = true;
    enum lrp_status status = lrp_results_open(a->results, &r, err);
    while (!status && more) status = lrp_results_read(&r, SIZE_MAX, &more, err);
    if (!status) status = a->json ? print_samples_json(a, &r, err) : print_samples(&r, err);
    if (!status && !a->json) lrp_print(stdout, "%zu of %zu samples, %zu bad inputs\n", r.there, r.samples, r.failed);
    lrp_results_free(&r);
    return status;
}
