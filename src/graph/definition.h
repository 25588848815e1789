/* definition.h: a model as its file says it, before any shape is known to be true. Readers fill it, nobody changes it. */
#ifndef LRP_GRAPH_DEFINITION_H
#define LRP_GRAPH_DEFINITION_H

#include "mapping.h"
#include "ops.h"

struct lrp_value_definition {
    const char *name;
    enum lrp_dtype dtype;               /* UNDEFINED: not said (or not a tensor) */
    struct lrp_shape shape;             /* rank -1: not said; dim -1: symbolic */
    const char *dim_name[LRP_MAX_RANK]; /* "N" of a symbolic dimension, or NULL */
};
struct lrp_constant_definition {
    const char *name;
    const struct lrp_blob *blob;
};
struct lrp_node_definition {
    const char *name; /* "" if the file gives none */
    const char *op_type, *domain;
    const char *const *inputs, *const *outputs; /* "" = left out */
    int input_count, output_count;
    const struct lrp_attribute *attributes;
    int attribute_count;
    const char *overload; /* which function of that name it calls; NULL or "": the only one */
    int opset;            /* version of its domain; 0: what the model imports */
    bool mixed_floats;    /* its float inputs may be of different types: the first computed one's counts */
};
struct lrp_opset {
    const char *domain; /* "" = ai.onnx */
    int version;
};
/* Layers that the file itself puts together: containers of JSON models, calls of an ONNX model's own functions, bodies of
 * operators. */
struct lrp_scope_definition {
    const char *name,
        *number; /* number: "2.1", where it stands; name: as given, else the number; of functions both are the call's name */
    const char
        *kind; /* "chain", "parallel", "skip-connection", "function", "fused"; NULL: one layer that has a name of its own */
    size_t first, count; /* its nodes, which follow each other */
};
/* The graphs that hang on an attribute: how many, and one of them. */
size_t lrp_attribute_graphs(const struct lrp_attribute *attribute);
const struct lrp_definition *lrp_attribute_graph(const struct lrp_attribute *attribute, size_t index);

/* A graph, or a subgraph hanging on an attribute (which has no arena, files or opsets of its own). */
struct lrp_definition {
    struct lrp_arena *arena;          /* everything below lives here; owned (NULL in subgraphs) */
    const char *path;                 /* as given */
    const struct lrp_mapping *mapped; /* the model's own file, if its pages are the file's; else NULL */
    const char *name, *producer;
    int64_t ir_version;
    const struct lrp_opset *opsets;
    int opset_count;
    const struct lrp_value_definition *inputs; /* without those that are initialisers too */
    const struct lrp_value_definition *outputs;
    const struct lrp_value_definition *values;       /* value_info, a hint only */
    const struct lrp_constant_definition *constants; /* initialisers */
    const struct lrp_node_definition *nodes;         /* file order */
    const struct lrp_scope_definition *scopes;       /* outer ones before those inside */
    size_t input_count, output_count, value_count, constant_count, node_count, scope_count;
    bool numbered;            /* values are called by the places of what makes them: the file gives them no names */
    size_t bytes;             /* size of all files mapped */
    const char *const *files; /* their paths, the model's own first */
    size_t file_count;
    const char *absent; /* NULL, or which file with weights is missing: they read as zeros */
};

/* Lets go of the file's pages, once something went over all of it: of many small parts every page was read. What is needed
 * again comes back. */
void lrp_definition_rest(const struct lrp_definition *definition);
/* Gives the arena back, and with it all mappings. */
void lrp_definition_free(struct lrp_definition *definition);

#endif
