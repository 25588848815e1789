/* test_pool.c: memory that comes back. */
#include "pool.h"

#include <string.h>

#include "check.h"

enum { BIG = 1 << 20 };

static void gives_the_same_memory_again(void **state)
{
    (void)state;
    struct lrp_pool *pool = lrp_pool_new();
    void *first = lrp_pool_take(pool, BIG), *other = lrp_pool_take(pool, BIG);
    assert_non_null(first);
    assert_ptr_not_equal(first, other);
    assert_int_equal((uintptr_t)first % 64, 0);
    lrp_pool_give(pool, first, BIG);
    assert_ptr_equal(lrp_pool_take(pool, BIG), first);
    lrp_pool_give(pool, first, BIG);
    lrp_pool_give(pool, other, BIG);
    lrp_pool_release(pool);
}

static void tensors_outlive_their_pool(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_pool *pool = lrp_pool_new();
    const struct lrp_shape shape = {.rank = 2, .dim = {512, 512}};
    struct lrp_tensor *t = NULL, *copy = NULL;
    check_ok(lrp_tensor_take(pool, LRP_DTYPE_FLOAT, &shape, &t, &err), &err);
    memset(t->f, 0xff, t->count * sizeof(float));
    lrp_tensor_release(t);
    check_ok(lrp_tensor_zero(pool, LRP_DTYPE_FLOAT, &shape, &t, &err), &err);
    lrp_pool_release(pool);
    for (size_t i = 0; i < t->count; i++) assert_true(t->f[i] == 0);
    check_ok(lrp_tensor_copy(t, &copy, &err), &err);
    lrp_tensor_release(t);
    assert_true(copy->f[copy->count - 1] == 0);
    lrp_tensor_release(copy);
}

static void small_and_missing_pools_work_too(void **state)
{
    (void)state;
    struct lrp_pool *pool = lrp_pool_new();
    lrp_pool_give(pool, lrp_pool_take(pool, 8), 8);
    lrp_pool_give(NULL, lrp_pool_take(NULL, BIG), BIG);
    lrp_pool_give(pool, NULL, BIG);
    assert_null(lrp_pool_take(pool, SIZE_MAX - 8));
    lrp_pool_limit(pool, 0);
    lrp_pool_give(pool, lrp_pool_take(pool, BIG), BIG); /* is not kept */
    lrp_pool_release(pool);
    lrp_pool_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same_memory_again),
        cmocka_unit_test(tensors_outlive_their_pool),
        cmocka_unit_test(small_and_missing_pools_work_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
