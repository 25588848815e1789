/* report.h: the JSON report of explain, put together pass by pass. */
#ifndef LRP_CLI_REPORT_H
#define LRP_CLI_REPORT_H

#include "lrpscope/session.h"

#include "json_output.h"
#include "ledger_table.h"

/* What is known of a layer's relevance over all passes. */
struct lrp_report_layer {
    double sum;
    float min, max;
    size_t nan;
    bool seen;
};
struct lrp_report {
    struct lrp_document document; /* owned */
    cJSON *samples, *files, *forward, *relevance, *warnings;
    struct lrp_report_layer *layers; /* owned */
    size_t layer_count;
    struct lrp_ledger_sums ledger; /* of all passes; filled by the caller */
    double load_ms, prepare_ms;
};
/* Starts a report of a model; the snapshot's settings become its options. */
enum lrp_status lrp_cli_report_init(struct lrp_report *report, const struct lrp_snapshot *snapshot, struct lrp_error *err);
void lrp_cli_report_free(struct lrp_report *report);
/* The target as it was asked for, where the neuron that is named is one of several that relevance starts at: a contrast, a sum;
 * "" elsewhere. Borrowed from the snapshot. */
const char *lrp_cli_whole_target(const struct lrp_snapshot *snapshot, const struct lrp_target *target);
/* "target", "label" and, where that is not all, "whole_target". */
void lrp_cli_put_target(struct lrp_document *document, cJSON *object, const struct lrp_snapshot *snapshot,
                        const struct lrp_target *target);
/* Adds a sample of the INPUT `input`: what is explained of it and what arrives at each of the model's inputs. Returns it, for
 * what else is known of it (NULL when out of memory). */
cJSON *lrp_cli_report_sample(struct lrp_report *report, const char *input, const struct lrp_snapshot *snapshot, size_t sample);
/* Adds the statistics of the layers' relevance. */
void lrp_cli_report_layers(struct lrp_report *report, const struct lrp_snapshot *snapshot);
/* Adds why the results cannot be trusted, each reason once. */
void lrp_cli_report_doubts(struct lrp_report *report, const struct lrp_snapshot *snapshot);
void lrp_cli_report_timing(struct lrp_report *report, const struct lrp_snapshot *snapshot);
void lrp_cli_report_file(struct lrp_report *report, const char *path);
/* Adds layers, ledger and timing at last; the document can then be printed or written. Call it once. */
void lrp_cli_report_finish(struct lrp_report *report, const struct lrp_snapshot *snapshot);

#endif
