/* table.c: finding the row of an operator. */
#include "ops.h"

#include <string.h>

static const struct lrp_operator *const families[] = {
    lrp_ops_linear,     lrp_ops_pooling,   lrp_ops_normalize,  lrp_ops_softmax,  lrp_ops_activation,
    lrp_ops_arithmetic, lrp_ops_compare,   lrp_ops_math,       lrp_ops_reduce,   lrp_ops_axis,
    lrp_ops_move,       lrp_ops_attention, lrp_ops_gridsample, lrp_ops_quantize, lrp_ops_quantized,
    lrp_ops_rotary,     lrp_ops_loss,      lrp_ops_einsum,     lrp_ops_resize,   lrp_ops_shape,
    lrp_ops_heads,      lrp_ops_ml,        lrp_ops_tree,       lrp_ops_label,    lrp_ops_contrib_attention,
    lrp_ops_contrib,    lrp_ops_signal,    lrp_ops_detect,     lrp_ops_bits,     lrp_ops_contrib_quantize,
    lrp_ops_recurrent,  lrp_ops_control,   lrp_ops_random,     lrp_ops_select,   lrp_ops_sequence,
    lrp_ops_text,       lrp_ops_couple,
};

/* A family ends in an empty row. One that merely lacks its name does not end it: the rows behind it would be lost without a
 * word. */
static bool ends_family(const struct lrp_operator *row)
{
    return !row->name && !row->versions[0] && !row->infer && !row->body;
}

const struct lrp_operator *lrp_operator_at(size_t index)
{
    for (size_t family = 0; family < sizeof families / sizeof families[0]; family++)
        for (const struct lrp_operator *row = families[family]; !ends_family(row); row++)
            if (index-- == 0) return row;
    return NULL;
}

/* The newest version of the row that `opset` has; 0 if the row knows only later ones. */
static int version_at(const struct lrp_operator *row, int opset)
{
    int found = 0;

    for (size_t i = 0; i < sizeof row->versions / sizeof *row->versions && row->versions[i]; i++)
        if (row->versions[i] <= opset) found = row->versions[i];
    return found;
}

/* Several rows may share a name, each with the versions of one meaning: the row with the newest version wins. */
const struct lrp_operator *lrp_operator_find(const char *domain, const char *name, int opset, const char **why)
{
    const char *const wanted = strcmp(domain, "ai.onnx") == 0 ? "" : domain;
    const struct lrp_operator *best = NULL;
    int best_version = 0;
    bool known = false;

    for (size_t family = 0; family < sizeof families / sizeof families[0]; family++)
        for (const struct lrp_operator *row = families[family]; !ends_family(row); row++) {
            /* asked for every node of a model: the first letter rules out most rows */
            if (!row->name || row->name[0] != name[0] || strcmp(row->name, name) != 0 || strcmp(row->domain, wanted) != 0)
                continue;
            known = true;
            const int version = version_at(row, opset);
            if (version > best_version) {
                best = row;
                best_version = version;
            }
        }
    if (best && best->newer && opset >= best->newer) best = NULL;
    if (!best && why) *why = known ? "this version of the operator is not implemented" : "the operator is not implemented";
    return best;
}

const struct lrp_operator *lrp_operator_set_find(const struct lrp_operator_set *set, const char *domain, const char *name)
{
    for (size_t i = 0; set && i < set->count; i++)
        if (strcmp(set->rows[i]->name, name) == 0 && (!*domain || strcmp(set->rows[i]->domain, domain) == 0))
            return set->rows[i];
    return NULL;
}
