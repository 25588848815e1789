/* settings_file.c: settings read from a rules file (lrpscope-rules(5)). */
#include <stdlib.h>
#include <string.h>

#include "composite_json.h"
#include "mapping.h"
#include "settings_file.h"

/* A JSON value as the text a setting takes: strings, numbers, booleans, arrays of them joined by commas. */
static bool item_text(const cJSON *item, struct lrp_text *out)
{
    char number[40];
    if (cJSON_IsString(item))
        lrp_text_append(out, item->valuestring);
    else if (cJSON_IsNumber(item))
        lrp_text_append(out, lrp_json_number_text(item->valuedouble, number, sizeof number));
    else if (cJSON_IsBool(item))
        lrp_text_append(out, cJSON_IsTrue(item) ? "true" : "false");
    else if (!cJSON_IsNull(item))
        return false;
    return true;
}

static bool value_text(const cJSON *item, const char *separator, struct lrp_text *out)
{
    if (!cJSON_IsArray(item)) return item_text(item, out);
    const cJSON *element;
    const char *before = "";
    cJSON_ArrayForEach(element, item)
    {
        lrp_text_append(out, before);
        if (!item_text(element, out)) return false;
        before = separator;
    }
    return true;
}

/* Wrong composites are found here already, where line and column are known. */
static enum lrp_status check_composite(const struct lrp_rules_reader *r, const cJSON *item)
{
    struct lrp_error why = {0};
    enum lrp_convention convention = LRP_CONVENTION_JULIA;
    const cJSON *where;
    char place[LRP_RULES_PLACE_SIZE];
    if (!cJSON_IsArray(item) && !cJSON_IsString(item))
        return lrp_rules_wrong(r, item->string, "a composite is a text, or a list of primitives");
    if (cJSON_IsString(item) && !*item->valuestring) return LRP_OK;
    lrp_convention_parse(lrp_settings_get(r->settings, LRP_SETTING_CONVENTION), &convention, NULL);
    const enum lrp_status status = lrp_composite_json_check(item, r->settings->book, convention, &where, &why);
    return !status ? status
                   : lrp_fail(r->err, status, "%s: \"composite\": %s",
                              lrp_json_place(r->path, r->json, where, place, sizeof place), why.message);
}

/* What a rules file that nobody named names may be that large. */
#define LARGEST_NAMED ((size_t)1 << 30)

static enum lrp_status read_value(struct lrp_rules_reader *r, enum lrp_setting setting, const cJSON *item)
{
    if (setting == LRP_SETTING_COMPOSITE && check_composite(r, item) != LRP_OK) return r->err ? r->err->status : LRP_USAGE;
    struct lrp_text text = {0}, full = {0};
    struct lrp_error why = {0};
    const bool list = setting == LRP_SETTING_COMPOSITE && cJSON_IsArray(item);
    if (list && lrp_composite_json_text(item, &full, &why) != LRP_OK) {
        lrp_text_free(&full);
        return lrp_rules_wrong(r, lrp_setting_file_key(setting), why.message);
    }
    bool ok = list || value_text(item, ",", &text);
    const char *value = text.data ? text.data : "";
    if (!list && ok && lrp_setting_is_path(setting, value) && *value != '/') {
        const char *slash = strrchr(r->path, '/');
        lrp_text_append_n(&full, r->path, slash ? (size_t)(slash - r->path) + 1 : 0);
        lrp_text_append(&full, value);
    } else if (!list)
        lrp_text_append(&full, value);
    enum lrp_status status = LRP_OK;
    if (ok && r->found && full.data && lrp_setting_is_path(setting, value))
        status = lrp_file_check_found(full.data, LARGEST_NAMED, &why);
    if (!ok)
        status = lrp_rules_wrong(r, lrp_setting_file_key(setting), "a text, number or list is needed");
    else if (text.failed || full.failed)
        status = lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    else if (!status)
        status = lrp_settings_set(r->settings, setting, full.data ? full.data : "", &why);
    if (ok && status && why.status) status = lrp_fail(r->err, status, "%s: %s", r->path, why.message);
    lrp_text_free(&text);
    lrp_text_free(&full);
    return status;
}

static enum lrp_status read_rules(struct lrp_rules_reader *r, const cJSON *list)
{
    const cJSON *item;
    if (!cJSON_IsArray(list)) return lrp_rules_wrong(r, "rules", "a list of {\"select\", \"rule\"} is needed");
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *select = cJSON_GetObjectItemCaseSensitive(item, "select"),
                    *rule = cJSON_GetObjectItemCaseSensitive(item, "rule");
        struct lrp_error why = {0};
        if (!cJSON_IsString(select) || !cJSON_IsString(rule))
            return lrp_rules_wrong(r, "rules", "every entry needs \"select\" and \"rule\"");
        enum lrp_status status = lrp_settings_append_rule(r->settings, select->valuestring, rule->valuestring, &why);
        if (status) return lrp_fail(r->err, status, "%s: rules: %s", r->path, why.message);
    }
    return LRP_OK;
}

static enum lrp_status read_names(struct lrp_rules_reader *r, const char *key, const cJSON *list, struct lrp_strings *names)
{
    const cJSON *item;
    if (!cJSON_IsArray(list)) return lrp_rules_wrong(r, key, "a list of names is needed");
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item)) return lrp_rules_wrong(r, key, "a list of names is needed");
        const enum lrp_status status = lrp_settings_append_name(names, item->valuestring, r->err);
        if (status) return status;
    }
    return LRP_OK;
}

/* The setting of that place and key, or LRP_SETTING_COUNT. */
static enum lrp_setting find_setting(const char *section, const char *key)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const char *place = lrp_setting_section((enum lrp_setting)i);
        bool same_place = (!place && !section) || (place && section && strcmp(place, section) == 0);
        if (same_place && strcmp(lrp_setting_file_key((enum lrp_setting)i), key) == 0) return (enum lrp_setting)i;
    }
    return LRP_SETTING_COUNT;
}

static enum lrp_status read_item(struct lrp_rules_reader *r, const char *section, const cJSON *item);

static enum lrp_status read_object(struct lrp_rules_reader *r, const char *section, const cJSON *object)
{
    const cJSON *item;
    enum lrp_status status = LRP_OK;
    cJSON_ArrayForEach(item, object)
    {
        if (!status) status = read_item(r, section, item);
    }
    return status;
}

/* ---- keys of a file ---- */

static enum lrp_status read_version(struct lrp_rules_reader *r, const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valueint == 1
               ? LRP_OK
               : lrp_rules_wrong(r, item->string, "version 1 is what is understood here");
}

static enum lrp_status read_layers(struct lrp_rules_reader *r, const cJSON *item)
{
    return read_names(r, item->string, item, &r->settings->layers);
}

static enum lrp_status read_activations(struct lrp_rules_reader *r, const cJSON *item)
{
    return read_names(r, item->string, item, &r->settings->activations);
}

static enum lrp_status read_section(struct lrp_rules_reader *r, const cJSON *item)
{
    const bool config = cJSON_IsString(item) && strcmp(item->string, "preprocess") == 0;
    if (cJSON_IsObject(item)) return read_object(r, item->string, item);
    return config ? read_value(r, LRP_SETTING_PREPROCESS, item) : lrp_rules_keep_unknown(r, NULL, item);
}

static enum lrp_status was_read(struct lrp_rules_reader *r, const cJSON *item)
{
    (void)r;
    (void)item;
    return LRP_OK;
}

static const struct {
    struct lrp_word word;
    enum lrp_status (*read)(struct lrp_rules_reader *r, const cJSON *item);
} file_keys[] = {
    {{"lrpscope", "1: the version of the format"}, read_version},
    {{"rules",
      "list of {\"select\": SELECTOR, \"rule\": RULE}: rules of some layers, over those of the composite; the last one wins"},
     read_rules},
    {{"custom_rules",
      "{NAME: {\"parameters\": ..., \"groups\": [...]}, ...}: rules of your own, for use wherever a rule is named"},
     was_read},
    {{"plugins", "list of shared objects that are loaded before anything else is read"}, was_read},
    {{"supported_layers",
      "list of layer types, groups, ONNX operators, names or globs of layers, domain:NAME: taken as supported"},
     read_layers},
    {{"supported_activations", "the same for activations"}, read_activations},
    {{"preprocess", "how pictures become the model's input: an object, or the path of a preprocessor_config.json"},
     read_section},
    {{"heatmap", "how heatmaps are drawn: an object"}, read_section},
};
enum { FILE_KEYS = sizeof file_keys / sizeof *file_keys };

const struct lrp_word *lrp_rules_file_key_at(size_t index)
{
    return index < FILE_KEYS ? &file_keys[index].word : NULL;
}

static enum lrp_status read_item(struct lrp_rules_reader *r, const char *section, const cJSON *item)
{
    const enum lrp_setting setting = find_setting(section, item->string);
    if (setting != LRP_SETTING_COUNT) return read_value(r, setting, item);
    for (size_t i = 0; !section && i < FILE_KEYS; i++)
        if (strcmp(item->string, file_keys[i].word.name) == 0) return file_keys[i].read(r, item);
    return lrp_rules_keep_unknown(r, section, item);
}

static enum lrp_status read_file(struct lrp_settings *settings, const char *path, bool found, char **warnings,
                                 struct lrp_error *err)
{
    cJSON *json = NULL;
    enum lrp_status status = (found ? lrp_json_read_found : lrp_json_read)(path, &json, err);
    if (status) return status;
    struct lrp_rules_reader r = {.settings = settings, .path = path, .json = json, .err = err, .found = found};
    if (!cJSON_IsObject(json)) status = lrp_fail(err, LRP_FILE, "%s: a rules file is a JSON object", path);
    /* the convention first: the defaults of rules depend on it */
    const cJSON *convention = !status ? cJSON_GetObjectItemCaseSensitive(json, "convention") : NULL;
    if (convention) status = read_value(&r, LRP_SETTING_CONVENTION, convention);
    if (!status) status = lrp_rules_read_plugins(&r, cJSON_GetObjectItemCaseSensitive(json, "plugins"));
    if (!status) status = lrp_rules_read_custom(&r, cJSON_GetObjectItemCaseSensitive(json, "custom_rules"));
    if (!status) status = read_object(&r, NULL, json);
    const bool settled = !lrp_settings_settle(settings, status ? NULL : err) && lrp_rules_finish_unknown(&r);
    if (!status && !settled) status = lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    cJSON_Delete(json);
    if (warnings) *warnings = !status && r.warnings.length ? lrp_text_take(&r.warnings) : NULL;
    lrp_text_free(&r.warnings);
    return status;
}

enum lrp_status lrp_settings_read(struct lrp_settings *settings, const char *path, char **warnings, struct lrp_error *err)
{
    return read_file(settings, path, false, warnings, err);
}

enum lrp_status lrp_settings_read_found(struct lrp_settings *settings, const char *path, char **warnings, struct lrp_error *err)
{
    return read_file(settings, path, true, warnings, err);
}
