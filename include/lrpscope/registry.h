/* registry.h: which layer types and activations LRP takes as supported, beyond its own table. */
#ifndef LRPSCOPE_REGISTRY_H
#define LRPSCOPE_REGISTRY_H

#include <stddef.h>

#include "lrpscope/error.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct lrp_layer;

/* Registered names; owned by a session or a caller. No global state. */
struct lrp_registry;
/* `pr26`: start from the table of ExplainableAI.jl's pull request 26 instead of today's. */
enum lrp_status lrp_registry_new(bool pr26, struct lrp_registry **out, struct lrp_error *err);
/* NULL is fine. */
void lrp_registry_free(struct lrp_registry *registry);
/* Registers a layer type, group, or ONNX operator name; an activation's name or its ONNX operator's. Either way also the name
 * of one layer, a glob over names of layers (* ? [..]), or "domain:NAME", everything of an operator domain (ai.onnx: of ONNX's
 * own). Any name is taken. */
enum lrp_status lrp_registry_support_layer(struct lrp_registry *registry, const char *name, struct lrp_error *err);
enum lrp_status lrp_registry_support_activation(struct lrp_registry *registry, const char *name, struct lrp_error *err);
/* Whether the check passes a layer's type, and its activation: by the table or by a registered name. */
bool lrp_registry_supports_layer(const struct lrp_registry *registry, const struct lrp_layer *layer);
bool lrp_registry_supports_activation(const struct lrp_registry *registry, const struct lrp_layer *layer);
/* Whether it started from the table of pull request 26. */
bool lrp_registry_is_pr26(const struct lrp_registry *registry);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
