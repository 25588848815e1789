/* test_layer_name.c: what a registered or selecting name means for a layer. */
#include "check.h"
#include "layer_name.h"

static const struct lrp_layer layer = {.name = "blk[0].conv",
                                       .type = "convolution",
                                       .group = "linear",
                                       .second_group = "",
                                       .op_type = "Conv",
                                       .domain = "",
                                       .activation = "hard-swish",
                                       .activation_op = "HardSwish"},
                              lone = {.name = "act",
                                      .type = "elu",
                                      .group = "activation",
                                      .second_group = "",
                                      .op_type = "Elu",
                                      .domain = "com.x",
                                      .activation = "identity",
                                      .activation_op = ""};

static void names_cover_layers_by_type_name_glob_and_domain(void **state)
{
    static const struct {
        const char *name;
        bool layer, activation;
    } cases[] = {{"convolution", true, false},   {"linear", true, false},
                 {"Conv", true, false},          {"", false, false},
                 {"hard-swish", false, true},    {"HardSwish", false, true},
                 {"blk[0].conv", true, true},    {"blk*", true, true},
                 {"blk[[]0].*", true, true},     {"blk[0]*", false, false},
                 {"blk0.conv", false, false},    {"domain:ai.onnx", true, true},
                 {"domain:com.x", false, false}, {"domain:", false, false},
                 {"convolution*", false, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (lrp_name_covers_layer(cases[i].name, &layer) != cases[i].layer ||
            lrp_name_covers_activation(cases[i].name, &layer) != cases[i].activation)
            fail_msg("%s", cases[i].name);
    }
}

static void an_activation_that_stands_alone_is_one_by_its_type(void **state)
{
    (void)state;
    assert_true(lrp_name_covers_lone_activation("elu", &lone));
    assert_true(lrp_name_covers_lone_activation("Elu", &lone));
    assert_false(lrp_name_covers_lone_activation("relu", &lone));
    assert_false(lrp_name_covers_lone_activation("convolution", &layer));
    assert_true(lrp_name_covers_layer("domain:com.x", &lone));
    assert_false(lrp_name_covers_layer("domain:ai.onnx", &lone));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_cover_layers_by_type_name_glob_and_domain),
                                       cmocka_unit_test(an_activation_that_stands_alone_is_one_by_its_type)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
