/* preview.h: the kinds of preview, which picture the app wants now, and where its parts lie. */
#ifndef LRP_TUI_PREVIEW_H
#define LRP_TUI_PREVIEW_H

#include "lrpscope/session.h"

struct lrp_app;

/* Which channel a preview is of. */
enum lrp_preview_channels {
    LRP_CHANNELS_NONE, /* always all of them */
    LRP_CHANNELS_ONE,  /* all reduced, or one alone */
    LRP_CHANNELS_GRID  /* many side by side, one of them selected: the cursor steps over them */
};
/* What a file of a preview holds. */
enum lrp_preview_file {
    LRP_FILE_HEATMAP, /* the layer's heatmap */
    LRP_FILE_PLANE,   /* the picture that is shown */
    LRP_FILE_SIGNAL,  /* curves on the colours of their steps */
    LRP_FILE_STRIP    /* tokens one after the other on their colours */
};
/* X(ID, how it is drawn (screen: lrp_draw_as_...), how its picture is painted (run: paint_...), its row), in the order in which
 * p walks through them. Where checks block relevance, what needs it gives way to the activation. */
#define LRP_PREVIEWS(X)                                                                                                        \
    X(TEXT, text, text, .name = "text", .holds = LRP_FILE_STRIP, .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,       \
      .channels = LRP_CHANNELS_NONE, .flows = true, .tokens = true, .gives_way = true, .instead = LRP_PREVIEW_PATCHES,         \
      .has = has_text)                                                                                                         \
    X(TOKENS, table, text, .name = "tokens", .holds = LRP_FILE_STRIP, .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,  \
      .channels = LRP_CHANNELS_NONE, .listed = true, .flows = true, .tokens = true, .gives_way = true,                         \
      .instead = LRP_PREVIEW_PATCHES, .has = has_text)                                                                         \
    X(PATCHES, one, patches, .name = "patches", .holds = LRP_FILE_PLANE, .show = LRP_SHOW_RELEVANCE,                           \
      .file = LRP_SHOW_RELEVANCE, .channels = LRP_CHANNELS_NONE, .needs_relevance = true, .gives_way = true,                   \
      .instead = LRP_PREVIEW_SIGNAL, .has = has_patches)                                                                       \
    X(SIGNAL, signal, signal, .name = "signal", .holds = LRP_FILE_SIGNAL, .show = LRP_SHOW_RELEVANCE,                          \
      .file = LRP_SHOW_RELEVANCE, .channels = LRP_CHANNELS_NONE, .stands_in = true, .gives_way = true,                         \
      .instead = LRP_PREVIEW_RELEVANCE, .has = has_signal)                                                                     \
    X(RELEVANCE, one, one, .name = "relevance", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,                        \
      .channels = LRP_CHANNELS_ONE, .needs_relevance = true, .stands_in = true)                                                \
    X(ACTIVATION, one, one, .name = "activation", .show = LRP_SHOW_ACTIVATION, .file = LRP_SHOW_ACTIVATION,                    \
      .channels = LRP_CHANNELS_ONE)                                                                                            \
    X(WEIGHTS, one, weights, .name = "weights", .show = LRP_SHOW_WEIGHTS, .file = LRP_SHOW_WEIGHTS,                            \
      .channels = LRP_CHANNELS_NONE, .has = has_weights)                                                                       \
    X(OVERLAY, one, one, .name = "overlay", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_OVERLAY,                              \
      .channels = LRP_CHANNELS_ONE, .needs_relevance = true, .stands_in = true)                                                \
    X(TRIPTYCH, triptych, triptych, .name = "triptych", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_OVERLAY,                  \
      .channels = LRP_CHANNELS_NONE, .needs_relevance = true, .stands_in = true, .gives_way = true,                            \
      .instead = LRP_PREVIEW_OVERLAY, .has = has_picture)                                                                      \
    X(INPUTS, one, inputs, .name = "inputs", .holds = LRP_FILE_PLANE, .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,  \
      .channels = LRP_CHANNELS_ONE, .needs_relevance = true, .of_model = true, .gives_way = true,                              \
      .instead = LRP_PREVIEW_RELEVANCE, .has = has_inputs)                                                                     \
    X(CHANNELS, tiles, channels, .name = "channels", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_CHANNELS,                    \
      .channels = LRP_CHANNELS_GRID)                                                                                           \
    X(CONCEPTS, tiles, concepts, .name = "concepts", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,                   \
      .channels = LRP_CHANNELS_GRID, .needs_relevance = true, .concepts = true)                                                \
    X(ATTENTION, grid, attention, .name = "attention", .holds = LRP_FILE_PLANE, .show = LRP_SHOW_ACTIVATION,                   \
      .file = LRP_SHOW_ACTIVATION, .channels = LRP_CHANNELS_ONE, .heads = true, .gives_way = true,                             \
      .instead = LRP_PREVIEW_TEXT, .has = has_attention)                                                                       \
    X(ATTENTION_RELEVANCE, grid, attention, .name = "attention-relevance", .holds = LRP_FILE_PLANE,                            \
      .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE, .channels = LRP_CHANNELS_ONE, .needs_relevance = true,           \
      .heads = true, .gives_way = true, .instead = LRP_PREVIEW_TEXT, .has = has_attention)                                     \
    X(HEADS, grid, heads, .name = "heads", .holds = LRP_FILE_PLANE, .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,    \
      .channels = LRP_CHANNELS_NONE, .needs_relevance = true, .of_model = true, .gives_way = true,                             \
      .instead = LRP_PREVIEW_TEXT, .has = has_heads)                                                                           \
    X(TOKEN_LAYERS, grid, layers, .name = "token-layers", .holds = LRP_FILE_PLANE, .show = LRP_SHOW_RELEVANCE,                 \
      .file = LRP_SHOW_RELEVANCE, .channels = LRP_CHANNELS_NONE, .needs_relevance = true, .of_model = true, .tokens = true,    \
      .gives_way = true, .instead = LRP_PREVIEW_TEXT, .has = has_tokens)                                                       \
    X(LENS, lens, lens, .name = "lens", .holds = LRP_FILE_PLANE, .show = LRP_SHOW_ACTIVATION, .file = LRP_SHOW_ACTIVATION,     \
      .channels = LRP_CHANNELS_NONE, .of_model = true, .lens = true, .gives_way = true, .instead = LRP_PREVIEW_TEXT,           \
      .has = has_blocks)                                                                                                       \
    X(COMPARE, compare, compare, .name = "compare", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,                    \
      .channels = LRP_CHANNELS_NONE, .needs_relevance = true, .compares = true, .has = has_stored)                             \
    X(BARS, bars, nothing, .name = "sums", .show = LRP_SHOW_RELEVANCE, .file = LRP_SHOW_RELEVANCE,                             \
      .channels = LRP_CHANNELS_NONE, .needs_relevance = true, .whole_pane = true)
enum lrp_preview {
#define X(id, ...) LRP_PREVIEW_##id,
    LRP_PREVIEWS(X)
#undef X
        LRP_PREVIEW_COUNT,
    LRP_PREVIEW_FIRST = 0 /* what is shown before anything is chosen: the first that the layer has */
};
struct lrp_preview_row {
    const char *name;
    enum lrp_show show, file; /* what of the layer it shows; what an exported heatmap shows */
    enum lrp_preview_file holds;
    enum lrp_preview_channels channels;
    bool needs_relevance;
    bool stands_in; /* while it is computed, what there is already takes its place */
    bool compares;  /* with what is stored */
    bool concepts;  /* heatmaps of channels of the layer, which are made for it; the first tile is that of all */
    bool lens;      /* what is said after each block, which is made for it */
    bool heads;     /* its channels are heads, of the attention that the layer belongs to */
    bool of_model;  /* of all layers together, whichever is selected */
    bool tokens;    /* columns are tokens: known as soon as there is an input */
    bool flows;     /* tokens one behind the other, in lines: the cursor steps from one to the next */
    bool listed;    /* a line for every token */
    bool gives_way; /* where there is nothing of the kind: `instead` is shown */
    enum lrp_preview instead;
    bool whole_pane;                        /* without title, legend and picture: drawn from numbers */
    bool (*has)(const struct lrp_app *app); /* there is something of the kind for the selected layer; NULL: always */
};
extern const struct lrp_preview_row lrp_previews[LRP_PREVIEW_COUNT];
static inline const struct lrp_preview_row *lrp_preview_row(enum lrp_preview kind)
{
    return &lrp_previews[kind];
}

/* A picture as it is wanted, or as it was made. */
struct lrp_subject {
    enum lrp_preview kind;
    enum lrp_show show; /* relevance, activation or weights: what the picture is of */
    int layer;          /* -1: none */
    int64_t sample;
    int channel;             /* place among the strongest; -1: all of them reduced */
    const char *token_scale; /* of kinds with tokens: borrowed; NULL: auto */
    int columns, rows;       /* CHANNELS: cells there are for tiles, else 0 */
};
bool lrp_subject_equal(const struct lrp_subject *a, const struct lrp_subject *b);
/* What the app wants; layer -1: nothing (no model, or bars, which need no painting). */
struct lrp_subject lrp_preview_subject(const struct lrp_app *app);
/* Of a grid of channels that has so many rows, those below it that say what the selected channel is strongest in; 0: no index
 * is there, or no room. */
int lrp_preview_reference_rows(const struct lrp_app *app, int rows);

/* What the app wants is something else than what was chosen, which is being computed. */
bool lrp_preview_stands_in(const struct lrp_app *app);

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
