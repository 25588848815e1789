/* concepts_index.c: the files of a reference index: arrays by layer, the inputs they are of, and what they depend on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "concepts.h"
#include "identity.h"
#include "json.h"
#include "mapping.h"
#include "output.h"
#include "paths.h"
#include "text.h"
#include "words.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for an index");
}

/* Where the arrays of a layer are: in the index itself, of several layers in a folder each. Owned. */
static char *folder_of(const struct concepts *c, size_t at)
{
    if (c->layer_count == 1) return strdup(c->arguments->index);
    char *name = strdup(lrp_concepts_layer(c, c->layers[at]));
    for (char *p = name; p && *p; p++)
        if (*p == '/') *p = '_';
    char *path = name ? lrp_cli_path_join(c->arguments->index, name, "") : NULL;
    free(name);
    return path;
}

static enum lrp_status describe_index(struct concepts *c, struct lrp_document *d, struct lrp_error *err)
{
    const struct lrp_arguments *a = c->arguments;
    lrp_cli_json_init(d, a->model);
    const enum lrp_status status = lrp_cli_put_model_hash(d, lrp_session_model(c->job.session), err);
    lrp_cli_put_settings(d, a);
    cJSON *layers = lrp_cli_json_put_array(d, d->root, "layers");
    for (size_t i = 0; i < c->layer_count; i++) lrp_cli_json_put_text(d, layers, NULL, lrp_concepts_layer(c, c->layers[i]));
    lrp_cli_json_put_number(d, d->root, "references", (double)c->indices[0].references);
    lrp_cli_json_put_text(d, d->root, "by", lrp_cli_by_word(a->by));
    lrp_cli_json_put_text(d, d->root, "pool", lrp_cli_pool_word(a->pool));
    lrp_cli_json_put_bool(d, d->root, "share", a->share);
    lrp_cli_json_put_number(d, d->root, "samples", (double)c->number);
    return status;
}

/* NULL: both say the same; else what is another. */
static const char *index_difference(const cJSON *a, const cJSON *b)
{
    static const struct {
        const char *key, *what;
    } parts[] = {{"model_hash", "another model, or the model has changed"},
                 {"settings", "other settings (rules, preprocessing, target)"},
                 {"layers", "other layers (--at)"},
                 {"references", "another number of --references"},
                 {"by", "another --by"},
                 {"pool", "another --pool"},
                 {"share", "--share"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!lrp_cli_same_item(a, b, parts[i].key)) return parts[i].what;
    return NULL;
}

/* ---- inputs.txt ---- */

/* A line for every sample, in the order of their numbers. */
static void list_inputs(const struct concepts *c, struct lrp_text *out)
{
    const size_t each = lrp_cli_samples_in(&c->job);
    const size_t passes = each ? (size_t)lrp_cli_job_passes(&c->job) : 1;
    for (size_t n = 0, rounds = lrp_cli_job_rounds(&c->job); n < rounds; n++)
        for (size_t k = 0; k < (each && rounds == 1 ? each * passes : 1); k++) {
            char *name = lrp_cli_sample_name(lrp_cli_job_round_path(&c->job, n), k, rounds == 1 ? each * passes : 1);
            lrp_text_printf(out, "%s\n", name ? name : "");
            out->failed |= !name;
            free(name);
        }
}

/* Those that the index has are the first of those that are given. */
static enum lrp_status compare_inputs(const struct concepts *c, const char *path, struct lrp_error *err)
{
    struct lrp_mapping file;
    struct lrp_text now = {0};
    enum lrp_status status = lrp_mapping_open(path, &file, err);
    if (status) return status;
    list_inputs(c, &now);
    if (now.failed)
        status = no_memory(err);
    else if (file.size > now.length || (file.size && memcmp(file.data, now.data, file.size) != 0))
        status = lrp_fail(err, LRP_USAGE, "%s: the index is of other inputs (give the same ones first, or leave --resume out)",
                          path);
    lrp_mapping_close(&file);
    lrp_text_free(&now);
    return status;
}

/* ---- going on ---- */

static enum lrp_status read_layers(struct concepts *c, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < c->layer_count; i++) {
        char *folder = folder_of(c, i);
        status = folder ? lrp_concept_index_read(&c->indices[i], folder, err) : no_memory(err);
        c->indices[i].seen = c->known;
        free(folder);
    }
    return status;
}

/* The index is of the same model and settings: how many samples it knows. */
static enum lrp_status check_index(struct concepts *c, size_t *samples, struct lrp_error *err)
{
    struct lrp_document d = {0};
    cJSON *there = NULL;
    char *path = lrp_cli_path_join(c->arguments->index, "index", ".json");
    enum lrp_status status = path ? lrp_json_read(path, &there, err) : no_memory(err);
    if (!status) status = describe_index(c, &d, err);
    const char *what = status ? NULL : index_difference(there, d.root);
    if (what) status = lrp_fail(err, LRP_USAGE, "%s: the index was made with %s: make it anew, without --resume", path, what);
    const cJSON *count = status ? NULL : cJSON_GetObjectItemCaseSensitive(there, "samples");
    if (!status && (!cJSON_IsNumber(count) || count->valuedouble < 0))
        status = lrp_fail(err, LRP_FILE, "%s: \"samples\" is no number", path);
    if (!status) *samples = (size_t)count->valuedouble;
    cJSON_Delete(there);
    lrp_cli_json_free(&d);
    free(path);
    return status;
}

static enum lrp_status resume_index(struct concepts *c, struct lrp_error *err)
{
    char *path = lrp_cli_path_join(c->arguments->index, "index", ".json"),
         *inputs = lrp_cli_path_join(c->arguments->index, "inputs", ".txt");
    enum lrp_status status = path && inputs ? LRP_OK : no_memory(err);
    if (!status && access(path, F_OK) == 0) {
        status = check_index(c, &c->known, err);
        if (!status) status = compare_inputs(c, inputs, err);
        if (!status) status = read_layers(c, err);
    }
    free(path);
    free(inputs);
    return status;
}

static enum lrp_status guard_files(const struct concepts *c, struct lrp_error *err)
{
    static const char *const names[] = {"value.npy", "sample.npy", "position.npy", "inputs.txt", "index.json"};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < c->layer_count; i++) {
        char *folder = folder_of(c, i);
        for (size_t k = 0; !status && k < sizeof names / sizeof *names; k++) {
            char *path = folder ? lrp_cli_path_join(folder, names[k], "") : NULL;
            status = path ? lrp_concepts_guard(c, "--index", path, err) : no_memory(err);
            free(path);
        }
        free(folder);
    }
    return status;
}

enum lrp_status lrp_concepts_begin_index(struct concepts *c, struct lrp_error *err)
{
    c->indices = calloc(c->layer_count + 1, sizeof *c->indices);
    if (!c->indices) return no_memory(err);
    for (size_t i = 0; i < c->layer_count; i++)
        c->indices[i].references = c->arguments->references ? (size_t)c->arguments->references : 8;
    const enum lrp_status status = guard_files(c, err);
    return !status && c->arguments->resume ? resume_index(c, err) : status;
}

/* ---- out ---- */

static enum lrp_status write_inputs(const struct concepts *c, struct lrp_error *err)
{
    struct lrp_text text = {0};
    char *path = lrp_cli_path_join(c->arguments->index, "inputs", ".txt");
    list_inputs(c, &text);
    size_t length = 0, lines = 0;
    while (length < text.length && lines < c->number) lines += text.data[length++] == '\n';
    const enum lrp_status status =
        path && !text.failed ? lrp_output_write(path, text.data ? text.data : "", length, err) : no_memory(err);
    free(path);
    lrp_text_free(&text);
    return status;
}

/* index.json last: it says what all else is of. */
enum lrp_status lrp_concepts_write_index(struct concepts *c, struct lrp_error *err)
{
    struct lrp_document d = {0};
    char *path = lrp_cli_path_join(c->arguments->index, "index", ".json");
    enum lrp_status status = path ? lrp_cli_dir_make(c->arguments->index, err) : no_memory(err);
    for (size_t i = 0; !status && i < c->layer_count; i++) {
        char *folder = folder_of(c, i);
        status = folder ? lrp_cli_dir_make(folder, err) : no_memory(err);
        if (!status) status = lrp_concept_index_write(&c->indices[i], folder, err);
        free(folder);
    }
    if (!status) status = write_inputs(c, err);
    if (!status) status = describe_index(c, &d, err);
    if (!status) status = lrp_cli_json_write(&d, path, err);
    lrp_cli_json_free(&d);
    free(path);
    return status;
}
