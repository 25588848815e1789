/* merge.c: shards put together (merge.h). */
#include "merge.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "mapping.h"
#include "npy.h"
#include "output.h"
#include "shard.h"
#include "text.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* A file of a shard; owned. */
static char *shard_path(const struct lrp_shard_set *m, size_t shard, const char *name)
{
    struct lrp_text path = {0};
    lrp_text_printf(&path, "%s/shard-%zu-of-%zu/%s", m->folder, shard, m->shards, name);
    return lrp_text_take(&path);
}

static size_t rows_of(const struct lrp_shard_set *m, size_t shard)
{
    return m->samples > shard ? (m->samples - shard - 1) / m->shards + 1 : 0;
}

/* ---- what is there ---- */

static enum lrp_status read_samples(struct lrp_shard_set *m, struct lrp_error *err)
{
    struct lrp_text path = {0};
    cJSON *root = NULL;
    int64_t samples = 0;
    lrp_text_printf(&path, "%s/batch.json", m->folder);
    enum lrp_status status = path.failed ? no_memory(err) : LRP_OK;
    if (!status && access(path.data, F_OK))
        status = lrp_fail(err, LRP_FILE, "%s: it holds no batch.json: no results of a batch", m->folder);
    if (!status) status = lrp_json_read_found(path.data, &root, err);
    if (!status && (status = lrp_json_get_int(root, "samples", &samples, err)) != LRP_OK)
        lrp_fail_context(err, status, "%s", path.data);
    if (!status && samples < 1) status = lrp_fail(err, LRP_FILE, "%s: it has no samples", path.data);
    m->samples = (size_t)samples;
    cJSON_Delete(root);
    lrp_text_free(&path);
    return status;
}

/* Of how many "shard-2-of-8" is one; 0: the name is not a shard's. */
static size_t shards_of_name(const char *name)
{
    char copy[64];
    int64_t index, count;
    if (snprintf(copy, sizeof copy, "%s", name) >= (int)sizeof copy || strncmp(copy, "shard-", strlen("shard-")) != 0) return 0;
    char *const first = copy + strlen("shard-"), *const of = strstr(first, "-of-");
    if (!of) return 0;
    *of = 0;
    return lrp_parse_int64(first, &index) && lrp_parse_int64(of + strlen("-of-"), &count) && count > 0 ? (size_t)count : 0;
}

/* How many shards the batch was cut into, from their folders' names. */
static enum lrp_status count_shards(struct lrp_shard_set *m, struct lrp_error *err)
{
    DIR *dir = opendir(m->folder);
    enum lrp_status status = dir ? LRP_OK : lrp_fail(err, LRP_FILE, "%s: %s", m->folder, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(dir));) {
        const size_t count = shards_of_name(entry->d_name);
        if (!count) continue;
        if (m->shards && m->shards != count)
            status = lrp_fail(err, LRP_FILE, "%s: shards of %zu and of %zu lie there: take the folders of one kind away",
                              m->folder, m->shards, count);
        m->shards = count;
    }
    if (dir) closedir(dir);
    if (!status && !m->shards) status = lrp_fail(err, LRP_FILE, "%s: no shard was begun", m->folder);
    return status;
}

static bool is_finished(const struct lrp_shard_set *m, size_t shard)
{
    char *lines = shard_path(m, shard, "results.jsonl"), *partial = shard_path(m, shard, "relevance.npy.partial"), *line = NULL;
    FILE *file = lines ? lrp_file_open_found(lines) : NULL;
    size_t size = 0, count = 0;
    for (ssize_t n; file && (n = getline(&line, &size, file)) > 0;) count += line[n - 1] == '\n';
    const bool finished = count == rows_of(m, shard) && (file || !rows_of(m, shard)) && partial && access(partial, F_OK);
    if (file) fclose(file);
    free(line);
    free(lines);
    free(partial);
    return finished;
}

static enum lrp_status check_shards(const struct lrp_shard_set *m, struct lrp_error *err)
{
    enum { NAMED = 20 };
    struct lrp_text missing = {0};
    size_t count = 0;
    for (size_t i = 0; i < m->shards; i++)
        if (rows_of(m, i) && !is_finished(m, i) && count++ < NAMED)
            lrp_text_printf(&missing, "%s%zu", missing.length ? ", " : "", i);
    const enum lrp_status status =
        count ? lrp_fail(err, LRP_FILE, "%s: %zu of %zu shards are not finished: %s%s (batch --shard I/%zu --resume)",
                         m->folder, count, m->shards, missing.data ? missing.data : "", count > NAMED ? " ..." : "", m->shards)
              : LRP_OK;
    lrp_text_free(&missing);
    return status;
}

enum lrp_status lrp_shard_set_open(const char *folder, struct lrp_shard_set *out, struct lrp_error *err)
{
    *out = (struct lrp_shard_set){.folder = strdup(folder), .shape = {.rank = -1}};
    enum lrp_status status = out->folder ? read_samples(out, err) : no_memory(err);
    if (!status) status = count_shards(out, err);
    return status ? status : check_shards(out, err);
}

void lrp_shard_set_free(struct lrp_shard_set *merge)
{
    free(merge->folder);
    *merge = (struct lrp_shard_set){0};
}

/* ---- lines ---- */

static FILE **open_lines(const struct lrp_shard_set *m, struct lrp_error *err)
{
    FILE **files = calloc(m->shards + 1, sizeof(FILE *));
    if (!files) no_memory(err);
    for (size_t i = 0; files && i < m->shards; i++) {
        if (!rows_of(m, i)) continue;
        char *path = shard_path(m, i, "results.jsonl");
        files[i] = path ? lrp_file_open_found(path) : NULL;
        if (!files[i]) lrp_fail(err, LRP_FILE, "%s: %s", path ? path : "", strerror(errno));
        free(path);
        if (files[i]) continue;
        for (size_t k = 0; k < i; k++)
            if (files[k]) fclose(files[k]);
        free(files);
        return NULL;
    }
    return files;
}

enum lrp_status lrp_shard_set_each_line(const struct lrp_shard_set *m, lrp_line_fn *take, void *data, struct lrp_error *err)
{
    FILE **files = open_lines(m, err);
    char *line = NULL;
    size_t size = 0;
    enum lrp_status status = files ? LRP_OK : LRP_FILE;
    for (size_t i = 0; !status && i < m->samples; i++) {
        if (getline(&line, &size, files[i % m->shards]) < 0)
            status = lrp_fail(err, LRP_FILE, "%s: line %zu is missing", m->folder, i);
        if (!status) status = take(data, i, line, err);
    }
    for (size_t i = 0; files && i < m->shards; i++)
        if (files[i]) fclose(files[i]);
    free(files);
    free(line);
    return status;
}

static enum lrp_status copy_line(void *data, size_t sample, const char *line, struct lrp_error *err)
{
    const struct lrp_output *out = data;
    (void)sample;
    return fputs(line, out->file) < 0 ? lrp_fail(err, LRP_FILE, "%s: cannot be written: %s", out->path, strerror(errno))
                                      : LRP_OK;
}

enum lrp_status lrp_shard_set_lines(const struct lrp_shard_set *m, struct lrp_error *err)
{
    struct lrp_output out = {0};
    char *path = lrp_data_path(m->folder, "", "results", ".jsonl", err);
    enum lrp_status status = path ? lrp_output_open(path, &out, err) : err->status;
    if (!status && (status = lrp_shard_set_each_line(m, copy_line, &out, err)) != LRP_OK) lrp_output_abort(&out);
    if (!status) status = lrp_output_commit(&out, err);
    free(path);
    return status;
}

/* ---- relevance ---- */

/* The array of a shard. data NULL: it has none. */
struct shard_array {
    struct lrp_mapping file;
    struct lrp_npy npy;
};

static enum lrp_status open_array(const struct lrp_shard_set *m, size_t shard, struct shard_array *out, struct lrp_error *err)
{
    char *path = shard_path(m, shard, "relevance.npy");
    *out = (struct shard_array){0};
    enum lrp_status status = path ? LRP_OK : no_memory(err);
    if (!status && !access(path, F_OK)) {
        status = lrp_mapping_open_found(path, SIZE_MAX, &out->file, err);
        if (!status) status = lrp_npy_parse(out->file.data, out->file.size, &out->npy, err);
        if (!status && (out->npy.shape.rank < 1 || out->npy.shape.dim[0] != (int64_t)rows_of(m, shard) ||
                        out->npy.dtype != LRP_DTYPE_FLOAT))
            status = lrp_fail(err, LRP_FILE, "%s: it has not a row of float32 for each of %zu lines", path, rows_of(m, shard));
    }
    free(path);
    return status;
}

static bool is_apart(const struct lrp_shard_set *m, size_t shard)
{
    struct stat info;
    char *path = shard_path(m, shard, "relevance"), *array = shard_path(m, shard, "relevance.npy");
    const bool apart = path && array && !stat(path, &info) && S_ISDIR(info.st_mode) && access(array, F_OK);
    free(path);
    free(array);
    return apart;
}

/* Whether all shards have rows of one shape. */
static enum lrp_status find_shape(struct lrp_shard_set *m, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    m->stacked = true;
    for (size_t i = 0; !status && i < m->shards; i++) {
        struct shard_array array;
        m->stacked = m->stacked && !is_apart(m, i);
        status = open_array(m, i, &array, err);
        if (!status && array.file.data) {
            struct lrp_shape row = {.rank = array.npy.shape.rank - 1};
            memcpy(row.dim, array.npy.shape.dim + 1, (size_t)row.rank * sizeof *row.dim);
            if (m->shape.rank < 0) m->shape = row;
            m->stacked = m->stacked && lrp_shape_equal(&row, &m->shape);
        }
        lrp_mapping_close(&array.file);
    }
    return status;
}

static enum lrp_status open_arrays(const struct lrp_shard_set *m, struct shard_array **out, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    *out = calloc(m->shards + 1, sizeof **out);
    if (!*out) return no_memory(err);
    for (size_t i = 0; !status && i < m->shards; i++) status = open_array(m, i, &(*out)[i], err);
    return status;
}

static void close_arrays(const struct lrp_shard_set *m, struct shard_array *arrays)
{
    for (size_t i = 0; arrays && i < m->shards; i++) lrp_mapping_close(&arrays[i].file);
    free(arrays);
}

static const unsigned char *row_of(const struct lrp_shard_set *m, const struct shard_array *arrays, size_t sample, size_t bytes)
{
    const struct shard_array *a = arrays ? &arrays[sample % m->shards] : NULL;
    return a && a->file.data ? a->npy.data + sample / m->shards * bytes : NULL;
}

static size_t row_bytes(const struct lrp_shape *shape)
{
    size_t bytes = sizeof(float);
    for (int i = 0; i < shape->rank; i++) bytes *= (size_t)shape->dim[i];
    return bytes;
}

/* A shard of bad inputs alone has no array: its rows are filled. */
static enum lrp_status write_stacked(const struct lrp_shard_set *m, const struct shard_array *arrays, FILE *file,
                                     struct lrp_error *err)
{
    const size_t bytes = row_bytes(&m->shape);
    struct lrp_shape all = {.rank = m->shape.rank + 1, .dim = {(int64_t)m->samples}};
    struct lrp_text header = {0};
    float *blank = malloc(bytes + 1);
    memcpy(all.dim + 1, m->shape.dim, (size_t)m->shape.rank * sizeof *all.dim);
    lrp_npy_header_f32(&all, &header);
    bool ok = blank && !header.failed && fwrite(header.data, 1, header.length, file) == header.length;
    for (size_t e = 0; blank && e < bytes / sizeof *blank; e++) blank[e] = NAN;
    for (size_t i = 0; ok && i < m->samples; i++) {
        const unsigned char *row = row_of(m, arrays, i, bytes);
        ok = fwrite(row ? row : (const unsigned char *)blank, 1, bytes, file) == bytes;
    }
    free(blank);
    lrp_text_free(&header);
    return ok ? LRP_OK : lrp_fail(err, LRP_FILE, "%s/relevance.npy: %s", m->folder, strerror(errno));
}

static enum lrp_status merge_stacked(const struct lrp_shard_set *m, struct lrp_error *err)
{
    struct lrp_output out = {0};
    struct shard_array *arrays = NULL;
    char *path = lrp_data_path(m->folder, "", "relevance", ".npy", err);
    enum lrp_status status = path ? open_arrays(m, &arrays, err) : err->status;
    if (!status) status = lrp_output_open(path, &out, err);
    if (!status && (status = write_stacked(m, arrays, out.file, err)) != LRP_OK) lrp_output_abort(&out);
    if (out.file && !status) status = lrp_output_commit(&out, err);
    close_arrays(m, arrays);
    free(path);
    return status;
}

/* ---- one file a sample ---- */

struct merge_apart {
    const struct lrp_shard_set *merge;
    const struct shard_array *arrays;
};

static enum lrp_status copy_file(const char *from, const char *to, struct lrp_error *err)
{
    struct lrp_mapping file;
    enum lrp_status status = lrp_mapping_open_found(from, SIZE_MAX, &file, err);
    if (status) return status;
    status = lrp_output_write_hurried(to, file.data, file.size, err);
    lrp_mapping_close(&file);
    return status;
}

static enum lrp_status put_apart(const struct merge_apart *a, size_t sample, const char *name, struct lrp_error *err)
{
    const struct lrp_shard_set *m = a->merge;
    const size_t shard = sample % m->shards;
    const struct shard_array *array = &a->arrays[shard];
    struct lrp_text from = {0};
    char *to = lrp_data_path(m->folder, "relevance", name, ".npy", err);
    enum lrp_status status = to ? LRP_OK : err->status;
    if (!status && array->file.data) {
        struct lrp_shape row = {.rank = array->npy.shape.rank - 1};
        memcpy(row.dim, array->npy.shape.dim + 1, (size_t)row.rank * sizeof *row.dim);
        const size_t bytes = row_bytes(&row);
        float *values = malloc(bytes + 1);
        if (values) memcpy(values, row_of(m, a->arrays, sample, bytes), bytes);
        status = values ? lrp_npy_write_f32(to, &row, values, err) : no_memory(err);
        free(values);
    } else if (!status) {
        lrp_text_printf(&from, "%s/shard-%zu-of-%zu/relevance/%s.npy", m->folder, shard, m->shards, name);
        status = from.failed ? no_memory(err) : copy_file(from.data, to, err);
    }
    lrp_text_free(&from);
    free(to);
    return status;
}

/* The line says what the sample is called, and whether it has any. */
static enum lrp_status take_apart_line(void *data, size_t sample, const char *line, struct lrp_error *err)
{
    cJSON *root = NULL;
    const char *name = "";
    enum lrp_status status = lrp_json_parse(line, strlen(line), &root, err);
    if (!status) status = lrp_json_get_string(root, "name", &name, err);
    if (!status && *name && !cJSON_HasObjectItem(root, "error")) status = put_apart(data, sample, name, err);
    cJSON_Delete(root);
    return status;
}

static enum lrp_status merge_apart(const struct lrp_shard_set *m, struct lrp_error *err)
{
    struct shard_array *arrays = NULL;
    enum lrp_status status = open_arrays(m, &arrays, err);
    struct merge_apart apart = {m, arrays};
    if (!status) status = lrp_shard_set_each_line(m, take_apart_line, &apart, err);
    close_arrays(m, arrays);
    return status;
}

enum lrp_status lrp_shard_set_relevance(struct lrp_shard_set *m, struct lrp_error *err)
{
    const enum lrp_status status = find_shape(m, err);
    if (status) return status;
    if (!m->stacked) return merge_apart(m, err);
    return m->shape.rank >= 0 ? merge_stacked(m, err) : LRP_OK;
}
