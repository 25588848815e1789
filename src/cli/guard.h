/* guard.h: no file that is written may be one that is read, or another that is written. */
#ifndef LRP_CLI_GUARD_H
#define LRP_CLI_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/model.h"

#include "arguments.h"

/* The files of a command: what each is to it. {0} is none. */
struct lrp_guard {
    struct lrp_guarded *files; /* owned */
    size_t count, capacity;
    bool failed; /* out of memory: lrp_guard_check tells */
};
/* `what`: "the model", "an INPUT" (borrowed, as the path's text is not: it is copied). */
void lrp_guard_reads(struct lrp_guard *guard, const char *what, const char *path);
/* `option`: "--heatmap". A NULL path is nothing. */
void lrp_guard_writes(struct lrp_guard *guard, const char *option, const char *path);
/* All that a command line names to be read, and what the model was read from (NULL: nothing yet). */
void lrp_guard_reads_arguments(struct lrp_guard *guard, const struct lrp_arguments *arguments, const struct lrp_model *model);
/* Two names of one file (links included), or one that is to be, are the same. Errors: LRP_USAGE naming file, option and what it
 * is read as; LRP_MEMORY. */
enum lrp_status lrp_guard_check(struct lrp_guard *guard, struct lrp_error *err);
void lrp_guard_free(struct lrp_guard *guard);

#endif
