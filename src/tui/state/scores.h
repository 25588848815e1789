/* scores.h: what settings score on the input at hand, as far as it is known; plain data. */
#ifndef LRP_TUI_SCORES_H
#define LRP_TUI_SCORES_H

#include <stdbool.h>
#include <stddef.h>

enum { LRP_BASELINES = 2 }; /* what stands in the place of what is taken away: two, as one decides too much */

/* How the target's score falls, from the whole input to nothing: the most relevant regions first, and the least. */
struct lrp_flipping {
    double *morf, *lerf; /* owned; NULL: not known */
    size_t length;
    double abpc; /* the mean of their difference */
};
struct lrp_scored {
    char *name;     /* owned */
    bool is_method; /* it names a method, else a composite */
    bool there;
    char *left_out; /* why there are no scores; owned; NULL: they are there, or will be */
    int same_as;    /* the first row whose curves are the same; its own number: none before it */
    struct lrp_flipping flipping[LRP_BASELINES];
};
/* {0} is none. */
struct lrp_setting_scores {
    struct lrp_scored *rows; /* owned */
    size_t count, done;
    bool running;
    char input[128];                           /* what it is of */
    char baselines[LRP_BASELINES][32];         /* their names; "" until they are known */
    struct lrp_flipping random[LRP_BASELINES]; /* morf: in a random order; lerf: NULL */
};
void lrp_scores_free(struct lrp_setting_scores *scores);
/* False when out of memory; *out is empty then. */
bool lrp_scores_copy(const struct lrp_setting_scores *from, struct lrp_setting_scores *out);
/* The row that is best under a baseline; -1: none is known. */
int lrp_scores_best(const struct lrp_setting_scores *scores, int baseline);

#endif
