/* table.c: finding the row of an operator. */
#include "ops.h"

#include <pthread.h>
#include <string.h>

static const struct lrp_operator *const families[] = {
    lrp_ops_linear,     lrp_ops_pooling,   lrp_ops_normalize,  lrp_ops_softmax,  lrp_ops_activation,
    lrp_ops_arithmetic, lrp_ops_compare,   lrp_ops_math,       lrp_ops_reduce,   lrp_ops_axis,
    lrp_ops_move,       lrp_ops_attention, lrp_ops_gridsample, lrp_ops_quantize, lrp_ops_quantized,
    lrp_ops_rotary,     lrp_ops_loss,      lrp_ops_einsum,     lrp_ops_resize,   lrp_ops_shape,
    lrp_ops_heads,      lrp_ops_ml,        lrp_ops_tree,       lrp_ops_label,    lrp_ops_contrib_attention,
    lrp_ops_contrib,    lrp_ops_signal,    lrp_ops_detect,     lrp_ops_bits,     lrp_ops_contrib_quantize,
    lrp_ops_recurrent,  lrp_ops_control,   lrp_ops_random,     lrp_ops_select,   lrp_ops_sequence,
    lrp_ops_text,       lrp_ops_couple,    lrp_ops_qonnx,
};

/* A family ends in an empty row. One that merely lacks its name does not end it: the rows behind it would be lost without a
 * word. */
static bool ends_family(const struct lrp_operator *row)
{
    return !row->name && !row->versions[0] && !row->infer && !row->body;
}

/* A place in the table. */
struct lrp_operator_place {
    size_t family, row;
};

/* The row at a place, which goes on to the next one; NULL past the end. */
static const struct lrp_operator *next_row(struct lrp_operator_place *at)
{
    for (; at->family < sizeof families / sizeof families[0]; at->family++, at->row = 0) {
        const struct lrp_operator *row = &families[at->family][at->row];
        if (ends_family(row)) continue;
        at->row++;
        return row;
    }
    return NULL;
}

const struct lrp_operator *lrp_operator_at(size_t index)
{
    struct lrp_operator_place at = {0};
    const struct lrp_operator *row;

    while ((row = next_row(&at)) && index-- > 0) {
    }
    return row;
}

/* ---- by name: asked for every node of a model, several times ---- */

/* Rows by the hash of their name, an open table. Made once, of rows that never change, and only read afterwards. */
enum { SLOTS = 1024 };
static struct lrp_operator_slot {
    uint32_t hash;
    const struct lrp_operator *row;
} slots[SLOTS];

static uint32_t hash_name(const char *name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (; *name; name++) hash = (hash ^ (unsigned char)*name) * 16777619U;
    return hash;
}

/* Rows of one name stand behind each other in the order of the table. One slot stays free, where every search ends: a row that
 * finds no room is missed by the test that looks for every row. */
static void index_rows(void)
{
    struct lrp_operator_place place = {0};
    const struct lrp_operator *row;

    for (size_t used = 0; used + 1 < SLOTS && (row = next_row(&place));) {
        if (!row->name) continue;
        const uint32_t hash = hash_name(row->name);
        size_t at = hash % SLOTS;
        while (slots[at].row) at = (at + 1) % SLOTS;
        slots[at] = (struct lrp_operator_slot){hash, row};
        used++;
    }
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
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const char *const wanted = strcmp(domain, "ai.onnx") == 0 ? "" : domain;
    const uint32_t hash = hash_name(name);
    const struct lrp_operator *best = NULL;
    int best_version = 0;
    bool known = false;

    pthread_once(&once, index_rows);
    for (size_t at = hash % SLOTS; slots[at].row; at = (at + 1) % SLOTS) {
        const struct lrp_operator *row = slots[at].row;
        if (slots[at].hash != hash || strcmp(row->name, name) != 0 || strcmp(row->domain, wanted) != 0) continue;
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
