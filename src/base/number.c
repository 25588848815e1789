/* number.c: strict, locale-independent numbers, read and written. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool starts_a_number(const char *text)
{
    return *text == '+' || *text == '-' || *text == '.' || (*text >= '0' && *text <= '9') || *text == 'i' || *text == 'I';
}

bool lrp_parse_double(const char *text, double *out)
{
    if (!starts_a_number(text)) /* strtod would skip blanks */
        return false;
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) return false;
    char *end;
    const double value = strtod_l(text, &end, c_locale);
    freelocale(c_locale);
    const bool written_out = strpbrk(text, "iI") != NULL;
    if (end == text || *end || isnan(value) || (isinf(value) && !written_out)) return false;
    *out = value;
    return true;
}

bool lrp_parse_int64(const char *text, int64_t *out)
{
    if (!starts_a_number(text)) return false;
    const char *digits = text + (*text == '+' || *text == '-');
    const bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *end;
    errno = 0;
    const long long value = strtoll(text, &end, hexadecimal ? 16 : 10); /* 010 is ten: nobody means octal */
    if (end == text || *end || errno == ERANGE) return false;
    *out = value;
    return true;
}

bool lrp_parse_fraction(const char *text, double *out)
{
    const char *slash = strchr(text, '/');
    if (!slash) return lrp_parse_double(text, out);
    char numerator[64];
    const size_t length = (size_t)(slash - text);
    double a, b;
    if (length >= sizeof numerator) return false;
    memcpy(numerator, text, length);
    numerator[length] = '\0';
    if (!lrp_parse_double(numerator, &a) || !lrp_parse_double(slash + 1, &b) || b == 0 || !isfinite(a) || !isfinite(a / b))
        return false;
    *out = a / b;
    return true;
}

bool lrp_parse_bytes(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) || __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
            return false;
    if (p == text) return false;
    if (*p) {
        static const char units[] = "kKmMgGtT";
        const char *unit = strchr(units, *p);
        if (!unit || p[1]) return false;
        const int shift = 10 * (int)((unit - units) / 2 + 1);
        if (value > UINT64_MAX >> shift) return false;
        value <<= shift;
    }
    *out = value;
    return true;
}

/* "1e-06" -> "1e-6", "1e+10" -> "1e10" */
static void shorten_exponent(char *text)
{
    char *from = strchr(text, 'e');
    if (!from) return;
    char *to = ++from;
    if (*from == '-') to++;
    if (*from == '-' || *from == '+') from++;
    while (*from == '0' && from[1]) from++;
    memmove(to, from, strlen(from) + 1);
}

/* Whole numbers below 10^9 are written out (1000, not 1e3), the rest as %g has it. */
static void write_shortest(float value, char *text, size_t size)
{
    int digits = 1;
    for (; digits <= 9; digits++) {
        snprintf(text, size, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) break;
    }
    if (fabsf(value) < 1e9f && fabsf(value) >= 1 && strchr(text, 'e')) snprintf(text, size, "%.9g", (double)value);
    shorten_exponent(text);
}

char *lrp_format_float(float value, char *buffer, size_t size)
{
    char text[32];
    if (isnan(value)) {
        snprintf(buffer, size, "nan");
        return buffer;
    }
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = c_locale ? uselocale(c_locale) : (locale_t)0; /* of this thread only */
    write_shortest(value, text, sizeof text);
    if (c_locale) {
        uselocale(before);
        freelocale(c_locale);
    }
    snprintf(buffer, size, "%s", text);
    return buffer;
}
