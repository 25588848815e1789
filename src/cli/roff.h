/* roff.h: text in manual pages. */
#ifndef LRP_CLI_ROFF_H
#define LRP_CLI_ROFF_H

#include <stdio.h>

/* Text as roff takes it: backslashes, hyphens, arrows, and control characters at a line's begin. */
void lrp_cli_roff(FILE *file, const char *text);
/* The same and a newline. */
void lrp_cli_roff_line(FILE *file, const char *text);

#endif
