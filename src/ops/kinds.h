/* kinds.h: the types of layers that LRP knows by name: one row each. */
#ifndef LRP_OPS_KINDS_H
#define LRP_OPS_KINDS_H

/* What LRP makes of a type of layers. */
enum lrp_kind_trait {
    LRP_KIND_IS_LAYER = 1,        /* the model check passes it as a layer of its own */
    LRP_KIND_IS_LAYER_PR26 = 2,   /* likewise, as of pull request 26 */
    LRP_KIND_IS_FUSED = 4,        /* the check passes it as an activation behind a linear layer */
    LRP_KIND_IS_FUSED_PR26 = 8,   /* likewise, as of pull request 26 */
    LRP_KIND_IS_HOST = 16,        /* takes an activation behind it as its own */
    LRP_KIND_IS_TRANSPARENT = 32, /* reshaping, identity, arithmetic with constants: neither a first nor a last layer */
    LRP_KIND_IS_MERGED = 64,      /* meant to be merged into the linear layer beside it: the ledger says where it is not */
    LRP_KIND_IS_HEAD = 128,       /* at the model's end it is no layer of LRP's, which explains logits */
    LRP_KIND_IS_GATE = 256,       /* where it multiplies another activation, it is the gate of the two */
    LRP_KIND_IS_ATTENTION = 512,  /* a model that has one is one with attention */
    LRP_KIND_IS_MAPPED = 1024,    /* works on its weights as they lie in the file, unless a rule changes them */
    LRP_KIND_IS_LOG = 2048,       /* makes logarithms of probabilities */
    LRP_KIND_IS_LEARNED = 4096,   /* its weights are what a network has learned: random ones make it another */
    LRP_KIND_IS_WEIGHING = 8192,  /* makes the weights of attention: a number for every query and key */
    LRP_KIND_IS_PASSAGE = 16384,  /* hands its input on, moved, masked or thinned out */
    LRP_KIND_IS_TURN = 32768      /* its last two axes may be others than those of its inputs */
};

/* X(id, name, group, second group, traits): lrpscope-lrp(7).
 * A layer of any other operator has the operator's name in kebab case as its type, no group, and is not supported. */
#define LRP_KINDS(X)                                                                                                           \
    X(CONVOLUTION, "convolution", "convolution", "",                                                                           \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_HOST | LRP_KIND_IS_LEARNED)                                     \
    X(TRANSPOSED_CONVOLUTION, "transposed-convolution", "convolution", "",                                                     \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_HOST | LRP_KIND_IS_LEARNED)                                     \
    X(DENSE, "dense", "", "",                                                                                                  \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_HOST | LRP_KIND_IS_MAPPED | LRP_KIND_IS_LEARNED |               \
          LRP_KIND_IS_TURN)                                                                                                    \
    X(SCALE, "scale", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_HOST | LRP_KIND_IS_TRANSPARENT)                                  \
    X(BATCH_NORM, "batch-norm", "normalization", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_MERGED)                                   \
    X(LAYER_NORM, "layer-norm", "normalization", "", LRP_KIND_IS_LAYER)                                                        \
    X(MAX_POOL, "max-pool", "pooling", "max-pooling", LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26)                              \
    X(MEAN_POOL, "mean-pool", "pooling", "mean-pooling", LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26)                           \
    X(GLOBAL_MAX_POOL, "global-max-pool", "pooling", "max-pooling", LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26)                \
    X(GLOBAL_MEAN_POOL, "global-mean-pool", "pooling", "mean-pooling", LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26)             \
    X(SUM_POOL, "sum-pool", "pooling", "", LRP_KIND_IS_LAYER)                                                                  \
    X(FLATTEN, "flatten", "reshaping", "",                                                                                     \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE | LRP_KIND_IS_TURN)           \
    X(RESHAPE, "reshape", "reshaping", "",                                                                                     \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE | LRP_KIND_IS_TURN)           \
    X(TRANSPOSE, "transpose", "reshaping", "",                                                                                 \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE | LRP_KIND_IS_TURN)           \
    X(SQUEEZE, "squeeze", "reshaping", "",                                                                                     \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE | LRP_KIND_IS_TURN)           \
    X(UNSQUEEZE, "unsqueeze", "reshaping", "",                                                                                 \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE | LRP_KIND_IS_TURN)           \
    X(CONCAT, "concat", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)                    \
    X(SPLIT, "split", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)                      \
    X(SLICE, "slice", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)                      \
    X(PAD, "pad", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)                          \
    X(GATHER, "gather", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE | LRP_KIND_IS_TURN) \
    X(EXPAND, "expand", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)                    \
    X(TILE, "tile", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)                        \
    X(DEPTH_TO_SPACE, "depth-to-space", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)    \
    X(SPACE_TO_DEPTH, "space-to-depth", "reshaping", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)    \
    X(DROPOUT, "dropout", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_TRANSPARENT | LRP_KIND_IS_PASSAGE)  \
    X(IDENTITY, "identity", "", "",                                                                                            \
      LRP_KIND_IS_LAYER | LRP_KIND_IS_LAYER_PR26 | LRP_KIND_IS_FUSED | LRP_KIND_IS_FUSED_PR26 | LRP_KIND_IS_TRANSPARENT |      \
          LRP_KIND_IS_PASSAGE)                                                                                                 \
    X(ADD, "add", "join", "", LRP_KIND_IS_LAYER)                                                                               \
    X(MAT_MUL, "mat-mul", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TURN)                                                        \
    X(MUL, "mul", "", "", LRP_KIND_IS_LAYER)                                                                                   \
    X(DIV, "div", "", "", LRP_KIND_IS_LAYER)                                                                                   \
    X(NEG, "neg", "", "", LRP_KIND_IS_LAYER)                                                                                   \
    X(MASK, "mask", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_PASSAGE)                                                           \
    X(ATTENTION_SOFTMAX, "attention-softmax", "softmax", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_ATTENTION | LRP_KIND_IS_WEIGHING) \
    X(RMS_NORM, "rms-norm", "normalization", "rms-normalization", LRP_KIND_IS_LAYER)                                           \
    X(EMBEDDING, "embedding", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_LEARNED | LRP_KIND_IS_TURN)                              \
    X(ROTARY, "rotary", "", "", LRP_KIND_IS_LAYER)                                                                             \
    X(ATTENTION, "attention", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_ATTENTION | LRP_KIND_IS_TURN)                            \
    X(LSTM, "lstm", "recurrent", "", LRP_KIND_IS_LEARNED | LRP_KIND_IS_TURN)                                                   \
    X(GRU, "gru", "recurrent", "", LRP_KIND_IS_LEARNED | LRP_KIND_IS_TURN)                                                     \
    X(RNN, "rnn", "recurrent", "", LRP_KIND_IS_LEARNED | LRP_KIND_IS_TURN)                                                     \
    X(RELU, "relu", "activation", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_FUSED | LRP_KIND_IS_FUSED_PR26)                          \
    X(GELU, "gelu", "activation", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_FUSED | LRP_KIND_IS_FUSED_PR26)                          \
    X(SWISH, "swish", "activation", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_FUSED | LRP_KIND_IS_FUSED_PR26)                        \
    X(MISH, "mish", "activation", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_FUSED | LRP_KIND_IS_FUSED_PR26)                          \
    X(RELU6, "relu6", "activation", "", 0)                                                                                     \
    X(CLIP, "clip", "activation", "", 0)                                                                                       \
    X(LEAKY_RELU, "leaky-relu", "activation", "", 0)                                                                           \
    X(PRELU, "prelu", "activation", "", 0)                                                                                     \
    X(ELU, "elu", "activation", "", 0)                                                                                         \
    X(SELU, "selu", "activation", "", 0)                                                                                       \
    X(CELU, "celu", "activation", "", 0)                                                                                       \
    X(SIGMOID, "sigmoid", "activation", "", LRP_KIND_IS_GATE)                                                                  \
    X(HARD_SIGMOID, "hard-sigmoid", "activation", "", LRP_KIND_IS_GATE)                                                        \
    X(TANH, "tanh", "activation", "", 0)                                                                                       \
    X(HARD_SWISH, "hard-swish", "activation", "", 0)                                                                           \
    X(SOFTPLUS, "softplus", "activation", "", LRP_KIND_IS_FUSED_PR26)                                                          \
    X(SOFTSIGN, "softsign", "activation", "", 0)                                                                               \
    X(THRESHOLDED_RELU, "thresholded-relu", "activation", "", 0)                                                               \
    X(FAKE_QUANTIZE, "fake-quantize", "", "", LRP_KIND_IS_LAYER | LRP_KIND_IS_TRANSPARENT)                                     \
    X(SOFTMAX, "softmax", "", "", LRP_KIND_IS_HEAD)                                                                            \
    X(LOG_SOFTMAX, "log-softmax", "", "", LRP_KIND_IS_HEAD | LRP_KIND_IS_LOG)

enum lrp_kind {
    LRP_KIND_UNSET, /* of a row that leaves the column empty: no row of the table may */
    LRP_KIND_OTHER, /* named after its operator */
#define X(id, ...) LRP_KIND_##id,
    LRP_KINDS(X)
#undef X
        LRP_KIND_COUNT
};

struct lrp_kind_row {
    const char *name, *group, *second_group;
    unsigned traits; /* enum lrp_kind_trait */
};
/* The row of a kind; for LRP_KIND_OTHER a row of empty names. */
const struct lrp_kind_row *lrp_kind_row(enum lrp_kind kind);
/* LRP_KIND_OTHER if no kind has that name. */
enum lrp_kind lrp_kind_find(const char *name);

#endif
