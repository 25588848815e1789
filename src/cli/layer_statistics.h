/* layer_statistics.h: what the channels of every layer get over the samples of a batch. */
#ifndef LRP_CLI_LAYER_STATISTICS_H
#define LRP_CLI_LAYER_STATISTICS_H

#include "json_output.h"
#include "merge.h"

/* "layers": [{layer, channels: [{channel, relevance: {count, mean, mean_abs, deviation}}]}], of the relevance that a channel
 * gets in a sample: the sum over its places. Of batches that wrote their samples' layers (--write layerwise); of others
 * nothing. Memory does not grow with the number of samples. Errors: LRP_FILE, LRP_MEMORY. */
enum lrp_status lrp_layer_statistics(const struct lrp_shard_set *set, struct lrp_document *document, struct lrp_error *err);

#endif
