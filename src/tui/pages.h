/* pages.h: views that are lines of text: help, summary, messages, the details of a layer, the guidance of the check. */
#ifndef LRP_TUI_PAGES_H
#define LRP_TUI_PAGES_H

#include "app.h"

struct lrp_line {
    char *text; /* owned */
    enum lrp_style style;
    int link; /* layer the line leads to, or -1 */
};
struct lrp_lines {
    struct lrp_line *items; /* owned */
    int count;
};
/* Lost lines (out of memory) are left out. */
void lrp_lines_add(struct lrp_lines *lines, enum lrp_style style, int link, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Words broken at `width` columns, a line per line of the text. */
void lrp_lines_wrap(struct lrp_lines *lines, enum lrp_style style, int width, const char *text);
void lrp_lines_free(struct lrp_lines *lines);

void lrp_summary_lines(const struct lrp_app *app, struct lrp_lines *lines);
void lrp_page_lines(const struct lrp_app *app, enum lrp_view view, int width, struct lrp_lines *lines);
int lrp_page_count(const struct lrp_app *app, enum lrp_view view, int width);
/* Which keys do what a failing row's remedy says, for lrp_app_hint. */
const char *lrp_remedy_keys(const struct lrp_check_row *row);
/* What registering a layer's type, or its activation, as supported makes of its relevance (semantics.md section 3). */
const char *lrp_registration_text(const struct lrp_layer *layer, bool activation);
/* For a row that fails: a line for everything that could be registered, and what that would lead to. */
void lrp_prospect_lines(const struct lrp_check_row *row, int width, struct lrp_lines *lines);
void lrp_details_lines(const struct lrp_app *app, int width, struct lrp_lines *lines);

/* "bias 0.120, stabilizer 3.1e-7": what matters, the most first; and the flags' names. Each returns out. */
char *lrp_causes_text(const struct lrp_ledger_row *row, char *out, size_t size);
char *lrp_flags_text(const struct lrp_ledger_row *row, char *out, size_t size);

/* Short texts of numbers. Each returns buffer. */
char *lrp_count_text(int64_t count, char *buffer, size_t size);            /* 138.4M */
char *lrp_value_text(double value, char *buffer, size_t size);             /* 0.981 */
char *lrp_value_fit(double value, int columns, char *buffer, size_t size); /* the same with fewer digits where it is too long */
/* Without the first axis where it is the batch (-1: of unknown size). */
char *lrp_shape_cell(const struct lrp_layer *layer, int64_t batch, bool ascii, char *buffer, size_t size);
/* The rule column: "zero (fallback)", "flat*" where the user gave it. */
char *lrp_rule_cell(const struct lrp_app *app, int layer, char *buffer, size_t size);
const char *lrp_check_cell(const struct lrp_app *app, int layer);
const char *lrp_file_name(const char *path);

#endif
