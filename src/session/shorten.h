/* shorten.h: what a model says of a text some tokens of which are not there. */
#ifndef LRP_SESSION_SHORTEN_H
#define LRP_SESSION_SHORTEN_H

#include "internal.h"
#include "methods/passes.h"

/* Errors: LRP_USAGE saying why texts of this model cannot be shortened. */
enum lrp_status lrp_job_can_shorten(const struct lrp_job *job, struct lrp_error *err);
/* The score of the job's text with only the kept places (in order), once it can be shortened. Masks and segments keep those of
 * the tokens, positions are counted anew; a target at a place moves to the last one that is kept up to it. */
enum lrp_status lrp_job_score_shortened(struct lrp_shortened *shortened, const struct lrp_job *job, struct lrp_passes *passes,
                                        const size_t *kept, size_t count, double *score, struct lrp_error *err);

#endif
