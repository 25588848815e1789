/* test_colormap_set.c: colour maps beyond the table: found behind it, copied, refused with a reason. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "colormap.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct lrp_colormap_set *set_with(const struct lrp_colormap *map)
{
    struct lrp_colormap_set *set = NULL;
    struct lrp_error err;
    check_ok(lrp_colormap_set_copy(NULL, &set, &err), &err);
    check_ok(lrp_colormap_set_add(set, map, &err), &err);
    return set;
}

static const struct lrp_colormap_stop ramp[] = {{0, 0, 0, 0}, {.25F, 1, 0, 0}, {1, 1, 1, 1}};
static const struct lrp_colormap good = {.name = "ramp", .summary = "black, red, white", .count = 3, .stops = ramp};

static void a_map_is_found_behind_the_table(void **state)
{
    (void)state;
    struct lrp_colormap_set *set = set_with(&good);
    size_t table = 0;
    while (lrp_colormap_at(NULL, table)) table++;
    const struct lrp_colormap *map = lrp_colormap_find(set, "ramp"), *last = lrp_colormap_at(NULL, table - 1);
    assert_non_null(map);
    assert_ptr_equal(lrp_colormap_at(set, table), map);
    assert_null(lrp_colormap_at(set, table + 1));
    assert_null(lrp_colormap_find(NULL, "ramp"));
    assert_ptr_equal(lrp_colormap_next(set, last), map);
    assert_ptr_equal(lrp_colormap_next(set, map), lrp_colormap_at(NULL, 0));
    assert_ptr_equal(lrp_colormap_next(NULL, map), lrp_colormap_at(NULL, 0)); /* it is gone: from the start */
    assert_string_equal(lrp_colormap_summary(map), "black, red, white");
    assert_false(lrp_colormap_diverging(map));
    lrp_colormap_set_release(set);
}

/* Half way from black to red, a third of the way from red to white. */
static void colours_are_linear_between_uneven_stops(void **state)
{
    (void)state;
    static const struct {
        double at;
        unsigned char rgb[3];
    } rows[] = {{0, {0, 0, 0}},      {.125, {128, 0, 0}},  {.25, {255, 0, 0}},
                {.5, {255, 85, 85}}, {1, {255, 255, 255}}, {2, {255, 255, 255}}};
    struct lrp_colormap_set *set = set_with(&good);
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned char rgb[3];
        lrp_colormap_rgb(lrp_colormap_find(set, "ramp"), rows[i].at, rgb);
        assert_memory_equal(rgb, rows[i].rgb, 3);
    }
    lrp_colormap_set_release(set);
}

static void copies_stand_on_their_own(void **state)
{
    (void)state;
    char name[] = "passing";
    struct lrp_colormap_stop stops[] = {{0, 0, 0, 0}, {1, 1, 0, 0}};
    const struct lrp_colormap map = {.name = name, .count = 2, .stops = stops};
    struct lrp_colormap_set *first = set_with(&map), *second = NULL;
    struct lrp_error err;
    unsigned char rgb[3];
    name[0] = 'x';
    stops[1].red = 0;
    check_ok(lrp_colormap_set_copy(first, &second, &err), &err);
    check_ok(lrp_colormap_set_add(second, &good, &err), &err);
    assert_null(lrp_colormap_find(first, "ramp"));
    lrp_colormap_set_retain(first);
    lrp_colormap_set_release(first);
    assert_non_null(lrp_colormap_find(first, "passing"));
    lrp_colormap_set_release(first);
    lrp_colormap_rgb(lrp_colormap_find(second, "passing"), 1, rgb);
    assert_int_equal(rgb[0], 255);
    assert_string_equal(lrp_colormap_summary(lrp_colormap_find(second, "passing")), "");
    assert_non_null(lrp_colormap_find(second, "ramp"));
    lrp_colormap_set_release(second);
}

/* A map through magenta, another through green: NaN is to be seen in both. */
static void nan_is_seen_in_every_map(void **state)
{
    (void)state;
    static const struct lrp_colormap_stop stops[][2] = {{{0, 1, 0, 1}, {1, 1, .8F, 1}},
                                                        {{0, 0, .6F, 0}, {1, 0, 1, 0}},
                                                        {{0, 1, 0, 1}, {1, 0, 1, 0}},
                                                        {{0, 1, 1, 1}, {1, 0, 0, 0}}};
    for (size_t i = 0; i < COUNT(stops); i++) {
        struct lrp_colormap_set *set = set_with(&(struct lrp_colormap){.name = "m", .count = 2, .stops = stops[i]});
        const struct lrp_colormap *map = lrp_colormap_find(set, "m");
        unsigned char invalid[3], rgb[3];
        lrp_colormap_rgb(map, (double)NAN, invalid);
        for (int step = 0; step <= 1000; step++) {
            lrp_colormap_rgb(map, step / 1000.0, rgb);
            assert_true(abs(rgb[0] - invalid[0]) + abs(rgb[1] - invalid[1]) + abs(rgb[2] - invalid[2]) > 100);
        }
        lrp_colormap_set_release(set);
    }
}

static void what_is_no_map_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *summary;
        bool diverging;
        size_t count;
        struct lrp_colormap_stop stops[3];
        const char *said;
    } rows[] = {{"m", NULL, false, 1, {{0, 0, 0, 0}}, "1 stops"},
                {"m", NULL, false, 0, {{0, 0, 0, 0}}, "0 stops"},
                {"m", NULL, false, 257, {{0, 0, 0, 0}}, "257 stops; 2 to 256"},
                {"m", NULL, false, 3, {{0, 0, 0, 0}, {0, 1, 1, 1}, {1, 0, 0, 0}}, "stop 1: its position 0 is not above"},
                {"m", NULL, false, 3, {{0, 0, 0, 0}, {.7F, 1, 1, 1}, {.5F, 0, 0, 0}}, "stop 2: its position 0.5 is not above"},
                {"m", NULL, false, 3, {{0, 0, 0, 0}, {NAN, 1, 1, 1}, {1, 0, 0, 0}}, "stop 1: position, red"},
                {"m", NULL, false, 2, {{0, 0, 0, NAN}, {1, 1, 1, 1}}, "stop 0: position, red"},
                {"m", NULL, false, 2, {{0, 0, 0, 0}, {1, INFINITY, 1, 1}}, "stop 1: position, red"},
                {"m", NULL, false, 2, {{0, 0, -.1F, 0}, {1, 1, 1, 1}}, "stop 0: position, red"},
                {"m", NULL, false, 2, {{.1F, 0, 0, 0}, {1, 1, 1, 1}}, "not at 0.1 and 1"},
                {"m", NULL, false, 2, {{0, 0, 0, 0}, {.9F, 1, 1, 1}}, "not at 0 and 0.9"},
                {"m", NULL, true, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a stop at 0.5"},
                {"jet", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "of that name already"},
                {"ramp", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "of that name already"},
                {"", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a name is"},
                {"a b", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a name is"},
                {"Big", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a name is"},
                {"1st", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a name is"},
                {"m0123456789012345678901234567890123456789", NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a name is"},
                {NULL, NULL, false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "a name is"},
                {"m", "two\nlines", false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "not one line"},
                {"m", "\x1b[2J", false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "not one line"},
                {"m", "\xc2\x9b", false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "not one line"},
                {"m", "cut \xe2\x82", false, 2, {{0, 0, 0, 0}, {1, 1, 1, 1}}, "not one line"}};
    struct lrp_colormap_set *set = set_with(&good);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct lrp_colormap map = {.name = rows[i].name,
                                         .summary = rows[i].summary,
                                         .diverging = rows[i].diverging,
                                         .count = rows[i].count,
                                         .stops = rows[i].stops};
        struct lrp_error err;
        check_fails(lrp_colormap_set_add(set, &map, &err), &err, LRP_USAGE, rows[i].said);
    }
    assert_non_null(lrp_colormap_set_at(set, 0));
    assert_null(lrp_colormap_set_at(set, 1));
    lrp_colormap_set_release(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_is_found_behind_the_table), cmocka_unit_test(colours_are_linear_between_uneven_stops),
        cmocka_unit_test(copies_stand_on_their_own),       cmocka_unit_test(nan_is_seen_in_every_map),
        cmocka_unit_test(what_is_no_map_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
