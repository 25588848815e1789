/* menus.c: rows of menus, from the library's tables and the snapshot. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "lrpscope/method.h"
#include "runner.h"
#include "text.h"

enum { LRP_ROW_TEXT = 512, LRP_TARGETS_MOST = 2000 };

/* What rows are asked for. */
struct lrp_asked {
    int layer;
    const char *place; /* NULL: nobody said */
};

/* ---- rules ---- */

const struct lrp_rule_book *lrp_runner_rule_book(const struct lrp_runner *runner)
{
    return runner->snapshot ? lrp_settings_rule_book(runner->snapshot->settings) : NULL;
}

static bool needs_values(const struct lrp_rule_info *rule)
{
    for (int i = 0; i < rule->parameter_count; i++)
        if (rule->parameters[i].value && !*rule->parameters[i].value) return true;
    return false;
}

/* "gamma(gamma=0.25,stabilizer=1e-9)"; what must be given has no value yet. */
static void rule_template(const struct lrp_rule_info *rule, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s(", rule->name);
    for (int i = 0; i < rule->parameter_count && used < size; i++) {
        const char *value = rule->parameters[i].value;
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s=%s", i ? "," : "", rule->parameters[i].name, value ? value : "");
    }
    if (used < size) snprintf(out + used, size - used, ")");
}

static bool names_rule(const char *text, const char *name)
{
    const size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && (text[length] == 0 || text[length] == '(');
}

static void rule_row(const struct lrp_runner *runner, int layer, const struct lrp_rule_info *rule, bool fitting,
                     struct lrp_menu_rows *rows)
{
    struct lrp_error why = {.message = ""};
    char edit[LRP_ROW_TEXT], reason[sizeof why.message];
    if ((lrp_snapshot_rule_fits(runner->snapshot, layer, rule, &why) == LRP_OK) != fitting) return;
    const bool runs = runner->snapshot->layers->rows[layer].executable, is = lrp_snapshot_rule(runner->snapshot, layer) == rule;
    const char *value = is ? runner->snapshot->rules[layer] : rule->name; /* with its parameters */
    snprintf(reason, sizeof reason, "%s%s", runs ? "fits " : "", runs ? rule->fits : why.message);
    rule_template(rule, edit, sizeof edit);
    if (is) rows->selected = (int)rows->count;
    struct lrp_menu_row *row =
        lrp_menu_rows_add(rows, rule->name, value, is ? value : edit, fitting ? rule->formula : reason, fitting);
    if (row) row->must_edit = needs_values(rule);
}

static void rows_of_rules(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    const struct lrp_rule_info *rule;
    const int layer = asked.layer;
    if (lrp_app_is_input(&runner->app, layer) || !lrp_app_layer(&runner->app, layer)) return;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; (rule = lrp_rule_at(lrp_runner_rule_book(runner), i)) != NULL; i++)
            rule_row(runner, layer, rule, pass == 0, rows);
}

const char *lrp_runner_next_rule(const struct lrp_runner *runner, int layer, int step)
{
    const struct lrp_rule_book *book = lrp_runner_rule_book(runner);
    const struct lrp_rule_info *now = lrp_snapshot_rule(runner->snapshot, layer);
    int count = 0, at = 0;
    for (; lrp_rule_at(book, (size_t)count); count++)
        if (lrp_rule_at(book, (size_t)count) == now) at = count;
    for (int i = 1; i < count; i++) {
        const struct lrp_rule_info *rule = lrp_rule_at(book, (size_t)(((at + i * step) % count + count) % count));
        if (!needs_values(rule) && lrp_snapshot_rule_fits(runner->snapshot, layer, rule, NULL) == LRP_OK) return rule->name;
    }
    return NULL;
}

/* ---- composites ---- */

static void rows_of_composites(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    (void)asked;
    const char *current = lrp_facts_text(&runner->app.facts, LRP_SETTING_COMPOSITE);
    const struct lrp_composite_info *preset;
    const struct lrp_rule_info *rule;
    char edit[LRP_ROW_TEXT];
    for (size_t i = 0; (preset = lrp_composite_at(i)) != NULL; i++) {
        const bool is = names_rule(current, preset->name), needs = preset->parameters && *preset->parameters;
        snprintf(edit, sizeof edit, needs ? "%s(%s)" : "%s", preset->name, preset->parameters);
        if (is) rows->selected = (int)rows->count;
        struct lrp_menu_row *row =
            lrp_menu_rows_add(rows, preset->name, is ? current : preset->name, is ? current : edit, preset->description, true);
        if (row) row->must_edit = needs && !is;
    }
    for (size_t i = 0; (rule = lrp_rule_at(lrp_runner_rule_book(runner), i)) != NULL; i++) {
        if (needs_values(rule)) continue;
        if (names_rule(current, rule->name)) rows->selected = (int)rows->count;
        rule_template(rule, edit, sizeof edit);
        lrp_menu_rows_add(rows, rule->name, rule->name, edit, "this rule for every layer it fits", true);
    }
}

/* ---- methods ---- */

static void rows_of_methods(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    const char *current = lrp_facts_text(&runner->app.facts, LRP_SETTING_METHOD);
    const struct lrp_method_info *info;
    char detail[LRP_ROW_TEXT];
    (void)asked;
    for (size_t i = 0; (info = lrp_method_at(i)) != NULL; i++) {
        const bool is = names_rule(current, info->name);
        snprintf(detail, sizeof detail, "%s; %s", info->line, info->cost);
        if (is) rows->selected = (int)rows->count;
        lrp_menu_rows_add(rows, info->name, is ? current : info->name,
                          info->argument_count ? (is ? current : info->name) : NULL, detail, true);
    }
}

/* The word behind one in a list of words; behind the last the first. */
static void next_word(const char *words, const char *now, char *out, size_t size)
{
    const size_t length = strlen(now);
    const char *next = words;
    for (const char *at = words; *at; at += strspn(at, " ")) {
        const size_t word = strcspn(at, " ");
        const bool is = word == length && strncmp(at, now, length) == 0;
        at += word;
        if (is && *at) next = at + strspn(at, " ");
    }
    snprintf(out, size, "%.*s", (int)strcspn(next, " "), next);
}

/* What stands where nothing was given: a layer that is asked for is the selected one. */
static void argument_row(const struct lrp_runner *runner, const struct lrp_method_argument *a, int number, const char *value,
                         struct lrp_menu_rows *rows)
{
    char next[80] = "", detail[LRP_ROW_TEXT], layer[24];
    const char *edit = value;
    snprintf(layer, sizeof layer, "%d", runner->app.layer);
    if (a->kind == LRP_METHOD_LAYER && !*value && !lrp_app_is_input(&runner->app, runner->app.layer)) edit = layer;
    if (a->choices) next_word(a->choices, value, next, sizeof next);
    snprintf(detail, sizeof detail, "%-12s %s%s%s%s", *value ? value : "-", a->line, a->choices ? " (" : "",
             a->choices ? a->choices : "", a->choices ? ")" : "");
    struct lrp_menu_row *row = lrp_menu_rows_add(rows, a->name, next, a->choices ? NULL : edit, detail, true);
    if (row) row->number = number;
}

static void rows_of_arguments(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    const struct lrp_method_info *info = NULL;
    char *values[LRP_METHOD_ARGUMENTS];
    if (!asked.place || lrp_method_read(asked.place, &info, values, NULL) != LRP_OK) return;
    struct lrp_menu_row *first = lrp_menu_rows_add(rows, "compute", asked.place, NULL, asked.place, true);
    if (first) first->number = -1;
    for (int i = 0; i < info->argument_count; i++) {
        argument_row(runner, &info->arguments[i], i, values[i] ? values[i] : "", rows);
        free(values[i]);
    }
    snprintf(rows->title, sizeof rows->title, "%.60s", info->formula);
    rows->form = strdup(asked.place);
}

/* ---- targets ---- */

struct score {
    float value;
    int64_t index;
};

static int by_score(const void *a, const void *b)
{
    const struct score *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? 1 : -1;
    return x->index < y->index ? -1 : 1;
}

/* The scores that can be chosen from: of a sample, or of one position of its text. */
struct scores {
    const float *values; /* borrowed */
    size_t count;
    int64_t first;     /* index of the first in the sample */
    int place, places; /* position, of how many; places 0: the scores are of no text */
    int64_t chosen;    /* index of the target that holds; -1 */
};

/* Classes are tokens, or what is said of each: the last axis, at every position. */
static bool by_position(const struct lrp_snapshot *now, const struct lrp_tensor *output)
{
    return now->token_count > 0 && output->shape.rank == 3 && output->shape.dim[1] > 0;
}

/* The token under the preview's cursor, else the target's own position. */
static int place_of(const struct lrp_runner *runner, const char *asked, const struct scores *s, int64_t classes)
{
    const struct lrp_app *app = &runner->app;
    int64_t place = s->chosen >= 0 ? s->chosen / classes : s->places - 1;
    const bool cursor = app->focus == LRP_PANE_PREVIEW && app->cursor_x >= 0 && lrp_preview_row(lrp_app_preview(app))->flows;
    if (cursor) place = app->cursor_x;
    if (asked) lrp_parse_int64(asked, &place);
    return place < 0 ? 0 : place < s->places ? (int)place : s->places - 1;
}

static struct scores scores_of(const struct lrp_runner *runner, const char *place)
{
    const struct lrp_snapshot *now = runner->snapshot;
    const struct lrp_tensor *output = now->output;
    const size_t samples = now->target_count, at = (size_t)lrp_preview_sample(&runner->app); /* a target for each */
    const size_t sample = at < samples ? at : 0;
    struct scores s = {.values = NULL, .chosen = -1};
    if (!output || !lrp_dtype_is_float(output->dtype) || !samples || output->count == 0) return s;
    s.count = output->count / samples;
    s.values = output->f + sample * s.count;
    s.chosen = at < samples ? now->targets[at].index : -1;
    if (!by_position(now, output)) return s;
    const int64_t classes = output->shape.dim[2];
    s.places = (int)output->shape.dim[1];
    s.place = place_of(runner, place, &s, classes);
    s.first = s.place * classes;
    s.values += s.first;
    s.count = (size_t)classes;
    return s;
}

static void target_row(const struct lrp_runner *runner, const struct scores *s, struct score score, struct lrp_menu_rows *rows)
{
    const char *label = lrp_snapshot_label(runner->snapshot, lrp_snapshot_class(runner->snapshot, score.index));
    char value[200], text[LRP_ROW_TEXT], detail[64];
    lrp_snapshot_place(runner->snapshot, score.index, value, sizeof value);
    if (s->places) snprintf(value, sizeof value, "%lld@%d", (long long)(score.index - s->first), s->place);
    snprintf(text, sizeof text, "%s%s%.300s", value, label && *label ? "  " : "", label ? label : "");
    lrp_value_text((double)score.value, detail, sizeof detail);
    lrp_menu_rows_add(rows, text, value, NULL, detail, true);
}

/* "target at 3 of 11, behind film" */
static void title_place(const struct lrp_runner *runner, const struct scores *s, struct lrp_menu_rows *rows)
{
    const struct lrp_marks *marks = &runner->app.painting.across;
    const bool known = lrp_preview_row(runner->app.painting.subject.kind)->flows && (size_t)s->place < marks->count;
    rows->place = s->place;
    rows->places = s->places;
    if (s->places)
        snprintf(rows->title, sizeof rows->title, "target at %d of %d%s%.40s", s->place, s->places, known ? ", behind " : "",
                 known ? marks->items[s->place].text : "");
}

static void rows_of_targets(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    const struct scores s = scores_of(runner, asked.place);
    struct score *scores = s.values ? malloc(s.count * sizeof *scores) : NULL;
    if (!scores) return;
    for (size_t i = 0; i < s.count; i++)
        scores[i] = (struct score){isnan(s.values[i]) ? -INFINITY : s.values[i], s.first + (int64_t)i};
    qsort(scores, s.count, sizeof *scores, by_score);
    title_place(runner, &s, rows);
    lrp_menu_rows_add(rows, "arg-max", "", NULL, s.places ? "the highest score at the last position" : "the highest score",
                      true);
    if (s.places) rows->selected = 1; /* what follows there, unless a target of the position holds */
    for (size_t i = 0; i < s.count && i < LRP_TARGETS_MOST; i++) {
        if (scores[i].index == s.chosen) rows->selected = (int)rows->count;
        target_row(runner, &s, scores[i], rows);
    }
    free(scores);
}

/* ---- options ---- */

static void rows_of_options(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    char detail[LRP_ROW_TEXT];
    (void)asked;
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        const char *now = lrp_facts_text(&runner->app.facts, setting);
        snprintf(detail, sizeof detail, "%-18.18s %s", *now ? now : "-", lrp_setting_line(setting));
        struct lrp_menu_row *row =
            lrp_menu_rows_add(rows, lrp_setting_key(setting), "", lrp_setting_is_flag(setting) ? NULL : now, detail, true);
        if (row) row->number = i;
    }
}

/* ---- models, and what has no rows from here ---- */

static void rows_of_models(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    (void)runner, (void)asked;
    lrp_runner_model_rows(rows);
}
static void rows_of_none(const struct lrp_runner *runner, struct lrp_asked asked, struct lrp_menu_rows *rows)
{
    (void)runner, (void)asked, (void)rows;
}

void lrp_runner_form(struct lrp_runner *runner, const char *method, int selected)
{
    struct lrp_menu_rows rows = {0};
    rows_of_arguments(runner, (struct lrp_asked){.place = method}, &rows);
    rows.selected = selected;
    struct lrp_event event = {.kind = LRP_EVENT_MENU, .number = LRP_MENU_ARGUMENTS, .rows = &rows};
    lrp_app_update(&runner->app, &event);
}

void lrp_runner_menu(struct lrp_runner *runner, enum lrp_menu_kind kind, int layer, const char *place)
{
    static void (*const makers[])(const struct lrp_runner *, struct lrp_asked, struct lrp_menu_rows *) = {
#define X(id, from) rows_of_##from,
        LRP_MENUS(X)
#undef X
    };
    struct lrp_menu_rows rows = {0};
    makers[kind](runner, (struct lrp_asked){layer, place}, &rows);
    if (rows.count == 0) {
        lrp_menu_rows_free(&rows);
        lrp_runner_say(runner, true, "nothing to choose from");
        return;
    }
    struct lrp_event event = {.kind = LRP_EVENT_MENU, .number = (int)kind, .rows = &rows};
    lrp_app_update(&runner->app, &event);
}
