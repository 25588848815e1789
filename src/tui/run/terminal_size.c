/* terminal_size.c: how large a terminal says it is, see terminal_size.h. */
#include "terminal_size.h"

#include <stdlib.h>
#include <sys/ioctl.h>

enum { MOST_CELLS = 1000000, LONGEST = 32767 }; /* curses counts rows and columns in 16 bits */

struct lrp_extent lrp_extent_of_terminal(int fd)
{
    struct winsize size = {0};
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? (struct lrp_extent){size.ws_col, size.ws_row} : (struct lrp_extent){0, 0};
}

static long size_given(const char *variable, long otherwise)
{
    const char *const text = getenv(variable);
    const long number = text ? strtol(text, NULL, 0) : 0;
    return number > 0 ? number : otherwise;
}

struct lrp_extent lrp_extent_asked(int fd)
{
    const struct lrp_extent own = lrp_extent_of_terminal(fd);
    return (struct lrp_extent){size_given("COLUMNS", own.columns), size_given("LINES", own.rows)};
}

bool lrp_extent_fits(struct lrp_extent extent)
{
    long cells;
    return extent.columns <= LONGEST && extent.rows <= LONGEST &&
           !__builtin_mul_overflow(extent.columns, extent.rows, &cells) && cells <= MOST_CELLS;
}
