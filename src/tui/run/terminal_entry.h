/* terminal_entry.h: what terminals like xterm understand, for systems that have no terminfo at all. */
#ifndef LRP_TUI_TERMINAL_ENTRY_H
#define LRP_TUI_TERMINAL_ENTRY_H

#include <stdbool.h>

/* The type it describes. */
#define LRP_TERMINAL_ENTRY_TYPE "xterm-256color"
/* From now on ncurses finds this entry, and no other. */
bool lrp_terminal_entry_use(void);

#endif
