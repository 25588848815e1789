/* cmd_batch.c: lrpscope batch: many inputs. */
#include "arguments.h"
#include "batch_run.h"
#include "clusters.h"
#include "commands.h"
#include "paths.h"
#include "table.h"

/* ---- heatmaps that are there already ---- */

static enum lrp_status tell_clusters(const struct lrp_arguments *a, const struct lrp_clusters *clusters, struct lrp_error *err)
{
    struct lrp_document d;
    if (!a->json) return lrp_clusters_print(clusters, err);
    lrp_cli_json_init(&d, NULL);
    lrp_clusters_put(clusters, &d);
    const enum lrp_status status = lrp_cli_json_print(&d, stdout, err);
    lrp_cli_json_free(&d);
    return status;
}

static enum lrp_status cluster_file(const struct lrp_arguments *a, struct lrp_error *err)
{
    struct lrp_tensor *heatmaps = NULL;
    struct lrp_clusters clusters = {0};
    enum lrp_status status = a->output_dir ? lrp_cli_dir_writable(a->output_dir, err) : LRP_OK;
    if (!status) status = lrp_tensor_read_npy(a->from, &heatmaps, err);
    if (!status && (status = lrp_clusters_of(heatmaps, a->cluster ? a->cluster : "spray", &clusters, err)) != LRP_OK)
        lrp_fail_context(err, status, "%s", a->from);
    if (!status) status = tell_clusters(a, &clusters, err);
    if (!status && a->output_dir) status = lrp_clusters_write(&clusters, heatmaps, a->output_dir, err);
    lrp_clusters_free(&clusters);
    lrp_tensor_release(heatmaps);
    return status;
}

int lrp_cli_batch(const struct lrp_arguments *arguments)
{
    struct lrp_error err = {0};
    if (!arguments->from) return lrp_batch_run(arguments);
    const enum lrp_status status = cluster_file(arguments, &err);
    return status ? lrp_cli_report_error(status, &err) : 0;
}
