/* dump.c: the screen and the state as files: text and styles, SVG, PNG, JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lrpscope/heatmap.h"
#include "output.h"
#include "pixels.h"
#include "printable.h"
#include "runner.h"
#include "svg.h"

enum { LRP_DUMP_NAME = 4096 };

static bool dump_failed(struct lrp_runner *runner, const struct lrp_error *err)
{
    lrp_runner_say(runner, true, err->message);
    if (!runner->terminal) lrp_print(stderr, "lrpscope: script: %s\n", err->message);
    return false;
}

static bool write_text(struct lrp_runner *runner, const char *path, const char *text)
{
    struct lrp_error err;
    if (!lrp_runner_may_write(runner, ":dump", path, &err) && !lrp_output_write(path, text, strlen(text), &err)) return true;
    return dump_failed(runner, &err);
}

static bool dump_svg(struct lrp_runner *runner, const char *path)
{
    char *svg = lrp_canvas_to_svg(&runner->canvas, runner->app.caps.light);
    const bool fine = svg && write_text(runner, path, svg);
    free(svg);
    return fine;
}

/* ---- a picture ---- */

/* Pictures that nothing covers, as large as their cells are in the file. */
static size_t compose_pictures(const struct lrp_canvas *canvas, struct lrp_bitmap *bitmaps, struct lrp_screen_picture *out)
{
    size_t count = 0;
    for (int i = 0; i < canvas->picture_count; i++) {
        const struct lrp_canvas_picture *p = &canvas->pictures[i];
        if (lrp_canvas_covers(canvas, i) ||
            !lrp_picture_compose(p, LRP_SCREEN_CELL_WIDTH, LRP_SCREEN_CELL_HEIGHT, &bitmaps[count]))
            continue;
        out[count] = (struct lrp_screen_picture){p->cells.x, p->cells.y, bitmaps[count].width, bitmaps[count].height,
                                                 bitmaps[count].rgba};
        count++;
    }
    return count;
}

/* Heatmaps are drawn as pixels, whatever the terminal shows. */
static bool dump_png(struct lrp_runner *runner, const char *path)
{
    const struct lrp_caps caps = runner->app.caps;
    struct lrp_canvas *const canvas = &runner->canvas;
    struct lrp_bitmap bitmaps[LRP_PICTURES_MOST] = {{0}};
    struct lrp_screen_picture pictures[LRP_PICTURES_MOST];
    struct lrp_error err;
    if (caps.mode >= LRP_COLOR_256) {
        runner->app.caps.cell_width = LRP_SCREEN_CELL_WIDTH;
        runner->app.caps.cell_height = LRP_SCREEN_CELL_HEIGHT;
        lrp_app_view(&runner->app, canvas);
        runner->app.caps = caps;
    }
    struct lrp_screen_cells screen = {.columns = canvas->columns, .rows = canvas->rows, .pictures = pictures};
    struct lrp_screen_cell *cells = calloc((size_t)canvas->columns * (size_t)canvas->rows, sizeof *cells);
    enum lrp_status status = cells ? LRP_OK : lrp_fail(&err, LRP_MEMORY, "not enough memory");
    if (!status) {
        lrp_canvas_to_cells(canvas, caps.light, cells, &screen.paper);
        screen.cells = cells;
        screen.picture_count = compose_pictures(canvas, bitmaps, pictures);
        status = lrp_runner_may_write(runner, ":dump", path, &err);
    }
    if (!status) status = lrp_screen_write(&screen, path, &err);
    for (int i = 0; i < LRP_PICTURES_MOST; i++) lrp_bitmap_free(&bitmaps[i]);
    free(cells);
    return !status || dump_failed(runner, &err);
}

static bool ends_in(const char *path, const char *end)
{
    const size_t length = strlen(path), least = strlen(end);
    return length > least && strcmp(path + length - least, end) == 0;
}

bool lrp_runner_dump(struct lrp_runner *runner, const char *path)
{
    char style_path[LRP_DUMP_NAME + 8];
    lrp_app_view(&runner->app, &runner->canvas);
    if (ends_in(path, ".svg")) return dump_svg(runner, path);
    if (ends_in(path, ".png")) return dump_png(runner, path);
    char *text = lrp_canvas_to_text(&runner->canvas), *style = lrp_canvas_to_style(&runner->canvas);
    snprintf(style_path, sizeof style_path, "%s.style", path);
    const bool fine = text && style && write_text(runner, path, text) && write_text(runner, style_path, style);
    free(text);
    free(style);
    return fine;
}

/* ---- state ---- */

static const char *const panes[LRP_PANE_COUNT] = {
    [LRP_PANE_LIST] = "list", [LRP_PANE_PREVIEW] = "preview", [LRP_PANE_DETAILS] = "details"};

static void put_text(cJSON *to, const char *key, const char *text)
{
    cJSON_AddStringToObject(to, key, text ? text : "");
}
static void put_number(cJSON *to, const char *key, double value)
{
    cJSON_AddNumberToObject(to, key, value);
}
static void put_flag(cJSON *to, const char *key, bool value)
{
    cJSON_AddBoolToObject(to, key, value);
}

static void put_layer(const struct lrp_app *app, cJSON *to)
{
    const struct lrp_layer *layer = lrp_app_layer(app, app->layer);
    const bool sum = app->snapshot->relevance && app->snapshot->relevance[app->layer];
    put_number(to, "layer", app->layer);
    put_text(to, "name", layer ? layer->name : "");
    put_text(to, "rule", app->snapshot->rules ? app->snapshot->rules[app->layer] : "");
    put_text(to, "rule_source", app->snapshot->rule_sources ? app->snapshot->rule_sources[app->layer]->text : "");
    put_flag(to, "check_failed", lrp_app_failed(app, app->layer));
    if (sum)
        put_number(to, "sum", app->snapshot->relevance_statistics[app->layer].sum);
    else
        cJSON_AddNullToObject(to, "sum");
}

static void put_tags(const struct lrp_app *app, cJSON *to)
{
    cJSON *tags = cJSON_AddArrayToObject(to, "tagged");
    for (size_t i = 0; tags && i < app->tagged_size; i++)
        if (app->tagged[i]) cJSON_AddItemToArray(tags, cJSON_CreateNumber((double)i));
}

static void put_settings(const struct lrp_app *app, cJSON *to)
{
    cJSON *settings = cJSON_AddObjectToObject(to, "settings");
    for (int i = 0; settings && i < LRP_SETTING_COUNT; i++)
        if (*lrp_facts_text(&app->facts, (enum lrp_setting)i))
            put_text(settings, lrp_facts_key((enum lrp_setting)i), lrp_facts_text(&app->facts, (enum lrp_setting)i));
}

static void put_preview(const struct lrp_app *app, cJSON *to)
{
    cJSON *preview = cJSON_AddObjectToObject(to, "preview");
    put_text(preview, "kind", lrp_preview_row(lrp_app_preview(app))->name);
    put_number(preview, "layer", lrp_preview_layer(app));
    put_number(preview, "sample", (double)app->sample);
    put_number(preview, "channel", app->channel);
    put_number(preview, "zoom", app->zoom > 1 ? app->zoom : 1);
    put_flag(preview, "shown", lrp_painting_there(&app->painting));
    if (app->cursor_x >= 0) {
        cJSON *cursor = cJSON_AddArrayToObject(preview, "cursor");
        cJSON_AddItemToArray(cursor, cJSON_CreateNumber(app->cursor_y));
        cJSON_AddItemToArray(cursor, cJSON_CreateNumber(app->cursor_x));
    }
}

static void put_marks(const struct lrp_marks *marks, const char *key, cJSON *to)
{
    cJSON *list = marks->count ? cJSON_AddArrayToObject(to, key) : NULL;
    for (size_t i = 0; list && i < marks->count; i++) cJSON_AddItemToArray(list, cJSON_CreateString(marks->items[i].text));
}

/* A picture whose columns and rows stand for something, or that something is said of: with its numbers. */
static void put_numbers(const struct lrp_app *app, cJSON *to)
{
    const struct lrp_painting *p = &app->painting;
    cJSON *picture = p->across.count || p->down.count || *p->note ? cJSON_AddObjectToObject(to, "picture") : NULL;
    cJSON *values = picture && p->plane.values ? cJSON_AddArrayToObject(picture, "values") : NULL;
    if (!values) return;
    put_marks(&p->across, "across", picture);
    put_marks(&p->down, "down", picture);
    put_marks(&p->cells, "cells", picture);
    put_number(picture, "width", p->plane.width);
    put_text(picture, "note", p->note);
    for (int i = 0; i < p->plane.width * p->plane.height; i++)
        cJSON_AddItemToArray(values, lrp_is_blank(p->plane.values[i]) ? cJSON_CreateNull()
                                                                      : cJSON_CreateNumber((double)p->plane.values[i]));
}

static void put_run(const struct lrp_app *app, cJSON *to)
{
    put_text(to, "job", lrp_job_state_name(app->snapshot->job));
    put_text(to, "error", app->snapshot->error.status ? app->snapshot->error.message : "");
    const size_t sample = (size_t)lrp_preview_sample(app);
    put_number(to, "target", sample < app->snapshot->target_count ? (double)app->snapshot->targets[sample].index : -1);
    put_number(to, "forward_layers", app->snapshot->forward_layers);
    put_number(to, "relevance_layers", app->snapshot->relevance_layers);
}

static cJSON *state_of(const struct lrp_app *app)
{
    cJSON *state = cJSON_CreateObject();
    if (!state) return NULL;
    put_number(state, "lrpscope", 1);
    put_text(state, "model", app->snapshot ? app->snapshot->model_path : "");
    put_text(state, "input", app->snapshot ? app->snapshot->input_label : "");
    put_text(state, "view", lrp_app_view_row(app, app->view)->name);
    put_text(state, "pane", panes[app->focus]);
    put_number(state, "layers", lrp_app_layer_count(app));
    put_number(state, "shown", (double)app->shown_count);
    put_text(state, "filter", app->filter);
    put_text(state, "search", app->search);
    put_text(state, "menu_row",
             app->menu.kind != LRP_MENU_NONE && lrp_app_menu_row(app, app->menu.window.selected)
                 ? lrp_app_menu_row(app, app->menu.window.selected)->text
                 : "");
    put_text(state, "tried", app->tried);
    put_text(state, "prompt", lrp_prompt_row(app->prompt.kind)->name);
    put_text(state, "status", app->status);
    put_flag(state, "status_error", app->status_error);
    put_text(state, "stored", app->stored);
    put_flag(state, "details", app->details);
    if (app->snapshot) {
        put_layer(app, state);
        put_preview(app, state);
        put_numbers(app, state);
        put_run(app, state);
        put_settings(app, state);
    }
    put_tags(app, state);
    return state;
}

bool lrp_runner_dump_state(struct lrp_runner *runner, const char *path)
{
    cJSON *state = state_of(&runner->app);
    char *text = state ? lrp_json_print(state, true) : NULL;
    const bool fine = text && write_text(runner, path, text);
    cJSON_Delete(state);
    free(text);
    return fine;
}
