/* manifest.c: the inputs of a batch (manifest.h). */
#include "manifest.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mapping.h"
#include "names.h"
#include "text.h"

enum { MOST_DEPTH = 64, MOST_FOLDERS = 1000000 };
#define MOST_BYTES ((size_t)1 << 30) /* of a manifest */

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for the list of inputs");
}

/* A relative path without empty parts, "." and ".."; owned. */
static char *safe_name(const char *path)
{
    struct lrp_text name = {0};
    while (*path) {
        const size_t n = strcspn(path, "/");
        const bool up = n == 2 && strncmp(path, "..", 2) == 0, nothing = n == 0 || (n == 1 && *path == '.');
        if (!nothing) {
            if (name.length) lrp_text_append(&name, "/");
            lrp_text_append_n(&name, up ? "__" : path, n);
        }
        path += n + (path[n] == '/');
    }
    if (!name.length) lrp_text_append(&name, "_");
    return lrp_text_take(&name);
}

/* The folder right above a file. */
static char *folder_of(const char *name)
{
    const char *end = strrchr(name, '/'), *begin = end;
    while (begin && begin > name && begin[-1] != '/') begin--;
    return begin ? strndup(begin, (size_t)(end - begin)) : strdup("");
}

static enum lrp_status add_row(struct lrp_manifest *m, const char *path, const char *name, const char *target,
                               struct lrp_error *err)
{
    if (m->count == m->capacity) {
        const size_t capacity = m->capacity ? 2 * m->capacity : 64;
        struct lrp_manifest_row *rows = realloc(m->rows, capacity * sizeof *rows);
        if (!rows) return no_memory(err);
        m->rows = rows;
        m->capacity = capacity;
    }
    struct lrp_manifest_row *row = &m->rows[m->count++];
    *row = (struct lrp_manifest_row){.path = strdup(path), .name = safe_name(name), .target = target ? strdup(target) : NULL};
    if (row->name) row->folder = folder_of(row->name);
    m->targets = m->targets || target;
    return row->path && row->name && row->folder && (row->target || !target) ? LRP_OK : no_memory(err);
}

/* ---- folders ---- */

bool lrp_manifest_takes(const char *name)
{
    static const char *const endings[] = {".png", ".jpg",  ".jpeg", ".ppm", ".pgm",
                                          ".pnm", ".webp", ".npy",  ".npz", ".safetensors"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0) return true;
    return false;
}

static bool holds_batch(const char *folder)
{
    struct lrp_text path = {0};
    struct stat info;
    lrp_text_printf(&path, "%s/batch.json", folder);
    const bool holds = !path.failed && stat(path.data, &info) == 0;
    lrp_text_free(&path);
    return holds;
}

/* The way from a source down to a folder. Links are followed, but not to a folder that is on the way already. */
struct folder_walk {
    struct lrp_manifest *manifest;
    const char *source;
    size_t folders; /* so far: links to links can make more ways than anybody waits for */
    int depth;
    struct {
        dev_t device;
        ino_t file;
    } way[MOST_DEPTH + 1];
};

static enum lrp_status walk_folder(struct folder_walk *w, const char *folder, const char *prefix, struct lrp_error *err);

static bool on_the_way(const struct folder_walk *w, const struct stat *folder)
{
    for (int i = 0; i < w->depth; i++)
        if (w->way[i].device == folder->st_dev && w->way[i].file == folder->st_ino) return true;
    return false;
}

static enum lrp_status enter_folder(struct folder_walk *w, const char *path, const char *name, const struct stat *info,
                                    struct lrp_error *err)
{
    if (w->depth > MOST_DEPTH || on_the_way(w, info) || (w->depth && holds_batch(path))) return LRP_OK;
    if (++w->folders > MOST_FOLDERS)
        return lrp_fail(err, LRP_FILE, "%s: there are more than %d folders in it: do links in it lead around?", w->source,
                        MOST_FOLDERS);
    w->way[w->depth].device = info->st_dev;
    w->way[w->depth++].file = info->st_ino;
    const enum lrp_status status = walk_folder(w, path, name, err);
    w->depth--;
    return status;
}

static enum lrp_status visit(struct folder_walk *w, const char *path, const char *name, const char *base, struct lrp_error *err)
{
    struct stat info;
    const bool there = !stat(path, &info);
    if (there && S_ISDIR(info.st_mode)) return enter_folder(w, path, name, &info, err);
    /* of pipes and devices in a folder nobody knows what they hold, or whether they ever end: who means one names it */
    if (there && !S_ISREG(info.st_mode)) return LRP_OK;
    return lrp_manifest_takes(base) ? add_row(w->manifest, path, name, NULL, err)
                                    : LRP_OK; /* what is wrong is told when it is read */
}

static enum lrp_status walk_folder(struct folder_walk *w, const char *folder, const char *prefix, struct lrp_error *err)
{
    DIR *dir = opendir(folder);
    enum lrp_status status = LRP_OK;
    if (!dir) return lrp_fail(err, LRP_FILE, "%s: the folder cannot be read: %s", folder, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(dir));) {
        struct lrp_text path = {0}, name = {0};
        if (entry->d_name[0] == '.') continue;
        lrp_text_printf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", entry->d_name);
        lrp_text_printf(&name, "%s%s%s", prefix, *prefix ? "/" : "", entry->d_name);
        status = path.failed || name.failed ? no_memory(err) : visit(w, path.data, name.data, entry->d_name, err);
        lrp_text_free(&path);
        lrp_text_free(&name);
    }
    closedir(dir);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct lrp_manifest_row *)a)->name, ((const struct lrp_manifest_row *)b)->name);
}

enum lrp_status lrp_manifest_add(struct lrp_manifest *m, const char *source, struct lrp_error *err)
{
    struct stat info;
    const size_t first = m->count;
    if (stat(source, &info) || !S_ISDIR(info.st_mode)) return add_row(m, source, source, NULL, err);
    struct folder_walk walk = {.manifest = m, .source = source};
    const enum lrp_status status = enter_folder(&walk, source, "", &info, err);
    if (m->count > first) qsort(m->rows + first, m->count - first, sizeof *m->rows, compare_names);
    return status;
}

/* ---- lists ---- */

static enum lrp_status add_line(struct lrp_manifest *m, char *line, struct lrp_error *err)
{
    char *tab = strchr(line, '\t');
    if (!*line || *line == '#') return LRP_OK;
    if (tab) *tab = '\0';
    return add_row(m, line, line, tab && tab[1] ? tab + 1 : NULL, err);
}

enum { LRP_LINE_MOST = 1 << 16 }; /* of a path and a target */

/* getdelim, but of what has no ends of lines (a device, a picture) no more than one byte beyond the longest line. */
static ssize_t read_line(FILE *file, int end, char **line, size_t *size)
{
    ssize_t used = 0;
    int c = 0;
    if (!*line && !(*line = malloc(*size = LRP_LINE_MOST + 2))) return -1;
    while (used <= LRP_LINE_MOST && (c = getc(file)) != EOF) {
        (*line)[used++] = (char)c;
        if (c == end) break;
    }
    (*line)[used] = '\0';
    return used || c != EOF ? used : -1;
}

static enum lrp_status read_lines(struct lrp_manifest *m, FILE *file, bool zeros, struct lrp_error *err)
{
    char *line = NULL;
    size_t size = 0, bytes = 0;
    struct stat info;
    const bool device = fstat(fileno(file), &info) == 0 && S_ISCHR(info.st_mode); /* most never end */
    const size_t most = device ? LRP_MOST_OF_DEVICE : MOST_BYTES;
    enum lrp_status status = LRP_OK;
    for (ssize_t n; !status && (n = read_line(file, zeros ? '\0' : '\n', &line, &size)) >= 0;) {
        const bool marked = bytes == 0 && n >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0; /* as Windows marks UTF-8 */
        bytes += (size_t)n;
        if (n > LRP_LINE_MOST)
            status = lrp_fail(err, LRP_FILE, "line %zu is longer than %d bytes: it is no path", m->count + 1, LRP_LINE_MOST);
        if (n && line[n - 1] == (zeros ? '\0' : '\n')) line[--n] = '\0';
        if (!zeros && n && line[n - 1] == '\r') line[--n] = '\0';
        if (bytes > most) status = lrp_fail(err, LRP_FILE, "the list is longer than %zu bytes", most);
        if (!status && strlen(line) != (size_t)n)
            status = lrp_fail(err, LRP_FILE, "line %zu holds a NUL (-0 reads such lists)", m->count + 1);
        if (!status) status = add_line(m, line + (marked ? 3 : 0), err);
    }
    if (!status && ferror(file)) status = lrp_fail(err, LRP_FILE, "it cannot be read: %s", strerror(errno));
    free(line);
    return status;
}

enum lrp_status lrp_manifest_read(struct lrp_manifest *m, const char *path, bool zeros, struct lrp_error *err)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (!file) return lrp_fail(err, LRP_FILE, "%s: %s", path, strerror(errno));
    const enum lrp_status status = read_lines(m, file, zeros, err);
    if (!standard) fclose(file);
    return status ? lrp_fail_context(err, status, "%s", standard ? "standard input" : path) : LRP_OK;
}

/* ---- names ---- */

/* A name that no row before has. */
static enum lrp_status make_unique(struct lrp_names *names, struct lrp_manifest_row *row, size_t number, struct lrp_error *err)
{
    size_t other, copy = 1;
    struct lrp_text name = {0};
    lrp_text_append(&name, row->name);
    while (!name.failed && lrp_names_get(names, name.data, &other)) {
        name.length = 0;
        lrp_text_printf(&name, "%s~%zu", row->name, ++copy);
    }
    if (name.failed || !lrp_names_put(names, name.data, number)) {
        lrp_text_free(&name);
        return no_memory(err);
    }
    free(row->name);
    row->name = lrp_text_take(&name);
    return row->name ? LRP_OK : no_memory(err);
}

static enum lrp_status name_by_number(struct lrp_manifest_row *row, size_t number, struct lrp_error *err)
{
    free(row->name);
    row->name = NULL;
    return asprintf(&row->name, "%zu", number) < 0 ? no_memory(err) : LRP_OK;
}

static void free_row(struct lrp_manifest_row *row)
{
    free(row->path);
    free(row->name);
    free(row->folder);
    free(row->target);
}

enum lrp_status lrp_manifest_settle(struct lrp_manifest *m, bool numbers, size_t limit, struct lrp_error *err)
{
    struct lrp_names names = {0};
    enum lrp_status status = LRP_OK;
    while (limit && m->count > limit) free_row(&m->rows[--m->count]);
    for (size_t i = 0; !status && i < m->count; i++)
        status = numbers ? name_by_number(&m->rows[i], i, err) : make_unique(&names, &m->rows[i], i, err);
    lrp_names_free(&names);
    return status;
}

uint64_t lrp_data_hash(uint64_t seed, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    uint64_t hash = seed ^ (size + 1) * 0x9E3779B97F4A7C15U;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, p + i, size - i < 8 ? size - i : 8);
        hash = (hash ^ word) * 0xBF58476D1CE4E5B9U;
        hash ^= hash >> 29;
    }
    return hash;
}

uint64_t lrp_manifest_hash(const struct lrp_manifest *m)
{
    uint64_t hash = m->count;
    for (size_t i = 0; i < m->count; i++) {
        const struct lrp_manifest_row *row = &m->rows[i];
        hash = lrp_data_hash(hash, row->path, strlen(row->path));
        hash = lrp_data_hash(hash, row->name, strlen(row->name));
        hash = lrp_data_hash(hash, row->target ? row->target : "", row->target ? strlen(row->target) + 1 : 0);
    }
    return hash;
}

void lrp_manifest_free(struct lrp_manifest *m)
{
    for (size_t i = 0; i < m->count; i++) free_row(&m->rows[i]);
    free(m->rows);
    *m = (struct lrp_manifest){0};
}
