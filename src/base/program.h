/* program.h: the running program's own file. */
#ifndef LRP_BASE_PROGRAM_H
#define LRP_BASE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* Its path, whole and ending in \0; false where the system does not say. */
bool lrp_program_path(char *out, size_t size);

#endif
