/* spread.c: how the values of a layer are spread, from a sample that is quickly taken of any size. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LRP_RUN = 256, LRP_TAKEN_MOST = LRP_SPREAD_TAKEN };

/* Values [first, first + n) of a tensor or of a constant in the file. */
struct source {
    const struct lrp_tensor *tensor;
    const struct lrp_blob *blob;
    size_t count;
};

static void take_values(const struct source *from, size_t first, size_t n, float *out)
{
    if (from->tensor)
        memcpy(out, from->tensor->f + first, n * sizeof *out);
    else
        lrp_blob_f32(from->blob, first, n, out);
}

/* All values, or runs of neighbours (they share pages of the file) at equal distances. */
static size_t sample_values(const struct source *from, float *out)
{
    if (from->count <= LRP_TAKEN_MOST) {
        take_values(from, 0, from->count, out);
        return from->count;
    }
    const size_t runs = LRP_TAKEN_MOST / LRP_RUN;
    for (size_t i = 0; i < runs; i++) {
        const size_t first = (from->count - LRP_RUN) / (runs - 1) * i;
        take_values(from, first, LRP_RUN, out + i * LRP_RUN);
    }
    return runs * LRP_RUN;
}

static void count_bins(const struct lrp_tensor *values, struct lrp_spread *out)
{
    const double low = out->statistics.min, width = (double)out->statistics.max - low;
    for (size_t i = 0; i < values->count; i++) {
        if (!isfinite(values->f[i])) continue;
        const double at = width > 0 ? ((double)values->f[i] - low) / width * LRP_SPREAD_BINS : 0;
        const size_t bin = at > 0 ? (size_t)at : 0;
        out->bins[bin < LRP_SPREAD_BINS ? bin : LRP_SPREAD_BINS - 1]++;
    }
}

static enum lrp_status source_of(const struct lrp_snapshot *s, int layer, enum lrp_show show, struct source *out,
                                 struct lrp_error *err)
{
    const struct lrp_layer *l = &s->layers->rows[layer];
    if (show == LRP_SHOW_WEIGHTS) {
        const struct lrp_blob *blob = lrp_snapshot_weights(s, layer);
        *out = (struct source){.blob = blob, .count = blob ? blob->count : 0};
        return blob ? LRP_OK
                    : lrp_fail(err, LRP_UNSUPPORTED, "%s: layer %s (%s) has no weights", s->model_path, l->name, l->type);
    }
    const struct lrp_tensor *t = lrp_result_tensor(show == LRP_SHOW_ACTIVATION ? s->activation[layer] : s->relevance[layer]);
    *out = (struct source){.tensor = t, .count = t ? t->count : 0};
    return t && lrp_dtype_is_float(t->dtype) && t->count
               ? LRP_OK
               : lrp_fail(err, LRP_UNSUPPORTED, "%s: layer %s has no result", s->model_path, l->name);
}

enum lrp_status lrp_snapshot_spread(const struct lrp_snapshot *snapshot, int layer, enum lrp_show show, struct lrp_spread *out,
                                    struct lrp_error *err)
{
    struct source from;
    *out = (struct lrp_spread){0};
    enum lrp_status status = source_of(snapshot, layer, show, &from, err);
    if (status) return status;
    const struct lrp_shape shape = {.rank = 1, .dim = {(int64_t)(from.count < LRP_TAKEN_MOST ? from.count : LRP_TAKEN_MOST)}};
    struct lrp_tensor *values = NULL;
    status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &values, err);
    if (status) return status;
    out->count = from.count;
    out->taken = sample_values(&from, values->f);
    lrp_tensor_statistics(values, &out->statistics);
    count_bins(values, out);
    lrp_tensor_release(values);
    return LRP_OK;
}
