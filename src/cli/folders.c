/* folders.c: a folder as INPUT stands for the files in it. */
#include "folders.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "commands.h"

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool any_folder(const struct lrp_arguments *a)
{
    for (size_t i = 0; i < a->input_count; i++)
        if (is_folder(a->inputs[i])) return true;
    return false;
}

static enum lrp_status add_input(struct lrp_manifest *listed, const char *path, struct lrp_error *err)
{
    const size_t before = listed->count;
    const enum lrp_status status = lrp_manifest_add(listed, path, err);
    if (status || listed->count > before) return status;
    return lrp_fail(err, LRP_FILE, "%s: the folder holds no pictures or arrays", path);
}

enum lrp_status lrp_cli_folders_open(struct lrp_arguments *arguments, struct lrp_error *err)
{
    enum lrp_status status = LRP_OK;
    if (!arguments->command->opens_folders || !any_folder(arguments)) return LRP_OK;
    for (size_t i = 0; !status && i < arguments->input_count; i++)
        status = add_input(&arguments->listed, arguments->inputs[i], err);
    const char **inputs = status ? NULL : calloc(arguments->listed.count + 1, sizeof *inputs);
    if (!status && !inputs) return lrp_fail(err, LRP_MEMORY, "not enough memory for the list of inputs");
    if (status) return status;
    for (size_t i = 0; i < arguments->listed.count; i++) inputs[i] = arguments->listed.rows[i].path;
    free(arguments->inputs);
    arguments->inputs = inputs;
    arguments->input_count = arguments->listed.count;
    return LRP_OK;
}
