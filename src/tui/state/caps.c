/* caps.c: the themes by name, and which colours they mean. */
#include "caps.h"

#include <stdio.h>
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

const char *lrp_theme_names(char *out, size_t size)
{
    int length = snprintf(out, size, "%s", names[0]);
    for (int i = 1; i < LRP_THEME_COUNT && length >= 0 && (size_t)length < size; i++)
        length += snprintf(out + length, size - (size_t)length, "%s%s", i + 1 < LRP_THEME_COUNT ? ", " : " or ", names[i]);
    return out;
}

bool lrp_caps_take_theme(struct lrp_caps *caps, const char *name)
{
    int theme = 0;
    while (theme < LRP_THEME_COUNT && strcmp(names[theme], name) != 0) theme++;
    if (theme == LRP_THEME_COUNT) return false;
    caps->theme = (enum lrp_theme)theme;
    caps->light = theme == LRP_THEME_LIGHT || (theme == LRP_THEME_AUTO && caps->light_terminal);
    return true;
}
