/* test_kept.c: what a session keeps between passes (prepared weights, denominators, memory) never shows in the numbers. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "lrpscope/session.h"

#define DEMO "assets/demo/"

static struct lrp_session *open_session(struct lrp_settings *settings, const char *picture)
{
    struct lrp_error err = {0};
    struct lrp_session *s = NULL;
    check_ok(lrp_session_open(DEMO "vgg.onnx", settings, &s, &err), &err);
    check_ok(lrp_session_set_input(s, NULL, picture, &err), &err);
    return s;
}

static const struct lrp_snapshot *run(struct lrp_session *s)
{
    struct lrp_error err = {0};
    const struct lrp_snapshot *now = NULL;
    check_ok(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err);
    check_ok(lrp_session_snapshot(s, &now, &err), &err);
    return now;
}

/* The session, which has run before, agrees bit for bit with one that has not. */
static void check_like_fresh(struct lrp_session *s, struct lrp_settings *settings, const char *picture)
{
    struct lrp_session *fresh = open_session(settings, picture);
    const struct lrp_snapshot *now = run(s), *want = run(fresh);
    for (size_t k = 0; k < want->layers->count; k++) {
        const size_t bytes = lrp_result_tensor(want->relevance[k])->count * sizeof(float);
        assert_memory_equal(lrp_result_tensor(now->activation[k])->f, lrp_result_tensor(want->activation[k])->f,
                            lrp_result_tensor(want->activation[k])->count * sizeof(float));
        assert_memory_equal(lrp_result_tensor(now->relevance[k])->f, lrp_result_tensor(want->relevance[k])->f, bytes);
        check_close(now->relevance_statistics[k].sum, want->relevance_statistics[k].sum, 0);
        check_close(now->relevance_statistics[k].std, want->relevance_statistics[k].std, 0);
    }
    lrp_snapshot_release(now);
    lrp_snapshot_release(want);
    lrp_session_free(fresh);
}

/* One change after another, of every kind. */
static void go_through_changes(struct lrp_settings *settings)
{
    static const struct {
        enum lrp_setting setting;
        const char *value, *picture; /* picture: NULL: the one before */
    } changes[] = {
        {LRP_SETTING_COMPOSITE, "epsilon-plus-flat", NULL},
        {LRP_SETTING_TARGET, "3", NULL},
        {LRP_SETTING_COMPOSITE, "epsilon-gamma-box(-1,2)", NULL},
        {LRP_SETTING_COMPOSITE, "epsilon-gamma-box(-2,2)", NULL},
        {LRP_SETTING_COMPOSITE, "gamma(0.5)", DEMO "bag.png"},
        {LRP_SETTING_COMPOSITE, "gamma(0.25)", NULL},
        {LRP_SETTING_COMPOSITE, "epsilon-plus-flat", DEMO "boot.png"},
        {LRP_SETTING_TARGET, "", NULL},
        {LRP_SETTING_COMPOSITE, "epsilon-alpha2-beta1-flat", DEMO "dress.png"},
        {LRP_SETTING_COMPOSITE, "w-square", DEMO "bag.png"},
        {LRP_SETTING_COMPOSITE, "generalized-gamma", DEMO "bag.png"},
    };
    struct lrp_error err = {0};
    const char *picture = DEMO "boot.png";
    struct lrp_session *s = open_session(settings, picture);
    lrp_snapshot_release(run(s));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        check_ok(lrp_settings_set(settings, changes[i].setting, changes[i].value, &err), &err);
        check_ok(lrp_session_apply(s, settings, &err), &err);
        if (changes[i].picture) {
            picture = changes[i].picture;
            check_ok(lrp_session_set_input(s, NULL, picture, &err), &err);
        }
        check_like_fresh(s, settings, picture);
    }
    lrp_session_free(s);
}

static void passes_after_changes_are_those_of_a_fresh_session(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    go_through_changes(settings);
    lrp_settings_free(settings);
}

/* With the least memory that is accepted, caches hold next to nothing. */
static void little_memory_gives_the_same_numbers(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_MEMORY, "1000", &err), &err);
    struct lrp_session *s = open_session(settings, DEMO "boot.png");
    check_fails(lrp_session_run(s, LRP_WANT_RELEVANCE, &err), &err, LRP_MEMORY, "--memory 1000 is too small: ");
    char least[32];
    assert_int_equal(sscanf(strstr(err.message, "too small: "), "too small: %31[0-9] bytes are needed", least), 1);
    check_ok(lrp_settings_set(settings, LRP_SETTING_MEMORY, least, &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    check_ok(lrp_settings_set(settings, LRP_SETTING_MEMORY, "", &err), &err);
    check_like_fresh(s, settings, DEMO "boot.png");
    lrp_session_free(s);
    check_ok(lrp_settings_set(settings, LRP_SETTING_MEMORY, least, &err), &err);
    go_through_changes(settings);
    lrp_settings_free(settings);
}

/* Shapes, not threads, decide in which order numbers are added up. */
static void any_number_of_threads_gives_the_same_numbers(void **state)
{
    (void)state;
    static const char *const composites[] = {"epsilon-plus-flat", "epsilon-alpha2-beta1-flat", "epsilon-gamma-box(-1,2)",
                                             "w-square"};
    static const char *const threads[] = {"2", "3", "7"};
    struct lrp_error err = {0};
    struct lrp_settings *settings = NULL;
    check_ok(lrp_settings_new(&settings, &err), &err);
    for (size_t c = 0; c < sizeof composites / sizeof *composites; c++)
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
            check_ok(lrp_settings_set(settings, LRP_SETTING_COMPOSITE, composites[c], &err), &err);
            check_ok(lrp_settings_set(settings, LRP_SETTING_THREADS, threads[t], &err), &err);
            struct lrp_session *s = open_session(settings, DEMO "boot.png");
            lrp_snapshot_release(run(s));
            check_ok(lrp_settings_set(settings, LRP_SETTING_THREADS, "1", &err), &err);
            check_like_fresh(s, settings, DEMO "boot.png");
            lrp_session_free(s);
        }
    lrp_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_after_changes_are_those_of_a_fresh_session),
        cmocka_unit_test(little_memory_gives_the_same_numbers),
        cmocka_unit_test(any_number_of_threads_gives_the_same_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
