/* runes.c: code points, see runes.h. */
#include "runes.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

bool lrp_is_printable(unsigned c)
{
    const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    const bool direction =
        c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return !control && !direction && c != 0x2028 && c != 0x2029;
}

uint32_t lrp_rune_next(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    if (*s == 0) return 0;
    if (*s < 0x80) { /* nearly everything is */
        ++*text;
        return *s;
    }
    const size_t length = lrp_utf8_length(*text, strnlen(*text, 4));
    *text += length ? length : 1;
    if (length == 0) return LRP_RUNE_BAD;
    uint32_t rune = *s & (0x7Fu >> length); /* the lead byte's own bits */
    for (size_t i = 1; i < length; i++) rune = rune << 6 | (s[i] & 0x3Fu);
    return rune;
}

size_t lrp_rune_put(uint32_t rune, char *out)
{
    size_t n = 0;
    if (rune < 0x80) {
        out[n++] = (char)rune;
    } else if (rune < 0x800) {
        out[n++] = (char)(0xC0 | rune >> 6);
        out[n++] = (char)(0x80 | (rune & 0x3F));
    } else if (rune < 0x10000) {
        out[n++] = (char)(0xE0 | rune >> 12);
        out[n++] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[n++] = (char)(0x80 | (rune & 0x3F));
    } else {
        out[n++] = (char)(0xF0 | rune >> 18);
        out[n++] = (char)(0x80 | (rune >> 12 & 0x3F));
        out[n++] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[n++] = (char)(0x80 | (rune & 0x3F));
    }
    out[n] = 0;
    return n;
}

struct range {
    uint32_t first, last;
};
static bool within(uint32_t rune, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rune >= ranges[i].first && rune <= ranges[i].last) return true;
    return false;
}

int lrp_rune_width(uint32_t rune)
{
    static const struct range none[] = {{0xAD, 0xAD},      {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},
                                        {0x610, 0x61A},    {0x64B, 0x65F},   {0x200B, 0x200D}, {0x2060, 0x2064},
                                        {0x20D0, 0x20F0},  {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
                                        {0xE0100, 0xE01EF}};
    static const struct range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF},
                                        {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                                        {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                                        {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (rune >= 0x20 && rune < 0x7F) return 1;
    if (!lrp_is_printable(rune) || within(rune, none, sizeof none / sizeof *none)) return 0;
    return within(rune, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

char lrp_rune_ascii(uint32_t rune)
{
    static const struct {
        uint32_t rune;
        char ascii;
    } table[] = {{0x2013, '-'}, {0x2014, '-'}, {0x2026, '~'}, {0xD7, 'x'},   {0x3A3, 'S'},  {0x2717, 'x'},
                 {0x2502, '|'}, {0x251C, '+'}, {0x2500, '-'}, {0x2588, '#'}, {0x2593, '#'}, {0x2592, '='},
                 {0x2591, '.'}, {0x2191, '^'}, {0x2193, 'v'}, {0x2190, '<'}, {0x2192, '>'}, {0xB7, '.'},
                 {0x2212, '-'}, {0x250C, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, {0x25CF, '*'},
                 {0x2022, '*'}, {0x253C, '+'}, {0x2534, '+'}, {0x252C, '+'}, {0x2580, '"'}};
    if (rune < 0x80) return (char)rune;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].rune == rune) return table[i].ascii;
    return '?';
}

int lrp_text_columns(const char *text)
{
    const char *const start = text;
    while (*text >= ' ' && *text <= '~') text++; /* plain ones, which mostly is all of it */
    int columns = (int)(text - start);
    for (uint32_t rune; (rune = lrp_rune_next(&text)) != 0;) columns += lrp_rune_width(rune);
    return columns;
}
