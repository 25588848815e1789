/* ledger_book.h: a ledger while it is made. */
#ifndef LRP_LRP_LEDGER_BOOK_H
#define LRP_LRP_LEDGER_BOOK_H

#include "ledger.h"

struct lrp_ledger_sums_of {
    double sum, size, largest; /* of finite numbers: their sum, and that of their absolute values */
    size_t nan;
};
/* Adds a tensor's, also of a sequence; NULL: nothing. */
void lrp_ledger_sum_up(const struct lrp_tensor *tensor, struct lrp_ledger_sums_of *sums);

struct lrp_ledger_book {
    const struct lrp_propagation *p;
    const struct lrp_tensor *const *relevance;
    const struct lrp_tensor **gradient; /* of input times gradient, whose relevance is no gradient; else NULL */
    struct lrp_ledger *ledger;
    const struct lrp_concept_values *at; /* conditions; NULL: none */
    bool round, restarts;                /* what goes round the nearest is lost; these begin anew with what channels hold */
    double *arrived;                     /* by value that has one: what its consumers gave */
};

/* ---- conditions ---- */

/* What conditions change; *at is the caller's to free, as book->arrived is, whatever comes of it. Errors: LRP_MEMORY. */
enum lrp_status lrp_ledger_open_conditions(struct lrp_ledger_book *book, const struct lrp_concepts *concepts,
                                           struct lrp_concept_values *at, struct lrp_error *err);
/* Whether a node gives what is lost to an input: a value before the conditions, without having passed one. */
bool lrp_ledger_goes_round(const struct lrp_ledger_book *book, const struct lrp_node *node, int input);
/* What a node has given to values with conditions. */
void lrp_ledger_note_arrivals(const struct lrp_ledger_book *book, const struct lrp_node *node, struct lrp_tensor *const *given);
/* What arrives at a node's outputs with conditions is more than what they let through, which alone is known as relevance. */
void lrp_ledger_book_conditions(const struct lrp_ledger_book *book, int node);

#endif
