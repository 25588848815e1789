/* check.h: the model check: which layers LRP does not support, why, and what can be done. */
#ifndef LRPSCOPE_CHECK_H
#define LRPSCOPE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/layer.h"
#include "lrpscope/registry.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* X(name, short text of the check column) */
#define LRP_CHECK_STATES(X)                                                                                                    \
    X(PASSED, "ok")                                                                                                            \
    X(REGISTERED, "registered")  /* passes because it was registered */                                                        \
    X(OUTPUT_SOFTMAX, "softmax") /* the model ends in a softmax */                                                             \
    X(UNKNOWN_LAYER, "unknown")  /* the type is not supported */                                                               \
    X(UNSUPPORTED_ACTIVATION, "activation")                                                                                    \
    X(UNKNOWN_BOTH, "both") /* type and activation */                                                                          \
    X(INPUT, "")            /* row 0 */                                                                                        \
    X(INSIDE, "inside")     /* of a branch or body: not judged */
/* What the check says of a layer. */
enum lrp_check_state {
#define X(name, text) LRP_CHECK_##name,
    LRP_CHECK_STATES(X)
#undef X
        LRP_CHECK_STATE_COUNT
};
/* "ok"; "" for row 0. Borrowed, static. */
const char *lrp_check_state_text(enum lrp_check_state state);

/* What the check says of one layer. */
struct lrp_check_row {
    const struct lrp_layer *layer;              /* borrowed */
    enum lrp_check_state state;                 /* all of it in one word */
    bool layer_supported, activation_supported; /* by the table, or registered */
    bool failed;                                /* softmax, unknown, activation, both */
    bool repeats;                               /* a row before it fails for the same cause: type, activation and reason */
    char *reason;                               /* "" if passed; owned by the check */
    char *remedy;                               /* "" if passed */
    size_t more;                                /* how many rows behind it do; 0 where it repeats */
};
/* The check of a whole model. */
struct lrp_check {
    bool passed;                /* no row failed */
    bool output_softmax;        /* the model ends in one that is not stripped */
    size_t failed;              /* how many rows */
    struct lrp_check_row *rows; /* one per layer, row 0 too */
    size_t count;               /* rows */
    char *guidance;             /* several lines: what to do, in the order softmax, layers, activations; "" if passed */
};
/* A type of layers that is known by name, and whether it passes: as a layer of its own, as an activation behind a linear layer,
 * and the same for the table of pull request 26. Borrowed, static. */
struct lrp_layer_type {
    const char *name;                 /* "max-pool" */
    const char *group, *second_group; /* what several types are called together: "pooling", "max-pooling"; "" if nothing */
    bool layer;                       /* supported as a layer of its own */
    bool activation;                  /* supported behind a linear layer */
    bool layer_pr26, activation_pr26; /* the same in the table of pull request 26 */
};
/* The types, in the order of the table; false past the end. */
bool lrp_layer_type_at(size_t index, struct lrp_layer_type *out);

/* Checks all layers. *out is owned by the caller. */
enum lrp_status lrp_check_run(const struct lrp_layer_list *layers, const struct lrp_registry *registry, struct lrp_check **out,
                              struct lrp_error *err);
/* With its rows and texts; NULL is fine. */
void lrp_check_free(struct lrp_check *check);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
