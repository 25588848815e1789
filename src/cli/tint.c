/* tint.c: colours on a terminal, for what is printed line by line. */
#include "tint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum lrp_tint lrp_tint_of(const char *asked)
{
    static const char *const names[] = {
        [LRP_TINT_NONE] = "never", [LRP_TINT_8] = "8", [LRP_TINT_256] = "256", [LRP_TINT_DIRECT] = "direct"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(asked, names[i]) == 0) return (enum lrp_tint)i;
    const char *term = getenv("TERM"), *colours = getenv("COLORTERM"), *none = getenv("NO_COLOR");
    if (!isatty(STDOUT_FILENO) || (none && *none) || !term || strcmp(term, "dumb") == 0) return LRP_TINT_NONE;
    if (colours && (strcmp(colours, "truecolor") == 0 || strcmp(colours, "24bit") == 0)) return LRP_TINT_DIRECT;
    return strstr(term, "256color") ? LRP_TINT_256 : LRP_TINT_8;
}

bool lrp_tint_is_dark(const unsigned char rgb[3])
{
    return .299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2] < 128;
}

/* The nearest of the 6x6x6 cube. */
static int in_cube(const unsigned char rgb[3])
{
    return 16 + 36 * ((rgb[0] * 5 + 127) / 255) + 6 * ((rgb[1] * 5 + 127) / 255) + (rgb[2] * 5 + 127) / 255;
}

void lrp_tint_ground(enum lrp_tint tint, const unsigned char rgb[3], double part)
{
    const int text = lrp_tint_is_dark(rgb) ? 255 : 0;
    if (tint == LRP_TINT_DIRECT)
        printf("\033[48;2;%d;%d;%d;38;2;%d;%d;%dm", rgb[0], rgb[1], rgb[2], text, text, text);
    else if (tint == LRP_TINT_256)
        printf("\033[48;5;%d;38;5;%dm", in_cube(rgb), text ? 231 : 16);
    else if (tint == LRP_TINT_8 && fabs(part) > .2) /* red for, blue against; strong ones on a ground */
        printf(fabs(part) > .6 ? "\033[4%d;37m" : "\033[3%dm", part > 0 ? 1 : 4);
}

void lrp_tint_halves(enum lrp_tint tint, const unsigned char upper[3], const unsigned char lower[3])
{
    if (tint == LRP_TINT_DIRECT)
        printf("\033[38;2;%d;%d;%d;48;2;%d;%d;%dm▀", upper[0], upper[1], upper[2], lower[0], lower[1], lower[2]);
    else
        printf("\033[38;5;%d;48;5;%dm▀", in_cube(upper), in_cube(lower));
}

void lrp_tint_end(void)
{
    fputs("\033[0m", stdout);
}

void lrp_tint_size(int *columns, int *lines)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) size = (struct winsize){0};
    *columns = size.ws_col ? size.ws_col : 80;
    *lines = size.ws_row ? size.ws_row : 24;
}
