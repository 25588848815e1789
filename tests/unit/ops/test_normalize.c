/* test_normalize.c: normalisations and softmax. */
#include "calls.h"

// clang-format off
#define X_2_2_3 "f[2,2,3] 3.57999992 0.870000005 0.189999998 -3.73000002 -0.550000012 -0.709999979 -0.170000002 -1.25 -0.0900000036 -0.949999988 -2.63000011 1.76999998"
static const struct refusal refusals[] = {
    {{"training", "BatchNormalization", "", 14, "training_mode=i1", {X_2_2_3, "f[2] 2 -0.5", "f[2] 0.25 1", "f[2] 0.100000001 -0.300000012", "f[2] 1.5 0.25"}, {"?"}}, LRP_UNSUPPORTED, "training"},
    {{"channels differ", "BatchNormalization", "", 15, "", {X_2_2_3, "f[2] 2 -0.5", "f[2] 0.25 1", "f[2] 0.100000001 -0.300000012", "f[1] 1"}, {"?"}}, LRP_FILE, "input 4"},
    {{"training outputs", "BatchNormalization", "", 9, "", {X_2_2_3, "f[2] 2 -0.5", "f[2] 0.25 1", "f[2] 0.100000001 -0.300000012", "f[2] 1.5 0.25"}, {"?", "?", "?"}}, LRP_UNSUPPORTED, "output 1"},
    {{"not spatial", "BatchNormalization", "", 7, "spatial=i0", {X_2_2_3, "f[2] 2 -0.5", "f[2] 0.25 1", "f[2] 0.100000001 -0.300000012", "f[2] 1.5 0.25"}, {"?"}}, LRP_UNSUPPORTED, "spatial"},
    {{"axis outside", "LayerNormalization", "", 17, "axis=i3", {X_2_2_3, "f[3] 1.75999999 3.42000008 0.100000001"}, {"?"}}, LRP_FILE, "axis 3"},
    {{"scale too large", "LayerNormalization", "", 17, "", {X_2_2_3, "f[2] 1 2"}, {"?"}}, LRP_UNSUPPORTED, "input 1"},
    {{"groups do not divide", "GroupNormalization", "", 21, "num_groups=i3", {"f[1,4,2] -2.04999995 -1.42999995 1.25 -0.319999993 -1.53999996 -0.460000008 1.49000001 3.95000005", "f[4] 1 2 -1 0.5", "f[4] 0 1 0.5 -1"}, {"?"}}, LRP_FILE, "num_groups"},
    {{"no groups", "GroupNormalization", "", 21, "", {"f[1,4,2] -2.04999995 -1.42999995 1.25 -0.319999993 -1.53999996 -0.460000008 1.49000001 3.95000005", "f[4] 1 2 -1 0.5", "f[4] 0 1 0.5 -1"}, {"?"}}, LRP_FILE, "num_groups"},
    {{"two axes", "InstanceNormalization", "", 6, "", {"f[1,2] 1 2", "f[2] 2 -0.5", "f[2] 0.25 1"}, {"?"}}, LRP_FILE, "3 axes"},
    {{"no axes", "Normalize", "lrpscope", 1, "", {X_2_2_3}, {"?"}}, LRP_FILE, "axes"},
    {{"third norm", "LpNormalization", "", 1, "p=i3", {X_2_2_3}, {"?"}}, LRP_FILE, "p of"},
    {{"no window", "LRN", "", 13, "size=i0", {X_2_2_3}, {"?"}}, LRP_FILE, "size"},
    {{"axis outside", "Softmax", "", 13, "axis=i3", {X_2_2_3}, {"?"}}, LRP_FILE, "axis 3"},
    {{"a scalar", "Softmax", "", 13, "", {"f[] 1"}, {"?"}}, LRP_FILE, "axis"},
    {{"integers", "LogSoftmax", "", 13, "", {"l[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "floats"},
};
// clang-format on

static void invalid_calls_are_refused_with_their_cause(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
