/* output.h: files written beside their destination and renamed, so that none is ever half-written. */
#ifndef LRP_BASE_OUTPUT_H
#define LRP_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lrpscope/error.h"

struct lrp_output {
    FILE *file;      /* write here */
    char *path;      /* owned */
    char *temporary; /* owned */
    bool hurried;    /* commit does not wait for the disk: what power loss may take is not worth a pause */
};

/* The descriptor that "-" stands for as a path from now on: for a program whose own words go elsewhere then. At first: standard
 * output. */
void lrp_output_standard(int descriptor);
/* Opens a temporary file in the folder of `path` ("-": standard output; mode 0666 & ~umask, or that of the file replaced; a
 * symbolic link is followed). Errors: LRP_FILE naming path and cause. */
enum lrp_status lrp_output_open(const char *path, struct lrp_output *out, struct lrp_error *err);
/* Flushes, syncs and renames. On failure the temporary file is removed and the error names `path`. Either way `out` is closed.
 */
enum lrp_status lrp_output_commit(struct lrp_output *out, struct lrp_error *err);
/* Closes and removes the temporary file; fine on {0} or after commit. */
void lrp_output_abort(struct lrp_output *out);
/* Whether files can be made in a folder, found by making one and taking it away: permissions do not tell everything (root,
 * /proc, full quotas). 0, or an errno. */
int lrp_output_try(const char *folder);
/* Another file that lrp_output_leave removes, whether it is there or not; until it is unwatched. */
void lrp_output_watch(const char *path);
void lrp_output_unwatch(const char *path);
/* Removes what was opened and not committed: for the handler of a signal that ends the program, where it is safe. */
void lrp_output_leave(void);
/* open + write + commit; the second hurried. */
enum lrp_status lrp_output_write(const char *path, const void *data, size_t size, struct lrp_error *err);
enum lrp_status lrp_output_write_hurried(const char *path, const void *data, size_t size, struct lrp_error *err);

#endif
