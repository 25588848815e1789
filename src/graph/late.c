/* late.c: calls that are filled in when they run. */
#include "late.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "sequence.h"
#include "tensor_slots.h"

/* A tensor as a constant: borrowed, in the storage it has. */
static struct lrp_blob blob_of(const struct lrp_tensor *t)
{
    const bool is_float = lrp_dtype_is_float(t->dtype);
    if (t->dtype == LRP_DTYPE_STRING)
        return (struct lrp_blob){.dtype = t->dtype, .shape = &t->shape, .count = t->count, .strings = t->s};
    return (struct lrp_blob){.dtype = is_float ? LRP_DTYPE_FLOAT : LRP_DTYPE_INT64,
                             .shape = &t->shape,
                             .count = t->count,
                             .raw = is_float ? (const void *)t->f : (const void *)t->i};
}

/* False when out of memory. */
static bool describe_input(const struct lrp_graph *g, struct lrp_node *n, int i, const struct lrp_tensor *const *values,
                           struct lrp_blob *blob)
{
    struct lrp_desc *d = &n->call.in[i];
    const struct lrp_value *v = n->in[i] < 0 ? NULL : &g->values[n->in[i]];
    const struct lrp_tensor *t = v && !v->desc.constant ? values[n->in[i]] : NULL;
    *d = v ? v->desc : (struct lrp_desc){.shape = &lrp_shape_unknown};
    if (!t) return true;
    const struct lrp_shape *kept = lrp_shape_set_keep(n->call.shapes, &t->shape);
    if (!kept) return false;
    d->dtype = t->dtype;
    d->shape = kept;
    if (t->block || lrp_tensor_is_sequence(t) || (lrp_dtype_is_float(t->dtype) && !v->fixed)) return true;
    *blob = blob_of(t);
    d->constant = blob;
    return true;
}

static enum lrp_status measure_node(const struct lrp_graph *g, struct lrp_node *n, const struct lrp_tensor *const *values,
                                    const struct lrp_run *run, struct lrp_error *err)
{
    struct lrp_const_tensor_slots inputs;
    const struct lrp_tensor **in = lrp_const_tensor_slots(&inputs, n->call.in_count);
    bool ok = in != NULL;
    for (int i = 0; ok && i < n->call.in_count; i++) {
        const struct lrp_tensor *t = n->in[i] < 0 || g->values[n->in[i]].desc.constant ? NULL : values[n->in[i]];
        in[i] = t ? lrp_tensor_row_major(t, run) : NULL;
        ok = !t || in[i];
    }
    const enum lrp_status status =
        ok ? n->call.op->measure(&n->call, in, run, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    lrp_const_tensor_slots_free(&inputs);
    return status;
}

enum lrp_status lrp_late_open(const struct lrp_graph *graph, int node, const struct lrp_tensor *const *values,
                              const struct lrp_run *run, struct lrp_late *late, struct lrp_error *err)
{
    struct lrp_node *n = &graph->nodes[node];
    late->node = NULL;
    late->blobs = late->few;
    if (!n->late) return LRP_OK;
    if (n->call.in_count > LRP_LATE_FEW) late->blobs = calloc((size_t)n->call.in_count, sizeof *late->blobs);
    if (!late->blobs) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    late->node = n;
    bool known = true;
    for (int i = 0; i < n->call.in_count; i++) known &= describe_input(graph, n, i, values, &late->blobs[i]);
    if (!known) return lrp_fail(err, LRP_MEMORY, "not enough memory for a shape");
    for (int i = 0; i < n->call.out_count; i++)
        n->call.out[i] = (struct lrp_desc){.present = n->out[i] >= 0, .shape = &lrp_shape_unknown};
    if (n->call.op->control) return LRP_OK;
    enum lrp_status status = lrp_call_check_attributes(&n->call, err);
    if (!status) status = n->call.op->infer(&n->call, err);
    return !status && n->call.op->measure ? measure_node(graph, n, values, run, err) : status;
}

void lrp_late_close(struct lrp_late *late)
{
    struct lrp_node *n = late->node;
    for (int i = 0; n && i < n->call.in_count; i++)
        if (n->call.in[i].constant == &late->blobs[i]) n->call.in[i].constant = NULL;
    if (late->blobs != late->few) free(late->blobs);
    late->blobs = late->few;
    late->node = NULL;
}

bool lrp_late_reads_sequence(const struct lrp_node *node, const struct lrp_tensor *const *values)
{
    for (int i = 0; node->late && i < node->call.in_count; i++)
        if (node->in[i] >= 0 && lrp_tensor_is_sequence(values[node->in[i]])) return true;
    return false;
}

static void mix_stamp(uint64_t *stamp, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) *stamp = (*stamp ^ bytes[i]) * 1099511628211U;
}

uint64_t lrp_late_stamp(const struct lrp_node *node, const struct lrp_graph *graph, bool *passing)
{
    uint64_t stamp = 14695981039346656037U;
    *passing = false;
    if (!node->late) return 0;
    for (int i = 0; i < node->call.in_count; i++) {
        const struct lrp_desc *d = &node->call.in[i];
        mix_stamp(&stamp, &d->dtype, sizeof d->dtype);
        mix_stamp(&stamp, &d->shape->rank, sizeof d->shape->rank);
        for (int k = 0; k < d->shape->rank; k++) mix_stamp(&stamp, &d->shape->dim[k], sizeof d->shape->dim[k]);
        *passing |= i < 32 && node->call.op->prepared_inputs >> i & 1U && d->constant && node->in[i] >= 0 &&
                    d->constant != graph->values[node->in[i]].desc.constant;
    }
    return stamp;
}
