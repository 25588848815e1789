/* channels.c: the channels of a layer, one number each. */
#include <math.h>
#include <stdlib.h>

#include "internal.h"

/* Of one channel: its places are visited in row-major order. */
static struct lrp_channel_summary summary_of(const struct lrp_channels *c, const float *values, size_t channel)
{
    struct lrp_channel_summary s = {.channel = (int64_t)channel, .largest = -INFINITY};
    for (size_t o = 0; o < c->outer; o++)
        for (size_t i = 0; i < c->inner; i++) {
            const double value = (double)values[(o * c->count + channel) * c->inner + i];
            s.sum += value;
            if (!(value > s.largest)) continue;
            s.largest = value;
            s.position = (int64_t)(o * c->inner + i);
        }
    return s;
}

enum lrp_status lrp_snapshot_channel_sums(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, int64_t sample,
                                          struct lrp_channel_summary **out, size_t *count, struct lrp_error *err)
{
    const struct lrp_snapshot_box *box = lrp_snapshot_box(snapshot);
    const struct lrp_result *numbers = (show == LRP_SHOW_ACTIVATION ? snapshot->activation : snapshot->relevance)[layer];
    const struct lrp_tensor *t = lrp_result_tensor(numbers);
    struct lrp_sample one = {0};
    if (!t || !lrp_dtype_is_float(t->dtype))
        return lrp_fail(err, LRP_UNSUPPORTED, "layer %s has no %s", snapshot->layers->rows[layer].name, lrp_show_name(show));
    const int value = lrp_network_layer_value(box->setup->network, (size_t)layer);
    enum lrp_status status = lrp_sample_open(box->setup, value, t, sample, &one, err);
    if (status) return status;
    const struct lrp_channels c = lrp_channels_of(&one.tensor.shape, 1, lrp_channels_last(box->setup->network->view));
    *out = calloc(c.count + 1, sizeof **out);
    if (!*out) status = lrp_fail(err, LRP_MEMORY, "not enough memory for channels");
    *count = c.count;
    for (size_t k = 0; !status && k < c.count; k++) (*out)[k] = summary_of(&c, one.tensor.f, k);
    lrp_sample_close(&one);
    return status;
}
