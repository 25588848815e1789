/* cmd_convert.c: lrpscope convert MODEL OUT.json: a model as JSON and safetensors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lrpscope/model.h"

#include "arguments.h"
#include "commands.h"
#include "guard.h"
#include "paths.h"
#include "table.h"

/* The file of the weights, as lrp_model_convert names it. Owned by the caller; NULL when out of memory. */
static char *weights_of(const char *out, const char *model)
{
    const char *slash = strrchr(model, '/'), *path = strcmp(out, "-") ? out : slash ? slash + 1 : model;
    const char *dot = strrchr(path, '.');
    char *weights = NULL;
    return asprintf(&weights, "%.*s.safetensors", (int)(dot && dot != path ? (size_t)(dot - path) : strlen(path)), path) < 0
               ? NULL
               : weights;
}

/* Neither the model nor its weights may be replaced, by the JSON model or by the weights beside it. */
static enum lrp_status check_files(const struct lrp_arguments *arguments, const struct lrp_model *model, const char *out,
                                   struct lrp_error *err)
{
    struct lrp_guard guard = {0};
    char *weights = NULL;
    if (!(weights = weights_of(out, arguments->model))) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    lrp_cli_guard_arguments(&guard, arguments, model);
    lrp_guard_writes(&guard, "OUT", out);
    lrp_guard_writes(&guard, "the weights of OUT", weights);
    const enum lrp_status status = lrp_guard_check(&guard, err);
    lrp_guard_free(&guard);
    free(weights);
    return status;
}

/* Where the weights of a printed model are, if it has any. */
static void note_weights(const char *model)
{
    char *weights = weights_of("-", model);
    if (weights && !access(weights, F_OK)) lrp_print(stderr, "lrpscope: the weights are in %s\n", weights);
    free(weights);
}

int lrp_cli_convert(const struct lrp_arguments *arguments)
{
    struct lrp_model *model = NULL;
    struct lrp_error err = {0};
    const char *out = arguments->input_count ? arguments->inputs[0] : "";
    const size_t length = strlen(out);
    enum lrp_status status = LRP_OK;
    const bool printed = !strcmp(out, "-");
    if (!printed && (length < 5 || strcmp(out + length - 5, ".json") != 0))
        status = lrp_fail(&err, LRP_USAGE, "OUT must end in .json, or be - (usage: lrpscope convert MODEL OUT.json)");
    if (!status && !printed) status = lrp_cli_path_writable(out, &err);
    if (!status) status = lrp_model_open(arguments->model, &model, &err);
    if (!status) status = check_files(arguments, model, out, &err);
    if (!status) status = lrp_model_convert(model, out, &err);
    if (!status && printed && !arguments->quiet) note_weights(arguments->model);
    if (!status && !printed && arguments->verbose) lrp_print(stderr, "lrpscope: wrote %s and its weights beside it\n", out);
    lrp_model_release(model);
    return status ? lrp_cli_report_error(status, &err) : 0;
}
