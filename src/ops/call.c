/* call.c: reading the attributes and inputs of a call. */
#include "ops.h"

#include <stdio.h>
#include <string.h>

/* Attributes that are of one kind in every operator and version here. */
static const struct {
    enum lrp_attribute_kind kind;
    const char *words, *names; /* names between blanks */
} expected[] = {
    {LRP_ATTRIBUTE_FLOAT, "a number",
     " alpha beta gamma epsilon momentum lambd bias scale max min ratio softcap cubic_coeff_a extrapolation_value "},
    {LRP_ATTRIBUTE_INT, "a whole number",
     " align_corners allowzero antialias axis batch_dims block_size blocksize broadcast ceil_mode center count_include_pad"
     " detect_negative detect_positive dtype end epsilon_outside exclude_outside exclusive fmod group ignore_index interleaved"
     " is_causal is_test k keepdims kv_num_heads largest noop_with_empty_axes num_groups num_heads num_outputs output_dtype"
     " precision q_num_heads qk_matmul_output_mode reverse rotary_embedding_dim select_last_index size sorted spatial start"
     " storage_order to training_mode transA transB transpose upper "},
    {LRP_ATTRIBUTE_STRING, "a text",
     " approximate auto_pad coordinate_transformation_mode direction equation keep_aspect_ratio_policy mode nearest_mode"
     " padding_mode reduction "},
    {LRP_ATTRIBUTE_FLOATS, "a list of numbers", " scales "},
    {LRP_ATTRIBUTE_INTS, "a list of whole numbers",
     " axes dilations ends kernel_shape output_padding output_shape pads perm split starts strides "},
};

enum lrp_attribute_kind lrp_attribute_expected(const char *name)
{
    char word[64];

    if (strlen(name) > sizeof word - 3 || strchr(name, ' ')) return 0;
    snprintf(word, sizeof word, " %s ", name);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (strstr(expected[i].names, word)) return expected[i].kind;
    return 0;
}

const char *lrp_attribute_kind_words(enum lrp_attribute_kind kind)
{
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (expected[i].kind == kind) return expected[i].words;
    return "something else";
}

enum lrp_status lrp_call_check_attributes(const struct lrp_call *call, struct lrp_error *err)
{
    if (strcmp(call->domain, "ai.onnx.ml") == 0) return LRP_OK; /* uses some of these names otherwise: scale is a list there */
    for (int i = 0; i < call->attribute_count; i++) {
        const struct lrp_attribute *a = &call->attributes[i];
        const enum lrp_attribute_kind kind = lrp_attribute_expected(a->name);

        if (kind && a->kind != kind)
            return lrp_fail(err, LRP_FILE, "its attribute %s is %s, but must be %s", a->name, lrp_attribute_kind_words(a->kind),
                            lrp_attribute_kind_words(kind));
    }
    return LRP_OK;
}

const struct lrp_attribute *lrp_call_attribute(const struct lrp_call *call, const char *name)
{
    for (int i = 0; i < call->attribute_count; i++)
        if (strcmp(call->attributes[i].name, name) == 0) return &call->attributes[i];
    return NULL;
}

static const struct lrp_attribute *attribute_of(const struct lrp_call *call, const char *name, enum lrp_attribute_kind kind)
{
    const struct lrp_attribute *attribute = lrp_call_attribute(call, name);

    return attribute && attribute->kind == kind ? attribute : NULL;
}

int64_t lrp_call_int(const struct lrp_call *call, const char *name, int64_t otherwise)
{
    const struct lrp_attribute *attribute = attribute_of(call, name, LRP_ATTRIBUTE_INT);

    return attribute ? attribute->i : otherwise;
}

float lrp_call_float(const struct lrp_call *call, const char *name, float otherwise)
{
    const struct lrp_attribute *attribute = attribute_of(call, name, LRP_ATTRIBUTE_FLOAT);

    return attribute ? attribute->f : otherwise;
}

const char *lrp_call_string(const struct lrp_call *call, const char *name, const char *otherwise)
{
    const struct lrp_attribute *attribute = attribute_of(call, name, LRP_ATTRIBUTE_STRING);

    return attribute && attribute->s ? attribute->s : otherwise;
}

int lrp_call_ints(const struct lrp_call *call, const char *name, int64_t *out, int most)
{
    const struct lrp_attribute *attribute = attribute_of(call, name, LRP_ATTRIBUTE_INTS);

    if (!attribute) return -1;
    for (size_t i = 0; i < attribute->count && i < (size_t)most; i++) out[i] = attribute->ints[i];
    return attribute->count > INT32_MAX ? INT32_MAX : (int)attribute->count;
}

int lrp_call_const_ints(const struct lrp_call *call, int input, int64_t *out, int most)
{
    const struct lrp_blob *blob = lrp_call_has(call, input) ? call->in[input].constant : NULL;

    if (!blob || blob->dtype == LRP_DTYPE_STRING || blob->count > (size_t)most) return -1;
    lrp_blob_i64(blob, 0, blob->count, out);
    return (int)blob->count;
}

enum lrp_kind lrp_call_kind(const struct lrp_call *call)
{
    if (!call->op) return LRP_KIND_OTHER;
    return call->op->kind ? call->op->kind(call) : call->op->static_kind;
}

bool lrp_call_has(const struct lrp_call *call, int input)
{
    return input >= 0 && input < call->in_count && call->in[input].present;
}

bool lrp_call_is_data(const struct lrp_call *call, int input)
{
    return lrp_call_has(call, input) && !call->in[input].constant && lrp_dtype_is_float(call->in[input].dtype);
}

int lrp_call_data_inputs(const struct lrp_call *call)
{
    int count = 0;

    for (int i = 0; i < call->in_count; i++) count += lrp_call_is_data(call, i);
    return count;
}

bool lrp_call_weighted(const struct lrp_call *call)
{
    if (!call->op || !(call->op->traits & LRP_TRAIT_WEIGHTED) || !lrp_call_is_data(call, 0)) return false;
    for (int i = 1; i <= 2; i++)
        if (lrp_call_has(call, i) && !call->in[i].constant) return false;
    return lrp_call_int(call, "transA", 0) == 0;
}

int lrp_call_product(const struct lrp_call *call)
{
    const int inputs = lrp_call_data_inputs(call);

    return call->op && (call->op->traits & LRP_TRAIT_PRODUCT) && inputs >= 2 ? inputs : 1;
}

int lrp_normalize_axis(int64_t axis, int rank)
{
    if (axis < -rank || axis >= rank) return -1;
    return (int)(axis < 0 ? axis + rank : axis);
}
