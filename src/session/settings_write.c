/* settings_write.c: where settings stand in a rules file, and how one is written (lrpscope-rules(5)). */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "settings.h"

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

/* A file as a rules file at `path` names it: from its folder on where it lies there or deeper, so that both can be moved
 * together, else by its whole path. Owned; NULL: it is named as it was.
 */
static char *written_path(const char *path, const char *file)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("."),
         *home = folder ? realpath(folder, NULL) : NULL, *whole = realpath(file, NULL);
    const size_t length = home ? strlen(home) : 0;
    free(folder);
    if (whole && length > 1 && strncmp(whole, home, length) == 0 && whole[length] == '/')
        memmove(whole, whole + length + 1, strlen(whole + length + 1) + 1);
    else if (*file == '/') {
        free(whole);
        whole = NULL;
    }
    free(home);
    return whole;
}

static bool add_setting(cJSON *json, const struct lrp_settings *settings, enum lrp_setting setting, const char *path)
{
    const char *place = lrp_setting_section(setting), *text = lrp_settings_get(settings, setting);
    if (!settings->values[setting] && place) return true;
    cJSON *object = json;
    if (place) {
        object = cJSON_GetObjectItemCaseSensitive(json, place);
        if (!object) object = cJSON_AddObjectToObject(json, place);
    }
    if (!object) return false;
    if (lrp_setting_is_flag(setting))
        return cJSON_AddBoolToObject(object, lrp_setting_file_key(setting), strcmp(text, "true") == 0);
    if (!*text) return true;
    char *written = lrp_setting_is_path(setting, text) ? written_path(path, text) : NULL;
    bool ok = cJSON_AddStringToObject(object, lrp_setting_file_key(setting), written ? written : text);
    free(written);
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
        ok = add_setting(json, settings, (enum lrp_setting)i, path);
        if (i == LRP_SETTING_COMPOSITE)
            ok = ok && add_rules(json, settings) && add_names(json, "supported_layers", &settings->layers) &&
                 add_names(json, "supported_activations", &settings->activations);
    }
    ok = ok && add_plugins(json, settings);
    if (ok && settings->custom_rules)
        ok = cJSON_AddItemToObject(json, "custom_rules", cJSON_Duplicate(settings->custom_rules, true));
    ok = ok && add_unknown(json, settings->unknown);
    enum lrp_status status = ok ? lrp_json_write(path, json, err) : lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    cJSON_Delete(json);
    return status;
}
