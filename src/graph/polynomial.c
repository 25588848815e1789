/* polynomial.c: arithmetic with one value seen as a polynomial of it. */
#include "polynomial.h"

#include <math.h>

enum { DEEPEST = 12 };
/* Steps of arithmetic with constants around one operator: what is written by hand has three or four. */
enum { MOST_STEPS = 6 };

/* One reading: what x is, and how deep it still may go. */
struct polynomial_reading {
    struct lrp_match *match;
    int x, depth;
};

static bool read_value(struct polynomial_reading *r, int value, struct lrp_polynomial *out);

static bool multiply_polynomials(const struct lrp_polynomial *a, const struct lrp_polynomial *b, struct lrp_polynomial *out)
{
    *out = (struct lrp_polynomial){{0}};
    for (int i = 0; i <= LRP_DEGREE; i++)
        for (int k = 0; k <= LRP_DEGREE; k++) {
            if (a->c[i] == 0 || b->c[k] == 0) continue;
            if (i + k > LRP_DEGREE) return false;
            out->c[i + k] += a->c[i] * b->c[k];
        }
    return true;
}

static void combine_polynomials(const struct lrp_polynomial *a, double factor, const struct lrp_polynomial *b,
                                struct lrp_polynomial *out)
{
    for (int i = 0; i <= LRP_DEGREE; i++) out->c[i] = a->c[i] + factor * b->c[i];
}

static bool read_power(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out)
{
    struct lrp_polynomial base, so_far = {{1}};
    double exponent;
    if (!lrp_match_scalar(r->match->graph, n->in[1], &exponent) || (exponent != 2 && exponent != 3)) return false;
    if (!read_value(r, n->in[0], &base)) return false;
    for (int i = 0; i < (int)exponent; i++) {
        const struct lrp_polynomial before = so_far;
        if (!multiply_polynomials(&before, &base, &so_far)) return false;
    }
    *out = so_far;
    return true;
}

static bool read_negative(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out)
{
    struct lrp_polynomial a;
    if (!read_value(r, n->in[0], &a)) return false;
    combine_polynomials(&(struct lrp_polynomial){{0}}, -1, &a, out);
    return true;
}

static bool read_operands(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial operands[2])
{
    return read_value(r, n->in[0], &operands[0]) && read_value(r, n->in[1], &operands[1]);
}

static bool read_sum(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out)
{
    struct lrp_polynomial p[2];
    if (!read_operands(r, n, p)) return false;
    combine_polynomials(&p[0], 1, &p[1], out);
    return true;
}

static bool read_difference(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out)
{
    struct lrp_polynomial p[2];
    if (!read_operands(r, n, p)) return false;
    combine_polynomials(&p[0], -1, &p[1], out);
    return true;
}

static bool read_product(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out)
{
    struct lrp_polynomial p[2];
    return read_operands(r, n, p) && multiply_polynomials(&p[0], &p[1], out);
}

/* By a number. */
static bool read_quotient(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out)
{
    struct lrp_polynomial p[2];
    if (!read_operands(r, n, p) || p[1].c[0] == 0 || p[1].c[1] != 0 || p[1].c[2] != 0 || p[1].c[3] != 0) return false;
    combine_polynomials(&(struct lrp_polynomial){{0}}, 1 / p[1].c[0], &p[0], out);
    return true;
}

static const struct {
    const char *op_type;
    bool (*read)(struct polynomial_reading *r, const struct lrp_node *n, struct lrp_polynomial *out);
} operators[] = {{"Neg", read_negative},   {"Pow", read_power},   {"Add", read_sum},
                 {"Sub", read_difference}, {"Mul", read_product}, {"Div", read_quotient}};

static bool read_value(struct polynomial_reading *r, int value, struct lrp_polynomial *out)
{
    struct lrp_match *m = r->match;
    *out = (struct lrp_polynomial){{0}};
    if (lrp_match_number(m->graph, value, &out->c[0])) return true;
    if (lrp_match_same(m, value, r->x)) {
        out->c[1] = 1;
        return true;
    }
    if (r->depth == 0 || m->overflow) return false;
    r->depth--;
    bool fine = false;
    const struct lrp_node *n = lrp_match_maker(m->graph, value);
    for (size_t k = 0; n && k < sizeof operators / sizeof *operators; k++) {
        if (!lrp_match_is(n, operators[k].op_type)) continue;
        lrp_match_take(m, value, n);
        fine = operators[k].read(r, n, out);
        break;
    }
    r->depth++;
    return fine;
}

bool lrp_polynomial_of(struct lrp_match *match, int value, int x, struct lrp_polynomial *out)
{
    struct polynomial_reading r = {.match = match, .x = x, .depth = DEEPEST};
    return read_value(&r, value, out);
}

bool lrp_polynomial_is(const struct lrp_polynomial *p, const double c[LRP_DEGREE + 1])
{
    for (int i = 0; i <= LRP_DEGREE; i++)
        if (c[i] == 0 ? p->c[i] != 0 : !lrp_match_near(p->c[i], c[i])) return false;
    return true;
}

/* ---- one operator, scaled and shifted ---- */

int lrp_affine_step(struct lrp_match *match, int value, struct lrp_affine *function)
{
    const struct lrp_graph *g = match->graph;
    const struct lrp_node *n = lrp_match_maker(g, value);
    const bool neg = lrp_match_is(n, "Neg"), sum = lrp_match_is(n, "Add"), difference = lrp_match_is(n, "Sub");
    const bool product = lrp_match_is(n, "Mul"), quotient = lrp_match_is(n, "Div");
    double c = 0;
    if (!neg && !sum && !difference && !product && !quotient) return -1;
    lrp_match_take(match, value, n);
    const bool first = !neg && lrp_match_number(g, n->in[0], &c);
    if (!neg && !first && !lrp_match_number(g, n->in[1], &c)) return -1;
    if (quotient && (first || c == 0)) return -1;
    if (sum || difference) function->shift += function->factor * (difference && !first ? -c : c);
    if (neg || (difference && first)) function->factor = -function->factor;
    if (product) function->factor *= c;
    if (quotient) function->factor /= c;
    return n->in[first ? 1 : 0];
}

const struct lrp_node *lrp_affine_of(struct lrp_match *match, int value, const char *op_type, struct lrp_affine *out)
{
    *out = (struct lrp_affine){.factor = 1};
    for (int step = 0; step <= MOST_STEPS && value >= 0 && !match->overflow; step++) {
        const struct lrp_node *n = lrp_match_producer(match, value, op_type);
        if (n) return n;
        value = lrp_affine_step(match, value, out);
    }
    return NULL;
}
