/* template.c: the special tokens that stand round a text ("post-processors"). */
#include <string.h>

#include "json.h"
#include "tokenizer.h"

static struct lrp_template_part *part_add(struct lrp_tokenizer *t, struct lrp_template *into, size_t most)
{
    if (!into->parts) into->parts = lrp_arena_calloc(t->arena, most, sizeof *into->parts);
    return into->parts && into->count < most ? &into->parts[into->count++] : NULL;
}

/* ---- TemplateProcessing ---- */

/* A special token of the template by its name; it may consist of several ids. */
static enum lrp_status read_special(struct lrp_tokenizer *t, const cJSON *special, const char *name, int type,
                                    struct lrp_template *into, size_t most, struct lrp_error *err)
{
    const cJSON *entry = cJSON_GetObjectItemCaseSensitive(special, name), *ids = NULL, *item;
    enum lrp_status status = entry ? lrp_json_get_array(entry, "ids", &ids, err) : LRP_OK;
    if (!status && !ids) return lrp_fail(err, LRP_FILE, "the template names the special token %s, which has no ids", name);
    cJSON_ArrayForEach(item, ids)
    {
        int64_t id;
        struct lrp_template_part *part = status ? NULL : part_add(t, into, most);
        if (!part || !lrp_json_is_int(item, &id) || id < 0)
            return lrp_fail(err, LRP_FILE, "the ids of the special token %s are wrong", name);
        *part = (struct lrp_template_part){.id = id, .type = type};
    }
    return status;
}

static enum lrp_status read_parts(struct lrp_tokenizer *t, const cJSON *object, const char *key, struct lrp_template *into,
                                  struct lrp_error *err)
{
    const cJSON *list = NULL, *special = NULL, *item;
    enum lrp_status status = lrp_json_get_array(object, key, &list, err);
    if (!status) status = lrp_json_get_object(object, "special_tokens", &special, err);
    const size_t most = (size_t)cJSON_GetArraySize(list) + 64;
    *into = (struct lrp_template){0};
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *token = cJSON_GetObjectItemCaseSensitive(item, "SpecialToken");
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, "Sequence");
        const char *id = NULL;
        int64_t type = 0;
        if (!status) status = lrp_json_get_string(token ? token : text, "id", &id, err);
        if (!status) status = lrp_json_get_int(token ? token : text, "type_id", &type, err);
        if (status) return status;
        if (!id || type < 0 || type > 255) return lrp_fail(err, LRP_FILE, "a part of the template %s is not understood", key);
        if (token) {
            status = read_special(t, special, id, (int)type, into, most, err);
            continue;
        }
        struct lrp_template_part *part = part_add(t, into, most);
        if (!part) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        *part = (struct lrp_template_part){.id = -1, .second = strcmp(id, "B") == 0, .type = (int)type};
    }
    return status;
}

static enum lrp_status read_template(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    enum lrp_status status = read_parts(t, object, "single", &t->single, err);
    return status ? status : read_parts(t, object, "pair", &t->pair, err);
}

/* ---- BertProcessing, RobertaProcessing: ["[SEP]", 102], ["[CLS]", 101] ---- */

static enum lrp_status read_pair(const cJSON *object, const char *key, int64_t *id, struct lrp_error *err)
{
    const cJSON *list = NULL;
    enum lrp_status status = lrp_json_get_array(object, key, &list, err);
    if (status) return status;
    if (cJSON_GetArraySize(list) != 2 || !lrp_json_is_int(list->child->next, id) || *id < 0)
        return lrp_fail(err, LRP_FILE, "\"%s\" must be a token and its id", key);
    return LRP_OK;
}

/* cls A sep, and: cls A sep [sep] B sep */
static enum lrp_status fill_template(struct lrp_tokenizer *t, int64_t cls, int64_t sep, bool twice, int second_type,
                                     struct lrp_error *err)
{
    const struct lrp_template_part parts[] = {{cls, false, 0}, {-1, false, 0},          {sep, false, 0},
                                              {sep, false, 0}, {-1, true, second_type}, {sep, false, second_type}};
    t->single = t->pair = (struct lrp_template){0};
    for (int i = 0; i < 6; i++) {
        struct lrp_template_part *one = i < 3 ? part_add(t, &t->single, 6) : NULL,
                                 *two = i != 3 || twice ? part_add(t, &t->pair, 6) : NULL;
        if ((i < 3 && !one) || ((i != 3 || twice) && !two)) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        if (one) *one = parts[i];
        if (two) *two = parts[i];
    }
    return LRP_OK;
}

static enum lrp_status read_bert(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    int64_t cls = 0, sep = 0;
    enum lrp_status status = read_pair(object, "cls", &cls, err);
    if (!status) status = read_pair(object, "sep", &sep, err);
    return status ? status : fill_template(t, cls, sep, false, 1, err);
}

static enum lrp_status read_bytes(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    t->trim_offsets = t->trim_prefix = true;
    enum lrp_status status = lrp_json_get_bool(object, "trim_offsets", &t->trim_offsets, err);
    return status ? status : lrp_json_get_bool(object, "add_prefix_space", &t->trim_prefix, err);
}

static enum lrp_status read_roberta(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    int64_t cls = 0, sep = 0;
    enum lrp_status status = read_bytes(t, object, err);
    if (!status) status = read_pair(object, "cls", &cls, err);
    if (!status) status = read_pair(object, "sep", &sep, err);
    return status ? status : fill_template(t, cls, sep, true, 0, err);
}

/* ---- the table ---- */

static const struct {
    const char *type;
    enum lrp_status (*read)(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err);
} rows[] = {
    {"TemplateProcessing", read_template},
    {"BertProcessing", read_bert},
    {"RobertaProcessing", read_roberta},
    {"ByteLevel", read_bytes},
};

enum lrp_status lrp_templates_read(struct lrp_tokenizer *t, const cJSON *object, struct lrp_error *err)
{
    const char *type = "";
    if (!object || cJSON_IsNull(object)) return LRP_OK;
    enum lrp_status status = lrp_json_get_string(object, "type", &type, err);
    for (size_t i = 0; !status && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].type, type) == 0) return rows[i].read(t, object, err);
    if (status) return status;
    if (strcmp(type, "Sequence") != 0) return lrp_fail(err, LRP_UNSUPPORTED, "the post-processor %s is not known here", type);
    const cJSON *list = NULL, *item;
    status = lrp_json_get_array(object, "processors", &list, err);
    cJSON_ArrayForEach(item, list) if (!status) status = lrp_templates_read(t, item, err);
    return status;
}
