/* contrib.h: what the files of onnxruntime's own operators (domain com.microsoft) share: all are bodies. */
#ifndef LRP_OPS_CONTRIB_H
#define LRP_OPS_CONTRIB_H

#include "body.h"

#define LRP_CONTRIB(op, f, ...)                                                                                                \
    {                                                                                                                          \
        .name = op, .domain = "com.microsoft", .versions = {1}, .body = f, __VA_ARGS__                                         \
    }

/* Transpositions between (batch, channels, places ...) and (batch, places ..., channels) of `rank` axes. */
int lrp_contrib_channels_first(struct lrp_operator_body *body, const char *part, int x, int rank);
int lrp_contrib_channels_last(struct lrp_operator_body *body, const char *part, int x, int rank);
/* x and, unless that is left out, the other added to it. */
int lrp_contrib_plus(struct lrp_operator_body *body, const char *part, int x, int other);

enum lrp_status lrp_contrib_fused_conv(struct lrp_operator_body *body, struct lrp_error *err);
enum lrp_status lrp_contrib_nhwc_conv(struct lrp_operator_body *body, struct lrp_error *err);
enum lrp_status lrp_contrib_fused_gemm(struct lrp_operator_body *body, struct lrp_error *err);
enum lrp_status lrp_contrib_fused_mat_mul(struct lrp_operator_body *body, struct lrp_error *err);
enum lrp_status lrp_contrib_causal_conv(struct lrp_operator_body *body, struct lrp_error *err);

#endif
