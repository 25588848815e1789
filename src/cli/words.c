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

const char *lrp_cli_show_word(size_t index)
{
    return index < LRP_SHOW_COUNT ? lrp_show_name((enum lrp_show)index) : NULL;
}
