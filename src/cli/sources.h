/* sources.h: INPUTs that are folders stand for the pictures and arrays in them. */
#ifndef LRP_CLI_SOURCES_H
#define LRP_CLI_SOURCES_H

#include "string_list.h"

#include "arguments.h"

/* The arguments' INPUTs, folders replaced by their files: recursive, in the order of their bytes. *out is to be freed. Errors:
 * LRP_FILE for a folder that cannot be read, or holds nothing. */
enum lrp_status lrp_cli_sources(const struct lrp_arguments *arguments, struct lrp_strings *out, struct lrp_error *err);

#endif
