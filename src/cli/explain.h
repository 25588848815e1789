/* explain.h: what the files of `lrpscope explain` share: the command (cmd_explain.c), a sample of it (explain_sample.c), the
 * pictures of one (explain_picture.c), and a text that goes on (explain_steps.c). */
#ifndef LRP_CLI_EXPLAIN_H
#define LRP_CLI_EXPLAIN_H

#include "explain_files.h"
#include "job.h"
#include "report.h"
#include "samples.h"

struct lrp_explain {
    struct lrp_cli_job job;
    const struct lrp_arguments *arguments;
    struct lrp_report total;           /* of --report and --json: empty without */
    const struct lrp_snapshot *opened; /* before anything is computed */
    char **stems;
    size_t stem_count;
    int layer;      /* of --at; 0: the input */
    int64_t number; /* samples seen in this round */
};
/* One INPUT. */
struct lrp_explain_round {
    size_t index, samples;
    int64_t passes;
    const char *path;
    struct lrp_explain_files files;
    struct lrp_report report; /* empty where files.report is not asked for */
    struct lrp_stack relevance;
};

/* LRP_CANCELLED after ^C: asked before anything is written. */
enum lrp_status lrp_explain_stopped(const struct lrp_explain *explain, struct lrp_error *err);
/* The reports that are asked for: of all rounds (--report, --json), of this one (with --output-dir). How many there are. */
enum { LRP_EXPLAIN_REPORTS = 2 };
size_t lrp_explain_reports(struct lrp_explain *explain, struct lrp_explain_round *round,
                           struct lrp_report *out[LRP_EXPLAIN_REPORTS]);
/* Tells reports, and with -v the user, of a file that was written. */
void lrp_explain_note_file(struct lrp_explain *explain, struct lrp_explain_round *round, const char *path);
/* The path itself for one of its kind, else F-0.png ...; owned, NULL: no memory. */
char *lrp_explain_numbered(const char *path, int64_t number, int64_t count);
/* --heatmap, --sheet and --animation of a sample; nothing where they are not asked for. */
enum lrp_status lrp_explain_heatmap(struct lrp_explain *explain, struct lrp_explain_round *round,
                                    const struct lrp_snapshot *now, size_t sample, struct lrp_error *err);
enum lrp_status lrp_explain_layers(struct lrp_explain *explain, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err);

/* Its heatmap on a terminal, unless there are many samples; nothing elsewhere. */
enum lrp_status lrp_explain_map(const struct lrp_explain *explain, const struct lrp_explain_round *round,
                                const struct lrp_snapshot *now, size_t sample, struct lrp_error *err);

/* Everything of one sample: its files, its line and tables, its place in the reports. */
enum lrp_status lrp_explain_sample(struct lrp_explain *explain, struct lrp_explain_round *round, const struct lrp_snapshot *now,
                                   size_t sample, struct lrp_error *err);
/* A round of --continue or --generate: every new token is explained by all before it. */
enum lrp_status lrp_explain_steps(struct lrp_explain *explain, struct lrp_explain_round *round, struct lrp_error *err);

#endif
