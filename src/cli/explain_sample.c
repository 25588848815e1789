/* explain_sample.c: one sample of explain: what is written, said and reported of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "breakdown.h"
#include "explain.h"
#include "table.h"
#include "token_map.h"

static void print_line(const struct lrp_snapshot *now, const char *name, const struct lrp_target *target, double sum)
{
    char output[40], start[40], total[40], place[200];
    const char *whole = lrp_cli_whole_target(now, target);
    lrp_snapshot_place(now, target->index, place, sizeof place);
    lrp_print(stdout, "%s  target %" PRId64 "%s%s%s%s%s%s  output %s  start %s  sum %s\n", name, target->index,
              *place == '(' ? " " : "", *place == '(' ? place : "", *target->label ? " " : "", target->label,
              *whole ? ", of " : "", whole, lrp_cli_number((double)target->output, output, sizeof output),
              lrp_cli_number(target->start, start, sizeof start), lrp_cli_number(sum, total, sizeof total));
    lrp_print_flush(stdout);
}

/* What of the sum arrives at which input, where there are several. */
static void print_inputs(const struct lrp_snapshot *now, int64_t sample)
{
    const size_t count = lrp_model_input_count(now->model);
    for (size_t i = 0; count > 1 && i < count; i++) {
        struct lrp_model_value input;
        double sum;
        char number[40];
        lrp_model_input(now->model, i, &input);
        if (lrp_snapshot_sum_at_input(now, i, sample, &sum))
            lrp_print(stdout, "  input %s  sum %s\n", input.name, lrp_cli_number(sum, number, sizeof number));
    }
}

/* A sample in a report, with what was given as its text. */
static void report_sample(struct lrp_report *report, const struct lrp_explain *e, const struct lrp_explain_round *round,
                          const struct lrp_snapshot *now, size_t sample, const struct lrp_token_map *tokens,
                          const struct lrp_breakdown *layers)
{
    const struct lrp_sequence *sequence = lrp_cli_job_sequence(&e->job, round->index);
    cJSON *o = lrp_cli_report_sample(report, round->path, now, sample);
    if (sequence && sequence->text) lrp_cli_json_put_text(&report->document, o, "text", sequence->text);
    if (sequence && sequence->pair) lrp_cli_json_put_text(&report->document, o, "pair", sequence->pair);
    lrp_token_map_put(tokens, &report->document, o);
    if (layers->rows) lrp_breakdown_put(layers, now, &report->document, e->arguments, o);
}

/* --heatmap of a model that takes tokens is a picture of the text, unless another value is asked for. */
static bool shows_tokens(const struct lrp_explain *e, const struct lrp_token_map *tokens)
{
    return tokens->count && !e->arguments->at && e->arguments->show == LRP_SHOW_RELEVANCE && !lrp_breakdown_asked(e->arguments);
}

/* What is said of a sample, and what is reported. */
static enum lrp_status tell_sample(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                   size_t sample, const struct lrp_target *target, const struct lrp_token_map *tokens,
                                   const struct lrp_breakdown *layers, struct lrp_error *err)
{
    char *name = lrp_cli_sample_name(round->path, (size_t)e->number, round->samples);
    if (!name) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    const double sum = lrp_snapshot_input_sum(now, (int64_t)sample);
    if (!e->arguments->json) print_line(now, name, target, sum);
    if (!e->arguments->json) print_inputs(now, (int64_t)sample);
    struct lrp_report *reports[LRP_EXPLAIN_REPORTS];
    const size_t count = lrp_explain_reports(e, round, reports);
    for (size_t i = 0; i < count; i++) report_sample(reports[i], e, round, now, sample, tokens, layers);
    free(name);
    if (e->arguments->json) return LRP_OK;
    if (layers->rows) return lrp_breakdown_print(layers, now, err);
    return tokens->count ? lrp_token_map_print(tokens, e->arguments, err) : lrp_explain_map(e, round, now, sample, err);
}

/* What is asked of a text is asked of a model that takes tokens. */
static enum lrp_status check_text(const struct lrp_arguments *a, const struct lrp_token_map *tokens, struct lrp_error *err)
{
    if (tokens->count) return LRP_OK;
    if (a->html) return lrp_fail(err, LRP_USAGE, "%s: --html is a page of a text, but no input takes tokens", a->model);
    if (a->group) return lrp_fail(err, LRP_USAGE, "%s: --group is of a text's tokens, but no input takes any", a->model);
    return LRP_OK;
}

/* The text as picture and page. */
static enum lrp_status write_tokens(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                    const struct lrp_token_map *tokens, const struct lrp_target *target, struct lrp_error *err)
{
    char number[40], *title = NULL;
    const char *whole = lrp_cli_whole_target(now, target);
    char *strip = round->files.heatmap ? lrp_explain_numbered(round->files.heatmap, e->number, (int64_t)round->samples) : NULL;
    char *page = round->files.html ? lrp_explain_numbered(round->files.html, e->number, (int64_t)round->samples) : NULL;
    const int made =
        asprintf(&title, "%s: %s, target %" PRId64 " %s%s%s, output %s", e->arguments->model, round->path, target->index,
                 target->label, *whole ? ", of " : "", whole, lrp_cli_number((double)target->output, number, sizeof number));
    enum lrp_status status = made < 0 ? lrp_fail(err, LRP_MEMORY, "not enough memory") : LRP_OK;
    if (!status && strip && shows_tokens(e, tokens)) {
        status = lrp_token_map_write_strip(tokens, strip, err);
        if (!status) lrp_explain_note_file(e, round, strip);
    }
    if (!status && page) status = lrp_token_map_write_page(tokens, title, page, err);
    if (!status && page) lrp_explain_note_file(e, round, page);
    free(page);
    free(strip);
    if (made >= 0) free(title);
    return status;
}

/* Relevance layer by layer, by token or by head, in the place of that of the input. */
static enum lrp_status show_breakdown(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                      size_t sample, const struct lrp_token_map *tokens, struct lrp_breakdown *out,
                                      struct lrp_error *err)
{
    if (!lrp_breakdown_asked(e->arguments)) return LRP_OK;
    struct lrp_tensor *tensor = NULL;
    char *name = round->files.heatmap ? lrp_explain_numbered(round->files.heatmap, e->number, (int64_t)round->samples) : NULL;
    enum lrp_status status = lrp_breakdown_of(e->arguments, now, tokens, sample, out, err);
    if (!status && name) status = lrp_breakdown_write_heatmap(out, now, name, err);
    if (!status && name) lrp_explain_note_file(e, round, name);
    if (!status && round->files.relevance) status = lrp_breakdown_tensor(out, &tensor, err);
    if (tensor) status = lrp_cli_stack_push(&round->relevance, tensor, err);
    lrp_tensor_release(tensor);
    free(name);
    return status;
}

enum lrp_status lrp_explain_sample(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err)
{
    struct lrp_token_map tokens = {.count = 0};
    struct lrp_breakdown layers = {.rows = 0};
    const struct lrp_target target = sample < now->target_count ? now->targets[sample] : (struct lrp_target){.label = ""};
    enum lrp_status status = lrp_token_map_of(&e->job, now, round->index, sample, &tokens, err);
    if (!status) status = check_text(e->arguments, &tokens, err);
    if (!status && !shows_tokens(e, &tokens) && !lrp_breakdown_asked(e->arguments))
        status = lrp_explain_heatmap(e, round, now, sample, err);
    if (!status) status = lrp_explain_layers(e, round, now, sample, err);
    if (!status) status = lrp_explain_stopped(e, err);
    if (!status) status = write_tokens(e, round, now, &tokens, &target, err);
    if (!status) status = show_breakdown(e, round, now, sample, &tokens, &layers, err);
    if (!status) status = tell_sample(e, round, now, sample, &target, &tokens, &layers, err);
    lrp_breakdown_free(&layers);
    lrp_token_map_free(&tokens);
    return status;
}
