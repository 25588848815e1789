/* split.c: taking "name(a,b=c,[1;2],f(x,y))" apart. */
#include "split.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *lrp_trim(char *s)
{
    while (isspace((unsigned char)*s)) s++;
    char *end = s + strlen(s);
    while (end > s && isspace((unsigned char)end[-1])) *--end = '\0';
    return s;
}

/* The end of what begins with a quote: the closing one, or the end of the text. */
static char *skip_quoted(char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1]) p++;
    return p;
}

/* Cuts the text between the outer brackets at top-level commas. */
static enum lrp_status cut(char *inside, size_t lead, struct lrp_call_text *out, struct lrp_error *err)
{
    int depth = 0;
    char *start = inside;
    for (char *p = inside;; p++) {
        if (*p == '"') p = skip_quoted(p);
        if (*p == '(' || *p == '[') depth++;
        if (*p == ')' || *p == ']') depth--;
        if (depth < 0) break;
        bool end = *p == '\0';
        if (!end && (*p != ',' || depth > 0)) continue;
        if (out->count == 64) return lrp_fail(err, LRP_USAGE, "%s has more than 64 arguments", out->name);
        *p = '\0';
        out->arguments[out->count] = lrp_trim(start);
        out->offsets[out->count] = lead + (size_t)(out->arguments[out->count] - out->name);
        if (!*out->arguments[out->count]) return lrp_fail(err, LRP_USAGE, "%s has an empty argument", out->name);
        out->count++;
        start = p + 1;
        if (end) break;
    }
    return depth == 0 ? LRP_OK : lrp_fail(err, LRP_USAGE, "%s: brackets do not match", out->name);
}

enum lrp_status lrp_call_text_split(const char *text, struct lrp_call_text *out, struct lrp_error *err)
{
    *out = (struct lrp_call_text){0};
    char *memory = strdup(text);
    if (!memory) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    char *name = lrp_trim(memory);
    const size_t lead = (size_t)(name - memory);
    memmove(memory, name, strlen(name) + 1);
    out->name = memory;
    char *open = strchr(memory, '(');
    size_t length = strlen(memory);
    enum lrp_status status = LRP_OK;
    if (open) {
        if (memory[length - 1] != ')') {
            status = lrp_fail(err, LRP_USAGE, "%s: a closing bracket is missing", text);
        } else {
            memory[length - 1] = '\0';
            *open = '\0';
            char *inside = lrp_trim(open + 1);
            if (*inside) status = cut(inside, lead, out, err);
        }
    }
    if (!status && !*lrp_trim(memory)) status = lrp_fail(err, LRP_USAGE, "\"%s\" names nothing", text);
    if (!status) {
        char *end = memory + strlen(memory);
        while (end > memory && isspace((unsigned char)end[-1])) *--end = '\0';
    } else {
        lrp_call_text_free(out);
    }
    return status;
}

char *lrp_unquote(char *text)
{
    char *to = text;
    if (*text != '"') return text;
    const char *end = skip_quoted(text);
    for (const char *p = text + 1; p < end; p++) {
        if (*p == '\\' && p + 1 < end) p++;
        *to++ = *p;
    }
    *to = '\0';
    return text;
}

void lrp_append_quoted(struct lrp_text *out, const char *text, const char *special)
{
    const size_t length = strlen(text);
    int depth = 0;
    bool plain = length && !isspace((unsigned char)text[0]) && !isspace((unsigned char)text[length - 1]);
    plain = plain && !strpbrk(text, ",()\"\\") && !strpbrk(text, special);
    for (const char *p = text; plain && *p; p++) {
        depth += (*p == '[') - (*p == ']');
        plain = depth >= 0;
    }
    if (plain && depth == 0) {
        lrp_text_append(out, text);
        return;
    }
    lrp_text_append(out, "\"");
    for (const char *p = text; *p; p++) lrp_text_printf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    lrp_text_append(out, "\"");
}

void lrp_call_text_free(struct lrp_call_text *call)
{
    free(call->name);
    *call = (struct lrp_call_text){0};
}
