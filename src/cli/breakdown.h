/* breakdown.h: relevance layer by layer, told apart by token or by head of attention (--by-layer, --by-head). */
#ifndef LRP_CLI_BREAKDOWN_H
#define LRP_CLI_BREAKDOWN_H

#include "job.h"
#include "json_output.h"
#include "token_map.h"

struct lrp_breakdown {
    const char *key; /* of JSON: "by_layer", "by_head"; static */
    char **names;    /* of the columns: tokens, or numbers of heads; owned */
    int *layers;     /* a row a layer; owned */
    float *values;   /* rows x columns; owned */
    size_t rows, columns;
};
/* Whether the command line asks for one. */
bool lrp_breakdown_asked(const struct lrp_arguments *arguments);
/* Of a sample. By token: the sum over features of every layer whose output has a row for every token. By head: the sum over a
 * head's part of every product of attention's weights with its values; heads that share values have their own. Rows may have
 * fewer heads than there are columns: the rest is blank. Errors: LRP_USAGE where there is nothing to be told apart. To be freed
 * in any case. */
enum lrp_status lrp_breakdown_of(const struct lrp_cli_job *job, const struct lrp_snapshot *now,
                                 const struct lrp_token_map *tokens, size_t sample, struct lrp_breakdown *out,
                                 struct lrp_error *err);
void lrp_breakdown_free(struct lrp_breakdown *breakdown);

enum lrp_status lrp_breakdown_print(const struct lrp_breakdown *breakdown, const struct lrp_snapshot *now,
                                    struct lrp_error *err);
/* "by_layer" or "by_head": [{index, name, relevance[]}] */
void lrp_breakdown_put(const struct lrp_breakdown *breakdown, const struct lrp_snapshot *now, struct lrp_document *document,
                       cJSON *sample);
/* (1, rows, columns), owned by the caller. */
enum lrp_status lrp_breakdown_tensor(const struct lrp_breakdown *breakdown, struct lrp_tensor **out, struct lrp_error *err);
enum lrp_status lrp_breakdown_write_heatmap(const struct lrp_breakdown *breakdown, const struct lrp_snapshot *now,
                                            const char *path, struct lrp_error *err);

#endif
