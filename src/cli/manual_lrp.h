/* manual_lrp.h: what lrpscope-lrp(7) says in words, by the list that follows. */
#ifndef LRP_CLI_MANUAL_LRP_H
#define LRP_CLI_MANUAL_LRP_H

#include "roff.h"

enum lrp_lrp_part {
    LRP_LRP_NOTATION,
    LRP_LRP_RULES,
    LRP_LRP_FALLBACK,
    LRP_LRP_CHECK,
    LRP_LRP_COMPOSITES,
    LRP_LRP_GRAPH,
    LRP_LRP_CONVENTIONS,
    LRP_LRP_DIFFERENCES,
    LRP_LRP_METHODS,
    LRP_LRP_METRICS,
    LRP_LRP_LEDGER,
    LRP_LRP_FLAGS,
    LRP_LRP_HEATMAPS,
    LRP_LRP_WORKED,
    LRP_LRP_PARTS
};
const struct lrp_prose *lrp_cli_lrp_prose(enum lrp_lrp_part part, size_t *count);

#endif
