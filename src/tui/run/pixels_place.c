/* pixels_place.c: pictures on the terminal, see pixels_place.h. */
#include "pixels_place.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { LRP_FIRST_INDEXED = 16, LRP_FIRST_DIRECT = 0x010000 };

void lrp_pixels_init(struct lrp_pixels *pixels, const struct lrp_pixel_protocol *protocol,
                     const struct lrp_terminal_answers *answers, int fd, enum lrp_color_mode mode)
{
    *pixels =
        (struct lrp_pixels){.protocol = protocol,
                            .fd = fd,
                            .as_text = mode >= LRP_COLOR_256 && protocol && protocol->as_text && protocol->as_text(answers),
                            .in_tmux = answers->tmux,
                            .registers = answers->registers,
                            .most_width = protocol && protocol->counts_colors ? answers->sixel_width : 0,
                            .most_height = protocol && protocol->counts_colors ? answers->sixel_height : 0};
    /* other programs beside this one have pictures of their own: numbers differ where there are enough */
    const uint32_t own = LRP_FIRST_DIRECT + ((uint32_t)getpid() * LRP_PICTURE_IDS) % 0xFE0000;
    for (uint32_t i = 0; i < LRP_PICTURE_IDS; i++) pixels->ids[i] = i + (mode == LRP_COLOR_DIRECT ? own : LRP_FIRST_INDEXED);
}

static void write_out(const struct lrp_pixels *pixels, struct lrp_text *text)
{
    for (size_t at = 0; !text->failed && at < text->length;) {
        const ssize_t wrote = write(pixels->fd, text->data + at, text->length - at);
        if (wrote > 0) at += (size_t)wrote;
        if (wrote < 0 && errno == EAGAIN) poll(&(struct pollfd){.fd = pixels->fd, .events = POLLOUT}, 1, -1);
        if (wrote < 0 && errno != EAGAIN && errno != EINTR) break;
    }
    lrp_text_free(text);
}

static void move_to(struct lrp_text *out, int x, int y)
{
    lrp_text_printf(out, "\033[%d;%dH", y + 1, x + 1);
}

static bool same_rect(const struct lrp_rect *a, const struct lrp_rect *b)
{
    return a->x == b->x && a->y == b->y && a->columns == b->columns && a->rows == b->rows;
}

/* What a picture shows: its source, its size, and the marked pixel. */
static uint64_t shown_key(const struct lrp_canvas_picture *p)
{
    const uint64_t parts[] = {(uint64_t)(uint32_t)p->width << 32 | (uint32_t)p->height,
                              (uint64_t)(uint32_t)p->point_x << 32 | (uint32_t)p->point_y};
    return (p->key ^ parts[0] * UINT64_C(0x9E3779B97F4A7C15)) + parts[1] * UINT64_C(0xC2B2AE3D27D4EB4F);
}

/* Cells of text may be covered; else a picture is whole or not there. */
static bool can_show(const struct lrp_pixels *pixels, const struct lrp_canvas *canvas, int i)
{
    const struct lrp_canvas_picture *p = &canvas->pictures[i];
    if (!pixels->protocol || p->source_width < 1 || p->cells.columns < 1 || p->cells.rows < 1) return false;
    if (pixels->as_text) return p->cells.columns <= LRP_NUMBERS_MOST && p->cells.rows <= LRP_NUMBERS_MOST;
    if (pixels->most_width > 0 && (p->cells.columns * pixels->cell_width > pixels->most_width ||
                                   p->cells.rows * pixels->cell_height > pixels->most_height))
        return false;
    return !lrp_canvas_covers(canvas, i);
}

static struct lrp_pixel_place place_of(const struct lrp_pixels *pixels, const struct lrp_pixels_placed *placed)
{
    return (struct lrp_pixel_place){.cells = placed->cells,
                                    .id = pixels->ids[placed->number],
                                    .as_text = pixels->as_text,
                                    .in_tmux = pixels->in_tmux,
                                    .registers = pixels->registers};
}

static void send_picture(struct lrp_pixels *pixels, const struct lrp_canvas_picture *picture, int i, struct lrp_text *out)
{
    struct lrp_bitmap bitmap = {0};
    struct lrp_pixels_placed *const placed = &pixels->placed[i];
    if (!lrp_picture_compose(picture, pixels->cell_width, pixels->cell_height, &bitmap)) return;
    *placed = (struct lrp_pixels_placed){true, shown_key(picture), picture->cells, placed->number};
    struct lrp_pixel_place place = place_of(pixels, placed);
    place.bitmap = &bitmap;
    pixels->protocol->put(&place, out);
    lrp_bitmap_free(&bitmap);
}

/* Takes one away; `redraw` NULL: what stands there is gone anyway. */
static void remove_placed(struct lrp_pixels *pixels, int i, void (*redraw)(int y, int rows), struct lrp_text *out)
{
    struct lrp_pixels_placed *const placed = &pixels->placed[i];
    const struct lrp_pixel_place place = place_of(pixels, placed);
    if (placed->there && pixels->protocol->remove) pixels->protocol->remove(&place, out);
    for (int y = 0; placed->there && !pixels->protocol->remove && y < placed->cells.rows; y++) {
        move_to(out, placed->cells.x, placed->cells.y + y);
        lrp_text_printf(out, "\033[%dX", placed->cells.columns);
    }
    if (placed->there && !pixels->protocol->remove && redraw) redraw(placed->cells.y, placed->cells.rows);
    placed->there = false;
}

void lrp_pixels_begin(struct lrp_pixels *pixels, const struct lrp_canvas *canvas, bool all, void (*redraw)(int y, int rows))
{
    struct lrp_text out = {0};
    if (!pixels->protocol) return;
    if (all) lrp_pixels_clear(pixels);
    for (int i = 0; i < LRP_PICTURES_MOST; i++) {
        struct lrp_pixels_placed *const placed = &pixels->placed[i];
        const struct lrp_canvas_picture *const p = &canvas->pictures[i];
        pixels->shown[i] = i < canvas->picture_count && can_show(pixels, canvas, i);
        const bool stays = placed->there && pixels->shown[i] && same_rect(&placed->cells, &p->cells);
        pixels->sent[i] = stays && placed->key == shown_key(p);
        if (placed->there && !stays && !pixels->protocol->remove) remove_placed(pixels, i, redraw, &out);
        if (!pixels->as_text || !pixels->shown[i] || pixels->sent[i]) continue;
        placed->number = 2 * i + !(placed->number & 1); /* the other one is still there until its cells are drawn over */
        send_picture(pixels, p, i, &out);
    }
    if (out.length && !pixels->as_text) move_to(&out, pixels->x, pixels->y);
    write_out(pixels, &out);
}

struct lrp_cell lrp_pixels_cell(const struct lrp_pixels *pixels, const struct lrp_canvas *canvas, int x, int y)
{
    const struct lrp_cell *cell = &canvas->cells[(size_t)y * (size_t)canvas->columns + (size_t)x];
    struct lrp_cell out = *cell;
    out.picture = 0;
    if (!pixels->protocol || !cell->picture || !pixels->shown[cell->picture - 1]) return out;
    const struct lrp_pixels_placed *placed = &pixels->placed[cell->picture - 1];
    const struct lrp_rect *cells = &canvas->pictures[cell->picture - 1].cells;
    out = (struct lrp_cell){.rune = ' ', .style = LRP_STYLE_NORMAL};
    if (!pixels->as_text || !placed->there) return out;
    out.rune = LRP_PLACEHOLDER;
    out.accents[0] = lrp_number_accent(y - cells->y);
    out.accents[1] = lrp_number_accent(x - cells->x);
    out.picture = (uint8_t)(placed->number + 1);
    return out;
}

void lrp_pixels_end(struct lrp_pixels *pixels, const struct lrp_canvas *canvas, int x, int y)
{
    struct lrp_text out = {0};
    if (!pixels->protocol) return;
    for (int i = 0; i < LRP_PICTURES_MOST; i++) {
        struct lrp_pixels_placed *const placed = &pixels->placed[i];
        struct lrp_pixels_placed before = *placed;
        if (pixels->as_text && placed->there && !pixels->sent[i] && pixels->shown[i]) { /* was sent before the cells */
            before.number ^= 1;
        } else if (!pixels->as_text && pixels->shown[i] && !pixels->sent[i]) {
            placed->number = 2 * i + !(placed->number & 1);
            move_to(&out, canvas->pictures[i].cells.x, canvas->pictures[i].cells.y);
            send_picture(pixels, &canvas->pictures[i], i, &out);
        } else if (pixels->shown[i]) {
            continue;
        } else {
            placed->there = false;
        }
        const struct lrp_pixel_place place = place_of(pixels, &before);
        if (before.there && pixels->protocol->remove) pixels->protocol->remove(&place, &out);
    }
    if (out.length && !pixels->as_text) move_to(&out, x, y);
    write_out(pixels, &out);
    pixels->x = x;
    pixels->y = y;
}

void lrp_pixels_clear(struct lrp_pixels *pixels)
{
    struct lrp_text out = {0};
    for (int i = 0; pixels->protocol && i < LRP_PICTURES_MOST; i++) remove_placed(pixels, i, NULL, &out);
    write_out(pixels, &out);
}

void lrp_pixels_farewell(const struct lrp_pixels *pixels, struct lrp_text *out)
{
    for (int i = 0; pixels->protocol && pixels->protocol->remove && i < LRP_PICTURE_IDS; i++) {
        const struct lrp_pixel_place place = {.id = pixels->ids[i], .in_tmux = pixels->in_tmux};
        pixels->protocol->remove(&place, out);
    }
}
