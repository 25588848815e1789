/* polynomial.c: arithmetic with one value seen as a polynomial of it. */
#include "polynomial.h"

#include <math.h>

enum { DEEPEST = 12 };

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

/* Rows: an operator of two values, and what it makes of their polynomials. */
static bool add_polynomials(const struct lrp_polynomial *a, const struct lrp_polynomial *b, struct lrp_polynomial *out)
{
    combine_polynomials(a, 1, b, out);
    return true;
}
static bool subtract_polynomials(const struct lrp_polynomial *a, const struct lrp_polynomial *b, struct lrp_polynomial *out)
{
    combine_polynomials(a, -1, b, out);
    return true;
}
static bool divide_polynomials(const struct lrp_polynomial *a, const struct lrp_polynomial *b, struct lrp_polynomial *out)
{
    if (b->c[0] == 0 || b->c[1] != 0 || b->c[2] != 0 || b->c[3] != 0) return false;
    combine_polynomials(&(struct lrp_polynomial){{0}}, 1 / b->c[0], a, out);
    return true;
}
static const struct {
    const char *op_type;
    bool (*apply)(const struct lrp_polynomial *a, const struct lrp_polynomial *b, struct lrp_polynomial *out);
} operations[] = {
    {"Add", add_polynomials}, {"Sub", subtract_polynomials}, {"Mul", multiply_polynomials}, {"Div", divide_polynomials}};

static bool read_value(struct polynomial_reading *r, int value, struct lrp_polynomial *out)
{
    struct lrp_match *m = r->match;
    struct lrp_polynomial a, b;
    *out = (struct lrp_polynomial){{0}};
    if (lrp_match_number(m->graph, value, &out->c[0])) return true;
    if (lrp_match_same(m, value, r->x)) {
        out->c[1] = 1;
        return true;
    }
    if (r->depth == 0 || m->overflow) return false;
    r->depth--;
    bool fine = false;
    const struct lrp_node *n = lrp_match_producer(m, value, "Neg");
    if (n) {
        fine = read_value(r, n->in[0], &a);
        if (fine) combine_polynomials(&(struct lrp_polynomial){{0}}, -1, &a, out);
    } else if ((n = lrp_match_producer(m, value, "Pow")) != NULL) {
        fine = read_power(r, n, out);
    }
    for (size_t k = 0; !n && k < sizeof operations / sizeof *operations; k++)
        if ((n = lrp_match_producer(m, value, operations[k].op_type)) != NULL)
            fine = read_value(r, n->in[0], &a) && read_value(r, n->in[1], &b) && operations[k].apply(&a, &b, out);
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
    static const char *const types[] = {"Add", "Sub", "Mul", "Div"};
    double c;
    const struct lrp_node *n = lrp_match_producer(match, value, "Neg");
    if (n) {
        function->factor = -function->factor;
        return n->in[0];
    }
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        if ((n = lrp_match_producer(match, value, types[k])) == NULL) continue;
        const bool first = lrp_match_number(match->graph, n->in[0], &c);
        if (!first && !lrp_match_number(match->graph, n->in[1], &c)) return -1;
        if (k == 3 && (first || c == 0)) return -1;
        if (k == 0 || k == 1) function->shift += function->factor * (k == 1 && !first ? -c : c);
        if (k == 1 && first) function->factor = -function->factor;
        if (k == 2) function->factor *= c;
        if (k == 3) function->factor /= c;
        return n->in[first ? 1 : 0];
    }
    return -1;
}

const struct lrp_node *lrp_affine_of(struct lrp_match *match, int value, const char *op_type, struct lrp_affine *out)
{
    *out = (struct lrp_affine){.factor = 1};
    for (int depth = 0; depth < DEEPEST && value >= 0 && !match->overflow; depth++) {
        const struct lrp_node *n = lrp_match_producer(match, value, op_type);
        if (n) return n;
        value = lrp_affine_step(match, value, out);
    }
    return NULL;
}
