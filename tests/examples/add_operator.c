/* add_operator.c: a model with a layer nobody knows, explained with the help of a plugin that says what the layer computes.
 *
 *     add_operator MODEL PLUGIN.so TYPE NUMBER...     the numbers are the model's input, one sample
 *
 * A plugin (lrpscope/plugin.h) is a shared object; plugins/doubling.c is the smallest. It makes the layer run; registering TYPE
 * says that handing relevance through it is right. Both are settings, so one session knows of them, and no other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lrpscope/session.h>

static enum lrp_status set_numbers(struct lrp_session *session, char **numbers, int count, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 2, .dim = {1, count}};
    struct lrp_tensor *input = NULL;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &input, err);
    if (status) return status;
    for (int i = 0; i < count; i++) input->f[i] = strtof(numbers[i], NULL);
    status = lrp_session_set_tensor(session, NULL, input, "numbers", err);
    lrp_tensor_release(input);
    return status;
}

/* How the check sees the layers of that type, and whether they can be computed. */
static enum lrp_status print_layers(struct lrp_session *session, const char *when, const char *type, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_session_snapshot(session, &now, err);
    for (size_t i = 1; !status && i < now->check->count; i++) {
        const struct lrp_check_row *row = &now->check->rows[i];
        if (!strcmp(row->layer->type, type))
            printf("%s: layer %d %s, check: %s\n", when, row->layer->index, row->layer->executable ? "runs" : "does not run",
                   lrp_check_state_text(row->state));
    }
    lrp_snapshot_release(now);
    return status;
}

/* Changed settings hold for a session that is open, if they fit its model; if not, nothing has changed. */
static enum lrp_status add(struct lrp_session *session, struct lrp_settings *settings, const char *plugin, const char *type,
                           struct lrp_error *err)
{
    enum lrp_status status = lrp_settings_add_plugin(settings, plugin, err);
    if (!status) status = lrp_settings_register_layer(settings, type, true, err);
    return status ? status : lrp_session_apply(session, settings, err);
}

static void print_values(const char *what, const struct lrp_tensor *tensor)
{
    printf("%s:", what);
    for (size_t i = 0; i < tensor->count; i++) printf(" %.5g", (double)tensor->f[i]);
    putchar('\n');
}

static enum lrp_status explain(struct lrp_session *session, char **numbers, int count, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = set_numbers(session, numbers, count, err);
    if (!status) status = lrp_session_run(session, LRP_WANT_RELEVANCE, err);
    if (!status) status = lrp_session_snapshot(session, &now, err);
    if (!status) {
        print_values("output", now->output);
        print_values("relevance", lrp_result_tensor(now->relevance[0]));
    }
    lrp_snapshot_release(now);
    return status;
}

int main(int argc, char **argv)
{
    struct lrp_session *session = NULL;
    struct lrp_settings *settings = NULL;
    struct lrp_error err = {0};
    if (argc < 5) {
        fprintf(stderr, "usage: add_operator MODEL PLUGIN.so TYPE NUMBER...\n");
        return 2;
    }
    enum lrp_status status = lrp_settings_new(&settings, &err);
    if (!status) status = lrp_session_open(argv[1], settings, &session, &err);
    if (!status) status = print_layers(session, "alone", argv[3], &err);
    if (!status) status = add(session, settings, argv[2], argv[3], &err);
    if (!status) status = print_layers(session, "with the plugin", argv[3], &err);
    if (!status) status = explain(session, argv + 4, argc - 4, &err);
    if (status) fprintf(stderr, "add_operator: %s\n", err.message);
    lrp_session_free(session);
    lrp_settings_free(settings);
    return lrp_status_exit_code(status);
}
