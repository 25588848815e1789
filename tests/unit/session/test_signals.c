/* test_signals.c: which values are signals: what a one-dimensional convolution moves over, up to the model's input. */
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

static const float weights[12] = {1, -1, 2, 0.5F, 1, 3, -2, 1, 0, 1, 2, -1};

static void add_convolution(struct onnx_writer *w, const char *input, const char *output, int channels)
{
    onnx_initializer(w, output, 1, 3, (int64_t[]){2, channels, 3}, weights, (size_t)channels * 6 * sizeof *weights);
    char inputs[64], name[64];
    snprintf(inputs, sizeof inputs, "%s %s", input, output);
    snprintf(name, sizeof name, "%s_out", output);
    onnx_node(w, "Conv", output, inputs, name, NULL);
}

/* The axis of steps of every layer of a model that is written by `build`, by name: "x 1, wide 2". */
static void check_axes(void **state, void build(struct onnx_writer *w), const char *const *names, const int *axes)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    struct lrp_session *s = NULL;
    const struct lrp_snapshot *now = NULL;
    const char *path = temporary_path(state, "signal.onnx");
    struct onnx_writer w = {0};
    build(&w);
    onnx_write(&w, 13, path);
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_session_open(path, settings, &s, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    for (int i = 0; names[i]; i++) {
        int layer = 0;
        if (i) check_ok(lrp_snapshot_find(now, names[i], &layer, &err), &err);
        if (now->signals[layer] != axes[i])
            fail_msg("%s: the axis of steps is %d, not %d", names[i], now->signals[layer], axes[i]);
    }
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* (1,8) is made (1,1,8) for the convolution; what comes out of that has learned something. */
static void build_wave(struct onnx_writer *w)
{
    onnx_input(w, "x", 1, 2, (int64_t[]){1, 8});
    onnx_initializer(w, "axes", 7, 1, (int64_t[]){1}, (int64_t[]){1}, sizeof(int64_t));
    onnx_node(w, "Unsqueeze", "wide", "x axes", "wide_out", NULL);
    add_convolution(w, "wide_out", "conv", 1);
    onnx_node(w, "Relu", "relu", "conv_out", "y", NULL);
    onnx_output(w, "y", 1, 3, (int64_t[]){1, 2, 6});
}
/* Steps first: (1,8,2) is turned. */
static void build_turned(struct onnx_writer *w)
{
    struct lrp_text attributes = {0};
    onnx_input(w, "x", 1, 3, (int64_t[]){1, 8, 2});
    onnx_attribute_ints(&attributes, "perm", 3, (int64_t[]){0, 2, 1});
    onnx_node(w, "Transpose", "turn", "x", "turned", &attributes);
    add_convolution(w, "turned", "conv", 2);
    onnx_output(w, "conv_out", 1, 3, (int64_t[]){1, 2, 6});
}
static void build_dense(struct onnx_writer *w)
{
    onnx_input(w, "x", 1, 2, (int64_t[]){1, 3});
    onnx_initializer(w, "w", 1, 2, (int64_t[]){3, 4}, weights, sizeof weights);
    onnx_node(w, "MatMul", "dense", "x w", "y", NULL);
    onnx_output(w, "y", 1, 2, (int64_t[]){1, 4});
}

static void raw_values_before_a_convolution_are_signals(void **state)
{
    check_axes(state, build_wave, (const char *const[]){"x", "wide", "conv", NULL}, (int[]){1, 2, 0});
}
static void steps_may_come_first(void **state)
{
    check_axes(state, build_turned, (const char *const[]){"x", "turn", "conv", NULL}, (int[]){1, 2, 0});
}
static void features_are_no_signal(void **state)
{
    check_axes(state, build_dense, (const char *const[]){"x", "dense", NULL}, (int[]){0, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(raw_values_before_a_convolution_are_signals, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(steps_may_come_first, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(features_are_no_signal, temporary_setup, temporary_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
