/* run_values.h: outputs of run that are no tensor with elements: sequences, optional values that are not there, empty ones. */
#ifndef LRP_CLI_RUN_VALUES_H
#define LRP_CLI_RUN_VALUES_H

#include "lrpscope/tensor.h"

#include "json_output.h"

/* What a value is called in JSON: "sequence", "optional", "empty"; NULL: it is a tensor like others. Static. */
const char *lrp_run_kind(const struct lrp_tensor *value);
/* Prints such a value under its name: what it is, and of a sequence up to `top` elements of every item, as they stand there. */
enum lrp_status lrp_run_print(const struct lrp_tensor *value, const char *name, size_t top, struct lrp_error *err);
/* The same in an object: "kind"; "shape" of what is empty; "items" of a sequence: {index, kind, shape, values[]}. */
void lrp_run_put(const struct lrp_tensor *value, size_t top, struct lrp_document *document, cJSON *object);

#endif
