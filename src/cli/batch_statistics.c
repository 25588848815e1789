/* batch_statistics.c: means and deviations over the samples of a batch (batch_statistics.h). */
#include "batch_statistics.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mapping.h"

struct class_moments {
    char *name; /* owned */
    size_t samples;
    struct lrp_moments relevance;
};
struct batch_moments {
    size_t samples, failed;
    struct lrp_moments all, sums;
    struct class_moments *classes; /* owned */
    size_t class_count;
    int *class_of;                /* by sample, -1: it failed; owned */
    struct lrp_moments *channels; /* owned */
    size_t channel_count;
};

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for statistics");
}

/* ---- lines ---- */

static int find_class(struct batch_moments *m, const char *name)
{
    for (size_t i = 0; i < m->class_count; i++)
        if (strcmp(m->classes[i].name, name) == 0) return (int)i;
    struct class_moments *more = realloc(m->classes, (m->class_count + 1) * sizeof *more);
    if (!more) return -1;
    m->classes = more;
    more[m->class_count] = (struct class_moments){.name = strdup(name)};
    return more[m->class_count].name ? (int)m->class_count++ : -1;
}

static enum lrp_status read_line(struct batch_moments *m, const char *line, struct lrp_error *err)
{
    cJSON *root = NULL;
    const char *name = "", *label = "";
    char number[32];
    double sum = (double)NAN;
    int64_t target = 0;
    int *more = realloc(m->class_of, (m->samples + 1) * sizeof *more);
    enum lrp_status status = more ? lrp_json_parse(line, strlen(line), &root, err) : no_memory(err);
    if (more) m->class_of = more;
    const bool failed = !status && cJSON_HasObjectItem(root, "error");
    if (!status && !failed) status = lrp_json_get_string(root, "label", &label, err);
    if (!status && !failed) status = lrp_json_get_string(root, "class", &name, err);
    if (!status && !failed) status = lrp_json_get_int(root, "target", &target, err);
    if (!status && !failed && cJSON_IsNumber(cJSON_GetObjectItem(root, "sum")))
        sum = cJSON_GetObjectItem(root, "sum")->valuedouble;
    snprintf(number, sizeof number, "%" PRId64, target);
    if (!status) {
        const int found = failed ? -1 : find_class(m, *name ? name : *label ? label : number);
        m->class_of[m->samples++] = found;
        m->failed += failed;
        if (found >= 0) m->classes[found].samples++;
        if (!failed && found < 0) status = no_memory(err);
        lrp_moments_add(&m->sums, &(float){(float)sum}, !failed);
    }
    cJSON_Delete(root);
    return status;
}

static enum lrp_status read_all_lines(struct batch_moments *m, const char *path, struct lrp_error *err)
{
    FILE *file = lrp_file_open_found(path);
    char *line = NULL;
    size_t size = 0;
    enum lrp_status status = file ? LRP_OK : lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(errno));
    while (!status && getline(&line, &size, file) > 0) status = read_line(m, line, err);
    if (file) fclose(file);
    free(line);
    return status;
}

/* ---- numbers ---- */

static void each_row(struct batch_moments *m, const struct lrp_tensor *t,
                     void (*take)(struct lrp_moments *, const float *, size_t))
{
    const size_t rows = (size_t)t->shape.dim[0], size = rows ? t->count / rows : 0,
                 each = m->channel_count ? size / m->channel_count : size;
    for (size_t i = 0; i < rows && i < m->samples; i++) {
        const float *row = t->f + i * size;
        if (m->class_of[i] < 0) continue;
        take(&m->all, row, size);
        take(&m->classes[m->class_of[i]].relevance, row, size);
        for (size_t c = 0; c < m->channel_count; c++) take(&m->channels[c], row + c * each, each);
    }
}

static void settle_all(struct batch_moments *m)
{
    lrp_moments_settle(&m->all);
    for (size_t i = 0; i < m->class_count; i++) lrp_moments_settle(&m->classes[i].relevance);
    for (size_t c = 0; c < m->channel_count; c++) lrp_moments_settle(&m->channels[c]);
}

static enum lrp_status take_numbers(struct batch_moments *m, const struct lrp_tensor *t, struct lrp_error *err)
{
    if (!t) return LRP_OK;
    m->channel_count = t->shape.rank == 4 ? (size_t)t->shape.dim[1] : 0;
    m->channels = calloc(m->channel_count + 1, sizeof *m->channels);
    if (!m->channels) return no_memory(err);
    each_row(m, t, lrp_moments_add);
    settle_all(m);
    each_row(m, t, lrp_moments_again);
    return LRP_OK;
}

/* ---- JSON ---- */

void lrp_batch_put_moments(struct lrp_document *d, cJSON *parent, const struct lrp_moments *m)
{
    cJSON *o = lrp_cli_json_put_object(d, parent, "relevance");
    lrp_cli_json_put_number(d, o, "count", (double)m->sum.count);
    lrp_cli_json_put_number(d, o, "mean", m->mean);
    lrp_cli_json_put_number(d, o, "mean_abs", lrp_moments_mean_size(m));
    lrp_cli_json_put_number(d, o, "deviation", lrp_moments_deviation(m));
}

static int compare_classes(const void *a, const void *b)
{
    return strcmp(((const struct class_moments *)a)->name, ((const struct class_moments *)b)->name);
}

static void put_all(struct lrp_document *d, struct batch_moments *m, bool numbers)
{
    lrp_cli_json_put_number(d, d->root, "samples", (double)m->samples);
    lrp_cli_json_put_number(d, d->root, "failed", (double)m->failed);
    lrp_moments_settle(&m->sums);
    lrp_cli_json_put_number(d, d->root, "mean_sum", m->sums.mean);
    if (numbers) lrp_batch_put_moments(d, d->root, &m->all);
    cJSON *classes = lrp_cli_json_put_array(d, d->root, "classes");
    if (m->class_count) qsort(m->classes, m->class_count, sizeof *m->classes, compare_classes);
    for (size_t i = 0; i < m->class_count; i++) {
        cJSON *o = lrp_cli_json_put_object(d, classes, NULL);
        lrp_cli_json_put_text(d, o, "class", m->classes[i].name);
        lrp_cli_json_put_number(d, o, "samples", (double)m->classes[i].samples);
        if (numbers) lrp_batch_put_moments(d, o, &m->classes[i].relevance);
    }
    cJSON *channels = m->channel_count ? lrp_cli_json_put_array(d, d->root, "channels") : NULL;
    for (size_t c = 0; c < m->channel_count; c++) {
        cJSON *o = lrp_cli_json_put_object(d, channels, NULL);
        lrp_cli_json_put_number(d, o, "channel", (double)c);
        lrp_batch_put_moments(d, o, &m->channels[c]);
    }
}

enum lrp_status lrp_batch_statistics(const struct lrp_tensor *relevance, const char *lines, struct lrp_document *d,
                                     struct lrp_error *err)
{
    struct batch_moments m = {0};
    enum lrp_status status = read_all_lines(&m, lines, err);
    if (!status) status = take_numbers(&m, relevance, err);
    if (!status) put_all(d, &m, relevance != NULL);
    for (size_t i = 0; i < m.class_count; i++) free(m.classes[i].name);
    free(m.classes);
    free(m.class_of);
    free(m.channels);
    return status;
}

enum lrp_status lrp_batch_mean(const struct lrp_tensor *relevance, struct lrp_tensor **out, struct lrp_error *err)
{
    const size_t rows = (size_t)relevance->shape.dim[0], size = rows ? relevance->count / rows : 0;
    struct lrp_shape shape = relevance->shape;
    double *sums = calloc(size + 1, sizeof *sums);
    size_t counted = 0;
    shape.dim[0] = 1;
    enum lrp_status status = sums ? lrp_tensor_new(LRP_DTYPE_FLOAT, &shape, out, err) : no_memory(err);
    for (size_t i = 0; !status && i < rows; i++) {
        bool finite = true;
        for (size_t e = 0; finite && e < size; e++) finite = isfinite(relevance->f[i * size + e]);
        counted += finite;
        for (size_t e = 0; finite && e < size; e++) sums[e] += (double)relevance->f[i * size + e];
    }
    for (size_t e = 0; !status && e < size; e++) (*out)->f[e] = (float)(sums[e] / fmax((double)counted, 1));
    free(sums);
    return status;
}
