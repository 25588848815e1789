/* test_channel_maps.c: heatmaps of single channels: in a chain they add up to the whole, and cost what lies before the layer.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "lrpscope/session.h"

#define DEMO "assets/demo/"
enum { LAYER = 7, CHANNELS = 64 };

static struct lrp_session *open_vgg(struct lrp_settings **settings)
{
    struct lrp_error err = {0};
    struct lrp_session *s = NULL;
    check_ok(lrp_settings_new(settings, &err), &err);
    check_ok(lrp_settings_set(*settings, LRP_SETTING_SCALE, "1/255", &err), &err);
    check_ok(lrp_session_open(DEMO "vgg.onnx", *settings, &s, &err), &err);
    check_ok(lrp_session_set_input(s, NULL, DEMO "boot.png", &err), &err);
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

/* A plane of 28 x 28 with one channel: the relevance itself. */
static struct lrp_plane plane_of(const struct lrp_snapshot *now)
{
    struct lrp_error err = {0};
    struct lrp_plane plane;
    check_ok(lrp_snapshot_plane(now, 0, LRP_SHOW_RELEVANCE, 0, &plane, &err), &err);
    return plane;
}

static void add_plane(const struct lrp_snapshot *now, size_t k, double *sum)
{
    struct lrp_error err = {0};
    struct lrp_plane plane;
    check_ok(lrp_snapshot_concept_plane(now, k, 0, &plane, &err), &err);
    for (int i = 0; i < plane.width * plane.height; i++) sum[i] += (double)plane.values[i];
    lrp_plane_free(&plane);
}

static void all_channels_add_up_to_the_plain_heatmap(void **state)
{
    (void)state;
    struct lrp_settings *settings;
    struct lrp_session *s = open_vgg(&settings);
    lrp_session_want_concepts(s, LAYER, CHANNELS);
    const struct lrp_snapshot *now = run(s);
    const struct lrp_concepts_seen *c = now->concepts;
    double sum[28 * 28] = {0}, shares = 0, largest = 0;
    assert_non_null(c);
    assert_int_equal(c->layer, LAYER);
    assert_int_equal(c->count, CHANNELS);
    assert_int_equal(c->done, CHANNELS);
    for (size_t k = 0; k < c->done; k++) {
        add_plane(now, k, sum);
        shares += fabs(c->shares[k]);
        assert_true(!k || c->channels[k] < 0 || c->sums[k] <= c->sums[k - 1]);
    }
    check_close(shares, 1, 1e-6);
    struct lrp_plane plain = plane_of(now);
    for (int i = 0; i < 28 * 28; i++) largest = fmax(largest, fabs((double)plain.values[i]));
    for (int i = 0; i < 28 * 28; i++) assert_true(fabs(sum[i] - (double)plain.values[i]) <= 1e-5 * largest);
    lrp_plane_free(&plain);
    lrp_snapshot_release(now);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

/* The setting "concept" finds the same, and behind a pass without conditions computes no more than the layers before. */
static void a_heatmap_is_what_the_condition_gives(void **state)
{
    struct lrp_error err = {0};
    struct lrp_settings *settings;
    struct lrp_plane plane;
    struct lrp_session *s = open_vgg(&settings);
    char condition[40];
    (void)state;
    lrp_session_want_concepts(s, LAYER, 3);
    const struct lrp_snapshot *plain = run(s);
    assert_int_equal(plain->concepts->count, 3);
    snprintf(condition, sizeof condition, "%d=%lld", LAYER, (long long)plain->concepts->channels[2]);
    check_ok(lrp_settings_set(settings, LRP_SETTING_CONCEPT, condition, &err), &err);
    check_ok(lrp_session_apply(s, settings, &err), &err);
    const struct lrp_snapshot *now = run(s);
    assert_int_equal(now->relevance_layers, LAYER);
    assert_int_equal(now->forward_layers, 0);
    assert_ptr_equal(now->concepts->channels, plain->concepts->channels); /* conditions do not change what there is to choose */
    check_ok(lrp_snapshot_concept_plane(plain, 2, 0, &plane, &err), &err);
    struct lrp_plane found = plane_of(now);
    for (int i = 0; i < 28 * 28; i++) assert_true(found.values[i] == plane.values[i]);
    lrp_plane_free(&found);
    lrp_plane_free(&plane);
    lrp_snapshot_release(now);
    lrp_snapshot_release(plain);
    lrp_session_free(s);
    lrp_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_channels_add_up_to_the_plain_heatmap),
        cmocka_unit_test(a_heatmap_is_what_the_condition_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
