/* text.c: the growable string, UTF-8 and names of types. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` bytes and the final NUL. */
static bool reserve_text(struct lrp_text *text, size_t more)
{
    if (text->failed) return false;
    size_t needed;
    if (__builtin_add_overflow(text->length, more, &needed) || needed > SIZE_MAX / 4) {
        text->failed = true;
        return false;
    }
    if (text->data && needed < text->capacity) return true;
    const size_t capacity = needed < 32 ? 64 : needed * 2;
    char *data = realloc(text->data, capacity);
    if (!data) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void lrp_text_append_n(struct lrp_text *text, const char *string, size_t length)
{
    if (!reserve_text(text, length)) return;
    if (length) memcpy(text->data + text->length, string, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void lrp_text_append(struct lrp_text *text, const char *string)
{
    lrp_text_append_n(text, string, strlen(string));
}

void lrp_text_printf(struct lrp_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->failed = true;
        return;
    }
    if (!reserve_text(text, (size_t)length)) return;
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

char *lrp_text_take(struct lrp_text *text)
{
    if (!text->failed && !text->data) lrp_text_append_n(text, "", 0);
    char *data = text->data;
    if (text->failed) {
        free(data);
        data = NULL;
    }
    *text = (struct lrp_text){0};
    return data;
}

void lrp_text_free(struct lrp_text *text)
{
    free(text->data);
    *text = (struct lrp_text){0};
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

char *lrp_kebab_case(const char *name, char *buffer, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; name[i] && used + 2 < size; i++) {
        const char c = name[i], before = i ? name[i - 1] : '\0';
        /* a word begins where a small letter ends, or with the last capital of a row: Q|Linear|Conv */
        if (is_upper(c) && (is_lower(before) || (is_upper(before) && is_lower(name[i + 1])))) buffer[used++] = '-';
        if (strncmp(name + i, "NaN", 3) == 0 && used + 4 < size) { /* a word whatever its letters */
            used += (size_t)snprintf(buffer + used, size - used, "na");
            i += 2;
        }
        buffer[used++] = name[i] == '_' ? '-' : is_upper(name[i]) ? (char)(name[i] - 'A' + 'a') : name[i];
    }
    if (size) buffer[used] = '\0';
    return buffer;
}

size_t lrp_utf8_length(const char *s, size_t available)
{
    const unsigned char *u = (const unsigned char *)s;
    if (available == 0) return 0;
    if (u[0] < 0x80) return 1;
    const size_t n = u[0] >= 0xC2 && u[0] < 0xE0 ? 2 : (u[0] & 0xF0) == 0xE0 ? 3 : u[0] >= 0xF0 && u[0] < 0xF5 ? 4 : 0;
    if (n == 0 || n > available) return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xC0) != 0x80) return 0;
    const bool too_long = (u[0] == 0xE0 && u[1] < 0xA0) || (u[0] == 0xF0 && u[1] < 0x90);
    const bool no_character = (u[0] == 0xED && u[1] >= 0xA0) || (u[0] == 0xF4 && u[1] >= 0x90);
    return too_long || no_character ? 0 : n;
}

const char *lrp_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool lrp_text_names(const char *text, const char *name)
{
    const size_t length = strlen(name);
    return strcmp(text, name) == 0 ||
           (text[0] == '"' && strncmp(text + 1, name, length) == 0 && strcmp(text + 1 + length, "\"") == 0);
}
