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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_the_same_everywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
