/* json_output.c: JSON as lrpscope(1) promises it: keys are never renamed, NaN is null. */
#include "json_output.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

static void attach(struct lrp_document *document, cJSON *parent, const char *key, cJSON *item)
{
    const bool added = item && parent && (key ? cJSON_AddItemToObject(parent, key, item) : cJSON_AddItemToArray(parent, item));
    if (added) return;
    document->failed = true;
    cJSON_Delete(item);
}

void lrp_cli_json_init(struct lrp_document *document, const char *model)
{
    *document = (struct lrp_document){.root = cJSON_CreateObject()};
    lrp_cli_json_put_number(document, document->root, "lrpscope", 1);
    if (model) lrp_cli_json_put_text(document, document->root, "model", model);
}

void lrp_cli_json_free(struct lrp_document *document)
{
    cJSON_Delete(document->root);
    document->root = NULL;
}

void lrp_cli_json_put_number(struct lrp_document *document, cJSON *parent, const char *key, double value)
{
    attach(document, parent, key, lrp_json_number(value));
}

void lrp_cli_json_put_text(struct lrp_document *document, cJSON *parent, const char *key, const char *text)
{
    attach(document, parent, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void lrp_cli_json_put_bool(struct lrp_document *document, cJSON *parent, const char *key, bool value)
{
    attach(document, parent, key, cJSON_CreateBool(value));
}

void lrp_cli_json_put_null(struct lrp_document *document, cJSON *parent, const char *key)
{
    attach(document, parent, key, cJSON_CreateNull());
}

cJSON *lrp_cli_json_put_array(struct lrp_document *document, cJSON *parent, const char *key)
{
    cJSON *item = cJSON_CreateArray();
    attach(document, parent, key, item);
    return document->failed ? NULL : item;
}

cJSON *lrp_cli_json_put_object(struct lrp_document *document, cJSON *parent, const char *key)
{
    cJSON *item = cJSON_CreateObject();
    attach(document, parent, key, item);
    return document->failed ? NULL : item;
}

void lrp_cli_json_put_texts(struct lrp_document *document, cJSON *parent, const char *key, const char *const *texts,
                            size_t count)
{
    cJSON *array = lrp_cli_json_put_array(document, parent, key);
    for (size_t i = 0; i < count; i++) lrp_cli_json_put_text(document, array, NULL, texts[i]);
}

static bool is_there(const cJSON *array, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0) return true;
    }
    return false;
}

void lrp_cli_json_put_new_texts(struct lrp_document *document, cJSON *array, const char *const *texts, size_t count)
{
    for (size_t i = 0; array && i < count; i++)
        if (!is_there(array, texts[i])) lrp_cli_json_put_text(document, array, NULL, texts[i]);
}

void lrp_cli_json_put_shape(struct lrp_document *document, cJSON *parent, const char *key, const struct lrp_shape *shape)
{
    if (shape->rank < 0) {
        lrp_cli_json_put_null(document, parent, key);
        return;
    }
    cJSON *array = lrp_cli_json_put_array(document, parent, key);
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 0)
            lrp_cli_json_put_null(document, array, NULL);
        else
            lrp_cli_json_put_number(document, array, NULL, (double)shape->dim[i]);
}

enum lrp_status lrp_cli_json_print(const struct lrp_document *document, FILE *file, struct lrp_error *err)
{
    char *text = document->failed ? NULL : lrp_json_print(document->root, true);
    if (!text) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    fprintf(file, "%s\n", text);
    free(text);
    return LRP_OK;
}

enum lrp_status lrp_cli_json_write(const struct lrp_document *document, const char *path, struct lrp_error *err)
{
    return document->failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : lrp_json_write(path, document->root, err);
}
