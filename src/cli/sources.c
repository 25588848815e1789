/* sources.c: INPUTs that are folders stand for the pictures and arrays in them. */
#include "sources.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "paths.h"

enum { DEEPEST = 32 };

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What can be an input, by its name: a folder holds other files, too. */
static bool is_input(const char *name)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".ppm", ".pgm", ".webp", ".npy", ".npz", ".safetensors"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t n = strlen(ends[i]);
        if (length > n && strcasecmp(name + length - n, ends[i]) == 0) return true;
    }
    return false;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum lrp_status add_folder(const char *folder, int depth, struct lrp_strings *out, struct lrp_error *err)
{
    struct dirent **entries = NULL;
    const int count = depth < DEEPEST ? scandir(folder, &entries, NULL, by_bytes) : 0;
    enum lrp_status status = count >= 0 ? LRP_OK : lrp_fail(err, LRP_FILE, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char *path = status || *name == '.' ? NULL : lrp_cli_path_join(folder, name, "");
        if (path && is_folder(path))
            status = add_folder(path, depth + 1, out, err);
        else if (path && is_input(name) && !lrp_strings_add(out, path))
            status = lrp_fail(err, LRP_MEMORY, "not enough memory");
        free(path);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum lrp_status lrp_cli_sources(const struct lrp_arguments *arguments, struct lrp_strings *out, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < arguments->input_count; i++) {
        const char *path = arguments->inputs[i];
        const size_t before = out->count;
        if (is_folder(path))
            status = add_folder(path, 0, out, err);
        else if (!lrp_strings_add(out, path))
            status = lrp_fail(err, LRP_MEMORY, "not enough memory");
        if (!status && out->count == before)
            status = lrp_fail(err, LRP_FILE, "%s: the folder holds no pictures or arrays", path);
    }
    return status;
}
