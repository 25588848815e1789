/* spray_graph.c: the graph of nearest neighbours (spray_graph.h). */
#include "spray_graph.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static double square_distance(const double *a, const double *b, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* The nearest of one heatmap, itself left out; of equal ones the first. */
static void find_nearest(const struct lrp_spray_maps *maps, size_t row, size_t neighbours, size_t *nearest, double *distances)
{
    size_t found = 0;
    for (size_t j = 0; j < maps->count; j++) {
        if (j == row) continue;
        const double d = square_distance(maps->values + row * maps->size, maps->values + j * maps->size, maps->size);
        if (found == neighbours && !(d < distances[found - 1])) continue;
        size_t at = found < neighbours ? found++ : found - 1;
        for (; at > 0 && d < distances[at - 1]; at--) {
            distances[at] = distances[at - 1];
            nearest[at] = nearest[at - 1];
        }
        distances[at] = d;
        nearest[at] = j;
    }
}

/* Rows do not depend on each other. */
static bool find_all_nearest(const struct lrp_spray_maps *maps, size_t neighbours, size_t *nearest)
{
    double *distances = malloc(maps->count * neighbours * sizeof *distances);
    if (!distances) return false;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < maps->count; i++)
        find_nearest(maps, i, neighbours, nearest + i * neighbours, distances + i * neighbours);
    free(distances);
    return true;
}

static int compare_columns(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Both directions of every pair into rows; a pair that is there twice weighs 1. */
static void fill_rows(struct lrp_spray_graph *g, const size_t *nearest, size_t neighbours, size_t *ends)
{
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; k < neighbours; k++) {
            const size_t j = nearest[i * neighbours + k];
            g->columns[ends[i]++] = j;
            g->columns[ends[j]++] = i;
        }
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        const size_t begin = g->starts[i], end = ends[i];
        double sum = 0;
        qsort(g->columns + begin, end - begin, sizeof *g->columns, compare_columns);
        g->starts[i] = kept;
        for (size_t at = begin; at < end; at++) {
            const bool twice = at + 1 < end && g->columns[at + 1] == g->columns[at];
            g->columns[kept] = g->columns[at];
            g->weights[kept++] = twice ? 1 : .5;
            sum += twice ? 1 : .5;
            at += twice;
        }
        g->roots[i] = sqrt(sum);
    }
    g->starts[g->count] = kept;
}

enum lrp_status lrp_spray_graph_make(const struct lrp_spray_maps *maps, size_t neighbours, struct lrp_spray_graph *out,
                                     struct lrp_error *err)
{
    const size_t n = maps->count, pairs = n * neighbours;
    size_t *nearest = calloc(pairs + 1, sizeof *nearest), *ends = calloc(n + 1, sizeof *ends);
    *out = (struct lrp_spray_graph){.count = n,
                                    .starts = calloc(n + 1, sizeof *out->starts),
                                    .columns = calloc(2 * pairs + 1, sizeof *out->columns),
                                    .weights = malloc((2 * pairs + 1) * sizeof *out->weights),
                                    .roots = malloc((n + 1) * sizeof *out->roots)};
    const bool ok = nearest && ends && out->starts && out->columns && out->weights && out->roots &&
                    find_all_nearest(maps, neighbours, nearest);
    for (size_t i = 0; ok && i < n; i++) ends[i] += neighbours;
    for (size_t i = 0; ok && i < pairs; i++) ends[nearest[i]]++;
    for (size_t i = 0, sum = 0; ok && i < n; i++) {
        const size_t length = ends[i];
        out->starts[i] = ends[i] = sum;
        sum += length;
    }
    if (ok) fill_rows(out, nearest, neighbours, ends);
    free(nearest);
    free(ends);
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for a graph of heatmaps");
}

void lrp_spray_graph_free(struct lrp_spray_graph *graph)
{
    free(graph->starts);
    free(graph->columns);
    free(graph->weights);
    free(graph->roots);
    *graph = (struct lrp_spray_graph){0};
}

void lrp_spray_graph_apply(const void *graph, const double *x, double *y)
{
    const struct lrp_spray_graph *g = graph;
    for (size_t i = 0; i < g->count; i++) {
        double sum = 0;
        for (size_t at = g->starts[i]; at < g->starts[i + 1]; at++)
            sum += g->weights[at] * x[g->columns[at]] / g->roots[g->columns[at]];
        y[i] = sum / g->roots[i];
    }
}

/* Numbers all that hangs together with `first`. */
static void mark_part(const struct lrp_spray_graph *g, size_t first, size_t number, size_t *part, size_t *todo)
{
    size_t count = 0;
    todo[count++] = first;
    part[first] = number;
    while (count) {
        const size_t i = todo[--count];
        for (size_t at = g->starts[i]; at < g->starts[i + 1]; at++)
            if (part[g->columns[at]] == SIZE_MAX) {
                part[g->columns[at]] = number;
                todo[count++] = g->columns[at];
            }
    }
}

size_t lrp_spray_graph_parts(const struct lrp_spray_graph *g, size_t most, double **out)
{
    size_t *part = malloc((g->count + 1) * sizeof *part), *todo = malloc((g->count + 1) * sizeof *todo), parts = 0;
    *out = calloc(most * g->count + 1, sizeof **out);
    const bool ok = part && todo && *out;
    for (size_t i = 0; ok && i < g->count; i++) part[i] = SIZE_MAX;
    for (size_t i = 0; ok && i < g->count; i++)
        if (part[i] == SIZE_MAX) mark_part(g, i, parts++, part, todo);
    const size_t count = parts < most ? parts : most;
    for (size_t k = 0; ok && k < count; k++) {
        double length = 0, *row = *out + k * g->count;
        for (size_t i = 0; i < g->count; i++) length += part[i] == k ? g->roots[i] * g->roots[i] : 0;
        for (size_t i = 0; i < g->count; i++) row[i] = part[i] == k ? g->roots[i] / sqrt(length) : 0;
    }
    free(part);
    free(todo);
    return ok ? count : SIZE_MAX;
}
