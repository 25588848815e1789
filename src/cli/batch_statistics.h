/* batch_statistics.h: what the results of a batch are over all samples. */
#ifndef LRP_CLI_BATCH_STATISTICS_H
#define LRP_CLI_BATCH_STATISTICS_H

#include "json_output.h"
#include "statistics.h"

/* "samples", "failed", "sum" (over samples), "relevance" (over all numbers: {count, mean, mean_abs, deviation}), "classes"
 * ([{class, samples, relevance}], by name) and "channels" ([{channel, relevance}]). A sample's class is its folder, if that is
 * a label, else its target's label or index. `relevance`: a row a line, or NULL. `lines`: results.jsonl. Errors: LRP_FILE,
 * LRP_MEMORY. */
enum lrp_status lrp_batch_statistics(const struct lrp_tensor *relevance, const char *lines, struct lrp_document *document,
                                     struct lrp_error *err);
/* "relevance": {count, mean, mean_abs, deviation} */
void lrp_batch_put_moments(struct lrp_document *document, cJSON *parent, const struct lrp_moments *moments);
/* The mean over samples without errors, (1, ...), summed in double. *out is owned; NULL where there is none. Errors:
 * LRP_MEMORY. */
enum lrp_status lrp_batch_mean(const struct lrp_tensor *relevance, struct lrp_tensor **out, struct lrp_error *err);

#endif
