/* table.c: aligned tables, and messages on stderr. */
#include "table.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"
#include "runes.h"

char *lrp_cli_number(double value, char *buffer, size_t size)
{
    if (isnan(value)) /* its sign says nothing */
        snprintf(buffer, size, "nan");
    else
        snprintf(buffer, size, "%.6g", value);
    return buffer;
}

char *lrp_cli_bytes(double bytes, char *buffer, size_t size)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit < 4; unit++) bytes /= 1024;
    snprintf(buffer, size, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
    return buffer;
}

/* ---- tables ---- */

void lrp_cli_table_init(struct lrp_table *table, const struct lrp_table_column *columns, size_t column_count)
{
    *table = (struct lrp_table){.columns = columns, .column_count = column_count};
}

void lrp_cli_table_cell(struct lrp_table *table, const char *format, ...)
{
    if (table->failed) return;
    char **cells = lrp_grown(table->cells, table->count, &table->capacity, sizeof(char *));
    table->failed = !cells;
    if (!cells) return;
    table->cells = cells;
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    table->failed = length < 0;
    if (table->failed) return;
    lrp_make_printable(text, "");
    table->cells[table->count++] = text;
}

static void print_row(const struct lrp_table *table, char *const *cells, const size_t *widths, FILE *file)
{
    size_t owed = 0; /* blanks that are printed only if something follows */
    for (size_t c = 0; c < table->column_count; c++) {
        const char *text = cells ? cells[c] : table->columns[c].title;
        const size_t width = (size_t)lrp_text_columns(text), pad = widths[c] - width;
        if (table->columns[c].right) owed += pad;
        if (*text) {
            lrp_print(file, "%*s%s", (int)owed, "", text);
            owed = 0;
        }
        owed += (table->columns[c].right ? 0 : pad) + 2;
    }
    fputc('\n', file);
}

enum lrp_status lrp_cli_table_print(const struct lrp_table *table, FILE *file, struct lrp_error *err)
{
    const size_t columns = table->column_count;
    size_t *widths = calloc(columns, sizeof *widths);
    if (table->failed || !widths) {
        free(widths);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    for (size_t c = 0; c < columns; c++) widths[c] = (size_t)lrp_text_columns(table->columns[c].title);
    for (size_t i = 0; i < table->count; i++) {
        const size_t width = (size_t)lrp_text_columns(table->cells[i]);
        if (width > widths[i % columns]) widths[i % columns] = width;
    }
    print_row(table, NULL, widths, file);
    for (size_t i = 0; i + columns <= table->count; i += columns) print_row(table, table->cells + i, widths, file);
    free(widths);
    return LRP_OK;
}

void lrp_cli_table_free(struct lrp_table *table)
{
    for (size_t i = 0; i < table->count; i++) free(table->cells[i]);
    free(table->cells);
    table->cells = NULL;
    table->count = table->capacity = 0;
}

/* ---- messages ---- */

int lrp_cli_report_error(enum lrp_status status, const struct lrp_error *err)
{
    fflush(stdout); /* what was said before stands before */
    lrp_print(stderr, "lrpscope: %s\n", err->message);
    return lrp_status_exit_code(status);
}

void lrp_cli_warn_lines(const char *lines)
{
    while (lines && *lines) {
        const int length = (int)strcspn(lines, "\n");
        if (length) lrp_print(stderr, "lrpscope: warning: %.*s\n", length, lines);
        lines += length + (lines[length] == '\n');
    }
}

void lrp_cli_note(const char *line)
{
    lrp_print(stderr, "lrpscope: %s\n", line);
}
