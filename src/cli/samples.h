/* samples.h: the samples of a pass, and the results of several passes put together along the batch axis. */
#ifndef LRP_CLI_SAMPLES_H
#define LRP_CLI_SAMPLES_H

#include <stddef.h>

#include "lrpscope/tensor.h"

#include "job.h"

/* How many samples one pass of the session holds. */
size_t lrp_cli_samples_in(const struct lrp_cli_job *job);
/* "batch.npy" alone, or "batch.npy[3]" of several. Owned by the caller; NULL when out of memory. */
char *lrp_cli_sample_name(const char *path, size_t index, size_t count);

/* Tensors that will be one array. {0} is an empty one. */
struct lrp_stack {
    struct lrp_tensor **parts; /* owned, each with a reference */
    size_t count, capacity;
};
/* Retains the tensor. */
enum lrp_status lrp_cli_stack_push(struct lrp_stack *stack, const struct lrp_tensor *tensor, struct lrp_error *err);
/* Writes all parts as one .npy, one after the other along the first axis. Errors: LRP_FILE, LRP_MEMORY, LRP_USAGE if the
 * parts do not fit together. */
enum lrp_status lrp_cli_stack_write(const struct lrp_stack *stack, const char *path, struct lrp_error *err);
void lrp_cli_stack_free(struct lrp_stack *stack);

#endif
