/* table.h: aligned tables, and messages on stderr. */
#ifndef LRP_CLI_TABLE_H
#define LRP_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lrpscope/error.h"

#include "printable.h"

struct lrp_table_column {
    const char *title;
    bool right; /* numbers stand to the right */
};
/* Cells are added row by row; a failed allocation is remembered and told by lrp_cli_table_print. */
struct lrp_table {
    const struct lrp_table_column *columns; /* borrowed */
    size_t column_count;
    char *text;            /* of all cells, one behind the other, each with its NUL; owned */
    size_t used, capacity; /* bytes of it */
    size_t count, *widths; /* of cells; by column, of its widest cell so far (owned) */
    bool failed;
};
void lrp_cli_table_init(struct lrp_table *table, const struct lrp_table_column *columns, size_t column_count);
/* Adds the next cell, made printable. */
void lrp_cli_table_cell(struct lrp_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of a text as it is. */
void lrp_cli_table_text(struct lrp_table *table, const char *text);
/* Prints title line and rows, two blanks between columns, no blanks at line ends. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_table_print(const struct lrp_table *table, FILE *file, struct lrp_error *err);
void lrp_cli_table_free(struct lrp_table *table);
/* The rows of a table that is too long to be held: `fill` adds the cells of one of them, or none and leaves it out. It is
 * called twice for each, to measure and to print: it must say the same both times. */
struct lrp_table_rows {
    size_t count;
    void (*fill)(struct lrp_table *table, size_t row, const void *own);
    const void *own; /* handed to fill */
};
/* Prints such a table. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_table_stream(const struct lrp_table_column *columns, size_t column_count,
                                     const struct lrp_table_rows *rows, FILE *file, struct lrp_error *err);

/* Prints "lrpscope: message" on stderr, one line; returns the status's exit code. */
int lrp_cli_report_error(enum lrp_status status, const struct lrp_error *err);
/* Each line of the text as a warning of its own. NULL is fine. */
void lrp_cli_warn_lines(const char *lines);
/* A line on stderr that is no warning; control characters become '?'. */
void lrp_cli_note(const char *line);

/* A number for people: up to 6 digits; "nan" and "inf" as they are. Returns buffer. */
char *lrp_cli_number(double value, char *buffer, size_t size);
/* "12.3 MiB". Returns buffer. */
char *lrp_cli_bytes(double bytes, char *buffer, size_t size);

#endif
