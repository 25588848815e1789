/* lens.h: what a model would say after each of its blocks, position by position (run --lens). */
#ifndef LRP_CLI_LENS_H
#define LRP_CLI_LENS_H

#include "lrpscope/text.h"
#include "positions.h"

/* Of one sample: a row a block, a column a position: the strongest class there, and the rank of the one that is the strongest
 * at last. `tokens`: names of positions; count 0: they have numbers. Errors: LRP_UNSUPPORTED for an output that is neither
 * (samples, positions, classes) nor (samples, classes) of floats; LRP_MEMORY. */
enum lrp_status lrp_lens_print(const struct lrp_lens *lens, const struct lrp_positions *of, size_t sample,
                               struct lrp_error *err);
/* "lens": [{block, layer, positions: [{index, label, probability, rank}]}] */
enum lrp_status lrp_lens_put(const struct lrp_lens *lens, const struct lrp_positions *of, size_t sample,
                             struct lrp_document *document, cJSON *object, struct lrp_error *err);
/* The sample of an output whose positions have names in `tokens`, or none. */
enum lrp_status lrp_lens_positions(const struct lrp_cli_job *job, const struct lrp_snapshot *now,
                                   const struct lrp_tensor *output, const struct lrp_token_map *tokens, size_t sample,
                                   struct lrp_positions *out, struct lrp_error *err);

#endif
