/* json_model.c: a JSON model: the file, its weights, and layers that hold layers. */
#include "json_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "text.h"

enum { MOST_DEEP = 24, MOST_LAYERS = 100000 };

bool lrp_json_model_looks(const unsigned char *data, size_t size)
{
    size_t i = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < size && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t')) i++;
    return i < size && data[i] == '{';
}

static enum lrp_status no_memory(struct lrp_json_reader *r)
{
    return lrp_fail(r->err, LRP_MEMORY, "%s: not enough memory", r->path);
}

/* ---- containers ---- */

static enum lrp_status read_layer(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *from,
                                  int depth, const char **to);

/* One after the other; "2.1", "2.2" ... under "2". */
static enum lrp_status read_chain(struct lrp_json_reader *r, const cJSON *layers, const char *number, const char *from,
                                  int depth, const char **to)
{
    const cJSON *layer;
    int place = 0;
    *to = from;
    cJSON_ArrayForEach(layer, layers)
    {
        const char *own = lrp_arena_printf(r->arena, "%s%s%d", number, *number ? "." : "", ++place);
        if (!own) return no_memory(r);
        enum lrp_status status = read_layer(r, layer, own, *to, depth, to);
        if (status) return status;
    }
    return LRP_OK;
}

/* What a container is called: as it says, else by its number. */
static const char *name_of(struct lrp_json_reader *r, const cJSON *container, const char *number)
{
    const cJSON *named = cJSON_GetObjectItemCaseSensitive(container, "name");
    return cJSON_IsString(named) && *named->valuestring ? lrp_arena_strdup(r->arena, named->valuestring) : number;
}

/* How branches come together: "+", "*", or "concat" along "axis" (1). */
static enum lrp_status join_branches(struct lrp_json_reader *r, const cJSON *container, const char *number,
                                     const char *const *ends, int count)
{
    static const struct {
        const char *connection, *op_type, *several;
    } joins[] = {
        {"+", "Add", "Sum"}, {"add", "Add", "Sum"}, {"*", "Mul", NULL}, {"mul", "Mul", NULL}, {"concat", "Concat", "Concat"}};
    const cJSON *connection = cJSON_GetObjectItemCaseSensitive(container, "connection"),
                *axis = cJSON_GetObjectItemCaseSensitive(container, "axis");
    const char *wanted = connection ? (cJSON_IsString(connection) ? connection->valuestring : "") : "+";
    struct lrp_attribute *along = lrp_arena_calloc(r->arena, 1, sizeof *along);
    const char **outputs = lrp_arena_calloc(r->arena, 1, sizeof *outputs);
    const char *name = name_of(r, container, number);
    if (!along || !outputs || !name) return no_memory(r);
    outputs[0] = number;
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        if (strcmp(joins[i].connection, wanted) != 0) continue;
        const bool concat = strcmp(joins[i].op_type, "Concat") == 0;
        if (count > 2 && !joins[i].several)
            return lrp_json_layer_fail(r, number, container, "\"%s\" joins two branches, not %d", wanted, count);
        *along = (struct lrp_attribute){.name = "axis", .kind = LRP_ATTRIBUTE_INT, .i = 1};
        if (axis && (!concat || !lrp_json_is_int(axis, &along->i)))
            return lrp_json_layer_fail(r, number, container, "\"axis\" must be a whole number, for \"concat\"");
        const struct lrp_node_definition node = {.name = name,
                                                 .op_type = count == 2 ? joins[i].op_type : joins[i].several,
                                                 .domain = "",
                                                 .inputs = ends,
                                                 .input_count = count,
                                                 .outputs = outputs,
                                                 .output_count = 1,
                                                 .attributes = along,
                                                 .attribute_count = concat};
        return lrp_json_node(r, &node);
    }
    return lrp_json_layer_fail(r, number, container, "\"connection\" must be \"+\", \"*\" or \"concat\"");
}

static enum lrp_status check_keys(struct lrp_json_reader *r, const cJSON *container, const char *number,
                                  const char *const *keys)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, container)
    {
        int k = 0;
        while (keys[k] && strcmp(keys[k], item->string) != 0) k++;
        if (!keys[k]) return lrp_json_layer_fail(r, number, container, "unknown key \"%.60s\"", item->string);
    }
    return LRP_OK;
}

static enum lrp_status read_branches(struct lrp_json_reader *r, const cJSON *container, const cJSON *layers, const char *number,
                                     const char *from, int depth, bool skip)
{
    const int branches = skip ? 1 : cJSON_GetArraySize(layers), count = branches + skip;
    const char **ends = lrp_arena_calloc(r->arena, (size_t)count + 1, sizeof *ends);
    const cJSON *layer = skip ? layers : layers->child;
    if (!ends) return no_memory(r);
    if (count < 2 || branches > MOST_LAYERS)
        return lrp_json_layer_fail(r, number, container, "at least two branches are needed");
    for (int i = 0; i < branches; i++, layer = layer->next) {
        const char *own = lrp_arena_printf(r->arena, "%s.%d", number, i + 1);
        if (!own) return no_memory(r);
        enum lrp_status status = read_layer(r, layer, own, from, depth, &ends[i]);
        if (status) return status;
    }
    if (skip) ends[1] = from;
    return join_branches(r, container, number, ends, count);
}

/* Notes a container, or (kind NULL) a layer, that begins here; how many nodes it has is known at its end. */
static enum lrp_status begin_scope(struct lrp_json_reader *r, const cJSON *container, const char *kind, const char *number)
{
    struct lrp_scope_definition *scopes =
        lrp_arena_grown(r->arena, r->scopes, r->scope_count, &r->scope_capacity, sizeof *scopes);
    const char *name = name_of(r, container, number);
    if (!scopes || !name) return no_memory(r);
    r->scopes = scopes;
    scopes[r->scope_count++] =
        (struct lrp_scope_definition){.name = name, .number = number, .kind = kind, .first = r->node_count};
    return LRP_OK;
}

static enum lrp_status read_inside(struct lrp_json_reader *r, const cJSON *layer, const char *kind, const char *number,
                                   const char *from, int depth, const char **to)
{
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(layer, "layers"),
                *inner = cJSON_GetObjectItemCaseSensitive(layer, "layer");
    if (strcmp(kind, "skip-connection") == 0)
        return cJSON_IsObject(inner) ? read_branches(r, layer, inner, number, from, depth, true)
                                     : lrp_json_layer_fail(r, number, layer, "\"layer\" must be an object");
    if (!cJSON_IsArray(layers)) return lrp_json_layer_fail(r, number, layer, "\"layers\" must be a list");
    if (strcmp(kind, "chain") == 0) return read_chain(r, layers, number, from, depth, to);
    return read_branches(r, layer, layers, number, from, depth, false);
}

static enum lrp_status read_layer(struct lrp_json_reader *r, const cJSON *layer, const char *number, const char *from,
                                  int depth, const char **to)
{
    static const struct {
        const char *kind, *keys[6];
    } containers[] = {{"chain", {"type", "name", "layers"}},
                      {"parallel", {"type", "name", "layers", "connection", "axis"}},
                      {"skip-connection", {"type", "name", "layer", "connection", "axis"}}};
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(layer, "type"),
                *named = cJSON_GetObjectItemCaseSensitive(layer, "name");
    const char *kind = cJSON_IsString(type) ? type->valuestring : "";
    *to = number;
    if (!cJSON_IsObject(layer)) return lrp_json_layer_fail(r, number, layer, "a layer is an object with a \"type\"");
    if (depth == MOST_DEEP) return lrp_json_layer_fail(r, number, layer, "nested more than %d deep", MOST_DEEP);
    if (r->node_count >= MOST_LAYERS || r->scope_count >= (size_t)2 * MOST_LAYERS)
        return lrp_json_layer_fail(r, number, layer, "more than %d layers", MOST_LAYERS);
    for (size_t c = 0; c < sizeof containers / sizeof *containers; c++) {
        const size_t scope = r->scope_count;
        if (strcmp(containers[c].kind, kind) != 0) continue;
        enum lrp_status status = check_keys(r, layer, number, containers[c].keys);
        if (!status && named && (!cJSON_IsString(named) || !*named->valuestring))
            status = lrp_json_layer_fail(r, number, layer, "\"name\" must be a text");
        if (!status) status = begin_scope(r, layer, containers[c].kind, number);
        if (!status) status = read_inside(r, layer, kind, number, from, depth + 1, to);
        if (!status) r->scopes[scope].count = r->node_count - r->scopes[scope].first;
        return status;
    }
    const size_t scope = r->scope_count;
    enum lrp_status status = named ? begin_scope(r, layer, NULL, number) : LRP_OK;
    if (!status) status = lrp_json_layer_read(r, layer, number, from);
    if (!status && named) r->scopes[scope].count = r->node_count - r->scopes[scope].first;
    return status;
}

/* ---- weights ---- */

static void close_mapping(void *mapping)
{
    lrp_mapping_close(mapping);
}
struct tensors {
    struct lrp_safetensor *items;
    size_t count;
};
static void free_tensors(void *tensors)
{
    struct tensors *t = tensors;
    lrp_safetensors_free(t->items, t->count);
}

static enum lrp_status map_weights(struct lrp_json_reader *r, const char *name, size_t *bytes)
{
    const char *folder = NULL;
    struct lrp_mapping *mapping = lrp_arena_calloc(r->arena, 1, sizeof *mapping);
    struct tensors *tensors = lrp_arena_calloc(r->arena, 1, sizeof *tensors);
    if (!mapping || !tensors) return no_memory(r);
    enum lrp_status status = lrp_beside_folder(r->arena, r->path, &folder, r->err);
    if (!status) status = lrp_beside_map(r->arena, folder, "\"weights\":", name, mapping, r->err);
    if (status) return lrp_fail_context(r->err, status, "%s", r->path);
    if (lrp_arena_on_free(r->arena, close_mapping, mapping)) {
        lrp_mapping_close(mapping);
        return no_memory(r);
    }
    status = lrp_safetensors_parse(mapping->data, mapping->size, &tensors->items, &tensors->count, r->err);
    if (status) return lrp_fail_context(r->err, status, "%s: \"weights\": %s", r->path, name);
    if (lrp_arena_on_free(r->arena, free_tensors, tensors)) {
        free_tensors(tensors);
        return no_memory(r);
    }
    r->weights_path = mapping->path;
    r->weights = tensors->items;
    r->weight_count = tensors->count;
    r->weights_mapped = mapping->of_file;
    *bytes += mapping->size;
    return LRP_OK;
}

/* ---- the file ---- */

static enum lrp_status read_shape(struct lrp_json_reader *r, const cJSON *item, struct lrp_value_definition *input)
{
    const cJSON *dim;
    if (!cJSON_IsArray(item) || !item->child || cJSON_GetArraySize(item) > LRP_MAX_RANK)
        return lrp_fail(r->err, LRP_FILE, "%s: \"input\" must be a shape, like [1, 3, 32, 32]", r->path);
    cJSON_ArrayForEach(dim, item)
    {
        int64_t n = -1; /* null: left open */
        if (!cJSON_IsNull(dim) && (!lrp_json_is_int(dim, &n) || n < 1 || n > INT32_MAX))
            return lrp_fail(r->err, LRP_FILE,
                            "%s: \"input\": dimensions are whole numbers from 1 on, or null where they are open", r->path);
        input->shape.dim[input->shape.rank++] = n;
    }
    return LRP_OK;
}

static enum lrp_status read_head(struct lrp_json_reader *r, const cJSON *json, struct lrp_definition *out)
{
    static const char *const known[] = {"lrpscope_model", "input", "weights", "layers", "name"};
    const cJSON *item, *version = cJSON_GetObjectItemCaseSensitive(json, "lrpscope_model");
    int64_t number = 0;
    if (!cJSON_IsObject(json) || !version)
        return lrp_fail(r->err, LRP_FILE,
                        "%s: not a model: there is no \"lrpscope_model\" in it (a rules file goes with --rules)", r->path);
    if (!lrp_json_is_int(version, &number) || number != 1)
        return lrp_fail(r->err, LRP_FILE, "%s: \"lrpscope_model\" must be 1, the only version there is", r->path);
    cJSON_ArrayForEach(item, json)
    {
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k], item->string) != 0) k++;
        if (k == sizeof known / sizeof *known)
            return lrp_fail(r->err, LRP_FILE, "%s: unknown key \"%.60s\"", r->path, item->string);
    }
    const cJSON *weights = cJSON_GetObjectItemCaseSensitive(json, "weights");
    if (weights && !cJSON_IsString(weights))
        return lrp_fail(r->err, LRP_FILE, "%s: \"weights\" must be a file's name", r->path);
    return weights ? map_weights(r, weights->valuestring, &out->bytes) : LRP_OK;
}

static enum lrp_status read_model(struct lrp_json_reader *r, const cJSON *json, struct lrp_definition *out)
{
    static const struct lrp_opset opsets[] = {{"", LRP_JSON_OPSET}, {"lrpscope", 1}};
    struct lrp_value_definition *ends = lrp_arena_calloc(r->arena, 2, sizeof *ends);
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(json, "layers");
    const char *last = NULL;
    if (!ends) return no_memory(r);
    ends[0] = (struct lrp_value_definition){.name = "input", .dtype = LRP_DTYPE_FLOAT};
    enum lrp_status status = read_head(r, json, out);
    if (!status) status = read_shape(r, cJSON_GetObjectItemCaseSensitive(json, "input"), &ends[0]);
    if (!status && (!cJSON_IsArray(layers) || !layers->child))
        status = lrp_fail(r->err, LRP_FILE, "%s: \"layers\" must be a list with something in it", r->path);
    if (!status) status = read_chain(r, layers, "", "input", 0, &last);
    if (!status && strcmp(last, "input") == 0)
        status = lrp_fail(r->err, LRP_FILE, "%s: there are only empty chains in it", r->path);
    if (status) return status;
    ends[1] = (struct lrp_value_definition){.name = last, .dtype = LRP_DTYPE_FLOAT, .shape = {.rank = -1}};
    out->name = "model";
    out->producer = "";
    out->opsets = opsets;
    out->opset_count = sizeof opsets / sizeof *opsets;
    out->inputs = &ends[0];
    out->outputs = &ends[1];
    out->input_count = out->output_count = 1;
    out->nodes = r->nodes;
    out->node_count = r->node_count;
    out->scopes = r->scopes;
    out->scope_count = r->scope_count;
    out->numbered = true;
    const char **files = lrp_arena_calloc(r->arena, 2, sizeof *files);
    if (!files) return no_memory(r);
    files[out->file_count++] = r->path;
    if (r->weights_path) files[out->file_count++] = r->weights_path;
    out->files = files;
    out->constants = r->constants;
    out->constant_count = r->constant_count;
    return LRP_OK;
}

enum lrp_status lrp_json_model_read(const char *path, struct lrp_definition **out, struct lrp_error *err)
{
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_definition *definition = arena ? lrp_arena_calloc(arena, 1, sizeof *definition) : NULL;
    const char *copy = definition ? lrp_arena_strdup(arena, path) : NULL;
    cJSON *json = NULL;
    *out = NULL;
    if (!copy) {
        lrp_arena_free(arena);
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", path);
    }
    definition->arena = arena;
    definition->path = copy;
    struct lrp_json_reader reader = {.path = copy, .arena = arena, .err = err};
    enum lrp_status status = lrp_json_read(path, &json, err);
    if (!status) status = read_model(&reader, json, definition);
    cJSON_Delete(json);
    if (!status)
        *out = definition;
    else
        lrp_definition_free(definition);
    return status;
}
