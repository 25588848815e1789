/* pages.c: views that are lines of text: help, summary, messages; see pages.h. */
#include "pages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runes.h"

static void add(struct lrp_lines *lines, enum lrp_style style, int link, const char *text, size_t length)
{
    struct lrp_line *items = realloc(lines->items, ((size_t)lines->count + 1) * sizeof *items);
    if (!items) return;
    lines->items = items;
    char *copy = strndup(text, length);
    if (copy) items[lines->count++] = (struct lrp_line){copy, style, link};
}

void lrp_lines_add(struct lrp_lines *lines, enum lrp_style style, int link, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(lines, style, link, text, strlen(text));
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

void lrp_lines_wrap(struct lrp_lines *lines, enum lrp_style style, int width, const char *text)
{
    do {
        const size_t length = fitting(text, width > 1 ? width : 1);
        add(lines, style, -1, text, length);
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

/* What an action does, behind its name or, where that would be cut off, below it. */
static void help_line(struct lrp_lines *lines, int width, const char *keys, const char *name, const char *text)
{
    const int pad = 12 - lrp_text_columns(keys);
    struct lrp_lines broken = {0};
    if (width >= 60) {
        lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "  %s%*s  %-20s %s", keys, pad > 0 ? pad : 0, "", name, text);
        return;
    }
    lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, "%s  %s", keys, name);
    lrp_lines_wrap(&broken, LRP_STYLE_DIM, width - 4, text);
    for (int i = 0; i < broken.count; i++) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "    %s", broken.items[i].text);
    lrp_lines_free(&broken);
}

static void help(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    for (int group = 0; group < LRP_GROUP_COUNT; group++) {
        if (group) lrp_lines_add(lines, LRP_STYLE_NORMAL, -1, " ");
        lrp_lines_add(lines, LRP_STYLE_COLUMN, -1, "%s", lrp_action_group_text((enum lrp_action_group)group));
        for (int i = 0; i < LRP_ACTION_COUNT; i++) {
            const struct lrp_action_row *row = lrp_action_at((enum lrp_action)i);
            char keys[64], name[64];
            if ((int)row->group != group) continue;
            lrp_keymap_text(&app->keymap, (enum lrp_action)i, false, keys, sizeof keys);
            if (!*keys) snprintf(keys, sizeof keys, ":");
            const char *argument = lrp_action_argument_of((enum lrp_action)i)->text;
            snprintf(name, sizeof name, "%s%s%s%s", row->name, argument ? " [" : "", argument ? argument : "",
                     argument ? "]" : "");
            help_line(lines, width, keys, name, row->help);
        }
    }
}

static void messages(const struct lrp_app *app, int width, struct lrp_lines *lines)
{
    for (size_t i = 0; i < app->messages.count; i++)
        lrp_lines_wrap(lines, app->messages.items[i].error ? LRP_STYLE_BAD : LRP_STYLE_NORMAL, width,
                       app->messages.items[i].text);
    if (app->messages.count == 0) lrp_lines_add(lines, LRP_STYLE_DIM, -1, "no messages");
}

void lrp_page_lines(const struct lrp_app *app, enum lrp_view view, int width, struct lrp_lines *lines)
{
    if (view == LRP_VIEW_HELP)
        help(app, width, lines);
    else if (view == LRP_VIEW_MESSAGES)
        messages(app, width, lines);
    else if (view == LRP_VIEW_SUMMARY)
        lrp_summary_lines(app, lines);
}

int lrp_page_count(const struct lrp_app *app, enum lrp_view view, int width)
{
    struct lrp_lines lines = {0};
    lrp_page_lines(app, view, width, &lines);
    const int count = lines.count;
    lrp_lines_free(&lines);
    return count;
}
