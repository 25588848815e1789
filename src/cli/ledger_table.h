/* ledger_table.h: the conservation ledger as a table and as JSON, summed over passes. */
#ifndef LRP_CLI_LEDGER_TABLE_H
#define LRP_CLI_LEDGER_TABLE_H

#include "lrpscope/session.h"

#include "json_output.h"

/* {0}: nothing yet. */
struct lrp_ledger_sums {
    struct lrp_ledger_row *rows;  /* by layer; owned */
    size_t count, further_inputs; /* as the ledger's */
    struct lrp_ledger_row total;
};
/* Adds a pass. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_ledger_add(struct lrp_ledger_sums *sums, const struct lrp_ledger *ledger, struct lrp_error *err);
void lrp_cli_ledger_free(struct lrp_ledger_sums *sums);
/* A row a layer, then one for the whole. */
enum lrp_status lrp_cli_ledger_print(const struct lrp_ledger_sums *sums, const struct lrp_snapshot *snapshot,
                                     struct lrp_error *err);
/* Puts the array `key` of {index, name, in, out, causes{}, flags[]}. */
void lrp_cli_ledger_put_rows(struct lrp_document *document, const char *key, const struct lrp_ledger_sums *sums,
                             const struct lrp_snapshot *snapshot);
/* Puts "inputs" where there are several, of what arrives at each of the model's: {index, name, type, in, out, causes{},
 * flags[]}. */
void lrp_cli_ledger_put_inputs(struct lrp_document *document, const struct lrp_ledger_sums *sums,
                               const struct lrp_snapshot *snapshot);
/* Puts {in, out, causes{}, flags[]} of the whole. */
void lrp_cli_ledger_put_total(struct lrp_document *document, const char *key, const struct lrp_ledger_sums *sums);

#endif
