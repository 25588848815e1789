/* test_spray.c: clusters of heatmaps and what they are made of: draws, eigenvalues, the graph of neighbours, k-means. Expected
 * numbers were computed by hand, or with numpy. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "draws.h"
#include "eigen.h"
#include "means.h"
#include "spray.h"
#include "spray_graph.h"

static void close_to(double got, double want, double within)
{
    if (!(fabs(got - want) <= within)) fail_msg("%.12g, not %.12g", got, want);
}

static void draws_are_the_same_everywhere(void **state)
{
    static const double want[] = {.138709410146, .971102082801, .277832872605, .902601032144};
    struct lrp_draws draws = lrp_draws_begin(0, 0, 0);
    (void)state;
    for (int i = 0; i < 4; i++) close_to(lrp_draws_uniform(&draws), want[i], 1e-11);
}

/* Points 0, 1 and 3 on a line: 0 and 1 are each other's nearest, 3's is 1. */
static void neighbours_make_a_graph(void **state)
{
    static const float points[] = {0, 1, 3};
    static const double want[] = {0, 1, 0, 1, 0, .5, 0, .5, 0}, unit[] = {1, 0, 0};
    const struct lrp_spray_options options = {.pool = 1};
    struct lrp_spray_maps maps = {0};
    struct lrp_spray_graph graph;
    struct lrp_error err;
    double y[3], *parts;
    (void)state;
    for (int i = 0; i < 3; i++) assert_int_equal(lrp_spray_add(&maps, &options, &points[i], 1, 1, 1, &err), LRP_OK);
    for (int i = 0; i < 3; i++) maps.values[i] = (double)points[i]; /* as they were before they were divided */
    assert_int_equal(lrp_spray_graph_make(&maps, 1, &graph, &err), LRP_OK);
    for (size_t i = 0; i < 3; i++) {
        double row[3] = {0};
        for (size_t at = graph.starts[i]; at < graph.starts[i + 1]; at++) row[graph.columns[at]] = graph.weights[at];
        for (size_t j = 0; j < 3; j++) close_to(row[j], want[3 * i + j], 0);
    }
    lrp_spray_graph_apply(&graph, unit, y);
    close_to(y[1], 1 / sqrt(1.5), 1e-15);
    assert_int_equal(lrp_spray_graph_parts(&graph, 2, &parts), 1);
    for (int i = 0; i < 3; i++) close_to(parts[i], sqrt((double[]){1, 1.5, .5}[i] / 3), 1e-15);
    free(parts);
    lrp_spray_graph_free(&graph);
    lrp_spray_maps_free(&maps);
}

static void pooling_sums_and_divides(void **state)
{
    static const float map[] = {1, 2, 3, -4, 5, 6}; /* 2x3 */
    const struct lrp_spray_options sizes = {.pool = 2}, signs = {.pool = 2, .signed_sum = true};
    struct lrp_spray_maps maps = {0};
    struct lrp_error err;
    (void)state;
    assert_int_equal(lrp_spray_add(&maps, &sizes, map, 1, 2, 3, &err), LRP_OK);
    assert_int_equal(lrp_spray_add(&maps, &signs, map, 2, 1, 3, &err), LRP_OK); /* channels summed: -3, 7, 9 */
    assert_int_equal(maps.size, 2);
    close_to(maps.values[0], 4 / 13., 1e-15);
    close_to(maps.values[1], 9 / 13., 1e-15);
    close_to(maps.values[2], 4 / 13., 1e-15);
    assert_int_equal(lrp_spray_add(&maps, &sizes, map, 1, 1, 6, &err), LRP_USAGE);
    lrp_spray_maps_free(&maps);
}

/* The second difference of a chain of n: eigenvalues 2 - 2 cos(k pi / (n + 1)). */
static void apply_chain(const void *data, const double *x, double *y)
{
    const size_t n = *(const size_t *)data;
    for (size_t i = 0; i < n; i++) y[i] = 2 * x[i] - (i ? x[i - 1] : 0) - (i + 1 < n ? x[i + 1] : 0);
}

static void the_largest_eigenvalues_are_found(void **state)
{
    enum { N = 400, WANTED = 5 };
    const size_t n = N;
    static double values[WANTED], vectors[WANTED * N], image[N];
    struct lrp_error err;
    (void)state;
    assert_int_equal(lrp_eigen_largest(apply_chain, &n, n, NULL, 0, WANTED, values, vectors, &err), LRP_OK);
    for (size_t k = 0; k < WANTED; k++) {
        close_to(values[k], 2 - 2 * cos((double)(n - k) * acos(-1) / (double)(n + 1)), 1e-10);
        apply_chain(&n, vectors + k * n, image);
        for (size_t i = 0; i < n; i++) close_to(image[i], values[k] * vectors[k * n + i], 1e-8);
    }
}

/* The identity leads nowhere new from any vector: all its eigenvalues are found nevertheless, and none twice. */
static void apply_identity(const void *data, const double *x, double *y)
{
    memcpy(y, x, *(const size_t *)data * sizeof *y);
}

static void equal_eigenvalues_are_all_found(void **state)
{
    const size_t n = 6;
    static const double known[] = {1, 0, 0, 0, 0, 0};
    double values[5], vectors[30];
    struct lrp_error err;
    (void)state;
    assert_int_equal(lrp_eigen_largest(apply_identity, &n, n, known, 1, 5, values, vectors, &err), LRP_OK);
    for (size_t a = 0; a < 5; a++) {
        close_to(values[a], 1, 1e-12);
        close_to(vectors[a * n], 0, 1e-12);
        for (size_t b = 0; b < 5; b++) {
            double product = 0;
            for (size_t i = 0; i < n; i++) product += vectors[a * n + i] * vectors[b * n + i];
            close_to(product, a == b, 1e-12);
        }
    }
}

static void means_are_numbered_as_they_appear(void **state)
{
    static const double points[] = {9, 9.5, 0, .2, 9.1, 4, 4.2, 0.1};
    static const int want[] = {0, 0, 1, 1, 0, 2, 2, 1};
    int labels[8];
    struct lrp_error err;
    (void)state;
    assert_int_equal(lrp_means_cluster(points, 8, 1, 3, labels, &err), LRP_OK);
    assert_memory_equal(labels, want, sizeof want);
}

static void texts_say_what_is_asked(void **state)
{
    struct lrp_spray_options o;
    struct lrp_error err;
    static const char *const wrong[] = {
        "k-means", "spray(", "spray(pool=0)", "spray(normalise=max)", "spray(depth=2)", "spray(1,abs,2,3,4,5)"};
    (void)state;
    assert_int_equal(lrp_spray_parse("spray(pool=2, normalise=sum,neighbours=8,eigenvectors=6,clusters=3)", &o, &err), LRP_OK);
    assert_true(o.pool == 2 && o.signed_sum && o.neighbours == 8 && o.eigenvectors == 6 && o.clusters == 3);
    assert_int_equal(lrp_spray_parse("spray(auto,abs,5)", &o, &err), LRP_OK);
    assert_true(o.pool == 0 && !o.signed_sum && o.neighbours == 5 && o.clusters == 0);
    assert_int_equal(lrp_spray_parse("spray()", &o, &err), LRP_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_int_equal(lrp_spray_parse(wrong[i], &o, &err), LRP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_the_same_everywhere),   cmocka_unit_test(neighbours_make_a_graph),
        cmocka_unit_test(pooling_sums_and_divides),        cmocka_unit_test(the_largest_eigenvalues_are_found),
        cmocka_unit_test(equal_eigenvalues_are_all_found), cmocka_unit_test(means_are_numbered_as_they_appear),
        cmocka_unit_test(texts_say_what_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
