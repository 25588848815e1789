/* test_vjp_random.c: vjps against central differences for random shapes, axes and attributes (the same ones in every run). */
#include <stdio.h>

#include "differences.h"

enum { ROUNDS = 25, TEXT = 1024 };

static unsigned state = 20240611;

/* 0 .. n-1. */
static int draw(int n)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 16) % (unsigned)n);
}

struct dims {
    int rank, dim[5];
};

static struct dims draw_dims(int least)
{
    struct dims d = {.rank = least + draw(4 - least + 1)};
    for (int k = 0; k < d.rank; k++) d.dim[k] = 1 + draw(3);
    return d;
}

static int count_of(const struct dims *d)
{
    int count = 1;
    for (int k = 0; k < d->rank; k++) count *= d->dim[k];
    return count;
}

/* A tensor whose elements differ from one another and from 0 by more than the differences' steps, in random order. */
static void write_tensor(char text[TEXT], const struct dims *d, bool positive, double least)
{
    const int count = count_of(d);
    int at = snprintf(text, TEXT, "f["), place[81] = {0};
    for (int k = 0; k < d->rank; k++) at += snprintf(text + at, TEXT - (size_t)at, "%s%d", k ? "," : "", d->dim[k]);
    at += snprintf(text + at, TEXT - (size_t)at, "]");
    for (int k = 0; k < count; k++) {
        const int other = draw(k + 1);
        place[k] = place[other];
        place[other] = k;
    }
    for (int k = 0; k < count; k++)
        at +=
            snprintf(text + at, TEXT - (size_t)at, " %s%.3f", !positive && draw(2) ? "-" : "", least + 0.03 * (double)place[k]);
}

/* The same shape with some axes 1 and some leading ones gone. */
static struct dims broadcast_from(const struct dims *d)
{
    struct dims b = {.rank = d->rank - draw(d->rank + 1)};
    for (int k = 0; k < b.rank; k++) b.dim[k] = draw(3) ? d->dim[d->rank - b.rank + k] : 1;
    return b;
}

static void check(const char *op, int opset, const char *attributes, const char *const *in, int count)
{
    struct example example = {"", op, "", opset, attributes, {NULL}, {"?"}};
    for (int i = 0; i < count; i++) example.in[i] = in[i];
    print_message("    %s %s %s | %s\n", op, attributes, in[0], count > 1 ? in[1] : "");
    check_example(&example);
}

static void operands_of_any_shapes(void **unused)
{
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

static void functions_of_any_shape(void **unused)
{
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

static void reductions_over_any_axes(void **unused)
{
    static const char *const ops[] = {"ReduceSum", "ReduceMean", "ReduceMax",       "ReduceMin",    "ReduceProd",
                                      "ReduceL1",  "ReduceL2",   "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"};
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

static void any_axis(void **unused)
{
    static const char *const ops[] = {"Softmax", "LogSoftmax", "LpNormalization", "Flatten", "LayerNormalization"};
    (void)unused;
    for (int round = 0; round < 3 * ROUNDS; round++) {
        const int which = draw((int)(sizeof ops / sizeof *ops));
        char x[TEXT], scale[TEXT], attributes[64];
        const struct dims d = draw_dims(1);
        const int axis = draw(d.rank);
        struct dims rest = {.rank = d.rank - axis};
        for (int k = 0; k < rest.rank; k++) rest.dim[k] = d.dim[axis + k];
        snprintf(attributes, sizeof attributes, "axis=i%d epsilon=f0.3", draw(2) ? axis : axis - d.rank);
        write_tensor(x, &d, false, 0.4);
        write_tensor(scale, &rest, false, 0.415);
        check(ops[which], 17, attributes, (const char *const[]){x, scale}, which == 4 ? 2 : 1);
    }
}

static void any_permutation(void **unused)
{
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
static void products_of_any_batch(void **unused)
{
    (void)unused;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        char a[TEXT], b[TEXT];
        struct dims left = draw_dims(2), right = left;
        right.rank = 2 + draw(left.rank - 1);
        for (int k = 0; k < right.rank; k++) right.dim[k] = left.dim[left.rank - right.rank + k];
        for (int k = 0; k < right.rank - 2; k++) right.dim[k] = draw(2) ? right.dim[k] : 1;
        right.dim[right.rank - 2] = left.dim[left.rank - 1];
        right.dim[right.rank - 1] = 1 + draw(3);
        write_tensor(a, &left, false, 0.4);
        write_tensor(b, &right, false, 0.415);
        check("MatMul", 13, "", (const char *const[]){a, b}, 2);
    }
}

static void resizes_of_any_scale(void **unused)
{
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

/* "name=I1,2,3" with numbers from least to least + span - 1, appended with a blank in front; `out` gets them if it is not NULL.
 */
static void draw_ints(char text[TEXT], const char *name, int count, int least, int span, int *out)
{
    size_t at = strlen(text);
    at += (size_t)snprintf(text + at, TEXT - at, " %s=I", name);
    for (int k = 0; k < count; k++) {
        const int value = least + draw(span);
        at += (size_t)snprintf(text + at, TEXT - at, "%s%d", k ? "," : "", value);
        if (out) out[k] = value;
    }
}

/* Over one to three axes, in groups, with steps, holes and borders; weights and bias are data, constants, or left out. */
static void convolutions_of_any_attributes(void **unused)
{
    (void)unused;
    for (int round = 0; round < 3 * ROUNDS; round++) {
        const bool transposed = draw(2);
        const int axes = 1 + draw(3), groups = 1 + draw(2), per_group = 1 + draw(axes < 3 ? 2 : 1),
                  kernels = groups * (1 + draw(2));
        struct dims x = {2 + axes, {1 + draw(axes < 3 ? 2 : 1), groups * per_group}};
        struct dims w = {2 + axes, {transposed ? x.dim[1] : kernels, transposed ? kernels / groups : per_group}};
        struct dims bias = {1, {kernels}};
        char attributes[TEXT] = "", in[3][TEXT];
        int kernel[3], holes[3];
        snprintf(attributes, sizeof attributes, "group=i%d", groups);
        draw_ints(attributes, "kernel_shape", axes, 1, 2, kernel);
        draw_ints(attributes, "dilations", axes, 1, 2, holes);
        draw_ints(attributes, "strides", axes, 1, 2, NULL);
        draw_ints(attributes, "pads", 2 * axes, 0, 2, NULL);
        for (int k = 0; k < axes; k++) {
            w.dim[2 + k] = kernel[k];
            x.dim[2 + k] = transposed ? 2 + draw(2) : (kernel[k] - 1) * holes[k] + 1 + draw(axes < 3 ? 2 : 1);
            if (transposed && (kernel[k] - 1) * holes[k] == 0)
                x.dim[2 + k] = 3; /* enough is left when the borders are cut off */
        }
        if (count_of(&x) > 80 || count_of(&w) > 80) continue;
        write_tensor(in[0], &x, false, 0.4);
        write_tensor(in[1], &w, false, 0.415);
        write_tensor(in[2], &bias, false, 0.43);
        if (draw(2)) memmove(in[1] + 1, in[1], strlen(in[1]) + 1), in[1][0] = '!';
        check(transposed ? "ConvTranspose" : "Conv", 11, attributes, (const char *const[]){in[0], in[1], in[2]}, 2 + draw(2));
    }
}

static void poolings_of_any_attributes(void **unused)
{
    static const char *const ops[] = {"MaxPool", "AveragePool", "LpPool"};
    (void)unused;
    for (int round = 0; round < 3 * ROUNDS; round++) {
        const int axes = 1 + draw(3), which = draw(3);
        struct dims x = {2 + axes, {1, 1 + draw(2)}};
        char attributes[TEXT] = "", text[TEXT];
        int kernel[3], holes[3];
        snprintf(attributes, sizeof attributes, "ceil_mode=i%d", draw(2));
        if (which == 1)
            snprintf(attributes + strlen(attributes), sizeof attributes - strlen(attributes), " count_include_pad=i%d",
                     draw(2));
        if (which == 2)
            snprintf(attributes + strlen(attributes), sizeof attributes - strlen(attributes), " p=i%d", 1 + draw(3));
        draw_ints(attributes, "kernel_shape", axes, 2, axes < 3 ? 2 : 1, kernel);
        draw_ints(attributes, "dilations", axes, 1, 2, holes);
        draw_ints(attributes, "strides", axes, 1, 2, NULL);
        draw_ints(attributes, "pads", 2 * axes, 0, 2, NULL);
        for (int k = 0; k < axes; k++) x.dim[2 + k] = (kernel[k] - 1) * holes[k] + 1 + draw(axes < 3 ? 3 : 1);
        if (count_of(&x) > 80) continue;
        write_tensor(text, &x, false, 0.4);
        check(ops[which], 22, attributes, (const char *const[]){text}, 1);
    }
}

static void pieces_of_any_shape(void **unused)
{
    static const char *const modes[] = {"constant", "reflect", "edge", "wrap"};
    (void)unused;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        const struct dims d = draw_dims(1);
        const int axis = draw(d.rank), length = d.dim[axis], first = draw(length), last = draw(length);
        struct dims other = d;
        char x[TEXT], y[TEXT], a[64], b[64], c[64], e[64], attributes[TEXT];
        other.dim[axis] = 1 + draw(3);
        write_tensor(x, &d, false, 0.4);
        write_tensor(y, &other, false, 0.415);
        snprintf(attributes, sizeof attributes, "axis=i%d", draw(2) ? axis : axis - d.rank);
        check("Concat", 13, attributes, (const char *const[]){x, y, x}, 2 + draw(2));
        snprintf(a, sizeof a, "l[3] %d %d %d", first, last - length, first); /* twice the same: what comes back is added up */
        check("Gather", 13, attributes, (const char *const[]){x, a}, 2);
        if (length > 1) {
            snprintf(a, sizeof a, "!l[2] %d %d", 1, length - 1);
            const struct example split = {"", "Split", "", 13, attributes, {x, a}, {"?", "?"}};
            check_example(&split);
        }
        snprintf(a, sizeof a, "!l[1] %d", first);
        snprintf(b, sizeof b, "!l[1] %d", first <= last ? 99 : -99);
        snprintf(c, sizeof c, "!l[1] %d", axis);
        snprintf(e, sizeof e, "!l[1] %d", (first <= last ? 1 : -1) * (1 + draw(2)));
        check("Slice", 13, "", (const char *const[]){x, a, b, c, e}, 5);
        const int mode = draw(4), border = mode == 1 ? length - 1 : length;
        snprintf(attributes, sizeof attributes, "mode=s%s", modes[mode]);
        snprintf(a, sizeof a, "!l[2] %d %d", border ? draw(border + 1) : 0, border ? draw(border + 1) : 0);
        check("Pad", 19, attributes, (const char *const[]){x, a, "", c}, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_of_any_shapes),
        cmocka_unit_test(functions_of_any_shape),
        cmocka_unit_test(reductions_over_any_axes),
        cmocka_unit_test(any_axis),
        cmocka_unit_test(any_permutation),
        cmocka_unit_test(products_of_any_batch),
        cmocka_unit_test(resizes_of_any_scale),
        cmocka_unit_test(convolutions_of_any_attributes),
        cmocka_unit_test(poolings_of_any_attributes),
        cmocka_unit_test(pieces_of_any_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
