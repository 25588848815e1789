/* png.c: reading and writing PNG. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "picture_format.h"

/* Reading goes through libpng's full interface: the simplified one applies the file's gamma and mixes alpha in linear
 * light, while networks are fed, and were trained on, the numbers as they stand in the file. */
struct decoder {
    size_t most; /* bytes of the picture */
    png_structp png;
    png_infop info;
    const unsigned char *at, *end;
    png_bytepp rows;       /* owned */
    unsigned char *pixels; /* owned: with alpha, as libpng delivers them */
    char message[200];
};

static void fail_hard(png_structp png, png_const_charp message)
{
    struct decoder *decoder = png_get_error_ptr(png);
    strncpy(decoder->message, message, sizeof decoder->message - 1);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep to, size_t count)
{
    struct decoder *decoder = png_get_io_ptr(png);
    if ((size_t)(decoder->end - decoder->at) < count) png_error(png, "the file ends too early");
    memcpy(to, decoder->at, count);
    decoder->at += count;
}

/* Everything becomes 8 bits of grey or RGB, with or without alpha. */
static void ask_for_bytes(struct decoder *decoder)
{
    png_set_expand(decoder->png);
    png_set_scale_16(decoder->png);
    png_set_interlace_handling(decoder->png);
    png_read_update_info(decoder->png, decoder->info);
}

static void over_black(const unsigned char *source, size_t pixels, int channels, unsigned char *out)
{
    for (size_t i = 0; i < pixels; i++, source += channels + 1)
        for (int c = 0; c < channels; c++) *out++ = (unsigned char)((source[c] * source[channels] + 127) / 255);
}

static enum lrp_status read_pixels(struct decoder *decoder, struct lrp_picture *out, struct lrp_error *err)
{
    size_t stride = png_get_rowbytes(decoder->png, decoder->info), height = (size_t)out->height;
    size_t expected = (size_t)png_get_channels(decoder->png, decoder->info) * (size_t)out->width;
    if (stride != expected)
        return lrp_fail(err, LRP_FILE, "the PNG cannot be read: rows of %zu bytes, %zu were expected", stride, expected);
    decoder->rows = calloc(height, sizeof *decoder->rows);
    decoder->pixels = calloc(height, stride);
    if (!decoder->rows || !decoder->pixels)
        return lrp_fail(err, LRP_MEMORY, "out of memory for a picture of %d x %d pixels", out->width, out->height);
    for (size_t y = 0; y < height; y++) decoder->rows[y] = decoder->pixels + y * stride;
    png_read_image(decoder->png, decoder->rows);
    png_read_end(decoder->png, NULL);
    size_t pixels = height * (size_t)out->width;
    if ((int)png_get_channels(decoder->png, decoder->info) > out->channels)
        over_black(decoder->pixels, pixels, out->channels, out->pixels);
    else
        memcpy(out->pixels, decoder->pixels, pixels * (size_t)out->channels);
    return LRP_OK;
}

static enum lrp_status decode_png(struct decoder *decoder, struct lrp_picture *out, struct lrp_error *err)
{
    png_set_read_fn(decoder->png, decoder, read_bytes);
    png_set_user_limits(decoder->png, 1 << 24, 1 << 24); /* so that our own message names the limits */
    png_read_info(decoder->png, decoder->info);
    int width = (int)png_get_image_width(decoder->png, decoder->info);
    int height = (int)png_get_image_height(decoder->png, decoder->info);
    ask_for_bytes(decoder);
    int channels = png_get_channels(decoder->png, decoder->info);
    enum lrp_status status = lrp_picture_new_within(width, height, channels < 3 ? 1 : 3, decoder->most, out, err);
    if (status) return status;
    out->source_channels = channels;
    return read_pixels(decoder, out, err);
}

/* Apart from lrp_png_decode, whose variables a jump could leave indeterminate if it called setjmp itself. */
static enum lrp_status decode_or_jump(struct decoder *decoder, struct lrp_picture *out, struct lrp_error *err)
{
    if (setjmp(png_jmpbuf(decoder->png))) return lrp_fail(err, LRP_FILE, "the PNG is damaged or cut off: %s", decoder->message);
    return decode_png(decoder, out, err);
}

static enum lrp_status png_decode(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                                  struct lrp_error *err)
{
    struct decoder decoder = {.most = most, .at = bytes, .end = bytes + size};
    *out = (struct lrp_picture){0};
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, fail_hard, ignore_warning);
    decoder.info = decoder.png ? png_create_info_struct(decoder.png) : NULL;
    enum lrp_status status =
        decoder.info ? decode_or_jump(&decoder, out, err) : lrp_fail(err, LRP_MEMORY, "out of memory for reading a PNG");
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    free(decoder.rows);
    free(decoder.pixels);
    if (status) lrp_picture_free(out);
    return status;
}

enum lrp_status lrp_picture_write_png(const struct lrp_picture *picture, const char *path, struct lrp_error *err)
{
    struct lrp_output output = {0};
    enum lrp_status status = lrp_output_open(path, &output, err);
    if (status) return status;
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)picture->width,
                       .height = (png_uint_32)picture->height,
                       .format = picture->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    const bool written = png_image_write_to_stdio(&image, output.file, 0, picture->pixels, 0, NULL);
    if (!written && !ferror(output.file)) {
        lrp_output_abort(&output);
        return lrp_fail(err, LRP_FILE, "%s: the PNG cannot be written: %s", path, image.message);
    }
    return lrp_output_commit(&output, err);
}

static bool png_sniff(const unsigned char *bytes, size_t size)
{
    return size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0;
}

const struct lrp_picture_format lrp_png_format = {.names = "PNG", .sniff = png_sniff, .decode = png_decode};
