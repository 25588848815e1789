/* caps.h: how the terminal can show things; decided once, when it is opened. */
#ifndef LRP_TUI_CAPS_H
#define LRP_TUI_CAPS_H

#include <stdbool.h>

enum lrp_color_mode { LRP_COLOR_MONO, LRP_COLOR_8, LRP_COLOR_256, LRP_COLOR_DIRECT };
struct lrp_caps {
    enum lrp_color_mode mode;
    bool ascii, light;
    int levels;  /* of heatmaps */
    int palette; /* colours that all parts of the screen may have together */
};

/* X(id, name): colours for a background. */
#define LRP_THEMES(X)                                                                                                          \
    X(DARK, "dark")                                                                                                            \
    X(LIGHT, "light")
enum lrp_theme {
#define X(id, name) LRP_THEME_##id,
    LRP_THEMES(X)
#undef X
        LRP_THEME_COUNT
};
const char *lrp_theme_name(enum lrp_theme theme);
/* LRP_THEME_COUNT if none is called so. */
enum lrp_theme lrp_theme_find(const char *name);

#endif
