/* lines.c: text as lines, see lines.h. */
#include "lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runes.h"

static void append_segment(struct lrp_lines *lines, int style, int link, const char *text, size_t length)
{
    struct lrp_line *items = realloc(lines->items, ((size_t)lines->count + 1) * sizeof *items);
    if (!items) return;
    lines->items = items;
    char *copy = strndup(text, length);
    if (copy) items[lines->count++] = (struct lrp_line){copy, style, link};
}

void lrp_lines_add(struct lrp_lines *lines, int style, int link, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    append_segment(lines, style, link, text, strlen(text));
}

/* Bytes of the longest start of `text` that fits: up to a line break, a blank, or, if one word is too long, inside it. */
static size_t fitting(const char *text, int width)
{
    const char *at = text;
    size_t blank = 0;
    for (int columns = 0; *at && *at != '\n';) {
        const char *before = at;
        const uint32_t rune = lrp_rune_next(&at);
        columns += lrp_rune_width(rune);
        if (columns > width) return blank ? blank : before > text ? (size_t)(before - text) : (size_t)(at - text);
        if (rune == ' ') blank = (size_t)(before - text);
    }
    return (size_t)(at - text);
}

void lrp_lines_wrap(struct lrp_lines *lines, int style, int width, const char *text)
{
    do {
        const size_t length = fitting(text, width > 1 ? width : 1);
        append_segment(lines, style, -1, text, length);
        text += length;
        if (*text == ' ' || *text == '\n') text++;
    } while (*text);
}

void lrp_lines_free(struct lrp_lines *lines)
{
    for (int i = 0; i < lines->count; i++) free(lines->items[i].text);
    free(lines->items);
    *lines = (struct lrp_lines){0};
}
