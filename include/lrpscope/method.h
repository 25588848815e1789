/* method.h: what can be computed of an input: relevance, gradients. */
#ifndef LRPSCOPE_METHOD_H
#define LRPSCOPE_METHOD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What there is to say of a method. Borrowed, static. */
struct lrp_method_info {
    const char *name;     /* "input-gradient" */
    const char *line;     /* what it computes, one line */
    const char *colormap; /* of its heatmaps, as the setting of that name is written; NULL: as of relevance */
    const char *reduce;   /* likewise: how channels become one number */
};
/* The methods, the default first; NULL past the end. */
const struct lrp_method_info *lrp_method_at(size_t index);

#ifdef __cplusplus
}
#endif

#endif
