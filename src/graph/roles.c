/* roles.c: types that a layer has by what surrounds it.
 *
 * Two sweeps over the nodes: forward, what comes from the product of an attention, and from data; backward, what reaches one,
 * through what. */
#include "roles.h"

#include <stdlib.h>
#include <string.h>

#include "carriers.h"

const char *lrp_role_name(enum lrp_role role)
{
    static const char *const names[] = {
#define X(id, name) name,
        LRP_ROLES(X)
#undef X
    };
    return names[role];
}

struct surroundings {
    const struct lrp_graph *graph;
    const struct lrp_layer_view *view;
    struct lrp_layer *rows;
    struct lrp_carriers carriers;
    /* by value */
    bool *weighs;   /* reaches, through moves, masks and dropout only, a matrix product with another carrier */
    bool *projects; /* reaches such a product through moves, scale and rotary only */
    bool *attended; /* comes from one likewise */
    bool *matters;  /* reaches an output by more than truth values and settings, a scale that was found in the data */
    bool *of_data;  /* depends on a carrier, if only through integers */
};

static bool carries(const struct surroundings *s, const struct lrp_node *n, int input)
{
    return n->in[input] >= 0 && s->carriers.carries[n->in[input]];
}

static bool has_trait(const struct lrp_node *n, unsigned trait)
{
    return n->call.op && n->call.op->traits & trait;
}

static enum lrp_kind kind_of(const struct surroundings *s, int node)
{
    const int layer = s->view->layer_of_node[node];
    return layer > 0 && s->view->nodes[layer].anchor == node ? (enum lrp_kind)s->rows[layer].kind : LRP_KIND_OTHER;
}

/* A matrix product of two carriers. */
static bool is_product(const struct surroundings *s, int node)
{
    return kind_of(s, node) == LRP_KIND_MAT_MUL && lrp_carriers_count(&s->carriers, &s->graph->nodes[node]) >= 2;
}

/* Turns pairs of elements by angles that no source reaches: x cos + y sin. */
static bool is_rotary(const struct surroundings *s, const struct lrp_node *n)
{
    if (!has_trait(n, LRP_TRAIT_ADDS) || n->call.in_count != 2) return false;
    for (int i = 0; i < 2; i++) {
        const struct lrp_node *from = n->in[i] < 0 ? NULL : lrp_graph_producer(s->graph, n->in[i]);
        if (!from || kind_of(s, (int)(from - s->graph->nodes)) != LRP_KIND_MUL || lrp_carriers_count(&s->carriers, from) != 1)
            return false;
    }
    return true;
}

/* What stands between a projection and its product. */
static bool is_passage(const struct surroundings *s, int node)
{
    const struct lrp_node *n = &s->graph->nodes[node];
    const enum lrp_kind kind = kind_of(s, node);
    const bool scales = kind == LRP_KIND_SCALE || kind == LRP_KIND_NEG || kind == LRP_KIND_ROTARY ||
                        (kind == LRP_KIND_MUL && lrp_carriers_count(&s->carriers, n) == 1);
    return has_trait(n, LRP_TRAIT_MOVES) || scales || is_rotary(s, n);
}

/* What stands between attention's softmax and the values it weighs. */
static bool is_veil(const struct surroundings *s, int node)
{
    const enum lrp_kind kind = kind_of(s, node);
    const struct lrp_node *n = &s->graph->nodes[node];
    return has_trait(n, LRP_TRAIT_MOVES) || kind == LRP_KIND_MASK ||
           (kind == LRP_KIND_MUL && lrp_carriers_count(&s->carriers, n) == 1);
}

static bool any_output(const struct lrp_node *n, const bool *flags)
{
    bool any = false;
    for (int j = 0; j < n->call.out_count; j++) any |= n->out[j] >= 0 && flags[n->out[j]];
    return any;
}

static void sweep_backward(struct surroundings *s)
{
    for (int k = s->graph->order_count - 1; k >= 0; k--) {
        const int node = s->graph->order[k];
        const struct lrp_node *n = &s->graph->nodes[node];
        const bool product = is_product(s, node);
        const bool weighs = product || (is_veil(s, node) && any_output(n, s->weighs));
        const bool projects = product || (is_passage(s, node) && any_output(n, s->projects));
        for (int i = 0; i < n->call.in_count; i++) {
            if (!carries(s, n, i)) continue;
            s->weighs[n->in[i]] |= weighs;
            s->projects[n->in[i]] |= projects;
        }
    }
}

static bool is_truth(const struct surroundings *s, int value)
{
    return s->graph->values[value].desc.dtype == LRP_DTYPE_BOOL;
}

static void sweep_matters(struct surroundings *s)
{
    for (int k = 0; k < s->graph->output_count; k++)
        if (s->graph->outputs[k] >= 0) s->matters[s->graph->outputs[k]] = true;
    for (int k = s->graph->order_count - 1; k >= 0; k--) {
        const struct lrp_node *n = &s->graph->nodes[s->graph->order[k]];
        if (n->body < 0 && !any_output(n, s->matters)) continue;
        for (int i = 0; i < n->call.in_count && (i == 0 || !has_trait(n, LRP_TRAIT_SETS)); i++)
            if (n->in[i] >= 0 && !is_truth(s, n->in[i])) s->matters[n->in[i]] = true;
    }
}

static void sweep_forward(struct surroundings *s)
{
    for (int k = 0; k < s->graph->order_count; k++) {
        const int node = s->graph->order[k];
        const struct lrp_node *n = &s->graph->nodes[node];
        bool attended = is_product(s, node), of_data = any_output(n, s->carriers.carries);
        for (int i = 0; i < n->call.in_count; i++) {
            if (n->in[i] < 0) continue;
            attended = attended || (is_passage(s, node) && s->attended[n->in[i]]);
            of_data = of_data || s->of_data[n->in[i]] || s->carriers.carries[n->in[i]];
        }
        for (int j = 0; j < n->call.out_count; j++) {
            if (n->out[j] < 0) continue;
            s->attended[n->out[j]] |= attended;
            s->of_data[n->out[j]] = of_data;
        }
    }
}

/* ---- gates ---- */

/* The layer whose activation makes a factor, moves apart; 0: it is none. */
static int activation_behind(const struct surroundings *s, int value)
{
    const struct lrp_node *n = lrp_graph_producer(s->graph, value);
    for (int guard = 0; n && has_trait(n, LRP_TRAIT_MOVES) && guard < s->graph->node_count; guard++)
        n = n->call.in_count && n->in[0] >= 0 ? lrp_graph_producer(s->graph, n->in[0]) : NULL;
    if (!n || !has_trait(n, LRP_TRAIT_ACTIVATION)) return 0;
    const int layer = s->view->layer_of_node[n - s->graph->nodes];
    return layer > 0 ? layer : 0;
}

static bool is_sigmoid(const struct surroundings *s, int layer)
{
    const struct lrp_layer *l = &s->rows[layer];
    const char *name = strcmp(l->activation, "identity") != 0 ? l->activation : l->type;
    return lrp_kind_row(lrp_kind_find(name))->traits & LRP_KIND_IS_GATE;
}

/* An activation whose output multiplies another carrier; of two activations the sigmoid. */
static void mark_gates(const struct surroundings *s, const struct lrp_node *n)
{
    int layers[2] = {0}, count = 0;
    for (int i = 0; i < n->call.in_count && i < 2; i++) {
        layers[i] = carries(s, n, i) ? activation_behind(s, n->in[i]) : 0;
        count += layers[i] > 0;
    }
    for (int i = 0; i < 2; i++)
        if (layers[i] && (count == 1 || is_sigmoid(s, layers[i])))
            s->rows[layers[i]].second_group = lrp_role_name(LRP_ROLE_GATE);
}

/* ---- the rows ---- */

static void take_kind(struct lrp_layer *l, enum lrp_kind kind)
{
    const struct lrp_kind_row *row = lrp_kind_row(kind);
    l->kind = (int)kind;
    l->type = row->name;
    l->group = row->group;
    l->second_group = row->second_group;
}

/* Whether the values of a table are found by other values: not by constants, which only moves elements. */
static bool is_lookup(const struct lrp_node *n)
{
    return n->call.op && n->call.op->static_kind == LRP_KIND_GATHER && n->call.in_count > 1 && n->call.in[0].constant &&
           !n->call.in[1].constant && n->call.in[1].present;
}

/* It follows from sizes, and from what carries no relevance: masks, positions. Asked in the order of layers. */
static bool stands_aside(const struct surroundings *s, const struct lrp_layer *l, const struct lrp_node *n)
{
    const bool measures = has_trait(n, LRP_TRAIT_SHAPE_ONLY | LRP_TRAIT_DRAWS);
    int known = 0;                                                                           /* of the layer's data inputs */
    const bool learned = l->parameters > 0 && (lrp_call_weighted(&n->call) || is_lookup(n)); /* a table of segments, say */
    if (learned || l->body >= 0) return false;
    if (!any_output(n, s->matters)) return true;
    if (l->carries) return false;
    for (int i = 0; i < n->call.in_count && !measures; i++) {
        if (n->in[i] < 0 || s->graph->values[n->in[i]].desc.constant) continue;
        if (s->carriers.carries[n->in[i]] || known >= l->input_count) return false;
        const int source = l->sources[known++];
        if (source < 0 || (source > 0 && !s->rows[source].aside)) return false;
    }
    return true;
}

/* Whether a node makes the first float value of an integer input: relevance is shown there and handed on to nothing. */
static bool makes_floats(const struct surroundings *s, const struct lrp_node *n)
{
    bool any = false;
    for (size_t i = 0; s->carriers.substituted && i < s->carriers.source_count; i++)
        for (int j = 0; j < n->call.out_count; j++) any |= n->out[j] == s->carriers.sources[i].value;
    return any;
}

static void complete_row(struct surroundings *s, int layer)
{
    struct lrp_layer *l = &s->rows[layer];
    const int node = s->view->nodes[layer].anchor;
    const struct lrp_node *n = &s->graph->nodes[node];
    const int count = lrp_carriers_count(&s->carriers, n);
    const enum lrp_kind kind = (enum lrp_kind)l->kind;
    const int last = s->view->nodes[layer].activation >= 0 ? s->view->nodes[layer].activation : node;
    l->carries = any_output(&s->graph->nodes[last], s->carriers.carries);
    l->aside = s->carriers.source_count > 0 && stands_aside(s, l, n);
    l->ends = makes_floats(s, n);
    if (kind == LRP_KIND_SOFTMAX && n->out[0] >= 0 && s->weighs[n->out[0]]) take_kind(l, LRP_KIND_ATTENTION_SOFTMAX);
    if ((kind == LRP_KIND_MAT_MUL || kind == LRP_KIND_MUL) && count >= 2) l->group = "product";
    if (kind == LRP_KIND_MUL && count >= 2) mark_gates(s, n);
    if (kind == LRP_KIND_MASK && count >= 2) { /* chooses between two values: no mask */
        take_kind(l, LRP_KIND_OTHER);
        l->type = "where";
    }
    if (kind == LRP_KIND_DIV && (count != 1 || !carries(s, n, 0))) { /* a quotient of data is no product with a number */
        take_kind(l, LRP_KIND_OTHER);
        l->type = "div";
    }
    if (kind == LRP_KIND_GATHER && n->call.in_count > 1 && n->in[1] >= 0 && s->of_data[n->in[1]]) {
        take_kind(l, LRP_KIND_OTHER); /* which elements are taken is a result itself */
        l->type = "gather";
    }
    if (is_lookup(n) && l->carries) take_kind(l, LRP_KIND_EMBEDDING);
    if (kind == LRP_KIND_DENSE &&
        ((n->out[0] >= 0 && last == node && s->projects[n->out[0]]) || (n->in[0] >= 0 && s->attended[n->in[0]])))
        l->second_group = lrp_role_name(LRP_ROLE_PROJECTION);
}

/* Relevance may arrive at an input of the model. */
static bool is_source(const struct lrp_carriers *c, int input)
{
    for (size_t i = 0; i < c->source_count; i++)
        if (c->sources[i].input == input) return true;
    return false;
}

bool lrp_graph_roles(const struct lrp_graph *graph, const struct lrp_layer_view *view, struct lrp_layer *rows)
{
    struct surroundings s = {.graph = graph, .view = view, .rows = rows};
    const size_t values = (size_t)graph->value_count + 1;
    s.weighs = calloc(values, sizeof(bool));
    s.projects = calloc(values, sizeof(bool));
    s.attended = calloc(values, sizeof(bool));
    s.matters = calloc(values, sizeof(bool));
    s.of_data = calloc(values, sizeof(bool));
    const bool ok = s.weighs && s.projects && s.attended && s.matters && s.of_data &&
                    lrp_carriers_find(graph, NULL, graph->token_input, &s.carriers, NULL) == LRP_OK;
    if (ok) {
        sweep_backward(&s);
        sweep_forward(&s);
        sweep_matters(&s);
        for (size_t i = 1; i < view->list.count; i++)
            if (rows[i].body < 0) complete_row(&s, (int)i);
        rows[0].carries = true;
        for (size_t i = 0; i < view->list.further_inputs; i++)
            rows[view->list.count + i].carries = is_source(&s.carriers, graph->inputs[i + 1]);
    }
    lrp_carriers_free(&s.carriers);
    free(s.weighs);
    free(s.projects);
    free(s.attended);
    free(s.matters);
    free(s.of_data);
    return ok;
}
