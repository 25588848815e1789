/* propagate_step.c: by what a node hands relevance on: its layer's rule, the method, or the rule's convention. */
#include "account.h"
#include "propagate.h"

void lrp_propagation_step(const struct lrp_propagation *p, int node, struct lrp_node_step *out)
{
    const int layer = p->view->layer_of_node[node];
    const struct lrp_layer_nodes *nodes = &p->view->nodes[layer];
    *out = (struct lrp_node_step){.step = {.engine = p->engine,
                                           .run = p->run,
                                           .values = p->values,
                                           .reference = p->reference,
                                           .apply = p->method->apply,
                                           .half_gates = p->half_gates,
                                           .node = node,
                                           .inner_activation = -1},
                                  .account = p->method->account};
    if (!p->method->by_rules) return;
    const struct lrp_rule *rule = &p->assignment->given[layer]->rule;
    out->step.rule = rule;
    out->step.carries = p->assignment->carriers.carries;
    out->step.apply = rule->how->apply;
    out->account = rule->how->account;
    /* what stands behind the anchor: the activation, and a rounding before it */
    out->passes = nodes->anchor != node &&
                  (nodes->activation != node || (!rule->how->through_activation && !p->assignment->differentiates));
    if (nodes->activation == node && p->assignment->differentiates) {
        out->step.apply = lrp_apply_gradient;
        out->account = lrp_account_gradient;
    }
    if (nodes->anchor == node && p->keep_activation) out->step.inner_activation = nodes->activation;
}
