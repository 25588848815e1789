/* complete.c: what a word in a prompt could become, where files, the library's tables or the model's labels tell. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lrpscope/method.h"
#include "manifest.h"
#include "runner.h"
#include "text.h"

enum { LRP_NAME_SIZE = 1024, LRP_CANDIDATES_MOST = 500 };

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

static void add_candidate(struct lrp_menu_rows *rows, const char *word, const char *text, const char *detail)
{
    if (rows->count < LRP_CANDIDATES_MOST && begins(text, word)) lrp_menu_rows_add(rows, text, text, NULL, detail, true);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Shown by its name, taken as it is typed: "~" stays. Whether it was a file that fits. */
static bool add_file(struct lrp_menu_rows *rows, const char *typed, const char *real, const char *name,
                     bool (*fits)(const char *name))
{
    char value[2 * LRP_NAME_SIZE + 2], path[2 * LRP_NAME_SIZE + 2];
    snprintf(path, sizeof path, "%s%s", real, name);
    const bool folder = is_folder(path);
    if (!folder && fits && !fits(name)) return false;
    snprintf(value, sizeof value, "%s%s%s", typed, name, folder ? "/" : "");
    lrp_menu_rows_add(rows, lrp_file_name(folder ? path : value), value, NULL, folder ? "folder" : "", true);
    return !folder;
}

static int by_value(const void *a, const void *b)
{
    return strcmp(((const struct lrp_menu_row *)a)->value, ((const struct lrp_menu_row *)b)->value);
}

/* Files of a folder that begin like a word, and folders; of files only those that `fits` takes, which may be NULL. Whether
 * there was such a file. */
static bool list_files(const char *word, bool (*fits)(const char *name), struct lrp_menu_rows *rows)
{
    const char *start = lrp_file_name(word);
    char typed[LRP_NAME_SIZE];
    bool any = false;
    if (snprintf(typed, sizeof typed, "%.*s", (int)(start - word), word) >= (int)sizeof typed) return false;
    char *real = lrp_expand_path(typed);
    DIR *dir = real ? opendir(*real ? real : ".") : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (rows->count < LRP_CANDIDATES_MOST && begins(entry->d_name, start) && (entry->d_name[0] != '.' || start[0] == '.') &&
            strlen(real) < LRP_NAME_SIZE)
            any |= add_file(rows, typed, real, entry->d_name, fits);
    if (dir) closedir(dir);
    free(real);
    if (rows->count > 1) qsort(rows->items, rows->count, sizeof *rows->items, by_value);
    return any;
}

/* Those that fit what is asked for; where none does, all. */
static void complete_fitting(const char *word, bool (*fits)(const char *name), struct lrp_menu_rows *rows)
{
    if (list_files(word, fits, rows)) return;
    lrp_menu_rows_free(rows);
    list_files(word, NULL, rows);
}

static void complete_files(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    (void)runner;
    list_files(word, NULL, rows);
}

static bool ends_with(const char *name, const char *suffix)
{
    const size_t length = strlen(name), end = strlen(suffix);
    return length > end && strcmp(name + length - end, suffix) == 0;
}

/* An ONNX model, or a description of one. */
static bool may_be_model(const char *name)
{
    return ends_with(name, ".onnx") || (ends_with(name, ".json") && !ends_with(name, ".lrpscope.json"));
}

static void complete_models(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    (void)runner;
    complete_fitting(word, may_be_model, rows);
}

static void complete_inputs(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    (void)runner;
    complete_fitting(word, lrp_manifest_takes, rows);
    const struct lrp_word *made_up;
    for (size_t i = 0; (made_up = lrp_made_up_input(i)); i++) add_candidate(rows, word, made_up->name, made_up->line);
}

static void complete_rules(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    const struct lrp_rule_info *rule;
    for (size_t i = 0; (rule = lrp_rule_at(lrp_runner_rule_book(runner), i)) != NULL; i++)
        add_candidate(rows, word, rule->name, rule->formula);
}

static void named_values(struct lrp_runner *runner, enum lrp_setting setting, const char *word, struct lrp_menu_rows *rows)
{
    const struct lrp_settings *settings = runner->snapshot ? runner->snapshot->settings : NULL;
    struct lrp_word value;
    for (size_t i = 0; lrp_setting_value_at(settings, setting, i, &value); i++)
        add_candidate(rows, word, value.name, value.line);
}

static void complete_composites(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    named_values(runner, LRP_SETTING_COMPOSITE, word, rows);
}

static void complete_methods(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    named_values(runner, LRP_SETTING_METHOD, word, rows);
}

static void complete_targets(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    const struct lrp_tensor *output = runner->snapshot ? runner->snapshot->output : NULL;
    const int64_t count = output && output->shape.rank == 2 ? output->shape.dim[1] : 0;
    for (int64_t i = 0; i < count; i++) {
        const char *label = lrp_snapshot_label(runner->snapshot, i);
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)i);
        add_candidate(rows, word, label && *label ? label : number, label && *label ? number : "");
    }
}

/* "KEY WORD". Labels are the model's, files are the disk's; all other names are the library's. */
static void setting_values(struct lrp_runner *runner, const char *request, struct lrp_menu_rows *rows)
{
    const size_t length = strcspn(request, " ");
    const char *word = request + length + strspn(request + length, " ");
    for (int s = 0; s < LRP_SETTING_COUNT; s++) {
        const enum lrp_setting setting = (enum lrp_setting)s;
        const char *key = lrp_setting_key(setting);
        if (strlen(key) != length || strncmp(key, request, length) != 0) continue;
        if (setting == LRP_SETTING_TARGET) complete_targets(runner, word, rows);
        if (lrp_setting_is_file(setting)) complete_files(runner, word, rows);
        named_values(runner, setting, word, rows);
    }
}

/* Of the argument that is being typed: its words, layers, files. */
static void argument_values(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows)
{
    const struct lrp_method_info *info = NULL;
    char *values[LRP_METHOD_ARGUMENTS], value[LRP_NAME_SIZE];
    const int number = runner->app.prompt.setting;
    if (!runner->app.form || lrp_method_read(runner->app.form, &info, values, NULL) != LRP_OK) return;
    for (int i = 0; i < LRP_METHOD_ARGUMENTS; i++) free(values[i]);
    if (number < 0 || number >= info->argument_count) return;
    const struct lrp_method_argument *a = &info->arguments[number];
    for (const char *at = a->choices ? a->choices : ""; *at; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        snprintf(value, sizeof value, "%.*s", (int)length, at);
        add_candidate(rows, word, value, "");
        at += length;
    }
    if (a->kind == LRP_METHOD_FILE || a->kind == LRP_METHOD_BASELINE) complete_files(runner, word, rows);
    for (int i = 1; a->kind == LRP_METHOD_LAYER && i < lrp_app_layer_count(&runner->app); i++)
        add_candidate(rows, word, lrp_app_layer(&runner->app, i)->name, lrp_app_layer(&runner->app, i)->type);
}

typedef void maker(struct lrp_runner *runner, const char *word, struct lrp_menu_rows *rows);

void lrp_runner_complete(struct lrp_runner *runner, enum lrp_argument kind, const char *word)
{
    static maker *const makers[LRP_ARGUMENT_COUNT] = {
        [LRP_ARGUMENT_FILE] = complete_files,           [LRP_ARGUMENT_MODEL] = complete_models,
        [LRP_ARGUMENT_INPUT] = complete_inputs,         [LRP_ARGUMENT_RULE] = complete_rules,
        [LRP_ARGUMENT_COMPOSITE] = complete_composites, [LRP_ARGUMENT_METHOD] = complete_methods,
        [LRP_ARGUMENT_METHOD_VALUE] = argument_values,  [LRP_ARGUMENT_TARGET] = complete_targets,
        [LRP_ARGUMENT_VALUE] = setting_values};
    struct lrp_menu_rows rows = {0};
    if (makers[kind]) makers[kind](runner, word, &rows);
    struct lrp_event event = {.kind = LRP_EVENT_COMPLETE, .rows = &rows};
    lrp_app_update(&runner->app, &event);
    lrp_menu_rows_free(&rows);
}
