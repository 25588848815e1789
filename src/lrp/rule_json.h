/* rule_json.h: a custom rule as it is written in a rules file, and the words it is written in. */
#ifndef LRP_LRP_RULE_JSON_H
#define LRP_LRP_RULE_JSON_H

#include <cjson/cJSON.h>

#include "book.h"

/* Reads the rule that `item` (its key is the name) describes into the book:
 *     {"parameters": {"gamma": 0.25, "low": null, "bias": "on"},
 *      "groups": [{"factor": "1+gamma", "mask": "z>0", "stabilizer": 1e-9,
 *                  "terms": [{"input": "a+", "weight": "W+gW+", "bias": "b+gb+", "g": "gamma", "sign": 1}]}]}
 * Where something is wrong, *where becomes the item to point at. `warn` (may be NULL) is told of keys that mean nothing.
 * Errors: LRP_FILE for a wrong structure, LRP_USAGE for unknown words and values, "rule NAME: group 1: term 2: ...". */
enum lrp_status lrp_rule_json_read(struct lrp_rule_book *book, const cJSON *item, const char *origin,
                                   void (*warn)(void *data, const cJSON *key), void *data, const cJSON **where,
                                   struct lrp_error *err);

#endif
