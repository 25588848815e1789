/* result_list.c: the list of samples of a batch (result_list.h): its columns, order and filter, and opening one. */
#include "result_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "results.h"

/* ---- columns ---- */

/* How what is no number compares to one: it stands last, whichever way the list is sorted. */
enum { MISSING = 2 };

static const char *word_of(const char *text)
{
    return text ? text : "";
}
static int sign_of(int order)
{
    return (order > 0) - (order < 0);
}
static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b)) return (isnan(a) - isnan(b)) * MISSING;
    return (a > b) - (a < b);
}
static void print_number(double value, char *out, size_t size)
{
    if (isnan(value))
        *out = 0;
    else
        snprintf(out, size, "%.4g", value);
}

static void text_index(const struct lrp_result_entry *e, char *out, size_t size)
{
    snprintf(out, size, "%d", e->index);
}
static int compare_index(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return (a->index > b->index) - (a->index < b->index);
}
static void text_name(const struct lrp_result_entry *e, char *out, size_t size)
{
    snprintf(out, size, "%s", e->sample->name);
}
static int compare_name(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return sign_of(strcmp(a->sample->name, b->sample->name));
}
static void text_class(const struct lrp_result_entry *e, char *out, size_t size)
{
    snprintf(out, size, "%s", word_of(e->sample->folder));
}
static int compare_class(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return sign_of(strcmp(word_of(a->sample->folder), word_of(b->sample->folder)));
}
static void text_target(const struct lrp_result_entry *e, char *out, size_t size)
{
    *out = 0;
    if (e->sample->error) return;
    if (e->sample->label && *e->sample->label)
        snprintf(out, size, "%s", e->sample->label);
    else if (e->sample->target >= 0)
        snprintf(out, size, "%lld", (long long)e->sample->target);
}
static int compare_target(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return (a->sample->target > b->sample->target) - (a->sample->target < b->sample->target);
}
/* Whether what is explained is what the folder says; bad inputs are neither. */
static const char *right_text(const struct lrp_outcome *s)
{
    return s->error ? "failed" : !s->folder || !s->label ? "" : strcmp(s->folder, s->label) == 0 ? "right" : "wrong";
}
static void text_right(const struct lrp_result_entry *e, char *out, size_t size)
{
    snprintf(out, size, "%s", right_text(e->sample));
}
static int compare_right(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return sign_of(strcmp(right_text(a->sample), right_text(b->sample)));
}
static void text_score(const struct lrp_result_entry *e, char *out, size_t size)
{
    print_number(e->sample->output, out, size);
}
static int compare_score(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return compare_numbers(a->sample->output, b->sample->output);
}
static void text_sum(const struct lrp_result_entry *e, char *out, size_t size)
{
    print_number(e->sample->sum, out, size);
}
static int compare_sum(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return compare_numbers(a->sample->sum, b->sample->sum);
}
static void text_cluster(const struct lrp_result_entry *e, char *out, size_t size)
{
    *out = 0;
    if (e->sample->cluster >= 0) snprintf(out, size, "%d", e->sample->cluster);
}
static int compare_cluster(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    return compare_numbers(a->sample->cluster < 0 ? (double)NAN : a->sample->cluster,
                           b->sample->cluster < 0 ? (double)NAN : b->sample->cluster);
}
static void text_notes(const struct lrp_result_entry *e, char *out, size_t size)
{
    *out = 0;
    if (e->sample->error)
        snprintf(out, size, "%s", e->sample->error);
    else if (e->sample->warnings)
        snprintf(out, size, "%zu warning%s", e->sample->warnings, e->sample->warnings == 1 ? "" : "s");
}
static int compare_notes(const struct lrp_result_entry *a, const struct lrp_result_entry *b)
{
    const double x = a->sample->error ? 1e9 : (double)a->sample->warnings,
                 y = b->sample->error ? 1e9 : (double)b->sample->warnings;
    return compare_numbers(x, y);
}

/* The most of all in a column of numbers is what one looks for: sorting begins with the first of this order. */
static const struct lrp_result_column columns[] = {
    {"#", "place in the batch", 6, 60, true, text_index, compare_index},
    {"name", "name of the input", 0, 100, false, text_name, compare_name},
    {"class", "the input's folder, where that is a label", 12, 85, false, text_class, compare_class},
    {"target", "what is explained", 12, 95, false, text_target, compare_target},
    {"right", "the target is the class: right, wrong; failed: a bad input", 6, 70, false, text_right, compare_right},
    {"score", "the output that is explained", 9, 80, true, text_score, compare_score},
    {"sum", "sum of the input's relevance", 9, 90, true, text_sum, compare_sum},
    {"cluster", "which way of deciding, once merge --cluster has told", 7, 75, true, text_cluster, compare_cluster},
    {"notes", "why an input is bad, or how many warnings there are", 14, 65, false, text_notes, compare_notes},
};
enum { RESULT_COLUMNS = sizeof columns / sizeof *columns };

const struct lrp_result_column *lrp_result_column_at(int column)
{
    return column >= 0 && column < RESULT_COLUMNS ? &columns[column] : NULL;
}

/* The column whose name a text begins with, up to `end`; -1: none does. */
static int column_of(const char *text, size_t length)
{
    for (int c = 0; c < RESULT_COLUMNS; c++)
        if (strlen(columns[c].name) == length && strncmp(columns[c].name, text, length) == 0) return c;
    return -1;
}

/* ---- which, and where ---- */

void lrp_app_result_text(const struct lrp_app *app, int row, char *out, size_t size)
{
    size_t used = 0;
    *out = 0;
    if (row < 0 || row >= app->results.count) return;
    for (int c = 0; c < RESULT_COLUMNS && used + 1 < size; c++) {
        columns[c].text(&app->results.entries[row], out + used, size - used);
        used += strlen(out + used);
        if (used + 1 < size) out[used++] = ' ';
    }
    out[used < size ? used : size - 1] = 0;
}

/* "COLUMN:TEXT": what stands in that column is the text, or holds it where that is a name or a note; "TEXT": some column holds
 * it. */
static bool entry_matches(const struct lrp_result_entry *e, const char *pattern)
{
    char cell[1024];
    const char *colon = strchr(pattern, ':');
    const int named = colon ? column_of(pattern, (size_t)(colon - pattern)) : -1;
    for (int c = 0; c < RESULT_COLUMNS; c++) {
        if (named >= 0 && c != named) continue;
        columns[c].text(e, cell, sizeof cell);
        if (named >= 0 && columns[c].right ? strcmp(cell, colon + 1) == 0
                                           : lrp_text_holds(cell, named >= 0 ? colon + 1 : pattern))
            return true;
    }
    return false;
}

static int compare_entries(const void *a, const void *b)
{
    const struct lrp_result_entry *x = a, *y = b;
    const int order = x->by->compare(x, y);
    return !order ? compare_index(x, y) : order == MISSING || order == -MISSING ? order : x->reversed ? -order : order;
}

/* The place of a sample in the list, or -1. */
static int result_place(const struct lrp_app *app, int sample)
{
    for (int i = 0; i < app->results.count; i++)
        if (app->results.entries[i].index == sample) return i;
    return -1;
}

static void take_entries(struct lrp_result_list *list)
{
    const struct lrp_batch_results *all = list->all;
    const struct lrp_result_column *by = &columns[list->column];
    list->count = 0;
    for (size_t i = 0; i < all->capacity; i++) {
        const struct lrp_result_entry entry = {&all->rows[i], (int)i, by, list->reversed};
        if (all->rows[i].name && (!list->filter || entry_matches(&entry, list->filter))) list->entries[list->count++] = entry;
    }
    if (list->count) qsort(list->entries, (size_t)list->count, sizeof *list->entries, compare_entries);
}

/* The sample that was selected stays so; while it is the first row, what comes before it is shown. */
void lrp_app_list_results(struct lrp_app *app)
{
    struct lrp_result_list *list = &app->results;
    struct lrp_window *window = &app->windows[LRP_VIEW_results];
    if (!list->all) return;
    const int selected = window->selected > 0 && window->selected < list->count ? list->entries[window->selected].index : -1;
    struct lrp_result_entry *entries = realloc(list->entries, (list->all->capacity + 1) * sizeof *entries);
    if (!entries) return;
    list->entries = entries;
    take_entries(list);
    const int place = selected >= 0 ? result_place(app, selected) : -1;
    window->selected = place >= 0 ? place : 0;
    lrp_app_settle(app);
}

void lrp_app_filter_results(struct lrp_app *app, const char *filter)
{
    if (lrp_app_set_text(app, &app->results.filter, filter && *filter ? filter : NULL)) lrp_app_list_results(app);
}

int lrp_app_result_count(const struct lrp_app *app)
{
    return app->results.count;
}

/* ---- actions ---- */

static void sort_by(struct lrp_app *app, int column, bool reversed)
{
    app->results.column = column;
    app->results.reversed = reversed;
    app->windows[LRP_VIEW_results] = (struct lrp_window){0}; /* what is first now is what one wants to see */
    lrp_app_list_results(app);
    lrp_app_say(app, false, "sorted by %s%s: %s", columns[column].name, reversed ? ", last first" : "", columns[column].help);
}
void lrp_do_sort(struct lrp_app *app)
{
    sort_by(app, (app->results.column + 1) % RESULT_COLUMNS, false);
}
void lrp_do_sort_reversed(struct lrp_app *app)
{
    sort_by(app, app->results.column, !app->results.reversed);
}
void lrp_take_sort(struct lrp_app *app, const char *name)
{
    const int column = column_of(name, strlen(name));
    if (column >= 0)
        sort_by(app, column, false);
    else
        lrp_app_say(app, true, "there is no column %s", name);
}

/* The sample is explained as the batch was told to; closing what is open leads back here. */
void lrp_app_take_result(struct lrp_app *app, int row)
{
    if (row < 0 || row >= app->results.count) return;
    app->results.opened = app->results.entries[row].index;
    lrp_app_emit(app, LRP_EFFECT_RESULT, NULL, app->results.opened, false);
    lrp_app_open_view(app, LRP_VIEW_layers);
}
void lrp_app_select_result(struct lrp_app *app)
{
    const int place = app->results.opened >= 0 ? result_place(app, app->results.opened) : -1;
    if (place >= 0) app->windows[app->view].selected = place;
}
void lrp_do_take_row(struct lrp_app *app)
{
    const struct lrp_view_row *view = lrp_app_view_row(app, app->view);
    if (view->row_take) view->row_take(app, app->windows[app->view].selected);
}

bool lrp_app_step_result(struct lrp_app *app, int step)
{
    struct lrp_window *window = &app->windows[LRP_VIEW_results];
    const int place = app->results.opened >= 0 ? result_place(app, app->results.opened) : -1, next = place + step;
    if (place < 0 || next < 0 || next >= app->results.count) return false;
    window->selected = next;
    app->results.opened = app->results.entries[next].index;
    lrp_app_emit(app, LRP_EFFECT_RESULT, NULL, app->results.opened, false);
    return true;
}
