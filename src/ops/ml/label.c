/* label.c: LabelEncoder: numbers for numbers, by a table; TextLabels (ours) stands for labels that are texts. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "ml.h"

/* A side of the table: its numbers, of whatever kind the attributes give. */
struct side {
    const struct lrp_blob *tensor;
    const int64_t *ints;
    const float *floats;
    int count;
    bool texts;
};

static struct side read_side(const struct lrp_call *call, const char *what)
{
    struct side s = {0};
    char name[48];
    const struct lrp_attribute *a;
    snprintf(name, sizeof name, "%s_tensor", what);
    a = lrp_call_attribute(call, name);
    if (a && a->kind == LRP_ATTRIBUTE_TENSOR && a->tensor && a->tensor->count < INT32_MAX) {
        s.tensor = a->tensor;
        s.count = (int)a->tensor->count;
        s.texts = a->tensor->dtype == LRP_DTYPE_STRING;
        return s;
    }
    snprintf(name, sizeof name, "%s_int64s", what);
    if ((s.ints = lrp_ml_ints(call, name, &s.count))) return s;
    snprintf(name, sizeof name, "%s_floats", what);
    a = lrp_call_attribute(call, name);
    if (a && a->kind == LRP_ATTRIBUTE_FLOATS && a->count < INT32_MAX) {
        s.floats = a->floats;
        s.count = (int)a->count;
        return s;
    }
    snprintf(name, sizeof name, "%s_strings", what);
    s.texts = lrp_ml_texts(call, name, &s.count) != NULL;
    return s;
}

static double number_at(const struct side *s, int k)
{
    if (s->tensor)
        return lrp_dtype_is_float(s->tensor->dtype) ? (double)lrp_blob_get_f32(s->tensor, (size_t)k)
                                                    : (double)lrp_blob_get_i64(s->tensor, (size_t)k);
    return s->ints ? (double)s->ints[k] : (double)s->floats[k];
}

static enum lrp_dtype type_of(const struct side *s)
{
    return s->tensor ? s->tensor->dtype : s->ints ? LRP_DTYPE_INT64 : LRP_DTYPE_FLOAT;
}

static enum lrp_status encoder_infer(struct lrp_call *call, struct lrp_error *err)
{
    const struct side keys = read_side(call, "keys"), values = read_side(call, "values");
    if (keys.texts || values.texts || (call->in_count > 0 && call->in[0].dtype == LRP_DTYPE_STRING))
        return lrp_fail(err, LRP_UNSUPPORTED, "labels that are texts are not computed with");
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    if (!keys.count || keys.count != values.count) return lrp_fail(err, LRP_FILE, "it needs as many values as keys");
    return lrp_infer_output(call, 0, type_of(&values), &call->in[0].shape, err);
}

/* What stands for keys that are not in the table. */
static double otherwise(const struct lrp_call *call, const struct side *values)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, "default_tensor");
    if (a && a->kind == LRP_ATTRIBUTE_TENSOR && a->tensor && a->tensor->count > 0)
        return number_at(&(struct side){.tensor = a->tensor, .count = 1}, 0);
    return lrp_dtype_is_float(type_of(values)) ? (double)lrp_call_float(call, "default_float", -0.0F)
                                               : (double)lrp_call_int(call, "default_int64", -1);
}

static enum lrp_status encoder_forward(LRP_FORWARD_PARAMETERS)
{
    const struct side keys = read_side(call, "keys"), values = read_side(call, "values");
    (void)handle, (void)run, (void)err;
    for (size_t i = 0; i < in[0]->count; ++i) {
        const double x = lrp_dtype_is_float(in[0]->dtype) ? (double)in[0]->f[i] : (double)in[0]->i[i];
        double y = otherwise(call, &values);
        for (int k = 0; k < keys.count; ++k) {
            const double key = number_at(&keys, k);
            if (key != x && !(isnan(key) && isnan(x))) continue;
            y = number_at(&values, k);
            break;
        }
        if (lrp_dtype_is_float(out[0]->dtype))
            out[0]->f[i] = (float)y;
        else
            out[0]->i[i] = (int64_t)y;
    }
    return LRP_OK;
}

/* Its body cannot be written: the layer is listed with this reason, and nothing else of the model minds. */
static enum lrp_status text_body(struct lrp_operator_body *b, struct lrp_error *err)
{
    (void)b;
    return lrp_fail(err, LRP_UNSUPPORTED, "labels that are texts are not computed with; the scores beside them are");
}

const struct lrp_operator lrp_ops_label[] = {
    {.name = "LabelEncoder",
     .domain = LRP_ML,
     .versions = {2, 4},
     .traits = LRP_TRAIT_NO_VJP,
     .static_kind = LRP_KIND_OTHER,
     .infer = encoder_infer,
     .forward = encoder_forward,
     .batch = lrp_batch_elementwise},
    {.name = "TextLabels", .domain = "lrpscope", .versions = {1}, .body = text_body},
    {0},
};
