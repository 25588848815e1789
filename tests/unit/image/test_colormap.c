/* test_colormap.c: colour maps, ranges, the options of a heatmap. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "colormap.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void check_colour(const char *name, double t, int red, int green, int blue)
{
    unsigned char rgb[3];
    lrp_colormap_rgb(lrp_colormap_find(NULL, name), t, rgb);
    if (rgb[0] != red || rgb[1] != green || rgb[2] != blue)
        fail_msg("%s at %g: %d %d %d, want %d %d %d", name, t, rgb[0], rgb[1], rgb[2], red, green, blue);
}

static void seismic_goes_through_its_five_nodes(void **state)
{
    (void)state;
    check_colour("seismic", 0, 0, 0, 77); /* .3 * 255 = 76.5 */
    check_colour("seismic", 0.25, 0, 0, 255);
    check_colour("seismic", 0.5, 255, 255, 255);
    check_colour("seismic", 0.75, 255, 0, 0);
    check_colour("seismic", 1, 128, 0, 0); /* 127.5 */
    check_colour("seismic", 0.375, 128, 128, 255);
    check_colour("seismic", 0.625, 255, 128, 128);
    check_colour("seismic", 0.875, 191, 0, 0); /* .75 * 255 = 191.25 */
}

/* Colours from outside: of maps that matplotlib has, its own (3.11, within what straight lines between our stops may differ),
 * of others the mean of two colours that the map is said to have. A new map needs its own here. */
static const struct worked_colour {
    const char *name;
    double t;
    int red, green, blue, off; /* off by at most so much */
} worked_colours[] = {
    {"seismic", 0.375, 129, 129, 255, 1}, {"bwr", 0.25, 128, 128, 255, 0},          {"coolwarm", 0.25, 141, 176, 254, 1},
    {"ice-fire", 0.375, 13, 51, 121, 0},  {"blue-orange", 0.125, 37, 97, 164, 0},   {"purple-green", 0.875, 45, 121, 62, 0},
    {"gray", 0.2, 51, 51, 51, 0},         {"gray-reversed", 0.2, 204, 204, 204, 0}, {"hot", 0.5, 255, 91, 0, 1},
    {"viridis", 0.3, 52, 94, 141, 3},     {"inferno", 0.3, 106, 23, 110, 6},        {"jet", 0.25, 0, 128, 255, 0},
};

static void every_map_has_a_worked_colour(void **state)
{
    const struct lrp_colormap *map;
    (void)state;
    for (size_t i = 0; (map = lrp_colormap_at(NULL, i)); i++) {
        const struct worked_colour *w = worked_colours, *end = w + COUNT(worked_colours);
        unsigned char rgb[3];
        if (!map->name) fail_msg("the colour map behind %s has no name", i ? lrp_colormap_at(NULL, i - 1)->name : "none");
        while (w < end && strcmp(w->name, map->name) != 0) w++;
        if (w == end) fail_msg("the colour map %s has no worked colour in test_colormap.c", map->name);
        lrp_colormap_rgb(map, w->t, rgb);
        if (abs(rgb[0] - w->red) > w->off || abs(rgb[1] - w->green) > w->off || abs(rgb[2] - w->blue) > w->off)
            fail_msg("%s at %g: %d %d %d, want %d %d %d", w->name, w->t, rgb[0], rgb[1], rgb[2], w->red, w->green, w->blue);
    }
}

static void places_outside_are_the_ends_and_nan_has_its_own_colour(void **state)
{
    (void)state;
    check_colour("gray", -3, 0, 0, 0);
    check_colour("gray", 7, 255, 255, 255);
    check_colour("gray", 0.2, 51, 51, 51);
    check_colour("gray", (double)NAN, 255, 0, 255);
    check_colour("jet", 0.375, 0, 255, 255);
    check_colour("hot", 1, 255, 255, 255);
}

/* What is asked of a plugin's map is asked of each of ours, under another name: stops that ascend from 0 to 1, colours ... */
static void check_form(const struct lrp_colormap *map)
{
    struct lrp_colormap copy = *map;
    struct lrp_colormap_set *set;
    struct lrp_error err;
    copy.name = "copy";
    check_ok(lrp_colormap_set_copy(NULL, &set, &err), &err);
    if (lrp_colormap_set_add(set, &copy, &err)) fail_msg("the colour map %s: %s", map->name, err.message);
    lrp_colormap_set_release(set);
}

static void every_map_is_well_formed(void **state)
{
    (void)state;
    assert_null(lrp_colormap_find(NULL, "no-such-map"));
    assert_null(lrp_colormap_find(NULL, NULL));
    const struct lrp_colormap *map;
    for (size_t i = 0; (map = lrp_colormap_at(NULL, i)); i++) {
        unsigned char invalid[3], rgb[3];
        if (!map->name) fail_msg("the colour map behind %s has no name", i ? lrp_colormap_at(NULL, i - 1)->name : "none");
        check_form(map);
        assert_ptr_equal(lrp_colormap_find(NULL, lrp_colormap_name(map)), map);
        const struct lrp_colormap *next = lrp_colormap_at(NULL, i + 1);
        assert_ptr_equal(lrp_colormap_next(NULL, map), next ? next : lrp_colormap_at(NULL, 0));
        if (!map->summary || !*map->summary) fail_msg("the colour map %s has no summary", map->name);
        lrp_colormap_invalid(map, invalid);
        if (!invalid[0] && !invalid[1] && !invalid[2]) /* what a row has that leaves it out */
            fail_msg("the colour map %s does not say the colour for NaN, which may not be black", map->name);
        for (int step = 0; step <= 4096; step++) {
            lrp_colormap_rgb(map, step / 4096.0, rgb);
            if (memcmp(rgb, invalid, 3) == 0)
                fail_msg("the colour map %s has its colour for NaN at %g", map->name, step / 4096.0);
        }
    }
}

static void diverging_maps_are_neutral_in_the_middle_only(void **state)
{
    (void)state;
    const struct lrp_colormap *map;
    for (size_t i = 0; (map = lrp_colormap_at(NULL, i)); i++) {
        unsigned char middle[3];
        if (!lrp_colormap_diverging(map)) continue;
        lrp_colormap_rgb(map, 0.5, middle);
        if (middle[0] != middle[1] || middle[1] != middle[2])
            fail_msg("the diverging colour map %s is not neutral in the middle", map->name);
    }
}

/* ---- ranges ---- */

static struct lrp_range range_of(float *values, int count, const char *what, const char *mode, const char *clip)
{
    struct lrp_plane plane = {.width = count, .height = 1, .values = values};
    const struct lrp_plane *planes[] = {&plane};
    struct lrp_heatmap_options options;
    struct lrp_range range;
    struct lrp_error err;
    lrp_heatmap_defaults(what, &options);
    check_ok(lrp_heatmap_option_set(&options, "range", mode, &err), &err);
    check_ok(lrp_heatmap_option_set(&options, "clip", clip, &err), &err);
    check_ok(lrp_range_of(planes, 1, &options, &range, &err), &err);
    return range;
}

static void ranges_follow_the_mode(void **state)
{
    (void)state;
    float values[] = {-3, 0, 1, 2};
    static const struct {
        const char *what, *mode;
        double low, high;
        bool symmetric;
    } rows[] = {{"relevance", "auto", -3, 3, true},
                {"activation", "auto", -3, 2, false},
                {"activation", "symmetric", -3, 3, true},
                {"relevance", "min-max", -3, 2, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_range range = range_of(values, 4, rows[i].what, rows[i].mode, "0:100");
        check_close((double)range.low, rows[i].low, 0);
        check_close((double)range.high, rows[i].high, 0);
        assert_int_equal(range.symmetric, rows[i].symmetric);
    }
}

static void percentiles_are_those_of_numpy(void **state)
{
    (void)state;
    /* numpy.percentile([4,-1,9,2,7,3], [10, 85]) = 0.5, 7.5 */
    float values[] = {4, -1, 9, NAN, 2, 7, 3};
    struct lrp_range range = range_of(values, 7, "activation", "auto", "10:85");
    check_close((double)range.low, 0.5, 1e-6);
    check_close((double)range.high, 7.5, 1e-6);
    assert_int_equal(range.invalid, 1);
    range = range_of(values, 7, "relevance", "auto", "10:85");
    check_close((double)range.low, -7.5, 1e-6);
    check_close((double)range.high, 7.5, 1e-6);
}

static void several_planes_share_a_range(void **state)
{
    (void)state;
    float first[] = {1, -2}, second[] = {5, INFINITY, 0};
    struct lrp_plane a = {2, 1, first}, b = {3, 1, second};
    const struct lrp_plane *planes[] = {&a, &b};
    struct lrp_heatmap_options options;
    struct lrp_range range;
    struct lrp_error err;
    lrp_heatmap_defaults("relevance", &options);
    check_ok(lrp_range_of(planes, 2, &options, &range, &err), &err);
    check_close((double)range.low, -5, 0);
    check_close((double)range.high, 5, 0);
    assert_int_equal(range.invalid, 1);
}

static void values_find_their_place(void **state)
{
    (void)state;
    const struct lrp_range symmetric = {.low = -4, .high = 4, .symmetric = true}, plain = {.low = 2, .high = 10};
    const struct lrp_range huge = {.low = -FLT_MAX, .high = FLT_MAX};
    static const float nothing = 0;
    const struct {
        const struct lrp_range *range;
        float value;
        double gamma, want;
    } rows[] = {{&symmetric, 0, 1, 0.5},
                {&symmetric, -nothing, 1, 0.5},
                {&symmetric, 4, 1, 1},
                {&symmetric, -4, 1, 0},
                {&symmetric, 2, 1, 0.75},
                {&symmetric, 9, 1, 1},
                {&symmetric, -9, 1, 0},
                {&symmetric, 1, 0.5, 0.75},
                {&symmetric, -1, 0.5, 0.25},
                {&symmetric, 0, 0.5, 0.5},
                {&plain, 2, 1, 0},
                {&plain, 4, 1, 0.25},
                {&plain, 4, 0.5, 0.5},
                {&plain, 12, 1, 1},
                {&plain, NAN, 1, (double)NAN},
                {&plain, -INFINITY, 1, (double)NAN},
                {&huge, 0, 1, 0.5}};
    for (size_t i = 0; i < COUNT(rows); i++)
        check_close(lrp_range_normalize(rows[i].range, rows[i].value, rows[i].gamma), rows[i].want, 0);
    check_close(lrp_range_normalize(&symmetric, lrp_blank(), 1), 0.5, 0);
    check_close(lrp_range_normalize(&plain, lrp_blank(), 1), 0, 0);
}

static void maps_without_extent_are_neutral(void **state)
{
    (void)state;
    float zero[] = {0, 0, 0}, constant[] = {3, 3, 3}, invalid[] = {NAN, INFINITY, -INFINITY};
    static const struct {
        const char *what;
        double zero, constant;
    } rows[] = {{"relevance", 0.5, 1}, {"activation", 0, 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_range range = range_of(zero, 3, rows[i].what, "auto", "0:100");
        check_close(lrp_range_normalize(&range, 0, 1), rows[i].zero, 0);
        range = range_of(constant, 3, rows[i].what, "auto", "0:100");
        check_close(lrp_range_normalize(&range, 3, 1), rows[i].constant, 0);
        range = range_of(invalid, 3, rows[i].what, "auto", "5:95");
        assert_int_equal(range.invalid, 3);
        check_close((double)range.low, 0, 0);
        assert_true(isnan(lrp_range_normalize(&range, NAN, 1)));
    }
}

/* ---- options ---- */

static void defaults_follow_what_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *what, *colormap;
        bool diverging;
    } rows[] = {{"relevance", "seismic", true},
                {"activation", "viridis", false},
                {"weights", "seismic", true},
                {NULL, "seismic", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_heatmap_options options;
        lrp_heatmap_defaults(rows[i].what, &options);
        assert_string_equal(lrp_colormap_name(options.colormap), rows[i].colormap);
        assert_int_equal(options.reduction, LRP_REDUCE_SUM);
        assert_int_equal(lrp_colormap_diverging(options.colormap), rows[i].diverging);
        assert_int_equal(options.range, LRP_RANGE_AUTO);
        assert_int_equal(options.size_factor, 1);
    }
}

static void options_are_read_and_written_as_text(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"colormap", "bwr"},  {"reduce", "max-abs"}, {"range", "min-max"},
                                          {"clip", "0.1:99.9"}, {"gamma", "0.5"},      {"overlay", "0.25"},
                                          {"size-factor", "4"}};
    struct lrp_heatmap_options options;
    struct lrp_error err;
    char buffer[64];
    lrp_heatmap_defaults("relevance", &options);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(lrp_heatmap_option_key(i), rows[i][0]);
        check_ok(lrp_heatmap_option_set(&options, rows[i][0], rows[i][1], &err), &err);
        assert_string_equal(lrp_heatmap_option_text(&options, rows[i][0], buffer, sizeof buffer), rows[i][1]);
    }
    assert_null(lrp_heatmap_option_key(COUNT(rows)));
    assert_string_equal(lrp_heatmap_option_text(&options, "no-option", buffer, sizeof buffer), "");
    assert_int_equal(options.size_factor, 4);
    check_close(options.clip_high, 99.9, 1e-12);
}

static void wrong_options_are_refused_with_a_remedy(void **state)
{
    (void)state;
    static const char *const rows[][3] = {{"colormap", "rainbow", "seismic, bwr"},
                                          {"reduce", "mean", "max-abs"},
                                          {"range", "wide", "symmetric"},
                                          {"clip", "99:1", "LOW:HIGH"},
                                          {"clip", "5", "LOW:HIGH"},
                                          {"clip", "-1:50", "LOW:HIGH"},
                                          {"clip", "1:x", "LOW:HIGH"},
                                          {"gamma", "0", "0.01"},
                                          {"gamma", "nan", "0.01"},
                                          {"overlay", "1.5", "0 (the picture"},
                                          {"size-factor", "0", "1 to 256"},
                                          {"size-factor", "2.5", "1 to 256"},
                                          {"size", "3", "no option 'size'"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_heatmap_options options, before;
        struct lrp_error err;
        lrp_heatmap_defaults("relevance", &options);
        before = options;
        check_fails(lrp_heatmap_option_set(&options, rows[i][0], rows[i][1], &err), &err, LRP_USAGE, rows[i][2]);
        assert_ptr_equal(options.colormap, before.colormap);
        check_close(options.clip_low, before.clip_low, 0);
        check_close(options.gamma, before.gamma, 0);
    }
}

static void overlay_mixes_with_the_grey_picture_but_not_the_colour_for_nan(void **state)
{
    (void)state;
    const struct lrp_range range = {.low = -1, .high = 1, .symmetric = true};
    struct lrp_heatmap_options options;
    unsigned char rgb[3];
    lrp_heatmap_defaults("relevance", &options);
    options.overlay = 0.25;
    lrp_heatmap_rgb(&options, &range, 0.5F, 0.4, rgb); /* (255,0,0) / 4 + 102 * 3 / 4 */
    assert_int_equal(rgb[0], 140);
    assert_int_equal(rgb[1], 77);
    lrp_heatmap_rgb(&options, &range, 0.5F, -1, rgb);
    assert_int_equal(rgb[0], 255);
    assert_int_equal(rgb[1], 0);
    lrp_heatmap_rgb(&options, &range, NAN, 0.4, rgb);
    assert_int_equal(rgb[0], 255);
    assert_int_equal(rgb[1], 0);
    assert_int_equal(rgb[2], 255);
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(every_map_is_well_formed),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seismic_goes_through_its_five_nodes),
        cmocka_unit_test(every_map_has_a_worked_colour),
        cmocka_unit_test(places_outside_are_the_ends_and_nan_has_its_own_colour),
        cmocka_unit_test(diverging_maps_are_neutral_in_the_middle_only),
        cmocka_unit_test(ranges_follow_the_mode),
        cmocka_unit_test(percentiles_are_those_of_numpy),
        cmocka_unit_test(several_planes_share_a_range),
        cmocka_unit_test(values_find_their_place),
        cmocka_unit_test(maps_without_extent_are_neutral),
        cmocka_unit_test(defaults_follow_what_is_shown),
        cmocka_unit_test(options_are_read_and_written_as_text),
        cmocka_unit_test(wrong_options_are_refused_with_a_remedy),
        cmocka_unit_test(overlay_mixes_with_the_grey_picture_but_not_the_colour_for_nan),
    };
    return check_rows_first(rows, tests);
}
