/* composite_json.h: composites as JSON arrays of primitives, in order:
 *
 *     "first-n-type(7, convolution=flat)"                                    a primitive's text, or an object:
 *     {"global": "zero"}                                                     global, first-layer, last-layer
 *     {"layer": "9", "rule": "flat"}                                         layer, range
 *     {"global-type": {"convolution": "flat", "dense": "epsilon"}}           global-type, first-layer-type, last-layer-type,
 * first-of-type
 *     {"first-n-type": 7, "rules": {"convolution": "flat"}}                  first-n-type, range-type */
#ifndef LRP_LRP_COMPOSITE_JSON_H
#define LRP_LRP_COMPOSITE_JSON_H

#include "json.h"
#include "lrpscope/composite.h"
#include "text.h"

/* Appends "composite(...)", the text form of an array. Only the form is looked at here. Errors: LRP_FILE naming the primitive's
 * place. */
enum lrp_status lrp_composite_json_text(const cJSON *array, struct lrp_text *out, struct lrp_error *err);
/* Whether a composite, an array or its text, means something; else *where is the array, the primitive in it, or the text that
 * does not. `book` as for lrp_composite_parse. Errors: LRP_FILE, those of lrp_composite_parse. */
enum lrp_status lrp_composite_json_check(const cJSON *composite, const struct lrp_rule_book *book,
                                         enum lrp_convention convention, const cJSON **where, struct lrp_error *err);

#endif
