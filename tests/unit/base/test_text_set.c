/* test_text_set.c: texts kept once. */
#include "text_set.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static void one_copy_of_each_text(void **state)
{
    (void)state;
    struct lrp_text_set set = {.arena = lrp_arena_new()};
    const char *first[1000];
    char text[32];
    for (int i = 0; i < 1000; i++) { /* the table grows on the way */
        snprintf(text, sizeof text, "/block%d/Gemm", i);
        first[i] = lrp_text_set_keep(&set, text, strlen(text));
        assert_ptr_not_equal(first[i], text);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "/block%d/Gemm", i);
        assert_ptr_equal(lrp_text_set_keep(&set, text, strlen(text)), first[i]);
        assert_string_equal(first[i], text);
    }
    assert_int_equal(set.count, 1000);
    assert_true(lrp_text_set_reserve(&set, 3000));
    const struct lrp_text_slot *slots = set.slots;
    for (int i = 0; i < 3000; i++) { /* those that are there, and as many as there is room for */
        snprintf(text, sizeof text, "/block%d/Gemm", i);
        const char *kept = lrp_text_set_keep(&set, text, strlen(text));
        assert_true(i < 1000 ? kept == first[i] : kept != NULL);
    }
    assert_ptr_equal(set.slots, slots);
    assert_false(lrp_text_set_reserve(&set, SIZE_MAX / 3));
    lrp_text_set_free(&set);
    assert_string_equal(first[7], "/block7/Gemm"); /* as long as the arena lives */
    lrp_arena_free(set.arena);
}

static void a_text_ends_at_its_length_or_first_nul(void **state)
{
    (void)state;
    struct lrp_text_set set = {.arena = lrp_arena_new()};
    const char *conv = lrp_text_set_keep(&set, "Conv", 4);
    assert_string_equal(conv, "Conv");
    assert_ptr_equal(lrp_text_set_keep(&set, "ConvTranspose", 4), conv);
    assert_ptr_equal(lrp_text_set_keep(&set, "Conv\0more", 9), conv);
    assert_ptr_not_equal(lrp_text_set_keep(&set, "ConvTranspose", 13), conv);
    assert_ptr_not_equal(lrp_text_set_keep(&set, "Con", 3), conv);
    assert_string_equal(lrp_text_set_keep(&set, "", 0), "");
    lrp_text_set_free(&set);
    lrp_arena_free(set.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_copy_of_each_text),
        cmocka_unit_test(a_text_ends_at_its_length_or_first_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
