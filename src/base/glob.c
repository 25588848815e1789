/* glob.c: shell globs over names, without recursion. */
#include <string.h>

#include "text.h"

/* Length of the character at s; bytes that are no UTF-8 count as one. */
static size_t character_size(const char *s)
{
    const size_t n = lrp_utf8_length(s, strnlen(s, 4));
    return n ? n : 1;
}

/* Compares characters by code: in UTF-8 that is the order of the bytes. */
static int compare_codes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* Where the set that begins behind '[' ends (at its ']'), or NULL if it never does. */
static const char *set_end(const char *set)
{
    if (*set == '!' || *set == '^') set++;
    if (*set == ']') /* first: an ordinary character */
        set++;
    return strchr(set, ']');
}

static bool in_set(const char *set, const char *end, const char *c, size_t length)
{
    const bool negated = *set == '!' || *set == '^';
    bool found = false;
    for (const char *p = set + negated; p < end;) {
        const char *low = p, *high = p;
        size_t low_length = character_size(p), high_length = low_length;
        p += low_length;
        if (*p == '-' && p + 1 < end) {
            high = p + 1;
            high_length = character_size(high);
            p = high + high_length;
        }
        if (compare_codes(c, length, low, low_length) >= 0 && compare_codes(c, length, high, high_length) <= 0) found = true;
    }
    return found != negated;
}

/* Matches one character of name against the pattern's next element; returns the element's length, 0 if it does not match. */
static size_t match_one(const char *pattern, const char *name, size_t length)
{
    if (*pattern == '\0') return 0;
    if (*pattern == '?') return 1;
    if (*pattern == '[') {
        const char *end = set_end(pattern + 1);
        if (end) return in_set(pattern + 1, end, name, length) ? (size_t)(end + 1 - pattern) : 0;
    }
    const size_t n = character_size(pattern);
    return compare_codes(pattern, n, name, length) == 0 ? n : 0;
}

bool lrp_glob_match(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL; /* behind the last '*', and where in name it stopped eating */
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
            continue;
        }
        const size_t length = character_size(name), matched = match_one(pattern, name, length);
        if (matched) {
            pattern += matched;
            name += length;
        } else if (star) { /* only the last star ever needs to eat more */
            pattern = star;
            resume += character_size(resume);
            name = resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}

bool lrp_glob_has_magic(const char *pattern)
{
    return strpbrk(pattern, "*?[") != NULL;
}
