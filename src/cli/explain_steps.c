/* explain_steps.c: explain of a text that goes on (--continue, --generate). */
#include <stdio.h>

#include "explain.h"
#include "paths.h"
#include "printable.h"
#include "steps.h"
#include "token_map.h"

/* A text that goes on: every new token is explained by all before it. */
static enum lrp_status tell_steps(struct lrp_explain *e, struct lrp_explain_round *round, const struct lrp_steps *steps,
                                  struct lrp_error *err)
{
    const struct lrp_snapshot *now = steps->now;
    struct lrp_report *reports[LRP_EXPLAIN_REPORTS];
    const size_t count = lrp_explain_reports(e, round, reports);
    lrp_cli_job_say(&e->job, now);
    for (size_t i = 0; i < count; i++) {
        cJSON *o = lrp_cli_report_sample(reports[i], round->path, now, 0);
        lrp_steps_put(steps, &reports[i]->document, o);
        lrp_cli_report_layers(reports[i], now);
        lrp_cli_report_doubts(reports[i], now);
        lrp_cli_report_timing(reports[i], now);
    }
    if (e->arguments->json) return LRP_OK;
    lrp_print(stdout, "%s  %zu tokens added\n", round->path, steps->count);
    return lrp_steps_print(steps, e->arguments, err);
}

enum lrp_status lrp_explain_steps(struct lrp_explain *e, struct lrp_explain_round *round, struct lrp_error *err)
{
    struct lrp_steps steps;
    struct lrp_tensor *map = NULL;
    enum lrp_status status = lrp_steps_make(&e->job, round->index, &steps, err);
    if (!status && e->arguments->output_dir) status = lrp_cli_dir_make(e->arguments->output_dir, err);
    if (!status && round->files.relevance) status = lrp_steps_tensor(&steps, &map, err);
    if (map) status = lrp_cli_stack_push(&round->relevance, map, err);
    lrp_tensor_release(map);
    if (!status && round->files.heatmap) status = lrp_steps_write_heatmap(&steps, round->files.heatmap, err);
    if (!status && round->files.heatmap) lrp_explain_note_file(e, round, round->files.heatmap);
    if (!status && round->files.html) status = lrp_token_map_write_page(&steps.map, round->path, round->files.html, err);
    if (!status && round->files.html) lrp_explain_note_file(e, round, round->files.html);
    if (!status) status = tell_steps(e, round, &steps, err);
    lrp_steps_free(&steps);
    return status;
}
