/* json_layer.c: one layer of a JSON model as a node, with its weights, attributes and activation. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_model.h"
#include "text.h"

enum { MOST_INPUTS = 8, MOST_LITERAL = 1 << 20, MOST_OPSET = 1000 };

enum lrp_status lrp_json_layer_fail(struct lrp_json_reader *reader, const char *number, const cJSON *layer, const char *format,
                                    ...)
{
    char text[600];
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(layer, "type");
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return lrp_fail(reader->err, LRP_FILE, "%s: layer %s%s%.80s%s: %s", reader->path, number, cJSON_IsString(type) ? " (" : "",
                    cJSON_IsString(type) ? type->valuestring : "", cJSON_IsString(type) ? ")" : "", text);
}

static enum lrp_status no_memory(struct lrp_json_reader *r)
{
    return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
}

enum lrp_status lrp_json_node(struct lrp_json_reader *r, const struct lrp_node_definition *node)
{
    struct lrp_node_definition *nodes = lrp_arena_grown(r->arena, r->nodes, r->node_count, &r->node_capacity, sizeof *nodes);
    if (!nodes) return no_memory(r);
    r->nodes = nodes;
    nodes[r->node_count++] = *node;
    return LRP_OK;
}

/* ---- constants ---- */

static enum lrp_status add_constant(struct lrp_json_reader *r, const char *name, const struct lrp_blob *blob)
{
    struct lrp_constant_definition *constants =
        lrp_arena_grown(r->arena, r->constants, r->constant_count, &r->constant_capacity, sizeof *constants);
    if (!constants || !name) return no_memory(r);
    r->constants = constants;
    constants[r->constant_count++] = (struct lrp_constant_definition){name, blob};
    return LRP_OK;
}

/* Shape of a nested array; false if it is ragged, too deep, or holds something else than numbers. */
static bool literal_shape(const cJSON *item, int depth, struct lrp_shape *shape, bool first)
{
    if (cJSON_IsNumber(item)) {
        if (first) shape->rank = depth;
        return depth == shape->rank;
    }
    if (!cJSON_IsArray(item) || depth >= LRP_MAX_RANK) return false;
    const int size = cJSON_GetArraySize(item);
    if (first) shape->dim[depth] = size;
    if (shape->dim[depth] != size || size == 0) return false;
    const cJSON *child;
    cJSON_ArrayForEach(child, item)
    {
        if (!literal_shape(child, depth + 1, shape, first && child == item->child)) return false;
    }
    return true;
}

static size_t fill_literal(const cJSON *item, float *out, size_t at)
{
    if (cJSON_IsNumber(item)) {
        out[at] = (float)item->valuedouble;
        return at + 1;
    }
    const cJSON *child;
    cJSON_ArrayForEach(child, item) at = fill_literal(child, out, at);
    return at;
}

static struct lrp_blob *new_blob(struct lrp_json_reader *r, enum lrp_dtype dtype, const struct lrp_shape *shape, size_t size)
{
    const int64_t count = lrp_shape_count(shape);
    struct lrp_blob *blob = count < 0 || count > MOST_LITERAL ? NULL : lrp_arena_calloc(r->arena, 1, sizeof *blob);
    void *data = blob ? lrp_arena_calloc(r->arena, (size_t)count, size) : NULL;
    const struct lrp_shape *kept = data ? lrp_shape_copy(r->arena, shape) : NULL;
    if (!kept) return NULL;
    *blob = (struct lrp_blob){.dtype = dtype, .shape = kept, .count = (size_t)count, .raw = data};
    return blob;
}

/* A name in the safetensors file, or an array. */
static enum lrp_status read_weight(struct lrp_json_reader *r, const cJSON *layer, const char *number, const cJSON *item,
                                   const struct lrp_blob **out)
{
    struct lrp_shape shape = {0};
    struct lrp_blob *blob;
    if (cJSON_IsString(item)) {
        for (size_t i = 0; i < r->weight_count; i++) {
            const struct lrp_safetensor *t = &r->weights[i];
            if (strcmp(t->name, item->valuestring) != 0) continue;
            if (!(blob = lrp_arena_calloc(r->arena, 1, sizeof *blob))) return no_memory(r);
            *blob = (struct lrp_blob){
                .dtype = t->dtype, .shape = &t->shape, .count = t->count, .raw = t->data, .mapped = r->weights_mapped};
            *out = blob;
            return LRP_OK;
        }
        return lrp_json_layer_fail(r, number, layer, "\"%s\": there is no tensor %.200s in the weights", item->string,
                                   item->valuestring);
    }
    if (!literal_shape(item, 0, &shape, true))
        return lrp_json_layer_fail(r, number, layer, "\"%s\": the name of a tensor, or an array of numbers, is needed",
                                   item->string);
    if (!(blob = new_blob(r, LRP_DTYPE_FLOAT, &shape, sizeof(float))))
        return lrp_json_layer_fail(r, number, layer,
                                   "\"%s\": more numbers than JSON is for: put them into the safetensors file", item->string);
    fill_literal(item, (float *)(uintptr_t)blob->raw, 0);
    *out = blob;
    return LRP_OK;
}

/* One whole number, or a list of them; or the name of a tensor that holds them. */
static enum lrp_status read_integers(struct lrp_json_reader *r, const cJSON *layer, const char *number, const cJSON *item,
                                     const struct lrp_blob **out)
{
    if (cJSON_IsString(item)) return read_weight(r, layer, number, item, out);
    const cJSON *child;
    size_t at = 0;
    const struct lrp_shape shape = {.rank = 1, .dim = {cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1}};
    struct lrp_blob *blob = new_blob(r, LRP_DTYPE_INT64, &shape, sizeof(int64_t));
    if (!blob) return no_memory(r);
    int64_t *data = (int64_t *)(uintptr_t)blob->raw;
    bool ok = cJSON_IsArray(item) || lrp_json_is_int(item, data);
    if (cJSON_IsArray(item)) cJSON_ArrayForEach(child, item) ok = ok && lrp_json_is_int(child, &data[at++]);
    *out = blob;
    return ok ? LRP_OK : lrp_json_layer_fail(r, number, layer, "\"%s\": whole numbers are needed", item->string);
}

static enum lrp_status read_constant(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *key,
                                     char kind, const char **name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(layer, key);
    const struct lrp_blob *blob = NULL;
    *name = "";
    const bool relu6 =
        !item && kind == 'f' && strcmp(cJSON_GetObjectItemCaseSensitive(layer, "type")->valuestring, "relu6") == 0;
    if (!item && !relu6) return LRP_OK;
    enum lrp_status status = LRP_OK;
    if (kind == 'w' || (item && kind == 'f' && cJSON_IsString(item)))
        status = read_weight(r, layer, number, item, &blob);
    else if (kind == 'i')
        status = read_integers(r, layer, number, item, &blob);
    else {
        struct lrp_blob *scalar = new_blob(r, LRP_DTYPE_FLOAT, &(struct lrp_shape){.rank = 0}, sizeof(float));
        if (!scalar) return no_memory(r);
        if (item && !cJSON_IsNumber(item)) return lrp_json_layer_fail(r, number, layer, "\"%s\" must be a number", key);
        *(float *)(uintptr_t)scalar->raw = item ? (float)item->valuedouble : strcmp(key, "max") == 0 ? 6 : 0;
        blob = scalar;
    }
    if (status) return status;
    *name = lrp_arena_printf(r->arena, "%s.%s", number, key);
    return add_constant(r, *name, blob);
}

/* ---- attributes ---- */

static enum lrp_status list_attribute(struct lrp_json_reader *r, const cJSON *layer, const char *number, const cJSON *item,
                                      struct lrp_attribute *out)
{
    const size_t count = (size_t)cJSON_GetArraySize(item);
    int64_t *ints = lrp_arena_calloc(r->arena, count + 1, sizeof *ints);
    float *floats = lrp_arena_calloc(r->arena, count + 1, sizeof *floats);
    const cJSON *child;
    bool whole = true;
    size_t at = 0;
    if (!ints || !floats) return no_memory(r);
    cJSON_ArrayForEach(child, item)
    {
        if (!cJSON_IsNumber(child))
            return lrp_json_layer_fail(r, number, layer, "\"%s\": a list of numbers is needed", item->string);
        whole &= lrp_json_is_int(child, &ints[at]);
        floats[at++] = (float)child->valuedouble;
    }
    out->kind = whole ? LRP_ATTRIBUTE_INTS : LRP_ATTRIBUTE_FLOATS;
    out->count = count;
    out->ints = ints;
    out->floats = floats;
    return LRP_OK;
}

/* Numbers are whole or not as they are written, where the kind is not known by the attribute's name. */
static enum lrp_status read_attribute(struct lrp_json_reader *r, const cJSON *layer, const char *number, const cJSON *item,
                                      const char *name, bool known, struct lrp_attribute *out)
{
    const enum lrp_attribute_kind expected = known ? lrp_attribute_expected(name) : 0;
    *out = (struct lrp_attribute){.name = lrp_arena_strdup(r->arena, name)};
    if (!out->name) return no_memory(r);
    if (cJSON_IsArray(item)) {
        enum lrp_status status = list_attribute(r, layer, number, item, out);
        if (status) return status;
        if (expected == LRP_ATTRIBUTE_FLOATS) out->kind = expected;
    } else if (cJSON_IsString(item)) {
        out->kind = LRP_ATTRIBUTE_STRING;
        if (!(out->s = lrp_arena_strdup(r->arena, item->valuestring))) return no_memory(r);
    } else if (cJSON_IsBool(item)) {
        out->kind = LRP_ATTRIBUTE_INT;
        out->i = cJSON_IsTrue(item);
    } else if (cJSON_IsNumber(item)) {
        out->kind = expected != LRP_ATTRIBUTE_FLOAT && lrp_json_is_int(item, &out->i) ? LRP_ATTRIBUTE_INT : LRP_ATTRIBUTE_FLOAT;
        out->f = (float)item->valuedouble;
    } else
        return lrp_json_layer_fail(r, number, layer, "\"%s\": a number, text or list is needed", item->string);
    if (expected && out->kind != expected)
        return lrp_json_layer_fail(r, number, layer, "\"%s\" must be %s", item->string, lrp_attribute_kind_words(expected));
    return LRP_OK;
}

/* True if `key` is one of the words, up to a colon; *rest (may be NULL) is what follows it. */
static bool has_word(const char *words, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = words; *at;) {
        const size_t word = strcspn(at, " "), name = strcspn(at, " :");
        if (name == length && strncmp(at, key, length) == 0) return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

static bool is_common(const char *key)
{
    return has_word("type name activation domain opset", key);
}

static enum lrp_status unknown_key(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *key,
                                   const struct lrp_json_type *type)
{
    char inputs[160];
    size_t length = 0;
    for (const char *at = type->inputs; *at && length + 1 < sizeof inputs; at++) { /* without the kinds behind colons */
        if (*at == ':')
            at++;
        else
            inputs[length++] = *at;
    }
    inputs[length] = '\0';
    return lrp_json_layer_fail(r, number, layer, "unknown key \"%.60s\" (there are: type name activation %s %s)", key, inputs,
                               type->attributes);
}

static enum lrp_status read_attributes(struct lrp_json_reader *r, const cJSON *layer, const char *number,
                                       const struct lrp_json_type *type, struct lrp_node_definition *node)
{
    const bool known = type || lrp_operator_find(node->domain, node->op_type, node->opset ? node->opset : LRP_JSON_OPSET, NULL);
    struct lrp_attribute *attributes = lrp_arena_calloc(r->arena, (size_t)cJSON_GetArraySize(layer) + 1, sizeof *attributes);
    const cJSON *item;
    if (!attributes) return no_memory(r);
    cJSON_ArrayForEach(item, layer)
    {
        if (is_common(item->string) || (type && has_word(type->inputs, item->string)) ||
            (!type && has_word("weight bias", item->string)))
            continue;
        if (type && !has_word(type->attributes, item->string)) return unknown_key(r, layer, number, item->string, type);
        const char *name = item->string;
        if (type && *type->renamed && strncmp(type->renamed, name, strcspn(type->renamed, "=")) == 0)
            name = strchr(type->renamed, '=') + 1;
        enum lrp_status status = read_attribute(r, layer, number, item, name, known, &attributes[node->attribute_count]);
        if (status) return status;
        node->attribute_count++;
    }
    node->attributes = attributes;
    return LRP_OK;
}

/* ---- nodes ---- */

static enum lrp_status read_inputs(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *keys,
                                   const char *from, struct lrp_node_definition *node)
{
    const char **inputs = lrp_arena_calloc(r->arena, MOST_INPUTS, sizeof *inputs);
    int given = 1, count = 1;
    if (!inputs) return no_memory(r);
    inputs[0] = from;
    for (const char *at = keys; *at && count < MOST_INPUTS;) {
        const size_t word = strcspn(at, " "), length = strcspn(at, ":");
        char key[32];
        snprintf(key, sizeof key, "%.*s", (int)length, at);
        enum lrp_status status = read_constant(r, layer, number, key, at[length + 1], &inputs[count]);
        if (status) return status;
        if (*inputs[count++]) given = count;
        at += word + strspn(at + word, " ");
    }
    node->inputs = inputs;
    node->input_count = given;
    return LRP_OK;
}

/* An operator by its layer type, by its ONNX name, or one that nobody knows. */
static enum lrp_status read_node(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *name,
                                 const char *from, const char *to)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(layer, "type"),
                *domain = cJSON_GetObjectItemCaseSensitive(layer, "domain");
    if (!cJSON_IsString(type) || !*type->valuestring) return lrp_json_layer_fail(r, number, layer, "\"type\" must be a text");
    if (domain && !cJSON_IsString(domain)) return lrp_json_layer_fail(r, number, layer, "\"domain\" must be a text");
    const cJSON *opset = cJSON_GetObjectItemCaseSensitive(layer, "opset");
    int64_t version = 0;
    if (opset && (!lrp_json_is_int(opset, &version) || version < 1 || version > MOST_OPSET))
        return lrp_json_layer_fail(r, number, layer, "\"opset\" must be the version of the operator's domain");
    const struct lrp_json_type *known = domain ? NULL : lrp_json_type_find(type->valuestring);
    const char **outputs = lrp_arena_calloc(r->arena, 1, sizeof *outputs);
    struct lrp_node_definition node = {.name = name, .outputs = outputs, .output_count = 1, .opset = (int)version};
    if (!outputs) return no_memory(r);
    outputs[0] = to;
    node.op_type = known ? known->op_type : lrp_arena_strdup(r->arena, type->valuestring);
    node.domain = known ? known->domain : domain ? lrp_arena_strdup(r->arena, domain->valuestring) : "";
    if (!node.op_type || !node.domain) return no_memory(r);
    enum lrp_status status = read_inputs(r, layer, number, known ? known->inputs : "weight:w bias:w", from, &node);
    if (!status) status = read_attributes(r, layer, number, known, &node);
    return !status ? lrp_json_node(r, &node) : status;
}

/* An activation is a type, or an object with parameters of its own. */
static enum lrp_status read_activation(struct lrp_json_reader *r, const cJSON *layer, const cJSON *activation,
                                       const char *number, const char *name, const char *from)
{
    cJSON *object = NULL;
    const char *own = lrp_arena_printf(r->arena, "%s/activation", name);
    if (!own) return no_memory(r);
    if (cJSON_IsObject(activation)) return read_node(r, activation, number, own, from, number);
    if (!cJSON_IsString(activation)) return lrp_json_layer_fail(r, number, layer, "\"activation\" must be a text or an object");
    object = cJSON_CreateObject();
    if (!object || !cJSON_AddStringToObject(object, "type", activation->valuestring)) {
        cJSON_Delete(object);
        return no_memory(r);
    }
    enum lrp_status status = read_node(r, object, number, own, from, number);
    cJSON_Delete(object);
    return status;
}

enum lrp_status lrp_json_layer_read(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *from)
{
    const cJSON *named = cJSON_GetObjectItemCaseSensitive(layer, "name"),
                *activation = cJSON_GetObjectItemCaseSensitive(layer, "activation");
    if (named && (!cJSON_IsString(named) || !*named->valuestring))
        return lrp_json_layer_fail(r, number, layer, "\"name\" must be a text");
    const char *name = named ? lrp_arena_strdup(r->arena, named->valuestring) : number;
    if (!name) return no_memory(r);
    const bool fused = activation && !(cJSON_IsString(activation) && strcmp(activation->valuestring, "identity") == 0);
    const char *between = fused ? lrp_arena_printf(r->arena, "%s.z", number) : number;
    if (!between) return no_memory(r);
    enum lrp_status status = read_node(r, layer, number, name, from, between);
    return !status && fused ? read_activation(r, layer, activation, number, name, between) : status;
}
