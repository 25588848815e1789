/* cmd_merge.c: lrpscope merge D: the shards of a batch put together, and what they say as a whole. */
#include <stdint.h>
#include <stdlib.h>

#include "arguments.h"
#include "batch_statistics.h"
#include "clusters.h"
#include "commands.h"
#include "layer_statistics.h"
#include "lrpscope/heatmap.h"
#include "mapping.h"
#include "merge.h"
#include "merge_virelay.h"
#include "npy.h"
#include "paths.h"
#include "table.h"
#include "virelay.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status write_statistics(const struct lrp_shard_set *m, const struct lrp_tensor *relevance,
                                        struct lrp_error *err)
{
    struct lrp_document d;
    char *lines = lrp_cli_path_join(m->folder, "results", ".jsonl"),
         *path = lrp_cli_path_join(m->folder, "statistics", ".json");
    lrp_cli_json_init(&d, NULL);
    enum lrp_status status = lines && path ? lrp_batch_statistics(relevance, lines, &d, err) : no_memory(err);
    if (!status) status = lrp_layer_statistics(m, &d, err);
    if (!status) status = lrp_cli_json_write(&d, path, err);
    lrp_cli_json_free(&d);
    free(lines);
    free(path);
    return status;
}

static enum lrp_status write_mean(const struct lrp_tensor *relevance, const char *path, struct lrp_error *err)
{
    struct lrp_tensor *mean = NULL;
    struct lrp_plane plane = {0};
    struct lrp_heatmap_options options;
    enum lrp_status status = lrp_batch_mean(relevance, &mean, err);
    lrp_heatmap_defaults("relevance", &options);
    if (!status) status = lrp_plane_from_tensor(mean, 0, options.reduction, false, &plane, err);
    if (!status) status = lrp_plane_write(&plane, &options, NULL, path, err);
    lrp_plane_free(&plane);
    lrp_tensor_release(mean);
    return status;
}

static enum lrp_status cluster_all(const struct lrp_arguments *a, const struct lrp_shard_set *m,
                                   const struct lrp_tensor *relevance, struct lrp_document *d, struct lrp_error *err)
{
    struct lrp_clusters clusters;
    enum lrp_status status = lrp_clusters_of(relevance, a->cluster ? a->cluster : "spray", &clusters, err);
    if (!status && a->h5) status = lrp_merge_virelay(a, relevance, &clusters, err);
    if (!status && a->cluster) status = lrp_clusters_write(&clusters, relevance, m->folder, err);
    if (!status && a->cluster && a->json) lrp_clusters_put(&clusters, d);
    if (!status && a->cluster && !a->json) status = lrp_clusters_print(&clusters, err);
    lrp_clusters_free(&clusters);
    return status;
}

/* An array as it lies in its file: none of it need fit into memory. */
struct mapped_array {
    struct lrp_mapping file;
    struct lrp_tensor tensor; /* to be read, not to be kept: its numbers lie in the file */
};

/* What only stacked relevance has. */
static enum lrp_status map_relevance(const struct lrp_arguments *a, const struct lrp_shard_set *m, struct mapped_array *out,
                                     const struct lrp_tensor **tensor, struct lrp_error *err)
{
    const bool needed = a->mean_heatmap || a->cluster || a->h5;
    if (!m->stacked || m->shape.rank < 0)
        return needed ? lrp_fail(err, LRP_UNSUPPORTED,
                                 "%s: relevance is not in one array (inputs of different sizes, or --write without relevance)",
                                 m->folder)
                      : LRP_OK;
    struct lrp_npy npy;
    char *path = lrp_cli_path_join(m->folder, "relevance", ".npy");
    enum lrp_status status = path ? lrp_mapping_open_found(path, SIZE_MAX, &out->file, err) : no_memory(err);
    if (!status) status = lrp_npy_parse(out->file.data, out->file.size, &npy, err);
    if (!status && (npy.swapped || npy.fortran || (uintptr_t)npy.data % sizeof(float)))
        status = lrp_fail(err, LRP_FILE, "%s: it is not laid out as merge writes it", path);
    if (!status)
        out->tensor = (struct lrp_tensor){
            .dtype = LRP_DTYPE_FLOAT, .shape = npy.shape, .count = npy.count, .f = (float *)(uintptr_t)npy.data};
    if (!status) *tensor = &out->tensor;
    free(path);
    return status;
}

static enum lrp_status tell_merged(const struct lrp_arguments *a, const struct lrp_shard_set *m, struct lrp_document *d,
                                   struct lrp_error *err)
{
    if (!a->json) {
        lrp_print(stdout, "%s: %zu samples of %zu shards\n", m->folder, m->samples, m->shards);
        return LRP_OK;
    }
    lrp_cli_json_put_number(d, d->root, "samples", (double)m->samples);
    lrp_cli_json_put_number(d, d->root, "shards", (double)m->shards);
    return lrp_cli_json_print(d, stdout, err);
}

static enum lrp_status merge_folder(const struct lrp_arguments *a, struct lrp_document *d, struct lrp_error *err)
{
    struct lrp_shard_set m = {0};
    struct mapped_array array = {0};
    const struct lrp_tensor *relevance = NULL;
    enum lrp_status status = a->input_count == 1 ? LRP_OK : lrp_fail(err, LRP_USAGE, "merge takes one folder of results");
    if (!status && a->mean_heatmap) status = lrp_cli_path_writable(a->mean_heatmap, err);
    if (!status && a->h5 && (status = lrp_virelay_ready(err)) != LRP_OK) lrp_fail_context(err, status, "--h5");
    if (!status) status = lrp_shard_set_open(a->inputs[0], &m, err);
    if (!status) status = lrp_shard_set_lines(&m, err);
    if (!status) status = lrp_shard_set_relevance(&m, err);
    if (!status) status = map_relevance(a, &m, &array, &relevance, err);
    if (!status) status = write_statistics(&m, relevance, err);
    if (!status && a->mean_heatmap) status = write_mean(relevance, a->mean_heatmap, err);
    if (!status && (a->cluster || a->h5)) status = cluster_all(a, &m, relevance, d, err);
    if (!status) status = tell_merged(a, &m, d, err);
    lrp_mapping_close(&array.file);
    lrp_shard_set_free(&m);
    return status;
}

int lrp_cli_merge(const struct lrp_arguments *arguments)
{
    struct lrp_error err = {0};
    struct lrp_document d;
    lrp_cli_json_init(&d, NULL);
    const enum lrp_status status = merge_folder(arguments, &d, &err);
    lrp_cli_json_free(&d);
    return status ? lrp_cli_report_error(status, &err) : 0;
}
