/* test_lru.c: what is kept, and what goes first. */
#include "lru.h"

#include <string.h>

#include "check.h"

static int released[8];

static void release(void *value)
{
    released[*(int *)value]++;
}

static void free_nothing(void *value)
{
    (void)value;
}

static void put(struct lrp_lru *lru, int *value, size_t bytes)
{
    assert_true(lrp_lru_put(lru, value, sizeof *value, value, bytes, release));
}

static bool has(struct lrp_lru *lru, int key)
{
    const int *found = lrp_lru_find(lru, &key, sizeof key);
    if (found) assert_int_equal(*found, key);
    return found;
}

static void lets_go_of_what_was_not_used_for_longest(void **state)
{
    (void)state;
    int values[] = {0, 1, 2, 3};
    struct lrp_lru *lru = lrp_lru_new();
    memset(released, 0, sizeof released);
    lrp_lru_limit(lru, 30);
    for (int i = 0; i < 3; i++) put(lru, &values[i], 10);
    assert_true(has(lru, 0)); /* 1 is the oldest now */
    put(lru, &values[3], 10);
    assert_false(has(lru, 1));
    assert_int_equal(released[1], 1);
    assert_true(has(lru, 0) && has(lru, 2) && has(lru, 3));
    lrp_lru_free(lru);
    for (int i = 0; i < 4; i++) assert_int_equal(released[i], 1);
}

static void keeps_the_newest_even_if_it_is_too_big(void **state)
{
    (void)state;
    int values[] = {0, 1};
    struct lrp_lru *lru = lrp_lru_new();
    lrp_lru_limit(lru, 5);
    put(lru, &values[0], 3);
    put(lru, &values[1], 100);
    assert_false(has(lru, 0));
    assert_true(has(lru, 1));
    lrp_lru_free(lru);
}

static void growing_values_push_others_out(void **state)
{
    (void)state;
    int values[] = {0, 1, 2, 3};
    struct lrp_lru *lru = lrp_lru_new();
    lrp_lru_limit(lru, 20);
    put(lru, &values[0], 10);
    put(lru, &values[1], 10);
    lrp_lru_resize(lru, &values[1], sizeof values[1], 15);
    assert_false(has(lru, 0));
    lrp_lru_resize(lru, &values[0], sizeof values[0], 99); /* gone already */
    put(lru, &values[2], 5);                               /* 15 and 5 fit */
    assert_true(has(lru, 1) && has(lru, 2));
    put(lru, &values[3], 1); /* one more does not */
    assert_false(has(lru, 1));
    assert_true(has(lru, 2) && has(lru, 3));
    lrp_lru_free(lru);
}

static bool is_odd(const void *key, size_t key_size, const void *value)
{
    (void)key;
    assert_int_equal(key_size, sizeof(int));
    return *(const int *)value % 2;
}

static void finds_thousands_and_drops_some(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static int values[COUNT];
    struct lrp_lru *lru = lrp_lru_new();
    for (int i = 0; i < COUNT; i++) {
        values[i] = i;
        assert_true(lrp_lru_put(lru, &i, sizeof i, &values[i], 1, free_nothing));
    }
    for (int i = 0; i < COUNT; i++) assert_true(has(lru, i));
    lrp_lru_drop(lru, is_odd);
    for (int i = 0; i < COUNT; i++) assert_int_equal(has(lru, i), i % 2 == 0);
    lrp_lru_limit(lru, COUNT / 2); /* what was dropped takes no room any more */
    for (int i = 0; i < COUNT; i++) assert_int_equal(has(lru, i), i % 2 == 0);
    lrp_lru_free(lru);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_go_of_what_was_not_used_for_longest),
        cmocka_unit_test(keeps_the_newest_even_if_it_is_too_big),
        cmocka_unit_test(growing_values_push_others_out),
        cmocka_unit_test(finds_thousands_and_drops_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
