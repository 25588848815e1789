/* complete.h: what the completions of all shells share. */
#ifndef LRP_CLI_COMPLETE_H
#define LRP_CLI_COMPLETE_H

#include <stdio.h>

#include "commands.h"
#include "options.h"

/* Whether an option is one of a command (its place in the table), and no hidden one. */
bool lrp_cli_completes_for(const struct lrp_option *option, size_t command);
/* Whether its argument is a file. */
bool lrp_cli_completes_files(const struct lrp_option *option);
/* Whether its argument is one of some words: choices, presets, rules, colour maps; writes them, separated by blanks. Those of
 * --rule stand behind SELECTOR=. */
bool lrp_cli_has_words(const struct lrp_option *option);
void lrp_cli_complete_words(FILE *file, const struct lrp_option *option);
/* Writes the names of all commands. */
void lrp_cli_complete_commands(FILE *file, const char *separator);

/* What --rule's argument can begin with. */
#define LRP_CLI_SELECTORS "first= last= type:"

void lrp_cli_complete_bash(FILE *file);
void lrp_cli_complete_zsh(FILE *file);
void lrp_cli_complete_fish(FILE *file);

#endif
