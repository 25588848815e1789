/* neighbours.c: a layer with what feeds it and what it feeds, two steps either way, as a small drawing whose lines are links.
 */
#include <stdio.h>

#include "runes.h"
#include "view.h"

enum {
    LABEL_COLUMNS = 13,
    DRAWN_COLUMNS = 3, /* of lines in front of a name */
    FURTHER_MOST = 3   /* layers two steps away that are named for each one step away */
};

/* The end of a name tells more than its begin. */
static const char *name_end(const char *name, int columns)
{
    while (lrp_text_columns(name) > columns && *name) lrp_rune_next(&name);
    return name;
}

static void add_layer(const struct lrp_app *app, const char *label, const char *drawn, int layer, int width,
                      struct lrp_lines *lines)
{
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    const int room = width - LABEL_COLUMNS - DRAWN_COLUMNS - 6 > 8 ? width - LABEL_COLUMNS - DRAWN_COLUMNS - 6 : 8;
    const char *whole = lrp_app_layer_name(app, layer), *name = name_end(whole, room);
    const bool own = layer == app->layer;
    if (row)
        lrp_lines_add(lines, own ? LRP_STYLE_TITLE : LRP_STYLE_LINK, own ? -1 : layer, "%-12s %s %d %s%s", label, drawn,
                      row->index, name != whole ? "…" : "", name);
}

/* One step away, towards the input or the output, and how those are called that lie one step further. */
struct neighbour_step {
    int (*of)(const struct lrp_app *app, const struct lrp_layer *layer, int k); /* neighbour number k */
    int (*count)(const struct lrp_layer *layer);
    bool above;
};
static int consumer_of(const struct lrp_app *app, const struct lrp_layer *layer, int k)
{
    (void)app;
    return layer->consumers[k];
}
static int count_sources(const struct lrp_layer *layer)
{
    return layer->index ? layer->input_count : 0;
}
static int count_consumers(const struct lrp_layer *layer)
{
    return layer->consumer_count;
}
static const struct neighbour_step towards_input = {lrp_app_source, count_sources, true},
                                   towards_output = {consumer_of, count_consumers, false};

/* Those behind a neighbour; `side`: the line that passes them by. */
static void add_further(const struct lrp_app *app, const struct neighbour_step *step, int neighbour, const char *side,
                        int width, struct lrp_lines *lines)
{
    const struct lrp_layer *row = lrp_app_layer(app, neighbour);
    const int count = row ? step->count(row) : 0, shown = count > FURTHER_MOST ? FURTHER_MOST - 1 : count;
    char drawn[16];
    if (step->above && shown < count) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "%-12s %s┌  … %d more", "", side, count - shown);
    for (int k = 0; k < shown; k++) {
        const bool end = step->above ? k == 0 && shown == count : k == count - 1;
        snprintf(drawn, sizeof drawn, "%s%s", side, end ? step->above ? "┌" : "└" : "├");
        add_layer(app, "", drawn, step->of(app, row, k), width, lines);
    }
    if (!step->above && shown < count) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "%-12s %s└  … %d more", "", side, count - shown);
}

static void add_above(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines)
{
    const int count = count_sources(layer);
    char drawn[16];
    for (int k = 0; k < count; k++) {
        const int from = lrp_app_source(app, layer, k);
        const struct lrp_layer *row = lrp_app_layer(app, from);
        add_further(app, &towards_input, from, k ? "│" : " ", width, lines);
        snprintf(drawn, sizeof drawn, "%s%s", k ? "├" : "┌", row && count_sources(row) ? "┴" : "─");
        add_layer(app, count > 1 ? "joins" : "from", drawn, from, width, lines);
    }
}

static void add_under(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines)
{
    const int count = count_consumers(layer);
    char drawn[16];
    for (int k = 0; k < count; k++) {
        const bool last = k == count - 1;
        const struct lrp_layer *row = lrp_app_layer(app, layer->consumers[k]);
        snprintf(drawn, sizeof drawn, "%s%s", last ? "└" : "├", row && count_consumers(row) ? "┬" : "─");
        add_layer(app, "to", drawn, layer->consumers[k], width, lines);
        add_further(app, &towards_output, layer->consumers[k], last ? " " : "│", width, lines);
    }
}

/* For those who hear it: a line per neighbour. */
static void tell_neighbours(const struct lrp_app *app, const struct lrp_layer *layer, struct lrp_lines *lines)
{
    for (int k = 0; k < count_sources(layer); k++) {
        const int from = lrp_app_source(app, layer, k);
        if (lrp_app_layer(app, from))
            lrp_lines_add(lines, LRP_STYLE_LINK, from, "%-12s → %d %s", layer->input_count > 1 ? "joins" : "from",
                          lrp_app_layer(app, from)->index, lrp_app_layer_name(app, from));
    }
    for (int k = 0; k < layer->consumer_count; k++)
        if (lrp_app_layer(app, layer->consumers[k]))
            lrp_lines_add(lines, LRP_STYLE_LINK, layer->consumers[k], "%-12s → %d %s", "to",
                          lrp_app_layer(app, layer->consumers[k])->index, lrp_app_layer_name(app, layer->consumers[k]));
}

void lrp_neighbour_lines(const struct lrp_app *app, const struct lrp_layer *layer, int width, struct lrp_lines *lines)
{
    if (lrp_app_linear(app)) {
        tell_neighbours(app, layer, lines);
        return;
    }
    add_above(app, layer, width, lines);
    if (count_sources(layer) + count_consumers(layer)) add_layer(app, "", "●", app->layer, width, lines);
    add_under(app, layer, width, lines);
}
