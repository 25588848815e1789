/* texts.c: reading the texts a command line gives. */
#include "texts.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "json.h"
#include "mapping.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status append_text(struct lrp_cli_texts *texts, const char *text, size_t length, const char *pair,
                                   struct lrp_error *err)
{
    struct lrp_cli_text *items = realloc(texts->items, (texts->count + 1) * sizeof *items);
    if (!items) return no_memory(err);
    texts->items = items;
    struct lrp_cli_text *one = &items[texts->count];
    *one = (struct lrp_cli_text){strndup(text, length), pair ? strdup(pair) : NULL};
    texts->count++;
    return one->text && (one->pair || !pair) ? LRP_OK : no_memory(err);
}

static enum lrp_status read_lines(const struct lrp_mapping *file, struct lrp_cli_texts *out, struct lrp_error *err)
{
    const char *at = (const char *)file->data, *const end = at + file->size;
    enum lrp_status status = LRP_OK;
    while (!status && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *last = stop ? stop : end;
        if (last > at && last[-1] == '\r') last--;
        status = append_text(out, at, (size_t)(last - at), NULL, err);
        at = stop ? stop + 1 : end;
    }
    return status;
}

static enum lrp_status read_json(const struct lrp_mapping *file, struct lrp_cli_texts *out, struct lrp_error *err)
{
    cJSON *root = NULL;
    const cJSON *item;
    enum lrp_status status = lrp_json_parse((const char *)file->data, file->size, &root, err);
    if (!status && !cJSON_IsArray(root)) status = lrp_fail(err, LRP_FILE, "texts are an array of strings, or of [text, pair]");
    cJSON_ArrayForEach(item, root)
    {
        const cJSON *text = cJSON_IsArray(item) ? item->child : item, *pair = cJSON_IsArray(item) && text ? text->next : NULL;
        if (!status && (!text || !cJSON_IsString(text) || (pair && (!cJSON_IsString(pair) || pair->next))))
            status = lrp_fail(err, LRP_FILE, "text %zu is neither a string nor [text, pair]", out->count);
        if (!status)
            status = append_text(out, text->valuestring, strlen(text->valuestring), pair ? pair->valuestring : NULL, err);
    }
    cJSON_Delete(root);
    return status;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static enum lrp_status read_file(const char *path, struct lrp_cli_texts *out, struct lrp_error *err)
{
    struct lrp_mapping file;
    enum lrp_status status = lrp_mapping_open(path, &file, err);
    if (status) return status;
    status = ends_with(path, ".json") ? read_json(&file, out, err) : read_lines(&file, out, err);
    if (status) lrp_fail_context(err, status, "%s", path);
    lrp_mapping_close(&file);
    return status;
}

enum lrp_status lrp_cli_texts_read(const struct lrp_arguments *arguments, struct lrp_cli_texts *out, struct lrp_error *err)
{
    *out = (struct lrp_cli_texts){0};
    enum lrp_status status = LRP_OK;
    if (arguments->text && arguments->text_file) return lrp_fail(err, LRP_USAGE, "--text and --text-file: give one of them");
    if (arguments->text_pair && !arguments->text) return lrp_fail(err, LRP_USAGE, "--text-pair goes with --text");
    if (arguments->text) status = append_text(out, arguments->text, strlen(arguments->text), arguments->text_pair, err);
    if (arguments->text_file) status = read_file(arguments->text_file, out, err);
    if (status) lrp_cli_texts_free(out);
    return status;
}

void lrp_cli_texts_free(struct lrp_cli_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        free(texts->items[i].text);
        free(texts->items[i].pair);
    }
    free(texts->items);
    *texts = (struct lrp_cli_texts){0};
}

enum lrp_status lrp_cli_tokenizer_open(const struct lrp_arguments *arguments, struct lrp_tokenizer **out, struct lrp_error *err)
{
    const char *model = arguments->model;
    if (arguments->tokenizer) return lrp_tokenizer_open(arguments->tokenizer, out, err);
    if (arguments->hub) return lrp_tokenizer_open(arguments->hub, out, err);
    if (!ends_with(model, ".onnx")) return lrp_tokenizer_open(model, out, err);
    return lrp_tokenizer_open_beside(model, out, err);
}
