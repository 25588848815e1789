/* json_place.c: where an item of a JSON document stands in its text; cJSON does not keep that. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "mapping.h"

/* Items that come before `item` in the text: itself is the n-th value. False if it is not in there. */
static bool count_before(const cJSON *root, const cJSON *item, size_t *count)
{
    if (root == item) return true;
    ++*count;
    for (const cJSON *child = root->child; child; child = child->next)
        if (count_before(child, item, count)) return true;
    return false;
}

/* Behind the string that begins at p. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\' && p + 1 < end) p++;
    return p < end ? p + 1 : end;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    return p;
}

/* Where the n-th value (from 0) of a valid document begins; NULL behind the last. */
static const char *find_value(const char *text, const char *end, size_t n)
{
    const char *p = text;
    while ((p = skip_blanks(p, end)) < end) {
        const char *start = p;
        bool value = true;
        if (*p == '"') {
            p = skip_string(p, end);
            const char *next = skip_blanks(p, end);
            value = next == end || *next != ':'; /* else it is a key */
        } else if (strchr("{[", *p)) {
            p++;
        } else if (strchr("}],:", *p)) {
            p++;
            value = false;
        } else {
            while (p < end && !strchr("{}[],: \t\r\n", *p)) p++;
        }
        if (value && n-- == 0) return start;
    }
    return NULL;
}

bool lrp_json_find(const char *text, size_t length, const cJSON *root, const cJSON *item, int *line, int *column)
{
    size_t n = 0;
    const char *at = item && count_before(root, item, &n) ? find_value(text, text + length, n) : NULL;
    if (!at) return false;
    *line = *column = 1;
    for (const char *p = text; p < at; p++) {
        if (((unsigned char)*p & 0xC0) != 0x80) /* a character, not a further byte of one */
            ++*column;
        if (*p == '\n') {
            ++*line;
            *column = 1;
        }
    }
    return true;
}

char *lrp_json_place(const char *path, const cJSON *root, const cJSON *item, char *buffer, size_t size)
{
    struct lrp_mapping file;
    int line, column;
    snprintf(buffer, size, "%s", path);
    if (lrp_mapping_open_found(path, LRP_JSON_LARGEST, &file, NULL) != LRP_OK) return buffer;
    if (lrp_json_find((const char *)file.data, file.size, root, item, &line, &column))
        snprintf(buffer, size, "%s:%d:%d", path, line, column);
    lrp_mapping_close(&file);
    return buffer;
}
