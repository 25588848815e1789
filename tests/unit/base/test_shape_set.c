/* test_shape_set.c: shapes kept once. */
#include "shape_set.h"

#include "check.h"

static void one_copy_of_each_shape(void **state)
{
    (void)state;
    struct lrp_shape_set set = {.arena = lrp_arena_new()};
    const struct lrp_shape *first[1000];
    for (int i = 0; i < 1000; i++) /* the table grows on the way */
        first[i] = lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = 2, .dim = {i % 10, i / 10}});
    for (int i = 0; i < 1000; i++) {
        /* what stands behind the last axis is no part of a shape */
        const struct lrp_shape shape = {.rank = 2, .dim = {i % 10, i / 10, 7}};
        assert_ptr_equal(lrp_shape_set_keep(&set, &shape), first[i]);
        assert_int_equal(first[i]->rank, 2);
        assert_int_equal(first[i]->dim[0], i % 10);
        assert_int_equal(first[i]->dim[1], i / 10);
    }
    assert_int_equal(set.count, 1000);
    lrp_shape_set_free(&set);
    assert_int_equal(first[999]->dim[1], 99); /* as long as the arena lives */
    lrp_arena_free(set.arena);
}

static void shapes_differ_by_rank_and_by_what_is_open(void **state)
{
    (void)state;
    struct lrp_shape_set set = {.arena = lrp_arena_new()};
    const struct lrp_shape *row = lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = 1, .dim = {4}});
    assert_ptr_not_equal(lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = 2, .dim = {4}}), row);
    assert_ptr_not_equal(lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = 1, .dim = {-1}}), row);
    assert_ptr_not_equal(lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = 0}), row);
    assert_ptr_equal(lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = 1, .dim = {4}}), row);
    assert_ptr_equal(lrp_shape_set_keep(&set, &(struct lrp_shape){.rank = -1, .dim = {4}}), &lrp_shape_unknown);
    lrp_shape_set_free(&set);
    lrp_arena_free(set.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_copy_of_each_shape),
        cmocka_unit_test(shapes_differ_by_rank_and_by_what_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
