/* settings_file.c: settings as a rules file (cli.md section 5). */
#include <stdlib.h>
#include <string.h>

#include "composite_json.h"
#include "json.h"
#include "rule_json.h"
#include "settings.h"
#include "text.h"

/* Where a setting stands in the file: at the top, or inside an object. */
static const char *section_of(enum lrp_setting setting)
{
    switch (setting) {
    case LRP_SETTING_SCALE:
    case LRP_SETTING_MEAN:
    case LRP_SETTING_STD:
    case LRP_SETTING_SIZE:
    case LRP_SETTING_CROP:
    case LRP_SETTING_LAYOUT:
    case LRP_SETTING_CHANNELS: return "preprocess";
    case LRP_SETTING_COLORMAP:
    case LRP_SETTING_REDUCE:
    case LRP_SETTING_OVERLAY:
    case LRP_SETTING_CLIP:
    case LRP_SETTING_GAMMA:
    case LRP_SETTING_SIZE_FACTOR: return "heatmap";
    default: return NULL;
    }
}

/* The key inside its place: a preprocessor_config.json is named by "config" in the object "preprocess". */
static const char *key_of(enum lrp_setting setting)
{
    return setting == LRP_SETTING_PREPROCESS ? "config" : lrp_setting_key(setting);
}

static const char *place_of(enum lrp_setting setting)
{
    return setting == LRP_SETTING_PREPROCESS ? "preprocess" : section_of(setting);
}

/* Paths in a rules file are meant from the file's folder. */
static bool is_path(enum lrp_setting setting, const char *text)
{
    if (!*text) return false;
    size_t length = strlen(text);
    return setting == LRP_SETTING_LABELS || setting == LRP_SETTING_PREPROCESS ||
           (setting == LRP_SETTING_OUTPUT_RELEVANCE && length > 4 && strcmp(text + length - 4, ".npy") == 0);
}

/* A JSON value as the text a setting takes: strings, numbers, booleans, arrays of them joined by commas. */
static bool item_text(const cJSON *item, struct lrp_text *out)
{
    char number[40];
    if (cJSON_IsString(item)) lrp_text_append(out, item->valuestring);
    else if (cJSON_IsNumber(item)) lrp_text_append(out, lrp_json_number_text(item->valuedouble, number, sizeof number));
    else if (cJSON_IsBool(item)) lrp_text_append(out, cJSON_IsTrue(item) ? "true" : "false");
    else if (!cJSON_IsNull(item)) return false;
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

struct reader {
    struct lrp_settings *settings;
    const char *path;
    const cJSON *json; /* all of it */
    struct lrp_text warnings;
    struct lrp_error *err;
};

enum { PLACE_SIZE = 4200 }; /* a path, line and column */

static enum lrp_status wrong(const struct reader *r, const char *key, const char *cause)
{
    return lrp_fail(r->err, LRP_FILE, "%s: \"%s\": %s", r->path, key, cause);
}

static enum lrp_status read_value(struct reader *r, enum lrp_setting setting, const cJSON *item)
{
    struct lrp_text text = {0}, full = {0};
    struct lrp_error why = {0};
    const bool list = setting == LRP_SETTING_COMPOSITE && cJSON_IsArray(item);
    if (list && lrp_composite_json_text(item, &full, &why) != LRP_OK) {
        lrp_text_free(&full);
        return wrong(r, key_of(setting), why.message);
    }
    bool ok = list || value_text(item, ",", &text);
    const char *value = text.data ? text.data : "";
    if (!list && ok && is_path(setting, value) && *value != '/') {
        const char *slash = strrchr(r->path, '/');
        lrp_text_append_n(&full, r->path, slash ? (size_t)(slash - r->path) + 1 : 0);
        lrp_text_append(&full, value);
    } else if (!list) lrp_text_append(&full, value);
    enum lrp_status status = LRP_OK;
    if (!ok) status = wrong(r, key_of(setting), "a text, number or list is needed");
    else if (text.failed || full.failed) status = lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    else status = lrp_settings_set(r->settings, setting, full.data ? full.data : "", &why);
    if (ok && status != LRP_OK && why.status) status = lrp_fail(r->err, status, "%s: %s", r->path, why.message);
    lrp_text_free(&text);
    lrp_text_free(&full);
    return status;
}

static enum lrp_status read_rules(struct reader *r, const cJSON *list)
{
    const cJSON *item;
    if (!cJSON_IsArray(list)) return wrong(r, "rules", "a list of {\"select\", \"rule\"} is needed");
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *select = cJSON_GetObjectItemCaseSensitive(item, "select"), *rule = cJSON_GetObjectItemCaseSensitive(item, "rule");
        struct lrp_error why = {0};
        if (!cJSON_IsString(select) || !cJSON_IsString(rule)) return wrong(r, "rules", "every entry needs \"select\" and \"rule\"");
        enum lrp_status status = lrp_settings_add_rule(r->settings, select->valuestring, rule->valuestring, &why);
        if (status != LRP_OK) return lrp_fail(r->err, status, "%s: rules: %s", r->path, why.message);
    }
    return LRP_OK;
}

static enum lrp_status read_names(struct reader *r, const char *key, const cJSON *list,
                                  enum lrp_status (*add)(struct lrp_settings *, const char *, bool, struct lrp_error *))
{
    const cJSON *item;
    if (!cJSON_IsArray(list)) return wrong(r, key, "a list of names is needed");
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item)) return wrong(r, key, "a list of names is needed");
        enum lrp_status status = add(r->settings, item->valuestring, true, r->err);
        if (status != LRP_OK) return status;
    }
    return LRP_OK;
}

static enum lrp_status keep_unknown(struct reader *r, const char *section, const cJSON *item)
{
    if (!r->settings->unknown) r->settings->unknown = cJSON_CreateObject();
    cJSON *copy = cJSON_Duplicate(item, true), *place = r->settings->unknown;
    if (section && place) {
        cJSON *inner = cJSON_GetObjectItemCaseSensitive(place, section);
        place = inner ? inner : cJSON_AddObjectToObject(place, section);
    }
    if (!copy || !place) {
        cJSON_Delete(copy);
        return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(place, item->string);
    cJSON_AddItemToObject(place, item->string, copy);
    lrp_text_printf(&r->warnings, "%s: unknown key \"%s%s%s\" (kept)\n", r->path, section ? section : "", section ? "." : "",
                    item->string);
    return LRP_OK;
}

/* The setting of that place and key, or LRP_SETTING_COUNT. */
static enum lrp_setting find_setting(const char *section, const char *key)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const char *place = place_of((enum lrp_setting)i);
        bool same_place = (!place && !section) || (place && section && strcmp(place, section) == 0);
        if (same_place && strcmp(key_of((enum lrp_setting)i), key) == 0) return (enum lrp_setting)i;
    }
    return LRP_SETTING_COUNT;
}

/* ---- custom rules ---- */

enum { MOST_CUSTOM_RULES = 1000 };

struct brought {
    const cJSON *file, *before; /* custom rules of this file, of files before */
};
/* Of the rules there are, those that the file does not bring anew; what a plugin brought stays. */
static bool is_kept(const void *data, const struct lrp_rule_row *row)
{
    const struct brought *b = data;
    return !cJSON_GetObjectItemCaseSensitive(b->file, row->info.name) || !cJSON_GetObjectItemCaseSensitive(b->before, row->info.name);
}

static void warn_key(void *data, const cJSON *key)
{
    struct reader *r = data;
    char place[PLACE_SIZE];
    lrp_text_printf(&r->warnings, "%s: custom rules: unknown key \"%s\" (kept)\n", lrp_json_place(r->path, r->json, key, place, sizeof place),
                    key->string);
}

/* Keeps a rule as it is written, in the place of an older one of its name. */
static bool keep_rule(struct lrp_settings *settings, const cJSON *item)
{
    if (!settings->custom_rules) settings->custom_rules = cJSON_CreateObject();
    cJSON *copy = settings->custom_rules ? cJSON_Duplicate(item, true) : NULL;
    if (!copy) return false;
    cJSON_DeleteItemFromObjectCaseSensitive(settings->custom_rules, item->string);
    return cJSON_AddItemToObject(settings->custom_rules, item->string, copy);
}

static enum lrp_status add_custom_rules(struct reader *r, const cJSON *rules, struct lrp_rule_book *book)
{
    const cJSON *item, *where;
    char place[PLACE_SIZE];
    int count = 0;
    cJSON_ArrayForEach(item, rules)
    {
        struct lrp_error why = {0};
        if (++count > MOST_CUSTOM_RULES) return wrong(r, "custom_rules", "more than 1000 rules");
        enum lrp_status status = lrp_rule_json_read(book, item, r->path, warn_key, r, &where, &why);
        if (status != LRP_OK && where)
            return lrp_fail(r->err, status, "%s: %s", lrp_json_place(r->path, r->json, where, place, sizeof place), why.message);
        if (status != LRP_OK) return lrp_fail(r->err, status, "%s: %s", r->path, why.message);
        if (!keep_rule(r->settings, item)) return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    return LRP_OK;
}

/* Before anything else that may name one of them. */
static enum lrp_status read_custom_rules(struct reader *r, const cJSON *rules)
{
    struct lrp_rule_book *book;
    if (!rules) return LRP_OK;
    if (cJSON_IsArray(rules) && !rules->child) return LRP_OK;
    if (!cJSON_IsObject(rules)) return wrong(r, "custom_rules", "an object is needed: {name: {\"groups\": [...]}}");
    enum lrp_status status = lrp_rule_book_copy(r->settings->book, is_kept, &(struct brought){rules, r->settings->custom_rules}, &book, r->err);
    if (status == LRP_OK) status = add_custom_rules(r, rules, book);
    else return status;
    if (status == LRP_OK) {
        lrp_rule_book_release(r->settings->book);
        r->settings->book = book;
    } else {
        lrp_rule_book_release(book);
    }
    return status;
}

/* Before anything that may name what they bring; beside the rules file, as all its paths. */
static enum lrp_status read_plugins(struct reader *r, const cJSON *plugins)
{
    const cJSON *item;
    const char *slash = strrchr(r->path, '/');
    if (!plugins) return LRP_OK;
    if (!cJSON_IsArray(plugins)) return wrong(r, "plugins", "a list of files is needed");
    cJSON_ArrayForEach(item, plugins)
    {
        struct lrp_text full = {0};
        struct lrp_error why = {0};
        if (!cJSON_IsString(item)) return wrong(r, "plugins", "a list of files is needed");
        if (*item->valuestring != '/' && slash) lrp_text_append_n(&full, r->path, (size_t)(slash - r->path) + 1);
        lrp_text_append(&full, item->valuestring);
        enum lrp_status status = full.failed ? LRP_MEMORY : lrp_settings_add_plugin(r->settings, full.data, &why);
        lrp_text_free(&full);
        if (status != LRP_OK) return lrp_fail(r->err, status, "%s: %s", r->path, why.message);
    }
    return LRP_OK;
}

static enum lrp_status read_item(struct reader *r, const char *section, const cJSON *item);

static enum lrp_status read_object(struct reader *r, const char *section, const cJSON *object)
{
    const cJSON *item;
    enum lrp_status status = LRP_OK;
    cJSON_ArrayForEach(item, object)
    {
        if (status == LRP_OK) status = read_item(r, section, item);
    }
    return status;
}

static enum lrp_status read_item(struct reader *r, const char *section, const cJSON *item)
{
    const char *key = item->string;
    enum lrp_setting setting = find_setting(section, key);
    if (setting != LRP_SETTING_COUNT) return read_value(r, setting, item);
    if (section) return keep_unknown(r, section, item);
    if (strcmp(key, "lrpscope") == 0)
        return cJSON_IsNumber(item) && item->valueint == 1 ? LRP_OK : wrong(r, key, "version 1 is what is understood here");
    if (strcmp(key, "rules") == 0) return read_rules(r, item);
    if (strcmp(key, "supported_layers") == 0) return read_names(r, key, item, lrp_settings_register_layer);
    if (strcmp(key, "supported_activations") == 0) return read_names(r, key, item, lrp_settings_register_activation);
    if ((strcmp(key, "preprocess") == 0 || strcmp(key, "heatmap") == 0) && cJSON_IsObject(item)) return read_object(r, key, item);
    if (strcmp(key, "preprocess") == 0 && cJSON_IsString(item)) return read_value(r, LRP_SETTING_PREPROCESS, item);
    if (strcmp(key, "custom_rules") == 0) return LRP_OK; /* read first */
    if (strcmp(key, "plugins") == 0) return LRP_OK; /* read first of all */
    return keep_unknown(r, NULL, item);
}

enum lrp_status lrp_settings_read(struct lrp_settings *settings, const char *path, char **warnings, struct lrp_error *err)
{
    cJSON *json = NULL;
    enum lrp_status status = lrp_json_read(path, &json, err);
    if (status != LRP_OK) return status;
    struct reader r = {.settings = settings, .path = path, .json = json, .err = err};
    if (!cJSON_IsObject(json)) status = lrp_fail(err, LRP_FILE, "%s: a rules file is a JSON object", path);
    /* the convention first: the defaults of rules depend on it */
    const cJSON *convention = status == LRP_OK ? cJSON_GetObjectItemCaseSensitive(json, "convention") : NULL;
    if (convention) status = read_value(&r, LRP_SETTING_CONVENTION, convention);
    if (status == LRP_OK) status = read_plugins(&r, cJSON_GetObjectItemCaseSensitive(json, "plugins"));
    if (status == LRP_OK) status = read_custom_rules(&r, cJSON_GetObjectItemCaseSensitive(json, "custom_rules"));
    if (status == LRP_OK) status = read_object(&r, NULL, json);
    cJSON_Delete(json);
    if (warnings) *warnings = status == LRP_OK && r.warnings.length ? lrp_text_take(&r.warnings) : NULL;
    lrp_text_free(&r.warnings);
    return status;
}

/* ---- writing ---- */

static bool add_names(cJSON *json, const char *key, const struct lrp_strings *names)
{
    cJSON *list = cJSON_AddArrayToObject(json, key);
    for (size_t i = 0; list && i < names->count; i++)
        if (!cJSON_AddItemToArray(list, cJSON_CreateString(names->items[i]))) return false;
    return list != NULL;
}

static bool add_rules(cJSON *json, const struct lrp_settings *settings)
{
    cJSON *list = cJSON_AddArrayToObject(json, "rules");
    for (size_t i = 0; list && i < settings->rules.count; i++) {
        cJSON *entry = cJSON_CreateObject();
        if (!entry || !cJSON_AddStringToObject(entry, "select", settings->selects.items[i]) ||
            !cJSON_AddStringToObject(entry, "rule", settings->rules.items[i]) || !cJSON_AddItemToArray(list, entry))
            return false;
    }
    return list != NULL;
}

static bool add_setting(cJSON *json, const struct lrp_settings *settings, enum lrp_setting setting)
{
    const char *place = place_of(setting), *text = lrp_settings_get(settings, setting);
    if (!settings->values[setting] && place) return true;
    cJSON *object = json;
    if (place) {
        object = cJSON_GetObjectItemCaseSensitive(json, place);
        if (!object) object = cJSON_AddObjectToObject(json, place);
    }
    if (!object) return false;
    if (lrp_setting_is_flag(setting)) return cJSON_AddBoolToObject(object, key_of(setting), strcmp(text, "true") == 0);
    if (!*text) return true;
    char *absolute = is_path(setting, text) && *text != '/' ? realpath(text, NULL) : NULL;
    bool ok = cJSON_AddStringToObject(object, key_of(setting), absolute ? absolute : text);
    free(absolute);
    return ok;
}

static bool add_unknown(cJSON *json, const cJSON *unknown)
{
    const cJSON *item, *inner;
    cJSON_ArrayForEach(item, unknown)
    {
        cJSON *there = cJSON_GetObjectItemCaseSensitive(json, item->string);
        if (!there) {
            if (!cJSON_AddItemToObject(json, item->string, cJSON_Duplicate(item, true))) return false;
            continue;
        }
        cJSON_ArrayForEach(inner, item)
        {
            if (!cJSON_AddItemToObject(there, inner->string, cJSON_Duplicate(inner, true))) return false;
        }
    }
    return true;
}

/* With their whole paths: the file may be written elsewhere. */
static bool add_plugins(cJSON *json, const struct lrp_settings *settings)
{
    if (!lrp_settings_plugin_count(settings)) return true;
    cJSON *array = cJSON_AddArrayToObject(json, "plugins");
    bool ok = array != NULL;
    for (size_t i = 0; ok && i < lrp_settings_plugin_count(settings); i++) {
        char *whole = realpath(lrp_settings_plugin_at(settings, i), NULL);
        cJSON *item = cJSON_CreateString(whole ? whole : lrp_settings_plugin_at(settings, i));
        free(whole);
        ok = item && cJSON_AddItemToArray(array, item);
    }
    return ok;
}

enum lrp_status lrp_settings_write(const struct lrp_settings *settings, const char *path, struct lrp_error *err)
{
    cJSON *json = cJSON_CreateObject();
    bool ok = json && cJSON_AddNumberToObject(json, "lrpscope", 1);
    for (int i = 0; ok && i < LRP_SETTING_COUNT; i++) {
        ok = add_setting(json, settings, (enum lrp_setting)i);
        if (i == LRP_SETTING_COMPOSITE)
            ok = ok && add_rules(json, settings) && add_names(json, "supported_layers", &settings->layers) &&
                 add_names(json, "supported_activations", &settings->activations);
    }
    ok = ok && add_plugins(json, settings);
    if (ok && settings->custom_rules) ok = cJSON_AddItemToObject(json, "custom_rules", cJSON_Duplicate(settings->custom_rules, true));
    ok = ok && add_unknown(json, settings->unknown);
    enum lrp_status status = ok ? lrp_json_write(path, json, err) : lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    cJSON_Delete(json);
    return status;
}
