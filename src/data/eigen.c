/* eigen.c: Lanczos' method (eigen.h). */
#include "eigen.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "draws.h"

#define EXACT 1e-11     /* an eigenvalue whose residual is smaller is found */
#define EXHAUSTED 1e-12 /* what is left of a vector then is rounding */

static double dot_product(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static void add_scaled(double *to, double factor, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] += factor * x[i];
}

/* ---- tridiagonal matrices: QL with implicit shifts ---- */

/* One sweep from m up to l. */
static void sweep(double *d, double *e, size_t n, size_t l, size_t m, double *v)
{
    double g = (d[l + 1] - d[l]) / (2 * e[l]), r = hypot(g, 1), s = 1, c = 1, p = 0;
    g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
    for (size_t i = m; i-- > l;) {
        double f = s * e[i];
        const double b = c * e[i];
        e[i + 1] = r = hypot(f, g);
        if (!(r > 0)) {
            d[i + 1] -= p;
            e[m] = 0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        d[i + 1] = g + (p = s * r);
        g = c * r - b;
        for (size_t k = 0; k < n; k++) {
            f = v[k * n + i + 1];
            v[k * n + i + 1] = s * v[k * n + i] + c * f;
            v[k * n + i] = c * v[k * n + i] - s * f;
        }
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0;
}

/* All eigenvalues of a symmetric tridiagonal matrix, in no order: d[n], the diagonal, becomes them; e[i] stands
 * beside d[i] and d[i+1] (n - 1 of them, room for n; destroyed). v: n x n, column k is the vector of value k. False: it does
 * not converge. */
static bool solve_tridiagonal(double *d, double *e, size_t n, double *v)
{
    memset(v, 0, n * n * sizeof *v);
    for (size_t i = 0; i < n; i++) v[i * n + i] = 1;
    if (n) e[n - 1] = 0;
    for (size_t l = 0; l < n; l++)
        for (int turns = 0;; turns++) {
            size_t m = l;
            while (m + 1 < n && fabs(e[m]) > 1e-16 * (fabs(d[m]) + fabs(d[m + 1]))) m++;
            if (m == l) break;
            if (turns == 100) return false;
            sweep(d, e, n, l, m, v);
        }
    return true;
}

/* ---- Lanczos ---- */

struct lanczos {
    lrp_eigen_apply *apply;
    const void *data;
    size_t n, most; /* most: steps there are */
    const double *known;
    size_t known_count;
    double *basis; /* most + 1 vectors */
    double *diagonal, *below;
    size_t steps;
    struct lrp_draws draws;
};

/* Takes out of x what lies along known vectors and along the first `count` of the basis; twice, for the digits. */
static void orthogonalise(const struct lanczos *z, double *x, size_t count)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < z->known_count; i++)
            add_scaled(x, -dot_product(z->known + i * z->n, x, z->n), z->known + i * z->n, z->n);
        for (size_t i = 0; i < count; i++) add_scaled(x, -dot_product(z->basis + i * z->n, x, z->n), z->basis + i * z->n, z->n);
    }
}

/* A new direction at right angles to all so far. */
static void draw_vector(struct lanczos *z, double *x, size_t count)
{
    double length = 0;
    memset(x, 0, z->n * sizeof *x);
    while (!(length > 1e-6)) {
        for (size_t i = 0; i < z->n; i++) x[i] = 2 * lrp_draws_uniform(&z->draws) - 1;
        orthogonalise(z, x, count);
        length = sqrt(dot_product(x, x, z->n));
    }
    for (size_t i = 0; i < z->n; i++) x[i] /= length;
}

/* One more vector of the basis; one that the operator leads back into it is followed by another direction. */
static void take_step(struct lanczos *z)
{
    const size_t k = z->steps++;
    double *x = z->basis + k * z->n, *y = x + z->n;
    z->apply(z->data, x, y);
    z->diagonal[k] = dot_product(x, y, z->n);
    orthogonalise(z, y, k + 1);
    double length = sqrt(dot_product(y, y, z->n));
    z->below[k] = length > EXHAUSTED ? length : 0;
    if (z->steps == z->most) z->below[k] = 0; /* there are no more directions */
    if (z->steps < z->most && !(length > EXHAUSTED)) draw_vector(z, y, k + 1);
    for (size_t i = 0; length > EXHAUSTED && i < z->n; i++) y[i] /= length;
}

static size_t largest_left(const double *values, const bool *taken, size_t count)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (!taken[i] && (best == count || values[i] > values[best])) best = i;
    return best;
}

/* The largest of what the steps so far say; *all: each is exact enough. */
static enum lrp_status read_values(const struct lanczos *z, size_t wanted, double *values, double *vectors, bool *all,
                                   struct lrp_error *err)
{
    const size_t k = z->steps;
    double *d = malloc((k + 1) * sizeof *d), *e = malloc((k + 1) * sizeof *e), *v = malloc((k * k + 1) * sizeof *v);
    bool *taken = calloc(k + 1, sizeof *taken);
    enum lrp_status status = d && e && v && taken ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for eigenvectors");
    if (!status) memcpy(d, z->diagonal, k * sizeof *d);
    if (!status) memcpy(e, z->below, k * sizeof *e);
    if (!status && !solve_tridiagonal(d, e, k, v)) status = lrp_fail(err, LRP_UNSUPPORTED, "eigenvalues do not converge");
    *all = true;
    for (size_t i = 0; !status && i < wanted; i++) {
        const size_t at = largest_left(d, taken, k);
        taken[at] = true;
        values[i] = d[at];
        *all = *all && z->below[k - 1] * fabs(v[(k - 1) * k + at]) < EXACT;
        memset(vectors + i * z->n, 0, z->n * sizeof *vectors);
        for (size_t step = 0; step < k; step++) add_scaled(vectors + i * z->n, v[step * k + at], z->basis + step * z->n, z->n);
    }
    free(taken);
    free(v);
    free(e);
    free(d);
    return status;
}

static bool grow_basis(struct lanczos *z, size_t steps)
{
    double *basis = realloc(z->basis, (steps + 1) * z->n * sizeof *basis);
    if (basis) z->basis = basis;
    double *diagonal = realloc(z->diagonal, steps * sizeof *diagonal);
    if (diagonal) z->diagonal = diagonal;
    double *below = realloc(z->below, steps * sizeof *below);
    if (below) z->below = below;
    return basis && diagonal && below;
}

enum lrp_status lrp_eigen_largest(lrp_eigen_apply *apply, const void *data, size_t n, const double *known, size_t known_count,
                                  size_t wanted, double *values, double *vectors, struct lrp_error *err)
{
    struct lanczos z = {
        .apply = apply, .data = data, .n = n, .most = n - known_count, .known = known, .known_count = known_count};
    bool all = !wanted;
    enum lrp_status status = LRP_OK;
    z.draws = lrp_draws_begin(0, 0, 0);
    for (size_t steps = 3 * wanted + 50; !status && !all; steps += steps / 2) {
        if (steps > z.most) steps = z.most;
        if (!grow_basis(&z, steps)) status = lrp_fail(err, LRP_MEMORY, "not enough memory for eigenvectors");
        if (!status && !z.steps) draw_vector(&z, z.basis, 0);
        while (!status && z.steps < steps) take_step(&z);
        if (!status) status = read_values(&z, wanted, values, vectors, &all, err);
        all = all || z.steps == z.most;
    }
    free(z.basis);
    free(z.diagonal);
    free(z.below);
    return status;
}
