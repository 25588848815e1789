/* sequence_join.c: ConcatFromSequence and SplitToSequence: sequences from and to one tensor. */
#include <string.h>

#include "pool.h"
#include "sequence_ops.h"
#include "texts.h"

static size_t size_of(const struct lrp_tensor *t)
{
    return lrp_dtype_is_float(t->dtype) ? sizeof *t->f : sizeof *t->i;
}

static char *bytes_of(const struct lrp_tensor *t)
{
    return lrp_dtype_is_float(t->dtype) ? (char *)t->f : (char *)t->i;
}

/* Copies a part of `whole`, from place `first` along the axis on, from (or, `back`, to) the part. */
static void copy_part(const struct lrp_tensor *whole, int axis, size_t first, const struct lrp_tensor *part, bool back)
{
    const size_t outer = lrp_shape_span(&whole->shape, 0, axis), size = size_of(whole),
                 inner = lrp_shape_span(&whole->shape, axis + 1, whole->shape.rank) * size,
                 all = (size_t)whole->shape.dim[axis] * inner, some = (size_t)part->shape.dim[axis] * inner;
    for (size_t o = 0; o < outer && some; o++) {
        char *const w = bytes_of(whole) + o * all + first * inner, *const p = bytes_of(part) + o * some;
        memcpy(back ? p : w, back ? w : p, some);
    }
}

/* ---- ConcatFromSequence ---- */

static bool makes_axis(const struct lrp_call *call)
{
    return lrp_call_int(call, "new_axis", 0) != 0;
}

static enum lrp_status stack(const struct lrp_call *call, const struct lrp_tensor *items, const struct lrp_run *run,
                             struct lrp_tensor **out, struct lrp_error *err)
{
    static const struct lrp_shape scalar = {.rank = 0};
    static const struct lrp_desc nothing = {.shape = &scalar};
    const struct control_row row = {items->items, items->item_count, items->item_count};
    return control_row_stack(&row, (int)lrp_call_int(call, "axis", 0), false, &nothing, run, out, err);
}

/* The axis along which items follow each other, which differ in nothing else. */
static enum lrp_status concat_axis(const struct lrp_call *call, const struct lrp_tensor *items, int *axis, int64_t *length,
                                   struct lrp_error *err)
{
    if (!items->item_count) return lrp_fail(err, LRP_FILE, "ConcatFromSequence of a sequence without items");
    const struct lrp_shape *first = &items->items[0]->shape;
    *axis = lrp_normalize_axis(lrp_call_int(call, "axis", 0), first->rank);
    *length = 0;
    if (*axis < 0) return lrp_fail(err, LRP_FILE, "the items of the sequence have no such axis");
    for (size_t i = 0; i < items->item_count; i++) {
        struct lrp_shape shape = items->items[i]->shape;
        if (shape.rank != first->rank || items->items[i]->dtype != items->items[0]->dtype)
            return lrp_fail(err, LRP_FILE, "the items of the sequence do not fit together");
        *length += shape.dim[*axis];
        shape.dim[*axis] = first->dim[*axis];
        if (!lrp_shape_equal(&shape, first)) return lrp_fail(err, LRP_FILE, "the items of the sequence do not fit together");
    }
    return LRP_OK;
}

enum lrp_status sequence_concat(LRP_CONTROL_PARAMETERS)
{
    const struct lrp_tensor *items;
    int axis;
    int64_t length;
    (void)bodies;
    enum lrp_status status = sequence_input(call, in, 0, &items, err);
    if (!status && makes_axis(call)) return stack(call, items, run, &out[0], err);
    if (!status) status = concat_axis(call, items, &axis, &length, err);
    if (status) return status;
    struct lrp_shape shape = items->items[0]->shape;
    shape.dim[axis] = length;
    status = lrp_tensor_take(run ? run->pool : NULL, items->items[0]->dtype, &shape, &out[0], err);
    for (size_t i = 0, at = 0; !status && i < items->item_count; at += (size_t)items->items[i++]->shape.dim[axis])
        copy_part(out[0], axis, at, items->items[i], false);
    return status ? status : lrp_tensor_keep_texts(out[0], err);
}

enum lrp_status sequence_concat_back(LRP_CONTROL_BACK_PARAMETERS)
{
    const struct lrp_tensor *items = in[0];
    int axis = 0;
    int64_t length;
    (void)bodies;
    if (!s[0]) return LRP_OK;
    enum lrp_status status = makes_axis(call) ? LRP_OK : concat_axis(call, items, &axis, &length, err);
    if (makes_axis(call)) axis = lrp_normalize_axis(lrp_call_int(call, "axis", 0), s[0]->shape.rank);
    if (!status) status = lrp_sequence_new(LRP_DTYPE_FLOAT, items->item_count, &given[0], err);
    for (size_t i = 0, at = 0; !status && i < items->item_count; i++) {
        struct lrp_tensor **part = &given[0]->items[i];
        if (makes_axis(call)) {
            status = control_slice(s[0], axis, i, run, part, err);
            continue;
        }
        status = lrp_tensor_take(run ? run->pool : NULL, LRP_DTYPE_FLOAT, &items->items[i]->shape, part, err);
        if (!status) copy_part(s[0], axis, at, *part, true);
        at += (size_t)items->items[i]->shape.dim[axis];
    }
    return status;
}

/* ---- SplitToSequence ---- */

/* How a tensor is cut: into pieces of `lengths`, or, NULL, of `each`; `drops`: the axis, of length 1, goes. */
struct split_cut {
    int axis;
    size_t pieces, each;
    const int64_t *lengths;
    bool drops;
};

static enum lrp_status cut_of(const struct lrp_call *call, const struct lrp_tensor *const *in, struct split_cut *cut,
                              struct lrp_error *err)
{
    const struct lrp_tensor *x = in[0], *split = call->in_count > 1 ? in[1] : NULL;
    if (!x || lrp_tensor_is_sequence(x) || (split && lrp_dtype_is_float(split->dtype)))
        return lrp_fail(err, LRP_FILE, "SplitToSequence needs a tensor, and whole numbers to split it by");
    *cut = (struct split_cut){.axis = lrp_normalize_axis(lrp_call_int(call, "axis", 0), x->shape.rank), .each = 1};
    if (cut->axis < 0) return lrp_fail(err, LRP_FILE, "SplitToSequence is given an axis that its input does not have");
    const int64_t length = x->shape.dim[cut->axis];
    int64_t sum = 0;
    if (split && split->shape.rank > 0) {
        for (size_t i = 0; i < split->count; i++)
            if (split->i[i] < 0 || __builtin_add_overflow(sum, split->i[i], &sum)) sum = INT64_MAX;
        cut->lengths = split->i;
        cut->pieces = split->count;
        return sum == length ? LRP_OK : lrp_fail(err, LRP_FILE, "SplitToSequence is given lengths that do not add up");
    }
    if (split && (split->count != 1 || split->i[0] < 1))
        return lrp_fail(err, LRP_FILE, "SplitToSequence is given a length that is none");
    if (split) cut->each = (size_t)split->i[0];
    cut->drops = !split && lrp_call_int(call, "keepdims", 1) == 0;
    cut->pieces = ((size_t)length + cut->each - 1) / cut->each;
    return LRP_OK;
}

static size_t piece_length(const struct split_cut *cut, const struct lrp_tensor *x, size_t i)
{
    const size_t length = (size_t)x->shape.dim[cut->axis];
    if (cut->lengths) return (size_t)cut->lengths[i];
    return length - i * cut->each < cut->each ? length - i * cut->each : cut->each;
}

/* The shape without the axis that goes; the numbers stay. */
static void drop_axis(struct lrp_tensor *t, int axis)
{
    memmove(t->shape.dim + axis, t->shape.dim + axis + 1, (size_t)(t->shape.rank - axis - 1) * sizeof *t->shape.dim);
    t->shape.rank--;
}

enum lrp_status sequence_split(LRP_CONTROL_PARAMETERS)
{
    struct split_cut cut;
    (void)bodies;
    enum lrp_status status = cut_of(call, in, &cut, err);
    if (!status) status = lrp_sequence_new(in[0]->dtype, cut.pieces, &out[0], err);
    for (size_t i = 0, at = 0; !status && i < cut.pieces; i++) {
        struct lrp_shape shape = in[0]->shape;
        shape.dim[cut.axis] = (int64_t)piece_length(&cut, in[0], i);
        status = lrp_tensor_take(run ? run->pool : NULL, in[0]->dtype, &shape, &out[0]->items[i], err);
        if (status) break;
        copy_part(in[0], cut.axis, at, out[0]->items[i], true);
        at += (size_t)shape.dim[cut.axis];
        if (cut.drops) drop_axis(out[0]->items[i], cut.axis);
    }
    return status;
}

enum lrp_status sequence_split_back(LRP_CONTROL_BACK_PARAMETERS)
{
    struct split_cut cut;
    (void)bodies;
    if (!s[0] || !lrp_dtype_is_float(in[0]->dtype)) return LRP_OK;
    enum lrp_status status = cut_of(call, in, &cut, err);
    if (!status) status = lrp_tensor_zero(run ? run->pool : NULL, LRP_DTYPE_FLOAT, &in[0]->shape, &given[0], err);
    for (size_t i = 0, at = 0; !status && i < cut.pieces; at += piece_length(&cut, in[0], i++)) {
        const struct lrp_tensor *item = i < s[0]->item_count ? s[0]->items[i] : NULL;
        if (!item) continue;
        struct lrp_tensor part = *item; /* seen with its axis */
        part.shape = in[0]->shape;
        part.shape.dim[cut.axis] = (int64_t)piece_length(&cut, in[0], i);
        copy_part(given[0], cut.axis, at, &part, false);
    }
    return status;
}
