/* norm_parts.h: the parts that normalisations are written out in: means, variances, deviations and their inverses. */
#ifndef LRP_GRAPH_NORM_PARTS_H
#define LRP_GRAPH_NORM_PARTS_H

#include "match.h"

/* What a part says of the normalisation it belongs to. */
struct lrp_norm {
    int x; /* what is normalised */
    int64_t axes[LRP_MAX_RANK];
    int axis_count; /* sorted, counted from 0 */
    bool center;    /* by the deviation from the mean; false: by the root of the mean square */
    bool outside;   /* epsilon is added to the root, not under it */
    double epsilon;
    double factor; /* of the whole: 1/sqrt(n) where the root is of the sum of n squares */
};
/* value == mean of x over axes, kept */
bool lrp_norm_mean(struct lrp_match *match, int value, struct lrp_norm *out);
/* value == sqrt(variance or mean square of x + epsilon), or its norm */
bool lrp_norm_deviation(struct lrp_match *match, int value, struct lrp_norm *out);
/* value == 1 / that */
bool lrp_norm_inverse(struct lrp_match *match, int value, struct lrp_norm *out);
/* value is what is divided by the deviation: x, or x - mean of x where it is centred */
bool lrp_norm_numerator(struct lrp_match *match, int value, struct lrp_norm *norm);

#endif
