/* event.h: what happens to the inspector: keys, sizes, results; everything app_update reacts to. */
#ifndef LRP_TUI_EVENT_H
#define LRP_TUI_EVENT_H

#include "facts.h"
#include "lrpscope/session.h"
#include "place.h"
#include "preview.h"
#include "scores.h"

struct lrp_batch_results;

/* One channel among others. */
struct lrp_tile {
    struct lrp_plane plane; /* owned; at the resolution of its place on the screen */
    int64_t channel;
    double strength; /* sum of |v|; of heatmaps of channels the share of its relevance */
    bool whole;      /* relevance of the input as it is, of all channels or those that are chosen */
    bool chosen;     /* relevance must pass it */
};
/* What a column or row of a picture stands for: a token, a layer, a head, a patch. */
struct lrp_mark {
    char *text;    /* owned */
    int64_t id;    /* of a token */
    bool joined;   /* no blank stands between it and the one before */
    bool apart;    /* not in the colour scale */
    bool numbered; /* a layer, whose number is `id` */
    bool begins;   /* a text of its own begins: what a decoder has written */
};
struct lrp_marks {
    struct lrp_mark *items; /* owned; NULL: columns or rows that stand for nothing */
    size_t count;
};
/* A picture of a layer, ready to be drawn. All planes are owned; those that its kind does not need have no values. */
struct lrp_painting {
    struct lrp_subject subject;         /* layer -1: none */
    struct lrp_plane plane;             /* no values (and no tiles): there is nothing to show */
    struct lrp_plane grey;              /* OVERLAY: brightness of the input, of the plane's size */
    struct lrp_plane other, difference; /* COMPARE: what is stored, and plane - other; TRIPTYCH: what lies over the input */
    struct lrp_plane photo[3];          /* the input in its own colours: red, green, blue, 0..255 */
    struct lrp_heatmap_options options; /* its maps: an owned reference */
    struct lrp_range range, difference_range; /* of all planes or tiles together; of the difference */
    double correlation, sum_before, sum_now;  /* COMPARE; sums of the layer's relevance */
    int64_t channel, channels;                /* which one of how many is shown; -1: all reduced */
    double strength;                          /* of that channel */
    double sum;                               /* of all values; where columns are tokens */
    struct lrp_tile *tiles;                   /* CHANNELS; owned */
    size_t tile_count, first_tile;            /* place of the first among the strongest */
    struct lrp_tiles layout;
    struct lrp_marks across, down;                  /* what columns and rows of the plane stand for; owned */
    struct lrp_marks cells;                         /* LENS: what stands at each of its values, row by row; owned */
    bool vector;                                    /* values without places, whose names `across` has where they have some */
    char note[160];                                 /* said beside the legend: what is not in the scale */
    char reason[256];                               /* why there is nothing to show, or "" */
    void (*release)(struct lrp_painting *painting); /* frees planes, tiles and maps: of whoever made it; NULL: it has none */
};
/* There is something to draw. */
bool lrp_painting_there(const struct lrp_painting *painting);
/* Releases what it holds; then it shows nothing. */
void lrp_painting_clear(struct lrp_painting *painting);

/* An input on the sheet over all of them: as it is where it is a picture, and the relevance of the model's inputs, all small.
 */
enum { LRP_SHEET_INPUTS = 3 };
struct lrp_input_map {
    bool known;
    struct lrp_plane picture; /* brightness, 0..1; no values: it is none */
    struct lrp_plane relevance[LRP_SHEET_INPUTS];
    struct lrp_range range[LRP_SHEET_INPUTS]; /* of the whole heatmap */
};
struct lrp_input_sheet {
    struct lrp_input_map *maps; /* by sample; owned */
    size_t count;
    struct lrp_heatmap_options options; /* its maps: an owned reference */
    struct lrp_range greys;             /* of pictures */
};

/* What the details of a layer show beside what the snapshot has; a plain value. */
struct lrp_layer_facts {
    int layer;                           /* -1: none */
    char formula[256];                   /* of its rule */
    struct lrp_spread spread[3];         /* by enum lrp_show; none taken: there is nothing */
    const struct lrp_layer_operator *op; /* borrowed until the next facts; NULL: of the input */
};

/* Rows of a menu. */
struct lrp_menu_row {
    char *text;   /* what is shown first; owned */
    char *value;  /* what is taken; owned */
    char *edit;   /* what a prompt starts with; NULL: not editable; owned */
    char *detail; /* formula, score, or the reason why it is not enabled; owned */
    int number;   /* what is taken where that is a number: a setting, LRP_REGISTER_... */
    bool enabled, must_edit;
};
enum { LRP_REGISTER_LAYER = 1, LRP_REGISTER_ACTIVATION = 2 };
struct lrp_menu_rows {
    struct lrp_menu_row *items; /* owned */
    size_t count;
    char title[80];    /* "": the kind's own */
    int place, places; /* which of several lists of rows it is: of a text's positions; places 0: there is one */
    int selected;      /* which row to start with */
    char *form;        /* what the rows are arguments of: a method as it is written; owned; NULL: of nothing */
};
/* Appends copies and returns the row until the next call, so that more can be set of it; NULL when out of memory. */
struct lrp_menu_row *lrp_menu_rows_add(struct lrp_menu_rows *rows, const char *text, const char *value, const char *edit,
                                       const char *detail, bool enabled);
void lrp_menu_rows_free(struct lrp_menu_rows *rows);

/* X(ID, where its rows come from (run: rows_of_...; none: the state has them)) */
#define LRP_MENUS(X)                                                                                                           \
    X(NONE, none)                                                                                                              \
    X(RULE, rules)                                                                                                             \
    X(COMPOSITE, composites)                                                                                                   \
    X(TARGET, targets)                                                                                                         \
    X(OPTIONS, options)                                                                                                        \
    X(CAUSES, none)                                                                                                            \
    X(REGISTER, none)                                                                                                          \
    X(OPEN, models)                                                                                                            \
    X(METHOD, methods)                                                                                                         \
    X(ARGUMENTS, arguments)
enum lrp_menu_kind {
#define X(id, rows) LRP_MENU_##id,
    LRP_MENUS(X)
#undef X
        LRP_MENU_KIND_COUNT
};
/* Lines that can be typed; what they say and do stands in the rows of prompt.c. X(ID) */
#define LRP_PROMPTS(X)                                                                                                         \
    X(NONE)                                                                                                                    \
    X(SEARCH)                                                                                                                  \
    X(FILTER)                                                                                                                  \
    X(COMMAND)                                                                                                                 \
    X(RULE)                                                                                                                    \
    X(COMPOSITE)                                                                                                               \
    X(INPUT)                                                                                                                   \
    X(MODEL)                                                                                                                   \
    X(EXPORT)                                                                                                                  \
    X(ALL)                                                                                                                     \
    X(WRITE)                                                                                                                   \
    X(OPTION)                                                                                                                  \
    X(ARGUMENT)                                                                                                                \
    X(MENU_FILTER)
enum lrp_prompt_kind {
#define X(id) LRP_PROMPT_##id,
    LRP_PROMPTS(X)
#undef X
        LRP_PROMPT_COUNT
};

enum lrp_mouse { LRP_MOUSE_PRESS, LRP_MOUSE_WHEEL_UP, LRP_MOUSE_WHEEL_DOWN };
enum lrp_event_kind {
    LRP_EVENT_KEY,        /* number */
    LRP_EVENT_MOUSE,      /* number: enum lrp_mouse, at x, y */
    LRP_EVENT_RESIZE,     /* columns x, rows y */
    LRP_EVENT_SEEN,       /* snapshot (borrowed until the next one), facts */
    LRP_EVENT_PAINTING,   /* painting, handed over */
    LRP_EVENT_MENU,       /* number: enum lrp_menu_kind; rows, handed over */
    LRP_EVENT_PROMPT,     /* number: enum lrp_prompt_kind; text: what it starts with */
    LRP_EVENT_COMPLETE,   /* rows, handed over: what could stand in the place of the word being typed */
    LRP_EVENT_EXISTS,     /* number: effect (EXPORT, EXPORT_ALL, WRITE) whose file text is there already */
    LRP_EVENT_MESSAGE,    /* text; number: 1 for an error */
    LRP_EVENT_LAYER,      /* layer_facts */
    LRP_EVENT_OFFER,      /* text: what y would do, "" to end it; number: what RESTORE gets */
    LRP_EVENT_PLACE,      /* place */
    LRP_EVENT_COMMAND,    /* text: as typed behind : */
    LRP_EVENT_RESULTS,    /* results: what is there of them now */
    LRP_EVENT_SCORES,     /* scores, handed over */
    LRP_EVENT_REFERENCES, /* references, handed over */
    LRP_EVENT_TICK        /* one step of playing */
};
struct lrp_event {
    enum lrp_event_kind kind;
    int number, x, y;
    const char *text; /* borrowed */
    const struct lrp_snapshot *snapshot;
    struct lrp_facts *facts;           /* contents moved out */
    struct lrp_painting *painting;     /* contents moved out */
    struct lrp_menu_rows *rows;        /* contents moved out */
    struct lrp_setting_scores *scores; /* contents moved out */
    struct lrp_references *references; /* contents moved out */
    const struct lrp_place *place;
    const struct lrp_layer_facts *layer_facts;
    const struct lrp_batch_results *results; /* borrowed until the next ones */
};

#endif
