/* shard.h: what one run of a batch writes into its folder: a line a sample, and the relevance of all in one array. Whatever
 * ends a run, the next one goes on where the last whole line stands. */
#ifndef LRP_DATA_SHARD_H
#define LRP_DATA_SHARD_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"
#include "manifest.h"

/* "shard-3-of-8", of samples 3, 11, 19 ... Files in it:
 *   results.jsonl           a line a sample, in order; a line is written once all else of its sample is there
 *   relevance.npy           (samples, ...): a row a line, NaN for bad inputs; relevance.npy.partial until all are there
 *   relevance/NAME.npy      one file a sample instead, where inputs have different sizes
 *   done                    empty; is there while all rows are */
struct lrp_shard {
    char *folder;           /* owned */
    size_t rows;            /* lines there will be */
    size_t done;            /* lines there are */
    bool *good;             /* by row: it holds a result; owned */
    size_t failed;          /* lines of bad inputs */
    char **names;           /* of rows; borrowed strings, array owned */
    int lock, lines;        /* descriptors */
    int array;              /* -1: there is no array (yet) */
    struct lrp_shape shape; /* of a row; rank -1: not known yet */
    size_t row_bytes;
    bool apart; /* one file a sample */
    bool keeps; /* relevance is written at all */
};
/* Opens the folder of shard `index` of `count` in `folder`, both made if they are not there. `resume`: what is done stays, else
 * it begins anew. `keeps`: relevance is kept. Errors: LRP_FILE, where another run has it, too. */
enum lrp_status lrp_shard_open(const char *folder, size_t index, size_t count, const struct lrp_manifest *manifest, bool resume,
                               bool keeps, struct lrp_shard *out, struct lrp_error *err);
/* The next row: its relevance (NULL: there is none), and its line, without the line's end. Errors: LRP_FILE. */
enum lrp_status lrp_shard_put(struct lrp_shard *shard, const struct lrp_shape *shape, const float *values, const char *line,
                              struct lrp_error *err);
/* Once all rows are there. */
enum lrp_status lrp_shard_finish(struct lrp_shard *shard, struct lrp_error *err);
/* Gives everything back; the files stay. */
void lrp_shard_close(struct lrp_shard *shard);

/* A path in a folder, with a suffix; the folders it lies in are made. Owned; NULL: not enough memory, or they cannot be. */
char *lrp_data_path(const char *folder, const char *below, const char *name, const char *suffix, struct lrp_error *err);

#endif
