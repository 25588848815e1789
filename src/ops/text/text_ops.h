/* text_ops.h: operators on texts. */
#ifndef LRP_OPS_TEXT_OPS_H
#define LRP_OPS_TEXT_OPS_H

#include "elementwise.h"
#include "texts.h"

/* text_normalize.c */
enum lrp_status lrp_normalizer_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_normalizer_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                       struct lrp_error *err);
enum lrp_status lrp_normalizer_forward(LRP_FORWARD_PARAMETERS);

/* text_ngrams.c */
enum lrp_status lrp_ngrams_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_ngrams_forward(LRP_FORWARD_PARAMETERS);

/* text_split.c */
enum lrp_status lrp_split_text_infer(struct lrp_call *call, struct lrp_error *err);
enum lrp_status lrp_split_text_measure(struct lrp_call *call, const struct lrp_tensor *const *in, const struct lrp_run *run,
                                       struct lrp_error *err);
enum lrp_status lrp_split_text_forward(LRP_FORWARD_PARAMETERS);

#endif
