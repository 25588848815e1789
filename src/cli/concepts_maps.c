/* concepts_maps.c: a heatmap for each channel that is listed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concepts.h"
#include "paths.h"
#include "printable.h"
#include "text.h"

/* "F.png" -> "F-c003.png", of several samples "F-1-c003.png", of several layers "F-LAYER-c003.png"; with a folder
 * STEM-LAYER-c003.png. Owned. */
static char *map_path(const struct concepts *c, size_t round, size_t sample, int layer, int64_t channel)
{
    const bool several = lrp_cli_samples_in(&c->job) > 1, folder = c->arguments->output_dir != NULL;
    const char *const given = folder ? lrp_cli_job_round_path(&c->job, round) : c->arguments->heatmap;
    const char *dot = folder ? NULL : strrchr(given, '.');
    struct lrp_text name = {0};
    char **stems = folder ? lrp_cli_path_stems(&given, 1) : NULL, *path = NULL;
    if (folder && !stems) return NULL;
    const char *stem = folder ? stems[0] : given;
    lrp_text_printf(&name, "%.*s", dot ? (int)(dot - given) : (int)strlen(stem), stem);
    if (several) lrp_text_printf(&name, "-%zu", sample);
    const size_t from = name.length;
    if (folder || c->layer_count > 1) lrp_text_printf(&name, "-%s", lrp_concepts_layer(c, layer));
    for (size_t i = from; name.data && i < name.length; i++)
        if (name.data[i] == '/') name.data[i] = '_';
    lrp_text_printf(&name, "-c%03" PRId64 "%s", channel, folder ? ".png" : dot ? dot : "");
    char *made = lrp_text_take(&name);
    if (made) path = folder ? lrp_cli_path_join(c->arguments->output_dir, made, "") : strdup(made);
    lrp_cli_free_texts(stems, stems ? 1 : 0);
    free(made);
    return path;
}

enum lrp_status lrp_concepts_condition(struct concepts *c, const char *conditions, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    enum lrp_status status = lrp_settings_copy(c->arguments->settings, &settings, err);
    if (!status && conditions) status = lrp_settings_set(settings, LRP_SETTING_CONCEPT, conditions, err);
    if (!status) status = lrp_session_apply(c->job.session, settings, err);
    lrp_settings_free(settings);
    return status;
}

/* A sample of the input's relevance, on its own. */
static enum lrp_status keep_map(const struct lrp_snapshot *now, size_t sample, size_t samples, struct lrp_stack *maps,
                                struct lrp_error *err)
{
    const struct lrp_tensor *all = lrp_result_tensor(now->relevance[0]);
    if (!all) return lrp_fail(err, LRP_UNSUPPORTED, "no relevance reaches the input");
    struct lrp_shape shape = all->shape;
    struct lrp_tensor *one = NULL;
    const bool batched = samples > 1 && shape.rank > 0 && shape.dim[0] == (int64_t)samples;
    if (batched) shape.dim[0] = 1;
    enum lrp_status status = lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &one, err);
    if (!status) memcpy(one->f, all->f + (batched ? sample * one->count : 0), one->count * sizeof *one->f);
    if (!status) status = lrp_cli_stack_push(maps, one, err);
    lrp_tensor_release(one);
    return status;
}

/* No heatmap replaces what is read; which channels there are is known only now. */
enum lrp_status lrp_concepts_guard(const struct concepts *c, const char *option, const char *path, struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    lrp_cli_job_guard(&c->job, &guard);
    lrp_guard_writes(&guard, option, path);
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}

static enum lrp_status write_map(const struct concepts *c, const struct lrp_snapshot *now, size_t round, size_t sample,
                                 int layer, int64_t channel, struct lrp_error *err)
{
    if (!c->arguments->heatmap && !c->arguments->output_dir) return LRP_OK;
    char *path = map_path(c, round, sample, layer, channel);
    enum lrp_status status = path ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && c->arguments->output_dir) status = lrp_cli_dir_make(c->arguments->output_dir, err);
    if (!status) status = lrp_concepts_guard(c, "--heatmap", path, err);
    if (!status) status = lrp_snapshot_export_heatmap(now, 0, LRP_SHOW_RELEVANCE, (int64_t)sample, path, err);
    if (!status && c->arguments->verbose) lrp_print(stderr, "lrpscope: wrote %s\n", path);
    free(path);
    return status;
}

/* A pass for each listed channel of a sample: activations, and relevance above the layer, stay as they are. */
enum lrp_status lrp_concepts_map(struct concepts *c, size_t round, int64_t pass, size_t sample, struct listing *l,
                                 struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    char condition[64];
    for (size_t k = 0; !status && k < l->count; k++) {
        const struct lrp_snapshot *now = NULL;
        snprintf(condition, sizeof condition, "%d=%" PRId64, l->layer, l->rows[k].channel);
        status = lrp_concepts_condition(c, condition, err);
        if (!status) status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &now, err);
        if (!status) status = keep_map(now, sample, lrp_cli_samples_in(&c->job), &l->maps, err);
        if (!status) status = write_map(c, now, round, sample, l->layer, l->rows[k].channel, err);
        lrp_snapshot_release(now);
    }
    return !status ? lrp_concepts_condition(c, NULL, err) : status;
}

/* "F.npy", of several layers F-LAYER.npy. Owned. */
static char *maps_path(const struct concepts *c, const struct listing *l)
{
    const bool several = lrp_cli_samples_in(&c->job) > 1 || lrp_cli_job_rounds(&c->job) > 1;
    char *path = several ? lrp_cli_path_numbered(c->arguments->relevance, (int64_t)c->number) : strdup(c->arguments->relevance);
    if (!path || c->layer_count == 1) return path;
    const char *dot = strrchr(path, '.');
    struct lrp_text t = {0};
    lrp_text_printf(&t, "%.*s", dot ? (int)(dot - path) : (int)strlen(path), path);
    const size_t from = t.length;
    lrp_text_printf(&t, "-%s", lrp_concepts_layer(c, l->layer));
    for (size_t i = from; t.data && i < t.length; i++)
        if (t.data[i] == '/') t.data[i] = '_';
    lrp_text_append(&t, dot ? dot : "");
    free(path);
    return lrp_text_take(&t);
}

enum lrp_status lrp_concepts_write_maps(const struct concepts *c, const struct listing *l, struct lrp_error *err)
{
    if (!c->arguments->relevance || !l->count) return LRP_OK;
    char *path = maps_path(c, l);
    enum lrp_status status =
        path ? lrp_concepts_guard(c, "--relevance", path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_cli_stack_write(&l->maps, path, err);
    free(path);
    return status;
}
