/* beside.c: the files that a model may name are those beside it, and below. */
#include "beside.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum lrp_status lrp_beside_folder(struct lrp_arena *arena, const char *model, const char **out, struct lrp_error *err)
{
    const char *slash = strrchr(model, '/');
    const size_t length = slash == model ? 1 : slash ? (size_t)(slash - model) : 0;
    const char *folder = slash ? lrp_arena_strndup(arena, model, length) : ".";
    char *real = folder ? realpath(folder, NULL) : NULL;
    if (!real) return lrp_fail(err, LRP_FILE, "the model's folder cannot be found: %s", strerror(errno));
    *out = strcmp(real, "/") == 0 ? "" : lrp_arena_strdup(arena, real);
    free(real);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

/* A path that cannot lead out of a folder by its letters alone. */
static bool stays_inside(const char *name)
{
    if (*name == '/') return false;
    for (const char *p = name; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
        if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == '\0')) return false;
    return true;
}

/* *real, owned by the caller, is set whatever comes out if there is such a file. */
static enum lrp_status check_place(const char *folder, const char *what, const char *name, const char *path, char **real,
                                   struct lrp_error *err)
{
    const size_t prefix = strlen(folder);
    struct stat kind;
    if (!stays_inside(name))
        return lrp_fail(err, LRP_FILE, "%s %s lies outside the model's folder, which is not allowed", what, name);
    *real = realpath(path, NULL);
    if (!*real)
        return lrp_fail(err, LRP_FILE, "%s %s cannot be read: %s (it must lie beside the model)", what, name, strerror(errno));
    if (strncmp(*real, folder, prefix) != 0 || (*real)[prefix] != '/')
        return lrp_fail(err, LRP_FILE, "%s %s is a link out of the model's folder, which is not allowed; copy it there", what,
                        name);
    if (stat(*real, &kind) != 0 || !S_ISREG(kind.st_mode))
        return lrp_fail(err, LRP_FILE, "%s %s is not a regular file", what, name);
    return LRP_OK;
}

bool lrp_beside_missing(const char *folder, const char *name)
{
    char *path = NULL;
    struct stat kind;
    if (!stays_inside(name) || asprintf(&path, "%s/%s", folder, name) < 0) return false;
    const bool missing = stat(path, &kind) != 0 && errno == ENOENT;
    free(path);
    return missing;
}

enum lrp_status lrp_beside_map(struct lrp_arena *arena, const char *folder, const char *what, const char *name,
                               struct lrp_mapping *out, struct lrp_error *err)
{
    const char *path = lrp_arena_printf(arena, "%s/%s", folder, name);
    char *real = NULL;
    enum lrp_status status =
        path ? check_place(folder, what, name, path, &real, err) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) /* what was checked is what is opened: a link put there meanwhile is not followed */
        status = lrp_mapping_open_beneath(real, strlen(folder), out, err);
    free(real);
    return status;
}
