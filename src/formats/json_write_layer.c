/* json_write_layer.c: a node of a graph as a layer of a JSON model, and the constants it names. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_model.h"
#include "json_write.h"
#include "text.h"

enum lrp_status lrp_json_out_fail(const struct lrp_json_out *w, enum lrp_status status, const char *what, const char *name)
{
    return lrp_fail(w->err, status, "%s: %s %s", w->model, name, what);
}

/* Room for one more tensor; NULL when out of memory. */
static struct lrp_safetensor *new_tensor(struct lrp_json_out *w)
{
    const size_t count = w->tensor_count + 1;
    struct lrp_safetensor *tensors = realloc(w->tensors, count * sizeof *tensors);
    if (tensors) w->tensors = tensors;
    char **names = realloc(w->names, count * sizeof *names);
    if (names) w->names = names;
    void **numbers = realloc(w->numbers, count * sizeof *numbers);
    if (numbers) w->numbers = numbers;
    if (!tensors || !names || !numbers) return NULL;
    w->names[w->tensor_count] = NULL;
    w->numbers[w->tensor_count] = NULL;
    return &w->tensors[w->tensor_count++];
}

/* A constant under its name in the safetensors file: integers in their own type, floats as float32, as which they are computed
 * with here. A weight of several layers is written once. */
static enum lrp_status add_tensor(struct lrp_json_out *w, int value, bool as_vector, const char **name)
{
    const struct lrp_value *v = &w->graph->values[value];
    const struct lrp_blob *blob = v->desc.constant;
    *name = v->name;
    if (!blob->raw && !blob->view && blob->count)
        return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is a constant without numbers (text)", v->name);
    if (!lrp_dtype_is_float(blob->dtype) && !lrp_safetensors_holds(blob->dtype))
        return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is of a type that safetensors files cannot hold", v->name);
    for (size_t i = 0; i < w->tensor_count; i++)
        if (strcmp(w->tensors[i].name, v->name) == 0) return LRP_OK;
    struct lrp_safetensor *tensor = new_tensor(w);
    if (!tensor) return lrp_json_out_no_memory(w);
    *tensor = (struct lrp_safetensor){
        .name = v->name, .dtype = blob->dtype, .shape = *blob->shape, .data = blob->raw, .count = blob->count};
    if (blob->view || (lrp_dtype_is_float(blob->dtype) && blob->dtype != LRP_DTYPE_FLOAT)) {
        float *numbers = malloc((blob->count + 1) * sizeof *numbers);
        if (!numbers) return lrp_json_out_no_memory(w);
        w->numbers[w->tensor_count - 1] = numbers;
        lrp_blob_f32(blob, 0, blob->count, numbers);
        tensor->dtype = LRP_DTYPE_FLOAT;
        tensor->data = (const unsigned char *)numbers;
    }
    if (as_vector) tensor->shape = (struct lrp_shape){.rank = 1, .dim = {(int64_t)blob->count}};
    return LRP_OK;
}

/* Whole numbers that JSON cannot hold exactly (ends of INT64_MAX) go into the safetensors file, as "LAYER.key". */
static enum lrp_status add_integer_tensor(struct lrp_json_out *w, cJSON *layer, const char *key, const int64_t *values,
                                          size_t count)
{
    const cJSON *named = cJSON_GetObjectItemCaseSensitive(layer, "name");
    struct lrp_text name = {0};
    lrp_text_printf(&name, "%s.%s", named->valuestring, key);
    char *text = lrp_text_take(&name);
    int64_t *copy = malloc((count + 1) * sizeof *copy);
    struct lrp_safetensor *tensor = text && copy ? new_tensor(w) : NULL;
    if (!tensor) {
        free(text);
        free(copy);
        return lrp_json_out_no_memory(w);
    }
    memcpy(copy, values, count * sizeof *copy);
    w->names[w->tensor_count - 1] = text;
    w->numbers[w->tensor_count - 1] = copy;
    *tensor = (struct lrp_safetensor){.name = text,
                                      .dtype = LRP_DTYPE_INT64,
                                      .shape = {.rank = 1, .dim = {(int64_t)count}},
                                      .data = (const unsigned char *)copy,
                                      .count = count};
    return cJSON_AddStringToObject(layer, key, text) ? LRP_OK : lrp_json_out_no_memory(w);
}

static bool fits_json(int64_t value)
{
    return value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53;
}

/* Under a key that names an input of the operator (constants) or an attribute. */
static enum lrp_status add_integers(struct lrp_json_out *w, cJSON *layer, const char *key, bool input, const int64_t *values,
                                    size_t count)
{
    bool fit = true;
    for (size_t i = 0; i < count; i++) fit &= fits_json(values[i]);
    if (!fit && input) return add_integer_tensor(w, layer, key, values, count);
    if (!fit) return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is an attribute beyond what JSON holds exactly (2^53)", key);
    cJSON *array = cJSON_AddArrayToObject(layer, key);
    bool ok = array != NULL;
    for (size_t i = 0; ok && i < count; i++) ok = lrp_json_append_number(array, (double)values[i]);
    return ok ? LRP_OK : lrp_json_out_no_memory(w);
}

static enum lrp_status add_constant(struct lrp_json_out *w, cJSON *layer, const char *key, char kind, int value, bool as_vector)
{
    const struct lrp_blob *blob = w->graph->values[value].desc.constant;
    const char *name;
    if (kind == 'w' || (kind == 'f' && !lrp_dtype_is_float(blob->dtype))) {
        enum lrp_status status = add_tensor(w, value, as_vector, &name);
        return !status && !cJSON_AddStringToObject(layer, key, name) ? lrp_json_out_no_memory(w) : status;
    }
    if (kind == 'f')
        return lrp_json_add_number(layer, key, (double)lrp_blob_get_f32(blob, 0)) ? LRP_OK : lrp_json_out_no_memory(w);
    int64_t *values = malloc((blob->count + 1) * sizeof *values);
    if (!values) return lrp_json_out_no_memory(w);
    lrp_blob_i64(blob, 0, blob->count, values);
    const enum lrp_status status = add_integers(w, layer, key, true, values, blob->count);
    free(values);
    return status;
}

/* The key of constant input i (from 1) in a row's list, and its kind; false past the end. */
static bool input_key(const struct lrp_json_type *type, int i, char key[32], char *kind)
{
    const char *at = type->inputs;
    for (int k = 1; *at && k < i; k++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    const size_t length = strcspn(at, ":");
    if (!*at || length >= 32) return false;
    memcpy(key, at, length);
    key[length] = '\0';
    *kind = at[length + 1];
    return true;
}

/* Numbers of attributes whose kind their name does not tell are read as they look: 2 is a whole number. */
static bool looks_whole(const char *name, const float *values, size_t count)
{
    bool whole = lrp_attribute_expected(name) == 0;
    for (size_t i = 0; whole && i < count; i++) whole = values[i] == truncf(values[i]);
    return whole;
}

static enum lrp_status add_attribute(struct lrp_json_out *w, cJSON *layer, const char *key, bool input,
                                     const struct lrp_attribute *a)
{
    bool ok = true;
    if ((a->kind == LRP_ATTRIBUTE_FLOAT && looks_whole(a->name, &a->f, 1)) ||
        (a->kind == LRP_ATTRIBUTE_FLOATS && looks_whole(a->name, a->floats, a->count)))
        return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is an attribute that a JSON model would take for whole numbers", a->name);
    switch (a->kind) {
    case LRP_ATTRIBUTE_INT:
        if (!fits_json(a->i)) return add_integers(w, layer, key, false, &a->i, 1);
        ok = lrp_json_add_number(layer, key, (double)a->i);
        break;
    case LRP_ATTRIBUTE_FLOAT:
        if (!isfinite(a->f)) return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is an attribute that JSON cannot hold", a->name);
        ok = lrp_json_add_number(layer, key, (double)a->f);
        break;
    case LRP_ATTRIBUTE_STRING:
        ok = cJSON_AddStringToObject(layer, key, a->s) != NULL;
        break;
    case LRP_ATTRIBUTE_INTS:
        return add_integers(w, layer, key, input, a->ints, a->count);
    case LRP_ATTRIBUTE_FLOATS: {
        cJSON *array = cJSON_AddArrayToObject(layer, key);
        ok = array != NULL;
        for (size_t i = 0; ok && i < a->count; i++) ok = lrp_json_append_number(array, (double)a->floats[i]);
        break;
    }
    default:
        return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is an attribute that JSON models cannot hold", a->name);
    }
    return ok ? LRP_OK : lrp_json_out_no_memory(w);
}

static bool is_word(const char *words, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = strstr(words, key); at; at = strstr(at + 1, key))
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' ' || at[length] == ':')) return true;
    return false;
}

/* What a Gemm or a recognised matrix product is called here. */
static const struct lrp_json_type *type_of(const struct lrp_node *n)
{
    const bool own = strcmp(n->call.domain, "lrpscope") == 0 || strcmp(n->call.domain, "com.microsoft") == 0;
    if (!*n->call.domain && strcmp(n->call.op_type, "Gemm") == 0) return lrp_json_type_find("dense");
    const struct lrp_json_type *type = lrp_json_type_of(n->call.op_type, n->call.domain);
    return type || !own ? type : lrp_json_type_of(n->call.op_type, "");
}

static enum lrp_status write_attributes(struct lrp_json_out *w, const struct lrp_node *n, const struct lrp_json_type *type,
                                        cJSON *layer)
{
    for (int i = 0; i < n->call.attribute_count; i++) {
        const struct lrp_attribute *a = &n->call.attributes[i];
        const char *key = a->name;
        if (type && strcmp(type->type, "dense") == 0 && strcmp(key, "transpose") == 0) key = "transB";
        if (type && strcmp(key, "transA") == 0 && a->i)
            return lrp_json_out_fail(w, LRP_UNSUPPORTED, "multiplies a transposed input, which JSON models cannot say",
                                     n->name);
        const bool input = type && is_word(type->inputs, key);
        if (type && !input && !is_word(type->attributes, key)) continue; /* says nothing we would do otherwise */
        enum lrp_status status = add_attribute(w, layer, key, input, a);
        if (status) return status;
    }
    return LRP_OK;
}

/* Softmax before opset 13 ran over all axes from its own on: the same only where that is the last. */
static enum lrp_status check_meaning(const struct lrp_json_out *w, const struct lrp_node *n)
{
    const bool softmax = strcmp(n->call.op_type, "Softmax") == 0 || strcmp(n->call.op_type, "LogSoftmax") == 0;
    const int rank = n->call.in[0].shape->rank;
    if (softmax && n->call.opset < 13 && lrp_normalize_axis(lrp_call_int(&n->call, "axis", 1), rank) != rank - 1)
        return lrp_json_out_fail(w, LRP_UNSUPPORTED, "is a softmax over several axes, which JSON models cannot say", n->name);
    if (n->call.out_count > 1) {
        int used = 0;
        for (int j = 0; j < n->call.out_count; j++) used += n->out[j] >= 0 && w->graph->values[n->out[j]].uses > 0;
        if (used > 1 || n->out[0] < 0 || !w->graph->values[n->out[0]].uses)
            return lrp_json_out_fail(w, LRP_UNSUPPORTED, "has several outputs, which JSON models cannot say", n->name);
    }
    return LRP_OK;
}

/* What a layer is called that needs no more than its name: weights are float32, so that casts between floats do nothing; a
 * shape that was computed from the input's stands for flattening. NULL for others. */
static const char *plain_type(const struct lrp_node *n)
{
    if (*n->call.domain) return NULL;
    if (strcmp(n->call.op_type, "Cast") == 0 && lrp_dtype_is_float(n->call.in[0].dtype) &&
        lrp_dtype_is_float(n->call.out[0].dtype))
        return "identity";
    const struct lrp_blob *training = n->call.in_count > 2 && n->in[2] >= 0 ? n->call.in[2].constant : NULL;
    if (strcmp(n->call.op_type, "Dropout") == 0 && !(training && lrp_blob_get_i64(training, 0))) return "dropout";
    return strcmp(n->call.op_type, "Reshape") == 0 && n->computed_shape && !n->merges && n->call.out[0].shape->rank == 2
               ? "flatten"
               : NULL;
}

enum lrp_status lrp_json_write_layer(struct lrp_json_out *w, int node, cJSON **out)
{
    const struct lrp_node *n = &w->graph->nodes[node];
    const char *plain = plain_type(n);
    const struct lrp_json_type *type = plain ? lrp_json_type_find(plain) : type_of(n);
    cJSON *layer = *out = cJSON_CreateObject();
    char key[32], kind = 'w';
    enum lrp_status status = check_meaning(w, n);
    if (status) return status;
    if (!layer || !cJSON_AddStringToObject(layer, "type", type ? type->type : n->call.op_type) ||
        !cJSON_AddStringToObject(layer, "name", n->name) ||
        (!type && *n->call.domain && !cJSON_AddStringToObject(layer, "domain", n->call.domain)) ||
        (!type && !lrp_json_add_number(layer, "opset", n->call.opset)))
        return lrp_json_out_no_memory(w);
    for (int i = 1; !status && i < n->call.in_count && !plain; i++) {
        if (n->in[i] < 0) continue;
        const bool known = type ? input_key(type, i, key, &kind) : i < 3;
        if (!type && known) snprintf(key, sizeof key, "%s", i == 1 ? "weight" : "bias");
        if (!known) return lrp_json_out_fail(w, LRP_UNSUPPORTED, "takes constants that JSON models have no key for", n->name);
        if (w->graph->values[n->in[i]].sized)
            return lrp_json_out_fail(w, LRP_UNSUPPORTED,
                                     "goes by sizes that the input leaves open, which JSON models cannot say", n->name);
        const bool vector = strcmp(n->call.op_type, "Gemm") == 0 && i == 2;
        status = add_constant(w, layer, key, kind, n->in[i], vector);
    }
    return !status && !plain ? write_attributes(w, n, type, layer) : status;
}
