/* model_internal.h: what a model consists of, for the stations behind. */
#ifndef LRP_FORMATS_MODEL_INTERNAL_H
#define LRP_FORMATS_MODEL_INTERNAL_H

#include "definition.h"
#include "lrpscope/model.h"

/* Borrowed from the model. */
const struct lrp_definition *lrp_model_definition(const struct lrp_model *model);

#endif
