/* steps_show.c: the steps of a text that goes on: as a table, in a report, as an array, as a picture. */
#include <math.h>
#include <stdio.h>

#include "arguments.h"
#include "steps.h"
#include "table.h"
#include "text.h"

/* Most columns that a table names for a step. */
enum { NAMED = 3 };

static const struct lrp_token_row *column_of(const struct lrp_steps *steps, size_t i)
{
    const struct lrp_token_map *map = &steps->map;
    return i < map->count ? &map->rows[i] : &map->decoder->rows[i - map->count];
}

/* "castle .31, old -.1": the tokens that did most for a step, or against it. */
static void strongest_cell(struct lrp_table *table, const struct lrp_steps *steps, const struct lrp_step *step)
{
    struct lrp_text text = {0};
    size_t taken[NAMED];
    for (size_t k = 0; k < NAMED && k < step->count; k++) {
        size_t best = step->count;
        for (size_t i = 0; i < step->count; i++) {
            bool before = false;
            for (size_t j = 0; j < k; j++) before |= taken[j] == i;
            if (!before && (best == step->count || fabsf(step->relevance[i]) > fabsf(step->relevance[best]))) best = i;
        }
        const struct lrp_token_row *row = column_of(steps, best);
        char number[40];
        taken[k] = best;
        lrp_text_append(&text, k ? "  " : "");
        if (*row->text)
            lrp_text_append(&text, row->text);
        else
            lrp_text_printf(&text, "%lld", (long long)row->id);
        lrp_text_printf(&text, " %s", lrp_cli_number((double)step->relevance[best], number, sizeof number));
    }
    table->failed |= text.failed;
    lrp_cli_table_cell(table, "%s", text.data ? text.data : "");
    lrp_text_free(&text);
}

enum lrp_status lrp_steps_print(const struct lrp_steps *steps, const struct lrp_arguments *arguments, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"id", true},          {"token", false},  {"logit", true},
                                                      {"probability", true}, {"entropy", true}, {"because of", false}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < steps->count; i++) {
        const struct lrp_step *step = &steps->items[i];
        char number[40];
        lrp_cli_table_cell(&table, "%lld", (long long)step->id);
        lrp_cli_table_cell(&table, "%s", step->text);
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(step->logit, number, sizeof number));
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(step->probability, number, sizeof number));
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(step->entropy, number, sizeof number));
        strongest_cell(&table, steps, step);
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status ? status : lrp_token_map_print(&steps->map, arguments, err);
}

void lrp_steps_put(const struct lrp_steps *steps, struct lrp_document *d, cJSON *sample)
{
    cJSON *array = lrp_cli_json_put_array(d, sample, "steps");
    for (size_t i = 0; i < steps->count; i++) {
        const struct lrp_step *step = &steps->items[i];
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "token", step->text);
        lrp_cli_json_put_number(d, o, "id", (double)step->id);
        lrp_cli_json_put_number(d, o, "logit", step->logit);
        lrp_cli_json_put_number(d, o, "probability", step->probability);
        lrp_cli_json_put_number(d, o, "entropy", step->entropy);
        cJSON *relevance = lrp_cli_json_put_array(d, o, "relevance");
        for (size_t k = 0; k < step->count; k++) lrp_cli_json_put_number(d, relevance, NULL, (double)step->relevance[k]);
    }
    lrp_token_map_put(&steps->map, d, sample);
}

static size_t most_columns(const struct lrp_steps *steps)
{
    size_t most = 1;
    for (size_t i = 0; i < steps->count; i++) most = steps->items[i].count > most ? steps->items[i].count : most;
    return most;
}

enum lrp_status lrp_steps_tensor(const struct lrp_steps *steps, struct lrp_tensor **out, struct lrp_error *err)
{
    const size_t columns = most_columns(steps);
    const struct lrp_shape shape = {.rank = 2, .dim = {(int64_t)steps->count, (int64_t)columns}};
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err);
    for (size_t i = 0; !status && i < steps->count; i++)
        for (size_t k = 0; k < columns; k++)
            (*out)->f[i * columns + k] = k < steps->items[i].count ? steps->items[i].relevance[k] : 0;
    return status;
}

enum lrp_status lrp_steps_write_heatmap(const struct lrp_steps *steps, const char *path, struct lrp_error *err)
{
    struct lrp_plane plane = {0};
    const size_t columns = most_columns(steps);
    enum lrp_status status = lrp_plane_new((int)columns, (int)steps->count, &plane, err);
    for (size_t i = 0; !status && i < steps->count; i++)
        for (size_t k = 0; k < columns; k++)
            plane.values[i * columns + k] = k < steps->items[i].count ? steps->items[i].relevance[k] : lrp_blank();
    if (!status) status = lrp_snapshot_write_plane(steps->now, -1, &plane, LRP_SHOW_RELEVANCE, 0, path, err);
    lrp_plane_free(&plane);
    return status;
}
