/* breakdown_show.c: relevance layer by layer, told apart by token or by head of attention: asked for, printed, written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "breakdown.h"
#include "table.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

bool lrp_breakdown_asked(const struct lrp_arguments *a)
{
    return a->by_layer || a->by_head;
}

enum lrp_status lrp_breakdown_of(const struct lrp_arguments *a, const struct lrp_snapshot *now,
                                 const struct lrp_token_map *tokens, size_t sample, struct lrp_breakdown *out,
                                 struct lrp_error *err)
{
    *out = (struct lrp_breakdown){.rows = 0};
    if (a->by_head && a->by_layer) return lrp_fail(err, LRP_USAGE, "--by-layer and --by-head: give one of them");
    const enum lrp_status status =
        lrp_snapshot_breakdown(now, a->by_head ? LRP_BREAKDOWN_HEADS : LRP_BREAKDOWN_TOKENS, tokens, (int64_t)sample, out, err);
    if (status != LRP_UNSUPPORTED) return status;
    lrp_fail_context(err, status, "%s: %s", a->model, a->by_head ? "--by-head" : "--by-layer");
    return LRP_USAGE;
}

enum lrp_status lrp_breakdown_print(const struct lrp_breakdown *b, const struct lrp_snapshot *now, struct lrp_error *err)
{
    struct lrp_table_column *columns = calloc(b->columns + 2, sizeof *columns);
    struct lrp_table table;
    if (!columns) return no_memory(err);
    columns[0] = (struct lrp_table_column){"#", true};
    columns[1] = (struct lrp_table_column){"layer", false};
    for (size_t i = 0; i < b->columns; i++) columns[i + 2] = (struct lrp_table_column){b->names[i], true};
    lrp_cli_table_init(&table, columns, b->columns + 2);
    for (size_t r = 0; r < b->rows; r++) {
        lrp_cli_table_cell(&table, "%d", b->layers[r]);
        lrp_cli_table_cell(&table, "%s", now->layers->rows[b->layers[r]].name);
        for (size_t i = 0; i < b->columns; i++) {
            const float value = b->values[r * b->columns + i];
            char number[40];
            lrp_cli_table_cell(&table, "%s", lrp_is_blank(value) ? "" : lrp_cli_number((double)value, number, sizeof number));
        }
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    free(columns);
    return status;
}

void lrp_breakdown_put(const struct lrp_breakdown *b, const struct lrp_snapshot *now, struct lrp_document *d,
                       const struct lrp_arguments *a, cJSON *sample)
{
    cJSON *rows = lrp_cli_json_put_array(d, sample, a->by_head ? "by_head" : "by_layer");
    for (size_t r = 0; r < b->rows; r++) {
        cJSON *o = lrp_cli_json_put_object(d, rows, NULL);
        lrp_cli_json_put_number(d, o, "index", b->layers[r]);
        lrp_cli_json_put_text(d, o, "name", now->layers->rows[b->layers[r]].name);
        cJSON *values = lrp_cli_json_put_array(d, o, "relevance");
        for (size_t i = 0; i < b->columns; i++)
            if (!lrp_is_blank(b->values[r * b->columns + i]))
                lrp_cli_json_put_number(d, values, NULL, (double)b->values[r * b->columns + i]);
    }
}

enum lrp_status lrp_breakdown_tensor(const struct lrp_breakdown *b, struct lrp_tensor **out, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 3, .dim = {1, (int64_t)b->rows, (int64_t)b->columns}};
    const enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err);
    for (size_t i = 0; !status && i < b->rows * b->columns; i++) (*out)->f[i] = lrp_is_blank(b->values[i]) ? 0 : b->values[i];
    return status;
}

enum lrp_status lrp_breakdown_write_heatmap(const struct lrp_breakdown *b, const struct lrp_snapshot *now, const char *path,
                                            struct lrp_error *err)
{
    struct lrp_plane plane = {0};
    enum lrp_status status = lrp_plane_new((int)b->columns, (int)(b->rows ? b->rows : 1), &plane, err);
    if (!status) memcpy(plane.values, b->values, b->rows * b->columns * sizeof *plane.values);
    if (!status) status = lrp_snapshot_write_plane(now, -1, &plane, LRP_SHOW_RELEVANCE, 0, path, err);
    lrp_plane_free(&plane);
    return status;
}
