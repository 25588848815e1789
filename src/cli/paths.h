/* paths.h: names of the files that are written, and whether they can be. */
#ifndef LRP_CLI_PATHS_H
#define LRP_CLI_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"
#include "lrpscope/model.h"

#include "arguments.h"
#include "guard.h"

/* "a/b.png" -> "a/b-3.png", "b" -> "b-3". Owned by the caller; NULL when out of memory. */
char *lrp_cli_path_numbered(const char *path, int64_t number);
/* The stems of all paths, doubled ones with -2, -3 ... Array and strings owned by the caller (lrp_cli_free_texts); NULL when
 * out of memory. */
char **lrp_cli_path_stems(const char *const *paths, size_t count);
void lrp_cli_free_texts(char **texts, size_t count);
/* "dir/name" + suffix; an absolute name stays as it is, dir may be NULL. Owned by the caller; NULL when out of memory. */
char *lrp_cli_path_join(const char *dir, const char *name, const char *suffix);
/* Tells before anything is computed that a file cannot be written there; a folder may be missing if it can be
 * made. Errors: LRP_FILE naming the path and the cause. */
enum lrp_status lrp_cli_path_writable(const char *path, struct lrp_error *err);
enum lrp_status lrp_cli_dir_writable(const char *dir, struct lrp_error *err);
/* Makes the folder if it is not there. */
enum lrp_status lrp_cli_dir_make(const char *dir, struct lrp_error *err);

/* All that a command line names to be read, and what the model was read from (NULL: nothing yet). */
void lrp_cli_guard_arguments(struct lrp_guard *guard, const struct lrp_arguments *arguments, const struct lrp_model *model);

#endif
