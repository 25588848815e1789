/* job.h: a session as the commands use it: opened from the arguments, watched for ^C, its inputs set one after the other. */
#ifndef LRP_CLI_JOB_H
#define LRP_CLI_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lrpscope/lanes.h"
#include "lrpscope/session.h"

#include "arguments.h"
#include "guard.h"
#include "sequences.h"
#include "watch.h"

struct lrp_cli_job {
    const struct lrp_arguments *arguments; /* borrowed */
    struct lrp_session *session;           /* owned */
    struct lrp_session *own;               /* the same, while `session` is a lane's; NULL: it is not */
    const char *const *targets;            /* by round, of those that have one of their own; borrowed; NULL: none has */
    struct lrp_lanes *lanes;               /* owned; NULL: one round after the other */
    struct lrp_cli_watch *watch;           /* owned, or NULL */
    struct lrp_cli_sequences sequences;    /* texts and ids that were given as inputs */
    bool has_run;
    size_t round; /* what was run last */
    int64_t pass;
    char **said; /* what was said on stderr of results; owned */
    size_t said_count;
};
/* Opens the model. `watched`: ^C stops what the session computes. On failure the error is on stderr and *code is the exit
 * code; nothing is owned then. */
bool lrp_cli_job_open(struct lrp_cli_job *job, const struct lrp_arguments *arguments, bool watched, int *code);
void lrp_cli_job_close(struct lrp_cli_job *job);

/* Everything the command reads: model, weights, INPUTs and what settings name. */
void lrp_cli_job_guard(const struct lrp_cli_job *job, struct lrp_guard *guard);
/* How many rounds there are: one per text or plain INPUT, or one if only --input gives files or the model takes no
 * input. */
size_t lrp_cli_job_rounds(const struct lrp_cli_job *job);
/* What names the round: its text, its INPUT, or the first --input. "" without any. */
const char *lrp_cli_job_round_path(const struct lrp_cli_job *job, size_t round);
/* What was given as a text in that round; NULL: nothing was. */
const struct lrp_sequence *lrp_cli_job_sequence(const struct lrp_cli_job *job, size_t round);
/* Lets rounds be computed ahead, several at a time, where that is faster; nothing else changes. Before the first round. */
enum lrp_status lrp_cli_job_ahead(struct lrp_cli_job *job, enum lrp_want want, struct lrp_error *err);
/* Sets the inputs of a round; rounds come in order. */
enum lrp_status lrp_cli_job_set_inputs(struct lrp_cli_job *job, size_t round, struct lrp_error *err);
/* The session before anything is computed (owned: lrp_snapshot_release). Shapes that the model leaves open are those of the
 * first round's inputs if they can be read; whatever is wrong with them is said in their round. */
enum lrp_status lrp_cli_job_opened(struct lrp_cli_job *job, const struct lrp_snapshot **out, struct lrp_error *err);
/* How often the session must run for the inputs set: once, or once per sample. */
int64_t lrp_cli_job_passes(const struct lrp_cli_job *job);
/* Runs a pass (0-based) with the progress bar and gives a snapshot of it (owned: lrp_snapshot_release). LRP_CANCELLED after ^C.
 * The session drops the results of another pass first: nobody comes back to them, and their memory is warm.
 * With LRP_CHECK_FAILED and LRP_UNSUPPORTED there is a snapshot too if *out is not NULL afterwards. */
enum lrp_status lrp_cli_job_run(struct lrp_cli_job *job, size_t round, int64_t pass, enum lrp_want want,
                                const struct lrp_snapshot **out, struct lrp_error *err);
/* Prints an error and returns the exit code: that of the signal if one came. */
int lrp_cli_job_fail(const struct lrp_cli_job *job, enum lrp_status status, const struct lrp_error *err);
/* Prints the warnings about rules on stderr, unless -q. */
void lrp_cli_job_warn(const struct lrp_arguments *arguments, const struct lrp_snapshot *snapshot);

/* Prints a line on stderr the first time it is told, unless -q. */
void lrp_cli_job_note(struct lrp_cli_job *job, const char *line);
/* Prints what is to be said of the snapshot's inputs and of why its results cannot be trusted on stderr, unless -q; every line
 * once. */
void lrp_cli_job_say(struct lrp_cli_job *job, const struct lrp_snapshot *snapshot);

/* True if LRP may not be computed: a row of the check fails, it is not skipped, and the method is lrp. */
bool lrp_cli_check_blocks(const struct lrp_snapshot *snapshot);
/* Prints the rows that fail and what can be done on stderr; always fails. */
enum lrp_status lrp_cli_check_refuse(const struct lrp_arguments *arguments, const struct lrp_check *check,
                                     struct lrp_error *err);
/* Tables leave out arithmetic of shapes and masks that nothing is wrong with, unless --all asks for it; how many rows that were
 * is said behind. Numbers are those of all rows. */
bool lrp_cli_leaves_out(const struct lrp_arguments *arguments, const struct lrp_layer *layer);
void lrp_cli_say_left_out(size_t count);

/* Which rows of the check are told: every one; those that fail for one cause in one line; of these only those that fail. */
enum lrp_cli_check_rows { LRP_CLI_CHECK_ALL, LRP_CLI_CHECK_GROUPED, LRP_CLI_CHECK_FAILING };
/* `layers`: that of the check, whose inputs come first where there are several; NULL: they do not. */
enum lrp_status lrp_cli_check_table(const struct lrp_check *check, const struct lrp_layer_list *layers,
                                    enum lrp_cli_check_rows rows, FILE *file, struct lrp_error *err);

#endif
