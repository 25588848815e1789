/* test_exporters.c: graphs as exporters write them: what is recognised and canonized, what the report says of it, and that
 * outputs stay. The reference runs node by node: where every value is a model output nothing can be swallowed. */
#include <stdio.h>

#include "model.h"
#include "network.h"

struct line {
    const char *what, *before, *after;
};

/* ---- paddle2onnx: p2o names, batch normalisation behind an Identity, flatten by Shape-Slice-Concat, scale as Mul and Add ----
 */

static void constants_of_norm(struct model *m, const char *name, int64_t channels)
{
    static const char *const parts[] = {"w_0", "b_0", "w_1", "w_2"};
    char text[40];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(text, sizeof text, "%s.%s", name, parts[i]);
        model_vector(m, text, channels);
    }
}

/* x * clip(x + 3, 0, 6) / 6 */
static void hard_swish(struct model *m, const char *const names[4], const char *in, const char *out)
{
    char inputs[40];
    snprintf(inputs, sizeof inputs, "%s three", in);
    model_node(m, "Add", names[0], inputs, "hs_a");
    model_node(m, "Clip", names[1], "hs_a zero six", "hs_c");
    snprintf(inputs, sizeof inputs, "%s hs_c", in);
    model_node(m, "Mul", names[2], inputs, "hs_m");
    model_node(m, "Div", names[3], "hs_m six", out);
}

static void paddle(struct model *m)
{
    model_start(m, 11, 24);
    model_input(m, "x", 4, (int64_t[]){2, 3, 8, 8});
    model_scalar(m, "zero", 0);
    model_scalar(m, "three", 3);
    model_scalar(m, "six", 6);
    model_constant(m, "conv2d_0.w_0", 4, (int64_t[]){4, 3, 3, 3}, NULL);
    constants_of_norm(m, "batch_norm2d_0", 4);
    model_node(m, "Conv", "p2o.Conv.0", "x conv2d_0.w_0", "conv2d_0.tmp_0");
    model_node(m, "Identity", "p2o.Identity.0", "conv2d_0.tmp_0", "p2o.Identity.1");
    model_node(m, "BatchNormalization", "p2o.BatchNormalization.0",
               "p2o.Identity.1 batch_norm2d_0.w_0 batch_norm2d_0.b_0 batch_norm2d_0.w_1 batch_norm2d_0.w_2",
               "batch_norm_0.tmp_2");
    hard_swish(m, (const char *const[]){"p2o.Add.0", "p2o.Clip.0", "p2o.Mul.0", "p2o.Div.0"}, "batch_norm_0.tmp_2",
               "hardswish_0.tmp_0");
    /* depthwise, normalised by a factor and a shift per channel */
    model_constant(m, "conv2d_1.w_0", 4, (int64_t[]){4, 1, 3, 3}, NULL);
    model_constant(m, "scale", 4, (int64_t[]){1, 4, 1, 1}, NULL);
    model_constant(m, "shift", 4, (int64_t[]){1, 4, 1, 1}, NULL);
    model_node(m, "Conv", "p2o.Conv.1", "hardswish_0.tmp_0 conv2d_1.w_0", "conv2d_1.tmp_0");
    model_int(m, "group", 4);
    model_node(m, "Mul", "p2o.Mul.1", "conv2d_1.tmp_0 scale", "scaled");
    model_node(m, "Add", "p2o.Add.1", "scaled shift", "shifted");
    model_node(m, "Relu", "p2o.Relu.0", "shifted", "relu_0.tmp_0");
    /* flatten whatever the batch */
    model_int64s(m, "starts", 1, (int64_t[]){0});
    model_int64s(m, "ends", 1, (int64_t[]){1});
    model_int64s(m, "rest", 1, (int64_t[]){-1});
    model_node(m, "Shape", "p2o.Shape.0", "relu_0.tmp_0", "shape");
    model_node(m, "Slice", "p2o.Slice.0", "shape starts ends", "batch");
    model_node(m, "Concat", "p2o.Concat.0", "batch rest", "target");
    model_int(m, "axis", 0);
    model_node(m, "Reshape", "p2o.Reshape.0", "relu_0.tmp_0 target", "flatten_0.tmp_0");
    model_constant(m, "linear_0.w_0", 2, (int64_t[]){64, 5}, NULL);
    model_vector(m, "linear_0.b_0", 5);
    model_node(m, "MatMul", "p2o.MatMul.0", "flatten_0.tmp_0 linear_0.w_0", "linear_0.tmp_0");
    model_node(m, "Add", "p2o.Add.2", "linear_0.tmp_0 linear_0.b_0", "linear_0.tmp_1");
    /* the scale operator: one factor and one shift */
    model_scalar(m, "factor", .5F);
    model_node(m, "Mul", "p2o.Mul.2", "linear_0.tmp_1 factor", "scale_0.tmp_0");
    model_node(m, "Add", "p2o.Add.3", "scale_0.tmp_0 three", "y");
    model_output(m, "y");
}

static const struct line paddle_lines[] = {
    {"flatten in shape arithmetic", "p2o.Shape.0 (Shape), p2o.Slice.0 (Slice), p2o.Concat.0 (Concat)",
     "3 p2o.Reshape.0 (flatten)"},
    {"hard-swish written out with Clip", "p2o.Add.0 (Add), p2o.Clip.0 (Clip), p2o.Mul.0 (Mul), p2o.Div.0 (Div)",
     "1 p2o.Conv.0 (convolution)"},
    {"dense written as MatMul and Add", "p2o.MatMul.0 (MatMul), p2o.Add.2 (Add)", "4 p2o.MatMul.0 (dense)"},
    {"scale written as a factor and a shift", "p2o.Mul.1 (Mul), p2o.Add.1 (Add)", "2 p2o.Conv.1 (convolution)"},
    {"scale written as a factor and a shift", "p2o.Mul.2 (Mul), p2o.Add.3 (Add)", "5 p2o.Mul.2 (scale)"},
    {"does nothing when a network is used: dropped", "p2o.Identity.0 (Identity)", "nothing"},
    {"BatchNormalization folded into the layer before it", "p2o.Conv.0 (Conv), p2o.BatchNormalization.0 (BatchNormalization)",
     "1 p2o.Conv.0 (convolution)"},
    {"scale per channel folded into the layer before it", "p2o.Conv.1 (Conv), p2o.Mul.1 (Scale)", "2 p2o.Conv.1 (convolution)"},
};

/* ---- torch.onnx with dynamo: inlined functions, weights transposed or reshaped by nodes, attention and gelu written out ----
 */

/* y = x W^T + b, W of shape (out, in) as PyTorch has it. `weights` of another name share that layer's. */
static void linear(struct model *m, const char *name, const char *weights, const char *in, const char *out, int64_t inputs,
                   int64_t outputs)
{
    char w[40], t[40], b[40], node[60], operands[100];
    snprintf(w, sizeof w, "%s.weight", weights);
    snprintf(t, sizeof t, "%s.t", name);
    snprintf(b, sizeof b, "%s.bias", weights);
    if (strcmp(name, weights) == 0) {
        model_constant(m, w, 2, (int64_t[]){outputs, inputs}, NULL);
        model_vector(m, b, outputs);
    }
    snprintf(node, sizeof node, "%s/aten_t/n0", name);
    model_node(m, "Transpose", node, w, t);
    model_ints(m, "perm", 2, (int64_t[]){1, 0});
    snprintf(node, sizeof node, "%s/aten_addmm/n0", name);
    snprintf(operands, sizeof operands, "%s %s", in, t);
    snprintf(w, sizeof w, "%s.product", name);
    model_node(m, "MatMul", node, operands, w);
    snprintf(node, sizeof node, "%s/aten_addmm/n1", name);
    snprintf(operands, sizeof operands, "%s %s", w, b);
    model_node(m, "Add", node, operands, out);
}

/* (batch, 6, 8) as heads (batch, 2, 6, 4), or transposed (batch, 2, 4, 6) */
static void heads(struct model *m, const char *name, const char *in, const char *out, bool transposed)
{
    char node[60], operands[60], between[40];
    snprintf(node, sizeof node, "aten_view/%s", name);
    snprintf(operands, sizeof operands, "%s heads", in);
    snprintf(between, sizeof between, "%s.view", name);
    model_node(m, "Reshape", node, operands, between);
    snprintf(node, sizeof node, "aten_transpose/%s", name);
    model_node(m, "Transpose", node, between, out);
    model_ints(m, "perm", 4, transposed ? (int64_t[]){0, 2, 3, 1} : (int64_t[]){0, 2, 1, 3});
}

static void attention(struct model *m)
{
    linear(m, "q", "q", "n", "q0", 8, 8);
    linear(m, "k", "k", "n", "k0", 8, 8);
    linear(m, "v", "v", "n", "v0", 8, 8);
    heads(m, "q", "q0", "q1", false);
    heads(m, "k", "k0", "k1", true);
    heads(m, "v", "v0", "v1", false);
    model_scalar(m, "root", .70710678F); /* of 1 / sqrt(4), to either side */
    model_node(m, "Mul", "aten_sdpa/n0", "q1 root", "q2");
    model_node(m, "Mul", "aten_sdpa/n1", "k1 root", "k2");
    model_node(m, "MatMul", "aten_sdpa/n2", "q2 k2", "scores");
    model_node(m, "Softmax", "aten_sdpa/n3", "scores", "weights");
    model_int(m, "axis", -1);
    model_node(m, "MatMul", "aten_sdpa/n4", "weights v1", "mixed");
    model_node(m, "Transpose", "aten_transpose/o", "mixed", "o0");
    model_ints(m, "perm", 4, (int64_t[]){0, 2, 1, 3});
    model_node(m, "Reshape", "aten_view/o", "o0 joined", "o1");
    linear(m, "proj", "proj", "o1", "a", 8, 8);
}

static void gelu_erf(struct model *m, const char *in, const char *out)
{
    char operands[40];
    snprintf(operands, sizeof operands, "%s sqrt2", in);
    model_node(m, "Div", "aten_gelu/n0", operands, "ge0");
    model_node(m, "Erf", "aten_gelu/n1", "ge0", "ge1");
    model_node(m, "Add", "aten_gelu/n2", "ge1 one", "ge2");
    snprintf(operands, sizeof operands, "%s ge2", in);
    model_node(m, "Mul", "aten_gelu/n3", operands, "ge3");
    model_node(m, "Mul", "aten_gelu/n4", "ge3 half", out);
}

static void gelu_tanh(struct model *m, const char *in, const char *out)
{
    char operands[40];
    snprintf(operands, sizeof operands, "%s cube", in);
    model_node(m, "Pow", "aten_gelu_tanh/n0", operands, "gt0");
    model_node(m, "Mul", "aten_gelu_tanh/n1", "gt0 c044715", "gt1");
    snprintf(operands, sizeof operands, "%s gt1", in);
    model_node(m, "Add", "aten_gelu_tanh/n2", operands, "gt2");
    model_node(m, "Mul", "aten_gelu_tanh/n3", "gt2 root_2_pi", "gt3");
    model_node(m, "Tanh", "aten_gelu_tanh/n4", "gt3", "gt4");
    model_node(m, "Add", "aten_gelu_tanh/n5", "gt4 one", "gt5");
    snprintf(operands, sizeof operands, "%s half", in);
    model_node(m, "Mul", "aten_gelu_tanh/n6", operands, "gt6");
    model_node(m, "Mul", "aten_gelu_tanh/n7", "gt6 gt5", out);
}

/* Written out, with its weights behind it. */
static void layer_norm(struct model *m, const char *in, const char *out)
{
    char operands[40];
    model_vector(m, "norm2.weight", 8);
    model_vector(m, "norm2.bias", 8);
    model_int64s(m, "last", 1, (int64_t[]){-1});
    model_scalar(m, "eps", 1e-5F);
    snprintf(operands, sizeof operands, "%s last", in);
    model_node(m, "ReduceMean", "aten_layer_norm/n0", operands, "ln0");
    snprintf(operands, sizeof operands, "%s ln0", in);
    model_node(m, "Sub", "aten_layer_norm/n1", operands, "ln1");
    model_node(m, "Mul", "aten_layer_norm/n2", "ln1 ln1", "ln2");
    model_node(m, "ReduceMean", "aten_layer_norm/n3", "ln2 last", "ln3");
    model_node(m, "Add", "aten_layer_norm/n4", "ln3 eps", "ln4");
    model_node(m, "Sqrt", "aten_layer_norm/n5", "ln4", "ln5");
    model_node(m, "Div", "aten_layer_norm/n6", "ln1 ln5", "ln6");
    model_node(m, "Mul", "aten_layer_norm/n7", "ln6 norm2.weight", "ln7");
    model_node(m, "Add", "aten_layer_norm/n8", "ln7 norm2.bias", out);
}

static void dynamo(struct model *m)
{
    static const struct {
        const char *name;
        float value;
    } scalars[] = {{"sqrt2", 1.41421356F},    {"one", 1},       {"half", .5F}, {"cube", 3}, {"c044715", .044715F},
                   {"root_2_pi", .79788456F}, {"quick", 1.702F}};
    model_start(m, 18, 80);
    model_input(m, "x", 3, (int64_t[]){2, 6, 8});
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) model_scalar(m, scalars[i].name, scalars[i].value);
    model_int64s(m, "heads", 4, (int64_t[]){2, 6, 2, 4});
    model_int64s(m, "joined", 3, (int64_t[]){2, 6, 8});
    model_vector(m, "norm1.weight", 8);
    model_vector(m, "norm1.bias", 8);
    model_node(m, "LayerNormalization", "node_layer_norm", "x norm1.weight norm1.bias", "n");
    attention(m);
    model_node(m, "Add", "node_add", "a x", "r1");
    layer_norm(m, "r1", "n2");
    linear(m, "fc1", "fc1", "n2", "f1", 8, 8);
    gelu_erf(m, "f1", "g1");
    linear(m, "fc2", "fc2", "g1", "f2", 8, 8);
    gelu_tanh(m, "f2", "g2");
    linear(m, "fc2_1", "fc2", "g2", "f3", 8, 8); /* the same module once more */
    model_node(m, "Mul", "aten_quick/n0", "f3 quick", "qg0");
    model_node(m, "Sigmoid", "aten_quick/n1", "qg0", "qg1");
    model_node(m, "Mul", "aten_quick/n2", "f3 qg1", "g3");
    model_node(m, "Dropout", "node_dropout", "g3", "d");
    model_node(m, "Abs", "node_unused", "d", "unused");
    model_constant(m, "head.flat", 1, (int64_t[]){24}, NULL); /* a weight that is reshaped first */
    model_int64s(m, "head.shape", 2, (int64_t[]){8, 3});
    model_node(m, "Reshape", "aten_view/head", "head.flat head.shape", "head.weight");
    model_node(m, "MatMul", "node_matmul", "d head.weight", "y");
    model_output(m, "y");
}

static const struct line dynamo_lines[] = {
    {"no output needs it: dropped", "node_unused (Abs)", "nothing"},
    {"weights moved into place", "q/aten_t/n0 (Transpose)", "3 q/aten_addmm/n0 (dense)"},
    {"weights moved into place", "aten_view/head (Reshape)", "26 node_matmul (dense)"},
    {"layer normalisation written out",
     "aten_layer_norm/n0 (ReduceMean), aten_layer_norm/n1 (Sub), aten_layer_norm/n2 (Mul), aten_layer_norm/n3 (ReduceMean), "
     "aten_layer_norm/n4 (Add), aten_layer_norm/n5 (Sqrt), aten_layer_norm/n6 (Div)",
     "21 aten_layer_norm/n0 (layer-norm)"},
    {"gelu written out with Erf",
     "aten_gelu/n0 (Div), aten_gelu/n1 (Erf), aten_gelu/n2 (Add), aten_gelu/n3 (Mul), aten_gelu/n4 (Mul)",
     "23 fc1/aten_addmm/n0 (dense)"},
    {"gelu written out with Tanh",
     "aten_gelu_tanh/n0 (Pow), aten_gelu_tanh/n1 (Mul), aten_gelu_tanh/n2 (Add), aten_gelu_tanh/n3 (Mul), aten_gelu_tanh/n4 "
     "(Tanh), "
     "aten_gelu_tanh/n5 (Add), aten_gelu_tanh/n6 (Mul), aten_gelu_tanh/n7 (Mul)",
     "24 fc2/aten_addmm/n0 (dense)"},
    {"gelu written out with Sigmoid: swish with beta 1.702",
     "aten_quick/n0 (Mul), aten_quick/n1 (Sigmoid), aten_quick/n2 (Mul)", "25 fc2_1/aten_addmm/n0 (dense)"},
    {"dense written as MatMul", "node_matmul (MatMul)", "26 node_matmul (dense)"},
    {"arithmetic with a constant is a scale", "aten_sdpa/n0 (Mul)", "12 aten_sdpa/n0 (scale)"},
    {"does nothing when a network is used: dropped", "node_dropout (Dropout)", "nothing"},
    {"layer normalisation split into normalisation and its scale", "node_layer_norm (LayerNormalization)",
     "1 node_layer_norm/normalize (layer-norm), 2 node_layer_norm (scale)"},
    {"weights shared", "fc2.bias", "24 fc2/aten_addmm/n0 (dense), 25 fc2_1/aten_addmm/n0 (dense)"},
    {"weights shared", "fc2.weight", "24 fc2/aten_addmm/n0 (dense), 25 fc2_1/aten_addmm/n0 (dense)"},
    {"attention recognised by its wiring", NULL, "container proj/aten_addmm/n0 (attention), layers 3 to 19"},
};

/* ---- the rest: quantised, over one axis, normalised before a layer, hard-swish in its other form ---- */

static void others(struct model *m)
{
    model_start(m, 14, 16);
    model_input(m, "x", 3, (int64_t[]){2, 4, 9});
    model_int64s(m, "two", 1, (int64_t[]){2});
    model_constant(m, "w0", 4, (int64_t[]){4, 4, 1, 1}, NULL);
    model_constant(m, "w1", 4, (int64_t[]){5, 4, 1, 3}, NULL);
    constants_of_norm(m, "bn", 4);
    model_node(m, "Unsqueeze", "widen", "x two", "x4");
    model_node(m, "BatchNormalization", "bn", "x4 bn.w_0 bn.b_0 bn.w_1 bn.w_2", "b");
    model_node(m, "Conv", "conv0", "b w0", "c0");
    model_node(m, "HardSigmoid", "gate", "c0", "g");
    model_float(m, "alpha", 1.F / 6);
    model_node(m, "Mul", "gated", "c0 g", "h");
    model_scalar(m, "step", .125F);
    const int8_t nothing = 0;
    const struct lrp_blob *zero = model_blob(m, "point", LRP_DTYPE_INT8, 0, NULL, 1);
    memcpy((void *)(uintptr_t)zero->raw, &nothing, 1);
    model_node(m, "QuantizeLinear", "quantise", "h step point", "hq");
    model_node(m, "DequantizeLinear", "dequantise", "hq step point", "hd");
    model_node(m, "Conv", "conv1", "hd w1", "c1");
    model_node(m, "Squeeze", "narrow", "c1 two", "y");
    model_output(m, "y");
}

static const struct line others_lines[] = {
    {"quantised and dequantised is one rounding", "quantise (QuantizeLinear), dequantise (DequantizeLinear)",
     "3 dequantise (fake-quantize)"},
    {"hard-swish written out with HardSigmoid", "gate (HardSigmoid), gated (Mul)", "2 conv0 (convolution)"},
    {"convolution over one axis written over two", "conv1 (Conv), narrow (Squeeze)", "5 conv1 (convolution)"},
    {"BatchNormalization folded into the layer behind it", "bn (BatchNormalization), conv0 (Conv)", "2 conv0 (convolution)"},
};

/* ---- all of them ---- */

#define LINES(list) list, sizeof(list) / sizeof *list
static const struct {
    void (*make)(struct model *m);
    const char *canonized, *plain;
    const struct line *lines;
    size_t line_count;
} cases[] = {
    {paddle, "convolution+hard-swish convolution+relu flatten dense scale",
     "convolution identity batch-norm hard-swish convolution scale+relu flatten dense scale", LINES(paddle_lines)},
    {dynamo,
     "layer-norm scale dense dense dense reshape transpose reshape transpose reshape transpose scale scale mat-mul "
     "attention-softmax "
     "mat-mul transpose "
     "reshape dense add layer-norm scale dense+gelu dense+gelu dense+swish dense",
     "layer-norm dense dense dense reshape transpose reshape transpose reshape transpose scale scale mat-mul attention-softmax "
     "mat-mul "
     "transpose "
     "reshape dense add layer-norm dense+gelu dense+gelu dense+swish dropout dense",
     LINES(dynamo_lines)},
    {others, "unsqueeze convolution+hard-swish fake-quantize squeeze convolution",
     "unsqueeze batch-norm convolution+hard-swish fake-quantize convolution squeeze", LINES(others_lines)},
};

static struct lrp_definition *definition_of(size_t i)
{
    struct model m;
    cases[i].make(&m);
    return model_finish(&m);
}

/* With every value an output: first the model's own. */
static struct lrp_definition *all_outputs(struct lrp_definition *d)
{
    size_t most = d->output_count;
    for (size_t n = 0; n < d->node_count; n++) most += (size_t)d->nodes[n].output_count;
    struct lrp_value_definition *outputs = lrp_arena_calloc(d->arena, most, sizeof *outputs);
    assert_non_null(outputs);
    memcpy(outputs, d->outputs, d->output_count * sizeof *outputs);
    for (size_t n = 0; n < d->node_count; n++)
        for (int i = 0; i < d->nodes[n].output_count; i++)
            outputs[d->output_count++] = (struct lrp_value_definition){.name = d->nodes[n].outputs[i], .shape = {.rank = -1}};
    d->outputs = outputs;
    return d;
}

static void check_line(const struct lrp_layer_list *list, const struct line *want)
{
    for (size_t i = 0; i < list->rewriting_count; i++) {
        const struct lrp_rewriting *r = &list->rewritings[i];
        if (strcmp(r->what, want->what) == 0 && (!want->before || strcmp(r->before, want->before) == 0) &&
            strcmp(r->after, want->after) == 0)
            return;
    }
    for (size_t i = 0; i < list->rewriting_count; i++)
        print_error("  %s: %s -> %s\n", list->rewritings[i].what, list->rewritings[i].before, list->rewritings[i].after);
    fail_msg("not in the report: %s: %s -> %s", want->what, want->before ? want->before : "...", want->after);
}

static void exporters_graphs_become_layers_and_the_report_says_how(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network n = {0};
        network_build(&n, definition_of(i), &(struct lrp_graph_options){.canonize = true});
        network_layers(&n, true);
        network_check_types(&n, cases[i].canonized);
        for (size_t k = 0; k < cases[i].line_count; k++) check_line(&n.view->list, &cases[i].lines[k]);
        network_close(&n);
    }
}

static void outputs_are_those_of_the_nodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network raw = {0};
        network_build(&raw, all_outputs(definition_of(i)), &(struct lrp_graph_options){.canonize = false});
        assert_int_equal(raw.graph->removed.count, 0); /* nothing was swallowed */
        network_forward(&raw, NULL);
        const struct lrp_tensor *want = network_output(&raw);
        for (int canonize = 0; canonize < 2; canonize++) {
            struct network n = {0};
            network_build(&n, definition_of(i), &(struct lrp_graph_options){.canonize = canonize});
            network_forward(&n, NULL);
            assert_true(lrp_shape_equal(&want->shape, &network_output(&n)->shape));
            check_f32_array(network_output(&n)->f, want->f, want->count, 1e-5);
            network_close(&n);
        }
        network_close(&raw);
    }
}

/* One definition, canonized, then not: what was done left no trace in it. */
static void canonization_can_be_taken_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network n = {0}, again = {0};
        network_build(&n, definition_of(i), &(struct lrp_graph_options){.canonize = true});
        struct lrp_graph *plain = NULL;
        check_ok(lrp_graph_build(n.definition, &(struct lrp_graph_options){.canonize = false}, &plain, &n.err), &n.err);
        again.graph = plain;
        network_layers(&again, true);
        network_check_types(&again, cases[i].plain);
        assert_int_equal(again.view->list.canonized_count, 0);
        lrp_graph_free(plain);
        network_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exporters_graphs_become_layers_and_the_report_says_how),
        cmocka_unit_test(outputs_are_those_of_the_nodes),
        cmocka_unit_test(canonization_can_be_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
