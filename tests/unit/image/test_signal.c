/* test_signal.c: curves of signals: where they are in a column, what colours it, and both in a file. */
#include <math.h>
#include <stdio.h>

#include "check.h"
#include "lrpscope/heatmap.h"
#include "picture.h"
#include "temporary.h"

/* 0 4 -2 over two columns: a step each. Over four: half a step each. */
static void a_curve_is_straight_between_steps(void **state)
{
    static const float values[] = {0, 4, -2};
    static const float two[2][2] = {{0, 4}, {-2, 4}}, four[4][2] = {{0, 2}, {2, 4}, {1, 4}, {-2, 1}};
    float low, high;
    (void)state;
    for (int x = 0; x < 2; x++) {
        lrp_signal_span(values, 3, x, 2, &low, &high);
        assert_true(low == two[x][0] && high == two[x][1]);
    }
    for (int x = 0; x < 4; x++) {
        lrp_signal_span(values, 3, x, 4, &low, &high);
        assert_true(low == four[x][0] && high == four[x][1]);
    }
    lrp_signal_span(values, 1, 0, 4, &low, &high);
    assert_true(low == 0 && high == 0);
}

static void a_peak_between_columns_is_seen(void **state)
{
    static const float values[] = {0, 0, 9, 0, 0, 0, -7, 0};
    float low, high;
    (void)state;
    lrp_signal_span(values, 8, 0, 2, &low, &high);
    assert_true(low == 0 && high == 9);
    lrp_signal_span(values, 8, 1, 2, &low, &high);
    assert_true(low == -7 && high == 0);
    assert_true(lrp_signal_strongest(values, 8, 0, 2) == 9);
    assert_true(lrp_signal_strongest(values, 8, 1, 2) == -7);
    assert_true(lrp_signal_strongest(values, 8, 15, 16) == 0); /* fewer steps than columns: the step's own */
    assert_true(lrp_signal_strongest(values, 8, 12, 16) == -7);
}

static void what_is_no_number_is_no_limit(void **state)
{
    static const float values[] = {NAN, 2, INFINITY, -1}, none[] = {NAN, -INFINITY};
    float low, high;
    (void)state;
    assert_true(lrp_signal_limits(values, 4, &low, &high));
    assert_true(low == -1 && high == 2);
    assert_false(lrp_signal_limits(none, 2, &low, &high));
    assert_true(isnan(lrp_signal_strongest(values, 4, 0, 2)));
}

static int rgb_at(const struct lrp_picture *p, int x, int y)
{
    const unsigned char *at = p->pixels + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
    return at[0] << 16 | at[1] << 8 | at[2];
}

/* Two steps of -1 and 1 in blue and red: 0 and 1 of a curve that rises from the lower left to the upper right corner. */
static void a_file_has_curve_and_colours(void **state)
{
    static unsigned char bytes[1 << 20];
    float values[] = {0, 1}, relevance[] = {-1, 1};
    const struct lrp_plane curve = {2, 1, values}, colours = {2, 1, relevance};
    struct lrp_signal signal = {.values = &curve, .relevance = &colours, .range = {-1, 1, true, 0}};
    struct lrp_picture picture;
    struct lrp_error err;
    const char *path = temporary_path(state, "signal.png");
    lrp_heatmap_defaults("relevance", &signal.options);
    check_ok(lrp_signal_write(&signal, path, &err), &err);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    check_ok(lrp_picture_decode(bytes, size, &picture, &err), &err);
    assert_int_equal(picture.width, 64 + 1024 + 8);
    const int left = 64, right = 64 + 1023, top = 8, bottom = 8 + 159;
    assert_int_equal(rgb_at(&picture, left, top), 0x00004D);     /* seismic's ends: matplotlib's (0, 0, .3) */
    assert_int_equal(rgb_at(&picture, right, bottom), 0x800000); /* and (.5, 0, 0) */
    assert_int_equal(rgb_at(&picture, left, bottom), 0xFFFFFF);  /* the curve, white on dark colours */
    assert_int_equal(rgb_at(&picture, right, top), 0xFFFFFF);
    lrp_picture_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_is_straight_between_steps),
        cmocka_unit_test(a_peak_between_columns_is_seen),
        cmocka_unit_test(what_is_no_number_is_no_limit),
        cmocka_unit_test_setup_teardown(a_file_has_curve_and_colours, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
