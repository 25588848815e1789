/* printable.c: text from files made fit to be shown. */
#include "printable.h"

#include <stdlib.h>
#include <string.h>

#include "runes.h"

bool lrp_is_printable(unsigned c)
{
    const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    const bool direction =
        c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return !control && !direction && c != 0x2028 && c != 0x2029;
}

void lrp_make_printable(char *text, const char *keep)
{
    char *out = text;
    for (const char *in = text, *next = text; *in; in = next) {
        const uint32_t rune = lrp_rune_next(&next);
        const size_t length = (size_t)(next - in);
        const bool valid = rune != LRP_RUNE_BAD || length > 1;
        if (valid && (lrp_is_printable(rune) || strchr(keep, *in))) {
            memmove(out, in, length);
            out += length;
        } else {
            *out++ = '?';
        }
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
