/* manifest.h: which inputs a batch has, in which order, and what each is called. */
#ifndef LRP_DATA_MANIFEST_H
#define LRP_DATA_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lrpscope/error.h"

/* All strings are owned. */
struct lrp_manifest_row {
    char *path;   /* as it is opened */
    char *name;   /* relative, without "..", no other row's: what files are named after */
    char *folder; /* the last folder of its name; "" if it lies in none */
    char *target; /* that the manifest gives it; NULL: none */
};
struct lrp_manifest {
    struct lrp_manifest_row *rows; /* owned */
    size_t count, capacity;
    bool targets; /* some row has one */
};
/* A file, or all pictures and arrays in a folder and in those below it, by their names' bytes; files that begin with a dot,
 * pipes and devices, and folders that hold the results of a batch are left out. Errors: LRP_FILE. */
enum lrp_status lrp_manifest_add(struct lrp_manifest *manifest, const char *source, struct lrp_error *err);
/* A file ("-": standard input) with a path a line, or `zeros`: paths with NUL between them; behind a tab a target; lines that
 * begin with # say nothing. Errors: LRP_FILE. */
enum lrp_status lrp_manifest_read(struct lrp_manifest *manifest, const char *path, bool zeros, struct lrp_error *err);
/* Once all are there: no two of one name (~2, ~3 behind the later), or names that are numbers; no more than `limit` (0: all).
 * Errors: LRP_MEMORY. */
enum lrp_status lrp_manifest_settle(struct lrp_manifest *manifest, bool numbers, size_t limit, struct lrp_error *err);
/* Of all paths, names and targets. */
uint64_t lrp_manifest_hash(const struct lrp_manifest *manifest);
void lrp_manifest_free(struct lrp_manifest *manifest);

/* A hash of bytes behind others, whose hash is `seed`. */
uint64_t lrp_data_hash(uint64_t seed, const void *bytes, size_t size);

/* Whether a file of a folder may be an input, by its name: what else lies there is passed over. */
bool lrp_manifest_takes(const char *name);

#endif
