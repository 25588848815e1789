/* test_models.c: trained models: their layers, their outputs against those of other runtimes, canonized or not. */
#include <stdio.h>
#include <unistd.h>

#include "explain.h"
#include "lrpscope/check.h"

#define MODELS "../shared/models/"

static void require(const char *path)
{
    if (access(path, R_OK) != 0) skip();
}

static struct lrp_tensor *array_of(const char *path)
{
    struct lrp_tensor *t = NULL;
    struct lrp_error err;
    check_ok(lrp_tensor_read_npy(path, &t, &err), &err);
    return t;
}

/* Opens a model at the input's shape and runs it. */
static void run(struct explanation *e, const char *path, const char *input, bool canonize, bool strip)
{
    struct lrp_tensor *x = array_of(input);
    struct lrp_graph_options options = {.canonize = canonize, .strip_softmax = strip, .input_shapes = &x->shape};
    explain_open_as(e, path, &options, true);
    network_give_tensor(&e->n, 0, x);
    check_ok(network_try_run(&e->n), &e->n.err);
    lrp_tensor_release(x);
}

/* ---- outputs ---- */

static void outputs_agree_with_other_runtimes(void **state)
{
    (void)state;
    static const struct {
        const char *model, *input, *output;
        double tolerance;
    } cases[] = {
        {MODELS "fashion/vgg_op13.onnx", MODELS "fashion/vgg_input.npy", MODELS "fashion/vgg_logits.npy", 1e-4},
        {MODELS "fashion/resnet_bn_op13.onnx", MODELS "fashion/resnet_input.npy", MODELS "fashion/resnet_logits.npy", 1e-4},
        {MODELS "fashion/resnet_op17.onnx", MODELS "fashion/resnet_input.npy", MODELS "fashion/resnet_logits.npy", 1e-4},
        {MODELS "fashion/vit_op13.onnx", MODELS "fashion/vit_input.npy", MODELS "fashion/vit_logits.npy", 1e-4},
        {MODELS "fashion/vit_op17.onnx", MODELS "fashion/vit_input.npy", MODELS "fashion/vit_logits.npy", 1e-4},
        {MODELS "resnet8-cifar10/bn.onnx", MODELS "resnet8-cifar10/ship_input.npy", MODELS "resnet8-cifar10/ship_output.npy",
         1e-4},
        {MODELS "resnet8-cifar10/folded.onnx", MODELS "resnet8-cifar10/ship_input.npy",
         MODELS "resnet8-cifar10/ship_output.npy", 1e-4},
        {MODELS "loader-variants/mnv1_0.25_external.onnx", MODELS "loader-variants/mnv1_025_cat_input.npy",
         MODELS "loader-variants/mnv1_025_cat_output.npy", 1e-4},
        {MODELS "loader-variants/mnv1_0.25_oldstyle.onnx", MODELS "loader-variants/mnv1_025_cat_input.npy",
         MODELS "loader-variants/mnv1_025_cat_output.npy", 1e-4},
        {MODELS "loader-variants/mnv1_0.25_fp16.onnx", MODELS "loader-variants/mnv1_025_cat_input.npy",
         MODELS "loader-variants/mnv1_025_cat_output.npy", 2e-2},
        {MODELS "mobilenet-v2/model.onnx", MODELS "mobilenet-v2/chelsea_input.npy", MODELS "mobilenet-v2/chelsea_output.npy",
         1e-4},
        {MODELS "loader-variants/vww_96_bn.onnx", MODELS "loader-variants/vww_astronaut_input.npy",
         MODELS "loader-variants/vww_astronaut_output.npy", 1e-4},
        {MODELS "loader-variants/vww_96_float.onnx", MODELS "loader-variants/vww_astronaut_input.npy",
         MODELS "loader-variants/vww_astronaut_output.npy", 1e-4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int canonize = 0; canonize < 2; canonize++) {
            struct explanation e = {0};
            require(cases[i].model);
            run(&e, cases[i].model, cases[i].input, canonize, false);
            struct lrp_tensor *want = array_of(cases[i].output);
            assert_int_equal(network_output(&e.n)->count, want->count);
            check_f32_array(network_output(&e.n)->f, want->f, want->count, cases[i].tolerance);
            lrp_tensor_release(want);
            explain_close(&e);
        }
}

static struct lrp_tensor *test_data(struct lrp_arena *arena, const char *path)
{
    struct lrp_blob *blob;
    struct lrp_tensor *tensor;
    struct lrp_error err;
    check_ok(lrp_onnx_read_tensor(path, arena, &blob, &err), &err);
    check_ok(lrp_blob_tensor(blob, &tensor, &err), &err);
    return tensor;
}

static void the_model_zoos_test_data_agrees(void **state)
{
    (void)state;
    struct explanation e = {0};
    require(MODELS "mnist-8/model.onnx");
    explain_open(&e, MODELS "mnist-8/model.onnx");
    struct lrp_tensor *x = test_data(e.n.definition->arena, MODELS "mnist-8/test_data_set_0/input_0.pb");
    struct lrp_tensor *want = test_data(e.n.definition->arena, MODELS "mnist-8/test_data_set_0/output_0.pb");
    network_give_tensor(&e.n, 0, x);
    check_ok(network_try_run(&e.n), &e.n.err);
    check_f32_array(network_output(&e.n)->f, want->f, want->count, 1e-4);
    lrp_tensor_release(x);
    lrp_tensor_release(want);
    explain_close(&e);
}

/* ---- layers ---- */

static void check_layers(const char *path, const char *want)
{
    struct explanation e = {0};
    require(path);
    explain_open(&e, path);
    network_check_types(&e.n, want);
    explain_close(&e);
}

/* All layers in one line; the caller frees it. */
static char *types_of(const char *path)
{
    struct explanation e = {0};
    struct lrp_text t = {0};
    explain_open(&e, path);
    for (size_t i = 1; i < e.n.view->list.count; i++) {
        const struct lrp_layer *l = &e.n.view->list.rows[i];
        /* one converter writes a pooling of everything as such, another as one with a large window */
        const char *type = strcmp(l->type, "global-mean-pool") == 0 ? "mean-pool" : l->type;
        lrp_text_printf(&t, "%s+%s ", type, l->activation);
    }
    explain_close(&e);
    return lrp_text_take(&t);
}

static void check_same_layers(const char *one, const char *other)
{
    require(one);
    char *a = types_of(one), *b = types_of(other);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void layers_of_exporters_models(void **state)
{
    (void)state;
    check_layers(MODELS "mnist-8/model.onnx", "convolution+relu max-pool convolution+relu max-pool reshape dense");
    check_layers(MODELS "fashion/vgg_op13.onnx", "convolution+relu convolution+relu max-pool convolution+relu convolution+relu "
                                                 "max-pool convolution+relu convolution+relu "
                                                 "max-pool flatten dense+relu dense");
    check_layers(MODELS "loader-variants/dianna_mnist.onnx",
                 "convolution max-pool relu convolution max-pool relu flatten dense dense log-softmax");
    check_layers(MODELS "loader-variants/dianna_season.onnx",
                 "unsqueeze reshape squeeze convolution+relu convolution+relu global-max-pool squeeze dense softmax");
}

static void one_network_in_two_forms_has_the_same_layers(void **state)
{
    (void)state;
    check_same_layers(MODELS "fashion/vit_op13.onnx", MODELS "fashion/vit_op17.onnx");
    check_same_layers(MODELS "fashion/resnet_bn_op13.onnx", MODELS "fashion/resnet_op17.onnx");
    check_same_layers(MODELS "resnet8-cifar10/bn.onnx", MODELS "resnet8-cifar10/folded.onnx");
    check_same_layers(MODELS "loader-variants/vww_96_bn.onnx", MODELS "loader-variants/vww_96_float.onnx");
}

static void the_demo_networks_pass_the_check(void **state)
{
    (void)state;
    static const char *const paths[] = {MODELS "fashion/vgg_op13.onnx", MODELS "fashion/resnet_bn_op13.onnx",
                                        MODELS "mnist-8/model.onnx"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct explanation e = {0};
        struct lrp_registry *registry;
        struct lrp_check *check;
        require(paths[i]);
        explain_open(&e, paths[i]);
        check_ok(lrp_registry_new(false, &registry, NULL), NULL);
        check_ok(lrp_check_run(&e.n.view->list, registry, &check, &e.n.err), &e.n.err);
        if (!check->passed) fail_msg("%s: %s", paths[i], check->guidance);
        lrp_check_free(check);
        lrp_registry_free(registry);
        explain_close(&e);
    }
}

/* ---- relevance ---- */

/* Both forms of a network give the same heatmap; z-plus keeps its sum where no bias absorbs. */
static void check_same_relevance(const char *one, const char *other, const char *input, double tolerance)
{
    struct explanation e[2];
    const char *const paths[] = {one, other};
    memset(e, 0, sizeof e);
    require(one);
    for (int i = 0; i < 2; i++) {
        run(&e[i], paths[i], input, true, false);
        explain_rules(&e[i], "epsilon-plus", LRP_CONVENTION_JULIA, NULL, 0);
        struct lrp_tensor *start;
        check_ok(lrp_tensor_copy(network_output(&e[0].n), &start, NULL), NULL);
        check_ok(explain_try_tensor(&e[i], start), &e[i].n.err);
        lrp_tensor_release(start);
    }
    const struct lrp_tensor *a = lrp_tensor_row_major(e[0].relevance[e[0].n.graph->inputs[0]], NULL);
    const struct lrp_tensor *b = lrp_tensor_row_major(e[1].relevance[e[1].n.graph->inputs[0]], NULL);
    check_f32_array(a->f, b->f, a->count, tolerance);
    explain_close(&e[0]);
    explain_close(&e[1]);
}

static void one_network_in_two_forms_gives_the_same_relevance(void **state)
{
    (void)state;
    check_same_relevance(MODELS "fashion/resnet_bn_op13.onnx", MODELS "fashion/resnet_op17.onnx",
                         MODELS "fashion/resnet_input.npy", 1e-4);
    check_same_relevance(MODELS "fashion/vit_op13.onnx", MODELS "fashion/vit_op17.onnx", MODELS "fashion/vit_input.npy", 1e-2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_agree_with_other_runtimes),
        cmocka_unit_test(the_model_zoos_test_data_agrees),
        cmocka_unit_test(layers_of_exporters_models),
        cmocka_unit_test(one_network_in_two_forms_has_the_same_layers),
        cmocka_unit_test(the_demo_networks_pass_the_check),
        cmocka_unit_test(one_network_in_two_forms_gives_the_same_relevance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
