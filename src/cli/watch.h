/* watch.h: a thread that waits for ^C and SIGTERM while the session computes, and draws the progress bar. */
#ifndef LRP_CLI_WATCH_H
#define LRP_CLI_WATCH_H

#include <stdbool.h>

#include "lrpscope/error.h"
#include "lrpscope/session.h"

struct lrp_cli_watch;

/* Blocks SIGINT and SIGTERM in the calling thread and all it starts later, and starts the watcher. Call it before the
 * session exists, so that its workers inherit the mask. `progress`: draw a bar when a computation takes long. *out is
 * owned by the caller. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_watch_start(bool progress, struct lrp_cli_watch **out, struct lrp_error *err);
/* The session that a signal interrupts; NULL when there is none: a signal then ends the process. A second one always does. */
void lrp_cli_watch_session(struct lrp_cli_watch *watch, struct lrp_session *session);
/* Between begin and end a bar may be drawn; `label` (borrowed) stands before it. */
void lrp_cli_watch_begin(struct lrp_cli_watch *watch, const char *label);
void lrp_cli_watch_end(struct lrp_cli_watch *watch);
/* 0, or 130 or 143 once a signal came. */
int lrp_cli_watch_exit_code(const struct lrp_cli_watch *watch);
/* Ends the thread. NULL is fine. */
void lrp_cli_watch_free(struct lrp_cli_watch *watch);

#endif
