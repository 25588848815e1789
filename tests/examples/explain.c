/* explain.c: a picture explained: what the model sees in it, a heatmap, and the pixels that speak most for the answer.
 *
 *     explain MODEL PICTURE RULES.json HEATMAP.png
 *
 * The rules file says how pictures become the model's input, which rules layers have, and how classes are called. */
#include <stdio.h>
#include <stdlib.h>

#include <lrpscope/session.h>

enum { TOP = 5 };

/* [open] */
static enum lrp_status open_session(const char *model, const char *rules, struct lrp_session **out, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    char *warnings = NULL;
    enum lrp_status status = lrp_settings_new(&settings, err);
    if (!status) status = lrp_settings_read(settings, rules, &warnings, err);
    if (warnings) fputs(warnings, stderr);
    if (!status) status = lrp_session_open(model, settings, out, err);
    free(warnings);
    lrp_settings_free(settings);
    return status;
}
/* [open] */

/* "pixel ROW,COLUMN" of the largest cells, one after the other: a plane is small, and TOP is, too. */
static void print_top(const struct lrp_plane *plane)
{
    const size_t count = (size_t)plane->width * (size_t)plane->height;
    size_t taken[TOP], found = 0;
    while (found < TOP && found < count) {
        size_t best = count;
        for (size_t i = 0; i < count; i++) {
            int known = 0;
            for (size_t k = 0; k < found; k++) known |= taken[k] == i;
            if (!known && (best == count || plane->values[i] > plane->values[best])) best = i;
        }
        taken[found++] = best;
        printf("pixel %zu,%zu  %g\n", best / (size_t)plane->width, best % (size_t)plane->width, (double)plane->values[best]);
    }
}

/* [see] */
/* Row 0 is the model's input: its relevance, reduced over the channels, is what the heatmap draws. */
static enum lrp_status print_and_write(const struct lrp_snapshot *now, const char *heatmap, struct lrp_error *err)
{
    const struct lrp_target *target = &now->targets[0];
    struct lrp_plane plane;
    enum lrp_status status = lrp_snapshot_plane(now, 0, LRP_SHOW_RELEVANCE, 0, &plane, err);
    if (status) return status;
    printf("class %lld %s  output %g  relevance %g\n", (long long)target->index, target->label, (double)target->output,
           now->relevance_statistics[0].sum);
    print_top(&plane);
    lrp_plane_free(&plane);
    return lrp_snapshot_export_heatmap(now, 0, LRP_SHOW_RELEVANCE, 0, heatmap, err);
}
/* [see] */

int main(int argc, char **argv)
{
    struct lrp_session *session = NULL;
    const struct lrp_snapshot *now = NULL;
    struct lrp_error err = {0};
    if (argc != 5) {
        fprintf(stderr, "usage: explain MODEL PICTURE RULES.json HEATMAP.png\n");
        return 2;
    }
    /* [run] */
    enum lrp_status status = open_session(argv[1], argv[3], &session, &err);
    if (!status) status = lrp_session_set_input(session, NULL, argv[2], &err);
    if (!status) status = lrp_session_run(session, LRP_WANT_RELEVANCE, &err);
    if (!status) status = lrp_session_snapshot(session, &now, &err);
    if (!status) status = print_and_write(now, argv[4], &err);
    /* [run] */
    /* [end] */
    if (status) fprintf(stderr, "explain: %s\n", err.message);
    lrp_snapshot_release(now);
    lrp_session_free(session);
    return lrp_status_exit_code(status);
    /* [end] */
}
