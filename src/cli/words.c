/* words.c: names in tables of the library that an option's argument may be. */
#include "words.h"

#include "lrpscope/composite.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/method.h"
#include "lrpscope/session.h"
#include "pixel_protocol.h"

const char *lrp_cli_rule_word(size_t index)
{
    const struct lrp_rule_info *info = lrp_rule_at(NULL, index);
    return info ? info->name : NULL;
}

const char *lrp_cli_show_word(size_t index)
{
    return index < LRP_SHOW_COUNT ? lrp_show_name((enum lrp_show)index) : NULL;
}

const char *lrp_cli_by_word(size_t index)
{
#define X(id, name) name,
    static const char *const names[] = {LRP_CLI_BYS(X)};
#undef X
    return index < LRP_CLI_BY_COUNT ? names[index] : NULL;
}

const char *lrp_cli_pool_word(size_t index)
{
#define X(id, name) name,
    static const char *const names[] = {LRP_CLI_POOLS(X)};
#undef X
    return index < LRP_CLI_POOL_COUNT ? names[index] : NULL;
}

const char *lrp_cli_pixel_word(size_t index)
{
    static const char *const names[] = {"auto", "off"};
    enum { LRP_NAMES = sizeof names / sizeof *names };
    const struct lrp_pixel_protocol *const row = index < LRP_NAMES ? NULL : lrp_pixel_protocol_at(index - LRP_NAMES);
    return index < LRP_NAMES ? names[index] : row ? row->name : NULL;
}
