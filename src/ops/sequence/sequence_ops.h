/* sequence_ops.h: operators on sequences: they make their outputs themselves, as those that hold bodies do. */
#ifndef LRP_OPS_SEQUENCE_SEQUENCE_OPS_H
#define LRP_OPS_SEQUENCE_SEQUENCE_OPS_H

#include "control/control.h"
#include "sequence.h"

/* The sequence that input i is, LRP_FILE if it is none. */
enum lrp_status sequence_input(const struct lrp_call *call, const struct lrp_tensor *const *in, int i,
                               const struct lrp_tensor **out, struct lrp_error *err);

/* sequence_join.c: from and to one tensor */
enum lrp_status sequence_concat(LRP_CONTROL_PARAMETERS);
enum lrp_status sequence_concat_back(LRP_CONTROL_BACK_PARAMETERS);
enum lrp_status sequence_split(LRP_CONTROL_PARAMETERS);
enum lrp_status sequence_split_back(LRP_CONTROL_BACK_PARAMETERS);
/* sequence_map.c */
enum lrp_status sequence_map(LRP_CONTROL_PARAMETERS);
enum lrp_status sequence_map_back(LRP_CONTROL_BACK_PARAMETERS);
/* optional.c */
enum lrp_status optional_make(LRP_CONTROL_PARAMETERS);
enum lrp_status optional_pass_back(LRP_CONTROL_BACK_PARAMETERS);
enum lrp_status optional_has(LRP_CONTROL_PARAMETERS);
enum lrp_status optional_get(LRP_CONTROL_PARAMETERS);

#endif
