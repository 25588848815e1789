/* view_ledger.c: the conservation ledger: what every layer took in, gave back and lost, and to what. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "view.h"

enum { LRP_LEDGER_COLUMNS = 7, LRP_BAR_COLUMNS = 8 };

static const struct lrp_ledger_row *row_of(const struct lrp_app *app, int layer)
{
    const struct lrp_ledger *ledger = app->snapshot ? app->snapshot->ledger : NULL;
    return ledger && layer >= 0 && (size_t)layer < ledger->count + ledger->further_inputs ? &ledger->rows[layer] : NULL;
}

static void print_share(double value, char *out)
{
    lrp_value_fit(value, LRP_SUM_COLUMNS, out, LRP_CELL_SIZE);
}

static void cell_in(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer)) print_share(row_of(app, layer)->in, out);
}
/* Inputs are where relevance ends. */
static void cell_out(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer) && !lrp_app_is_input(app, layer)) print_share(row_of(app, layer)->out, out);
}
static void cell_lost(const struct lrp_app *app, int layer, char *out)
{
    const struct lrp_ledger_row *row = row_of(app, layer);
    *out = 0;
    if (row && !lrp_app_is_input(app, layer) && lrp_loss_matters(row->in - row->out, row)) print_share(row->in - row->out, out);
}
/* As long as its share of the largest loss. */
static void cell_bar(const struct lrp_app *app, int layer, char *out)
{
    double most = 0;
    *out = 0;
    const struct lrp_ledger_row *row = row_of(app, layer);
    if (!row || lrp_app_is_input(app, layer) || !lrp_loss_matters(row->in - row->out, row) || lrp_app_linear(app)) return;
    for (int i = 1; i < lrp_app_layer_count(app); i++)
        if (isfinite(lrp_app_lost(app, i))) most = fmax(most, lrp_app_lost(app, i));
    const double share = most > 0 ? fmin(lrp_app_lost(app, layer) / most, 1) : 0;
    const int length = share > 0 ? (int)fmax(1, round(share * LRP_BAR_COLUMNS)) : 0;
    for (int i = 0; i < length; i++) strcat(out, "█");
}
static void cell_causes(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer) && !lrp_app_is_input(app, layer)) lrp_causes_text(row_of(app, layer), out, LRP_CELL_SIZE);
}
static void cell_flags(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer)) lrp_flags_text(row_of(app, layer), out, LRP_CELL_SIZE);
}

static const struct lrp_column columns[LRP_LEDGER_COLUMNS] = {
    {"layer", NULL, 12, 90, 100, false, lrp_cell_name, NULL, LRP_COLUMN_NAME},
    {"in", NULL, LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 90, true, cell_in, NULL, LRP_COLUMN_OTHER},
    {"out", NULL, LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 95, true, cell_out, NULL, LRP_COLUMN_OTHER},
    {"lost", NULL, LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 80, true, cell_lost, NULL, LRP_COLUMN_OTHER},
    {"", NULL, LRP_BAR_COLUMNS, LRP_BAR_COLUMNS, 60, false, cell_bar, NULL, LRP_COLUMN_OTHER},
    {"to what", NULL, 12, 100, 85, false, cell_causes, NULL, LRP_COLUMN_OTHER},
    {"flags", NULL, 5, 30, 70, false, cell_flags, NULL, LRP_COLUMN_OTHER},
};

/* Why there is none. */
static const char *missing_reason(const struct lrp_app *app)
{
    if (!app->snapshot) return "no model: {open} opens one";
    if (lrp_app_blocked(app)) return "no ledger: the model check failed - {skip-checks} skips it, {check} says what fails";
    if (!app->snapshot->input_label || !*app->snapshot->input_label) return "no ledger without an input: {input} opens one";
    if (lrp_app_busy(app)) return "computing";
    return app->snapshot->job == LRP_JOB_CANCELLED ? "cancelled: {ledger} computes the ledger" : "the ledger is not computed";
}

static void draw_whole(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at)
{
    const struct lrp_ledger_row *total = &app->snapshot->ledger->total;
    char in[32], out[32], causes[LRP_CELL_SIZE];
    lrp_causes_text(total, causes, sizeof causes);
    char line[2 * LRP_CELL_SIZE];
    snprintf(line, sizeof line, "total: explained %s, the input%s %s%s%s", lrp_value_text(total->in, in, sizeof in),
             app->snapshot->ledger->further_inputs ? "s get" : " gets", lrp_value_text(total->out, out, sizeof out),
             *causes ? "; lost to " : "", causes);
    lrp_canvas_fit(canvas, at.x, at.y, at.columns, line, LRP_STYLE_TITLE);
}

static void draw_ledger(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    char hint[200];
    if (!app->snapshot || !app->snapshot->ledger) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, lrp_app_hint(app, missing_reason(app), hint, sizeof hint),
                       LRP_STYLE_DIM);
        return;
    }
    const bool room = rect.rows > 3;
    lrp_draw_table(app, canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, rect.rows - room});
    if (room) draw_whole(app, canvas, (struct lrp_rect){rect.x, rect.y + rect.rows - 1, rect.columns, 1});
}

static const int *row_order(const struct lrp_app *app)
{
    return app->loss_order;
}
static int row_layer(const struct lrp_app *app, int row)
{
    const int layer = lrp_app_layer_at(app, row);
    return layer >= 0 && app->loss_order ? app->loss_order[row] : layer;
}
/* The last line tells of the whole. */
static int ledger_page(int rows)
{
    return rows > 2 ? rows - 1 : 1;
}

const struct lrp_view_row lrp_view_ledger = {.name = "ledger",
                                             .draw = draw_ledger,
                                             .row_count = lrp_app_place_count,
                                             .row_layer = row_layer,
                                             .row_order = row_order,
                                             .page = ledger_page,
                                             .columns = columns,
                                             .column_count = LRP_LEDGER_COLUMNS,
                                             .shows_ledger = true};
