/* test_quantize.c: what does not fit of whole numbers that stand for floats. */
#include "calls.h"
#include "kinds.h"

// clang-format off
static const struct refusal refusals[] = {
    {{"without a scale", "FakeQuantize", "lrpscope", 13, "", {"f[4] 1 2 3 4"}, {"?"}}, LRP_FILE, ""},
    {{"scales that fit no axis", "FakeQuantize", "lrpscope", 13, "axis=i0", {"f[2] 1 2", "!f[3] 1 2 3", "!u[3] 0 0 0"}, {"?"}},
     LRP_FILE, "do not fit"},
    {{"zero points of another shape", "MatMulInteger", "", 10, "", {"u[1,2] 2 4", "!u[2,1] 3 5", "!u[] 0", "!u[3] 0 0 0"}, {"?"}},
     LRP_UNSUPPORTED, "zero points of this shape"},
    {{"an unknown way to round", "Quant", "qonnx.custom_op.general", 1, "rounding_mode=sODD", {"f[1] 1", "!f[] 1", "!f[] 0", "!f[] 4"}, {"?"}},
     LRP_UNSUPPORTED, "rounding mode ODD"},
    {{"scales that fit nowhere", "Quant", "onnx.brevitas", 1, "", {"f[2] 1 2", "!f[3] 1 2 3", "!f[] 0", "!f[] 4"}, {"?"}}, LRP_FILE, "do not fit"},
    {{"widths by element", "Quant", "onnx.brevitas", 1, "", {"f[2] 1 2", "!f[] 1", "!f[] 0", "!f[2] 4 4"}, {"?"}}, LRP_UNSUPPORTED, "widths"},
    {{"half a result", "Trunc", "onnx.brevitas", 1, "", {"f[1] 1", "!f[] 1", "!f[] 0", "!f[] 4", "!f[] 2", "!f[] 2"}, {"?"}}, LRP_FILE, "6 inputs"},
    {{"words", "MatMulInteger", "", 10, "", {"i[1,2] 2 4", "!u[2,1] 3 5"}, {"?"}}, LRP_UNSUPPORTED, "these types"},
};
// clang-format on

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    run_refusals(refusals, sizeof refusals / sizeof *refusals);
}

/* Every row that rounds, and moves relevance on: the gradient of its result is that of its input. */
static void roundings_are_passed_straight_through(void **state)
{
    static const struct example examples[] = {
        {"", "FakeQuantize", "lrpscope", 13, "", {"f[3] 0.3 -40 40", "!f[] 0.25", "!u[] 128"}, {"?"}},
        {"", "DynamicFakeQuantize", "lrpscope", 1, "", {"f[3] -1 0.012 4"}, {"?"}},
        {"",
         "Quant",
         "qonnx.custom_op.general",
         1,
         "signed=i1 narrow=i0",
         {"f[3] 0.3 -10 10", "!f[] 0.5", "!f[] 0", "!f[] 4"},
         {"?"}},
        {"", "BipolarQuant", "onnx.brevitas", 1, "", {"f[3] -1 0 2", "!f[] 0.5"}, {"?"}},
        {"", "Trunc", "finn.custom_op.general", 1, "", {"f[3] 7 -3 1", "!f[] 1", "!f[] 0", "!f[] 4", "!f[] 2"}, {"?"}},
    };
    (void)state;
    for (size_t k = 0; k < sizeof examples / sizeof *examples; k++) {
        struct setup setup;
        struct lrp_error err = {0};
        print_message("    %s\n", examples[k].op);
        setup_open(&setup, &examples[k]);
        setup_run(&setup);
        struct lrp_tensor *s = tensor_of("f[3] 1 -2 3"), *grad[EXAMPLE_INPUTS] = {tensor_of("f[3] 0 0 0")};
        const struct lrp_tensor *back[] = {s}, *in[EXAMPLE_INPUTS], *out[] = {setup.out[0]};
        for (int i = 0; i < EXAMPLE_INPUTS; i++) in[i] = setup.in[i];
        assert_int_equal(setup.call.op->static_kind, LRP_KIND_FAKE_QUANTIZE);
        check_ok(setup.call.op->vjp(&setup.call, setup.handle, in, out, back, grad, two_threads(), &err), &err);
        check_tensor(grad[0], "f[3] 1 -2 3");
        lrp_tensor_release(s);
        lrp_tensor_release(grad[0]);
        setup_close(&setup);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(roundings_are_passed_straight_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
