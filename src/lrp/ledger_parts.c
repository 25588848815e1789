/* ledger_parts.c: what accounts of every kind are made from. */
#include <math.h>

#include "account.h"
#include "ledger_book.h"
#include "vector.h"

enum lrp_status lrp_ledger_pair(const struct lrp_account *a, int output, struct lrp_ledger_pair *out, struct lrp_error *err)
{
    const struct lrp_rule_step *p = a->step;
    *out = (struct lrp_ledger_pair){.r = p->relevance[output], .z = p->values[a->node->out[output]]};
    if (out->r->block != out->z->block) {
        enum lrp_status status = lrp_rule_step_row_major(p, err);
        if (status) return status;
        out->r = lrp_rule_step_relevance(p, output);
        out->z = lrp_rule_step_value(p, a->node->out[output]);
    }
    out->count = lrp_tensor_floats(out->r);
    return LRP_OK;
}

double lrp_ledger_divided(const float *relevance, const float *z, size_t count, double e, double *causes)
{
    double passed = 0, stabilizer = 0, dead = 0;
    for (size_t i = 0; i < count; i++) {
        const double r = (double)relevance[i], d = (double)z[i], through = r * d / (double)lrp_stabilize(z[i], (float)e);
        if (!isfinite(r) || !isfinite(through)) continue;
        passed += through;
        *(fabs(d) <= e ? &dead : &stabilizer) += r - through;
    }
    causes[LRP_CAUSE_STABILIZER] += stabilizer;
    causes[LRP_CAUSE_DEAD] += dead;
    return passed;
}

void lrp_ledger_sum_up(const struct lrp_tensor *t, struct lrp_ledger_sums_of *sums)
{
    const size_t count = t ? lrp_tensor_floats(t) : 0; /* missing channels are 0 */
    for (size_t i = 0; t && i < t->item_count; i++) lrp_ledger_sum_up(t->items[i], sums);
    for (size_t i = 0; i < count; i++) {
        const double x = (double)t->f[i];
        if (!isfinite(x)) {
            sums->nan++;
            continue;
        }
        sums->sum += x;
        sums->size += fabs(x);
        sums->largest = fmax(sums->largest, fabs(x));
    }
}
