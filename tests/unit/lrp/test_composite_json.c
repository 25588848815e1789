/* test_composite_json.c: composites from text to JSON and back, as they were; names that registration takes. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "composite_json.h"
#include "lrpscope/layer.h"
#include "lrpscope/registry.h"

static unsigned state = 99;
static int draw(int n)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 16) % (unsigned)n);
}

static const char *random_rule(void)
{
    static const char *const rules[] = {"zero",        "epsilon(0.125)", "alpha-beta(2,1)",
                                        "z-box(-1,3)", "flat",           "gamma(0.5,bias=raw)"};
    return rules[draw(6)];
}
static void random_map(struct lrp_text *t)
{
    static const char *const types[] = {"convolution", "dense", "scale", "\"a=b\""};
    for (int i = 0, count = 1 + draw(4); i < count; i++) lrp_text_printf(t, "%s%s=%s", i ? ", " : "", types[i], random_rule());
}
static void random_primitive(struct lrp_text *t)
{
    static const char *const plain[] = {"global", "first-layer", "last-layer"};
    static const char *const maps[] = {"global-type", "first-layer-type", "last-layer-type"};
    static const char *const names[] = {"1",     "conv*", "[ab]?", "/a/b.0/Conv", "\"a,b\"", "\"f(x)\"", "\"say \\\"x\\\"\"",
                                        "\"a]\""};
    switch (draw(6)) {
    case 0:
        lrp_text_printf(t, "%s(%s)", plain[draw(3)], random_rule());
        return;
    case 1:
        lrp_text_printf(t, "layer(%s, %s)", names[draw(8)], random_rule());
        return;
    case 2:
        lrp_text_printf(t, "range(%d..%d, %s)", 1 + draw(4), 5 + draw(4), random_rule());
        return;
    case 3:
        lrp_text_printf(t, "first-n-type(%d, ", 1 + draw(9));
        break;
    case 4:
        lrp_text_printf(t, "range-type(%d..%d, ", 1 + draw(4), 5 + draw(4));
        break;
    default:
        lrp_text_printf(t, "%s(", maps[draw(3)]);
    }
    random_map(t);
    lrp_text_append(t, ")");
}

static void composites_come_back_as_they_were(void **unused)
{
    (void)unused;
    for (int round = 0; round < 300; round++) {
        struct lrp_text text = {0}, again = {0};
        struct lrp_error err = {0};
        struct lrp_composite *composite = NULL, *back = NULL;
        cJSON *json = NULL;
        lrp_text_append(&text, "composite(");
        for (int i = 0, count = 2 + draw(4); i < count; i++) {
            if (i) lrp_text_append(&text, ", ");
            random_primitive(&text);
        }
        lrp_text_append(&text, ")");
        check_ok(lrp_composite_parse(text.data, NULL, LRP_CONVENTION_JULIA, &composite, &err), &err);
        char *first = lrp_composite_json(composite);
        check_ok(lrp_json_parse(first, strlen(first), &json, &err), &err);
        check_ok(lrp_composite_json_text(json, &again, &err), &err);
        assert_string_equal(again.data, text.data);
        check_ok(lrp_composite_parse(again.data, NULL, LRP_CONVENTION_JULIA, &back, &err), &err);
        char *second = lrp_composite_json(back);
        assert_string_equal(second, first);
        free(first);
        free(second);
        cJSON_Delete(json);
        lrp_composite_free(composite);
        lrp_composite_free(back);
        lrp_text_free(&text);
        lrp_text_free(&again);
    }
}

static void what_is_no_primitive_is_told_by_its_place(void **unused)
{
    static const char *const wrong[] = {"[1]",
                                        "[{}]",
                                        "[{\"global\": 1}]",
                                        "[{\"global\": \"zero\", \"rule\": \"zero\"}]",
                                        "[{\"layer\": \"9\"}]",
                                        "[{\"layer\": 9, \"rule\": \"zero\"}]",
                                        "[{\"global-type\": {}}]",
                                        "[{\"first-n-type\": \"7\", \"rules\": {\"dense\": \"zero\"}}]",
                                        "[{\"nothing\": \"zero\"}]",
                                        "[{\"global\": \"zero), layer(2, flat\"}]",
                                        "[{\"global-type\": {\"dense\": \"zero, Conv=flat\"}}]"};
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct lrp_text text = {0};
        struct lrp_error err = {0};
        cJSON *json = NULL;
        check_ok(lrp_json_parse(wrong[i], strlen(wrong[i]), &json, &err), &err);
        check_fails(lrp_composite_json_text(json, &text, &err), &err, LRP_FILE, "primitive 1 is none");
        cJSON_Delete(json);
        lrp_text_free(&text);
    }
}

static void layers_are_registered_by_name_glob_and_domain(void **unused)
{
    static const struct {
        const char *name;
        bool first, second;
    } cases[] = {{"head/my-op", true, false},  {"head/*", true, true},       {"*/other?", false, true},
                 {"domain:acme", true, false}, {"domain:acm", false, false}, {"domain:ai.onnx", false, true},
                 {"MyOp", true, true},         {"my-op", true, true},        {"tail/*", false, false}};
    const struct lrp_layer first = {.name = "head/my-op",
                                    .type = "my-op",
                                    .carries = true,
                                    .group = "",
                                    .second_group = "",
                                    .op_type = "MyOp",
                                    .domain = "acme",
                                    .activation = "tanh",
                                    .activation_op = "Tanh"};
    const struct lrp_layer second = {.name = "head/other1",
                                     .type = "my-op",
                                     .carries = true,
                                     .group = "",
                                     .second_group = "",
                                     .op_type = "MyOp",
                                     .domain = "",
                                     .activation = "tanh",
                                     .activation_op = "Tanh"};
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_registry *registry = NULL;
        struct lrp_error err = {0};
        check_ok(lrp_registry_new(false, &registry, &err), &err);
        check_ok(lrp_registry_support_layer(registry, cases[i].name, &err), &err);
        assert_int_equal(lrp_registry_supports_layer(registry, &first), cases[i].first);
        assert_int_equal(lrp_registry_supports_layer(registry, &second), cases[i].second);
        assert_false(lrp_registry_supports_activation(registry, &first));
        check_ok(lrp_registry_support_activation(registry, "head/*", &err), &err);
        assert_true(lrp_registry_supports_activation(registry, &first));
        lrp_registry_free(registry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composites_come_back_as_they_were),
        cmocka_unit_test(what_is_no_primitive_is_told_by_its_place),
        cmocka_unit_test(layers_are_registered_by_name_glob_and_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
