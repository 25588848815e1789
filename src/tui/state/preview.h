/* preview.h: the kinds of preview, which picture the app wants now, and where its parts lie. */
#ifndef LRP_TUI_PREVIEW_H
#define LRP_TUI_PREVIEW_H

#include "lrpscope/session.h"

struct lrp_app;

/* X(id, name), in the order in which p walks through them. */
#define LRP_PREVIEWS(X)                                                                                                        \
    X(RELEVANCE, "relevance")                                                                                                  \
    X(ACTIVATION, "activation")                                                                                                \
    X(WEIGHTS, "weights") X(OVERLAY, "overlay") X(CHANNELS, "channels") X(COMPARE, "compare") X(BARS, "sums")
enum lrp_preview {
#define X(id, name) LRP_PREVIEW_##id,
    LRP_PREVIEWS(X)
#undef X
        LRP_PREVIEW_COUNT
};
const char *lrp_preview_name(enum lrp_preview kind);

/* A picture as it is wanted, or as it was made. */
struct lrp_request {
    enum lrp_preview kind;
    enum lrp_show show; /* relevance, activation or weights: what the picture is of */
    int layer;          /* -1: none */
    int64_t sample;
    int channel;       /* place among the strongest; -1: all of them reduced */
    int columns, rows; /* CHANNELS: cells there are for tiles, else 0 */
};
bool lrp_request_equal(const struct lrp_request *a, const struct lrp_request *b);
/* What the app wants; layer -1: nothing (no model, or bars, which need no picture). */
struct lrp_request lrp_preview_request(const struct lrp_app *app);

/* Tiles of one size in a pane, each with a line of text above. */
struct lrp_tiles {
    int across, down;  /* how many fit */
    int width, height; /* cells of a tile's picture */
};
/* The sample's place in results: they may be of one sample at a time. */
int64_t lrp_preview_sample(const struct lrp_app *app);
/* The layer that is shown: the selected one; while rules are tried, the input, where their effect is seen. */
int lrp_preview_layer(const struct lrp_app *app);

/* The part of a plane that is seen when zoomed in. */
struct lrp_crop {
    int x, y, width, height;
};
struct lrp_crop lrp_preview_crop(const struct lrp_app *app, const struct lrp_plane *plane);

#endif
