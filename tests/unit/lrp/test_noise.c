/* test_noise.c: the generator's numbers, known from another program. */
#include <math.h>

#include "check.h"
#include "methods/noise.h"

static void check_number(const char *what, double got, double want)
{
    if (fabs(got - want) > 1e-9) fail_msg("%s: %.12f, want %.12f", what, got, want);
}

/* Recomputed with numpy's 64-bit integers. */
static void numbers_are_the_same_everywhere(void **state)
{
    static const double units[] = {.138709410146, .971102082801, .277832872605, .902601032144},
                        normals[] = {1.954974412, -.358919583, 1.309999528, -.919441289};
    const uint64_t stream = lrp_noise_stream(0, 0, 0);
    (void)state;
    for (uint64_t j = 0; j < 4; j++) {
        check_number("unit", lrp_noise_unit(stream, j), units[j]);
        check_number("uniform", lrp_noise_uniform(stream, j), 2 * units[j] - 1);
        check_number("normal", lrp_noise_normal(stream, j), normals[j]);
    }
    check_number("draw 1", lrp_noise_normal(lrp_noise_stream(0, 0, 1), 0), -1.300652269);
    check_number("input 1", lrp_noise_normal(lrp_noise_stream(0, 1, 0), 0), -1.025892061);
    check_number("seed 7", lrp_noise_normal(lrp_noise_stream(7, 0, 0), 0), -.837580727);
}

/* Any part of a stream, one at a time or many: beginning and ending within pairs and pieces, too. */
static void many_are_the_same_as_one(void **state)
{
    enum { MOST = 1027 };
    static const struct {
        uint64_t first;
        size_t count;
    } parts[] = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {0, 512}, {3, 513}, {5, MOST}, {8, MOST - 1}};
    const uint64_t stream = lrp_noise_stream(3, 1, 4);
    double got[MOST + 1];
    (void)state;
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        got[parts[k].count] = -77;
        lrp_noise_normals(stream, parts[k].first, parts[k].count, got);
        for (size_t i = 0; i < parts[k].count; i++)
            if (!(got[i] == lrp_noise_normal(stream, parts[k].first + i))) fail_msg("part %zu, number %zu", k, i);
        assert_true(got[parts[k].count] == -77);
    }
}

/* The C library's functions say how exact they are: a million numbers, with their means. */
static void normal_numbers_are_exact(void **state)
{
    enum { COUNT = 1 << 20 };
    const uint64_t stream = lrp_noise_stream(11, 0, 0);
    double sum = 0, square = 0, fourth = 0;
    (void)state;
    for (uint64_t e = 0; e < COUNT; e++) {
        const uint64_t pair = e - e % 2;
        const double z = lrp_noise_normal(stream, e), angle = 2 * M_PI * lrp_noise_unit(stream, pair + 1),
                     radius = sqrt(-2 * log(lrp_noise_unit(stream, pair))), want = radius * (e % 2 ? sin(angle) : cos(angle));
        if (!(fabs(z - want) < 1e-14)) fail_msg("%llu: %.17g, want %.17g", (unsigned long long)e, z, want);
        sum += z;
        square += z * z;
        fourth += z * z * z * z;
    }
    assert_true(fabs(sum / COUNT) < .005 && fabs(square / COUNT - 1) < .01 && fabs(fourth / COUNT - 3) < .05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_the_same_everywhere),
                                       cmocka_unit_test(many_are_the_same_as_one), cmocka_unit_test(normal_numbers_are_exact)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
