/* explain_map.c: the heatmap of a sample as half blocks on a terminal, below its line. */
#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explain.h"
#include "table.h"
#include "tint.h"

enum {
    LRP_MAP_LINES = 22, /* at most, so that the line above stays in sight */
    LRP_MAPS_MOST = 8   /* of one command: more of them only scroll away */
};

/* A plane and what lies below it, as it is printed. */
struct map {
    struct lrp_plane plane, grey;
    struct lrp_heatmap_options options;
    struct lrp_range range;
    enum lrp_tint tint;
    bool halves; /* two rows of values to a line; else a value is two columns wide */
};

static void map_free(struct map *m)
{
    lrp_plane_free(&m->plane);
    lrp_plane_free(&m->grey);
}

static enum lrp_status resample(struct lrp_plane *plane, int width, int height, struct lrp_error *err)
{
    struct lrp_plane other = {0};
    if (!plane->values) return LRP_OK;
    const enum lrp_status status = lrp_plane_resample(plane, width, height, LRP_FILTER_BOX, &other, err);
    if (status) return status;
    lrp_plane_free(plane);
    *plane = other;
    return LRP_OK;
}

/* As large as it fits, grown by a whole number. */
static enum lrp_status fit_terminal(struct map *m, struct lrp_error *err)
{
    int columns, lines;
    lrp_tint_size(&columns, &lines);
    lines = lines - 4 < LRP_MAP_LINES ? lines - 4 : LRP_MAP_LINES;
    const int room_x = m->halves ? columns - 1 : (columns - 1) / 2, room_y = (lines > 2 ? lines : 2) * (m->halves ? 2 : 1);
    const double x = (double)room_x / m->plane.width, y = (double)room_y / m->plane.height, least = x < y ? x : y;
    const double scale = least >= 1 ? floor(least) : least;
    const int width = (int)lround(scale * m->plane.width), height = (int)lround(scale * m->plane.height);
    enum lrp_status status = resample(&m->plane, width > 1 ? width : 1, height > 1 ? height : 1, err);
    if (!status) status = resample(&m->grey, m->plane.width, m->plane.height, err);
    return status;
}

static void colour_at(const struct map *m, int x, int y, unsigned char rgb[3])
{
    const size_t at = (size_t)y * (size_t)m->plane.width + (size_t)x;
    lrp_heatmap_rgb(&m->options, &m->range, m->plane.values[at], m->grey.values ? (double)m->grey.values[at] : -1, rgb);
}

static void print_cell(const struct map *m, int x, int y)
{
    unsigned char upper[3], lower[3];
    const float value = m->plane.values[(size_t)y * (size_t)m->plane.width + (size_t)x];
    colour_at(m, x, y, upper);
    if (m->halves && y + 1 < m->plane.height) {
        colour_at(m, x, y + 1, lower);
        lrp_tint_halves(m->tint, upper, lower);
        return;
    }
    lrp_tint_ground(m->tint, upper, 2 * lrp_range_normalize(&m->range, value, 1) - 1);
    fputs(m->halves ? " " : m->tint == LRP_TINT_8 ? "##" : "  ", stdout);
    if (m->tint == LRP_TINT_8) lrp_tint_end();
}

static void print_map(const struct map *m)
{
    for (int y = 0; y < m->plane.height; y += m->halves ? 2 : 1) {
        for (int x = 0; x < m->plane.width; x++) print_cell(m, x, y);
        lrp_tint_end();
        fputc('\n', stdout);
    }
    char low[40], high[40];
    lrp_print(stdout, "%s to %s\n", lrp_cli_number(m->range.low, low, sizeof low),
              lrp_cli_number(m->range.high, high, sizeof high));
    fflush(stdout);
}

static bool is_wanted(const struct lrp_explain *e, const struct lrp_explain_round *round, enum lrp_tint tint)
{
    return tint != LRP_TINT_NONE && (!e->arguments->show_map || strcmp(e->arguments->show_map, "off") != 0) &&
           lrp_cli_job_rounds(&e->job) * round->samples <= LRP_MAPS_MOST;
}

enum lrp_status lrp_explain_map(const struct lrp_explain *e, const struct lrp_explain_round *round,
                                const struct lrp_snapshot *now, size_t sample, struct lrp_error *err)
{
    const enum lrp_show show = (enum lrp_show)e->arguments->show;
    struct map m = {.tint = lrp_tint_of(e->arguments->color)};
    struct lrp_error none;
    m.halves = m.tint != LRP_TINT_8 && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!is_wanted(e, round, m.tint)) return LRP_OK;
    /* what has no picture has its line all the same */
    if (lrp_snapshot_plane(now, e->layer, show, (int64_t)sample, &m.plane, &none) || m.plane.width * m.plane.height < 2) {
        map_free(&m);
        return LRP_OK;
    }
    const struct lrp_plane *planes[] = {&m.plane};
    enum lrp_status status = lrp_snapshot_heatmap_options(now, show, &m.options, err);
    if (!status) status = lrp_range_of(planes, 1, &m.options, &m.range, err);
    if (!status) status = lrp_snapshot_underlay(now, e->layer, show, (int64_t)sample, &m.plane, &m.grey, err);
    if (!status) status = fit_terminal(&m, err);
    if (!status) print_map(&m);
    map_free(&m);
    return status;
}
