/* ledger_concepts.c: what conditions take away. */
#include <math.h>
#include <stdlib.h>

#include "ledger_book.h"
#include "vector.h"

bool lrp_ledger_goes_round(const struct lrp_ledger_book *b, const struct lrp_node *n, int input)
{
    if (!b->round) return false;
    for (int j = 0; j < n->call.out_count; j++)
        if (n->out[j] >= 0 && !lrp_concept_goes_round(b->at, n->out[j], n->in[input])) return false;
    return true;
}

void lrp_ledger_book_conditions(const struct lrp_ledger_book *b, int node)
{
    const struct lrp_node *n = &lrp_engine_graph(b->p->engine)->nodes[node];
    struct lrp_ledger_row *row = &b->ledger->rows[b->p->view->layer_of_node[node]];
    for (int j = 0; b->at && j < n->call.out_count; j++) {
        struct lrp_ledger_sums_of left = {0};
        if (n->out[j] < 0 || !b->at->conditioned[n->out[j]]) continue;
        lrp_ledger_sum_up(b->relevance[n->out[j]], &left);
        const double lost = b->arrived[n->out[j]] - left.sum;
        row->in += lost;
        row->size += fabs(lost);
        row->causes[b->restarts && b->at->nearest[n->out[j]] ? LRP_CAUSE_START : LRP_CAUSE_CONCEPT] += lost;
    }
}

void lrp_ledger_note_arrivals(const struct lrp_ledger_book *b, const struct lrp_node *n, struct lrp_tensor *const *given)
{
    for (int i = 0; b->at && i < n->call.in_count; i++) {
        struct lrp_ledger_sums_of sums = {0};
        if (!given[i] || !b->at->conditioned[n->in[i]]) continue;
        lrp_ledger_sum_up(given[i], &sums);
        b->arrived[n->in[i]] += sums.sum;
    }
}

enum lrp_status lrp_ledger_open_conditions(struct lrp_ledger_book *b, const struct lrp_concepts *concepts,
                                           struct lrp_concept_values *at, struct lrp_error *err)
{
    const struct lrp_graph *g = lrp_engine_graph(b->p->engine);
    struct lrp_ledger_sums_of start = {0};
    enum lrp_status status = lrp_concept_values_of(concepts, g, at, err);
    b->arrived = calloc((size_t)g->value_count + 1, sizeof *b->arrived);
    if (!status && !b->arrived) status = lrp_fail(err, LRP_MEMORY, "not enough memory for the ledger");
    if (status) return status;
    b->at = at;
    b->round = !concepts->keep_parallel;
    b->restarts = b->round && concepts->activation;
    lrp_ledger_sum_up(b->p->start_relevance, &start);
    b->arrived[b->p->start] = start.sum;
    return LRP_OK;
}
