/* roff.h: text in manual pages. */
#ifndef LRP_CLI_ROFF_H
#define LRP_CLI_ROFF_H

#include <stddef.h>
#include <stdio.h>

/* Text as roff takes it: backslashes, hyphens, arrows, and control characters at a line's begin. */
void lrp_cli_roff(FILE *file, const char *text);
/* The same and a newline. */
void lrp_cli_roff_line(FILE *file, const char *text);
void lrp_cli_roff_paragraph(FILE *file, const char *text);
/* A name in bold, and what is said of it, indented. */
void lrp_cli_roff_entry(FILE *file, const char *name, const char *line);
/* The section of a file's example, lines as they are. */
void lrp_cli_roff_example(FILE *file, const char *const *lines, size_t count);

#endif
