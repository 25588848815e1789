/* ledger.h: the conservation ledger: how much relevance every layer takes in, how much it gives back, and what became of the
 * difference. */
#ifndef LRPSCOPE_LEDGER_H
#define LRPSCOPE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Where relevance goes. X(id, key in JSON, text in tables, one line). A positive amount is lost, a negative one was added. */
#define LRP_CAUSES(X)                                                                                                          \
    X(BIAS, "bias", "bias", "absorbed by the bias")                                                                            \
    X(STABILIZER, "stabilizer", "stabilizer", "absorbed by the stabilizer of a denominator")                                   \
    X(DEAD, "dead", "dead", "lost at denominators no larger than their stabilizer")                                            \
    X(EMPTY_SIDE, "empty_side", "empty side", "an alpha or beta side to which nothing contributes")                            \
    X(DROPPED, "dropped", "dropped", "units the rule or the layer passes nothing on for (z = 0, masked entries)")              \
    X(PADDING, "padding", "padding", "fell on padding that is cut off on the way back")                                        \
    X(ACTIVATION, "activation", "activation", "a function that is not homogeneous: f(x) is not x f'(x)")                       \
    X(CONSTANTS, "constants", "constants", "given to constant operands of Add, Concat and the like")                           \
    X(POSITIONS, "positions", "positions", "given to positions: learned ones that are added, angles")                          \
    X(SEGMENTS, "segments", "segments", "given to segments (token types)")                                                     \
    X(MASK, "mask", "mask", "given to masks that are added")                                                                   \
    X(TOKENS, "tokens", "tokens", "given to the model's tokens: what their lookup in the table was given")                     \
    X(SOFTMAX, "softmax", "softmax", "a softmax, which does not conserve: sum of x (R - p sum R)")                             \
    X(INPUTS, "inputs", "other inputs", "given to other inputs of the model")                                                  \
    X(CONCEPT, "concept", "CRP mask", "what channels have that conditions (--concept) do not let through")                     \
    X(BY_PASSED, "by_passed", "by-passed", "went round the layer with conditions, where only what passes it counts")           \
    X(DESIGN, "design", "by design", "the rule does not conserve relevance by design (gradient, factors of a rule)")           \
    X(START, "start", "start", "start normalisation: the output that is explained less the relevance it starts with")          \
    X(OTHER, "other", "other", "what is left: rounding")
/* Names of the causes. */
enum lrp_cause {
#define X(id, key, text, line) LRP_CAUSE_##id,
    LRP_CAUSES(X)
#undef X
        LRP_CAUSE_COUNT
};
/* Key, text and line of a cause. Borrowed, static, as those of flags. */
const char *lrp_cause_key(enum lrp_cause cause);
const char *lrp_cause_text(enum lrp_cause cause);
const char *lrp_cause_line(enum lrp_cause cause);

/* What makes relevance doubtful. X(id, key in JSON and tables, one line) */
#define LRP_LEDGER_FLAGS(X)                                                                                                    \
    X(NAN, "nan", "relevance that is not a finite number")                                                                     \
    X(AMPLIFIED, "amplified", "the largest relevance given back is over 100 times the largest taken in")                       \
    X(NEGATIVE_INPUT, "negative-input", "z-plus and gamma are meant for inputs that are not negative")                         \
    X(OUTSIDE_BOX, "outside-box", "the bounds of z-box do not cover the input")                                                \
    X(BATCH_NORM, "batch-norm", "batch normalisation is not merged into a linear layer")                                       \
    X(SOFTMAX, "softmax", "the softmax at the model's end is explained with it")                                               \
    X(OFFSET, "offset", "an activation with f(0) other than 0")                                                                \
    X(CANCELS, "cancels", "relevance of both signs cancels to under a hundredth: rounding shows in the sums")
/* Names of the flags; bit 1u << flag of a row's flags. */
enum lrp_ledger_flag {
#define X(id, key, line) LRP_LEDGER_##id,
    LRP_LEDGER_FLAGS(X)
#undef X
        LRP_LEDGER_FLAG_COUNT
};
/* Key and line of a flag. */
const char *lrp_ledger_flag_key(enum lrp_ledger_flag flag);
const char *lrp_ledger_flag_line(enum lrp_ledger_flag flag);

/* Sums over all elements and samples, of finite numbers, in double: in - out is the sum of the causes. */
struct lrp_ledger_row {
    double in;                      /* relevance that arrives at the layer's outputs */
    double out;                     /* what it gives to layers before it and to the model's first input */
    double causes[LRP_CAUSE_COUNT]; /* what became of the difference */
    unsigned flags;                 /* bit per enum lrp_ledger_flag */
    size_t nan;                     /* how many numbers are not finite */
    double size;                    /* sum of |R| over what arrives and what is given: rounding, `other`, is about 1e-7 of it */
};
/* Immutable once made. */
struct lrp_ledger {
    struct lrp_ledger_row *rows; /* by layer; of inputs, row 0 and those behind the layers: what arrives there */
    size_t count;                /* of layers, with row 0 */
    size_t further_inputs;       /* of rows behind them */
    struct lrp_ledger_row total; /* in: the output that is explained, out: the relevance of all inputs of the model */
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
