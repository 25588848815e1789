/* normalizer_unicode.c: Unicode's normal forms and lower case, keeping track of where every code point came from. */
#include <utf8proc.h>

#include "tokenizer.h"

enum { RUN = 64 }; /* code points that one may come apart into (18 is the most there is), or that combine with one another */

static int combining_class(int32_t code)
{
    return utf8proc_get_property(code)->combining_class;
}

/* True if a code point never joins with one before it, so that a text can be cut in front of it. */
static bool starts_anew(int32_t code)
{
    const utf8proc_property_t *property = utf8proc_get_property(code);
    const bool jamo = (code >= 0x1161 && code <= 0x1175) || (code >= 0x11A8 && code <= 0x11C2);
    return !property->combining_class && !jamo && (property->comb_index == UINT16_MAX || property->comb_index < 0x8000);
}

static void decompose(const struct lrp_char *c, bool compatible, struct lrp_chars *out)
{
    utf8proc_int32_t parts[RUN];
    int last = UTF8PROC_BOUNDCLASS_START;
    const utf8proc_option_t how = UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
    const utf8proc_ssize_t count = utf8proc_decompose_char(c->code, parts, RUN, how, &last);
    if (count < 1 || count > RUN) {
        lrp_chars_push(out, c->code, c->start, c->end);
        return;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) lrp_chars_push(out, parts[i], c->start, c->end);
}

/* Marks behind a letter stand in the order of their classes; equal ones stay as they are. Their places in the text stay in the
 * order of the text. */
static void put_in_order(struct lrp_char *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const int32_t code = items[i].code;
        const int class = combining_class(code);
        size_t at = i;
        for (; class && at && combining_class(items[at - 1].code) > class; at--) items[at].code = items[at - 1].code;
        items[at].code = code;
    }
}

/* Joins what can be joined among code points up to the next that starts anew. What comes of several stands where the first
 * stood. */
static void compose(const struct lrp_char *items, size_t count, struct lrp_chars *out)
{
    for (size_t first = 0; first < count;) {
        size_t last = first + 1;
        while (last < count && last - first < RUN && !starts_anew(items[last].code)) last++;
        utf8proc_int32_t codes[RUN];
        for (size_t i = first; i < last; i++) codes[i - first] = items[i].code;
        const utf8proc_option_t how = UTF8PROC_COMPOSE | UTF8PROC_STABLE;
        utf8proc_ssize_t left = utf8proc_normalize_utf32(codes, (utf8proc_ssize_t)(last - first), how);
        if (left < 0) left = 0;
        const size_t gone = last - first - (size_t)left;
        for (size_t i = 0; i < (size_t)left; i++) {
            const struct lrp_char *from = &items[i ? first + i + gone : first];
            lrp_chars_push(out, codes[i], from->start, from->end);
        }
        first = last;
    }
}

void lrp_normalize_form(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    struct lrp_chars apart = {0};
    for (size_t i = 0; i < in->count; i++) decompose(&in->items[i], step->compatible, &apart);
    if (!apart.failed) put_in_order(apart.items, apart.count);
    if (step->composed && !apart.failed)
        compose(apart.items, apart.count, out);
    else
        lrp_chars_append(out, apart.items, apart.count);
    out->failed = out->failed || apart.failed;
    lrp_chars_free(&apart);
}

/* The full mapping: one letter alone becomes two. */
void lrp_normalize_lower(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    enum { CAPITAL_I_WITH_DOT = 0x130, DOT_ABOVE = 0x307 };
    (void)step;
    for (size_t i = 0; i < in->count; i++) {
        const struct lrp_char c = in->items[i];
        const bool dotted = c.code == CAPITAL_I_WITH_DOT;
        lrp_chars_push(out, dotted ? 'i' : utf8proc_tolower(c.code), c.start, c.end);
        if (dotted) lrp_chars_push(out, DOT_ABOVE, c.start, c.end);
    }
}

void lrp_normalize_strip_accents(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    (void)step;
    for (size_t i = 0; i < in->count; i++)
        if (!lrp_char_is_mark(in->items[i].code)) lrp_chars_append(out, &in->items[i], 1);
}
