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
/* Takes the terminal's answers out of `bytes` (`count` of them; what is no answer stays, moved together): `light` gets what the
 * background is, `known` whether it was told, `done` whether the question behind it (DA1), which every terminal answers, was.
 */
void lrp_background_read(char *bytes, size_t *count, bool *light, bool *known, bool *done);
/* Asks on a terminal that nobody else uses yet and waits, not long, for the answer. False if there is none. */
bool lrp_background_ask(int in, int out, bool *light, struct lrp_typed *typed);

#endif
