/* ledger_constants.c: what the constants of a transformer stand for, as far as names tell. */
#include <string.h>

#include "account.h"

/* Parts of names that exporters give such inputs and tables. */
static const struct {
    const char *word;
    enum lrp_cause cause;
} words[] = {
    {"position_emb", LRP_CAUSE_POSITIONS}, {"pos_emb", LRP_CAUSE_POSITIONS},   {"position_ids", LRP_CAUSE_POSITIONS},
    {"wpe", LRP_CAUSE_POSITIONS},          {"token_type", LRP_CAUSE_SEGMENTS}, {"segment_emb", LRP_CAUSE_SEGMENTS},
    {"attention_mask", LRP_CAUSE_MASK},    {"causal_mask", LRP_CAUSE_MASK},
};

static enum lrp_cause cause_of_name(const char *name)
{
    for (size_t i = 0; name && i < sizeof words / sizeof *words; i++)
        if (strstr(name, words[i].word)) return words[i].cause;
    return LRP_CAUSE_CONSTANTS;
}

enum lrp_cause lrp_constant_cause(const struct lrp_graph *graph, int value)
{
    enum { MOST = 64 };
    int queue[MOST], count = 0;
    if (value >= 0) queue[count++] = value;
    for (int k = 0; k < count; k++) {
        const enum lrp_cause cause = cause_of_name(graph->values[queue[k]].name);
        if (cause != LRP_CAUSE_CONSTANTS) return cause;
        const struct lrp_node *n = lrp_graph_producer(graph, queue[k]);
        for (int i = 0; n && i < n->call.in_count && count < MOST; i++)
            if (n->in[i] >= 0) queue[count++] = n->in[i];
    }
    return LRP_CAUSE_CONSTANTS;
}
