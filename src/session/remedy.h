/* remedy.h: settings that end what makes relevance blow up. */
#ifndef LRP_SESSION_REMEDY_H
#define LRP_SESSION_REMEDY_H

#include "internal.h"

/* Why relevance grows behind a layer, and the options that end it: "bias 143, its rule is meant for ...: --rule '...'". `row`:
 * the layer's account; NULL: there is none. Owned by the caller; NULL when out of memory. */
char *lrp_remedy_text(const struct lrp_results *results, const struct lrp_setup *setup, size_t layer,
                      const struct lrp_ledger_row *row);

#endif
