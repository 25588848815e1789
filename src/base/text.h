/* text.h: strings: a growable one, strict number parsing, globs, nearest names. */
#ifndef LRP_BASE_TEXT_H
#define LRP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growable string. {0} is an empty one; `data` is NULL or NUL-terminated. After a failed allocation `failed` is
 * set and further calls do nothing. */
struct lrp_text {
    char *data;
    size_t length, capacity;
    bool failed;
};
void lrp_text_append(struct lrp_text *text, const char *string);
void lrp_text_append_n(struct lrp_text *text, const char *string, size_t length);
void lrp_text_printf(struct lrp_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The string ("" when empty); owned by the caller (free); resets text. NULL if an allocation failed. */
char *lrp_text_take(struct lrp_text *text);
void lrp_text_free(struct lrp_text *text);

/* The whole string must be a number as in C (no leading or trailing blanks, finite unless inf is written out);
 * locale-independent. Return false otherwise. */
bool lrp_parse_double(const char *text, double *out);
bool lrp_parse_int64(const char *text, int64_t *out);
/* As lrp_parse_double, also "1/255". */
bool lrp_parse_fraction(const char *text, double *out);
/* "2G", "512M", "64k", "1000": bytes. */
bool lrp_parse_bytes(const char *text, uint64_t *out);
/* Shortest decimal with up to 9 significant digits that reads back as the same float: "1e-06" is written "1e-6". */
char *lrp_format_float(float value, char *buffer, size_t size);

/* Shell glob over the whole name: * ? [..] [!..]; * matches '/' too. Linear time in practice, no recursion bombs. */
bool lrp_glob_match(const char *pattern, const char *name);
/* True if pattern holds one of * ? [ */
bool lrp_glob_has_magic(const char *pattern);

/* Edit distance (transpositions count one), case-insensitive, for suggestions. */
size_t lrp_edit_distance(const char *a, const char *b);
/* Picks the (at most 3) names nearest to `wanted`, each once, and appends them to out as: name, name, name. Nothing if count
 * is 0. */
void lrp_text_nearest(struct lrp_text *out, const char *wanted, const char *const *names, size_t count);

/* "HardSwish" -> "hard-swish", "MaxPool" -> "max-pool", "LRN" -> "lrn", "QLinearConv" -> "q-linear-conv". Returns buffer. */
char *lrp_kebab_case(const char *name, char *buffer, size_t size);
/* What follows the last slash of a path. */
const char *lrp_file_name(const char *path);
/* Length of the valid UTF-8 sequence at s (1..4), 0 if invalid. */
size_t lrp_utf8_length(const char *s, size_t available);

/* Whether a text as users write it is that name: by itself, or in double quotes, as a name that holds = has to be. */
bool lrp_text_names(const char *text, const char *name);

#endif
