/* test_gradient_rule.c: the gradient as a rule, through ReLU in three ways. */
#include <math.h>

#include "explain.h"
#include "model.h"

/* Four units that are on, off, on, off. */
static void rectified(struct model *m, bool fused)
{
    model_input(m, "x", 2, (int64_t[]){1, 4});
    if (fused) {
        model_constant(m, "w", 2, (int64_t[]){4, 4}, (float[]){2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2});
        model_node(m, "MatMul", "dense", "x w", "z");
    }
    model_node(m, "Relu", "relu", fused ? "z" : "x", "y");
    model_output(m, "y");
}

static void relu_is_passed_in_three_ways(void **state)
{
    static const struct {
        const char *rule;
        float expected[4];
    } cases[] = {{"gradient", {1, 0, -1, 0}},
                 {"gradient(relu=plain)", {1, 0, -1, 0}},
                 {"gradient(relu=guided)", {1, 0, 0, 0}},
                 {"gradient(relu=deconv)", {1, 1, 0, 0}}};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const bool fused = i % 2;
        struct explanation e = {0};
        struct model m;
        model_start(&m, 17, 4);
        rectified(&m, fused);
        network_build(&e.n, model_finish(&m), &(struct lrp_graph_options){0});
        network_layers(&e.n, true);
        e.relevance = calloc((size_t)e.n.graph->value_count + 1, sizeof(struct lrp_tensor *));
        explain_rules(&e, cases[i / 2].rule, LRP_CONVENTION_JULIA, NULL, 0);
        network_forward(&e.n, (float[]){1, -1, 1, -1});
        explain_from(&e, (float[]){1, 1, -1, -1});
        for (int k = 0; k < 4; k++) {
            const float want = (fused ? 2 : 1) * cases[i / 2].expected[k]; /* W^T R */
            if (!(fabsf(explain_relevance(&e, "x")->f[k] - want) < 1e-6F))
                fail_msg("%s: R[%d] is %g, not %g", cases[i / 2].rule, k, (double)explain_relevance(&e, "x")->f[k],
                         (double)want);
        }
        explain_close(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(relu_is_passed_in_three_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
