/* merge_virelay.c: merge --h5 (merge_virelay.h). */
#include "merge_virelay.h"

#include <stdlib.h>
#include <string.h>

#include "arguments_apply.h"
#include "batch_results.h"
#include "commands.h"
#include "lrpscope/session.h"
#include "paths.h"
#include "results.h"
#include "virelay.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* A batch read once more. */
struct virelay_source {
    struct lrp_arguments
        arguments; /* the model, settings and files of the batch's good samples as a command line of their own */
    struct lrp_batch_results results;
    struct lrp_session *model;   /* owned; computes outputs */
    struct lrp_session *picture; /* owned; knows inputs as they are before they are scaled; computes nothing */
    char **paths;                /* owned, by sample */
    size_t *samples;             /* owned: of those that are good */
    const struct lrp_tensor *relevance;
    const struct lrp_snapshot *now;  /* of the sample in hand; owned */
    const struct lrp_tensor *pixels; /* likewise */
};

/* ---- the batch's own command line ---- */

static enum lrp_status read_arguments(struct virelay_source *s, const struct lrp_arguments *given, struct lrp_error *err)
{
    struct lrp_arguments *a = &s->arguments;
    *a = (struct lrp_arguments){
        .command = &lrp_cli_commands[LRP_COMMAND_INSPECT], .model = given->inputs[0], .quiet = given->quiet};
    enum lrp_status status = lrp_settings_new(&a->settings, err);
    if (!status) status = lrp_cli_results_open(a, err);
    if (!status) status = lrp_cli_apply_found(NULL, 0, a, err);
    a->command = given->command;
    return status;
}

static enum lrp_status read_samples(struct virelay_source *s, struct lrp_error *err)
{
    bool more = true;
    struct lrp_batch_results *r = &s->results;
    enum lrp_status status = lrp_results_open(s->arguments.results, r, err);
    while (!status && more) status = lrp_results_read(r, SIZE_MAX, &more, err);
    if (status) return status;
    s->paths = calloc(r->samples + 1, sizeof *s->paths);
    s->samples = calloc(r->samples + 1, sizeof *s->samples);
    s->arguments.inputs = calloc(r->samples + 1, sizeof *s->arguments.inputs);
    if (!s->paths || !s->samples || !s->arguments.inputs) return no_memory(err);
    status = lrp_results_paths(r, s->paths, err);
    for (size_t i = 0; !status && i < r->samples; i++) {
        if (r->rows[i].error || !r->rows[i].name) continue;
        s->samples[s->arguments.input_count] = i;
        s->arguments.inputs[s->arguments.input_count++] = s->paths[i];
    }
    return status || s->arguments.input_count ? status : lrp_fail(err, LRP_FILE, "%s: all inputs were bad", r->folder);
}

/* One for outputs; one that has the same inputs as numbers from 0 to 255, red first. */
static enum lrp_status open_sessions(struct virelay_source *s, struct lrp_error *err)
{
    static const struct {
        enum lrp_setting setting;
        const char *value;
    } plain[] = {{LRP_SETTING_SCALE, "1"}, {LRP_SETTING_MEAN, "0"}, {LRP_SETTING_STD, "1"}};
    struct lrp_settings *settings = NULL;
    enum lrp_status status = lrp_session_open(s->arguments.model, s->arguments.settings, &s->model, err);
    if (!status) status = lrp_settings_copy(s->arguments.settings, &settings, err);
    for (size_t i = 0; !status && i < sizeof plain / sizeof *plain; i++)
        status = lrp_settings_set(settings, plain[i].setting, plain[i].value, err);
    if (!status && !strcmp(lrp_settings_get(settings, LRP_SETTING_CHANNELS), "bgr"))
        status = lrp_settings_set(settings, LRP_SETTING_CHANNELS, "rgb", err);
    if (!status) status = lrp_session_open(s->arguments.model, settings, &s->picture, err);
    lrp_settings_free(settings);
    return status;
}

static enum lrp_status check_model(const struct virelay_source *s, struct lrp_error *err)
{
    char note[400];
    lrp_cli_results_compare(s->arguments.results, lrp_session_model(s->model), note, sizeof note);
    return *note ? lrp_fail(err, LRP_FILE, "%s: %s", s->arguments.model, note) : LRP_OK;
}

/* ---- a sample ---- */

/* The class a label names; false: none does. */
static bool find_label(const struct lrp_snapshot *now, const char *name, size_t *out)
{
    const char *label;
    for (size_t i = 0; name && *(label = lrp_snapshot_label(now, (int64_t)i)); i++)
        if (!strcmp(label, name)) {
            *out = i;
            return true;
        }
    return false;
}

static size_t largest_score(const float *values, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (values[i] > values[best]) best = i;
    return best;
}

/* Its folder's, else what was explained, else what the model says. */
static void take_label(const struct virelay_source *s, const struct lrp_outcome *row, struct lrp_virelay_sample *out)
{
    size_t label;
    const bool aimed = row->target >= 0 && (size_t)row->target < out->classes,
               known = find_label(s->now, row->folder, &label) && label < out->classes;
    out->label = known ? label : aimed ? (size_t)row->target : largest_score(out->output, out->classes);
    out->explained = known && aimed && (size_t)row->target == label;
}

static enum lrp_status compute_sample(struct virelay_source *s, size_t i, struct lrp_error *err)
{
    lrp_snapshot_release(s->now);
    lrp_tensor_release(s->pixels);
    s->now = NULL;
    s->pixels = NULL;
    enum lrp_status status = lrp_session_set_input(s->model, NULL, s->arguments.inputs[i], err);
    if (!status) status = lrp_session_run(s->model, LRP_WANT_FORWARD, err);
    if (!status) status = lrp_session_snapshot(s->model, &s->now, err);
    if (!status) status = lrp_session_set_input(s->picture, NULL, s->arguments.inputs[i], err);
    if (!status) s->pixels = lrp_session_input(s->picture, 0);
    return status;
}

static enum lrp_status give_sample(void *data, size_t i, struct lrp_virelay_sample *out, struct lrp_error *err)
{
    struct virelay_source *s = data;
    const struct lrp_shape *all = &s->relevance->shape;
    const size_t row = s->samples[i], size = s->relevance->count / (size_t)all->dim[0];
    enum lrp_status status = compute_sample(s, i, err);
    if (status) return status;
    const struct lrp_tensor *pixels = s->pixels, *output = s->now->output;
    out->shape = (struct lrp_shape){.rank = all->rank - 1};
    memcpy(out->shape.dim, all->dim + 1, (size_t)out->shape.rank * sizeof *all->dim);
    if (!pixels || pixels->dtype != LRP_DTYPE_FLOAT || pixels->count != size || !output || output->dtype != LRP_DTYPE_FLOAT)
        return lrp_fail(err, LRP_UNSUPPORTED, "%s: --h5: ViRelAy shows pictures and their class scores: this is none",
                        s->arguments.inputs[i]);
    out->pixels = pixels->f;
    out->relevance = s->relevance->f + row * size;
    out->output = output->f;
    out->classes = output->count;
    take_label(s, &s->results.rows[row], out);
    return LRP_OK;
}

static const char *give_label(void *data, size_t class_index)
{
    const struct virelay_source *s = data;
    return s->now ? lrp_snapshot_label(s->now, (int64_t)class_index) : "";
}

/* ---- all of them ---- */

/* Clusters count good samples alone: as the project does. */
static enum lrp_status write_project(struct virelay_source *s, const struct lrp_clusters *clusters, const char *prefix,
                                     struct lrp_error *err)
{
    const struct lrp_settings *settings = s->arguments.settings;
    const char *method = lrp_settings_get(settings, LRP_SETTING_METHOD), *slash = strrchr(s->arguments.model, '/');
    struct lrp_virelay project = {.model = slash ? slash + 1 : s->arguments.model,
                                  .method = method,
                                  .samples = s->arguments.input_count,
                                  .sample = give_sample,
                                  .label = give_label,
                                  .data = s,
                                  .spray = &clusters->found};
    size_t *clustered = calloc(clusters->found.count + 1, sizeof *clustered), at = 0;
    if (!clustered) return no_memory(err);
    for (size_t i = 0; i < clusters->found.count; i++) {
        while (at < project.samples && s->samples[at] < clusters->rows[i]) at++;
        clustered[i] = at;
    }
    project.clustered = clustered;
    const enum lrp_status status = lrp_virelay_write(&project, prefix, err);
    free(clustered);
    return status;
}

static enum lrp_status check_files(const struct virelay_source *s, const char *prefix, struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    enum lrp_status status = LRP_OK;
    lrp_cli_guard_arguments(&guard, &s->arguments, lrp_session_model(s->model));
    for (enum lrp_virelay_file i = 0; !status && i < LRP_VIRELAY_FILES; i++) {
        char *path = lrp_virelay_path(prefix, i);
        status = path ? lrp_cli_path_writable(path, err) : no_memory(err);
        if (path) lrp_guard_writes(&guard, "--h5", path);
        free(path);
    }
    if (!status) status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}

static void source_free(struct virelay_source *s)
{
    lrp_snapshot_release(s->now);
    lrp_tensor_release(s->pixels);
    lrp_session_free(s->picture);
    lrp_session_free(s->model);
    for (size_t i = 0; s->paths && i < s->results.samples; i++) free(s->paths[i]);
    free(s->paths);
    free(s->samples);
    lrp_results_free(&s->results);
    lrp_cli_arguments_free(&s->arguments);
}

enum lrp_status lrp_merge_virelay(const struct lrp_arguments *given, const struct lrp_tensor *relevance,
                                  const struct lrp_clusters *clusters, struct lrp_error *err)
{
    struct virelay_source s = {.relevance = relevance};
    enum lrp_status status = read_arguments(&s, given, err);
    if (!status) status = read_samples(&s, err);
    if (!status && *given->h5 && given->h5[strlen(given->h5) - 1] == '/') status = lrp_cli_dir_make(given->h5, err);
    if (!status) status = open_sessions(&s, err);
    if (!status) status = check_model(&s, err);
    if (!status) status = check_files(&s, given->h5, err);
    if (!status) status = write_project(&s, clusters, given->h5, err);
    source_free(&s);
    return status;
}
