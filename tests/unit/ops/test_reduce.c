/* test_reduce.c: reductions, ArgMax, CumSum, TopK. */
#include "calls.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"axis outside", "ReduceSum", "", 11, "axes=I3", {"f[1,1] 1"}, {"?"}}, LRP_FILE, "axis 3"},
    {{"axis twice", "ReduceMean", "", 18, "", {"f[1,1] 1", "!l[2] 0 -2"}, {"?"}}, LRP_FILE, "twice"},
    {{"computed axes", "ReduceMax", "", 18, "", {"f[1] 1", "l[1] 0"}, {"?"}}, LRP_UNSUPPORTED, "axes"},
    {{"axis outside", "ArgMax", "", 13, "axis=i-3", {"f[1,1] 1"}, {"?"}}, LRP_FILE, "axis -3"},
    {{"nothing to choose from", "ArgMax", "", 13, "axis=i1", {"f[2,0]"}, {"?"}}, LRP_FILE, "no elements"},
    {{"more than there are", "TopK", "", 11, "", {"f[2] 1 2", "!l[1] 3"}, {"?", "?"}}, LRP_FILE, "3 of the 2"},
    {{"a scalar", "CumSum", "", 14, "", {"f[] 1", "!i[] 0"}, {"?"}}, LRP_FILE, "at least one axis"},
};
// clang-format on

static void invalid_calls_are_refused_with_their_cause(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

static void reductions_over_space_are_global_poolings(void **state)
{
    const struct {
        struct example call;
        enum lrp_kind kind;
    } cases[] = {
        {{"", "ReduceMean", "", 13, "axes=I2,3", {"f[1,1,1,2] 1 2"}, {"?"}}, LRP_KIND_GLOBAL_MEAN_POOL},
        {{"", "ReduceMax", "", 18, "keepdims=i0", {"f[1,1,2] 1 2", "!l[1] -1"}, {"?"}}, LRP_KIND_GLOBAL_MAX_POOL},
        {{"tokens", "ReduceMean", "", 13, "axes=I1", {"f[1,2,1] 1 2"}, {"?"}}, LRP_KIND_GLOBAL_MEAN_POOL},
        {{"channels last", "ReduceMax", "", 13, "axes=I-3,-2", {"f[1,1,2,1] 1 2"}, {"?"}}, LRP_KIND_GLOBAL_MAX_POOL},
        {{"channels", "ReduceMean", "", 13, "axes=I1", {"f[1,2,1,1] 1 2"}, {"?"}}, LRP_KIND_OTHER},
        {{"samples", "ReduceMean", "", 13, "axes=I0,1", {"f[1,2,1] 1 2"}, {"?"}}, LRP_KIND_OTHER},
        {{"", "ReduceMean", "", 13, "axes=I3", {"f[1,1,1,2] 1 2"}, {"?"}}, LRP_KIND_MEAN_POOL},
        {{"all there is", "ReduceMean", "", 13, "", {"f[1,1,1,2] 1 2"}, {"?"}}, LRP_KIND_GLOBAL_MEAN_POOL},
        {{"", "ReduceSum", "", 12, "axes=I2,3", {"f[1,1,1,2] 1 2"}, {"?"}}, LRP_KIND_SUM_POOL},
        {{"", "ReduceMin", "", 13, "axes=I2,3", {"f[1,1,1,2] 1 2"}, {"?"}}, LRP_KIND_OTHER},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) assert_int_equal(kind_of(&cases[k].call), cases[k].kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(reductions_over_space_are_global_poolings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
