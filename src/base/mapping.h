/* mapping.h: whole files, mapped read-only. */
#ifndef LRP_BASE_MAPPING_H
#define LRP_BASE_MAPPING_H

#include <stddef.h>

#include "lrpscope/error.h"

struct lrp_mapping {
    const unsigned char *data; /* owned by the mapping; never NULL for an open one (an empty file points at a static byte) */
    size_t size;
    bool of_file;              /* pages of a file, not a copy of what a pipe gave */
    char *path; /* owned */
};

/* Maps a regular file (or reads another kind of file wholly). Errors: LRP_FILE naming the path and the cause. */
enum lrp_status lrp_mapping_open(const char *path, struct lrp_mapping *out, struct lrp_error *err);
/* Lets go of the whole pages in a part of a mapping `of_file`: they are read from the page cache again when they are touched.
 * Parts below a megabyte are left alone. */
void lrp_mapping_rest(const void *data, size_t size);
/* Gives everything back; fine on {0} and when called twice. */
void lrp_mapping_close(struct lrp_mapping *mapping);

#endif
