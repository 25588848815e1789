/* json_trial.h: whether a JSON model runs as the graph it was written from. */
#ifndef LRP_FORMATS_JSON_TRIAL_H
#define LRP_FORMATS_JSON_TRIAL_H

#include "graph.h"

/* Reads a JSON model and runs it and the definition it was written from on the same numbers: the outputs must agree bit for
 * bit. A model that cannot be run itself, or of which no sizes are known that it runs with, is not tried. Errors:
 * LRP_UNSUPPORTED naming the first layer that would give other numbers; what reading and building say. */
enum lrp_status lrp_json_trial(const struct lrp_definition *definition, const char *json, struct lrp_error *err);

#endif
