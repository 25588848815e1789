/* step.c: a walk through the layers, from the answer back to the input: what relevance arrives where, and where most of it.
 *
 *     step MODEL INPUT COMPOSITE RULES.json
 *
 * COMPOSITE stands in for the one of the rules file: "zero", "epsilon-plus", "epsilon-alpha2-beta1-flat" and so on. */
#include <math.h>
#include <stdio.h>

#include <lrpscope/session.h>

static enum lrp_status run(char **argv, struct lrp_session **session, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    enum lrp_status status = lrp_settings_new(&settings, err);
    if (!status) status = lrp_settings_read(settings, argv[4], NULL, err);
    if (!status) status = lrp_settings_set(settings, LRP_SETTING_COMPOSITE, argv[3], err);
    if (!status) status = lrp_session_open(argv[1], settings, session, err);
    if (!status) status = lrp_session_set_input(*session, NULL, argv[2], err);
    if (!status) status = lrp_session_run(*session, LRP_WANT_RELEVANCE, err);
    lrp_settings_free(settings);
    return status;
}

/* "3,14,9" of a flat index into a tensor, the batch axis left out. */
static void print_place(const struct lrp_shape *shape, size_t index)
{
    size_t stride = 1;
    for (int axis = 1; axis < shape->rank; axis++) stride *= (size_t)shape->dim[axis];
    for (int axis = 1; axis < shape->rank; axis++) {
        stride /= (size_t)shape->dim[axis];
        printf("%s%zu", axis > 1 ? "," : "", index / stride % (size_t)shape->dim[axis]);
    }
}

/* Tensors are dense, in row-major order; a layer that no path leads through has none. */
static void print_layer(const struct lrp_snapshot *now, size_t layer)
{
    const struct lrp_tensor *relevance = lrp_result_tensor(now->relevance[layer]);
    printf("%zu  %s  %s", layer, now->layers->rows[layer].name, layer ? now->rules[layer] : "input");
    if (relevance && relevance->count) {
        size_t largest = 0;
        for (size_t i = 1; i < relevance->count; i++)
            if (fabsf(relevance->f[i]) > fabsf(relevance->f[largest])) largest = i;
        printf("  sum %.6g  largest %.6g at ", now->relevance_statistics[layer].sum, (double)relevance->f[largest]);
        print_place(&relevance->shape, largest);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct lrp_session *session = NULL;
    const struct lrp_snapshot *now = NULL;
    struct lrp_error err = {0};
    if (argc != 5) {
        fprintf(stderr, "usage: step MODEL INPUT COMPOSITE RULES.json\n");
        return 2;
    }
    enum lrp_status status = run(argv, &session, &err);
    if (!status) status = lrp_session_snapshot(session, &now, &err);
    for (size_t layer = status ? 0 : now->layers->count; layer-- > 0;) print_layer(now, layer);
    if (status) fprintf(stderr, "step: %s\n", err.message);
    lrp_snapshot_release(now);
    lrp_session_free(session);
    return lrp_status_exit_code(status);
}
