/* test_plane_pairs.c: parts of planes, grids of channels, differences and correlations, by hand-computed numbers. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "lrpscope/heatmap.h"

static struct lrp_plane plane_of(int width, int height, const float *values)
{
    struct lrp_error err = {0};
    struct lrp_plane plane;
    check_ok(lrp_plane_new(width, height, &plane, &err), &err);
    for (int i = 0; i < width * height; i++) plane.values[i] = values[i];
    return plane;
}

static void crops_what_is_asked(void **state)
{
    struct lrp_error err = {0};
    struct lrp_plane all = plane_of(3, 2, (float[]){1, 2, 3, 4, 5, 6}), part;
    (void)state;
    check_ok(lrp_plane_crop(&all, 1, 0, 2, 2, &part, &err), &err);
    assert_int_equal(part.width, 2);
    const float wanted[] = {2, 3, 5, 6};
    assert_memory_equal(part.values, wanted, sizeof wanted);
    lrp_plane_free(&part);
    lrp_plane_free(&all);
}

/* Three channels of 1x2 in the order 2, 0, 1, two abreast. */
static void channels_become_tiles_with_blank_lines_between(void **state)
{
    const struct lrp_shape shape = {.rank = 4, .dim = {1, 3, 1, 2}};
    const float values[] = {1, 2, 3, 4, 5, 6};
    const float _ = 1e9F; /* blank */
    const float wanted[3][5] = {{5, 6, _, 1, 2}, {_, _, _, _, _}, {3, 4, _, _, _}};
    struct lrp_error err = {0};
    struct lrp_tensor *t = NULL;
    struct lrp_plane grid;
    (void)state;
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &t, &err), &err);
    for (int i = 0; i < 6; i++) t->f[i] = values[i];
    check_ok(lrp_plane_from_channels(t, 0, false, (int64_t[]){2, 0, 1}, 3, 2, &grid, &err), &err);
    assert_int_equal(grid.width, 5);
    assert_int_equal(grid.height, 3);
    for (int i = 0; i < 15; i++) {
        const float w = wanted[i / 5][i % 5];
        assert_int_equal(lrp_is_blank(grid.values[i]), w == _);
        if (w != _) check_close((double)grid.values[i], (double)w, 0);
    }
    lrp_plane_free(&grid);
    assert_int_equal(lrp_plane_from_channels(t, 0, false, (int64_t[]){3}, 1, 0, &grid, &err), LRP_USAGE);
    assert_null(grid.values);
    assert_int_equal(lrp_plane_from_channels(t, 0, false, NULL, 0, 0, &grid, &err), LRP_USAGE);
    lrp_tensor_release(t);
}

static void differences_keep_blanks_and_name_sizes(void **state)
{
    struct lrp_error err = {0};
    struct lrp_plane a = plane_of(2, 2, (float[]){1, 2, 3, lrp_blank()}), b = plane_of(2, 2, (float[]){4, 0, NAN, 1}), c,
                     other = plane_of(1, 2, (float[]){0, 0});
    (void)state;
    check_ok(lrp_plane_difference(&a, &b, &c, &err), &err);
    check_close((double)c.values[0], 3, 0);
    check_close((double)c.values[1], -2, 0);
    assert_true(isnan(c.values[2]) && !lrp_is_blank(c.values[2]));
    assert_true(lrp_is_blank(c.values[3]));
    lrp_plane_free(&c);
    assert_int_equal(lrp_plane_difference(&a, &other, &c, &err), LRP_USAGE);
    assert_non_null(strstr(err.message, "2x2 and 1x2"));
    lrp_plane_free(&a);
    lrp_plane_free(&b);
    lrp_plane_free(&other);
}

/* x = 1 2 3 4, y = 1 3 2 5: r = 5.5 / sqrt(5 * 8.75). A pair that is not finite does not count. */
static void correlation_is_pearsons(void **state)
{
    struct lrp_plane x = plane_of(5, 1, (float[]){1, 2, 3, 4, NAN}), y = plane_of(5, 1, (float[]){1, 3, 2, 5, 9}),
                     z = plane_of(5, 1, (float[]){2, 2, 2, 2, 2});
    (void)state;
    check_close(lrp_plane_correlation(&x, &y), 5.5 / sqrt(5 * 8.75), 1e-12);
    check_close(lrp_plane_correlation(&x, &x), 1, 1e-12);
    assert_true(isnan(lrp_plane_correlation(&x, &z)));
    lrp_plane_free(&x);
    lrp_plane_free(&y);
    lrp_plane_free(&z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crops_what_is_asked),
        cmocka_unit_test(channels_become_tiles_with_blank_lines_between),
        cmocka_unit_test(differences_keep_blanks_and_name_sizes),
        cmocka_unit_test(correlation_is_pearsons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
