/* layer_name.h: what a name, as users register or select layers by it, means for one layer; of the layer's texts alone. */
#ifndef LRP_BASE_LAYER_NAME_H
#define LRP_BASE_LAYER_NAME_H

#include <stdbool.h>

#include "lrpscope/layer.h"

/* `type` is the layer's type, group, or ONNX operator. */
bool lrp_layer_is(const struct lrp_layer *layer, const char *type);
/* A name registered as a layer is for this one: its type (lrp_layer_is), its own name ("blk[0]" as it is written), a glob over
 * names, or domain:NAME, every operator of that domain (ai.onnx: ONNX's own). */
bool lrp_name_covers_layer(const char *name, const struct lrp_layer *layer);
/* A name registered as an activation is for the one fused into this layer: the activation's, its group's or its operator's, or
 * the layer's as above. */
bool lrp_name_covers_activation(const char *name, const struct lrp_layer *layer);
/* The same for an activation that is a layer of its own. */
bool lrp_name_covers_lone_activation(const char *name, const struct lrp_layer *layer);

#endif
