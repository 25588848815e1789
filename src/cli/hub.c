/* hub.c: models in folders as hubs lay them out, and what lies beside a model. */
#include "hub.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "json.h"
#include "text.h"
#include "texts.h"

static const char scheme[] = "hub:";
static const char pictures[] = "preprocessor_config.json", names[] = "config.json";

/* What a path is: S_IFREG, S_IFDIR, ...; 0: nothing is there. */
static mode_t kind_of(const char *folder, const char *name)
{
    struct lrp_text path = {0};
    struct stat info;
    lrp_text_printf(&path, "%s%s%s", folder, *name ? "/" : "", name);
    const mode_t kind = !path.failed && stat(path.data, &info) == 0 ? info.st_mode & S_IFMT : 0;
    lrp_text_free(&path);
    return kind;
}

static bool is_file(const char *folder, const char *name)
{
    return kind_of(folder, name) == S_IFREG;
}

/* ---- hub:ORG/NAME[@REV]: models--ORG--NAME/snapshots/COMMIT, refs/REV holds the commit ---- */

/* A name that stays one name in a path. */
static bool is_plain(const char *text, size_t length)
{
    return length && !memchr(text, '/', length) && text[0] != '.';
}

/* The first line of a small file, without its end. Owned by the caller; NULL: there is none. */
static char *first_line(const char *path)
{
    char line[256] = "";
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "rb") : NULL;
    if (!file) return NULL;
    const bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    return read && is_plain(line, strlen(line)) ? strdup(line) : NULL;
}

static void cache_folder(struct lrp_text *out)
{
    const char *hub = getenv("HF_HUB_CACHE"), *home = getenv("HF_HOME"), *user = getenv("HOME"),
               *cache = getenv("XDG_CACHE_HOME");
    if (hub && *hub)
        lrp_text_append(out, hub);
    else if (home && *home)
        lrp_text_printf(out, "%s/hub", home);
    else if (cache && *cache)
        lrp_text_printf(out, "%s/huggingface/hub", cache);
    else
        lrp_text_printf(out, "%s/.cache/huggingface/hub", user ? user : "");
}

static enum lrp_status snapshot_of(const char *model, char **out, struct lrp_error *err)
{
    const char *organisation = model + strlen(scheme), *slash = strchr(organisation, '/'), *name = slash ? slash + 1 : "";
    const size_t length = strcspn(name, "@");
    const char *revision = name[length] ? name + length + 1 : "main";
    if (!slash || !is_plain(organisation, (size_t)(slash - organisation)) || !is_plain(name, length) || !*revision ||
        strstr(revision, ".."))
        return lrp_fail(err, LRP_USAGE, "%s: a model in the cache is written hub:ORG/NAME or hub:ORG/NAME@REVISION", model);
    struct lrp_text folder = {0}, path = {0};
    cache_folder(&folder);
    lrp_text_printf(&folder, "/models--%.*s--%.*s", (int)(slash - organisation), organisation, (int)length, name);
    lrp_text_printf(&path, "%s/refs/%s", folder.data ? folder.data : "", revision);
    char *commit = path.data ? first_line(path.data) : NULL;
    path.length = 0;
    lrp_text_printf(&path, "%s/snapshots/%s", folder.data ? folder.data : "", commit ? commit : revision);
    free(commit);
    enum lrp_status status = LRP_OK;
    if (folder.failed || path.failed)
        status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    else if (kind_of(path.data, "") != S_IFDIR)
        status =
            lrp_fail(err, LRP_FILE, "%s: not in the cache, %s (nothing is downloaded: huggingface-cli download fetches it)",
                     model, path.data);
    *out = status ? NULL : strdup(path.data);
    lrp_text_free(&folder);
    lrp_text_free(&path);
    return status || *out ? status : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- the model in a folder ---- */

/* The only .onnx of the folder, appended to `out`. Errors: LRP_FILE naming those there are. */
static enum lrp_status only_model(const char *folder, struct lrp_text *out, struct lrp_error *err)
{
    struct lrp_text found = {0};
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        const size_t length = strlen(entry->d_name);
        if (length <= 5 || strcmp(entry->d_name + length - 5, ".onnx") != 0 || !is_file(folder, entry->d_name)) continue;
        if (count++ < 4) lrp_text_printf(&found, "%s%s", count > 1 ? ", " : "", entry->d_name);
    }
    if (dir) closedir(dir);
    if (count == 1)
        lrp_text_append(out, found.data ? found.data : "");
    else
        lrp_fail(err, LRP_FILE, "%s: a folder without model.onnx or onnx/model.onnx, and with %s%s%s", folder,
                 count ? "several models (name one): " : "no other .onnx", count ? found.data ? found.data : "" : "",
                 count > 4 ? ", ..." : "");
    lrp_text_free(&found);
    return count == 1 ? LRP_OK : LRP_FILE;
}

enum lrp_status lrp_cli_hub_open(struct lrp_arguments *a, struct lrp_error *err)
{
    const bool spelled = a->model && strncmp(a->model, scheme, strlen(scheme)) == 0 && kind_of(a->model, "") == 0;
    if (!a->model || !a->command->takes_model || a->command->takes_folder || (!spelled && kind_of(a->model, "") != S_IFDIR))
        return LRP_OK;
    enum lrp_status status = LRP_OK;
    if (spelled)
        status = snapshot_of(a->model, &a->hub, err);
    else if (!(a->hub = strdup(a->model)))
        status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (status) return status;
    struct lrp_text path = {0};
    lrp_text_printf(&path, "%s/", a->hub);
    if (is_file(a->hub, "model.onnx"))
        lrp_text_append(&path, "model.onnx");
    else if (is_file(a->hub, "onnx/model.onnx"))
        lrp_text_append(&path, "onnx/model.onnx");
    else
        status = only_model(a->hub, &path, err);
    a->hub_path = status || path.failed ? NULL : strdup(path.data);
    lrp_text_free(&path);
    if (!status && !a->hub_path) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) a->model = a->hub_path;
    return status;
}

/* ---- what lies beside a model ---- */

/* Whether config.json names classes: other keys of it are nothing to us, and what is wrong with it nothing here. */
static bool names_classes(const char *folder)
{
    struct lrp_text path = {0};
    cJSON *json = NULL;
    lrp_text_printf(&path, "%s/%s", folder, names);
    const bool read = !path.failed && is_file(folder, names) && lrp_json_read_found(path.data, &json, NULL) == LRP_OK;
    const bool named = read && cJSON_GetObjectItemCaseSensitive(json, "id2label");
    cJSON_Delete(json);
    lrp_text_free(&path);
    return named;
}

static enum lrp_status take_file(struct lrp_arguments *a, enum lrp_setting setting, const char *name, bool there,
                                 struct lrp_text *note, struct lrp_error *err)
{
    struct lrp_text path = {0};
    if (!there || lrp_settings_given(a->settings, setting)) return LRP_OK;
    lrp_text_printf(&path, "%s/%s", a->hub, name);
    const enum lrp_status status =
        path.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : lrp_settings_set(a->settings, setting, path.data, err);
    lrp_text_free(&path);
    lrp_text_printf(note, ", %s", name);
    return status;
}

/* The folder that holds a file: "." for one in this one. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
}

enum lrp_status lrp_cli_hub_settle(struct lrp_arguments *a, struct lrp_error *err)
{
    struct lrp_text note = {0};
    enum lrp_status status = LRP_OK;
    if (!a->model || !a->command->takes_model || a->command->takes_folder) return LRP_OK;
    if (a->hub) {
        lrp_text_printf(&note, "%s: takes %s", a->hub, a->model + strlen(a->hub) + 1);
        status = take_file(a, LRP_SETTING_PREPROCESS, pictures, is_file(a->hub, pictures), &note, err);
        if (!status) status = take_file(a, LRP_SETTING_LABELS, names, names_classes(a->hub), &note, err);
        if (!a->tokenizer && lrp_tokenizer_is_in(a->hub)) lrp_text_append(&note, ", its tokenizer");
    } else if (!lrp_settings_given(a->settings, LRP_SETTING_PREPROCESS) && (a->input_count || a->named_count)) {
        char *folder = folder_of(a->model);
        if (folder && is_file(folder, pictures)) lrp_text_printf(&note, "%s lies beside the model: --preprocess", pictures);
        free(folder);
    }
    a->hub_note = note.length && !note.failed ? strdup(note.data) : NULL;
    lrp_text_free(&note);
    return status;
}
