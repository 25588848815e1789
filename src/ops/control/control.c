/* control.c: If, Loop, Scan: the rows, and tensors turn by turn. */
#include "control.h"

#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "grown.h"
#include "pool.h"
#include "texts.h"

enum lrp_status control_row_add(struct control_row *row, struct lrp_tensor *item, struct lrp_error *err)
{
    struct lrp_tensor **items = lrp_grown(row->items, row->count, &row->capacity, sizeof(struct lrp_tensor *));
    if (!items) {
        lrp_tensor_release(item);
        return lrp_fail(err, LRP_MEMORY, "not enough memory for its turns");
    }
    row->items = items;
    row->items[row->count++] = item;
    return LRP_OK;
}

void control_release(struct lrp_tensor **tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++) {
        lrp_tensor_release(tensors[i]);
        tensors[i] = NULL;
    }
}

void control_row_free(struct control_row *row)
{
    control_release(row->items, row->count);
    free(row->items);
    *row = (struct control_row){.items = NULL};
}

/* A tensor seen along an axis: `outer` times `count` runs of `bytes`. */
struct along {
    size_t outer, count, bytes;
};

static struct along along(const struct lrp_tensor *tensor, int axis)
{
    const size_t size = lrp_dtype_is_float(tensor->dtype) ? sizeof *tensor->f : sizeof *tensor->i;
    return (struct along){.outer = lrp_shape_span(&tensor->shape, 0, axis),
                          .count = (size_t)tensor->shape.dim[axis],
                          .bytes = lrp_shape_span(&tensor->shape, axis + 1, tensor->shape.rank) * size};
}

static char *bytes_of(const struct lrp_tensor *tensor)
{
    return lrp_dtype_is_float(tensor->dtype) ? (char *)tensor->f : (char *)tensor->i;
}

static void put_item(const struct lrp_tensor *tensor, int axis, size_t place, const struct lrp_tensor *item)
{
    const struct along a = along(tensor, axis);
    for (size_t o = 0; o < a.outer && a.bytes; o++)
        memcpy(bytes_of(tensor) + (o * a.count + place) * a.bytes, bytes_of(item) + o * a.bytes, a.bytes);
}

enum lrp_status control_row_stack(const struct control_row *row, int axis, bool backward, const struct lrp_desc *declared,
                                  const struct lrp_run *run, struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_shape item = row->count ? row->items[0]->shape : *declared->shape;
    enum lrp_dtype dtype = row->count ? row->items[0]->dtype : declared->dtype;
    if (dtype == LRP_DTYPE_UNDEFINED) dtype = LRP_DTYPE_FLOAT;
    if (item.rank < 0) item.rank = 0;
    for (int i = 0; i < item.rank; i++) item.dim[i] = item.dim[i] < 0 ? 0 : item.dim[i];
    if (axis < 0) axis += item.rank + 1;
    if (axis < 0 || axis > item.rank || item.rank == LRP_MAX_RANK)
        return lrp_fail(err, LRP_FILE, "what a turn makes has no axis %d to be put together along", axis);
    struct lrp_shape shape = item;
    memmove(shape.dim + axis + 1, shape.dim + axis, (size_t)(item.rank - axis) * sizeof *shape.dim);
    shape.dim[axis] = (int64_t)row->count;
    shape.rank++;
    for (size_t k = 0; k < row->count; k++)
        if (!lrp_shape_equal(&row->items[k]->shape, &item) || row->items[k]->dtype != dtype)
            return lrp_fail(err, LRP_UNSUPPORTED, "what turn %zu makes has another shape than what the first one makes", k + 1);
    const enum lrp_status status = lrp_tensor_take(run ? run->pool : NULL, dtype, &shape, out, err);
    for (size_t k = 0; !status && k < row->count; k++) put_item(*out, axis, backward ? row->count - 1 - k : k, row->items[k]);
    return status ? status : lrp_tensor_keep_texts(*out, err);
}

enum lrp_status control_slice(const struct lrp_tensor *tensor, int axis, size_t place, const struct lrp_run *run,
                              struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_shape shape = tensor->shape;
    memmove(shape.dim + axis, shape.dim + axis + 1, (size_t)(shape.rank - axis - 1) * sizeof *shape.dim);
    shape.rank--;
    const enum lrp_status status = lrp_tensor_take(run ? run->pool : NULL, tensor->dtype, &shape, out, err);
    if (status) return status;
    const struct along a = along(tensor, axis);
    for (size_t o = 0; o < a.outer && a.bytes; o++)
        memcpy(bytes_of(*out) + o * a.bytes, bytes_of(tensor) + (o * a.count + place) * a.bytes, a.bytes);
    return lrp_tensor_keep_texts(*out, err);
}

void control_slice_add(struct lrp_tensor *tensor, int axis, size_t place, const struct lrp_tensor *item)
{
    const struct along a = along(tensor, axis);
    const size_t run = a.bytes / sizeof *tensor->f;
    for (size_t o = 0; o < a.outer; o++)
        for (size_t i = 0; i < run; i++) tensor->f[(o * a.count + place) * run + i] += item->f[o * run + i];
}

enum lrp_status control_infer(struct lrp_call *call, struct lrp_error *err)
{
    (void)err;
    for (int i = 0; i < call->out_count; i++) call->out[i].shape = &lrp_shape_unknown;
    return LRP_OK;
}

static const struct lrp_control plain, behind_condition = {.skipped = 1};
const struct lrp_operator lrp_ops_control[] = {
    {.name = "If",
     .domain = "",
     .versions = {1, 11, 13, 16, 19, 21, 23, 24, 25},
     .own = &plain,
     .static_kind = LRP_KIND_OTHER,
     .infer = control_infer,
     .control = control_if,
     .control_back = control_if_back,
     .batch = lrp_batch_lost},
    {.name = "Loop",
     .domain = "",
     .versions = {1, 11, 13, 16, 19, 21, 23, 24, 25},
     .own = &behind_condition,
     .static_kind = LRP_KIND_OTHER,
     .infer = control_infer,
     .control = control_loop,
     .control_back = control_loop_back,
     .batch = lrp_batch_lost},
    {.name = "Scan",
     .domain = "",
     .versions = {8, 9, 11, 16, 19, 21, 23, 24, 25},
     .own = &plain,
     .static_kind = LRP_KIND_OTHER,
     .infer = control_infer,
     .control = control_scan,
     .control_back = control_scan_back,
     .batch = lrp_batch_lost},
    {.name = NULL},
};
