/* ml.h: what the files of ai.onnx.ml share. */
#ifndef LRP_OPS_ML_H
#define LRP_OPS_ML_H

#include "body.h"
#include "elementwise.h"

#define LRP_ML "ai.onnx.ml"

/* Floats of an attribute, from a list or (NAME_as_tensor) a tensor; whole numbers; texts. Copied into the arena or borrowed
 * from the call; *count is 0 where it is missing, -1 when out of memory. */
const float *lrp_ml_floats(const struct lrp_call *call, struct lrp_arena *arena, const char *name, int *count);
const int64_t *lrp_ml_ints(const struct lrp_call *call, const char *name, int *count);
const char *const *lrp_ml_texts(const struct lrp_call *call, const char *name, int *count);

enum lrp_ml_post { LRP_ML_NONE, LRP_ML_SOFTMAX, LRP_ML_LOGISTIC, LRP_ML_SOFTMAX_ZERO, LRP_ML_PROBIT };
/* The attribute post_transform; LRP_FILE for what is none. */
enum lrp_status lrp_ml_post_of(const struct lrp_call *call, enum lrp_ml_post *out, struct lrp_error *err);
/* In place, over one sample's scores. */
void lrp_ml_post_apply(enum lrp_ml_post post, float *scores, int count);

/* vector.c: SVMRegressor, SVMClassifier */
enum lrp_status lrp_ml_vector_body(struct lrp_operator_body *body, struct lrp_error *err);
enum lrp_status lrp_ml_vector_classifier_body(struct lrp_operator_body *body, struct lrp_error *err);
/* Output 0 is the label of the highest score, by the attributes of that name that hold numbers or texts. */
void lrp_ml_return_label(struct lrp_operator_body *body, int scores, const char *ints, const char *texts);
/* Scores after the attribute post_transform. */
enum lrp_status lrp_ml_post_body(struct lrp_operator_body *body, int *scores, struct lrp_error *err);
int lrp_ml_real(struct lrp_operator_body *body, int input);

#endif
