/* printable.c: text from files made fit to be shown. */
#include "printable.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runes.h"

void lrp_make_printable(char *text, const char *keep)
{
    while (*text >= ' ' && *text <= '~') text++; /* as far as it is plain, which mostly is the end, it stays */
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

enum { LINE_SIZE = 4096 };

/* For lack of memory; what a front end prints is one stream, whoever prints it. */
static atomic_bool lost;
static atomic_int trouble;

/* Of what was refused first the cause is kept; later ones may be others. */
static void note_trouble(const FILE *file)
{
    int none = 0;
    if (file == stdout) atomic_compare_exchange_strong(&trouble, &none, errno);
}

static void print_list(FILE *file, const char *format, va_list arguments)
{
    char line[LINE_SIZE], *text = line, *longer = NULL;
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    if (length < 0) line[0] = '\0';
    if (length >= LINE_SIZE) {
        text = longer = malloc((size_t)length + 1);
        if (longer) vsnprintf(longer, (size_t)length + 1, format, again);
        if (!longer) lrp_print_flush(file); /* what was said before stands before, whole */
    }
    va_end(again);
    if (!text || length < 0) atomic_store(&lost, true);
    if (!text) text = line; /* as much as there is room for */
    lrp_make_printable(text, "\n");
    if (fputs(text, file) < 0) note_trouble(file);
    free(longer);
}

void lrp_print_flush(FILE *file)
{
    if (fflush(file)) note_trouble(file);
}

int lrp_print_trouble(void)
{
    return atomic_load(&trouble);
}

bool lrp_print_lost(void)
{
    return atomic_load(&lost);
}

void lrp_print(FILE *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_list(file, format, arguments);
    va_end(arguments);
}
