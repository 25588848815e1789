/* run_values.c: outputs that are no tensor with elements, see run_values.h. */
#include "run_values.h"

#include <inttypes.h>
#include <stdio.h>

#include "table.h"

const char *lrp_run_kind(const struct lrp_tensor *value)
{
    if (lrp_tensor_is_sequence(value)) return value->dtype == LRP_DTYPE_UNDEFINED ? "optional" : "sequence";
    return value->count ? NULL : "empty";
}

static const char *element_text(const struct lrp_tensor *t, size_t i, char *room, size_t size)
{
    if (t->dtype == LRP_DTYPE_STRING) return t->s[i];
    if (t->dtype == LRP_DTYPE_BOOL) return t->i[i] ? "true" : "false";
    if (lrp_dtype_is_float(t->dtype)) return lrp_cli_number((double)t->f[i], room, size);
    snprintf(room, size, "%" PRId64, t->i[i]);
    return room;
}

static const char *shape_text(const struct lrp_tensor *t, char *room, size_t size)
{
    lrp_shape_text(&t->shape, 0, "x", room, size);
    return *room ? room : "scalar";
}

static void print_item(struct lrp_table *table, size_t number, const struct lrp_tensor *item, size_t top)
{
    const char *kind = lrp_run_kind(item);
    char shape[160], room[40];
    if (!kind) kind = lrp_dtype_text(item->dtype);
    for (size_t i = 0; i < top && (i < item->count || i == 0); i++) { /* one that is empty has a line, too */
        lrp_cli_table_cell(table, i ? "" : "%zu", number);
        lrp_cli_table_cell(table, "%s", i ? "" : kind);
        lrp_cli_table_cell(table, "%s", i ? "" : shape_text(item, shape, sizeof shape));
        if (i < item->count)
            lrp_cli_table_cell(table, "%zu", i);
        else
            lrp_cli_table_cell(table, "%s", "");
        lrp_cli_table_cell(table, "%s", i < item->count ? element_text(item, i, room, sizeof room) : "");
    }
}

enum lrp_status lrp_run_print(const struct lrp_tensor *value, const char *name, size_t top, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {
        {"item", true}, {"type", false}, {"shape", false}, {"index", true}, {"value", true}};
    struct lrp_table table;
    char shape[160];
    if (!lrp_tensor_is_sequence(value)) {
        lrp_print(stdout, "%s\nan empty output: %s %s\n", name, lrp_dtype_text(value->dtype),
                  shape_text(value, shape, sizeof shape));
        return LRP_OK;
    }
    if (value->dtype == LRP_DTYPE_UNDEFINED) {
        lrp_print(stdout, "%s\nan optional output: there is none\n", name);
        return LRP_OK;
    }
    if (!value->item_count) {
        lrp_print(stdout, "%s\nan empty sequence of %s\n", name, lrp_dtype_text(value->dtype));
        return LRP_OK;
    }
    lrp_print(stdout, "%s\na sequence of %zu, %s\n", name, value->item_count, lrp_dtype_text(value->dtype));
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < value->item_count; i++) print_item(&table, i, value->items[i], top);
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

static void put_element(struct lrp_document *d, cJSON *array, const struct lrp_tensor *t, size_t i)
{
    if (t->dtype == LRP_DTYPE_STRING)
        lrp_cli_json_put_text(d, array, NULL, t->s[i]);
    else if (t->dtype == LRP_DTYPE_BOOL)
        lrp_cli_json_put_bool(d, array, NULL, t->i[i] != 0);
    else
        lrp_cli_json_put_number(d, array, NULL, lrp_dtype_is_float(t->dtype) ? (double)t->f[i] : (double)t->i[i]);
}

void lrp_run_put(const struct lrp_tensor *value, size_t top, struct lrp_document *document, cJSON *object)
{
    const char *kind = lrp_run_kind(value);
    lrp_cli_json_put_text(document, object, "kind", kind ? kind : "tensor");
    if (!lrp_tensor_is_sequence(value)) {
        lrp_cli_json_put_text(document, object, "dtype", lrp_dtype_text(value->dtype));
        lrp_cli_json_put_shape(document, object, "shape", &value->shape);
        cJSON *values = lrp_cli_json_put_array(document, object, "values");
        for (size_t i = 0; i < top && i < value->count; i++) put_element(document, values, value, i);
        return;
    }
    cJSON *items = lrp_cli_json_put_array(document, object, "items");
    for (size_t i = 0; i < value->item_count; i++) {
        cJSON *item = lrp_cli_json_put_object(document, items, NULL);
        lrp_cli_json_put_number(document, item, "index", (double)i);
        lrp_run_put(value->items[i], top, document, item);
    }
}
