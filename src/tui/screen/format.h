/* format.h: numbers, shapes, rules and losses as the short texts that stand in rows. */
#ifndef LRP_TUI_FORMAT_H
#define LRP_TUI_FORMAT_H

#include "app.h"

/* More than rounding of what the row took in. */
bool lrp_loss_matters(double amount, const struct lrp_ledger_row *row);
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

#endif
