/* normalizer_unicode.c: Unicode's normal forms and lower case, keeping track of where every code point came from. */
#include <utf8proc.h>

#include "changes.h"
#include "chars_spans.h"
#include "tokenizer.h"

enum { RUN = 64 }; /* code points that one may come apart into (18 is the most there is) */

static int combining_class(int32_t code)
{
    return lrp_spans_hold(LRP_LATE_CLASSES, code) ? 0 : utf8proc_get_property(code)->combining_class;
}

static void decompose(int32_t code, bool compatible, struct lrp_changes *out)
{
    utf8proc_int32_t parts[RUN];
    int last = UTF8PROC_BOUNDCLASS_START;
    const utf8proc_option_t how = UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
    const bool whole = lrp_spans_hold(LRP_LATE_PARTS, code);
    const utf8proc_ssize_t count = whole ? 0 : utf8proc_decompose_char(code, parts, RUN, how, &last);
    if (count < 1 || count > RUN) lrp_changes_push(out, code, 0);
    for (utf8proc_ssize_t i = 0; i < count && count <= RUN; i++) lrp_changes_push(out, parts[i], i > 0);
}

/* Marks behind a letter stand in the order of their classes; equal ones stay as they are. */
static void put_in_order(struct lrp_change *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct lrp_change c = items[i];
        const int class = combining_class(c.code);
        size_t at = i;
        for (; class && at && combining_class(items[at - 1].code) > class; at--) items[at] = items[at - 1];
        items[at] = c;
    }
}

/* What two code points join to; -1: they do not. */
static int32_t joined(int32_t first, int32_t second)
{
    utf8proc_int32_t codes[] = {first, second};
    const utf8proc_ssize_t left = utf8proc_normalize_utf32(codes, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return left == 1 && !lrp_spans_hold(LRP_LATE_PARTS, codes[0]) ? codes[0] : -1;
}

/* Joins letters with the marks behind them, which need not be next to them: those between are of lower classes. */
static void compose(const struct lrp_change *items, size_t count, struct lrp_changes *out)
{
    size_t letter = SIZE_MAX; /* in out */
    int class = -1;           /* of the last mark that stayed apart; -1: none */
    for (size_t i = 0; i < count && !out->failed; i++) {
        const struct lrp_change c = items[i];
        const int own = combining_class(c.code);
        const int32_t whole = letter != SIZE_MAX && class < own ? joined(out->items[letter].code, c.code) : -1;
        if (whole >= 0) {
            out->items[letter] = (struct lrp_change){whole, out->items[letter].change + c.change - 1};
            continue;
        }
        if (own == 0) letter = out->count;
        if (letter != SIZE_MAX) class = own ? own : -1;
        lrp_changes_push(out, c.code, c.change);
    }
}

void lrp_normalize_form(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    struct lrp_changes apart = {0}, whole = {0};
    for (size_t i = 0; i < in->count; i++) decompose(in->items[i].code, step->compatible, &apart);
    if (!apart.failed) put_in_order(apart.items, apart.count);
    if (step->composed && !apart.failed) compose(apart.items, apart.count, &whole);
    whole.failed = whole.failed || apart.failed;
    lrp_changes_apply(step->composed ? &whole : &apart, in, out);
    out->failed = out->failed || whole.failed;
    lrp_changes_free(&apart);
    lrp_changes_free(&whole);
}

/* Small letters of capitals that utf8proc may not know yet. */
static int32_t lower_case(int32_t code)
{
    static const struct {
        int32_t first, last, small;
    } rows[] = {{0x1C89, 0x1C89, 0x1C8A},    {0xA7CB, 0xA7CB, 0x264},    {0xA7CC, 0xA7CC, 0xA7CD}, {0xA7CE, 0xA7CE, 0xA7CF},
                {0xA7D2, 0xA7D2, 0xA7D3},    {0xA7D4, 0xA7D4, 0xA7D5},   {0xA7DA, 0xA7DA, 0xA7DB}, {0xA7DC, 0xA7DC, 0x19B},
                {0x10D50, 0x10D65, 0x10D70}, {0x16EA0, 0x16EB8, 0x16EBB}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (code >= rows[i].first && code <= rows[i].last) return rows[i].small + (code - rows[i].first);
    return utf8proc_tolower(code);
}

/* The full mapping: one letter alone becomes two. */
void lrp_normalize_lower(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    enum { CAPITAL_I_WITH_DOT = 0x130, DOT_ABOVE = 0x307 };
    (void)step;
    for (size_t i = 0; i < in->count; i++) {
        const struct lrp_char c = in->items[i];
        const bool dotted = c.code == CAPITAL_I_WITH_DOT;
        lrp_chars_push(out, dotted ? 'i' : lower_case(c.code), c.start, c.end);
        if (dotted) lrp_chars_push(out, DOT_ABOVE, c.start, c.end);
    }
}

void lrp_normalize_strip_accents(const struct lrp_token_step *step, const struct lrp_chars *in, struct lrp_chars *out)
{
    (void)step;
    for (size_t i = 0; i < in->count; i++)
        if (!lrp_char_is_accent(in->items[i].code)) lrp_chars_append(out, &in->items[i], 1);
}
