/* token_group.h: units of a text that are larger than tokens: words, sentences, lines, places that somebody wrote down. */
#ifndef LRP_CLI_TOKEN_GROUP_H
#define LRP_CLI_TOKEN_GROUP_H

#include "token_map.h"

/* Sums the tokens of a map over the units that --group asks for: "word", "sentence", "line", places in tokens "0:3,5:7" (the
 * second not included) or a file of them, a line each. Special tokens, and tokens of no unit, stay apart. `sequence`: what was
 * given as the text, NULL for ids. Errors: LRP_USAGE for a unit that is none, or that is found in a text where there is none;
 * LRP_FILE. */
enum lrp_status lrp_token_map_group(struct lrp_token_map *map, const char *units, const struct lrp_sequence *sequence,
                                    struct lrp_error *err);

#endif
