/* export.c: results as files: heatmaps, contact sheets, relevance of every value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "animation.h"
#include "blocked.h"
#include "internal.h"
#include "json.h"
#include "render.h"
#include "safetensors.h"
#include "sheet.h"
#include "text.h"

enum { SMALL_SIDE = 256 };

/* Unless the settings say how large a cell is, small maps have cells of so many pixels that they can be looked at. */
static void enlarge_small(const struct lrp_settings *settings, const struct lrp_plane *plane,
                          struct lrp_heatmap_options *options)
{
    const int side = plane->width > plane->height ? plane->width : plane->height;
    if (!*lrp_settings_get(settings, LRP_SETTING_SIZE_FACTOR) && side < SMALL_SIDE) options->size_factor = SMALL_SIDE / side;
}

enum lrp_status lrp_snapshot_write_plane(const struct lrp_snapshot *s, int layer, struct lrp_plane *plane, enum lrp_show show,
                                         int64_t sample, const char *path, struct lrp_error *err)
{
    struct lrp_heatmap_options options;
    struct lrp_range range;
    struct lrp_plane grey = {0};
    struct lrp_picture picture = {0};
    const struct lrp_plane *const planes[] = {plane};
    enum lrp_status status = lrp_settings_heatmap(s->settings, show, &options, err);
    if (!status) status = lrp_range_of(planes, 1, &options, &range, err);
    if (!status) status = lrp_snapshot_underlay(s, layer, show, sample, plane, &grey, err);
    if (!status) enlarge_small(s->settings, plane, &options);
    if (!status) status = lrp_render_heatmap(plane, &range, &options, grey.values ? &grey : NULL, &picture, err);
    if (!status) status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    lrp_plane_free(&grey);
    return status;
}

enum lrp_status lrp_snapshot_export_heatmap(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                            const char *path, struct lrp_error *err)
{
    struct lrp_plane plane;
    enum lrp_status status = lrp_snapshot_plane(snapshot, layer, show, sample, &plane, err);
    if (!status) status = lrp_snapshot_write_plane(snapshot, layer, &plane, show, sample, path, err);
    lrp_plane_free(&plane);
    return status;
}

enum lrp_status lrp_snapshot_export_channel(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                            int64_t channel, const char *path, struct lrp_error *err)
{
    struct lrp_plane plane;
    enum lrp_status status = lrp_snapshot_channel_plane(snapshot, layer, show, sample, channel, &plane, err);
    if (!status) status = lrp_snapshot_write_plane(snapshot, layer, &plane, show, sample, path, err);
    lrp_plane_free(&plane);
    return status;
}

static enum lrp_status value_plane(const struct lrp_snapshot *s, const char *value, const struct lrp_tensor *t, int64_t sample,
                                   enum lrp_reduction reduction, struct lrp_plane *plane, struct lrp_error *err)
{
    const struct lrp_setup *setup = lrp_snapshot_box(s)->setup;
    struct lrp_sample one = {0};
    const int number = lrp_network_value(setup->network, value);
    enum lrp_status status = number >= 0 ? lrp_sample_open(setup, number, t, sample, &one, err)
                                         : lrp_fail(err, LRP_USAGE, "there is no value %s any more", value);
    if (!status) status = lrp_plane_from_tensor(&one.tensor, 0, reduction, false, plane, err);
    lrp_sample_close(&one);
    return status;
}

enum lrp_status lrp_session_export_value(struct lrp_session *session, const char *value, enum lrp_show show, int64_t sample,
                                         const char *path, struct lrp_error *err)
{
    const struct lrp_snapshot *s = NULL;
    struct lrp_plane plane = {0};
    struct lrp_heatmap_options options;
    const struct lrp_tensor *t = show == LRP_SHOW_ACTIVATION ? lrp_session_value_activation(session, value)
                                                             : lrp_session_value_relevance(session, value);
    enum lrp_status status =
        t ? lrp_session_snapshot(session, &s, err) : lrp_fail(err, LRP_USAGE, "nothing is known of a value %s", value);
    if (!status) status = lrp_settings_heatmap(s->settings, show, &options, err);
    if (!status) status = value_plane(s, value, t, sample, options.reduction, &plane, err);
    if (!status) {
        const struct lrp_network *n = lrp_snapshot_box(s)->setup->network;
        const int row = lrp_network_value_row(n, lrp_network_value(n, value));
        status = lrp_snapshot_write_plane(s, row, &plane, show, sample, path, err);
    }
    lrp_plane_free(&plane);
    lrp_snapshot_release(s);
    lrp_tensor_release(t);
    return status;
}

/* ---- the contact sheet ---- */

struct sheet {
    struct lrp_sheet_tile *tiles;
    struct lrp_plane *planes; /* without values: there is none */
    char **texts;             /* three per tile: title, subtitle, shape */
    struct lrp_text note;
    size_t count;
};

static void sheet_free(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        if (sheet->planes) lrp_plane_free(&sheet->planes[i]);
        for (size_t k = 0; sheet->texts && k < 3; k++) free(sheet->texts[3 * i + k]);
    }
    free(sheet->tiles);
    free(sheet->planes);
    free(sheet->texts);
    lrp_text_free(&sheet->note);
}

/* Of one sample. */
static struct lrp_statistics sample_statistics(const struct lrp_snapshot *s, size_t layer, int64_t sample)
{
    const struct lrp_tensor *t = lrp_result_tensor(s->relevance[layer]);
    const struct lrp_setup *setup = lrp_snapshot_box(s)->setup;
    const int value = lrp_network_layer_value(setup->network, layer);
    struct lrp_statistics statistics = s->relevance_statistics[layer];
    struct lrp_sample one = {0};
    if (s->target_count < 2 || !t || value < 0) return statistics;
    if (lrp_sample_open(setup, value, t, sample, &one, NULL) == LRP_OK) lrp_tensor_statistics(&one.tensor, &statistics);
    lrp_sample_close(&one);
    return statistics;
}

static bool sheet_tile(const struct lrp_snapshot *s, int64_t sample, size_t row, size_t i, struct sheet *sheet)
{
    const struct lrp_layer *l = &s->layers->rows[row];
    struct lrp_text title = {0}, subtitle = {0};
    char shape[160];
    lrp_text_printf(&title, "%d %s", l->index, l->name);
    lrp_text_printf(&subtitle, "%s%s%s", l->type, *s->rules[row] ? ", " : "", s->rules[row]);
    char **texts = &sheet->texts[3 * i];
    texts[0] = lrp_text_take(&title);
    texts[1] = lrp_text_take(&subtitle);
    texts[2] = strdup(lrp_shape_text(l->shape, 1, "x", shape, sizeof shape));
    if (!texts[0] || !texts[1] || !texts[2]) return false;
    lrp_snapshot_plane(s, (int)row, LRP_SHOW_RELEVANCE, sample, &sheet->planes[i], NULL);
    sheet->tiles[i] = (struct lrp_sheet_tile){.title = texts[0],
                                              .subtitle = texts[1],
                                              .shape = texts[2],
                                              .plane = sheet->planes[i].values ? &sheet->planes[i] : NULL,
                                              .statistics = sample_statistics(s, row, sample)};
    return true;
}

/* Tiles of all layers, with what they are of; sheet_free in any case. */
static enum lrp_status sheet_make(const struct lrp_snapshot *snapshot, int64_t sample, struct sheet *sheet,
                                  struct lrp_sheet *out, struct lrp_error *err)
{
    const size_t count = lrp_layer_rows(snapshot->layers);
    *sheet = (struct sheet){.tiles = calloc(count, sizeof *sheet->tiles),
                            .planes = calloc(count, sizeof *sheet->planes),
                            .texts = calloc(3 * count, sizeof(char *)),
                            .count = count};
    bool ok = sheet->tiles && sheet->planes && sheet->texts;
    for (size_t i = 0; ok && i < count; i++) ok = sheet_tile(snapshot, sample, lrp_layer_row_at(snapshot->layers, i), i, sheet);
    if (ok && sample >= 0 && (size_t)sample < snapshot->target_count) {
        const struct lrp_target *t = &snapshot->targets[sample];
        lrp_text_printf(&sheet->note, "%s   target %lld %s   %s   %s", snapshot->input_label, (long long)t->index, t->label,
                        lrp_settings_get(snapshot->settings, LRP_SETTING_METHOD), snapshot->composite);
    }
    const char *slash = strrchr(snapshot->model_path, '/');
    *out = (struct lrp_sheet){
        .title = slash ? slash + 1 : snapshot->model_path, .note = sheet->note.data, .tiles = sheet->tiles, .count = count};
    return ok ? lrp_settings_heatmap(snapshot->settings, LRP_SHOW_RELEVANCE, &out->options, err)
              : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_snapshot_export_sheet(const struct lrp_snapshot *snapshot, int64_t sample, const char *path,
                                          struct lrp_error *err)
{
    struct sheet sheet;
    struct lrp_sheet out;
    struct lrp_picture picture = {0};
    enum lrp_status status = sheet_make(snapshot, sample, &sheet, &out, err);
    if (!status) status = lrp_sheet_render(&out, &picture, err);
    if (!status) status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    sheet_free(&sheet);
    return status;
}

enum lrp_status lrp_snapshot_export_animation(const struct lrp_snapshot *snapshot, int64_t sample, const char *path,
                                              struct lrp_error *err)
{
    struct sheet sheet;
    struct lrp_sheet out;
    enum lrp_status status = sheet_make(snapshot, sample, &sheet, &out, err);
    if (!status) status = lrp_animation_write(&out, path, err);
    sheet_free(&sheet);
    return status;
}

enum lrp_status lrp_snapshot_write_planes(const struct lrp_snapshot *snapshot, const char *note,
                                          const struct lrp_sheet_plane *planes, size_t count, const char *path,
                                          struct lrp_error *err)
{
    struct lrp_sheet_tile *tiles = calloc(count + 1, sizeof *tiles);
    const char *slash = strrchr(snapshot->model_path, '/');
    struct lrp_sheet out = {.title = slash ? slash + 1 : snapshot->model_path, .note = note, .tiles = tiles, .count = count};
    struct lrp_picture picture = {0};
    enum lrp_status status = tiles ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < count; i++) {
        const struct lrp_plane *p = planes[i].plane;
        tiles[i] = (struct lrp_sheet_tile){.title = planes[i].title, .subtitle = planes[i].subtitle, .plane = p};
        const struct lrp_tensor t = {.dtype = LRP_DTYPE_FLOAT,
                                     .shape = {.rank = 2, .dim = {p->height, p->width}},
                                     .count = (size_t)p->width * (size_t)p->height,
                                     .f = p->values};
        lrp_tensor_statistics(&t, &tiles[i].statistics);
    }
    if (!status) status = lrp_settings_heatmap(snapshot->settings, LRP_SHOW_RELEVANCE, &out.options, err);
    if (!status) status = lrp_sheet_render(&out, &picture, err);
    if (!status) status = lrp_picture_write_png(&picture, path, err);
    lrp_picture_free(&picture);
    free(tiles);
    return status;
}

/* ---- relevance of every value ---- */

/* Names of values that canonization or a pattern swallowed, as a JSON list. Owned by the caller. */
static char *removed_list(const struct lrp_layer_list *layers)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; list && i < layers->removed_count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(layers->removed[i]));
    char *text = list ? cJSON_PrintUnformatted(list) : NULL;
    cJSON_Delete(list);
    return text;
}

enum lrp_status lrp_session_export_layerwise(struct lrp_session *session, const char *path, struct lrp_error *err)
{
    pthread_mutex_lock(&session->lock);
    struct lrp_results *r = lrp_results_retain(session->results);
    bool done = r->relevance_done;
    pthread_mutex_unlock(&session->lock);
    const struct lrp_graph *g = r->network->graph;
    struct lrp_safetensor *tensors = calloc((size_t)g->value_count + 1, sizeof *tensors);
    char *removed = removed_list(&r->network->view->list);
    enum lrp_status status = tensors && removed ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && !done) status = lrp_fail(err, LRP_UNSUPPORTED, "%s: there is no relevance yet", path);
    size_t count = 0;
    for (int v = 0; !status && v < g->value_count; v++) {
        if (!r->relevance[v] || g->values[v].own || !lrp_dtype_is_float(g->values[v].desc.dtype)) continue;
        const struct lrp_tensor *t = lrp_tensor_row_major(r->relevance[v], NULL);
        if (!t) {
            status = lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
            break;
        }
        tensors[count++] = (struct lrp_safetensor){.name = g->values[v].name,
                                                   .dtype = LRP_DTYPE_FLOAT,
                                                   .shape = t->shape,
                                                   .data = (const unsigned char *)t->f,
                                                   .count = t->count};
    }
    const char *const metadata[] = {"removed", removed ? removed : "[]"};
    if (!status) status = lrp_safetensors_write(path, tensors, count, metadata, 1, err);
    free(removed);
    free(tensors);
    lrp_results_release(r);
    return status;
}
