/* jpeg.c: reading JPEG with libjpeg. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "picture_format.h"
#include "turn.h"

enum { EXIF_MARKER = JPEG_APP0 + 1 };

/* libjpeg reports an error by a call that must not return; ours jumps back to where decoding started. */
struct failure {
    struct jpeg_error_mgr base; /* first: libjpeg hands out a pointer to it */
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
};

static void fail_hard(j_common_ptr info)
{
    struct failure *failure = (struct failure *)info->err;
    info->err->format_message(info, failure->message);
    longjmp(failure->back, 1);
}

/* A warning (level -1) means that data are damaged or missing and will be papered over with grey: an error here, but for
 * those about oddities beside the pixels, which many cameras write. Other levels are mere traces. */
static void on_message(j_common_ptr info, int level)
{
    static const int harmless[] = {JWRN_EXTRANEOUS_DATA, JWRN_ADOBE_XFORM, JWRN_JFIF_MAJOR};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (info->err->msg_code == harmless[i]) return;
    if (level < 0) fail_hard(info);
}

static void print_nothing(j_common_ptr info)
{
    (void)info;
}

/* What the decoder is asked for: grey stays grey, CMYK is converted by us, everything else becomes RGB. */
static void choose_colours(struct jpeg_decompress_struct *info)
{
    if (info->jpeg_color_space == JCS_GRAYSCALE)
        info->out_color_space = JCS_GRAYSCALE;
    else if (info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK)
        info->out_color_space = JCS_CMYK;
    else
        info->out_color_space = JCS_RGB;
}

/* Files that Adobe programs wrote (they say so) store CMYK inverted: 255 is no ink. */
static void cmyk_to_rgb(const unsigned char *cmyk, int width, bool inverted, unsigned char *rgb)
{
    for (int x = 0; x < width; x++) {
        int paper = inverted ? cmyk[4 * x + 3] : 255 - cmyk[4 * x + 3];
        for (int c = 0; c < 3; c++) {
            int colour = inverted ? cmyk[4 * x + c] : 255 - cmyk[4 * x + c];
            rgb[3 * x + c] = (unsigned char)((colour * paper + 127) / 255);
        }
    }
}

static void read_rows(struct jpeg_decompress_struct *info, struct lrp_picture *out)
{
    size_t stride = (size_t)out->width * (size_t)out->channels;
    bool cmyk = info->out_color_space == JCS_CMYK;
    JSAMPARRAY buffer =
        info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, info->output_width * (JDIMENSION)info->output_components, 1);
    while (info->output_scanline < info->output_height) {
        unsigned char *row = out->pixels + stride * info->output_scanline;
        JSAMPROW target = cmyk ? buffer[0] : row;
        jpeg_read_scanlines(info, &target, 1);
        if (cmyk) cmyk_to_rgb(buffer[0], out->width, info->saw_Adobe_marker != 0, row);
    }
}

static enum lrp_status decode_jpeg(struct jpeg_decompress_struct *info, const unsigned char *bytes, size_t size, size_t most,
                                   struct lrp_picture *out, struct lrp_error *err)
{
    jpeg_mem_src(info, bytes, (unsigned long)size);
    jpeg_save_markers(info, EXIF_MARKER, 0xffff);
    jpeg_read_header(info, TRUE);
    choose_colours(info);
    info->dct_method = JDCT_ISLOW; /* exact on every machine */
    int channels = info->out_color_space == JCS_GRAYSCALE ? 1 : 3;
    enum lrp_status status = lrp_picture_new_within((int)info->image_width, (int)info->image_height, channels, most, out, err);
    if (status) return status;
    out->source_channels = info->num_components;
    jpeg_start_decompress(info);
    read_rows(info, out);
    const jpeg_saved_marker_ptr exif = info->marker_list; /* only such were kept */
    const int orientation = exif ? lrp_exif_orientation(exif->data, exif->data_length) : 1;
    jpeg_finish_decompress(info);
    return lrp_picture_upright(out, orientation, err);
}

/* Apart from lrp_jpeg_decode, whose variables a jump could leave indeterminate if it called setjmp itself. */
static enum lrp_status decode_or_jump(struct jpeg_decompress_struct *info, struct failure *failure, const unsigned char *bytes,
                                      size_t size, size_t most, struct lrp_picture *out, struct lrp_error *err)
{
    if (setjmp(failure->back)) return lrp_fail(err, LRP_FILE, "the JPEG is damaged or cut off: %s", failure->message);
    jpeg_create_decompress(info);
    return decode_jpeg(info, bytes, size, most, out, err);
}

static enum lrp_status jpeg_decode(const unsigned char *bytes, size_t size, size_t most, struct lrp_picture *out,
                                   struct lrp_error *err)
{
    struct jpeg_decompress_struct info = {0};
    struct failure failure = {.message = ""};
    info.err = jpeg_std_error(&failure.base);
    failure.base.error_exit = fail_hard;
    failure.base.emit_message = on_message;
    failure.base.output_message = print_nothing;
    *out = (struct lrp_picture){0};
    enum lrp_status status = decode_or_jump(&info, &failure, bytes, size, most, out, err);
    jpeg_destroy_decompress(&info);
    if (status) lrp_picture_free(out);
    return status;
}

static bool jpeg_sniff(const unsigned char *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0;
}

const struct lrp_picture_format lrp_jpeg_format = {.names = "JPEG", .sniff = jpeg_sniff, .decode = jpeg_decode};
