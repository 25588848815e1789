/* memo.h: denominators kept from pass to pass. They depend on weights and activations, not on relevance: with another target,
 * or another rule further up, they are the same as before, and with them half of the arithmetic of a layer. */
#ifndef LRP_LRP_MEMO_H
#define LRP_LRP_MEMO_H

#include "apply.h"
#include "rule_row.h"

/* The denominators of a group of terms at a node for an input (NULL: of terms that do not read the input), or NULL. In the
 * blocks of channels they were made in. A reference of the caller's own. */
const struct lrp_tensor *lrp_memo_find(const struct lrp_rule_step *step, const struct lrp_group *group,
                                       const struct lrp_tensor *x);
/* Keeps them in the engine's cache, as long as there is room; without memory nothing happens. */
void lrp_memo_keep(const struct lrp_rule_step *step, const struct lrp_group *group, const struct lrp_tensor *x,
                   const struct lrp_tensor *denominators);
/* Lets go of all that belong to activations: others are about to be computed. */
void lrp_memo_forget(struct lrp_engine *engine);

#endif
