/* batch_results.h: MODEL as a folder of results: the batch's model and settings. */
#ifndef LRP_CLI_BATCH_RESULTS_H
#define LRP_CLI_BATCH_RESULTS_H

#include "arguments.h"
#include "lrpscope/session.h"

/* If MODEL is a folder with the results of a batch: arguments->results becomes the folder, arguments->model the batch's model.
 * Commands that do not open results: LRP_USAGE. Errors: LRP_FILE. */
enum lrp_status lrp_cli_results_open(struct lrp_arguments *arguments, struct lrp_error *err);
/* The file of the batch's settings in such a folder. Owned; NULL: not enough memory. */
char *lrp_cli_results_rules(const char *folder);
/* Says in `note` (at most `size` bytes, "" if all is well) that the model is no longer the one the batch was made with. */
void lrp_cli_results_compare(const char *folder, const struct lrp_model *model, char *note, size_t size);
/* The table of samples, or JSON. */
enum lrp_status lrp_cli_results_print(const struct lrp_arguments *arguments, struct lrp_error *err);

#endif
