/* terminal_type.h: which terminal is used, and which entry of terminfo describes it best. */
#ifndef LRP_TUI_TERMINAL_TYPE_H
#define LRP_TUI_TERMINAL_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "terminal.h"

/* Whether terminfo knows a type, and whether that can move the cursor. */
typedef bool lrp_terminal_look_up(const char *type, bool *moves);
/* The type that the inspector takes for one that is called `type` ($TERM; NULL or "": it is not said). With direct colour where
 * `color` asks for it, or with "auto" COLORTERM promises it: an installed entry of the family, else one built in. A type that
 * is not known is taken for what nearly all terminals do; `note` says so, else it is "". NULL: that type cannot move the
 * cursor. */
const char *lrp_terminal_type(const char *type, const char *color, lrp_terminal_look_up *look_up, char *note, size_t size);
/* Whether it can be asked what its background is: old terminals show what they do not understand, and colours must be wanted.
 */
bool lrp_terminal_answers(const char *type, const char *color);

/* Whether what TERMINFO, TERMINFO_DIRS or HOME have under the name of a type is something else than a file: reading it might
 * never end. */
bool lrp_terminfo_is_odd(const char *type);
/* TERMINFO as it is, and back to it: programs that are started from here are to find their entry. Owned between the two. */
char *lrp_terminfo_keep(void);
void lrp_terminfo_put_back(char *before);
/* Where keys come from and screens go: as the options say, else standard input and output where they are terminals, else
 * /dev/tty, which is then *tty, the caller's. False if there is none. */
bool lrp_terminal_files(const struct lrp_terminal_options *options, FILE **tty, FILE **in, FILE **out);

#endif
