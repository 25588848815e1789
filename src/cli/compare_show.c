/* compare_show.c: what was found between two models, and how it is told. */
#include "compare_show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_output.h"
#include "table.h"

enum lrp_status lrp_cli_pairs_make(struct lrp_model_differences *found, const int *with, size_t count_a, size_t count_b,
                                   struct lrp_error *err)
{
    int next = 0; /* row of b */
    found->pairs = calloc(count_a + count_b, sizeof *found->pairs);
    if (!found->pairs) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; i <= count_a; i++) {
        const bool end = i == count_a;
        if (!end && with[i] < 0) {
            found->pairs[found->count++] = (struct lrp_layer_pair){.a = (int)i, .b = -1};
            continue;
        }
        for (const int stop = end ? (int)count_b : with[i]; next < stop; next++)
            found->pairs[found->count++] = (struct lrp_layer_pair){.a = -1, .b = next};
        if (end) break;
        found->pairs[found->count++] = (struct lrp_layer_pair){.a = (int)i, .b = next++};
    }
    for (size_t i = 0; i < found->count; i++)
        found->pairs[i].weights = found->pairs[i].activation = found->pairs[i].correlation = (double)NAN;
    return LRP_OK;
}

void lrp_cli_pairs_free(struct lrp_model_differences *found)
{
    for (size_t i = 0; i < found->count; i++) {
        struct lrp_layer_pair *pair = &found->pairs[i];
        for (size_t k = 0; k < pair->change_count; k++) {
            free(pair->changes[k].what);
            free(pair->changes[k].before);
            free(pair->changes[k].after);
        }
        free(pair->changes);
    }
    free(found->pairs);
    found->pairs = NULL;
    found->count = 0;
}

bool lrp_cli_pair_note(struct lrp_layer_pair *pair, const char *what, const char *before, const char *after)
{
    struct lrp_layer_change *more = realloc(pair->changes, (pair->change_count + 1) * sizeof *more);
    if (!more) return false;
    pair->changes = more;
    more[pair->change_count] = (struct lrp_layer_change){strdup(what), strdup(before), strdup(after)};
    const struct lrp_layer_change *now = &more[pair->change_count++];
    return now->what && now->before && now->after;
}

void lrp_cli_pairs_judge(struct lrp_model_differences *found)
{
    found->first = -1;
    for (size_t i = 0; i < found->count; i++) {
        struct lrp_layer_pair *pair = &found->pairs[i];
        const bool written = pair->a < 0 || pair->b < 0 || pair->change_count > 0 || pair->weights > found->tolerance;
        pair->differ = found->ran ? pair->activation > found->tolerance : written;
        if (pair->differ && found->first < 0) found->first = (int)i;
        found->differ |= pair->differ;
    }
    found->differ |= found->ran && found->output > found->tolerance;
}

static const char *name_of(const struct lrp_snapshot *s, int row)
{
    return row < 0 ? "" : row == 0 ? "input" : s->layers->rows[row].name;
}

/* ---- as a table ---- */

static void number_cell(struct lrp_table *table, double value)
{
    char text[40];
    lrp_cli_table_cell(table, "%s", isnan(value) ? "" : lrp_cli_number(value, text, sizeof text));
}

static void row_cell(struct lrp_table *table, int row)
{
    if (row < 0)
        lrp_cli_table_cell(table, "%s", "");
    else
        lrp_cli_table_cell(table, "%d", row);
}

static void changes_cell(struct lrp_table *table, const struct lrp_layer_pair *pair)
{
    char text[1000] = "";
    size_t used = 0;
    for (size_t k = 0; k < pair->change_count && used + 1 < sizeof text; k++) {
        const struct lrp_layer_change *c = &pair->changes[k];
        const int n =
            snprintf(text + used, sizeof text - used, "%s%.60s: %.100s -> %.100s", k ? "; " : "", c->what, c->before, c->after);
        used += n > 0 ? (size_t)n : 0;
    }
    lrp_cli_table_cell(table, "%s", pair->a < 0 ? "added" : pair->b < 0 ? "removed" : text);
}

/* Layers that are alike are left out where nothing was computed. */
static bool is_shown(const struct lrp_model_differences *found, const struct lrp_layer_pair *pair)
{
    const bool alike = pair->a >= 0 && pair->b >= 0 && !pair->change_count && !(pair->weights > found->tolerance);
    return found->arguments->all || found->ran ? pair->a > 0 || pair->b > 0 || pair->activation > 0 : !alike;
}

static void print_row(struct lrp_table *table, const struct lrp_layer_pair *pair, bool ran, const struct lrp_snapshot *a,
                      const struct lrp_snapshot *b)
{
    const struct lrp_layer *layer = pair->a >= 0 ? &a->layers->rows[pair->a] : &b->layers->rows[pair->b];
    lrp_cli_table_cell(table, "%s", pair->differ ? "*" : "");
    row_cell(table, pair->a);
    lrp_cli_table_cell(table, "%s", name_of(a, pair->a));
    row_cell(table, pair->b);
    /* one name is said once */
    const char *there = name_of(b, pair->b);
    lrp_cli_table_cell(table, "%s", strcmp(there, name_of(a, pair->a)) == 0 ? "=" : there);
    lrp_cli_table_cell(table, "%s", layer->type);
    number_cell(table, pair->weights);
    if (ran) number_cell(table, pair->activation);
    if (ran) number_cell(table, pair->correlation);
    changes_cell(table, pair);
}

static void print_verdict(const struct lrp_model_differences *found, const struct lrp_snapshot *a, const struct lrp_snapshot *b)
{
    size_t both = 0, added = 0, removed = 0, changed = 0;
    char number[40];
    for (size_t i = 0; i < found->count; i++) {
        const struct lrp_layer_pair *pair = &found->pairs[i];
        added += pair->a < 0;
        removed += pair->b < 0;
        both += pair->a > 0 && pair->b > 0;
        changed += pair->change_count > 0;
    }
    lrp_print(stdout, "\n%zu layers in both (%zu written in another way), %zu only in %s, %zu only in %s\n", both, changed,
              removed, found->arguments->model, added, found->arguments->with);
    if (!isnan(found->output))
        lrp_print(stdout, "output: differs by %s of its largest value\n", lrp_cli_number(found->output, number, sizeof number));
    const char *limit = lrp_cli_number(found->tolerance, number, sizeof number);
    const struct lrp_layer_pair *first = found->first < 0 ? NULL : &found->pairs[found->first];
    if (!first)
        lrp_print(stdout,
                  found->differ ? "no layer but the output differs by more than %s\n" : "no layer differs by more than %s\n",
                  limit);
    else if (first->a >= 0)
        lrp_print(stdout, "the first layer that differs by more than %s: %d %s\n", limit, first->a, name_of(a, first->a));
    else
        lrp_print(stdout, "the first layer that differs: %d %s of %s\n", first->b, name_of(b, first->b),
                  found->arguments->with);
}

static enum lrp_status print_text(const struct lrp_model_differences *found, const struct lrp_snapshot *a,
                                  const struct lrp_snapshot *b, struct lrp_error *err)
{
    static const struct lrp_table_column with_inputs[] = {{"", false},       {"#", true},          {"layer", false},
                                                          {"#", true},       {"there", false},     {"type", false},
                                                          {"weights", true}, {"activation", true}, {"relevance", true},
                                                          {"changed", false}},
                                         without[] = {{"", false},      {"#", true},     {"layer", false},  {"#", true},
                                                      {"there", false}, {"type", false}, {"weights", true}, {"changed", false}};
    struct lrp_table table;
    if (found->ran)
        lrp_cli_table_init(&table, with_inputs, sizeof with_inputs / sizeof *with_inputs);
    else
        lrp_cli_table_init(&table, without, sizeof without / sizeof *without);
    for (size_t i = 0; i < found->count; i++)
        if (is_shown(found, &found->pairs[i])) print_row(&table, &found->pairs[i], found->ran, a, b);
    const enum lrp_status status = table.count || table.failed ? lrp_cli_table_print(&table, stdout, err) : LRP_OK;
    lrp_cli_table_free(&table);
    if (!status) print_verdict(found, a, b);
    return status;
}

/* ---- as JSON ---- */

static void put_row(struct lrp_document *d, cJSON *o, const char *index, const char *name, const struct lrp_snapshot *s,
                    int row)
{
    if (row < 0) {
        lrp_cli_json_put_null(d, o, index);
        lrp_cli_json_put_null(d, o, name);
        return;
    }
    lrp_cli_json_put_number(d, o, index, row);
    lrp_cli_json_put_text(d, o, name, name_of(s, row));
}

static void put_pair(struct lrp_document *d, cJSON *array, const struct lrp_layer_pair *pair, const struct lrp_snapshot *a,
                     const struct lrp_snapshot *b)
{
    cJSON *o = lrp_cli_json_put_object(d, array, NULL);
    put_row(d, o, "index", "name", a, pair->a);
    put_row(d, o, "with_index", "with_name", b, pair->b);
    lrp_cli_json_put_text(d, o, "status",
                          pair->a < 0          ? "added"
                          : pair->b < 0        ? "removed"
                          : pair->change_count ? "changed"
                                               : "same");
    lrp_cli_json_put_bool(d, o, "differs", pair->differ);
    cJSON *changes = lrp_cli_json_put_array(d, o, "changes");
    for (size_t k = 0; k < pair->change_count; k++) {
        cJSON *change = lrp_cli_json_put_object(d, changes, NULL);
        lrp_cli_json_put_text(d, change, "what", pair->changes[k].what);
        lrp_cli_json_put_text(d, change, "before", pair->changes[k].before);
        lrp_cli_json_put_text(d, change, "after", pair->changes[k].after);
    }
    lrp_cli_json_put_number(d, o, "weight_difference", pair->weights);
    lrp_cli_json_put_number(d, o, "activation_difference", pair->activation);
    lrp_cli_json_put_number(d, o, "relevance_correlation", pair->correlation);
}

static enum lrp_status print_json(const struct lrp_model_differences *found, const struct lrp_snapshot *a,
                                  const struct lrp_snapshot *b, struct lrp_error *err)
{
    const struct lrp_layer_pair *first = found->first < 0 ? NULL : &found->pairs[found->first];
    struct lrp_document d;
    lrp_cli_json_init(&d, found->arguments->model);
    lrp_cli_json_put_text(&d, d.root, "with", found->arguments->with);
    lrp_cli_json_put_number(&d, d.root, "tolerance", found->tolerance);
    lrp_cli_json_put_bool(&d, d.root, "differ", found->differ);
    lrp_cli_json_put_text(&d, d.root, "first", !first ? NULL : first->a >= 0 ? name_of(a, first->a) : name_of(b, first->b));
    lrp_cli_json_put_number(&d, d.root, "output_difference", found->output);
    cJSON *array = lrp_cli_json_put_array(&d, d.root, "layers");
    for (size_t i = 0; found->pairs && i < found->count; i++) put_pair(&d, array, &found->pairs[i], a, b);
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

enum lrp_status lrp_cli_differences_show(const struct lrp_model_differences *found, const struct lrp_snapshot *a,
                                         const struct lrp_snapshot *b, struct lrp_error *err)
{
    return found->arguments->json ? print_json(found, a, b, err) : print_text(found, a, b, err);
}
