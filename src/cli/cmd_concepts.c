/* cmd_concepts.c: lrpscope concepts MODEL INPUT... --at LAYER: which channels of a layer matter, and what each looks at. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "concept_index.h"
#include "job.h"
#include "json_output.h"
#include "paths.h"
#include "samples.h"
#include "table.h"
#include "words.h"

struct concepts {
    struct lrp_cli_job job;
    const struct lrp_arguments *arguments;
    const struct lrp_snapshot *opened; /* before anything is computed */
    int layer;
    struct lrp_document document; /* with --json */
    cJSON *samples;
    struct lrp_concept_index index; /* with --index */
    size_t number;                  /* samples seen */
};
/* The channels of a sample that are listed, the strongest first. */
struct listing {
    struct lrp_channel_summary *rows, *activations;
    size_t count;          /* of rows that are listed */
    size_t all;            /* channels there are */
    double sizes;          /* of all their relevances */
    struct lrp_stack maps; /* a heatmap for each */
};

static bool by_activation(const struct concepts *c)
{
    return c->arguments->by == LRP_CLI_BY_ACTIVATION;
}

/* ---- channels ---- */

static int compare_relevance(const void *a, const void *b)
{
    const struct lrp_channel_summary *x = a, *y = b;
    if (x->sum != y->sum) return x->sum < y->sum ? 1 : -1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

static int compare_sizes(const void *a, const void *b)
{
    const struct lrp_channel_summary *x = a, *y = b;
    if (fabs(x->sum) != fabs(y->sum)) return fabs(x->sum) < fabs(y->sum) ? 1 : -1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

/* Channels without any are left out. */
static void rank_concepts(const struct concepts *c, struct listing *l)
{
    l->count = 0;
    for (size_t k = 0; k < l->all; k++) {
        if (!by_activation(c)) l->sizes += fabs(l->rows[k].sum);
        if (fabs(l->rows[k].sum) > 0) l->rows[l->count++] = l->rows[k];
    }
    qsort(l->rows, l->count, sizeof *l->rows, c->arguments->by == LRP_CLI_BY_ABS ? compare_sizes : compare_relevance);
    if (c->arguments->top && l->count > (size_t)c->arguments->top) l->count = (size_t)c->arguments->top;
}

static enum lrp_status list_sample(const struct concepts *c, const struct lrp_snapshot *now, size_t sample, struct listing *l,
                                   struct lrp_error *err)
{
    size_t count;
    const enum lrp_show show = by_activation(c) ? LRP_SHOW_ACTIVATION : LRP_SHOW_RELEVANCE;
    enum lrp_status status = lrp_snapshot_channel_sums(now, c->layer, show, (int64_t)sample, &l->rows, &l->all, err);
    if (!status)
        status = lrp_snapshot_channel_sums(now, c->layer, LRP_SHOW_ACTIVATION, (int64_t)sample, &l->activations, &count, err);
    if (!status) rank_concepts(c, l);
    return status;
}

static void listing_free(struct listing *l)
{
    free(l->rows);
    free(l->activations);
    lrp_cli_stack_free(&l->maps);
    *l = (struct listing){0};
}

/* ---- heatmaps ---- */

static bool wants_maps(const struct concepts *c)
{
    return c->arguments->heatmap || c->arguments->relevance || c->arguments->output_dir;
}

/* "F.png" -> "F-c003.png", of several samples "F-1-c003.png"; with a folder STEM-LAYER-c003.png. Owned. */
static char *map_path(const struct concepts *c, size_t round, size_t sample, int64_t channel)
{
    const bool several = lrp_cli_samples_in(&c->job) > 1;
    const char *layer = c->opened->layers->rows[c->layer].name;
    char *name = NULL, **stems = NULL, *path = NULL;
    if (c->arguments->output_dir) {
        const char *const given = lrp_cli_job_round_path(&c->job, round);
        stems = lrp_cli_path_stems(&given, 1);
        if (!stems) return NULL;
        const char *stem = stems[0];
        const int made = several ? asprintf(&name, "%s-%zu-%s-c%03" PRId64 ".png", stem, sample, layer, channel)
                                 : asprintf(&name, "%s-%s-c%03" PRId64 ".png", stem, layer, channel);
        for (char *p = made < 0 ? NULL : name; p && *p; p++)
            if (*p == '/') *p = '_';
        path = made < 0 ? NULL : lrp_cli_path_join(c->arguments->output_dir, name, "");
    } else {
        const char *file = c->arguments->heatmap, *dot = strrchr(file, '.');
        const size_t length = dot ? (size_t)(dot - file) : strlen(file);
        const int made = several
                             ? asprintf(&path, "%.*s-%zu-c%03" PRId64 "%s", (int)length, file, sample, channel, dot ? dot : "")
                             : asprintf(&path, "%.*s-c%03" PRId64 "%s", (int)length, file, channel, dot ? dot : "");
        if (made < 0) path = NULL;
    }
    lrp_cli_free_texts(stems, stems ? 1 : 0);
    free(name);
    return path;
}

/* The session under the condition that relevance passes a channel; -1: none. */
static enum lrp_status set_channel(struct concepts *c, int64_t channel, struct lrp_error *err)
{
    struct lrp_settings *settings = NULL;
    char condition[64];
    snprintf(condition, sizeof condition, "%d=%" PRId64, c->layer, channel);
    enum lrp_status status = lrp_settings_copy(c->arguments->settings, &settings, err);
    if (!status && channel >= 0) status = lrp_settings_add_concept(settings, condition, err);
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
static enum lrp_status guard_path(const struct concepts *c, const char *option, const char *path, struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    lrp_cli_job_guard(&c->job, &guard);
    lrp_guard_writes(&guard, option, path);
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    return status;
}

static enum lrp_status write_map(const struct concepts *c, const struct lrp_snapshot *now, size_t round, size_t sample,
                                 int64_t channel, struct lrp_error *err)
{
    if (!c->arguments->heatmap && !c->arguments->output_dir) return LRP_OK;
    char *path = map_path(c, round, sample, channel);
    enum lrp_status status = path ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && c->arguments->output_dir) status = lrp_cli_dir_make(c->arguments->output_dir, err);
    if (!status) status = guard_path(c, "--heatmap", path, err);
    if (!status) status = lrp_snapshot_export_heatmap(now, 0, LRP_SHOW_RELEVANCE, (int64_t)sample, path, err);
    if (!status && c->arguments->verbose) lrp_print(stderr, "lrpscope: wrote %s\n", path);
    free(path);
    return status;
}

/* A pass for each listed channel of a sample; activations stay as they are. */
static enum lrp_status make_maps(struct concepts *c, size_t round, int64_t pass, size_t sample, struct listing *l,
                                 struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t k = 0; !status && k < l->count; k++) {
        const struct lrp_snapshot *now = NULL;
        status = set_channel(c, l->rows[k].channel, err);
        if (!status) status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &now, err);
        if (!status) status = keep_map(now, sample, lrp_cli_samples_in(&c->job), &l->maps, err);
        if (!status) status = write_map(c, now, round, sample, l->rows[k].channel, err);
        lrp_snapshot_release(now);
    }
    return !status ? set_channel(c, -1, err) : status;
}

/* ---- what is told ---- */

static void put_sample(struct concepts *c, const char *name, const struct lrp_target *target, const struct listing *l)
{
    struct lrp_document *d = &c->document;
    double cumulative = 0;
    cJSON *o = lrp_cli_json_put_object(d, c->samples, NULL);
    lrp_cli_json_put_text(d, o, "input", name);
    lrp_cli_json_put_number(d, o, "target", (double)target->index);
    cJSON *array = lrp_cli_json_put_array(d, o, "channels");
    for (size_t k = 0; k < l->count; k++) {
        const struct lrp_channel_summary *row = &l->rows[k];
        const double share = by_activation(c) ? (double)NAN : row->sum / (l->sizes + 1e-10);
        cJSON *one = lrp_cli_json_put_object(d, array, NULL);
        cumulative += share;
        lrp_cli_json_put_number(d, one, "channel", (double)row->channel);
        lrp_cli_json_put_number(d, one, "relevance", by_activation(c) ? (double)NAN : row->sum);
        lrp_cli_json_put_number(d, one, "share", share);
        lrp_cli_json_put_number(d, one, "cumulative", cumulative);
        lrp_cli_json_put_number(d, one, "activation", l->activations[row->channel].sum);
    }
}

static enum lrp_status print_sample(const struct concepts *c, const char *name, const struct lrp_target *target,
                                    const struct listing *l, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {
        {"channel", true}, {"relevance", true}, {"share", true}, {"cumulative", true}, {"activation", true}};
    struct lrp_table table;
    double cumulative = 0;
    char number[40];
    lrp_print(stdout, "%s  target %" PRId64 "%s%s  layer %s, %zu channels\n", name, target->index, *target->label ? " " : "",
              target->label, c->opened->layers->rows[c->layer].name, l->all);
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < l->count; k++) {
        const struct lrp_channel_summary *row = &l->rows[k];
        const double share = l->sizes > 0 ? row->sum / (l->sizes + 1e-10) : 0;
        cumulative += share;
        lrp_cli_table_cell(&table, "%" PRId64, row->channel);
        lrp_cli_table_cell(&table, "%s", by_activation(c) ? "" : lrp_cli_number(row->sum, number, sizeof number));
        lrp_cli_table_cell(&table, "%.1f%%", 100 * share);
        lrp_cli_table_cell(&table, "%.1f%%", 100 * cumulative);
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(l->activations[row->channel].sum, number, sizeof number));
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

static enum lrp_status write_relevance(const struct concepts *c, const struct listing *l, struct lrp_error *err)
{
    if (!c->arguments->relevance || !l->count) return LRP_OK;
    const bool several = lrp_cli_samples_in(&c->job) > 1 || lrp_cli_job_rounds(&c->job) > 1;
    char *path = several ? lrp_cli_path_numbered(c->arguments->relevance, (int64_t)c->number) : strdup(c->arguments->relevance);
    enum lrp_status status = path ? guard_path(c, "--relevance", path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_cli_stack_write(&l->maps, path, err);
    free(path);
    return status;
}

static enum lrp_status index_sample(struct concepts *c, const struct lrp_snapshot *now, size_t sample, struct lrp_error *err)
{
    struct lrp_channel_summary *rows = NULL;
    size_t count = 0;
    const enum lrp_show show = by_activation(c) ? LRP_SHOW_ACTIVATION : LRP_SHOW_RELEVANCE;
    const struct lrp_index_score score = {c->arguments->pool == LRP_CLI_POOL_MAX, c->arguments->share};
    enum lrp_status status = lrp_snapshot_channel_sums(now, c->layer, show, (int64_t)sample, &rows, &count, err);
    if (!status) status = lrp_concept_index_add(&c->index, rows, count, score, err);
    free(rows);
    return status;
}

static enum lrp_status tell_sample(struct concepts *c, size_t round, int64_t pass, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err)
{
    struct listing l = {0};
    const struct lrp_target target = sample < now->target_count ? now->targets[sample] : (struct lrp_target){.label = ""};
    char *name = lrp_cli_sample_name(lrp_cli_job_round_path(&c->job, round), sample, lrp_cli_samples_in(&c->job));
    enum lrp_status status = name ? list_sample(c, now, sample, &l, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status && wants_maps(c)) status = make_maps(c, round, pass, sample, &l, err);
    if (!status && c->arguments->json) put_sample(c, name, &target, &l);
    if (!status && !c->arguments->json) status = print_sample(c, name, &target, &l, err);
    if (!status) status = write_relevance(c, &l, err);
    listing_free(&l);
    free(name);
    return status;
}

static enum lrp_status run_pass(struct concepts *c, size_t round, int64_t pass, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &now, err);
    if (!status) lrp_cli_job_say(&c->job, now);
    for (size_t i = 0; !status && i < lrp_cli_samples_in(&c->job); i++, c->number++)
        status = c->arguments->index ? index_sample(c, now, i, err) : tell_sample(c, round, pass, now, i, err);
    lrp_snapshot_release(now);
    return status;
}

static enum lrp_status print_concepts(struct concepts *c, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    if (c->arguments->index) {
        status = lrp_cli_dir_make(c->arguments->index, err);
        if (!status) status = lrp_concept_index_write(&c->index, c->arguments->index, err);
        if (!status && !c->arguments->json)
            lrp_print(stdout, "%s: %zu channels of %s, the %zu best of %zu samples each\n", c->arguments->index,
                      c->index.channels, c->opened->layers->rows[c->layer].name, c->index.references, c->index.seen);
    }
    return !status && c->arguments->json ? lrp_cli_json_print(&c->document, stdout, err) : status;
}

static enum lrp_status guard_index(const struct concepts *c, struct lrp_error *err)
{
    static const char *const names[] = {"value", "sample", "position"};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && c->arguments->index && i < sizeof names / sizeof *names; i++) {
        char *path = lrp_cli_path_join(c->arguments->index, names[i], ".npy");
        status = path ? guard_path(c, "--index", path, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
        free(path);
    }
    return status;
}

static enum lrp_status run_concepts(struct concepts *c, struct lrp_error *err)
{
    const struct lrp_arguments *a = c->arguments;
    if (!a->at) return lrp_fail(err, LRP_USAGE, "concepts needs a layer: --at LAYER (lrpscope layers %s lists them)", a->model);
    enum lrp_status status = lrp_cli_job_opened(&c->job, &c->opened, err);
    if (!status && lrp_cli_check_blocks(c->opened)) status = lrp_cli_check_refuse(a, c->opened->check, err);
    if (!status) lrp_cli_job_warn(a, c->opened);
    if (!status) status = lrp_snapshot_find(c->opened, a->at, &c->layer, err);
    if (!status) status = guard_index(c, err);
    c->index.references = a->references ? (size_t)a->references : 8;
    for (size_t round = 0; !status && round < lrp_cli_job_rounds(&c->job); round++) {
        status = lrp_cli_job_set_inputs(&c->job, round, err);
        const int64_t passes = status ? 0 : lrp_cli_job_passes(&c->job);
        for (int64_t pass = 0; !status && pass < passes; pass++) status = run_pass(c, round, pass, err);
    }
    return !status ? print_concepts(c, err) : status;
}

int lrp_cli_concepts(const struct lrp_arguments *arguments)
{
    struct concepts c = {.arguments = arguments};
    struct lrp_error err = {0};
    int code = 0;
    if (!lrp_cli_job_open(&c.job, arguments, true, &code)) return code;
    lrp_cli_json_init(&c.document, arguments->model);
    c.samples = lrp_cli_json_put_array(&c.document, c.document.root, "samples");
    const enum lrp_status status = run_concepts(&c, &err);
    if (status) code = lrp_cli_job_fail(&c.job, status, &err);
    lrp_concept_index_free(&c.index);
    lrp_cli_json_free(&c.document);
    lrp_snapshot_release(c.opened);
    lrp_cli_job_close(&c.job);
    return code;
}
