/* check.c: which layers of a model LRP does not support, why, and what can be done.
 *
 *     check MODEL [ACTIVATION...]     activations that are registered as supported first
 *
 * Exits with 0 if every layer passes, 1 if not, 2 if the model cannot be opened. */
#include <stdio.h>

#include <lrpscope/session.h>

/* Settings are plain values: names are registered in them, sessions copy them. */
static enum lrp_status open_session(int argc, char **argv, struct lrp_session **out, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    enum lrp_status status = lrp_settings_new(&settings, err);
    for (int i = 2; !status && i < argc; i++) status = lrp_settings_register_activation(settings, argv[i], true, err);
    if (!status) status = lrp_session_open(argv[1], settings, out, err);
    lrp_settings_free(settings);
    return status;
}

/* Row 0 is the model's input, which cannot fail. */
static void print_check(const struct lrp_check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct lrp_check_row *row = &check->rows[i];
        if (row->failed)
            printf("layer %d %s (%s, %s): %s; remedy: %s\n", row->layer->index, row->layer->name, row->layer->type,
                   row->layer->activation, row->reason, row->remedy);
    }
    if (check->passed)
        printf("all %zu layers pass\n", check->count - 1);
    else
        printf("%zu of %zu layers fail\n%s", check->failed, check->count - 1, check->guidance);
}

int main(int argc, char **argv)
{
    struct lrp_session *session = NULL;
    const struct lrp_snapshot *now = NULL;
    struct lrp_error err = {0};
    int code = 2;
    if (argc < 2) {
        fprintf(stderr, "usage: check MODEL [ACTIVATION...]\n");
        return code;
    }
    enum lrp_status status = open_session(argc, argv, &session, &err);
    if (!status) status = lrp_session_snapshot(session, &now, &err);
    if (status) {
        fprintf(stderr, "check: %s\n", err.message);
    } else {
        print_check(now->check);
        code = now->check->passed ? 0 : 1;
    }
    lrp_snapshot_release(now);
    lrp_session_free(session);
    return code;
}
