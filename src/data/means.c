/* means.c: k-means++ and Lloyd's steps (means.h). */
#include "means.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draws.h"

enum { BEGINNINGS = 20, MOST_STEPS = 300 };

struct k_means {
    const double *points;
    size_t count, size, clusters;
    double *centres, *nearest; /* nearest: by point, the squared distance to its centre */
    int *labels;
    size_t *sizes;
};

static double squared_distance(const double *a, const double *b, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static void set_centre(struct k_means *m, size_t centre, size_t point)
{
    memcpy(m->centres + centre * m->size, m->points + point * m->size, m->size * sizeof *m->centres);
    for (size_t i = 0; i < m->count; i++) {
        const double d = squared_distance(m->points + i * m->size, m->centres + centre * m->size, m->size);
        if (!centre || d < m->nearest[i]) m->nearest[i] = d;
    }
}

/* k-means++: a point is the next centre as likely as its squared distance to those so far says. */
static void draw_centres(struct k_means *m, struct lrp_draws *draws)
{
    size_t point = (size_t)((1 - lrp_draws_uniform(draws)) * (double)m->count);
    for (size_t k = 0; k < m->clusters; k++) {
        set_centre(m, k, point);
        double sum = 0;
        for (size_t i = 0; i < m->count; i++) sum += m->nearest[i];
        double left = lrp_draws_uniform(draws) * sum;
        for (point = 0; point + 1 < m->count && (left -= m->nearest[point]) > 0; point++) {
        }
    }
}

/* True while something changes. */
static bool assign_points(struct k_means *m)
{
    bool changed = false;
    for (size_t i = 0; i < m->count; i++) {
        int best = 0;
        for (size_t k = 0; k < m->clusters; k++) {
            const double d = squared_distance(m->points + i * m->size, m->centres + k * m->size, m->size);
            if (k && !(d < m->nearest[i])) continue;
            m->nearest[i] = d;
            best = (int)k;
        }
        changed = changed || m->labels[i] != best;
        m->labels[i] = best;
    }
    return changed;
}

/* A centre that nothing belongs to stays where it is. */
static void move_centres(struct k_means *m)
{
    memset(m->sizes, 0, m->clusters * sizeof *m->sizes);
    for (size_t i = 0; i < m->count; i++) {
        double *centre = m->centres + (size_t)m->labels[i] * m->size;
        if (!m->sizes[m->labels[i]]++) memset(centre, 0, m->size * sizeof *centre);
        for (size_t e = 0; e < m->size; e++) centre[e] += m->points[i * m->size + e];
    }
    for (size_t k = 0; k < m->clusters; k++)
        for (size_t e = 0; m->sizes[k] && e < m->size; e++) m->centres[k * m->size + e] /= (double)m->sizes[k];
}

static double run_once(struct k_means *m, uint64_t beginning)
{
    struct lrp_draws draws = lrp_draws_begin(0, beginning, 0);
    double inertia = 0;
    for (size_t i = 0; i < m->count; i++) m->labels[i] = -1;
    draw_centres(m, &draws);
    for (int step = 0; step < MOST_STEPS && assign_points(m); step++) move_centres(m);
    for (size_t i = 0; i < m->count; i++) inertia += m->nearest[i];
    return inertia;
}

/* By first appearance. */
static void renumber(int *labels, size_t count, size_t clusters, size_t *numbers)
{
    size_t next = 0;
    for (size_t k = 0; k < clusters; k++) numbers[k] = clusters;
    for (size_t i = 0; i < count; i++) {
        size_t *number = &numbers[labels[i]];
        if (*number == clusters) *number = next++;
        labels[i] = (int)*number;
    }
}

enum lrp_status lrp_means_cluster(const double *points, size_t count, size_t size, size_t clusters, int *labels,
                                  struct lrp_error *err)
{
    struct k_means m = {.points = points, .count = count, .size = size, .clusters = clusters};
    double best = 0;
    m.centres = calloc(clusters * size + 1, sizeof *m.centres);
    m.nearest = calloc(count + 1, sizeof *m.nearest);
    m.labels = calloc(count + 1, sizeof *m.labels);
    m.sizes = calloc(clusters + 1, sizeof *m.sizes);
    const bool ok = m.centres && m.nearest && m.labels && m.sizes;
    for (uint64_t i = 0; ok && i < BEGINNINGS; i++) {
        const double inertia = run_once(&m, i);
        if (i && !(inertia < best)) continue;
        best = inertia;
        memcpy(labels, m.labels, count * sizeof *labels);
    }
    if (ok) renumber(labels, count, clusters, m.sizes);
    free(m.centres);
    free(m.nearest);
    free(m.labels);
    free(m.sizes);
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for clusters");
}
