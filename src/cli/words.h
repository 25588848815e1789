/* words.h: names in tables that the argument of an option that is no setting may be: for completions and help. NULL past the
 * end. */
#ifndef LRP_CLI_WORDS_H
#define LRP_CLI_WORDS_H

#include <stddef.h>

const char *lrp_cli_rule_word(size_t index);
/* By the values of enum lrp_show. */
const char *lrp_cli_show_word(size_t index);
/* What --document makes. */
const char *lrp_cli_generator_word(size_t index);

#endif
