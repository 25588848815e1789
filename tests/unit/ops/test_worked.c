/* test_worked.c: every row of the operator table against numbers from outside: the tables of worked_*.h. */
#include <stdio.h>

#include "calls.h"
#include "worked_activation.h"
#include "worked_arithmetic.h"
#include "worked_attention.h"
#include "worked_bits.h"
#include "worked_detect.h"
#include "worked_heads.h"
#include "worked_linear.h"
#include "worked_loss.h"
#include "worked_move.h"
#include "worked_normalize.h"
#include "worked_pooling.h"
#include "worked_quantize.h"
#include "worked_recurrent.h"
#include "worked_reduce.h"
#include "worked_resize.h"
#include "worked_select.h"
#include "worked_shape.h"
#include "worked_signal.h"
#include "worked_text.h"

struct family {
    const struct example *examples;
    size_t count;
};
/* name, a table of worked_name.h */
// clang-format off
#define FAMILIES(X)                                                                                                            \
    X(activation) X(arithmetic) X(attention) X(linear) X(loss) X(move) \
    X(normalize) X(pooling) X(quantize) X(recurrent) X(reduce) X(resize) X(select) X(shape) \
    X(heads) X(signal) X(detect) X(bits) X(text)
#define X(name) {worked_##name, sizeof worked_##name / sizeof *worked_##name},
static const struct family families[] = {FAMILIES(X)};
#undef X
#define X(name) FAMILY_##name,
enum { FAMILIES(X) FAMILY_COUNT };
#undef X
// clang-format on

static void values_are_those_of_the_definition(void **state)
{
    const struct family *const family = *state;

    run_examples(family->examples, family->count);
}

/* An example with a number in it: an output that is only made ("?") says nothing. */
static bool says_something(const struct example *example)
{
    for (int j = 0; j < EXAMPLE_OUTPUTS && example->out[j]; j++)
        if (*example->out[j] && *example->out[j] != '?') return true;
    return false;
}

static bool has_numbers(const struct lrp_operator *row)
{
    for (size_t f = 0; f < FAMILY_COUNT; f++)
        for (size_t k = 0; k < families[f].count; k++) {
            const struct example *const e = &families[f].examples[k];

            if (says_something(e) && lrp_operator_find(e->domain, e->op, e->opset, NULL) == row) return true;
        }
    return false;
}

/* That very row, not another version's or domain's of the same name. */
static void no_row_is_left_out(void **state)
{
    const struct lrp_operator *row;
    int missing = 0;

    (void)state;
    for (size_t r = 0; (row = lrp_operator_at(r)); r++) {
        /* bodies: tests/nodes/make_outside.py; what holds graphs: lrp/test_turns.c; what draws: test_random.c */
        if (row->body || strcmp(row->domain, "ai.onnx.ml") == 0 || row->control || row->traits & LRP_TRAIT_DRAWS ||
            has_numbers(row))
            continue;
        print_error(
            "the operator row %s (%s, %d) has no worked number: add one, from its definition, to tests/unit/ops/worked_*.h\n",
            row->name, *row->domain ? row->domain : "ai.onnx", row->versions[0]);
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
#define X(name) {#name, values_are_those_of_the_definition, NULL, NULL, (void *)(uintptr_t)&families[FAMILY_##name]},
    const struct CMUnitTest tests[] = {FAMILIES(X) cmocka_unit_test(no_row_is_left_out)};
#undef X

    return cmocka_run_group_tests(tests, NULL, NULL);
}
