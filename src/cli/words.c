/* words.c: names in tables of the library that an option's argument may be. */
#include "words.h"

#include "lrpscope/composite.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/method.h"
#include "lrpscope/session.h"

const char *lrp_cli_rule_word(size_t index)
{
    const struct lrp_rule_info *info = lrp_rule_at(NULL, index);
    return info ? info->name : NULL;
}

const char *lrp_cli_composite_word(size_t index)
{
    size_t presets = 0;
    while (lrp_composite_at(presets)) presets++;
    return index < presets ? lrp_composite_at(index)->name : lrp_cli_rule_word(index - presets);
}

const char *lrp_cli_convention_word(size_t index)
{
    return index < LRP_CONVENTION_COUNT ? lrp_convention_text((enum lrp_convention)index) : NULL;
}

const char *lrp_cli_method_word(size_t index)
{
    const struct lrp_method_info *method = lrp_method_at(index);
    return method ? method->name : NULL;
}

const char *lrp_cli_reduction_word(size_t index)
{
    return index < LRP_REDUCTION_COUNT ? lrp_reduction_name((enum lrp_reduction)index) : NULL;
}

const char *lrp_cli_show_word(size_t index)
{
    return index < LRP_SHOW_COUNT ? lrp_show_name((enum lrp_show)index) : NULL;
}

const char *lrp_cli_colormap_word(size_t index)
{
    const struct lrp_colormap *map = lrp_colormap_at(NULL, index);
    return map ? lrp_colormap_name(map) : NULL;
}
