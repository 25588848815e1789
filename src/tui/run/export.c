/* export.c: everything of a result as files in one folder: a heatmap per layer, all of them on a sheet, the report. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner.h"
#include "signals.h"

/* What is to be written, with references of its own. */
struct lrp_export {
    char *folder;
    const struct lrp_snapshot *snapshot;
    int64_t sample;
    lrp_tui_report *write_report;
    bool waits;               /* for the ledger, which the report holds */
    char without[600];        /* why it has to go without: "" if it has it */
    struct lrp_strings files; /* written so far */
    struct lrp_guard guard;   /* before the first is */
    enum lrp_status status;
    struct lrp_error err;
};

/* "FOLDER/003-features.5.png"; what is not safe in a file name becomes '_'. */
static bool file_name(const struct lrp_export *e, const char *number, const char *name, char *out)
{
    const int used = snprintf(out, LRP_PATH_SIZE, "%s/%s%.200s.png", e->folder, number, name);
    if (used < 0 || used >= LRP_PATH_SIZE) return false;
    for (char *c = out + strlen(e->folder) + 1; *c; c++)
        if (*c == '/' || *c == '\\' || (unsigned char)*c < ' ' || *c == 0x7F) *c = '_';
    return true;
}

enum { LRP_EXPORT_SHEET = -1, LRP_EXPORT_REPORT = -2 };
/* Writes a layer's heatmap, the sheet or the report. */
static void write_file(struct lrp_export *e, const char *path, int layer)
{
    if (layer == LRP_EXPORT_SHEET)
        e->status = lrp_snapshot_export_sheet(e->snapshot, e->sample, path, &e->err);
    else if (layer == LRP_EXPORT_REPORT)
        e->status = e->write_report(e->snapshot, e->sample, (const char *const *)e->files.items, e->files.count, path, &e->err);
    else
        e->status = lrp_snapshot_export_heatmap(e->snapshot, layer, LRP_SHOW_RELEVANCE, e->sample, path, &e->err);
    if (!e->status && !lrp_strings_add(&e->files, path)) e->status = lrp_fail(&e->err, LRP_MEMORY, "not enough memory");
}
static void guard_file(struct lrp_export *e, const char *path, int layer)
{
    (void)layer;
    lrp_guard_writes(&e->guard, "the export", path);
}

/* Every file that is to be written, one after the other, while all goes well. */
static void each_file(struct lrp_export *e, void (*visit)(struct lrp_export *e, const char *path, int layer))
{
    const struct lrp_snapshot *s = e->snapshot;
    char path[LRP_PATH_SIZE], number[32];
    const bool many = s->layers->count > 1000; /* their names are in order */
    for (size_t k = 0; k < lrp_layer_rows(s->layers) && !e->status; k++) {
        const size_t i = lrp_layer_row_at(s->layers, k);
        const struct lrp_layer *row = &s->layers->rows[i];
        if (!s->relevance[i]) continue;
        snprintf(number, sizeof number, many ? "%05d-" : "%03d-", row->index);
        if (!file_name(e, number, row->index || s->layers->further_inputs ? row->name : "input", path))
            e->status = lrp_fail(&e->err, LRP_USAGE, "%s: the path is too long", e->folder);
        else
            visit(e, path, (int)i);
    }
    if (!e->status && file_name(e, "", "sheet", path)) visit(e, path, LRP_EXPORT_SHEET);
    if (!e->status && e->write_report && snprintf(path, sizeof path, "%s/report.json", e->folder) < (int)sizeof path)
        visit(e, path, LRP_EXPORT_REPORT);
}

/* Whether none of them is a file that is read. */
static bool may_write(const struct lrp_runner *runner, struct lrp_export *e)
{
    lrp_runner_guard(runner, &e->guard);
    each_file(e, guard_file);
    if (!e->status) e->status = lrp_guard_check(&e->guard, &e->err);
    lrp_guard_free(&e->guard);
    return !e->status;
}

static void write_all(void *data)
{
    struct lrp_export *e = data;
    if (mkdir(e->folder, 0777) != 0 && errno != EEXIST)
        e->status = lrp_fail(&e->err, LRP_FILE, "%s: cannot be made: %s", e->folder, strerror(errno));
    each_file(e, write_file);
}

static void export_free(struct lrp_export *e)
{
    lrp_snapshot_release(e->snapshot);
    lrp_strings_free(&e->files);
    free(e->folder);
    free(e);
}

static void finish_export(struct lrp_runner *runner, struct lrp_export *e)
{
    char text[2000];
    snprintf(text, sizeof text, "written: %zu files in %.1000s%s%s", e->files.count, e->folder,
             *e->without ? "; the report is without its ledger: " : "", e->without);
    lrp_runner_say(runner, e->status || *e->without, !e->status ? text : e->err.message);
    export_free(e);
}

static void write_now(struct lrp_runner *runner)
{
    struct lrp_export *e = runner->exporting;
    e->waits = false;
    if (runner->paint_thread) runner->export_task = lrp_task_new(write_all, e, runner->wake[1]);
    if (runner->export_task) {
        lrp_runner_say(runner, false, "writing all heatmaps");
        return;
    }
    runner->exporting = NULL;
    write_all(e);
    finish_export(runner, e);
}

bool lrp_runner_export_waits(const struct lrp_runner *runner)
{
    return runner->exporting && runner->exporting->waits;
}

void lrp_runner_go_on_exporting(struct lrp_runner *runner)
{
    struct lrp_export *e = runner->exporting;
    const struct lrp_snapshot *snapshot = runner->snapshot;
    if (!lrp_runner_export_waits(runner)) return;
    if (snapshot->relevance[0] != e->snapshot->relevance[0]) { /* what was asked for is written, not what came after it */
        snprintf(e->without, sizeof e->without, "settings or input changed before it was computed");
    } else if (snapshot->ledger) {
        lrp_snapshot_release(e->snapshot);
        e->snapshot = lrp_snapshot_retain(snapshot);
    } else if (snapshot->job == LRP_JOB_CANCELLED) {
        runner->exporting = NULL;
        export_free(e);
        lrp_runner_say(runner, false, "cancelled: nothing is written");
        return;
    } else if (snapshot->job == LRP_JOB_FAILED) {
        snprintf(e->without, sizeof e->without, "%.590s", snapshot->error.message);
    } else {
        return;
    }
    write_now(runner);
}

void lrp_runner_export_all(struct lrp_runner *runner, const char *folder)
{
    struct lrp_export *e = runner->exporting ? NULL : calloc(1, sizeof *e);
    if (!e || !(e->folder = strdup(folder))) {
        lrp_runner_say(runner, true, runner->exporting ? "still writing the files asked for before" : "not enough memory");
        free(e);
        return;
    }
    e->snapshot = lrp_snapshot_retain(runner->snapshot);
    e->sample = lrp_preview_sample(&runner->app);
    e->write_report = runner->write_report;
    e->waits = e->write_report && !e->snapshot->ledger;
    if (!may_write(runner, e)) {
        lrp_runner_say(runner, true, e->err.message);
        export_free(e);
        return;
    }
    runner->exporting = e;
    if (!e->waits) {
        write_now(runner);
        return;
    }
    lrp_runner_say(runner, false, "computing the report's ledger, then writing all heatmaps");
    lrp_runner_start(runner);
    if (!runner->paint_thread) { /* a script */
        lrp_session_wait(runner->session);
        lrp_runner_look(runner);
    }
}

bool lrp_runner_take_export(struct lrp_runner *runner, bool wait)
{
    struct lrp_export *e = runner->exporting;
    if (e && e->waits && wait) { /* the end: what was asked for is written nevertheless */
        if (lrp_signals_ending() || lrp_session_run(runner->session, LRP_WANT_LEDGER, &e->err) == LRP_CANCELLED) {
            runner->exporting = NULL;
            export_free(e);
            return false;
        }
        lrp_runner_look(runner);
        e = runner->exporting;
    }
    if (!e || e->waits || !(wait || lrp_task_done(runner->export_task))) return false;
    lrp_task_join(runner->export_task);
    runner->exporting = NULL;
    runner->export_task = NULL;
    finish_export(runner, e);
    return true;
}
