/* tui.h: the inspector, as the command line starts it. */
#ifndef LRP_TUI_TUI_H
#define LRP_TUI_TUI_H

#include <stdbool.h>

#include "lrpscope/session.h"

/* Writes the JSON report of a sample of a snapshot, which names the files that were written before. */
typedef enum lrp_status lrp_tui_report(const struct lrp_snapshot *snapshot, int64_t sample, const char *const *files,
                                       size_t count, const char *path, struct lrp_error *err);
struct lrp_tui_options {
    const char *color;                     /* auto never 8 256 direct */
    const char *pixels;                    /* auto off, or a protocol of pictures; NULL: auto */
    const char *script;                    /* a file of keys and :commands to play instead of the keyboard, or NULL */
    const struct lrp_tokenizer *tokenizer; /* borrowed: of the session's model; NULL: none is known */
    const char *input; /* as it is typed: the file the session's input was read from, or NULL: F5 reads it again */
    const char *const
        *inputs; /* borrowed: all inputs that were given, as they are typed, `input` the first; NULL: there is no other */
    size_t input_count;
    const char *token_scale; /* which tokens the colours are made for: all, text; "": auto */
    const char *results;     /* the folder of a batch, with whose list it begins; NULL */
    const char *references;  /* the folder of an index of references that is read at the start; NULL */
    const char *note;        /* said at the start, as an error; NULL */
    const char *rules;       /* the rules file that was found beside the model, or NULL: it is named at the start */
    bool ascii, mouse;
    bool linear;                  /* no screen: lines of keys from standard input, every change said on standard output */
    lrp_tui_report *write_report; /* for "export all"; NULL: none */
};
/* The rules file that the inspector takes for a model without being told: MODEL.lrpscope.json beside it, or in the user's
 * configuration. False if there is none. */
bool lrp_tui_rules_of(const char *model, char *out, size_t size);
/* Whether the terminal's type (TERM) is known, and can only write line after line ("dumb"): no inspector there. */
bool lrp_tui_has_lines_only(void);
/* Runs the inspector on a session (borrowed) until the user quits. The terminal is given back as it was.
 * Returns the process's exit code: 0; 3 if there is no usable terminal (the reason is on stderr); 130/143 after a signal. */
int lrp_tui_run(struct lrp_session *session, const struct lrp_tui_options *options);
/* The same without a model: the inspector offers recent ones, those of the folder and the demo. `settings` (borrowed) is what a
 * model starts with. */
int lrp_tui_start(const struct lrp_settings *settings, const struct lrp_tui_options *options);

#endif
