/* printable.c: text from files made fit to be shown. */
#include "printable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "runes.h"

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

static void print_list(FILE *file, const char *format, va_list arguments)
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
    print_list(file, format, arguments);
    va_end(arguments);
}
