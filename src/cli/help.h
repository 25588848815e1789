/* help.h: what --help says, and the man page and completions, all from the tables. */
#ifndef LRP_CLI_HELP_H
#define LRP_CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "commands.h"
#include "options.h"

/* Help on a command; on the inspector's: the general help. */
void lrp_cli_help(const struct lrp_command *command, FILE *file);
/* A man page or the completions of a shell, by the name --document has for it; false if there is none of that name. */
bool lrp_cli_generate(const char *what, FILE *file);
void lrp_cli_generate_man(FILE *file);
void lrp_cli_generate_man_rules(FILE *file);
void lrp_cli_generate_man_model(FILE *file);
void lrp_cli_generate_man_lrp(FILE *file);
void lrp_cli_generate_man_internals(FILE *file);

#endif
