/* token_map.h: the relevance of the tokens of one sample, and how it is shown: table, coloured text, picture, page. */
#ifndef LRP_CLI_TOKEN_MAP_H
#define LRP_CLI_TOKEN_MAP_H

#include "job.h"
#include "json_output.h"

/* The tokens of a sample of a round, with their relevance where a pass has left some; count 0 if the model takes no tokens.
 * Errors: LRP_MEMORY. To be freed in any case. */
enum lrp_status lrp_token_map_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now, size_t round, size_t sample,
                                 struct lrp_token_map *out, struct lrp_error *err);
/* Prints the tokens: as a coloured text on a terminal (or where --color asks for it), else as a table. */
enum lrp_status lrp_token_map_print(const struct lrp_token_map *map, const struct lrp_arguments *arguments,
                                    struct lrp_error *err);
/* "tokens": [{text, id, start, end, relevance}] of a sample of a report, and "groups": [{text, start, end, first, last,
 * relevance}], first and last its tokens, where units were asked for. "decoder_tokens", "decoder_groups": of the decoder's. */
void lrp_token_map_put(const struct lrp_token_map *map, struct lrp_document *document, cJSON *sample);
/* A picture of the text, its tokens in their colours. */
enum lrp_status lrp_token_map_write_strip(const struct lrp_token_map *map, const char *path, struct lrp_error *err);
/* The same as a page that needs nothing else. `title`: a line above. */
enum lrp_status lrp_token_map_write_page(const struct lrp_token_map *map, const char *title, const char *path,
                                         struct lrp_error *err);

#endif
