/* batch.h: many inputs explained one after the other, into files that any run can go on with. */
#ifndef LRP_CLI_BATCH_H
#define LRP_CLI_BATCH_H

#include "arguments.h"
#include "job.h"
#include "json_output.h"
#include "manifest.h"
#include "shard.h"

/* What is written for every sample, each a row with its word in --write. */
struct lrp_batch_output {
    const char *name;
    const char *suffix; /* of files that stand in a folder of that name; NULL: it stands in the files of the shard */
    bool of_layers;     /* it is made of the relevance of layers, too */
    enum lrp_status (*write)(struct lrp_session *session, const struct lrp_snapshot *now, const char *path,
                             struct lrp_error *err);
};
/* NULL past the end. */
const struct lrp_batch_output *lrp_batch_output_at(size_t index);

struct lrp_batch {
    const struct lrp_arguments *given;
    struct lrp_arguments arguments; /* the same with this shard's inputs that are still to be done as INPUTs */
    struct lrp_manifest manifest;
    size_t index, count; /* of the shard */
    unsigned outputs;    /* set of rows of lrp_batch_output_at */
    struct lrp_shard shard;
    size_t before;                  /* rows that were done when this run began */
    const char **inputs, **targets; /* of rows that are to be done; arrays owned */
    struct lrp_cli_job job;
    bool *label_folders; /* by manifest row: its folder is a label; owned; NULL: not known yet */
};
/* What the command line says: inputs, shard, what is written. Errors: LRP_USAGE, LRP_FILE. */
enum lrp_status lrp_batch_read(struct lrp_batch *batch, struct lrp_error *err);
bool lrp_batch_writes(const struct lrp_batch *batch, const char *name);
/* What a folder of results has besides: what was told, as a rules file. */
#define LRP_BATCH_RULES "batch.lrpscope"
/* Writes batch.json into the folder of results, or finds it there: of the same inputs, model and settings. Errors: LRP_USAGE
 * naming what is another. */
enum lrp_status lrp_batch_claim(const struct lrp_batch *batch, struct lrp_error *err);
/* What came of a row is kept, a bad input's error too. `status`, `why`: of making `now` (NULL unless it succeeded). Errors: of
 * writing. */
enum lrp_status lrp_batch_keep(struct lrp_batch *batch, size_t row, const struct lrp_snapshot *now, enum lrp_status status,
                               const struct lrp_error *why, struct lrp_error *err);

#endif
