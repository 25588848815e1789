/* chars.c: code points with their places; Unicode's properties come from utf8proc. */
#include "chars.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "chars_spans.h"
#include "grown.h"

void lrp_chars_push(struct lrp_chars *chars, int32_t code, uint32_t start, uint32_t end)
{
    const bool more = !chars->failed && chars->count < LRP_MOST_CHARS;
    struct lrp_char *items = more ? lrp_grown(chars->items, chars->count, &chars->capacity, sizeof *items) : NULL;
    if (!items) {
        chars->failed = true;
        return;
    }
    chars->items = items;
    chars->items[chars->count++] = (struct lrp_char){code, start, end};
}

void lrp_chars_append(struct lrp_chars *chars, const struct lrp_char *items, size_t count)
{
    for (size_t i = 0; i < count; i++) lrp_chars_push(chars, items[i].code, items[i].start, items[i].end);
}

void lrp_chars_decode(struct lrp_chars *chars, const char *text)
{
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    const size_t length = strlen(text);
    uint32_t place = 0;
    for (size_t at = 0; at < length; place++) {
        utf8proc_int32_t code;
        utf8proc_ssize_t used = utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(length - at), &code);
        if (bytes[at] == 0xC0 && bytes[at + 1] == 0x80) {
            code = 0;
            used = 2;
        } else if (used <= 0) {
            code = 0xFFFD;
            used = 1;
        }
        lrp_chars_push(chars, code, place, place + 1);
        at += (size_t)used;
    }
}

void lrp_chars_free(struct lrp_chars *chars)
{
    free(chars->items);
    *chars = (struct lrp_chars){0};
}

void lrp_words_push(struct lrp_char_words *words, const struct lrp_char *items, size_t count)
{
    if (!count) return;
    lrp_chars_append(&words->chars, items, count);
    size_t *ends =
        words->failed || words->chars.failed ? NULL : lrp_grown(words->ends, words->count, &words->capacity, sizeof *ends);
    if (!ends) {
        words->failed = true;
        return;
    }
    words->ends = ends;
    words->ends[words->count++] = words->chars.count;
}

const struct lrp_char *lrp_words_at(const struct lrp_char_words *words, size_t index, size_t *count)
{
    const size_t first = index ? words->ends[index - 1] : 0;
    *count = words->ends[index] - first;
    return words->chars.items + first;
}

void lrp_words_free(struct lrp_char_words *words)
{
    lrp_chars_free(&words->chars);
    free(words->ends);
    *words = (struct lrp_char_words){0};
}

size_t lrp_char_encode(int32_t code, char out[4])
{
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t used = utf8proc_encode_char(code, bytes);
    memcpy(out, bytes, sizeof bytes);
    return used > 0 ? (size_t)used : 0;
}

size_t lrp_char_spell(int32_t code, char out[4])
{
    if (code) return lrp_char_encode(code, out);
    out[0] = '\xC0';
    out[1] = '\x80';
    return 2;
}

/* One bit for every category of a group. */
#define BIT(name) (1U << UTF8PROC_CATEGORY_##name)
enum {
    UPPER = BIT(LU) | BIT(LT),
    LETTERS = BIT(LU) | BIT(LL) | BIT(LT) | BIT(LM) | BIT(LO),
    MARKS = BIT(MN) | BIT(MC) | BIT(ME),
    NUMBERS = BIT(ND) | BIT(NL) | BIT(NO),
    PUNCTUATION = BIT(PC) | BIT(PD) | BIT(PS) | BIT(PE) | BIT(PI) | BIT(PF) | BIT(PO),
    OTHERS = BIT(CC) | BIT(CF) | BIT(CS) | BIT(CO)
};

static bool among(int32_t code, unsigned categories)
{
    return categories >> utf8proc_category(code) & 1;
}

bool lrp_char_is_space(int32_t code)
{
    return (code >= 9 && code <= 13) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
           code == 0x3000;
}

bool lrp_char_is_letter(int32_t code)
{
    return among(code, LETTERS) || lrp_spans_hold(LRP_NEW_LETTERS, code);
}

bool lrp_char_is_number(int32_t code)
{
    return among(code, NUMBERS) || lrp_spans_hold(LRP_NEW_NUMBERS, code);
}

bool lrp_char_is_mark(int32_t code)
{
    return among(code, MARKS) || lrp_spans_hold(LRP_NEW_MARKS, code);
}

bool lrp_char_is_upper(int32_t code)
{
    return among(code, UPPER) || lrp_spans_hold(LRP_NEW_UPPER, code);
}

bool lrp_char_is_lower(int32_t code)
{
    return among(code, BIT(LL)) || lrp_spans_hold(LRP_NEW_LOWER, code);
}

bool lrp_char_is_punctuation(int32_t code)
{
    const bool ascii =
        (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) || (code >= 123 && code <= 126);
    return ascii || (among(code, PUNCTUATION) && !lrp_spans_hold(LRP_LATE_PUNCTUATION, code)) ||
           lrp_spans_hold(LRP_EARLY_PUNCTUATION, code);
}

bool lrp_char_is_other(int32_t code)
{
    return among(code, OTHERS) && !lrp_spans_hold(LRP_LATE_OTHER, code);
}

bool lrp_char_is_accent(int32_t code)
{
    return (among(code, MARKS) && !lrp_spans_hold(LRP_LATE_ACCENTS, code)) || lrp_spans_hold(LRP_EARLY_ACCENTS, code);
}

bool lrp_char_is_nonspacing(int32_t code)
{
    return (among(code, BIT(MN)) && !lrp_spans_hold(LRP_LATE_NONSPACING, code)) || lrp_spans_hold(LRP_EARLY_NONSPACING, code);
}

/* Alphabetic (whose letters in circles and squares are no L), marks, decimal digits, connectors and the two joiners. */
bool lrp_char_is_word(int32_t code)
{
    const bool enclosed = (code >= 0x24B6 && code <= 0x24E9) || (code >= 0x1F130 && code <= 0x1F149) ||
                          (code >= 0x1F150 && code <= 0x1F169) || (code >= 0x1F170 && code <= 0x1F189);
    return enclosed || code == 0x200C || code == 0x200D || lrp_char_is_letter(code) || lrp_char_is_mark(code) ||
           among(code, BIT(ND) | BIT(NL) | BIT(PC)) || lrp_spans_hold(LRP_NEW_NUMBERS, code);
}
