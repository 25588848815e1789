/* test_pieces.c: the inspector's small parts: code points, keys, the typed line, layout, themes, heatmap cells, the action
 * table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "format.h"
#include "heat.h"
#include "keys.h"
#include "palette.h"
#include "pixels.h"
#include "runes.h"
#include "terminal.h"

static void utf8_is_read_strictly(void **state)
{
    static const struct {
        const char *text;
        uint32_t runes[4];
    } cases[] = {{"a\xC3\xA9", {'a', 0xE9, 0}},
                 {"\xE2\x96\x80", {0x2580, 0}},
                 {"\xF0\x9F\x98\x80", {0x1F600, 0}},
                 {"\xC0\x80", {0xFFFD, 0xFFFD, 0}},             /* overlong */
                 {"\xED\xA0\x80", {0xFFFD, 0xFFFD, 0xFFFD, 0}}, /* surrogate */
                 {"\xE2\x96", {0xFFFD, 0xFFFD, 0}},             /* cut off */
                 {"\xFFz", {0xFFFD, 'z', 0}}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = cases[i].text;
        for (int k = 0; k < 4; k++) {
            const uint32_t rune = lrp_rune_next(&at);
            assert_int_equal(rune, cases[i].runes[k]);
            if (rune == 0) break;
        }
    }
    assert_int_equal(lrp_text_columns("a\xCC\x81"), 1);                /* combining accent */
    assert_int_equal(lrp_text_columns("\xE4\xB8\xAD\xE6\x96\x87"), 4); /* two wide characters */
}

static void texts_are_cut_to_their_width(void **state)
{
    struct lrp_canvas canvas = {0};
    (void)state;
    assert_true(lrp_canvas_resize(&canvas, 8, 4));
    lrp_canvas_fit(&canvas, 0, 0, 6, "abcdefgh", LRP_STYLE_NORMAL);
    lrp_canvas_tail(&canvas, 0, 1, 6, "abcdefgh", LRP_STYLE_NORMAL);
    lrp_canvas_right(&canvas, 0, 2, 8, "xyz", LRP_STYLE_BAD);
    lrp_canvas_text(&canvas, 7, 3, 8, "\xE4\xB8\xAD", LRP_STYLE_NORMAL); /* half of it would lie outside */
    lrp_canvas_text(&canvas, 100, 100, 8, "outside", LRP_STYLE_NORMAL);
    lrp_canvas_text(&canvas, -3, 3, 8, "abcde", LRP_STYLE_NORMAL);
    char *text = lrp_canvas_to_text(&canvas), *style = lrp_canvas_to_style(&canvas);
    assert_string_equal(text, "abcde…\n…defgh\n     xyz\nde\n");
    assert_string_equal(style, "........\n........\n.....bbb\n........\n");
    free(text);
    free(style);
    lrp_canvas_free(&canvas);
}

static void half_a_wide_character_is_not_left_behind(void **state)
{
    struct lrp_canvas canvas = {0};
    (void)state;
    assert_true(lrp_canvas_resize(&canvas, 4, 1));
    lrp_canvas_text(&canvas, 0, 0, 4, "\xE4\xB8\xAD\xE4\xB8\xAD", LRP_STYLE_NORMAL);
    lrp_canvas_rune(&canvas, 1, 0, 'x', LRP_STYLE_NORMAL);
    char *text = lrp_canvas_to_text(&canvas);
    assert_string_equal(text, " x\xE4\xB8\xAD\n");
    free(text);
    lrp_canvas_free(&canvas);
}

static void keys_have_names(void **state)
{
    static const struct {
        const char *text;
        int key;
    } cases[] = {
        {"j", 'j'},    {"<PgDn>", LRP_KEY_PAGE_DOWN}, {"<C-c>", 3}, {"<Space>", ' '},  {"<lt>", '<'},      {"<CR>", 13},
        {"<Esc>", 27}, {"<F1>", LRP_KEY_F1},          {"<", '<'},   {"<nothing>", -1}, {"\xC3\xA9", 0xE9}, {"", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = cases[i].text;
        assert_int_equal(lrp_key_parse(&at), cases[i].key);
    }
}

static void a_typed_line_is_edited(void **state)
{
    static const struct {
        const char *keys, *text;
    } cases[] = {{"abc<BS>", "ab"},
                 {"abc<Left><Left>x", "axbc"},
                 {"abc<Home>x<End>y", "xabcy"},
                 {"ab cd<C-w>", "ab "},
                 {"abc<C-u>", ""},
                 {"abc<Left><C-k>", "ab"},
                 {"a\xC3\xA9z<Left><BS>", "az"},
                 {"abc<Home><Del>", "bc"},
                 {"<BS><Del><Left><Right>", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_lineedit edit = {0};
        const char *at = cases[i].keys;
        for (int key; (key = lrp_key_parse(&at)) > 0;) assert_true(lrp_lineedit_key(&edit, key));
        assert_string_equal(lrp_lineedit_text(&edit), cases[i].text);
        lrp_lineedit_free(&edit);
    }
}

/* What stands there, what is typed, and what is left. */
static void typing_takes_the_place_of_a_proposal(void **state)
{
    static const struct {
        const char *keys, *text;
    } cases[] = {{"x", "x"},           {"xy", "xy"},        {"<BS>", ""},           {"<Del>", ""},   {"<BS>x", "x"},
                 {"<Left>x", "a bxc"}, {"<End>x", "a bcx"}, {"<Home><Del>", " bc"}, {"<C-w>", "a "}, {"<C-u>x", "x"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_lineedit edit = {0};
        const char *at = cases[i].keys;
        assert_true(lrp_lineedit_propose(&edit, "a bc"));
        for (int key; (key = lrp_key_parse(&at)) > 0;) lrp_lineedit_key(&edit, key);
        assert_string_equal(lrp_lineedit_text(&edit), cases[i].text);
        lrp_lineedit_free(&edit);
    }
}

static void a_typed_line_has_a_history(void **state)
{
    struct lrp_lineedit edit = {0};
    (void)state;
    lrp_lineedit_set(&edit, "one");
    lrp_lineedit_remember(&edit);
    lrp_lineedit_set(&edit, "two");
    lrp_lineedit_remember(&edit);
    lrp_lineedit_set(&edit, "");
    lrp_lineedit_key(&edit, LRP_KEY_UP);
    lrp_lineedit_key(&edit, LRP_KEY_UP);
    assert_string_equal(lrp_lineedit_text(&edit), "one");
    lrp_lineedit_key(&edit, LRP_KEY_UP);
    assert_string_equal(lrp_lineedit_text(&edit), "one");
    lrp_lineedit_key(&edit, LRP_KEY_DOWN);
    assert_string_equal(lrp_lineedit_text(&edit), "two");
    lrp_lineedit_free(&edit);
}

static void panes_never_overlap_and_fill_the_body(void **state)
{
    (void)state;
    for (int columns = 1; columns <= 300; columns += 7) {
        for (int rows = 1; rows <= 100; rows += 3) {
            for (int variant = 0; variant < 12; variant++) {
                const struct lrp_layout l = lrp_layout_make(columns, rows, (enum lrp_pane)(variant % 3), variant % 4 >= 2,
                                                            variant == 11, variant % 5 == 1);
                int area = l.rule.columns * l.rule.rows + l.rule.rows; /* the blank column before the line */
                for (int p = 0; p < LRP_PANE_COUNT; p++) {
                    const struct lrp_rect r = l.pane[p];
                    assert_true(r.rows == 0 || (r.x >= 0 && r.y >= l.body.y && r.x + r.columns <= columns &&
                                                r.y + r.rows <= l.body.y + l.body.rows));
                    area += r.rows > 0 ? r.columns * r.rows : 0;
                }
                assert_true(l.too_small == (columns < 20 || rows < 5));
                assert_true(l.too_small || area == l.body.columns * l.body.rows);
            }
        }
    }
}

/* Relative luminance and contrast as WCAG 2 defines them. */
static double luminance(int32_t rgb)
{
    double sum = 0;
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    for (int i = 0; i < 3; i++) {
        const double c = (rgb >> (16 - 8 * i) & 255) / 255.0;
        sum += weights[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void text_contrasts_in_both_themes(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++) {
        for (int i = 0; i < LRP_STYLE_COUNT; i++) {
            const struct lrp_look look = lrp_theme_look((enum lrp_style)i, LRP_COLOR_DIRECT, light);
            const double fg = luminance(look.fg < 0 ? (light ? 0 : 0xFFFFFF) : look.fg);
            const double bg = luminance(look.bg < 0 ? (light ? 0xFFFFFF : 0) : look.bg);
            const double contrast = fg > bg ? (fg + 0.05) / (bg + 0.05) : (bg + 0.05) / (fg + 0.05);
            if (contrast < 4.5)
                print_error("style %c, %s theme: contrast %.2f\n", lrp_theme_letter((enum lrp_style)i),
                            light ? "light" : "dark", contrast);
            assert_true(contrast >= 4.5);
        }
    }
}

static void every_style_has_its_own_letter(void **state)
{
    (void)state;
    for (int i = 0; i < LRP_STYLE_COUNT; i++)
        for (int k = 0; k < i; k++)
            assert_int_not_equal(lrp_theme_letter((enum lrp_style)i), lrp_theme_letter((enum lrp_style)k));
}

/* Numbers of xterm's table: 16 + 36 r + 6 g + b, and 232.. for greys. */
static void colors_find_their_place_among_256(void **state)
{
    (void)state;
    assert_int_equal(lrp_nearest_256(0x000000), 16);
    assert_int_equal(lrp_nearest_256(0xFFFFFF), 231);
    assert_int_equal(lrp_nearest_256(0xFF0000), 196);
    assert_int_equal(lrp_nearest_256(0x0000FF), 21);
    assert_int_equal(lrp_nearest_256(0x080808), 232);
    assert_int_equal(lrp_nearest_256(0xEEEEEE), 255);
    assert_int_equal(lrp_direct_rgb(5), 0);
    assert_int_equal(lrp_direct_rgb(0x000108), 0x000108);
}

static void color_mode_follows_option_environment_and_terminal(void **state)
{
    static const struct {
        const char *option, *no_color;
        int colors, pairs, mode;
    } cases[] = {{"auto", NULL, 256, 65536, LRP_COLOR_256},
                 {"auto", "", 256, 65536, LRP_COLOR_256},
                 {"auto", "1", 256, 65536, LRP_COLOR_MONO},
                 {"256", "1", 256, 65536, LRP_COLOR_256},
                 {"never", NULL, 256, 65536, LRP_COLOR_MONO},
                 {"8", NULL, 256, 65536, LRP_COLOR_8},
                 {"auto", NULL, 8, 64, LRP_COLOR_8},
                 {"256", NULL, 8, 64, LRP_COLOR_8},
                 {"auto", NULL, 0, 0, LRP_COLOR_MONO},
                 {"direct", NULL, 0, 0, LRP_COLOR_MONO},
                 {"auto", NULL, 16777216, 65536, LRP_COLOR_DIRECT},
                 {NULL, NULL, 256, 256, LRP_COLOR_8}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lrp_color_mode_of(cases[i].option, cases[i].no_color, cases[i].colors, cases[i].pairs), cases[i].mode);
    assert_int_equal(lrp_levels_of(LRP_COLOR_256, 65536), 31);
    assert_int_equal(lrp_levels_of(LRP_COLOR_DIRECT, 65536), 63);
    assert_int_equal(lrp_levels_of(LRP_COLOR_256, 1024) % 2, 1);
    assert_true(lrp_light_of("0;15") && lrp_light_of("0;default;7") && !lrp_light_of("15;0") && !lrp_light_of(NULL));
}

/* A plane of 2 x 4 values: red above blue, a middle of zero, and what is no number. */
static struct lrp_painting small_picture(void)
{
    static const float values[8] = {1, -1, 0, 0.5F, -0.5F, 0, NAN, 1};
    struct lrp_painting painting = {.range = {-1, 1, true, 1}, .release = lrp_painting_release};
    lrp_heatmap_defaults("relevance", &painting.options);
    assert_int_equal(lrp_plane_new(2, 4, &painting.plane, NULL), LRP_OK);
    memcpy(painting.plane.values, values, sizeof values);
    return painting;
}

static void a_cell_holds_two_pixels(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31, .palette = LRP_PALETTE_MAX};
    struct lrp_painting painting = small_picture();
    struct lrp_canvas canvas = {0};
    (void)state;
    assert_true(lrp_canvas_resize(&canvas, 2, 2));
    const struct lrp_heat_area area = lrp_heat_area(&caps, 2, 4, (struct lrp_rect){0, 0, 2, 2});
    assert_int_equal(area.width, 2);
    assert_int_equal(area.height, 4);
    const struct lrp_heat heat = lrp_heat_make(&caps, &painting.options, &painting.range, false, &canvas);
    lrp_heat_draw(&heat, &painting.plane, NULL, &canvas, area);
    static const int want[4][2] = {{31, 16}, {1, 24}, {8, LRP_LEVEL_INVALID}, {16, 31}}; /* level 16 of 31 is zero */
    for (int i = 0; i < 4; i++) {
        assert_int_equal(canvas.cells[i].upper, want[i][0]);
        assert_int_equal(canvas.cells[i].lower, want[i][1]);
        assert_int_equal(canvas.cells[i].rune, 0x2580);
    }
    assert_int_equal(canvas.palette[15], 0xFFFFFF); /* seismic's middle */
    lrp_canvas_free(&canvas);
    lrp_painting_clear(&painting);
}

/* Of few colours every one, of many no more than asked for, and none far from its own. */
static void colors_are_chosen_for_a_picture(void **state)
{
    enum { SIDE = 64, PIXELS = SIDE * SIDE };
    static unsigned char rgba[4 * PIXELS];
    static uint16_t numbers[PIXELS];
    uint32_t colors[16];
    double error = 0;
    (void)state;
    static const unsigned char few[4][4] = {{255, 0, 0, 255}, {0, 0, 255, 255}, {9, 9, 9, 0}, {255, 0, 0, 255}};
    assert_int_equal(lrp_palette_fit(&few[0][0], 4, 16, colors, numbers), 2);
    assert_int_equal(colors[numbers[0] - 1], 0xFF0000);
    assert_int_equal(colors[numbers[1] - 1], 0x0000FF);
    assert_int_equal(numbers[2], 0); /* it is not seen */
    assert_int_equal(numbers[3], numbers[0]);
    for (int i = 0; i < PIXELS; i++) { /* a red and a green ramp */
        rgba[4 * i] = (unsigned char)(i % SIDE * 4);
        rgba[4 * i + 1] = (unsigned char)(i / SIDE * 4);
        rgba[4 * i + 3] = 255;
    }
    assert_int_equal(lrp_palette_fit(rgba, PIXELS, 16, colors, numbers), 16);
    for (int i = 0; i < PIXELS; i++) {
        const uint32_t color = colors[numbers[i] - 1];
        error += fabs((double)(color >> 16) - rgba[4 * i]) + fabs((double)(color >> 8 & 255) - rgba[4 * i + 1]);
    }
    assert_true(error / PIXELS < 2 * 18); /* sixteen squares of 64 x 64: 16 on each axis, on average */
}

/* Pixels of the terminal: a whole number of them a value where that leaves little room, and the values' own colours. */
static void a_picture_has_whole_pixels(void **state)
{
    static const struct {
        int columns, rows, side, across, cells_across, cells_down; /* cells of 8 x 16 */
    } cases[] = {{60, 40, 28, 476, 60, 30},
                 {60, 20, 28, 308, 39, 20},
                 {10, 5, 28, 80, 10, 5},
                 {5, 5, 28, 40, 5, 3},
                 {60, 40, 3, 480, 60, 30}};
    const struct lrp_caps caps = {
        .mode = LRP_COLOR_256, .levels = 31, .palette = LRP_PALETTE_MAX, .cell_width = 8, .cell_height = 16};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct lrp_heat_area a =
            lrp_heat_area(&caps, cases[i].side, cases[i].side, (struct lrp_rect){0, 0, cases[i].columns, cases[i].rows});
        assert_int_equal(a.across, cases[i].across);
        assert_int_equal(a.down, cases[i].across);
        assert_int_equal(a.cells.columns, cases[i].cells_across);
        assert_int_equal(a.cells.rows, cases[i].cells_down);
    }
}

/* A menu over a part of it: the picture is covered, its cells elsewhere are still its own. */
static void what_lies_over_a_picture_covers_it(void **state)
{
    const struct lrp_caps caps = {
        .mode = LRP_COLOR_256, .levels = 31, .palette = LRP_PALETTE_MAX, .cell_width = 2, .cell_height = 4};
    struct lrp_painting painting = small_picture();
    struct lrp_canvas canvas = {0};
    struct lrp_bitmap bitmap;
    (void)state;
    assert_true(lrp_canvas_resize(&canvas, 4, 4));
    const struct lrp_heat_area area = lrp_heat_area(&caps, 2, 4, (struct lrp_rect){0, 0, 4, 4});
    const struct lrp_heat heat = lrp_heat_make(&caps, &painting.options, &painting.range, false, &canvas);
    lrp_heat_draw(&heat, &painting.plane, NULL, &canvas, area);
    assert_int_equal(canvas.picture_count, 1);
    assert_false(lrp_canvas_covers(&canvas, 0));
    assert_true(lrp_picture_compose(&canvas.pictures[0], 2, 4, &bitmap));
    assert_int_equal(bitmap.width, 8);
    assert_int_equal(bitmap.height, 16);
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 2; x++) { /* every value is 4 x 4 pixels of its colour */
            unsigned char rgb[3];
            lrp_heatmap_rgb(&painting.options, &painting.range, painting.plane.values[y * 2 + x], -1, rgb);
            for (int k = 0; k < 16; k++) assert_memory_equal(bitmap.rgba + 4 * ((y * 4 + k / 4) * 8 + x * 4 + k % 4), rgb, 3);
        }
    }
    lrp_bitmap_free(&bitmap);
    lrp_canvas_point(&canvas, 1, 1, 0, 1, 2, 4); /* the cursor is drawn into it */
    assert_false(lrp_canvas_covers(&canvas, 0));
    assert_int_equal(canvas.pictures[0].point_y, 1);
    lrp_canvas_text(&canvas, 0, 0, 4, "x", LRP_STYLE_MENU);
    assert_true(lrp_canvas_covers(&canvas, 0));
    assert_int_equal(canvas.cells[1].picture, 1);
    lrp_canvas_free(&canvas);
    lrp_painting_clear(&painting);
}

static void without_colors_the_glyph_says_the_sign(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_MONO, .levels = 31, .palette = LRP_PALETTE_MAX, .ascii = true};
    struct lrp_painting painting = small_picture();
    struct lrp_canvas canvas = {.ascii = true};
    (void)state;
    assert_true(lrp_canvas_resize(&canvas, 4, 4));
    const struct lrp_heat heat = lrp_heat_make(&caps, &painting.options, &painting.range, false, &canvas);
    lrp_heat_draw(&heat, &painting.plane, NULL, &canvas, lrp_heat_area(&caps, 2, 4, (struct lrp_rect){0, 0, 4, 4}));
    char *text = lrp_canvas_to_text(&canvas);
    assert_string_equal(text, "@@OO\n  **\n==\n!!@@\n");
    free(text);
    lrp_canvas_free(&canvas);
    lrp_painting_clear(&painting);
}

static void aspect_is_kept(void **state)
{
    const struct lrp_caps half = {.mode = LRP_COLOR_256, .levels = 31}, one = {.mode = LRP_COLOR_MONO, .levels = 31};
    static const struct {
        int width, height, columns, rows, cells_x, cells_y;
    } cases[] = {{224, 224, 40, 40, 40, 20}, {224, 224, 80, 10, 20, 10}, {28, 28, 56, 28, 56, 28},
                 {1, 1, 10, 10, 10, 5},      {1000, 1, 50, 10, 50, 1},   {1, 1000, 50, 10, 1, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct lrp_rect rect = {0, 0, cases[i].columns, cases[i].rows};
        const struct lrp_heat_area a = lrp_heat_area(&half, cases[i].width, cases[i].height, rect);
        const struct lrp_heat_area b = lrp_heat_area(&one, cases[i].width, cases[i].height, rect);
        assert_int_equal(a.cells.columns, cases[i].cells_x);
        assert_int_equal(a.cells.rows, cases[i].cells_y);
        assert_int_equal(b.cells.rows, cases[i].cells_y);
    }
}

static void cells_and_values_find_each_other(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31, .palette = LRP_PALETTE_MAX};
    const struct lrp_heat_area area = lrp_heat_area(&caps, 224, 100, (struct lrp_rect){5, 7, 60, 40});
    (void)state;
    for (int py = 0; py < 100; py += 9) {
        for (int px = 0; px < 224; px += 13) {
            int x, y, qx, qy;
            assert_true(lrp_heat_cell_of(&area, px, py, &x, &y));
            assert_true(lrp_heat_value_at(&area, x, y, &qx, &qy));
            assert_true(abs(qx - px) <= 4 && abs(qy - py) <= 4);
        }
    }
}

static void numbers_are_short(void **state)
{
    char text[32];
    (void)state;
    assert_string_equal(lrp_count_text(0, text, sizeof text), "0");
    assert_string_equal(lrp_count_text(1792, text, sizeof text), "1.8k");
    assert_string_equal(lrp_count_text(138357544, text, sizeof text), "138.4M");
    assert_string_equal(lrp_value_text(0.9812, text, sizeof text), "0.981");
    assert_string_equal(lrp_value_text(-12.3456, text, sizeof text), "-12.346");
    assert_string_equal(lrp_value_text(138.91, text, sizeof text), "138.9");
    assert_string_equal(lrp_value_text(1.25e-7, text, sizeof text), "1.25e-7");
    assert_string_equal(lrp_value_text(2e9, text, sizeof text), "2.00e+9");
    assert_string_equal(lrp_value_fit(-3.91e-6, 7, text, sizeof text), "-3.9e-6");
    assert_string_equal(lrp_value_fit(-3.91e-12, 7, text, sizeof text), "-4e-12");
    assert_string_equal(lrp_value_fit(-99.12345, 7, text, sizeof text), "-99.123");
    assert_string_equal(lrp_value_text(-INFINITY, text, sizeof text), "-inf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_read_strictly),
        cmocka_unit_test(texts_are_cut_to_their_width),
        cmocka_unit_test(half_a_wide_character_is_not_left_behind),
        cmocka_unit_test(keys_have_names),
        cmocka_unit_test(a_typed_line_is_edited),
        cmocka_unit_test(typing_takes_the_place_of_a_proposal),
        cmocka_unit_test(a_typed_line_has_a_history),
        cmocka_unit_test(panes_never_overlap_and_fill_the_body),
        cmocka_unit_test(text_contrasts_in_both_themes),
        cmocka_unit_test(every_style_has_its_own_letter),
        cmocka_unit_test(colors_find_their_place_among_256),
        cmocka_unit_test(color_mode_follows_option_environment_and_terminal),
        cmocka_unit_test(a_cell_holds_two_pixels),
        cmocka_unit_test(colors_are_chosen_for_a_picture),
        cmocka_unit_test(a_picture_has_whole_pixels),
        cmocka_unit_test(what_lies_over_a_picture_covers_it),
        cmocka_unit_test(without_colors_the_glyph_says_the_sign),
        cmocka_unit_test(aspect_is_kept),
        cmocka_unit_test(cells_and_values_find_each_other),
        cmocka_unit_test(numbers_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
