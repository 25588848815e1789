/* method.h: what can be computed of an input: relevance, gradients, and what is made of many of them. */
#ifndef LRPSCOPE_METHOD_H
#define LRPSCOPE_METHOD_H

#include <stddef.h>

#include "lrpscope/error.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What an argument of a method can be. */
enum lrp_method_argument_kind {
    LRP_METHOD_COUNT = 1, /* a whole number, at least 1 */
    LRP_METHOD_SEED,      /* a whole number, at least 0 */
    LRP_METHOD_NUMBER,    /* a number, at least 0 */
    LRP_METHOD_WORD,      /* one of `choices` */
    LRP_METHOD_BASELINE,  /* 0, a number, mean, min, max, blur(SIGMA,RADIUS), pixel(VALUE), F.npy or a picture */
    LRP_METHOD_FILE,      /* a path */
    LRP_METHOD_LAYER      /* a selector or a value's name */
};
/* An argument of a method. Borrowed, static. */
struct lrp_method_argument {
    const char *name;                   /* "sigma" */
    const char *value;                  /* its default as text; "": none, what stands in its place is said in `line` */
    enum lrp_method_argument_kind kind; /* how it is written */
    const char *choices;                /* of words: "mean square variance"; NULL: of other kinds */
    const char *line;                   /* what it means, one line */
};
/* Most arguments of a method. */
enum { LRP_METHOD_ARGUMENTS = 10 };
/* What there is to say of a method. Borrowed, static. */
struct lrp_method_info {
    const char *name;     /* "input-gradient" */
    const char *line;     /* what it computes, one line */
    const char *formula;  /* the same as a formula */
    const char *cost;     /* "n x (forward + backward)" */
    const char *colormap; /* of its heatmaps, as the setting of that name is written; NULL: as of relevance */
    const char *reduce;   /* likewise: how channels become one number */
    struct lrp_method_argument arguments[LRP_METHOD_ARGUMENTS]; /* in the order they may be given without names */
    int argument_count;                                         /* how many */
};
/* The methods, the default first; NULL past the end. */
const struct lrp_method_info *lrp_method_at(size_t index);
/* Takes a method as it is written apart: its row, and the text each argument has, given or by default, in the row's order
 * (owned by the caller, free; NULL behind the last). Errors: LRP_USAGE naming what is wrong. */
enum lrp_status lrp_method_read(const char *text, const struct lrp_method_info **info, char *values[LRP_METHOD_ARGUMENTS],
                                struct lrp_error *err);
/* The same method with another text for its argument number `argument` ("": its default), written with what differs from the
 * defaults. *out is the caller's (free). Errors: as above. */
enum lrp_status lrp_method_with(const char *text, int argument, const char *value, char **out, struct lrp_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
