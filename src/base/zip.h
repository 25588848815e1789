/* zip.h: reading ZIP archives, as numpy.savez writes them. */
#ifndef LRP_BASE_ZIP_H
#define LRP_BASE_ZIP_H

#include <stddef.h>

#include "lrpscope/error.h"

/* A file in an archive. */
struct lrp_zip_entry {
    char *name;                /* owned */
    unsigned method;           /* how it is packed: 0 not at all, 8 deflate */
    const unsigned char *data; /* borrowed from the archive's bytes */
    size_t packed, size;
};

/* True if the bytes start like an archive. */
bool lrp_zip_sniff(const unsigned char *bytes, size_t size);
/* What is in it; *out is owned (lrp_zip_free), NULL on failure. Errors: LRP_FILE; the message does not name the archive. */
enum lrp_status lrp_zip_parse(const unsigned char *bytes, size_t size, struct lrp_zip_entry **out, size_t *count,
                              struct lrp_error *err);
void lrp_zip_free(struct lrp_zip_entry *entries, size_t count);
/* The `entry->size` bytes of a file; *out is owned. Errors: LRP_FILE (damaged, packed in another way, more than a gigabyte). */
enum lrp_status lrp_zip_unpack(const struct lrp_zip_entry *entry, unsigned char **out, struct lrp_error *err);

#endif
