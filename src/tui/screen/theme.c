/* theme.c: the looks of every style, see theme.h. */
#include "theme.h"

struct theme_row {
    char letter;
    int32_t rgb[2][2]; /* [light][bg] */
    int32_t eight[2];
    int attributes, mono;
};

static const struct theme_row rows[LRP_STYLE_COUNT] = {
#define X(id, letter, df, db, lf, lb, f8, b8, attributes, mono)                                                                \
    [LRP_STYLE_##id] = {letter, {{df, db}, {lf, lb}}, {f8, b8}, attributes, mono},
    LRP_STYLES(X)
#undef X
};

static const struct theme_row *row_of(enum lrp_style style)
{
    return &rows[(unsigned)style < LRP_STYLE_COUNT ? style : LRP_STYLE_NORMAL];
}

char lrp_theme_letter(enum lrp_style style)
{
    return row_of(style)->letter;
}

static int32_t square(int32_t a)
{
    return a * a;
}

static int32_t level_distance(int32_t a, int32_t b)
{
    return square((a >> 16 & 255) - (b >> 16 & 255)) + square((a >> 8 & 255) - (b >> 8 & 255)) + square((a & 255) - (b & 255));
}

static int32_t cube_step(int32_t value)
{
    static const int32_t steps[6] = {0, 95, 135, 175, 215, 255};
    int32_t best = 0;
    for (int32_t i = 1; i < 6; i++)
        if (square(steps[i] - value) < square(steps[best] - value)) best = i;
    return best;
}

int32_t lrp_nearest_256(int32_t rgb)
{
    static const int32_t steps[6] = {0, 95, 135, 175, 215, 255};
    const int32_t r = cube_step(rgb >> 16 & 255), g = cube_step(rgb >> 8 & 255), b = cube_step(rgb & 255);
    const int32_t cube = steps[r] << 16 | steps[g] << 8 | steps[b];
    int32_t best = 16 + 36 * r + 6 * g + b, error = level_distance(rgb, cube);
    for (int32_t i = 0; i < 24; i++) {
        const int32_t grey = (8 + 10 * i) * 0x10101;
        if (level_distance(rgb, grey) < error) {
            error = level_distance(rgb, grey);
            best = 232 + i;
        }
    }
    return best;
}

/* 0-7 name palette entries there (0-255 in the -direct256 entries): a blue that dark is black. */
int32_t lrp_direct_rgb(int32_t rgb)
{
    return rgb >= 0 && rgb < 8 ? 0 : rgb;
}

static int32_t shade(int32_t rgb, enum lrp_color_mode mode)
{
    if (rgb < 0) return -1;
    return mode == LRP_COLOR_DIRECT ? lrp_direct_rgb(rgb) : lrp_nearest_256(rgb);
}

enum { RED = 1, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* Of 8 colours, on the terminal's own paper only some can be read: no blue on dark; no green, yellow or cyan on light, and none
 * that bold makes brighter, as it does where there are but 8. Marks and words say the same. */
static struct lrp_look look_of_eight(const struct theme_row *row, bool light)
{
    struct lrp_look look = {row->eight[0], row->eight[1], row->attributes};
    if (look.bg >= 0 || look.fg < 0) return look;
    if (!light)
        look.fg = look.fg == BLUE ? CYAN : look.fg;
    else if (look.fg == GREEN || look.fg == YELLOW || look.fg == CYAN)
        look.fg = -1;
    else
        look.attributes &= ~LRP_BOLD;
    return look;
}

struct lrp_look lrp_theme_look(enum lrp_style style, enum lrp_color_mode mode, bool light)
{
    const struct theme_row *row = row_of(style);
    if (mode == LRP_COLOR_MONO) return (struct lrp_look){-1, -1, row->mono};
    if (mode == LRP_COLOR_8) return look_of_eight(row, light);
    return (struct lrp_look){shade(row->rgb[light][0], mode), shade(row->rgb[light][1], mode), row->attributes};
}
