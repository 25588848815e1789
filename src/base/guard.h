/* guard.h: no file that is written may be one that is read, or another that is written. */
#ifndef LRP_BASE_GUARD_H
#define LRP_BASE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"

/* The files of a command, or of the inspector: what each is to it. {0} is none. */
struct lrp_guard {
    struct lrp_guarded *files; /* owned */
    size_t count, capacity;
    bool failed;     /* out of memory: lrp_guard_check tells */
    size_t standard; /* files for standard output */
};
/* `what`: "the model", "an INPUT" (borrowed, as the path's text is not: it is copied). */
void lrp_guard_reads(struct lrp_guard *guard, const char *what, const char *path);
/* `option`: "--heatmap". A NULL path is nothing. */
void lrp_guard_writes(struct lrp_guard *guard, const char *option, const char *path);
/* Two names of one file (links included), or one that is to be, are the same. Errors: LRP_USAGE naming file, option and what it
 * is read as; LRP_MEMORY. */
enum lrp_status lrp_guard_check(struct lrp_guard *guard, struct lrp_error *err);
void lrp_guard_free(struct lrp_guard *guard);

#endif
