/* test_shape.c: operators on shapes, and constants. */
#include "calls.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"nothing said", "Constant", "", 13, "", {NULL}, {"?"}}, LRP_UNSUPPORTED, "value"},
    {{"computed", "ConstantOfShape", "", 9, "", {"l[1] 2"}, {"?"}}, LRP_UNSUPPORTED, "shape"},
    {{"negative", "ConstantOfShape", "", 9, "", {"!l[1] -2"}, {"?"}}, LRP_FILE, "impossible"},
    {{"far too large", "ConstantOfShape", "", 9, "", {"!l[3] 4294967296 4294967296 0"}, {"?"}}, LRP_FILE, "impossible"},
    {{"no step", "Range", "", 11, "", {"!l[] 1", "!l[] 8", "!l[] 0"}, {"?"}}, LRP_FILE, "Range"},
    {{"endless", "Range", "", 11, "", {"!f[] 1", "!f[] inf", "!f[] 1"}, {"?"}}, LRP_FILE, "Range"},
    {{"computed", "Range", "", 11, "", {"l[] 1", "!l[] 8", "!l[] 1"}, {"?"}}, LRP_UNSUPPORTED, "Range"},
    {{"overflow", "Range", "", 11, "", {"!l[] -9223372036854775807", "!l[] 9223372036854775807", "!l[] 1"}, {"?"}}, LRP_FILE, "Range"},
    {{"three axes", "EyeLike", "", 9, "", {"f[1,2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "2 axes"},
};
// clang-format on

static void invalid_calls_are_refused_with_their_cause(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

static void a_constant_is_read_at_any_alignment(void **state)
{
    const unsigned char raw[] = {0xff, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}; /* 1 and -2 behind one odd byte */
    const struct lrp_shape two = {.rank = 1, .dim = {2}};
    const struct lrp_blob blob = {.dtype = LRP_DTYPE_FLOAT, .shape = &two, .count = 2, .raw = raw + 1};
    const struct example example = {"", "Constant", "", 13, "", {NULL}, {"?"}};
    const struct lrp_attribute value = {.name = "value", .kind = LRP_ATTRIBUTE_TENSOR, .tensor = &blob};
    struct setup setup;

    (void)state;
    setup_open(&setup, &example);
    setup.attributes[0] = value;
    setup.call.attribute_count = 1;
    setup_run(&setup);
    check_tensor(setup.out[0], "f[2] 1 -2");
    setup_close(&setup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(a_constant_is_read_at_any_alignment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
