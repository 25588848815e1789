/* sheet.c: small heatmaps of the inputs that were explained, for the sheet over them: kept while the settings that made them
 * hold. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

enum { SHEET_SIDE = 64, SHEET_MOST = 4096 };

static void free_map(struct lrp_input_map *map)
{
    lrp_plane_free(&map->picture);
    for (int i = 0; i < LRP_SHEET_INPUTS; i++) lrp_plane_free(&map->relevance[i]);
    *map = (struct lrp_input_map){.known = false};
}

void lrp_runner_forget_maps(struct lrp_runner *runner)
{
    for (size_t i = 0; i < runner->sheet.count; i++) free_map(&runner->sheet.maps[i]);
}

void lrp_runner_free_sheet(struct lrp_runner *runner)
{
    lrp_runner_forget_maps(runner);
    free(runner->sheet.maps);
    lrp_colormap_set_release(runner->sheet.options.maps);
    runner->sheet = (struct lrp_input_sheet){.count = 0};
}

/* No larger than a sheet shows it; takes the plane over. */
static struct lrp_plane shrunk(struct lrp_plane plane)
{
    struct lrp_plane small = {0};
    struct lrp_error err;
    const int width = plane.width < SHEET_SIDE ? plane.width : SHEET_SIDE,
              height = plane.height < SHEET_SIDE ? plane.height : SHEET_SIDE;
    if (width == plane.width && height == plane.height) return plane;
    if (lrp_plane_resample(&plane, width, height, LRP_FILTER_BOX, &small, &err) != LRP_OK) small = (struct lrp_plane){0};
    lrp_plane_free(&plane);
    return small;
}

/* The brightness of a picture, 0..1; without values where the input is none. */
static struct lrp_plane picture_of(const struct lrp_snapshot *s, int row)
{
    struct lrp_plane photo[3] = {{0}};
    struct lrp_error err;
    if (lrp_snapshot_picture(s, row, 0, photo, &err) != LRP_OK) return (struct lrp_plane){0};
    for (int i = 0; i < photo[0].width * photo[0].height; i++)
        photo[0].values[i] = (photo[0].values[i] + photo[1].values[i] + photo[2].values[i]) / 765;
    lrp_plane_free(&photo[1]);
    lrp_plane_free(&photo[2]);
    return shrunk(photo[0]);
}

static void fill_map(const struct lrp_runner *runner, struct lrp_input_map *map)
{
    const struct lrp_snapshot *s = runner->snapshot;
    struct lrp_error err;
    int at = 0;
    for (size_t k = 0; k < s->input_count && at < LRP_SHEET_INPUTS; k++) {
        const int row = (int)lrp_layer_row_at(s->layers, k);
        struct lrp_plane plane = {0};
        if (!s->relevance[row]) continue;
        if (!map->picture.values) map->picture = picture_of(s, row);
        if (lrp_snapshot_plane(s, row, LRP_SHOW_RELEVANCE, 0, &plane, &err) != LRP_OK) continue;
        const struct lrp_plane *planes[] = {&plane};
        if (lrp_range_of(planes, 1, &runner->sheet.options, &map->range[at], &err) == LRP_OK)
            map->relevance[at++] = shrunk(plane);
        else
            lrp_plane_free(&plane);
    }
    map->known = true;
}

/* Options as they hold now: their maps are kept as long as they are used. */
static bool take_options(struct lrp_runner *runner)
{
    struct lrp_heatmap_options options;
    struct lrp_error err;
    if (lrp_snapshot_heatmap_options(runner->snapshot, LRP_SHOW_RELEVANCE, &options, &err) != LRP_OK) return false;
    lrp_colormap_set_retain(options.maps);
    lrp_colormap_set_release(runner->sheet.options.maps);
    runner->sheet.options = options;
    return true;
}

void lrp_runner_note_map(struct lrp_runner *runner, size_t sample)
{
    struct lrp_input_sheet *sheet = &runner->sheet;
    if (sample >= SHEET_MOST || runner->results.capacity == 0) return;
    if (sheet->count < runner->results.capacity && sheet->count < SHEET_MOST) {
        const size_t count = runner->results.capacity < SHEET_MOST ? runner->results.capacity : SHEET_MOST;
        struct lrp_input_map *maps = realloc(sheet->maps, count * sizeof *maps);
        if (!maps) return;
        memset(maps + sheet->count, 0, (count - sheet->count) * sizeof *maps);
        sheet->maps = maps;
        sheet->count = count;
    }
    sheet->greys = (struct lrp_range){.low = 0, .high = 1};
    if (sample >= sheet->count || !take_options(runner)) return;
    free_map(&sheet->maps[sample]);
    fill_map(runner, &sheet->maps[sample]);
    runner->app.results.sheet = sheet;
}

bool lrp_runner_has_map(const struct lrp_runner *runner, size_t sample)
{
    return sample >= SHEET_MOST || (sample < runner->sheet.count && runner->sheet.maps[sample].known);
}
