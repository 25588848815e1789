/* test_rule_json.c: custom rules of rules files: those we ship equal the table's to the bit; what is wrong is pointed at. */
#include "explain.h"
#include "json.h"
#include "onnx_writer.h"
#include "rule_json.h"
#include "temporary.h"

static void read_rules(struct lrp_rule_book *book, const char *path)
{
    struct lrp_error err = {0};
    const cJSON *item, *where;
    cJSON *json;
    check_ok(lrp_json_read(path, &json, &err), &err);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(json, "custom_rules"))
        check_ok(lrp_rule_json_read(book, item, path, NULL, NULL, &where, &err), &err);
    cJSON_Delete(json);
}

/* ---- equal to the bit ---- */

enum { CHANNELS = 4, SIDE = 5, INPUTS = CHANNELS * SIDE * SIDE };

/* Numbers of both signs with zeros among them. */
static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    const int steps = (int)(*seed >> 16) % 41 - 20;
    return (float)steps / 8 + (steps ? (float)(*seed >> 24) / 4096 : 0);
}

static float *noises(uint32_t *seed, size_t count)
{
    float *values = malloc(count * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++) values[i] = noise(seed);
    return values;
}

static void initializer(struct onnx_writer *w, uint32_t *seed, const char *name, int rank, const int64_t *shape)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++) count *= (size_t)shape[i];
    float *values = noises(seed, count);
    onnx_initializer(w, name, 1, rank, shape, values, count * sizeof *values);
    free(values);
}

/* x -> convolution -> relu -> scale -> flatten -> dense -> y */
static void write_network(const char *path)
{
    struct onnx_writer w = {0};
    uint32_t seed = 7;
    onnx_input(&w, "x", 1, 4, (int64_t[]){1, CHANNELS, SIDE, SIDE});
    initializer(&w, &seed, "cw", 4, (int64_t[]){6, CHANNELS, 3, 3});
    initializer(&w, &seed, "cb", 1, (int64_t[]){6});
    initializer(&w, &seed, "sw", 3, (int64_t[]){6, 1, 1});
    initializer(&w, &seed, "sb", 3, (int64_t[]){6, 1, 1});
    initializer(&w, &seed, "dw", 2, (int64_t[]){54, 10});
    initializer(&w, &seed, "db", 1, (int64_t[]){10});
    onnx_node(&w, "Conv", "conv", "x cw cb", "c", NULL);
    onnx_node(&w, "Relu", "relu", "c", "r", NULL);
    onnx_node(&w, "Mul", "mul", "r sw", "m", NULL);
    onnx_node(&w, "Add", "add", "m sb", "s", NULL);
    onnx_node(&w, "Flatten", "flat", "s", "f", NULL);
    onnx_node(&w, "Gemm", "fc", "f dw db", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){1, 10});
    onnx_write(&w, 13, path);
}

/* The relevances of all values under a rule for every layer it fits; owned by the caller. */
static float *relevances(struct explanation *e, const char *rule, enum lrp_convention convention, const float *start,
                         size_t *count)
{
    static const char *const values[] = {"x", "c", "r", "s", "f"};
    const size_t sizes[] = {INPUTS, 54, 54, 54, 54};
    float *all = malloc(sizeof(float) * (INPUTS + 4 * 54));
    size_t used = 0;
    assert_non_null(all);
    explain_rules(e, rule, convention, NULL, 0);
    explain_from(e, start);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct lrp_tensor *r = explain_relevance(e, values[i]);
        assert_int_equal(r->count, sizes[i]);
        memcpy(all + used, r->f, sizes[i] * sizeof(float));
        used += sizes[i];
    }
    *count = used;
    return all;
}

static const struct {
    const char *custom, *built_in;
    enum lrp_convention convention;
} pairs[] = {
    {"signed-gamma", "generalized-gamma", LRP_CONVENTION_JULIA},
    {"signed-gamma(1)", "generalized-gamma(1)", LRP_CONVENTION_JULIA},
    {"signed-gamma(0.1,stabilizer=0.01)", "generalized-gamma(0.1,stabilizer=0.01)", LRP_CONVENTION_JULIA},
    {"signed-gamma(bias=off)", "generalized-gamma(bias=off)", LRP_CONVENTION_JULIA},
    {"signed-gamma", "generalized-gamma", LRP_CONVENTION_ZENNIT},
    {"excite-inhibit", "alpha-beta", LRP_CONVENTION_JULIA},
    {"excite-inhibit(0)", "z-plus", LRP_CONVENTION_JULIA},
    {"excite-inhibit(0.5)", "alpha-beta(1.5,0.5)", LRP_CONVENTION_JULIA},
    {"excite-inhibit(2,bias=raw)", "alpha-beta(3,2,bias=raw)", LRP_CONVENTION_ZENNIT},
    {"box(-1,3)", "z-box(-1,3)", LRP_CONVENTION_JULIA},
    {"box(-4,4,bias=off,stabilizer=0.5)", "z-box(-4,4,bias=off,stabilizer=0.5)", LRP_CONVENTION_JULIA},
    {"gentle", "epsilon(0.25)", LRP_CONVENTION_JULIA},
    {"gentle(1e-6)", "epsilon", LRP_CONVENTION_JULIA},
    {"gentle(2,bias=off)", "epsilon(2,bias=off)", LRP_CONVENTION_CAPTUM},
    {"raw-gamma(2)", "gamma(2,bias=raw)", LRP_CONVENTION_JULIA},
    {"raw-gamma", "gamma", LRP_CONVENTION_CAPTUM},
};

static void shipped_rules_equal_the_table_to_the_bit(void **state)
{
    struct explanation e = {0};
    struct lrp_rule_book *book;
    const char *path = temporary_path(state, "all.onnx");
    check_ok(lrp_rule_book_new(&book, NULL), NULL);
    read_rules(book, "assets/rules/signed-gamma.json");
    read_rules(book, "assets/rules/excite-inhibit.json");
    read_rules(book, "assets/rules/box-epsilon.json");
    write_network(path);
    explain_open(&e, path);
    assert_int_equal(e.n.view->list.count, 5); /* input, convolution with relu, scale, flatten, dense */
    e.book = book;
    for (uint32_t input = 1; input <= 4; input++) {
        uint32_t seed = input * 1000;
        float *x = noises(&seed, INPUTS), *start = noises(&seed, 10);
        network_forward(&e.n, x);
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            size_t count;
            float *mine = relevances(&e, pairs[i].custom, pairs[i].convention, start, &count);
            assert_string_equal(e.assignment.given[1]->rule.row->info.name,
                                book ? e.assignment.given[2]->rule.row->info.name : "");
            assert_true(e.assignment.given[1]->rule.row->custom && e.assignment.given[4]->rule.row->custom);
            float *theirs = relevances(&e, pairs[i].built_in, pairs[i].convention, start, &count);
            assert_false(e.assignment.given[1]->rule.row->custom);
            if (memcmp(mine, theirs, count * sizeof(float)) != 0)
                fail_msg("input %u: %s is not %s", input, pairs[i].custom, pairs[i].built_in);
            free(mine);
            free(theirs);
        }
        free(x);
        free(start);
    }
    explain_close(&e);
    lrp_rule_book_release(book);
}

static void rules_say_what_they_compute(void **state)
{
    (void)state;
    struct lrp_rule_book *book;
    check_ok(lrp_rule_book_new(&book, NULL), NULL);
    read_rules(book, "assets/rules/excite-inhibit.json");
    read_rules(book, "assets/rules/box-epsilon.json");
    assert_string_equal(lrp_rule_find(book, "gentle")->info.formula, "a W^T s, s = R / stab(W a + b, epsilon)");
    assert_string_equal(lrp_rule_find(book, "box")->info.formula,
                        "(a W^T s - low W+^T s - high W-^T s), s = R / stab(W a + b - (W+ low + b+) - (W- high + b-))");
    assert_string_equal(lrp_rule_find(book, "raw-gamma")->info.formula,
                        "a (W + gamma W+)^T s, s = R / stab((W + gamma W+) a + b)");
    assert_string_equal(
        lrp_rule_find(book, "excite-inhibit")->info.formula,
        "(1+beta) (a+ W+^T s1 + a- W-^T s1) + (-beta) (a+ W-^T s2 + a- W+^T s2), s1 = R / stab(W+ a+ + b+ + W- a-), "
        "s2 = R / stab(W- a+ + b- + W+ a-)");
    lrp_rule_book_release(book);
}

/* ---- what is wrong ---- */

#define RULE(inside) "{\"r\": {" inside "}}"
#define GROUP(inside) RULE("\"groups\": [{" inside "}]")
#define TERM(inside) GROUP("\"terms\": [{" inside "}]")
#define PLAIN "\"terms\": [{\"input\": \"a\", \"weight\": \"W\"}]"

static void what_is_wrong_is_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text, *at; /* `at`: how the text goes on where the message points */
        enum lrp_status status;
        const char *part;
    } cases[] = {
        {"{\"r\": 3}", "3}", LRP_FILE, "rule r: a rule is an object"},
        {RULE(""), "{}}", LRP_FILE, "\"groups\" must be a list of 1 to 4 objects"},
        {RULE("\"groups\": []"), "[]", LRP_FILE, "1 to 4 objects"},
        {RULE("\"groups\": [1]"), "[1]", LRP_FILE, "1 to 4 objects"},
        {RULE("\"groups\": [{},{},{},{},{}]"), "[{},{}", LRP_FILE, "1 to 4 objects"},
        {RULE("\"groups\": [{" PLAIN "},{}]"), "{}]", LRP_FILE, "group 2: \"terms\" must be a list"},
        {TERM(""), "{}]", LRP_FILE, "group 1: term 1: \"input\" must be a text (a a+ a- 1 low high)"},
        {TERM("\"input\": 5"), "5}", LRP_FILE, "\"input\" must be a text"},
        {TERM("\"input\": \"a\", \"weight\": \"W++\""), "\"W++\"", LRP_USAGE,
         "\"weight\" cannot be \"W++\" (W W+ W- W^2 1 W+gW+ W+gW-)"},
        {TERM("\"input\": \"a\", \"weight\": \"W\", \"bias\": \"W\""), "\"W\"}", LRP_USAGE, "\"bias\" cannot be \"W\" (b b+"},
        {TERM("\"input\": \"a\", \"weight\": \"W\", \"sign\": 2"), "2}", LRP_USAGE, "1 or -1"},
        {TERM("\"input\": \"a\", \"weight\": \"W\", \"sign\": \"-\""), "\"-\"", LRP_FILE, "must be a number"},
        {TERM("\"input\": \"a\", \"weight\": \"W+gW+\""), "{\"input\"", LRP_USAGE, "need a strength"},
        {TERM("\"input\": \"a\", \"weight\": \"W+gW+\", \"g\": \"delta\""), "\"delta\"", LRP_USAGE,
         "character 1: no number parameter"},
        {TERM("\"input\": \"low\", \"weight\": \"W\""), "\"low\"", LRP_USAGE, "declare them"},
        {GROUP("\"factor\": [], " PLAIN), "[], ", LRP_FILE, "group 1: a number, a parameter's name or a formula"},
        {GROUP("\"factor\": \"1+\", " PLAIN), "\"1+\"", LRP_USAGE, "factor \"1+\", character 3"},
        {GROUP("\"factor\": 1e999, " PLAIN), "1e999", LRP_USAGE, "too large"},
        {GROUP("\"stabilizer\": \"e\", " PLAIN), "\"e\"", LRP_USAGE, "stabilizer \"e\", character 1"},
        {GROUP("\"mask\": \"z\", " PLAIN), "\"z\"", LRP_USAGE, "\"mask\" cannot be \"z\" (all z>0 z<0)"},
        {RULE("\"parameters\": [], \"groups\": [{" PLAIN "}]"), "[], ", LRP_FILE, "\"parameters\" must be an object"},
        {RULE("\"parameters\": {\"A\": 1}, \"groups\": [{" PLAIN "}]"), "1}", LRP_USAGE, "small letters"},
        {RULE("\"parameters\": {\"a\": 1, \"a\": 2}, \"groups\": [{" PLAIN "}]"), "1, ", LRP_USAGE, "two parameters"},
        {RULE("\"parameters\": {\"a\": \"1\"}, \"groups\": [{" PLAIN "}]"), "\"1\"", LRP_FILE, "default is a number"},
        {RULE("\"parameters\": {\"a\": 1e400}, \"groups\": [{" PLAIN "}]"), "1e400", LRP_USAGE, "too large"},
        {RULE("\"parameters\": {\"low\": 0}, \"groups\": [{" PLAIN "}]"), "0}", LRP_USAGE, "must be given"},
        {RULE("\"parameters\": {\"bias\": \"up\"}, \"groups\": [{" PLAIN "}]"), "\"up\"", LRP_USAGE, "on, raw or off"},
        {RULE("\"parameters\": {\"stabilizer\": -1}, \"groups\": [{" PLAIN "}]"), "-1}", LRP_USAGE, "not negative"},
        {RULE("\"formula\": \"a\\nb\", \"groups\": [{" PLAIN "}]"), "\"a", LRP_FILE, "one line"},
        {"{\"zero\": {\"groups\": [{" PLAIN "}]}}", "{\"groups\"", LRP_USAGE, "already"},
        {"{\"A b\": {\"groups\": [{" PLAIN "}]}}", "{\"groups\"", LRP_USAGE, "a rule's name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_rule_book *book;
        struct lrp_error err;
        const cJSON *where;
        cJSON *json;
        const size_t length = strlen(cases[i].text);
        int line, column;
        check_ok(lrp_rule_book_new(&book, NULL), NULL);
        check_ok(lrp_json_parse(cases[i].text, length, &json, &err), &err);
        check_fails(lrp_rule_json_read(book, json->child, "f", NULL, NULL, &where, &err), &err, cases[i].status, cases[i].part);
        assert_true(lrp_json_find(cases[i].text, length, json, where, &line, &column));
        if (strncmp(cases[i].text + column - 1, cases[i].at, strlen(cases[i].at)) != 0)
            fail_msg("%s: points at %s, not at %s", err.message, cases[i].text + column - 1, cases[i].at);
        assert_null(lrp_rule_book_row(book, 0));
        lrp_rule_book_release(book);
        cJSON_Delete(json);
    }
}

static void amounts_that_come_to_nothing_are_refused_with_the_rule(void **state)
{
    (void)state;
    static const char text[] =
        "{\"r\": {\"parameters\": {\"g\": 2, \"h\": null}, \"groups\": [{\"factor\": \"1/g\", \"stabilizer\": \"h\", " PLAIN
        "}]}}";
    struct lrp_rule_book *book;
    struct lrp_rule rule;
    struct lrp_error err;
    const cJSON *where;
    cJSON *json;
    check_ok(lrp_rule_book_new(&book, NULL), NULL);
    check_ok(lrp_json_parse(text, sizeof text - 1, &json, &err), &err);
    check_ok(lrp_rule_json_read(book, json->child, "f", NULL, NULL, &where, &err), &err);
    cJSON_Delete(json);
    check_ok(lrp_rule_parse("r(2,0)", book, LRP_CONVENTION_JULIA, &rule, &err), &err);
    check_ok(lrp_rule_parse("r(h=1)", book, LRP_CONVENTION_JULIA, &rule, &err), &err);
    check_fails(lrp_rule_parse("r(0,0)", book, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE, "1/g is no number");
    check_fails(lrp_rule_parse("r(1,-1)", book, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE, "h is no number");
    check_fails(lrp_rule_parse("r(1)", book, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE, "needs a value for h");
    check_fails(lrp_rule_parse("r(1,nan)", book, LRP_CONVENTION_JULIA, &rule, &err), &err, LRP_USAGE, "cannot be \"nan\"");
    lrp_rule_book_release(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shipped_rules_equal_the_table_to_the_bit, temporary_setup, temporary_teardown),
        cmocka_unit_test(rules_say_what_they_compute),
        cmocka_unit_test(what_is_wrong_is_pointed_at),
        cmocka_unit_test(amounts_that_come_to_nothing_are_refused_with_the_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
