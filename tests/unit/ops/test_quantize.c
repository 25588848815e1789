/* test_quantize.c: what does not fit of whole numbers that stand for floats. */
#include "calls.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"without a scale", "FakeQuantize", "lrpscope", 13, "", {"f[4] 1 2 3 4"}, {"?"}}, LRP_FILE, ""},
    {{"scales that fit no axis", "FakeQuantize", "lrpscope", 13, "axis=i0", {"f[2] 1 2", "!f[3] 1 2 3", "!u[3] 0 0 0"}, {"?"}},
     LRP_FILE, "do not fit"},
    {{"zero points of another shape", "MatMulInteger", "", 10, "", {"u[1,2] 2 4", "!u[2,1] 3 5", "!u[] 0", "!u[3] 0 0 0"}, {"?"}},
     LRP_UNSUPPORTED, "zero points of this shape"},
    {{"words", "MatMulInteger", "", 10, "", {"i[1,2] 2 4", "!u[2,1] 3 5"}, {"?"}}, LRP_UNSUPPORTED, "these types"},
};
// clang-format on

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
