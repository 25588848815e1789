/* test_render.c: heatmaps, text and contact sheets as pictures. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "font.h"
#include "render.h"
#include "sheet.h"

static const unsigned char *pixel(const struct lrp_picture *picture, int x, int y)
{
    return picture->pixels + ((size_t)y * (size_t)picture->width + (size_t)x) * 3;
}

static void check_pixel(const struct lrp_picture *picture, int x, int y, int red, int green, int blue)
{
    const unsigned char *p = pixel(picture, x, y);
    if (p[0] != red || p[1] != green || p[2] != blue)
        fail_msg("pixel %d %d is %d %d %d, want %d %d %d", x, y, p[0], p[1], p[2], red, green, blue);
}

static void cells_become_squares_of_their_colour(void **state)
{
    (void)state;
    float values[] = {0, 1, -1, NAN, 0.5F, lrp_blank()};
    const struct lrp_plane plane = {3, 2, values};
    const struct lrp_range range = {.low = -1, .high = 1, .symmetric = true};
    struct lrp_heatmap_options options;
    struct lrp_picture picture;
    struct lrp_error err;
    lrp_heatmap_defaults("relevance", &options);
    options.size_factor = 3;
    check_ok(lrp_render_heatmap(&plane, &range, &options, NULL, &picture, &err), &err);
    assert_int_equal(picture.width, 9);
    assert_int_equal(picture.height, 6);
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) {
            check_pixel(&picture, x, y, 255, 255, 255);
            check_pixel(&picture, 3 + x, y, 128, 0, 0);
            check_pixel(&picture, 6 + x, y, 0, 0, 77);
            check_pixel(&picture, x, 3 + y, 255, 0, 255);
            check_pixel(&picture, 3 + x, 3 + y, 255, 0, 0);
            check_pixel(&picture, 6 + x, 3 + y, 255, 255, 255);
        }
    lrp_picture_free(&picture);
}

static void heatmaps_are_laid_over_the_input_whichever_is_larger(void **state)
{
    (void)state;
    const struct lrp_range range = {.low = -1, .high = 1, .symmetric = true};
    struct lrp_heatmap_options options;
    struct lrp_error err;
    lrp_heatmap_defaults("relevance", &options);
    options.overlay = 0.5;
    for (int side = 1; side <= 4; side += 3) {
        struct lrp_plane plane, grey;
        struct lrp_picture picture;
        check_ok(lrp_plane_new(2, 2, &plane, &err), &err); /* zeros */
        check_ok(lrp_plane_new(side, side, &grey, &err), &err);
        for (int i = 0; i < side * side; i++) grey.values[i] = 55 / 255.0F;
        check_ok(lrp_plane_match(&plane, &grey, &err), &err);
        check_ok(lrp_render_heatmap(&plane, &range, &options, &grey, &picture, &err), &err);
        assert_int_equal(picture.width, side == 1 ? 2 : 4);
        check_pixel(&picture, 1, 1, 155, 155, 155); /* (255 + 55) / 2 */
        lrp_picture_free(&picture);
        lrp_plane_free(&plane);
        lrp_plane_free(&grey);
    }
}

static void heatmaps_beyond_the_limits_are_refused(void **state)
{
    (void)state;
    struct lrp_plane plane;
    const struct lrp_range range = {0};
    struct lrp_heatmap_options options;
    struct lrp_picture picture;
    struct lrp_error err;
    lrp_heatmap_defaults("relevance", &options);
    options.size_factor = 256;
    check_ok(lrp_plane_new(200, 1, &plane, &err), &err);
    check_fails(lrp_render_heatmap(&plane, &range, &options, NULL, &picture, &err), &err, LRP_FILE, "--size-factor");
    lrp_plane_free(&plane);
}

/* ---- text ---- */

static int ink_of(const char *text, int width)
{
    static const unsigned char white[3] = {255, 255, 255};
    struct lrp_picture picture;
    struct lrp_error err;
    int count = 0;
    check_ok(lrp_picture_new(200, 9, 3, &picture, &err), &err);
    lrp_draw_text_within(&picture, 0, 0, 1, width, text, white);
    for (int i = 0; i < 200 * 9; i++) {
        const unsigned char red = picture.pixels[3 * (size_t)i];
        count += red != 0;
        if (red) assert_true(i % 200 < width);
    }
    lrp_picture_free(&picture);
    return count;
}

static void every_character_has_a_glyph_of_its_own(void **state)
{
    (void)state;
    static const unsigned char white[3] = {255, 255, 255};
    unsigned char seen[95][6 * 9 * 3];
    for (int c = ' '; c <= '~'; c++) {
        struct lrp_picture picture;
        struct lrp_error err;
        check_ok(lrp_picture_new(6, 9, 3, &picture, &err), &err);
        lrp_draw_text(&picture, 0, 0, 1, (const char[]){(char)c, '\0'}, white);
        memcpy(seen[c - ' '], picture.pixels, sizeof seen[0]);
        for (int other = ' '; other < c; other++)
            if (memcmp(seen[other - ' '], seen[c - ' '], sizeof seen[0]) == 0) fail_msg("'%c' looks like '%c'", c, other);
        lrp_picture_free(&picture);
    }
    assert_int_equal(ink_of(" ", 100), 0);
    assert_int_equal(ink_of("-", 100), 5);
}

static void long_texts_are_shortened_and_stay_inside(void **state)
{
    (void)state;
    assert_int_equal(lrp_text_width("abc", 2), 34);
    assert_int_equal(lrp_text_width("", 1), 0);
    assert_int_equal(lrp_text_width("\xc3\xa4\xe2\x82\xac", 1), 11); /* two characters */
    for (int width = 0; width < 100; width++) ink_of("a/rather/long/name/of/a/layer", width);
    assert_int_equal(ink_of("abcdefghijklmnopq", 5 * 6), ink_of("a..pq", 100));
    assert_int_equal(ink_of("\xc3\xa4", 100), ink_of("?", 100));
    ink_of("\xff\xc3", 100);
}

/* ---- sheets ---- */

static void sheets_hold_every_tile(void **state)
{
    (void)state;
    float rise[64], zero[1] = {0};
    for (int i = 0; i < 64; i++) rise[i] = (float)(i - 32);
    struct lrp_plane square = {8, 8, rise}, dot = {1, 1, zero};
    const struct lrp_sheet_tile tiles[] = {
        {.title = "0 input", .shape = "1x8x8", .plane = &square, .statistics = {.sum = -32, .min = -32, .max = 31}},
        {.title = "1 a", .subtitle = "dense, epsilon", .plane = &dot},
        {.title = "2 b", .plane = NULL},
        {.title = "3 c", .plane = &square, .statistics = {.nan = 3}},
        {.title = "4 d", .plane = &square},
    };
    struct lrp_sheet sheet = {.title = "demo.onnx", .note = "target 3", .tiles = tiles, .count = 5};
    struct lrp_picture picture;
    struct lrp_error err;
    lrp_heatmap_defaults("relevance", &sheet.options);
    check_ok(lrp_sheet_render(&sheet, &picture, &err), &err);
    /* -32 is the largest magnitude of its tile, the dot is zero */
    bool dark_blue = false, white = false;
    for (int i = 0; i < picture.width * picture.height; i++) {
        const unsigned char *p = picture.pixels + 3 * (size_t)i;
        dark_blue = dark_blue || (p[0] == 0 && p[1] == 0 && p[2] == 77);
        white = white || (p[0] == 255 && p[1] == 255 && p[2] == 255);
    }
    assert_true(dark_blue && white);
    lrp_picture_free(&picture);
    sheet.count = 0;
    check_ok(lrp_sheet_render(&sheet, &picture, &err), &err);
    lrp_picture_free(&picture);
}

static void sheets_of_too_many_layers_are_refused(void **state)
{
    (void)state;
    const struct lrp_sheet sheet = {.title = "", .count = (size_t)1 << 30};
    struct lrp_picture picture;
    struct lrp_error err;
    check_fails(lrp_sheet_render(&sheet, &picture, &err), &err, LRP_FILE, "one by one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_become_squares_of_their_colour),
        cmocka_unit_test(heatmaps_are_laid_over_the_input_whichever_is_larger),
        cmocka_unit_test(heatmaps_beyond_the_limits_are_refused),
        cmocka_unit_test(every_character_has_a_glyph_of_its_own),
        cmocka_unit_test(long_texts_are_shortened_and_stay_inside),
        cmocka_unit_test(sheets_hold_every_tile),
        cmocka_unit_test(sheets_of_too_many_layers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
