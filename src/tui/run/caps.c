/* caps.c: what the terminal can show, decided once from options, environment and terminfo's numbers. */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "pixels_place.h"
#include "terminal.h"

_Static_assert((int)LRP_STYLE_COUNT < (int)LRP_PICTURE_PAIRS, "pairs of styles lie below those of pictures");
_Static_assert((int)LRP_PICTURE_PAIRS + (int)LRP_PICTURE_IDS <= (int)LRP_HEAT_PAIRS, "and those below heatmaps'");
_Static_assert(LRP_HEAT_PAIRS + (LRP_PALETTE_MAX + 2) * (LRP_PALETTE_MAX + 2) <= 65536, "pairs that terminals have");

static enum lrp_color_mode most_of(int colors, int pairs)
{
    if (colors < 8 || pairs < 8) return LRP_COLOR_MONO;
    if (colors > 256) return LRP_COLOR_DIRECT;
    return colors == 256 && pairs >= 1024 ? LRP_COLOR_256 : LRP_COLOR_8;
}

enum lrp_color_mode lrp_color_mode_of(const char *option, const char *no_color, int colors, int pairs)
{
    static const struct {
        const char *name;
        enum lrp_color_mode mode;
    } names[] = {{"never", LRP_COLOR_MONO}, {"8", LRP_COLOR_8}, {"256", LRP_COLOR_256}, {"direct", LRP_COLOR_DIRECT}};
    const enum lrp_color_mode most = most_of(colors, pairs);
    for (size_t i = 0; option && i < sizeof names / sizeof *names; i++)
        if (strcmp(option, names[i].name) == 0) return names[i].mode < most ? names[i].mode : most;
    return no_color && *no_color ? LRP_COLOR_MONO : most;
}

/* Every pair of colours is needed, also with the terminal's own colour and the one for what is no number. */
int lrp_palette_of(int pairs)
{
    int colors = LRP_PALETTE_MAX;
    while (colors > 3 && LRP_HEAT_PAIRS + (colors + 2) * (colors + 2) > pairs) colors--;
    return colors;
}

int lrp_levels_of(enum lrp_color_mode mode, int pairs)
{
    const int levels = mode == LRP_COLOR_DIRECT ? LRP_LEVELS_MAX : 31, most = lrp_palette_of(pairs);
    return mode < LRP_COLOR_256 || most >= levels ? levels : most % 2 ? most : most - 1;
}

bool lrp_ascii_of(bool forced)
{
    return forced || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

/* "15;0": foreground; background, 7 and 15 are light. */
bool lrp_light_of(const char *colorfgbg)
{
    const char *last = colorfgbg ? strrchr(colorfgbg, ';') : NULL;
    return last && (strcmp(last + 1, "7") == 0 || strcmp(last + 1, "15") == 0);
}
