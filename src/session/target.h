/* target.h: the output as targets see it, what their texts mean in it, and what relevance starts with. */
#ifndef LRP_SESSION_TARGET_H
#define LRP_SESSION_TARGET_H

#include "internal.h"

/* Flat indices into a sample: first, first+stride, ... */
struct lrp_target_run {
    int64_t first, stride, count;
};
/* What is explained of one sample. */
struct lrp_target_choice {
    int64_t index;               /* shown; the first of several */
    int64_t label;               /* its class */
    struct lrp_target_run plus;  /* what speaks for it */
    struct lrp_target_run minus; /* what is taken from it; count 0: nothing */
    int64_t classes, apart; /* less the mean of all others of so many classes, `apart` from each other; classes 0: not so */
};
/* Choices for every sample of an output, as the setting "target" says (owned). `results`: the pass it comes from. Errors:
 * LRP_USAGE. */
enum lrp_status lrp_targets_choose(const struct lrp_setup *setup, const struct lrp_results *results,
                                   const struct lrp_tensor *output, struct lrp_target_choice **out, size_t *count,
                                   struct lrp_error *err);
/* The words for what relevance starts with, 0, 1, ...; NULL past the end. Any other text is a file. Static. */
const struct lrp_word *lrp_start_word(size_t index);
/* Whether a start of that text stands where the target's outputs are, and nowhere else; "" does. */
bool lrp_start_picks(const char *text);
/* The relevance a pass starts with, and the targets as they are shown (owned), but for their labels: results outlive the setup
 * that has those. */
enum lrp_status lrp_targets_start(const struct lrp_setup *setup, const struct lrp_results *results,
                                  const struct lrp_tensor *output, enum lrp_start_kind kind, struct lrp_tensor **start,
                                  struct lrp_target **targets, size_t *count, struct lrp_error *err);
/* Gives targets of the results the labels that a setup has; they live as long as it does. */
void lrp_targets_name(const struct lrp_setup *setup, const struct lrp_results *results, struct lrp_target *targets);
/* Prefix of the target similar:F. */
#define LRP_SIMILAR "similar:"
/* F of the target similar:F; NULL: it is another. Borrowed. */
const char *lrp_setup_reference(const struct lrp_setup *setup);
/* What a pass of a job starts with, and what it explains (both owned); by lrp_targets_start, or for similar:F with the second
 * input run. */
enum lrp_status lrp_job_start(const struct lrp_job *job, const struct lrp_tensor *output, enum lrp_start_kind kind,
                              struct lrp_tensor **start, struct lrp_target **targets, size_t *count, struct lrp_error *err);
/* What relevance starts with: as the method has it, as it is asked for, as the convention has it. */
enum lrp_start_kind lrp_start_kind_of(const struct lrp_setup *setup);

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
