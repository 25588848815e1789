/* folders.h: folders among the INPUTs. */
#ifndef LRP_CLI_FOLDERS_H
#define LRP_CLI_FOLDERS_H

#include "arguments.h"

/* Where the command's row says so, a folder among the INPUTs is replaced by the pictures and arrays in it and in those below,
 * by name, as batch takes them. Errors: LRP_FILE naming the folder. */
enum lrp_status lrp_cli_folders_open(struct lrp_arguments *arguments, struct lrp_error *err);

#endif
