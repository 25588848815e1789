/* graph.h: a model at concrete input shapes: values and nodes, folded, recognised, canonized. Data, to be read by everyone
 * later. */
#ifndef LRP_GRAPH_GRAPH_H
#define LRP_GRAPH_GRAPH_H

#include "definition.h"
#include "lrpscope/layer.h"
#include "ops.h"

enum lrp_node_state {
    LRP_NODE_LIVE,
    LRP_NODE_FOLDED,    /* its outputs are constants now */
    LRP_NODE_SWALLOWED, /* part of the node `owner` */
    LRP_NODE_DROPPED,   /* identity, dropout, stripped softmax: consumers read its input */
    LRP_NODE_DEAD       /* nothing needs it */
};

struct lrp_value {
    const char *name; /* of the file; made up for values of our own */
    struct lrp_desc desc;
    int producer;                  /* node, -1: model input, constant, or nothing */
    int uses;                      /* by live nodes and model outputs */
    int reader;                    /* the live node that was last found to read it; -1: none */
    bool is_input, is_output, own; /* own: not in the file */
    bool from_shape;               /* folded from the shape of something */
    bool from_product;             /* its first number is a product of such sizes */
    bool sized;                    /* a constant that is another one at other sizes of open inputs */
    bool late;                     /* its shape is known only when it runs */
    bool fixed;                    /* a float that no float input of the model reaches */
    int same_as;                   /* the value that stands for it where an If was its branch; -1: it stands for itself */
};

struct lrp_node {
    const char *name; /* unique: the file's, or the first output's, doubled ones with ~2 ... */
    struct lrp_call call;
    int *in, *out;        /* value numbers, -1: left out; as many as the call's */
    const int *file_in;   /* the inputs the file gave it, whatever became of it; NULL for nodes of our own */
    const char *obstacle; /* why it cannot run; "" if it can */
    int file_in_count;
    enum lrp_node_state state;
    int owner; /* of a swallowed node, else -1 */
    int order; /* place in execution order */
    enum lrp_status obstacle_status;
    bool mixed_floats;        /* as the definition says */
    bool late;                /* has an obstacle before it runs only: shapes, or numbers that shapes depend on (late.h) */
    bool computed_shape;      /* a Reshape whose shape was folded from Shape arithmetic */
    bool merges;              /* that shape's first size is a product: axes become one, however large they are */
    bool open;                /* an input or output has a size that is not known yet; its call has sizes that stand in for it */
    int body;                 /* the body it lies in, -1: none; such nodes are listed, never run or rewritten */
    int inside, inside_count; /* of a node of the file: the nodes of its bodies and of theirs, which follow each other */
    int first_body, body_span; /* its bodies, and those in them: they follow each other */
    int explicit_count;        /* inputs the file gives it; behind them what its bodies read from around it */
};

/* A graph that hangs on an attribute of a node: a branch of an If, what a Loop, Scan or SequenceMap repeats. */
struct lrp_body {
    int node;              /* that node */
    int parent;            /* the body that one lies in, -1: none; always before this one */
    const char *attribute; /* "then_branch" */
    const char *obstacle;  /* of its nodes */
    int first, count;      /* its nodes, and those of bodies in it: they follow each other */
    int *inputs;           /* value numbers of what it is handed */
    int input_count;
    int *outputs; /* value numbers of what it makes, -1: nothing makes it */
    int output_count;
    int first_value, value_count; /* its values, and those of bodies in it: they follow each other */
    bool unknown_names;           /* something in it reads what nothing makes */
};

struct lrp_graph_options {
    bool canonize, strip_softmax, strip_sigmoid;
    /* shape of each model input; NULL: what the file says, a symbolic batch (first dimension) taken as 1 */
    const struct lrp_shape *input_shapes;
    /* by model input: 0 or 1 where it is a flag that is known before anything runs, else -1; NULL: none is */
    const signed char *input_flags;
    const struct lrp_operator_set *operators; /* beyond the table; borrowed, must outlive the graph; may be NULL */
    const char *token_input; /* name of the input that holds tokens, NULL: it goes by a usual one; borrowed likewise */
};

struct lrp_name_list { /* a growable list of strings in the graph's arena */
    const char **items;
    size_t count, capacity;
};

/* What was done to nodes, for the report. */
struct lrp_record {
    const char *what, *before;
    int node;   /* what came out of it; -1: nothing */
    int beside; /* a node that was inserted before it for the same reason; 0: none, which is never an inserted one */
};

struct lrp_graph {
    struct lrp_arena *arena;     /* owned; the definition must outlive the graph */
    struct lrp_shape_set shapes; /* of its values */
    const struct lrp_definition *definition;
    const struct lrp_operator_set *operators; /* as the options say */
    const char *token_input;                  /* likewise */
    struct lrp_value *values;
    struct lrp_node *nodes; /* file's first (index = file position), then those of bodies, then our own */
    int value_count, value_capacity, node_count, node_capacity;
    struct lrp_body *bodies; /* in the order of the file */
    int body_count;
    int *order; /* live nodes in execution order; those of its bodies right behind a node */
    int order_count;
    int *inputs, *outputs; /* value numbers */
    int input_count, output_count;
    const struct lrp_shape *open_inputs; /* shapes of the inputs while others stand in for them (sizes.c); NULL: none do */
    int stand_in;                        /* which of the usual sizes do */
    struct lrp_name_list dropped, canonized, removed;
    struct lrp_record *records;
    size_t record_count, record_capacity;
};

/* Builds a graph: execution order, shapes, constant folding, pattern recognition, canonization. *out is owned by the caller.
 * Errors: LRP_FILE (missing tensor, cycle, value made twice), LRP_MEMORY, LRP_USAGE (impossible input shape). */
enum lrp_status lrp_graph_build(const struct lrp_definition *definition, const struct lrp_graph_options *options,
                                struct lrp_graph **out, struct lrp_error *err);
void lrp_graph_free(struct lrp_graph *graph);

/* ---- for passes: patterns.c, canonize.c ---- */

/* The live node that makes a value, or NULL. */
struct lrp_node *lrp_graph_producer(const struct lrp_graph *graph, int value);
/* Value number of input i of a node; -1 if it is left out or beyond. */
int lrp_node_input(const struct lrp_node *node, int i);
/* Description of a value; NULL for -1. */
const struct lrp_desc *lrp_graph_desc(const struct lrp_graph *graph, int value);
/* Gives a value another shape, which is copied; false when out of memory: then nothing changed. */
bool lrp_graph_reshape(struct lrp_graph *graph, int value, const struct lrp_shape *shape);
/* What a pass wants to put in a node's place. */
struct lrp_replacement {
    const char *op_type, *domain;
    const char *what; /* for the report: "dense written as MatMul and Add"; NULL: not reported */
    const char *name; /* NULL: keeps its own */
    int opset;        /* 0: the model's */
    const int *in;
    int in_count;
    const struct lrp_attribute *attributes; /* copied */
    int attribute_count;
    int beside; /* for the report: as in struct lrp_record */
};
/* Makes `node` the given call with its (first) output kept; the nodes `swallowed` (live, only used by this) become part of it.
 * Uses of values are kept up to date. False when out of memory or if the operator refuses the call: then nothing changed. */
bool lrp_graph_replace(struct lrp_graph *graph, int node, const struct lrp_replacement *replacement, const int *swallowed,
                       int swallowed_count);
/* Makes `node` part of `owner`; nobody may read its outputs any more. */
void lrp_graph_swallow(struct lrp_graph *graph, int node, int owner);
/* A new constant value with float32 data (copied). -1 when out of memory. */
int lrp_graph_constant(struct lrp_graph *graph, const char *name, const struct lrp_shape *shape, const float *data);
/* Likewise of int64 numbers, in one row. */
int lrp_graph_constant_ints(struct lrp_graph *graph, const char *name, const int64_t *data, int count);
/* A new node of our own, placed before `before` in execution order, making one new value. -1 when out of memory. */
int lrp_graph_insert(struct lrp_graph *graph, int before, const char *name, const struct lrp_replacement *call);
/* The only live node that reads a value, if it does so with its first input and no model output is that value; else -1. */
int lrp_graph_sole_reader(const struct lrp_graph *graph, int value);
/* Lets everyone who reads a value v read to[v] (-1: v as before), model outputs too. to[to[v]] must be -1. */
void lrp_graph_redirect(struct lrp_graph *graph, const int *to);
/* The map for it, every value as before; the caller frees it. NULL when out of memory. */
int *lrp_graph_redirection(const struct lrp_graph *graph);
/* Appends to a list; false when out of memory. */
bool lrp_name_list_add(struct lrp_graph *graph, struct lrp_name_list *names, const char *name);
/* The nodes that `takes` accepts, in the order they run: into `out`, which has room for all. How many; -1 when out of memory.
 */
int lrp_graph_list_nodes(const struct lrp_graph *graph, bool (*takes)(const struct lrp_node *node), int *out);
/* Sorts live nodes into `order`, drops what no output needs. */
bool lrp_graph_schedule(struct lrp_graph *graph);

/* build.c's later stations */
void lrp_graph_infer(struct lrp_graph *graph);       /* shapes and folding */
void lrp_graph_open_bodies(struct lrp_graph *graph); /* once nothing is rewritten any more: bodies can run */
/* All floats of a call are held alike: of a node with mixed_floats. */
void lrp_graph_unite_floats(struct lrp_call *call);
enum lrp_status lrp_graph_recognise(struct lrp_graph *graph, bool whole_layer_norm, struct lrp_error *err);
enum lrp_status lrp_graph_canonize(struct lrp_graph *graph, struct lrp_error *err);
/* What turns logits into probabilities at a model's end. */
struct lrp_head {
    enum lrp_kind kinds[2];
    const char *what; /* for the report */
    bool alone;       /* stays if anything but outputs reads it */
};
extern const struct lrp_head lrp_head_softmax, lrp_head_sigmoid;
/* Outputs, and what moves their elements, read the logits. */
enum lrp_status lrp_graph_strip(struct lrp_graph *graph, const struct lrp_head *head, struct lrp_error *err);
/* By value: whether it reaches a model output through nothing but element-moving nodes; for finding output softmaxes. The
 * caller frees it. NULL when out of memory. */
bool *lrp_graph_reach_outputs(const struct lrp_graph *graph);

/* ---- the report ---- */

/* Records what is about to happen to `node` and `others`, which make up the text; `after` is the node that stands for them
 * then, -1: none. Out of memory, a line is missing. */
void lrp_graph_record(struct lrp_graph *graph, const char *what, int node, const int *others, int count, int after, int beside);

/* ---- samples ---- */

/* By value: where the samples of a batch stand. They start as axis 0 of every input that has the batch's size there (what the
 * first float input has; of a model without any, the first of whole numbers) and go where the operators' rows say
 * (lrp_operator.batch). An output counts samples only if they stand whole at its axis 0: lrp_batch_whole. To be read by
 * lrp_batch_at; lives in the graph's arena. NULL when out of memory. */
const struct lrp_batch_axis *const *lrp_graph_trace_samples(struct lrp_graph *graph);
/* Never NULL. */
const struct lrp_batch_axis *lrp_batch_at(const struct lrp_batch_axis *const *values, int value);
bool lrp_batch_whole(const struct lrp_batch_axis *at);

/* ---- the layer view ---- */

/* A layer's nodes; struct lrp_layer says the rest. */
struct lrp_layer_nodes {
    int anchor, activation; /* activation -1: nothing fused */
};
struct lrp_layer_view {
    struct lrp_layer_list list;
    const struct lrp_layer_nodes *nodes; /* by row; of inputs: -1, -1 */
    const int
        *layer_of_node; /* by node: layer that holds it, -1: dropped or dead; folded ones: the first layer that needs them */
};
/* Finds the containers of a view whose rows are complete: bodies, attention, and those of the file that still follow each
 * other; false when out of memory. They live in the graph's arena. `rows` are the list's. */
bool lrp_graph_containers(const struct lrp_graph *graph, struct lrp_layer_view *view, struct lrp_layer *rows);
/* Chooses the layers of the file's own containers of that name or number, `any` if there are some; false when out of memory. */
bool lrp_graph_scope_layers(const struct lrp_graph *graph, const struct lrp_layer_view *view, const char *name, bool *layers,
                            bool *any);
/* Everything that was done, for a view that is complete; false when out of memory. */
bool lrp_graph_report(struct lrp_graph *graph, struct lrp_layer_view *view);
/* Only attention: into *out, in order; how many, -1 when out of memory. Rows know the bodies they lie in. */
int lrp_graph_attentions(struct lrp_arena *arena, const struct lrp_layer_list *list, struct lrp_container **out);
/* What else is in their blocks: feed-forward parts and norms, likewise. */
int lrp_graph_blocks(struct lrp_arena *arena, const struct lrp_layer_list *list, const struct lrp_container *attentions,
                     int attention_count, struct lrp_container **out);
/* Views a graph as layers; everything lives in the graph's arena. */
enum lrp_status lrp_graph_layers(struct lrp_graph *graph, bool fuse, struct lrp_layer_view **out, struct lrp_error *err);

#endif
