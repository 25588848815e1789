/* paint_work.h: what painters share: one for every kind that LRP_PREVIEWS names. */
#ifndef LRP_TUI_PAINT_WORK_H
#define LRP_TUI_PAINT_WORK_H

#include "paint.h"

/* What a picture is made of and with. */
struct lrp_paint_work {
    const struct lrp_caps *caps;
    const struct lrp_subject *subject;
    const struct lrp_snapshot *snapshot, *stored;
    struct lrp_painting *out;
    struct lrp_error err;
};

/* The kind of heatmap whose options hold. */
enum lrp_show lrp_drawn_as(const struct lrp_subject *subject);
/* Colours from the least to the greatest value of these planes. */
void lrp_paint_range(const struct lrp_plane *const *planes, size_t count, struct lrp_painting *p);

/* Paints a tile of the layout small; takes the plane over. */
enum lrp_status lrp_paint_tile(struct lrp_paint_work *w, struct lrp_plane *plane, int64_t channel, double strength);

/* Room for the marks of `count` columns, rows or values; false: no memory, here and below. */
bool lrp_marks_make(struct lrp_marks *marks, size_t count);
/* They stand for tokens of a text, from the one that `skipped` go before. */
struct lrp_token_map;
bool lrp_marks_tokens(struct lrp_marks *marks, const struct lrp_token_map *map, size_t skipped);
/* A text as it can be shown: ends of lines get a sign. Owned by the caller. */
char *lrp_mark_shown(const char *text);

/* Each makes the picture in w->out; what is wrong is in w->err. */
typedef enum lrp_status lrp_painter(struct lrp_paint_work *w);
lrp_painter lrp_paint_concepts, lrp_paint_one, lrp_paint_weights, lrp_paint_channels, lrp_paint_compare, lrp_paint_triptych,
    lrp_paint_nothing, lrp_paint_signal;
lrp_painter lrp_paint_text, lrp_paint_inputs, lrp_paint_patches, lrp_paint_attention, lrp_paint_heads, lrp_paint_layers,
    lrp_paint_lens;

#endif
