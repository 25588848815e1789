/* test_ties.c: of equal winners the first takes everything, in row-major order; of several operands the first. By hand. */
#include "calls.h"

static const struct {
    struct example call;
    const char *gradients[2]; /* of inputs 0 and 1 for the cotangents 1, 2, 4, 8, ... of output 0 */
} ties[] = {
    {{"windows that overlap", "MaxPool", "", 12, "kernel_shape=I2,2", {"f[1,1,3,3] 0 5 0 5 0 5 0 5 0"}, {"?"}},
     {"f[1,1,3,3] 0 3 0 4 0 8 0 0 0"}},
    {{"windows side by side", "MaxPool", "", 12, "kernel_shape=I2,2 strides=I2,2", {"f[1,1,2,4] 0 5 1 1 5 0 1 1"}, {"?"}},
     {"f[1,1,2,4] 0 1 2 0 0 0 0 0"}},
    {{"channels", "GlobalMaxPool", "", 22, "", {"f[1,2,2,2] 0 5 5 0 1 1 1 1"}, {"?"}}, {"f[1,2,2,2] 0 1 0 0 2 0 0 0"}},
    {{"rows", "ReduceMax", "", 13, "axes=I1", {"f[2,3] 5 7 7 2 2 1"}, {"?"}}, {"f[2,3] 0 1 0 2 0 0"}},
    {{"rows", "ReduceMin", "", 13, "axes=I1", {"f[2,3] 7 5 5 2 2 3"}, {"?"}}, {"f[2,3] 0 1 0 2 0 0"}},
    {{"the largest", "TopK", "", 11, "", {"f[3] 5 7 7", "!l[1] 1"}, {"?", "?"}}, {"f[3] 0 1 0"}},
    {{"operands", "Max", "", 13, "", {"f[2] 3 1", "f[2] 3 2"}, {"?"}}, {"f[2] 1 0", "f[2] 0 2"}},
    {{"operands", "Min", "", 13, "", {"f[2] 3 2", "f[2] 3 1"}, {"?"}}, {"f[2] 1 0", "f[2] 0 2"}},
};

static void the_first_takes_everything(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof ties / sizeof *ties; k++) {
        struct lrp_tensor *s = NULL, *gradients[EXAMPLE_INPUTS] = {NULL};
        struct lrp_error err = {0};
        struct setup setup;

        print_message("    %s: %s\n", ties[k].call.op, ties[k].call.what);
        setup_open(&setup, &ties[k].call);
        setup_run(&setup);
        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &setup.out[0]->shape, &s, &err), &err);
        for (size_t i = 0; i < s->count; i++) s->f[i] = (float)(1 << i);
        for (int i = 0; i < 2 && ties[k].gradients[i]; i++)
            check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &setup.in[i]->shape, &gradients[i], &err), &err);
        check_ok(setup.call.op->vjp(&setup.call, setup.handle, (const struct lrp_tensor *const *)setup.in,
                                    (const struct lrp_tensor *const *)setup.out,
                                    (const struct lrp_tensor *const[EXAMPLE_OUTPUTS]){s}, gradients, two_threads(), &err),
                 &err);
        for (int i = 0; i < 2 && ties[k].gradients[i]; i++) check_tensor(gradients[i], ties[k].gradients[i]);
        lrp_tensor_release(s);
        for (int i = 0; i < EXAMPLE_INPUTS; i++) lrp_tensor_release(gradients[i]);
        setup_close(&setup);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_takes_everything)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
