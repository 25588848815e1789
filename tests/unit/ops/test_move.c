/* test_move.c: operators that move elements. */
#include "calls.h"

/* Expected values: numpy, in double precision, from the definitions of the ONNX specification. */
// clang-format off
static const struct example examples[] = {
    {"0 copies, -1 is left over", "Reshape", "", 13, "",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12", "!l[2] 0 -1"},
     {"f[2,6] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"integers", "Reshape", "", 5, "",
     {"l[2,3] 0 1 2 3 4 5", "!l[2] 3 2"},
     {"l[3,2] 0 1 2 3 4 5"}},
    {"to a scalar", "Reshape", "", 13, "",
     {"f[1] 7", "!l[0]"},
     {"f[] 7"}},
    {"0 is 0", "Reshape", "", 14, "allowzero=i1",
     {"f[0,3]", "!l[2] 3 0"},
     {"f[3,0]"}},
    {"default axis", "Flatten", "", 13, "",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[2,6] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"axis 0", "Flatten", "", 9, "axis=i0",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[1,12] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"from the end", "Flatten", "", 11, "axis=i-1",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[6,2] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"all ones", "Squeeze", "", 13, "",
     {"f[1,2,1,6] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[2,6] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"axes as attribute", "Squeeze", "", 11, "axes=I-2",
     {"f[1,2,1,6] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[1,2,6] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"axes as input", "Squeeze", "", 13, "",
     {"f[1,2,1,6] 1 2 3 4 5 6 7 8 9 10 11 12", "!l[1] 0"},
     {"f[2,1,6] 1 2 3 4 5 6 7 8 9 10 11 12"}},
    {"axes as attribute", "Unsqueeze", "", 11, "axes=I0,-1",
     {"l[2,3] 0 1 2 3 4 5"},
     {"l[1,2,3,1] 0 1 2 3 4 5"}},
    {"axes as input", "Unsqueeze", "", 13, "",
     {"f[] 5", "!l[1] 0"},
     {"f[1] 5"}},
    {"reversed by default", "Transpose", "", 13, "",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[2,3,2] 1 7 3 9 5 11 2 8 4 10 6 12"}},
    {"two axes", "Transpose", "", 1, "perm=I0,2,1",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[2,2,3] 1 3 5 2 4 6 7 9 11 8 10 12"}},
    {"integers", "Transpose", "", 13, "perm=I1,0",
     {"l[2,3] 0 1 2 3 4 5"},
     {"l[3,2] 0 3 1 4 2 5"}},
    {"nothing", "Transpose", "", 13, "",
     {"f[0,2]"},
     {"f[2,0]"}},
    {"a scalar", "Transpose", "", 13, "",
     {"f[] 3"},
     {"f[] 3"}},
    {"inner axis", "Concat", "", 13, "axis=i-1",
     {"f[2,1] 1 2", "f[2,2] 3 4 5 6"},
     {"f[2,3] 1 3 4 2 5 6"}},
    {"with nothing", "Concat", "", 4, "axis=i0",
     {"l[2,3] 0 1 2 3 4 5", "l[0,3]", "l[2,3] 0 1 2 3 4 5"},
     {"l[4,3] 0 1 2 3 4 5 0 1 2 3 4 5"}},
    {"equal parts", "Split", "", 11, "axis=i1",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"f[2,1,2] 1 2 7 8", "f[2,1,2] 3 4 9 10", "f[2,1,2] 5 6 11 12"}},
    {"sizes as attribute", "Split", "", 2, "split=I2,5",
     {"f[7] 0 1 2 3 4 5 6"},
     {"f[2] 0 1", "f[5] 2 3 4 5 6"}},
    {"sizes as input", "Split", "", 13, "axis=i0",
     {"f[7] 0 1 2 3 4 5 6", "!l[2] 5 2"},
     {"f[5] 0 1 2 3 4", "f[2] 5 6"}},
    {"the last one smaller", "Split", "", 18, "num_outputs=i3",
     {"f[7] 0 1 2 3 4 5 6"},
     {"f[3] 0 1 2", "f[3] 3 4 5", "f[1] 6"}},
    {"one part wanted", "Split", "", 13, "axis=i-1",
     {"f[2,3,2] 1 2 3 4 5 6 7 8 9 10 11 12"},
     {"", "f[2,3,1] 2 4 6 8 10 12"}},
    {"as attributes", "Slice", "", 1, "starts=I1,0 ends=I3,-2",
     {"f[4,5] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"},
     {"f[2,3] 5 6 7 10 11 12"}},
    {"axes as attribute", "Slice", "", 9, "starts=I1 ends=I1000 axes=I1",
     {"f[4,5] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"},
     {"f[4,4] 1 2 3 4 6 7 8 9 11 12 13 14 16 17 18 19"}},
    {"as inputs", "Slice", "", 10, "",
     {"f[4,5] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", "!l[2] 0 1", "!l[2] 4 5", "!l[2] 0 1", "!l[2] 2 2"},
     {"f[2,2] 1 3 11 13"}},
    {"backwards", "Slice", "", 13, "",
     {"f[4,5] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", "!l[2] -1 4", "!l[2] -9223372036854775807 0", "!l[2] 0 1", "!l[2] -1 -2"},
     {"f[4,2] 19 17 14 12 9 7 4 2"}},
    {"empty", "Slice", "", 13, "",
     {"f[4,5] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", "!l[1] 3", "!l[1] 1"},
     {"f[0,5]"}},
    {"beyond the end", "Slice", "", 13, "",
     {"f[4,5] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", "!l[1] 10", "!l[1] -10", "!l[1] 1", "!l[1] -3"},
     {"f[4,2] 4 1 9 6 14 11 19 16"}},
    {"rows repeated", "Expand", "", 13, "",
     {"f[2,1] 1 2", "!l[3] 2 1 3"},
     {"f[2,2,3] 1 1 1 2 2 2 1 1 1 2 2 2"}},
    {"integers", "Expand", "", 8, "",
     {"l[2] 1 2", "!l[1] 1"},
     {"l[2] 1 2"}},
    {"both axes", "Tile", "", 13, "",
     {"f[2,2] 1 2 3 4", "!l[2] 2 2"},
     {"f[4,4] 1 2 1 2 3 4 3 4 1 2 1 2 3 4 3 4"}},
    {"no times", "Tile", "", 6, "",
     {"f[2] 1 2", "!l[1] 0"},
     {"f[0]"}},
    {"depth first", "DepthToSpace", "", 11, "blocksize=i2",
     {"f[1,8,1,2] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"},
     {"f[1,2,2,4] 0 4 1 5 8 12 9 13 2 6 3 7 10 14 11 15"}},
    {"columns first", "DepthToSpace", "", 13, "blocksize=i2 mode=sCRD",
     {"f[1,8,1,2] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"},
     {"f[1,2,2,4] 0 2 1 3 4 6 5 7 8 10 9 11 12 14 13 15"}},
    {"back", "SpaceToDepth", "", 13, "blocksize=i2",
     {"f[1,2,2,4] 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"},
     {"f[1,8,1,2] 0 2 8 10 1 3 9 11 4 6 12 14 5 7 13 15"}},
    {"zeros", "Pad", "", 13, "",
     {"f[2,3] 1 2 3 4 5 6", "!l[4] 0 1 1 0"},
     {"f[3,4] 0 1 2 3 0 4 5 6 0 0 0 0"}},
    {"as attributes", "Pad", "", 2, "pads=I0,2,0,0 value=f9",
     {"f[2,3] 1 2 3 4 5 6"},
     {"f[2,5] 9 9 1 2 3 9 9 4 5 6"}},
    {"cut", "Pad", "", 11, "",
     {"f[2,3] 1 2 3 4 5 6", "!l[4] 0 -1 1 1", "!f[] 7"},
     {"f[3,3] 2 3 7 5 6 7 7 7 7"}},
    {"mirrored", "Pad", "", 13, "mode=sreflect",
     {"f[2,3] 1 2 3 4 5 6", "!l[4] 1 2 0 1"},
     {"f[3,6] 6 5 4 5 6 5 3 2 1 2 3 2 6 5 4 5 6 5"}},
    {"edge", "Pad", "", 13, "mode=sedge",
     {"f[2,3] 1 2 3 4 5 6", "!l[4] 0 2 0 1"},
     {"f[2,6] 1 1 1 2 3 3 4 4 4 5 6 6"}},
    {"around", "Pad", "", 19, "mode=swrap",
     {"f[2,3] 1 2 3 4 5 6", "!l[4] 0 2 0 4"},
     {"f[2,9] 2 3 1 2 3 1 2 3 1 5 6 4 5 6 4 5 6 4"}},
    {"named axes", "Pad", "", 18, "",
     {"f[2,3] 1 2 3 4 5 6", "!l[2] 1 1", "", "!l[1] -1"},
     {"f[2,5] 0 1 2 3 0 0 4 5 6 0"}},
    {"integers", "Pad", "", 11, "",
     {"l[1] 5", "!l[2] 1 1", "!l[] 2"},
     {"l[3] 2 5 2"}},
    {"rows, from the end too", "Gather", "", 13, "",
     {"f[2,3] 1 2 3 4 5 6", "l[1,2] 0 -1"},
     {"f[1,2,3] 1 2 3 4 5 6"}},
    {"one column", "Gather", "", 11, "axis=i1",
     {"f[2,3] 1 2 3 4 5 6", "l[] 2"},
     {"f[2] 3 6"}},
    {"integers", "Gather", "", 1, "",
     {"l[3] 7 8 9", "l[2] 2 0"},
     {"l[2] 9 7"}},
    {"per row", "GatherElements", "", 13, "axis=i1",
     {"f[2,3] 1 2 3 4 5 6", "l[2,2] 2 0 -1 1"},
     {"f[2,2] 3 1 6 5"}},
    {"per column", "GatherElements", "", 11, "axis=i0",
     {"f[2,3] 1 2 3 4 5 6", "l[1,3] 1 0 1"},
     {"f[1,3] 4 2 6"}},
    {"points", "GatherND", "", 13, "",
     {"f[2,3] 1 2 3 4 5 6", "l[2,2] 0 1 1 -1"},
     {"f[2] 2 6"}},
    {"rows", "GatherND", "", 11, "",
     {"f[2,3] 1 2 3 4 5 6", "l[2,1] 1 0"},
     {"f[2,3] 4 5 6 1 2 3"}},
    {"in batches", "GatherND", "", 12, "batch_dims=i1",
     {"f[2,3] 1 2 3 4 5 6", "l[2,1] 2 0"},
     {"f[2] 3 4"}},
    {"replaced", "ScatterElements", "", 11, "axis=i1",
     {"f[2,3] 1 2 3 4 5 6", "l[2,1] 1 -1", "f[2,1] 9 8"},
     {"f[2,3] 1 9 3 4 5 8"}},
    {"added twice", "ScatterElements", "", 16, "axis=i0 reduction=sadd",
     {"f[2] 1 2", "l[2] 0 0", "f[2] 10 20"},
     {"f[2] 31 2"}},
    {"rows replaced", "ScatterND", "", 11, "",
     {"f[2,3] 1 2 3 4 5 6", "l[1,1] 1", "f[1,3] 7 8 9"},
     {"f[2,3] 1 2 3 7 8 9"}},
    {"largest", "ScatterND", "", 18, "reduction=smax",
     {"f[2] 1 5", "l[2,1] 0 1", "f[2] 3 3"},
     {"f[2] 3 5"}},
    {"upper", "Trilu", "", 14, "",
     {"f[3,3] 1 2 3 4 5 6 7 8 9"},
     {"f[3,3] 1 2 3 0 5 6 0 0 9"}},
    {"lower, shifted", "Trilu", "", 14, "upper=i0",
     {"f[3,3] 1 2 3 4 5 6 7 8 9", "!l[] -1"},
     {"f[3,3] 0 0 0 4 0 0 7 8 0"}},
    {"rows", "Compress", "", 11, "axis=i0",
     {"f[3,3] 1 2 3 4 5 6 7 8 9", "!b[3] 1 0 1"},
     {"f[2,3] 1 2 3 7 8 9"}},
    {"elements", "Compress", "", 9, "",
     {"f[3,3] 1 2 3 4 5 6 7 8 9", "!b[4] 0 1 0 1"},
     {"f[2] 2 4"}},
};

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
        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &setup.out_desc[0].shape, &setup.out[0], &err), &err);
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
    setup.in_desc[0].shape = shape;
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
        cmocka_unit_test(values_are_those_of_the_specification),   cmocka_unit_test(invalid_calls_are_refused_with_their_cause),
        cmocka_unit_test(an_index_outside_is_an_error_of_the_run), cmocka_unit_test(only_padding_with_zeros_is_a_pad_layer),
        cmocka_unit_test(a_large_transpose_moves_every_element),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
