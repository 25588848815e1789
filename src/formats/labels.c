/* labels.c: names of classes from a text file or a config.json. */
#include "labels.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mapping.h"
#include "text.h"

#define MOST_CLASSES ((size_t)1 << 20)
#define LARGEST_FILE ((size_t)64 << 20)

void lrp_labels_free(struct lrp_labels *labels)
{
    for (size_t i = 0; i < labels->count; i++) free(labels->names[i]);
    free(labels->names);
    *labels = (struct lrp_labels){0};
}

static bool make_room(struct lrp_labels *labels, size_t count)
{
    labels->names = calloc(count ? count : 1, sizeof *labels->names);
    labels->count = labels->names ? count : 0;
    return labels->names != NULL;
}

/* ---- text ---- */

/* Length of the line at `at` without its end; *next is where the following one begins. */
static size_t line_length(const char *at, const char *end, const char **next)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *stop = newline ? newline : end;
    *next = newline ? newline + 1 : end;
    while (stop > at && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t')) stop--;
    return (size_t)(stop - at);
}

static enum lrp_status read_lines(const char *at, const char *end, struct lrp_labels *out, struct lrp_error *err)
{
    size_t count = 0;
    const char *next;
    for (const char *p = at; p < end; p = next, count++) (void)line_length(p, end, &next);
    if (count > MOST_CLASSES) return lrp_fail(err, LRP_FILE, "too many lines for a list of classes");
    if (!make_room(out, count)) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i < count; i++, at = next) {
        const size_t length = line_length(at, end, &next);
        out->names[i] = strndup(at, length);
        if (!out->names[i]) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    return LRP_OK;
}

/* ---- config.json ---- */

/* The class an entry of id2label is about; false if its key is no class or its value no name. */
static bool class_of(const cJSON *entry, size_t *out)
{
    int64_t number;
    if (!cJSON_IsString(entry) || !lrp_parse_int64(entry->string, &number) || number < 0 || number >= (int64_t)MOST_CLASSES)
        return false;
    *out = (size_t)number;
    return true;
}

static enum lrp_status fill_from_json(const cJSON *names, struct lrp_labels *out, struct lrp_error *err)
{
    const cJSON *entry;
    size_t count = 0, class;
    cJSON_ArrayForEach(entry, names)
    {
        if (!class_of(entry, &class))
            return lrp_fail(err, LRP_FILE, "id2label must map class numbers to names, like {\"0\": \"cat\"}");
        count = class >= count ? class + 1 : count;
    }
    if (!make_room(out, count)) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    cJSON_ArrayForEach(entry, names)
    {
        if (!class_of(entry, &class)) continue;
        free(out->names[class]);
        out->names[class] = strdup(entry->valuestring);
    }
    for (size_t i = 0; i < count; i++) {
        if (!out->names[i]) out->names[i] = strdup("");
        if (!out->names[i]) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    return LRP_OK;
}

static enum lrp_status read_config(const char *text, size_t length, struct lrp_labels *out, struct lrp_error *err)
{
    cJSON *json;
    const cJSON *names = NULL;
    enum lrp_status status = lrp_json_parse(text, length, &json, err);
    if (status) return status;
    status = lrp_json_get_object(json, "id2label", &names, err);
    if (!status && !names) status = lrp_fail(err, LRP_FILE, "there is no \"id2label\" in it");
    if (!status) status = fill_from_json(names, out, err);
    cJSON_Delete(json);
    return status;
}

enum lrp_status lrp_labels_read(const char *path, struct lrp_labels *out, struct lrp_error *err)
{
    *out = (struct lrp_labels){0};
    struct lrp_mapping file;
    enum lrp_status status = lrp_mapping_open(path, &file, err);
    if (status) return status;
    if (file.size > LARGEST_FILE) {
        lrp_mapping_close(&file);
        return lrp_fail(err, LRP_FILE, "%s: %zu bytes are too many for a list of classes (at most %zu)", path, file.size,
                        LARGEST_FILE);
    }
    const char *text = (const char *)file.data, *end = text + file.size;
    if (file.size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3;
    const char *first = text;
    while (first < end && (*first == ' ' || *first == '\n' || *first == '\r' || *first == '\t')) first++;
    if (first < end && *first == '{')
        status = read_config(text, (size_t)(end - text), out, err);
    else
        status = read_lines(text, end, out, err);
    if (status) {
        lrp_labels_free(out);
        status = lrp_fail_context(err, status, "%s", path);
    }
    lrp_mapping_close(&file);
    return status;
}
