/* profile.h: where the time of a run went. */
#ifndef LRP_CLI_PROFILE_H
#define LRP_CLI_PROFILE_H

#include <stdio.h>

#include "lrpscope/session.h"

/* A row a layer: milliseconds forward and back, arithmetic per second of the forward pass, share of the whole. */
enum lrp_status lrp_cli_profile_print(const struct lrp_snapshot *now, FILE *out, struct lrp_error *err);

#endif
