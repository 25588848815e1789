/* results.c: the lines of a batch's shards, as they come (results.h). */
#include "results.h"

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
#include "text.h"

/* A file of lines: a shard's, or the merged one. */
struct lrp_results_shard {
    char *path;   /* owned */
    int64_t read; /* bytes that were, up to the end of a line */
};

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for the results");
}

static char *path_in(const char *folder, const char *name)
{
    struct lrp_text path = {0};
    lrp_text_printf(&path, "%s/%s", folder, name);
    return lrp_text_take(&path);
}

bool lrp_results_here(const char *folder)
{
    char *path = path_in(folder, "batch.json");
    const bool here = path && !access(path, F_OK);
    free(path);
    return here;
}

enum lrp_status lrp_results_open(const char *folder, struct lrp_batch_results *out, struct lrp_error *err)
{
    cJSON *root = NULL;
    int64_t samples = 0;
    *out = (struct lrp_batch_results){.folder = strdup(folder)};
    char *path = path_in(folder, "batch.json");
    enum lrp_status status = path && out->folder ? lrp_json_read_found(path, &root, err) : no_memory(err);
    if (!status && (status = lrp_json_get_int(root, "samples", &samples, err)) != LRP_OK)
        lrp_fail_context(err, status, "%s", path);
    if (!status && (samples < 1 || samples > LRP_RESULTS_MOST))
        status = lrp_fail(err, LRP_FILE, "%s: %lld samples are none, or too many to be listed", path, (long long)samples);
    if (!status) out->samples = (size_t)samples;
    cJSON_Delete(root);
    free(path);
    return status;
}

static void free_sample(struct lrp_outcome *s)
{
    free(s->name);
    free(s->folder);
    free(s->label);
    free(s->error);
}

void lrp_results_free(struct lrp_batch_results *r)
{
    for (size_t i = 0; i < r->capacity; i++) free_sample(&r->rows[i]);
    for (size_t i = 0; i < r->shard_count; i++) free(r->shards[i].path);
    free(r->rows);
    free(r->shards);
    free(r->folder);
    *r = (struct lrp_batch_results){0};
}

/* ---- which files ---- */

static enum lrp_status add_shard(struct lrp_batch_results *r, const char *name, struct lrp_error *err)
{
    char *path = path_in(r->folder, name);
    for (size_t i = 0; path && i < r->shard_count; i++)
        if (strcmp(r->shards[i].path, path) == 0) {
            free(path);
            return LRP_OK;
        }
    struct lrp_results_shard *more = path ? realloc(r->shards, (r->shard_count + 1) * sizeof *more) : NULL;
    if (!more) {
        free(path);
        return no_memory(err);
    }
    r->shards = more;
    more[r->shard_count++] = (struct lrp_results_shard){.path = path};
    return LRP_OK;
}

/* Shards begin one after the other; of a batch that was merged and lost them, the merged lines are left. */
static enum lrp_status find_shards(struct lrp_batch_results *r, struct lrp_error *err)
{
    DIR *dir = opendir(r->folder);
    enum lrp_status status = dir ? LRP_OK : lrp_fail(err, LRP_FILE, "%s: %s", r->folder, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(dir));) {
        char name[300];
        if (strncmp(entry->d_name, "shard-", strlen("shard-")) != 0 || !strstr(entry->d_name, "-of-")) continue;
        snprintf(name, sizeof name, "%s/results.jsonl", entry->d_name);
        status = add_shard(r, name, err);
    }
    if (dir) closedir(dir);
    return !status && !r->shard_count ? add_shard(r, "results.jsonl", err) : status;
}

/* ---- lines ---- */

/* An absent text is no text. */
static bool take_text(const cJSON *root, const char *key, char **out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    if (!cJSON_IsString(item)) return true;
    *out = strdup(item->valuestring);
    return *out != NULL;
}

static double take_number(const cJSON *root, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

static bool make_room(struct lrp_batch_results *r, size_t index)
{
    if (index < r->capacity) return true;
    const size_t doubled = 2 * r->capacity > index + 1 ? 2 * r->capacity : index + 64,
                 capacity = doubled < r->samples ? doubled : r->samples;
    struct lrp_outcome *rows = realloc(r->rows, capacity * sizeof *rows);
    if (!rows) return false;
    for (size_t i = r->capacity; i < capacity; i++) rows[i] = (struct lrp_outcome){.cluster = -1};
    r->rows = rows;
    r->capacity = capacity;
    return true;
}

/* Of what is no line of a batch nothing is taken. */
static enum lrp_status take_line(struct lrp_batch_results *r, const char *line, size_t length, struct lrp_error *err)
{
    struct lrp_error ignored;
    cJSON *root = NULL;
    int64_t index = -1;
    struct lrp_outcome s = {.cluster = -1, .target = -1};
    if (lrp_json_parse(line, length, &root, &ignored)) return LRP_OK;
    const bool valid = !lrp_json_get_int(root, "index", &index, &ignored) && index >= 0 && (size_t)index < r->samples &&
                       cJSON_IsString(cJSON_GetObjectItemCaseSensitive(root, "name"));
    const cJSON *warnings = cJSON_GetObjectItemCaseSensitive(root, "warnings");
    bool ok = !valid || (take_text(root, "name", &s.name) && take_text(root, "class", &s.folder) &&
                         take_text(root, "label", &s.label) && take_text(root, "error", &s.error));
    if (lrp_json_get_int(root, "target", &s.target, &ignored)) s.target = -1;
    s.output = take_number(root, "output");
    s.sum = take_number(root, "sum");
    s.warnings = (size_t)cJSON_GetArraySize(warnings);
    ok = ok && (!valid || make_room(r, (size_t)index));
    if (ok && valid && !r->rows[index].name) {
        r->rows[index] = s;
        r->there++;
        r->failed += s.error != NULL;
    } else {
        free_sample(&s);
    }
    cJSON_Delete(root);
    return ok ? LRP_OK : no_memory(err);
}

static enum lrp_status read_shard(struct lrp_batch_results *r, struct lrp_results_shard *shard, size_t *most, bool *more,
                                  struct lrp_error *err)
{
    FILE *file = lrp_file_open_found(shard->path);
    char *line = NULL;
    size_t size = 0;
    enum lrp_status status = LRP_OK;
    ssize_t n = 0;
    if (!file) return LRP_OK; /* it has begun, and no more */
    if (!fseeko(file, (off_t)shard->read, SEEK_SET))
        while (!status && *most && (n = getline(&line, &size, file)) > 0 && line[n - 1] == '\n') {
            status = take_line(r, line, (size_t)n, err);
            shard->read += n;
            --*most;
            r->changes++;
        }
    *more = *more || (!*most && n > 0);
    free(line);
    fclose(file);
    return status;
}

/* ---- clusters ---- */

static void take_clusters(struct lrp_batch_results *r, const cJSON *labels)
{
    const cJSON *item = NULL;
    size_t i = 0;
    cJSON_ArrayForEach(item, labels)
    {
        int64_t cluster = -1;
        if (i < r->capacity && r->rows[i].name && lrp_json_is_int(item, &cluster) && cluster >= 0 &&
            (size_t)cluster < r->capacity) {
            r->rows[i].cluster = (int)cluster;
            r->clusters = (int)cluster >= r->clusters ? (int)cluster + 1 : r->clusters;
        }
        i++;
    }
}

/* merge writes them once all samples are there, and again when it is told to. */
static void read_clusters(struct lrp_batch_results *r)
{
    struct lrp_error ignored;
    struct stat info;
    cJSON *root = NULL;
    char *path = path_in(r->folder, "clusters.json");
    if (path && r->there == r->samples && !stat(path, &info) && (int64_t)info.st_mtime != r->clustered &&
        !lrp_json_read_found(path, &root, &ignored)) {
        const cJSON *clusters = cJSON_GetObjectItemCaseSensitive(root, "clusters");
        take_clusters(r, cJSON_GetObjectItemCaseSensitive(clusters, "labels"));
        r->clustered = (int64_t)info.st_mtime;
        r->changes++;
    }
    cJSON_Delete(root);
    free(path);
}

enum lrp_status lrp_results_read(struct lrp_batch_results *r, size_t most, bool *more, struct lrp_error *err)
{
    *more = false;
    enum lrp_status status = r->there < r->samples ? find_shards(r, err) : LRP_OK;
    for (size_t i = 0; !status && i < r->shard_count && r->there < r->samples; i++)
        status = read_shard(r, &r->shards[i], &most, more, err);
    if (!status && !*more) read_clusters(r);
    return status;
}

bool lrp_results_whole(const struct lrp_batch_results *r)
{
    return r->there == r->samples && r->clustered;
}

/* ---- where they come from ---- */

/* inputs.jsonl, read line by line. */
struct source_lines {
    char *path, *from; /* owned; from: the folder the batch was started in */
    FILE *file;
    char *line; /* owned */
    size_t size, count;
};

static enum lrp_status open_sources(const struct lrp_batch_results *r, struct source_lines *s, struct lrp_error *err)
{
    cJSON *batch = NULL;
    const char *from = "";
    char *json = path_in(r->folder, "batch.json");
    *s = (struct source_lines){.path = path_in(r->folder, "inputs.jsonl")};
    enum lrp_status status = json && s->path ? lrp_json_read_found(json, &batch, err) : no_memory(err);
    if (!status) status = lrp_json_get_string(batch, "folder", &from, err);
    if (!status && !(s->from = strdup(from))) status = no_memory(err);
    if (!status && !(s->file = lrp_file_open_found(s->path)))
        status = lrp_fail(err, LRP_FILE, "%s: %s", s->path, strerror(errno));
    cJSON_Delete(batch);
    free(json);
    return status;
}

static void close_sources(struct source_lines *s)
{
    if (s->file) fclose(s->file);
    free(s->line);
    free(s->path);
    free(s->from);
}

/* The next line's file and target (NULL: none of its own); owned. Either may be NULL: that is not asked for. */
static enum lrp_status next_source(struct source_lines *s, char **path, char **target, struct lrp_error *err)
{
    cJSON *input = NULL;
    const char *file = "", *own = "";
    struct lrp_text whole = {0};
    const ssize_t n = getline(&s->line, &s->size, s->file);
    if (n <= 0) return lrp_fail(err, LRP_FILE, "%s: it has no line %zu", s->path, s->count + 1);
    s->count++;
    if (!path && !target) return LRP_OK;
    enum lrp_status status = lrp_json_parse(s->line, (size_t)n, &input, err);
    if (!status) status = lrp_json_get_string(input, "path", &file, err);
    if (!status) status = lrp_json_get_string(input, "target", &own, err);
    if (status) lrp_fail_context(err, status, "%s", s->path);
    if (!status && path) {
        lrp_text_printf(&whole, "%s%s%s", *file == '/' ? "" : s->from, *file == '/' || !*s->from ? "" : "/", file);
        if (!(*path = lrp_text_take(&whole))) status = no_memory(err);
        if (!status) status = lrp_file_check_found(*path, SIZE_MAX, err); /* the folder may be anybody's */
    }
    if (!status && target && *own && !(*target = strdup(own))) status = no_memory(err);
    lrp_text_free(&whole);
    cJSON_Delete(input);
    return status;
}

enum lrp_status lrp_results_source(const struct lrp_batch_results *r, size_t sample, char **path, char **target,
                                   struct lrp_error *err)
{
    struct source_lines lines;
    *path = *target = NULL;
    enum lrp_status status = open_sources(r, &lines, err);
    while (!status && lines.count < sample) status = next_source(&lines, NULL, NULL, err);
    if (!status) status = next_source(&lines, path, target, err);
    close_sources(&lines);
    return status;
}

enum lrp_status lrp_results_paths(const struct lrp_batch_results *r, char **paths, struct lrp_error *err)
{
    struct source_lines lines;
    enum lrp_status status = open_sources(r, &lines, err);
    for (size_t i = 0; !status && i < r->samples; i++) status = next_source(&lines, &paths[i], NULL, err);
    close_sources(&lines);
    return status;
}
