/* test_pixels.c: what a file shows and what the preview paints is the same picture, with the input below it and without. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "paint.h"
#include "temporary.h"

#define DEMO "assets/demo/"

struct image {
    int width, height;
    unsigned char *rgb;
};

static struct image read_png(const char *path)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&png, path)) fail_msg("%s: %s", path, png.message);
    png.format = PNG_FORMAT_RGB;
    struct image out = {(int)png.width, (int)png.height, malloc(PNG_IMAGE_SIZE(png))};
    assert_non_null(out.rgb);
    if (!png_image_finish_read(&png, NULL, out.rgb, 0, NULL)) fail_msg("%s: %s", path, png.message);
    return out;
}

/* A layer of the demo as the preview paints it and as the file of the same kind. */
static void check_kind(const struct lrp_snapshot *now, enum lrp_preview kind, int layer, bool over, const char *path)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_DIRECT, .levels = 255};
    const struct lrp_preview_row *row = lrp_preview_row(kind);
    const struct lrp_subject subject = {
        .kind = kind, .show = row->show, .layer = layer, .channel = -1, .columns = 80, .rows = 40};
    struct lrp_error err;
    struct lrp_painting p;
    lrp_paint(&caps, &subject, now, NULL, &p);
    assert_string_equal(p.reason, "");
    assert_int_equal(p.grey.values != NULL, over);
    check_ok(lrp_snapshot_export_heatmap(now, layer, row->file, 0, path, &err), &err);
    struct image file = read_png(path);
    assert_int_equal(file.width, p.plane.width);
    assert_int_equal(file.height, p.plane.height);
    for (int i = 0; i < file.width * file.height; i++) {
        const unsigned char *const got = file.rgb + 3 * (size_t)i;
        unsigned char rgb[3];
        lrp_heatmap_rgb(&p.options, &p.range, p.plane.values[i], p.grey.values ? (double)p.grey.values[i] : -1, rgb);
        if (memcmp(rgb, got, 3) != 0)
            fail_msg("%s of layer %d, pixel %d: the file has %d %d %d, the preview %d %d %d", row->name, layer, i, got[0],
                     got[1], got[2], rgb[0], rgb[1], rgb[2]);
    }
    free(file.rgb);
    lrp_painting_clear(&p);
}

/* Of the demo's network the input (64 x 64), a layer of its size and the smaller ones behind. */
static void check_settings(const char *overlay, const char *path)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = NULL;
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_read(settings, DEMO "vgg.lrpscope.json", NULL, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_OVERLAY, overlay, &err), &err);
    check_ok(lrp_session_open(DEMO "vgg.onnx", settings, &session, &err), &err);
    check_ok(lrp_session_set_input(session, NULL, DEMO "boot.png", &err), &err);
    check_ok(lrp_session_run(session, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_session_snapshot(session, &now, &err), &err);
    for (int layer = 0; layer < 6; layer++) {
        check_kind(now, LRP_PREVIEW_RELEVANCE, layer, *overlay, path);
        check_kind(now, LRP_PREVIEW_ACTIVATION, layer, *overlay, path);
        check_kind(now, LRP_PREVIEW_OVERLAY, layer, true, path);
    }
    lrp_snapshot_release(now);
    lrp_session_free(session);
    lrp_settings_free(settings);
}

static void files_and_screens_agree_pixel_for_pixel(void **state)
{
    check_settings("", temporary_path(state, "plain.png"));
}

static void they_agree_over_the_input_too(void **state)
{
    check_settings("0.37", temporary_path(state, "over.png"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_and_screens_agree_pixel_for_pixel, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(they_agree_over_the_input_too, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
