/* ledger_names.c: what causes and flags of the ledger are called. */
#include "ledger.h"

static const struct {
    const char *key, *text, *line;
} causes[] = {
#define X(id, key, text, line) {key, text, line},
    LRP_CAUSES(X)
#undef X
};
static const struct {
    const char *key, *line;
} flags[] = {
#define X(id, key, line) {key, line},
    LRP_LEDGER_FLAGS(X)
#undef X
};
const char *lrp_cause_key(enum lrp_cause cause)
{
    return causes[cause].key;
}
const char *lrp_cause_text(enum lrp_cause cause)
{
    return causes[cause].text;
}
const char *lrp_cause_line(enum lrp_cause cause)
{
    return causes[cause].line;
}
const char *lrp_ledger_flag_key(enum lrp_ledger_flag flag)
{
    return flags[flag].key;
}
const char *lrp_ledger_flag_line(enum lrp_ledger_flag flag)
{
    return flags[flag].line;
}
