/* test_pattern_forms.c: one layer, the many ways in which exporters write it: all are recognised and compute the same. */
#include <stdio.h>

#include "model.h"
#include "network.h"

/* Nodes as text, one after the other: "Op in in:out;". x is (2, 3, 4), the model's output y; numbers below are constants. */
struct form {
    const char *nodes, *types;
};

static const struct {
    const char *name;
    float value;
} numbers[] = {{"one", 1},
               {"two", 2},
               {"three", 3},
               {"six", 6},
               {"zero", 0},
               {"half", .5F},
               {"minus", -1},
               {"minus_three", -3},
               {"minus_half", -.5F},
               {"sixth", 1 / 6.F},
               {"tenth", .1F},
               {"epsilon", 1e-5F},
               {"tiny", 1e-12F},
               {"root_half", .70710678F},
               {"minus_root_half", -.70710678F},
               {"slope", .79788456F},
               {"cubic", .044715F},
               {"cubic_slope", .035677408F},
               {"quick", 1.702F},
               {"fifth", .2F},
               {"root_four", 2},
               {"minus_eight", -8},
               {"seven", 7},
               {"eight", 8},
               {"fifteen", 15},
               {"ten", 10}};

static const struct form forms[] = {
    /* layer normalisation */
    {"ReduceMean x:m;Sub x m:d;Mul d d:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:i;Mul d i:y", "layer-norm"},
    {"ReduceMean x:m;Sub x m:d;Pow d two:s;ReduceMean s:v;Add epsilon v:e;Pow e minus_half:i;Mul i d:y", "layer-norm"},
    {"ReduceMean x:m;Sub x m:d;Pow d two:s;ReduceMean s:v;Add v epsilon:e;Pow e half:r;Div d r:y", "layer-norm"},
    {"ReduceMean x:m;Sub x m:d;Pow d two:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Div one r:i;Mul i gain:k;Mul d k:g;Add g "
     "shift:y",
     "layer-norm scale"},
    {"ReduceMean x:m;Sub x m:d;Mul d d:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:i;Mul i gain:k;Mul x k:p;Mul m "
     "k:q;"
     "Sub shift q:c;Add p c:y",
     "layer-norm scale"},
    {"ReduceMean x:m;Sub x m:d;Mul d d:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:k;Mul x k:p;Mul m k:q;"
     "Sub shift q:c;Add c p:y",
     "layer-norm scale"},
    {"ReduceMean x:m;Sub x m:d;Mul d d:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:k;Mul k x:p;Mul k m:q;Sub p q:y",
     "layer-norm"},
    {"ReduceMean x:m;Mul x x:xx;ReduceMean xx:n;Mul m m:mm;Sub n mm:v;Add v epsilon:e;Sqrt e:r;Sub x m:d;Div d r:y",
     "layer-norm"},
    {"ReduceMean x:m;Mul x x:xx;ReduceMean xx:n;Pow m two:mm;Sub n mm:u;Max u zero:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:i;"
     "Mul i gain:k;Sub x m:d;Mul d k:g;Add g shift:y",
     "layer-norm scale"},
    {"Cast16 x:h;Cast h:f;ReduceMean f:m;Sub f m:d;Cast d:c;Pow c two:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Div d r:y",
     "identity identity layer-norm"},
    /* fake quantisation: by one scale or two, with a zero point, by a scale for every row that the data tells */
    {"Div x tenth:a;Round a:b;Clip b minus_eight seven:c;Mul c tenth:y", "fake-quantize"},
    {"Mul x ten:a;Clip a minus_eight seven:b;Round b:c;Mul tenth c:y", "fake-quantize"},
    {"Mul x ten:a;Round a:b;Clip b minus_eight seven:c;Div c ten:y", "fake-quantize"},
    {"Div x tenth:a;Round a:b;Add b eight:p;Clip p zero fifteen:c;Sub c eight:q;Mul q tenth:y", "fake-quantize"},
    {"Abs x:a;ReduceMax a:m;Clip m tiny:n;Div seven n:s;Mul x s:v;Round v:r;Clip r minus_eight seven:c;Div c s:y",
     "abs global-max-pool clip div fake-quantize"},
    {"Div x tenth:a;Round a:b;Mul b tenth:y", "fake-quantize"},
    {"Mul x ten:a;Round a:b;Div b ten:y", "fake-quantize"},
    /* another scale on the way back, or one behind a product: by steps of 1 */
    {"Div x tenth:a;Round a:b;Clip b minus_eight seven:c;Mul c fifth:y", "scale fake-quantize scale"},
    {"Div x tenth:a;Round a:b;Clip b minus_eight seven:c;MatMul c matrix:d;Mul d fifth:y", "scale fake-quantize dense scale"},
    {"Div x tenth:a;Clip a minus_eight seven:b;Round b:c;MatMul c matrix:d;Mul d tenth:y", "scale fake-quantize dense scale"},
    {"Div x tenth:a;Round a:b;MatMul b matrix:d;Mul d tenth:y", "scale fake-quantize dense scale"},
    /* not: rounded for its own sake */
    {"Div x tenth:a;Round a:b;Mul b fifth:y", "scale round scale"},
    {"Round x:a;Clip a minus_eight seven:y", "round clip"},
    /* root mean square */
    {"Pow x two:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:i;Mul x i:n;Mul n gain:y", "rms-norm"},
    {"Pow x two:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Div one r:i;Mul x i:n;Mul gain n:y", "rms-norm"},
    {"Mul x x:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Div x r:n;Mul gain n:y", "rms-norm"},
    {"Mul x x:s;ReduceMean s:v;Add epsilon v:e;Pow e minus_half:i;Mul x i:n;Add gain one:u;Mul n u:y", "rms-norm"},
    {"Mul x x:s;ReduceMean s:v;Add epsilon v:e;Sqrt e:r;Reciprocal r:i;Mul i gain:k;Mul x k:y", "rms-norm"},
    {"Mul x x:s;ReduceMean s:v;Add epsilon v:e;Sqrt e:r;Div x r:y", "rms-norm"},
    {"Cast16 x:h;Cast h:f;Pow f two:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Div one r:i;Mul f i:n;Cast16 n:g;Cast g:c;Mul c "
     "gain:y",
     "identity identity rms-norm"},
    {"ReduceL2 x:l;Div x l:n;Mul n root_four:m;Mul m gain:y", "rms-norm"},
    {"ReduceL2 x:l;Clip l tiny:c;Expand c shape:e;Div x e:y", "rms-norm scale"},
    {"LpNormalization x:n;Mul n gain:y", "rms-norm scale"},
    {"Relu x:z;Mul x x:s;ReduceMean s:v;Add epsilon v:e;Sqrt e:r;Div z r:y", "relu mul global-mean-pool scale sqrt div"},
    /* bounds */
    {"Gemm f weights:c;Relu c:r;Min r six:y", "dense+relu6"},
    {"Gemm f weights:c;Relu c:r;Clip r - six:y", "dense+relu6"},
    {"Gemm f weights:c;Relu c:r;Clip r zero six:y", "dense+relu6"},
    {"Gemm f weights:c;Max zero c:r;Min six r:y", "dense+relu6"},
    {"Gemm f weights:c;Min c six:r;Max r zero:y", "dense+relu6"},
    {"Gemm f weights:c;Min c six:r;Relu r:y", "dense+relu6"},
    {"Gemm f weights:c;Max c zero:y", "dense+relu"},
    {"Gemm f weights:c;Relu c:r;Min r three:y", "dense+clip"},
    {"Gemm f weights:c;Mul c tenth:t;Max c t:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Mul tenth c:t;Max t c:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Mul c two:t;Max t c:y", "dense scale max"},
    /* numbers that come as arrays: whole, broadcast, made of a shape */
    {"Gemm f weights:c;Max c zeros:y", "dense+relu"},
    {"Gemm f weights:c;Max zero_block c:y", "dense+relu"},
    {"Gemm f weights:c;Shape c:s;ConstantOfShape s:z;Max z c:y", "dense+relu"},
    {"Gemm f weights:c;Shape c:s;Expand zero s:z;Max c z:y", "dense+relu"},
    {"Gemm f weights:c;Relu c:r;Min r sixes:y", "dense+relu6"},
    {"Gemm f weights:c;Max zero_block c:r;Min sixes r:y", "dense+relu6"},
    {"Gemm f weights:c;Min c sixes:r;Max zeros r:y", "dense+relu6"},
    {"Gemm f weights:c;Mul tenths c:t;Max c t:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Relu c:p;Neg c:n;Relu n:r;Mul r tenths:t;Sub p t:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Mul slopes c:t;Max t c:y", "dense+prelu"},
    {"Gemm f weights:c;Mul five c:t;Max t c:y", "dense scale max"}, /* not: a slope above 1 */
    {"Gemm f weights:c;Max c five:y", "dense max"},
    {"Gemm f weights:c;Max c small:y", "dense max"}, /* not: the array makes more of it */
    /* straight on either side of 0 */
    {"Gemm f weights:c;Relu c:p;Neg c:n;Relu n:r;Mul r tenth:t;Sub p t:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Relu c:p;Min c zero:n;Mul tenth n:t;Add t p:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Relu c:p;Clip c - zero:n;Div n two:t;Add p t:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Abs c:a;Add c a:s;Mul s half:y", "dense+relu"},
    {"Gemm f weights:c;Greater c zero:g;Where g c zero:y", "dense+relu"},
    {"Gemm f weights:c;Less zero c:g;Mul c tenth:t;Where g c t:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Less c zero:l;Mul c tenth:t;Where l t c:y", "dense+leaky-relu"},
    {"Gemm f weights:c;Greater c zero:g;Mul c tenth:t;Where g t c:y", "dense greater scale where"},
    {"Gemm f weights:c;Relu c:p;Neg c:n;Relu n:r;Mul r five:t;Add p t:y", "dense+prelu"},
    {"Gemm f weights:c;Relu c:p;Neg c:n;Relu n:r;Mul five r:t;Sub p t:y", "dense+prelu"},
    {"Gemm f weights:c;Relu c:p;Min c zero:n;Mul n five:t;Add t p:y", "dense+prelu"},
    {"Relu x:p;Gemm f weights:c;Add c five:y", "dense"},
    /* products */
    {"Einsum[abc,cd->abd] x matrix:y", "dense"},
    {"Einsum[abc,dc->abd] x turned:y", "dense"},
    {"Einsum[...c,cd->...d] x matrix:y", "dense"},
    {"Einsum[cd,abc->abd] matrix x:e;Add e five:y", "dense"},
    {"Einsum[abc,cde->abde] x cube:y", "dense reshape"},
    {"Einsum[abc,bcd->ad] x pair:y", "reshape dense"},
    {"Einsum[abc,cd->adb] x matrix:y", "einsum"},
    {"Einsum[abc,bcd->abd] x pair:y", "einsum"},
    /* elements that move */
    {"Gather x places:y", "gather"},
    {"Expand x more:y", "expand"},
    {"Tile x times:y", "tile"},
    /* sigmoids and what is made of them */
    {"Neg x:a;Exp a:e;Add e one:p;Div one p:y", "sigmoid"},
    {"Mul x minus:a;Exp a:e;Add one e:p;Reciprocal p:y", "sigmoid"},
    {"Neg x:a;Exp a:e;Add e one:p;Div x p:y", "swish"},
    {"Neg x:a;Exp a:e;Add e one:p;Reciprocal p:s;Mul s x:y", "swish"},
    {"Gemm f weights:c;Abs c:a;Add a one:p;Div c p:y", "dense+softsign"},
    {"Abs x:a;Add one a:p;Div x p:y", "softsign"},
    {"Abs x:a;Add a two:p;Div x p:y", "abs scale div"}, /* not: 2 + |x| */
    {"Mul x quick:a;Sigmoid a:s;Mul x s:y", "swish"},
    {"Add x three:a;Clip a zero six:c;Div c six:y", "hard-sigmoid"},
    {"Add x three:a;Relu a:r;Min r six:c;Mul c sixth:y", "hard-sigmoid"},
    {"Mul x sixth:a;Add a half:h;Clip h zero one:y", "hard-sigmoid"},
    {"Mul x fifth:a;Add half a:h;Clip h zero one:y", "hard-sigmoid"},
    {"Mul x half:a;Add a half:h;Clip h zero one:y", "scale+clip"},
    {"Add x three:a;Clip a zero six:c;Mul c sixth:h;Mul x h:y", "hard-swish"},
    {"Add x three:a;Max a zero:r;Min r six:c;Mul x c:h;Mul h sixth:y", "hard-swish"},
    {"Clip x minus_three three:a;Add a three:h;Div h six:y", "hard-sigmoid"},
    {"Clip x minus_three three:a;Mul a sixth:h;Add half h:y", "hard-sigmoid"},
    {"Div x six:a;Clip a minus_half half:h;Sub h minus_half:y", "hard-sigmoid"},
    {"Add x three:a;Min six a:r;Max r zero:c;Div c six:y", "hard-sigmoid"},
    {"Clip x minus_three three:a;Mul a sixth:h;Add h half:g;Mul g x:y", "hard-swish"},
    {"Clip x minus_three three:a;Mul a sixth:h;Add one h:y", "clip scale"}, /* not: from a half to one and a half */
    {"Neg x:a;Exp a:e;Add e one:p;Pow p minus:y", "sigmoid"},
    {"Exp x:e;Add one e:p;Div e p:y", "sigmoid"},
    {"Exp x:e;Add one e:p;Div e p:s;Mul x s:y", "swish"},
    {"Mul half x:a;Tanh a:t;Mul half t:h;Add half h:y", "sigmoid"},
    {"Div x two:a;Tanh a:t;Add t one:h;Div h two:s;Mul s x:y", "swish"},
    {"Tanh x:t;Mul half t:h;Add half h:y", "tanh scale"}, /* not: the sigmoid of twice x */
    {"Exp x:e;Add one e:p;Div one p:y", "exp scale div"}, /* not: that of -x */
    {"Exp x:e;Add one e:p;Log p:y", "softplus"},
    {"Exp x:e;Add e one:p;Log p:s;Tanh s:t;Mul x t:y", "mish"},
    {"Abs x:a;Neg a:n;Exp n:e;Add e one:p;Log p:l;Max x zero:r;Add r l:s;Tanh s:t;Mul t x:y", "mish"},
    /* gelu */
    {"Mul x root_half:a;Erf a:e;Add one e:p;Mul half x:h;Mul h p:y", "gelu"},
    {"Div x two:h;Mul x minus_root_half:a;Erf a:e;Sub one e:p;Mul h p:y", "gelu"},
    {"Mul x root_half:a;Erf a:e;Mul e half:f;Add f half:p;Mul p x:y", "gelu"},
    {"Mul x x:q;Mul q x:c;Mul c cubic:k;Add x k:a;Mul slope a:b;Tanh b:t;Add one t:p;Mul half p:h;Mul x h:y", "gelu"},
    {"Mul x x:q;Mul q cubic:k;Add k one:a;Mul a x:d;Mul d slope:b;Tanh b:t;Add t one:p;Mul x p:h;Mul h half:y", "gelu"},
    {"Pow x three:c;Mul c cubic_slope:k;Mul x slope:l;Add l k:b;Tanh b:t;Mul t half:u;Add u half:p;Mul p x:y", "gelu"},
    {"Mul x x:q;Mul q cubic:k;Add k two:a;Mul a x:d;Mul d slope:b;Tanh b:t;Add t one:p;Mul x p:h;Mul h half:y",
     "mul scale mul scale+tanh scale mul scale"},
};

static void add_node(struct model *m, const char *text)
{
    char op[40], inputs[64], output[8], name[64];
    assert_int_equal(sscanf(text, "%39s %63[^:]:%7s", op, inputs, output), 3);
    char *equation = strchr(op, '[');
    if (equation) *equation++ = '\0';
    if (equation) equation[strlen(equation) - 1] = '\0';
    snprintf(name, sizeof name, "%s_%s", op, output);
    const bool half = strcmp(op, "Cast16") == 0;
    model_node(m, half ? "Cast" : lrp_arena_strdup(m->arena, op), name, inputs, output);
    if (strncmp(op, "Reduce", 6) == 0) model_ints(m, "axes", 1, (int64_t[]){-1});
    if (equation) model_string(m, "equation", lrp_arena_strdup(m->arena, equation));
    if (strncmp(op, "Cast", 4) == 0) model_int(m, "to", half ? LRP_DTYPE_FLOAT16 : LRP_DTYPE_FLOAT);
}

static void make(struct model *m, const struct form *form)
{
    model_start(m, 13, 24);
    model_input(m, "x", 3, (int64_t[]){2, 3, 4});
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) model_scalar(m, numbers[i].name, numbers[i].value);
    model_vector(m, "gain", 4);
    model_vector(m, "shift", 4);
    model_constant(m, "weights", 2, (int64_t[]){12, 5}, NULL);
    model_constant(m, "matrix", 2, (int64_t[]){4, 5}, NULL);
    model_constant(m, "turned", 2, (int64_t[]){5, 4}, NULL);
    model_constant(m, "cube", 3, (int64_t[]){4, 5, 2}, NULL);
    model_constant(m, "pair", 3, (int64_t[]){3, 4, 5}, NULL);
    model_vector(m, "five", 5);
    model_constant(m, "zeros", 1, (int64_t[]){5}, (float[5]){0});
    model_constant(m, "zero_block", 2, (int64_t[]){2, 5}, (float[10]){0});
    model_constant(m, "sixes", 1, (int64_t[]){5}, (float[]){6, 6, 6, 6, 6});
    model_constant(m, "tenths", 1, (int64_t[]){5}, (float[]){.1F, .1F, .1F, .1F, .1F});
    model_constant(m, "slopes", 1, (int64_t[]){5}, (float[]){.1F, .2F, .3F, .4F, 1});
    model_constant(m, "small", 3, (int64_t[]){1, 1, 1}, (float[]){0});
    model_int64s(m, "places", 3, (int64_t[]){1, 0, 1});
    model_int64s(m, "more", 4, (int64_t[]){2, 2, 3, 4});
    model_int64s(m, "times", 3, (int64_t[]){1, 2, 1});
    model_int64s(m, "shape", 3, (int64_t[]){2, 3, 4});
    if (strstr(form->nodes, "Gemm")) model_node(m, "Flatten", "flat", "x", "f");
    char text[512];
    snprintf(text, sizeof text, "%s", form->nodes);
    for (char *rest = NULL, *node = strtok_r(text, ";", &rest); node; node = strtok_r(NULL, ";", &rest)) add_node(m, node);
    model_output(m, "y");
}

static void every_form_is_recognised(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct model m;
        struct network n = {0};
        char want[128];
        make(&m, &forms[i]);
        network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
        network_layers(&n, true);
        snprintf(want, sizeof want, "%s%s", strstr(forms[i].nodes, "Gemm") ? "flatten " : "", forms[i].types);
        network_check_types(&n, want);
        network_close(&n);
    }
}

/* Values from -4 to 4, so that all branches of bounds are taken. */
static void fill(float *x)
{
    for (int i = 0; i < 24; i++) x[i] = (float)((i * 37 % 24) - 12) / 3.F + .1F;
}

/* Every value an output: nothing is read only inside a pattern, all runs as the file says. */
static void run_as_written(struct network *n, const struct form *form, const float *x)
{
    struct model m;
    make(&m, form);
    const size_t nodes = m.definition->node_count;
    for (size_t i = 0; i + 1 < nodes; i++)
        if (m.definition->output_count < MODEL_VALUES) model_output(&m, m.nodes[i].outputs[0]);
    network_build(n, model_finish(&m), &(struct lrp_graph_options){0});
    network_layers(n, false);
    network_give(n, 0, x);
    check_ok(network_try_run(n), &n->err);
}

static void every_form_computes_the_same(void **state)
{
    (void)state;
    float x[24];
    fill(x);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (int canonize = 0; canonize < 2; canonize++) {
            struct model m;
            struct network n = {0}, reference = {0};
            make(&m, &forms[i]);
            network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = canonize});
            network_layers(&n, true);
            network_forward(&n, x);
            run_as_written(&reference, &forms[i], x);
            const struct lrp_tensor *want = network_activation(&reference, "y");
            check_f32_array(network_output(&n)->f, want->f, want->count, 2e-5);
            network_close(&n);
            network_close(&reference);
        }
}

/* Every rewriting of a form that becomes one layer has its row in the report. */
static void every_form_is_reported(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct model m;
        struct network n = {0};
        if (strchr(forms[i].types, ' ')) continue;
        make(&m, &forms[i]);
        network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
        network_layers(&n, true);
        const struct lrp_layer_list *list = &n.view->list;
        bool told = strstr("einsum gather expand tile", forms[i].types) != NULL; /* these stay as they are */
        for (size_t k = 0; k < list->rewriting_count; k++) told |= list->rewritings[k].layer == (int)list->count - 1;
        if (!told) fail_msg("no row for %s", forms[i].nodes);
        network_close(&n);
    }
}

/* A normalisation whose scale is a row of its own is reported as what it is, with the nodes that went into it. */
static void norms_are_reported_as_norms(void **state)
{
    (void)state;
    static const struct form written[] = {
        {"ReduceMean x:m;Sub x m:d;Mul d d:s;ReduceMean s:v;Add v epsilon:e;Sqrt e:r;Reciprocal r:i;Mul i gain:k;Mul x k:p;"
         "Mul m k:q;Sub shift q:c;Add p c:y",
         "1 ReduceMean_m/normalize (layer-norm), 2 Add_y (scale)"},
        {"ReduceL2 x:l;Clip l tiny:c;Expand c shape:e;Div x e:y", "1 ReduceL2_l/normalize (rms-norm), 2 Div_y (scale)"},
    };
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        struct model m;
        struct network n = {0};
        make(&m, &written[i]);
        network_build(&n, model_finish(&m), &(struct lrp_graph_options){.canonize = true});
        network_layers(&n, true);
        const struct lrp_layer_list *list = &n.view->list;
        size_t told = 0;
        for (size_t k = 0; k < list->rewriting_count; k++)
            told += list->rewritings[k].layer == 1 && strcmp(list->rewritings[k].after, written[i].types) == 0;
        if (told != 1) fail_msg("%s: %zu rows say %s", written[i].nodes, told, written[i].types);
        assert_true(list->rows[1].node_count > 1); /* what was swallowed stands for the norm, not for its scale */
        network_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_recognised),
        cmocka_unit_test(every_form_computes_the_same),
        cmocka_unit_test(every_form_is_reported),
        cmocka_unit_test(norms_are_reported_as_norms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
