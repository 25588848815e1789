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

#endif
