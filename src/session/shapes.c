/* shapes.c: reading the setting input_shape. */
#include "shapes.h"

#include <stdlib.h>
#include <string.h>

/* A name and its equals sign, if there is one; false if the form is wrong. */
static bool read_name(const char **text, struct lrp_shape_text *out)
{
    const char *p = *text;
    const bool quoted = *p == '"';
    const char *end = quoted ? strchr(p + 1, '"') : p + strcspn(p, "=,");
    if (!end) return false;
    const char *equals = quoted ? end + 1 : end;
    if (*equals != '=') return !quoted;
    out->name = p + quoted;
    out->name_length = (size_t)(end - out->name);
    *text = equals + 1;
    return out->name_length > 0;
}

/* Whether numbers go on behind a comma, or the name of the next input. */
static bool is_number(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    return digits && (!text[digits] || text[digits] == ',');
}

bool lrp_shape_text_next(const char **text, struct lrp_shape_text *out)
{
    const char *p = *text;
    *out = (struct lrp_shape_text){.start = p};
    if (!*p || !read_name(&p, out)) return false;
    for (;;) {
        if (!is_number(p) || out->shape.rank == LRP_MAX_RANK) return false;
        char *end;
        const long long dim = strtoll(p, &end, 10);
        if (dim < (out->shape.rank == 0) || dim > INT64_MAX / 2) return false; /* samples there are; other axes may be empty */
        out->shape.dim[out->shape.rank++] = dim;
        out->end = p = end;
        if (!*p) break;
        p++; /* the comma */
        if (!is_number(p)) break;
    }
    if (!*p && *out->end) return false; /* a comma with nothing behind it */
    *text = p;
    return true;
}

enum lrp_status lrp_shape_text_check(const char *text, struct lrp_error *err)
{
    const char *p = text;
    struct lrp_shape_text one;
    bool named = false, fine = true;
    while (fine && lrp_shape_text_next(&p, &one)) {
        fine = one.name || p == text || !named; /* numbers alone can only stand first */
        named |= one.name != NULL;
    }
    return fine && !*p
               ? LRP_OK
               : lrp_fail(err, LRP_USAGE, "input shape cannot be \"%s\" (1,3,224,224, or NAME=1,77 for one of several)", text);
}

void lrp_shape_text_find(const char *text, const char *name, bool first, struct lrp_shape *out)
{
    struct lrp_shape_text one;
    *out = (struct lrp_shape){.rank = -1};
    while (lrp_shape_text_next(&text, &one))
        if (one.name ? strlen(name) == one.name_length && strncmp(one.name, name, one.name_length) == 0 : first)
            *out = one.shape;
}
