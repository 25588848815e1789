/* test_activation.c: activations: values, refusals, kinds. */
#include "calls.h"

/* Expected values: numpy, in double precision, from the definitions of the ONNX specification. */
// clang-format off
static const struct example examples[] = {
    {"negative is 0", "Relu", "", 14, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] 0 0 0 0 0 0.5 1 4 80"}},
    {"default slope", "LeakyRelu", "", 16, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0.8 -0.04 -0.01 -0.005 0 0.5 1 4 80"}},
    {"slope given", "LeakyRelu", "", 6, "alpha=f0.25",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -20 -1 -0.25 -0.125 0 0.5 1 4 80"}},
    {"exponential", "Elu", "", 6, "alpha=f2",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -2 -1.96336872 -1.26424112 -0.786938681 0 0.5 1 4 80"}},
    {"constants of the paper", "Selu", "", 6, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -1.75809935 -1.72589863 -1.11133074 -0.69175819 0 0.525350511 1.05070102 4.20280409 "
          "84.0560818"}},
    {"continuous", "Celu", "", 12, "alpha=f2",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -2 -1.72932943 -0.786938681 -0.442398434 0 0.5 1 4 80"}},
    {"does not overflow", "Sigmoid", "", 13, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] 1.80485139e-35 0.01798621 0.268941421 0.377540669 0.5 0.622459331 0.731058579 0.98201379 1"}},
    {"defaults", "HardSigmoid", "", 6, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] 0 0 0.3 0.4 0.5 0.6 0.7 1 1"}},
    {"saturates", "Tanh", "", 13, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -1 -0.9993293 -0.761594156 -0.462117157 0 0.462117157 0.761594156 0.9993293 1"}},
    {"does not overflow", "Softplus", "", 1, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] 1.80485139e-35 0.0181499279 0.313261688 0.474076984 0.693147181 0.974076984 1.31326169 "
          "4.01814993 80"}},
    {"rational", "Softsign", "", 1, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0.987654321 -0.8 -0.5 -0.333333333 0 0.333333333 0.5 0.8 0.987654321"}},
    {"threshold", "ThresholdedRelu", "", 10, "alpha=f0.5",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] 0 0 0 0 0 0 1 4 80"}},
    {"thirds", "HardSwish", "", 14, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0 -0 -0.333333333 -0.208333333 0 0.291666667 0.666666667 4 80"}},
    {"with erf keeps small tails", "Gelu", "", 20, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0 -0.000126684967 -0.158655254 -0.154268769 0 0.345731231 0.841344746 3.99987332 80"}},
    {"with tanh", "Gelu", "", 20, "approximate=stanh",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0 -7.02459482e-05 -0.158808009 -0.15428599 0 0.34571401 0.841191991 3.99992975 80"}},
    {"own", "Gelu", "lrpscope", 1, "approximate=snone",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0 -0.000126684967 -0.158655254 -0.154268769 0 0.345731231 0.841344746 3.99987332 80"}},
    {"always tanh", "FastGelu", "com.microsoft", 1, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -0 -7.02459482e-05 -0.158808009 -0.15428599 0 0.34571401 0.841191991 3.99992975 80"}},
    {"default alpha", "QuickGelu", "com.microsoft", 1, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -5.88238345e-58 -0.00441472414 -0.154204234 -0.149611563 0 0.350388437 0.845795766 "
          "3.99558528 80"}},
    {"beta", "Swish", "lrpscope", 1, "beta=f2",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -2.60599083e-68 -0.00134140052 -0.119202922 -0.134470711 0 0.365529289 0.880797078 "
          "3.9986586 80"}},
    {"of the standard", "Swish", "", 24, "alpha=f0.5",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -3.3986834e-16 -0.476811688 -0.377540669 -0.21891175 0 0.28108825 0.622459331 3.52318831 80"}},
    {"large and small", "Mish", "", 18, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -1.44388111e-33 -0.0725917408 -0.303401461 -0.220743775 0 0.375245211 0.865098388 "
          "3.99741281 80"}},
    {"bounds as attributes", "Clip", "", 6, "min=f-1 max=f2",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80"},
     {"f[9] -1 -1 -1 -0.5 0 0.5 1 2 2"}},
    {"bounds as inputs", "Clip", "", 13, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80", "!f[] -1", "!f[] 2"},
     {"f[9] -1 -1 -1 -0.5 0 0.5 1 2 2"}},
    {"only the upper bound, computed", "Clip", "", 12, "",
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 4 80", "", "f[] 2"},
     {"f[9] -80 -4 -1 -0.5 0 0.5 1 2 2"}},
    {"crossed bounds: the upper one wins", "Clip", "", 13, "",
     {"f[2] 0 5", "!f[] 3", "!f[] 1"},
     {"f[2] 1 1"}},
    {"integers", "Clip", "", 13, "",
     {"i[3] -5 0 7", "!i[] -1", "!i[] 3"},
     {"i[3] -1 0 3"}},
    {"integers", "Relu", "", 14, "",
     {"l[2] -2 3"},
     {"l[2] 0 3"}},
    {"nothing at all", "Relu", "", 14, "",
     {"f[0,3]"},
     {"f[0,3]"}},
    {"a scalar", "Tanh", "", 13, "",
     {"f[] 0.5"},
     {"f[] 0.462117157"}},
    {"NaN stays", "Relu", "", 14, "",
     {"f[1] nan"},
     {"f[1] nan"}},
    {"slope per channel", "PRelu", "", 16, "",
     {"f[1,2,2] -1 2 -3 4", "!f[2,1] 0.5 0.100000001"},
     {"f[1,2,2] -0.5 2 -0.3 4"}},
    {"one slope", "PRelu", "", 7, "",
     {"f[2] -1 2", "!f[1] 0.25"},
     {"f[2] -0.25 2"}},
};

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

static void values_are_those_of_the_specification(void **state)
{
    (void)state;
    run_examples(examples, sizeof examples / sizeof *examples);
}

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
        cmocka_unit_test(values_are_those_of_the_specification),
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(a_clip_is_known_by_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
