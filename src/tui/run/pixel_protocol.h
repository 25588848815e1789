/* pixel_protocol.h: how terminals are sent pictures: a row a protocol.
 *
 * A new protocol is one file that ends in its row, and the row's name in the list below. */
#ifndef LRP_TUI_PIXEL_PROTOCOL_H
#define LRP_TUI_PIXEL_PROTOCOL_H

#include "pixels.h"
#include "terminal_ask.h"
#include "text.h"

/* A picture on its way to the terminal. */
struct lrp_pixel_place {
    const struct lrp_bitmap *bitmap;
    struct lrp_rect cells;
    uint32_t id;   /* no other picture of this program that is there has it */
    bool as_text;  /* cells of text stand for its parts: it is not placed itself */
    bool in_tmux;  /* what tmux does not know must be wrapped for the terminal around it */
    int registers; /* colours it may have, where they are counted */
};
struct lrp_pixel_protocol {
    const char *name; /* as --pixels takes it */
    /* The terminal speaks it, as far as its answers tell. */
    bool (*speaks)(const struct lrp_terminal_answers *answers);
    /* It takes cells of text (U+10EEEE with row and column as accents, the id as colour) for parts of pictures; NULL: never. */
    bool (*as_text)(const struct lrp_terminal_answers *answers);
    /* Pictures can be placed through tmux, too, as far as its answers tell; NULL: never. */
    bool (*through_tmux)(const struct lrp_terminal_answers *answers);
    /* Appends what shows the picture, the cursor being at its upper left cell. */
    void (*put)(const struct lrp_pixel_place *place, struct lrp_text *out);
    /* Appends what makes a picture go; NULL: it goes when its cells are erased. */
    void (*remove)(const struct lrp_pixel_place *place, struct lrp_text *out);
    bool counts_colors; /* has registers, and a largest size */
};

/* X(the rows' names), the best first */
#define LRP_PIXEL_PROTOCOLS(X) X(lrp_kitty_pixels) X(lrp_iterm_pixels) X(lrp_sixel_pixels)
#define X(row) extern const struct lrp_pixel_protocol row;
LRP_PIXEL_PROTOCOLS(X)
#undef X

/* 0, 1, ...; NULL beyond the last. */
const struct lrp_pixel_protocol *lrp_pixel_protocol_at(size_t index);
/* What --pixels says means for a terminal: the row, or NULL. "auto", NULL: what it speaks; "off": none; a name: that one,
 * whatever the terminal says, but not through a tmux that does not let it pass: `note` then says why, else it is "". */
const struct lrp_pixel_protocol *lrp_pixel_protocol_choose(const char *option, const struct lrp_terminal_answers *answers,
                                                           char *note, size_t size);

/* Accents that stand for the numbers 0, 1, ... of rows and columns. */
enum { LRP_PLACEHOLDER = 0x10EEEE, LRP_NUMBERS_MOST = 256 };
uint32_t lrp_number_accent(int number);
/* Appends the bytes as base64, up to `most` of them; returns how many were taken. */
void lrp_base64_append(struct lrp_text *out, const unsigned char *bytes, size_t count);

#endif
