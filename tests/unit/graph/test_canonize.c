/* test_canonize.c: what canonization folds, splits and drops; outputs before and after agree, and without it nothing has
 * changed. */
#include <stdio.h>

#include "model.h"
#include "network.h"

static void batch_norm(struct model *m, const char *name, const char *in, const char *out, int64_t channels)
{
    char inputs[128], parameter[4][16];
    for (int i = 0; i < 4; i++) {
        snprintf(parameter[i], sizeof parameter[i], "%s%d", name, i);
        model_vector(m, parameter[i], channels);
    }
    snprintf(inputs, sizeof inputs, "%s %s %s %s %s", in, parameter[0], parameter[1], parameter[2], parameter[3]);
    model_node(m, "BatchNormalization", name, inputs, out);
    model_float(m, "epsilon", .01F);
}
static void weights(struct model *m, const char *name, int rank, const int64_t *dim)
{
    model_constant(m, name, rank, dim, NULL);
}
static void picture(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){2, 4, 5, 5});
}
static void no_bias(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){6, 4, 3, 3});
    model_node(m, "Conv", "conv", "x w", "c");
    batch_norm(m, "bn", "c", "y", 6);
}
static void grouped_with_bias_and_relu(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){6, 2, 3, 3});
    model_vector(m, "b", 6);
    model_node(m, "Conv", "conv", "x w b", "c");
    model_int(m, "group", 2);
    model_ints(m, "pads", 4, (int64_t[]){1, 1, 1, 1});
    batch_norm(m, "bn", "c", "n", 6);
    model_node(m, "Relu", "relu", "n", "y");
}
static void transposed_with_groups(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){4, 3, 2, 2});
    model_node(m, "ConvTranspose", "conv", "x w", "c");
    model_int(m, "group", 2);
    model_ints(m, "strides", 2, (int64_t[]){2, 2});
    batch_norm(m, "bn", "c", "y", 6);
}
static void behind_gemm(struct model *m, int transposed)
{
    model_input(m, "x", 2, (int64_t[]){2, 4});
    weights(m, "w", 2, transposed ? (int64_t[]){3, 4} : (int64_t[]){4, 3});
    weights(m, "b", 2, (int64_t[]){1, 3});
    model_node(m, "Gemm", "fc", "x w b", "c");
    model_int(m, "transB", transposed);
    batch_norm(m, "bn", "c", "y", 3);
}
static void behind_gemm_as_stored(struct model *m)
{
    behind_gemm(m, 0);
}
static void behind_gemm_transposed(struct model *m)
{
    behind_gemm(m, 1);
}
static void behind_gemm_with_a_bias_per_row(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){3, 4});
    weights(m, "w", 2, (int64_t[]){4, 3});
    weights(m, "b", 2, (int64_t[]){3, 1});
    model_node(m, "Gemm", "fc", "x w b", "c");
    batch_norm(m, "bn", "c", "y", 3);
}
static void behind_scaled_gemm(struct model *m)
{
    behind_gemm(m, 0);
    struct lrp_node_definition *gemm = &m->nodes[0];
    struct lrp_attribute *attributes = (struct lrp_attribute *)(uintptr_t)gemm->attributes;
    attributes[gemm->attribute_count++] = (struct lrp_attribute){.name = "alpha", .kind = LRP_ATTRIBUTE_FLOAT, .f = 2};
    attributes[gemm->attribute_count++] = (struct lrp_attribute){.name = "beta", .kind = LRP_ATTRIBUTE_FLOAT, .f = -.5F};
}
static void behind_dense(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 4});
    weights(m, "w", 2, (int64_t[]){4, 3});
    model_node(m, "MatMul", "fc", "x w", "c");
    batch_norm(m, "bn", "c", "y", 3);
}
static void twice_behind_a_convolution(struct model *m)
{
    no_bias(m);
    batch_norm(m, "bn2", "y", "z", 6);
    model_output(m, "z");
}
static void before_a_convolution(struct model *m)
{
    picture(m);
    batch_norm(m, "bn", "x", "n", 4);
    weights(m, "w", 4, (int64_t[]){6, 2, 3, 3});
    model_node(m, "Conv", "conv", "n w", "y");
    model_int(m, "group", 2);
}
static void before_a_convolution_that_pads(struct model *m)
{
    before_a_convolution(m);
    model_ints(m, "pads", 4, (int64_t[]){0, 0, 0, 1});
}
static void before_a_convolution_that_pads_by_itself(struct model *m)
{
    before_a_convolution(m);
    model_string(m, "auto_pad", "SAME_UPPER");
}
static void before_gemm(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 4});
    batch_norm(m, "bn", "x", "n", 4);
    weights(m, "w", 2, (int64_t[]){3, 4});
    model_vector(m, "b", 3);
    model_node(m, "Gemm", "fc", "n w b", "y");
    model_int(m, "transB", 1);
}
static void the_convolution_is_read_twice(struct model *m)
{
    no_bias(m);
    model_node(m, "Relu", "relu", "c", "z");
    model_output(m, "y");
    model_output(m, "z");
}
static void behind_dropout(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){6, 4, 3, 3});
    model_node(m, "Conv", "conv", "x w", "c");
    model_node(m, "Dropout", "dropout", "c", "d");
    model_node(m, "Identity", "identity", "d", "i");
    batch_norm(m, "bn", "i", "y", 6);
}
static void an_identity_gives_the_output(struct model *m)
{
    picture(m);
    model_node(m, "Relu", "relu", "x", "r");
    model_node(m, "Identity", "identity", "r", "y");
}
static void nothing_but_identities(struct model *m)
{
    picture(m);
    model_node(m, "Identity", "identity", "x", "i");
    model_node(m, "Dropout", "dropout", "i", "y");
}
static void the_mask_of_a_dropout_is_read(struct model *m)
{
    picture(m);
    model_node(m, "Dropout", "dropout", "x", "d mask");
    model_node(m, "Cast", "cast", "mask", "f");
    model_int(m, "to", 1);
    model_node(m, "Add", "add", "d f", "y");
}
static void norm(struct model *m, bool bias)
{
    model_input(m, "x", 3, (int64_t[]){2, 3, 4});
    weights(m, "g", 2, (int64_t[]){3, 4});
    weights(m, "b", 2, (int64_t[]){3, 4});
    model_node(m, "LayerNormalization", "ln", bias ? "x g b" : "x g", "y");
    model_int(m, "axis", 1);
    model_float(m, "epsilon", .1F);
}
static void layer_norm(struct model *m)
{
    norm(m, true);
}
static void layer_norm_without_bias(struct model *m)
{
    norm(m, false);
}
static void the_mean_of_a_layer_norm_is_read(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){2, 3, 4});
    model_vector(m, "g", 4);
    model_node(m, "LayerNormalization", "ln", "x g", "n mean");
    model_node(m, "Add", "add", "n mean", "y");
}

/* BatchNorm written out: y = x * w + b with constants of shape (C), (C,1), (C,1,1) or (1,C,1,1). */
static void written_out(struct model *m, const char *in, const char *out, int rank, const int64_t *shape)
{
    char inputs[64];
    weights(m, "scale", rank, shape);
    weights(m, "shift", rank, shape);
    snprintf(inputs, sizeof inputs, "%s scale", in);
    model_node(m, "Mul", "mul", inputs, "product");
    model_node(m, "Add", "add", "product shift", out);
}
static void written_out_behind_a_bias(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){6, 4, 3, 3});
    model_vector(m, "b", 6);
    weights(m, "b2", 3, (int64_t[]){6, 1, 1});
    model_node(m, "Conv", "conv", "x w b", "c");
    model_node(m, "Add", "bias", "c b2", "biased");
    written_out(m, "biased", "n", 4, (int64_t[]){1, 6, 1, 1});
    model_node(m, "Relu", "relu", "n", "y");
}
static void written_out_behind_dense(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 4});
    weights(m, "w", 2, (int64_t[]){4, 3});
    model_node(m, "MatMul", "fc", "x w", "c");
    written_out(m, "c", "y", 1, (int64_t[]){3});
}
static void written_out_along_the_width(struct model *m)
{ /* (5) lines up with the last axis, not with the channels */
    picture(m);
    weights(m, "w", 4, (int64_t[]){5, 4, 1, 1});
    model_node(m, "Conv", "conv", "x w", "c");
    written_out(m, "c", "y", 1, (int64_t[]){5});
}
static void a_factor_alone(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){5, 4, 1, 1});
    weights(m, "scale", 3, (int64_t[]){5, 1, 1});
    model_node(m, "Conv", "conv", "x w", "c");
    model_node(m, "Mul", "mul", "c scale", "y");
}
static void a_factor_by_channel_and_a_shift_along_the_width(struct model *m)
{
    a_factor_alone(m);
    model_vector(m, "shift", 5);
    model_node(m, "Add", "add", "y shift", "z");
    model_output(m, "z");
}
static void a_factor_by_channel_and_one_shift(struct model *m)
{
    a_factor_alone(m);
    model_scalar(m, "shift", .5F);
    model_node(m, "Add", "add", "y shift", "z");
    model_output(m, "z");
}
static void one_factor_for_all_channels(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){5, 4, 1, 1});
    model_node(m, "Conv", "conv", "x w", "c");
    model_scalar(m, "half", .5F);
    model_node(m, "Mul", "mul", "c half", "y");
}
static void written_out_before_a_convolution(struct model *m)
{
    picture(m);
    written_out(m, "x", "n", 3, (int64_t[]){4, 1, 1});
    weights(m, "w", 4, (int64_t[]){6, 2, 3, 3});
    model_node(m, "Conv", "conv", "n w", "y");
    model_int(m, "group", 2);
}
static void written_out_before_a_convolution_that_pads(struct model *m)
{
    written_out_before_a_convolution(m);
    model_ints(m, "pads", 4, (int64_t[]){1, 0, 0, 0});
}
static void written_out_and_read_twice(struct model *m)
{
    picture(m);
    weights(m, "w", 4, (int64_t[]){6, 4, 3, 3});
    model_node(m, "Conv", "conv", "x w", "c");
    written_out(m, "c", "y", 3, (int64_t[]){6, 1, 1});
    model_output(m, "y");
    model_output(m, "c");
}
static void over_one_axis(struct model *m, int axis, const char *behind)
{
    model_input(m, "x", 3, (int64_t[]){2, 4, 9});
    weights(m, "w", 4, axis == 2 ? (int64_t[]){6, 2, 1, 3} : (int64_t[]){6, 2, 3, 1});
    model_int64s(m, "axes", 1, (int64_t[]){axis});
    model_int64s(m, "shape", 3, (int64_t[]){0, 6, -1});
    model_node(m, "Unsqueeze", "unsqueeze", "x axes", "u");
    model_node(m, "Conv", "conv", "u w", "c");
    model_int(m, "group", 2);
    model_ints(m, "kernel_shape", 2, axis == 2 ? (int64_t[]){1, 3} : (int64_t[]){3, 1});
    model_ints(m, "strides", 2, axis == 2 ? (int64_t[]){1, 2} : (int64_t[]){2, 1});
    model_ints(m, "pads", 4, axis == 2 ? (int64_t[]){0, 1, 0, 2} : (int64_t[]){1, 0, 2, 0});
    model_node(m, behind, "squeeze", strcmp(behind, "Squeeze") == 0 ? "c axes" : "c shape", "s");
    weights(m, "b", 2, (int64_t[]){6, 1});
    model_node(m, "Add", "bias", "s b", "biased");
    written_out(m, "biased", "n", 3, (int64_t[]){1, 6, 1});
    model_node(m, "Relu", "relu", "n", "y");
}
static void over_one_axis_as_width(struct model *m)
{
    over_one_axis(m, 2, "Squeeze");
}
static void over_one_axis_as_height(struct model *m)
{
    over_one_axis(m, 3, "Squeeze");
}
static void over_one_axis_by_reshape(struct model *m)
{
    over_one_axis(m, 2, "Reshape");
}
static void over_one_axis_of_a_picture(struct model *m)
{ /* (N, H, W, C) of height 1, turned by a transpose */
    model_input(m, "x", 4, (int64_t[]){2, 1, 9, 4});
    weights(m, "w", 4, (int64_t[]){6, 4, 1, 3});
    model_int64s(m, "axes", 1, (int64_t[]){2});
    model_node(m, "Transpose", "turn", "x", "t");
    model_ints(m, "perm", 4, (int64_t[]){0, 3, 1, 2});
    model_node(m, "Conv", "conv", "t w", "c");
    model_string(m, "auto_pad", "SAME_UPPER");
    model_node(m, "Squeeze", "squeeze", "c axes", "y");
}
static void over_one_axis_that_is_padded(struct model *m)
{
    model_input(m, "x", 4, (int64_t[]){2, 4, 1, 9});
    weights(m, "w", 4, (int64_t[]){6, 4, 3, 3});
    model_int64s(m, "axes", 1, (int64_t[]){2});
    model_node(m, "Conv", "conv", "x w", "c");
    model_ints(m, "pads", 4, (int64_t[]){1, 0, 1, 0});
    model_node(m, "Squeeze", "squeeze", "c axes", "y");
}
static void layer_norm_before_dense(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){2, 4});
    model_vector(m, "g", 4);
    model_vector(m, "s", 4);
    weights(m, "w", 2, (int64_t[]){4, 3});
    model_node(m, "LayerNormalization", "ln", "x g s", "n");
    model_node(m, "Gemm", "fc", "n w", "y");
}

static const struct {
    void (*make)(struct model *m);
    const char *canonized, *plain;
    size_t reports, dropped;
} cases[] = {
    {no_bias, "convolution", "convolution batch-norm", 1, 0},
    {grouped_with_bias_and_relu, "convolution+relu", "convolution batch-norm relu", 1, 0},
    {transposed_with_groups, "transposed-convolution", "transposed-convolution batch-norm", 1, 0},
    {behind_gemm_as_stored, "dense", "dense batch-norm", 1, 0},
    {behind_gemm_transposed, "dense", "dense batch-norm", 1, 0},
    {behind_gemm_with_a_bias_per_row, "dense batch-norm", "dense batch-norm", 0, 0},
    {behind_scaled_gemm, "dense", "dense batch-norm", 1, 0},
    {behind_dense, "dense", "dense batch-norm", 1, 0},
    {twice_behind_a_convolution, "convolution", "convolution batch-norm batch-norm", 2, 0},
    {before_a_convolution, "convolution", "batch-norm convolution", 1, 0},
    {before_a_convolution_that_pads, "batch-norm convolution", "batch-norm convolution", 0, 0},
    {before_a_convolution_that_pads_by_itself, "batch-norm convolution", "batch-norm convolution", 0, 0},
    {before_gemm, "dense", "batch-norm dense", 1, 0},
    {the_convolution_is_read_twice, "convolution batch-norm relu", "convolution batch-norm relu", 0, 0},
    {behind_dropout, "convolution", "convolution dropout identity batch-norm", 3, 2},
    {an_identity_gives_the_output, "relu", "relu identity", 1, 1},
    {nothing_but_identities, "", "identity dropout", 2, 2},
    {the_mask_of_a_dropout_is_read, "dropout cast add", "dropout cast add", 0, 0},
    {written_out_behind_a_bias, "convolution+relu", "convolution scale scale+relu", 2, 0},
    {written_out_behind_dense, "dense", "dense scale", 1, 0},
    {written_out_along_the_width, "convolution scale", "convolution scale", 0, 0},
    {a_factor_alone, "convolution", "convolution scale", 1, 0},
    {a_factor_by_channel_and_a_shift_along_the_width, "convolution scale", "convolution scale", 0, 0},
    {a_factor_by_channel_and_one_shift, "convolution", "convolution scale", 1, 0},
    {one_factor_for_all_channels, "convolution scale", "convolution scale", 0, 0},
    {written_out_before_a_convolution, "convolution", "scale convolution", 1, 0},
    {written_out_before_a_convolution_that_pads, "scale convolution", "scale convolution", 0, 0},
    {written_out_and_read_twice, "convolution scale", "convolution scale", 0, 0},
    {over_one_axis_as_width, "convolution+relu", "unsqueeze convolution squeeze scale scale+relu", 3, 0},
    {over_one_axis_as_height, "convolution+relu", "unsqueeze convolution squeeze scale scale+relu", 3, 0},
    {over_one_axis_by_reshape, "convolution+relu", "unsqueeze convolution reshape scale scale+relu", 3, 0},
    {over_one_axis_of_a_picture, "transpose squeeze convolution", "transpose convolution squeeze", 1, 0},
    {over_one_axis_that_is_padded, "convolution squeeze", "convolution squeeze", 0, 0},
    {layer_norm_before_dense, "layer-norm scale dense", "layer-norm dense", 1, 0},
    {layer_norm, "layer-norm scale", "layer-norm", 1, 0},
    {layer_norm_without_bias, "layer-norm scale", "layer-norm", 1, 0},
    {the_mean_of_a_layer_norm_is_read, "layer-norm add", "layer-norm add", 0, 0},
};

static void build(struct network *n, void (*make)(struct model *m), bool canonize)
{
    struct model m;
    model_start(&m, 17, 8);
    make(&m);
    if (!m.definition->output_count) model_output(&m, "y");
    network_build(n, model_finish(&m), &(struct lrp_graph_options){.canonize = canonize});
    network_layers(n, true);
}

static void canonization_changes_layers_and_keeps_outputs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network before = {0}, after = {0};
        build(&before, cases[i].make, false);
        build(&after, cases[i].make, true);
        network_check_types(&before, cases[i].plain);
        network_check_types(&after, cases[i].canonized);
        assert_int_equal(before.view->list.canonized_count, 0);
        assert_int_equal(before.view->list.dropped_count, 0);
        assert_int_equal(after.view->list.canonized_count, cases[i].reports);
        assert_int_equal(after.view->list.dropped_count, cases[i].dropped);
        network_forward(&before, NULL);
        network_forward(&after, NULL);
        const struct lrp_tensor *want = network_output(&before);
        assert_true(lrp_shape_equal(&want->shape, &network_output(&after)->shape));
        check_f32_array(network_output(&after)->f, want->f, want->count, 1e-5);
        network_close(&before);
        network_close(&after);
    }
}

static void folding_keeps_the_linear_layers_name_and_the_batch_norms_value(void **state)
{
    (void)state;
    struct network n = {0};
    build(&n, grouped_with_bias_and_relu, true);
    const struct lrp_layer *conv = network_row(&n, "conv");
    assert_int_equal(conv->node_count, 3);
    assert_string_equal(conv->nodes[1], "bn");
    assert_string_equal(conv->outputs[0], "y");
    assert_string_equal(conv->op_type, "Conv");
    assert_string_equal(n.view->list.canonized[0], "bn: BatchNormalization folded into conv");
    assert_int_equal(n.view->list.removed_count, 1);
    assert_string_equal(n.view->list.removed[0], "c");
    network_close(&n);
}

/* 100 in a row, each swallowing the one before. */
static void long_chains_of_swallowed_nodes_belong_to_one_layer(void **state)
{
    (void)state;
    struct model m;
    struct network n = {0};
    char name[16], in[16] = "c", out[16];
    model_start(&m, 13, 101);
    picture(&m);
    weights(&m, "w", 4, (int64_t[]){6, 4, 3, 3});
    model_node(&m, "Conv", "conv", "x w", "c");
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "bn%d.", i);
        snprintf(out, sizeof out, "v%d", i);
        batch_norm(&m, name, in, out, 6);
        memcpy(in, out, sizeof in);
    }
    model_output(&m, in);
    network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
    network_layers(&n, true);
    network_check_types(&n, "convolution");
    assert_int_equal(network_row(&n, "conv")->node_count, 101);
    network_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonization_changes_layers_and_keeps_outputs),
        cmocka_unit_test(folding_keeps_the_linear_layers_name_and_the_batch_norms_value),
        cmocka_unit_test(long_chains_of_swallowed_nodes_belong_to_one_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
