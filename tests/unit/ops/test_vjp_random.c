/* test_vjp_random.c: vjps against central differences for random shapes, axes and attributes (the same ones in every run). */
#include <stdio.h>

#include "differences.h"

enum { ROUNDS = 25, TEXT = 1024 };

static unsigned state = 20240611;

/* 0 .. n-1. */
static int draw(int n) {
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 16) % (unsigned)n);
}

struct dims {
    int rank, dim[4];
};

static struct dims draw_dims(int least) {
    struct dims d = {.rank = least + draw(4 - least + 1)};
    for (int k = 0; k < d.rank; k++)
        d.dim[k] = 1 + draw(3);
    return d;
}

static int count_of(const struct dims *d) {
    int count = 1;
    for (int k = 0; k < d->rank; k++)
        count *= d->dim[k];
    return count;
}

/* A tensor whose elements differ from one another and from 0 by more than the differences' steps, in random order. */
static void write_tensor(char text[TEXT], const struct dims *d, bool positive, double least) {
    const int count = count_of(d);
    int at = snprintf(text, TEXT, "f["), place[81] = {0};
    for (int k = 0; k < d->rank; k++)
        at += snprintf(text + at, TEXT - (size_t)at, "%s%d", k ? "," : "", d->dim[k]);
    at += snprintf(text + at, TEXT - (size_t)at, "]");
    for (int k = 0; k < count; k++) {
        const int other = draw(k + 1);
        place[k] = place[other];
        place[other] = k;
    }
    for (int k = 0; k < count; k++)
        at += snprintf(text + at, TEXT - (size_t)at, " %s%.3f", !positive && draw(2) ? "-" : "", least + 0.03 * (double)place[k]);
}

/* The same shape with some axes 1 and some leading ones gone. */
static struct dims broadcast_from(const struct dims *d) {
    struct dims b = {.rank = d->rank - draw(d->rank + 1)};
    for (int k = 0; k < b.rank; k++)
        b.dim[k] = draw(3) ? d->dim[d->rank - b.rank + k] : 1;
    return b;
}

static void check(const char *op, int opset, const char *attributes, const char *const *in, int count) {
    struct example example = {"", op, "", opset, attributes, {NULL}, {"?"}};
    for (int i = 0; i < count; i++)
        example.in[i] = in[i];
    print_message("    %s %s %s | %s\n", op, attributes, in[0], count > 1 ? in[1] : "");
    check_example(&example);
}

static void operands_of_any_shapes(void **unused) {
    static const char *const ops[] = {"Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean", "Pow"};
    (void)unused;
    for (int round = 0; round < 4 * ROUNDS; round++) {
        const char *op = ops[draw((int)(sizeof ops / sizeof *ops))];
        char a[TEXT], b[TEXT];
        const struct dims whole = draw_dims(1), part = broadcast_from(&whole);
        const bool first = draw(2);
        write_tensor(a, first ? &whole : &part, strcmp(op, "Pow") == 0, 0.4);
        write_tensor(b, first ? &part : &whole, strcmp(op, "Pow") == 0, 0.415);
        check(op, 13, "", (const char *const[]){a, b}, 2);
    }
}

static void functions_of_any_shape(void **unused) {
    static const char *const ops[] = {"Relu", "Sigmoid", "Tanh", "Softplus", "Elu", "Abs", "Exp", "Sqrt", "Log", "Erf", "Neg"};
    (void)unused;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        const char *op = ops[draw((int)(sizeof ops / sizeof *ops))];
        char x[TEXT];
        const struct dims d = draw_dims(0);
        write_tensor(x, &d, strcmp(op, "Sqrt") == 0 || strcmp(op, "Log") == 0, 0.4);
        check(op, 13, "", (const char *const[]){x}, 1);
    }
}

static void reductions_over_any_axes(void **unused) {
    static const char *const ops[] = {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                                      "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"};
    (void)unused;
    for (int round = 0; round < 4 * ROUNDS; round++) {
        const char *op = ops[draw((int)(sizeof ops / sizeof *ops))];
        char x[TEXT], attributes[64] = "";
        const struct dims d = draw_dims(1);
        int at = snprintf(attributes, sizeof attributes, "keepdims=i%d", draw(2));
        const char *before = " axes=I";
        for (int k = 0; k < d.rank; k++)
            if (draw(2)) {
                at += snprintf(attributes + at, sizeof attributes - (size_t)at, "%s%d", before, draw(2) ? k : k - d.rank);
                before = ",";
            }
        write_tensor(x, &d, true, 0.4);
        check(op, 11, attributes, (const char *const[]){x}, 1);
    }
}

static void any_axis(void **unused) {
    static const char *const ops[] = {"Softmax", "LogSoftmax", "LpNormalization", "Flatten", "LayerNormalization"};
    (void)unused;
    for (int round = 0; round < 3 * ROUNDS; round++) {
        const int which = draw((int)(sizeof ops / sizeof *ops));
        char x[TEXT], scale[TEXT], attributes[64];
        const struct dims d = draw_dims(1);
        const int axis = draw(d.rank);
        struct dims rest = {.rank = d.rank - axis};
        for (int k = 0; k < rest.rank; k++)
            rest.dim[k] = d.dim[axis + k];
        snprintf(attributes, sizeof attributes, "axis=i%d epsilon=f0.3", draw(2) ? axis : axis - d.rank);
        write_tensor(x, &d, false, 0.4);
        write_tensor(scale, &rest, false, 0.415);
        check(ops[which], 17, attributes, (const char *const[]){x, scale}, which == 4 ? 2 : 1);
    }
}

static void any_permutation(void **unused) {
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        char x[TEXT], attributes[64];
        int perm[4] = {0}, at = snprintf(attributes, sizeof attributes, "perm=I");
        const struct dims d = draw_dims(1);
        for (int k = 0; k < d.rank; k++) {
            const int other = draw(k + 1);
            perm[k] = perm[other];
            perm[other] = k;
        }
        for (int k = 0; k < d.rank; k++)
            at += snprintf(attributes + at, sizeof attributes - (size_t)at, "%s%d", k ? "," : "", perm[k]);
        write_tensor(x, &d, false, 0.4);
        check("Transpose", 13, attributes, (const char *const[]){x}, 1);
    }
}

/* (batch..., m, k) times (batch..., k, n), where one batch is broadcast to the other. */
static void products_of_any_batch(void **unused) {
    (void)unused;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        char a[TEXT], b[TEXT];
        struct dims left = draw_dims(2), right = left;
        right.rank = 2 + draw(left.rank - 1);
        for (int k = 0; k < right.rank; k++)
            right.dim[k] = left.dim[left.rank - right.rank + k];
        for (int k = 0; k < right.rank - 2; k++)
            right.dim[k] = draw(2) ? right.dim[k] : 1;
        right.dim[right.rank - 2] = left.dim[left.rank - 1];
        right.dim[right.rank - 1] = 1 + draw(3);
        write_tensor(a, &left, false, 0.4);
        write_tensor(b, &right, false, 0.415);
        check("MatMul", 13, "", (const char *const[]){a, b}, 2);
    }
}

static void resizes_of_any_scale(void **unused) {
    static const char *const modes[] = {"nearest", "linear", "cubic"};
    static const char *const coordinates[] = {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
                                              "half_pixel_symmetric"};
    (void)unused;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        char x[TEXT], sizes[64], attributes[160];
        const struct dims d = {4, {1, 1 + draw(2), 1 + draw(4), 1 + draw(4)}};
        snprintf(sizes, sizeof sizes, "!l[4] 1 %d %d %d", d.dim[1], 1 + draw(6), 1 + draw(6));
        snprintf(attributes, sizeof attributes, "mode=s%s coordinate_transformation_mode=s%s antialias=i%d exclude_outside=i%d",
                 modes[draw(3)], coordinates[draw(5)], draw(2), draw(2));
        write_tensor(x, &d, false, 0.4);
        check("Resize", 19, attributes, (const char *const[]){x, "", "", sizes}, 4);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_of_any_shapes), cmocka_unit_test(functions_of_any_shape),
        cmocka_unit_test(reductions_over_any_axes), cmocka_unit_test(any_axis),
        cmocka_unit_test(any_permutation), cmocka_unit_test(products_of_any_batch),
        cmocka_unit_test(resizes_of_any_scale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
