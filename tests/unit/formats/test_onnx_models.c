/* test_onnx_models.c: real models, where they are at hand; every number is what the onnx package of Python says. */
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "onnx.h"

#define FOLDER "../shared/models/"

static void real_models_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int ir_version, opset;
        size_t nodes, constants, inputs;
    } cases[] = {
        {"fashion/resnet_bn_op13.onnx", 7, 13, 33, 45, 1},
        {"fashion/resnet_op17.onnx", 8, 17, 22, 20, 1},
        {"fashion/vgg_op13.onnx", 7, 13, 19, 16, 1},
        {"fashion/vit_op13.onnx", 7, 13, 310, 44, 1},
        {"fashion/vit_op17.onnx", 8, 17, 240, 44, 1},
        {"loader-variants/dianna_mnist.onnx", 6, 11, 15, 9, 1},
        {"loader-variants/dianna_season.onnx", 4, 9, 20, 11, 1},
        {"loader-variants/mnv1_0.25_external.onnx", 7, 13, 58, 58, 1},
        {"loader-variants/mnv1_0.25_fp16.onnx", 7, 13, 60, 58, 1},
        {"loader-variants/mnv1_0.25_oldstyle.onnx", 3, 13, 87, 29, 1},
        {"loader-variants/mobilenet_v1_0.25_128_quant.onnx", 7, 13, 58, 58, 1},
        {"loader-variants/vww_96_bn.onnx", 7, 13, 85, 164, 1},
        {"loader-variants/vww_96_float.onnx", 7, 13, 58, 56, 1},
        {"mnist-8/model.onnx", 3, 8, 12, 8, 1},
        {"mobilenet-v2/model.onnx", 7, 13, 101, 108, 1},
        {"resnet8-cifar10/bn.onnx", 7, 13, 30, 48, 1},
        {"resnet8-cifar10/folded.onnx", 7, 13, 23, 20, 1},
    };
    if (access(FOLDER, R_OK) != 0) skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_definition *d;
        struct lrp_error err;
        char path[200];
        snprintf(path, sizeof path, FOLDER "%s", cases[i].name);
        check_ok(lrp_onnx_read(path, &d, &err), &err);
        if (d->node_count != cases[i].nodes || d->constant_count != cases[i].constants || d->input_count != cases[i].inputs ||
            d->ir_version != cases[i].ir_version || d->opsets[0].version != cases[i].opset || d->output_count != 1)
            fail_msg("%s: %zu nodes, %zu constants, %zu inputs, IR %d, opset %d", path, d->node_count, d->constant_count,
                     d->input_count, (int)d->ir_version, d->opsets[0].version);
        lrp_definition_free(d);
    }
}

static const struct lrp_blob *constant_of(const struct lrp_definition *d, size_t index)
{
    assert_true(index < d->constant_count);
    return d->constants[index].blob;
}

/* Raw, external, float16 and float_data weights: their sums in double. */
static void weights_hold_the_right_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t index, count;
        double sum;
    } cases[] = {
        {"loader-variants/mnv1_0.25_external.onnx", 0, 1, 0},
        {"loader-variants/mnv1_0.25_external.onnx", 57, 1001, 12.918668017024174},
        {"loader-variants/mnv1_0.25_fp16.onnx", 10, 512, 21.89117431640625},
        {"loader-variants/mnv1_0.25_oldstyle.onnx", 4, 144, -47.130549073219299},
        {"mnist-8/model.onnx", 0, 2560, -4.5530170747297234},
        {"fashion/vit_op13.onnx", 20, 48, 46.998600125312805},
    };
    if (access(FOLDER, R_OK) != 0) skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_definition *d;
        struct lrp_error err;
        char path[200];
        snprintf(path, sizeof path, FOLDER "%s", cases[i].name);
        check_ok(lrp_onnx_read(path, &d, &err), &err);
        const struct lrp_blob *blob = constant_of(d, cases[i].index);
        double sum = 0;
        for (size_t k = 0; k < blob->count; k++) sum += (double)lrp_blob_get_f32(blob, k);
        assert_int_equal(blob->count, cases[i].count);
        check_close(sum, cases[i].sum, 1e-9);
        lrp_definition_free(d);
    }
}

static void test_data_is_read(void **state)
{
    (void)state;
    struct lrp_arena *arena = lrp_arena_new();
    struct lrp_blob *blob;
    struct lrp_error err;
    if (access(FOLDER, R_OK) != 0) {
        lrp_arena_free(arena);
        skip();
    }
    check_ok(lrp_onnx_read_tensor(FOLDER "mnist-8/test_data_set_0/output_0.pb", arena, &blob, &err), &err);
    assert_true(lrp_shape_equal(blob->shape, &(struct lrp_shape){2, {1, 10}}));
    float got[10];
    lrp_blob_f32(blob, 0, 10, got);
    const float wanted[] = {975.670105f,  -618.723938f, 6574.56836f,  668.028931f,  -917.270935f,
                            -1671.63586f, -1952.75989f, -61.5498734f, -777.176636f, -1439.53162f};
    check_f32_array(got, wanted, 10, 0);
    lrp_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_models_are_read),
        cmocka_unit_test(weights_hold_the_right_numbers),
        cmocka_unit_test(test_data_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
