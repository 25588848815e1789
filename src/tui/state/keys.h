/* keys.h: keys as numbers and as text: "j", "<PgDn>", "<C-c>", "<Space>". */
#ifndef LRP_TUI_KEYS_H
#define LRP_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Characters are their code points; control keys 1..31 and 127. X(id, name in scripts, name on the screen) */
#define LRP_KEYS(X)                                                                                                            \
    X(UP, "Up", "↑")                                                                                                           \
    X(DOWN, "Down", "↓")                                                                                                       \
    X(LEFT, "Left", "←")                                                                                                       \
    X(RIGHT, "Right", "→")                                                                                                     \
    X(PAGE_UP, "PgUp", "PgUp")                                                                                                 \
    X(PAGE_DOWN, "PgDn", "PgDn")                                                                                               \
    X(HOME, "Home", "Home")                                                                                                    \
    X(END, "End", "End")                                                                                                       \
    X(BACKSPACE, "BS", "Backspace")                                                                                            \
    X(DELETE, "Del", "Del")                                                                                                    \
    X(BACK_TAB, "S-Tab", "S-Tab")                                                                                              \
    X(F1, "F1", "F1")                                                                                                          \
    X(F3, "F3", "F3")                                                                                                          \
    X(F4, "F4", "F4")                                                                                                          \
    X(F5, "F5", "F5")
enum lrp_key {
    LRP_KEY_ENTER = 13,
    LRP_KEY_TAB = 9,
    LRP_KEY_ESCAPE = 27,
    LRP_KEY_FIRST = 0x110000,
#define X(id, name, shown) LRP_KEY_##id,
    LRP_KEYS(X)
#undef X
};

/* Reads one key and moves *text behind it; 0 at the end, -1 for an unknown <name>. */
int lrp_key_parse(const char **text);
/* What the screen calls a key. Returns buffer. */
char *lrp_key_text(int key, char *buffer, size_t size);
/* What configuration files and scripts call it. Returns buffer. */
char *lrp_key_name(int key, char *buffer, size_t size);
/* A character to be typed, no control key. */
bool lrp_key_is_text(int key);

#endif
