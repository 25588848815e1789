/* results.h: what the samples of a batch have come to, read while it may still be running. */
#ifndef LRP_DATA_RESULTS_H
#define LRP_DATA_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"

enum { LRP_RESULTS_MOST = 10000000 };

/* All strings are owned; of a sample that is not there (yet), `name` is NULL. */
struct lrp_outcome {
    char *name;
    char *folder; /* its folder's name, where that is a label; NULL: it is none */
    char *label;  /* of what is explained; NULL: it has none */
    char *error;  /* why there is no result; NULL: there is one */
    int64_t target;
    double output, sum;
    size_t warnings;
    int cluster; /* -1: none, or not clustered */
};

struct lrp_results_shard;
struct lrp_batch_results {
    char *folder;             /* owned; the results' */
    size_t samples;           /* there will be */
    size_t there, failed;     /* that are there; bad inputs among them */
    struct lrp_outcome *rows; /* owned; `capacity` of them, by index */
    size_t capacity;
    struct lrp_results_shard *shards; /* owned: how far each has been read */
    size_t shard_count;
    int clusters;      /* 0: not clustered */
    int64_t clustered; /* when the file of clusters was written; 0: there is none */
    unsigned changes;  /* counts up when something new was read */
};

/* True if a folder holds the results of a batch: batch.json. */
bool lrp_results_here(const char *folder);
/* Opens a folder; nothing is read of its samples yet. Errors: LRP_FILE. To be freed in any case. */
enum lrp_status lrp_results_open(const char *folder, struct lrp_batch_results *out, struct lrp_error *err);
/* Reads at most about `most` lines more. *more: there are others. Lines that are not whole yet are left for the next time;
 * those that say nothing are left out. Errors: LRP_FILE, LRP_MEMORY. */
enum lrp_status lrp_results_read(struct lrp_batch_results *results, size_t most, bool *more, struct lrp_error *err);
/* All samples are there, and what merge said of clusters. */
bool lrp_results_whole(const struct lrp_batch_results *results);
void lrp_results_free(struct lrp_batch_results *results);

/* What a sample was made from, as inputs.jsonl says: a file, and a target of its own (NULL: none). Relative paths are those of
 * the folder the batch was started in. Owned. Errors: LRP_FILE. */
enum lrp_status lrp_results_source(const struct lrp_batch_results *results, size_t sample, char **path, char **target,
                                   struct lrp_error *err);
/* The files of all samples, into `paths` by sample; owned by the caller, also after an error. Errors: LRP_FILE. */
enum lrp_status lrp_results_paths(const struct lrp_batch_results *results, char **paths, struct lrp_error *err);

#endif
