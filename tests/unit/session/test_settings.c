/* test_settings.c: settings as text and as rules files. */
#include <string.h>

#include "check.h"
#include "internal.h"
#include "lrpscope/method.h"
#include "output.h"
#include "temporary.h"

static struct lrp_settings *fresh(void)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = NULL;
    check_ok(lrp_settings_new(&s, &err), &err);
    return s;
}

static const char *file_with(void **state, const char *name, const char *text)
{
    struct lrp_error err = {0};
    const char *path = temporary_path(state, name);
    check_ok(lrp_output_write(path, text, strlen(text), &err), &err);
    return path;
}

static const struct {
    enum lrp_setting setting;
    const char *text;
    bool allowed;
} forms[] = {
    {LRP_SETTING_CONVENTION, "zennit", true},
    {LRP_SETTING_CONVENTION, "keras", false},
    {LRP_SETTING_METHOD, "gradient", true},
    {LRP_SETTING_METHOD, "magic", false},
    {LRP_SETTING_INPUT_SHAPE, "1,3,8,8", true},
    {LRP_SETTING_INPUT_SHAPE, "1,x", false},
    {LRP_SETTING_INPUT_SHAPE, "1,0", true},
    {LRP_SETTING_INPUT_SHAPE, "0,1", false},
    {LRP_SETTING_INPUT_SHAPE, "1,2,", false},
    {LRP_SETTING_INPUT_SHAPE, "1,3,b=1,77", true},
    {LRP_SETTING_INPUT_SHAPE, "b=", false},
    {LRP_SETTING_INPUT_SHAPE, "\"a=,b\"=1,77", true},
    {LRP_SETTING_INPUT_SHAPE, "b=1,77,1", true},
    {LRP_SETTING_INPUT_SHAPE, "=1,2", false},
    {LRP_SETTING_INPUT_SHAPE, "b=1,,2", false},
    {LRP_SETTING_SCALE, "1/255", true},
    {LRP_SETTING_SCALE, "bright", false},
    {LRP_SETTING_SKIP_CHECKS, "true", true},
    {LRP_SETTING_SKIP_CHECKS, "yes", false},
    {LRP_SETTING_COLORMAP, "seismic", true},
    {LRP_SETTING_COLORMAP, "pink elephants", false},
    {LRP_SETTING_MEMORY, "2G", true},
    {LRP_SETTING_MEMORY, "lots", false},
    {LRP_SETTING_THREADS, "-1", false},
};

/* A form that is left without a row would take any text, which is what TEXT alone is for. */
static void every_form_has_a_row_and_a_setting(void **state)
{
    static const char *const ids[] = {
#define X(id) #id,
        LRP_SETTING_FORMS(X)
#undef X
    };
    (void)state;
    for (int form = 0; form < LRP_FORM_COUNT; form++) {
        const struct lrp_setting_form_row *row = lrp_setting_form_row((enum lrp_setting_form)form);
        bool used = false;
        for (int s = 0; s < LRP_SETTING_COUNT; s++) used |= (int)lrp_setting_form((enum lrp_setting)s) == form;
        if (!used) fail_msg("no setting is of the form %s", ids[form]);
        if (form != LRP_FORM_TEXT && !row->check && !row->value && !row->suffix)
            fail_msg("the form %s has no row in setting_forms.c", ids[form]);
    }
}

/* What completion offers can be set; what is no name of a value cannot where all values have names. */
static void every_named_value_can_be_set(void **state)
{
    struct lrp_settings *s = fresh();
    (void)state;
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        struct lrp_word word;
        for (size_t k = 0; lrp_setting_value_at(s, setting, k, &word); k++) {
            struct lrp_error err = {0};
            if (!word.line || !*word.name) fail_msg("value %zu of the setting %s has no name", k, lrp_setting_key(setting));
            if (lrp_settings_set(s, setting, word.name, &err))
                fail_msg("the setting %s cannot be %s: %s", lrp_setting_key(setting), word.name, err.message);
        }
    }
    lrp_settings_free(s);
}

static void checks_the_form_of_every_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct lrp_settings *s = fresh();
        struct lrp_error err = {0};
        enum lrp_status status = lrp_settings_set(s, forms[i].setting, forms[i].text, &err);
        if (forms[i].allowed)
            check_ok(status, &err);
        else
            check_fails(status, &err, LRP_USAGE, "");
        assert_int_equal(lrp_settings_given(s, forms[i].setting), forms[i].allowed);
        lrp_settings_free(s);
    }
}

/* Gradients, which have no sign to speak of, are shown by their norm in a sequential map; all else as relevance is. */
static void heatmaps_are_as_the_method_has_them(void **state)
{
    (void)state;
    static const struct {
        const char *method, *colormap;
        enum lrp_reduction reduction;
    } rows[] = {{"lrp", "seismic", LRP_REDUCE_SUM},
                {"gradient", "hot", LRP_REDUCE_NORM},
                {"input-gradient", "seismic", LRP_REDUCE_SUM},
                {"guided-backprop", "seismic", LRP_REDUCE_SUM},
                {"deconvnet", "seismic", LRP_REDUCE_SUM},
                {"smooth-grad", "hot", LRP_REDUCE_NORM}, /* as the gradients it is made of */
                {"integrated-gradients", "seismic", LRP_REDUCE_SUM},
                {"grad-cam", "hot", LRP_REDUCE_SUM},
                {"guided-grad-cam", "seismic", LRP_REDUCE_SUM},
                {"deep-lift", "seismic", LRP_REDUCE_SUM},
                {"occlusion", "seismic", LRP_REDUCE_SUM},
                {"ablation", "seismic", LRP_REDUCE_SUM}};
    const struct lrp_method_info *method;
    for (size_t i = 0; (method = lrp_method_at(i)); i++) {
        struct lrp_settings *s = fresh();
        struct lrp_heatmap_options options;
        struct lrp_error err = {0};
        size_t at = 0;
        while (at < sizeof rows / sizeof *rows && strcmp(rows[at].method, method->name) != 0) at++;
        if (at == sizeof rows / sizeof *rows) fail_msg("the method %s has no heatmap here", method->name);
        check_ok(lrp_settings_set(s, LRP_SETTING_METHOD, method->name, &err), &err);
        check_ok(lrp_settings_heatmap(s, LRP_SHOW_RELEVANCE, &options, &err), &err);
        assert_string_equal(lrp_colormap_name(options.colormap), rows[at].colormap);
        assert_int_equal(options.reduction, rows[at].reduction);
        check_ok(lrp_settings_heatmap(s, LRP_SHOW_ACTIVATION, &options, &err), &err);
        assert_string_equal(lrp_colormap_name(options.colormap), "viridis");
        lrp_settings_free(s);
    }
}

static void last_rule_for_a_selector_replaces_the_one_before(void **state)
{
    (void)state;
    struct lrp_settings *s = fresh();
    struct lrp_error err = {0};
    check_ok(lrp_settings_add_rule(s, "conv1", "flat", &err), &err);
    check_ok(lrp_settings_add_rule(s, "2", "zero", &err), &err);
    check_ok(lrp_settings_add_rule(s, "conv1", "z-plus", &err), &err);
    assert_int_equal(lrp_settings_rule_count(s), 2);
    assert_string_equal(lrp_settings_rule_at(s, 1).select, "conv1");
    assert_string_equal(lrp_settings_rule_at(s, 1).rule, "z-plus");
    lrp_settings_remove_rule(s, NULL);
    assert_int_equal(lrp_settings_rule_count(s), 0);
    lrp_settings_free(s);
}

/* Many at once: as if each had been added alone, in that order; a selector that is named twice stands where it was named last.
 */
static void many_rules_at_once_are_as_one_after_the_other(void **state)
{
    static const char *const selects[] = {"b", "x", "a", "x", "c"}, *const gone[] = {"a", "nothing", "old"};
    (void)state;
    struct lrp_settings *s = fresh(), *single = fresh();
    struct lrp_error err = {0};
    for (size_t i = 0; i < 2; i++) {
        check_ok(lrp_settings_add_rule(i ? single : s, "a", "zero", &err), &err);
        check_ok(lrp_settings_add_rule(i ? single : s, "old", "flat", &err), &err);
    }
    check_ok(lrp_settings_add_rules(s, selects, 5, "gamma(0.5)", &err), &err);
    for (size_t i = 0; i < 5; i++) check_ok(lrp_settings_add_rule(single, selects[i], "gamma(0.5)", &err), &err);
    assert_true(lrp_settings_equal(s, single));
    assert_int_equal(lrp_settings_rule_count(s), 5);
    assert_string_equal(lrp_settings_rule_at(s, 0).select, "old");
    assert_string_equal(lrp_settings_rule_at(s, 3).select, "x");
    check_fails(lrp_settings_add_rules(s, selects, 5, "no-such", &err), &err, LRP_USAGE, "no-such");
    assert_true(lrp_settings_equal(s, single));
    lrp_settings_remove_rules(s, gone, 3);
    assert_int_equal(lrp_settings_rule_count(s), 3);
    assert_string_equal(lrp_settings_rule_at(s, 0).select, "b");
    lrp_settings_free(s);
    lrp_settings_free(single);
}

static void a_file_written_reads_back_the_same(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = fresh(), *back = fresh();
    check_ok(lrp_settings_set(s, LRP_SETTING_COMPOSITE, "epsilon-gamma-box(-2.1,2.6)", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_CONVENTION, "zennit", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_MEAN, "0.5,0.4,0.3", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_COLORMAP, "seismic", &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_TARGET, "tabby, tabby cat", &err), &err);
    check_ok(lrp_settings_set_flag(s, LRP_SETTING_FUSE, false, &err), &err);
    check_ok(lrp_settings_add_rule(s, "a=b", "epsilon(0.25,bias=off)", &err), &err);
    check_ok(lrp_settings_register_layer(s, "LRN", true, &err), &err);
    check_ok(lrp_settings_register_activation(s, "relu6", true, &err), &err);
    const char *path = temporary_path(state, "rules.json");
    check_ok(lrp_settings_write(s, path, &err), &err);
    char *warnings = NULL;
    check_ok(lrp_settings_read(back, path, &warnings, &err), &err);
    assert_null(warnings);
    assert_true(lrp_settings_equal(s, back));
    lrp_settings_free(s);
    lrp_settings_free(back);
}

static void files_beside_a_rules_file_are_named_from_there(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = fresh(), *back = fresh();
    char labels[1024], text[4096], *warnings = NULL;
    snprintf(labels, sizeof labels, "%s", file_with(state, "labels.txt", "cat\ndog\n"));
    check_ok(lrp_settings_set(s, LRP_SETTING_LABELS, labels, &err), &err);
    check_ok(lrp_settings_set(s, LRP_SETTING_PREPROCESS, "/dev/null", &err), &err);
    const char *path = temporary_path(state, "rules.json");
    check_ok(lrp_settings_write(s, path, &err), &err);
    FILE *f = fopen(path, "r");
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(text, "\"labels.txt\"")); /* without a folder */
    assert_non_null(strstr(text, "/dev/null"));      /* which lies elsewhere */
    check_ok(lrp_settings_read(back, path, &warnings, &err), &err);
    assert_string_equal(lrp_settings_get(back, LRP_SETTING_LABELS), labels);
    free(warnings);
    lrp_settings_free(s);
    lrp_settings_free(back);
}

static void unknown_keys_are_warned_about_and_kept(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = fresh();
    const char *path =
        file_with(state, "a.json", "{\"lrpscope\": 1, \"author\": \"me\", \"heatmap\": {\"gamma\": 0.5, \"sparkle\": [1, 2]}}");
    char *warnings = NULL;
    check_ok(lrp_settings_read(s, path, &warnings, &err), &err);
    assert_non_null(strstr(warnings, "author"));
    assert_non_null(strstr(warnings, "heatmap.sparkle"));
    assert_string_equal(lrp_settings_get(s, LRP_SETTING_GAMMA), "0.5");
    const char *out = temporary_path(state, "b.json");
    check_ok(lrp_settings_write(s, out, &err), &err);
    FILE *f = fopen(out, "r");
    char text[4096];
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(text, "author"));
    assert_non_null(strstr(text, "sparkle"));
    free(warnings);
    lrp_settings_free(s);
}

static const struct {
    const char *text;
    enum lrp_status status;
    const char *part;
} damaged[] = {
    {"{\"rules\": [{\"select\": \"1\", \"rule\": \"no-such-rule\"}]}", LRP_USAGE, "no-such-rule"},
    {"{\"rules\": {\"1\": \"zero\"}}", LRP_FILE, "rules"},
    {"{\"lrpscope\": 2}", LRP_FILE, "version 1"},
    {"{\"skip_checks\": 3}", LRP_USAGE, "skip_checks"},
    {"{\"custom_rules\": {\"mine\": {}}}", LRP_FILE, "groups"},
    {"{\"composite\": [{\"layer\": \"9\"}]}", LRP_FILE, "primitive 1 is none"},
    {"{\"composite\": [\"global(zero)\", {\"globl\": \"zero\"}]}", LRP_FILE, "primitive 2 is none"},
    {"{\n \"composite\": [\"global(zero)\",\n   \"layer(2, flt)\"]}", LRP_USAGE, "damaged.json:3:4: \"composite\": "},
    {"{\n \"composite\": [\"global(zero)\",\n   {\"layer\": \"2\", \"rule\": \"flt\"}]}", LRP_USAGE, ":3:4: \"composite\": "},
    {"{\n \"composite\":\n  \"epsilon-plus-flt\"}", LRP_USAGE, ":3:3: \"composite\": "},
    {"[1, 2]", LRP_FILE, "object"},
    {"{\"composite\": ", LRP_FILE, "line 1"},
};

static void names_file_and_key_of_what_is_wrong(void **state)
{
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct lrp_error err = {0};
        struct lrp_settings *s = fresh();
        const char *path = file_with(state, "damaged.json", damaged[i].text);
        check_fails(lrp_settings_read(s, path, NULL, &err), &err, damaged[i].status, damaged[i].part);
        assert_non_null(strstr(err.message, "damaged.json"));
        lrp_settings_free(s);
    }
}

static void a_composite_may_be_a_list_of_primitives(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *s = fresh();
    const char *path =
        file_with(state, "list.json",
                  "{\"composite\": [\"global(zero)\", \"layer(2, flat)\"], \"target\": 3, \"input_shape\": [1, 3, 8, 8]}");
    check_ok(lrp_settings_read(s, path, NULL, &err), &err);
    assert_string_equal(lrp_settings_get(s, LRP_SETTING_COMPOSITE), "composite(global(zero), layer(2, flat))");
    assert_string_equal(lrp_settings_get(s, LRP_SETTING_TARGET), "3");
    assert_string_equal(lrp_settings_get(s, LRP_SETTING_INPUT_SHAPE), "1,3,8,8");
    lrp_settings_free(s);
}

/* Numbers alone are the first input's, whenever they are given; a name given again is replaced when it is read. */
static void shapes_of_several_inputs_add_up(void **state)
{
    (void)state;
    static const struct {
        const char *added, *all;
    } steps[] = {{"b=1,7", "b=1,7"},
                 {"1,3", "1,3,b=1,7"},
                 {"\"c=\"=2", "1,3,b=1,7,\"c=\"=2"},
                 {"2,3", "2,3,b=1,7,\"c=\"=2"},
                 {"b=4", "2,3,b=1,7,\"c=\"=2,b=4"}};
    struct lrp_settings *s = fresh();
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct lrp_error err = {0};
        check_ok(lrp_settings_add_input_shape(s, steps[i].added, &err), &err);
        assert_string_equal(lrp_settings_get(s, LRP_SETTING_INPUT_SHAPE), steps[i].all);
    }
    lrp_settings_free(s);
}

/* Read as JSON, written as text, read as that: the same settings, and a second file like the first. */
static void a_composite_read_as_json_comes_back_as_it_was(void **state)
{
    static const char *const composites[][2] = {
        {"[{\"global\": \"zero\"}, {\"global-type\": {\"convolution\": \"alpha-beta(2,1)\", \"dense\": \"epsilon(1e-5)\"}},"
         " {\"first-n-type\": 7, \"rules\": {\"convolution\": \"flat\"}}, {\"layer\": \"9\", \"rule\": \"alpha-beta(1,0)\"}]",
         "composite(global(zero), global-type(convolution=alpha-beta(2,1), dense=epsilon(1e-5)), first-n-type(7, "
         "convolution=flat), "
         "layer(9, alpha-beta(1,0)))"},
        {"[{\"layer\": \"a, (b)\", \"rule\": \"epsilon(0.1,bias=off)\"}, \"last-layer(z-plus)\"]",
         "composite(layer(\"a, (b)\", epsilon(0.1,bias=off)), last-layer(z-plus))"}};
    for (size_t i = 0; i < sizeof composites / sizeof *composites; i++) {
        struct lrp_error err = {0};
        struct lrp_settings *first = fresh(), *second = fresh();
        char text[1024];
        snprintf(text, sizeof text, "{\"composite\": %s}", composites[i][0]);
        check_ok(lrp_settings_read(first, file_with(state, "json.json", text), NULL, &err), &err);
        assert_string_equal(lrp_settings_get(first, LRP_SETTING_COMPOSITE), composites[i][1]);
        const char *path = temporary_path(state, "text.json");
        check_ok(lrp_settings_write(first, path, &err), &err);
        check_ok(lrp_settings_read(second, path, NULL, &err), &err);
        assert_string_equal(lrp_settings_get(second, LRP_SETTING_COMPOSITE), composites[i][1]);
        assert_true(lrp_settings_equal(first, second));
        lrp_settings_free(first);
        lrp_settings_free(second);
    }
}

/* What a number becomes, in the fewest digits that are all of it. */
static void pictures_are_prepared_by_a_formula(void **state)
{
    static const struct {
        const char *scale, *mean, *std, *text;
    } cases[] = {
        {NULL, NULL, NULL, ""},
        {"1", "0", "1", ""},
        {"1/255", NULL, NULL, "x/255"},
        {"1/127.5", "1", NULL, "x/127.5-1"},
        {"1/255", "0.5", "0.5", "x/127.5-1"}, /* the same in one step */
        {"1/255", "0.2860", "0.3530", "(x/255-0.286)/0.353"},
        {"1/255", "-0.5", NULL, "x/255+0.5"},
        {"1/255", NULL, "0.353", "x/255/0.353"},
        {"2", NULL, NULL, "x*2"},
        {NULL, "127", NULL, "x-127"},
        {NULL, "127.5", "127.5", "x/127.5-1"},
        {"1/255", "0.485,0.456,0.406", "0.229,0.224,0.225", "(x/255-mean)/std"},
        {"1/255", "0.5,0.5,0.5", "0.5", "x/127.5-1"}, /* channels are alike */
        {"1,2,3", NULL, NULL, "(x*scale-mean)/std"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_error err = {0};
        struct lrp_settings *settings = fresh();
        char text[64];
        if (cases[i].scale) check_ok(lrp_settings_set(settings, LRP_SETTING_SCALE, cases[i].scale, &err), &err);
        if (cases[i].mean) check_ok(lrp_settings_set(settings, LRP_SETTING_MEAN, cases[i].mean, &err), &err);
        if (cases[i].std) check_ok(lrp_settings_set(settings, LRP_SETTING_STD, cases[i].std, &err), &err);
        check_ok(lrp_settings_preprocess_text(settings, text, sizeof text, &err), &err);
        assert_string_equal(text, cases[i].text);
        lrp_settings_free(settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_prepared_by_a_formula),
        cmocka_unit_test(checks_the_form_of_every_value),
        cmocka_unit_test(every_form_has_a_row_and_a_setting),
        cmocka_unit_test(every_named_value_can_be_set),
        cmocka_unit_test(heatmaps_are_as_the_method_has_them),
        cmocka_unit_test(last_rule_for_a_selector_replaces_the_one_before),
        cmocka_unit_test(many_rules_at_once_are_as_one_after_the_other),
        cmocka_unit_test_setup_teardown(a_file_written_reads_back_the_same, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(files_beside_a_rules_file_are_named_from_there, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(unknown_keys_are_warned_about_and_kept, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(names_file_and_key_of_what_is_wrong, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_composite_may_be_a_list_of_primitives, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(shapes_of_several_inputs_add_up, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_composite_read_as_json_comes_back_as_it_was, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
