/* breakdown.h: relevance layer by layer, told apart by token or by head of attention (--by-layer, --by-head). */
#ifndef LRP_CLI_BREAKDOWN_H
#define LRP_CLI_BREAKDOWN_H

#include "job.h"
#include "json_output.h"
#include "token_map.h"

/* Whether the command line asks for one. */
bool lrp_breakdown_asked(const struct lrp_arguments *arguments);
/* The one that is asked for, of a sample (lrp_snapshot_breakdown). Errors: LRP_USAGE where there is nothing to be told apart.
 * To be freed in any case. */
enum lrp_status lrp_breakdown_of(const struct lrp_arguments *arguments, const struct lrp_snapshot *now,
                                 const struct lrp_token_map *tokens, size_t sample, struct lrp_breakdown *out,
                                 struct lrp_error *err);

enum lrp_status lrp_breakdown_print(const struct lrp_breakdown *breakdown, const struct lrp_snapshot *now,
                                    struct lrp_error *err);
/* "by_layer" or "by_head": [{index, name, relevance[]}] */
void lrp_breakdown_put(const struct lrp_breakdown *breakdown, const struct lrp_snapshot *now, struct lrp_document *document,
                       const struct lrp_arguments *arguments, cJSON *sample);
/* (1, rows, columns), owned by the caller. */
enum lrp_status lrp_breakdown_tensor(const struct lrp_breakdown *breakdown, struct lrp_tensor **out, struct lrp_error *err);
enum lrp_status lrp_breakdown_write_heatmap(const struct lrp_breakdown *breakdown, const struct lrp_snapshot *now,
                                            const char *path, struct lrp_error *err);

#endif
