/* concepts.h: channels that relevance must pass: the setting "concept" as the inspector writes it, LAYER=3,7 in a line. */
#ifndef LRP_TUI_CONCEPTS_H
#define LRP_TUI_CONCEPTS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the line of a layer names the channel. */
bool lrp_concept_holds(const char *setting, const char *layer, int64_t channel);
/* The setting with the channel among the layer's, or no longer if it was; -1: without any of the layer. Owned by the caller;
 * NULL: no memory. */
char *lrp_concept_toggle(const char *setting, const char *layer, int64_t channel);

#endif
