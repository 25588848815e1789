/* picture_read.c: pictures from the bytes of files, whatever their format. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/heatmap.h"

#include "picture_format.h"
#include "text.h"

static const struct lrp_picture_format *const formats[] = {
#define X(row) &(row),
    LRP_PICTURE_FORMATS(X)
#undef X
};
#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

const struct lrp_picture_format *lrp_picture_format_at(size_t index)
{
    return index < FORMAT_COUNT ? formats[index] : NULL;
}

const char *lrp_picture_format_name(size_t index)
{
    return index < FORMAT_COUNT ? formats[index]->names : NULL;
}

/* Its place in the list; FORMAT_COUNT: none of them. */
static size_t format_of(const unsigned char *bytes, size_t size)
{
    size_t format = 0;
    while (format < FORMAT_COUNT && !formats[format]->sniff(bytes, size)) format++;
    return format;
}

bool lrp_picture_sniff(const unsigned char *bytes, size_t size)
{
    return format_of(bytes, size) < FORMAT_COUNT;
}

static enum lrp_status unknown_format(bool empty, struct lrp_error *err)
{
    struct lrp_text list = {0};
    for (size_t i = 0; i < FORMAT_COUNT; i++) lrp_text_printf(&list, "%s%s", i ? ", " : "", formats[i]->names);
    lrp_fail(err, LRP_FILE, "%s; these can be read: %s",
             empty ? "the file is empty, a picture was expected" : "not a picture of a known kind", list.data ? list.data : "");
    lrp_text_free(&list);
    return LRP_FILE;
}

enum lrp_status lrp_picture_decode(const unsigned char *bytes, size_t size, struct lrp_picture *out, struct lrp_error *err)
{
    return lrp_picture_decode_within(bytes, size, SIZE_MAX, out, err);
}

enum lrp_status lrp_picture_decode_within(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                                          struct lrp_error *err)
{
    *out = (struct lrp_picture){0};
    const size_t format = format_of(bytes, size);
    return format < FORMAT_COUNT ? formats[format]->decode(bytes, size, most, out, err) : unknown_format(size == 0, err);
}
