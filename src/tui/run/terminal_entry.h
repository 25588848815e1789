/* terminal_entry.h: what terminals like xterm understand, for systems whose terminfo does not know them. */
#ifndef LRP_TUI_TERMINAL_ENTRY_H
#define LRP_TUI_TERMINAL_ENTRY_H

#include <stdbool.h>

/* From now on ncurses finds this entry, and no other: its type, NULL when out of memory. `direct_colour`: colours are given as
 * red, green and blue, else 256 by number. */
const char *lrp_terminal_entry_use(bool direct_colour);

#endif
