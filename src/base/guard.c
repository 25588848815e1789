/* guard.c: no file that is written may be one that is read, or another that is written. */
#include "guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grown.h"

/* What a path leads to: a file by its numbers, one that is not there yet by its folder's and its name. */
struct lrp_guarded {
    const char *what;
    char *path;
    bool written;
    dev_t device;
    ino_t number;
    const char *name; /* within path; "" for a file that is there */
};

static void identify(struct lrp_guarded *file)
{
    struct stat info;
    const char *slash = strrchr(file->path, '/');
    file->name = "";
    if (stat(file->path, &info)) {
        char *folder = slash ? strndup(file->path, (size_t)(slash - file->path) + 1) : strdup(".");
        const bool there = folder && !stat(folder, &info);
        free(folder);
        if (!there) info = (struct stat){0};
        file->name = there && slash ? slash + 1 : file->path;
    }
    file->device = info.st_dev;
    file->number = info.st_ino;
}

static void guard_path(struct lrp_guard *guard, const char *what, const char *path, bool written)
{
    if (!path || !*path || guard->failed) return;
    if (!strcmp(path, "-")) {
        guard->standard += written; /* standard input and output are no files here */
        return;
    }
    struct lrp_guarded *files = lrp_grown(guard->files, guard->count, &guard->capacity, sizeof *files);
    guard->failed = !files;
    if (!files) return;
    guard->files = files;
    struct lrp_guarded *file = &guard->files[guard->count];
    *file = (struct lrp_guarded){.what = what, .path = strdup(path), .written = written};
    guard->failed = !file->path;
    if (guard->failed) return;
    identify(file);
    guard->count++;
}

void lrp_guard_reads(struct lrp_guard *guard, const char *what, const char *path)
{
    guard_path(guard, what, path, false);
}

void lrp_guard_writes(struct lrp_guard *guard, const char *option, const char *path)
{
    guard_path(guard, option, path, true);
}

static int by_identity(const void *left, const void *right)
{
    const struct lrp_guarded *a = left, *b = right;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    const int order = strcmp(a->name, b->name);
    return order ? order : a->written - b->written; /* what is read first */
}

static bool same_file(const struct lrp_guarded *a, const struct lrp_guarded *b)
{
    return a->device == b->device && a->number == b->number && !strcmp(a->name, b->name);
}

enum lrp_status lrp_guard_check(struct lrp_guard *guard, struct lrp_error *err)
{
    if (guard->failed) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (guard->standard > 1)
        return lrp_fail(err, LRP_USAGE, "-: several files cannot all go to standard output (give names to all but one)");
    if (guard->count) qsort(guard->files, guard->count, sizeof *guard->files, by_identity);
    for (size_t i = 1; i < guard->count; i++) {
        const struct lrp_guarded *before = &guard->files[i - 1], *file = &guard->files[i];
        if (!file->written || !same_file(before, file)) continue;
        if (before->written)
            return lrp_fail(err, LRP_USAGE, "%s: named by %s and %s (give each its own file)", file->path, before->what,
                            file->what);
        return lrp_fail(err, LRP_USAGE, "%s: %s would replace %s (give another name)", file->path, file->what, before->what);
    }
    return LRP_OK;
}

void lrp_guard_free(struct lrp_guard *guard)
{
    for (size_t i = 0; i < guard->count; i++) free(guard->files[i].path);
    free(guard->files);
    *guard = (struct lrp_guard){0};
}
