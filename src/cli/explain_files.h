/* explain_files.h: which files a round of explain writes, and what they are called. */
#ifndef LRP_CLI_EXPLAIN_FILES_H
#define LRP_CLI_EXPLAIN_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arguments.h"
#include "guard.h"

/* Of one INPUT; owned strings, NULL for what is not asked for. */
struct lrp_explain_files {
    char *heatmap, *relevance, *layerwise, *html, *sheet, *animation;
    char *report; /* of this INPUT alone: only with --output-dir and no file asked for by name */
};
/* Several INPUTs cannot share the files that one option names; tells so, and tells before anything is computed whether all
 * can be written. Errors: LRP_USAGE, LRP_FILE. */
enum lrp_status lrp_cli_files_check(const struct lrp_arguments *arguments, struct lrp_error *err);
/* `stem`: of the round's INPUT. `line`: of its text, behind the names of files; 0: it is the only one. Errors: LRP_MEMORY. */
enum lrp_status lrp_cli_files_of(const struct lrp_arguments *arguments, const char *stem, int64_t line,
                                 struct lrp_explain_files *out, struct lrp_error *err);
/* What a round of `samples` samples and `passes` passes writes, numbered where several go by one name. */
void lrp_cli_files_guard(const struct lrp_explain_files *files, struct lrp_guard *guard, int64_t samples, int64_t passes);
void lrp_cli_files_free(struct lrp_explain_files *files);

#endif
