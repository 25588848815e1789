/* test_base.c: errors, the arena, names, shapes. */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "lrpscope/tensor.h"
#include "names.h"

static void every_status_has_its_exit_code(void **state)
{
    (void)state;
    static const struct {
        enum lrp_status status;
        int code;
    } cases[] = {{LRP_OK, 0},          {LRP_CHECK_FAILED, 1}, {LRP_USAGE, 2},      {LRP_FILE, 3},
                 {LRP_UNSUPPORTED, 4}, {LRP_MEMORY, 4},       {LRP_CANCELLED, 130}};
    _Static_assert(sizeof cases / sizeof *cases == LRP_STATUS_COUNT, "one row a status");
    for (size_t i = 0; i < LRP_STATUS_COUNT; i++) {
        assert_int_equal(lrp_status_exit_code(cases[i].status), cases[i].code);
        assert_true(strlen(lrp_status_text(cases[i].status)) > 0);
    }
}

static void messages_are_harmless_to_a_terminal(void **state)
{
    (void)state;
    struct lrp_error err;
    assert_int_equal(lrp_fail(&err, LRP_FILE, "a\033[2J\n\x7f\xc2\x9b\xff%s", "\xc3\xa9"), LRP_FILE);
    assert_string_equal(err.message, "a?[2J????\xc3\xa9");
    assert_int_equal(lrp_fail(NULL, LRP_USAGE, "x"), LRP_USAGE);
}

static void context_goes_in_front_even_of_long_messages(void **state)
{
    (void)state;
    struct lrp_error err;
    lrp_fail(&err, LRP_FILE, "cause");
    assert_int_equal(lrp_fail_context(&err, LRP_USAGE, "file %d", 7), LRP_FILE);
    assert_string_equal(err.message, "file 7: cause");
    lrp_fail(&err, LRP_FILE, "%s again", err.message); /* its own message as an argument */
    assert_string_equal(err.message, "file 7: cause again");
    for (int i = 0; i < 400; i++) lrp_fail_context(&err, LRP_FILE, "deeper");
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    char longest[3000];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    lrp_fail_context(&err, LRP_FILE, "%s", longest);
    assert_true(strlen(err.message) < sizeof err.message);
    assert_int_equal(lrp_fail_context(NULL, LRP_MEMORY, "x"), LRP_MEMORY);
}

static void arena_memory_is_zero_aligned_and_apart(void **state)
{
    (void)state;
    struct lrp_arena *arena = lrp_arena_new();
    unsigned char *before = NULL;
    for (size_t i = 0; i < 5000; i++) {
        const size_t size = i % 97 == 0 ? 100000 : i % 50;
        unsigned char *memory = lrp_arena_calloc(arena, size, 1);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)lrp_arena_calloc(arena, 1, sizeof(int)) % sizeof(int), 0);
        assert_int_equal((uintptr_t)lrp_arena_calloc(arena, 3, 24) % 8, 0); /* of three pointers */
        assert_int_equal((uintptr_t)lrp_arena_calloc(arena, 1, 64) % 16, 0);
        for (size_t k = 0; k < size; k++) assert_int_equal(memory[k], 0);
        memset(memory, 0xAA, size);
        assert_ptr_not_equal(memory, before);
        before = memory;
    }
    assert_null(lrp_arena_calloc(arena, SIZE_MAX / 2, 4));
    assert_null(lrp_arena_calloc(arena, SIZE_MAX, 1));
    assert_false(lrp_arena_failed(arena)); /* nobody can have that much */
    lrp_arena_fail(arena);
    assert_true(lrp_arena_failed(arena));
    assert_string_equal(lrp_arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(lrp_arena_printf(arena, "%s-%d", "x", 5), "x-5");
    lrp_arena_free(arena);
    lrp_arena_free(NULL);
}

static char order[8];
static void note(void *letter)
{
    strncat(order, letter, 1);
}

static void releases_run_in_reverse_order(void **state)
{
    (void)state;
    struct lrp_arena *arena = lrp_arena_new();
    order[0] = '\0';
    assert_int_equal(lrp_arena_on_free(arena, note, lrp_arena_strdup(arena, "a")), 0);
    assert_int_equal(lrp_arena_on_free(arena, note, lrp_arena_strdup(arena, "b")), 0);
    lrp_arena_free(arena);
    assert_string_equal(order, "ba");
}

static void names_are_found_again(size_t reserved)
{
    struct lrp_names names = {0};
    static char text[5000][8];
    size_t number = 99;
    assert_false(lrp_names_get(&names, "0", &number));
    assert_true(lrp_names_reserve(&names, reserved));
    const struct lrp_name_slot *slots = names.slots;
    for (size_t i = 0; i < 5000; i++) {
        snprintf(text[i], sizeof text[i], "%zu", i);
        assert_true(lrp_names_put(&names, text[i], i));
    }
    for (size_t i = 0; i < 5000; i++) {
        char copy[8];
        memcpy(copy, text[i], sizeof copy);
        assert_true(lrp_names_get(&names, copy, &number));
        assert_int_equal(number, i);
    }
    assert_true(lrp_names_put(&names, "17", 1));
    assert_true(lrp_names_get(&names, "17", &number) && number == 1);
    assert_int_equal(names.count, 5000);
    assert_false(lrp_names_get(&names, "5000", NULL));
    assert_true(names.slots == slots || reserved < 5000); /* there was room */
    lrp_names_free(&names);
}

static void names_are_found_again_with_and_without_room_made_before(void **state)
{
    (void)state;
    struct lrp_names names = {0};
    names_are_found_again(0);
    names_are_found_again(1000);
    names_are_found_again(5000);
    assert_false(lrp_names_reserve(&names, SIZE_MAX / 3));
}

static void shapes_count_and_print(void **state)
{
    (void)state;
    static const struct {
        struct lrp_shape shape;
        int64_t count;
        const char *text;
    } cases[] = {
        {{0, {0}}, 1, "scalar"},
        {{3, {2, 3, 4}}, 24, "2x3x4"},
        {{2, {-1, 4}}, -1, "?x4"},
        {{-1, {0}}, -1, "?"},
        {{3, {INT64_MAX, 0, INT64_MAX}}, 0, "9223372036854775807x0x9223372036854775807"},
        {{2, {(int64_t)1 << 24, (int64_t)1 << 24}}, (int64_t)1 << 48, "16777216x16777216"},
        {{2, {(int64_t)1 << 24, ((int64_t)1 << 24) + 1}}, -1, "16777216x16777217"},
        {{2, {INT64_MAX, INT64_MAX}}, -1, "9223372036854775807x9223372036854775807"},
    };
    char buffer[160];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(lrp_shape_count(&cases[i].shape), cases[i].count);
        assert_string_equal(lrp_shape_text(&cases[i].shape, 0, "x", buffer, sizeof buffer), cases[i].text);
    }
    assert_string_equal(lrp_shape_text(&cases[1].shape, 1, "\u00d7", buffer, sizeof buffer), "3\u00d74");
    assert_string_equal(lrp_shape_text(&cases[1].shape, 3, "x", buffer, sizeof buffer), "scalar");
    assert_string_equal(lrp_shape_text(&cases[1].shape, 0, "x", buffer, 4), "2x3");
    assert_true(lrp_shape_equal(&cases[1].shape, &(struct lrp_shape){3, {2, 3, 4, 9}}));
    assert_false(lrp_shape_equal(&cases[1].shape, &(struct lrp_shape){3, {2, 3, 5}}));
    assert_string_equal(lrp_dtype_text(LRP_DTYPE_BFLOAT16), "bfloat16");
    assert_string_equal(lrp_dtype_text((enum lrp_dtype)77), "undefined");
    assert_int_equal(lrp_dtype_size((enum lrp_dtype)77), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_exit_code),
        cmocka_unit_test(messages_are_harmless_to_a_terminal),
        cmocka_unit_test(context_goes_in_front_even_of_long_messages),
        cmocka_unit_test(arena_memory_is_zero_aligned_and_apart),
        cmocka_unit_test(releases_run_in_reverse_order),
        cmocka_unit_test(names_are_found_again_with_and_without_room_made_before),
        cmocka_unit_test(shapes_count_and_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
