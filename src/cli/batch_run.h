/* batch_run.h: the samples of a shard. */
#ifndef LRP_CLI_BATCH_RUN_H
#define LRP_CLI_BATCH_RUN_H

struct lrp_arguments;

/* Explains the inputs of a shard, or goes on with it; the exit code. */
int lrp_batch_run(const struct lrp_arguments *arguments);

#endif
