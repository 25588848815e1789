/* cuts.h: how the score falls when parts of an input are cut away, one after the other. */
#ifndef LRP_LRP_METHODS_CUTS_H
#define LRP_LRP_METHODS_CUTS_H

#include "field.h"

/* A source under test: what is cut away of it, cut by cut, and what these have shown so far. */
struct lrp_cuts {
    struct lrp_passes *passes;
    struct lrp_field field;
    struct lrp_tensor **baseline;
    double **sums, *clean; /* clean: scores, by sample */
    bool keep;             /* all but the cut is taken away, and scores are summed up */
    /* the cuts of the source: */
    size_t count, most; /* most: members of one */
    bool values;        /* members are elements of a sample; else places, with all channels */
    /* Lists the members of a cut, returns how many. */
    size_t (*list)(const void *cuts, size_t number, size_t *members);
    const void *cuts;
    size_t *members; /* room for the one that is taken */
    double *covered; /* by element of a sample: cuts that cover it; NULL: nobody asks */
};
/* With the baseline of the argument of that name. To be freed, whatever comes of it. */
enum lrp_status lrp_cuts_new(struct lrp_passes *passes, struct lrp_cuts *trial, struct lrp_error *err);
void lrp_cuts_free(const struct lrp_passes *passes, struct lrp_cuts *trial);
/* All cuts of the source; then the sum of what they have shown, or the mean over those that cover an element, is in its sums.
 */
enum lrp_status lrp_cuts_try(struct lrp_cuts *trial, bool cover, struct lrp_error *err);

#endif
