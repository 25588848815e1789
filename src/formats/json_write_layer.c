/* json_write_layer.c: a node of a graph as a layer of a JSON model, and the constants it names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_model.h"
#include "json_write.h"

enum lrp_status lrp_json_out_fail(const struct lrp_json_out *w, enum lrp_status status, const char *what, const char *name)
{
    return lrp_fail(w->err, status, "%s: %s %s", w->model, name, what);
}

enum lrp_status lrp_json_out_no_memory(const struct lrp_json_out *w)
{
    return lrp_fail(w->err, LRP_MEMORY, "%s: not enough memory", w->model);
}

/* A constant under its name in the safetensors file; a weight of several layers is written once. */
static enum lrp_status add_tensor(struct lrp_json_out *w, int value, bool as_vector, const char **name)
{
    const struct lrp_value *v = &w->graph->values[value];
    const struct lrp_blob *blob = v->desc.constant;
    *name = v->name;
    for (size_t i = 0; i < w->tensor_count; i++)
        if (strcmp(w->tensors[i].name, v->name) == 0) return LRP_OK;
    struct lrp_safetensor *tensors = realloc(w->tensors, (w->tensor_count + 1) * sizeof *tensors);
    if (tensors) w->tensors = tensors;
    float **data = realloc(w->data, (w->tensor_count + 1) * sizeof *data);
    if (data) w->data = data;
    float *numbers = tensors && data ? malloc((blob->count + 1) * sizeof *numbers) : NULL;
    if (!numbers) return lrp_json_out_no_memory(w);
    lrp_blob_f32(blob, 0, blob->count, numbers);
    tensors[w->tensor_count] = (struct lrp_safetensor){.name = v->name,
                                                       .dtype = LRP_DTYPE_FLOAT,
                                                       .shape = blob->shape,
                                                       .data = (const unsigned char *)numbers,
                                                       .count = blob->count};
    if (as_vector) tensors[w->tensor_count].shape = (struct lrp_shape){.rank = 1, .dim = {(int64_t)blob->count}};
    data[w->tensor_count++] = numbers;
    return LRP_OK;
}

static bool add_integers(cJSON *layer, const char *key, const int64_t *values, size_t count)
{
    cJSON *array = cJSON_AddArrayToObject(layer, key);
    bool ok = array != NULL;
    for (size_t i = 0; ok && i < count; i++) ok = lrp_json_append_number(array, (double)values[i]);
    return ok;
}

static enum lrp_status add_constant(struct lrp_json_out *w, cJSON *layer, const char *key, char kind, int value, bool as_vector)
{
    const struct lrp_blob *blob = w->graph->values[value].desc.constant;
    const char *name;
    if (kind == 'w') {
        enum lrp_status status = add_tensor(w, value, as_vector, &name);
        return !status && !cJSON_AddStringToObject(layer, key, name) ? lrp_json_out_no_memory(w) : status;
    }
    if (kind == 'f')
        return lrp_json_add_number(layer, key, (double)lrp_blob_get_f32(blob, 0)) ? LRP_OK : lrp_json_out_no_memory(w);
    int64_t *values = malloc((blob->count + 1) * sizeof *values);
    if (!values) return lrp_json_out_no_memory(w);
    lrp_blob_i64(blob, 0, blob->count, values);
    const bool ok = add_integers(layer, key, values, blob->count);
    free(values);
    return ok ? LRP_OK : lrp_json_out_no_memory(w);
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

static enum lrp_status add_attribute(const struct lrp_json_out *w, cJSON *layer, const char *key, const struct lrp_attribute *a)
{
    bool ok = true;
    switch (a->kind) {
    case LRP_ATTRIBUTE_INT:
        ok = lrp_json_add_number(layer, key, (double)a->i);
        break;
    case LRP_ATTRIBUTE_FLOAT:
        ok = lrp_json_add_number(layer, key, (double)a->f);
        break;
    case LRP_ATTRIBUTE_STRING:
        ok = cJSON_AddStringToObject(layer, key, a->s) != NULL;
        break;
    case LRP_ATTRIBUTE_INTS:
        ok = add_integers(layer, key, a->ints, a->count);
        break;
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
        if (type && !is_word(type->attributes, key) && !is_word(type->inputs, key))
            continue; /* says nothing we would do otherwise */
        enum lrp_status status = add_attribute(w, layer, key, a);
        if (status) return status;
    }
    return LRP_OK;
}

/* Softmax before opset 13 ran over all axes from its own on: the same only where that is the last. */
static enum lrp_status check_meaning(const struct lrp_json_out *w, const struct lrp_node *n)
{
    const bool softmax = strcmp(n->call.op_type, "Softmax") == 0 || strcmp(n->call.op_type, "LogSoftmax") == 0;
    const int rank = n->call.in[0].shape.rank;
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
    if (strcmp(n->call.op_type, "Dropout") == 0) return "dropout";
    return strcmp(n->call.op_type, "Reshape") == 0 && n->computed_shape && n->call.out[0].shape.rank == 2 ? "flatten" : NULL;
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
        (!type && *n->call.domain && !cJSON_AddStringToObject(layer, "domain", n->call.domain)))
        return lrp_json_out_no_memory(w);
    for (int i = 1; !status && i < n->call.in_count && !plain; i++) {
        if (n->in[i] < 0) continue;
        const bool known = type ? input_key(type, i, key, &kind) : i < 3;
        if (!type && known) snprintf(key, sizeof key, "%s", i == 1 ? "weight" : "bias");
        if (!known) return lrp_json_out_fail(w, LRP_UNSUPPORTED, "takes constants that JSON models have no key for", n->name);
        const bool vector = strcmp(n->call.op_type, "Gemm") == 0 && i == 2;
        status = add_constant(w, layer, key, kind, n->in[i], vector);
    }
    return !status && !plain ? write_attributes(w, n, type, layer) : status;
}
