/* settings_file.c: settings read from a rules file (lrpscope-rules(5)). */
#include <stdlib.h>
#include <string.h>

#include "composite_json.h"
#include "json.h"
#include "mapping.h"
#include "names.h"
#include "rule_json.h"
#include "settings.h"
#include "text.h"

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

struct rules_reader {
    struct lrp_settings *settings;
    const char *path;
    const cJSON *json; /* all of it */
    struct lrp_text warnings;
    struct lrp_error *err;
    bool found;     /* nobody named the file */
    size_t unknown; /* keys so far */
};

enum { PLACE_SIZE = 4200, UNKNOWN_TOLD = 20 }; /* a path, line and column; keys */

static enum lrp_status wrong(const struct rules_reader *r, const char *key, const char *cause)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(r->json, key);
    char place[PLACE_SIZE];
    return lrp_fail(r->err, LRP_FILE, "%s: \"%s\": %s",
                    item ? lrp_json_place(r->path, r->json, item, place, sizeof place) : r->path, key, cause);
}

/* Wrong composites are found here already, where line and column are known. */
static enum lrp_status check_composite(const struct rules_reader *r, const cJSON *item)
{
    struct lrp_error why = {0};
    enum lrp_convention convention = LRP_CONVENTION_JULIA;
    const cJSON *where;
    char place[PLACE_SIZE];
    if (!cJSON_IsArray(item) && !cJSON_IsString(item))
        return wrong(r, item->string, "a composite is a text, or a list of primitives");
    if (cJSON_IsString(item) && !*item->valuestring) return LRP_OK;
    lrp_convention_parse(lrp_settings_get(r->settings, LRP_SETTING_CONVENTION), &convention, NULL);
    const enum lrp_status status = lrp_composite_json_check(item, r->settings->book, convention, &where, &why);
    return !status ? status
                   : lrp_fail(r->err, status, "%s: \"composite\": %s",
                              lrp_json_place(r->path, r->json, where, place, sizeof place), why.message);
}

/* What a rules file that nobody named names may be that large. */
#define LARGEST_NAMED ((size_t)1 << 30)

static enum lrp_status read_value(struct rules_reader *r, enum lrp_setting setting, const cJSON *item)
{
    if (setting == LRP_SETTING_COMPOSITE && check_composite(r, item) != LRP_OK) return r->err ? r->err->status : LRP_USAGE;
    struct lrp_text text = {0}, full = {0};
    struct lrp_error why = {0};
    const bool list = setting == LRP_SETTING_COMPOSITE && cJSON_IsArray(item);
    if (list && lrp_composite_json_text(item, &full, &why) != LRP_OK) {
        lrp_text_free(&full);
        return wrong(r, lrp_setting_file_key(setting), why.message);
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
        status = wrong(r, lrp_setting_file_key(setting), "a text, number or list is needed");
    else if (text.failed || full.failed)
        status = lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    else if (!status)
        status = lrp_settings_set(r->settings, setting, full.data ? full.data : "", &why);
    if (ok && status && why.status) status = lrp_fail(r->err, status, "%s: %s", r->path, why.message);
    lrp_text_free(&text);
    lrp_text_free(&full);
    return status;
}

static enum lrp_status read_rules(struct rules_reader *r, const cJSON *list)
{
    const cJSON *item;
    if (!cJSON_IsArray(list)) return wrong(r, "rules", "a list of {\"select\", \"rule\"} is needed");
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *select = cJSON_GetObjectItemCaseSensitive(item, "select"),
                    *rule = cJSON_GetObjectItemCaseSensitive(item, "rule");
        struct lrp_error why = {0};
        if (!cJSON_IsString(select) || !cJSON_IsString(rule))
            return wrong(r, "rules", "every entry needs \"select\" and \"rule\"");
        enum lrp_status status = lrp_settings_append_rule(r->settings, select->valuestring, rule->valuestring, &why);
        if (status) return lrp_fail(r->err, status, "%s: rules: %s", r->path, why.message);
    }
    return LRP_OK;
}

static enum lrp_status read_names(struct rules_reader *r, const char *key, const cJSON *list, struct lrp_strings *names)
{
    const cJSON *item;
    if (!cJSON_IsArray(list)) return wrong(r, key, "a list of names is needed");
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item)) return wrong(r, key, "a list of names is needed");
        const enum lrp_status status = lrp_settings_append_name(names, item->valuestring, r->err);
        if (status) return status;
    }
    return LRP_OK;
}

/* Where each stands is looked for in the text: the first few are told. */
static void warn_unknown(struct rules_reader *r, const char *section, const char *between, const cJSON *key)
{
    char place[PLACE_SIZE];
    if (r->unknown++ < UNKNOWN_TOLD)
        lrp_text_printf(&r->warnings, "%s: unknown key \"%s%s%s\" (kept)\n",
                        lrp_json_place(r->path, r->json, key, place, sizeof place), section, between, key->string);
}

static enum lrp_status keep_unknown(struct rules_reader *r, const char *section, const cJSON *item)
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
    if (!cJSON_AddItemToObject(place, item->string, copy)) {
        cJSON_Delete(copy);
        return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    warn_unknown(r, section ? section : "", section ? "." : "", item);
    return LRP_OK;
}

/* Of members of one key the last stays, here and in the objects within that are sections. False: no memory. */
static bool settle_unknown(cJSON *object, bool sections)
{
    struct lrp_names names = {0};
    bool ok = true;
    for (cJSON *item = object && object->child ? object->child->prev : NULL, *before; item && ok; item = before) {
        before = item == object->child ? NULL : item->prev;
        if (lrp_names_get(&names, item->string, NULL))
            cJSON_Delete(cJSON_DetachItemViaPointer(object, item));
        else
            ok = lrp_names_put(&names, item->string, 0);
    }
    for (cJSON *item = sections && ok && object ? object->child : NULL; item && ok; item = item->next)
        if (cJSON_IsObject(item)) ok = settle_unknown(item, false);
    lrp_names_free(&names);
    return ok;
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

/* ---- custom rules ---- */

enum { MOST_CUSTOM_RULES = 1000 };

struct brought {
    const cJSON *file, *before; /* custom rules of this file, of files before */
};
/* Of the rules there are, those that the file does not bring anew; what a plugin brought stays. */
static bool is_kept(const void *data, const struct lrp_rule_row *row)
{
    const struct brought *b = data;
    return !cJSON_GetObjectItemCaseSensitive(b->file, row->info.name) ||
           !cJSON_GetObjectItemCaseSensitive(b->before, row->info.name);
}

static void warn_key(void *data, const cJSON *key)
{
    warn_unknown(data, "custom_rules", ": ", key);
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

static enum lrp_status add_custom_rules(struct rules_reader *r, const cJSON *rules, struct lrp_rule_book *book)
{
    const cJSON *item, *where;
    char place[PLACE_SIZE];
    int count = 0;
    cJSON_ArrayForEach(item, rules)
    {
        struct lrp_error why = {0};
        if (++count > MOST_CUSTOM_RULES) return wrong(r, "custom_rules", "more than 1000 rules");
        enum lrp_status status = lrp_rule_json_read(book, item, r->path, warn_key, r, &where, &why);
        if (status && where)
            return lrp_fail(r->err, status, "%s: %s", lrp_json_place(r->path, r->json, where, place, sizeof place),
                            why.message);
        if (status) return lrp_fail(r->err, status, "%s: %s", r->path, why.message);
        if (!keep_rule(r->settings, item)) return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
    }
    return LRP_OK;
}

/* Before anything else that may name one of them. */
static enum lrp_status read_custom_rules(struct rules_reader *r, const cJSON *rules)
{
    struct lrp_rule_book *book;
    if (!rules) return LRP_OK;
    if (cJSON_IsArray(rules) && !rules->child) return LRP_OK;
    if (!cJSON_IsObject(rules)) return wrong(r, "custom_rules", "an object is needed: {name: {\"groups\": [...]}}");
    enum lrp_status status =
        lrp_rule_book_copy(r->settings->book, is_kept, &(struct brought){rules, r->settings->custom_rules}, &book, r->err);
    if (!status)
        status = add_custom_rules(r, rules, book);
    else
        return status;
    if (!status) {
        lrp_rule_book_release(r->settings->book);
        r->settings->book = book;
    } else {
        lrp_rule_book_release(book);
    }
    return status;
}

/* Before anything that may name what they bring; beside the rules file, as all its paths. */
static enum lrp_status read_plugins(struct rules_reader *r, const cJSON *plugins)
{
    const cJSON *item;
    const char *slash = strrchr(r->path, '/');
    if (!plugins) return LRP_OK;
    if (!cJSON_IsArray(plugins)) return wrong(r, "plugins", "a list of files is needed");
    if (r->found && cJSON_GetArraySize(plugins))
        return lrp_fail(
            r->err, LRP_USAGE,
            "%s: it loads plugins, which a rules file that nobody named may not: if you trust it, name it (--rules %s)",
            r->path, r->path);
    cJSON_ArrayForEach(item, plugins)
    {
        struct lrp_text full = {0};
        struct lrp_error why = {0};
        if (!cJSON_IsString(item)) return wrong(r, "plugins", "a list of files is needed");
        if (*item->valuestring != '/' && slash) lrp_text_append_n(&full, r->path, (size_t)(slash - r->path) + 1);
        lrp_text_append(&full, item->valuestring);
        enum lrp_status status = full.failed ? LRP_MEMORY : lrp_settings_add_plugin(r->settings, full.data, &why);
        lrp_text_free(&full);
        if (status) return lrp_fail(r->err, status, "%s: %s", r->path, why.message);
    }
    return LRP_OK;
}

static enum lrp_status read_item(struct rules_reader *r, const char *section, const cJSON *item);

static enum lrp_status read_object(struct rules_reader *r, const char *section, const cJSON *object)
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

static enum lrp_status read_version(struct rules_reader *r, const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valueint == 1 ? LRP_OK
                                                       : wrong(r, item->string, "version 1 is what is understood here");
}

static enum lrp_status read_layers(struct rules_reader *r, const cJSON *item)
{
    return read_names(r, item->string, item, &r->settings->layers);
}

static enum lrp_status read_activations(struct rules_reader *r, const cJSON *item)
{
    return read_names(r, item->string, item, &r->settings->activations);
}

static enum lrp_status read_section(struct rules_reader *r, const cJSON *item)
{
    const bool config = cJSON_IsString(item) && strcmp(item->string, "preprocess") == 0;
    if (cJSON_IsObject(item)) return read_object(r, item->string, item);
    return config ? read_value(r, LRP_SETTING_PREPROCESS, item) : keep_unknown(r, NULL, item);
}

static enum lrp_status was_read(struct rules_reader *r, const cJSON *item)
{
    (void)r;
    (void)item;
    return LRP_OK;
}

static const struct {
    struct lrp_word word;
    enum lrp_status (*read)(struct rules_reader *r, const cJSON *item);
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

static enum lrp_status read_item(struct rules_reader *r, const char *section, const cJSON *item)
{
    const enum lrp_setting setting = find_setting(section, item->string);
    if (setting != LRP_SETTING_COUNT) return read_value(r, setting, item);
    for (size_t i = 0; !section && i < FILE_KEYS; i++)
        if (strcmp(item->string, file_keys[i].word.name) == 0) return file_keys[i].read(r, item);
    return keep_unknown(r, section, item);
}

static enum lrp_status read_file(struct lrp_settings *settings, const char *path, bool found, char **warnings,
                                 struct lrp_error *err)
{
    cJSON *json = NULL;
    enum lrp_status status = (found ? lrp_json_read_found : lrp_json_read)(path, &json, err);
    if (status) return status;
    struct rules_reader r = {.settings = settings, .path = path, .json = json, .err = err, .found = found};
    if (!cJSON_IsObject(json)) status = lrp_fail(err, LRP_FILE, "%s: a rules file is a JSON object", path);
    /* the convention first: the defaults of rules depend on it */
    const cJSON *convention = !status ? cJSON_GetObjectItemCaseSensitive(json, "convention") : NULL;
    if (convention) status = read_value(&r, LRP_SETTING_CONVENTION, convention);
    if (!status) status = read_plugins(&r, cJSON_GetObjectItemCaseSensitive(json, "plugins"));
    if (!status) status = read_custom_rules(&r, cJSON_GetObjectItemCaseSensitive(json, "custom_rules"));
    if (!status) status = read_object(&r, NULL, json);
    const bool settled = !lrp_settings_settle(settings, status ? NULL : err) && settle_unknown(settings->unknown, true);
    if (!status && !settled) status = lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    if (r.unknown > UNKNOWN_TOLD)
        lrp_text_printf(&r.warnings, "%s: %zu more unknown keys (kept)\n", path, r.unknown - UNKNOWN_TOLD);
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
