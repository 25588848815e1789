/* merge.h: the shards of a batch put together in the order of its inputs. */
#ifndef LRP_DATA_MERGE_H
#define LRP_DATA_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"

struct lrp_shard_set {
    char *folder; /* owned */
    size_t shards, samples;
    bool stacked;           /* all relevance has one shape */
    struct lrp_shape shape; /* then: of a row; rank -1: there is none at all */
};
/* Finds the shards in a folder of results. Errors: LRP_FILE where it is none, or shards are missing or not finished, which are
 * named. To be freed in any case. */
enum lrp_status lrp_shard_set_open(const char *folder, struct lrp_shard_set *out, struct lrp_error *err);
void lrp_shard_set_free(struct lrp_shard_set *merge);
/* Calls `take` for every line, in the order of samples. Errors: LRP_FILE; those of `take`. */
typedef enum lrp_status lrp_line_fn(void *data, size_t sample, const char *line, struct lrp_error *err);
enum lrp_status lrp_shard_set_each_line(const struct lrp_shard_set *merge, lrp_line_fn *take, void *data,
                                        struct lrp_error *err);
/* results.jsonl, all lines in order. Errors: LRP_FILE. */
enum lrp_status lrp_shard_set_lines(const struct lrp_shard_set *merge, struct lrp_error *err);
/* relevance.npy, or relevance/NAME.npy where inputs have different sizes. Errors: LRP_FILE. */
enum lrp_status lrp_shard_set_relevance(struct lrp_shard_set *merge, struct lrp_error *err);

#endif
