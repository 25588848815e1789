/* test_activation.c: activations: values, refusals, kinds. */
#include "calls.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"integers have no Tanh", "Tanh", "", 13, "", {"l[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "floats only"},
    {{"unknown approximation", "Gelu", "", 20, "approximate=scubic", {"f[1] 1"}, {"?"}}, LRP_FILE, "approximate"},
    {{"bounds of several numbers", "Clip", "", 13, "", {"f[1] 1", "!f[2] 0 1"}, {"?"}}, LRP_FILE, "single number"},
    {{"slope does not fit", "PRelu", "", 16, "", {"f[2] 1 2", "!f[3] 1 2 3"}, {"?"}}, LRP_FILE, "slope"},
    {{"too many inputs", "Relu", "", 14, "", {"f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "inputs"},
    {{"no scale", "Celu", "", 12, "alpha=f0", {"f[1] 1"}, {"?"}}, LRP_FILE, "alpha"},
    {{"no input", "Relu", "", 14, "", {""}, {"?"}}, LRP_FILE, "missing"},
};
// clang-format on

static void invalid_calls_are_refused_with_their_cause(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

static void a_clip_is_known_by_its_bounds(void **state)
{
    const struct {
        struct example call;
        enum lrp_kind kind;
    } cases[] = {
        {{"", "Clip", "", 13, "", {"f[1] 0", "!f[] 0", "!f[] 6"}, {"?"}}, LRP_KIND_RELU6},
        {{"", "Clip", "", 6, "min=f0 max=f6", {"f[1] 0"}, {"?"}}, LRP_KIND_RELU6},
        {{"", "Clip", "", 13, "", {"f[1] 0", "!f[] 0"}, {"?"}}, LRP_KIND_RELU},
        {{"", "Clip", "", 13, "", {"f[1] 0", "!f[] -1", "!f[] 1"}, {"?"}}, LRP_KIND_CLIP},
        {{"", "Clip", "", 13, "", {"f[1] 0", "f[] 0", "!f[] 6"}, {"?"}}, LRP_KIND_CLIP},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) assert_int_equal(kind_of(&cases[k].call), cases[k].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(a_clip_is_known_by_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
