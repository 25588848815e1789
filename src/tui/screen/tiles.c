/* tiles.c: how channels are laid out as tiles, see heat.h. */
#include "heat.h"

enum { LRP_TILE_LEAST = 10, LRP_TILE_ROWS_LEAST = 3 }; /* cells; below that nothing can be recognised */

/* Rows of cells a tile takes that is so wide. */
static int tile_rows(const struct lrp_caps *caps, int width, int plane_width, int plane_height)
{
    const struct lrp_heat_area area = lrp_heat_area(caps, plane_width, plane_height, (struct lrp_rect){0, 0, width, 1 << 12});
    return area.cells.rows;
}

struct lrp_tiles lrp_tiles_make(const struct lrp_caps *caps, int columns, int rows, int plane_width, int plane_height,
                                size_t count)
{
    struct lrp_tiles t = {.across = 1, .down = 1, .width = columns, .height = rows > 1 ? rows - 1 : 1};
    for (int across = 1; across == 1 || (columns + 1) / across - 1 >= LRP_TILE_LEAST; across++) {
        const int width = (columns + 1) / across - 1, natural = tile_rows(caps, width, plane_width, plane_height);
        int height = natural < rows - 1 ? natural : rows - 1;
        if (plane_height * 8 < plane_width) /* rows of vectors: a line or two each */
            height = height < 1 ? 1 : height;
        else if (height < LRP_TILE_ROWS_LEAST)
            height = LRP_TILE_ROWS_LEAST < rows - 1 ? LRP_TILE_ROWS_LEAST : rows - 1;
        height = height < 1 ? 1 : height;
        const int down = rows / (height + 1) > 1 ? rows / (height + 1) : 1;
        t = (struct lrp_tiles){.across = across, .down = down, .width = width > 1 ? width : 1, .height = height};
        if ((size_t)across * (size_t)down >= count) break;
    }
    return t;
}
