/* json_output.h: JSON as lrpscope(1) promises it: numbers with at most 9 significant digits, NaN null. */
#ifndef LRP_CLI_JSON_OUTPUT_H
#define LRP_CLI_JSON_OUTPUT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lrpscope/error.h"
#include "lrpscope/tensor.h"

/* A document being built. A failed allocation is remembered; functions given a NULL object then do nothing. */
struct lrp_document {
    cJSON *root; /* owned */
    bool failed;
};
/* {"lrpscope": 1, "model": model}; without the model if NULL. */
void lrp_cli_json_init(struct lrp_document *document, const char *model);
void lrp_cli_json_free(struct lrp_document *document);

/* The items are added to `parent`: under `key` if it is an object, at the end if it is an array (key NULL). */
void lrp_cli_json_put_number(struct lrp_document *document, cJSON *parent, const char *key, double value);
void lrp_cli_json_put_text(struct lrp_document *document, cJSON *parent, const char *key, const char *text); /* NULL: null */
void lrp_cli_json_put_bool(struct lrp_document *document, cJSON *parent, const char *key, bool value);
void lrp_cli_json_put_null(struct lrp_document *document, cJSON *parent, const char *key);
void lrp_cli_json_put_texts(struct lrp_document *document, cJSON *parent, const char *key, const char *const *texts,
                            size_t count);
/* To an array those of the texts that are not in it yet. */
void lrp_cli_json_put_new_texts(struct lrp_document *document, cJSON *array, const char *const *texts, size_t count);
/* Unknown dimensions are null; an unknown rank is null. */
void lrp_cli_json_put_shape(struct lrp_document *document, cJSON *parent, const char *key, const struct lrp_shape *shape);
/* New empty containers, owned by the parent; NULL when out of memory. */
cJSON *lrp_cli_json_put_array(struct lrp_document *document, cJSON *parent, const char *key);
cJSON *lrp_cli_json_put_object(struct lrp_document *document, cJSON *parent, const char *key);

/* Prints it, indented, with a final newline. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_json_print(const struct lrp_document *document, FILE *file, struct lrp_error *err);
/* Writes it to a temporary file that then takes the place of `path`. Errors: LRP_FILE, LRP_MEMORY. */
enum lrp_status lrp_cli_json_write(const struct lrp_document *document, const char *path, struct lrp_error *err);

#endif
