/* printable.c: text from files made fit to be shown. */
#include "printable.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

bool lrp_is_printable(unsigned c)
{
    const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    const bool direction =
        c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return !control && !direction && c != 0x2028 && c != 0x2029;
}

unsigned lrp_code_point(const char *s, size_t length)
{
    const unsigned char *u = (const unsigned char *)s;
    unsigned code = length == 1 ? u[0] : u[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) code = code << 6 | (u[i] & 0x3FU);
    return code;
}

void lrp_make_printable(char *text, const char *keep)
{
    char *out = text;
    for (const char *in = text; *in;) {
        const size_t valid = lrp_utf8_length(in, strnlen(in, 4)), length = valid ? valid : 1;
        if (valid && (lrp_is_printable(lrp_code_point(in, valid)) || strchr(keep, *in))) {
            memmove(out, in, length);
            out += length;
        } else {
            *out++ = '?';
        }
        in += length;
    }
    *out = '\0';
}

char *lrp_printable(const char *text)
{
    char *copy = strdup(text);
    if (copy) lrp_make_printable(copy, "");
    return copy;
}

void lrp_print_list(FILE *file, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) return;
    lrp_make_printable(text, "\n");
    fputs(text, file);
    free(text);
}

void lrp_print(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    lrp_print_list(file, format, arguments);
    va_end(arguments);
}
