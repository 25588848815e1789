/* view_ledger.c: the conservation ledger: what every layer took in, gave back and lost, and to what. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pages.h"
#include "view.h"

enum { LRP_LEDGER_COLUMNS = 6, LRP_CAUSES_SHOWN = 4 };
static const double trifle = 1e-6; /* of what was taken in: rounding */

static const struct lrp_ledger_row *row_of(const struct lrp_app *app, int layer)
{
    const struct lrp_ledger *ledger = app->now ? app->now->ledger : NULL;
    return ledger && layer >= 0 && (size_t)layer < ledger->count ? &ledger->rows[layer] : NULL;
}

static bool matters(double amount, const struct lrp_ledger_row *row)
{
    return fabs(amount) > trifle * fmax(fabs(row->in), fabs(row->out));
}

char *lrp_causes_text(const struct lrp_ledger_row *row, char *out, size_t size)
{
    static const char *const texts[LRP_CAUSE_COUNT] = {
#define X(id, key, text, line) [LRP_CAUSE_##id] = text,
        LRP_CAUSES(X)
#undef X
    };
    bool told[LRP_CAUSE_COUNT] = {false};
    size_t used = 0;
    out[0] = 0;
    for (int n = 0; n < LRP_CAUSES_SHOWN && used < size; n++) {
        int most = -1;
        for (int c = 0; c < LRP_CAUSE_COUNT; c++)
            if (!told[c] && matters(row->causes[c], row) && (most < 0 || fabs(row->causes[c]) > fabs(row->causes[most])))
                most = c;
        if (most < 0) break;
        char value[32];
        told[most] = true;
        used += (size_t)snprintf(out + used, size - used, "%s%s %s", used ? ", " : "", texts[most],
                                 lrp_value_text(row->causes[most], value, sizeof value));
    }
    return out;
}

char *lrp_flags_text(const struct lrp_ledger_row *row, char *out, size_t size)
{
    static const char *const keys[LRP_LEDGER_FLAG_COUNT] = {
#define X(id, key, line) [LRP_LEDGER_##id] = key,
        LRP_LEDGER_FLAGS(X)
#undef X
    };
    size_t used = 0;
    out[0] = 0;
    for (int f = 0; f < LRP_LEDGER_FLAG_COUNT && used < size; f++)
        if (row->flags >> f & 1) used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", keys[f]);
    return out;
}

static void number(double value, char *out)
{
    lrp_value_fit(value, LRP_SUM_COLUMNS, out, LRP_CELL_SIZE);
}

static void cell_name(const struct lrp_app *app, int layer, char *out)
{
    snprintf(out, LRP_CELL_SIZE, "%s", layer ? lrp_app_layer(app, layer)->name : "input");
}
static void cell_in(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer)) number(row_of(app, layer)->in, out);
}
/* Row 0 is where relevance ends. */
static void cell_out(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer) && layer > 0) number(row_of(app, layer)->out, out);
}
static void cell_lost(const struct lrp_app *app, int layer, char *out)
{
    const struct lrp_ledger_row *row = row_of(app, layer);
    *out = 0;
    if (row && layer > 0 && matters(row->in - row->out, row)) number(row->in - row->out, out);
}
static void cell_causes(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer) && layer > 0) lrp_causes_text(row_of(app, layer), out, LRP_CELL_SIZE);
}
static void cell_flags(const struct lrp_app *app, int layer, char *out)
{
    *out = 0;
    if (row_of(app, layer)) lrp_flags_text(row_of(app, layer), out, LRP_CELL_SIZE);
}

static const struct lrp_column columns[LRP_LEDGER_COLUMNS] = {
    {"layer", NULL, 12, 90, 100, false, cell_name, NULL, LRP_COLUMN_NAME},
    {"in", NULL, LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 90, true, cell_in, NULL, LRP_COLUMN_OTHER},
    {"out", NULL, LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 95, true, cell_out, NULL, LRP_COLUMN_OTHER},
    {"lost", NULL, LRP_SUM_COLUMNS, LRP_SUM_COLUMNS, 80, true, cell_lost, NULL, LRP_COLUMN_OTHER},
    {"to what", NULL, 12, 100, 85, false, cell_causes, NULL, LRP_COLUMN_OTHER},
    {"flags", NULL, 5, 30, 70, false, cell_flags, NULL, LRP_COLUMN_OTHER},
};

/* Why there is none. */
static const char *reason(const struct lrp_app *app)
{
    if (!app->now) return "no model: {open} opens one";
    if (lrp_app_blocked(app)) return "no ledger: the model check failed - {skip-checks} skips it, {check} says what fails";
    if (!app->now->input_label || !*app->now->input_label) return "no ledger without an input: {input} opens one";
    if (lrp_app_busy(app)) return "computing";
    return app->now->job == LRP_JOB_CANCELLED ? "cancelled: {ledger} computes the ledger" : "the ledger is not computed";
}

static void whole(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at)
{
    const struct lrp_ledger_row *total = &app->now->ledger->total;
    char in[32], out[32], causes[LRP_CELL_SIZE];
    lrp_causes_text(total, causes, sizeof causes);
    char line[2 * LRP_CELL_SIZE];
    snprintf(line, sizeof line, "the whole: explained %s, the input gets %s%s%s", lrp_value_text(total->in, in, sizeof in),
             lrp_value_text(total->out, out, sizeof out), *causes ? "; lost to " : "", causes);
    lrp_canvas_fit(canvas, at.x, at.y, at.columns, line, LRP_STYLE_TITLE);
}

void lrp_view_ledger(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect rect)
{
    char hint[200];
    if (!app->now || !app->now->ledger) {
        lrp_canvas_fit(canvas, rect.x, rect.y, rect.columns, lrp_app_hint(app, reason(app), hint, sizeof hint), LRP_STYLE_DIM);
        return;
    }
    const bool room = rect.rows > 3;
    lrp_view_table(app, canvas, (struct lrp_rect){rect.x, rect.y, rect.columns, rect.rows - room}, LRP_VIEW_LEDGER, columns,
                   LRP_LEDGER_COLUMNS);
    if (room) whole(app, canvas, (struct lrp_rect){rect.x, rect.y + rect.rows - 1, rect.columns, 1});
}
