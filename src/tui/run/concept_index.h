/* concept_index.h: for every channel of a layer the samples that it is strongest in. */
#ifndef LRP_TUI_CONCEPT_INDEX_H
#define LRP_TUI_CONCEPT_INDEX_H

#include "lrpscope/session.h"

struct lrp_concept_index {
    size_t references, channels; /* channels: 0 until the first sample is added */
    double *values;              /* references x channels, the largest first */
    int64_t *samples, *positions;
    size_t seen;
};
/* What of a channel counts: its sum or its largest value; as a share of the sizes of all channels of the sample. */
struct lrp_index_score {
    bool largest, share;
};
/* A sample's channels. Errors: LRP_MEMORY, LRP_USAGE if there are not as many as before. */
enum lrp_status lrp_concept_index_add(struct lrp_concept_index *index, const struct lrp_channel_summary *channels, size_t count,
                                      struct lrp_index_score score, struct lrp_error *err);
/* Writes value.npy, sample.npy and position.npy, (references, channels). */
enum lrp_status lrp_concept_index_write(const struct lrp_concept_index *index, const char *folder, struct lrp_error *err);
/* Reads them; `references` is set. Errors: LRP_FILE for arrays of another size. */
enum lrp_status lrp_concept_index_read(struct lrp_concept_index *index, const char *folder, struct lrp_error *err);
void lrp_concept_index_free(struct lrp_concept_index *index);

#endif
