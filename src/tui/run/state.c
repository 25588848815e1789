/* state.c: what is kept of a model from one start to the next: its settings as a rules file, the place in it as JSON.
 *
 * Files are named after the model and a number made from its whole path: vgg-1a2b3c4d5e6f7081.lrpscope.json and .place.json. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "output.h"
#include "runner.h"
#include "text.h"

static void forget_kept(struct lrp_kept *kept)
{
    lrp_settings_free(kept->settings);
    lrp_place_free(&kept->place);
    free(kept->input);
    free(kept->stem);
    free(kept->written);
    free(kept->begun);
    *kept = (struct lrp_kept){0};
}
void lrp_runner_state_close(struct lrp_runner *runner)
{
    forget_kept(&runner->kept);
}

static uint64_t number_of(const char *path)
{ /* FNV-1a */
    uint64_t hash = 14695981039346656037U;
    for (; *path; path++) hash = (hash ^ (unsigned char)*path) * 1099511628211U;
    return hash;
}

static char *stem_of(const char *model)
{
    char path[LRP_PATH_SIZE], name[300];
    char *whole = realpath(model, NULL);
    const char *file = lrp_file_name(whole ? whole : model), *dot = strrchr(file, '.');
    snprintf(name, sizeof name, "models/%.200s", file);
    if (dot && dot > file && dot - file < 200) name[7 + (dot - file)] = 0;
    const size_t used = strlen(name);
    snprintf(name + used, sizeof name - used, "-%016" PRIx64, number_of(whole ? whole : model));
    free(whole);
    return lrp_own_path(LRP_OWN_STATE, name, true, path, sizeof path) ? strdup(path) : NULL;
}

static bool file_of(const struct lrp_runner *runner, const char *suffix, char *out)
{
    return snprintf(out, LRP_PATH_SIZE, "%s%s", runner->kept.stem, suffix) < LRP_PATH_SIZE;
}

/* A copy whose paths mean the same from the state folder. NULL when out of memory. */
static struct lrp_settings *with_whole_paths(const struct lrp_settings *settings)
{
    static const enum lrp_setting paths[] = {LRP_SETTING_LABELS, LRP_SETTING_PREPROCESS, LRP_SETTING_OUTPUT_RELEVANCE};
    struct lrp_settings *out = NULL;
    if (lrp_settings_copy(settings, &out, NULL) != LRP_OK) return NULL;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const char *text = lrp_settings_get(out, paths[i]);
        char *whole = *text ? realpath(text, NULL) : NULL;
        if (whole) lrp_settings_set(out, paths[i], whole, NULL);
        free(whole);
    }
    return out;
}

/* ---- reading ---- */

static char *text_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? strdup(item->valuestring) : NULL;
}

static void read_names(const cJSON *root, const char *key, struct lrp_strings *out)
{
    const cJSON *name;
    cJSON_ArrayForEach(name, cJSON_GetObjectItemCaseSensitive(root, key)) if (cJSON_IsString(name))
        lrp_strings_add(out, name->valuestring);
}

static void read_place(struct lrp_kept *kept, const char *path)
{
    cJSON *root = NULL;
    lrp_json_read_found(path, &root, NULL); /* none: as at the first start */
    kept->place = (struct lrp_place){.layer = text_in(root, "layer"),
                                     .view = text_in(root, "view"),
                                     .filter = text_in(root, "filter"),
                                     .details = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "details"))};
    kept->input = text_in(root, "input");
    read_names(root, "tags", &kept->place.tags);
    read_names(root, "folds", &kept->place.folds);
    cJSON_Delete(root);
}

/* Settings that can no longer be read (another version's, a broken file) are as if there were none. */
static void read_settings(struct lrp_kept *kept, const char *path)
{
    if (access(path, R_OK) != 0 || lrp_settings_new(&kept->settings, NULL) != LRP_OK) return;
    if (lrp_settings_read(kept->settings, path, NULL, NULL) != LRP_OK) {
        lrp_settings_free(kept->settings);
        kept->settings = NULL;
    }
}

static void put_names(cJSON *root, const char *key, const struct lrp_strings *names)
{
    cJSON *array = names->count ? cJSON_AddArrayToObject(root, key) : NULL;
    for (size_t i = 0; array && i < names->count; i++) cJSON_AddItemToArray(array, cJSON_CreateString(names->items[i]));
}

/* Where one is; without the layer: what was done there, not just looked at. */
static char *place_text(const struct lrp_runner *runner, bool with_layer)
{
    struct lrp_place place;
    cJSON *root = cJSON_CreateObject();
    lrp_app_place(&runner->app, &place);
    char *input = runner->input ? realpath(runner->input, NULL) : NULL; /* "grey" is none */
    const char *const texts[][2] = {{"layer", with_layer ? place.layer : NULL},
                                    {"view", place.view},
                                    {"filter", place.filter},
                                    {"input", input ? input : runner->input}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i][1]) cJSON_AddStringToObject(root, texts[i][0], texts[i][1]);
    cJSON_AddBoolToObject(root, "details", place.details);
    put_names(root, "tags", &place.tags);
    put_names(root, "folds", &place.folds);
    lrp_place_free(&place);
    free(input);
    char *text = lrp_json_print(root, true);
    cJSON_Delete(root);
    return text;
}

/* What the last session was, in a few words; "" if it left nothing that is not so anyway. */
static void describe_session(const struct lrp_runner *runner, char *out, size_t size)
{
    const struct lrp_kept *kept = &runner->kept;
    struct lrp_settings *now = with_whole_paths(runner->snapshot->settings);
    const bool other = kept->settings && now && !lrp_settings_equal(kept->settings, now);
    const struct lrp_place *place = &kept->place;
    lrp_settings_free(now);
    out[0] = 0;
    if (!other && !place->layer && !place->filter && place->tags.count == 0) return;
    const size_t rules = other ? lrp_settings_rule_count(kept->settings) : 0, tags = place->tags.count;
    const char *layer = place->layer ? place->layer : "the input";
    const size_t length = strlen(layer);
    size_t used = (size_t)snprintf(out, size, "restore the last session (");
    if (other)
        used += (size_t)snprintf(out + used, size - used,
                                 rules == 1 ? "%zu rule, "
                                 : rules    ? "%zu rules, "
                                            : "other settings, ",
                                 rules);
    if (tags) used += (size_t)snprintf(out + used, size - used, tags == 1 ? "%zu tag, " : "%zu tags, ", tags);
    snprintf(out + used, size - used, "at %s%s)?", length > 32 ? "..." : "", length > 32 ? layer + length - 32 : layer);
}

/* ---- what lies beside the model ---- */

enum { LRP_BESIDE_COUNT = 2 };
static const struct {
    enum lrp_setting setting;
    const char *name, *key; /* a key the file must have to be of use; NULL: any will do */
} beside[LRP_BESIDE_COUNT] = {{LRP_SETTING_PREPROCESS, "preprocessor_config.json", NULL},
                              {LRP_SETTING_LABELS, "config.json", "id2label"}};

/* The path of such a file, if it is there, of use, and nothing was told in its place; owned, else NULL. */
static char *find_beside(const struct lrp_runner *runner, size_t i)
{
    const char *model = runner->snapshot->model_path, *file = lrp_file_name(model);
    char path[LRP_PATH_SIZE];
    cJSON *root = NULL;
    if (lrp_settings_given(runner->snapshot->settings, beside[i].setting) ||
        snprintf(path, sizeof path, "%.*s%s", (int)(file - model), model, beside[i].name) >= (int)sizeof path ||
        access(path, R_OK) != 0 || lrp_json_read_found(path, &root, NULL) != LRP_OK)
        return NULL;
    const bool of_use = !beside[i].key || cJSON_GetObjectItemCaseSensitive(root, beside[i].key);
    cJSON_Delete(root);
    return of_use ? strdup(path) : NULL;
}

/* "take preprocessor_config.json and config.json, which lie beside the model?"; "" if there is nothing. */
static void describe_beside(const struct lrp_runner *runner, char *out, size_t size)
{
    size_t used = 0, found = 0;
    out[0] = 0;
    for (size_t i = 0; i < LRP_BESIDE_COUNT; i++) {
        char *path = find_beside(runner, i);
        if (path) used += (size_t)snprintf(out + used, size - used, "%s%s", found++ ? " and " : "take ", beside[i].name);
        free(path);
    }
    if (found) snprintf(out + used, size - used, ", which lie%s beside the model?", found == 1 ? "s" : "");
}

void lrp_runner_take_beside(struct lrp_runner *runner)
{
    struct lrp_settings *settings = NULL;
    struct lrp_error err;
    enum lrp_status status = lrp_settings_copy(runner->snapshot->settings, &settings, &err);
    for (size_t i = 0; !status && i < LRP_BESIDE_COUNT; i++) {
        char *path = find_beside(runner, i);
        if (path) status = lrp_settings_set(settings, beside[i].setting, path, &err);
        free(path);
    }
    if (!status) {
        lrp_runner_apply(runner, settings);
        return;
    }
    lrp_settings_free(settings);
    lrp_runner_say(runner, true, err.message);
}

void lrp_runner_state_open(struct lrp_runner *runner)
{
    char path[LRP_PATH_SIZE], text[256];
    forget_kept(&runner->kept);
    if (!runner->snapshot) return;
    runner->kept.stem = stem_of(runner->snapshot->model_path);
    if (!runner->kept.stem) {
        lrp_runner_say(runner, false, "this session is not kept: there is no folder for it (XDG_STATE_HOME)");
        return;
    }
    if (file_of(runner, ".lrpscope.json", path)) read_settings(&runner->kept, path);
    if (file_of(runner, ".place.json", path)) read_place(&runner->kept, path);
    describe_session(runner, text, sizeof text);
    struct lrp_event event = {.kind = LRP_EVENT_OFFER, .text = text, .number = LRP_RESTORE_SESSION};
    if (!*text) {
        describe_beside(runner, text, sizeof text);
        event.number = LRP_RESTORE_BESIDE;
    }
    lrp_app_update(&runner->app, &event);
    runner->kept.begun = place_text(runner, false);
}

void lrp_runner_restore(struct lrp_runner *runner)
{
    struct lrp_kept *kept = &runner->kept;
    struct lrp_settings *settings = NULL;
    struct lrp_event event = {.kind = LRP_EVENT_PLACE, .place = &kept->place};
    struct lrp_error err;
    const bool had_input = *runner->snapshot->input_label != 0;
    if (!kept->settings && !kept->place.layer && !kept->place.filter && kept->place.tags.count == 0) {
        lrp_runner_say(runner, false, "no earlier session of this model is kept");
        return;
    }
    const size_t messages = runner->app.messages.count;
    if (kept->settings && lrp_settings_copy(kept->settings, &settings, &err) == LRP_OK) lrp_runner_apply(runner, settings);
    lrp_app_update(&runner->app, &event);
    if (kept->input && !had_input)
        lrp_runner_input(runner, kept->input);
    else if (lrp_app_view_row(&runner->app, runner->app.view)->shows_ledger)
        lrp_runner_start(runner);
    if (runner->app.messages.count == messages) lrp_runner_say(runner, false, "restored");
}

/* ---- writing ---- */

void lrp_runner_keep_settings(struct lrp_runner *runner)
{
    char path[LRP_PATH_SIZE];
    struct lrp_error err;
    if (!runner->kept.stem || !file_of(runner, ".lrpscope.json", path)) return;
    struct lrp_event event = {.kind = LRP_EVENT_OFFER, .text = ""}; /* :restore still does it */
    lrp_app_update(&runner->app, &event);
    struct lrp_settings *settings = with_whole_paths(runner->snapshot->settings);
    if (settings && lrp_settings_write(settings, path, &err) != LRP_OK) lrp_runner_say(runner, true, err.message);
    lrp_settings_free(settings);
}

/* The offer stands until something is done (a tag, a view, a filter, a fold): that is kept, and :restore still does the rest.
 */
static bool offer_is_passed(struct lrp_runner *runner)
{
    char *done = place_text(runner, false);
    const bool passed = done && runner->kept.begun && strcmp(done, runner->kept.begun) != 0;
    free(done);
    if (passed) {
        struct lrp_event event = {.kind = LRP_EVENT_OFFER, .text = ""};
        lrp_app_update(&runner->app, &event);
    }
    return passed;
}

void lrp_runner_keep_place(struct lrp_runner *runner)
{
    char path[LRP_PATH_SIZE];
    struct lrp_error err;
    if (!runner->kept.stem || !file_of(runner, ".place.json", path) || (runner->app.offer[0] && !offer_is_passed(runner)))
        return;
    char *text = place_text(runner, true);
    if (text && runner->kept.written && strcmp(text, runner->kept.written) == 0) {
        free(text);
        return;
    }
    if (text && lrp_output_write_hurried(path, text, strlen(text), &err) != LRP_OK && !runner->kept.written)
        lrp_runner_say(runner, true, err.message); /* once is enough */
    free(runner->kept.written);
    runner->kept.written = text;
}
