/* cmd_concepts.c: lrpscope concepts MODEL INPUT... --at LAYER: which channels of a layer matter, and what each looks at. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "concepts.h"
#include "paths.h"
#include "printable.h"
#include "text.h"
#include "words.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static bool wants_maps(const struct concepts *c)
{
    const struct lrp_arguments *a = c->arguments;
    return a->heatmap || a->relevance || a->output_dir || (a->sheet && !a->index);
}

/* ---- a sample ---- */

static enum lrp_status index_sample(struct concepts *c, const struct lrp_snapshot *now, size_t sample, struct lrp_error *err)
{
    const enum lrp_show show = lrp_concepts_by_activation(c) ? LRP_SHOW_ACTIVATION : LRP_SHOW_RELEVANCE;
    const struct lrp_index_score score = {c->arguments->pool == LRP_CLI_POOL_MAX, c->arguments->share};
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && c->number >= c->known && i < c->layer_count; i++) {
        struct lrp_channel_summary *rows = NULL;
        size_t count = 0;
        status = lrp_snapshot_channel_sums(now, c->layers[i], show, (int64_t)sample, &rows, &count, err);
        if (!status) status = lrp_concept_index_add(&c->indices[i], rows, count, score, err);
        free(rows);
    }
    return status;
}

/* A layer's channels, and what is made of them. */
static enum lrp_status list_layer(struct concepts *c, size_t round, int64_t pass, const struct lrp_snapshot *now, size_t sample,
                                  struct listing *l, struct lrp_error *err)
{
    enum lrp_status status = lrp_concepts_list(c, now, sample, l, err);
    if (!status && wants_maps(c)) status = lrp_concepts_map(c, round, pass, sample, l, err);
    if (!status) status = lrp_concepts_write_maps(c, l, err);
    return !status && c->arguments->sheet ? lrp_concepts_gather(c, l, err) : status;
}

static enum lrp_status tell_sample(struct concepts *c, size_t round, int64_t pass, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err)
{
    struct listing *listings = calloc(c->layer_count + 1, sizeof *listings);
    const struct lrp_target target = sample < now->target_count ? now->targets[sample] : (struct lrp_target){.label = ""};
    char *name = lrp_cli_sample_name(lrp_cli_job_round_path(&c->job, round), sample, lrp_cli_samples_in(&c->job));
    enum lrp_status status = name && listings ? LRP_OK : no_memory(err);
    for (size_t i = 0; !status && i < c->layer_count; i++) {
        listings[i].layer = c->layers[i];
        status = list_layer(c, round, pass, now, sample, &listings[i], err);
        if (!status && !c->arguments->json) status = lrp_concepts_print(c, name, &target, &listings[i], err);
    }
    if (!status && c->arguments->json) lrp_concepts_put(c, name, &target, listings);
    if (!status && c->arguments->graph) status = lrp_concepts_graph(c, round, pass, now, sample, err);
    for (size_t i = 0; listings && i < c->layer_count; i++) lrp_listing_free(&listings[i]);
    free(listings);
    free(name);
    return status;
}

static enum lrp_status run_pass(struct concepts *c, size_t round, int64_t pass, struct lrp_error *err)
{
    const struct lrp_snapshot *now = NULL;
    enum lrp_status status = lrp_cli_job_run(&c->job, round, pass, LRP_WANT_RELEVANCE, &now, err);
    if (!status) lrp_cli_job_say(&c->job, now);
    for (size_t i = 0; !status && i < lrp_cli_samples_in(&c->job); i++, c->number++)
        status = c->arguments->index ? index_sample(c, now, i, err) : tell_sample(c, round, pass, now, i, err);
    lrp_snapshot_release(now);
    return status;
}

/* ---- all of them ---- */

static enum lrp_status find_layers(struct concepts *c, struct lrp_error *err)
{
    const struct lrp_cli_list *at = &c->arguments->at_list;
    if (!at->count)
        return lrp_fail(err, LRP_USAGE, "concepts needs a layer: --at LAYER (lrpscope layers %s lists them)",
                        c->arguments->model);
    c->layers = calloc(at->count, sizeof *c->layers);
    enum lrp_status status = c->layers ? LRP_OK : no_memory(err);
    for (size_t i = 0; !status && i < at->count; i++) {
        status = lrp_snapshot_find(c->opened, at->items[i], &c->layers[i], err);
        c->layer_count = i + 1;
    }
    return status;
}

static enum lrp_status read_channels(struct concepts *c, struct lrp_error *err)
{
    const char *text = c->arguments->only_channels;
    if (!text) return LRP_OK;
    c->chosen = calloc(strlen(text) + 1, sizeof *c->chosen);
    char *copy = strdup(text);
    enum lrp_status status = c->chosen && copy ? LRP_OK : no_memory(err);
    for (char *at = copy, *next; !status && at; at = next) {
        next = strchr(at, ',');
        if (next) *next++ = '\0';
        if (!lrp_parse_int64(at, &c->chosen[c->chosen_count]) || c->chosen[c->chosen_count] < 0)
            status = lrp_fail(err, LRP_USAGE, "--channels %s: numbers of channels from 0, as in 3,7", text);
        else
            c->chosen_count++;
    }
    free(copy);
    return status;
}

/* Inputs of their own that the index has already are not looked at again. */
static enum lrp_status run_rounds(struct concepts *c, struct lrp_error *err)
{
    const size_t rounds = lrp_cli_job_rounds(&c->job);
    enum lrp_status status = LRP_OK;
    if (rounds > 1 && c->known) c->number = c->known < rounds ? c->known : rounds;
    for (size_t round = rounds > 1 ? c->number : 0; !status && round < rounds; round++) {
        status = lrp_cli_job_set_inputs(&c->job, round, err);
        const int64_t passes = status ? 0 : lrp_cli_job_passes(&c->job);
        for (int64_t pass = 0; !status && pass < passes; pass++) status = run_pass(c, round, pass, err);
    }
    return status;
}

static enum lrp_status finish_concepts(struct concepts *c, struct lrp_error *err)
{
    const struct lrp_arguments *a = c->arguments;
    enum lrp_status status = a->index ? lrp_concepts_write_index(c, err) : LRP_OK;
    for (size_t i = 0; !status && a->index && !a->json && i < c->layer_count; i++)
        lrp_print(stdout, "%s: %zu channels of %s, the %zu best of %zu samples each\n", a->index, c->indices[i].channels,
                  lrp_concepts_layer(c, c->layers[i]), c->indices[i].references, c->indices[i].seen);
    if (!status) status = lrp_concepts_write_sheet(c, err);
    return !status && a->json ? lrp_cli_json_print(&c->document, stdout, err) : status;
}

static enum lrp_status run_concepts(struct concepts *c, struct lrp_error *err)
{
    const struct lrp_arguments *a = c->arguments;
    struct lrp_error ignored;
    enum lrp_status status = lrp_cli_job_opened(&c->job, &c->opened, err);
    if (!status && lrp_cli_check_blocks(c->opened)) status = lrp_cli_check_refuse(a, c->opened->check, err);
    if (!status) lrp_cli_job_warn(a, c->opened);
    if (!status) status = find_layers(c, err);
    if (!status) status = read_channels(c, err);
    if (!status && a->index) status = lrp_concepts_begin_index(c, err);
    if (status) return status;
    status = run_rounds(c, err);
    /* what is known by then can be gone on with: --resume */
    if (status == LRP_CANCELLED && a->index && c->number > c->known) lrp_concepts_write_index(c, &ignored);
    return !status ? finish_concepts(c, err) : status;
}

static void free_concepts(struct concepts *c)
{
    for (size_t i = 0; c->indices && i < c->layer_count; i++) lrp_concept_index_free(&c->indices[i]);
    free(c->indices);
    free(c->layers);
    free(c->chosen);
    lrp_concept_sheet_free(c->sheet);
    lrp_cli_json_free(&c->document);
    lrp_snapshot_release(c->opened);
    lrp_cli_job_close(&c->job);
}

int lrp_cli_concepts(const struct lrp_arguments *arguments)
{
    struct concepts c = {.arguments = arguments};
    struct lrp_error err = {0};
    int code = 0;
    if (!lrp_cli_job_open(&c.job, arguments, true, &code)) return code;
    lrp_cli_json_init(&c.document, arguments->model);
    c.samples = lrp_cli_json_put_array(&c.document, c.document.root, "samples");
    const enum lrp_status status = run_concepts(&c, &err);
    if (status) code = lrp_cli_job_fail(&c.job, status, &err);
    free_concepts(&c);
    return code;
}
