/* test_move.c: operators that move elements. */
#include "calls.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"does not divide", "Reshape", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] 4 -1"}, {"?"}}, LRP_FILE, "divided"},
    {{"two unknown", "Reshape", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] -1 -1"}, {"?"}}, LRP_FILE, "invalid"},
    {{"too many elements", "Reshape", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] 4294967296 4294967296"}, {"?"}}, LRP_FILE, "many"},
    {{"computed shape", "Reshape", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "l[1] 6"}, {"?"}}, LRP_UNSUPPORTED, "shape"},
    {{"nothing to copy", "Reshape", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[3] 1 6 0"}, {"?"}}, LRP_FILE, "invalid"},
    {{"not 1", "Squeeze", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[1] 0"}, {"?"}}, LRP_FILE, "squeezed"},
    {{"twice", "Unsqueeze", "", 11, "axes=I0,0", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "twice"},
    {{"too many axes", "Unsqueeze", "", 13, "", {"f[1,1,1,1,1,1,1,1] 1", "!l[1] 0"}, {"?"}}, LRP_UNSUPPORTED, "8 axes"},
    {{"not a permutation", "Transpose", "", 13, "perm=I0,0", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "permutation"},
    {{"too short", "Transpose", "", 13, "perm=I0", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "2 axes"},
    {{"axis outside", "Flatten", "", 13, "axis=i3", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "axis 3"},
    {{"no axis", "Concat", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "axis"},
    {{"shapes differ", "Concat", "", 13, "axis=i0", {"f[2,3] 1 2 3 4 5 6", "f[3,3] 1 2 3 4 5 6 7 8 9", "f[1,1] 1"}, {"?"}}, LRP_FILE, "input 2"},
    {{"types differ", "Concat", "", 13, "axis=i0", {"f[2,3] 1 2 3 4 5 6", "l[1,3] 1 2 3"}, {"?"}}, LRP_FILE, "one type"},
    {{"unequal", "Split", "", 11, "axis=i1", {"f[2,3] 1 2 3 4 5 6"}, {"?", "?"}}, LRP_FILE, "equal"},
    {{"sizes too large", "Split", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] 2 9223372036854775807"}, {"?", "?"}}, LRP_FILE, "part 1"},
    {{"sizes too small", "Split", "", 2, "split=I1,0", {"f[2,3] 1 2 3 4 5 6"}, {"?", "?"}}, LRP_FILE, "1 of 2"},
    {{"negative size", "Split", "", 2, "split=I3,-1", {"f[2,3] 1 2 3 4 5 6"}, {"?", "?"}}, LRP_FILE, "part 0"},
    {{"no step", "Slice", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[1] 0", "!l[1] 1", "!l[1] 0", "!l[1] 0"}, {"?"}}, LRP_FILE, "step"},
    {{"lengths differ", "Slice", "", 9, "starts=I0,1 ends=I1", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "length"},
    {{"axis outside", "Slice", "", 9, "starts=I0 ends=I1 axes=I5", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "axis 5"},
    {{"cannot grow", "Expand", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] 2 4"}, {"?"}}, LRP_FILE, "expanded"},
    {{"negative", "Expand", "", 13, "", {"f[1] 1", "!l[1] -1"}, {"?"}}, LRP_FILE, "-1"},
    {{"overflow", "Tile", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] 9223372036854775807 3"}, {"?"}}, LRP_FILE, "impossible"},
    {{"too few", "Tile", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[1] 1"}, {"?"}}, LRP_FILE, "repeats"},
    {{"does not divide", "DepthToSpace", "", 13, "blocksize=i3", {"f[1,8,1,2] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"}, {"?"}}, LRP_FILE, "divide"},
    {{"no blocksize", "SpaceToDepth", "", 13, "", {"f[1,8,1,2] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"}, {"?"}}, LRP_FILE, "blocksize"},
    {{"too few pads", "Pad", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[2] 1 1"}, {"?"}}, LRP_FILE, "pads"},
    {{"everything cut", "Pad", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "!l[4] -3 0 0 0"}, {"?"}}, LRP_FILE, "impossible"},
    {{"unknown mode", "Pad", "", 13, "mode=swrap", {"f[2,3] 1 2 3 4 5 6", "!l[4] 0 0 0 0"}, {"?"}}, LRP_FILE, "wrap"},
    {{"huge", "Pad", "", 2, "pads=I0,0,0,9223372036854775807", {"f[2,3] 1 2 3 4 5 6"}, {"?"}}, LRP_FILE, "impossible"},
    {{"axis outside", "Gather", "", 13, "axis=i2", {"f[2,3] 1 2 3 4 5 6", "l[1] 0"}, {"?"}}, LRP_FILE, "axis 2"},
    {{"float indices", "Gather", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "f[1] 0"}, {"?"}}, LRP_FILE, "integers"},
    {{"too deep", "GatherND", "", 13, "", {"f[2,3] 1 2 3 4 5 6", "l[1,3] 0 0 0"}, {"?"}}, LRP_FILE, "fit"},
    {{"shapes differ", "ScatterND", "", 11, "", {"f[2,3] 1 2 3 4 5 6", "l[1,1] 1", "f[1,1] 7"}, {"?"}}, LRP_FILE, "fit"},
    {{"unknown reduction", "ScatterElements", "", 16, "reduction=smax", {"f[2,3] 1 2 3 4 5 6", "l[1,1] 0", "f[1,1] 1"}, {"?"}}, LRP_FILE, "max"},
};
// clang-format on

static void invalid_calls_are_refused_with_their_cause(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

static void an_index_outside_is_an_error_of_the_run(void **state)
{
    const struct example cases[] = {
        {"", "Gather", "", 13, "", {"f[2] 1 2", "l[1] 2"}, {"?"}},
        {"", "GatherElements", "", 13, "", {"f[2] 1 2", "l[1] -3"}, {"?"}},
        {"", "GatherND", "", 13, "", {"f[2] 1 2", "l[1,1] 9223372036854775807"}, {"?"}},
        {"", "ScatterND", "", 13, "", {"f[2] 1 2", "l[1,1] 2", "f[1] 0"}, {"?"}},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct setup setup;
        struct lrp_error err = {0};

        setup_open(&setup, &cases[k]);
        check_ok(setup.call.op->infer(&setup.call, &err), &err);
        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, setup.out_desc[0].shape, &setup.out[0], &err), &err);
        check_fails(setup.call.op->forward(&setup.call, NULL, (const struct lrp_tensor *const *)setup.in, setup.out,
                                           two_threads(), &err),
                    &err, LRP_FILE, "outside");
        setup_close(&setup);
    }
}

static void only_padding_with_zeros_is_a_pad_layer(void **state)
{
    const struct example zeros = {"", "Pad", "", 13, "", {"f[1] 1", "!l[2] 1 1", "!f[] 0"}, {"?"}};
    const struct example ones = {"", "Pad", "", 13, "", {"f[1] 1", "!l[2] 1 1", "!f[] 1"}, {"?"}};
    const struct example edge = {"", "Pad", "", 13, "mode=sedge", {"f[1] 1", "!l[2] 1 1"}, {"?"}};

    (void)state;
    assert_int_equal(kind_of(&zeros), LRP_KIND_PAD);
    assert_int_equal(kind_of(&ones), LRP_KIND_OTHER);
    assert_int_equal(kind_of(&edge), LRP_KIND_OTHER);
}

/* Larger than the tiles that elements are moved in, with remainders. */
static void a_large_transpose_moves_every_element(void **state)
{
    const struct example example = {"", "Transpose", "", 13, "perm=I2,0,1", {"f[1,1,1] 0"}, {"?"}};
    const struct lrp_shape shape = {.rank = 3, .dim = {5, 83, 131}};
    struct setup setup;

    (void)state;
    setup_open(&setup, &example);
    lrp_tensor_release(setup.in[0]);
    assert_int_equal(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &setup.in[0], NULL), LRP_OK);
    setup.in_desc[0].shape = &shape;
    for (size_t k = 0; k < setup.in[0]->count; k++) setup.in[0]->f[k] = (float)k;
    setup_run(&setup);
    for (size_t i = 0; i < 131; i++)
        for (size_t j = 0; j < 5; j++)
            for (size_t k = 0; k < 83; k++)
                assert_true(setup.out[0]->f[(i * 5 + j) * 83 + k] == (float)((j * 83 + k) * 131 + i));
    setup_close(&setup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(an_index_outside_is_an_error_of_the_run),
        cmocka_unit_test(only_padding_with_zeros_is_a_pad_layer),
        cmocka_unit_test(a_large_transpose_moves_every_element),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
