/* pnm.c: reading PPM and PGM, as text (P2, P3) and binary (P5, P6). */
#include <stdbool.h>

#include <string.h>

#include "picture_format.h"

struct pnm_reader {
    const unsigned char *at, *end;
};

static bool is_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Blanks and comments, which run from # to the end of the line. */
static void skip_blanks(struct pnm_reader *in)
{
    while (in->at < in->end && (is_blank(*in->at) || *in->at == '#'))
        if (*in->at++ == '#')
            while (in->at < in->end && *in->at != '\n' && *in->at != '\r') in->at++;
}

/* A decimal number of at most `limit`; -1 if there is none or it is larger. */
static int read_number(struct pnm_reader *in, int limit)
{
    skip_blanks(in);
    if (in->at == in->end || *in->at < '0' || *in->at > '9') return -1;
    int value = 0;
    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
        value = value * 10 + (*in->at++ - '0');
        if (value > limit) return -1;
    }
    return value;
}

static unsigned char to_byte(int value, int largest)
{
    return (unsigned char)((value * 255L + largest / 2) / largest);
}

static enum lrp_status read_text(struct pnm_reader *in, int largest, size_t count, unsigned char *out, struct lrp_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int value = read_number(in, largest);
        if (value < 0)
            return lrp_fail(err, LRP_FILE, "the picture is damaged or cut off: value %zu of %zu is missing or larger than %d",
                            i + 1, count, largest);
        out[i] = to_byte(value, largest);
    }
    return LRP_OK;
}

static enum lrp_status read_binary(struct pnm_reader *in, int largest, size_t count, unsigned char *out, struct lrp_error *err)
{
    size_t bytes = largest > 255 ? 2 : 1;
    if (in->at < in->end && is_blank(*in->at))
        in->at++; /* exactly one blank ends the header; the next byte may look like one */
    if ((size_t)(in->end - in->at) < count * bytes)
        return lrp_fail(err, LRP_FILE, "the picture is cut off: %zu bytes of pixels are missing",
                        count * bytes - (size_t)(in->end - in->at));
    for (size_t i = 0; i < count; i++, in->at += bytes) {
        int value = bytes == 2 ? in->at[0] << 8 | in->at[1] : in->at[0];
        out[i] = to_byte(value > largest ? largest : value, largest);
    }
    return LRP_OK;
}

static enum lrp_status pnm_decode(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                                  struct lrp_error *err)
{
    struct pnm_reader in = {bytes + 2, bytes + size};
    bool text = bytes[1] == '2' || bytes[1] == '3';
    int channels = bytes[1] == '2' || bytes[1] == '5' ? 1 : 3;
    int width = read_number(&in, 1 << 24), height = read_number(&in, 1 << 24), largest = read_number(&in, 65535);
    if (width < 0 || height < 0 || largest < 1)
        return lrp_fail(err, LRP_FILE,
                        "the header of the picture is damaged: width, height and largest value (1..65535) are expected");
    size_t pixels = (size_t)width * (size_t)height;
    /* a value takes a byte at least: a small file with a huge header must not make us allocate */
    if (pixels <= (size_t)LRP_PICTURE_MAX_PIXELS && pixels * (size_t)channels > size)
        return lrp_fail(err, LRP_FILE, "the picture is cut off: %d x %d pixels do not fit into a file of %zu bytes", width,
                        height, size);
    enum lrp_status status = lrp_picture_new_within(width, height, channels, most, out, err);
    if (status) return status;
    size_t count = pixels * (size_t)channels;
    status = text ? read_text(&in, largest, count, out->pixels, err) : read_binary(&in, largest, count, out->pixels, err);
    if (status) lrp_picture_free(out);
    return status;
}

static bool pnm_sniff(const unsigned char *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 'P' && bytes[1] && strchr("2356", bytes[1]);
}

const struct lrp_picture_format lrp_pnm_format = {.names = "PPM, PGM", .sniff = pnm_sniff, .decode = pnm_decode};
