/* paths.c: names of the files that are written, and whether they can be. */
#include "paths.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "output.h"
#include "string_list.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Where the suffix of the last part begins: at its last point, unless that is its first character. */
static size_t suffix_start(const char *path)
{
    const char *base = base_name(path), *point = strrchr(base, '.');
    return point && point != base ? (size_t)(point - path) : strlen(path);
}

char *lrp_cli_path_numbered(const char *path, int64_t number)
{
    const size_t start = suffix_start(path);
    char *out = NULL;
    if (!strcmp(path, "-")) return strdup(path); /* the guard refuses several */
    return asprintf(&out, "%.*s-%" PRId64 "%s", (int)start, path, number, path + start) < 0 ? NULL : out;
}

/* "dir/castle.tar.png" -> "castle.tar"; "-" -> "stdin". Owned by the caller; NULL when out of memory. */
static char *path_stem(const char *path)
{
    if (!strcmp(path, "-")) return strdup("stdin");
    const char *base = base_name(path);
    return strndup(base, suffix_start(path) - (size_t)(base - path));
}

void lrp_cli_free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++) free(texts[i]);
    free(texts);
}

/* The stem, or the first of stem-2, stem-3, ... that is free; owned by the caller. What was found for a stem is remembered, so
 * that thousands of one name are no matter; `own` keeps what the names borrow. NULL: no memory. */
static char *free_stem(const char *path, struct lrp_names *taken, struct lrp_strings *own)
{
    char *stem = path_stem(path), *name = stem ? strdup(stem) : NULL;
    size_t number = 1;
    while (name && lrp_names_get(taken, name, number == 1 ? &number : NULL)) {
        free(name);
        if (asprintf(&name, "%s-%zu", stem, ++number) < 0) name = NULL;
    }
    bool kept = name && lrp_strings_add(own, name) && lrp_names_put(taken, own->items[own->count - 1], 1);
    if (kept && number > 1) kept = lrp_strings_add(own, stem) && lrp_names_put(taken, own->items[own->count - 1], number);
    free(stem);
    if (kept) return name;
    free(name);
    return NULL;
}

char **lrp_cli_path_stems(const char *const *paths, size_t count)
{
    char **stems = calloc(count ? count : 1, sizeof *stems);
    struct lrp_names taken = {0};
    struct lrp_strings own = {0};
    bool fine = stems != NULL;
    for (size_t i = 0; fine && i < count; i++) {
        stems[i] = free_stem(paths[i], &taken, &own);
        fine = stems[i] != NULL;
    }
    lrp_names_free(&taken);
    lrp_strings_free(&own);
    if (fine) return stems;
    lrp_cli_free_texts(stems, count);
    return NULL;
}

char *lrp_cli_path_join(const char *dir, const char *name, const char *suffix)
{
    char *out = NULL;
    const bool alone = !dir || name[0] == '/';
    const size_t length = alone ? 0 : strlen(dir);
    const char *between = length && dir[length - 1] != '/' ? "/" : "";
    return asprintf(&out, "%s%s%s%s", alone ? "" : dir, between, name, suffix) < 0 ? NULL : out;
}

static enum lrp_status folder_writable(const char *folder, const char *path, struct lrp_error *err)
{
    struct stat info;
    if (stat(folder, &info)) return lrp_fail(err, LRP_FILE, "%s: cannot be written: %s: %s", path, folder, strerror(errno));
    if (!S_ISDIR(info.st_mode)) return lrp_fail(err, LRP_FILE, "%s: cannot be written: %s is not a folder", path, folder);
    const int cause = lrp_output_try(folder);
    return cause ? lrp_fail(err, LRP_FILE, "%s: cannot be written: %s: %s", path, folder, strerror(cause)) : LRP_OK;
}

/* The folder a path lies in. Owned by the caller. */
static char *folder_of(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    while (length > 0 && path[length - 1] != '/') length--;
    while (length > 1 && path[length - 1] == '/') length--;
    return length ? strndup(path, length) : strdup(".");
}

static enum lrp_status parent_writable(const char *path, struct lrp_error *err)
{
    char *folder = folder_of(path);
    if (!folder) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    const enum lrp_status status = folder_writable(folder, path, err);
    free(folder);
    return status;
}

enum lrp_status lrp_cli_path_writable(const char *path, struct lrp_error *err)
{
    struct stat info;
    if (!*path) return lrp_fail(err, LRP_USAGE, "the name of a file to write is empty");
    const bool there = !stat(path, &info);
    if (there && S_ISDIR(info.st_mode))
        return lrp_fail(err, LRP_FILE, "%s: cannot be written: it is a folder (name a file in it)", path);
    if (there && !S_ISREG(info.st_mode)) /* files are put in place of older ones: never of a device */
        return lrp_fail(err, LRP_FILE, "%s: cannot be written: it is no ordinary file", path);
    return parent_writable(path, err);
}

enum lrp_status lrp_cli_dir_writable(const char *dir, struct lrp_error *err)
{
    struct stat info;
    if (!*dir) return lrp_fail(err, LRP_USAGE, "--output-dir: the name is empty");
    return stat(dir, &info) ? parent_writable(dir, err) : folder_writable(dir, dir, err);
}

enum lrp_status lrp_cli_dir_make(const char *dir, struct lrp_error *err)
{
    if (!mkdir(dir, 0777) || errno == EEXIST) return LRP_OK;
    return lrp_fail(err, LRP_FILE, "%s: the folder cannot be made: %s", dir, strerror(errno));
}

static void guard_settings(struct lrp_guard *guard, const struct lrp_settings *settings)
{
    const char *what, *path;
    for (size_t i = 0; (path = lrp_settings_file_at(settings, i, &what)); i++) lrp_guard_reads(guard, what, path);
}

void lrp_cli_guard_arguments(struct lrp_guard *guard, const struct lrp_arguments *a, const struct lrp_model *model)
{
    lrp_guard_reads(guard, "the model", a->model);
    for (size_t i = 1; model && i < lrp_model_file_count(model); i++)
        lrp_guard_reads(guard, "weights of the model", lrp_model_file(model, i));
    for (size_t i = 0; i < a->named_count; i++) lrp_guard_reads(guard, "an input", a->named[i].path);
    for (size_t i = 0; i < a->rules_count; i++) lrp_guard_reads(guard, "a rules file", a->rules[i]);
    guard_settings(guard, a->settings);
    for (size_t i = 0; i < a->alternative_count; i++) guard_settings(guard, a->alternatives[i].settings);
}
