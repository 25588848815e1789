/* test_pixels.c: what a file shows and what the preview paints is the same picture, with the input below it and without. */
#include <math.h>
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
    check_ok(lrp_settings_set(settings, LRP_SETTING_SIZE_FACTOR, "1", &err), &err);
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

/* A session of the demo with its results; `composite` NULL: as its rules file says. */
static struct lrp_session *opened(const char *composite, struct lrp_settings **settings, const struct lrp_snapshot **now)
{
    struct lrp_error err = {0};
    struct lrp_session *session = NULL;
    check_ok(lrp_settings_new(settings, &err), &err);
    check_ok(lrp_settings_read(*settings, DEMO "vgg.lrpscope.json", NULL, &err), &err);
    check_ok(lrp_settings_set(*settings, LRP_SETTING_SIZE_FACTOR, "1", &err), &err);
    if (composite) check_ok(lrp_settings_set(*settings, LRP_SETTING_COMPOSITE, composite, &err), &err);
    check_ok(lrp_session_open(DEMO "vgg.onnx", *settings, &session, &err), &err);
    check_ok(lrp_session_set_input(session, NULL, DEMO "boot.png", &err), &err);
    check_ok(lrp_session_run(session, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_session_snapshot(session, now, &err), &err);
    return session;
}

static void closed(struct lrp_session *session, struct lrp_settings *settings, const struct lrp_snapshot *now)
{
    lrp_snapshot_release(now);
    lrp_session_free(session);
    lrp_settings_free(settings);
}

/* The input's own pixels, whatever the model is fed; overlays only where there are places; bars where there are none. */
static void a_triptych_is_honest(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_DIRECT, .levels = 255};
    const struct lrp_snapshot *now = NULL;
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = opened(NULL, &settings, &now);
    const struct image boot = read_png(DEMO "boot.png");
    (void)state;
    for (size_t layer = 0; layer < now->layers->count; layer++) {
        const struct lrp_subject subject = {
            .kind = LRP_PREVIEW_TRIPTYCH, .show = LRP_SHOW_RELEVANCE, .layer = (int)layer, .channel = -1};
        struct lrp_painting p;
        lrp_paint(&caps, &subject, now, NULL, &p);
        assert_string_equal(p.reason, "");
        assert_int_equal(p.photo[0].width, boot.width);
        for (int i = 0; i < boot.width * boot.height; i++)
            for (int channel = 0; channel < 3; channel++)
                assert_true(fabsf(p.photo[channel].values[i] - boot.rgb[3 * i + channel]) < 0.51F);
        const bool places = now->layers->rows[layer].shape->rank == 4; /* convolutions and poolings; then it is flattened */
        assert_int_equal(now->places[layer], places ? 0 : -1);
        assert_int_equal(p.other.values != NULL, places);
        assert_int_equal(p.grey.values != NULL, places);
        assert_int_equal(strstr(p.note, "have no places in the picture") != NULL, !places);
        lrp_painting_clear(&p);
    }
    free(boot.rgb);
    closed(session, settings, now);
}

static void a_vector_has_names_where_the_model_ends(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_DIRECT, .levels = 255};
    const struct lrp_snapshot *now = NULL;
    struct lrp_settings *settings = NULL;
    struct lrp_session *session = opened(NULL, &settings, &now);
    const int last = (int)now->layers->count - 1;
    (void)state;
    for (int layer = last - 1; layer <= last; layer++) {
        const struct lrp_subject subject = {
            .kind = LRP_PREVIEW_ACTIVATION, .show = LRP_SHOW_ACTIVATION, .layer = layer, .channel = -1};
        struct lrp_painting p;
        lrp_paint(&caps, &subject, now, NULL, &p);
        assert_true(p.vector);
        assert_int_equal(p.across.count, layer == last ? 10 : 0);
        if (layer == last) assert_string_equal(p.across.items[9].text, "boot"); /* labels.txt, counted from 0 */
        lrp_painting_clear(&p);
    }
    closed(session, settings, now);
}

static void what_differs_is_told(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_DIRECT, .levels = 255};
    const struct lrp_snapshot *one = NULL, *two = NULL;
    struct lrp_settings *settings[2] = {NULL, NULL};
    struct lrp_session *a = opened(NULL, &settings[0], &one), *b = opened("epsilon-alpha2-beta1-flat", &settings[1], &two);
    const struct lrp_subject subject = {.kind = LRP_PREVIEW_COMPARE, .show = LRP_SHOW_RELEVANCE, .layer = 0, .channel = -1};
    struct lrp_painting p;
    (void)state;
    lrp_paint(&caps, &subject, two, one, &p);
    assert_string_equal(p.reason, "");
    if (!strstr(p.note, "epsilon-plus-flat, now epsilon-alpha2-beta1-flat")) fail_msg("%s", p.note);
    assert_non_null(strstr(p.note, "rules of"));
    assert_null(strstr(p.note, "input"));
    check_close(p.sum_before, one->relevance_statistics[0].sum, 1e-12);
    check_close(p.sum_now, two->relevance_statistics[0].sum, 1e-12);
    lrp_painting_clear(&p);
    closed(a, settings[0], one);
    closed(b, settings[1], two);
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
        cmocka_unit_test(a_triptych_is_honest),
        cmocka_unit_test(a_vector_has_names_where_the_model_ends),
        cmocka_unit_test(what_differs_is_told),
        cmocka_unit_test_setup_teardown(they_agree_over_the_input_too, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
