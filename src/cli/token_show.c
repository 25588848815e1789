/* token_show.c: tokens and their relevance on a terminal, in a table, as a picture, as a page. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "output.h"
#include "table.h"
#include "text.h"
#include "tint.h"
#include "token_map.h"

static void colour_of(const struct lrp_token_map *map, const struct lrp_token_row *row, unsigned char rgb[3])
{
    const struct lrp_range range = {.low = -map->most, .high = map->most, .symmetric = true};
    lrp_heatmap_rgb(&map->options, &range, row->relevance, -1, rgb);
}

/* What stands for a token: its text; without one its id. */
static char *shown_text(const struct lrp_token_row *row)
{
    struct lrp_text text = {0};
    lrp_text_append(&text, row->text);
    if (!text.length) lrp_text_printf(&text, "%lld", (long long)row->id);
    return lrp_text_take(&text);
}

/* ---- terminal ---- */

static void print_text(const struct lrp_token_map *map, enum lrp_tint tint)
{
    size_t count;
    const struct lrp_token_row *rows = lrp_token_map_shown(map, &count);
    for (size_t i = 0; i < count; i++) {
        const struct lrp_token_row *row = &rows[i];
        unsigned char rgb[3];
        char *text = shown_text(row);
        colour_of(map, row, rgb);
        lrp_tint_ground(tint, rgb, map->most > 0 ? (double)(row->relevance / map->most) : 0);
        lrp_print(stdout, "%s", text ? text : "");
        lrp_tint_end();
        if (i + 1 < count && !rows[i + 1].joined && rows[i + 1].text[0] != ' ') fputc(' ', stdout);
        free(text);
    }
    fputc('\n', stdout);
    if (*map->note) lrp_print(stdout, "%s\n", map->note);
}

static enum lrp_status print_table(const struct lrp_token_map *map, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {
        {"#", true}, {"id", true}, {"relevance", true}, {"token", false}, {"", false}};
    struct lrp_table table;
    size_t count;
    const struct lrp_token_row *rows = lrp_token_map_shown(map, &count);
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        const struct lrp_token_row *row = &rows[i];
        char number[40];
        if (row->last > row->first)
            lrp_cli_table_cell(&table, "%zu-%zu", row->first, row->last);
        else
            lrp_cli_table_cell(&table, "%zu", map->groups ? row->first : i);
        if (row->last > row->first)
            lrp_cli_table_cell(&table, "%s", "");
        else
            lrp_cli_table_cell(&table, "%lld", (long long)row->id);
        lrp_cli_table_cell(&table, "%s", lrp_cli_number((double)row->relevance, number, sizeof number));
        lrp_cli_table_cell(&table, "%s", row->text);
        lrp_cli_table_cell(&table, "%s", row->apart ? "not in scale" : "");
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    if (!status && *map->note) lrp_print(stdout, "%s\n", map->note);
    return status;
}

enum lrp_status lrp_token_map_print(const struct lrp_token_map *map, const struct lrp_arguments *arguments,
                                    struct lrp_error *err)
{
    const enum lrp_tint tint = lrp_tint_of(arguments->color);
    enum lrp_status status = LRP_OK;
    if (!map->count) return LRP_OK;
    if (tint == LRP_TINT_NONE)
        status = print_table(map, err);
    else
        print_text(map, tint);
    if (status || !map->decoder) return status;
    lrp_print(stdout, "decoder\n");
    return lrp_token_map_print(map->decoder, arguments, err);
}

/* ---- picture ---- */

/* A decoder's tokens stand behind, after an arrow. */
static enum lrp_status add_cells(const struct lrp_token_map *map, struct lrp_strip_cell *cells, size_t *at,
                                 struct lrp_error *err)
{
    size_t count;
    const struct lrp_token_row *rows = lrp_token_map_shown(map, &count);
    for (size_t i = 0; i < count; i++) {
        char *text = shown_text(&rows[i]);
        char *printable = text ? lrp_printable(text) : NULL;
        free(text);
        if (!printable) return lrp_fail(err, LRP_MEMORY, "not enough memory");
        cells[(*at)++] = (struct lrp_strip_cell){.text = printable, .value = rows[i].relevance};
    }
    if (!map->decoder) return LRP_OK;
    char *arrow = strdup("=>");
    if (!arrow) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    cells[(*at)++] = (struct lrp_strip_cell){.text = arrow};
    return add_cells(map->decoder, cells, at, err);
}

enum lrp_status lrp_token_map_write_strip(const struct lrp_token_map *map, const char *path, struct lrp_error *err)
{
    const size_t room = map->count + (map->decoder ? map->decoder->count : 0) + 2;
    const float most = map->decoder ? fmaxf(map->most, map->decoder->most) : map->most;
    struct lrp_strip_cell *cells = calloc(room, sizeof *cells);
    size_t count = 0;
    enum lrp_status status = cells ? add_cells(map, cells, &count, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const struct lrp_strip strip = {.cells = cells,
                                    .count = count,
                                    .note = map->note,
                                    .range = {.low = -most, .high = most, .symmetric = true},
                                    .options = map->options};
    if (!status) status = lrp_strip_write(&strip, path, err);
    for (size_t i = 0; cells && i < count; i++) free((char *)cells[i].text);
    free(cells);
    return status;
}

/* ---- page ---- */

static void append_escaped(struct lrp_text *page, const char *text)
{
    char *printable = lrp_printable(text);
    for (const char *at = printable ? printable : ""; *at; at++) {
        const char *entity = *at == '<' ? "&lt;" : *at == '>' ? "&gt;" : *at == '&' ? "&amp;" : *at == '"' ? "&quot;" : NULL;
        if (entity)
            lrp_text_append(page, entity);
        else
            lrp_text_append_n(page, at, 1);
    }
    page->failed |= !printable;
    free(printable);
}

static void append_token(struct lrp_text *page, const struct lrp_token_map *map, const struct lrp_token_row *row, size_t i)
{
    unsigned char rgb[3];
    char number[40], *text = shown_text(row);
    colour_of(map, row, rgb);
    lrp_text_printf(
        page, "<span class=\"t%s\" style=\"background:#%02x%02x%02x;color:%s\" title=\"#%zu id %lld relevance %s%s\">",
        row->apart ? " apart" : "", rgb[0], rgb[1], rgb[2], lrp_tint_is_dark(rgb) ? "#fff" : "#000", i, (long long)row->id,
        lrp_cli_number((double)row->relevance, number, sizeof number), row->apart ? ", not in scale" : "");
    append_escaped(page, text ? text : "");
    lrp_text_append(page, "</span>\n");
    page->failed |= !text;
    free(text);
}

/* The tokens, what is said of them, and likewise of what a decoder has written. */
static void append_map(struct lrp_text *page, const struct lrp_token_map *map)
{
    size_t count;
    const struct lrp_token_row *rows = lrp_token_map_shown(map, &count);
    lrp_text_append(page, "<p>\n");
    for (size_t i = 0; i < count; i++) append_token(page, map, &rows[i], rows[i].last > rows[i].first ? rows[i].first : i);
    lrp_text_append(page, "</p>\n");
    if (*map->note) {
        lrp_text_append(page, "<p>");
        append_escaped(page, map->note);
        lrp_text_append(page, "</p>\n");
    }
    if (!map->decoder) return;
    lrp_text_append(page, "<p>decoder</p>\n");
    append_map(page, map->decoder);
}

enum lrp_status lrp_token_map_write_page(const struct lrp_token_map *map, const char *title, const char *path,
                                         struct lrp_error *err)
{
    struct lrp_text page = {0};
    lrp_text_append(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    append_escaped(&page, title);
    lrp_text_append(
        &page, "</title>\n<style>\nbody{font:16px/2 sans-serif;max-width:60em;margin:2em auto;background:#fff;color:#000}\n"
               ".t{padding:.2em .1em;border-radius:.2em;white-space:pre-wrap}\n.apart{outline:1px dashed #888}\n"
               "</style>\n</head>\n<body>\n<p>");
    append_escaped(&page, title);
    lrp_text_append(&page, "</p>\n");
    append_map(&page, map);
    lrp_text_append(&page, "</body>\n</html>\n");
    const enum lrp_status status =
        page.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : lrp_output_write(path, page.data, page.length, err);
    lrp_text_free(&page);
    return status;
}
