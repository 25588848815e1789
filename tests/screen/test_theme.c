/* test_theme.c: text can be read: contrast of every style, in both themes, as WCAG 2 computes it. */
#include "check.h"
#include "theme.h"

/* sRGB to linear light. */
static double linear(int32_t byte)
{
    const double c = byte / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

static double contrast(int32_t a, int32_t b)
{
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* xterm's colours 16..255. */
static int32_t rgb_of_256(int32_t number)
{
    static const int32_t steps[6] = {0, 95, 135, 175, 215, 255};
    if (number >= 232) return (8 + 10 * (number - 232)) * 0x10101;
    const int32_t n = number - 16;
    return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

static int32_t seen(int32_t color, enum lrp_color_mode mode, int32_t otherwise)
{
    return color < 0 ? otherwise : mode == LRP_COLOR_256 ? rgb_of_256(color) : color;
}

static void the_formula_is_that_of_the_guideline(void **state)
{
    (void)state;
    check_close(contrast(0x000000, 0xFFFFFF), 21, 1e-6);
    check_close(contrast(0x777777, 0xFFFFFF), 4.478, 1e-3); /* the guideline's well-known grey that just fails */
}

/* What terminals have behind their text: black, the usual dark greys, Solarized; white, off-white, Solarized. */
static void text_has_a_contrast_of_at_least_4_5(void **state)
{
    static const struct {
        bool light;
        int32_t ink, paper;
    } terminals[] = {{false, 0xD4D4D4, 0x000000}, {false, 0xD4D4D4, 0x1E1E1E}, {false, 0xD4D4D4, 0x002B36},
                     {true, 0x1E1E1E, 0xFFFFFF},  {true, 0x1E1E1E, 0xF5F5F5},  {true, 0x1E1E1E, 0xFDF6E3}};
    static const enum lrp_color_mode modes[] = {LRP_COLOR_256, LRP_COLOR_DIRECT};
    int poor = 0;
    (void)state;
    for (size_t t = 0; t < sizeof terminals / sizeof *terminals; t++)
        for (size_t m = 0; m < 2; m++)
            for (int style = 0; style < LRP_STYLE_COUNT; style++) {
                const struct lrp_look look = lrp_theme_look((enum lrp_style)style, modes[m], terminals[t].light);
                const double c =
                    contrast(seen(look.fg, modes[m], terminals[t].ink), seen(look.bg, modes[m], terminals[t].paper));
                if (c < 4.5) {
                    print_error("style %c, %s theme, on %06x: %.2f\n", lrp_theme_letter((enum lrp_style)style),
                                terminals[t].light ? "light" : "dark", (unsigned)terminals[t].paper, c);
                    poor++;
                }
            }
    assert_int_equal(poor, 0);
}

/* The Linux console's palette and xterm's; where there are 8, bold text takes the brighter half. */
static void text_of_eight_colors_can_be_read(void **state)
{
    static const int32_t palettes[][16] = {{0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA,
                                            0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF},
                                           {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
                                            0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF}};
    int poor = 0;
    (void)state;
    for (int p = 0; p < 2; p++)
        for (int light = 0; light < 2; light++)
            for (int style = 0; style < LRP_STYLE_COUNT; style++) {
                if (style == LRP_STYLE_HEAT_POSITIVE || style == LRP_STYLE_HEAT_NEGATIVE || style == LRP_STYLE_HEAT_LEVEL)
                    continue; /* cells of heatmaps, no text */
                const struct lrp_look look = lrp_theme_look((enum lrp_style)style, LRP_COLOR_8, light);
                const int32_t ink = light ? 0x000000 : palettes[p][7], paper = light ? 0xFFFFFF : 0x000000;
                const int32_t fg = look.fg < 0 ? ink : palettes[p][look.fg + (look.attributes & LRP_BOLD ? 8 : 0)];
                const double c = contrast(fg, look.bg < 0 ? paper : palettes[p][look.bg]);
                if (c < 4.5) {
                    print_error("style %c, palette %d, %s: %.2f\n", lrp_theme_letter((enum lrp_style)style), p,
                                light ? "light" : "dark", c);
                    poor++;
                }
            }
    assert_int_equal(poor, 0);
}

/* Without colours, what is bad, registered, selected and matched differs from plain text by attributes alone. */
static void without_colors_attributes_tell(void **state)
{
    static const enum lrp_style telling[] = {LRP_STYLE_BAD,           LRP_STYLE_REGISTERED,     LRP_STYLE_SELECTED,
                                             LRP_STYLE_SELECTED_BAD,  LRP_STYLE_MATCH,          LRP_STYLE_ERROR,
                                             LRP_STYLE_WARNING,       LRP_STYLE_LINK,           LRP_STYLE_TAG,
                                             LRP_STYLE_HEADER,        LRP_STYLE_HEADER_WARNING, LRP_STYLE_HEADER_BAD,
                                             LRP_STYLE_MENU_SELECTED, LRP_STYLE_PROMPT};
    (void)state;
    for (int style = 0; style < LRP_STYLE_COUNT; style++) {
        const struct lrp_look look = lrp_theme_look((enum lrp_style)style, LRP_COLOR_MONO, false);
        assert_true(look.fg == -1 && look.bg == -1);
    }
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        assert_true(lrp_theme_look(telling[i], LRP_COLOR_MONO, false).attributes != 0);
    assert_int_not_equal(lrp_theme_look(LRP_STYLE_SELECTED, LRP_COLOR_MONO, false).attributes,
                         lrp_theme_look(LRP_STYLE_SELECTED_BAD, LRP_COLOR_MONO, false).attributes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula_is_that_of_the_guideline), cmocka_unit_test(text_has_a_contrast_of_at_least_4_5),
        cmocka_unit_test(text_of_eight_colors_can_be_read), cmocka_unit_test(without_colors_attributes_tell)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
