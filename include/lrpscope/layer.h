/* layer.h: the layers of a model as LRP sees them. */
#ifndef LRPSCOPE_LAYER_H
#define LRPSCOPE_LAYER_H

#include <stddef.h>

#include "lrpscope/error.h"
#include "lrpscope/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A layer: an anchor operator with the activation fused behind it. Everything is borrowed from the list. */
struct lrp_layer {
    int index;        /* 1.. in execution order; 0: an input of the model, type "input" */
    const char *name; /* node name, or the name of its first output; unique */
    const char *type; /* "convolution", "dense", ...; the operator's name in kebab case if LRP does not know it */
    const char *group, *second_group; /* "" if none */
    int kind;                         /* number of its type in LRP's table, 0: it is not there, `type` is the operator */
    bool carries;               /* relevance may arrive at it; else it is computed from constants, positions, masks alone */
    bool aside;                 /* arithmetic of shapes and masks: from sizes and inputs that carry no relevance alone, without
                                   weights; lists may leave it out */
    bool ends;                  /* what arrives at it ends there: it makes floats of an integer input, a picture of bytes */
    const char *op_type;        /* ONNX operator of the anchor */
    const char *domain;         /* its domain, "" for ONNX's own and what was recognised */
    const char *activation;     /* "identity" if nothing is fused */
    const char *activation_op;  /* ONNX operator of it, "" if none */
    const char *const *nodes;   /* nodes of the file that this layer holds: its own, then folded arithmetic */
    const char *const *inputs;  /* names of its data inputs (values) */
    const char *const *outputs; /* names of its outputs; the first is the one relevance is shown for */
    const int *sources;         /* layer index each input comes from; 0: it is an input of the model, whichever */
    const int *consumers;       /* layer indices its outputs go to */
    int node_count, input_count, output_count, consumer_count; /* of nodes, inputs and sources, outputs, consumers */
    const struct lrp_shape *shape;   /* of the first output, never NULL; unknown: rank -1 or dimension -1 */
    int64_t parameters, macs;        /* elements of weights; multiply-accumulates of one forward pass */
    bool executable, differentiable; /* whether the anchor runs; whether relevance can be handed through it (if `shape_pending`,
                                        once shapes are known) */
    const char *obstacle;            /* why it is not executable, or "" */
    bool shape_pending;              /* runs once an input, or --input-shape, fixes the shapes */
    bool output_softmax;             /* a softmax or log-softmax that gives the model's output */
    bool output_log;                 /* ... a log-softmax: the output holds logarithms */
    bool output_sigmoid;             /* the same of a sigmoid, by itself or fused */
    int body; /* the innermost container around it that is a branch or body: such a layer is a node as the
                 file has it, listed and never run; -1: none */
};

/* Layers that are one thing together. */
struct lrp_container {
    const char
        *name; /* of a branch or body: its layer's name, a slash, its attribute's name ("pick/then_branch"); of attention: what
                  the names of its layers begin with up to a slash; the name of its last layer if that is nothing; of a
                  JSON model's: as the file names it, else its number ("2.1"); of a function: its call's name */
    const char *kind; /* "branch" (of an If), "body" (of a Loop, Scan, SequenceMap, any other layer that holds a graph);
                         "attention", found by how it is wired: from the dense layers that make queries, keys and values (or the
                         one that makes all three) over softmax to the dense layer that projects the result; beside it "mlp",
                         linear layers that widen and narrow again before a residual sum, and "norm", a normalisation and the
                         affine part behind it;
                         "chain", "parallel", "skip-connection": a JSON model's; "function": what a call of one of an ONNX
                         model's own functions stands for */
    bool closed;      /* part of a block that is seen best as one thing: lists show it folded at first */
    int first, last;  /* layer indices, all between belong to it; last < first: it holds nothing */
    int parent;       /* container around it, -1: none; always before it in the list */
    int layer; /* the layer whose branch or body it is, the one before the first of its branches' layers; -1: another kind */
};

/* One thing that was recognised, canonized, folded or left out on the way from the file's nodes to layers. */
struct lrp_rewriting {
    const char *what;   /* "BatchNormalization folded into the layer before it" */
    const char *before; /* nodes with their operators, as they were just then: "conv (Conv), bn (BatchNormalization)" */
    const char *after;  /* "1 conv (convolution)", all layers that share a weight, or "nothing" */
    int layer;          /* -1: none is left of it */
};

/* All layers of a model under some settings. Borrowed from the snapshot it is in. */
struct lrp_layer_list {
    const struct lrp_layer *rows; /* rows[0] is the first input; rows[i].index == i */
    size_t count;                 /* with row 0 */
    size_t further_inputs;        /* the model's second input and the rest have rows behind the layers': rows[count] ...
                                     rows[count + further_inputs - 1], index 0. What is there by layer is there of them */
    int64_t parameters, macs;     /* totals */
    size_t activation_bytes;      /* of all values kept in one pass, float32 */
    const char *const *dropped;   /* nodes that vanished: identities, dropout, dead nodes */
    size_t dropped_count;         /* of dropped */
    const char *const *canonized; /* one line for every rewriting that was done, for --canonize-report */
    size_t canonized_count;       /* of canonized */
    const char *const *removed;   /* values that canonization or a pattern swallowed */
    size_t removed_count;         /* of removed */
    const struct lrp_rewriting *rewritings; /* everything that was done, canonization and the rest, as it was done */
    size_t rewriting_count;                 /* of rewritings */
    const struct lrp_container *containers; /* in the order of their first layers */
    size_t container_count;                 /* of containers */
};

/* Rows of a list, those of inputs with them: what arrays by layer are as long as. */
static inline size_t lrp_layer_rows(const struct lrp_layer_list *list)
{
    return list->count + list->further_inputs;
}
/* In the order in which they are listed: all inputs, then the layers. */
static inline size_t lrp_layer_row_at(const struct lrp_layer_list *list, size_t place)
{
    const size_t inputs = 1 + list->further_inputs;
    return place == 0 ? 0 : place < inputs ? list->count + place - 1 : place - inputs + 1;
}
/* Which layer of b answers to which of a: with[i] for row i of a (as many as a has; the caller's), -1: none. Layers of one name
 * belong together, others by order and type; no two pairs cross. Row 0 answers to row 0. Errors: LRP_MEMORY. */
enum lrp_status lrp_layer_list_align(const struct lrp_layer_list *a, const struct lrp_layer_list *b, int *with,
                                     struct lrp_error *err);

/* An attribute of an operator: `count` values in the one array that is there, or none and `text` says what it is. */
struct lrp_layer_attribute {
    const char *name;         /* "kernel_shape" */
    bool one;                 /* a single value, not a list of them */
    bool usual;               /* the file leaves it out: what the operator then takes */
    size_t count;             /* of values */
    const int64_t *ints;      /* or NULL */
    const float *floats;      /* or NULL */
    const char *const *texts; /* or NULL */
    const char *text;         /* of a tensor or a graph: "float32 64x3x3", "graph of 12 nodes"; else NULL */
};
/* A constant that a layer's anchor reads, as the file has it, or as it was rewritten where no value of the file is left. */
struct lrp_layer_weight {
    const char *name;       /* of the file's tensor */
    struct lrp_shape shape; /* likewise */
    enum lrp_dtype dtype;   /* likewise */
};
/* The operator a layer goes back to. Owned by who asked for it: lrp_layer_operator_free. */
struct lrp_layer_operator {
    const char *op_type, *domain;                 /* of the anchor; domain "": ONNX's own, or recognised from several nodes */
    int opset;                                    /* the version of that domain */
    const struct lrp_layer_attribute *attributes; /* those of the file, then those it leaves out */
    size_t attribute_count;                       /* of attributes */
    const struct lrp_layer_weight *weights;       /* constants, in the order of its inputs */
    size_t weight_count;                          /* of weights */
    const char *const *node_types;                /* operators of the layer's nodes, in their order */
    void *own;                                    /* where all of it lives */
};
/* Gives it back; NULL is fine. */
void lrp_layer_operator_free(struct lrp_layer_operator *layer_operator);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
