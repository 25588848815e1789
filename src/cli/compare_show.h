/* compare_show.h: what was found between two models, and how it is told. */
#ifndef LRP_CLI_COMPARE_SHOW_H
#define LRP_CLI_COMPARE_SHOW_H

#include "arguments.h"
#include "lrpscope/session.h"

struct lrp_layer_change {
    char *what, *before, *after; /* owned */
};
/* Two layers that answer to one another, or one that is in one model alone. Numbers are NaN where nothing could be compared. */
struct lrp_layer_pair {
    int a, b;                         /* rows; -1: there is none */
    struct lrp_layer_change *changes; /* owned */
    size_t change_count;
    double weights, activation; /* largest difference against the largest value of a */
    double correlation;         /* of relevance, the least of all samples */
    bool differ;
};
struct lrp_model_differences {
    const struct lrp_arguments *arguments; /* borrowed */
    double tolerance;
    struct lrp_layer_pair *pairs; /* in the order of a, those of b alone where they stand there; owned */
    size_t count;
    bool ran;      /* there were inputs: numbers decide */
    double output; /* of the explained output, like an activation */
    bool differ;
    int first; /* the first pair that differs; -1: none, or the output alone */
};

/* with[i]: the row of b that answers to row i of a. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_pairs_make(struct lrp_model_differences *found, const int *with, size_t count_a, size_t count_b,
                                   struct lrp_error *err);
void lrp_cli_pairs_free(struct lrp_model_differences *found);
/* False when out of memory. */
bool lrp_cli_pair_note(struct lrp_layer_pair *pair, const char *what, const char *before, const char *after);
/* Decides what differs: with inputs, activations beyond the tolerance; without, what is in one model alone, written in another
 * way, or has weights beyond the tolerance. */
void lrp_cli_pairs_judge(struct lrp_model_differences *found);
/* As a table, or as JSON. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_differences_show(const struct lrp_model_differences *found, const struct lrp_snapshot *a,
                                         const struct lrp_snapshot *b, struct lrp_error *err);

#endif
