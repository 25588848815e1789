/* label.c: LabelEncoder and CategoryMapper: numbers and texts for numbers and texts, by a table. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "ml.h"

/* A side of the table, of whatever kind the attributes give; nothing but a count: the places 0, 1, ... */
struct side {
    const struct lrp_blob *tensor;
    const int64_t *ints;
    const float *floats;
    const char *const *texts;
    int count;
};
struct label_table {
    struct side keys, values, otherwise; /* otherwise: one value, for what is no key */
};
/* What a row owns: how the table of a call is read. */
struct encoder {
    void (*read)(const struct lrp_call *call, struct label_table *table);
};

static struct side blob_side(const struct lrp_blob *blob)
{
    struct side s = {.tensor = blob, .count = (int)blob->count};
    if (blob->dtype != LRP_DTYPE_STRING) return s;
    s.tensor = NULL;
    s.texts = blob->strings;
    return s;
}

static struct side read_side(const struct lrp_call *call, const char *what)
{
    struct side s = {0};
    char name[48];
    const struct lrp_attribute *a;
    snprintf(name, sizeof name, "%s_tensor", what);
    a = lrp_call_attribute(call, name);
    if (a && a->kind == LRP_ATTRIBUTE_TENSOR && a->tensor && a->tensor->count < INT32_MAX) return blob_side(a->tensor);
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
    s.texts = lrp_ml_texts(call, name, &s.count);
    return s;
}

static enum lrp_dtype type_of(const struct side *s)
{
    if (s->texts) return LRP_DTYPE_STRING;
    return s->tensor ? s->tensor->dtype : s->floats ? LRP_DTYPE_FLOAT : LRP_DTYPE_INT64;
}

static double number_at(const struct side *s, int k)
{
    if (s->tensor)
        return lrp_dtype_is_float(s->tensor->dtype) ? (double)lrp_blob_get_f32(s->tensor, (size_t)k)
                                                    : (double)lrp_blob_get_i64(s->tensor, (size_t)k);
    return s->ints ? (double)s->ints[k] : s->floats ? (double)s->floats[k] : k;
}

/* An attribute of one value, as a side of one. */
static const struct lrp_attribute *single_attribute(const struct lrp_call *call, const char *name, enum lrp_attribute_kind kind)
{
    const struct lrp_attribute *a = lrp_call_attribute(call, name);
    return a && a->kind == kind ? a : NULL;
}

static struct side otherwise(const struct lrp_call *call, enum lrp_dtype type, const char *const *missing)
{
    static const int64_t no_number = -1;
    static const float zero = -0.0F;
    const struct lrp_attribute *a = single_attribute(call, "default_tensor", LRP_ATTRIBUTE_TENSOR);
    if (a && a->tensor && a->tensor->count == 1) return blob_side(a->tensor);
    if (type == LRP_DTYPE_STRING) {
        a = single_attribute(call, "default_string", LRP_ATTRIBUTE_STRING);
        return (struct side){.texts = a ? &a->s : missing, .count = 1};
    }
    if (lrp_dtype_is_float(type)) {
        a = single_attribute(call, "default_float", LRP_ATTRIBUTE_FLOAT);
        return (struct side){.floats = a ? &a->f : &zero, .count = 1};
    }
    a = single_attribute(call, "default_int64", LRP_ATTRIBUTE_INT);
    return (struct side){.ints = a ? &a->i : &no_number, .count = 1};
}

static const char *const unused = "_Unused";

static void read_encoder(const struct lrp_call *call, struct label_table *t)
{
    t->keys = read_side(call, "keys");
    t->values = read_side(call, "values");
    t->otherwise = otherwise(call, type_of(&t->values), &unused);
}

/* One list of texts and one of numbers (or of places), which of them are the keys the input tells. */
static void read_two_ways(const struct lrp_call *call, struct label_table *t, const struct side *texts,
                          const struct side *numbers)
{
    const bool by_text = call->in_count > 0 && call->in[0].dtype == LRP_DTYPE_STRING;
    t->keys = by_text ? *texts : *numbers;
    t->values = by_text ? *numbers : *texts;
    t->otherwise = otherwise(call, type_of(&t->values), &unused);
}

static void read_first_encoder(const struct lrp_call *call, struct label_table *t)
{
    struct side texts = {0};
    texts.texts = lrp_ml_texts(call, "classes_strings", &texts.count);
    read_two_ways(call, t, &texts, &(struct side){.count = texts.count});
}

static void read_mapper(const struct lrp_call *call, struct label_table *t)
{
    struct side texts = {0}, numbers = {0};
    texts.texts = lrp_ml_texts(call, "cats_strings", &texts.count);
    numbers.ints = lrp_ml_ints(call, "cats_int64s", &numbers.count);
    read_two_ways(call, t, &texts, &numbers);
}

static const struct encoder encoder = {read_encoder}, first_encoder = {read_first_encoder}, mapper = {read_mapper};

static enum lrp_status encoder_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct label_table t = {0};
    ((const struct encoder *)call->op->own)->read(call, &t);
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    if (status) return status;
    if (!t.keys.count || t.keys.count != t.values.count) return lrp_fail(err, LRP_FILE, "it needs as many values as keys");
    if ((call->in[0].dtype == LRP_DTYPE_STRING) != (t.keys.texts != NULL))
        return lrp_fail(err, LRP_FILE, "its input is of type %s, its keys of type %s", lrp_dtype_text(call->in[0].dtype),
                        lrp_dtype_text(type_of(&t.keys)));
    if (!t.values.texts != !t.otherwise.texts)
        return lrp_fail(err, LRP_FILE, "what stands for unknown keys is of another type");
    return lrp_infer_output(call, 0, type_of(&t.values), call->in[0].shape, err);
}

static bool is_key(const struct side *keys, int k, const struct lrp_tensor *x, size_t i)
{
    if (keys->texts) return strcmp(keys->texts[k], x->s[i]) == 0;
    const double key = number_at(keys, k), number = lrp_dtype_is_float(x->dtype) ? (double)x->f[i] : (double)x->i[i];
    return key == number || (isnan(key) && isnan(number));
}

static void put_value(const struct side *values, int k, struct lrp_tensor *y, size_t i)
{
    if (values->texts)
        y->s[i] = values->texts[k];
    else if (lrp_dtype_is_float(y->dtype))
        y->f[i] = (float)number_at(values, k);
    else
        y->i[i] = (int64_t)number_at(values, k);
}

static enum lrp_status encoder_forward(LRP_FORWARD_PARAMETERS)
{
    struct label_table t = {0};
    (void)handle, (void)run, (void)err;
    ((const struct encoder *)call->op->own)->read(call, &t);
    for (size_t i = 0; i < in[0]->count; ++i) {
        int k = 0;
        while (k < t.keys.count && !is_key(&t.keys, k, in[0], i)) k++;
        if (k < t.keys.count)
            put_value(&t.values, k, out[0], i);
        else
            put_value(&t.otherwise, 0, out[0], i);
    }
    return LRP_OK;
}

#define ROW(op, how, ...)                                                                                                      \
    {                                                                                                                          \
        .name = op, .domain = LRP_ML, .versions = {__VA_ARGS__}, .traits = LRP_TRAIT_NO_VJP | LRP_TRAIT_TEXTS, .own = &how,    \
        .static_kind = LRP_KIND_OTHER, .infer = encoder_infer, .forward = encoder_forward, .batch = lrp_batch_elementwise      \
    }
const struct lrp_operator lrp_ops_label[] = {
    ROW("LabelEncoder", first_encoder, 1),
    ROW("LabelEncoder", encoder, 2, 4),
    ROW("CategoryMapper", mapper, 1),
    {0},
};
