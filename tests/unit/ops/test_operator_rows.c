/* test_operator_rows.c: no row of the operator table is left out: every column that has to be there is. */
#include <stdio.h>

#include "check.h"
#include "elementwise.h"
#include "ops.h"

/* "Gelu (com.microsoft, 1)": the row, by its newest version. */
static const char *row_text(const struct lrp_operator *row)
{
    static char text[128];
    int newest = 0;

    for (size_t i = 0; i < sizeof row->versions / sizeof *row->versions && row->versions[i]; i++) newest = row->versions[i];
    snprintf(text, sizeof text, "%s (%s, %d)", row->name ? row->name : "without a name",
             row->domain && *row->domain ? row->domain : "ai.onnx", newest);
    return text;
}

#define check_row(row, holds, what)                                                                                            \
    if (!(holds)) fail_msg("the operator row %s %s", row_text(row), what)

static void every_row_has_its_columns(void **state)
{
    const struct lrp_operator *row;

    (void)state;
    for (size_t i = 0; (row = lrp_operator_at(i)); i++) {
        if (!row->name || !*row->name)
            fail_msg("the operator row behind %s has no name", i ? row_text(lrp_operator_at(i - 1)) : "none");
        check_row(row, row->domain && row->versions[0] > 0, "has no domain or no versions");
        for (size_t k = 1; k < sizeof row->versions / sizeof *row->versions && row->versions[k]; k++)
            check_row(row, row->versions[k] > row->versions[k - 1], "has versions that do not ascend");
        if (row->body) {
            check_row(row, !row->infer && !row->forward && !row->vjp, "has a body and functions of its own");
            continue;
        }
        check_row(row, row->infer, "has no infer");
        check_row(row, !row->forward != !row->control, "needs either a forward or bodies (control)");
        check_row(row, row->batch, "has no batch (batch.h)");
        check_row(row, row->static_kind > LRP_KIND_UNSET && row->static_kind < LRP_KIND_COUNT, "has no static_kind");
        check_row(row, !lrp_operator_differentiates(row) == !!(row->traits & LRP_TRAIT_NO_VJP),
                  "needs either a vjp or the trait NO_VJP");
        check_row(row, row->vjp != lrp_unary_vjp || (row->own && ((const struct lrp_unary *)row->own)->slope),
                  "has lrp_unary_vjp and no slope");
        check_row(row, !row->prepare == !row->release && !row->prepare == !row->prepared_inputs,
                  "needs prepare, release and prepared_inputs together");
        check_row(row, row->prepare || !(row->traits & LRP_TRAIT_WEIGHTED), "is WEIGHTED and has no prepare");
    }
    assert_true(lrp_operator_at(0) != NULL);
}

static bool same_functions(const struct lrp_operator *a, const struct lrp_operator *b)
{
    return (a->forward && a->forward == b->forward) || (a->vjp && a->vjp == b->vjp) || (a->infer && a->infer == b->infer);
}

/* A function that serves several rows reads what differs from each: none of them may lack it. */
static void rows_that_share_functions_have_their_own(void **state)
{
    const struct lrp_operator *row, *other;

    (void)state;
    for (size_t i = 0; (row = lrp_operator_at(i)); i++)
        for (size_t k = 0; !row->own && (other = lrp_operator_at(k)); k++)
            check_row(row, !other->own || !same_functions(row, other),
                      "shares functions with rows that have the column own, and has none");
}

static void no_version_stands_in_two_rows(void **state)
{
    const struct lrp_operator *row;

    (void)state;
    for (size_t i = 0; (row = lrp_operator_at(i)); i++)
        for (size_t k = 0; row->name && row->domain && k < sizeof row->versions / sizeof *row->versions && row->versions[k];
             k++)
            check_row(row, lrp_operator_find(row->domain, row->name, row->versions[k], NULL) == row,
                      "is hidden by another row with the same version");
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(every_row_has_its_columns),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_share_functions_have_their_own),
        cmocka_unit_test(no_version_stands_in_two_rows),
    };
    return check_rows_first(rows, tests);
}
