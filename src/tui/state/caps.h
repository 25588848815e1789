/* caps.h: how the terminal can show things; decided once, when it is opened. */
#ifndef LRP_TUI_CAPS_H
#define LRP_TUI_CAPS_H

#include <stdbool.h>
#include <stddef.h>

/* X(id, name): colours for a background; AUTO: for the one that the terminal says it has. */
#define LRP_THEMES(X)                                                                                                          \
    X(AUTO, "auto")                                                                                                            \
    X(DARK, "dark")                                                                                                            \
    X(LIGHT, "light")
/* "auto|dark|light" */
#define LRP_THEME_BAR(id, name) "|" name
#define LRP_THEME_FORM (&(LRP_THEMES(LRP_THEME_BAR))[1])
enum lrp_theme {
#define X(id, name) LRP_THEME_##id,
    LRP_THEMES(X)
#undef X
        LRP_THEME_COUNT
};
const char *lrp_theme_name(enum lrp_theme theme);
/* "auto, dark or light", for messages. Returns out. */
const char *lrp_theme_names(char *out, size_t size);

enum lrp_color_mode { LRP_COLOR_MONO, LRP_COLOR_8, LRP_COLOR_256, LRP_COLOR_DIRECT };
struct lrp_caps {
    enum lrp_color_mode mode;
    bool ascii, light;   /* light: the colours are those for a light background, */
    bool light_terminal; /* which the terminal says it has */
    enum lrp_theme theme;
    int levels;                  /* of heatmaps */
    int palette;                 /* colours that all parts of the screen may have together */
    int cell_width, cell_height; /* pixels of a cell, where the terminal shows pictures; 0: it does not */
};
/* Takes a theme. False if none is called so: then nothing changes. */
bool lrp_caps_take_theme(struct lrp_caps *caps, const char *name);

#endif
