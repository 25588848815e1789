/* zip.c: reading ZIP archives, as numpy.savez writes them (PKWARE's APPNOTE 6.3; sections in brackets). */
#include "zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum {
    END_SIZE = 22,     /* of the record at the end, without its comment */
    COMMENT = 65535,   /* the longest one */
    CENTRAL_SIZE = 46, /* of a file's record in the directory, without its texts */
    LOCAL_SIZE = 30,   /* of the record before its data */
    ENCRYPTED = 1,
    WIDE_SIZES = 1, /* the extra field that holds sizes of 64 bits */
    STORED = 0,
    DEFLATED = 8
};
#define MOST_UNPACKED ((size_t)1 << 30)

static unsigned short_at(const unsigned char *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

static uint64_t number_at(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--) value = value << 8 | at[i];
    return value;
}

bool lrp_zip_sniff(const unsigned char *bytes, size_t size)
{
    return size >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0);
}

/* The record at the end [4.3.16]: it begins at most a comment before the end. NULL: there is none. */
static const unsigned char *find_end(const unsigned char *bytes, size_t size)
{
    for (size_t back = END_SIZE; back <= size && back <= END_SIZE + COMMENT; back++)
        if (memcmp(bytes + size - back, "PK\5\6", 4) == 0) return bytes + size - back;
    return NULL;
}

/* Sizes and place that did not fit into 32 bits [4.5.3]: those that are all ones stand here, in this order. */
static bool widen(const unsigned char *extra, size_t length, uint64_t *values[3])
{
    for (size_t at = 0; at + 4 <= length; at += 4 + short_at(extra + at + 2)) {
        const size_t field = short_at(extra + at + 2);
        if (short_at(extra + at) != WIDE_SIZES) continue;
        size_t used = 0;
        for (int i = 0; i < 3; i++) {
            if (*values[i] != UINT32_MAX) continue;
            if (used + 8 > field || at + 4 + used + 8 > length) return false;
            *values[i] = number_at(extra + at + 4 + used, 8);
            used += 8;
        }
    }
    return true;
}

/* A file's record in the directory [4.3.12], and where its data lie [4.3.7]. *length: of the record. */
static enum lrp_status read_entry(const unsigned char *bytes, size_t size, size_t at, struct lrp_zip_entry *out, size_t *length,
                                  struct lrp_error *err)
{
    static const char damaged[] = "the archive is damaged or cut off";
    if (size - at < CENTRAL_SIZE || memcmp(bytes + at, "PK\1\2", 4) != 0) return lrp_fail(err, LRP_FILE, damaged);
    const unsigned char *record = bytes + at;
    const size_t name = short_at(record + 28), extra = short_at(record + 30), comment = short_at(record + 32);
    uint64_t packed = number_at(record + 20, 4), whole = number_at(record + 24, 4), place = number_at(record + 42, 4);
    *length = CENTRAL_SIZE + name + extra + comment;
    if (*length > size - at || !widen(record + CENTRAL_SIZE + name, extra, (uint64_t *[3]){&whole, &packed, &place}))
        return lrp_fail(err, LRP_FILE, damaged);
    if (short_at(record + 8) & ENCRYPTED) return lrp_fail(err, LRP_FILE, "the archive is encrypted");
    if (place > size || size - place < LOCAL_SIZE || memcmp(bytes + place, "PK\3\4", 4) != 0)
        return lrp_fail(err, LRP_FILE, damaged);
    const uint64_t data = place + LOCAL_SIZE + short_at(bytes + place + 26) + short_at(bytes + place + 28);
    if (data > size || packed > size - data) return lrp_fail(err, LRP_FILE, damaged);
    *out = (struct lrp_zip_entry){.name = strndup((const char *)record + CENTRAL_SIZE, name),
                                  .method = short_at(record + 10),
                                  .data = bytes + data,
                                  .packed = (size_t)packed,
                                  .size = (size_t)whole};
    return out->name ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_zip_parse(const unsigned char *bytes, size_t size, struct lrp_zip_entry **out, size_t *count,
                              struct lrp_error *err)
{
    *out = NULL;
    *count = 0;
    const unsigned char *end = find_end(bytes, size);
    if (!end) return lrp_fail(err, LRP_FILE, "the archive is damaged or cut off: it has no end");
    const size_t files = short_at(end + 10), first = (size_t)number_at(end + 16, 4);
    if (files == UINT16_MAX || first == UINT32_MAX)
        return lrp_fail(err, LRP_FILE, "archives of more than 65534 files or 4 GiB are not read");
    if (first > size) return lrp_fail(err, LRP_FILE, "the archive is damaged or cut off");
    struct lrp_zip_entry *entries = calloc(files + 1, sizeof *entries);
    enum lrp_status status = entries ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0, at = first, length = 0; !status && i < files; i++, at += length)
        status = read_entry(bytes, size, at, &entries[i], &length, err);
    if (status) {
        lrp_zip_free(entries, entries ? files : 0);
        return status;
    }
    *out = entries;
    *count = files;
    return LRP_OK;
}

void lrp_zip_free(struct lrp_zip_entry *entries, size_t count)
{
    for (size_t i = 0; entries && i < count; i++) free(entries[i].name);
    free(entries);
}

/* True if exactly `size` bytes came out. */
static bool inflate_all(const struct lrp_zip_entry *entry, unsigned char *to)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)entry->data,
                       .avail_in = (uInt)entry->packed,
                       .next_out = to,
                       .avail_out = (uInt)entry->size};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false; /* no header of its own */
    const int code = inflate(&stream, Z_FINISH);
    const bool whole = code == Z_STREAM_END && stream.total_out == entry->size;
    inflateEnd(&stream);
    return whole;
}

enum lrp_status lrp_zip_unpack(const struct lrp_zip_entry *entry, unsigned char **out, struct lrp_error *err)
{
    if (entry->method != STORED && entry->method != DEFLATED)
        return lrp_fail(err, LRP_FILE, "%s is packed by method %u: only stored and deflated files are read", entry->name,
                        entry->method);
    if (entry->size > MOST_UNPACKED || entry->packed > MOST_UNPACKED)
        return lrp_fail(err, LRP_FILE, "%s is larger than %zu bytes", entry->name, MOST_UNPACKED);
    if (entry->method == STORED && entry->packed != entry->size) return lrp_fail(err, LRP_FILE, "%s is damaged", entry->name);
    unsigned char *bytes = malloc(entry->size + 1);
    if (!bytes) return lrp_fail(err, LRP_MEMORY, "not enough memory for %s", entry->name);
    if (entry->method == STORED)
        memcpy(bytes, entry->data, entry->size);
    else if (!inflate_all(entry, bytes)) {
        free(bytes);
        return lrp_fail(err, LRP_FILE, "%s is damaged or cut off", entry->name);
    }
    *out = bytes;
    return LRP_OK;
}
