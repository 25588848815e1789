/* composite_json.c: composites as JSON, both ways. */
#include "composite_json.h"

#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "split.h"

static const struct {
    const char *text;
    enum { HEAD_NONE, HEAD_TEXT, HEAD_NUMBER } head;
    bool map;
    const char *line;
} forms[LRP_PRIMITIVE_COUNT] = {
#define NOTHING HEAD_NONE
#define SELECTOR HEAD_TEXT
#define NUMBER HEAD_NUMBER
#define X(id, text, head, map, line) {text, head, map, line},
    LRP_PRIMITIVES(X)
#undef X
#undef NOTHING
#undef SELECTOR
#undef NUMBER
};

bool lrp_primitive_at(size_t index, struct lrp_primitive_info *out)
{
    static const char *const arguments[][2] = {[HEAD_NONE] = {"RULE", "TYPE=RULE, ..."},
                                               [HEAD_TEXT] = {"SELECTOR, RULE", "SELECTOR, TYPE=RULE, ..."},
                                               [HEAD_NUMBER] = {"N, RULE", "N, TYPE=RULE, ..."}};
    static const char *const json[][2] = {[HEAD_NONE] = {"RULE", "{TYPE: RULE, ...}"},
                                          [HEAD_TEXT] = {"SELECTOR, \"rule\": RULE", "SELECTOR, \"rules\": {TYPE: RULE, ...}"},
                                          [HEAD_NUMBER] = {"N, \"rule\": RULE", "N, \"rules\": {TYPE: RULE, ...}"}};
    if (index >= LRP_PRIMITIVE_COUNT) return false;
    *out = (struct lrp_primitive_info){.name = forms[index].text,
                                       .line = forms[index].line,
                                       .arguments = arguments[forms[index].head][forms[index].map],
                                       .json = json[forms[index].head][forms[index].map]};
    return true;
}

/* ---- from JSON ---- */

/* A text that stays one argument where it is put: what rule it is comes out later. */
static bool is_rule(const cJSON *item)
{
    struct lrp_call_text call;
    if (!cJSON_IsString(item) || lrp_call_text_split(item->valuestring, &call, NULL) != LRP_OK) return false;
    const bool one = !strpbrk(call.name, ",=\"[]");
    lrp_call_text_free(&call);
    return one;
}

static bool append_map(const cJSON *map, struct lrp_text *out)
{
    const cJSON *item;
    if (!cJSON_IsObject(map) || !map->child) return false;
    cJSON_ArrayForEach(item, map)
    {
        if (!is_rule(item)) return false;
        lrp_text_append(out, item == map->child ? "" : ", ");
        lrp_append_quoted(out, item->string, "=");
        lrp_text_printf(out, "=%s", item->valuestring);
    }
    return true;
}

/* The rule, or map of rules, that a primitive ends with. */
static bool append_rules(const cJSON *item, bool map, struct lrp_text *out)
{
    if (map) return append_map(item, out);
    if (!is_rule(item)) return false;
    lrp_text_append(out, item->valuestring);
    return true;
}

static bool append_primitive(const cJSON *item, struct lrp_text *out)
{
    if (cJSON_IsString(item)) {
        lrp_text_append(out, item->valuestring);
        return true;
    }
    const cJSON *first = cJSON_IsObject(item) ? item->child : NULL;
    size_t k = 0;
    while (first && k < LRP_PRIMITIVE_COUNT && strcmp(forms[k].text, first->string) != 0) k++;
    if (!first || k == LRP_PRIMITIVE_COUNT) return false;
    lrp_text_printf(out, "%s(", first->string);
    const cJSON *rules = first, *second = first->next;
    if (forms[k].head != HEAD_NONE) {
        if (forms[k].head == HEAD_NUMBER ? !cJSON_IsNumber(first) : !cJSON_IsString(first)) return false;
        if (!second || second->next || strcmp(second->string, forms[k].map ? "rules" : "rule") != 0) return false;
        if (cJSON_IsNumber(first))
            lrp_text_printf(out, "%.17g, ", first->valuedouble);
        else
            lrp_append_quoted(out, first->valuestring, "");
        if (!cJSON_IsNumber(first)) lrp_text_append(out, ", ");
        rules = second;
    } else if (second)
        return false;
    if (!append_rules(rules, forms[k].map, out)) return false;
    lrp_text_append(out, ")");
    return true;
}

static enum lrp_status is_none(int place, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE,
                    "primitive %d is none (a text like \"global(zero)\", or an object like {\"layer\": \"9\", \"rule\": "
                    "\"flat\"}, {\"global-type\": {\"convolution\": \"flat\"}})",
                    place);
}

enum lrp_status lrp_composite_json_text(const cJSON *array, struct lrp_text *out, struct lrp_error *err)
{
    const cJSON *item;
    int place = 0;
    lrp_text_append(out, "composite(");
    cJSON_ArrayForEach(item, array)
    {
        if (place++) lrp_text_append(out, ", ");
        if (!append_primitive(item, out)) return is_none(place, err);
    }
    lrp_text_append(out, ")");
    return out->failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : LRP_OK;
}

static enum lrp_status check_text(const char *text, const struct lrp_rule_book *book, enum lrp_convention convention,
                                  struct lrp_error *err)
{
    struct lrp_composite *composite = NULL;
    const enum lrp_status status = lrp_composite_parse(text, book, convention, &composite, err);
    if (!status) lrp_composite_free(composite);
    return status;
}

enum lrp_status lrp_composite_json_check(const cJSON *composite, const struct lrp_rule_book *book,
                                         enum lrp_convention convention, const cJSON **where, struct lrp_error *err)
{
    const cJSON *item;
    int place = 0;
    *where = composite;
    if (cJSON_IsString(composite)) return check_text(composite->valuestring, book, convention, err);
    cJSON_ArrayForEach(item, composite)
    {
        struct lrp_text text = {0};
        *where = item;
        place++;
        lrp_text_append(&text, "composite(");
        enum lrp_status status = append_primitive(item, &text) ? LRP_OK : is_none(place, err);
        lrp_text_append(&text, ")");
        if (!status)
            status =
                text.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : check_text(text.data, book, convention, err);
        lrp_text_free(&text);
        if (status) return status;
    }
    return LRP_OK;
}

/* ---- to JSON ---- */

static bool add_rule(cJSON *object, const char *key, const struct lrp_rule *rule, enum lrp_convention convention)
{
    char *text = lrp_rule_text(rule, convention);
    const bool ok = text && cJSON_AddStringToObject(object, key, text);
    free(text);
    return ok;
}

static bool add_primitive(cJSON *array, const struct lrp_primitive *p, enum lrp_convention convention)
{
    const char *name = forms[p->kind].text;
    cJSON *object = cJSON_CreateObject();
    if (!object || !cJSON_AddItemToArray(array, object)) {
        cJSON_Delete(object);
        return false;
    }
    bool ok = true;
    const char *key = name;
    if (forms[p->kind].head != HEAD_NONE) {
        ok = p->selector ? cJSON_AddStringToObject(object, name, p->selector) != NULL
                         : cJSON_AddNumberToObject(object, name, (double)p->n) != NULL;
        key = forms[p->kind].map ? "rules" : "rule";
    }
    if (!forms[p->kind].map) return ok && add_rule(object, key, &p->rules[0].rule, convention);
    cJSON *map = ok ? cJSON_AddObjectToObject(object, key) : NULL;
    for (size_t i = 0; map && ok && i < p->count; i++) ok = add_rule(map, p->rules[i].type, &p->rules[i].rule, convention);
    return map && ok;
}

char *lrp_composite_json(const struct lrp_composite *composite)
{
    cJSON *array = cJSON_CreateArray();
    bool ok = array != NULL;
    for (size_t i = 0; ok && i < composite->count; i++)
        ok = add_primitive(array, &composite->primitives[i], composite->convention);
    char *text = ok ? cJSON_Print(array) : NULL;
    cJSON_Delete(array);
    return text;
}
