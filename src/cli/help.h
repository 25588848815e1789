/* help.h: what --help says, and the man page and completions, all from the tables. */
#ifndef LRP_CLI_HELP_H
#define LRP_CLI_HELP_H

#include <stdio.h>

#include "commands.h"
#include "options.h"

/* Help on a command; on the inspector's: the general help. */
void lrp_cli_help(const struct lrp_command *command, FILE *file);
/* "man" (the page lrpscope(1)), "man-rules" (lrpscope-rules(5)), "man-model" (lrpscope-model(5)), "bash", "zsh" or "fish"
 * (completions). */
void lrp_cli_generate(const char *what, FILE *file);
void lrp_cli_generate_man(FILE *file);
void lrp_cli_generate_man_rules(FILE *file);
void lrp_cli_generate_man_model(FILE *file);

#endif
