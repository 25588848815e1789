/* target.h: the output as targets see it, and what their texts mean in it. */
#ifndef LRP_SESSION_TARGET_H
#define LRP_SESSION_TARGET_H

#include "internal.h"

/* The output, sample by sample. */
struct lrp_target_space {
    size_t samples, size;                  /* size: elements of a sample */
    int rank;                              /* axes of a sample */
    int64_t dim[LRP_MAX_RANK];             /* their sizes */
    bool sequence;                         /* (positions, classes), one position a token */
    int64_t *last;                         /* then: the last position of each sample that is no padding; owned */
    const struct lrp_tokenizer *tokenizer; /* of a sequence with a class for each token; NULL: none, or none is known */
};
/* What one target means for a sample. Errors: LRP_USAGE. */
enum lrp_status lrp_target_parse(const char *text, const struct lrp_target_space *space, const struct lrp_labels *labels,
                                 size_t sample, struct lrp_target_choice *out, struct lrp_error *err);
/* Whether the text holds several targets with commas between them, and is no label that has one. */
bool lrp_target_is_list(const char *text, const struct lrp_labels *labels);
/* F of the target similar:F, which stands in the text; NULL: it is another target, or a label that reads so. */
const char *lrp_target_reference(const char *text, const struct lrp_labels *labels);
/* The attention mask, (samples, positions or more), of a pass; NULL: it has none. */
const struct lrp_tensor *lrp_results_mask(const struct lrp_results *results, int64_t positions);
bool lrp_mask_keeps(const struct lrp_tensor *mask, size_t sample, size_t position);

#endif
