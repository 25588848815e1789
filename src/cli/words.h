/* words.h: names in tables that the argument of an option that is no setting may be: for completions and help. NULL past the
 * end. */
#ifndef LRP_CLI_WORDS_H
#define LRP_CLI_WORDS_H

#include <stddef.h>

const char *lrp_cli_rule_word(size_t index);
/* By the values of enum lrp_show. */
const char *lrp_cli_show_word(size_t index);
/* What channels are ranked by, and how a channel of one sample becomes one number: by the values of their enums. */
#define LRP_CLI_BYS(X) X(RELEVANCE, "relevance") X(ABS, "abs") X(ACTIVATION, "activation")
#define LRP_CLI_POOLS(X) X(SUM, "sum") X(MAX, "max")
#define X(id, name) LRP_CLI_BY_##id,
enum lrp_cli_by { LRP_CLI_BYS(X) LRP_CLI_BY_COUNT };
#undef X
#define X(id, name) LRP_CLI_POOL_##id,
enum lrp_cli_pool { LRP_CLI_POOLS(X) LRP_CLI_POOL_COUNT };
#undef X
const char *lrp_cli_by_word(size_t index);
const char *lrp_cli_pool_word(size_t index);
/* How pictures are sent to the terminal: auto, off, and the protocols. */
const char *lrp_cli_pixel_word(size_t index);
/* What --document makes. */
const char *lrp_cli_generator_word(size_t index);

#endif
