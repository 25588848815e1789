/* accessors.c: what a snapshot holds, by functions: for bindings that cannot read structs. */
#include "internal.h"

const struct lrp_snapshot_box *lrp_snapshot_box(const struct lrp_snapshot *snapshot)
{
    return (const struct lrp_snapshot_box *)(const void *)snapshot;
}

size_t lrp_snapshot_layer_count(const struct lrp_snapshot *snapshot)
{
    return snapshot->layers->count;
}

const char *lrp_snapshot_layer_name(const struct lrp_snapshot *snapshot, size_t layer)
{
    return layer < lrp_layer_rows(snapshot->layers) ? snapshot->layers->rows[layer].name : NULL;
}

const char *lrp_snapshot_layer_type(const struct lrp_snapshot *snapshot, size_t layer)
{
    return layer < lrp_layer_rows(snapshot->layers) ? snapshot->layers->rows[layer].type : NULL;
}

const char *lrp_snapshot_layer_rule(const struct lrp_snapshot *snapshot, size_t layer)
{
    return layer < lrp_layer_rows(snapshot->layers) ? snapshot->rules[layer] : NULL;
}

const struct lrp_tensor *lrp_snapshot_activation(const struct lrp_snapshot *snapshot, size_t layer)
{
    return layer < lrp_layer_rows(snapshot->layers) ? lrp_result_tensor(snapshot->activation[layer]) : NULL;
}

const struct lrp_tensor *lrp_snapshot_relevance(const struct lrp_snapshot *snapshot, size_t layer)
{
    return layer < lrp_layer_rows(snapshot->layers) ? lrp_result_tensor(snapshot->relevance[layer]) : NULL;
}

int64_t lrp_snapshot_target(const struct lrp_snapshot *snapshot, size_t sample, double *output)
{
    if (sample >= snapshot->target_count) return -1;
    if (output) *output = (double)snapshot->targets[sample].output;
    return snapshot->targets[sample].index;
}
