/* mapping.h: whole files, mapped read-only. */
#ifndef LRP_BASE_MAPPING_H
#define LRP_BASE_MAPPING_H

#include <stddef.h>
#include <stdio.h>

#include "lrpscope/error.h"

struct lrp_mapping {
    const unsigned char *data; /* owned by the mapping; never NULL for an open one (an empty file points at a static byte) */
    size_t size;
    bool of_file; /* pages of a file, not a copy of what a pipe or a small file gave */
    bool in_heap;
    char *path; /* owned */
};

/* Maps a regular file, or reads another kind of file wholly: of pipes up to LRP_MOST_OF_PIPE bytes, of devices, most of which
 * never end, up to LRP_MOST_OF_DEVICE. Errors: LRP_FILE naming the path and the cause. */
#define LRP_MOST_OF_PIPE ((size_t)1 << 30)
#define LRP_MOST_OF_DEVICE ((size_t)16 << 20)
#define LRP_SMALL_FILE (64 << 10) /* regular files up to here are read, too */
enum lrp_status lrp_mapping_open(const char *path, struct lrp_mapping *out, struct lrp_error *err);
/* The same of a file that no option names: one found beside a model, or named by one that was. Never waits: regular files of at
 * most `most` bytes only. */
enum lrp_status lrp_mapping_open_found(const char *path, size_t most, struct lrp_mapping *out, struct lrp_error *err);
/* fopen(path, "r") of such a file; NULL with errno, EINVAL where it is no regular one. */
FILE *lrp_file_open_found(const char *path);
/* Whether lrp_mapping_open_found would take it; LRP_OK too where there is no such file. */
enum lrp_status lrp_file_check_found(const char *path, size_t most, struct lrp_error *err);
/* lrp_mapping_open of a path without symbolic links, of regular files only, whose first folder_length bytes are a folder: a
 * link that came since into what follows the folder is not followed (where the kernel can tell; elsewhere in the last part
 * only). */
enum lrp_status lrp_mapping_open_beneath(const char *path, size_t folder_length, struct lrp_mapping *out,
                                         struct lrp_error *err);
/* Zeros that take no memory, in the place of a file that is missing. Errors: LRP_MEMORY if there is no room in the address
 * space.
 */
enum lrp_status lrp_mapping_zeros(size_t size, struct lrp_mapping *out, struct lrp_error *err);
/* The path of the open mapping of a file that an address lies in; NULL if there is none. Safe in a signal handler: pages of a
 * file that was cut off while it is mapped raise SIGBUS, and this tells whose fault it is. Files beyond LRP_MAPPINGS_WATCHED at
 * a time are read instead of mapped. */
enum { LRP_MAPPINGS_WATCHED = 256 };
const char *lrp_mapping_at(const void *address);
/* Says that a part of a mapping `of_file` is about to be read: where the system can, it comes in huge pages, which are found
 * faster. Parts below a few megabytes are left alone. */
void lrp_mapping_expect(const void *data, size_t size);
/* Lets go of the whole pages in a part of a mapping `of_file`: they are read from the page cache again when they are touched.
 * Parts below a megabyte are left alone. */
void lrp_mapping_rest(const void *data, size_t size);
/* Gives everything back; fine on {0} and when called twice. */
void lrp_mapping_close(struct lrp_mapping *mapping);

#endif
