/* token_map.h: the relevance of the tokens of one sample, and how it is shown: table, coloured text, picture, page. */
#ifndef LRP_CLI_TOKEN_MAP_H
#define LRP_CLI_TOKEN_MAP_H

#include "job.h"
#include "json_output.h"

struct lrp_token_row {
    char *text; /* how it reads; "" where nobody knows; owned */
    int64_t id;
    size_t start, end;  /* place in its text, in code points; 0, 0 where there is none */
    size_t first, last; /* of a unit: its tokens */
    bool special;       /* put in by the tokenizer's template */
    bool second;        /* of the second text of a pair */
    bool apart;         /* not in the colour scale */
    float relevance;
};
struct lrp_token_map {
    struct lrp_token_row *rows, *groups; /* owned; groups: units that --group asks for, NULL without */
    size_t count, group_count;
    float most;                    /* largest |relevance| of those in the scale: the ends of the colours */
    struct lrp_token_map *decoder; /* of what an encoder-decoder has written so far; owned; NULL: it is none */
    char *note;                    /* "first token 83 %, not in scale"; "" without; owned */
    struct lrp_heatmap_options options;
};
/* The tokens of a sample of a round, with their relevance where a pass has left some; count 0 if the model takes no tokens.
 * Errors: LRP_MEMORY. To be freed in any case. */
enum lrp_status lrp_token_map_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now, size_t round, size_t sample,
                                 struct lrp_token_map *out, struct lrp_error *err);
/* Makes the scale anew after relevances have changed. Errors: LRP_MEMORY. */
enum lrp_status lrp_token_map_scale(struct lrp_token_map *map, const char *which, struct lrp_error *err);
/* What is shown of a map: its units, or its tokens. */
const struct lrp_token_row *lrp_token_map_shown(const struct lrp_token_map *map, size_t *count);
void lrp_token_map_free(struct lrp_token_map *map);

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
