/* json_model.h: models as JSON: chains in chains, parallel branches, skip connections, layers of types that nobody knows.
 *
 *     {"lrpscope_model": 1, "input": [1,3,32,32], "weights": "model.safetensors", "layers": [
 *         {"type": "convolution", "name": "stem", "weight": "c1.w", "bias": "c1.b", "pads": [1,1,1,1], "activation": "relu"},
 *         {"type": "chain", "layers": [...]}, {"type": "parallel", "connection": "+", "layers": [...]},
 *         {"type": "skip-connection", "layer": {...}}, {"type": "my-doubling-layer"}]}
 *
 * Types are those of lrpscope-model(5); attributes and layouts of weights are ONNX's. Weights are names in a safetensors
 * file, or arrays. A layer without a name is called by its nested number, "2.3.1", and so is every value. */
#ifndef LRP_FORMATS_JSON_MODEL_H
#define LRP_FORMATS_JSON_MODEL_H

#include "definition.h"
#include "json.h"
#include "safetensors.h"

/* Reads a model. *out is owned by the caller. Errors: LRP_FILE naming file, layer and key, LRP_MEMORY. */
enum lrp_status lrp_json_model_read(const char *path, struct lrp_definition **out, struct lrp_error *err);
/* True if a file's first bytes look like such a model's: an object in JSON. */
bool lrp_json_model_looks(const unsigned char *data, size_t size);

/* ---- between the parts ---- */

/* A model on its way in. */
struct lrp_json_reader {
    const char *weights_path; /* of the safetensors file, or NULL; borrowed from its mapping */
    const char *path;
    struct lrp_arena *arena;
    struct lrp_error *err;
    const struct lrp_safetensor *weights;
    size_t weight_count;
    bool weights_mapped; /* they are pages of the file */
    struct lrp_node_definition *nodes;
    size_t node_count, node_capacity;
    struct lrp_constant_definition *constants;
    size_t constant_count, constant_capacity;
    struct lrp_scope_definition *scopes;
    size_t scope_count, scope_capacity;
};
/* How the layer types are written as ONNX operators. */
/* The version whose meaning ONNX's operators have where a layer does not say another. */
enum { LRP_JSON_OPSET = 22 };

struct lrp_json_type {
    const char *type, *op_type, *domain;
    const char *attributes; /* keys, separated by blanks */
    const char
        *inputs; /* keys of constant inputs behind the data, in order, each with ":w" weight, ":i" integers, ":f" a float */
    const char *renamed; /* "key=attribute" where ONNX calls it otherwise, or "" */
};
/* NULL if there is none of that name. */
const struct lrp_json_type *lrp_json_type_find(const char *type);
/* The one that writes an operator; NULL if there is none. */
const struct lrp_json_type *lrp_json_type_of(const char *op_type, const char *domain);
/* Fails with "PATH: layer NUMBER (TYPE): ...". */
enum lrp_status lrp_json_layer_fail(struct lrp_json_reader *reader, const char *number, const cJSON *layer, const char *format,
                                    ...) __attribute__((format(printf, 4, 5)));
/* One layer that is no container: its nodes from value `from` to the value called `number`. */
enum lrp_status lrp_json_layer_read(struct lrp_json_reader *reader, const cJSON *layer, const char *number, const char *from);
/* A new node: name and operator as given, all borrowed from the arena or static. */
enum lrp_status lrp_json_node(struct lrp_json_reader *reader, const struct lrp_node_definition *node);

#endif
