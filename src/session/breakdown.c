/* breakdown.c: relevance layer by layer, told apart by token or by head of attention. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "lrpscope/text.h"
#include "printable.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* ---- which layers there are rows for ---- */

/* How a layer's relevance is taken apart: which axis tells its parts apart; -1: it has no row. */
typedef int axis_finder(const struct lrp_snapshot *now, int layer, const struct lrp_tensor *relevance, size_t tokens);

/* Samples, tokens, features; not heads that were merged with the samples. */
static int token_axis(const struct lrp_snapshot *now, int layer, const struct lrp_tensor *relevance, size_t tokens)
{
    (void)layer;
    const struct lrp_shape *s = &relevance->shape;
    return s->rank == 3 && (size_t)s->dim[1] == tokens && s->dim[0] == (int64_t)now->target_count ? 1 : -1;
}

/* Whether attention's weights come in through an input, moved, masked or thinned out on their way. */
static bool brings_weights(const struct lrp_layer_list *list, int layer)
{
    enum { FARTHEST = 16 };
    for (int steps = 0; layer > 0 && steps < FARTHEST; steps++) {
        const struct lrp_layer *l = &list->rows[layer];
        const unsigned traits = lrp_kind_row((enum lrp_kind)l->kind)->traits;
        if (traits & LRP_KIND_IS_WEIGHING) return true;
        const bool passes = traits & LRP_KIND_IS_PASSAGE;
        int next = 0;
        for (int i = 0; passes && i < l->input_count; i++)
            if (l->sources[i] > 0 && list->rows[l->sources[i]].carries) next = l->sources[i];
        layer = next;
    }
    return false;
}

/* Weights times values: heads are the axis behind the samples. */
static int head_axis(const struct lrp_snapshot *now, int layer, const struct lrp_tensor *relevance, size_t tokens)
{
    (void)tokens;
    const struct lrp_layer *l = &now->layers->rows[layer];
    if (strcmp(l->group, "product") != 0 || relevance->shape.rank != 4) return -1;
    if (relevance->shape.dim[0] != (int64_t)now->target_count) return -1;
    for (int i = 0; i < l->input_count; i++)
        if (brings_weights(now->layers, l->sources[i])) return 1;
    return -1;
}

/* ---- sums ---- */

static const struct lrp_tensor *relevance_of(const struct lrp_snapshot *now, size_t layer)
{
    return now->relevance[layer] ? lrp_result_tensor(now->relevance[layer]) : NULL;
}

/* Sums a sample over all axes but one. */
static void add_up(const struct lrp_tensor *t, int axis, size_t sample, float *row, size_t columns)
{
    size_t behind = 1, before = 1;
    const size_t parts = (size_t)t->shape.dim[axis];
    for (int k = axis + 1; k < t->shape.rank; k++) behind *= (size_t)t->shape.dim[k];
    for (int k = 1; k < axis; k++) before *= (size_t)t->shape.dim[k];
    const float *from = t->f + (t->shape.dim[0] > (int64_t)sample ? sample : 0) * before * parts * behind;
    for (size_t p = 0; p < parts && p < columns; p++) {
        double sum = 0;
        for (size_t b = 0; b < before; b++)
            for (size_t i = 0; i < behind; i++) sum += (double)from[(b * parts + p) * behind + i];
        row[p] = (float)sum;
    }
}

static enum lrp_status add_rows(struct lrp_breakdown *out, const struct lrp_snapshot *now, axis_finder *find, size_t tokens,
                                size_t sample, struct lrp_error *err)
{
    const size_t count = now->layers->count;
    out->layers = calloc(count + 1, sizeof *out->layers);
    out->values = calloc(count * out->columns + 1, sizeof *out->values);
    if (!out->layers || !out->values) return no_memory(err);
    for (size_t i = 1; i < count; i++) {
        const struct lrp_tensor *t = relevance_of(now, i);
        const int axis = t && lrp_dtype_is_float(t->dtype) ? find(now, (int)i, t, tokens) : -1;
        if (axis < 0) continue;
        float *row = out->values + out->rows * out->columns;
        for (size_t k = 0; k < out->columns; k++) row[k] = lrp_blank();
        add_up(t, axis, sample, row, out->columns);
        out->layers[out->rows++] = (int)i;
    }
    return LRP_OK;
}

/* The most heads that any layer has. */
static size_t most_heads(const struct lrp_snapshot *now)
{
    size_t most = 0;
    for (size_t i = 1; i < now->layers->count; i++) {
        const struct lrp_tensor *t = relevance_of(now, i);
        if (!t || head_axis(now, (int)i, t, 0) < 0) continue;
        most = (size_t)t->shape.dim[1] > most ? (size_t)t->shape.dim[1] : most;
    }
    return most;
}

static enum lrp_status name_columns(struct lrp_breakdown *out, const struct lrp_token_map *tokens, struct lrp_error *err)
{
    out->names = calloc(out->columns + 1, sizeof *out->names);
    bool ok = out->names != NULL;
    for (size_t i = 0; ok && i < out->columns; i++) {
        const struct lrp_token_row *row = tokens ? &tokens->rows[i] : NULL;
        if (row && *row->text)
            out->names[i] = lrp_printable(row->text);
        else if (asprintf(&out->names[i], row ? "%lld" : "head %lld", row ? (long long)row->id : (long long)i) < 0)
            out->names[i] = NULL;
        ok = out->names[i] != NULL;
    }
    return ok ? LRP_OK : no_memory(err);
}

enum lrp_status lrp_snapshot_breakdown(const struct lrp_snapshot *snapshot, enum lrp_breakdown_kind kind,
                                       const struct lrp_token_map *tokens, int64_t sample, struct lrp_breakdown *out,
                                       struct lrp_error *err)
{
    const bool heads = kind == LRP_BREAKDOWN_HEADS;
    *out = (struct lrp_breakdown){.columns = heads ? most_heads(snapshot) : tokens->count};
    if (!out->columns)
        return lrp_fail(err, LRP_UNSUPPORTED,
                        heads ? "no layer multiplies attention's weights of several heads with values"
                              : "no input takes tokens");
    enum lrp_status status = name_columns(out, heads ? NULL : tokens, err);
    if (!status)
        status = add_rows(out, snapshot, heads ? head_axis : token_axis, (size_t)snapshot->token_count, (size_t)sample, err);
    return status;
}

void lrp_breakdown_free(struct lrp_breakdown *b)
{
    for (size_t i = 0; b->names && i < b->columns; i++) free(b->names[i]);
    free(b->names);
    free(b->layers);
    free(b->values);
    *b = (struct lrp_breakdown){.rows = 0};
}
