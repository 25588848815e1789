/* files.c: files: proposed names, asking before replacing, writing, completion of paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "paint.h"
#include "runner.h"
#include "text.h"

enum { LRP_NAME_SIZE = 1024, LRP_NUMBERS_MOST = 10000 };

char *lrp_expand_path(const char *path)
{
    const char *home = path[0] == '~' && path[1] == '/' ? getenv("HOME") : NULL;
    const size_t size = strlen(path) + (home ? strlen(home) : 0) + 1;
    char *out = malloc(size);
    if (out) snprintf(out, size, "%s%s", home ? home : "", home ? path + 1 : path);
    return out;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Appends a name, perhaps without its suffix; what is not safe in a file name becomes '_'. */
static void append_safe(struct lrp_text *to, const char *name, bool keep_suffix)
{
    const char *dot = keep_suffix ? NULL : strrchr(name, '.');
    const size_t length = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    for (size_t i = 0; i < length && i < LRP_NAME_SIZE / 4; i++) {
        const unsigned char c = (unsigned char)name[i];
        const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                          c == '-' || c >= 0x80;
        lrp_text_append_n(to, safe ? name + i : "_", 1);
    }
}

/* MODEL-INPUT-LAYER.png, or without a last part the folder MODEL-INPUT; with a number if that is taken. */
static void picture_name(const struct lrp_runner *runner, const char *last, char *out, size_t size)
{
    const char *suffix = last ? ".png" : "";
    struct lrp_text stem = {0};
    append_safe(&stem, lrp_file_name(runner->snapshot->model_path), false);
    lrp_text_append(&stem, "-");
    append_safe(&stem, lrp_file_name(runner->snapshot->input_label), false);
    if (last) {
        lrp_text_append(&stem, "-");
        append_safe(&stem, last, true);
    }
    const char *name = stem.data ? stem.data : "";
    snprintf(out, size, "%.900s%s", name, suffix);
    for (int i = 2; exists(out) && i < LRP_NUMBERS_MOST; i++) snprintf(out, size, "%.900s-%d%s", name, i, suffix);
    lrp_text_free(&stem);
}

/* MODEL.lrpscope.json beside the model: where the inspector looks for it. */
static void rules_name(const struct lrp_runner *runner, char *out, size_t size)
{
    const char *path = runner->snapshot->model_path, *file = lrp_file_name(path), *dot = strrchr(file, '.');
    const size_t length = dot && dot > file ? (size_t)(dot - path) : strlen(path);
    snprintf(out, size, "%.*s.lrpscope.json", (int)(length < 900 ? length : 900), path);
}

/* One channel alone is shown: the grid of channels shows all of them. */
static bool shows_channel(const struct lrp_runner *runner)
{
    const struct lrp_preview_row *row = lrp_preview_row(lrp_app_preview(&runner->app));
    return runner->app.painting.channel >= 0 && row->channels == LRP_CHANNELS_ONE && row->file == row->show;
}

static bool shows_difference(const struct lrp_runner *runner)
{
    return runner->stored && lrp_preview_row(lrp_app_preview(&runner->app))->compares && !lrp_app_blocked(&runner->app);
}

/* The layer's name, and what of it is shown where that is not all of it. */
static void what_is_shown(const struct lrp_runner *runner, const char *layer, char *out, size_t size)
{
    if (shows_difference(runner))
        snprintf(out, size, "%.400s-difference", layer);
    else if (lrp_preview_row(lrp_app_preview(&runner->app))->of_model)
        snprintf(out, size, "%s", lrp_preview_row(lrp_app_preview(&runner->app))->name);
    else if (lrp_preview_row(lrp_app_preview(&runner->app))->heads && runner->app.painting.channel >= 0)
        snprintf(out, size, "%.400s-head-%lld", layer, (long long)runner->app.painting.channel);
    else if (shows_channel(runner))
        snprintf(out, size, "%.400s-channel-%lld", layer, (long long)runner->app.painting.channel);
    else
        snprintf(out, size, "%.400s", layer);
}

void lrp_runner_propose(struct lrp_runner *runner, enum lrp_prompt_kind kind)
{
    char name[LRP_NAME_SIZE];
    const struct lrp_layer *layer = lrp_app_layer(&runner->app, runner->app.layer);
    char last[LRP_NAME_SIZE / 2];
    if (kind == LRP_PROMPT_WRITE) {
        rules_name(runner, name, sizeof name);
    } else {
        what_is_shown(runner, layer && layer->index ? layer->name : "input", last, sizeof last);
        picture_name(runner, kind == LRP_PROMPT_ALL ? NULL : last, name, sizeof name);
    }
    struct lrp_event event = {.kind = LRP_EVENT_PROMPT, .number = (int)kind, .text = name};
    lrp_app_update(&runner->app, &event);
}

/* The picture that is shown, as a file. */
static enum lrp_status export_picture(const struct lrp_runner *runner, const char *path, struct lrp_error *err)
{
    const struct lrp_app *app = &runner->app;
    const enum lrp_preview preview = lrp_app_preview(app);
    const int64_t sample = lrp_preview_sample(app);
    if (shows_difference(runner)) {
        const int layer = lrp_stored_layer(runner->stored, runner->snapshot, app->layer);
        if (layer >= 0)
            return lrp_snapshot_export_difference(runner->stored, layer, runner->snapshot, app->layer, sample, path, err);
        return lrp_fail(err, LRP_UNSUPPORTED, "nothing is stored of this layer: {store} stores the present result");
    }
    if (lrp_preview_row(preview)->holds != LRP_FILE_HEATMAP)
        return lrp_runner_export_painting(runner, lrp_preview_row(preview)->holds, path, err);
    if (shows_channel(runner))
        return lrp_snapshot_export_channel(runner->snapshot, app->layer, lrp_app_show(app), sample, app->painting.channel, path,
                                           err);
    const bool instead = lrp_app_show(app) != lrp_preview_row(preview)->show; /* the activation in relevance's place */
    const enum lrp_show show = instead ? lrp_app_show(app) : lrp_preview_row(preview)->file;
    return lrp_snapshot_export_heatmap(runner->snapshot, app->layer, show, sample, path, err);
}

static enum lrp_status write_file(struct lrp_runner *runner, enum lrp_effect_kind kind, const char *path, struct lrp_error *err)
{
    if (kind == LRP_EFFECT_WRITE) return lrp_settings_write(runner->snapshot->settings, path, err);
    return kind == LRP_EFFECT_EXPORT_GRAPH ? lrp_snapshot_export_graph(runner->snapshot, path, err)
                                           : export_picture(runner, path, err);
}

void lrp_runner_write(struct lrp_runner *runner, const struct lrp_effect *effect)
{
    struct lrp_error err;
    char text[LRP_NAME_SIZE + 16];
    char *path = lrp_expand_path(effect->text);
    const char *command = effect->kind == LRP_EFFECT_WRITE          ? ":write"
                          : effect->kind == LRP_EFFECT_EXPORT_GRAPH ? ":export-graph"
                                                                    : ":export";
    if (!path) {
        lrp_runner_say(runner, true, "not enough memory");
    } else if (effect->kind != LRP_EFFECT_EXPORT_ALL && lrp_runner_may_write(runner, command, path, &err)) {
        lrp_runner_say(runner, true, err.message);
    } else if (!effect->flag && exists(path)) {
        struct lrp_event event = {.kind = LRP_EVENT_EXISTS, .number = (int)effect->kind, .text = path};
        lrp_app_update(&runner->app, &event);
    } else if (effect->kind == LRP_EFFECT_EXPORT_ALL) {
        lrp_runner_export_all(runner, path);
    } else if (write_file(runner, effect->kind, path, &err) != LRP_OK) {
        lrp_runner_say(runner, true, lrp_app_hint(&runner->app, err.message, text, sizeof text));
    } else {
        snprintf(text, sizeof text, "written: %.1000s", path);
        lrp_runner_say(runner, false, text);
    }
    free(path);
}
