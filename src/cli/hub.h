/* hub.h: models in folders as hubs lay them out, and what lies beside a model. */
#ifndef LRP_CLI_HUB_H
#define LRP_CLI_HUB_H

#include "arguments.h"

/* If MODEL is a folder, or hub:ORG/NAME[@REV] in the local cache of Hugging Face: arguments->model becomes the model in it,
 * arguments->hub the folder. Errors: LRP_FILE (no model, several, not in the cache), LRP_USAGE (hub:ORG/NAME misspelt). */
enum lrp_status lrp_cli_hub_open(struct lrp_arguments *arguments, struct lrp_error *err);
/* When all options are read: what the folder says of pictures and labels holds where no option does, and is named; beside a
 * plain model it is only pointed at (arguments->hub_note). */
enum lrp_status lrp_cli_hub_settle(struct lrp_arguments *arguments, struct lrp_error *err);

#endif
