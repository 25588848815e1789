/* shape.c: operators on shapes and constants: Shape Size Constant ConstantOfShape Range EyeLike NonZero. */
#include <math.h>

#include "shape_ops.h"

/* ---- Shape, Size: only the descriptor is read ---- */

static int64_t clamp_axis(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The axes that Shape lists: [first, last). */
static void shape_range(const struct lrp_call *call, int *first, int *last)
{
    const int rank = call->in[0].shape->rank;
    const bool newer = call->opset >= 15;
    const int64_t start = newer ? lrp_call_int(call, "start", 0) : 0, end = newer ? lrp_call_int(call, "end", rank) : rank;
    *first = (int)(start < 0 ? clamp_axis(start, -rank, 0) + rank : clamp_axis(start, 0, rank));
    *last = (int)(end < 0 ? clamp_axis(end, -rank, 0) + rank : clamp_axis(end, 0, rank));
    *last = *last < *first ? *first : *last;
}

/* Strings have shapes too: the type of the input does not matter. */
static enum lrp_status check_one_input(const struct lrp_call *call, struct lrp_error *err)
{
    if (!lrp_call_has(call, 0) || !lrp_shape_known(call->in[0].shape) || !lrp_call_wants(call, 0))
        return lrp_fail(err, LRP_FILE, "%s needs one input and one output", call->op_type);
    return LRP_OK;
}

static enum lrp_status shape_infer(struct lrp_call *call, struct lrp_error *err)
{
    int first = 0, last = 0;
    const enum lrp_status status = check_one_input(call, err);
    if (status) return status;
    shape_range(call, &first, &last);
    return lrp_infer_output(call, 0, LRP_DTYPE_INT64, &(struct lrp_shape){.rank = 1, .dim = {last - first}}, err);
}

static enum lrp_status shape_forward(LRP_FORWARD_PARAMETERS)
{
    int first = 0, last = 0;
    (void)handle, (void)in, (void)run, (void)err;
    shape_range(call, &first, &last);
    for (int k = first; k < last; ++k) out[0]->i[k - first] = call->in[0].shape->dim[k];
    return LRP_OK;
}

static enum lrp_status size_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = check_one_input(call, err);
    if (!status && lrp_shape_count(call->in[0].shape) < 0)
        return lrp_fail(err, LRP_FILE, "the input of Size has impossibly many elements");
    return status ? status : lrp_infer_output(call, 0, LRP_DTYPE_INT64, &(struct lrp_shape){.rank = 0}, err);
}

static enum lrp_status size_forward(LRP_FORWARD_PARAMETERS)
{
    (void)handle, (void)in, (void)run, (void)err;
    out[0]->i[0] = lrp_shape_count(call->in[0].shape);
    return LRP_OK;
}

/* ---- Constant: one attribute says the value ---- */

struct constant_form {
    const char *name;
    enum lrp_attribute_kind kind;
    enum lrp_dtype dtype;
    int rank;
};
static const struct constant_form forms[] = {
    {"value", LRP_ATTRIBUTE_TENSOR, LRP_DTYPE_UNDEFINED, -1},      {"value_float", LRP_ATTRIBUTE_FLOAT, LRP_DTYPE_FLOAT, 0},
    {"value_int", LRP_ATTRIBUTE_INT, LRP_DTYPE_INT64, 0},          {"value_floats", LRP_ATTRIBUTE_FLOATS, LRP_DTYPE_FLOAT, 1},
    {"value_ints", LRP_ATTRIBUTE_INTS, LRP_DTYPE_INT64, 1},        {"value_string", LRP_ATTRIBUTE_STRING, LRP_DTYPE_STRING, 0},
    {"value_strings", LRP_ATTRIBUTE_STRINGS, LRP_DTYPE_STRING, 1},
};

static const struct lrp_attribute *constant_attribute(const struct lrp_call *call, const struct constant_form **form)
{
    for (size_t k = 0; k < sizeof forms / sizeof *forms; ++k) {
        const struct lrp_attribute *attribute = lrp_call_attribute(call, forms[k].name);
        *form = &forms[k];
        if (attribute && attribute->kind == forms[k].kind && (forms[k].rank >= 0 || attribute->tensor)) return attribute;
    }
    return NULL;
}

static enum lrp_status constant_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct constant_form *form = NULL;
    const struct lrp_attribute *attribute = constant_attribute(call, &form);
    struct lrp_shape shape = {.rank = 0};
    if (!lrp_call_wants(call, 0)) return lrp_fail(err, LRP_FILE, "the output of Constant has no name");
    if (!attribute)
        return lrp_fail(err, LRP_UNSUPPORTED,
                        "Constant has no value that is a tensor, numbers or texts (sparse tensors are not implemented)");
    if (form->rank < 0) return lrp_infer_output(call, 0, attribute->tensor->dtype, attribute->tensor->shape, err);
    if (attribute->count > INT32_MAX) return lrp_fail(err, LRP_FILE, "attribute %s has impossibly many values", form->name);
    shape.rank = form->rank;
    shape.dim[0] = (int64_t)attribute->count;
    return lrp_infer_output(call, 0, form->dtype, &shape, err);
}

static enum lrp_status constant_forward(LRP_FORWARD_PARAMETERS)
{
    const struct constant_form *form = NULL;
    const struct lrp_attribute *attribute = constant_attribute(call, &form);
    (void)handle, (void)in, (void)run, (void)err;
    const bool is_float = lrp_dtype_is_float(out[0]->dtype), is_text = out[0]->dtype == LRP_DTYPE_STRING;
    if (form->rank < 0 && is_text)
        for (size_t k = 0; k < out[0]->count; ++k) out[0]->s[k] = attribute->tensor->strings[k];
    else if (form->rank < 0 && is_float)
        lrp_blob_f32(attribute->tensor, 0, out[0]->count, out[0]->f);
    else if (form->rank < 0)
        lrp_blob_i64(attribute->tensor, 0, out[0]->count, out[0]->i);
    for (size_t k = 0; form->rank >= 0 && k < out[0]->count; ++k) {
        if (is_text)
            out[0]->s[k] = form->rank == 0 ? attribute->s : attribute->strings[k];
        else if (is_float)
            out[0]->f[k] = form->rank == 0 ? attribute->f : attribute->floats[k];
        else
            out[0]->i[k] = form->rank == 0 ? attribute->i : attribute->ints[k];
    }
    return LRP_OK;
}

/* ---- ConstantOfShape ---- */

static const struct lrp_blob *fill_value(const struct lrp_call *call)
{
    const struct lrp_attribute *attribute = lrp_call_attribute(call, "value");
    return attribute && attribute->kind == LRP_ATTRIBUTE_TENSOR ? attribute->tensor : NULL;
}

static enum lrp_status fill_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_shape shape = {.rank = 0};
    const struct lrp_blob *value = fill_value(call);
    enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (!status) status = lrp_infer_const_ints(call, 0, "shape", shape.dim, &shape.rank, err);
    if (!status && value && value->count != 1)
        return lrp_fail(err, LRP_FILE, "the value of ConstantOfShape has %zu elements instead of one", value->count);
    return status ? status : lrp_infer_output(call, 0, value ? value->dtype : LRP_DTYPE_FLOAT, &shape, err);
}

static enum lrp_status fill_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_blob *value = fill_value(call);
    const bool is_float = lrp_dtype_is_float(out[0]->dtype);
    const float number = value && is_float ? lrp_blob_get_f32(value, 0) : 0;
    const int64_t integer = value && !is_float ? lrp_blob_get_i64(value, 0) : 0;
    (void)handle, (void)in, (void)run, (void)err;
    for (size_t k = 0; k < out[0]->count; ++k) {
        if (is_float)
            out[0]->f[k] = number;
        else
            out[0]->i[k] = integer;
    }
    return LRP_OK;
}

/* ---- Range ---- */

/* How many steps lead from start to (not including) limit; -1: not constant, -2: impossible. */
static int64_t range_count(const struct lrp_call *call)
{
    const struct lrp_blob *blobs[3];
    for (int i = 0; i < 3; ++i) {
        blobs[i] = call->in[i].constant;
        if (!blobs[i]) return -1;
        if (blobs[i]->count != 1) return -2;
    }
    if (lrp_dtype_is_float(call->in[0].dtype)) {
        const double start = (double)lrp_blob_get_f32(blobs[0], 0), limit = (double)lrp_blob_get_f32(blobs[1], 0);
        const double count = ceil((limit - start) / (double)lrp_blob_get_f32(blobs[2], 0));
        return !(count < 1e12) ? -2 : count > 0 ? (int64_t)count : 0;
    }
    const int64_t start = lrp_blob_get_i64(blobs[0], 0), limit = lrp_blob_get_i64(blobs[1], 0),
                  step = lrp_blob_get_i64(blobs[2], 0);
    int64_t span = 0;
    if (step == 0 || step == INT64_MIN || __builtin_sub_overflow(limit, start, &span)) return -2;
    if ((span > 0) != (step > 0) || span == 0) return 0;
    return span / step + (span % step != 0);
}

static enum lrp_status range_infer(struct lrp_call *call, struct lrp_error *err)
{
    enum lrp_status status = lrp_infer_arity(call, 3, 3, err);
    if (!status) status = lrp_infer_same_dtype(call, 0, 3, err);
    if (status) return status;
    const int64_t count = range_count(call);
    if (count == -1)
        return lrp_fail(err, LRP_UNSUPPORTED, "the bounds of Range are not constant, so that its output has no known shape");
    if (count < 0) return lrp_fail(err, LRP_FILE, "the bounds of Range are not numbers that a step leads between");
    return lrp_infer_output(call, 0, call->in[0].dtype, &(struct lrp_shape){.rank = 1, .dim = {count}}, err);
}

static enum lrp_status range_forward(LRP_FORWARD_PARAMETERS)
{
    (void)call, (void)handle, (void)run, (void)err;
    for (size_t k = 0; k < out[0]->count; ++k) {
        if (lrp_dtype_is_float(out[0]->dtype))
            out[0]->f[k] = (float)((double)in[0]->f[0] + (double)k * (double)in[2]->f[0]);
        else
            out[0]->i[k] = in[0]->i[0] + (int64_t)k * in[2]->i[0];
    }
    return LRP_OK;
}

/* ---- EyeLike ---- */

static enum lrp_status eye_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    const int64_t dtype = lrp_call_int(call, "dtype", (int64_t)call->in[0].dtype);
    if (call->in[0].shape->rank != 2 || dtype < 0 || dtype >= LRP_DTYPE_COUNT)
        return lrp_fail(err, LRP_FILE, "EyeLike needs an input of 2 axes and a known dtype");
    return lrp_infer_output(call, 0, (enum lrp_dtype)dtype, call->in[0].shape, err);
}

static enum lrp_status eye_forward(LRP_FORWARD_PARAMETERS)
{
    const int64_t rows = call->in[0].shape->dim[0], columns = call->in[0].shape->dim[1];
    const int64_t k = clamp_axis(lrp_call_int(call, "k", 0), -rows, columns);
    (void)handle, (void)in, (void)run, (void)err;
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
            if (lrp_dtype_is_float(out[0]->dtype))
                out[0]->f[i * columns + j] = j - i == k;
            else
                out[0]->i[i * columns + j] = j - i == k;
        }
    return LRP_OK;
}

/* ---- NonZero of a constant: otherwise nobody knows how many there are ---- */

static enum lrp_status nonzero_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    const struct lrp_blob *blob = call->in[0].constant;
    int64_t count = 0;
    call->out[0].dtype = LRP_DTYPE_INT64;
    call->out[0].shape = &lrp_shape_unknown;
    if (!blob) return LRP_OK; /* nonzero_measure knows when it runs */
    for (size_t k = 0; k < blob->count; ++k)
        count += lrp_dtype_is_float(blob->dtype) ? lrp_blob_get_f32(blob, k) != 0 : lrp_blob_get_i64(blob, k) != 0;
    const int rank = call->in[0].shape->rank;
    return lrp_infer_output(call, 0, LRP_DTYPE_INT64, &(struct lrp_shape){.rank = 2, .dim = {rank, count}}, err);
}

static enum lrp_status nonzero_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                       struct lrp_error *err)
{
    int64_t count = 0;
    (void)run;
    for (size_t k = 0; in[0] && k < in[0]->count; ++k)
        count += lrp_dtype_is_float(in[0]->dtype) ? in[0]->f[k] != 0 : in[0]->i[k] != 0;
    return in[0] ? lrp_infer_output(call, 0, LRP_DTYPE_INT64,
                                    &(struct lrp_shape){.rank = 2, .dim = {call->in[0].shape->rank, count}}, err)
                 : LRP_OK;
}

static enum lrp_status nonzero_forward(LRP_FORWARD_PARAMETERS)
{
    const struct lrp_shape *x = call->in[0].shape;
    const size_t columns = (size_t)out[0]->shape.dim[1];
    size_t found = 0;
    (void)handle, (void)run, (void)err;
    for (size_t k = 0; k < in[0]->count && found < columns; ++k) {
        const bool is_zero = lrp_dtype_is_float(in[0]->dtype) ? in[0]->f[k] == 0 : in[0]->i[k] == 0;
        size_t rest = k;
        for (int a = x->rank - 1; a >= 0 && !is_zero; --a) {
            out[0]->i[(size_t)a * columns + found] = (int64_t)(rest % (size_t)x->dim[a]);
            rest /= (size_t)x->dim[a];
        }
        found += !is_zero;
    }
    return LRP_OK;
}

// clang-format off
#define ROW(op, f, samples, more, ...)                                                                                            \
    {                                                                                                                    \
        .name = op, .domain = "", .versions = { __VA_ARGS__ }, .traits = LRP_TRAIT_NO_VJP | (more),                      \
        .static_kind = LRP_KIND_OTHER, .infer = f##_infer, .forward = f##_forward, .batch = lrp_batch_##samples                                        \
    }
const struct lrp_operator lrp_ops_shape[] = {
    ROW("Shape", shape, none, LRP_TRAIT_SHAPE_ONLY | LRP_TRAIT_TEXTS, 1, 13, 15, 19, 21, 23, 24, 25),
    ROW("Size", size, none, LRP_TRAIT_SHAPE_ONLY | LRP_TRAIT_TEXTS, 1, 13, 19, 21, 23, 24, 25),
    ROW("Constant", constant, none, LRP_TRAIT_TEXTS, 1, 9, 11, 12, 13, 19, 21, 23, 24, 25),
    ROW("ConstantOfShape", fill, none, 0, 9, 20, 21, 23, 24, 25),
    ROW("Range", range, none, 0, 11, 27),
    ROW("EyeLike", eye, none, LRP_TRAIT_SHAPE_ONLY, 9, 22),
    {
        .name = "NonZero", .domain = "", .versions = { 9, 13 }, .traits = LRP_TRAIT_NO_VJP, .static_kind = LRP_KIND_OTHER,
        .infer = nonzero_infer, .measure = nonzero_measure, .forward = nonzero_forward, .batch = lrp_batch_lost
    },
    ROW("OneHot", lrp_onehot, onehot, 0, 9, 11),
    { 0 },
};
// clang-format on
