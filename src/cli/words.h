/* words.h: names in tables of the library that an option's argument may be: for completions and help. NULL past the end. */
#ifndef LRP_CLI_WORDS_H
#define LRP_CLI_WORDS_H

#include <stddef.h>

const char *lrp_cli_rule_word(size_t index);
/* Presets, then rules for every layer. */
const char *lrp_cli_composite_word(size_t index);
const char *lrp_cli_convention_word(size_t index);
const char *lrp_cli_method_word(size_t index);
/* These by the values of their enums: lrp_reduction, lrp_show. */
const char *lrp_cli_reduction_word(size_t index);
const char *lrp_cli_show_word(size_t index);
const char *lrp_cli_colormap_word(size_t index);
/* What --document makes. */
const char *lrp_cli_generator_word(size_t index);

#endif
