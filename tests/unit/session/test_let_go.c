/* test_let_go.c: attention that is not kept but found again, piece by piece, where --memory leaves no room for it: the numbers
 * are those of a session that keeps everything. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"

#define MODEL "assets/demo/packages/model.onnx"

enum { SAMPLES = 6, TOKENS = 48, FEWER = 30, ODD = 47, KNOWN = 1000 };

static struct lrp_session *open_session(struct lrp_settings *settings, int tokens)
{
    struct lrp_error err = {0};
    struct lrp_session *s = NULL;
    struct lrp_tensor *ids = NULL;
    const struct lrp_shape shape = {.rank = 2, .dim = {SAMPLES, tokens}};
    check_ok(lrp_tensor_new(LRP_DTYPE_INT64, &shape, &ids, &err), &err);
    for (int i = 0; i < SAMPLES * tokens; i++) ids->i[i] = (5 + i * 37) % KNOWN;
    check_ok(lrp_session_open(MODEL, settings, &s, &err), &err);
    check_ok(lrp_session_set_tensor(s, "input_ids", ids, "tokens", &err), &err);
    lrp_tensor_release(ids);
    return s;
}

static void set(struct lrp_settings *settings, enum lrp_setting setting, const char *value)
{
    struct lrp_error err = {0};
    check_ok(lrp_settings_set(settings, setting, value, &err), &err);
}

static const struct lrp_snapshot *run(struct lrp_session *s)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_session_run(s, LRP_WANT_LEDGER, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    return now;
}

/* The least that is accepted. */
static void least_memory_keeping(struct lrp_settings *settings, int tokens, bool layers, char least[32])
{
    struct lrp_error err = {0};
    set(settings, LRP_SETTING_MEMORY, "1000");
    struct lrp_session *s = open_session(settings, tokens);
    lrp_session_keep_layers(s, layers);
    check_fails(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err, LRP_MEMORY, "--memory 1000 is too small: ");
    assert_int_equal(sscanf(strstr(err.message, "too small: "), "too small: %31[0-9] bytes are needed", least), 1);
    lrp_session_free(s);
}

static void least_memory(struct lrp_settings *settings, int tokens, char least[32])
{
    least_memory_keeping(settings, tokens, true, least);
}

static void check_same_tensor(const struct lrp_result *got, const struct lrp_result *want)
{
    assert_int_equal(got != NULL, want != NULL);
    if (!want) return;
    const struct lrp_tensor *a = lrp_result_tensor(got), *b = lrp_result_tensor(want);
    assert_non_null(a);
    assert_int_equal(a->count, b->count);
    if (lrp_dtype_is_float(b->dtype))
        check_f32_array(a->f, b->f, b->count, 1e-6);
    else
        assert_memory_equal(a->i, b->i, b->count * sizeof *b->i);
}

/* Values are the same bits; what flows back to keys is summed up over the queries of one piece after the other. */
static void check_same_statistics(const struct lrp_statistics *got, const struct lrp_statistics *want, double tolerance)
{
    const double size = tolerance * fmax(fabs((double)want->min), fabs((double)want->max));
    assert_true(fabs((double)got->min - (double)want->min) <= size && fabs((double)got->max - (double)want->max) <= size);
    assert_int_equal(got->nan, want->nan);
    check_close(got->std, want->std, 1e-6);
    assert_true(fabs(got->sum - want->sum) <= 1e-6 * (1 + fabs(want->sum)));
}

static void check_same(const struct lrp_snapshot *got, const struct lrp_snapshot *want)
{
    for (size_t k = 0; k < want->layers->count; k++) {
        check_same_statistics(&got->activation_statistics[k], &want->activation_statistics[k], 0);
        check_same_statistics(&got->relevance_statistics[k], &want->relevance_statistics[k], 1e-6);
        check_same_tensor(got->activation[k], want->activation[k]);
        check_same_tensor(got->relevance[k], want->relevance[k]);
    }
    assert_int_equal(got->ledger != NULL, want->ledger != NULL);
    for (size_t k = 0; want->ledger && k < want->ledger->count; k++) {
        const struct lrp_ledger_row *a = &got->ledger->rows[k], *b = &want->ledger->rows[k];
        assert_true(fabs(a->in - b->in) <= 1e-6 * b->size && fabs(a->out - b->out) <= 1e-6 * b->size);
        for (int c = 0; c < LRP_CAUSE_COUNT; c++) assert_true(fabs(a->causes[c] - b->causes[c]) <= 1e-6 * b->size);
    }
}

/* A session that has little memory goes through changes, and agrees with ones that have all of it and are new. */
/* Under the first `count` of these. */
static void compare_in_pieces(int tokens, size_t count)
{
    static const struct {
        enum lrp_setting setting;
        const char *value;
    } changes[] = {
        {LRP_SETTING_COMPOSITE, "attnlrp"},       {LRP_SETTING_TARGET, "1"},        {LRP_SETTING_COMPOSITE, "cp-lrp"},
        {LRP_SETTING_COMPOSITE, "epsilon(0.01)"}, {LRP_SETTING_TARGET, ""},         {LRP_SETTING_COMPOSITE, "attnlrp"},
        {LRP_SETTING_METHOD, "input-gradient"},   {LRP_SETTING_METHOD, "gradient"}, {LRP_SETTING_METHOD, "lrp"},
        {LRP_SETTING_OUTPUT_RELEVANCE, "logit"},  {LRP_SETTING_THREADS, "3"},
    };
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    char least[32];
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
    least_memory(settings, tokens, least);
    set(settings, LRP_SETTING_MEMORY, least);
    struct lrp_session *s = open_session(settings, tokens);
    for (size_t i = 0; i < count && i < sizeof changes / sizeof *changes; i++) {
        set(settings, changes[i].setting, changes[i].value);
        set(settings, LRP_SETTING_MEMORY, "");
        struct lrp_session *fresh = open_session(settings, tokens);
        set(settings, LRP_SETTING_MEMORY, least);
        check_ok(lrp_session_apply(s, settings, &err), &err);
        const struct lrp_snapshot *now = run(s), *want = run(fresh);
        check_same(now, want);
        lrp_snapshot_release(now);
        lrp_snapshot_release(want);
        lrp_session_free(fresh);
    }
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* Queries in pieces that end with a shorter one, and in as many as there are. */
static void attention_in_pieces_gives_the_same_numbers(void **state)
{
    (void)state;
    compare_in_pieces(TOKENS, SIZE_MAX);
    compare_in_pieces(ODD, 1);
}

static double activation_bytes(struct lrp_settings *settings, int tokens)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    struct lrp_session *s = open_session(settings, tokens);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    const double bytes = (double)now->layers->activation_bytes;
    lrp_snapshot_release(now);
    lrp_session_free(s);
    return bytes;
}

/* What more tokens need is less than all activations and as many relevances. */
static void attention_in_pieces_needs_less(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    char many[32], few[32];
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
    least_memory(settings, TOKENS, many);
    least_memory(settings, FEWER, few);
    const double activations = activation_bytes(settings, TOKENS) - activation_bytes(settings, FEWER);
    assert_true(strtod(many, NULL) - strtod(few, NULL) < 2 * activations);
    lrp_settings_free(settings);
}

/* A session that keeps relevance at its ends finds the same there, and knows of layers what theirs was like. */
static void relevance_of_layers_is_let_go(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
    set(settings, LRP_SETTING_COMPOSITE, "attnlrp");
    struct lrp_session *s = open_session(settings, TOKENS), *whole = open_session(settings, TOKENS);
    const struct lrp_snapshot *now = NULL, *want = run(whole);
    lrp_session_keep_layers(s, false);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    check_same_tensor(now->relevance[0], want->relevance[0]);
    size_t gone = 0;
    for (size_t k = 1; k < want->layers->count; k++) {
        assert_int_equal(now->relevance[k] != NULL, want->relevance[k] != NULL);
        check_same_statistics(&now->relevance_statistics[k], &want->relevance_statistics[k], 0);
        check_same_tensor(now->activation[k], want->activation[k]);
        gone += now->relevance[k] && !lrp_result_tensor(now->relevance[k]);
    }
    assert_true(gone > want->layers->count / 2);
    lrp_snapshot_release(now);
    lrp_snapshot_release(want);
    lrp_session_free(s);
    lrp_session_free(whole);
    lrp_settings_free(settings);
}

/* Where layers' relevance goes, less than half of it need be there, and that much is enough. */
static void what_is_let_go_is_not_asked_for(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    char whole[32], ends[32];
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set_flag(settings, LRP_SETTING_SKIP_CHECKS, true, &err), &err);
    least_memory_keeping(settings, FEWER, true, whole);
    least_memory_keeping(settings, FEWER, false, ends);
    assert_true(strtod(whole, NULL) - strtod(ends, NULL) > activation_bytes(settings, FEWER) / 4);
    set(settings, LRP_SETTING_MEMORY, ends);
    struct lrp_session *s = open_session(settings, FEWER);
    check_fails(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err, LRP_MEMORY, "is too small");
    lrp_session_keep_layers(s, false);
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attention_in_pieces_gives_the_same_numbers),
        cmocka_unit_test(attention_in_pieces_needs_less),
        cmocka_unit_test(relevance_of_layers_is_let_go),
        cmocka_unit_test(what_is_let_go_is_not_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
