/* table.c: aligned tables, and messages on stderr. */
#include "table.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "runes.h"
#include "text.h"

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

/* Room for `size` more bytes of text. */
static bool make_room(struct lrp_table *table, size_t size)
{
    enum { FIRST = 4096 };
    if (table->capacity - table->used >= size) return true;
    size_t wanted = table->capacity ? table->capacity : FIRST;
    while (wanted - table->used < size)
        if (__builtin_mul_overflow(wanted, 2, &wanted)) return false;
    char *const text = realloc(table->text, wanted);
    if (!text) return false;
    table->text = text;
    table->capacity = wanted;
    return true;
}

/* The text behind the others, and its length; -1: no memory. */
static int write_cell(struct lrp_table *table, const char *format, va_list arguments)
{
    enum { USUAL = 64 };
    va_list again;
    if (!make_room(table, USUAL)) return -1;
    va_copy(again, arguments);
    int length = vsnprintf(table->text + table->used, table->capacity - table->used, format, arguments);
    if (length >= 0 && (size_t)length >= table->capacity - table->used)
        length = make_room(table, (size_t)length + 1)
                     ? vsnprintf(table->text + table->used, table->capacity - table->used, format, again)
                     : -1;
    va_end(again);
    return length;
}

/* The text behind the others becomes the next cell. */
static void end_cell(struct lrp_table *table)
{
    char *const text = table->text + table->used;
    lrp_make_printable(text, "");
    const size_t width = (size_t)lrp_text_columns(text), column = table->count++ % table->column_count;
    if (width > table->widths[column]) table->widths[column] = width;
    table->used += strlen(text) + 1;
}

static bool begin_cell(struct lrp_table *table)
{
    if (!table->failed && !table->widths) {
        table->widths = calloc(table->column_count, sizeof *table->widths);
        table->failed = !table->widths;
    }
    return !table->failed;
}

void lrp_cli_table_cell(struct lrp_table *table, const char *format, ...)
{
    va_list arguments;
    if (!begin_cell(table)) return;
    va_start(arguments, format);
    table->failed = write_cell(table, format, arguments) < 0;
    va_end(arguments);
    if (!table->failed) end_cell(table);
}

void lrp_cli_table_text(struct lrp_table *table, const char *text)
{
    const size_t size = strlen(text) + 1;
    if (!begin_cell(table)) return;
    table->failed = !make_room(table, size);
    if (table->failed) return;
    memcpy(table->text + table->used, text, size);
    end_cell(table);
}

static void append_blanks(struct lrp_text *line, size_t count)
{
    static const char blanks[] = "                                ";
    for (size_t n; count; count -= n) {
        n = count < sizeof blanks - 1 ? count : sizeof blanks - 1;
        lrp_text_append_n(line, blanks, n);
    }
}

/* A row of texts that stand one behind the other; NULL: the titles. False when out of memory. */
static bool print_row(const struct lrp_table *table, const char *cells, struct lrp_text *line, FILE *file)
{
    size_t owed = 0; /* blanks that are printed only if something follows */
    line->length = 0;
    for (size_t c = 0; c < table->column_count; c++) {
        const char *text = cells ? cells : table->columns[c].title;
        const size_t width = (size_t)lrp_text_columns(text), title = (size_t)lrp_text_columns(table->columns[c].title);
        const size_t widest = table->widths && table->widths[c] > title ? table->widths[c] : title, pad = widest - width;
        if (table->columns[c].right) owed += pad;
        if (*text) {
            append_blanks(line, owed);
            lrp_text_append(line, text);
            owed = 0;
        }
        owed += (table->columns[c].right ? 0 : pad) + 2;
        if (cells) cells += strlen(cells) + 1;
    }
    lrp_text_append(line, "\n");
    if (!line->failed) lrp_print(file, "%s", line->data);
    return !line->failed;
}

static enum lrp_status status_of(bool printed, struct lrp_error *err)
{
    return printed ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_cli_table_print(const struct lrp_table *table, FILE *file, struct lrp_error *err)
{
    struct lrp_text line = {0};
    bool fine = !table->failed && print_row(table, NULL, &line, file);
    const char *cells = table->text;
    for (size_t i = 0; fine && i + table->column_count <= table->count; i += table->column_count) {
        fine = print_row(table, cells, &line, file);
        for (size_t c = 0; c < table->column_count; c++) cells += strlen(cells) + 1;
    }
    lrp_text_free(&line);
    return status_of(fine, err);
}

/* Makes all rows, one at a time; prints them with `line`, or (NULL) only measures their cells. */
static bool make_rows(struct lrp_table *table, const struct lrp_table_rows *rows, struct lrp_text *line, FILE *file)
{
    bool fine = !table->failed;
    for (size_t i = 0; fine && i < rows->count; i++) {
        table->used = table->count = 0;
        rows->fill(table, i, rows->own);
        fine = !table->failed && (!line || !table->count || print_row(table, table->text, line, file));
    }
    return fine;
}

enum lrp_status lrp_cli_table_stream(const struct lrp_table_column *columns, size_t column_count,
                                     const struct lrp_table_rows *rows, FILE *file, struct lrp_error *err)
{
    struct lrp_table table;
    struct lrp_text line = {0};
    lrp_cli_table_init(&table, columns, column_count);
    const bool fine =
        make_rows(&table, rows, NULL, file) && print_row(&table, NULL, &line, file) && make_rows(&table, rows, &line, file);
    lrp_text_free(&line);
    lrp_cli_table_free(&table);
    return status_of(fine, err);
}

void lrp_cli_table_free(struct lrp_table *table)
{
    free(table->text);
    free(table->widths);
    *table = (struct lrp_table){.columns = table->columns, .column_count = table->column_count};
}

/* ---- messages ---- */

int lrp_cli_report_error(enum lrp_status status, const struct lrp_error *err)
{
    lrp_print_flush(stdout); /* what was said before stands before */
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
