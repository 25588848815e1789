/* json.c: JSON files over cJSON. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "output.h"
#include "printable.h"
#include "runes.h"
#include "text.h"

#define MOST_NESTED 64
#define LARGEST_INTEGER 0x1p53 /* beyond it a double skips some */

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (const char *p = text; p < at; p++) line += *p == '\n';
    return line;
}

/* Where nesting exceeds the limit, or NULL. cJSON recurses, so this is asked first. */
static const char *too_deep(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > MOST_NESTED)
            return text + i;
        else if (!quoted && (c == ']' || c == '}'))
            depth--;
    }
    return NULL;
}

static const char *skip_blanks(const char *from, const char *end)
{
    while (from < end && (*from == ' ' || *from == '\t' || *from == '\n' || *from == '\r')) from++;
    return from;
}

#define ZERO "\\u0000"

/* C0 80 in the place of the escape \u0000. */
static void keep_zeros(const char *text, size_t length, struct lrp_text *out)
{
    const char *done = text, *const end = text + length;
    for (const char *at = text; at < end; at++) {
        if (*at != '\\') continue;
        if (end - at >= (ptrdiff_t)strlen(ZERO) && memcmp(at, ZERO, strlen(ZERO)) == 0) {
            lrp_text_append_n(out, done, (size_t)(at - done));
            lrp_text_append(out, "\xC0\x80");
            done = at + strlen(ZERO);
        }
        at++; /* what is escaped */
    }
    lrp_text_append_n(out, done, (size_t)(end - done));
}

static enum lrp_status parse_text(const char *text, size_t length, cJSON **out, struct lrp_error *err)
{
    if (skip_blanks(text, text + length) == text + length) return lrp_fail(err, LRP_FILE, "line 1: no JSON in it");
    const char *deep = too_deep(text, length);
    if (deep) return lrp_fail(err, LRP_FILE, "line %d: nested more than %d deep", line_of(text, deep), MOST_NESTED);
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, length, &end, 0);
    if (!end || end > text + length) end = text + length;
    if (json) end = skip_blanks(end, text + length);
    if (json && end == text + length) {
        *out = json;
        return LRP_OK;
    }
    const char *what = json ? "something follows the end of the JSON" : "not valid JSON";
    cJSON_Delete(json);
    return lrp_fail(err, LRP_FILE, "line %d: %s", line_of(text, end), what);
}

enum lrp_status lrp_json_parse(const char *text, size_t length, cJSON **out, struct lrp_error *err)
{
    struct lrp_text kept = {0};
    *out = NULL;
    if (!memmem(text, length, ZERO, strlen(ZERO))) return parse_text(text, length, out, err);
    keep_zeros(text, length, &kept);
    const enum lrp_status status =
        kept.failed ? lrp_fail(err, LRP_MEMORY, "not enough memory") : parse_text(kept.data, kept.length, out, err);
    lrp_text_free(&kept);
    return status;
}

static enum lrp_status parse_and_close(const char *path, struct lrp_mapping *file, cJSON **out, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    if (file->size > LRP_JSON_LARGEST)
        status = lrp_fail(err, LRP_FILE, "%s: %zu bytes are too many for a JSON file (at most %zu)", path, file->size,
                          LRP_JSON_LARGEST);
    else if (lrp_json_parse((const char *)file->data, file->size, out, err) != LRP_OK)
        status = lrp_fail_context(err, LRP_FILE, "%s", path);
    lrp_mapping_close(file);
    return status;
}

enum lrp_status lrp_json_read(const char *path, cJSON **out, struct lrp_error *err)
{
    struct lrp_mapping file;
    *out = NULL;
    const enum lrp_status status = lrp_mapping_open(path, &file, err);
    return status ? status : parse_and_close(path, &file, out, err);
}

enum lrp_status lrp_json_read_found(const char *path, cJSON **out, struct lrp_error *err)
{
    struct lrp_mapping file;
    *out = NULL;
    const enum lrp_status status = lrp_mapping_open_found(path, LRP_JSON_LARGEST, &file, err);
    return status ? status : parse_and_close(path, &file, out, err);
}

/* What may not be printed stands in strings only (between them cJSON writes blanks and line feeds), where it is escaped; bytes
 * that are no UTF-8 become U+FFFD. */
static char *escape(const char *text)
{
    struct lrp_text out = {0};
    const char *done = text;
    for (const char *in = text, *next = text; *in; in = next) {
        const uint32_t rune = lrp_rune_next(&next);
        if (rune != LRP_RUNE_BAD && (lrp_is_printable(rune) || rune == '\n' || rune == '\t')) continue;
        lrp_text_append_n(&out, done, (size_t)(in - done));
        lrp_text_printf(&out, "\\u%04x", (unsigned)rune);
        done = next;
    }
    lrp_text_append(&out, done);
    return lrp_text_take(&out);
}

char *lrp_json_print(const cJSON *json, bool indented)
{
    char *raw = indented ? cJSON_Print(json) : cJSON_PrintUnformatted(json);
    char *text = raw ? escape(raw) : NULL;
    cJSON_free(raw);
    return text;
}

enum lrp_status lrp_json_write(const char *path, const cJSON *json, struct lrp_error *err)
{
    char *text = lrp_json_print(json, true);
    struct lrp_output out;
    if (!text) return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    enum lrp_status status = lrp_output_open(path, &out, err);
    if (!status) {
        fputs(text, out.file);
        fputc('\n', out.file);
        status = lrp_output_commit(&out, err);
    }
    free(text);
    return status;
}

char *lrp_json_number_text(double value, char *buffer, size_t size)
{
    if (!isfinite(value))
        snprintf(buffer, size, "null");
    else if (fabs(value) <= LARGEST_INTEGER && value == trunc(value))
        snprintf(buffer, size, "%lld", (long long)value);
    else if ((double)(float)value == value)
        lrp_format_float((float)value, buffer, size);
    else {
        double back = 0;
        for (int digits = 1; digits <= 9 && back != value; digits++) {
            snprintf(buffer, size, "%.*g", digits, value);
            for (char *p = buffer; *p; p++)
                if (*p == ',') /* the decimal point of some locales */
                    *p = '.';
            if (!lrp_parse_double(buffer, &back)) break;
        }
    }
    return buffer;
}

cJSON *lrp_json_number(double value)
{
    char text[40];
    return cJSON_CreateRaw(lrp_json_number_text(value, text, sizeof text));
}

bool lrp_json_add_number(cJSON *object, const char *key, double value)
{
    cJSON *item = lrp_json_number(value);
    if (item && cJSON_AddItemToObject(object, key, item)) return true;
    cJSON_Delete(item);
    return false;
}

bool lrp_json_append_number(cJSON *array, double value)
{
    cJSON *item = lrp_json_number(value);
    if (item && cJSON_AddItemToArray(array, item)) return true;
    cJSON_Delete(item);
    return false;
}

bool lrp_json_is_int(const cJSON *item, int64_t *out)
{
    const double value = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    if (!(fabs(value) <= LARGEST_INTEGER) || value != trunc(value)) return false;
    *out = (int64_t)value;
    return true;
}

/* The item; *status is OK if it is of the kind wanted or missing. */
static const cJSON *get(const cJSON *object, const char *key, cJSON_bool (*is)(const cJSON *const), const char *kind,
                        enum lrp_status *status, struct lrp_error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    *status = !item || is(item) ? LRP_OK : lrp_fail(err, LRP_FILE, "\"%s\" must be %s", key, kind);
    return !*status ? item : NULL;
}

enum lrp_status lrp_json_get_string(const cJSON *object, const char *key, const char **out, struct lrp_error *err)
{
    enum lrp_status status;
    const cJSON *item = get(object, key, cJSON_IsString, "a string", &status, err);
    if (item) *out = item->valuestring;
    return status;
}

enum lrp_status lrp_json_get_double(const cJSON *object, const char *key, double *out, struct lrp_error *err)
{
    enum lrp_status status;
    const cJSON *item = get(object, key, cJSON_IsNumber, "a number", &status, err);
    if (item) *out = item->valuedouble;
    return status;
}

static cJSON_bool is_int(const cJSON *const item)
{
    int64_t ignored;
    return lrp_json_is_int(item, &ignored);
}

enum lrp_status lrp_json_get_int(const cJSON *object, const char *key, int64_t *out, struct lrp_error *err)
{
    enum lrp_status status;
    const cJSON *item = get(object, key, is_int, "a whole number", &status, err);
    if (item) lrp_json_is_int(item, out);
    return status;
}

enum lrp_status lrp_json_get_bool(const cJSON *object, const char *key, bool *out, struct lrp_error *err)
{
    enum lrp_status status;
    const cJSON *item = get(object, key, cJSON_IsBool, "true or false", &status, err);
    if (item) *out = cJSON_IsTrue(item);
    return status;
}

enum lrp_status lrp_json_get_array(const cJSON *object, const char *key, const cJSON **out, struct lrp_error *err)
{
    enum lrp_status status;
    const cJSON *item = get(object, key, cJSON_IsArray, "an array", &status, err);
    if (item) *out = item;
    return status;
}

enum lrp_status lrp_json_get_object(const cJSON *object, const char *key, const cJSON **out, struct lrp_error *err)
{
    enum lrp_status status;
    const cJSON *item = get(object, key, cJSON_IsObject, "an object", &status, err);
    if (item) *out = item;
    return status;
}
