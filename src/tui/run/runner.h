/* runner.h: the impure half: a session, its history of settings, and carrying out what the app asks for. Main thread only. */
#ifndef LRP_TUI_RUNNER_H
#define LRP_TUI_RUNNER_H

#include "app.h"
#include "canvas.h"
#include "guard.h"
#include "lrpscope/session.h"
#include "paint.h"
#include "place.h"
#include "results.h"
#include "terminal.h"
#include "tui.h"
#include "view.h"

/* Most channels of a layer that a heatmap is made of. */
enum { LRP_CONCEPT_MAPS = 47 };

/* What the last session with this model left, and where this one is kept. */
struct lrp_kept {
    char *stem;                    /* owned: files' path without its end; NULL: nothing is kept (scripts) */
    struct lrp_settings *settings; /* owned: the last session's; NULL: none */
    struct lrp_place place;
    char *input, *written; /* owned: where its input came from; what was written last */
    char *begun;           /* owned: what was there at the start, without the layer */
};

/* The painting that was asked for last, and what it is made from: only addresses are compared, never dereferenced. */
struct lrp_painting_asked {
    struct lrp_subject request;
    const void *material;
    const struct lrp_snapshot *stored;
    uint64_t generation;
};

/* Work in a thread of its own (run_task.c). */
struct lrp_task;
struct lrp_export;
struct lrp_evaluating;
/* A model on its way, and what is to be done when it is there. While it is on its way, the first five are the thread's. */
struct lrp_arrival {
    char *model;                   /* owned */
    struct lrp_settings *settings; /* owned */
    struct lrp_session *session;   /* owned; NULL: err says why */
    struct lrp_error err;
    struct lrp_tokenizer *tokenizer; /* owned: found beside a model that takes tokens; NULL */
    char note[1024];                 /* said then; "" nothing */
    bool again, had_input;           /* reading the model again: */
    char *input;                     /* owned: its input, to be set again; NULL: none */
    struct lrp_place place;          /* where one was */
};

struct lrp_runner {
    struct lrp_session *session;       /* borrowed, or `own`; NULL: no model yet */
    struct lrp_session *own;           /* owned: a model opened by the inspector itself */
    const struct lrp_settings *base;   /* borrowed: what models opened here start with; NULL: nothing */
    char *defaults[LRP_SETTING_COUNT]; /* owned: of the user's configuration, for what nobody gave */
    struct lrp_strings registered[2]; /* of the configuration: layers, activations taken as supported, added to what is given */
    char *input;                      /* owned: where the input came from, as it is typed; or NULL */
    const struct lrp_snapshot *snapshot; /* owned reference: what the app sees; NULL without a model */
    struct lrp_app app;
    struct lrp_canvas canvas;
    struct lrp_terminal *terminal; /* NULL: a script plays, nothing is shown */
    struct lrp_settings **history; /* owned copies; history[at] holds now */
    size_t history_count, history_at;
    int wake[2];                           /* self-pipe: bytes from the worker and from signals */
    struct lrp_paint_thread *paint_thread; /* owned; NULL: pictures are made at once, without a thread */
    struct lrp_painting_asked asked;
    struct lrp_task *open_task; /* owned: the model being opened; NULL: none */
    struct lrp_arrival arrival;
    struct lrp_task *export_task;          /* owned: files being written; NULL: none */
    struct lrp_export *exporting;          /* owned: which */
    struct lrp_task *score_task;           /* owned: settings being scored; NULL: none */
    struct lrp_evaluating *scoring;        /* owned: which */
    const struct lrp_tokenizer *tokenizer; /* borrowed: of the model that is open; NULL: none is known */
    struct lrp_tokenizer **tokenizers;     /* owned: all that were opened: pictures of an earlier model may still ask one */
    size_t tokenizer_count;
    const char *const *inputs;          /* borrowed: as they are typed: those that were given at the start */
    size_t input_count, input_at, home; /* home: the one to go back to when the list is full; SIZE_MAX: the one that is open */
    bool listing;                       /* the list is being filled in: looking at the session does not begin that anew */
    lrp_tui_report *write_report;       /* of "export all"; NULL: none is written */
    const struct lrp_snapshot *stored;  /* owned reference: what COMPARE compares with; NULL */
    const struct lrp_snapshot *before;  /* owned reference: what there was before something is tried; NULL */
    struct {                            /* what the app's layer facts were made from: only addresses are compared */
        int layer;
        uint64_t generation;
        const struct lrp_result *activation, *relevance;
        const char *rule;
        struct lrp_layer_operator *op; /* owned: the app's facts borrow it */
    } detailed;
    struct lrp_kept kept;
    struct lrp_batch_results results; /* owned: of a batch; no folder: of the inputs given at the start, or none */
    char *results_target;             /* owned: of the batch */
    struct lrp_input_sheet sheet;     /* owned: small heatmaps of the inputs explained so far */
    int results_wait;                 /* milliseconds until they are looked at again; -1: all are there */
    bool configured;                  /* config.json was read, or is missing: it may be written */
    bool trying;                      /* the session has settings that history does not hold */
    bool started;                     /* a job was started since the screen was drawn last */
    bool quit, redraw_all;
};

/* `session` may be NULL. False when out of memory (the reason is in err). */
bool lrp_runner_init(struct lrp_runner *runner, struct lrp_session *session, struct lrp_error *err);
void lrp_runner_free(struct lrp_runner *runner);
/* An event, what it asks for, and the picture that is wanted afterwards. */
void lrp_runner_send(struct lrp_runner *runner, struct lrp_event *event);
void lrp_runner_say(struct lrp_runner *runner, bool error, const char *text);
/* Shows the picture that the painter has finished; false if there is none. */
bool lrp_runner_take_painting(struct lrp_runner *runner);
/* Takes a snapshot and gives it to the app; false if there was no memory for one, which is said. */
bool lrp_runner_look(struct lrp_runner *runner);
/* Starts the worker, if there is an input. */
void lrp_runner_start(struct lrp_runner *runner);
/* Applies changed settings (handed over), puts them into the history, starts the worker. */
void lrp_runner_apply(struct lrp_runner *runner, struct lrp_settings *settings);
/* The same for a moment: history stays as it is (`trying`), or what it holds comes back. */
void lrp_runner_try(struct lrp_runner *runner, const struct lrp_settings *settings, bool trying);
/* What was kept to compare with is not needed any more. */
void lrp_runner_forget_before(struct lrp_runner *runner);
void lrp_runner_step(struct lrp_runner *runner, int step); /* undo -1, redo +1 */
/* The history begins with these settings (copied). */
bool lrp_runner_restart_history(struct lrp_runner *runner, const struct lrp_settings *settings, struct lrp_error *err);
void lrp_runner_end_history(struct lrp_runner *runner);
void lrp_runner_effect(struct lrp_runner *runner, const struct lrp_effect *effect);

/* What the session reads, as what no output may replace. */
void lrp_runner_guard(const struct lrp_runner *runner, struct lrp_guard *guard);
/* Whether a command (":export") may write this file. Errors: LRP_USAGE naming the file and what it is read as. */
enum lrp_status lrp_runner_may_write(const struct lrp_runner *runner, const char *command, const char *path,
                                     struct lrp_error *err);

/* Rows of menus. `place`: which of several lists, as a number; NULL: the one that is nearest at hand. */
void lrp_runner_menu(struct lrp_runner *runner, enum lrp_menu_kind kind, int layer, const char *place);
/* The form of a method's arguments, with one of its rows selected. */
void lrp_runner_form(struct lrp_runner *runner, const char *method, int selected);
/* The custom rules there are; NULL if there are none. */
const struct lrp_rule_book *lrp_runner_rule_book(const struct lrp_runner *runner);
/* The rule after (step 1) or before (-1) the one a layer has, among those that fit without parameters; NULL: none. */
const char *lrp_runner_next_rule(const struct lrp_runner *runner, int layer, int step);

/* Opens the results of a batch and shows their list; its settings are those the session has. Errors: LRP_FILE. */
enum lrp_status lrp_runner_open_results(struct lrp_runner *runner, const char *folder, struct lrp_error *err);
/* Reads what has come, in pieces unless `whole`; true if that was something. */
bool lrp_runner_read_results(struct lrp_runner *runner, bool whole);
/* After another model was opened there are none; after the same, they are shown again. */
void lrp_runner_keep_results(struct lrp_runner *runner, bool same);
/* Explains a sample of the batch as that was told to. */
void lrp_runner_show_result(struct lrp_runner *runner, size_t sample);
/* given.c: lists the inputs that were given at the start, where there are several and no results of a batch; notes what came of
 * the present one; opens one of them. */
void lrp_runner_list_inputs(struct lrp_runner *runner);
void lrp_runner_note_input(struct lrp_runner *runner);
void lrp_runner_open_given(struct lrp_runner *runner, size_t input);
void lrp_runner_go_on_listing(struct lrp_runner *runner);
/* What was listed holds no longer: other settings made it. */
void lrp_runner_forget_outcomes(struct lrp_runner *runner);
/* sheet.c: keeps small heatmaps of what is explained now, as sample number `sample` of the list; whether there are some; lets
 * go of all. */
void lrp_runner_note_map(struct lrp_runner *runner, size_t sample);
bool lrp_runner_has_map(const struct lrp_runner *runner, size_t sample);
void lrp_runner_forget_maps(struct lrp_runner *runner);
void lrp_runner_free_sheet(struct lrp_runner *runner);

/* Gives the app the facts of the selected layer, if its details are shown and it has others. */
void lrp_runner_sync_details(struct lrp_runner *runner);
/* Reads an index of references and gives it to the app. Errors: LRP_FILE; LRP_USAGE for one of another model. */
enum lrp_status lrp_runner_read_references(struct lrp_runner *runner, const char *folder, struct lrp_error *err);

/* Notes where the input came from (NULL: there is none). */
void lrp_runner_set_input(struct lrp_runner *runner, const char *path);
/* Inputs for models one has no picture for, 0, 1, ...; NULL past the end. Static. */
const struct lrp_word *lrp_made_up_input(size_t index);
/* Sets the input: a file, or one that is made up, and starts the worker. */
void lrp_runner_input(struct lrp_runner *runner, const char *typed);

/* Whether the model takes texts; *surely: what was typed is one, whatever files there are. */
bool lrp_runner_takes_text(const struct lrp_runner *runner, const char *typed, bool *surely);
/* Makes a text, or ids, the input, as it is typed: "a text", "a text" "and a second one", text => what a decoder has written,
 * 101 7592 102. */
enum lrp_status lrp_runner_set_text(struct lrp_runner *runner, const char *text, struct lrp_error *err);
/* The input before (-1) or behind (+1) the present one, of those that were given. */
void lrp_runner_next_input(struct lrp_runner *runner, int step);
/* The tokenizer of the model that is shown from now on (handed over); NULL: there is none. */
void lrp_runner_take_tokenizer(struct lrp_runner *runner, struct lrp_tokenizer *tokenizer);
void lrp_runner_free_tokenizers(struct lrp_runner *runner);

/* Models. */
void lrp_runner_model_rows(struct lrp_menu_rows *rows);
void lrp_runner_open(struct lrp_runner *runner, const char *typed);
void lrp_runner_reload(struct lrp_runner *runner);
void lrp_runner_remember_model(const char *model);
/* Puts a model that has been opened meanwhile in place, or says why it could not be; false if there is none (yet). */
bool lrp_runner_take_model(struct lrp_runner *runner);
/* Lets go of a model on its way, when it has come. */
void lrp_runner_drop_model(struct lrp_runner *runner);

/* Runs something in a thread, which has `data` to itself until it is done; then a byte is written into wake_fd. NULL: no thread
 * can be started. */
struct lrp_task *lrp_task_new(void (*run)(void *data), void *data, int wake_fd);
bool lrp_task_done(const struct lrp_task *task);
/* Waits for it and frees it; NULL is allowed. */
void lrp_task_join(struct lrp_task *task);

/* Files. */
void lrp_runner_propose(struct lrp_runner *runner, enum lrp_prompt_kind kind);
void lrp_runner_write(struct lrp_runner *runner, const struct lrp_effect *effect);
/* Writes a heatmap of every layer, the sheet and the report into a folder, which is made; scripts wait for it. The worker
 * computes the report's ledger first, where it is not there yet. */
void lrp_runner_export_all(struct lrp_runner *runner, const char *folder);
/* What the preview shows, painted anew, as a file. */
enum lrp_status lrp_runner_export_painting(const struct lrp_runner *runner, enum lrp_preview_file holds, const char *path,
                                           struct lrp_error *err);
/* The files wait for the ledger; goes on with them as soon as the snapshot has it, or it is clear that there will be none. */
bool lrp_runner_export_waits(const struct lrp_runner *runner);
void lrp_runner_go_on_exporting(struct lrp_runner *runner);
/* Says what was written when it is; false if nothing is on its way, or (without `wait`) not done. */
bool lrp_runner_take_export(struct lrp_runner *runner, bool wait);
/* Scores settings on the input at hand, row by row. */
void lrp_runner_evaluate(struct lrp_runner *runner);
/* Asks it to stop; ends it and forgets what is not taken yet. */
void lrp_runner_stop_scores(struct lrp_runner *runner);
void lrp_runner_end_scores(struct lrp_runner *runner);
/* Shows rows that have come meanwhile; false if there are none. `wait`: for all of them. */
bool lrp_runner_take_scores(struct lrp_runner *runner, bool wait);
/* What a word in a prompt could become. */
void lrp_runner_complete(struct lrp_runner *runner, enum lrp_argument kind, const char *word);
/* "~/x" with the home folder. Owned by the caller; NULL when out of memory. */
char *lrp_expand_path(const char *path);

/* Configuration and state. */
enum { LRP_PATH_SIZE = 4096 };
enum lrp_own_folder { LRP_OWN_CONFIG, LRP_OWN_STATE };
/* A file of the inspector's own folder there; with `make`, its folders are made. False where there is no home. */
bool lrp_own_path(enum lrp_own_folder folder, const char *name, bool make, char *out, size_t size);
/* Reads a configuration: keys and theme hold at once, defaults for what put_defaults is given. A missing file is fine. */
void lrp_runner_configure(struct lrp_runner *runner, const char *path);
/* The configuration's defaults for settings nobody gave. */
enum lrp_status lrp_runner_put_defaults(const struct lrp_runner *runner, struct lrp_settings *settings, struct lrp_error *err);
/* The same for the session of now; what it has then is where undoing ends. */
void lrp_runner_begin_with_defaults(struct lrp_runner *runner);
void lrp_runner_save_config(struct lrp_runner *runner);

/* Reads what the last session with the model left and offers it; from now on this session is kept. */
void lrp_runner_state_open(struct lrp_runner *runner);
void lrp_runner_state_close(struct lrp_runner *runner);
void lrp_runner_restore(struct lrp_runner *runner);
/* Takes how pictures are prepared, and names of classes, from the files beside the model. */
void lrp_runner_take_beside(struct lrp_runner *runner);
/* Writes what has changed; the place not while the offer stands. */
void lrp_runner_keep_settings(struct lrp_runner *runner);
void lrp_runner_keep_place(struct lrp_runner *runner);

/* The screen: as SVG if path ends in .svg, else as text, and PATH.style with a letter per cell. False after saying why not. */
bool lrp_runner_dump(struct lrp_runner *runner, const char *path);
/* The state as JSON: where one is, what holds, what was computed. */
bool lrp_runner_dump_state(struct lrp_runner *runner, const char *path);
/* Plays a script; returns the exit code. */
int lrp_runner_play(struct lrp_runner *runner, const char *path);
/* One line of it: keys, or a command. False if it is neither. */
bool lrp_runner_play_line(struct lrp_runner *runner, const char *line);
/* Reads such lines from standard input until there are no more, and says every change on standard output (linear.c). Returns
 * the exit code. */
int lrp_runner_speak(struct lrp_runner *runner);

#endif
