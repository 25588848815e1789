/* sizes.c: sizes that stand in for those a model leaves open. */
#include "sizes.h"

#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "names.h"
#include "trial.h"

/* Sizes that networks are made for, the most usual first: of pictures, and of rows of tokens or samples. */
static const int64_t plane_sizes[] = {224, 256, 320, 64,  32,  28,  640, 128, 299, 384,
                                      512, 48,  96,  112, 160, 192, 227, 416, 16,  8},
                     row_sizes[] = {16, 8, 4, 128, 64, 32, 512, 77, 256, 1000, 16000, 2, 1, 3, 5, 10, 20, 40, 80, 100};
_Static_assert(sizeof plane_sizes == sizeof row_sizes, "they are tried side by side");
static const int usual_ranks[] = {4, 2, 3, 1};
enum {
    CANDIDATES = sizeof plane_sizes / sizeof *plane_sizes,
    RANKS = sizeof usual_ranks / sizeof *usual_ranks,
    CHANNELS = 3,
    FEW = 4
};

/* What is done to all sizes to see which others depend on them. */
static const struct {
    int64_t factor, shift;
} others[] = {{2, 0}, {1, 32}, {1, 1}, {3, 0}};

/* Sizes of open dimensions: candidate number `candidate`, each changed as `factor` and `shift` say. */
struct choice {
    int candidate;
    int64_t factor, shift;
};

/* The inputs of a graph as they are open, and what is told of them. */
struct inputs {
    const struct lrp_graph *graph;
    const struct lrp_shape *open; /* by input */
    struct lrp_shape *told;       /* by input: sizes that weights say, 0: none does */
};

/* The size that a node's weights say for its data, 0: they say nothing. */
static int64_t told_by(const struct lrp_node *node, const struct lrp_shape *weights)
{
    const struct lrp_weight_size *size = &node->call.op->weight_size;
    const int64_t most = 1 << 20, group = size->grouped ? lrp_call_int(&node->call, "group", 1) : 1;
    if (weights->rank <= size->weight_axis) return 0;
    const int64_t length = weights->dim[size->weight_axis];
    return group > 0 && group < most && length > 0 && length < most ? group * length : 0;
}

/* What the first operator that reads an input says about it. */
static void listen(struct inputs *in, int input, const struct lrp_node *node)
{
    const struct lrp_desc *w = lrp_graph_desc(in->graph, lrp_node_input(node, 1));
    if (!w || !w->constant || !node->call.op || !node->call.op->weight_size.says) return;
    const int counted = node->call.op->weight_size.axis, axis = counted < 0 ? in->open[input].rank + counted : counted;
    if (axis < 0 || axis >= LRP_MAX_RANK || in->told[input].dim[axis]) return;
    in->told[input].dim[axis] = told_by(node, w->shape);
}

static bool start_inputs(struct inputs *in, const struct lrp_graph *g)
{
    int *input_of = malloc(((size_t)g->value_count + 1) * sizeof *input_of);
    in->told = calloc((size_t)g->input_count + 1, sizeof *in->told);
    if (input_of && in->told) {
        for (int v = 0; v < g->value_count; v++) input_of[v] = -1;
        for (int i = 0; i < g->input_count; i++) input_of[g->inputs[i]] = i;
        for (int n = 0; n < g->node_count; n++) {
            const int value = lrp_node_input(&g->nodes[n], 0);
            if (value >= 0 && input_of[value] >= 0) listen(in, input_of[value], &g->nodes[n]);
        }
    }
    const bool fine = input_of && in->told;
    free(input_of);
    return fine;
}

/* The size that stands in for one part of a dimension's name ("past_sequence_length", "1"), or for one without a name. */
static int64_t plain_size(const struct choice *choice, const char *name, size_t length, int rank)
{
    static const char past[] = "past"; /* what a decoder has read before: nothing, as a rule */
    int64_t size = rank >= 4 ? plane_sizes[choice->candidate] : row_sizes[choice->candidate];
    if (length && strspn(name, "0123456789") >= length) return strtoll(name, NULL, 10) % (1 << 20);
    if (length >= sizeof past - 1 && strncmp(name, past, sizeof past - 1) == 0) size = 0;
    return size || choice->factor == 1 ? size * choice->factor + choice->shift : 2;
}

/* Exporters name dimensions by sums: "past_sequence_length + sequence_length". */
static int64_t named_size(const struct choice *choice, const char *name, int rank)
{
    int64_t sum = 0;
    int parts = 0;
    for (const char *p = name; p && parts < 8; parts++) {
        p += strspn(p, " ");
        const size_t length = strcspn(p, " +");
        sum += plain_size(choice, p, length, rank);
        p = strchr(p, '+');
        if (p) p++;
    }
    return sum;
}

static bool channels_last(const struct lrp_shape *shape)
{
    const int64_t last = shape->rank < 1 ? -1 : shape->dim[shape->rank - 1];
    return last > 0 && last <= FEW;
}

static struct lrp_shape shape_at(const struct inputs *in, int input, const struct choice *choice)
{
    const struct lrp_value_definition *d = &in->graph->definition->inputs[input];
    struct lrp_shape shape = in->open[input];
    if (shape.rank < 0) {
        shape.rank = usual_ranks[choice->candidate % RANKS]; /* nothing is said at all */
        for (int i = 0; i < shape.rank; i++) shape.dim[i] = i ? -1 : 1;
    }
    for (int i = 0; i < shape.rank; i++) {
        const int64_t told = in->told[input].dim[i];
        const char *name = d->shape.rank == shape.rank ? d->dim_name[i] : NULL;
        if (shape.dim[i] >= 0) continue;
        if (told)
            shape.dim[i] = told;
        else if (shape.rank >= 4 && i == 1 && !channels_last(&in->open[input]))
            shape.dim[i] = CHANNELS;
        else
            shape.dim[i] = name ? named_size(choice, name, shape.rank) : plain_size(choice, "", 0, shape.rank);
    }
    return shape;
}

static bool is_open(const struct lrp_graph *g)
{
    for (int i = 0; i < g->input_count; i++)
        if (!lrp_shape_known(g->values[g->inputs[i]].desc.shape)) return true;
    return false;
}

bool lrp_sizes_share(struct lrp_graph *graph, const struct lrp_shape *wanted)
{
    const struct lrp_definition *d = graph->definition;
    struct lrp_names sizes = {0};
    bool fine = true;
    for (int round = 0; fine && round < 2; round++) /* what is asked for, then batches of 1 */
        for (int i = 0; fine && i < graph->input_count; i++) {
            struct lrp_shape shape = *graph->values[graph->inputs[i]].desc.shape;
            const bool given = wanted && wanted[i].rank >= 0;
            for (int k = 0; fine && k < shape.rank && k < d->inputs[i].shape.rank; k++) {
                const char *name = d->inputs[i].dim_name[k];
                size_t size;
                if (round && shape.dim[k] < 0 && name && lrp_names_get(&sizes, name, &size)) shape.dim[k] = (int64_t)size;
                if (round && shape.dim[k] < 0 && k == 0) shape.dim[k] = 1;
                if (name && shape.dim[k] >= 0 && (round || given) && !lrp_names_get(&sizes, name, NULL))
                    fine = lrp_names_put(&sizes, name, (size_t)shape.dim[k]);
            }
            fine = fine && lrp_graph_reshape(graph, graph->inputs[i], &shape);
        }
    lrp_names_free(&sizes);
    return fine;
}

/* How many operators refuse a choice of sizes; -1 when out of memory. */
static int try_choice(struct lrp_trial *trial, const struct inputs *in, const struct choice *choice)
{
    if (!lrp_trial_reset(trial)) return -1;
    for (int i = 0; i < in->graph->input_count; i++) {
        const struct lrp_shape shape = shape_at(in, i, choice);
        if (lrp_shape_count(&shape) < 0) return INT32_MAX;
        if (!lrp_trial_input(trial, i, &shape)) return -1;
    }
    return lrp_trial_run(trial) ? trial->refused : -1;
}

/* The first of the usual sizes that fewest operators refuse; -1: none, or out of memory. */
static int choose_candidate(const struct inputs *in)
{
    struct lrp_trial trial;
    int best = -1, least = INT32_MAX;
    bool fine = lrp_trial_start(&trial, in->graph);
    for (int c = 0; fine && least > 0 && c < CANDIDATES; c++) {
        const int refused = try_choice(&trial, in, &(struct choice){c, 1, 0});
        fine = refused >= 0;
        if (!fine || refused >= least) continue;
        least = refused;
        best = c;
    }
    lrp_trial_free(&trial);
    return fine ? best : -1;
}

bool lrp_sizes_stand_in(struct lrp_graph *graph)
{
    struct lrp_shape *open = is_open(graph) ? lrp_arena_calloc(graph->arena, (size_t)graph->input_count, sizeof *open) : NULL;
    struct inputs in = {.graph = graph, .open = open};
    if (!open) return false;
    for (int i = 0; i < graph->input_count; i++) open[i] = *graph->values[graph->inputs[i]].desc.shape;
    int best = start_inputs(&in, graph) ? choose_candidate(&in) : -1;
    for (int i = 0; best >= 0 && i < graph->input_count; i++) {
        const struct lrp_shape shape = shape_at(&in, i, &(struct choice){best, 1, 0});
        if (!lrp_graph_reshape(graph, graph->inputs[i], &shape)) best = -1;
    }
    free(in.told);
    if (best < 0) return false;
    graph->open_inputs = open;
    graph->stand_in = best;
    return true;
}

/* ---- and taken back ---- */

/* Numbers that are made when they are read, piece by piece. */
static bool same_numbers(const struct lrp_blob *a, const struct lrp_blob *b)
{
    enum { PIECE = 1024 };
    float left[PIECE], right[PIECE];
    for (size_t first = 0; first < a->count; first += PIECE) {
        const size_t n = a->count - first < PIECE ? a->count - first : PIECE;
        lrp_blob_f32(a, first, n, left);
        lrp_blob_f32(b, first, n, right);
        if (memcmp(left, right, n * sizeof *left) != 0) return false;
    }
    return true;
}

static bool same_constant(const struct lrp_blob *a, const struct lrp_blob *b)
{
    if (b && (a->view || b->view)) return a->dtype == b->dtype && lrp_shape_equal(a->shape, b->shape) && same_numbers(a, b);
    return b && a->dtype == b->dtype && lrp_shape_equal(a->shape, b->shape) &&
           (a->dtype == LRP_DTYPE_STRING || memcmp(a->raw, b->raw, a->count * lrp_dtype_size(a->dtype)) == 0);
}

/* False when out of memory. */
static bool reopen_value(struct lrp_graph *g, int value, const struct lrp_desc *other)
{
    struct lrp_value *v = &g->values[value];
    struct lrp_shape shape = *v->desc.shape;
    if (v->desc.constant) { /* shape arithmetic: no layer shows it */
        v->sized = !same_constant(v->desc.constant, other->constant);
        return true;
    }
    if (shape.rank != other->shape->rank) shape.rank = -1;
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] != other->shape->dim[i]) shape.dim[i] = -1;
    return lrp_graph_reshape(g, value, &shape);
}

/* A layer whose own sizes are known waits too for what stands before it. */
static void reopen_node(struct lrp_graph *g, struct lrp_node *n, const bool *changed)
{
    for (int i = 0; i < n->call.in_count; i++) {
        const struct lrp_node *before = lrp_graph_producer(g, n->in[i]);
        if (n->in[i] >= 0) n->open |= changed[n->in[i]] || !lrp_shape_known(g->values[n->in[i]].desc.shape);
        n->open |= before && before->open;
    }
    for (int i = 0; i < n->call.out_count; i++)
        if (n->out[i] >= 0) n->open |= !lrp_shape_known(g->values[n->out[i]].desc.shape);
    /* what is invalid at sizes that only stand in may be fine at others */
    if (!n->open || !n->call.op || (*n->obstacle && n->obstacle_status != LRP_FILE)) return;
    n->obstacle = "its shapes are open as long as an input's is; give --input-shape, or an input";
    n->obstacle_status = LRP_UNSUPPORTED;
}

/* Every size is changed; what changes with them depends on them. Of several changes the one that fewest operators refuse. */
static bool try_others(struct lrp_trial *trial, const struct inputs *in)
{
    int least = INT32_MAX;
    size_t best = 0;
    for (size_t k = 0; least > 0 && k < sizeof others / sizeof *others; k++) {
        const int refused = try_choice(trial, in, &(struct choice){in->graph->stand_in, others[k].factor, others[k].shift});
        if (refused < 0) return false;
        if (refused < least) {
            least = refused;
            best = k;
        }
    }
    return try_choice(trial, in, &(struct choice){in->graph->stand_in, others[best].factor, others[best].shift}) >= 0;
}

bool lrp_sizes_reopen(struct lrp_graph *graph)
{
    struct lrp_trial trial;
    struct inputs in = {.graph = graph, .open = graph->open_inputs};
    bool fine = lrp_trial_start(&trial, graph) && start_inputs(&in, graph) && try_others(&trial, &in);
    for (int v = 0; fine && v < graph->value_count; v++)
        if (trial.changed[v]) fine = reopen_value(graph, v, &trial.desc[v]);
    for (int i = 0; i < graph->input_count; i++) graph->values[graph->inputs[i]].desc.shape = &graph->open_inputs[i];
    for (int k = 0; fine && k < graph->order_count; k++)
        if (graph->nodes[graph->order[k]].body < 0) reopen_node(graph, &graph->nodes[graph->order[k]], trial.changed);
    free(in.told);
    lrp_trial_free(&trial);
    return fine;
}
