/* batch_sample.c: what is kept of one sample of a batch: its line, its row of the array, its files. */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "json.h"
#include "report.h"
#include "safetensors.h"
#include "table.h"

/* ---- files ---- */

static enum lrp_status write_heatmap(struct lrp_session *session, const struct lrp_snapshot *now, const char *path,
                                     struct lrp_error *err)
{
    (void)session;
    return lrp_snapshot_export_heatmap(now, 0, LRP_SHOW_RELEVANCE, 0, path, err);
}

static enum lrp_status write_sheet(struct lrp_session *session, const struct lrp_snapshot *now, const char *path,
                                   struct lrp_error *err)
{
    (void)session;
    return lrp_snapshot_export_sheet(now, 0, path, err);
}

static enum lrp_status write_layerwise(struct lrp_session *session, const struct lrp_snapshot *now, const char *path,
                                       struct lrp_error *err)
{
    (void)now;
    return lrp_session_export_layerwise(session, path, err);
}

/* The output of every layer that was computed, under the layer's name. */
static enum lrp_status write_activations(struct lrp_session *session, const struct lrp_snapshot *now, const char *path,
                                         struct lrp_error *err)
{
    struct lrp_safetensor *tensors = calloc(now->layers->count + 1, sizeof *tensors);
    size_t count = 0;
    (void)session;
    if (!tensors) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    for (size_t i = 1; i < now->layers->count; i++) {
        const struct lrp_tensor *t = lrp_result_tensor(now->activation[i]);
        if (!t || t->dtype != LRP_DTYPE_FLOAT) continue;
        tensors[count++] = (struct lrp_safetensor){.name = now->layers->rows[i].name,
                                                   .dtype = t->dtype,
                                                   .shape = t->shape,
                                                   .data = (const unsigned char *)t->f,
                                                   .count = t->count};
    }
    const enum lrp_status status = lrp_safetensors_write(path, tensors, count, NULL, 0, err);
    free(tensors);
    return status;
}

static const struct lrp_batch_output rows[] = {
    {"relevance", NULL, false, NULL},
    {"report", NULL, false, NULL},
    {"heatmap", ".png", false, write_heatmap},
    {"layerwise", ".safetensors", true, write_layerwise},
    {"activations", ".safetensors", false, write_activations},
    {"sheet", ".png", true, write_sheet},
};

const struct lrp_batch_output *lrp_batch_output_at(size_t index)
{
    return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}

static enum lrp_status write_files(const struct lrp_batch *b, size_t row, const struct lrp_snapshot *now, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    const struct lrp_batch_output *output;
    for (size_t i = 0; !status && (output = lrp_batch_output_at(i)); i++) {
        if (!(b->outputs >> i & 1) || !output->write) continue;
        char *path = lrp_data_path(b->shard.folder, output->name, b->shard.names[row], output->suffix, err);
        status = path ? output->write(b->job.session, now, path, err) : err->status;
        free(path);
    }
    return status;
}

/* ---- lines ---- */

static bool is_label(const struct lrp_snapshot *now, const char *name)
{
    const char *label;
    for (int64_t i = 0; *name && *(label = lrp_snapshot_label(now, i)); i++)
        if (strcmp(label, name) == 0) return true;
    return false;
}

static void put_result(const struct lrp_batch *b, size_t row, const struct lrp_snapshot *now, struct lrp_document *d)
{
    const struct lrp_manifest_row *from = &b->manifest.rows[b->index + row * b->count];
    const struct lrp_target *target = &now->targets[0];
    if (is_label(now, from->folder)) lrp_cli_json_put_text(d, d->root, "class", from->folder);
    lrp_cli_put_target(d, d->root, now, target);
    lrp_cli_json_put_number(d, d->root, "output", (double)target->output);
    lrp_cli_json_put_number(d, d->root, "start", target->start);
    lrp_cli_json_put_number(d, d->root, "sum", lrp_snapshot_input_sum(now, 0));
    cJSON *warnings = lrp_cli_json_put_array(d, d->root, "warnings");
    for (size_t i = 0; i < now->doubt_count; i++) lrp_cli_json_put_text(d, warnings, NULL, now->doubts[i]);
}

static char *make_line(const struct lrp_batch *b, size_t row, const struct lrp_snapshot *now, const struct lrp_error *why)
{
    struct lrp_document d = {.root = cJSON_CreateObject()};
    lrp_cli_json_put_number(&d, d.root, "index", (double)(b->index + row * b->count));
    lrp_cli_json_put_text(&d, d.root, "name", b->shard.names[row]);
    if (now)
        put_result(b, row, now, &d);
    else
        lrp_cli_json_put_text(&d, d.root, "error", why->message);
    char *line = d.failed || !d.root ? NULL : lrp_json_print(d.root, false);
    lrp_cli_json_free(&d);
    return line;
}

/* ---- rows ---- */

/* The relevance of the input without the axis of samples; NULL: no float input has any. */
static const float *relevance_row(const struct lrp_batch *b, const struct lrp_snapshot *now, const struct lrp_tensor **held,
                                  struct lrp_shape *shape)
{
    const char *tokens = lrp_session_token_input(b->job.session);
    *held = tokens ? lrp_session_value_relevance(b->job.session, tokens) : NULL;
    const struct lrp_tensor *t = *held ? *held : lrp_result_tensor(now->relevance[0]);
    if (!t || t->dtype != LRP_DTYPE_FLOAT) return NULL;
    *shape = t->shape;
    if (shape->rank > 1 && shape->dim[0] == 1) {
        shape->rank--;
        memmove(shape->dim, shape->dim + 1, (size_t)shape->rank * sizeof *shape->dim);
    }
    return t->f;
}

/* A file is one sample. */
static enum lrp_status check_sample(const struct lrp_batch *b, const struct lrp_snapshot *now, struct lrp_error *err)
{
    const int64_t samples = lrp_session_samples(b->job.session);
    if (samples != 1 || now->target_count != 1)
        return lrp_fail(err, LRP_FILE, "it holds %lld samples: a batch takes files of one", (long long)samples);
    return LRP_OK;
}

enum lrp_status lrp_batch_keep(struct lrp_batch *b, size_t row, const struct lrp_snapshot *now, enum lrp_status status,
                               const struct lrp_error *why, struct lrp_error *err)
{
    struct lrp_error bad = {0};
    struct lrp_shape shape = {.rank = 0};
    const struct lrp_tensor *held = NULL;
    const float *values = NULL;
    if (status) bad = *why;
    if (!status) status = check_sample(b, now, &bad);
    if (!status && !(values = relevance_row(b, now, &held, &shape)))
        status = lrp_fail(&bad, LRP_UNSUPPORTED, "no relevance reaches the input");
    if (status) now = NULL;
    enum lrp_status kept = now ? write_files(b, row, now, err) : LRP_OK;
    char *line = kept ? NULL : make_line(b, row, now, &bad);
    if (!kept && !line) kept = lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!kept) kept = lrp_shard_put(&b->shard, &shape, now ? values : NULL, line, err);
    if (!kept && b->given->json_form) lrp_print(stdout, "%s\n", line);
    if (!kept && !now && !b->given->quiet) lrp_print(stderr, "lrpscope: %s: %s\n", b->shard.names[row], bad.message);
    free(line);
    lrp_tensor_release(held);
    return kept;
}
