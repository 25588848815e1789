/* graph_file.c: the graph of layers as a drawing: DOT, for Graphviz to lay out, or SVG, a row a layer with its lanes on the
 * left. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "output.h"
#include "printable.h"
#include "runes.h"
#include "text.h"

/* What stands in a row; text is owned. */
enum graph_column { GRAPH_NUMBER, GRAPH_NAME, GRAPH_TYPE, GRAPH_SHAPE, GRAPH_RULE, GRAPH_SUM, GRAPH_COLUMNS };
struct graph_row {
    char *text[GRAPH_COLUMNS];
    int lane, last; /* its edge's; the last row that reads it: its own if none does */
    bool shown;     /* arithmetic of shapes and masks is not */
    const char *fill;
};
struct graph_drawing {
    const struct lrp_snapshot *now;
    struct graph_row *rows; /* owned, by layer */
    size_t count;
    int lanes;
};

static void free_drawing(struct graph_drawing *d)
{
    for (size_t i = 0; d->rows && i < d->count; i++)
        for (int c = 0; c < GRAPH_COLUMNS; c++) free(d->rows[i].text[c]);
    free(d->rows);
}

/* ---- rows ---- */

/* Fit to be shown; owned. */
static char *text_of(const char *first, const char *between, const char *second)
{
    struct lrp_text text = {0};
    lrp_text_printf(&text, "%s%s%s", first, between, second);
    char *whole = lrp_text_take(&text);
    if (whole) lrp_make_printable(whole, "");
    return whole;
}

static const char *fill_of(const struct lrp_check_row *row, int layer)
{
    return layer == 0 ? "#dddddd" : row->failed ? "#f4b6b6" : row->layer->parameters > 0 ? "#bcd6f5" : "#e8eef7";
}

static bool fill_row(struct graph_drawing *d, size_t i)
{
    const struct lrp_layer *layer = &d->now->layers->rows[i];
    struct graph_row *row = &d->rows[i];
    const bool fused = i && strcmp(layer->activation, "identity") != 0;
    char shape[160], number[24], sum[32] = "";
    snprintf(number, sizeof number, "%d", layer->index);
    if (d->now->relevance[i]) snprintf(sum, sizeof sum, "%.4g", d->now->relevance_statistics[i].sum);
    row->shown = !layer->aside;
    row->last = (int)i;
    row->fill = fill_of(&d->now->check->rows[i], layer->index);
    row->text[GRAPH_NUMBER] = text_of(number, "", "");
    row->text[GRAPH_NAME] = text_of(layer->name, "", "");
    row->text[GRAPH_TYPE] = text_of(layer->type, fused ? ", " : "", fused ? layer->activation : "");
    row->text[GRAPH_SHAPE] = text_of(lrp_shape_text(layer->shape, 1, "x", shape, sizeof shape), "", "");
    row->text[GRAPH_RULE] = text_of(d->now->rules[i], "", "");
    row->text[GRAPH_SUM] = text_of(sum, "", "");
    for (int c = 0; c < GRAPH_COLUMNS; c++)
        if (!row->text[c]) return false;
    return true;
}

static enum lrp_status make_rows(struct graph_drawing *d, struct lrp_error *err)
{
    d->count = d->now->layers->count;
    d->rows = calloc(d->count + 1, sizeof *d->rows);
    bool ok = d->rows != NULL;
    for (size_t i = 0; ok && i < d->count; i++) ok = fill_row(d, i);
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a drawing of %zu layers", d->count);
}

/* The row an input comes from, if that is shown and stands above: -1 else, and for one that was there before. */
static int source_of(const struct graph_drawing *d, size_t i, int input)
{
    const struct lrp_layer *layer = &d->now->layers->rows[i];
    const int from = layer->sources[input];
    if (from < 0 || from >= (int)i || !d->rows[from].shown) return -1;
    for (int k = 0; k < input; k++)
        if (layer->sources[k] == from) return -1;
    return from;
}

/* ---- DOT ---- */

static void put_quoted(struct lrp_text *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') lrp_text_append_n(out, "\\", 1);
        lrp_text_append_n(out, text, 1);
    }
}

static void put_dot_row(struct lrp_text *out, const struct graph_row *row, size_t i)
{
    lrp_text_printf(out, "  n%zu [fillcolor=\"%s\", label=\"%s ", i, row->fill, row->text[GRAPH_NUMBER]);
    put_quoted(out, row->text[GRAPH_NAME]);
    lrp_text_append(out, "\\n");
    put_quoted(out, row->text[GRAPH_TYPE]);
    lrp_text_append(out, "  ");
    put_quoted(out, row->text[GRAPH_SHAPE]);
    if (*row->text[GRAPH_RULE]) {
        lrp_text_append(out, "\\n");
        put_quoted(out, row->text[GRAPH_RULE]);
    }
    if (*row->text[GRAPH_SUM]) lrp_text_printf(out, "  sum R %s", row->text[GRAPH_SUM]);
    lrp_text_append(out, "\"];\n");
}

static void draw_dot(const struct graph_drawing *d, struct lrp_text *out)
{
    lrp_text_append(out,
                    "digraph layers {\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; i < d->count; i++)
        if (d->rows[i].shown) put_dot_row(out, &d->rows[i], i);
    for (size_t i = 0; i < d->count; i++)
        for (int k = 0; d->rows[i].shown && k < d->now->layers->rows[i].input_count; k++)
            if (source_of(d, i, k) >= 0) lrp_text_printf(out, "  n%d -> n%zu;\n", source_of(d, i, k), i);
    lrp_text_append(out, "}\n");
}

/* ---- SVG ---- */

enum { LANE = 18, ROW = 24, LEFT = 14, NODE = 6, NAME_MOST = 60 };
#define GRAPH_LETTER 7.3 /* width of a letter, 12 pixels high */

/* A row goes on in the leftmost lane of sources that it is the last to read, else in a free one; a lane is held until
 * the last row that reads it. */
static enum lrp_status find_lanes(struct graph_drawing *d, struct lrp_error *err)
{
    int *holder = malloc((d->count + 1) * sizeof *holder); /* by lane: the row that holds it, -1: none */
    if (!holder) return lrp_fail(err, LRP_MEMORY, "not enough memory for a drawing of %zu layers", d->count);
    for (size_t i = 0; i < d->count; i++)
        for (int k = 0; d->rows[i].shown && k < d->now->layers->rows[i].input_count; k++)
            if (source_of(d, i, k) >= 0) d->rows[source_of(d, i, k)].last = (int)i;
    for (size_t i = 0; i < d->count; i++) {
        int lane = -1;
        if (!d->rows[i].shown) continue;
        for (int k = 0; k < d->now->layers->rows[i].input_count; k++) {
            const int from = source_of(d, i, k);
            if (from >= 0 && d->rows[from].last == (int)i && (lane < 0 || d->rows[from].lane < lane)) lane = d->rows[from].lane;
        }
        for (int l = 0; l < d->lanes; l++) {
            if (holder[l] >= 0 && d->rows[holder[l]].last <= (int)i) holder[l] = -1;
            if (lane < 0 && holder[l] < 0) lane = l;
        }
        if (lane < 0) lane = d->lanes;
        d->lanes = lane < d->lanes ? d->lanes : lane + 1;
        d->rows[i].lane = lane;
        holder[lane] = (int)i;
    }
    free(holder);
    return LRP_OK;
}

static void put_escaped(struct lrp_text *out, const char *text, int most)
{
    int columns = 0;
    const bool cut = lrp_text_columns(text) > most;
    for (const char *at = text; *at;) {
        char bytes[8];
        const uint32_t rune = lrp_rune_next(&at);
        columns += lrp_rune_width(rune);
        if (cut && columns >= most) {
            lrp_text_append(out, "…");
            return;
        }
        lrp_rune_put(rune, bytes);
        lrp_text_append(out, rune == '&' ? "&amp;" : rune == '<' ? "&lt;" : rune == '>' ? "&gt;" : bytes);
    }
}

static int x_of(int lane)
{
    return LEFT + lane * LANE;
}

/* Down its source's lane, and over to its own at the last row. */
static void put_edge(struct lrp_text *out, const struct graph_row *from, int y, const struct graph_row *to, int end)
{
    const int x = x_of(from->lane), over = x_of(to->lane);
    if (x == over)
        lrp_text_printf(out, "<path d=\"M%d %dV%d\"/>\n", x, y + NODE, end - NODE);
    else
        lrp_text_printf(out, "<path d=\"M%d %dV%dC%d %d %d %d %d %d\"/>\n", x, y + NODE, end - ROW + NODE, x, end - NODE, over,
                        end - ROW, over, end - NODE);
}

static void put_row(struct lrp_text *out, const struct graph_row *row, int y, const double *places)
{
    lrp_text_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"%s\"/>\n<g fill=\"#222\" stroke=\"none\">",
                    x_of(row->lane), y, NODE, row->fill);
    for (int c = 0; c < GRAPH_COLUMNS; c++) {
        if (!*row->text[c]) continue;
        const bool right = c == GRAPH_NUMBER || c == GRAPH_SUM; /* numbers end at one place */
        lrp_text_printf(out, "<text x=\"%.1f\" y=\"%d\"%s>", places[right ? c + 1 : c] - (right ? 2 * GRAPH_LETTER : 0), y + 4,
                        right ? " text-anchor=\"end\"" : "");
        put_escaped(out, row->text[c], NAME_MOST);
        lrp_text_append(out, "</text>");
    }
    lrp_text_append(out, "</g>\n");
}

/* Where columns begin; one more for the end of the last. */
static void place_columns(const struct graph_drawing *d, double *places)
{
    places[0] = x_of(d->lanes) + GRAPH_LETTER;
    for (int c = 0; c < GRAPH_COLUMNS; c++) {
        int widest = 0;
        for (size_t i = 0; i < d->count; i++) {
            const int columns = d->rows[i].shown ? lrp_text_columns(d->rows[i].text[c]) : 0;
            widest = columns > widest ? columns : widest;
        }
        widest = widest < NAME_MOST ? widest : NAME_MOST;
        places[c + 1] = places[c] + (widest ? widest + 2 : 0) * GRAPH_LETTER;
    }
}

static enum lrp_status draw_svg(struct graph_drawing *d, struct lrp_text *out, struct lrp_error *err)
{
    double places[GRAPH_COLUMNS + 1];
    int *ys = calloc(d->count + 1, sizeof *ys), height = ROW;
    enum lrp_status status = ys ? find_lanes(d, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < d->count; i++) {
        ys[i] = height;
        height += d->rows[i].shown ? ROW : 0;
    }
    if (status) {
        free(ys);
        return status;
    }
    place_columns(d, places);
    lrp_text_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" font-family=\"monospace\" font-size=\"12\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n<g fill=\"none\" stroke=\"#667\">\n",
        ceil(places[GRAPH_COLUMNS]), height);
    for (size_t i = 0; i < d->count; i++)
        for (int k = 0; d->rows[i].shown && k < d->now->layers->rows[i].input_count; k++) {
            const int from = source_of(d, i, k);
            if (from >= 0) put_edge(out, &d->rows[from], ys[from], &d->rows[i], ys[i]);
        }
    for (size_t i = 0; i < d->count; i++)
        if (d->rows[i].shown) put_row(out, &d->rows[i], ys[i], places);
    lrp_text_append(out, "</g>\n</svg>\n");
    free(ys);
    return LRP_OK;
}

static bool ends_in(const char *path, const char *suffix)
{
    const size_t length = strlen(path), n = strlen(suffix);
    return length > n && strcmp(path + length - n, suffix) == 0;
}

enum lrp_status lrp_snapshot_export_graph(const struct lrp_snapshot *snapshot, const char *path, struct lrp_error *err)
{
    struct graph_drawing d = {.now = snapshot};
    struct lrp_text out = {0};
    const bool dot = ends_in(path, ".dot") || ends_in(path, ".gv");
    if (!dot && !ends_in(path, ".svg"))
        return lrp_fail(err, LRP_USAGE, "%s: a graph is written as .svg, or as .dot for Graphviz", path);
    enum lrp_status status = make_rows(&d, err);
    if (!status && dot)
        draw_dot(&d, &out);
    else if (!status)
        status = draw_svg(&d, &out, err);
    if (!status && out.failed) status = lrp_fail(err, LRP_MEMORY, "not enough memory for %s", path);
    if (!status) status = lrp_output_write(path, out.data, out.length, err);
    free_drawing(&d);
    lrp_text_free(&out);
    return status;
}
