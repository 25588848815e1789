/* json.h: JSON files: read with limits, written atomically, numbers with 9 significant digits. */
#ifndef LRP_BASE_JSON_H
#define LRP_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"

/* Parses text (need not be NUL-terminated). *out is owned by the caller (cJSON_Delete). Files may nest 64 deep. A C string
 * would end at U+0000: it becomes C0 80. Errors: LRP_FILE, "line N: ...", without a file's name. */
enum lrp_status lrp_json_parse(const char *text, size_t length, cJSON **out, struct lrp_error *err);
/* The same from a file of at most 64 MiB; errors name path and line. */
#define LRP_JSON_LARGEST ((size_t)64 << 20)
enum lrp_status lrp_json_read(const char *path, cJSON **out, struct lrp_error *err);
/* The same of a file that no option names: never waits (lrp_mapping_open_found). */
enum lrp_status lrp_json_read_found(const char *path, cJSON **out, struct lrp_error *err);
/* Line and column (in characters, both from 1) at which `item` begins in the text that `root` was parsed from. False if it is
 * not in there. */
bool lrp_json_find(const char *text, size_t length, const cJSON *root, const cJSON *item, int *line, int *column);
/* "PATH:12:5" for an item of a document read from that file, or just PATH where that cannot be said. Returns buffer. */
char *lrp_json_place(const char *path, const cJSON *root, const cJSON *item, char *buffer, size_t size);
/* The document's text, in which everything that a terminal might obey is escaped; owned by the caller (free), NULL when out of
 * memory. */
char *lrp_json_print(const cJSON *json, bool indented);
/* Writes it atomically, indented, with a final newline. */
enum lrp_status lrp_json_write(const char *path, const cJSON *json, struct lrp_error *err);

/* The text of a number: whole numbers up to 2^53 exactly, others with at most 9 significant digits; NaN and infinity are
 * "null". */
char *lrp_json_number_text(double value, char *buffer, size_t size);
/* A new number item, owned by the caller; NULL when out of memory. */
cJSON *lrp_json_number(double value);
/* Return false when out of memory. */
bool lrp_json_add_number(cJSON *object, const char *key, double value);
bool lrp_json_append_number(cJSON *array, double value);

/* Typed getters: a key that is missing leaves *out as it is (put the default there first) and is no error; a value of another
 * type is LRP_FILE: "key" must be a string. Strings are borrowed from `object`. */
enum lrp_status lrp_json_get_string(const cJSON *object, const char *key, const char **out, struct lrp_error *err);
enum lrp_status lrp_json_get_double(const cJSON *object, const char *key, double *out, struct lrp_error *err);
/* A whole number up to 2^53. */
enum lrp_status lrp_json_get_int(const cJSON *object, const char *key, int64_t *out, struct lrp_error *err);
enum lrp_status lrp_json_get_bool(const cJSON *object, const char *key, bool *out, struct lrp_error *err);
/* An array, an object. Borrowed. */
enum lrp_status lrp_json_get_array(const cJSON *object, const char *key, const cJSON **out, struct lrp_error *err);
enum lrp_status lrp_json_get_object(const cJSON *object, const char *key, const cJSON **out, struct lrp_error *err);
/* True if the item is a whole number up to 2^53, which is then in *out. */
bool lrp_json_is_int(const cJSON *item, int64_t *out);

#endif
