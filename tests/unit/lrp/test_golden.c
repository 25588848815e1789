/* test_golden.c: relevances that other tools computed: the golden cases, through the library, with the rules golden.py gives
 * them. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "explain.h"
#include "text.h"

static const char *const cases_folder = "../shared/golden/cases";

struct golden {
    char folder[256];
    cJSON *json;
    struct explanation e;
    struct lrp_tensor *input;
    int bad, compared;
};

static const char *text_of(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_of(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static cJSON *read_json(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    assert_true(file && text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    free(text);
    assert_non_null(json);
    return json;
}

static struct lrp_tensor *read_array(const struct golden *g, const char *name)
{
    char path[512];
    struct lrp_tensor *tensor = NULL;
    struct lrp_error err;
    snprintf(path, sizeof path, "%s/%s", g->folder, name);
    check_ok(lrp_tensor_read_npy(path, &tensor, &err), &err);
    return tensor;
}

/* ---- rules, named as golden.py names them ---- */

static void append_numbers(struct lrp_text *t, const cJSON *item)
{
    const cJSON *one;
    const char *separator = "[";
    if (cJSON_IsNumber(item)) {
        lrp_text_printf(t, "%.17g", item->valuedouble);
        return;
    }
    cJSON_ArrayForEach(one, item)
    {
        lrp_text_printf(t, "%s%.17g", separator, one->valuedouble);
        separator = ";";
    }
    lrp_text_append(t, "]");
}

/* Their name, ours, and which of its parameters are given without a name. */
static const struct {
    const char *rule, *text, *keys[2];
} names[] = {
    {"Epsilon", "epsilon", {"epsilon"}},
    {"Norm", "zero", {0}},
    {"AD", "zero", {0}},
    {"ZPlus", "z-plus", {0}},
    {"Flat", "flat", {0}},
    {"WSquare", "w-square", {0}},
    {"Gamma", "generalized-gamma", {"gamma"}},
    {"GammaSimple", "gamma", {"gamma"}},
    {"AlphaBeta", "alpha-beta", {"alpha", "beta"}},
    {"ZBox", "z-box", {"low", "high"}},
    {"Pass", "pass", {0}},
    {"none", "gradient", {0}},
};

static char *rule_text(const cJSON *rule)
{
    struct lrp_text t = {0};
    const char *separator = "(";
    bool no_bias = cJSON_GetArraySize(cJSON_GetObjectItem(rule, "zero_params")) > 0;
    size_t i = 0;
    while (i < sizeof names / sizeof *names && strcmp(names[i].rule, text_of(rule, "rule")) != 0) i++;
    if (i == sizeof names / sizeof *names) fail_msg("a rule called %s", text_of(rule, "rule"));
    lrp_text_append(&t, names[i].text);
    for (int k = 0; k < 2 && names[i].keys[k]; k++) {
        lrp_text_append(&t, separator);
        append_numbers(&t, cJSON_GetObjectItem(rule, names[i].keys[k]));
        separator = ",";
    }
    if (cJSON_GetObjectItem(rule, "stabilizer") && strcmp(names[i].text, "epsilon") != 0) {
        lrp_text_printf(&t, "%sstabilizer=%.17g", separator, number_of(rule, "stabilizer"));
        separator = ",";
    }
    if (strcmp(names[i].text, "w-square") == 0 || no_bias) {
        lrp_text_printf(&t, "%sbias=%s", separator, no_bias ? "off" : "on");
        separator = ",";
    }
    if (*separator == ',') lrp_text_append(&t, ")");
    return lrp_text_take(&t);
}

static void rules_by_layer(struct golden *g)
{
    const cJSON *layer, *layers = cJSON_GetObjectItem(g->json, "layers");
    struct lrp_rule_option options[64];
    size_t count = 0;
    cJSON_ArrayForEach(layer, layers)
    {
        assert_in_range(count, 0, 63);
        options[count++] = (struct lrp_rule_option){text_of(layer, "onnx_node"), rule_text(cJSON_GetObjectItem(layer, "rule"))};
    }
    explain_rules(&g->e, "zero", LRP_CONVENTION_JULIA, options, count);
    for (size_t i = 0; i < count; i++) free((char *)(uintptr_t)options[i].rule);
}

static const struct {
    const char *theirs, *ours;
} composites[] = {
    {"EpsilonPlus", "epsilon-plus"},
    {"EpsilonPlusFlat", "epsilon-plus-flat"},
    {"EpsilonAlpha2Beta1", "epsilon-alpha2-beta1"},
    {"EpsilonAlpha2Beta1Flat", "epsilon-alpha2-beta1-flat"},
    {"EpsilonGammaBox", "epsilon-gamma-box"},
};

static const char *composite_of(const struct golden *g)
{
    for (size_t i = 0; i < sizeof composites / sizeof *composites; i++)
        if (strcmp(text_of(g->json, "composite"), composites[i].theirs) == 0) return composites[i].ours;
    return NULL;
}

static void rules_by_composite(struct golden *g)
{
    const cJSON *arguments = cJSON_GetObjectItem(g->json, "composite_args");
    struct lrp_text t = {0};
    lrp_text_append(&t, composite_of(g));
    if (cJSON_GetObjectItem(arguments, "low")) {
        lrp_text_append(&t, "(");
        append_numbers(&t, cJSON_GetObjectItem(arguments, "low"));
        lrp_text_append(&t, ",");
        append_numbers(&t, cJSON_GetObjectItem(arguments, "high"));
        lrp_text_append(&t, ")");
    }
    explain_rules(&g->e, t.data, LRP_CONVENTION_ZENNIT, NULL, 0);
    lrp_text_free(&t);
}

static void rules_of_captum(struct golden *g)
{
    static const struct {
        const char *name, *rule;
    } linear[] = {{"captum_lenet_epsilon_0.25", "epsilon(0.25)"},
                  {"captum_lenet_gamma", "gamma(0.25)"},
                  {"captum_lenet_alpha1beta0", "z-plus"}};
    struct lrp_rule_option options[2] = {{"type:convolution", NULL}, {"type:dense", NULL}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof linear / sizeof *linear; i++)
        if (strcmp(text_of(g->json, "name"), linear[i].name) == 0) {
            options[0].rule = options[1].rule = linear[i].rule;
            count = 2;
        }
    explain_rules(&g->e, "zero", LRP_CONVENTION_CAPTUM, options, count);
}

/* ---- running and comparing ---- */

static bool has_type(const struct golden *g, const char *part)
{
    const cJSON *layer, *layers = cJSON_GetObjectItem(g->json, "layers");
    cJSON_ArrayForEach(layer, layers) if (strstr(text_of(layer, "type"), part)) return true;
    return false;
}

static void open_model(struct golden *g, bool canonize, bool fuse)
{
    char path[512];
    struct lrp_graph_options options = {.canonize = canonize};
    snprintf(path, sizeof path, "%s/model.onnx", g->folder);
    g->input = read_array(g, "input.npy");
    options.input_shapes = &g->input->shape;
    explain_open_as(&g->e, path, &options, fuse);
    network_give_tensor(&g->e.n, 0, g->input);
    check_ok(network_try_run(&g->e.n), &g->e.n.err);
}

static void start(struct golden *g, bool with_logit)
{
    const struct lrp_tensor *output = network_output(&g->e.n);
    const cJSON *targets = cJSON_GetObjectItem(g->json, "target");
    struct lrp_tensor *one_hot;
    const size_t samples = (size_t)output->shape.dim[0], classes = output->count / samples;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &output->shape, &one_hot, &g->e.n.err), &g->e.n.err);
    for (size_t i = 0; i < samples; i++) {
        const size_t at = i * classes + (size_t)cJSON_GetArrayItem(targets, (int)i)->valueint;
        one_hot->f[at] = with_logit ? output->f[at] : 1;
    }
    check_ok(explain_try_tensor(&g->e, one_hot), &g->e.n.err);
    lrp_tensor_release(one_hot);
}

static void compare(struct golden *g, const char *what, const struct lrp_tensor *got, const char *file, double tolerance)
{
    struct lrp_tensor *want = read_array(g, file);
    double most = 0, error = 0;
    g->compared++;
    if (!got || got->count != want->count) {
        print_error("%s: %s: %s\n", text_of(g->json, "name"), what, got ? "another number of elements" : "missing");
        g->bad++;
        lrp_tensor_release(want);
        return;
    }
    for (size_t i = 0; i < want->count; i++) most = fmax(most, fabs((double)want->f[i]));
    for (size_t i = 0; i < want->count; i++) {
        const double difference = fabs((double)got->f[i] - (double)want->f[i]);
        error = difference > error || isnan(difference) ? difference : error;
    }
    if (!(error <= tolerance * (most > 0 ? most : 1))) {
        print_error("%s: %s: error %.1e > %.0e\n", text_of(g->json, "name"), what, error / (most > 0 ? most : 1), tolerance);
        g->bad++;
    }
    lrp_tensor_release(want);
}

static double tolerance_for(double noise)
{
    return fmax(1e-5, 10 * noise);
}

static const struct lrp_tensor *input_relevance(const struct golden *g)
{
    return lrp_tensor_row_major(g->e.relevance[g->e.n.graph->inputs[0]], NULL);
}

static void gradient_case(struct golden *g)
{
    static const struct {
        const char *method, *file;
    } methods[] = {{"gradient", "gradient.npy"}, {"input-gradient", "gradient_x_input.npy"}};
    open_model(g, true, true);
    for (int i = 0; i < 2; i++) {
        check_ok(lrp_method_find(methods[i].method, &g->e.method, &g->e.n.err), &g->e.n.err);
        start(g, false);
        compare(g, methods[i].file, input_relevance(g), methods[i].file,
                tolerance_for(number_of(g->json, "f32_noise_gradient")));
    }
}

static void captum_case(struct golden *g)
{
    open_model(g, strcmp(text_of(g->json, "name"), "captum_vggbn_default") != 0, true);
    rules_of_captum(g);
    start(g, true);
    compare(g, "input", input_relevance(g), "relevance_input.npy",
            fmax(2e-5, tolerance_for(number_of(g->json, "f32_noise_input"))));
}

/* The float32 noise that comes with a file, or the largest of the case. */
static double noise_of(const struct golden *g, const char *file)
{
    const cJSON *layer, *layers = cJSON_GetObjectItem(g->json, "layers");
    double most = 0;
    cJSON_ArrayForEach(layer, layers)
    {
        const double noise = number_of(layer, "f32_noise");
        if (strcmp(text_of(layer, "relevance_file"), file) == 0 && noise > 0) return noise;
        most = fmax(most, noise);
    }
    return most;
}

/* Values that folding a BatchNorm may remove, and pads of nothing. */
static bool may_be_gone(const struct golden *g, const char *value, bool merged)
{
    const cJSON *layer, *layers = cJSON_GetObjectItem(g->json, "layers");
    const size_t length = strlen(value), tail = strlen("Pad_output_0");
    if (length >= tail && strcmp(value + length - tail, "Pad_output_0") == 0) return true;
    cJSON_ArrayForEach(layer, layers) if (merged && strstr(text_of(layer, "type"), "BatchNorm") &&
                                          strcmp(text_of(layer, "onnx_input"), value) == 0) return true;
    return false;
}

static void layerwise_case(struct golden *g)
{
    const char *canonizer = text_of(g->json, "canonizer");
    const bool merged = *canonizer && strcmp(canonizer, "none") != 0, preset = composite_of(g) != NULL;
    const cJSON *file, *values = cJSON_GetObjectItem(g->json, "by_onnx_tensor");
    open_model(g, merged || !has_type(g, "BatchNorm"), preset);
    if (preset)
        rules_by_composite(g);
    else
        rules_by_layer(g);
    start(g, strcmp(text_of(g->json, "output_relevance"), "logit") == 0);
    compare(g, "input", input_relevance(g), "relevance_input.npy", tolerance_for(number_of(g->json, "f32_noise_input")));
    cJSON_ArrayForEach(file, values)
    {
        const int v = network_value(&g->e.n, file->string);
        const struct lrp_tensor *got = v < 0 ? NULL : lrp_tensor_row_major(g->e.relevance[v], NULL);
        if (!got && may_be_gone(g, file->string, merged)) continue;
        compare(g, file->string, got, file->valuestring, tolerance_for(noise_of(g, file->valuestring)));
    }
}

static int run_case(const char *name)
{
    struct golden g = {0};
    char path[512];
    snprintf(g.folder, sizeof g.folder, "%s/%s", cases_folder, name);
    snprintf(path, sizeof path, "%s/case.json", g.folder);
    g.json = read_json(path);
    if (strcmp(text_of(g.json, "kind"), "gradient") == 0)
        gradient_case(&g);
    else if (strcmp(text_of(g.json, "kind"), "captum") == 0)
        captum_case(&g);
    else
        layerwise_case(&g);
    assert_true(g.compared > 0);
    struct lrp_tensor *output = read_array(&g, "output.npy");
    const struct lrp_tensor *got = network_output(&g.e.n);
    check_f32_array(got->f, output->f, output->count, 1e-5);
    lrp_tensor_release(output);
    lrp_tensor_release(g.input);
    explain_close(&g.e);
    cJSON_Delete(g.json);
    return g.bad;
}

static void every_golden_case_holds(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir(cases_folder, &entries, NULL, alphasort), bad = 0;
    if (count < 0) skip();
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') bad += run_case(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_golden_case_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
