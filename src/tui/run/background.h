/* background.h: whether the terminal's background is light, asked of the terminal itself (OSC 11). */
#ifndef LRP_TUI_BACKGROUND_H
#define LRP_TUI_BACKGROUND_H

#include <stdbool.h>
#include <stddef.h>

/* What else was read while waiting for the answer: keys that were typed. */
struct lrp_typed {
    char bytes[256];
    size_t count;
};
/* Asks on a terminal that nobody else uses yet and waits, not long, for the answer. False if there is none. */
bool lrp_background_ask(int in, int out, bool *light, struct lrp_typed *typed);

#endif
