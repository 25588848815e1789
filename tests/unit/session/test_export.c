/* test_export.c: results as files. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

/* x (N,2) -> fc -> y (N,3) */
static const char *small_model(void **state)
{
    static const float weights[] = {1, -2, 3, 0.5f, 4, -1};
    const char *path = temporary_path(state, "fc.onnx");
    struct onnx_writer w = {0};
    onnx_input(&w, "x", 1, 2, (int64_t[]){-1, 2});
    onnx_initializer(&w, "w", 1, 2, (int64_t[]){2, 3}, weights, sizeof weights);
    onnx_node(&w, "Gemm", "fc", "x w", "y", NULL);
    onnx_output(&w, "y", 1, 2, (int64_t[]){-1, 3});
    onnx_write(&w, 13, path);
    return path;
}

static size_t read_all(const char *path, unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t count = fread(bytes, 1, size, file);
    fclose(file);
    assert_true(count > 0 && count < size);
    return count;
}

/* Explains a batch and writes the sheet of one of its samples. */
static size_t sheet_of(void **state, int64_t batch, const float *x, int64_t sample, unsigned char *bytes, size_t size)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    struct lrp_tensor *input = NULL;
    const struct lrp_snapshot *now = NULL;
    const char *path = temporary_path(state, "sheet.png");
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_COMPOSITE, "zero", &err), &err);
    check_ok(lrp_session_open(small_model(state), settings, &s, &err), &err);
    check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &(struct lrp_shape){.rank = 2, .dim = {batch, 2}}, &input, &err), &err);
    memcpy(input->f, x, input->count * sizeof *x);
    check_ok(lrp_session_set_tensor(s, NULL, input, "x", &err), &err);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    check_ok(lrp_snapshot_export_sheet(now, sample, path, &err), &err);
    lrp_snapshot_release(now);
    lrp_tensor_release(input);
    lrp_session_free(s);
    lrp_settings_free(settings);
    return read_all(path, bytes, size);
}

static void a_sheet_speaks_of_its_sample_alone(void **state)
{
    enum { SIZE = 1 << 20 };
    static const float batch[] = {1, 2, -3, 5, 0.25f, 8};
    unsigned char *one = malloc(SIZE), *two = malloc(SIZE);
    assert_true(one && two);
    for (int64_t sample = 0; sample < 3; sample++) {
        size_t alone = sheet_of(state, 1, batch + 2 * sample, 0, one, SIZE);
        size_t among = sheet_of(state, 3, batch, sample, two, SIZE);
        assert_int_equal(alone, among);
        assert_memory_equal(one, two, alone);
    }
    free(one);
    free(two);
}

/* Width and height as a PNG's header has them. */
static void check_size(const char *path, unsigned width, unsigned height)
{
    static unsigned char bytes[1 << 20];
    read_all(path, bytes, sizeof bytes);
    assert_int_equal(bytes[16] << 24 | bytes[17] << 16 | bytes[18] << 8 | bytes[19], width);
    assert_int_equal(bytes[20] << 24 | bytes[21] << 16 | bytes[22] << 8 | bytes[23], height);
}

/* Two values, one next to the other: 128 pixels each make 256; who says how many gets that. */
static void small_heatmaps_can_be_looked_at(void **state)
{
    static const char *const factors[] = {"", "1", "3"};
    static const unsigned widths[] = {256, 2, 6};
    const char *model = small_model(state), *path = temporary_path(state, "small.png");
    for (int i = 0; i < 3; i++) {
        struct lrp_error err = {0};
        struct lrp_settings *settings = NULL;
        struct lrp_session *s = NULL;
        struct lrp_tensor *input = NULL;
        const struct lrp_snapshot *now = NULL;
        check_ok(lrp_settings_new(&settings, &err), &err);
        check_ok(lrp_settings_set(settings, LRP_SETTING_SIZE_FACTOR, factors[i], &err), &err);
        check_ok(lrp_session_open(model, settings, &s, &err), &err);
        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &(struct lrp_shape){.rank = 2, .dim = {1, 2}}, &input, &err), &err);
        input->f[0] = 1, input->f[1] = 2;
        check_ok(lrp_session_set_tensor(s, NULL, input, "x", &err), &err);
        check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
        check_ok(lrp_session_snapshot(s, &now, &err), &err);
        check_ok(lrp_snapshot_export_heatmap(now, 0, LRP_SHOW_RELEVANCE, 0, path, &err), &err);
        check_size(path, widths[i], widths[i] / 2);
        lrp_snapshot_release(now);
        lrp_tensor_release(input);
        lrp_session_free(s);
        lrp_settings_free(settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(small_heatmaps_can_be_looked_at, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(a_sheet_speaks_of_its_sample_alone, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
