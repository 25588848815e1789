/* config.c: the user's configuration: keys, theme, defaults. What is wrong in it is said and left out; the rest holds.
 *
 *     {"keys": {"rule": "K", "down": "j <Down>"}, "theme": "light", "defaults": {"composite": "epsilon-plus", "colormap":
 * "bwr", "supported_layers": ["my-layer"]}} */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "runner.h"
#include "text.h"

/* What the user may want for every model. */
static const enum lrp_setting general[] = {LRP_SETTING_CONVENTION, LRP_SETTING_METHOD, LRP_SETTING_COMPOSITE,
                                           LRP_SETTING_COLORMAP,   LRP_SETTING_REDUCE, LRP_SETTING_OVERLAY,
                                           LRP_SETTING_CLIP,       LRP_SETTING_GAMMA,  LRP_SETTING_SIZE_FACTOR,
                                           LRP_SETTING_THREADS,    LRP_SETTING_MEMORY};
enum { LRP_GENERAL = sizeof general / sizeof *general };

static void complain(struct lrp_runner *runner, const char *path, const char *place, const char *key, const char *what)
{
    char text[LRP_PATH_SIZE + 512];
    /* by its name alone: there is one, and a line has only so much room */
    snprintf(text, sizeof text, "%s: %s%s%s%s%.300s", lrp_file_name(path), place, *place && *key ? "." : "", key,
             *place || *key ? ": " : "", what);
    lrp_runner_say(runner, true, text);
}

static void read_keys(struct lrp_runner *runner, const char *path, const cJSON *keys)
{
    char why[128];
    for (const cJSON *item = keys->child; item; item = item->next) {
        enum lrp_action action = lrp_action_of_name(item->string);
        if (action != LRP_ACTION_NONE && strcmp(lrp_action_at(action)->name, item->string) != 0)
            action = LRP_ACTION_NONE; /* no abbreviations: they would change with every new action */
        if (action == LRP_ACTION_NONE)
            complain(runner, path, "keys", item->string, "no such action");
        else if (!cJSON_IsString(item))
            complain(runner, path, "keys", item->string, "must be keys as text, like \"j <Down>\"");
        else if (!lrp_keymap_bind(&runner->app.keymap, action, item->valuestring, why, sizeof why))
            complain(runner, path, "keys", item->string, why);
    }
}

static int general_of(const char *key)
{
    for (int i = 0; i < LRP_GENERAL; i++)
        if (strcmp(lrp_setting_key(general[i]), key) == 0) return i;
    return -1;
}

/* Which list of registered names a key fills, or -1. */
static int registered_of(const char *key)
{
    return strcmp(key, "supported_layers") == 0 ? 0 : strcmp(key, "supported_activations") == 0 ? 1 : -1;
}

static void read_registered(struct lrp_runner *runner, const char *path, const cJSON *list, struct lrp_strings *names)
{
    const cJSON *item = cJSON_IsArray(list) ? list->child : NULL;
    if (!cJSON_IsArray(list)) complain(runner, path, "defaults", list->string, "must be a list of names");
    for (; item; item = item->next)
        if (!cJSON_IsString(item) || !*item->valuestring)
            complain(runner, path, "defaults", list->string, "must be a list of names");
        else if (lrp_strings_find(names, item->valuestring) < 0 && !lrp_strings_add(names, item->valuestring))
            complain(runner, path, "defaults", list->string, "not enough memory");
}

static void read_defaults(struct lrp_runner *runner, const char *path, const cJSON *defaults)
{
    struct lrp_settings *probe = NULL;
    struct lrp_error err;
    char number[32];
    if (lrp_settings_new(&probe, &err) != LRP_OK) return;
    for (const cJSON *item = defaults->child; item; item = item->next) {
        const int at = general_of(item->string), list = registered_of(item->string);
        const char *text = cJSON_IsString(item) ? item->valuestring : cJSON_IsNumber(item) ? number : NULL;
        snprintf(number, sizeof number, "%.9g", cJSON_IsNumber(item) ? item->valuedouble : 0);
        if (list >= 0)
            read_registered(runner, path, item, &runner->registered[list]);
        else if (at < 0)
            complain(runner, path, "defaults", item->string, "unknown key, left alone");
        else if (!text)
            complain(runner, path, "defaults", item->string, "must be text or a number");
        else if (lrp_settings_set(probe, general[at], text, &err) != LRP_OK)
            complain(runner, path, "defaults", item->string, err.message);
        else {
            free(runner->defaults[general[at]]);
            runner->defaults[general[at]] = strdup(text);
        }
    }
    lrp_settings_free(probe);
}

static void read_theme(struct lrp_runner *runner, const char *path, const cJSON *theme)
{
    char names[80], cause[96];
    if (lrp_caps_take_theme(&runner->app.caps, cJSON_IsString(theme) ? theme->valuestring : "")) return;
    snprintf(cause, sizeof cause, "must be %s", lrp_theme_names(names, sizeof names));
    complain(runner, path, "theme", "", cause);
}

static void read_all(struct lrp_runner *runner, const char *path, const cJSON *root)
{
    for (const cJSON *item = root->child; item; item = item->next) {
        if (strcmp(item->string, "theme") == 0)
            read_theme(runner, path, item);
        else if (strcmp(item->string, "keys") != 0 && strcmp(item->string, "defaults") != 0)
            complain(runner, path, item->string, "", "unknown key, left alone");
        else if (!cJSON_IsObject(item))
            complain(runner, path, item->string, "", "must be an object");
        else if (item->string[0] == 'k')
            read_keys(runner, path, item);
        else
            read_defaults(runner, path, item);
    }
}

/* The file as JSON; NULL after saying why, or if there is no file (*missing). */
static cJSON *read_config(struct lrp_runner *runner, const char *path, bool *missing)
{
    struct lrp_error err;
    cJSON *root = NULL;
    *missing = access(path, F_OK) != 0 && errno == ENOENT;
    if (*missing) return NULL;
    if (lrp_json_read_found(path, &root, &err) != LRP_OK)
        lrp_runner_say(runner, true, err.message);
    else if (cJSON_IsObject(root))
        return root;
    else
        complain(runner, path, "", "", "must be an object");
    cJSON_Delete(root);
    return NULL;
}

void lrp_runner_configure(struct lrp_runner *runner, const char *path)
{
    const size_t before = runner->app.messages.count;
    bool missing;
    cJSON *root = read_config(runner, path, &missing);
    runner->configured = true;
    if (root) read_all(runner, path, root);
    cJSON_Delete(root);
    const size_t problems = runner->app.messages.count - before;
    char text[LRP_PATH_SIZE + 64], key[16];
    if (problems > 1) {
        snprintf(text, sizeof text, "%s: %zu problems; %s shows all of them", path, problems,
                 lrp_app_key(&runner->app, LRP_ACTION_view_messages, key, sizeof key));
        lrp_runner_say(runner, true, text);
    }
}

enum lrp_status lrp_runner_put_defaults(const struct lrp_runner *runner, struct lrp_settings *settings, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (int i = 0; i < LRP_SETTING_COUNT && !status; i++)
        if (runner->defaults[i] && !lrp_settings_given(settings, (enum lrp_setting)i))
            status = lrp_settings_set(settings, (enum lrp_setting)i, runner->defaults[i], err);
    for (size_t i = 0; i < runner->registered[0].count && !status; i++)
        status = lrp_settings_register_layer(settings, runner->registered[0].items[i], true, err);
    for (size_t i = 0; i < runner->registered[1].count && !status; i++)
        status = lrp_settings_register_activation(settings, runner->registered[1].items[i], true, err);
    return status;
}

/* ---- writing ---- */

static cJSON *object_in(cJSON *root, const char *key)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    if (item && !cJSON_IsObject(item)) {
        cJSON_DeleteItemFromObjectCaseSensitive(root, key);
        item = NULL;
    }
    return item ? item : cJSON_AddObjectToObject(root, key);
}

static bool put_text(cJSON *object, const char *key, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    return cJSON_AddStringToObject(object, key, text) != NULL;
}

/* Unknown keys of the file are kept; keys equal to their default are dropped. */
static bool fill_config(const struct lrp_runner *runner, cJSON *root)
{
    const struct lrp_app *app = &runner->app;
    cJSON *keys = object_in(root, "keys"), *defaults = object_in(root, "defaults");
    bool fine = keys && defaults && put_text(root, "theme", lrp_theme_name(app->caps.theme));
    for (int i = 0; i < LRP_ACTION_COUNT && fine; i++) {
        char names[256];
        if (lrp_keymap_own(&app->keymap, (enum lrp_action)i))
            fine = put_text(keys, lrp_action_at((enum lrp_action)i)->name,
                            lrp_keymap_names(&app->keymap, (enum lrp_action)i, names, sizeof names));
    }
    for (int i = 0; i < LRP_GENERAL && fine; i++) {
        const char *value = lrp_facts_text(&app->facts, general[i]);
        if (app->snapshot && strcmp(value, lrp_setting_default(general[i])) != 0)
            fine = put_text(defaults, lrp_setting_key(general[i]), value);
        else if (app->snapshot)
            cJSON_DeleteItemFromObjectCaseSensitive(defaults, lrp_setting_key(general[i]));
    }
    return fine;
}

void lrp_runner_save_config(struct lrp_runner *runner)
{
    char path[LRP_PATH_SIZE], text[LRP_PATH_SIZE + 16];
    struct lrp_error err;
    bool missing = false;
    if (!runner->configured) {
        lrp_runner_say(runner, true, "config.json is not written: a script does not read it either");
        return;
    }
    if (!lrp_own_path(LRP_OWN_CONFIG, "config.json", true, path, sizeof path)) {
        lrp_runner_say(runner, true, "no folder for config.json: neither XDG_CONFIG_HOME nor HOME can be used");
        return;
    }
    cJSON *root = read_config(runner, path, &missing);
    if (!root && !missing) return; /* a file that cannot be read is not replaced */
    root = root ? root : cJSON_CreateObject();
    const enum lrp_status status =
        root && fill_config(runner, root) ? lrp_json_write(path, root, &err) : lrp_fail(&err, LRP_MEMORY, "not enough memory");
    snprintf(text, sizeof text, "written: %s", path);
    lrp_runner_say(runner, status != LRP_OK, status ? err.message : text);
    cJSON_Delete(root);
}
