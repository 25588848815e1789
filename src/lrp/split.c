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

/* Cuts the text between the outer brackets at top-level commas. */
static enum lrp_status cut(char *inside, struct lrp_call_text *out, struct lrp_error *err)
{
    int depth = 0;
    char *start = inside;
    for (char *p = inside;; p++) {
        if (*p == '(' || *p == '[') depth++;
        if (*p == ')' || *p == ']') depth--;
        if (depth < 0) break;
        bool end = *p == '\0';
        if (!end && (*p != ',' || depth > 0)) continue;
        if (out->count == 64) return lrp_fail(err, LRP_USAGE, "%s has more than 64 arguments", out->name);
        *p = '\0';
        out->arguments[out->count] = lrp_trim(start);
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
    memmove(memory, name, strlen(name) + 1);
    out->name = memory;
    char *open = strchr(memory, '(');
    size_t length = strlen(memory);
    enum lrp_status status = LRP_OK;
    if (open) {
        out->brackets = true;
        if (memory[length - 1] != ')') {
            status = lrp_fail(err, LRP_USAGE, "%s: a closing bracket is missing", text);
        } else {
            memory[length - 1] = '\0';
            *open = '\0';
            char *inside = lrp_trim(open + 1);
            if (*inside) status = cut(inside, out, err);
        }
    }
    if (status == LRP_OK && !*lrp_trim(memory)) status = lrp_fail(err, LRP_USAGE, "\"%s\" names nothing", text);
    if (status == LRP_OK) {
        char *end = memory + strlen(memory);
        while (end > memory && isspace((unsigned char)end[-1])) *--end = '\0';
    } else {
        lrp_call_text_free(out);
    }
    return status;
}

void lrp_call_text_free(struct lrp_call_text *call)
{
    free(call->name);
    *call = (struct lrp_call_text){0};
}
