/* test_arithmetic.c: arithmetic with broadcasting, comparisons, elementwise mathematics, casts. */
#include "calls.h"

/* Expected values: numpy, in double precision, from the definitions of the ONNX specification. */
// clang-format off
static const struct example examples[] = {
    {"a row", "Add", "", 14, "",
     {"f[2,3] 1 -2 3 4 5 -6", "f[3] 2 4 -8"},
     {"f[2,3] 3 2 -5 6 9 -14"}},
    {"a column first", "Sub", "", 7, "",
     {"f[2,1] 2 -4", "f[2,3] 1 -2 3 4 5 -6"},
     {"f[2,3] 1 4 -1 -8 -9 2"}},
    {"a scalar", "Mul", "", 13, "",
     {"f[] 3", "f[2,3] 1 -2 3 4 5 -6"},
     {"f[2,3] 3 -6 9 12 15 -18"}},
    {"outer", "Div", "", 14, "",
     {"f[2,1] 2 -4", "f[3] 2 4 -8"},
     {"f[2,3] 1 0.5 -0.25 -2 -1 0.5"}},
    {"four axes", "Add", "", 14, "",
     {"f[1,3,1,2] 0 1 2 3 4 5", "f[2,1,2,1] 0 1 2 3"},
     {"f[2,3,2,2] 0 1 1 2 2 3 3 4 4 5 5 6 2 3 3 4 4 5 5 6 6 7 7 8"}},
    {"nothing", "Add", "", 14, "",
     {"f[0,3]", "f[3] 1 2 3"},
     {"f[0,3]"}},
    {"scalars", "Mul", "", 14, "",
     {"f[] 3", "f[] -2"},
     {"f[] -6"}},
    {"integers truncate towards zero", "Div", "", 14, "",
     {"l[4] 7 -7 7 5", "l[4] 2 2 -2 0"},
     {"l[4] 3 -3 -3 0"}},
    {"small integers wrap", "Add", "", 14, "",
     {"u[2] 250 1", "u[2] 10 2"},
     {"u[2] 4 3"}},
    {"the sign of the divisor", "Mod", "", 13, "",
     {"l[6] -4 7 5 4 -7 8", "l[6] 2 -3 8 -2 3 5"},
     {"l[6] 0 -2 5 0 2 3"}},
    {"the sign of the dividend", "Mod", "", 13, "fmod=i1",
     {"f[3] -4.25 7.5 5", "f[3] 2 -3 8"},
     {"f[3] -0.25 1.5 5"}},
    {"squares", "Pow", "", 15, "",
     {"f[2,3] 1 -2 3 4 5 -6", "!f[] 2"},
     {"f[2,3] 1 4 9 16 25 36"}},
    {"any exponents", "Pow", "", 7, "",
     {"f[3] 1 4 2", "f[3] 3 0.5 -1"},
     {"f[3] 1 2 0.5"}},
    {"float to an integer", "Pow", "", 13, "",
     {"f[2] 2 3", "l[2] 10 -1"},
     {"f[2] 1024 0.333333333"}},
    {"integer to a float", "Pow", "", 12, "",
     {"l[2] 4 9", "f[2] 0.5 2"},
     {"l[2] 2 81"}},
    {"integers", "Pow", "", 15, "",
     {"l[3] 2 -3 2", "l[3] 10 3 -1"},
     {"l[3] 1024 -27 0"}},
    {"three", "Sum", "", 13, "",
     {"f[2,3] 1 -2 3 4 5 -6", "f[3] 2 4 -8", "f[] 1"},
     {"f[2,3] 4 3 -4 7 10 -13"}},
    {"one alone", "Sum", "", 8, "",
     {"f[2,3] 1 -2 3 4 5 -6"},
     {"f[2,3] 1 -2 3 4 5 -6"}},
    {"three", "Mean", "", 13, "",
     {"f[2,3] 1 -2 3 4 5 -6", "f[3] 2 4 -8", "f[] 1"},
     {"f[2,3] 1.33333333 1 -1.33333333 2.33333333 3.33333333 -4.33333333"}},
    {"broadcasts, NaN wins", "Max", "", 13, "",
     {"f[1,2] 1 nan", "f[2,1] 0 2"},
     {"f[2,2] 1 nan 2 nan"}},
    {"integers", "Min", "", 12, "",
     {"l[2] 1 5", "l[1] 3", "l[2] 2 9"},
     {"l[2] 1 3"}},
    {"floats and a row", "Equal", "", 16, "",
     {"f[2,2] 1 2 3 nan", "f[2] 2 2"},
     {"b[2,2] 0 1 0 0"}},
    {"integers", "Equal", "", 16, "",
     {"l[3] 1 2 3", "l[] 2"},
     {"b[3] 0 1 0"}},
    {"floats and a row", "Less", "", 16, "",
     {"f[2,2] 1 2 3 nan", "f[2] 2 2"},
     {"b[2,2] 1 0 0 0"}},
    {"integers", "Less", "", 16, "",
     {"l[3] 1 2 3", "l[] 2"},
     {"b[3] 1 0 0"}},
    {"floats and a row", "Greater", "", 16, "",
     {"f[2,2] 1 2 3 nan", "f[2] 2 2"},
     {"b[2,2] 0 0 1 0"}},
    {"integers", "Greater", "", 16, "",
     {"l[3] 1 2 3", "l[] 2"},
     {"b[3] 0 0 1"}},
    {"floats and a row", "LessOrEqual", "", 16, "",
     {"f[2,2] 1 2 3 nan", "f[2] 2 2"},
     {"b[2,2] 1 1 0 0"}},
    {"integers", "LessOrEqual", "", 16, "",
     {"l[3] 1 2 3", "l[] 2"},
     {"b[3] 1 1 0"}},
    {"floats and a row", "GreaterOrEqual", "", 16, "",
     {"f[2,2] 1 2 3 nan", "f[2] 2 2"},
     {"b[2,2] 0 1 1 0"}},
    {"integers", "GreaterOrEqual", "", 16, "",
     {"l[3] 1 2 3", "l[] 2"},
     {"b[3] 0 1 1"}},
    {"a row", "And", "", 7, "",
     {"b[2,2] 1 0 1 1", "b[2] 1 0"},
     {"b[2,2] 1 0 1 0"}},
    {"a row", "Or", "", 7, "",
     {"b[2,2] 1 0 1 1", "b[2] 1 0"},
     {"b[2,2] 1 0 1 1"}},
    {"a row", "Xor", "", 7, "",
     {"b[2,2] 1 0 1 1", "b[2] 1 0"},
     {"b[2,2] 0 0 0 1"}},
    {"flips", "Not", "", 1, "",
     {"b[2] 1 0"},
     {"b[2] 0 1"}},
    {"left, cut to a byte", "BitShift", "", 11, "direction=sLEFT",
     {"u[2] 200 1", "u[2] 1 3"},
     {"u[2] 144 8"}},
    {"right", "BitShift", "", 11, "direction=sRIGHT",
     {"u[2] 200 1", "u[2] 3 1"},
     {"u[2] 25 0"}},
    {"bits", "BitwiseXor", "", 18, "",
     {"l[2] 5 -1", "l[2] 3 1"},
     {"l[2] 6 -2"}},
    {"bits", "BitwiseNot", "", 18, "",
     {"u[2] 5 255"},
     {"u[2] 250 0"}},
    {"three shapes", "Where", "", 16, "",
     {"b[2,1] 1 0", "f[2] 1 2", "f[] 9"},
     {"f[2,2] 1 2 9 9"}},
    {"integers", "Where", "", 9, "",
     {"b[2] 1 0", "l[2] 1 2", "l[2] 3 4"},
     {"l[2] 1 4"}},
    {"on [-1,1]", "Neg", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 0.75 0.5 0 -0.25 -0.5"}},
    {"on [-1,1]", "Abs", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 0.75 0.5 0 0.25 0.5"}},
    {"on [-1,1]", "Exp", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 0.472366553 0.60653066 1 1.28402542 1.64872127"}},
    {"on [-1,1]", "Floor", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -1 -1 0 0 0"}},
    {"on [-1,1]", "Ceil", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 0 0 0 1 1"}},
    {"on [-1,1]", "Sign", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -1 -1 0 1 1"}},
    {"on [-1,1]", "Sin", "", 7, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.68163876 -0.479425539 0 0.247403959 0.479425539"}},
    {"on [-1,1]", "Cos", "", 7, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 0.731688869 0.877582562 1 0.968912422 0.877582562"}},
    {"on [-1,1]", "Tan", "", 7, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.93159646 -0.54630249 0 0.255341921 0.54630249"}},
    {"on [-1,1]", "Asin", "", 7, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.848062079 -0.523598776 0 0.252680255 0.523598776"}},
    {"on [-1,1]", "Acos", "", 7, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 2.41885841 2.0943951 1.57079633 1.31811607 1.04719755"}},
    {"on [-1,1]", "Atan", "", 7, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.643501109 -0.463647609 0 0.244978663 0.463647609"}},
    {"on [-1,1]", "Sinh", "", 9, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.822316732 -0.521095305 0 0.252612317 0.521095305"}},
    {"on [-1,1]", "Cosh", "", 9, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] 1.29468328 1.12762597 1 1.0314131 1.12762597"}},
    {"on [-1,1]", "Asinh", "", 9, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.693147181 -0.481211825 0 0.247466462 0.481211825"}},
    {"on [-1,1]", "Atanh", "", 9, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.972955075 -0.549306144 0 0.255412812 0.549306144"}},
    {"on [-1,1]", "Erf", "", 13, "",
     {"f[5] -0.75 -0.5 0 0.25 0.5"},
     {"f[5] -0.711155634 -0.520499878 0 0.27632639 0.520499878"}},
    {"positive", "Sqrt", "", 13, "",
     {"f[3] 1 2 4.5"},
     {"f[3] 1 1.41421356 2.12132034"}},
    {"positive", "Log", "", 13, "",
     {"f[3] 1 2 4.5"},
     {"f[3] 0 0.693147181 1.5040774"}},
    {"positive", "Acosh", "", 9, "",
     {"f[3] 1 2 4.5"},
     {"f[3] 0 1.3169579 2.18464379"}},
    {"positive", "Reciprocal", "", 13, "",
     {"f[3] 1 2 4.5"},
     {"f[3] 1 0.5 0.222222222"}},
    {"halves to even", "Round", "", 11, "",
     {"f[5] 0.5 1.5 2.5 -0.5 -2.70000005"},
     {"f[5] 0 2 2 0 -3"}},
    {"integers", "Neg", "", 13, "",
     {"i[2] 3 -128"},
     {"i[2] -3 128"}},
    {"integers", "Sign", "", 13, "",
     {"l[3] 3 0 -9"},
     {"l[3] 1 0 -1"}},
    {"soft and hard", "Shrink", "", 9, "lambd=f1.5 bias=f0.5",
     {"f[5] -2 -1 0 1 2"},
     {"f[5] -1.5 0 0 0 1.5"}},
    {"finds them", "IsNaN", "", 13, "",
     {"f[3] 1 nan inf"},
     {"b[3] 0 1 0"}},
    {"only positive", "IsInf", "", 10, "detect_negative=i0",
     {"f[3] 1 -inf inf"},
     {"b[3] 0 0 1"}},
    {"as it is", "Identity", "", 16, "",
     {"l[2,1] 1 2"},
     {"l[2,1] 1 2"}},
    {"nothing dropped, a full mask", "Dropout", "", 13, "",
     {"f[2] 1 2", "!f[] 0.5", "!b[] 0"},
     {"f[2] 1 2", "b[2] 1 1"}},
    {"ratio as attribute", "Dropout", "", 7, "ratio=f0.3",
     {"f[2] 1 2"},
     {"f[2] 1 2"}},
    {"truncates", "Cast", "", 13, "to=i7",
     {"f[3] 1.89999998 -1.89999998 0"},
     {"l[3] 1 -1 0"}},
    {"wraps", "Cast", "", 13, "to=i2",
     {"l[2] 257 -1"},
     {"u[2] 1 255"}},
    {"to bool", "Cast", "", 9, "to=i9",
     {"f[3] 0.5 0 -2"},
     {"b[3] 1 0 1"}},
    {"bool to float", "Cast", "", 13, "to=i1",
     {"b[2] 1 0"},
     {"f[2] 1 0"}},
    {"to half", "Cast", "", 13, "to=i10",
     {"f[1] 1.5"},
     {"h[1] 1.5"}},
    {"type of the second", "CastLike", "", 15, "",
     {"f[1] 1.5", "l[1] 0"},
     {"l[1] 1"}},
};

static const struct refusal refusals[] = {
    {{"shapes do not broadcast", "Add", "", 14, "", {"f[2] 1 2", "f[3] 1 2 3"}, {"?"}}, LRP_FILE, "broadcast"},
    {{"types differ", "Mul", "", 14, "", {"f[1] 1", "l[1] 1"}, {"?"}}, LRP_FILE, "one type"},
    {{"floats without fmod", "Mod", "", 13, "", {"f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "fmod"},
    {{"numbers have no logic", "And", "", 7, "", {"f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "booleans"},
    {{"a condition of floats", "Where", "", 9, "", {"f[1] 1", "f[1] 1", "f[1] 1"}, {"?"}}, LRP_FILE, "bool"},
    {{"no direction", "BitShift", "", 11, "", {"u[1] 1", "u[1] 1"}, {"?"}}, LRP_FILE, "direction"},
    {{"to strings", "Cast", "", 13, "to=i8", {"f[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "string"},
    {{"to nonsense", "Cast", "", 13, "to=i-3", {"f[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "-3"},
    {{"training", "Dropout", "", 13, "", {"f[1] 1", "!f[] 0.5", "!b[] 1"}, {"?"}}, LRP_UNSUPPORTED, "training"},
    {{"no operands", "Sum", "", 13, "", {NULL}, {"?"}}, LRP_FILE, "missing"},
    {{"integers", "Mean", "", 13, "", {"l[1] 1"}, {"?"}}, LRP_UNSUPPORTED, "floats"},
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
        setup.in_desc[i].shape = setup.in[i]->shape;
    }
    setup_run(&setup);
    for (size_t k = 0; k < setup.out[0]->count; k++) {
        const size_t b = k / (101 * 129) * 129 + k % 129;

        assert_true(setup.out[0]->f[k] == (float)(k % 251) * (float)(b % 251));
    }
    setup_close(&setup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_specification),
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(only_sums_of_data_are_joins),
        cmocka_unit_test(casts_between_floats_are_identities),
        cmocka_unit_test(large_operands_give_the_same_as_small_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
