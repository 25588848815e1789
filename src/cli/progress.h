/* progress.h: a one-line bar on stderr. */
#ifndef LRP_CLI_PROGRESS_H
#define LRP_CLI_PROGRESS_H

#include <stddef.h>

/* "castle.png  relevance  [#####.....]  7/22". Returns buffer. */
char *lrp_cli_progress_text(const char *label, const char *pass, int done, int total, char *buffer, size_t size);
/* Draws it over the line the cursor is in; takes it away again. */
void lrp_cli_progress_draw(const char *label, const char *pass, int done, int total);
void lrp_cli_progress_clear(void);

#endif
