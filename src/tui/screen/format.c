/* format.c: short texts of numbers, shapes and cells, see format.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format.h"

char *lrp_count_text(int64_t count, char *buffer, size_t size)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    double value = (double)count;
    int unit = 0;
    while (value >= 999.95 && unit < 4) {
        value /= 1000;
        unit++;
    }
    snprintf(buffer, size, unit ? "%.1f%s" : "%.0f%s", value, units[unit]);
    return buffer;
}

/* "1.25e-07" as "1.25e-7": rows are narrow. */
static void shorten_exponent(char *text)
{
    char *digits = strpbrk(text, "e");
    digits += digits ? 2 : 0;
    if (!digits) return;
    const size_t zeros = strspn(digits, "0");
    memmove(digits, digits + zeros, strlen(digits + zeros) + 1);
}

char *lrp_value_text(double value, char *buffer, size_t size)
{
    const double magnitude = fabs(value);
    if (magnitude == 0)
        snprintf(buffer, size, "0");
    else if (magnitude >= 0.0005 && magnitude < 99.9995)
        snprintf(buffer, size, "%.3f", value);
    else if (magnitude >= 1 && magnitude < 99999.5)
        snprintf(buffer, size, magnitude < 9999.95 ? "%.1f" : "%.0f", value);
    else if (snprintf(buffer, size, "%.2e", value) > 0 && magnitude < INFINITY)
        shorten_exponent(buffer);
    return buffer;
}

char *lrp_value_fit(double value, int columns, char *buffer, size_t size)
{
    lrp_value_text(value, buffer, size);
    for (int digits = 1; digits >= 0 && (int)strlen(buffer) > columns; digits--) {
        snprintf(buffer, size, "%.*e", digits, value);
        shorten_exponent(buffer);
    }
    return buffer;
}

char *lrp_shape_cell(const struct lrp_layer *layer, int64_t batch, bool ascii, char *buffer, size_t size)
{
    char text[200];
    const bool batched = layer->shape->rank > 1 && (batch < 0 || layer->shape->dim[0] == batch);
    lrp_shape_text(layer->shape, batched ? 1 : 0, ascii ? "x" : "×", text, sizeof text);
    snprintf(buffer, size, "%s", text);
    return buffer;
}

char *lrp_rule_cell(const struct lrp_app *app, int layer, char *buffer, size_t size)
{
    const char *rule = app->snapshot->rules ? app->snapshot->rules[layer] : "";
    const struct lrp_rule_source none = {.text = ""},
                                 *source = app->snapshot->rule_sources ? app->snapshot->rule_sources[layer] : &none;
    snprintf(buffer, size, "%s%s", rule ? rule : "", source->selector ? "*" : source->fallback ? " (fallback)" : "");
    return buffer;
}

const char *lrp_check_cell(const struct lrp_app *app, int layer)
{
    static const char *const texts[LRP_CHECK_STATE_COUNT] = {
#define X(name, text) [LRP_CHECK_##name] = (text),
        LRP_CHECK_STATES(X)
#undef X
    };
    const struct lrp_check_row *row = lrp_app_check(app, layer);
    return row && row->state < LRP_CHECK_STATE_COUNT ? texts[row->state] : "";
}
