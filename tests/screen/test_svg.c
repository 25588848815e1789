/* test_svg.c: screens as SVG: what is in them, where, and that it is XML. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "svg.h"

static char *drawn(int columns, int rows, void (*draw)(struct lrp_canvas *))
{
    struct lrp_canvas canvas = {0};
    assert_true(lrp_canvas_resize(&canvas, columns, rows));
    draw(&canvas);
    char *svg = lrp_canvas_to_svg(&canvas, false);
    assert_non_null(svg);
    lrp_canvas_free(&canvas);
    return svg;
}

static void assert_holds(const char *svg, const char *part)
{
    if (!strstr(svg, part)) fail_msg("no %s in\n%s", part, svg);
}

static int occurrences(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text++) count++;
    return count;
}

static void draw_text(struct lrp_canvas *canvas)
{
    lrp_canvas_text(canvas, 1, 0, 10, "a<b>&c d", LRP_STYLE_NORMAL);
    lrp_canvas_text(canvas, 0, 1, 10, "bad", LRP_STYLE_BAD);
}
static void text_is_escaped_and_placed(void **state)
{
    char *svg = drawn(12, 2, draw_text);
    (void)state;
    assert_holds(svg, ">a&lt;b&gt;&amp;c</text>");
    assert_holds(svg, "<text x=\"21\" y=\"25\" textLength=\"54\""); /* margin 12 + a cell of 9; six characters */
    assert_holds(svg, ">d</text>");
    assert_holds(svg, "fill=\"#ff8787\" font-weight=\"bold\">bad</text>"); /* the dark theme's red */
    assert_holds(svg, "width=\"132\" height=\"60\"");
    free(svg);
}

static void draw_heat(struct lrp_canvas *canvas)
{
    canvas->colors = 3;
    canvas->palette[0] = 0x0000FF;
    canvas->palette[1] = 0xFFFFFF;
    canvas->palette[2] = 0xFF0000;
    canvas->invalid = 0x00FF00;
    lrp_canvas_heat(canvas, 0, 0, 0x2580, 1, 3);
    lrp_canvas_heat(canvas, 1, 0, 0x2580, 1, LRP_LEVEL_INVALID);
    lrp_canvas_heat(canvas, 2, 0, 0x2580, 2, LRP_LEVEL_NONE);
}
static void half_blocks_are_two_rectangles(void **state)
{
    char *svg = drawn(4, 1, draw_heat);
    (void)state;
    assert_holds(svg, "<rect x=\"12\" y=\"12\" width=\"18\" height=\"9\" fill=\"#0000ff\"/>"); /* neighbours share one */
    assert_holds(svg, "<rect x=\"12\" y=\"21\" width=\"9\" height=\"9\" fill=\"#ff0000\"/>");
    assert_holds(svg, "<rect x=\"21\" y=\"21\" width=\"9\" height=\"9\" fill=\"#00ff00\"/>");
    assert_holds(svg, "<rect x=\"30\" y=\"12\" width=\"9\" height=\"9\" fill=\"#ffffff\"/>");
    assert_int_equal(occurrences(svg, "<rect x="), 4); /* what is no level is paper */
    assert_int_equal(occurrences(svg, "<text"), 0);
    free(svg);
}

static void cells_say_the_same_as_the_picture(void **state)
{
    struct lrp_canvas canvas = {0};
    struct lrp_screen_cell cells[4];
    int32_t paper;
    (void)state;
    assert_true(lrp_canvas_resize(&canvas, 4, 1));
    draw_heat(&canvas);
    lrp_canvas_rune(&canvas, 3, 0, 'x', LRP_STYLE_BAD);
    lrp_canvas_to_cells(&canvas, false, cells, &paper);
    assert_int_equal(cells[0].upper, 0x0000FF);
    assert_int_equal(cells[0].lower, 0xFF0000);
    assert_int_equal(cells[0].rune, ' ');
    assert_int_equal(cells[1].lower, 0x00FF00);
    assert_int_equal(cells[2].lower, paper);
    assert_int_equal(cells[3].rune, 'x');
    assert_int_equal(cells[3].ink, 0xFF8787);
    assert_int_equal(cells[3].upper, paper);
    assert_true(cells[3].bold);
    lrp_canvas_free(&canvas);
}

static void draw_lines(struct lrp_canvas *canvas)
{
    lrp_canvas_rune(canvas, 0, 0, 0x2502, LRP_STYLE_BORDER);
    lrp_canvas_text(canvas, 1, 0, 3, "█░中", LRP_STYLE_PROGRESS);
}
static void lines_and_blocks_need_no_font(void **state)
{
    char *svg = drawn(5, 1, draw_lines);
    (void)state;
    assert_holds(svg, "d=\"M4.5 0V18\"");
    assert_holds(svg, "fill-opacity=\"1.00\"");
    assert_holds(svg, "fill-opacity=\"0.25\"");
    assert_int_equal(occurrences(svg, "│"), 0);
    free(svg);
}

static void a_whole_screen_closes_what_it_opens(void **state)
{
    struct fixture f;
    struct lrp_canvas canvas = {0};
    (void)state;
    fixture_init(&f, LRP_COLOR_DIRECT, false, 120, 40);
    fixture_results(&f, true);
    lrp_app_view(&f.app, &canvas);
    char *svg = lrp_canvas_to_svg(&canvas, false);
    assert_non_null(svg);
    assert_int_equal(occurrences(svg, "<text"), occurrences(svg, "</text>"));
    assert_int_equal(occurrences(svg, "<"), occurrences(svg, ">"));
    assert_holds(svg, ">vgg-hs.onnx</text>");
    assert_string_equal(svg + strlen(svg) - strlen("</g>\n</svg>\n"), "</g>\n</svg>\n");
    free(svg);
    lrp_canvas_free(&canvas);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_and_placed), cmocka_unit_test(half_blocks_are_two_rectangles),
        cmocka_unit_test(cells_say_the_same_as_the_picture), cmocka_unit_test(lines_and_blocks_need_no_font),
        cmocka_unit_test(a_whole_screen_closes_what_it_opens)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
