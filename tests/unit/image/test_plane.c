/* test_plane.c: tensors to planes, and resampling them. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lrpscope/heatmap.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A tensor of the shape with 0, 1, 2, ... negated at every third place. */
static struct lrp_tensor *counting(int rank, const int64_t *dims)
{
    struct lrp_shape shape = {.rank = rank};
    struct lrp_tensor *tensor = NULL;
    struct lrp_error err;
    memcpy(shape.dim, dims, (size_t)rank * sizeof *dims);
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &tensor, &err), &err);
    for (size_t i = 0; i < tensor->count; i++) tensor->f[i] = i % 3 == 2 ? -(float)i : (float)i;
    return tensor;
}

static void check_plane(const struct lrp_plane *plane, int width, int height, const float *want)
{
    assert_int_equal(plane->width, width);
    assert_int_equal(plane->height, height);
    for (int i = 0; i < width * height; i++)
        if (lrp_is_blank(want[i]))
            assert_true(lrp_is_blank(plane->values[i]));
        else
            check_close((double)plane->values[i], (double)want[i], 1e-6);
}

/* expected numbers: by hand, from the values 0 1 -2 3 4 -5 ... */
static void tensors_of_every_rank_become_planes(void **state)
{
    (void)state;
    const float blank = lrp_blank();
    const struct {
        int rank;
        int64_t dims[5], sample;
        enum lrp_reduction reduction;
        bool last;
        int width, height;
        float want[12];
    } rows[] = {
        /* (1,2,2,2): channels 0 1 -2 3 | 4 -5 6 7 */
        {4, {1, 2, 2, 2}, 0, LRP_REDUCE_SUM, false, 2, 2, {4, -4, 4, 10}},
        {4, {1, 2, 2, 2}, 0, LRP_REDUCE_NORM, false, 2, 2, {4, 5.0990195F, 6.3245553F, 7.6157731F}},
        {4, {1, 2, 2, 2}, 0, LRP_REDUCE_MAX_ABS, false, 2, 2, {4, 5, 6, 7}},
        {4, {1, 2, 2, 2}, 0, LRP_REDUCE_SUM_ABS, false, 2, 2, {4, 6, 8, 10}},
        /* channels last: pixels (0 1) (-2 3) (4 -5) (6 7) */
        {4, {1, 2, 2, 2}, 0, LRP_REDUCE_SUM, true, 2, 2, {1, 1, -1, 13}},
        /* second sample of (2,1,1,3): 3 4 -5 */
        {4, {2, 1, 1, 3}, 1, LRP_REDUCE_SUM, false, 3, 1, {3, 4, -5}},
        {3, {1, 2, 3}, 0, LRP_REDUCE_SUM, false, 3, 2, {0, 1, -2, 3, 4, -5}},
        {3, {1, 2, 3}, 0, LRP_REDUCE_NORM, false, 3, 2, {0, 1, 2, 3, 4, 5}},
        {2, {1, 5}, 0, LRP_REDUCE_SUM, false, 3, 2, {0, 1, -2, 3, 4, blank}},
        {2, {2, 4}, 1, LRP_REDUCE_SUM, false, 2, 2, {4, -5, 6, 7}},
        {1, {3}, 2, LRP_REDUCE_SUM, false, 1, 1, {-2}},
        {0, {0}, 0, LRP_REDUCE_SUM, false, 1, 1, {0}},
        /* (1,2,2,1,2): slices side by side; channel 0: 0 1 | -2 3, channel 1: 4 -5 | 6 7 */
        {5, {1, 2, 2, 1, 2}, 0, LRP_REDUCE_SUM, false, 4, 1, {4, -4, 4, 10}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_tensor *tensor = counting(rows[i].rank, rows[i].dims);
        struct lrp_plane plane;
        struct lrp_error err;
        check_ok(lrp_plane_from_tensor(tensor, rows[i].sample, rows[i].reduction, rows[i].last, &plane, &err), &err);
        check_plane(&plane, rows[i].width, rows[i].height, rows[i].want);
        lrp_plane_free(&plane);
        lrp_tensor_release(tensor);
    }
}

static void integers_are_converted(void **state)
{
    (void)state;
    const struct lrp_shape shape = {.rank = 2, .dim = {1, 2}};
    struct lrp_tensor *tensor;
    struct lrp_plane plane;
    struct lrp_error err;
    check_ok(lrp_tensor_new(LRP_DTYPE_INT64, &shape, &tensor, &err), &err);
    tensor->i[0] = -7;
    tensor->i[1] = 9;
    check_ok(lrp_plane_from_tensor(tensor, 0, LRP_REDUCE_SUM, false, &plane, &err), &err);
    check_plane(&plane, 2, 1, (const float[]){-7, 9});
    lrp_plane_free(&plane);
    lrp_tensor_release(tensor);
}

static void nan_spoils_a_pixel_under_every_reduction(void **state)
{
    (void)state;
    for (size_t place = 0; place < 2; place++)
        for (unsigned reduction = 0; reduction < LRP_REDUCTION_COUNT; reduction++) {
            struct lrp_tensor *tensor = counting(4, (const int64_t[]){1, 2, 1, 2});
            struct lrp_plane plane;
            struct lrp_error err;
            tensor->f[2 * place] = NAN;
            check_ok(lrp_plane_from_tensor(tensor, 0, (enum lrp_reduction)reduction, false, &plane, &err), &err);
            assert_true(isnan(plane.values[0]) && !lrp_is_blank(plane.values[0]));
            assert_true(!isnan(plane.values[1]));
            lrp_plane_free(&plane);
            lrp_tensor_release(tensor);
        }
}

static void samples_and_channels_that_are_not_there_are_refused(void **state)
{
    (void)state;
    struct lrp_tensor *tensor = counting(4, (const int64_t[]){2, 3, 1, 1}), *empty = counting(2, (const int64_t[]){1, 0});
    struct lrp_plane plane;
    struct lrp_error err;
    check_fails(lrp_plane_from_tensor(tensor, 2, LRP_REDUCE_SUM, false, &plane, &err), &err, LRP_USAGE, "no sample 2");
    check_fails(lrp_plane_from_tensor(tensor, -1, LRP_REDUCE_SUM, false, &plane, &err), &err, LRP_USAGE, "no sample -1");
    check_fails(lrp_plane_from_channel(tensor, 0, 3, false, &plane, &err), &err, LRP_USAGE, "no channel 3");
    check_fails(lrp_plane_from_tensor(empty, 0, LRP_REDUCE_SUM, false, &plane, &err), &err, LRP_USAGE, "no elements");
    lrp_tensor_release(tensor);
    lrp_tensor_release(empty);
}

static void one_channel_is_shown_alone(void **state)
{
    (void)state;
    const struct {
        int rank;
        int64_t dims[4], channel, channels;
        bool last;
        int width, height;
        float want[4];
    } rows[] = {
        {4, {1, 2, 2, 2}, 1, 2, false, 2, 2, {4, -5, 6, 7}},
        {4, {1, 2, 2, 2}, 1, 2, true, 2, 2, {1, 3, -5, 7}},
        {3, {1, 2, 3}, 1, 2, false, 3, 1, {3, 4, -5}},
        {2, {1, 4}, 0, 1, false, 2, 2, {0, 1, -2, 3}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_tensor *tensor = counting(rows[i].rank, rows[i].dims);
        struct lrp_plane plane;
        struct lrp_error err;
        assert_int_equal(lrp_channel_count(tensor, rows[i].last), rows[i].channels);
        check_ok(lrp_plane_from_channel(tensor, 0, rows[i].channel, rows[i].last, &plane, &err), &err);
        check_plane(&plane, rows[i].width, rows[i].height, rows[i].want);
        lrp_plane_free(&plane);
        lrp_tensor_release(tensor);
    }
}

static void channels_are_ordered_by_strength(void **state)
{
    (void)state;
    struct lrp_tensor *tensor = counting(4, (const int64_t[]){1, 4, 1, 2});
    const float values[] = {1, -1, -5, 0, 2, NAN, 3, -2}; /* strengths 2 5 2 5 */
    int64_t *order;
    double *strength;
    struct lrp_error err;
    memcpy(tensor->f, values, sizeof values);
    check_ok(lrp_channel_order(tensor, 0, false, &order, &strength, &err), &err);
    const int64_t want[] = {1, 3, 0, 2};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(order[i], want[i]);
        check_close(strength[i], i < 2 ? 5 : 2, 0);
    }
    free(order);
    free(strength);
    check_ok(lrp_channel_order(tensor, 0, false, &order, NULL, &err), &err);
    free(order);
    lrp_tensor_release(tensor);
}

static void weights_become_tiles(void **state)
{
    (void)state;
    const float b = lrp_blank();
    const struct {
        int rank;
        int64_t dims[4];
        int width, height;
        float want[8];
    } rows[] = {
        {2, {2, 3}, 3, 2, {0, 1, -2, 3, 4, -5}},
        {1, {3}, 3, 1, {0, 1, -2}},
        {3, {2, 1, 2}, 2, 2, {0, 1, -2, 3}},
        /* three kernels of 1x2 over one channel: a grid of two columns */
        {4, {3, 1, 1, 2}, 4, 2, {0, 1, -2, 3, 4, -5, b, b}},
        /* two kernels of 1x1 over two channels, summed */
        {4, {2, 2, 1, 1}, 2, 1, {1, 1}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_tensor *tensor = counting(rows[i].rank, rows[i].dims);
        struct lrp_plane plane;
        struct lrp_error err;
        check_ok(lrp_plane_from_weights(tensor, LRP_REDUCE_SUM, &plane, &err), &err);
        check_plane(&plane, rows[i].width, rows[i].height, rows[i].want);
        lrp_plane_free(&plane);
        lrp_tensor_release(tensor);
    }
}

/* ---- resampling ---- */

static void resampling_gives_the_numbers_expected_by_hand(void **state)
{
    (void)state;
    const float b = lrp_blank();
    const struct {
        int width, height;
        float values[6];
        int to_width, to_height;
        enum lrp_filter filter;
        float want[8];
    } rows[] = {
        {4, 1, {1, 3, 5, 7}, 2, 1, LRP_FILTER_BOX, {2, 6}},
        {3, 1, {1, 2, 6}, 2, 1, LRP_FILTER_BOX, {4 / 3.0F, 14 / 3.0F}}, /* (1 + 2/2) / 1.5, (2/2 + 6) / 1.5 */
        {3, 1, {1, 2, 6}, 1, 1, LRP_FILTER_NEAREST, {2}},
        {2, 2, {1, 2, 3, 4}, 4, 2, LRP_FILTER_BOX, {1, 1, 2, 2, 3, 3, 4, 4}},
        {2, 2, {1, 2, 3, 4}, 1, 1, LRP_FILTER_BOX, {2.5F}},
        {3, 1, {4, b, b}, 3, 1, LRP_FILTER_BOX, {4, b, b}},
        {4, 1, {4, b, b, b}, 2, 1, LRP_FILTER_BOX, {4, b}},
        {4, 1, {4, NAN, 1, 3}, 2, 1, LRP_FILTER_BOX, {NAN, 2}},
        {2, 2, {1, 2, 3, 4}, 4, 1, LRP_FILTER_BOX, {2, 2, 3, 3}}, /* wider and lower at once */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        float values[6];
        struct lrp_plane plane = {rows[i].width, rows[i].height, values}, out;
        struct lrp_error err;
        memcpy(values, rows[i].values, sizeof values);
        check_ok(lrp_plane_resample(&plane, rows[i].to_width, rows[i].to_height, rows[i].filter, &out, &err), &err);
        check_plane(&out, rows[i].to_width, rows[i].to_height, rows[i].want);
        lrp_plane_free(&out);
    }
}

static double mean_of(const struct lrp_plane *plane)
{
    double sum = 0;
    for (int i = 0; i < plane->width * plane->height; i++) sum += (double)plane->values[i];
    return sum / (plane->width * plane->height);
}

static void shrinking_conserves_the_mean(void **state)
{
    (void)state;
    struct lrp_plane plane;
    struct lrp_error err;
    check_ok(lrp_plane_new(97, 61, &plane, &err), &err);
    for (int i = 0; i < 97 * 61; i++) plane.values[i] = (float)((i * 7919) % 1009) - 300;
    for (int side = 1; side <= 61; side += 3) {
        struct lrp_plane out;
        check_ok(lrp_plane_resample(&plane, side + 5, side, LRP_FILTER_BOX, &out, &err), &err);
        check_close(mean_of(&out), mean_of(&plane), 1e-6);
        lrp_plane_free(&out);
    }
    lrp_plane_free(&plane);
}

static void impossible_planes_are_refused(void **state)
{
    (void)state;
    struct lrp_plane plane;
    struct lrp_error err;
    check_fails(lrp_plane_new(0, 5, &plane, &err), &err, LRP_MEMORY, "0 x 5");
    check_fails(lrp_plane_new(1 << 20, 1 << 20, &plane, &err), &err, LRP_MEMORY, "2^28");
    lrp_plane_free(&plane);
    lrp_plane_free(NULL);
}

static void reductions_have_names(void **state)
{
    (void)state;
    enum lrp_reduction found;
    for (unsigned i = 0; i < LRP_REDUCTION_COUNT; i++) {
        assert_true(lrp_reduction_find(lrp_reduction_name((enum lrp_reduction)i), &found));
        assert_int_equal(found, i);
    }
    assert_false(lrp_reduction_find("mean", &found));
    assert_false(lrp_reduction_find(NULL, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_of_every_rank_become_planes),
        cmocka_unit_test(integers_are_converted),
        cmocka_unit_test(nan_spoils_a_pixel_under_every_reduction),
        cmocka_unit_test(samples_and_channels_that_are_not_there_are_refused),
        cmocka_unit_test(one_channel_is_shown_alone),
        cmocka_unit_test(channels_are_ordered_by_strength),
        cmocka_unit_test(weights_become_tiles),
        cmocka_unit_test(resampling_gives_the_numbers_expected_by_hand),
        cmocka_unit_test(shrinking_conserves_the_mean),
        cmocka_unit_test(impossible_planes_are_refused),
        cmocka_unit_test(reductions_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
