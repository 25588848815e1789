/* ledger_terms.c: layers with weights: what became of R in every group of terms (terms.h).
 *
 * Group g gives c s (W~ a~ summed over its terms) = c s (d - b) with s = R/stab(d), so that of its part c R the bias takes c s
 * b and the stabilizer c (R - s d). What no group has is dropped by masks, or by factors that do not add up to 1. */
#include <math.h>
#include <stdlib.h>

#include "account.h"
#include "vector.h"

/* True if the terms see only the positive or the negative part of the weights: a side that may have nothing in it. */
static bool is_side(const struct lrp_group *g)
{
    for (int i = 0; i < g->term_count; i++)
        if (g->terms[i].weight != LRP_WEIGHT_POSITIVE && g->terms[i].weight != LRP_WEIGHT_NEGATIVE) return false;
    return true;
}

static bool is_masked(const struct lrp_group *g, float z)
{
    return (g->mask == LRP_MASK_POSITIVE && !(z > 0)) || (g->mask == LRP_MASK_NEGATIVE && !(z < 0));
}

struct group_sums {
    double bias, stabilizer, dead, empty, activation;
};

/* One element of a group: R = r, its quotient s. */
static void account_element(const struct lrp_group *g, double r, double d, double s, double bias, bool inner,
                            struct group_sums *sums)
{
    const double lost = r - s * d, taken = s * bias;
    if (!isfinite(lost) || !isfinite(taken)) return;
    sums->bias += taken;
    const bool dead = inner ? s == 0 : fabs(d) <= (double)g->e;
    if (d == 0 && is_side(g))
        sums->empty += lost;
    else if (dead)
        sums->dead += lost;
    else if (inner)
        sums->activation += lost;
    else
        sums->stabilizer += lost;
}

/* Large layers are left in the middle when they are to be. */
enum { ASK_EVERY = 1 << 17 };
static bool stops_at(const struct lrp_account *a, size_t i)
{
    return i % ASK_EVERY == 0 && lrp_run_should_stop(a->step->run);
}

/* What is added to a stream and nothing else: positions, segments, masks, where they are called so; a bias otherwise. */
static enum lrp_cause bias_cause(const struct lrp_account *a)
{
    enum { BIAS = 2 };
    const struct lrp_node *n = a->node;
    if (a->layer->kind != LRP_KIND_SCALE || n->call.in_count <= BIAS || n->in[BIAS] < 0) return LRP_CAUSE_BIAS;
    const enum lrp_cause cause = lrp_constant_cause(lrp_engine_graph(a->step->engine), n->in[BIAS]);
    return cause == LRP_CAUSE_CONSTANTS ? LRP_CAUSE_BIAS : cause;
}

static enum lrp_status account_group(const struct lrp_account *a, const struct lrp_ledger_pair *of, const struct lrp_group *g,
                                     int index, double *part, struct lrp_error *err)
{
    const struct lrp_tensor *r = of->r, *z = of->z;
    struct lrp_shares shares;
    struct group_sums sums = {0};
    enum lrp_status status = lrp_apply_shares(a->step, index, r->block, &shares, err);
    if (status) return status;
    for (size_t i = 0; i < of->count; i++) {
        if (stops_at(a, i)) {
            lrp_shares_release(&shares);
            return lrp_fail(err, LRP_CANCELLED, "cancelled");
        }
        if (g->mask != LRP_MASK_ALL && is_masked(g, z->f[i])) continue;
        const double whole = (double)r->f[i], bias = shares.bias ? (double)shares.bias->f[i] : 0;
        const double s = shares.s ? (double)shares.s->f[i] : whole / (double)lrp_stabilize(shares.d->f[i], g->e);
        part[i] += (double)g->c;
        account_element(g, whole, (double)shares.d->f[i], s, bias, shares.s != NULL, &sums);
    }
    const double c = (double)g->c;
    a->causes[bias_cause(a)] += c * sums.bias;
    a->causes[LRP_CAUSE_STABILIZER] += c * sums.stabilizer;
    a->causes[LRP_CAUSE_DEAD] += c * sums.dead;
    a->causes[LRP_CAUSE_EMPTY_SIDE] += c * sums.empty;
    a->causes[LRP_CAUSE_ACTIVATION] += c * sums.activation;
    lrp_shares_release(&shares);
    return LRP_OK;
}

/* What belongs to no group: of units all groups mask it is dropped, of others the factors do not add up to 1. */
static enum lrp_status account_rest(const struct lrp_account *a, const struct lrp_ledger_pair *of,
                                    const struct lrp_group *groups, int count, const double *part, struct lrp_error *err)
{
    const struct lrp_tensor *r = of->r, *z = of->z;
    for (size_t i = 0; i < of->count; i++) {
        if (stops_at(a, i)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        if (part[i] == 1 || !isfinite(r->f[i])) continue;
        bool open = false;
        for (int g = 0; g < count; g++) open |= !is_masked(&groups[g], z->f[i]);
        a->causes[open ? LRP_CAUSE_DESIGN : LRP_CAUSE_DROPPED] += (double)r->f[i] * (1 - part[i]);
    }
    return LRP_OK;
}

enum lrp_status lrp_account_terms(const struct lrp_account *a, struct lrp_error *err)
{
    struct lrp_group groups[LRP_GROUPS];
    struct lrp_ledger_pair of;
    const int count = lrp_rule_groups(a->step->rule, groups);
    if (!a->step->relevance[0]) return LRP_OK;
    enum lrp_status status = lrp_ledger_pair(a, 0, &of, err);
    if (status) return status;
    double *part = calloc(of.count + 1, sizeof *part);
    if (!part) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (int g = 0; !status && g < count; g++)
        if (groups[g].c != 0) status = account_group(a, &of, &groups[g], g, part, err);
    if (!status) status = account_rest(a, &of, groups, count, part, err);
    free(part);
    return status;
}
