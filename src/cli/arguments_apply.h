/* arguments_apply.h: what options do to the arguments, once all of a line are known. */
#ifndef LRP_CLI_ARGUMENTS_APPLY_H
#define LRP_CLI_ARGUMENTS_APPLY_H

#include "arguments.h"
#include "options.h"

/* An option as it was given; they are applied after all are known, rules files first. */
struct lrp_given_option {
    const struct lrp_option *option;
    const char *text;
};
/* Errors, here and below: LRP_USAGE naming the option; LRP_FILE for a rules file. */
enum lrp_status lrp_cli_apply_one(const struct lrp_given_option *given, struct lrp_arguments *out, struct lrp_error *err);
/* Plugins first, then rules files, all of them or `only` that one of those given, then the options. */
enum lrp_status lrp_cli_apply(const struct lrp_given_option *given, size_t count, const struct lrp_given_option *only,
                              struct lrp_arguments *out, struct lrp_error *err);
/* compare sets every rules file against the others: settings of its own for each. */
enum lrp_status lrp_cli_apply_each(const struct lrp_given_option *given, size_t count, struct lrp_arguments *out,
                                   struct lrp_error *err);
/* Only the inspector looks for a rules file by itself; one that is named replaces it, options go over it. */
enum lrp_status lrp_cli_apply_found(const struct lrp_given_option *given, size_t count, struct lrp_arguments *out,
                                    struct lrp_error *err);
/* Takes every --input back. */
void lrp_cli_forget_inputs(struct lrp_arguments *out);

#endif
