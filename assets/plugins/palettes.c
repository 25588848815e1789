/* palettes.c: colour maps: a diverging one in brown and teal, and a sequential one from white to dark green. A host that has no
 * colour maps yet is told so. */
#include "lrpscope/plugin.h"

#define STOPS(array) .stops = (array), .count = sizeof(array) / sizeof *(array)

int lrp_plugin_main(const struct lrp_plugin_host *host)
{
    static const struct lrp_plugin_stop diverging[] = {
        {0, .33F, .19F, .02F}, {.25F, .75F, .51F, .18F}, {.5F, .96F, .96F, .96F}, {.75F, .21F, .59F, .56F}, {1, 0, .24F, .19F}};
    static const struct lrp_plugin_stop sequential[] = {{0, 1, 1, 1}, {.5F, .4F, .76F, .4F}, {1, 0, .27F, .1F}};
    static const struct lrp_plugin_colormap maps[] = {
        {.size = sizeof *maps, .name = "brown-teal", .summary = "brown, light grey, teal", .diverging = 1, STOPS(diverging)},
        {.size = sizeof *maps, .name = "greens", .summary = "white, green, dark green", STOPS(sequential)}};
    if (host->abi != LRP_PLUGIN_ABI) return 1;
    if (!LRP_PLUGIN_HAS(host, add_colormap)) return LRP_PLUGIN_OLD_HOST;
    return host->add_colormap(host, &maps[0]) || host->add_colormap(host, &maps[1]);
}
