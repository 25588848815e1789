/* identity.h: what results depend on, as JSON: whether those of an earlier run can be gone on with. */
#ifndef LRP_CLI_IDENTITY_H
#define LRP_CLI_IDENTITY_H

#include <cJSON.h>
#include <stdint.h>

#include "lrpscope/model.h"

#include "arguments.h"
#include "json_output.h"

/* Of all files of the model, beginning with what *hash is. Errors: LRP_FILE. */
enum lrp_status lrp_cli_hash_model(const struct lrp_model *model, uint64_t *hash, struct lrp_error *err);
/* "model_hash": of all files of the model. Errors: LRP_FILE. */
enum lrp_status lrp_cli_put_model_hash(struct lrp_document *document, const struct lrp_model *model, struct lrp_error *err);
/* A hash under a key, as text. */
void lrp_cli_put_hash(struct lrp_document *document, const char *key, uint64_t hash);
/* "settings": all that numbers depend on. */
void lrp_cli_put_settings(struct lrp_document *document, const struct lrp_arguments *arguments);
/* Whether two objects have the same under a key, as it is printed: a number that was read is not held as one that is written.
 */
bool lrp_cli_same_item(const cJSON *a, const cJSON *b, const char *key);

#endif
