/* app.h: the inspector's state, and the pure function that changes it: lrp_app_update (event -> state, effects). Its
 * counterpart is lrp_app_view (state -> cells) in screen/view.h. Neither does I/O, nor knows a clock, a thread or a terminal.
 */
#ifndef LRP_TUI_APP_H
#define LRP_TUI_APP_H

#include "actions.h"
#include "caps.h"
#include "effect.h"
#include "event.h"
#include "keymap.h"
#include "layout.h"
#include "lineedit.h"
#include "references.h"
#include "result_list.h"
#include "scores.h"
#include "tree.h"
#include "views.h"

/* A list one can move in. */
struct lrp_window {
    int selected, top;
};

/* A kind of line that can be typed. */
struct lrp_prompt_row {
    const char *name;  /* in what scripts dump */
    const char *label; /* what stands before the text */
    enum lrp_argument completes;
    enum lrp_effect_kind effect; /* what Enter asks for with the text, unless `take` does it */
    void (*take)(struct lrp_app *app, const char *text);
    void (*typed)(struct lrp_app *app, const char *text); /* what follows the text as it is typed; NULL: nothing */
    void (*leave)(struct lrp_app *app);                   /* what Esc takes back; NULL: nothing */
    void (*back)(struct lrp_app *app);                    /* what Esc leads back to; NULL: to where it was opened */
    bool tries;                                           /* the text is tried as it is typed */
    bool proposes;                                        /* what it starts with gives way to what is typed */
};
extern const struct lrp_prompt_row lrp_prompts[LRP_PROMPT_COUNT];
static inline const struct lrp_prompt_row *lrp_prompt_row(enum lrp_prompt_kind kind)
{
    return &lrp_prompts[kind];
}

/* A kind of menu. */
struct lrp_menu_kind_row {
    const char *title;
    enum lrp_prompt_kind
        edit;                /* the prompt in which a row can be changed before it is taken; NONE: rows are taken as they are */
    enum lrp_menu_kind form; /* the menu of its arguments, in which a row can be changed; NONE: it has none */
    const char *keys;        /* in the key bar, with {actions}; NULL: those of menus whose rows can be edited */
    void (*take)(struct lrp_app *app, const struct lrp_menu_row *row);
    bool contrasts;    /* a row can be taken against another one */
    bool tries;        /* what is pointed at is tried */
    bool of_layers;    /* of the tagged layers, or the selected one */
    bool before_model; /* can be opened without a model */
};
extern const struct lrp_menu_kind_row lrp_menu_kinds[LRP_MENU_KIND_COUNT];
static inline const struct lrp_menu_kind_row *lrp_menu_kind_row(enum lrp_menu_kind kind)
{
    return &lrp_menu_kinds[kind];
}

struct lrp_prompt {
    enum lrp_prompt_kind kind;
    int setting;              /* OPTION: which; ARGUMENT: its number */
    char what[40];            /* ARGUMENT: its name */
    struct lrp_window before; /* where Esc goes back to */
    int before_layer;
};
struct lrp_menu {
    enum lrp_menu_kind kind;
    struct lrp_menu_rows rows;
    struct lrp_window window; /* over the rows that match */
    char *filter;             /* owned */
    char *against;            /* what the next target is contrasted with; owned; NULL: nothing */
};
/* What could stand in the place of the word being typed. */
struct lrp_completion {
    struct lrp_menu_rows rows; /* none: nothing was asked for */
    int selected;              /* the one that stands there; -1: what they have in common */
    size_t from;               /* where the word begins, in bytes */
};
/* A yes/no question: yes sends the effect. */
struct lrp_question {
    char text[256]; /* "" : none */
    struct lrp_effect effect;
};
struct lrp_messages {
    struct {
        char *text; /* owned */
        bool error;
    } * items;
    size_t count;
};

/* How wide the columns of the table are that is shown, and of what that was found: all rows are too many to be measured for
 * every key. Addresses are compared only. */
struct lrp_measured {
    const void *list, *rules, *ledger;
    uint64_t generation;
    enum lrp_view view;
    int width[LRP_COLUMNS_MOST];
};

enum { LRP_LINKS_MOST = 32 };
struct lrp_app {
    struct lrp_caps caps;
    const struct lrp_screen *screen; /* borrowed */
    int columns, rows;
    enum lrp_view view, last_view;
    enum lrp_pane focus;
    bool details;  /* the details pane is open */
    bool unshared; /* the pane with the focus has the whole body: of a screen that is heard, not seen */
    bool alone;    /* the preview takes the whole body while it has the focus */
    bool untimed;  /* no times are shown: what a script dumps is the same on every machine */

    const struct lrp_snapshot *snapshot; /* borrowed: the runner keeps it alive; NULL: no model */
    struct lrp_facts facts;
    struct lrp_window windows[LRP_VIEW_COUNT], details_window;
    int layer;                           /* selected, whatever the view */
    const struct lrp_layer_list *listed; /* the list that tree and rows were made from; only its address is compared, never
                                            dereferenced */
    struct lrp_tree tree;                /* scopes of the layers, which fold */
    struct lrp_measured measured;        /* list NULL: nothing */
    int *shown,
        *shown_fold; /* rows of the list: layers that match the filter; the folded scope a row stands for, or -1; owned */
    size_t shown_count;
    bool all_layers; /* arithmetic of shapes and masks is listed, too */
    int left_out;    /* layers that are not, for that reason */
    bool *tagged;    /* by layer; owned */
    size_t tagged_size;
    int links[LRP_LINKS_MOST]; /* layers one came from along links */
    int link_count;
    int trail[LRP_LINKS_MOST]; /* layers stepped over along edges, each a neighbour of the one before; trail_at: where on it one
                                  is */
    int trail_count, trail_at;

    enum lrp_preview preview;  /* kind that was chosen */
    int64_t sample;            /* of the batch */
    const char *token_scale;   /* borrowed: which tokens the colours are made for, as --scale-tokens says; NULL: auto */
    int channel;               /* place among the strongest; -1: all of them */
    int zoom;                  /* 0 and 1: all is seen */
    double center_x, center_y; /* of what is seen, 0..1 of the plane */
    char stored[128];          /* what D stored for comparison; "": nothing */
    bool before;               /* what is tried can be compared with what there was before */
    bool playing;
    const void *mapped; /* the results whose channels' heatmaps were asked for, those of layer mapped_layer */
    int mapped_layer;
    bool by_loss;           /* the ledger's rows stand in the order of what is lost */
    int *loss_order;        /* the layers in that order, NULL: none is known; owned */
    const void *ordered;    /* the ledger it was made of; only the address is compared */
    const void *looked_at;  /* the results whose lens was asked for; likewise */
    const void *accounted;  /* the results whose ledger was asked for; only the address is compared */
    int cursor_x, cursor_y; /* pixel cursor in plane coordinates; -1: none */
    struct lrp_painting painting;
    struct lrp_layer_facts layer_facts;

    struct lrp_result_list results;

    struct lrp_keymap keymap;
    struct lrp_prompt prompt;
    struct lrp_completion completion;
    struct lrp_lineedit edits[LRP_PROMPT_COUNT]; /* one history each */
    char *search, *filter;                       /* what holds; owned; NULL: none */
    bool search_failed;
    struct lrp_menu menu;
    char *form;  /* the method whose arguments are being given; owned; NULL: none */
    char *tried; /* rule or composite that is shown without being taken; owned; NULL: none */
    struct lrp_question question;
    char offer[256];  /* to go back to the last session: y takes it, n not; all other keys work; "": none */
    int offer_number; /* of the effect that takes it */
    char status[512];
    bool status_error;
    unsigned errors_told;             /* since the start */
    struct lrp_setting_scores scores; /* of settings, on an input */
    struct lrp_references references; /* of channels; none until an index is read */
    int flip_step;                    /* how many steps are taken in their curves */
    struct lrp_messages messages;
    struct lrp_effects effects; /* what the runtime shall do; it empties them */
};

/* `screen` is borrowed: the screen's own (screen/view.h), or a test's. */
void lrp_app_init(struct lrp_app *app, const struct lrp_screen *screen, const struct lrp_caps *caps, int columns, int rows);
void lrp_app_free(struct lrp_app *app);
void lrp_app_update(struct lrp_app *app, struct lrp_event *event);
void lrp_app_key_pressed(struct lrp_app *app, int key);

/* ---- asking the state ---- */
struct lrp_layout lrp_app_layout(const struct lrp_app *app);
const struct lrp_layer *lrp_app_layer(const struct lrp_app *app, int layer); /* NULL if there is none */
int lrp_app_layer_count(const struct lrp_app *app);
/* Layers have numbers 1.. below the count; 0 and those from the count on are the model's inputs, as in its list. They are all
 * listed in the order of their places, inputs first. */
int lrp_app_place_count(const struct lrp_app *app);
int lrp_app_layer_at(const struct lrp_app *app, int place);
int lrp_app_place_of(const struct lrp_app *app, int layer);
bool lrp_app_is_input(const struct lrp_app *app, int layer);
/* "input" where the model has only one, else its name. */
const char *lrp_app_layer_name(const struct lrp_app *app, int layer);
/* The layer that input number k of a layer comes from, an input of the model by its own; -1: none. */
int lrp_app_source(const struct lrp_app *app, const struct lrp_layer *layer, int k);
/* The input that texts are given to, or the first. */
int lrp_app_token_layer(const struct lrp_app *app);
/* What arrives at an input of the model, as a sign of the result it belongs to; NULL: nothing does (yet). */
const struct lrp_result *lrp_app_arrived(const struct lrp_app *app);
int lrp_app_tagged_count(const struct lrp_app *app);
const struct lrp_check_row *lrp_app_check(const struct lrp_app *app, int layer);
bool lrp_app_failed(const struct lrp_app *app, int layer);
/* A doubt about the results names this layer. */
bool lrp_app_doubted(const struct lrp_app *app, int layer);
/* No relevance is computed: the method is LRP, the check fails and is not skipped. */
bool lrp_app_blocked(const struct lrp_app *app);
/* Sums and statistics are over several samples, pictures of one of them. */
bool lrp_app_sums_samples(const struct lrp_app *app);
/* Something is open that Esc closes. */
bool lrp_app_is_open(const struct lrp_app *app);
bool lrp_app_busy(const struct lrp_app *app);
/* The kind of preview that is shown and what of: activation in relevance's place while checks block it. */
enum lrp_preview lrp_app_preview(const struct lrp_app *app);
enum lrp_show lrp_app_show(const struct lrp_app *app);
const struct lrp_view_row *lrp_app_view_row(const struct lrp_app *app, enum lrp_view view);
/* Rows of a view are layers; else they are lines of text. */
bool lrp_app_lists_layers(const struct lrp_app *app, enum lrp_view view);
/* Those of the view that is shown are the samples of a batch, or the inputs that were given. */
bool lrp_app_lists_results(const struct lrp_app *app);
/* The lines of a view of text, and those of the details as wide as their pane; to be freed. */
void lrp_app_view_lines(const struct lrp_app *app, enum lrp_view view, struct lrp_lines *lines);
void lrp_app_details_lines(const struct lrp_app *app, struct lrp_lines *lines);
/* The ledger is to be seen: the view shows it, or the details. */
bool lrp_app_shows_ledger(const struct lrp_app *app);
/* How much is lost in a layer, of either sign; 0 without a ledger. */
double lrp_app_lost(const struct lrp_app *app, int layer);
/* What registering a layer's type, or its activation, as supported makes of its relevance. */
const char *lrp_registration_text(const struct lrp_layer *layer, bool activation);
/* The box of the open menu. */
struct lrp_rect lrp_menu_box(const struct lrp_app *app, struct lrp_rect body);
/* Rows of a view; the layer of a row of a view of layers, or -1. */
int lrp_app_row_count(const struct lrp_app *app, enum lrp_view view);
int lrp_app_row_layer(const struct lrp_app *app, enum lrp_view view, int row);
/* The folded scope a row of the list stands for, or -1: its layer is then the last one inside. */
int lrp_app_row_fold(const struct lrp_app *app, enum lrp_view view, int row);
/* The first layer of a row that does: its own, or of those inside a folded scope; -1: none. */
int lrp_app_row_first(const struct lrp_app *app, enum lrp_view view, int row, bool does(const struct lrp_app *, int layer));
/* Which of a layer's rows match the filter of the list. */
bool lrp_app_matches(const struct lrp_app *app, int layer, const char *pattern);
/* Smart case: a capital letter in the pattern makes case count. */
bool lrp_text_holds(const char *text, const char *pattern);
/* The first key of an action as the screen shows it, or :NAME without one. Returns buffer. */
char *lrp_app_key(const struct lrp_app *app, enum lrp_action action, char *buffer, size_t size);
/* "no model: {open} opens one" with the keys of now in place of the names of actions. Returns buffer. */
char *lrp_app_hint(const struct lrp_app *app, const char *text, char *buffer, size_t size);
/* Every line says one fact and needs no other: as screen readers read, --ascii --color never. */
bool lrp_app_linear(const struct lrp_app *app);
/* Where keys go now. */
int lrp_app_context(const struct lrp_app *app);
/* Rows of a window that are seen at once. */
int lrp_app_page(const struct lrp_app *app, enum lrp_view view);
/* How many rows stand side by side, and the first one that is seen: lines of rows are whole. */
int lrp_app_abreast(const struct lrp_app *app, enum lrp_view view);
int lrp_app_first_row(const struct lrp_app *app, enum lrp_view view);
int lrp_app_details_page(const struct lrp_app *app);
int lrp_app_menu_page(const struct lrp_app *app);

/* ---- changing it (update only) ---- */
void lrp_app_say(struct lrp_app *app, bool error, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A message without the model's path that it begins with: the header says which model it is. */
const char *lrp_app_own_words(const struct lrp_app *app, const char *text);
/* A prompt as it was before Enter: what was typed was refused. */
void lrp_app_reopen_prompt(struct lrp_app *app, enum lrp_prompt_kind kind);
/* There are layers that a rule could be for: row 0, the input, has none. Says so if not. */
bool lrp_app_has_layer(struct lrp_app *app);
void lrp_app_emit(struct lrp_app *app, enum lrp_effect_kind kind, const char *text, int number, bool flag);
/* The same, for the tagged layers or the selected one. */
void lrp_app_emit_layers(struct lrp_app *app, enum lrp_effect_kind kind, const char *text, int number);
void lrp_app_select(struct lrp_app *app, int layer);
/* The same even if a folded scope hides the layer, or the filter: then that goes. */
void lrp_app_go(struct lrp_app *app, int layer);
void lrp_app_settle(struct lrp_app *app); /* selection and scrolling made legal */
void lrp_app_refilter(struct lrp_app *app);
void lrp_app_order_losses(struct lrp_app *app); /* of the ledger that is there now */
void lrp_app_open_prompt(struct lrp_app *app, enum lrp_prompt_kind kind, const char *text);
/* What is found or shown follows what is typed. */
static inline void lrp_app_typed(struct lrp_app *app)
{
    const struct lrp_prompt_row *row = lrp_prompt_row(app->prompt.kind);
    if (row->typed) row->typed(app, lrp_lineedit_text(&app->edits[app->prompt.kind]));
}
void lrp_app_prompt_key(struct lrp_app *app, int key);
/* A view, or for one that lies over others when it is open already, the one before. */
void lrp_app_open_view(struct lrp_app *app, enum lrp_view view);
void lrp_app_close_menu(struct lrp_app *app);
void lrp_app_set_menu(struct lrp_app *app, enum lrp_menu_kind kind, struct lrp_menu_rows *rows);
int lrp_app_menu_count(const struct lrp_app *app);
const struct lrp_menu_row *lrp_app_menu_row(const struct lrp_app *app, int row); /* of those that match */
/* What is pointed at in a menu, or typed, is tried: asks the runtime for it if that is another than before. */
void lrp_app_try(struct lrp_app *app);
void lrp_app_menu_take(struct lrp_app *app, bool edit);
/* A line of the command line: an action's name, perhaps with an argument; a layer's number. */
void lrp_app_command(struct lrp_app *app, const char *line);
/* Completes the word that is typed; again: the next (-1: previous) of what fits. */
void lrp_app_complete(struct lrp_app *app, int step);
void lrp_app_set_completion(struct lrp_app *app, struct lrp_menu_rows *rows);
void lrp_app_end_completion(struct lrp_app *app);
/* Scores of settings on the input at hand: asked for if there are none, or anew; given (handed over); the setting of a row
 * taken, or, behind the last, all scored again. */
void lrp_app_open_scores(struct lrp_app *app);
void lrp_app_set_scores(struct lrp_app *app, struct lrp_setting_scores *scores);
void lrp_app_take_scored(struct lrp_app *app, int row);
void lrp_app_mouse(struct lrp_app *app, const struct lrp_event *event);
void lrp_app_find(struct lrp_app *app, int from, int step);
/* If what was found lies in a folded scope: unfolds it. */
void lrp_app_reveal_hit(struct lrp_app *app);
bool lrp_app_set_text(struct lrp_app *app, char **to, const char *text);

#endif
