/* spray.c: spectral clustering of heatmaps (spray.h). */
#include "spray.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eigen.h"
#include "means.h"
#include "spray_graph.h"

enum { LEAST_MAPS = 3, USUAL_NEIGHBOURS = 10, USUAL_EIGENVECTORS = 32, MOST_GAPS = 10 };

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for clusters");
}

/* Largest eigenvalues of the affinity are the smallest of the Laplacian; those of 1 are known from the graph's parts. */
static enum lrp_status find_vectors(const struct lrp_spray_graph *g, struct lrp_spray *out, double *vectors,
                                    struct lrp_error *err)
{
    const size_t n = g->count, m = out->eigenvectors;
    double *parts = NULL;
    const size_t known = lrp_spray_graph_parts(g, m, &parts);
    enum lrp_status status = known == SIZE_MAX ? no_memory(err) : LRP_OK;
    if (!status) memcpy(vectors, parts, known * n * sizeof *vectors);
    if (!status)
        status = lrp_eigen_largest(lrp_spray_graph_apply, g, n, parts, known, m - known, out->eigenvalues + known,
                                   vectors + known * n, err);
    for (size_t k = 0; !status && k < m; k++) out->eigenvalues[k] = k < known ? 0 : 1 - out->eigenvalues[k];
    free(parts);
    return status;
}

/* Signs are free: the largest entry of each is positive. Rows of the embedding are heatmaps. */
static void turn_vectors(const struct lrp_spray *s, const double *vectors)
{
    for (size_t k = 0; k < s->eigenvectors; k++) {
        const double *v = vectors + k * s->count;
        size_t largest = 0;
        for (size_t i = 1; i < s->count; i++)
            if (fabs(v[i]) > fabs(v[largest]) * (1 + 1e-9)) largest = i; /* of equal ones, whatever rounding says, the first */
        for (size_t i = 0; i < s->count; i++) s->embedding[i * s->eigenvectors + k] = v[largest] < 0 ? -v[i] : v[i];
    }
}

/* The place of the largest gap between eigenvalues 2 to 10, counted from 1. */
static size_t largest_gap(const double *values, size_t count)
{
    const size_t last = count < MOST_GAPS ? count : MOST_GAPS;
    size_t best = last < 2 ? last : 2;
    for (size_t i = 3; i < last; i++)
        if (values[i] - values[i - 1] > values[best] - values[best - 1]) best = i;
    return best;
}

/* Points of k-means: rows of the embedding, made 1 long, in their first numbers. */
static enum lrp_status cluster_rows(struct lrp_spray *s, struct lrp_error *err)
{
    double *points = malloc((s->count * s->clusters + 1) * sizeof *points);
    if (!points) return no_memory(err);
    for (size_t i = 0; i < s->count; i++) {
        const double *row = s->embedding + i * s->eigenvectors;
        double length = 0;
        for (size_t k = 0; k < s->eigenvectors; k++) length += row[k] * row[k];
        for (size_t k = 0; k < s->clusters; k++) points[i * s->clusters + k] = length > 0 ? row[k] / sqrt(length) : 0;
    }
    const enum lrp_status status = lrp_means_cluster(points, s->count, s->clusters, s->clusters, s->labels, err);
    free(points);
    return status;
}

static double distance_sum(const struct lrp_spray_maps *maps, const int *labels, size_t of)
{
    double sum = 0;
    for (size_t j = 0; j < maps->count; j++) {
        double square = 0;
        if (labels[j] != labels[of]) continue;
        for (size_t e = 0; e < maps->size; e++) {
            const double d = maps->values[of * maps->size + e] - maps->values[j * maps->size + e];
            square += d * d;
        }
        sum += sqrt(square);
    }
    return sum;
}

static enum lrp_status find_medoids(const struct lrp_spray_maps *maps, struct lrp_spray *s, struct lrp_error *err)
{
    double *sums = malloc((s->count + 1) * sizeof *sums);
    if (!sums) return no_memory(err);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < s->count; i++) sums[i] = distance_sum(maps, s->labels, i);
    size_t found = 0; /* clusters that have heatmaps are the first */
    for (size_t i = 0; i < s->count; i++) {
        const size_t k = (size_t)s->labels[i];
        if (!s->sizes[k]++ || sums[i] < sums[s->medoids[k]]) s->medoids[k] = i;
        if (k + 1 > found) found = k + 1;
    }
    s->clusters = found;
    free(sums);
    return LRP_OK;
}

/* What was not said, and what cannot be. */
static enum lrp_status settle_options(const struct lrp_spray_options *o, struct lrp_spray *s, size_t *neighbours,
                                      struct lrp_error *err)
{
    const size_t n = s->count;
    *neighbours = o->neighbours ? o->neighbours : USUAL_NEIGHBOURS;
    if (n < LEAST_MAPS) return lrp_fail(err, LRP_USAGE, "clusters need at least %d heatmaps, not %zu", LEAST_MAPS, n);
    if (o->neighbours >= n || o->eigenvectors >= n)
        return lrp_fail(err, LRP_USAGE, "spray: neighbours and eigenvectors must be fewer than the %zu heatmaps", n);
    if (*neighbours >= n) *neighbours = n - 1;
    s->eigenvectors = o->eigenvectors ? o->eigenvectors : n - 1 < USUAL_EIGENVECTORS ? n - 1 : USUAL_EIGENVECTORS;
    return o->clusters <= s->eigenvectors ? LRP_OK
                                          : lrp_fail(err, LRP_USAGE, "spray: %zu clusters need as many eigenvectors, not %zu",
                                                     o->clusters, s->eigenvectors);
}

static enum lrp_status allot(struct lrp_spray *s, struct lrp_error *err)
{
    s->labels = malloc((s->count + 1) * sizeof *s->labels);
    s->eigenvalues = calloc(s->eigenvectors + 1, sizeof *s->eigenvalues);
    s->embedding = malloc((s->count * s->eigenvectors + 1) * sizeof *s->embedding);
    s->sizes = calloc(s->eigenvectors + 1, sizeof *s->sizes);
    s->medoids = calloc(s->eigenvectors + 1, sizeof *s->medoids);
    return s->labels && s->eigenvalues && s->embedding && s->sizes && s->medoids ? LRP_OK : no_memory(err);
}

enum lrp_status lrp_spray_cluster(const struct lrp_spray_maps *maps, const struct lrp_spray_options *options,
                                  struct lrp_spray *out, struct lrp_error *err)
{
    struct lrp_spray_graph graph = {0};
    size_t neighbours;
    *out = (struct lrp_spray){.count = maps->count};
    enum lrp_status status = settle_options(options, out, &neighbours, err);
    if (!status) status = allot(out, err);
    if (!status) status = lrp_spray_graph_make(maps, neighbours, &graph, err);
    double *vectors = status ? NULL : malloc((out->count * out->eigenvectors + 1) * sizeof *vectors);
    if (!status && !vectors) status = no_memory(err);
    if (!status) status = find_vectors(&graph, out, vectors, err);
    if (!status) turn_vectors(out, vectors);
    if (!status) out->clusters = options->clusters ? options->clusters : largest_gap(out->eigenvalues, out->eigenvectors);
    if (!status) status = cluster_rows(out, err);
    if (!status) status = find_medoids(maps, out, err);
    free(vectors);
    lrp_spray_graph_free(&graph);
    return status;
}

void lrp_spray_free(struct lrp_spray *spray)
{
    free(spray->labels);
    free(spray->eigenvalues);
    free(spray->embedding);
    free(spray->sizes);
    free(spray->medoids);
    *spray = (struct lrp_spray){0};
}
