/* concept_index.c: for every channel of a layer the samples that it is strongest in. */
#include "concept_index.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void lrp_concept_index_free(struct lrp_concept_index *x)
{
    free(x->values);
    free(x->samples);
    free(x->positions);
    *x = (struct lrp_concept_index){0};
}

static enum lrp_status begin_index(struct lrp_concept_index *x, size_t channels, struct lrp_error *err)
{
    const size_t cells = x->references * channels;
    x->channels = channels;
    x->values = calloc(cells + 1, sizeof *x->values);
    x->samples = calloc(cells + 1, sizeof *x->samples);
    x->positions = calloc(cells + 1, sizeof *x->positions);
    if (!x->values || !x->samples || !x->positions) return lrp_fail(err, LRP_MEMORY, "not enough memory for an index");
    for (size_t i = 0; i < cells; i++) {
        x->values[i] = (double)NAN;
        x->samples[i] = x->positions[i] = -1;
    }
    return LRP_OK;
}

/* Puts a sample's value in its place among the best of a channel; equal ones stay in front. */
static void insert_sample(struct lrp_concept_index *x, size_t channel, double value, int64_t position)
{
    size_t at = x->references;
    while (at > 0 && !(x->values[(at - 1) * x->channels + channel] >= value)) at--;
    for (size_t row = x->references; row-- > at + 1;) {
        const size_t to = row * x->channels + channel, from = to - x->channels;
        x->values[to] = x->values[from];
        x->samples[to] = x->samples[from];
        x->positions[to] = x->positions[from];
    }
    if (at == x->references) return;
    x->values[at * x->channels + channel] = value;
    x->samples[at * x->channels + channel] = (int64_t)x->seen;
    x->positions[at * x->channels + channel] = position;
}

enum lrp_status lrp_concept_index_add(struct lrp_concept_index *x, const struct lrp_channel_summary *channels, size_t count,
                                      struct lrp_index_score score, struct lrp_error *err)
{
    double sizes = 0;
    enum lrp_status status = x->channels ? LRP_OK : begin_index(x, count, err);
    if (status) return status;
    if (count != x->channels)
        return lrp_fail(err, LRP_USAGE, "an index is of one number of channels, but an input gives %zu after %zu", count,
                        x->channels);
    for (size_t k = 0; k < count; k++) sizes += fabs(score.largest ? channels[k].largest : channels[k].sum);
    for (size_t k = 0; k < count; k++) {
        const double value = score.largest ? channels[k].largest : channels[k].sum;
        insert_sample(x, k, score.share ? value / (sizes + 1e-10) : value, channels[k].position);
    }
    x->seen++;
    return LRP_OK;
}

/* Owned; NULL: no memory. */
static char *path_of(const char *folder, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s.npy", folder, name) < 0 ? NULL : path;
}

/* One of the arrays: of numbers, or of whole numbers. */
static enum lrp_status write_array(const struct lrp_concept_index *x, const double *values, const int64_t *whole,
                                   const char *folder, const char *name, struct lrp_error *err)
{
    const struct lrp_shape shape = {.rank = 2, .dim = {(int64_t)x->references, (int64_t)x->channels}};
    struct lrp_tensor *t = NULL;
    char *path = path_of(folder, name);
    enum lrp_status status = path ? lrp_tensor_new(values ? LRP_DTYPE_FLOAT : LRP_DTYPE_INT64, &shape, &t, err)
                                  : lrp_fail(err, LRP_MEMORY, "not enough memory for an index");
    for (size_t i = 0; !status && i < t->count; i++)
        if (values)
            t->f[i] = (float)values[i];
        else if (whole)
            t->i[i] = whole[i];
    if (!status) status = lrp_tensor_write_npy(t, path, err);
    lrp_tensor_release(t);
    free(path);
    return status;
}

enum lrp_status lrp_concept_index_write(const struct lrp_concept_index *x, const char *folder, struct lrp_error *err)
{
    enum lrp_status status = write_array(x, x->values, NULL, folder, "value", err);
    if (!status) status = write_array(x, NULL, x->samples, folder, "sample", err);
    return !status ? write_array(x, NULL, x->positions, folder, "position", err) : status;
}

/* One of the arrays, if it is of the index's size; whatever it holds as doubles or whole numbers. */
static enum lrp_status read_array(const struct lrp_concept_index *x, const char *folder, const char *name,
                                  struct lrp_tensor **out, struct lrp_error *err)
{
    char *path = path_of(folder, name);
    enum lrp_status status =
        path ? lrp_tensor_read_npy(path, out, err) : lrp_fail(err, LRP_MEMORY, "not enough memory for an index");
    if (!status && ((*out)->shape.rank != 2 || (*out)->shape.dim[0] != (int64_t)x->references || (*out)->shape.dim[1] < 1 ||
                    (x->channels && (*out)->shape.dim[1] != (int64_t)x->channels)))
        status = lrp_fail(err, LRP_FILE, "%s: it is no array of an index of %zu references", path, x->references);
    free(path);
    return status;
}

enum lrp_status lrp_concept_index_read(struct lrp_concept_index *x, const char *folder, struct lrp_error *err)
{
    struct lrp_tensor *values = NULL, *samples = NULL, *positions = NULL;
    enum lrp_status status = read_array(x, folder, "value", &values, err);
    if (!status) status = begin_index(x, (size_t)values->shape.dim[1], err);
    if (!status) status = read_array(x, folder, "sample", &samples, err);
    if (!status) status = read_array(x, folder, "position", &positions, err);
    if (!status &&
        (!lrp_dtype_is_float(values->dtype) || lrp_dtype_is_float(samples->dtype) || lrp_dtype_is_float(positions->dtype)))
        status = lrp_fail(err, LRP_FILE, "%s: its arrays are none of an index", folder);
    for (size_t i = 0; !status && i < values->count; i++) {
        x->values[i] = (double)values->f[i];
        x->samples[i] = samples->i[i];
        x->positions[i] = positions->i[i];
    }
    lrp_tensor_release(values);
    lrp_tensor_release(samples);
    lrp_tensor_release(positions);
    return status;
}
