/* query.c: asking the state: layers, checks, rows, where keys go. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app.h"

struct lrp_layout lrp_app_layout(const struct lrp_app *app)
{
    const bool whole = lrp_app_view_row(app, app->view)->whole_body || !app->snapshot;
    return lrp_layout_make(app->columns, app->rows, app->focus, app->details, whole,
                           app->unshared || (app->alone && app->focus == LRP_PANE_PREVIEW));
}

int lrp_app_layer_count(const struct lrp_app *app)
{
    return app->snapshot ? (int)app->snapshot->layers->count : 0;
}

int lrp_app_tagged_count(const struct lrp_app *app)
{
    int count = 0;
    for (size_t i = 0; i < app->tagged_size; i++) count += app->tagged[i];
    return count;
}

const struct lrp_layer *lrp_app_layer(const struct lrp_app *app, int layer)
{
    return layer >= 0 && layer < lrp_app_place_count(app) ? &app->snapshot->layers->rows[layer] : NULL;
}

int lrp_app_place_count(const struct lrp_app *app)
{
    return app->snapshot ? (int)lrp_layer_rows(app->snapshot->layers) : 0;
}

int lrp_app_layer_at(const struct lrp_app *app, int place)
{
    return place >= 0 && place < lrp_app_place_count(app) ? (int)lrp_layer_row_at(app->snapshot->layers, (size_t)place) : -1;
}

int lrp_app_place_of(const struct lrp_app *app, int layer)
{
    const int count = lrp_app_layer_count(app), further = lrp_app_place_count(app) - count;
    return layer <= 0 ? layer : layer < count ? layer + further : layer - count + 1;
}

bool lrp_app_is_input(const struct lrp_app *app, int layer)
{
    return layer == 0 || layer >= lrp_app_layer_count(app);
}

const char *lrp_app_layer_name(const struct lrp_app *app, int layer)
{
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    if (!row) return "";
    return layer == 0 && lrp_app_place_count(app) == lrp_app_layer_count(app) ? "input" : row->name;
}

static int input_of_name(const struct lrp_app *app, const char *name)
{
    for (int i = lrp_app_layer_count(app); name && i < lrp_app_place_count(app); i++)
        if (strcmp(lrp_app_layer(app, i)->name, name) == 0) return i;
    return 0;
}

int lrp_app_source(const struct lrp_app *app, const struct lrp_layer *layer, int k)
{
    return layer->sources[k] == 0 && layer->inputs ? input_of_name(app, layer->inputs[k]) : layer->sources[k];
}

int lrp_app_token_layer(const struct lrp_app *app)
{
    return app->snapshot ? input_of_name(app, app->snapshot->token_input) : 0;
}

const struct lrp_result *lrp_app_arrived(const struct lrp_app *app)
{
    const struct lrp_snapshot *s = app->snapshot;
    const int inputs = lrp_app_place_count(app) - lrp_app_layer_count(app) + 1;
    for (int i = 0; s && s->relevance && i < inputs; i++)
        if (s->relevance[lrp_app_layer_at(app, i)]) return s->relevance[lrp_app_layer_at(app, i)];
    return NULL;
}

const struct lrp_check_row *lrp_app_check(const struct lrp_app *app, int layer)
{
    const struct lrp_check *check = app->snapshot ? app->snapshot->check : NULL;
    return check && layer >= 0 && (size_t)layer < check->count ? &check->rows[layer] : NULL;
}

bool lrp_app_failed(const struct lrp_app *app, int layer)
{
    const struct lrp_check_row *row = lrp_app_check(app, layer);
    return row && row->failed;
}

bool lrp_app_doubted(const struct lrp_app *app, int layer)
{
    for (size_t i = 0; app->snapshot && i < app->snapshot->doubt_count; i++)
        if (app->snapshot->doubt_layers[i] == layer) return true;
    return false;
}

bool lrp_app_blocked(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->blocked;
}

const char *lrp_registration_text(const struct lrp_layer *layer, bool activation)
{
    if (activation) return "relevance passes it unchanged, as if the layer had none";
    return layer->differentiable ? "R goes back as a J^T(R / stab(f(a))), by differentiation"
                                 : "it is listed, but no relevance can go through it";
}

bool lrp_app_sums_samples(const struct lrp_app *app)
{
    return app->snapshot && app->snapshot->sample_count > 1 && !app->snapshot->one_by_one;
}

bool lrp_app_busy(const struct lrp_app *app)
{
    return app->snapshot && lrp_job_runs(app->snapshot->job);
}

static bool has_letters(const char *text, bool upper)
{
    for (; *text; text++)
        if (upper ? (*text >= 'A' && *text <= 'Z') : (*text >= 'a' && *text <= 'z')) return true;
    return false;
}

bool lrp_text_holds(const char *text, const char *pattern)
{
    return (has_letters(pattern, true) ? strstr(text, pattern) : strcasestr(text, pattern)) != NULL;
}

bool lrp_app_matches(const struct lrp_app *app, int layer, const char *pattern)
{
    const struct lrp_layer *row = lrp_app_layer(app, layer);
    if (!row) return false;
    if (strncmp(pattern, "type:", 5) == 0) /* as selectors write it */
        return lrp_text_holds(row->type, pattern + 5) || lrp_text_holds(row->op_type, pattern + 5);
    if (strcmp(pattern, ":unsupported") == 0) return lrp_app_failed(app, layer);
    if (strcmp(pattern, ":tagged") == 0) return (size_t)layer < app->tagged_size && app->tagged[layer];
    return lrp_text_holds(row->name, pattern) || lrp_text_holds(row->type, pattern) || lrp_text_holds(row->op_type, pattern) ||
           lrp_text_holds(row->activation, pattern);
}

const struct lrp_view_row *lrp_app_view_row(const struct lrp_app *app, enum lrp_view view)
{
    return app->screen->views[view];
}

bool lrp_app_lists_layers(const struct lrp_app *app, enum lrp_view view)
{
    return lrp_app_view_row(app, view)->row_layer != NULL;
}

bool lrp_app_lists_results(const struct lrp_app *app)
{
    return lrp_app_view_row(app, app->view)->lists_results;
}

bool lrp_app_shows_ledger(const struct lrp_app *app)
{
    return app->details || lrp_app_view_row(app, app->view)->shows_ledger;
}

void lrp_app_view_lines(const struct lrp_app *app, enum lrp_view view, struct lrp_lines *lines)
{
    lrp_app_view_row(app, view)->lines(app, app->columns, lines);
}

void lrp_app_details_lines(const struct lrp_app *app, struct lrp_lines *lines)
{
    app->screen->details(app, lrp_app_layout(app).pane[LRP_PANE_DETAILS].columns, lines);
}

int lrp_app_row_count(const struct lrp_app *app, enum lrp_view view)
{
    if (lrp_app_view_row(app, view)->row_count) return lrp_app_view_row(app, view)->row_count(app);
    struct lrp_lines lines = {0};
    lrp_app_view_lines(app, view, &lines);
    const int count = lines.count;
    lrp_lines_free(&lines);
    return count;
}

int lrp_app_row_layer(const struct lrp_app *app, enum lrp_view view, int row)
{
    return lrp_app_lists_layers(app, view) ? lrp_app_view_row(app, view)->row_layer(app, row) : -1;
}

int lrp_app_row_fold(const struct lrp_app *app, enum lrp_view view, int row)
{
    const struct lrp_view_row *v = lrp_app_view_row(app, view);
    return v->row_fold ? v->row_fold(app, row) : -1;
}

int lrp_app_row_first(const struct lrp_app *app, enum lrp_view view, int row, bool does(const struct lrp_app *, int layer))
{
    const int fold = lrp_app_row_fold(app, view, row), layer = lrp_app_row_layer(app, view, row);
    if (fold < 0) return layer >= 0 && does(app, layer) ? layer : -1;
    for (int i = app->tree.nodes[fold].first; i <= app->tree.nodes[fold].last; i++)
        if (lrp_tree_holds(&app->tree, fold, i) && does(app, i)) return i;
    return -1;
}

char *lrp_app_key(const struct lrp_app *app, enum lrp_action action, char *buffer, size_t size)
{
    lrp_keymap_text(&app->keymap, action, true, buffer, size);
    if (!*buffer) snprintf(buffer, size, ":%s", lrp_action_at(action)->name);
    return buffer;
}

char *lrp_app_hint(const struct lrp_app *app, const char *text, char *buffer, size_t size)
{
    size_t used = 0;
    for (const char *at = text; *at && used + 1 < size;) {
        const size_t length = *at == '{' ? strcspn(at, "}") : 0;
        char name[40], key[40] = "?";
        snprintf(name, sizeof name, "%.*s", length ? (int)length - 1 : 0, at + 1);
        const enum lrp_action action = length ? lrp_action_of_name(name) : LRP_ACTION_NONE;
        if (action == LRP_ACTION_NONE) {
            buffer[used++] = *at++;
            continue;
        }
        const int wrote = snprintf(buffer + used, size - used, "%s", lrp_app_key(app, action, key, sizeof key));
        used = used + (size_t)wrote < size ? used + (size_t)wrote : size - 1;
        at += length + (at[length] == '}');
    }
    buffer[used] = 0;
    return buffer;
}

bool lrp_app_linear(const struct lrp_app *app)
{
    return app->caps.ascii && app->caps.mode == LRP_COLOR_MONO;
}

int lrp_app_context(const struct lrp_app *app)
{
    if (app->menu.kind != LRP_MENU_NONE) return LRP_IN_MENU;
    if (!lrp_app_lists_layers(app, app->view)) return lrp_app_view_row(app, app->view)->lines ? LRP_IN_TEXT : LRP_IN_TABLE;
    const struct lrp_layout layout = lrp_app_layout(app);
    if (app->focus == LRP_PANE_PREVIEW && layout.has_preview) return LRP_IN_PREVIEW;
    return app->focus == LRP_PANE_DETAILS && layout.pane[LRP_PANE_DETAILS].rows > 0 ? LRP_IN_DETAILS : LRP_IN_LIST;
}

int lrp_app_abreast(const struct lrp_app *app, enum lrp_view view)
{
    int (*const abreast)(int) = lrp_app_view_row(app, view)->abreast;
    return abreast ? abreast(app->columns) : 1;
}

int lrp_app_first_row(const struct lrp_app *app, enum lrp_view view)
{
    const struct lrp_window *window = &app->windows[view];
    const int abreast = lrp_app_abreast(app, view), first = window->top / abreast * abreast;
    return window->selected < first + lrp_app_page(app, view) ? first : first + abreast;
}

int lrp_app_page(const struct lrp_app *app, enum lrp_view view)
{
    const struct lrp_layout layout = lrp_app_layout(app);
    const int rows =
        (layout.one_pane && layout.pane[LRP_PANE_LIST].rows == 0 ? layout.body.rows : layout.pane[LRP_PANE_LIST].rows) - 1;
    int (*const page)(int) = lrp_app_view_row(app, view)->page;
    const int lines = lrp_app_view_row(app, view)->row_lines;
    const int most = (page ? page(rows) : rows) / (lines > 0 ? lines : 1) * lrp_app_abreast(app, view);
    return most > 0 ? most : 1;
}

int lrp_app_details_page(const struct lrp_app *app)
{
    const int rows = lrp_app_layout(app).pane[LRP_PANE_DETAILS].rows - 1;
    return rows > 0 ? rows : 1;
}
