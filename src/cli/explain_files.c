/* explain_files.c: which files a round of explain writes, and what they are called. */
#include "explain_files.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"

/* How many files an option may make: one of each INPUT, of each of its passes, of each of its samples. */
enum file_count { OF_INPUT, OF_PASS, OF_SAMPLE };
struct file_option {
    const char *name, *option;
    size_t from, to;    /* where its path stands in the arguments, and goes in the files */
    const char *suffix; /* where files are called after their INPUT; NULL: it is none of those */
    enum file_count count;
    bool shared; /* holds all INPUTs: written by the command itself, but for those called after their INPUT */
};
#define FILE_OPTION(field)                                                                                                     \
    .name = #field, .option = "--" #field, .from = offsetof(struct lrp_arguments, field),                                      \
    .to = offsetof(struct lrp_explain_files, field)
static const struct file_option options[] = {
    {FILE_OPTION(heatmap), .suffix = ".png", .count = OF_SAMPLE},
    {FILE_OPTION(relevance), .suffix = ".npy"},
    {FILE_OPTION(layerwise), .count = OF_PASS},
    {FILE_OPTION(html), .count = OF_SAMPLE},
    {FILE_OPTION(sheet), .count = OF_SAMPLE},
    {FILE_OPTION(animation), .count = OF_SAMPLE},
    {FILE_OPTION(report), .suffix = ".json", .shared = true},
};
enum { FILE_OPTIONS = sizeof options / sizeof *options };

static const char *asked(const struct lrp_arguments *a, const struct file_option *option)
{
    return *(const char *const *)(const void *)((const char *)a + option->from);
}

static char **place_of(struct lrp_explain_files *files, const struct file_option *option)
{
    return (char **)(void *)((char *)files + option->to);
}

/* True if files are called after their INPUT: --output-dir alone. */
static bool files_by_stem(const struct lrp_arguments *a)
{
    for (size_t i = 0; i < FILE_OPTIONS; i++)
        if (asked(a, &options[i])) return false;
    return a->output_dir != NULL;
}

enum lrp_status lrp_cli_files_check(const struct lrp_arguments *a, struct lrp_error *err)
{
    enum lrp_status status = a->output_dir ? lrp_cli_dir_writable(a->output_dir, err) : LRP_OK;
    for (size_t i = 0; !status && i < FILE_OPTIONS; i++) {
        const char *path = asked(a, &options[i]);
        if (!path) continue;
        if (a->input_count > 1 && !options[i].shared)
            return lrp_fail(
                err, LRP_USAGE,
                "--%s %s: one file for %zu inputs (use --output-dir D alone: it gets STEM.png, .npy and .json of each)",
                options[i].name, path, a->input_count);
        /* inside --output-dir only that folder counts here: it may not be there yet */
        if ((!a->output_dir || path[0] == '/' || strchr(path, '/'))) status = lrp_cli_path_writable(path, err);
    }
    return status;
}

/* The path of one option for an INPUT; one that a line of a text file makes has that number. */
static enum lrp_status place_file(const struct lrp_arguments *a, const struct file_option *option, const char *stem,
                                  int64_t line, char **out, struct lrp_error *err)
{
    const char *name = stem ? stem : option->shared ? NULL : asked(a, option);
    if (!name || (stem && !option->suffix)) return LRP_OK;
    char *path = lrp_cli_path_join(a->output_dir, name, stem ? option->suffix : "");
    *out = path;
    if (path && line && !stem) {
        *out = lrp_cli_path_numbered(path, line);
        free(path);
    }
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_cli_files_of(const struct lrp_arguments *a, const char *stem, int64_t line, struct lrp_explain_files *out,
                                 struct lrp_error *err)
{
    *out = (struct lrp_explain_files){0};
    const char *after = files_by_stem(a) ? stem : NULL;
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < FILE_OPTIONS; i++)
        status = place_file(a, &options[i], after, line, place_of(out, &options[i]), err);
    if (status) lrp_cli_files_free(out);
    return status;
}

static void guard_numbered(struct lrp_guard *guard, const char *option, const char *path, int64_t count)
{
    for (int64_t i = 0; path && i < count; i++) {
        char *name = count > 1 ? lrp_cli_path_numbered(path, i) : strdup(path);
        guard->failed |= !name;
        lrp_guard_writes(guard, option, name);
        free(name);
    }
}

void lrp_cli_files_guard(const struct lrp_explain_files *files, struct lrp_guard *guard, int64_t samples, int64_t passes)
{
    const int64_t counts[] = {[OF_INPUT] = 1, [OF_PASS] = passes, [OF_SAMPLE] = samples};
    for (size_t i = 0; i < FILE_OPTIONS; i++) {
        const char *path = *(char *const *)(const void *)((const char *)files + options[i].to);
        guard_numbered(guard, options[i].shared ? "--output-dir" : options[i].option, path, counts[options[i].count]);
    }
}

void lrp_cli_files_free(struct lrp_explain_files *files)
{
    for (size_t i = 0; i < FILE_OPTIONS; i++) free(*place_of(files, &options[i]));
    *files = (struct lrp_explain_files){0};
}
