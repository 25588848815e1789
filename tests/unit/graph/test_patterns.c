/* test_patterns.c: layers written out in primitive operators are recognised, compute the same, and near misses are left alone.
 */
#include "model.h"
#include "network.h"

static void pads_same(struct model *m)
{
    model_ints(m, "pads", 4, (int64_t[]){1, 1, 1, 1});
}

/* ---- linear layers ---- */

static void convolution_with_bias(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){1, 2, 5, 5});
    model_constant(m, "w", 4, (int64_t[]){3, 2, 3, 3}, NULL);
    model_constant(m, "b", 3, (int64_t[]){3, 1, 1}, NULL);
    model_node(m, "Conv", "conv", "x w", "c");
    pads_same(m);
    model_node(m, "Add", "add", "b c", "y");
}
static void convolution_with_bias_of_another_axis(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){1, 2, 3, 3});
    model_constant(m, "w", 4, (int64_t[]){3, 2, 3, 3}, NULL);
    model_constant(m, "b", 1, (int64_t[]){3}, NULL); /* along the width */
    model_node(m, "Conv", "conv", "x w", "c");
    pads_same(m);
    model_node(m, "Add", "add", "c b", "y");
}
static void transposed_convolution_with_bias(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){1, 2, 5, 5});
    model_constant(m, "w", 4, (int64_t[]){2, 3, 2, 2}, NULL);
    model_constant(m, "b", 4, (int64_t[]){1, 3, 1, 1}, NULL);
    model_node(m, "ConvTranspose", "conv", "x w", "c");
    model_node(m, "Add", "add", "c b", "y");
}
static void dense(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_constant(m, "w", 2, (int64_t[]){3, 4}, NULL);
    model_node(m, "MatMul", "matmul", "x w", "y");
}
static void dense_with_bias(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_constant(m, "w", 2, (int64_t[]){3, 4}, NULL);
    model_vector(m, "b", 4);
    model_node(m, "MatMul", "matmul", "x w", "p");
    model_node(m, "Add", "add", "p b", "y");
}
static void dense_with_bias_first(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){2, 5, 3});
    model_constant(m, "w", 2, (int64_t[]){3, 4}, NULL);
    model_constant(m, "b", 2, (int64_t[]){1, 4}, NULL);
    model_node(m, "MatMul", "matmul", "x w", "p");
    model_node(m, "Add", "add", "b p", "y");
}
static void dense_with_a_bias_per_row(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){4, 3});
    model_constant(m, "w", 2, (int64_t[]){3, 4}, NULL);
    model_constant(m, "b", 2, (int64_t[]){4, 1}, NULL);
    model_node(m, "MatMul", "matmul", "x w", "p");
    model_node(m, "Add", "add", "p b", "y");
}
static void dense_read_twice(struct model *m)
{
    dense_with_bias(m);
    model_node(m, "Relu", "relu", "p", "y2");
    model_output(m, "y2");
}
static void data_times_data(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){3, 3});
    model_node(m, "MatMul", "matmul", "x x", "y");
}

/* ---- scales ---- */

static void one_step(struct model *m, const char *op, const char *inputs)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_vector(m, "c", 3);
    model_node(m, op, "step", inputs, "y");
}
static void scale_mul(struct model *m)
{
    one_step(m, "Mul", "x c");
}
static void scale_mul_constant_first(struct model *m)
{
    one_step(m, "Mul", "c x");
}
static void scale_div(struct model *m)
{
    one_step(m, "Div", "x c");
}
static void scale_add(struct model *m)
{
    one_step(m, "Add", "x c");
}
static void scale_sub(struct model *m)
{
    one_step(m, "Sub", "x c");
}
static void scale_sub_constant_first(struct model *m)
{
    one_step(m, "Sub", "c x");
}
static void constant_divided(struct model *m)
{
    one_step(m, "Div", "c x");
}

static void two_steps(struct model *m, const char *first, const char *second, const char *inputs)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_vector(m, "c", 3);
    model_vector(m, "d", 3);
    model_node(m, first, "first", "x c", "p");
    model_node(m, second, "second", inputs, "y");
}
static void scale_mul_add(struct model *m)
{
    two_steps(m, "Mul", "Add", "p d");
}
static void scale_mul_sub(struct model *m)
{
    two_steps(m, "Mul", "Sub", "p d");
}
static void scale_div_add(struct model *m)
{
    two_steps(m, "Div", "Add", "d p");
}
static void scale_mul_subtracted(struct model *m)
{
    two_steps(m, "Mul", "Sub", "d p");
}
static void scale_that_broadcasts_the_data(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 3});
    model_constant(m, "c", 2, (int64_t[]){4, 3}, NULL);
    model_node(m, "Mul", "step", "x c", "y");
}

/* ---- activations ---- */

static void swish(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_node(m, "Sigmoid", "sigmoid", "x", "s");
    model_node(m, "Mul", "mul", "x s", "y");
}
static void swish_with_beta(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "beta", 1.702F);
    model_node(m, "Mul", "times", "beta x", "bx");
    model_node(m, "Sigmoid", "sigmoid", "bx", "s");
    model_node(m, "Mul", "mul", "s x", "y");
}
static void sigmoid_of_something_else(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_node(m, "Relu", "relu", "x", "r");
    model_node(m, "Sigmoid", "sigmoid", "r", "s");
    model_node(m, "Mul", "mul", "x s", "y");
}
static void gate_read_twice(struct model *m)
{
    swish(m);
    model_node(m, "Relu", "relu", "s", "y2");
    model_output(m, "y2");
}
/* 1 + erf(x / sqrt 2) as value e */
static void erf_part(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "root", 1.4142135F);
    model_scalar(m, "one", 1);
    model_scalar(m, "half", .5F);
    model_node(m, "Div", "div", "x root", "q");
    model_node(m, "Erf", "erf", "q", "f");
    model_node(m, "Add", "plus", "f one", "e");
}
static void gelu_product_then_half(struct model *m)
{
    erf_part(m);
    model_node(m, "Mul", "mul", "x e", "p");
    model_node(m, "Mul", "half", "p half", "y");
}
static void gelu_half_first(struct model *m)
{
    erf_part(m);
    model_node(m, "Mul", "half", "half x", "p");
    model_node(m, "Mul", "mul", "p e", "y");
}
static void gelu_half_of_the_gate(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "root", .70710678F);
    model_scalar(m, "one", 1);
    model_scalar(m, "half", .5F);
    model_node(m, "Mul", "scale", "x root", "q");
    model_node(m, "Erf", "erf", "q", "f");
    model_node(m, "Add", "plus", "one f", "e");
    model_node(m, "Mul", "half", "e half", "g");
    model_node(m, "Mul", "mul", "x g", "y");
}
static void gelu_with_another_constant(struct model *m)
{
    erf_part(m);
    model_node(m, "Mul", "mul", "x e", "p");
    model_scalar(m, "third", .3F);
    model_node(m, "Mul", "half", "p third", "y");
}
static void gelu_tanh(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "three", 3);
    model_scalar(m, "k", .044715F);
    model_scalar(m, "r", .79788456F);
    model_scalar(m, "one", 1);
    model_scalar(m, "half", .5F);
    model_node(m, "Pow", "pow", "x three", "cube");
    model_node(m, "Mul", "small", "cube k", "kc");
    model_node(m, "Add", "sum", "x kc", "s");
    model_node(m, "Mul", "scaled", "s r", "u");
    model_node(m, "Tanh", "tanh", "u", "t");
    model_node(m, "Add", "plus", "t one", "g");
    model_node(m, "Mul", "mul", "x g", "p");
    model_node(m, "Mul", "half", "half p", "y");
}
static void gelu_tanh_by_products(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "k", .044715F);
    model_scalar(m, "r", .79788456F);
    model_scalar(m, "one", 1);
    model_scalar(m, "half", .5F);
    model_node(m, "Mul", "half", "half x", "h");
    model_node(m, "Mul", "square", "x x", "x2");
    model_node(m, "Mul", "cube", "x2 x", "x3");
    model_node(m, "Mul", "small", "k x3", "kc");
    model_node(m, "Add", "sum", "kc x", "s");
    model_node(m, "Mul", "scaled", "r s", "u");
    model_node(m, "Tanh", "tanh", "u", "t");
    model_node(m, "Add", "plus", "one t", "g");
    model_node(m, "Mul", "mul", "h g", "y");
}
static void hard_swish_by_clip(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "three", 3);
    model_scalar(m, "zero", 0);
    model_scalar(m, "six", 6);
    model_node(m, "Add", "add", "x three", "a");
    model_node(m, "Clip", "clip", "a zero six", "c");
    model_node(m, "Mul", "mul", "x c", "p");
    model_node(m, "Div", "div", "p six", "y");
}
static void hard_swish_by_hard_sigmoid(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_node(m, "HardSigmoid", "gate", "x", "g");
    model_float(m, "alpha", 1.0F / 6);
    model_node(m, "Mul", "mul", "x g", "y");
}
static void mish(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_node(m, "Softplus", "softplus", "x", "s");
    model_node(m, "Tanh", "tanh", "s", "t");
    model_node(m, "Mul", "mul", "x t", "y");
}
static void activation_behind_dense(struct model *m)
{
    dense_with_bias(m);
    model_node(m, "Sigmoid", "sigmoid", "y", "s");
    model_node(m, "Mul", "mul", "y s", "z");
    model_output(m, "z");
}

/* ---- layer normalisation ---- */

/* By Pow or by Mul; axes -1; epsilon inside; weights and bias behind it if `affine`. */
static void norm_part(struct model *m, bool by_mul, bool outside, bool affine)
{
    model_input(m, "x", 3, (int64_t[]){2, 3, 4});
    model_scalar(m, "two", 2);
    model_scalar(m, "eps", 1e-5F);
    model_node(m, "ReduceMean", "mean", "x", "mu");
    model_ints(m, "axes", 1, (int64_t[]){-1});
    model_node(m, "Sub", "centre", "x mu", "d");
    if (by_mul)
        model_node(m, "Mul", "square", "d d", "d2");
    else
        model_node(m, "Pow", "square", "d two", "d2");
    model_node(m, "ReduceMean", "variance", "d2", "v");
    model_ints(m, "axes", 1, (int64_t[]){2});
    if (!outside) {
        model_node(m, "Add", "add", "v eps", "ve");
        model_node(m, "Sqrt", "sqrt", "ve", "s");
    } else {
        model_node(m, "Sqrt", "sqrt", "v", "root");
        model_node(m, "Add", "add", "root eps", "s");
    }
    model_node(m, "Div", "div", "d s", affine ? "n" : "y");
    if (!affine) return;
    model_vector(m, "g", 4);
    model_vector(m, "b", 4);
    model_node(m, "Mul", "mul", "n g", "ng");
    model_node(m, "Add", "shift", "ng b", "y");
}
static void norm(struct model *m)
{
    norm_part(m, false, false, false);
}
static void norm_by_mul(struct model *m)
{
    norm_part(m, true, false, false);
}
static void norm_epsilon_outside(struct model *m)
{
    norm_part(m, false, true, false);
}
static void norm_and_scale(struct model *m)
{
    norm_part(m, false, false, true);
}
static void norm_with_a_part_read_elsewhere(struct model *m)
{
    norm(m);
    model_node(m, "Relu", "relu", "v", "y2");
    model_output(m, "y2");
}
static void norm_over_two_axes(struct model *m)
{
    norm(m);
    struct lrp_attribute *axes = (struct lrp_attribute *)(uintptr_t)m->nodes[3].attributes;
    ((int64_t *)(uintptr_t)axes->ints)[0] = 1; /* the variance's: another axis than the mean's */
}

/* ---- quantised and dequantised ---- */

static void zero_point(struct model *m, const char *name, unsigned char value)
{
    *(unsigned char *)(uintptr_t)model_blob(m, name, LRP_DTYPE_UINT8, 0, NULL, 1)->raw = value;
}
static void quantised(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "s", 0.25F);
    zero_point(m, "z", 128);
    model_node(m, "QuantizeLinear", "there", "x s z", "q");
    model_node(m, "DequantizeLinear", "back", "q s z", "y");
}
static void quantised_read_twice(struct model *m)
{
    quantised(m);
    model_node(m, "DequantizeLinear", "again", "q s z", "d");
    model_node(m, "Relu", "relu", "d", "y2");
    model_output(m, "y2");
}
static void dequantised_by_another_scale(struct model *m)
{
    quantised(m);
    model_scalar(m, "s2", 0.5F);
    model_node(m, "DequantizeLinear", "wider", "q s2 z", "y2");
    model_output(m, "y2");
}

/* Whole numbers multiplied, then scaled: what quantize_dynamic writes. */
static void codes_of(struct model *m, const char *name, int rank, const int64_t *dims, size_t count)
{
    unsigned char *codes = (unsigned char *)(uintptr_t)model_blob(m, name, LRP_DTYPE_UINT8, rank, dims, count)->raw;
    for (size_t i = 0; i < count; i++) codes[i] = (unsigned char)(37 * i + 11);
}
static void integer_product(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    codes_of(m, "w", 2, (int64_t[]){3, 4}, 12);
    codes_of(m, "wz", 1, (int64_t[]){4}, 4);
    model_vector(m, "ws", 4);
    model_vector(m, "b", 4);
    model_node(m, "DynamicQuantizeLinear", "codes", "x", "q s z");
    model_node(m, "MatMulInteger", "whole", "q w z wz", "i");
    model_node(m, "Cast", "cast", "i", "f");
    model_int(m, "to", LRP_DTYPE_FLOAT);
    model_node(m, "Mul", "scales", "s ws", "sw");
    model_node(m, "Mul", "scaled", "f sw", "r");
}
static void integer_dense(struct model *m)
{
    integer_product(m);
    model_node(m, "Add", "bias", "b r", "y");
}
static void integer_convolution(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){1, 2, 4, 4});
    codes_of(m, "w", 4, (int64_t[]){3, 2, 3, 3}, 54);
    zero_point(m, "wz", 100);
    model_scalar(m, "ws", 0.5F);
    model_constant(m, "b", 4, (int64_t[]){1, 3, 1, 1}, NULL);
    model_node(m, "DynamicQuantizeLinear", "codes", "x", "q s z");
    model_node(m, "ConvInteger", "whole", "q w z wz", "i");
    pads_same(m);
    model_node(m, "Cast", "cast", "i", "f");
    model_int(m, "to", LRP_DTYPE_FLOAT);
    model_node(m, "Mul", "scales", "s ws", "sw");
    model_node(m, "Mul", "scaled", "f sw", "r");
    model_node(m, "Add", "bias", "r b", "y");
}

static void codes_moved(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){1, 2, 4, 4});
    model_scalar(m, "s", 0.25F);
    zero_point(m, "z", 128);
    model_node(m, "QuantizeLinear", "there", "x s z", "q");
    model_node(m, "MaxPool", "pool", "q", "p");
    model_ints(m, "kernel_shape", 2, (int64_t[]){2, 2});
    model_node(m, "Flatten", "flat", "p", "f");
    model_node(m, "DequantizeLinear", "back", "f s z", "y");
}

static void quantised_without_zero_points(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "scale", 0.25F);
    model_node(m, "QuantizeLinear", "quantise", "x scale", "codes");
    model_node(m, "DequantizeLinear", "dequantise", "codes scale", "y");
}

/* What is moved stands before what is read as it is: both read the same rounding. */
static void codes_moved_and_read(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 3});
    model_scalar(m, "s", 0.25F);
    zero_point(m, "z", 128);
    model_node(m, "QuantizeLinear", "there", "x s z", "q");
    model_node(m, "Flatten", "flat", "q", "f");
    model_node(m, "DequantizeLinear", "moved", "f s z", "a");
    model_node(m, "DequantizeLinear", "back", "q s z", "b");
    model_node(m, "Add", "both", "a b", "y");
}

struct pattern {
    void (*make)(struct model *m);
    const char *canonized, *plain; /* layers with and without canonization; NULL: the same */
};
#define P(make, ...)                                                                                                           \
    {                                                                                                                          \
        make, __VA_ARGS__                                                                                                      \
    }
static const struct pattern patterns[] = {
    P(convolution_with_bias, "convolution", NULL),
    P(convolution_with_bias_of_another_axis, "convolution scale", NULL),
    P(transposed_convolution_with_bias, "transposed-convolution", NULL),
    P(dense, "dense", NULL),
    P(dense_with_bias, "dense", NULL),
    P(dense_with_bias_first, "dense", NULL),
    P(dense_with_a_bias_per_row, "dense scale", NULL),
    P(dense_read_twice, "dense scale relu", NULL),
    P(data_times_data, "mat-mul", NULL),
    P(scale_mul, "scale", NULL),
    P(scale_mul_constant_first, "scale", NULL),
    P(scale_div, "scale", NULL),
    P(scale_add, "scale", NULL),
    P(scale_sub, "scale", NULL),
    P(scale_sub_constant_first, "scale", NULL),
    P(constant_divided, "div", NULL),
    P(scale_mul_add, "scale", NULL),
    P(scale_mul_sub, "scale", NULL),
    P(scale_div_add, "scale", NULL),
    P(scale_mul_subtracted, "scale scale", NULL),
    P(scale_that_broadcasts_the_data, "mul", NULL),
    P(swish, "swish", NULL),
    P(swish_with_beta, "swish", NULL),
    P(sigmoid_of_something_else, "relu sigmoid mul", NULL),
    P(gate_read_twice, "sigmoid mul relu", NULL),
    P(gelu_product_then_half, "gelu", NULL),
    P(gelu_half_first, "gelu", NULL),
    P(gelu_half_of_the_gate, "gelu", NULL),
    P(gelu_with_another_constant, "scale erf scale mul scale", NULL),
    P(gelu_tanh, "gelu", NULL),
    P(gelu_tanh_by_products, "gelu", NULL),
    P(hard_swish_by_clip, "hard-swish", NULL),
    P(hard_swish_by_hard_sigmoid, "hard-swish", NULL),
    P(mish, "mish", NULL),
    P(activation_behind_dense, "dense+swish", NULL),
    P(norm, "layer-norm", NULL),
    P(norm_by_mul, "layer-norm", NULL),
    P(norm_epsilon_outside, "layer-norm", NULL),
    P(norm_and_scale, "layer-norm scale", "layer-norm"),
    P(quantised, "fake-quantize", NULL),
    P(quantised_read_twice, "fake-quantize fake-quantize relu", NULL),
    P(dequantised_by_another_scale, "quantize-linear fake-quantize dequantize-linear", NULL),
    P(codes_moved, "fake-quantize max-pool flatten", NULL),
    P(quantised_without_zero_points, "fake-quantize", NULL),
    P(codes_moved_and_read, "fake-quantize flatten add", NULL),
    P(integer_dense, "fake-quantize dense", NULL),
    P(integer_convolution, "fake-quantize convolution", NULL),
    P(norm_with_a_part_read_elsewhere, "global-mean-pool sub pow global-mean-pool scale sqrt div relu", NULL),
};

static void build(struct network *n, const struct pattern *p, bool canonize)
{
    struct model m;
    model_start(&m, 13, 16);
    p->make(&m);
    if (!m.definition->output_count || strcmp(m.outputs[0].name, "y2") == 0) model_output(&m, "y");
    network_build(n, model_finish(&m), &(struct lrp_graph_options){.canonize = canonize});
    network_layers(n, true);
}

static void layers_written_out_are_recognised(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (int canonize = 0; canonize < 2; canonize++) {
            struct network n = {0};
            const char *want = canonize || !patterns[i].plain ? patterns[i].canonized : patterns[i].plain;
            build(&n, &patterns[i], canonize);
            network_check_types(&n, want);
            network_close(&n);
        }
}

/* One operator after the other, as the file says: the reference that no pattern has touched. */
static void run_as_written(struct network *n, const struct pattern *p)
{
    struct model m;
    model_start(&m, 13, 32);
    p->make(&m);
    /* every value is an output too: nothing is read only inside a pattern */
    const size_t nodes = m.definition->node_count;
    for (size_t i = 0; i < nodes; i++) {
        bool known = false;
        for (size_t k = 0; k < m.definition->output_count; k++) known |= strcmp(m.outputs[k].name, m.nodes[i].outputs[0]) == 0;
        if (!known) model_output(&m, m.nodes[i].outputs[0]);
    }
    network_build(n, model_finish(&m), &(struct lrp_graph_options){0});
    network_layers(n, false);
    network_give(n, 0, NULL);
    check_ok(network_try_run(n), &n->err);
}

static void what_is_recognised_computes_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (int canonize = 0; canonize < 2; canonize++) {
            struct network n = {0}, reference = {0};
            build(&n, &patterns[i], canonize);
            run_as_written(&reference, &patterns[i]);
            network_forward(&n, NULL);
            const struct lrp_tensor *want = network_activation(&reference, n.graph->values[n.graph->outputs[0]].name);
            check_f32_array(network_output(&n)->f, want->f, want->count, 1e-5);
            network_close(&n);
            network_close(&reference);
        }
}

static void a_variance_over_another_axis_is_no_layer_norm(void **state)
{
    (void)state;
    const struct pattern p = {norm_over_two_axes, NULL, NULL};
    struct network n = {0};
    build(&n, &p, true);
    network_check_types(&n, "global-mean-pool sub rms-norm"); /* by the mean square of what is left */
    network_close(&n);
}

static void a_pattern_keeps_the_first_nodes_name_and_lists_the_rest(void **state)
{
    (void)state;
    struct network n = {0};
    const struct pattern p = {norm_and_scale, NULL, NULL};
    build(&n, &p, true);
    const struct lrp_layer *first = network_row(&n, "mean"), *scale = network_row(&n, "mul");
    assert_int_equal(first->node_count, 7);
    assert_string_equal(first->nodes[0], "mean");
    assert_string_equal(first->nodes[6], "div");
    assert_int_equal(scale->node_count, 2);
    assert_string_equal(scale->nodes[1], "shift");
    assert_int_equal(n.view->list.removed_count, 7); /* mu d d2 v ve s, ng */
    assert_string_equal(first->outputs[0], "n");
    assert_int_equal(n.view->layer_of_node[network_node(&n, "sqrt")], first->index);
    network_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_written_out_are_recognised),
        cmocka_unit_test(what_is_recognised_computes_the_same),
        cmocka_unit_test(a_variance_over_another_axis_is_no_layer_norm),
        cmocka_unit_test(a_pattern_keeps_the_first_nodes_name_and_lists_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
