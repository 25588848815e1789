/* book.h: rules beyond the table, and what stands in for a rule on layers of one type. */
#ifndef LRP_LRP_BOOK_H
#define LRP_LRP_BOOK_H

#include "rule_row.h"

/* Where in a row something is wrong; group and term count from 0, -1: the rule itself, the group itself. */
struct lrp_rule_place {
    int group, term;
    const char *key; /* "factor", "stabilizer", "strength", "name", a parameter's name; static or of the row */
};
/* An empty book; *out is owned by the caller. */
enum lrp_status lrp_rule_book_new(struct lrp_rule_book **out, struct lrp_error *err);
/* NULL is fine for both. */
const struct lrp_rule_book *lrp_rule_book_retain(const struct lrp_rule_book *book);
void lrp_rule_book_release(const struct lrp_rule_book *book);
/* A new book with everything of `book` (may be NULL) that `keep` (NULL: all) says true for: rows, and ways of a type. */
enum lrp_status lrp_rule_book_copy(const struct lrp_rule_book *book,
                                   bool (*keep)(const void *data, const struct lrp_rule_row *row), const void *data,
                                   struct lrp_rule_book **out, struct lrp_error *err);

/* Adds a rule: everything of the row is copied, `data` retained. row->custom is set; the parameters stabilizer and, where a
 * term has a bias, bias are added behind its own if they are missing. Errors: LRP_USAGE "rule NAME: ..." for a name that is
 * none or that exists already, doubled parameters, amounts that mean nothing, with the place in *where (may be NULL). On
 * failure the book is as it was. */
enum lrp_status lrp_rule_book_add(struct lrp_rule_book *book, const struct lrp_rule_row *row, struct lrp_rule_place *where,
                                  struct lrp_error *err);
/* `how` takes the place of the rule of that name (NULL: of every rule) on layers of a type, group or ONNX operator, which it
 * then fits: the original's lrp!(rule, layer). A function, or groups whose amounts speak of that rule's parameters; its name is
 * shown in messages. The one added last counts. */
enum lrp_status lrp_rule_book_override(struct lrp_rule_book *book, const char *rule, const char *type,
                                       const struct lrp_rule_row *how, struct lrp_error *err);

/* The row of that name: the table's, then the book's (may be NULL). NULL if there is none. */
const struct lrp_rule_row *lrp_rule_find(const struct lrp_rule_book *book, const char *name);
/* The book's rules; NULL past the end, or for no book. */
const struct lrp_rule_row *lrp_rule_book_row(const struct lrp_rule_book *book, size_t index);
/* What computes a rule on a layer: its own row, or what the book has instead. */
const struct lrp_rule_row *lrp_rule_book_how(const struct lrp_rule_book *book, const struct lrp_rule_row *row,
                                             const struct lrp_layer *layer);
/* Same formula, names and defaults, of two books, too. */
bool lrp_rule_row_equal(const struct lrp_rule_row *a, const struct lrp_rule_row *b);
bool lrp_rule_book_equal(const struct lrp_rule_book *a, const struct lrp_rule_book *b);

#endif
