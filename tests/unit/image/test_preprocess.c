/* test_preprocess.c: pictures to tensors. Expected numbers: PyTorch's interpolate(antialias=True), which is Pillow's
 * filter without its rounding to bytes, and numpy in float64, on the picture of `pattern`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "preprocess.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* 7 wide, 5 high: R = 37x + 11y, G = 5x + 53y + 7, B = 13xy + 29, modulo 256. */
static struct lrp_picture pattern(void)
{
    struct lrp_picture picture;
    struct lrp_error err;
    check_ok(lrp_picture_new(7, 5, 3, &picture, &err), &err);
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 7; x++) {
            unsigned char *p = picture.pixels + ((size_t)y * 7 + (size_t)x) * 3;
            p[0] = (unsigned char)(37 * x + 11 * y);
            p[1] = (unsigned char)(5 * x + 53 * y + 7);
            p[2] = (unsigned char)(13 * x * y + 29);
        }
    return picture;
}

/* The options as "key=value key=value"; the tensor, or NULL and the error. */
static struct lrp_tensor *apply(const char *options, const struct lrp_picture *picture, struct lrp_shape shape,
                                struct lrp_picture *seen, struct lrp_error *err)
{
    struct lrp_preprocess preprocess;
    struct lrp_tensor *tensor = NULL;
    char *copy = strdup(options), *rest = copy;
    lrp_preprocess_defaults(&preprocess);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        *value = '\0';
        check_ok(lrp_preprocess_set(&preprocess, word, value + 1, err), err);
    }
    free(copy);
    if (lrp_preprocess_apply(&preprocess, picture, &shape, &tensor, seen, err) != LRP_OK) assert_null(tensor);
    return tensor;
}

static const struct lrp_shape any = {.rank = 4, .dim = {-1, -1, -1, -1}};

static void resizing_agrees_with_pytorch(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        int64_t width, height;
        size_t from, count;
        float want[12];
    } rows[] = {
        {"resample=bilinear",
         4,
         3,
         0,
         12,
         {24.09524F, 81.67429F, 149.7543F, 207.3333F, 41.38095F, 98.96F, 167.04F, 224.619F, 58.66667F, 116.2457F, 184.3257F,
          165.2789F}},
        {"",
         4,
         3,
         24,
         12,
         {31.91837F, 40.58857F, 50.84F, 59.5102F, 42.61905F, 83.08F, 130.92F, 141.582F, 53.31973F, 125.5714F, 181.7429F,
          86.46259F}},
        {"resample=bicubic",
         4,
         3,
         12,
         12,
         {27.75318F, 36.16129F, 45.3464F, 53.75452F, 114.9993F, 123.4074F, 132.5926F, 141.0007F, 202.2455F, 210.6536F,
          219.8387F, 228.2468F}},
        {"", 9, 7, 63 + 27, 9, {113, 116.3333F, 120.2222F, 124.1111F, 128, 131.8889F, 135.7778F, 139.6667F, 143}},
    };
    struct lrp_picture picture = pattern();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_error err;
        const struct lrp_shape shape = {.rank = 4, .dim = {1, 3, rows[i].height, rows[i].width}};
        struct lrp_tensor *tensor = apply(rows[i].options, &picture, shape, NULL, &err);
        assert_non_null(tensor);
        assert_true(lrp_shape_equal(&tensor->shape, &shape));
        check_f32_array(tensor->f + rows[i].from, rows[i].want, rows[i].count, 1e-6);
        lrp_tensor_release(tensor);
    }
    lrp_picture_free(&picture);
}

static void box_and_nearest_give_what_a_hand_reckons(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        float want[2];
    } rows[] = {{"resample=box", {15, 35}}, {"resample=nearest", {20, 40}}}; /* of 10 20 30 40 */
    struct lrp_picture picture;
    struct lrp_error err;
    check_ok(lrp_picture_new(4, 1, 1, &picture, &err), &err);
    memcpy(picture.pixels, (const unsigned char[]){10, 20, 30, 40}, 4);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct lrp_shape shape = {.rank = 4, .dim = {1, 1, 1, 2}};
        struct lrp_tensor *tensor = apply(rows[i].options, &picture, shape, NULL, &err);
        check_f32_array(tensor->f, rows[i].want, 2, 1e-7);
        lrp_tensor_release(tensor);
    }
    lrp_picture_free(&picture);
}

static void every_filter_keeps_a_flat_picture_flat(void **state)
{
    (void)state;
    static const char *const filters[] = {"resample=nearest", "resample=lanczos", "resample=bilinear",
                                          "resample=bicubic", "resample=box",     "resample=hamming"};
    struct lrp_picture picture;
    struct lrp_error err;
    check_ok(lrp_picture_new(11, 6, 1, &picture, &err), &err);
    memset(picture.pixels, 199, 66);
    for (size_t i = 0; i < COUNT(filters); i++)
        for (int64_t side = 1; side < 20; side += 3) {
            const struct lrp_shape shape = {.rank = 4, .dim = {1, 1, side, side + 1}};
            struct lrp_tensor *tensor = apply(filters[i], &picture, shape, NULL, &err);
            for (size_t k = 0; k < tensor->count; k++) check_close((double)tensor->f[k], 199, 1e-6);
            lrp_tensor_release(tensor);
        }
    lrp_picture_free(&picture);
}

static void the_usual_chain_agrees_with_numpy(void **state)
{
    (void)state;
    /* shorter side 4: 5 x 4; the middle 3 x 3; ImageNet's mean and deviation */
    static const float want[] = {-1.085186F,  -0.1699632F, 0.7452598F, -0.8654185F, 0.04980449F, 0.9650274F,  -0.6456508F,
                                 0.2695722F,  1.184795F,   -1.545032F, -1.418592F,  -1.292153F,  -0.4625156F, -0.3360761F,
                                 -0.2096366F, 0.6200008F,  0.7464402F, 0.8728797F,  -1.210884F,  -1.129063F,  -1.047243F,
                                 -0.7996837F, -0.3360349F, 0.127614F,  -0.3884838F, 0.4569935F,  1.302471F};
    static const char options[] = "size=4 crop=3 scale=1/255 mean=0.485,0.456,0.406 std=0.229,0.224,0.225";
    struct lrp_picture picture = pattern(), seen;
    struct lrp_error err;
    struct lrp_tensor *tensor = apply(options, &picture, any, &seen, &err);
    assert_non_null(tensor);
    assert_true(lrp_shape_equal(&tensor->shape, &(struct lrp_shape){.rank = 4, .dim = {1, 3, 3, 3}}));
    check_f32_array(tensor->f, want, 27, 2e-6);
    assert_int_equal(seen.width, 3);
    assert_int_equal(seen.pixels[0], 60); /* (-1.085186 * .229 + .485) * 255 = 60.30 */
    lrp_tensor_release(tensor);
    lrp_picture_free(&seen);
    lrp_picture_free(&picture);
}

static void layout_and_channels_are_the_models(void **state)
{
    (void)state;
    /* pixel (0,1) of the pattern: 11 60 29; pixel (1,0): 37 12 29; grey of (0,2): 22, 113, 29 -> 76.215 */
    static const struct {
        const char *options;
        struct lrp_shape wanted, got;
        size_t at;
        float want;
    } rows[] = {
        {"", {4, {-1, 3, -1, -1}}, {4, {1, 3, 5, 7}}, 35 + 7, 60},
        {"channels=bgr", {4, {-1, 3, -1, -1}}, {4, {1, 3, 5, 7}}, 70 + 7, 11},
        {"layout=nhwc", {4, {1, 5, 7, 3}}, {4, {1, 5, 7, 3}}, 21 + 1, 60},
        {"", {4, {-1, -1, -1, 3}}, {4, {1, 5, 7, 3}}, 21 + 1, 60},
        {"layout=nhwc channels=bgr", {4, {1, -1, -1, 3}}, {4, {1, 5, 7, 3}}, 21, 29},
        {"layout=nhwc channels=gray", {4, {-1, -1, -1, -1}}, {4, {1, 5, 7, 1}}, 14, 76.215F},
        {"", {4, {-1, 1, 5, 7}}, {4, {1, 1, 5, 7}}, 14, 76.215F},
        {"channels=gray", {4, {1, 3, 5, 7}}, {4, {1, 3, 5, 7}}, 70 + 14, 76.215F},
        {"", {3, {3, 5, 7}}, {3, {3, 5, 7}}, 1, 37},
        {"", {3, {-1, 5, 7}}, {3, {1, 5, 7}}, 14, 76.215F},
        {"", {3, {5, 7, 3}}, {3, {5, 7, 3}}, 3, 37},
        {"scale=1,2,3 mean=0,0,9", {4, {9, 3, 5, 7}}, {4, {1, 3, 5, 7}}, 70, 78},
    };
    struct lrp_picture picture = pattern();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_error err;
        struct lrp_tensor *tensor = apply(rows[i].options, &picture, rows[i].wanted, NULL, &err);
        if (!tensor) fail_msg("row %zu: %s", i, err.message);
        if (!lrp_shape_equal(&tensor->shape, &rows[i].got)) fail_msg("row %zu: wrong shape", i);
        check_close((double)tensor->f[rows[i].at], (double)rows[i].want, 1e-6);
        lrp_tensor_release(tensor);
    }
    lrp_picture_free(&picture);
}

static void vectors_of_a_square_are_pictures(void **state)
{
    (void)state;
    struct lrp_picture picture;
    struct lrp_error err;
    check_ok(lrp_picture_new(2, 2, 3, &picture, &err), &err);
    for (int i = 0; i < 12; i++) picture.pixels[i] = (unsigned char)(10 * i);
    struct lrp_tensor *tensor = apply("", &picture, (struct lrp_shape){.rank = 2, .dim = {-1, 12}}, NULL, &err);
    assert_non_null(tensor);
    check_f32_array(tensor->f, ((const float[]){0, 30, 60, 90, 10, 40, 70, 100, 20, 50, 80, 110}), 12, 0);
    assert_int_equal(tensor->shape.dim[0], 1);
    lrp_tensor_release(tensor);
    lrp_picture_free(&picture);
}

static void a_crop_beyond_the_picture_is_black(void **state)
{
    (void)state;
    struct lrp_picture picture = pattern();
    struct lrp_error err;
    struct lrp_tensor *tensor = apply("crop=8 mean=1", &picture, any, NULL, &err);
    assert_non_null(tensor);
    /* offsets floor((7-8)/2) = -1 and floor((5-8)/2) = -2: pixel (0,0) lands at (1,2) */
    check_close((double)tensor->f[64 + 2 * 8 + 1], 6, 0);
    check_close((double)tensor->f[64 + 2 * 8 + 2], 11, 0);
    check_close((double)tensor->f[64 + 2 * 8], -1, 0);
    check_close((double)tensor->f[64 + 8 + 1], -1, 0);
    check_close((double)tensor->f[64 + 7 * 8 + 1], -1, 0);
    lrp_tensor_release(tensor);
    lrp_picture_free(&picture);
}

static void pictures_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        struct lrp_shape wanted;
        const char *part;
    } rows[] = {
        {"", {4, {1, 4, 5, 7}}, "cannot become an input of shape 1x4x5x7"},
        {"", {2, {1, 10}}, "give the input as .npy"},
        {"", {1, {10}}, "give the input as .npy"},
        {"", {-1, {0}}, "unknown"},
        {"layout=nchw", {4, {1, 5, 7, 3}}, "--layout"},
        {"channels=rgb", {4, {1, 1, 5, 7}}, "use gray"},
        {"mean=1,2,3", {4, {1, 1, 5, 7}}, "mean has 3 values"},
        {"size=4", {4, {1, 3, 3, 3}}, "5 x 4 after --size and --crop"},
        {"size=32768", {4, {1, 3, -1, -1}}, "at most 32768"},
    };
    struct lrp_picture picture = pattern();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_error err;
        assert_null(apply(rows[i].options, &picture, rows[i].wanted, NULL, &err));
        check_fails(err.status, &err, LRP_USAGE, rows[i].part);
    }
    lrp_picture_free(&picture);
}

/* ---- options as text ---- */

static void check_values(const struct lrp_channel_values *values, size_t count, const float *want)
{
    assert_int_equal(values->count, count);
    for (size_t i = 0; i < count; i++) check_close((double)values->value[i], (double)want[i], 0);
}

static void check_size(const struct lrp_size *size, struct lrp_size want)
{
    assert_int_equal(size->kind, want.kind);
    assert_int_equal(size->width, want.width);
    assert_int_equal(size->height, want.height);
}

static void options_are_read_from_text(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"crop", "224"},    {"scale", "1/255"},  {"mean", "0.5,-1,1/4"},  {"std", "0.5"},
                                          {"layout", "nhwc"}, {"channels", "bgr"}, {"resample", "lanczos"}, {"size", "256"}};
    struct lrp_preprocess preprocess;
    struct lrp_error err;
    lrp_preprocess_defaults(&preprocess);
    check_size(&preprocess.size, (struct lrp_size){.kind = LRP_SIZE_NONE});
    for (size_t i = 0; i < COUNT(rows); i++) check_ok(lrp_preprocess_set(&preprocess, rows[i][0], rows[i][1], &err), &err);
    check_size(&preprocess.size, (struct lrp_size){LRP_SIZE_SHORTER, 256, 256});
    check_size(&preprocess.crop, (struct lrp_size){LRP_SIZE_EXACT, 224, 224});
    check_values(&preprocess.scale, 1, (const float[]){1.0f / 255});
    check_values(&preprocess.mean, 3, (const float[]){0.5f, -1, 0.25f});
    check_values(&preprocess.std, 1, (const float[]){0.5f});
    assert_int_equal(preprocess.layout, LRP_LAYOUT_NHWC);
    assert_int_equal(preprocess.channels, LRP_CHANNELS_BGR);
    assert_int_equal(preprocess.resample, LRP_RESAMPLE_LANCZOS);
    check_ok(lrp_preprocess_set(&preprocess, "size", "224x192", &err), &err);
    check_size(&preprocess.size, (struct lrp_size){LRP_SIZE_EXACT, 224, 192});
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"size", "0"},     {"size", "x5"},    {"size", "5x"},      {"size", "-4"},   {"size", "40000"}, {"crop", "1x2x3"},
        {"scale", "1,2"},  {"scale", "a"},    {"scale", ""},       {"scale", "1/0"}, {"mean", "1,,2"},  {"mean", "1,2,3,4"},
        {"mean", "nan"},   {"mean", "1e300"}, {"std", "0"},        {"std", "1,0,1"}, {"std", "-1"},     {"layout", "chw"},
        {"channels", "4"}, {"resample", "2"}, {"stretch", "true"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_preprocess preprocess;
        struct lrp_error err;
        lrp_preprocess_defaults(&preprocess);
        check_fails(lrp_preprocess_set(&preprocess, rows[i][0], rows[i][1], &err), &err, LRP_USAGE, rows[i][0]);
        check_close((double)preprocess.std.value[0], 1, 0);
    }
}

/* ---- preprocessor_config.json ---- */

static enum lrp_status read_config(const char *json, struct lrp_preprocess *out, struct lrp_error *err)
{
    char path[] = "/tmp/lrp-preprocess-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, json, strlen(json)), strlen(json));
    close(descriptor);
    enum lrp_status status = lrp_preprocess_read(path, out, err);
    if (status) assert_non_null(strstr(err->message, path));
    unlink(path);
    return status;
}

/* Each is the shape of a published model's file; the options list what must come out. */
static void published_configurations_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *json, *size, *crop, *scale, *mean, *std, *resample;
    } rows[] = {
        /* ViT, old and new way */
        {"{\"do_normalize\":true,\"do_resize\":true,\"image_mean\":[0.5,0.5,0.5],\"image_std\":[0.5,0.5,0.5],\"size\":224}",
         "224x224", "", "1/255", "0.5,0.5,0.5", "0.5,0.5,0.5", "bilinear"},
        {"{\"do_resize\":true,\"size\":{\"height\":192,\"width\":224},\"resample\":2,\"do_rescale\":true,"
         "\"rescale_factor\":0.00392156862745098,\"do_normalize\":false,\"image_mean\":[0.5,0.5,0.5]}",
         "224x192", "", "1/255", "0", "1", "bilinear"},
        /* CLIP, old and new way */
        {"{\"crop_size\":224,\"do_center_crop\":true,\"do_normalize\":true,\"do_resize\":true,\"resample\":3,"
         "\"image_mean\":[0.48,0.46,0.41],\"image_std\":[0.27,0.26,0.28],\"size\":224}",
         "224", "224x224", "1/255", "0.48,0.46,0.41", "0.27,0.26,0.28", "bicubic"},
        {"{\"crop_size\":{\"height\":224,\"width\":200},\"do_center_crop\":true,\"do_resize\":true,\"size\":{\"shortest_edge\":"
         "256}}",
         "256", "200x224", "1/255", "0", "1", "bilinear"},
        /* ResNet and ConvNeXt: 224 / .875 = 256 */
        {"{\"crop_pct\":0.875,\"do_resize\":true,\"size\":224,\"resample\":3}", "256", "224x224", "1/255", "0", "1", "bicubic"},
        {"{\"crop_pct\":0.875,\"do_resize\":true,\"size\":{\"shortest_edge\":384}}", "384x384", "", "1/255", "0", "1",
         "bilinear"},
        /* switches that are off win over values that are there */
        {"{\"do_resize\":false,\"size\":224,\"do_center_crop\":false,\"crop_size\":224,\"do_rescale\":false,\"do_normalize\":"
         "false,"
         "\"image_mean\":[1,2,3]}",
         "", "", "1", "0", "1", "bilinear"},
        {"{\"do_rescale\":true,\"rescale_factor\":0.5,\"image_mean\":0.25,\"image_std\":null,\"size\":null}", "", "", "0.5",
         "0.25", "1", "bilinear"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_preprocess preprocess;
        struct lrp_error err;
        check_ok(read_config(rows[i].json, &preprocess, &err), &err);
        const char *const wanted[][2] = {{"size", rows[i].size}, {"crop", rows[i].crop}, {"scale", rows[i].scale},
                                         {"mean", rows[i].mean}, {"std", rows[i].std},   {"resample", rows[i].resample}};
        struct lrp_preprocess want;
        lrp_preprocess_defaults(&want);
        for (size_t k = 0; k < COUNT(wanted); k++)
            if (*wanted[k][1]) check_ok(lrp_preprocess_set(&want, wanted[k][0], wanted[k][1], &err), &err);
        check_size(&preprocess.size, want.size);
        check_size(&preprocess.crop, want.crop);
        check_values(&preprocess.scale, want.scale.count, want.scale.value);
        check_values(&preprocess.mean, want.mean.count, want.mean.value);
        check_values(&preprocess.std, want.std.count, want.std.value);
        assert_int_equal(preprocess.resample, want.resample);
    }
}

static void channels_are_flipped_on_demand(void **state)
{
    (void)state;
    struct lrp_preprocess preprocess;
    struct lrp_error err;
    check_ok(read_config("{\"do_flip_channel_order\":true}", &preprocess, &err), &err);
    assert_int_equal(preprocess.channels, LRP_CHANNELS_BGR);
}

static void damaged_configurations_are_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[1]", "object"},
        {"{\"size\":", ""},
        {"{\"size\":\"big\"}", "\"size\""},
        {"{\"size\":-3}", "\"size\""},
        {"{\"size\":{\"longest_edge\":800}}", "use --size"},
        {"{\"crop_size\":{\"height\":3}}", "\"crop_size\""},
        {"{\"do_resize\":\"yes\"}", "\"do_resize\""},
        {"{\"image_mean\":[1,2]}", "\"image_mean\""},
        {"{\"image_mean\":[1,2,\"a\"]}", "\"image_mean\""},
        {"{\"image_mean\":[1,2,3,4]}", "\"image_mean\""},
        {"{\"image_mean\":0,\"image_std\":[1,0,1]}", "\"image_std\""},
        {"{\"resample\":9}", "\"resample\""},
        {"{\"size\":224,\"crop_pct\":0}", "\"crop_pct\""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lrp_preprocess preprocess;
        struct lrp_error err;
        check_fails(read_config(rows[i][0], &preprocess, &err), &err, LRP_FILE, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resizing_agrees_with_pytorch),
        cmocka_unit_test(box_and_nearest_give_what_a_hand_reckons),
        cmocka_unit_test(every_filter_keeps_a_flat_picture_flat),
        cmocka_unit_test(the_usual_chain_agrees_with_numpy),
        cmocka_unit_test(layout_and_channels_are_the_models),
        cmocka_unit_test(vectors_of_a_square_are_pictures),
        cmocka_unit_test(a_crop_beyond_the_picture_is_black),
        cmocka_unit_test(pictures_that_do_not_fit_are_refused),
        cmocka_unit_test(options_are_read_from_text),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(published_configurations_are_understood),
        cmocka_unit_test(channels_are_flipped_on_demand),
        cmocka_unit_test(damaged_configurations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
