/* model.h: a definition put together in memory, for tests of stations that know no files.
 *
 *     struct model m;
 *     model_start(&m, 13, 8);                                  (opset, how many nodes there is room for)
 *     model_input(&m, "x", 2, (int64_t[]){1, 3});
 *     model_constant(&m, "w", 2, (int64_t[]){3, 4}, NULL);     (NULL: numbers that look random)
 *     model_node(&m, "Gemm", "fc", "x w - ", "y");             ("-": an input that is left out)
 *     model_int(&m, "transB", 0);                              (attributes of the node before)
 *     model_output(&m, "y");
 *     struct lrp_definition *d = model_finish(&m);
 */
#ifndef LRP_TEST_MODEL_H
#define LRP_TEST_MODEL_H

#include <string.h>

#include "check.h"
#include "definition.h"

enum { MODEL_VALUES = 16, MODEL_ATTRIBUTES = 6 };

struct model {
    struct lrp_arena *arena;
    struct lrp_definition *definition;
    struct lrp_value_definition *inputs, *outputs, *hints;
    struct lrp_constant_definition *constants;
    struct lrp_node_definition *nodes;
    size_t room, constant_room;
    uint32_t random;
};

static inline void *model_memory(struct model *m, size_t count, size_t size)
{
    void *memory = lrp_arena_calloc(m->arena, count, size);
    assert_non_null(memory);
    return memory;
}
static inline void model_start(struct model *m, int opset, size_t nodes)
{
    *m = (struct model){.arena = lrp_arena_new(), .room = nodes, .constant_room = 4 * nodes + 16, .random = 1};
    assert_non_null(m->arena);
    struct lrp_opset *opsets = model_memory(m, 1, sizeof *opsets);
    *opsets = (struct lrp_opset){.domain = "", .version = opset};
    m->definition = model_memory(m, 1, sizeof *m->definition);
    m->inputs = model_memory(m, MODEL_VALUES, sizeof *m->inputs);
    m->outputs = model_memory(m, MODEL_VALUES, sizeof *m->outputs);
    m->hints = model_memory(m, MODEL_VALUES, sizeof *m->hints);
    m->constants = model_memory(m, m->constant_room, sizeof *m->constants);
    m->nodes = model_memory(m, nodes, sizeof *m->nodes);
    *m->definition = (struct lrp_definition){
        .arena = m->arena, .path = "test.onnx", .name = "", .producer = "", .opsets = opsets, .opset_count = 1};
}
static inline struct lrp_value_definition *model_value(struct model *m, struct lrp_value_definition *list, size_t *count,
                                                       const char *name, int rank, const int64_t *dim)
{
    assert_true(*count < MODEL_VALUES);
    struct lrp_value_definition *v = &list[(*count)++];
    *v = (struct lrp_value_definition){
        .name = lrp_arena_strdup(m->arena, name), .dtype = LRP_DTYPE_FLOAT, .shape = {.rank = rank}};
    for (int i = 0; i < rank; i++) v->shape.dim[i] = dim[i];
    return v;
}
/* A dimension of -1 is symbolic. */
static inline void model_input(struct model *m, const char *name, int rank, const int64_t *dim)
{
    model_value(m, m->inputs, &m->definition->input_count, name, rank, dim);
}
static inline void model_output(struct model *m, const char *name)
{
    model_value(m, m->outputs, &m->definition->output_count, name, -1, NULL);
}
/* value_info */
static inline void model_hint(struct model *m, const char *name, int rank, const int64_t *dim)
{
    model_value(m, m->hints, &m->definition->value_count, name, rank, dim);
}
static inline struct lrp_blob *model_blob(struct model *m, const char *name, enum lrp_dtype dtype, int rank, const int64_t *dim,
                                          size_t size)
{
    struct lrp_blob *blob = model_memory(m, 1, sizeof *blob);
    assert_true(m->definition->constant_count < m->constant_room);
    struct lrp_shape shape = {.rank = rank};
    *blob = (struct lrp_blob){.dtype = dtype, .count = 1};
    for (int i = 0; i < rank; i++) blob->count *= (size_t)(shape.dim[i] = dim[i]);
    blob->shape = lrp_shape_copy(m->arena, &shape);
    assert_non_null(blob->shape);
    blob->raw = model_memory(m, blob->count, size);
    m->constants[m->definition->constant_count++] = (struct lrp_constant_definition){lrp_arena_strdup(m->arena, name), blob};
    return blob;
}
/* Random ones are in [0.25, 1.25), so that they serve as variances too. */
static inline void model_constant(struct model *m, const char *name, int rank, const int64_t *dim, const float *data)
{
    const struct lrp_blob *blob = model_blob(m, name, LRP_DTYPE_FLOAT, rank, dim, sizeof(float));
    float *f = (float *)(uintptr_t)blob->raw;
    for (size_t i = 0; i < blob->count; i++) {
        m->random = m->random * 1664525U + 1013904223U;
        f[i] = data ? data[i] : (float)(m->random >> 8) / (float)(1 << 24) + 0.25F;
    }
}
static inline void model_vector(struct model *m, const char *name, int64_t count)
{
    model_constant(m, name, 1, &count, NULL);
}
static inline void model_scalar(struct model *m, const char *name, float value)
{
    model_constant(m, name, 0, NULL, &value);
}
static inline void model_int64s(struct model *m, const char *name, int64_t count, const int64_t *data)
{
    const struct lrp_blob *blob = model_blob(m, name, LRP_DTYPE_INT64, 1, &count, sizeof(int64_t));
    memcpy((void *)(uintptr_t)blob->raw, data, (size_t)count * sizeof *data);
}

/* ---- nodes and their attributes ---- */

static inline const char *const *model_names(struct model *m, const char *names, int *count)
{
    const char **list = model_memory(m, strlen(names) / 2 + 1, sizeof *list);
    *count = 0;
    for (const char *p = names + strspn(names, " "); *p; p += strspn(p, " ")) {
        const size_t length = strcspn(p, " ");
        list[(*count)++] = lrp_arena_strndup(m->arena, p, length == 1 && *p == '-' ? 0 : length);
        p += length;
    }
    return list;
}
static inline void model_node(struct model *m, const char *op_type, const char *name, const char *inputs, const char *outputs)
{
    assert_true(m->definition->node_count < m->room);
    struct lrp_node_definition *n = &m->nodes[m->definition->node_count++];
    *n = (struct lrp_node_definition){.name = lrp_arena_strdup(m->arena, name), .op_type = op_type, .domain = ""};
    n->inputs = model_names(m, inputs, &n->input_count);
    n->outputs = model_names(m, outputs, &n->output_count);
    n->attributes = model_memory(m, MODEL_ATTRIBUTES, sizeof *n->attributes);
}
static inline struct lrp_attribute *model_attribute(struct model *m, const char *name, enum lrp_attribute_kind kind)
{
    struct lrp_node_definition *n = &m->nodes[m->definition->node_count - 1];
    assert_true(n->attribute_count < MODEL_ATTRIBUTES);
    struct lrp_attribute *a = (struct lrp_attribute *)(uintptr_t)&n->attributes[n->attribute_count++];
    *a = (struct lrp_attribute){.name = name, .kind = kind};
    return a;
}
static inline void model_int(struct model *m, const char *name, int64_t value)
{
    model_attribute(m, name, LRP_ATTRIBUTE_INT)->i = value;
}
static inline void model_float(struct model *m, const char *name, float value)
{
    model_attribute(m, name, LRP_ATTRIBUTE_FLOAT)->f = value;
}
static inline void model_string(struct model *m, const char *name, const char *value)
{
    model_attribute(m, name, LRP_ATTRIBUTE_STRING)->s = value;
}
static inline void model_ints(struct model *m, const char *name, size_t count, const int64_t *values)
{
    int64_t *copy = model_memory(m, count, sizeof *copy);
    memcpy(copy, values, count * sizeof *copy);
    struct lrp_attribute *a = model_attribute(m, name, LRP_ATTRIBUTE_INTS);
    a->ints = copy;
    a->count = count;
}

/* Owned by the caller. */
static inline struct lrp_definition *model_finish(struct model *m)
{
    struct lrp_definition *d = m->definition;
    d->inputs = m->inputs;
    d->outputs = m->outputs;
    d->values = m->hints;
    d->constants = m->constants;
    d->nodes = m->nodes;
    return d;
}

static inline void model_free_body(void *arena)
{
    lrp_arena_free(arena);
}
/* An attribute of the node before: a graph, made like a model; taken over. */
static inline void model_body(struct model *m, const char *name, struct model *body)
{
    model_attribute(m, name, LRP_ATTRIBUTE_GRAPH)->graph = model_finish(body);
    assert_int_equal(lrp_arena_on_free(m->arena, model_free_body, body->arena), 0);
}

/* The same with several graphs. */
static inline void model_bodies(struct model *m, const char *name, size_t count, struct model *bodies)
{
    const void **graphs = model_memory(m, count, sizeof *graphs);
    for (size_t i = 0; i < count; i++) {
        graphs[i] = model_finish(&bodies[i]);
        assert_int_equal(lrp_arena_on_free(m->arena, model_free_body, bodies[i].arena), 0);
    }
    struct lrp_attribute *a = model_attribute(m, name, LRP_ATTRIBUTE_GRAPHS);
    a->graphs = graphs;
    a->count = count;
}

#endif
