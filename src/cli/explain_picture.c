/* explain_picture.c: explain's pictures of a sample, and what all its files have in common. */
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "paths.h"
#include "printable.h"

enum lrp_status lrp_explain_stopped(const struct lrp_explain *e, struct lrp_error *err)
{
    return lrp_cli_watch_exit_code(e->job.watch) ? lrp_fail(err, LRP_CANCELLED, "interrupted") : LRP_OK;
}

size_t lrp_explain_reports(struct lrp_explain *e, struct lrp_explain_round *round, struct lrp_report *out[LRP_EXPLAIN_REPORTS])
{
    size_t count = 0;
    if (e->arguments->report || e->arguments->json) out[count++] = &e->total;
    if (round->files.report) out[count++] = &round->report;
    return count;
}

void lrp_explain_note_file(struct lrp_explain *e, struct lrp_explain_round *round, const char *path)
{
    struct lrp_report *reports[LRP_EXPLAIN_REPORTS];
    const size_t count = lrp_explain_reports(e, round, reports);
    for (size_t i = 0; i < count; i++) lrp_cli_report_file(reports[i], path);
    if (e->arguments->verbose) lrp_print(stderr, "lrpscope: wrote %s\n", path);
}

char *lrp_explain_numbered(const char *path, int64_t number, int64_t count)
{
    return count > 1 ? lrp_cli_path_numbered(path, number) : strdup(path);
}

static enum lrp_show show_of(const struct lrp_explain *e)
{
    return (enum lrp_show)e->arguments->show;
}

static bool same_values(const struct lrp_tensor *a, const struct lrp_tensor *b)
{
    return a == b || (a && b && a->count == b->count && !memcmp(a->f, b->f, a->count * sizeof *a->f));
}

/* --at may name a value no layer is shown by: a second output, a second model input, what lies before a fused activation. */
static bool names_other_value(const struct lrp_explain *e, const struct lrp_snapshot *now)
{
    const enum lrp_show show = show_of(e);
    if (!e->arguments->at || show == LRP_SHOW_WEIGHTS || show == LRP_SHOW_CHANNELS) return false;
    const bool activation = show == LRP_SHOW_ACTIVATION;
    const struct lrp_tensor *value =
        (activation ? lrp_session_value_activation : lrp_session_value_relevance)(e->job.session, e->arguments->at);
    const bool other =
        value && !same_values(value, lrp_result_tensor((activation ? now->activation : now->relevance)[e->layer]));
    lrp_tensor_release(value);
    return other;
}

static enum lrp_status write_heatmap(const struct lrp_explain *e, const struct lrp_snapshot *now, int64_t sample,
                                     const char *path, struct lrp_error *err)
{
    if (names_other_value(e, now))
        return lrp_session_export_value(e->job.session, e->arguments->at, show_of(e), sample, path, err);
    return lrp_snapshot_export_heatmap(now, e->layer, show_of(e), sample, path, err);
}

static enum lrp_status write_sheet(const struct lrp_explain *e, const struct lrp_snapshot *now, int64_t sample,
                                   const char *path, struct lrp_error *err)
{
    (void)e;
    return lrp_snapshot_export_sheet(now, sample, path, err);
}

static enum lrp_status write_animation(const struct lrp_explain *e, const struct lrp_snapshot *now, int64_t sample,
                                       const char *path, struct lrp_error *err)
{
    (void)e;
    return lrp_snapshot_export_animation(now, sample, path, err);
}

typedef enum lrp_status picture_writer(const struct lrp_explain *e, const struct lrp_snapshot *now, int64_t sample,
                                       const char *path, struct lrp_error *err);

static enum lrp_status write_picture(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                     const char *path, size_t sample, picture_writer *writer, struct lrp_error *err)
{
    if (!path) return LRP_OK;
    char *name = lrp_explain_numbered(path, e->number, (int64_t)round->samples);
    enum lrp_status status = name ? lrp_explain_stopped(e, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = writer(e, now, (int64_t)sample, name, err);
    if (!status) lrp_explain_note_file(e, round, name);
    free(name);
    return status;
}

enum lrp_status lrp_explain_heatmap(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                    size_t sample, struct lrp_error *err)
{
    return write_picture(e, round, now, round->files.heatmap, sample, write_heatmap, err);
}

enum lrp_status lrp_explain_layers(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err)
{
    const enum lrp_status status = write_picture(e, round, now, round->files.sheet, sample, write_sheet, err);
    return status ? status : write_picture(e, round, now, round->files.animation, sample, write_animation, err);
}
