/* test_turn.c: pictures stand upright whatever way the camera was held. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "check.h"
#include "turn.h"

/* A picture of 3 x 2 as it is stored, and what EXIF 2.32 (4.6.4) says is seen, by hand. */
static const unsigned char stored[] = {0, 1, 2, 3, 4, 5};
static const struct {
    int orientation, width;
    unsigned char seen[6];
} cases[] = {{1, 3, {0, 1, 2, 3, 4, 5}}, {2, 3, {2, 1, 0, 5, 4, 3}}, {3, 3, {5, 4, 3, 2, 1, 0}}, {4, 3, {3, 4, 5, 0, 1, 2}},
             {5, 2, {0, 3, 1, 4, 2, 5}}, {6, 2, {3, 0, 4, 1, 5, 2}}, {7, 2, {5, 2, 4, 1, 3, 0}}, {8, 2, {2, 5, 1, 4, 0, 3}},
             {0, 3, {0, 1, 2, 3, 4, 5}}, {9, 3, {0, 1, 2, 3, 4, 5}}};

static void every_orientation_is_turned_upright(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int channels = 1; channels <= 3; channels += 2) {
            struct lrp_picture picture;
            assert_int_equal(lrp_picture_new(3, 2, channels, &picture, NULL), LRP_OK);
            for (int k = 0; k < 6 * channels; k++)
                picture.pixels[k] = (unsigned char)(10 * stored[k / channels] + k % channels);
            assert_int_equal(lrp_picture_upright(&picture, cases[i].orientation, NULL), LRP_OK);
            assert_int_equal(picture.width, cases[i].width);
            assert_int_equal(picture.width * picture.height, 6);
            for (int k = 0; k < 6 * channels; k++)
                assert_int_equal(picture.pixels[k], 10 * cases[i].seen[k / channels] + k % channels);
            lrp_picture_free(&picture);
        }
}

/* TIFF of both byte orders with one tag before the orientation. */
static const unsigned char little[] = "Exif\0\0II*\0\10\0\0\0\2\0\0\1\3\0\1\0\0\0\7\0\0\0\22\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0";
static const unsigned char big[] = "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\10\0\0\0\0\0\0";

static void orientation_is_read_from_either_byte_order(void **state)
{
    (void)state;
    assert_int_equal(lrp_exif_orientation(little, sizeof little - 1), 6);
    assert_int_equal(lrp_exif_orientation(big, sizeof big - 1), 8);
}

static void what_makes_no_sense_is_upright(void **state)
{
    unsigned char bytes[sizeof little];
    (void)state;
    for (size_t size = 0; size < 40; size++) /* the tag ends at byte 40 */
        assert_int_equal(lrp_exif_orientation(little, size), 1);
    for (size_t at = 0; at < sizeof little; at++)
        for (int value = 0; value < 256; value += 51) {
            memcpy(bytes, little, sizeof bytes);
            bytes[at] = (unsigned char)value;
            const int orientation = lrp_exif_orientation(bytes, sizeof bytes);
            assert_true(orientation >= 1 && orientation <= 8);
        }
}

/* Left half black, right half white: held as 6 says (turned by 90 degrees clockwise to be seen), black is on top. */
static void jpeg_says_how_it_is_held(void **state)
{
    unsigned char *bytes = NULL, row[16];
    unsigned long size = 0;
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    struct lrp_picture picture;
    (void)state;
    for (int x = 0; x < 16; x++) row[x] = x < 8 ? 0 : 255;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &size);
    info.image_width = 16, info.image_height = 8, info.input_components = 1, info.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 100, TRUE);
    jpeg_start_compress(&info, TRUE);
    jpeg_write_marker(&info, JPEG_APP0 + 1, little, sizeof little - 1);
    for (int y = 0; y < 8; y++) jpeg_write_scanlines(&info, (JSAMPROW[]){row}, 1);
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    assert_int_equal(lrp_picture_decode(bytes, size, &picture, NULL), LRP_OK);
    assert_int_equal(picture.width, 8);
    assert_int_equal(picture.height, 16);
    for (int i = 0; i < 128; i++) assert_int_equal(picture.pixels[i], i < 64 ? 0 : 255);
    lrp_picture_free(&picture);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_orientation_is_turned_upright),
        cmocka_unit_test(orientation_is_read_from_either_byte_order),
        cmocka_unit_test(what_makes_no_sense_is_upright),
        cmocka_unit_test(jpeg_says_how_it_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
