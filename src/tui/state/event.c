/* event.c: what events carry: pictures and rows of menus. */
#include "event.h"

#include <stdlib.h>
#include <string.h>

void lrp_painting_clear(struct lrp_painting *painting)
{
    if (painting->release) painting->release(painting);
    *painting = (struct lrp_painting){.subject = {.layer = -1}};
}

bool lrp_painting_there(const struct lrp_painting *painting)
{
    return painting->plane.values || painting->tile_count > 0;
}

static void clear_row(struct lrp_menu_row *row)
{
    free(row->text);
    free(row->value);
    free(row->edit);
    free(row->detail);
}

struct lrp_menu_row *lrp_menu_rows_add(struct lrp_menu_rows *rows, const char *text, const char *value, const char *edit,
                                       const char *detail, bool enabled)
{
    struct lrp_menu_row *items = realloc(rows->items, (rows->count + 1) * sizeof *items);
    if (!items) return NULL;
    rows->items = items;
    struct lrp_menu_row row = {.text = strdup(text),
                               .value = strdup(value),
                               .edit = edit ? strdup(edit) : NULL,
                               .detail = strdup(detail),
                               .enabled = enabled};
    if (!row.text || !row.value || !row.detail || (edit && !row.edit)) {
        clear_row(&row);
        return NULL;
    }
    items[rows->count] = row;
    return &items[rows->count++];
}

void lrp_menu_rows_free(struct lrp_menu_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) clear_row(&rows->items[i]);
    free(rows->items);
    free(rows->form);
    *rows = (struct lrp_menu_rows){0};
}
