/* shard.c: the files of one run of a batch (shard.h). */
#include "shard.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mapping.h"
#include "npy.h"
#include "text.h"

static const char array_name[] = "relevance.npy", partial_name[] = "relevance.npy.partial", apart_name[] = "relevance",
                  lines_name[] = "results.jsonl", done_name[] = "done";

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status file_error(const struct lrp_shard *s, const char *name, struct lrp_error *err)
{
    return lrp_fail(err, LRP_FILE, "%s/%s: %s", s->folder, name, strerror(errno));
}

static char *path_in(const struct lrp_shard *s, const char *name)
{
    struct lrp_text path = {0};
    lrp_text_printf(&path, "%s/%s", s->folder, name);
    return lrp_text_take(&path);
}

/* ---- folders ---- */

static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const bool ok = !mkdir(path, 0777) || errno == EEXIST || errno == EISDIR;
        *slash = '/';
        if (!ok) return false;
    }
    return true;
}

char *lrp_data_path(const char *folder, const char *below, const char *name, const char *suffix, struct lrp_error *err)
{
    struct lrp_text path = {0};
    lrp_text_printf(&path, "%s/%s%s%s%s", folder, below, *below ? "/" : "", name, suffix);
    if (path.failed) {
        no_memory(err);
        return NULL;
    }
    if (make_folders(path.data)) return lrp_text_take(&path);
    lrp_fail(err, LRP_FILE, "%s: the folder cannot be made: %s", path.data, strerror(errno));
    lrp_text_free(&path);
    return NULL;
}

/* ---- writing ---- */

static bool write_all(int file, const void *data, size_t size, off_t at)
{
    const unsigned char *p = data;
    while (size) {
        const ssize_t n = at < 0 ? write(file, p, size) : pwrite(file, p, size, at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n;
        size -= (size_t)n;
        if (at >= 0) at += n;
    }
    return true;
}

static off_t row_place(const struct lrp_shard *s, size_t row)
{
    struct lrp_text header = {0};
    struct lrp_shape all = {.rank = s->shape.rank + 1, .dim = {(int64_t)s->rows}};
    memcpy(all.dim + 1, s->shape.dim, (size_t)s->shape.rank * sizeof *all.dim);
    lrp_npy_header_f32(&all, &header);
    const off_t place = (off_t)(header.length + row * s->row_bytes);
    lrp_text_free(&header);
    return place;
}

static enum lrp_status put_nothing(const struct lrp_shard *s, size_t row, struct lrp_error *err)
{
    const size_t count = s->row_bytes / sizeof(float);
    float *blank = malloc(s->row_bytes + 1);
    if (!blank) return no_memory(err);
    for (size_t i = 0; i < count; i++) blank[i] = NAN;
    const bool ok = write_all(s->array, blank, s->row_bytes, row_place(s, row));
    free(blank);
    return ok ? LRP_OK : file_error(s, partial_name, err);
}

/* The array, once the shape of its rows is known: of its whole size from the start; rows of bad inputs so far are filled. */
static enum lrp_status begin_array(struct lrp_shard *s, const struct lrp_shape *shape, struct lrp_error *err)
{
    struct lrp_text header = {0};
    struct lrp_shape all = {.rank = shape->rank + 1, .dim = {(int64_t)s->rows}};
    char *path = path_in(s, partial_name);
    if (shape->rank + 1 > LRP_MAX_RANK || !path) {
        free(path);
        return !path ? no_memory(err) : lrp_fail(err, LRP_UNSUPPORTED, "relevance of %d axes is not stacked", shape->rank);
    }
    memcpy(all.dim + 1, shape->dim, (size_t)shape->rank * sizeof *all.dim);
    s->shape = *shape;
    s->row_bytes = sizeof(float);
    for (int i = 0; i < shape->rank; i++) s->row_bytes *= (size_t)shape->dim[i];
    lrp_npy_header_f32(&all, &header);
    s->array = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    free(path);
    const bool ok = !header.failed && s->array >= 0 && write_all(s->array, header.data, header.length, 0) &&
                    !ftruncate(s->array, (off_t)(header.length + s->rows * s->row_bytes));
    lrp_text_free(&header);
    enum lrp_status status = ok ? LRP_OK : file_error(s, partial_name, err);
    for (size_t row = 0; !status && row < s->done; row++) status = put_nothing(s, row, err);
    return status;
}

static enum lrp_status write_apart(const struct lrp_shard *s, size_t row, const struct lrp_shape *shape, const float *values,
                                   struct lrp_error *err)
{
    char *path = lrp_data_path(s->folder, apart_name, s->names[row], ".npy", err);
    const enum lrp_status status = path ? lrp_npy_write_f32(path, shape, values, err) : err ? err->status : LRP_FILE;
    free(path);
    return status;
}

/* Rows so far become files: another size came. */
static enum lrp_status take_apart(struct lrp_shard *s, struct lrp_error *err)
{
    float *row = malloc(s->row_bytes + 1);
    char *path = path_in(s, partial_name);
    enum lrp_status status = row && path ? LRP_OK : no_memory(err);
    for (size_t i = 0; !status && s->array >= 0 && i < s->done; i++) {
        if (!s->good[i]) continue;
        if (pread(s->array, row, s->row_bytes, row_place(s, i)) != (ssize_t)s->row_bytes)
            status = file_error(s, partial_name, err);
        else
            status = write_apart(s, i, &s->shape, row, err);
    }
    if (!status && s->array >= 0) {
        close(s->array);
        s->array = -1;
        unlink(path);
    }
    s->apart = !status;
    free(row);
    free(path);
    return status;
}

static bool same_shape(const struct lrp_shape *a, const struct lrp_shape *b)
{
    bool same = a->rank == b->rank;
    for (int i = 0; same && i < a->rank; i++) same = a->dim[i] == b->dim[i];
    return same;
}

static enum lrp_status put_values(struct lrp_shard *s, const struct lrp_shape *shape, const float *values,
                                  struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    if (!values) return s->array >= 0 ? put_nothing(s, s->done, err) : LRP_OK;
    if (s->array < 0 && !s->apart) status = begin_array(s, shape, err);
    if (!status && !s->apart && !same_shape(shape, &s->shape)) status = take_apart(s, err);
    if (status) return status;
    if (s->apart) return write_apart(s, s->done, shape, values, err);
    return write_all(s->array, values, s->row_bytes, row_place(s, s->done)) ? LRP_OK : file_error(s, partial_name, err);
}

enum lrp_status lrp_shard_put(struct lrp_shard *s, const struct lrp_shape *shape, const float *values, const char *line,
                              struct lrp_error *err)
{
    struct lrp_text text = {0};
    enum lrp_status status = s->keeps ? put_values(s, shape, values, err) : LRP_OK;
    lrp_text_printf(&text, "%s\n", line);
    if (!status && text.failed) status = no_memory(err);
    if (!status && !write_all(s->lines, text.data, text.length, -1)) status = file_error(s, lines_name, err);
    if (!status) {
        s->good[s->done++] = values != NULL;
        s->failed += values == NULL;
    }
    lrp_text_free(&text);
    return status;
}

/* Engines that know a task by its files (make, Snakemake) wait for this one, bad inputs or not. */
static enum lrp_status mark_done(const struct lrp_shard *s, struct lrp_error *err)
{
    char *path = path_in(s, done_name);
    const int file = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666) : -1;
    const enum lrp_status status = !path ? no_memory(err) : file < 0 ? file_error(s, done_name, err) : LRP_OK;
    if (file >= 0) close(file);
    free(path);
    return status;
}

enum lrp_status lrp_shard_finish(struct lrp_shard *s, struct lrp_error *err)
{
    char *from = path_in(s, partial_name), *to = path_in(s, array_name);
    enum lrp_status status = from && to ? LRP_OK : no_memory(err);
    if (!status && s->array >= 0 && !access(from, F_OK) && rename(from, to)) status = file_error(s, array_name, err);
    free(from);
    free(to);
    return status ? status : mark_done(s, err);
}

/* ---- opening ---- */

/* Whole lines of an earlier run; what stands behind the last of them is cut off. */
static enum lrp_status read_lines(struct lrp_shard *s, struct lrp_error *err)
{
    char *path = path_in(s, lines_name), *line = NULL;
    FILE *file = path ? lrp_file_open_found(path) : NULL;
    size_t size = 0;
    off_t whole = 0;
    for (ssize_t n; file && s->done < s->rows && (n = getline(&line, &size, file)) > 0 && line[n - 1] == '\n'; s->done++) {
        whole += n;
        s->good[s->done] = strstr(line, "\"error\":") == NULL;
        s->failed += !s->good[s->done];
    }
    if (file) fclose(file);
    const bool ok = path && !ftruncate(s->lines, whole) && lseek(s->lines, 0, SEEK_END) >= 0;
    free(line);
    free(path);
    return ok ? LRP_OK : file_error(s, lines_name, err);
}

/* The array of an earlier run, finished or not. */
static enum lrp_status reopen_array(struct lrp_shard *s, struct lrp_error *err)
{
    struct lrp_mapping map = {0};
    struct lrp_npy npy;
    struct stat info;
    char *partial = path_in(s, partial_name), *path = path_in(s, array_name), *folder = path_in(s, apart_name);
    enum lrp_status status = partial && path && folder ? LRP_OK : no_memory(err);
    if (!status) s->apart = !stat(folder, &info) && access(partial, F_OK) && access(path, F_OK);
    const char *there = status ? NULL : !access(partial, F_OK) ? partial : !access(path, F_OK) ? path : NULL;
    if (there) status = lrp_mapping_open_found(there, SIZE_MAX, &map, err);
    if (there && !status) status = lrp_npy_parse(map.data, map.size, &npy, err);
    if (there && !status && (npy.shape.rank < 1 || npy.shape.dim[0] != (int64_t)s->rows || npy.dtype != LRP_DTYPE_FLOAT))
        status = lrp_fail(err, LRP_FILE, "%s: it is not what a batch of %zu samples wrote", there, s->rows);
    if (there && !status) {
        s->shape.rank = npy.shape.rank - 1;
        memcpy(s->shape.dim, npy.shape.dim + 1, (size_t)s->shape.rank * sizeof *s->shape.dim);
        s->row_bytes = npy.count / (s->rows ? s->rows : 1) * sizeof(float);
        s->array = open(there, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (s->array < 0) status = file_error(s, partial_name, err);
    }
    lrp_mapping_close(&map);
    free(partial);
    free(path);
    free(folder);
    return status;
}

static void forget_file(const struct lrp_shard *s, const char *name)
{
    char *path = path_in(s, name);
    if (path) unlink(path);
    free(path);
}

static enum lrp_status open_files(struct lrp_shard *s, bool resume, struct lrp_error *err)
{
    char *lock = lrp_data_path(s->folder, "", ".lock", "", err), *lines = lock ? path_in(s, lines_name) : NULL;
    enum lrp_status status = lock && lines ? LRP_OK : !lock && err && err->status ? err->status : no_memory(err);
    /* what somebody else put there as a link would lead to a file of the user's: links are not followed */
    if (!status) s->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (!status && s->lock < 0) status = file_error(s, ".lock", err);
    if (!status && flock(s->lock, LOCK_EX | LOCK_NB))
        status = lrp_fail(err, LRP_FILE, "%s: another run writes there (its lock is held)", s->folder);
    if (!status) s->lines = open(lines, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (resume ? 0 : O_TRUNC), 0666);
    if (!status && s->lines < 0) status = file_error(s, lines_name, err);
    if (!status) forget_file(s, done_name);
    if (!status && !resume) forget_file(s, array_name);
    if (!status && !resume) forget_file(s, partial_name);
    if (!status && resume) status = read_lines(s, err);
    if (!status && resume && s->done && s->keeps) status = reopen_array(s, err);
    free(lock);
    free(lines);
    return status;
}

enum lrp_status lrp_shard_open(const char *folder, size_t index, size_t count, const struct lrp_manifest *manifest, bool resume,
                               bool keeps, struct lrp_shard *out, struct lrp_error *err)
{
    struct lrp_text path = {0};
    lrp_text_printf(&path, "%s/shard-%zu-of-%zu", folder, index, count);
    *out = (struct lrp_shard){.lock = -1, .lines = -1, .array = -1, .shape = {.rank = -1}, .keeps = keeps};
    out->folder = lrp_text_take(&path);
    out->rows = manifest->count > index ? (manifest->count - index - 1) / count + 1 : 0;
    out->good = calloc(out->rows + 1, sizeof *out->good);
    out->names = calloc(out->rows + 1, sizeof *out->names);
    if (!out->folder || !out->good || !out->names) return no_memory(err);
    for (size_t row = 0; row < out->rows; row++) out->names[row] = manifest->rows[index + row * count].name;
    return open_files(out, resume, err);
}

void lrp_shard_close(struct lrp_shard *s)
{
    if (s->array >= 0) close(s->array);
    if (s->lines >= 0) close(s->lines);
    if (s->lock >= 0) close(s->lock);
    free(s->folder);
    free(s->good);
    free(s->names);
    *s = (struct lrp_shard){.lock = -1, .lines = -1, .array = -1};
}
