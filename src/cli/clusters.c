/* clusters.c: clusters of heatmaps as they are shown and written (clusters.h). */
#include "clusters.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lrpscope/heatmap.h"
#include "paths.h"
#include "table.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for clusters");
}

static bool is_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

static enum lrp_status take_maps(const struct lrp_tensor *t, struct lrp_clusters *c, struct lrp_spray_maps *maps,
                                 struct lrp_error *err)
{
    const struct lrp_shape *s = &t->shape;
    if ((s->rank != 3 && s->rank != 4) || t->dtype != LRP_DTYPE_FLOAT || !t->count)
        return lrp_fail(err, LRP_FILE, "heatmaps are float32, (samples, channels, height, width) or (samples, height, width)");
    const size_t width = (size_t)s->dim[s->rank - 1], height = (size_t)s->dim[s->rank - 2],
                 channels = s->rank == 4 ? (size_t)s->dim[1] : 1, size = channels * height * width;
    c->count = (size_t)s->dim[0];
    c->labels = malloc((c->count + 1) * sizeof *c->labels);
    c->rows = malloc((c->count + 1) * sizeof *c->rows);
    enum lrp_status status = c->labels && c->rows ? LRP_OK : no_memory(err);
    for (size_t i = 0; !status && i < c->count; i++) {
        c->labels[i] = -1;
        if (!is_finite(t->f + i * size, size)) continue;
        c->rows[maps->count] = i;
        status = lrp_spray_add(maps, &c->options, t->f + i * size, channels, height, width, err);
    }
    return status;
}

enum lrp_status lrp_clusters_of(const struct lrp_tensor *heatmaps, const char *text, struct lrp_clusters *out,
                                struct lrp_error *err)
{
    struct lrp_spray_maps maps = {0};
    *out = (struct lrp_clusters){0};
    enum lrp_status status = lrp_spray_parse(text, &out->options, err);
    if (!status) status = take_maps(heatmaps, out, &maps, err);
    if (!status) status = lrp_spray_cluster(&maps, &out->options, &out->found, err);
    for (size_t i = 0; !status && i < maps.count; i++) out->labels[out->rows[i]] = out->found.labels[i];
    lrp_spray_maps_free(&maps);
    return status;
}

void lrp_clusters_free(struct lrp_clusters *clusters)
{
    lrp_spray_free(&clusters->found);
    free(clusters->labels);
    free(clusters->rows);
    *clusters = (struct lrp_clusters){0};
}

enum lrp_status lrp_clusters_print(const struct lrp_clusters *c, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {{"cluster", true}, {"heatmaps", true}, {"medoid", true}};
    struct lrp_table table;
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < c->found.clusters; k++) {
        lrp_cli_table_cell(&table, "%zu", k);
        lrp_cli_table_cell(&table, "%zu", c->found.sizes[k]);
        lrp_cli_table_cell(&table, "%zu", c->rows[c->found.medoids[k]]);
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}

void lrp_clusters_put(const struct lrp_clusters *c, struct lrp_document *d)
{
    cJSON *o = lrp_cli_json_put_object(d, d->root, "clusters");
    cJSON *labels = lrp_cli_json_put_array(d, o, "labels"), *values = lrp_cli_json_put_array(d, o, "eigenvalues"),
          *sizes = lrp_cli_json_put_array(d, o, "sizes"), *medoids = lrp_cli_json_put_array(d, o, "medoids");
    for (size_t i = 0; i < c->count; i++)
        if (c->labels[i] < 0)
            lrp_cli_json_put_null(d, labels, NULL);
        else
            lrp_cli_json_put_number(d, labels, NULL, c->labels[i]);
    for (size_t i = 0; i < c->found.eigenvectors; i++) lrp_cli_json_put_number(d, values, NULL, c->found.eigenvalues[i]);
    for (size_t k = 0; k < c->found.clusters; k++) {
        lrp_cli_json_put_number(d, sizes, NULL, (double)c->found.sizes[k]);
        lrp_cli_json_put_number(d, medoids, NULL, (double)c->rows[c->found.medoids[k]]);
    }
}

/* ---- files ---- */

static enum lrp_status write_embedding(const struct lrp_clusters *c, const char *folder, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 2, .dim = {(int64_t)c->found.count, (int64_t)c->found.eigenvectors}};
    struct lrp_tensor *t = NULL;
    char *path = lrp_cli_path_join(folder, "embedding", ".npy");
    enum lrp_status status = path ? lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, &t, err) : no_memory(err);
    for (size_t i = 0; !status && i < t->count; i++) t->f[i] = (float)c->found.embedding[i];
    if (!status) status = lrp_tensor_write_npy(t, path, err);
    lrp_tensor_release(t);
    free(path);
    return status;
}

/* Summed in double. */
static enum lrp_status mean_heatmap(const struct lrp_clusters *c, const struct lrp_tensor *heatmaps, size_t cluster,
                                    struct lrp_tensor **out, struct lrp_error *err)
{
    struct lrp_shape shape = heatmaps->shape;
    const size_t size = heatmaps->count / c->count;
    double *sums = calloc(size + 1, sizeof *sums);
    shape.dim[0] = 1;
    enum lrp_status status = sums ? lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err) : no_memory(err);
    for (size_t i = 0; !status && i < c->count; i++)
        for (size_t e = 0; c->labels[i] == (int)cluster && e < size; e++) sums[e] += (double)heatmaps->f[i * size + e];
    for (size_t e = 0; !status && e < size; e++) (*out)->f[e] = (float)(sums[e] / (double)c->found.sizes[cluster]);
    free(sums);
    return status;
}

/* A heatmap as explain draws it. */
static enum lrp_status write_picture(const struct lrp_tensor *heatmaps, int64_t sample, const char *folder, const char *name,
                                     const char *which, struct lrp_error *err)
{
    struct lrp_plane plane = {0};
    struct lrp_heatmap_options options;
    char file[80];
    snprintf(file, sizeof file, "%s%s", name, which);
    char *path = lrp_cli_path_join(folder, file, ".png");
    lrp_heatmap_defaults("relevance", &options);
    enum lrp_status status =
        path ? lrp_plane_from_tensor(heatmaps, sample, options.reduction, false, &plane, err) : no_memory(err);
    if (!status) status = lrp_plane_write(&plane, &options, NULL, path, err);
    lrp_plane_free(&plane);
    free(path);
    return status;
}

static enum lrp_status write_mean(const struct lrp_clusters *c, const struct lrp_tensor *heatmaps, size_t cluster,
                                  const char *folder, struct lrp_error *err)
{
    struct lrp_tensor *mean = NULL;
    char name[40];
    snprintf(name, sizeof name, "cluster-%zu", cluster);
    char *path = lrp_cli_path_join(folder, name, ".npy");
    enum lrp_status status = path ? mean_heatmap(c, heatmaps, cluster, &mean, err) : no_memory(err);
    if (!status) status = lrp_tensor_write_npy(mean, path, err);
    if (!status) status = write_picture(mean, 0, folder, name, "", err);
    if (!status) status = write_picture(heatmaps, (int64_t)c->rows[c->found.medoids[cluster]], folder, name, "-medoid", err);
    lrp_tensor_release(mean);
    free(path);
    return status;
}

enum lrp_status lrp_clusters_write(const struct lrp_clusters *c, const struct lrp_tensor *heatmaps, const char *folder,
                                   struct lrp_error *err)
{
    struct lrp_document d;
    char *path = lrp_cli_path_join(folder, "clusters", ".json");
    lrp_cli_json_init(&d, NULL);
    lrp_clusters_put(c, &d);
    enum lrp_status status = path ? lrp_cli_dir_make(folder, err) : no_memory(err);
    if (!status) status = lrp_cli_json_write(&d, path, err);
    if (!status) status = write_embedding(c, folder, err);
    for (size_t k = 0; !status && k < c->found.clusters; k++) status = write_mean(c, heatmaps, k, folder, err);
    lrp_cli_json_free(&d);
    free(path);
    return status;
}
