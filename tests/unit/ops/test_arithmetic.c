/* test_arithmetic.c: arithmetic with broadcasting, comparisons, elementwise mathematics, casts. */
#include "calls.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"shapes do not broadcast", "Add", "", 14, "", {"f[2] 1 2", "f[3] 1 2 3"}, {"?"}}, LRP_FILE, "broadcast"},
    {{"types differ", "Mul", "", 14, "", {"f[1] 1", "l[1] 1"}, {"?"}}, LRP_FILE, "one type"},
    {{"floats without fmod", "Mod", "", 13, "", {"f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "fmod"},
    {{"numbers have no logic", "And", "", 7, "", {"f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "booleans"},
    {{"a condition of floats", "Where", "", 9, "", {"f[1] 1", "f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "bool"},
    {{"no direction", "BitShift", "", 11, "", {"u[1] 1", "u[1] 1"}, {"?"}}, LRP_FILE, "direction"},
    {{"to complex numbers", "Cast", "", 13, "to=i14", {"f[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "complex64"},
    {{"to nonsense", "Cast", "", 13, "to=i-3", {"f[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "-3"},
    {{"training", "Dropout", "", 13, "", {"f[1] 1", "!f[] 0.5", "!b[] 1"}, {"?"}}, LRP_UNSUPPORTED, "training"},
    {{"no operands", "Sum", "", 13, "", {NULL}, {"?"}}, LRP_FILE, "missing"},
    {{"integers", "Mean", "", 13, "", {"l[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "floats"},
};
// clang-format on

static void invalid_calls_are_refused_with_their_cause(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

static void only_sums_of_data_are_joins(void **state)
{
    const struct example join = {"", "Add", "", 14, "", {"f[2] 1 2", "f[2] 3 4"}, {"?"}};
    const struct example bias = {"", "Add", "", 14, "", {"f[2] 1 2", "!f[2] 3 4"}, {"?"}};
    const struct example sum = {"", "Sum", "", 13, "", {"!f[1] 1", "f[1] 1", "f[1] 1"}, {"?"}};

    (void)state;
    assert_int_equal(kind_of(&join), LRP_KIND_ADD);
    assert_int_equal(kind_of(&bias), LRP_KIND_OTHER);
    assert_int_equal(kind_of(&sum), LRP_KIND_ADD);
}

static void casts_between_floats_are_identities(void **state)
{
    const struct example narrow = {"", "Cast", "", 13, "to=i10", {"f[1] 1"}, {"?"}};
    const struct example truncate = {"", "Cast", "", 13, "to=i7", {"f[1] 1"}, {"?"}};

    (void)state;
    assert_int_equal(kind_of(&narrow), LRP_KIND_IDENTITY);
    assert_int_equal(kind_of(&truncate), LRP_KIND_OTHER);
}

/* Enough elements for threads: each of them must be right, whatever part it falls into. */
static void large_operands_give_the_same_as_small_ones(void **state)
{
    const struct example example = {"", "Mul", "", 14, "", {"f[1] 0", "f[1] 0"}, {"?"}};
    const struct lrp_shape a_shape = {.rank = 3, .dim = {7, 101, 129}}, b_shape = {.rank = 3, .dim = {7, 1, 129}};
    struct setup setup;

    (void)state;
    setup_open(&setup, &example);
    for (int i = 0; i < 2; i++) {
        lrp_tensor_release(setup.in[i]);
        assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, i ? &b_shape : &a_shape, &setup.in[i], NULL), LRP_OK);
        for (size_t k = 0; k < setup.in[i]->count; k++) setup.in[i]->f[k] = (float)(k % 251);
        setup.in_desc[i].shape = &setup.in[i]->shape;
    }
    setup_run(&setup);
    for (size_t k = 0; k < setup.out[0]->count; k++) {
        const size_t b = k / 129 / 101 * 129 + k % 129;

        assert_true(setup.out[0]->f[k] == (float)(k % 251) * (float)(b % 251));
    }
    setup_close(&setup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(only_sums_of_data_are_joins),
        cmocka_unit_test(casts_between_floats_are_identities),
        cmocka_unit_test(large_operands_give_the_same_as_small_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
