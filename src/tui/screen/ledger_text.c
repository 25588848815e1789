/* ledger_text.c: rows of the ledger in words: what was lost to what, and their flags. */
#include <math.h>
#include <stdio.h>

#include "format.h"

enum { LRP_CAUSES_SHOWN = 4 };
static const double trifle = 1e-6; /* of what was taken in: rounding */

bool lrp_loss_matters(double amount, const struct lrp_ledger_row *row)
{
    return fabs(amount) > trifle * fmax(fabs(row->in), fabs(row->out));
}

char *lrp_causes_text(const struct lrp_ledger_row *row, char *out, size_t size)
{
    static const char *const texts[LRP_CAUSE_COUNT] = {
#define X(id, key, text, line) [LRP_CAUSE_##id] = (text),
        LRP_CAUSES(X)
#undef X
    };
    bool told[LRP_CAUSE_COUNT] = {false};
    size_t used = 0;
    out[0] = 0;
    for (int n = 0; n < LRP_CAUSES_SHOWN && used < size; n++) {
        int most = -1;
        for (int c = 0; c < LRP_CAUSE_COUNT; c++)
            if (!told[c] && lrp_loss_matters(row->causes[c], row) &&
                (most < 0 || fabs(row->causes[c]) > fabs(row->causes[most])))
                most = c;
        if (most < 0) break;
        char value[32];
        told[most] = true;
        used += (size_t)snprintf(out + used, size - used, "%s%s %s", used ? ", " : "", texts[most],
                                 lrp_value_text(row->causes[most], value, sizeof value));
    }
    return out;
}

char *lrp_flags_text(const struct lrp_ledger_row *row, char *out, size_t size)
{
    static const char *const keys[LRP_LEDGER_FLAG_COUNT] = {
#define X(id, key, line) [LRP_LEDGER_##id] = (key),
        LRP_LEDGER_FLAGS(X)
#undef X
    };
    size_t used = 0;
    out[0] = 0;
    for (int f = 0; f < LRP_LEDGER_FLAG_COUNT && used < size; f++)
        if (row->flags >> f & 1) used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", keys[f]);
    return out;
}
