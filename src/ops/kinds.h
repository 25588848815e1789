/* kinds.h: the types of layers that LRP knows by name: one row each. */
#ifndef LRP_OPS_KINDS_H
#define LRP_OPS_KINDS_H

#include <stdbool.h>

/* X(id, name, group, second group, supported by default, supported by pull request 26) - semantics.md section 4.
 * A layer of any other operator has the operator's name in kebab case as its type, no group, and is not supported. */
#define LRP_KINDS(X)                                                                                                           \
    X(CONVOLUTION, "convolution", "convolution", "", true, true)                                                               \
    X(TRANSPOSED_CONVOLUTION, "transposed-convolution", "convolution", "", true, true)                                         \
    X(DENSE, "dense", "", "", true, true)                                                                                      \
    X(SCALE, "scale", "", "", true, false)                                                                                     \
    X(BATCH_NORM, "batch-norm", "normalization", "", true, false)                                                              \
    X(LAYER_NORM, "layer-norm", "normalization", "", true, false)                                                              \
    X(MAX_POOL, "max-pool", "pooling", "max-pooling", true, true)                                                              \
    X(MEAN_POOL, "mean-pool", "pooling", "mean-pooling", true, true)                                                           \
    X(GLOBAL_MAX_POOL, "global-max-pool", "pooling", "max-pooling", true, true)                                                \
    X(GLOBAL_MEAN_POOL, "global-mean-pool", "pooling", "mean-pooling", true, true)                                             \
    X(FLATTEN, "flatten", "reshaping", "", true, true)                                                                         \
    X(RESHAPE, "reshape", "reshaping", "", true, true)                                                                         \
    X(TRANSPOSE, "transpose", "reshaping", "", true, true)                                                                     \
    X(SQUEEZE, "squeeze", "reshaping", "", true, true)                                                                         \
    X(UNSQUEEZE, "unsqueeze", "reshaping", "", true, true)                                                                     \
    X(CONCAT, "concat", "reshaping", "", true, false)                                                                          \
    X(SPLIT, "split", "reshaping", "", true, false)                                                                            \
    X(SLICE, "slice", "reshaping", "", true, false)                                                                            \
    X(PAD, "pad", "reshaping", "", true, false)                                                                                \
    X(DROPOUT, "dropout", "", "", true, true)                                                                                  \
    X(IDENTITY, "identity", "", "", true, true)                                                                                \
    X(ADD, "add", "join", "", true, false)                                                                                     \
    X(RELU, "relu", "activation", "", true, false)                                                                             \
    X(GELU, "gelu", "activation", "", true, false)                                                                             \
    X(SWISH, "swish", "activation", "", true, false)                                                                           \
    X(MISH, "mish", "activation", "", true, false)                                                                             \
    X(RELU6, "relu6", "activation", "", false, false)                                                                          \
    X(CLIP, "clip", "activation", "", false, false)                                                                            \
    X(LEAKY_RELU, "leaky-relu", "activation", "", false, false)                                                                \
    X(PRELU, "prelu", "activation", "", false, false)                                                                          \
    X(ELU, "elu", "activation", "", false, false)                                                                              \
    X(SELU, "selu", "activation", "", false, false)                                                                            \
    X(CELU, "celu", "activation", "", false, false)                                                                            \
    X(SIGMOID, "sigmoid", "activation", "", false, false)                                                                      \
    X(HARD_SIGMOID, "hard-sigmoid", "activation", "", false, false)                                                            \
    X(TANH, "tanh", "activation", "", false, false)                                                                            \
    X(HARD_SWISH, "hard-swish", "activation", "", false, false)                                                                \
    X(SOFTPLUS, "softplus", "activation", "", false, false)                                                                    \
    X(SOFTSIGN, "softsign", "activation", "", false, false)                                                                    \
    X(THRESHOLDED_RELU, "thresholded-relu", "activation", "", false, false)                                                    \
    X(FAKE_QUANTIZE, "fake-quantize", "", "", false, false)                                                                    \
    X(SOFTMAX, "softmax", "", "", false, false)                                                                                \
    X(LOG_SOFTMAX, "log-softmax", "", "", false, false)

enum lrp_kind {
    LRP_KIND_OTHER, /* named after its operator */
#define X(id, ...) LRP_KIND_##id,
    LRP_KINDS(X)
#undef X
        LRP_KIND_COUNT
};

struct lrp_kind_row {
    const char *name, *group, *second_group;
    bool supported, supported_pr26;
};
/* The row of a kind; for LRP_KIND_OTHER a row of empty names. */
const struct lrp_kind_row *lrp_kind_row(enum lrp_kind kind);
/* LRP_KIND_OTHER if no kind has that name. */
enum lrp_kind lrp_kind_find(const char *name);

#endif
