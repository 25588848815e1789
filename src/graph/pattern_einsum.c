/* pattern_einsum.c: products with a constant matrix written as Einsum: dense layers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "patterns.h"

enum { MOST_LETTERS = 32 };

/* "kept contracted, weights -> kept made": letters of the data that stay (an ellipsis among them), those summed over, those
 * that are new. */
struct einsum_product {
    char data[MOST_LETTERS], weights[MOST_LETTERS], result[MOST_LETTERS];
    size_t kept, contracted, made;
    bool transposed; /* the weights have the new letters first */
    int x, w;
};

/* One operand's letters; an ellipsis counts as one, '.'. */
static bool read_letters(const char **p, char *out)
{
    size_t count = 0;
    for (; **p && **p != ',' && strncmp(*p, "->", 2) != 0; ++*p) {
        if (**p == ' ') continue;
        if (count + 1 == MOST_LETTERS) return false;
        if (strncmp(*p, "...", 3) == 0) {
            out[count++] = '.';
            *p += 2;
        } else if (isalpha((unsigned char)**p)) {
            out[count++] = **p;
        } else {
            return false;
        }
    }
    out[count] = '\0';
    return true;
}

static bool read_equation(const char *p, char operands[2][MOST_LETTERS], char *result)
{
    if (!read_letters(&p, operands[0]) || *p != ',') return false;
    p++;
    if (!read_letters(&p, operands[1]) || strncmp(p, "->", 2) != 0) return false;
    p += 2;
    return read_letters(&p, result) && !*p;
}

static bool distinct(const char *letters)
{
    for (const char *p = letters; *p; p++)
        if (strchr(p + 1, *p)) return false;
    return true;
}

/* Splits the letters; false if it is another kind of product. */
static bool split_letters(struct einsum_product *p)
{
    while (p->data[p->kept] && p->data[p->kept] == p->result[p->kept]) p->kept++;
    const char *contracted = p->data + p->kept, *made = p->result + p->kept;
    p->contracted = strlen(contracted);
    p->made = strlen(made);
    if (!p->contracted || !p->made || !distinct(p->data) || !distinct(p->result) || !distinct(p->weights)) return false;
    if (strlen(p->weights) != p->contracted + p->made || strchr(p->weights, '.')) return false;
    for (size_t i = 0; i < p->kept; i++)
        if (strchr(p->weights, p->data[i])) return false;
    p->transposed = strncmp(p->weights, made, p->made) == 0;
    return strcmp(p->weights + (p->transposed ? p->made : p->contracted), p->transposed ? contracted : made) == 0 &&
           strncmp(p->weights, p->transposed ? made : contracted, p->transposed ? p->made : p->contracted) == 0;
}

static bool read_product(const struct lrp_graph *g, const struct lrp_node *n, struct einsum_product *p)
{
    char operands[2][MOST_LETTERS] = {{0}};
    *p = (struct einsum_product){0};
    if (!lrp_match_is(n, "Einsum") || n->call.in_count != 2) return false;
    if (!read_equation(lrp_call_string(&n->call, "equation", ""), operands, p->result)) return false;
    if (!lrp_match_constant_operand(g, n, &p->x, &p->w)) return false;
    const bool first = n->in[0] == p->x;
    memcpy(p->data, operands[first ? 0 : 1], sizeof p->data);
    memcpy(p->weights, operands[first ? 1 : 0], sizeof p->weights);
    return g->values[p->w].desc.shape->rank == (int)strlen(p->weights) && split_letters(p);
}

/* The weights as a matrix (contracted, made). */
static int weights_matrix(struct lrp_graph *g, const struct einsum_product *p)
{
    const struct lrp_blob *blob = g->values[p->w].desc.constant;
    const size_t first = p->transposed ? p->made : p->contracted;
    size_t rows = 1;
    for (size_t i = 0; i < first; i++) rows *= (size_t)blob->shape->dim[i];
    const size_t columns = rows ? blob->count / rows : 0;
    float *data = malloc((blob->count + 1) * sizeof *data), *turned = malloc((blob->count + 1) * sizeof *turned);
    int matrix = -1;
    if (!data || !turned) lrp_arena_fail(g->arena);
    if (data && turned) {
        lrp_blob_f32(blob, 0, blob->count, data);
        for (size_t r = 0; p->transposed && r < rows; r++)
            for (size_t c = 0; c < columns; c++) turned[c * rows + r] = data[r * columns + c];
        const struct lrp_shape shape = {
            .rank = 2, .dim = {(int64_t)(p->transposed ? columns : rows), (int64_t)(p->transposed ? rows : columns)}};
        matrix = lrp_graph_constant(g, g->values[p->w].name, &shape, p->transposed ? turned : data);
    }
    free(data);
    free(turned);
    return matrix;
}

/* A shape for Reshape: as many dimensions kept as there are, then `count` of `dims`. */
static int shape_constant(struct lrp_graph *g, const char *name, int kept, const int64_t *dims, int count)
{
    int64_t shape[LRP_MAX_RANK] = {0};
    if (kept + count > LRP_MAX_RANK) return -1;
    for (int i = 0; i < count; i++) shape[kept + i] = dims[i];
    return lrp_graph_constant_ints(g, name, shape, kept + count);
}

static int insert_node(struct lrp_graph *g, int node, const char *what, const char *op_type, int opset, const int in[2])
{
    const char *name = lrp_arena_printf(g->arena, "%s/%s", g->nodes[node].name, what);
    const struct lrp_replacement r = {.op_type = op_type, .domain = "", .opset = opset, .in = in, .in_count = 2};
    return name && in[0] >= 0 && in[1] >= 0 ? lrp_graph_insert(g, node, name, &r) : -1;
}

bool lrp_pattern_einsum(struct lrp_graph *graph, int node)
{
    struct einsum_product p;
    if (!read_product(graph, &graph->nodes[node], &p)) return false;
    const char *name = graph->nodes[node].name;
    const struct lrp_shape *shape = graph->values[p.x].desc.shape, *out = graph->values[graph->nodes[node].out[0]].desc.shape;
    const int kept = shape->rank - (int)p.contracted;
    int matrix = weights_matrix(graph, &p), x = p.x;
    if (matrix < 0 || kept < 1 || out->rank != kept + (int)p.made) return false;
    const int64_t columns = graph->values[matrix].desc.shape->dim[0];
    if (p.contracted > 1) {
        const int in[] = {x, shape_constant(graph, name, kept, &columns, 1)};
        x = insert_node(graph, node, "flatten", "Reshape", 13, in);
    }
    const int factors[] = {x, matrix};
    const int made = p.made > 1 && x >= 0 ? insert_node(graph, node, "product", "MatMul", 13, factors) : x;
    const int split[] = {made, p.made > 1 ? shape_constant(graph, name, kept, &out->dim[kept], (int)p.made) : matrix};
    const struct lrp_replacement r = {.op_type = p.made > 1 ? "Reshape" : "MatMul",
                                      .domain = "",
                                      .opset = 13,
                                      .what = "dense written as Einsum",
                                      .in = split,
                                      .in_count = 2};
    return split[0] >= 0 && split[1] >= 0 && lrp_graph_replace(graph, node, &r, NULL, 0);
}
