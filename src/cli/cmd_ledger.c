/* cmd_ledger.c: lrpscope ledger MODEL INPUT...: where relevance goes, a row a layer. */
#include "commands.h"
#include "job.h"
#include "ledger_table.h"
#include "table.h"

struct ledger {
    struct lrp_cli_job job;
    struct lrp_ledger_sums sums;       /* over all samples */
    const struct lrp_snapshot *opened; /* before anything is computed */
    struct lrp_document document;
    cJSON *warnings; /* of the document */
};

static enum lrp_status run_round(struct ledger *l, size_t round, struct lrp_error *err)
{
    enum lrp_status status = lrp_cli_job_set_inputs(&l->job, round, err);
    const int64_t passes = status ? 0 : lrp_cli_job_passes(&l->job);
    for (int64_t pass = 0; !status && pass < passes; pass++) {
        const struct lrp_snapshot *now = NULL;
        status = lrp_cli_job_run(&l->job, round, pass, LRP_WANT_LEDGER, &now, err);
        if (!status) lrp_cli_job_say(&l->job, now);
        if (!status) lrp_cli_json_put_new_texts(&l->document, l->warnings, now->doubts, now->doubt_count);
        if (!status && !now->ledger)
            status = lrp_fail(err, LRP_UNSUPPORTED, "%s: method %s makes its result of many passes: there is no ledger of them",
                              l->job.arguments->model, lrp_settings_get(now->settings, LRP_SETTING_METHOD));
        if (!status) status = lrp_cli_ledger_add(&l->sums, now->ledger, err);
        lrp_snapshot_release(now);
    }
    return status;
}

static enum lrp_status print_json(struct ledger *l, struct lrp_error *err)
{
    lrp_cli_ledger_put_inputs(&l->document, &l->sums, l->opened);
    lrp_cli_ledger_put_rows(&l->document, "rows", &l->sums, l->opened);
    lrp_cli_ledger_put_total(&l->document, "total", &l->sums);
    return lrp_cli_json_print(&l->document, stdout, err);
}

static enum lrp_status run_ledger(struct ledger *l, struct lrp_error *err)
{
    lrp_cli_json_init(&l->document, l->job.arguments->model);
    l->warnings = lrp_cli_json_put_array(&l->document, l->document.root, "warnings");
    enum lrp_status status = lrp_cli_job_opened(&l->job, &l->opened, err);
    if (!status && lrp_cli_check_blocks(l->opened)) status = lrp_cli_check_refuse(l->job.arguments, l->opened->check, err);
    if (!status) lrp_cli_job_warn(l->job.arguments, l->opened);
    for (size_t round = 0; !status && round < lrp_cli_job_rounds(&l->job); round++) status = run_round(l, round, err);
    if (status) return status;
    return l->job.arguments->json ? print_json(l, err) : lrp_cli_ledger_print(&l->sums, l->opened, err);
}

int lrp_cli_ledger(const struct lrp_arguments *arguments)
{
    struct ledger l = {0};
    struct lrp_error err = {0};
    int code = 0;
    if (!lrp_cli_job_open(&l.job, arguments, true, &code)) return code;
    const enum lrp_status status = run_ledger(&l, &err);
    if (status) code = lrp_cli_job_fail(&l.job, status, &err);
    lrp_cli_json_free(&l.document);
    lrp_cli_ledger_free(&l.sums);
    lrp_snapshot_release(l.opened);
    lrp_cli_job_close(&l.job);
    return code;
}
