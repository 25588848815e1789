/* references.c: an index of references, as `concepts --index` writes it, read for the grid of channels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concept_index.h"
#include "json.h"
#include "mapping.h"
#include "runner.h"

enum { MOST_INPUTS_BYTES = 64 << 20 };

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for references");
}

/* inputs.txt: a line for each sample, in the order of their numbers. */
static enum lrp_status read_inputs(const char *folder, struct lrp_strings *out, struct lrp_error *err)
{
    struct lrp_mapping file;
    char *path = NULL;
    if (asprintf(&path, "%s/inputs.txt", folder) < 0) return no_memory(err);
    enum lrp_status status = lrp_mapping_open_found(path, MOST_INPUTS_BYTES, &file, err);
    free(path);
    if (status) return status;
    const char *text = (const char *)file.data;
    for (size_t at = 0; !status && at < file.size;) {
        const char *end = memchr(text + at, '\n', file.size - at);
        const size_t length = end ? (size_t)(end - text) - at : file.size - at;
        char *line = strndup(text + at, length);
        if (!line || !lrp_strings_add(out, line)) status = no_memory(err);
        free(line);
        at += length + 1;
    }
    lrp_mapping_close(&file);
    return status;
}

/* A layer's arrays: in the folder itself, of several layers in one each, whose name has _ for /. */
static enum lrp_status read_layer(const char *folder, const char *name, bool alone, size_t references,
                                  struct lrp_layer_references *out, struct lrp_error *err)
{
    struct lrp_concept_index index = {.references = references};
    char *path = NULL;
    if (asprintf(&path, "%s%s%s", folder, alone ? "" : "/", alone ? "" : name) < 0) return no_memory(err);
    for (char *p = path + strlen(folder) + !alone; *p; p++)
        if (*p == '/') *p = '_';
    enum lrp_status status = lrp_concept_index_read(&index, path, err);
    free(path);
    if (!status) {
        *out = (struct lrp_layer_references){.layer = strdup(name),
                                             .references = index.references,
                                             .channels = index.channels,
                                             .values = index.values,
                                             .samples = index.samples};
        index.values = NULL; /* handed over */
        index.samples = NULL;
        if (!out->layer) status = no_memory(err);
    }
    lrp_concept_index_free(&index);
    return status;
}

static enum lrp_status read_layers(const char *folder, const cJSON *index, struct lrp_references *out, struct lrp_error *err)
{
    const cJSON *layers = NULL;
    int64_t references = 0;
    enum lrp_status status = lrp_json_get_array(index, "layers", &layers, err);
    if (!status) status = lrp_json_get_int(index, "references", &references, err);
    const int count = status ? 0 : cJSON_GetArraySize(layers);
    if (!status && (references < 1 || count < 1))
        status = lrp_fail(err, LRP_FILE, "%s/index.json: it is no index of references", folder);
    if (!status) out->layers = calloc((size_t)count, sizeof *out->layers);
    if (!status && !out->layers) status = no_memory(err);
    for (int i = 0; !status && i < count; i++) {
        const cJSON *name = cJSON_GetArrayItem(layers, i);
        if (!cJSON_IsString(name))
            status = lrp_fail(err, LRP_FILE, "%s/index.json: \"layers\" holds no names", folder);
        else
            status = read_layer(folder, name->valuestring, count == 1, (size_t)references, &out->layers[i], err);
        out->count += !status || out->layers[i].values;
    }
    return status;
}

static enum lrp_status read_index(const char *folder, struct lrp_references *out, struct lrp_error *err)
{
    cJSON *index = NULL;
    char *path = NULL;
    if (asprintf(&path, "%s/index.json", folder) < 0) return no_memory(err);
    enum lrp_status status = lrp_json_read_found(path, &index, err);
    free(path);
    if (!status) status = read_layers(folder, index, out, err);
    if (!status) status = read_inputs(folder, &out->inputs, err);
    cJSON_Delete(index);
    return status;
}

/* Whether the model that is open has one of the layers, with so many channels: an index of another one says nothing of it. */
static enum lrp_status check_layers(const struct lrp_runner *runner, const char *folder, const struct lrp_references *r,
                                    struct lrp_error *err)
{
    const struct lrp_layer_list *list = runner->snapshot ? runner->snapshot->layers : NULL;
    for (size_t k = 0; list && k < r->count; k++)
        for (size_t i = 0; i < list->count; i++)
            if (strcmp(list->rows[i].name, r->layers[k].layer) == 0) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "%s: it is an index of %s, a layer that this model does not have", folder,
                    r->count ? r->layers[0].layer : "nothing");
}

enum lrp_status lrp_runner_read_references(struct lrp_runner *runner, const char *folder, struct lrp_error *err)
{
    struct lrp_references references = {0};
    char text[160];
    enum lrp_status status = read_index(folder, &references, err);
    if (!status) status = check_layers(runner, folder, &references, err);
    if (status) {
        lrp_references_free(&references);
        return status;
    }
    snprintf(text, sizeof text, "references of %zu inputs, of %zu layer%s", references.inputs.count, references.count,
             references.count == 1 ? "" : "s");
    lrp_runner_send(runner, &(struct lrp_event){.kind = LRP_EVENT_REFERENCES, .references = &references});
    lrp_runner_say(runner, false, text);
    return LRP_OK;
}
