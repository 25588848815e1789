/* test_rule_rows.c: no row is left out: every rule and method has a worked number from outside, an account that comes out even
 * with the cause that is expected, and a layer it fits and one it does not. A new row needs an example here. */
#include <math.h>

#include "amount.h"
#include "explain.h"
#include "ledger.h"
#include "model.h"

/* ---- models ---- */

/* A: W = [3 4; 5 6], b = [7, 8], relu behind it. */
static void dense_relu(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){2, 2}, (float[]){3, 4, 5, 6});
    model_constant(m, "b", 1, (int64_t[]){2}, (float[]){7, 8});
    model_node(m, "Gemm", "layer", "x w b", "z");
    model_int(m, "transB", 1);
    model_node(m, "Relu", "relu", "z", "y");
}
/* B: W = [1 -4; 2 0], b = [-2, 3], leaky relu. */
static void dense_leaky(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){2, 2}, (float[]){1, -4, 2, 0});
    model_constant(m, "b", 1, (int64_t[]){2}, (float[]){-2, 3});
    model_node(m, "Gemm", "layer", "x w b", "z");
    model_int(m, "transB", 1);
    model_node(m, "LeakyRelu", "leaky", "z", "y");
}
/* C: W = [1 -1], b = -1. */
static void dense_dead(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){1, 2}, (float[]){1, -1});
    model_constant(m, "b", 1, (int64_t[]){1}, (float[]){-1});
    model_node(m, "Gemm", "layer", "x w b", "y");
    model_int(m, "transB", 1);
}
/* All four entries normalised, w = [-2, 2] and b = [1, -3] by row: y = [3 -1; -5 -1]. */
static void norm(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){1, 2, 2});
    model_constant(m, "g", 2, (int64_t[]){2, 2}, (float[]){-2, -2, 2, 2});
    model_constant(m, "b", 2, (int64_t[]){2, 2}, (float[]){1, 1, -3, -3});
    model_node(m, "LayerNormalization", "layer", "x g b", "y");
    model_int(m, "axis", 1);
    model_float(m, "epsilon", 0);
}
static void flatten(struct model *m)
{
    model_input(m, "x", 3, (int64_t[]){1, 1, 2});
    model_node(m, "Flatten", "layer", "x", "y");
}

/* ---- layers to fit ---- */

enum layer_to_fit { FITS_DENSE, FITS_FLATTEN, FITS_NORM, FITS_SUM, FITS_MAXIMUM, FITS_PLACE, FITS_COUNT };
static const char *const layer_names[FITS_COUNT] = {"dense", "flatten", "norm", "sum", "maximum", "place"};
#define BIT(layer) (1u << FITS_##layer)

/* One layer of each kind; "place" is ArgMax, which has no vjp. */
static void zoo(struct model *m)
{
    model_input(m, "x", 2, (int64_t[]){1, 2});
    model_constant(m, "w", 2, (int64_t[]){2, 2}, (float[]){3, 4, 5, 6});
    model_node(m, "Gemm", "dense", "x w", "a");
    model_node(m, "Flatten", "flatten", "a", "f");
    model_constant(m, "g", 1, (int64_t[]){2}, (float[]){1, 1});
    model_node(m, "LayerNormalization", "norm", "f g", "n");
    model_node(m, "Add", "sum", "n x", "s");
    model_node(m, "ReduceMax", "maximum", "s", "y");
    model_node(m, "ArgMax", "place", "y", "p");
    model_output(m, "p");
}

/* ---- the examples ---- */

struct row_example {
    const char *row, *rule; /* which row of the table, with which values */
    void (*make)(struct model *m);
    float x[4], start[4], expected[4];
    enum lrp_cause cause; /* what became of ... */
    double amount;        /* ... so much */
    unsigned fits, refused;
};
#define A_X                                                                                                                    \
    {1, 2},                                                                                                                    \
    {                                                                                                                          \
        1.0F / 3, 2.0F / 3                                                                                                     \
    }
#define WEIGHTS BIT(DENSE), BIT(FLATTEN) | BIT(NORM) | BIT(SUM) | BIT(MAXIMUM) | BIT(PLACE)
#define ANY BIT(DENSE) | BIT(FLATTEN) | BIT(NORM) | BIT(SUM) | BIT(MAXIMUM), BIT(PLACE)
/* clang-format off */
static const struct row_example examples[] = {
    /* z = [18, 25]: 7/18 and 8/25 of R are the bias's */
    {"zero", "zero", dense_relu, A_X, {17.0F / 90, 316.0F / 675}, LRP_CAUSE_BIAS, 7. / 54 + 16. / 75, ANY},
    /* .25/18.25 and .25/25.25 of R are the stabilizer's */
    {"epsilon", "epsilon(.25)", dense_relu, A_X, {.186807721868F, .46295040463F}, LRP_CAUSE_STABILIZER, 1. / 219 + 2. / 303, ANY},
    /* z = [-7, 1], with gamma W+ and b+: [-7.25, 1.25 * -2 + 3.75] */
    {"gamma", "gamma(.25)", dense_leaky, {-1, 1}, {-.07F, 1}, {-2.01206896392F, -.03862068965F}, LRP_CAUSE_BIAS, -.07 * 2 / 7.25 + 3, WEIGHTS},
    /* z < 0: N a+ + P a- + b+gb- = -5 - 1.25 - 2.5; z > 0: P a+ + N a- + b+gb+ = 0 - 2 + 3.75 */
    {"generalized-gamma", "generalized-gamma(.25)", dense_leaky, {-1, 1}, {-.07F, 1}, {-1.15285714F, -.04F}, LRP_CAUSE_BIAS, -.07 * 2.5 / 8.75 + 3.75 / 1.75, WEIGHTS},
    {"w-square", "w-square", dense_relu, A_X, {.393224043707F, .606775956269F}, LRP_CAUSE_BIAS, 0, WEIGHTS},
    {"flat", "flat", dense_relu, A_X, {.5F, .5F}, LRP_CAUSE_BIAS, 0, WEIGHTS},
    /* nothing is negative: the side of beta, -1 R, is empty */
    {"alpha-beta", "alpha-beta(2,1)", dense_relu, A_X, {.377777777761F, .936296296254F}, LRP_CAUSE_EMPTY_SIDE, -1, WEIGHTS},
    {"z-plus", "z-plus", dense_dead, {1, 1}, {-1}, {-1, 0}, LRP_CAUSE_BIAS, 0, WEIGHTS},
    /* [0, 1]: no weight is negative, so that the box takes only b+ = b off */
    {"z-box", "z-box(0,1)", dense_relu, A_X, {.286987522262F, .713012477669F}, LRP_CAUSE_BIAS, 0, WEIGHTS},
    {"pass", "pass", flatten, {1, 2}, {.25F, .75F}, {.25F, .75F}, LRP_CAUSE_DROPPED, 0, BIT(DENSE) | BIT(FLATTEN) | BIT(NORM), BIT(SUM) | BIT(MAXIMUM) | BIT(PLACE)},
    /* b/y of R: 1/9 - 1/3 + 2/5 + 2 */
    {"layer-norm", "layer-norm", norm, {1, 2, 1, 2}, {1.0F / 3, 1.0F / 3, 2.0F / 3, 2.0F / 3}, {2.0F / 15, 172.0F / 45, 2.0F / 45, -188.0F / 45},
     LRP_CAUSE_BIAS, 98. / 45, BIT(NORM), BIT(DENSE) | BIT(FLATTEN) | BIT(SUM) | BIT(MAXIMUM) | BIT(PLACE)},
    {"stop", "stop", dense_relu, A_X, {0, 0}, LRP_CAUSE_DESIGN, 1, BIT(DENSE) | BIT(FLATTEN) | BIT(NORM) | BIT(SUM) | BIT(MAXIMUM) | BIT(PLACE), 0},
    /* W^T R: 3/3 + 5 * 2/3, 4/3 + 6 * 2/3 */
    {"gradient", "gradient", dense_relu, A_X, {13.0F / 3, 16.0F / 3}, LRP_CAUSE_DESIGN, 1 - 29. / 3, ANY},
};
/* clang-format on */

static const struct row_example *example_of(const char *row)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (strcmp(examples[i].row, row) == 0) return &examples[i];
    fail_msg("rule %s has no worked number in test_rule_rows.c", row);
    return NULL;
}

static void open_model(struct explanation *e, void (*make)(struct model *m), const char *rule)
{
    struct model m;
    *e = (struct explanation){0};
    model_start(&m, 17, 8);
    make(&m);
    model_output(&m, "y");
    network_build(&e->n, model_finish(&m), &(struct lrp_graph_options){0});
    network_layers(&e->n, true);
    e->relevance = calloc((size_t)e->n.graph->value_count + 1, sizeof(struct lrp_tensor *));
    explain_rules(e, rule, LRP_CONVENTION_JULIA, NULL, 0);
}

static void check_near(const char *row, const char *what, double got, double want)
{
    if (!(fabs(got - want) <= 2e-6 * fmax(1, fabs(want)))) fail_msg("rule %s: %s is %.9g, not %.9g", row, what, got, want);
}

static void check_account(const struct row_example *x, struct explanation *e)
{
    struct lrp_tensor *start = explain_start(e, x->start);
    struct lrp_ledger *ledger;
    struct lrp_error err;
    const struct lrp_propagation p = explain_propagation(e, start);
    check_ok(lrp_ledger_make(&p, e->relevance, (double)NAN, NULL, &ledger, &err), &err);
    const struct lrp_ledger_row *row = &ledger->rows[1];
    double in = 0, out = 0;
    for (int i = 0; i < 4; i++) {
        in += (double)x->start[i];
        out += (double)x->expected[i];
    }
    check_near(x->row, "the ledger's in", row->in, in);
    check_near(x->row, "the ledger's out", row->out, out);
    check_near(x->row, lrp_cause_key(x->cause), row->causes[x->cause], x->amount);
    check_near(x->row, "what no cause explains", row->causes[LRP_CAUSE_OTHER] / row->size, 0);
    lrp_ledger_free(ledger);
    lrp_tensor_release(start);
}

static void every_rule_has_a_worked_number_and_an_even_account(void **state)
{
    (void)state;
    for (size_t i = 0; lrp_rule_row(i); i++) {
        const struct row_example *x = example_of(lrp_rule_row(i)->info.name);
        struct explanation e;
        open_model(&e, x->make, x->rule);
        network_forward(&e.n, x->x);
        explain_from(&e, x->start);
        const struct lrp_tensor *got = explain_relevance(&e, "x");
        for (size_t k = 0; k < got->count; k++) check_near(x->row, "R", (double)got->f[k], (double)x->expected[k]);
        check_account(x, &e);
        explain_close(&e);
    }
}

static void every_rule_fits_what_its_row_says(void **state)
{
    struct explanation e;
    (void)state;
    open_model(&e, zoo, "zero");
    for (size_t i = 0; lrp_rule_row(i); i++) {
        const struct row_example *x = example_of(lrp_rule_row(i)->info.name);
        struct lrp_rule rule;
        struct lrp_error err;
        check_ok(lrp_rule_parse(x->rule, NULL, LRP_CONVENTION_JULIA, &rule, &err), &err);
        for (int k = 0; k < FITS_COUNT; k++) {
            const int layer = network_row(&e.n, layer_names[k])->index;
            const bool fits = lrp_rule_fits(e.n.graph, e.n.view, NULL, layer, &rule, &err) == LRP_OK;
            if (!(x->fits & 1u << k) == !(x->refused & 1u << k))
                fail_msg("rule %s: say whether it fits %s", x->row, layer_names[k]);
            if (fits != !!(x->fits & 1u << k))
                fail_msg("rule %s %s %s", x->row, fits ? "fits" : "does not fit", layer_names[k]);
            if (!fits && (!strstr(err.message, x->row) || !strstr(err.message, lrp_rule_row(i)->info.fits)))
                fail_msg("rule %s is refused without its name and what it fits: %s", x->row, err.message);
        }
        lrp_rule_clear(&rule);
    }
    explain_close(&e);
}

static void amount_can_be_read(const struct lrp_rule_row *row, const char *amount)
{
    const char *why = NULL;
    size_t at = 0;

    if (amount && !lrp_amount_check(amount, row, &at, &why))
        fail_msg("rule %s: the amount \"%s\" cannot be read: %s", row->info.name, amount, why);
}

/* An amount that names no parameter of the row would be NaN. */
static void amounts_can_be_read(const struct lrp_rule_row *row)
{
    for (int g = 0; g < row->group_count; g++) {
        amount_can_be_read(row, row->groups[g].factor);
        amount_can_be_read(row, row->groups[g].stabilizer);
        for (int t = 0; t < row->groups[g].term_count; t++) amount_can_be_read(row, row->groups[g].terms[t].strength);
    }
}

/* What is missing in a row is named here, before anything calls it. */
static void no_column_is_empty(void **state)
{
    (void)state;
    for (size_t i = 0; lrp_rule_row(i); i++) {
        const struct lrp_rule_row *row = lrp_rule_row(i);
        const char *name = row->info.name;
        if (!name || !*name) fail_msg("rule %zu, behind %s, has no name", i, i ? lrp_rule_row(i - 1)->info.name : "none");
        if (!row->apply) fail_msg("rule %s has no function that applies it", name);
        if (!row->account) fail_msg("rule %s has no function for the ledger", name);
        if (!row->fit) fail_msg("rule %s does not say which layers it fits", name);
        if (!row->info.formula || !*row->info.formula) fail_msg("rule %s has no formula", name);
        if (!row->info.fits || !*row->info.fits) fail_msg("rule %s does not say in words what it fits", name);
        if (row->positional > row->info.parameter_count) fail_msg("rule %s takes more values than it has parameters", name);
        amounts_can_be_read(row);
        if (!row->group_count != (row->apply != lrp_apply_groups)) fail_msg("rule %s: groups need lrp_apply_groups", name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(lrp_rule_row(k)->info.name, name) == 0) fail_msg("two rules are called %s", name);
    }
}

/* (1 2) -> A of the target 1: 18 and 25; W's second row is (5 6). */
static void every_method_has_a_worked_number(void **state)
{
    static const struct {
        const char *name;
        float expected[2];
    } methods[] = {{"lrp", {5.0F / 25, 12.0F / 25}},
                   {"gradient", {5, 6}},
                   {"input-gradient", {5, 12}},
                   {"guided-backprop", {5, 6}},
                   {"deconvnet", {5, 6}}}; /* those of many passes: tests/cli/test_methods.py */
    (void)state;
    for (size_t i = 0; lrp_method_row(i); i++) {
        const struct lrp_method *row = lrp_method_row(i);
        struct explanation e;
        size_t at = 0;
        if (row->compute) continue;
        while (at < sizeof methods / sizeof *methods && strcmp(methods[at].name, row->info.name) != 0) at++;
        if (at == sizeof methods / sizeof *methods)
            fail_msg("method %s has no worked number in test_rule_rows.c", row->info.name);
        if (!*row->info.line || row->by_rules == (row->apply != NULL) || row->by_rules == (row->account != NULL))
            fail_msg("method %s: either its layers have rules, or the row says what its nodes do", row->info.name);
        open_model(&e, dense_relu, "zero");
        e.method = row;
        network_forward(&e.n, (float[]){1, 2});
        explain_from(&e, (float[]){0, 1});
        for (int k = 0; k < 2; k++)
            check_near(row->info.name, "R", (double)explain_relevance(&e, "x")->f[k], (double)methods[at].expected[k]);
        explain_close(&e);
    }
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(no_column_is_empty),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_a_worked_number_and_an_even_account),
        cmocka_unit_test(every_rule_fits_what_its_row_says),
        cmocka_unit_test(every_method_has_a_worked_number),
    };
    return check_rows_first(rows, tests);
}
