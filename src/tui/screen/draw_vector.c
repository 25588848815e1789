/* draw_vector.c: values without places, such as scores of classes, as bars: the greatest first, each with its name. */
#include <math.h>
#include <stdlib.h>

#include "format.h"
#include "runes.h"
#include "view.h"

enum { LRP_VALUE_COLUMNS = 9, LRP_NAME_LEAST = 4, LRP_BAR_LEAST = 4 };

struct element {
    float value;
    int index;
};

/* The greatest magnitude first, what is no number last; equal ones in order. */
static int by_size(const void *left, const void *right)
{
    const struct element *a = left, *b = right;
    const float x = isnan(a->value) ? -1 : fabsf(a->value), y = isnan(b->value) ? -1 : fabsf(b->value);
    return x > y ? -1 : x < y ? 1 : a->index - b->index;
}

/* The elements in the order in which they are shown; owned. NULL when out of memory. */
static struct element *sorted_elements(const struct lrp_plane *plane, int *count)
{
    const int cells = plane->width * plane->height;
    struct element *elements = malloc(((size_t)cells + 1) * sizeof *elements);
    *count = 0;
    for (int i = 0; elements && i < cells; i++)
        if (!lrp_is_blank(plane->values[i])) elements[(*count)++] = (struct element){plane->values[i], i};
    if (elements) qsort(elements, (size_t)*count, sizeof *elements, by_size);
    return elements;
}

/* The one under the cursor; -1: none. */
static int chosen_element(const struct lrp_app *app)
{
    const struct lrp_plane *plane = &app->painting.plane;
    return app->focus == LRP_PANE_PREVIEW && app->cursor_x >= 0 ? app->cursor_y * plane->width + app->cursor_x : -1;
}

/* Which of them comes first on the screen, so that the chosen one is seen. */
static int first_shown(const struct element *elements, int count, int rows, int chosen)
{
    int at = 0;
    while (chosen >= 0 && at < count && elements[at].index != chosen) at++;
    return chosen < 0 || at < rows || at == count ? 0 : at - rows + 1;
}

static int name_columns(const struct lrp_app *app, const struct element *elements, int first, int rows, int most)
{
    int width = LRP_NAME_LEAST;
    for (int i = first; i < first + rows; i++) {
        const struct lrp_marks *names = &app->painting.across;
        const int columns =
            (size_t)elements[i].index < names->count ? lrp_text_columns(names->items[elements[i].index].text) : 0;
        width = columns + 7 > width ? columns + 7 : width;
    }
    return width < most ? width : most;
}

static void draw_element(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect at, int names,
                         const struct element *element, float most)
{
    const struct lrp_marks *marks = &app->painting.across;
    const bool chosen = element->index == chosen_element(app);
    const enum lrp_style style = chosen ? LRP_STYLE_SELECTED : LRP_STYLE_NORMAL;
    const int bar = at.columns - names - LRP_VALUE_COLUMNS - 2;
    char value[32];
    if (chosen) lrp_canvas_fill(canvas, (struct lrp_rect){at.x, at.y, names, 1}, style);
    const int number = lrp_canvas_format(canvas, at.x, at.y, names, style, "%5d ", element->index);
    if ((size_t)element->index < marks->count)
        lrp_canvas_fit(canvas, at.x + number, at.y, names - number, marks->items[element->index].text, style);
    lrp_canvas_right(canvas, at.x + names, at.y, LRP_VALUE_COLUMNS,
                     lrp_value_fit((double)element->value, LRP_VALUE_COLUMNS - 1, value, sizeof value),
                     isfinite(element->value) ? LRP_STYLE_NORMAL : LRP_STYLE_WARNING);
    const int filled = bar >= LRP_BAR_LEAST && most > 0 && isfinite(element->value)
                           ? (int)lroundf(fabsf(element->value) / most * (float)bar)
                           : 0;
    for (int x = 0; x < filled; x++)
        lrp_canvas_rune(canvas, at.x + names + LRP_VALUE_COLUMNS + 1 + x, at.y, 0x2588,
                        element->value < 0 ? LRP_STYLE_NEGATIVE : LRP_STYLE_POSITIVE);
}

static float greatest_finite(const struct element *elements, int count)
{
    for (int i = 0; i < count; i++)
        if (isfinite(elements[i].value)) return fabsf(elements[i].value);
    return 0;
}

void lrp_draw_vector(const struct lrp_app *app, struct lrp_canvas *canvas, struct lrp_rect inner)
{
    int count;
    struct element *elements = sorted_elements(&app->painting.plane, &count);
    if (!elements) return;
    const int rows = count < inner.rows ? count : inner.rows, first = first_shown(elements, count, rows, chosen_element(app));
    const int names = name_columns(app, elements, first, rows, inner.columns / 2);
    const float most = greatest_finite(elements, count);
    for (int i = 0; i < rows; i++)
        draw_element(app, canvas, (struct lrp_rect){inner.x, inner.y + i, inner.columns, 1}, names, &elements[first + i], most);
    lrp_canvas_format(canvas, inner.x, inner.y + rows, inner.columns, LRP_STYLE_DIM, "%d-%d of %d, the greatest first",
                      first + 1, first + rows, count);
    free(elements);
    lrp_draw_below(app, canvas, inner, inner.y + rows + 1);
}

bool lrp_vector_at(const struct lrp_app *app, struct lrp_rect inner, int y, int *px, int *py)
{
    const struct lrp_plane *plane = &app->painting.plane;
    int count;
    struct element *elements = sorted_elements(plane, &count);
    const int rows = count < inner.rows ? count : inner.rows;
    const bool there = elements && y >= inner.y && y < inner.y + rows;
    if (there) {
        const int index = elements[first_shown(elements, count, rows, chosen_element(app)) + y - inner.y].index;
        *px = index % plane->width;
        *py = index / plane->width;
    }
    free(elements);
    return there;
}
