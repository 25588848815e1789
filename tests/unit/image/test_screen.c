/* test_screen.c: a screen as a picture: every cell where it belongs, in its colours; a picture over it; letters of the font. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lrpscope/heatmap.h"
#include "picture.h"
#include "temporary.h"

enum { MARGIN = 12, W = LRP_SCREEN_CELL_WIDTH, H = LRP_SCREEN_CELL_HEIGHT };

static struct lrp_picture read_back(const char *path)
{
    static unsigned char bytes[1 << 16];
    struct lrp_picture picture;
    struct lrp_error err;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    check_ok(lrp_picture_decode(bytes, size, &picture, &err), &err);
    return picture;
}

static int rgb_at(const struct lrp_picture *p, int x, int y)
{
    const unsigned char *at = p->pixels + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
    return at[0] << 16 | at[1] << 8 | at[2];
}

/* Pixels of that colour in a cell. */
static int count_in(const struct lrp_picture *p, int column, int row, int rgb)
{
    int count = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) count += rgb_at(p, MARGIN + column * W + x, MARGIN + row * H + y) == rgb;
    return count;
}

static void cells_and_pictures_lie_where_they_belong(void **state)
{
    static const unsigned char rgba[2 * 2 * 4] = {9, 9, 9, 255, 0, 0, 0, 0, 9, 9, 9, 255, 9, 9, 9, 255}; /* one is not seen */
    struct lrp_screen_cell cells[2 * 3] = {
        {.rune = 'l', .ink = 0xFF0000},    {.rune = ' ', .upper = 0x0000FF, .lower = 0x00FF00},
        {.rune = 0x2502, .ink = 0xFF0000}, {.rune = 0x2584, .ink = 0xFF0000},
        {.rune = 0x2592, .ink = 0xFF0000}, {.rune = 'l', .ink = 0xFF0000, .bold = true, .underlined = true}};
    const struct lrp_screen_picture picture = {.column = 1, .row = 0, .width = 2, .height = 2, .rgba = rgba};
    const struct lrp_screen_cells screen = {
        .columns = 3, .rows = 2, .cells = cells, .paper = 0x123456, .pictures = &picture, .picture_count = 1};
    const char *path = temporary_path(state, "screen.png");
    struct lrp_error err;
    check_ok(lrp_screen_write(&screen, path, &err), &err);
    struct lrp_picture p = read_back(path);
    assert_int_equal(p.width, 3 * W + 2 * MARGIN);
    assert_int_equal(p.height, 2 * H + 2 * MARGIN);
    assert_int_equal(rgb_at(&p, 0, 0), 0x123456);
    assert_int_equal(count_in(&p, 0, 0, 0xFF0000), 4 * 10); /* l: 10 dots of 2 x 2 */
    assert_int_equal(count_in(&p, 1, 0, 0x0000FF), W * H / 2 - 3);
    assert_int_equal(count_in(&p, 1, 0, 0x00FF00), W * H / 2);
    assert_int_equal(count_in(&p, 1, 0, 0x090909), 3);
    assert_int_equal(count_in(&p, 2, 0, 0xFF0000), 2 * H); /* a line, two pixels wide, from top to bottom */
    assert_int_equal(count_in(&p, 0, 1, 0xFF0000), W * H / 2);
    assert_int_equal(count_in(&p, 1, 1, 0xFF0000), W * H / 2);
    assert_true(count_in(&p, 2, 1, 0xFF0000) > 4 * 10 + W);
    lrp_picture_free(&p);
}

/* What the font lacks is its nearest letter; signs of screens are not. */
static void signs_have_shapes_of_their_own(void **state)
{
    static const uint32_t runes[] = {'?',    0x3A3,  0xD7,   0x2026, 0x2192, 0x2190, 0x2191,
                                     0x2193, 0x25B8, 0x25BE, 0xB7,   0x2022, '-',    0x2013};
    enum { COUNT = sizeof runes / sizeof *runes };
    struct lrp_screen_cell cells[COUNT];
    const struct lrp_screen_cells screen = {.columns = COUNT, .rows = 1, .cells = cells};
    const char *path = temporary_path(state, "signs.png");
    struct lrp_error err;
    for (int i = 0; i < COUNT; i++) cells[i] = (struct lrp_screen_cell){.rune = runes[i], .ink = 0xFFFFFF};
    check_ok(lrp_screen_write(&screen, path, &err), &err);
    struct lrp_picture p = read_back(path);
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < i; k++) {
            bool same = true;
            for (int y = 0; y < H; y++)
                same &= !memcmp(p.pixels + 3 * ((MARGIN + y) * p.width + MARGIN + i * W),
                                p.pixels + 3 * ((MARGIN + y) * p.width + MARGIN + k * W), 3 * (size_t)W);
            assert_int_equal(same, runes[i] == 0x2013 && runes[k] == '-');
        }
    }
    lrp_picture_free(&p);
}

static void a_screen_beyond_all_limits_is_refused(void **state)
{
    const struct lrp_screen_cell cell = {.rune = ' '};
    const struct lrp_screen_cells screen = {.columns = 100000, .rows = 1, .cells = &cell};
    struct lrp_error err;
    (void)state;
    check_fails(lrp_screen_write(&screen, "/nonexistent/x.png", &err), &err, LRP_FILE, "too large");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_and_pictures_lie_where_they_belong),
        cmocka_unit_test(signs_have_shapes_of_their_own),
        cmocka_unit_test(a_screen_beyond_all_limits_is_refused),
    };
    return cmocka_run_group_tests(tests, temporary_setup, temporary_teardown);
}
