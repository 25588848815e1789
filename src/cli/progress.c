/* progress.c: a one-line bar on stderr. */
#include "progress.h"

#include <stdio.h>
#include <string.h>

#include "table.h"

char *lrp_cli_progress_text(const char *label, const char *pass, int done, int total, char *buffer, size_t size)
{
    enum { CELLS = 30, LABEL = 24 };
    const int least = total > 0 ? total : 1, made = done < 0 ? 0 : done > least ? least : done;
    const int full = (int)((long)made * CELLS / least);
    char bar[CELLS + 1];
    memset(bar, '#', (size_t)full);
    memset(bar + full, '.', (size_t)(CELLS - full));
    bar[CELLS] = 0;
    const size_t length = strlen(label);
    const char *shown = label + (length > LABEL ? length - LABEL : 0); /* the end of a path says more */
    snprintf(buffer, size, "%s  %s  [%s]  %d/%d", shown, pass, bar, made, least);
    return buffer;
}

void lrp_cli_progress_draw(const char *label, const char *pass, int done, int total)
{
    char line[160];
    lrp_cli_progress_text(label, pass, done, total, line, sizeof line);
    lrp_make_printable(line, "");
    fprintf(stderr, "\r%s\033[K", line);
}

void lrp_cli_progress_clear(void)
{
    fputs("\r\033[K", stderr);
}
