/* test_theme.c: text can be read: contrast of every style, in both themes, as WCAG 2 computes it. */
#include "check.h"
#include "theme.h"

/* sRGB to linear light. */
static double linear(int32_t byte) {
    const double c = byte / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb) {
    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

static double contrast(int32_t a, int32_t b) {
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* xterm's colours 16..255. */
static int32_t rgb_of_256(int32_t number) {
    static const int32_t steps[6] = {0, 95, 135, 175, 215, 255};
    if (number >= 232)
        return (8 + 10 * (number - 232)) * 0x10101;
    const int32_t n = number - 16;
    return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

static int32_t seen(int32_t color, enum lrp_color_mode mode, int32_t otherwise) {
    return color < 0 ? otherwise : mode == LRP_COLOR_256 ? rgb_of_256(color) : color;
}

static void the_formula_is_that_of_the_guideline(void **state) {
    (void)state;
    check_close(contrast(0x000000, 0xFFFFFF), 21, 1e-6);
    check_close(contrast(0x777777, 0xFFFFFF), 4.478, 1e-3); /* the guideline's well-known grey that just fails */
}

/* What terminals have behind their text: black, the usual dark greys, Solarized; white, off-white, Solarized. */
static void text_has_a_contrast_of_at_least_4_5(void **state) {
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
                const double c = contrast(seen(look.fg, modes[m], terminals[t].ink), seen(look.bg, modes[m], terminals[t].paper));
                if (c < 4.5) {
                    print_error("style %c, %s theme, on %06x: %.2f\n", lrp_theme_letter((enum lrp_style)style),
                                terminals[t].light ? "light" : "dark", (unsigned)terminals[t].paper, c);
                    poor++;
                }
            }
    assert_int_equal(poor, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_formula_is_that_of_the_guideline),
                                       cmocka_unit_test(text_has_a_contrast_of_at_least_4_5)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
