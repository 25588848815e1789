/* roff.h: text in manual pages. */
#ifndef LRP_CLI_ROFF_H
#define LRP_CLI_ROFF_H

#include <stddef.h>
#include <stdio.h>

/* A page begins: its name (roff), section and manual. */
void lrp_cli_roff_title(FILE *file, const char *name, int section, const char *manual);
/* Text as roff takes it: backslashes, hyphens, arrows, and control characters at a line's begin. */
void lrp_cli_roff(FILE *file, const char *text);
/* The same and a newline. */
void lrp_cli_roff_line(FILE *file, const char *text);
void lrp_cli_roff_paragraph(FILE *file, const char *text);
/* A name in bold, and what is said of it, indented. */
void lrp_cli_roff_entry(FILE *file, const char *name, const char *line);
/* What a page says in words, piece by piece. */
enum lrp_prose_kind {
    LRP_PROSE_SECTION,    /* a heading */
    LRP_PROSE_SUBSECTION, /* one below it */
    LRP_PROSE_PARAGRAPH,
    LRP_PROSE_FORMULA, /* a line as it is, indented; several in a row stand below each other */
    LRP_PROSE_ENTRY    /* a name, and in `line` what is said of it */
};
struct lrp_prose {
    enum lrp_prose_kind kind;
    const char *text, *line; /* line: of entries */
};
void lrp_cli_roff_prose(FILE *file, const struct lrp_prose *prose, size_t count);
/* The section BUGS: what the program cannot do, and how a fault is reported. */
void lrp_cli_roff_bugs(FILE *file, const char *const *lines, size_t count);
/* The section of a file's example, lines as they are. */
void lrp_cli_roff_example(FILE *file, const char *const *lines, size_t count);

#endif
