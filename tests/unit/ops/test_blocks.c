/* test_blocks.c: operators that take tensors in blocks of channels find the same numbers there, bit for bit, as in rows. */
#include <string.h>

#include "blocked.h"
#include "calls.h"

/* An operator on x (2, channels, height, width); sums have a second operand of the same shape. */
struct row {
    const char *op, *attributes;
    int opset;
    int64_t channels, height, width;
    bool twice, whole, stays; /* two operands; the output in blocks, too; it stays in blocks of 8 and 16 */
};
static const struct row rows[] = {
    {"Relu", "", 14, 20, 5, 3, false, true, true},
    {"LeakyRelu", "alpha=f0.1", 16, 16, 5, 3, false, true, true},
    {"Sigmoid", "", 13, 16, 3, 2, false, true, true},
    {"Sigmoid", "", 13, 20, 3, 2, false, true, false}, /* what is missing would not stay 0 */
    {"Clip", "min=f-0.25 max=f0.5", 6, 20, 4, 4, false, true, true},
    {"Clip", "min=f0.25 max=f0.5", 6, 20, 4, 4, false, true, false},
    {"Clip", "min=f0.25 max=f0.5", 6, 32, 4, 4, false, true, true},
    {"Add", "", 14, 20, 7, 3, true, true, true},
    {"Sum", "", 13, 20, 7, 3, true, true, true},
    {"MaxPool", "kernel_shape=I2,2 strides=I2,2", 12, 32, 8, 6, false, true, true},
    {"MaxPool", "kernel_shape=I2,2 strides=I2,2", 12, 32, 9, 7, false, true, true}, /* a row and a column in no window */
    {"MaxPool", "kernel_shape=I3,3 strides=I2,2 pads=I1,1,1,1", 12, 16, 9, 67, false, true, true},
    {"MaxPool", "kernel_shape=I2,2 strides=I2,2", 12, 20, 8, 6, false, true, false},
    {"AveragePool", "kernel_shape=I3,3 strides=I2,2 pads=I1,1,1,1", 22, 16, 9, 7, false, true, true},
    {"AveragePool", "kernel_shape=I2,2 count_include_pad=i1 pads=I1,0,0,1", 22, 32, 4, 5, false, true, true},
    {"GlobalAveragePool", "", 22, 32, 5, 7, false, false, true},
    {"Elu", "", 22, 20, 5, 3, false, true, true},
};

static void fill(struct lrp_tensor *t, uint32_t seed)
{
    for (size_t i = 0; i < t->count; i++) {
        seed = seed * 1664525U + 1013904223U;
        t->f[i] = (float)(seed >> 24) / 128 - 1; /* of 256 numbers: windows have ties */
    }
}

static void copy(const void *data, float *out, const float *const in[LRP_BLOCKED_IN], size_t n)
{
    (void)data;
    memcpy(out, in[0], n * sizeof *out);
}
static struct lrp_tensor *in_blocks(const struct lrp_tensor *from, int block)
{
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    const struct lrp_tensor *const in[LRP_BLOCKED_IN] = {from};
    check_ok(lrp_tensor_take_blocked(NULL, &from->shape, block, &t, &err), &err);
    lrp_blocked_for(two_threads(), t, in, false, copy, NULL);
    return t;
}
/* Nothing is there but what the operator writes. */
static struct lrp_tensor *room_for(const struct lrp_shape *shape, int block, float value)
{
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    check_ok(lrp_tensor_take_blocked(NULL, shape, block, &t, &err), &err);
    for (size_t i = 0; i < lrp_tensor_floats(t); i++) t->f[i] = value;
    return t;
}

static void check_same(const struct row *row, const char *what, const struct lrp_tensor *got, const struct lrp_tensor *want)
{
    const struct lrp_tensor *const in_rows = lrp_tensor_row_major(got, NULL);
    if (memcmp(in_rows->f, want->f, want->count * sizeof(float)) != 0)
        fail_msg("%s %s: %s differs", row->op, row->attributes, what);
}

/* All missing channels are 0. */
static void check_padding(const struct row *row, const struct lrp_tensor *t)
{
    const int64_t block = t->block, blocks = block ? (t->shape.dim[1] + block - 1) / block : 0;
    const int64_t places = t->shape.dim[2] * t->shape.dim[3];
    for (int64_t i = 0; i < t->shape.dim[0] * blocks * places * block; i++)
        if (i / block / places % blocks * block + i % block >= t->shape.dim[1] && t->f[i] != 0)
            fail_msg("%s %s: a missing channel holds %g", row->op, row->attributes, (double)t->f[i]);
}

static void vjp(const struct setup *setup, struct lrp_tensor *const *in, const struct lrp_tensor *out,
                const struct lrp_tensor *s, struct lrp_tensor *const *grad)
{
    struct lrp_error err = {0};
    const struct lrp_tensor *const outs[] = {out}, *const cotangents[] = {s};
    check_ok(setup->call.op->vjp(&setup->call, setup->handle, (const struct lrp_tensor *const *)in, outs, cotangents, grad,
                                 two_threads(), &err),
             &err);
}

static void check_back(const struct row *row, struct setup *setup, int block, struct lrp_tensor *const *x,
                       const struct lrp_tensor *y)
{
    struct lrp_error err = {0};
    struct lrp_tensor *want[2] = {NULL}, *got[2] = {NULL}, *s = room_for(&setup->out[0]->shape, 0, 0);
    int from = block, to = 0;
    fill(s, 99);
    check_ok(setup->call.op->blocks(&setup->call, setup->handle, true, two_threads(), &from, &to, &err), &err);
    assert_int_equal(to, block);
    assert_int_equal(from, row->whole ? block : 0);
    struct lrp_tensor *const s_blocked = from ? in_blocks(s, from) : lrp_tensor_retain(s);
    const float before = setup->call.op->traits & LRP_TRAIT_SELECTS ? 7 : 0; /* those write all there is to it */
    for (int i = 0; i < setup->call.in_count; i++) {
        want[i] = room_for(&x[i]->shape, 0, before);
        got[i] = room_for(&x[i]->shape, to, before);
    }
    vjp(setup, setup->in, setup->out[0], s, want);
    vjp(setup, x, y, s_blocked, got);
    for (int i = 0; i < setup->call.in_count; i++) {
        check_same(row, "a gradient", got[i], want[i]);
        check_padding(row, got[i]);
        lrp_tensor_release(want[i]);
        lrp_tensor_release(got[i]);
    }
    lrp_tensor_release(s);
    lrp_tensor_release(s_blocked);
}

static void check_row(const struct row *row, int block)
{
    struct lrp_error err = {0};
    struct setup setup;
    const struct example example = {.op = row->op,
                                    .domain = "",
                                    .opset = row->opset,
                                    .attributes = row->attributes,
                                    .in = {"f[1,1,1,1] 0", row->twice ? "f[1,1,1,1] 0" : NULL},
                                    .out = {"?"}};
    setup_open(&setup, &example);
    for (int i = 0; i < setup.call.in_count; i++) {
        const struct lrp_shape shape = {.rank = 4, .dim = {2, row->channels, row->height, row->width}};
        lrp_tensor_release(setup.in[i]);
        setup.in[i] = room_for(&shape, 0, 0);
        setup.in_desc[i].shape = &setup.in[i]->shape;
        fill(setup.in[i], (uint32_t)i + 1);
    }
    setup_run(&setup);
    int from = block, to = 0;
    check_ok(setup.call.op->blocks(&setup.call, setup.handle, false, two_threads(), &from, &to, &err), &err);
    assert_int_equal(from, row->stays ? block : 0);
    assert_int_equal(to, row->stays && row->whole ? block : 0);
    if (from) {
        struct lrp_tensor *x[EXAMPLE_INPUTS] = {NULL}, *y[1] = {room_for(&setup.out[0]->shape, to, 7)};
        for (int i = 0; i < setup.call.in_count; i++) x[i] = in_blocks(setup.in[i], block);
        check_ok(setup.call.op->forward(&setup.call, setup.handle, (const struct lrp_tensor *const *)x, y, two_threads(), &err),
                 &err);
        check_same(row, "the output", y[0], setup.out[0]);
        check_padding(row, y[0]);
        check_back(row, &setup, block, x, y[0]);
        for (int i = 0; i < setup.call.in_count; i++) lrp_tensor_release(x[i]);
        lrp_tensor_release(y[0]);
    }
    setup_close(&setup);
}

static void blocks_and_rows_give_the_same(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        print_message("    %s %s\n", rows[k].op, rows[k].attributes);
        check_row(&rows[k], 16);
        if (rows[k].stays || rows[k].channels % 8) check_row(&rows[k], 8);
    }
}

/* One operand may still be in rows. */
static void sums_take_either(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct setup setup;
    const struct example example = {.op = "Add",
                                    .domain = "",
                                    .opset = 14,
                                    .attributes = "",
                                    .in = {"f[1,3,1,2] 1 2 3 4 5 6", "f[1,3,1,2] 10 20 30 40 50 60"},
                                    .out = {"?"}};
    setup_open(&setup, &example);
    setup_run(&setup);
    struct lrp_tensor *first = in_blocks(setup.in[0], 16), *y[1] = {room_for(&setup.out[0]->shape, 16, 7)};
    const struct lrp_tensor *const in[] = {first, setup.in[1]};
    check_ok(setup.call.op->forward(&setup.call, setup.handle, in, y, two_threads(), &err), &err);
    check_tensor(lrp_tensor_row_major(y[0], NULL), "f[1,3,1,2] 11 22 33 44 55 66");
    lrp_tensor_release(first);
    lrp_tensor_release(y[0]);
    setup_close(&setup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_and_rows_give_the_same),
        cmocka_unit_test(sums_take_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
