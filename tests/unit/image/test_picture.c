/* test_picture.c: reading PNG, JPEG, PPM and PGM, and writing PNG. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "check.h"
#include "lrpscope/heatmap.h"
#include "mapping.h"
#include "output.h"
#include "picture_format.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Made with Python's zlib and struct: grey 16 bit 0, 100 * 257, 65535 that claims a gamma of 1; RGBA; a palette with
 * transparent second entry; 1 bit grey; a header of 100000 x 100000. */
static const unsigned char png_grey16[] = {
    137, 80, 78,  71,  13, 10,  26,  10,  0,   0,   0,  13, 73, 72,  68,  82,  0,  0,  0,   3,  0,   0,
    0,   1,  16,  0,   0,  0,   0,   110, 27,  151, 43, 0,  0,  0,   4,   103, 65, 77, 65,  0,  1,   134,
    160, 49, 232, 150, 95, 0,   0,   0,   15,  73,  68, 65, 84, 120, 218, 99,  96, 96, 72,  73, 249, 255,
    31,  0,  5,   192, 2,  199, 164, 66,  197, 51,  0,  0,  0,  0,   73,  69,  78, 68, 174, 66, 96,  130,
};
static const unsigned char png_rgba[] = {
    137, 80,  78,  71, 13, 10,  26, 10,  0,   0,   0,   13, 73, 72, 68, 82, 0,  0,   0,   2,  0,   0,   0,  1,
    8,   6,   0,   0,  0,  244, 34, 127, 138, 0,   0,   0,  15, 73, 68, 65, 84, 120, 218, 99, 56,  145, 98, 244,
    31,  136, 141, 1,  20, 15,  3,  239, 104, 106, 193, 57, 0,  0,  0,  0,  73, 69,  78,  68, 174, 66,  96, 130,
};
/* By libwebp 1.2.4, lossless: (255,0,0), (10,20,30), (0,200,100) with alpha 128. */
static const unsigned char webp_rgba[] = {
    82, 73, 70,  70,  54,  0,  0,  0,  87,  69,  66,  80,  86,  80,  56,  76, 41,  0,   0,   0,   47,
    2,  0,  0,   16,  23,  32, 16, 72, 130, 216, 159, 98,  88,  177, 96,  2,  48,  127, 213, 222, 4,
    2,  41, 142, 100, 156, 5,  4,  69, 215, 45,  23,  118, 114, 135, 146, 68, 244, 63,  0,   0,
};
static const unsigned char png_palette[] = {
    137, 80,  78, 71,  13, 10,  26,  10, 0,  0,  0,   13, 73,  72,  68, 82, 0,  0,  0,   3,  0,  0,  0,   1,  8,   3,
    0,   0,   0,  44,  62, 228, 134, 0,  0,  0,  9,   80, 76,  84,  69, 10, 20, 30, 255, 0,  0,  0,  255, 0,  174, 189,
    237, 162, 0,  0,   0,  2,   116, 82, 78, 83, 255, 0,  229, 183, 48, 74, 0,  0,  0,   12, 73, 68, 65,  84, 120, 218,
    99,  96,  96, 100, 2,  0,   0,   8,  0,  4,  8,   29, 99,  10,  0,  0,  0,  0,  73,  69, 78, 68, 174, 66, 96,  130,
};
static const unsigned char png_grey1[] = {
    137, 80, 78, 71, 13, 10, 26,  10, 0,  0,   0,  13, 73, 72, 68, 82, 0,  0,  0,   3,   0,  0,  0,
    2,   1,  0,  0,  0,  0,  181, 15, 91, 183, 0,  0,  0,  12, 73, 68, 65, 84, 120, 218, 99, 88, 192,
    224, 0,  0,  2,  36, 0,  225, 77, 22, 232, 94, 0,  0,  0,  0,  73, 69, 78, 68,  174, 66, 96, 130,
};
static const unsigned char png_huge[] = {
    137, 80, 78, 71, 13, 10,  26,  10,  0,   0,  0, 13, 73, 72, 68, 82, 0,  1,   134, 160, 0,   1,  134,
    160, 8,  0,  0,  0,  0,   141, 57,  84,  20, 0, 0,  0,  10, 73, 68, 65, 84,  120, 218, 99,  96, 0,
    0,   0,  2,  0,  1,  229, 39,  222, 252, 0,  0, 0,  0,  73, 69, 78, 68, 174, 66,  96,  130,
};

static void check_pixels(const struct lrp_picture *picture, int width, int height, int channels, const unsigned char *want)
{
    assert_int_equal(picture->width, width);
    assert_int_equal(picture->height, height);
    assert_int_equal(picture->channels, channels);
    for (int i = 0; i < width * height * channels; i++)
        if (picture->pixels[i] != want[i]) fail_msg("byte %d is %d, want %d", i, picture->pixels[i], want[i]);
}

static void png_of_every_kind_becomes_bytes(void **state)
{
    (void)state;
    static const struct {
        const unsigned char *bytes;
        size_t size;
        int width, height, channels, source_channels;
        unsigned char want[9];
    } rows[] = {
        {png_grey16, sizeof png_grey16, 3, 1, 1, 1, {0, 100, 255}},
        {png_rgba, sizeof png_rgba, 2, 1, 3, 4, {200, 100, 50, 40, 20, 10}},
        {png_palette, sizeof png_palette, 3, 1, 3, 4, {10, 20, 30, 0, 0, 0, 0, 255, 0}},
        {png_grey1, sizeof png_grey1, 3, 2, 1, 1, {255, 0, 255, 0, 255, 0}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_picture picture;
        struct lrp_error err;
        check_ok(lrp_picture_decode(rows[i].bytes, rows[i].size, &picture, &err), &err);
        check_pixels(&picture, rows[i].width, rows[i].height, rows[i].channels, rows[i].want);
        assert_int_equal(picture.source_channels, rows[i].source_channels);
        lrp_picture_free(&picture);
    }
}

/* The first `size` bytes must be refused with LRP_FILE; a copy of just that size lets the sanitizer see overruns. */
static void check_refused(const unsigned char *bytes, size_t size, const char *part)
{
    unsigned char *copy = malloc(size + 1);
    struct lrp_picture picture;
    struct lrp_error err;
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    unsigned char *exact = realloc(copy, size ? size : 1);
    check_fails(lrp_picture_decode(exact, size, &picture, &err), &err, LRP_FILE, part);
    assert_null(picture.pixels);
    free(exact);
}

static void png_cut_anywhere_is_an_error(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof png_rgba; size++)
        check_refused(png_rgba, size, size == 0 ? "empty" : size < 8 ? "not a picture" : "damaged or cut off");
}

static void damaged_and_absurd_png_are_errors(void **state)
{
    (void)state;
    unsigned char damaged[sizeof png_rgba];
    for (size_t i = 8; i < sizeof damaged; i++) {
        struct lrp_picture picture;
        struct lrp_error err;
        memcpy(damaged, png_rgba, sizeof damaged);
        damaged[i] ^= 0x10; /* every byte lies under a checksum or is one, or a length */
        const bool read = lrp_picture_decode(damaged, sizeof damaged, &picture, &err) == LRP_OK;
        /* the checksum of the end, which has no content: libpng 1.6.48 does not look at it */
        if (read && i < sizeof damaged - 4) fail_msg("byte %zu damaged, still read", i);
        lrp_picture_free(&picture);
    }
    check_refused(png_huge, sizeof png_huge, "too large");
}

/* ---- JPEG, written by libjpeg: flat colours survive the coding to within rounding ---- */

static unsigned char *encode_jpeg(J_COLOR_SPACE space, int channels, const unsigned char *colour, bool progressive,
                                  unsigned long *size)
{
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL, row[32 * 4];
    *size = 0;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, size);
    info.image_width = 32;
    info.image_height = 24;
    info.input_components = channels;
    info.in_color_space = space;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 100, TRUE);
    if (progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    for (int i = 0; i < 32 * channels; i++) row[i] = colour[i % channels];
    while (info.next_scanline < info.image_height) jpeg_write_scanlines(&info, (JSAMPROW[]){row}, 1);
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return bytes;
}

static void jpeg_of_every_kind_becomes_bytes(void **state)
{
    (void)state;
    static const struct {
        J_COLOR_SPACE space;
        int channels;
        unsigned char colour[4];
        bool progressive;
        int want_channels;
        unsigned char want[3];
    } rows[] = {
        {JCS_RGB, 3, {200, 40, 90}, false, 3, {200, 40, 90}},
        {JCS_RGB, 3, {10, 240, 30}, true, 3, {10, 240, 30}},
        {JCS_GRAYSCALE, 1, {77}, false, 1, {77}},
        /* libjpeg writes the marker of Adobe, hence 255 is no ink: 204 * 153 / 255 and so on */
        {JCS_CMYK, 4, {204, 255, 51, 153}, false, 3, {122, 153, 31}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned long size;
        unsigned char *bytes = encode_jpeg(rows[i].space, rows[i].channels, rows[i].colour, rows[i].progressive, &size);
        struct lrp_picture picture;
        struct lrp_error err;
        check_ok(lrp_picture_decode(bytes, size, &picture, &err), &err);
        assert_int_equal(picture.width, 32);
        assert_int_equal(picture.height, 24);
        assert_int_equal(picture.channels, rows[i].want_channels);
        assert_int_equal(picture.source_channels, rows[i].channels);
        for (int p = 0; p < 32 * 24 * picture.channels; p++)
            assert_in_range(picture.pixels[p] + 2 - rows[i].want[p % picture.channels], 0, 4);
        lrp_picture_free(&picture);
        free(bytes);
    }
}

static void jpeg_cut_off_is_an_error(void **state)
{
    (void)state;
    static const unsigned char colour[] = {200, 40, 90};
    unsigned long size;
    unsigned char *bytes = encode_jpeg(JCS_RGB, 3, colour, false, &size);
    for (size_t cut = 3; cut + 3 < size; cut++) /* the end marker alone may be missing without loss */
        check_refused(bytes, cut, "JPEG is damaged or cut off");
    free(bytes);
}

static void absurd_jpeg_is_an_error(void **state)
{
    (void)state;
    static const unsigned char colour[] = {200, 40, 90};
    unsigned long size;
    unsigned char *bytes = encode_jpeg(JCS_RGB, 3, colour, false, &size);
    for (size_t i = 0; i + 9 < size; i++)
        if (bytes[i] == 0xff && bytes[i + 1] == 0xc0) /* frame header: height and width at 5..8 */
            memset(bytes + i + 5, 0xfe, 4);
    check_refused(bytes, size, "too large");
    free(bytes);
}

static void jpeg_with_bytes_flipped_never_harms(void **state)
{
    (void)state;
    static const unsigned char colour[] = {200, 40, 90};
    unsigned long size;
    unsigned char *bytes = encode_jpeg(JCS_RGB, 3, colour, true, &size);
    for (size_t i = 3; i < size; i++) {
        struct lrp_picture picture;
        bytes[i] ^= 0xa5;
        if (lrp_picture_decode(bytes, size, &picture, NULL) != LRP_OK) assert_null(picture.pixels);
        lrp_picture_free(&picture);
        bytes[i] ^= 0xa5;
    }
    free(bytes);
}

/* ---- PPM and PGM ---- */

#define LITERAL(text) (const unsigned char *)(text), sizeof(text) - 1

static void pnm_of_every_kind_becomes_bytes(void **state)
{
    (void)state;
    static const struct {
        const unsigned char *bytes;
        size_t size;
        int width, height, channels;
        unsigned char want[6];
    } rows[] = {
        {LITERAL("P2\n# a comment\n3 1 # another\n15\n0 5 15\n"), 3, 1, 1, {0, 85, 255}},
        {LITERAL("P3 1 2 255 1 2 3\n4 5 6"), 1, 2, 3, {1, 2, 3, 4, 5, 6}},
        {LITERAL("P5\n3 1\n255\n\n# "), 3, 1, 1, {10, 35, 32}}, /* pixels that look like blanks and comments */
        {LITERAL("P5 2 1 65535\n\x80\x00\xff\xff"), 2, 1, 1, {128, 255}},
        {LITERAL("P5 2 1 100\n\x32\xff"), 2, 1, 1, {128, 255}}, /* 127.5 rounds up; beyond the largest is the largest */
        {LITERAL("P6 2 1 255 abcdef"), 2, 1, 3, {97, 98, 99, 100, 101, 102}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_picture picture;
        struct lrp_error err;
        check_ok(lrp_picture_decode(rows[i].bytes, rows[i].size, &picture, &err), &err);
        check_pixels(&picture, rows[i].width, rows[i].height, rows[i].channels, rows[i].want);
        lrp_picture_free(&picture);
    }
}

static void wrong_pnm_are_errors(void **state)
{
    (void)state;
    static const struct {
        const unsigned char *bytes;
        size_t size;
        const char *part;
    } rows[] = {
        {LITERAL("P6"), "header"},
        {LITERAL("P6 2"), "header"},
        {LITERAL("P6 2 2 0 abcdefghijkl"), "header"},
        {LITERAL("P6 2 2 65536 abcdefghijkl"), "header"},
        {LITERAL("P6 -2 2 255 abcdefghijkl"), "header"},
        {LITERAL("P6 99999999999999999999 2 255 a"), "header"},
        {LITERAL("P6 2 2 255 abcdefghijk"), "cut off"},
        {LITERAL("P5 2 2 256 abcdefg"), "cut off: 1 bytes"},
        {LITERAL("P2 2 2 9 1 2 3"), "value 4 of 4"},
        {LITERAL("P2 2 2 9 1 2 3 10"), "larger than 9"},
        {LITERAL("P5 0 5 255 "), "no pixels"},
        {LITERAL("P5 9000 9000 255 abc"), "do not fit"},
        {LITERAL("P5 16777216 16777216 255 abc"), "too large"},
        {LITERAL("P4 2 2 abc"), "not a picture"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) check_refused(rows[i].bytes, rows[i].size, rows[i].part);
}

/* ---- files ---- */

/* ---- the table of formats ---- */

/* A file of every format, of one pixel's kind at least. */
static void check_format(const struct lrp_picture_format *row, const unsigned char *bytes, size_t size)
{
    struct lrp_picture picture;
    struct lrp_error err;
    const struct lrp_picture_format *other;
    if (!row->names || !*row->names) fail_msg("a format has no name");
    for (size_t i = 0; (other = lrp_picture_format_at(i)); i++)
        if (other->sniff(bytes, size) != (other == row))
            fail_msg("%s takes what is %s, or not its own", other->names, row->names);
    for (size_t cut = 0; cut < 2; cut++)
        if (row->sniff(bytes, cut)) fail_msg("%s looks behind the end of %zu bytes", row->names, cut);
    check_ok(row->decode(bytes, size, SIZE_MAX, &picture, &err), &err);
    assert_true(picture.pixels && picture.width > 0 && picture.height > 0 && picture.source_channels > 0);
    const size_t takes = (size_t)picture.width * (size_t)picture.height * (size_t)picture.channels;
    lrp_picture_free(&picture);
    check_ok(lrp_picture_decode_within(bytes, size, takes, &picture, &err), &err);
    lrp_picture_free(&picture);
    check_fails(lrp_picture_decode_within(bytes, size, takes - 1, &picture, &err), &err, LRP_MEMORY, "--memory");
    assert_null(picture.pixels);
}

static void no_format_is_left_out(void **state)
{
    (void)state;
    static const unsigned char red[] = {255, 0, 0}, pnm[] = "P6 1 1 255 abc";
    unsigned long size;
    unsigned char *jpeg = encode_jpeg(JCS_RGB, 3, red, false, &size);
    const struct {
        const char *names;
        const unsigned char *bytes;
        size_t size;
    } files[] = {
        {"PNG", png_rgba, sizeof png_rgba},
        {"JPEG", jpeg, size},
        {"PPM, PGM", pnm, sizeof pnm - 1},
        {"WebP", webp_rgba, sizeof webp_rgba}, /* where the build has it */
    };
    const struct lrp_picture_format *row;
    for (size_t i = 0; (row = lrp_picture_format_at(i)); i++) {
        size_t at = 0;
        while (at < COUNT(files) && strcmp(files[at].names, row->names) != 0) at++;
        if (at == COUNT(files)) fail_msg("there is no file of the format %s here", row->names);
        check_format(row, files[at].bytes, files[at].size);
        assert_string_equal(lrp_picture_format_name(i), row->names);
    }
    free(jpeg);
}

/* Alpha over black: 200 * 128/255 = 100.4, 100 * 128/255 = 50.2; cut anywhere it is an error. */
static void webp_becomes_bytes_where_it_is_read(void **state)
{
    static const unsigned char wanted[] = {255, 0, 0, 10, 20, 30, 0, 100, 50};
    struct lrp_picture picture;
    (void)state;
    if (!lrp_picture_sniff(webp_rgba, sizeof webp_rgba)) skip();
    assert_int_equal(lrp_picture_decode(webp_rgba, sizeof webp_rgba, &picture, NULL), LRP_OK);
    assert_int_equal(picture.width, 3);
    assert_int_equal(picture.height, 1);
    assert_int_equal(picture.source_channels, 4);
    assert_memory_equal(picture.pixels, wanted, sizeof wanted);
    lrp_picture_free(&picture);
    for (size_t size = 12; size < sizeof webp_rgba - 2; size++)
        assert_int_equal(lrp_picture_decode(webp_rgba, size, &picture, NULL), LRP_FILE);
}

static void png_written_is_read_back(void **state)
{
    (void)state;
    char path[] = "/tmp/lrp-picture-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    for (int channels = 1; channels <= 3; channels += 2) {
        struct lrp_picture picture, back;
        struct lrp_error err;
        check_ok(lrp_picture_new(19, 7, channels, &picture, &err), &err);
        for (int i = 0; i < 19 * 7 * channels; i++) picture.pixels[i] = (unsigned char)(i * 31);
        check_ok(lrp_picture_write_png(&picture, path, &err), &err);
        struct lrp_mapping file;
        check_ok(lrp_mapping_open(path, &file, &err), &err);
        check_ok(lrp_picture_decode(file.data, file.size, &back, &err), &err);
        lrp_mapping_close(&file);
        check_pixels(&back, 19, 7, channels, picture.pixels);
        lrp_picture_free(&picture);
        lrp_picture_free(&back);
    }
    unlink(path);
}

static void a_file_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    struct lrp_picture picture;
    struct lrp_error err;
    check_ok(lrp_picture_new(1, 1, 1, &picture, &err), &err);
    check_fails(lrp_picture_write_png(&picture, "/dev/null/b.png", &err), &err, LRP_FILE, "/dev/null/b.png");
    lrp_picture_free(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_of_every_kind_becomes_bytes),
        cmocka_unit_test(png_cut_anywhere_is_an_error),
        cmocka_unit_test(damaged_and_absurd_png_are_errors),
        cmocka_unit_test(jpeg_of_every_kind_becomes_bytes),
        cmocka_unit_test(jpeg_cut_off_is_an_error),
        cmocka_unit_test(absurd_jpeg_is_an_error),
        cmocka_unit_test(jpeg_with_bytes_flipped_never_harms),
        cmocka_unit_test(pnm_of_every_kind_becomes_bytes),
        cmocka_unit_test(wrong_pnm_are_errors),
        cmocka_unit_test(no_format_is_left_out),
        cmocka_unit_test(webp_becomes_bytes_where_it_is_read),
        cmocka_unit_test(png_written_is_read_back),
        cmocka_unit_test(a_file_that_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
