/* bodies.h: what an operator that holds graphs (If, Loop, Scan, SequenceMap) can have done with them by whoever runs it. */
#ifndef LRP_OPS_CONTROL_BODIES_H
#define LRP_OPS_CONTROL_BODIES_H

#include "ops.h"

/* A body is known by a number from 0 on. Values it reads from around it are no concern of the operator: whoever runs the body
 * brings them, and collects what flows back to them. */
/* The row's own data of an operator with bodies. */
struct lrp_control {
    int skipped; /* outputs of a body that come before those that become the node's */
};
struct lrp_bodies {
    /* The body on an attribute; -1: there is none. */
    int (*find)(const struct lrp_bodies *bodies, const char *attribute);
    /* How much it is handed, and makes. */
    int (*input_count)(const struct lrp_bodies *bodies, int body);
    int (*output_count)(const struct lrp_bodies *bodies, int body);
    /* What the file says of an output. */
    const struct lrp_desc *(*declared)(const struct lrp_bodies *bodies, int body, int output);
    /* Runs a body once. in: borrowed, as many as it is handed; out: new references, as many as it makes. */
    enum lrp_status (*turn)(struct lrp_bodies *bodies, int body, const struct lrp_tensor *const *in, struct lrp_tensor **out,
                            const struct lrp_run *run, struct lrp_error *err);
    /* Back through turn number k of those that were run, the latest first. s: by output of its body, borrowed, NULL = zero;
     * given: by input, new references, NULL where nothing flows. */
    enum lrp_status (*back)(struct lrp_bodies *bodies, size_t k, const struct lrp_tensor *const *s, struct lrp_tensor **given,
                            const struct lrp_run *run, struct lrp_error *err);
    size_t turns; /* that were run */
    int given;    /* inputs that the file gives the node: those behind are what bodies read from around it */
};

/* Parameter lists of an operator's functions. */
#define LRP_CONTROL_PARAMETERS                                                                                                 \
    const struct lrp_call *call, struct lrp_bodies *bodies, const struct lrp_tensor *const *in, struct lrp_tensor **out,       \
        const struct lrp_run *run, struct lrp_error *err
#define LRP_CONTROL_BACK_PARAMETERS                                                                                            \
    const struct lrp_call *call, struct lrp_bodies *bodies, const struct lrp_tensor *const *in,                                \
        const struct lrp_tensor *const *s, struct lrp_tensor **given, const struct lrp_run *run, struct lrp_error *err

#endif
