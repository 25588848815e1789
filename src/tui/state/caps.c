/* caps.c: the themes by name. */
#include "caps.h"

#include <string.h>

static const char *const names[LRP_THEME_COUNT] = {
#define X(id, name) [LRP_THEME_##id] = (name),
    LRP_THEMES(X)
#undef X
};

const char *lrp_theme_name(enum lrp_theme theme)
{
    return names[theme];
}

enum lrp_theme lrp_theme_find(const char *name)
{
    int theme = 0;
    while (theme < LRP_THEME_COUNT && strcmp(names[theme], name) != 0) theme++;
    return (enum lrp_theme)theme;
}
