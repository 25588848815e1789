/* tui.h: the inspector, as the command line starts it. */
#ifndef LRP_TUI_TUI_H
#define LRP_TUI_TUI_H

#include <stdbool.h>

#include "lrpscope/session.h"

struct lrp_tui_options {
    const char *color;  /* auto never 8 256 direct */
    const char *script; /* a file of keys and :commands to play instead of the keyboard, or NULL */
    const char *input;  /* the file the session's input was read from, or NULL: F5 reads it again */
    bool ascii, mouse;
};
/* Runs the inspector on a session (borrowed) until the user quits. The terminal is given back as it was.
 * Returns the process's exit code: 0; 3 if there is no usable terminal (the reason is on stderr); 130/143 after a signal. */
int lrp_tui_run(struct lrp_session *session, const struct lrp_tui_options *options);
/* The same without a model: the inspector offers recent ones, those of the folder and the demo. `settings` (borrowed) is what a
 * model starts with. */
int lrp_tui_start(const struct lrp_settings *settings, const struct lrp_tui_options *options);

#endif
