/* test_setting_changes.c: every setting against the session's memory: what a change leaves is what a session finds that never
 * knew anything else. */
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"
#include "onnx_writer.h"
#include "temporary.h"

/* A setting, other values of it, and what of a session's results they change. */
struct example {
    const char *values[4]; /* FILE stands for a file that the test writes */
    bool silent;           /* changes nothing that is compared here */
};
#define FILE_VALUE "FILE"
static const struct example examples[LRP_SETTING_COUNT] = {
    [LRP_SETTING_CONVENTION] = {.values = {"zennit", "captum", "pr26", "lxt"}},
    [LRP_SETTING_METHOD] = {.values = {"gradient", "input-gradient"}},
    [LRP_SETTING_COMPOSITE] = {.values = {"epsilon(0.5)", "epsilon-alpha2-beta1", "z-plus"}},
    [LRP_SETTING_ATTENTION] = {.values = {"cp", "attnlrp"},
                               .silent = true}, /* there is none in this model: tests/unit/lrp/test_switches.c */
    [LRP_SETTING_GATES] = {.values = {"stop", "half"}, .silent = true}, /* likewise */
    [LRP_SETTING_SKIP_CHECKS] = {.values = {"false"}},
    [LRP_SETTING_CANONIZE] = {.values = {"false"}},
    [LRP_SETTING_FUSE] = {.values = {"false"}},
    [LRP_SETTING_STRIP_SOFTMAX] = {.values = {"true"}},
    [LRP_SETTING_STRIP_SIGMOID] = {.values = {"true"}},
    [LRP_SETTING_TARGET] = {.values = {"1"}},
    [LRP_SETTING_OUTPUT_RELEVANCE] = {.values = {"logit", "output", FILE_VALUE}},
    [LRP_SETTING_CONCEPT] = {.values = {"1=0", "1=1\n1=top(1)"}},
    [LRP_SETTING_CONCEPT_PARALLEL] = {.values = {"keep"}, .silent = true}, /* without a concept: tests/cli/test_concepts.py */
    [LRP_SETTING_CONCEPT_START] = {.values = {"activation"}, .silent = true},
    [LRP_SETTING_OUTPUT_NAME] = {.values = {"pooled"}},
    [LRP_SETTING_TOKEN_INPUT] = {.values = {"x"}, .silent = true}, /* there are none in this model: tests/cli/test_text.py */
    [LRP_SETTING_INPUT_SHAPE] = {.values = {"1,3,6,8"}},
    [LRP_SETTING_SCALE] = {.values = {"1/255"}},
    [LRP_SETTING_MEAN] = {.values = {"10", "1,2,3"}},
    [LRP_SETTING_STD] = {.values = {"4", "1,2,3"}},
    [LRP_SETTING_SIZE] = {.values = {"6x4"}},
    [LRP_SETTING_CROP] = {.values = {"3x3"}},
    [LRP_SETTING_LAYOUT] = {.values = {"nhwc"}},
    [LRP_SETTING_CHANNELS] = {.values = {"bgr"}},
    [LRP_SETTING_PREPROCESS] = {.values = {FILE_VALUE}},
    [LRP_SETTING_LABELS] = {.values = {FILE_VALUE}},
    [LRP_SETTING_COLORMAP] = {.values = {"viridis"}},
    [LRP_SETTING_REDUCE] = {.values = {"norm"}},
    [LRP_SETTING_OVERLAY] = {.values = {"0.25"}},
    [LRP_SETTING_CLIP] = {.values = {"10:90"}},
    [LRP_SETTING_GAMMA] = {.values = {"0.5"}},
    [LRP_SETTING_SIZE_FACTOR] = {.values = {"3"}},
    [LRP_SETTING_THREADS] = {.values = {"2"}, .silent = true},
    [LRP_SETTING_MEMORY] = {.values = {"512M"}, .silent = true},
};

/* ---- a model that every setting means something to, and its files ---- */

static void open_axes(struct onnx_writer *w, const char *name, const char *const *axes, int rank)
{
    struct lrp_text shape = {0}, tensor = {0}, type = {0}, value = {0};
    for (int i = 0; i < rank; i++) {
        struct lrp_text axis = {0};
        onnx_string(&axis, 2, axes[i]);
        onnx_message(&shape, 1, &axis);
    }
    onnx_number(&tensor, 1, 1);
    onnx_message(&tensor, 2, &shape);
    onnx_message(&type, 1, &tensor);
    onnx_string(&value, 1, name);
    onnx_message(&value, 2, &type);
    onnx_message(&w->graph, 11, &value);
}

/* x (all axes open) -> convolution -> BatchNorm -> softplus -> pooled (3 numbers) -> dense -> softmax; the second output is
 * `pooled`. The depthwise-free 1x1 convolution over axis 1 needs 3 of it: pictures 3 pixels high fit in either layout. */
static void write_model(const char *path)
{
    static const float w[] = {1, -2, 3, -4, 5, 0.5F, 2, 1, -1}, b[] = {0.1F, -0.2F, 0.3F}, scale[] = {1, 2, 0.5F},
                       shift[] = {0.5F, 1, -1}, mean[] = {1, 0, -1}, var[] = {4, 1, 2};
    static const float dense[] = {0.01F, -0.02F, 0.03F, 0.04F, 0.05F, -0.06F};
    struct onnx_writer m = {0};
    struct lrp_text flat = {0};
    const int64_t three[] = {3};
    open_axes(&m, "x", (const char *const[]){"n", "c", "h", "w"}, 4);
    onnx_initializer(&m, "w", 1, 4, (int64_t[]){3, 3, 1, 1}, w, sizeof w);
    onnx_initializer(&m, "b", 1, 1, three, b, sizeof b);
    onnx_initializer(&m, "scale", 1, 1, three, scale, sizeof scale);
    onnx_initializer(&m, "shift", 1, 1, three, shift, sizeof shift);
    onnx_initializer(&m, "mean", 1, 1, three, mean, sizeof mean);
    onnx_initializer(&m, "var", 1, 1, three, var, sizeof var);
    onnx_initializer(&m, "dense", 1, 2, (int64_t[]){3, 2}, dense, sizeof dense);
    onnx_node(&m, "Conv", "conv", "x w b", "z", NULL);
    onnx_node(&m, "BatchNormalization", "norm", "z scale shift mean var", "n", NULL);
    onnx_node(&m, "Softplus", "softplus", "n", "r", NULL);
    onnx_node(&m, "GlobalAveragePool", "pool", "r", "p", NULL);
    onnx_attribute_int(&flat, "axis", 1);
    onnx_node(&m, "Flatten", "flatten", "p", "pooled", &flat);
    onnx_node(&m, "MatMul", "dense", "pooled dense", "logits", NULL);
    onnx_node(&m, "Softmax", "softmax", "logits", "y", NULL);
    onnx_output(&m, "y", 1, 2, (int64_t[]){-1, 2});
    onnx_output(&m, "pooled", 1, 2, (int64_t[]){-1, 3});
    onnx_node(&m, "Sigmoid", "odds", "logits", "odds", NULL);
    onnx_output(&m, "odds", 1, 2, (int64_t[]){-1, 2});
    onnx_write(&m, 13, path);
}

static void write_bytes(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* 5 x 3 pixels of all sorts. */
static void write_picture(const char *path)
{
    char ppm[11 + 45] = "P6\n5 3\n255\n";
    for (int i = 0; i < 45; i++) ppm[11 + i] = (char)(i * 37 % 251);
    write_bytes(path, ppm, sizeof ppm);
}

/* What FILE means for a setting. */
static const char *write_value(void **state, enum lrp_setting setting)
{
    static const char labels[] = "cat\ndog\nemu\n", json[] = "{\"do_rescale\": true, \"rescale_factor\": 0.5}";
    const char *path = temporary_path(state, setting == LRP_SETTING_OUTPUT_RELEVANCE ? "value.npy" : "value");
    if (setting == LRP_SETTING_LABELS) {
        write_bytes(path, labels, sizeof labels - 1);
    } else if (setting == LRP_SETTING_PREPROCESS) {
        write_bytes(path, json, sizeof json - 1);
    } else {
        struct lrp_tensor *start = NULL;
        struct lrp_error err = {0};
        assert_int_equal(setting, LRP_SETTING_OUTPUT_RELEVANCE);
        check_ok(lrp_tensor_new(LRP_DTYPE_FLOAT, &(struct lrp_shape){.rank = 2, .dim = {1, 2}}, &start, &err), &err);
        start->f[0] = 3;
        start->f[1] = -2;
        check_ok(lrp_tensor_write_npy(start, path, &err), &err);
        lrp_tensor_release(start);
    }
    return path;
}

/* ---- what a session has found ---- */

struct found {
    const struct lrp_snapshot *now;
    struct lrp_plane plane;
    struct lrp_heatmap_options options;
};

static struct lrp_session *open_session(const char *model, const char *picture, const struct lrp_settings *settings)
{
    struct lrp_session *session = NULL;
    struct lrp_error err = {0};
    check_ok(lrp_session_open(model, settings, &session, &err), &err);
    check_ok(lrp_session_set_input(session, NULL, picture, &err), &err);
    return session;
}

static struct found find(struct lrp_session *session)
{
    struct found f = {0};
    struct lrp_error err = {0};
    check_ok(lrp_session_start(session, LRP_WANT_LEDGER, NULL, NULL, &err), &err);
    lrp_session_wait(session);
    check_ok(lrp_session_snapshot(session, &f.now, &err), &err);
    if (f.now->job != LRP_JOB_DONE && f.now->error.status != LRP_CHECK_FAILED) fail_msg("%s", f.now->error.message);
    return f;
}

static bool same_tensors(const struct lrp_result *a, const struct lrp_result *b)
{
    const struct lrp_tensor *x = a ? lrp_result_tensor(a) : NULL, *y = b ? lrp_result_tensor(b) : NULL;
    if (!x || !y) return !x && !y;
    return lrp_shape_equal(&x->shape, &y->shape) && !memcmp(x->f, y->f, x->count * sizeof(float));
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_statistics(const struct lrp_statistics *a, const struct lrp_statistics *b)
{
    return same_number(a->sum, b->sum) && same_number(a->mean, b->mean) && same_number(a->std, b->std) && a->min == b->min &&
           a->max == b->max && a->nan == b->nan;
}

static bool same_causes(const struct lrp_ledger_row *a, const struct lrp_ledger_row *b)
{
    bool same = true;
    for (size_t i = 0; i < sizeof a->causes / sizeof *a->causes; i++) same = same && same_number(a->causes[i], b->causes[i]);
    return same;
}

static bool same_ledger(const struct lrp_ledger *a, const struct lrp_ledger *b)
{
    if (!a || !b) return !a && !b;
    for (size_t i = 0; i < a->count; i++)
        if (a->rows[i].in != b->rows[i].in || a->rows[i].out != b->rows[i].out || !same_causes(&a->rows[i], &b->rows[i]))
            return false;
    return a->count == b->count && a->total.in == b->total.in && a->total.out == b->total.out;
}

static bool same_drawing(const struct lrp_snapshot *a, const struct lrp_snapshot *b)
{
    void *state = NULL;
    struct lrp_error err = {0};
    unsigned char *bytes[2] = {NULL};
    size_t sizes[2];
    if (temporary_setup(&state) != 0) fail_msg("there is no folder for temporary files");
    for (int i = 0; i < 2; i++) {
        const char *path = temporary_path(&state, "drawn.png");
        check_ok(lrp_snapshot_export_heatmap(i ? b : a, 0, LRP_SHOW_RELEVANCE, 0, path, &err), &err);
        FILE *file = fopen(path, "rb");
        bytes[i] = malloc(1 << 20);
        sizes[i] = fread(bytes[i], 1, 1 << 20, file);
        fclose(file);
    }
    const bool same = sizes[0] == sizes[1] && !memcmp(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
    temporary_teardown(&state);
    return same;
}

/* The first thing in which they differ; NULL: none. */
static const char *difference(const struct lrp_snapshot *a, const struct lrp_snapshot *b)
{
    if (a->job != b->job || strcmp(a->error.message, b->error.message) != 0) return "how the job ended";
    if (a->layers->count != b->layers->count) return "the number of layers";
    for (size_t i = 0; i < a->layers->count; i++) {
        if (strcmp(a->layers->rows[i].name, b->layers->rows[i].name) != 0) return "a layer's name";
        if (strcmp(a->rules[i], b->rules[i]) != 0) return "a layer's rule";
        if (!same_tensors(a->activation[i], b->activation[i])) return "an activation";
        if (!same_tensors(a->relevance[i], b->relevance[i])) return "a relevance";
        if (a->relevance[i] && !same_statistics(&a->relevance_statistics[i], &b->relevance_statistics[i]))
            return "the statistics of a relevance";
    }
    if (a->target_count != b->target_count) return "the number of samples";
    for (size_t i = 0; i < a->target_count; i++)
        if (a->targets[i].index != b->targets[i].index || a->targets[i].output != b->targets[i].output ||
            a->targets[i].start != b->targets[i].start || strcmp(a->targets[i].label, b->targets[i].label) != 0)
            return "a target";
    if (!same_ledger(a->ledger, b->ledger)) return "the ledger";
    return !a->relevance[0] || same_drawing(a, b) ? NULL : "the heatmap";
}

/* Compares a session that has been through changes with one that never knew other settings. */
static void check_like_fresh(struct lrp_session *used, const char *model, const char *picture,
                             const struct lrp_settings *settings, const char *what, const char *value)
{
    struct lrp_session *fresh = open_session(model, picture, settings);
    struct found old = find(used), new = find(fresh);
    const char *where = difference(old.now, new.now);
    if (where) fail_msg("%s = \"%s\": %s is not what a fresh session finds", what, value, where);
    lrp_snapshot_release(old.now);
    lrp_snapshot_release(new.now);
    lrp_session_free(fresh);
}

/* ---- the test ---- */

struct place {
    void **state;
    const char *model, *picture;
    const struct lrp_settings *base;
    bool shows; /* every example that is not silent changes something */
};

/* base -> value -> base again, in one session. */
static void change_and_back(const struct place *p, enum lrp_setting setting, const char *value, bool silent)
{
    struct lrp_error err = {0};
    struct lrp_settings *changed = NULL;
    const char *key = lrp_setting_key(setting);
    char text[200];
    snprintf(text, sizeof text, "%s", strcmp(value, FILE_VALUE) ? value : write_value(p->state, setting));
    check_ok(lrp_settings_copy(p->base, &changed, &err), &err);
    check_ok(lrp_settings_set(changed, setting, text, &err), &err);
    struct lrp_session *session = open_session(p->model, p->picture, p->base);
    struct found before = find(session);
    check_ok(lrp_session_apply(session, changed, &err), &err);
    check_like_fresh(session, p->model, p->picture, changed, key, text);
    struct found after = find(session);
    if (p->shows && !difference(before.now, after.now) != silent)
        fail_msg("%s = \"%s\" %s (is the example one that shows?)", key, text,
                 silent ? "changes the results" : "changes nothing");
    check_ok(lrp_session_apply(session, p->base, &err), &err);
    check_like_fresh(session, p->model, p->picture, p->base, key, "back");
    lrp_snapshot_release(before.now);
    lrp_snapshot_release(after.now);
    lrp_session_free(session);
    lrp_settings_free(changed);
}

static void change_everything(void **state, const struct lrp_word *given, size_t count)
{
    struct lrp_error err = {0};
    struct lrp_settings *base = NULL;
    char model[200], picture[200];
    snprintf(model, sizeof model, "%s", temporary_path(state, "model.onnx"));
    snprintf(picture, sizeof picture, "%s", temporary_path(state, "picture.ppm"));
    write_model(model);
    write_picture(picture);
    check_ok(lrp_settings_new(&base, &err), &err);
    check_ok(lrp_settings_set(base, LRP_SETTING_SKIP_CHECKS, "true", &err), &err);
    for (int i = 0; i < LRP_SETTING_COUNT; i++)
        for (size_t k = 0; k < count; k++)
            if (!strcmp(lrp_setting_key((enum lrp_setting)i), given[k].name))
                check_ok(lrp_settings_set(base, (enum lrp_setting)i, given[k].line, &err), &err);
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const struct example *e = &examples[i];
        if (!e->values[0]) fail_msg("the setting %s has no example here", lrp_setting_key((enum lrp_setting)i));
        for (size_t v = 0; v < sizeof e->values / sizeof *e->values && e->values[v]; v++)
            change_and_back(&(struct place){state, model, picture, base, count == 0}, (enum lrp_setting)i, e->values[v],
                            e->silent);
    }
    lrp_settings_free(base);
}

static void a_change_leaves_what_a_fresh_session_finds(void **state)
{
    change_everything(state, NULL, 0);
}

/* The start and the rules are given, so that what a convention changes beside them shows. */
static void the_same_with_start_and_rules_given(void **state)
{
    static const struct lrp_word given[] = {{"output_relevance", "one"}, {"composite", "epsilon(0.25)"}};
    change_everything(state, given, sizeof given / sizeof *given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_leaves_what_a_fresh_session_finds, temporary_setup, temporary_teardown),
        cmocka_unit_test_setup_teardown(the_same_with_start_and_rules_given, temporary_setup, temporary_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
