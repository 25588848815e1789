/* explain_files.c: which files a round of explain writes, and what they are called. */
#include "explain_files.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"

enum { FILE_OPTIONS = 6 };
struct file_option {
    const char *name, *path;
    bool shared; /* holds all INPUTs */
};

static void list_options(const struct lrp_arguments *a, struct file_option out[FILE_OPTIONS])
{
    out[0] = (struct file_option){"heatmap", a->heatmap, false};
    out[1] = (struct file_option){"relevance", a->relevance, false};
    out[2] = (struct file_option){"layerwise", a->layerwise, false};
    out[3] = (struct file_option){"sheet", a->sheet, false};
    out[4] = (struct file_option){"report", a->report, true};
    out[5] = (struct file_option){"html", a->html, false};
}

/* True if files are called after their INPUT: --output-dir alone. */
static bool files_by_stem(const struct lrp_arguments *a)
{
    return a->output_dir && !a->heatmap && !a->relevance && !a->layerwise && !a->html && !a->sheet && !a->report;
}

enum lrp_status lrp_cli_files_check(const struct lrp_arguments *a, struct lrp_error *err)
{
    struct file_option options[FILE_OPTIONS];
    list_options(a, options);
    enum lrp_status status = a->output_dir ? lrp_cli_dir_writable(a->output_dir, err) : LRP_OK;
    for (size_t i = 0; !status && i < FILE_OPTIONS; i++) {
        if (!options[i].path) continue;
        if (a->input_count > 1 && !options[i].shared)
            return lrp_fail(
                err, LRP_USAGE,
                "--%s %s: one file for %zu inputs (use --output-dir D alone: it gets STEM.png, .npy and .json of each)",
                options[i].name, options[i].path, a->input_count);
        /* inside --output-dir only that folder counts here: it may not be there yet */
        if ((!a->output_dir || options[i].path[0] == '/' || strchr(options[i].path, '/')))
            status = lrp_cli_path_writable(options[i].path, err);
    }
    return status;
}

static enum lrp_status place_file(const char *dir, const char *name, const char *suffix, char **out, struct lrp_error *err)
{
    if (!name) return LRP_OK;
    *out = lrp_cli_path_join(dir, name, suffix);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

enum lrp_status lrp_cli_files_of(const struct lrp_arguments *a, const char *stem, int64_t line, struct lrp_explain_files *out,
                                 struct lrp_error *err)
{
    *out = (struct lrp_explain_files){0};
    const bool by_stem = files_by_stem(a);
    enum lrp_status status = place_file(a->output_dir, by_stem ? stem : a->heatmap, by_stem ? ".png" : "", &out->heatmap, err);
    if (!status) status = place_file(a->output_dir, by_stem ? stem : a->relevance, by_stem ? ".npy" : "", &out->relevance, err);
    if (!status) status = place_file(a->output_dir, a->layerwise, "", &out->layerwise, err);
    if (!status) status = place_file(a->output_dir, a->html, "", &out->html, err);
    if (!status) status = place_file(a->output_dir, a->sheet, "", &out->sheet, err);
    if (!status) status = place_file(a->output_dir, by_stem ? stem : NULL, ".json", &out->report, err);
    char **const files[] = {&out->heatmap, &out->relevance, &out->layerwise, &out->html, &out->sheet};
    for (size_t i = 0; !status && !by_stem && line && i < sizeof files / sizeof *files; i++) {
        if (!*files[i]) continue;
        char *name = lrp_cli_path_numbered(*files[i], line);
        free(*files[i]);
        *files[i] = name;
        if (!name) status = lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
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
    guard_numbered(guard, "--heatmap", files->heatmap, samples);
    guard_numbered(guard, "--html", files->html, samples);
    guard_numbered(guard, "--sheet", files->sheet, samples);
    guard_numbered(guard, "--layerwise", files->layerwise, passes);
    lrp_guard_writes(guard, "--relevance", files->relevance);
    lrp_guard_writes(guard, "--output-dir", files->report);
}

void lrp_cli_files_free(struct lrp_explain_files *files)
{
    free(files->heatmap);
    free(files->relevance);
    free(files->layerwise);
    free(files->html);
    free(files->sheet);
    free(files->report);
    *files = (struct lrp_explain_files){0};
}
