/* arguments.h: what a command line says, parsed by the tables of options.c and commands.c. */
#ifndef LRP_CLI_ARGUMENTS_H
#define LRP_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/settings.h"

#include "manifest.h"

struct lrp_command;

struct lrp_cli_input {
    char *name;       /* of --input NAME=FILE, owned; NULL for a plain INPUT */
    const char *path; /* borrowed from argv, as all strings below */
};

/* What a repeatable option was given. */
struct lrp_cli_list {
    const char **items; /* array owned */
    size_t count;
};

/* Settings to be compared. */
struct lrp_cli_alternative {
    const char *name;              /* borrowed: the rules file */
    struct lrp_settings *settings; /* owned */
};

struct lrp_arguments {
    const struct lrp_command *command;
    struct lrp_settings *settings; /* owned: rules files first, then the options in their order */
    char *found;                   /* owned: the rules file the inspector found by itself, or NULL */
    char *warnings;                /* owned: of reading rules files, a line each, or NULL */
    const char *model;
    char *hub;           /* owned: the folder MODEL was given as, or NULL */
    char *hub_path;      /* owned: the model in it */
    char *hub_note;      /* owned: what was taken from it, or what lies beside a plain model; or NULL */
    char *results;       /* owned: the folder of a batch's results MODEL was given as, or NULL */
    char *results_model; /* owned: the batch's model */
    const char **inputs; /* plain INPUTs; array owned */
    size_t input_count;
    struct lrp_manifest listed; /* owned: the files that folders among them stand for */
    const char **rules;         /* every --rules; array owned */
    size_t rules_count;
    struct lrp_cli_alternative *alternatives; /* of compare: one per --rules, each with the options over it; array owned */
    size_t alternative_count;
    struct lrp_cli_input *named; /* --input, array owned */
    size_t named_count;

    struct lrp_cli_list settings_named, metrics, attributions; /* of evaluate and choose: --setting, --metric, --attribution */
    const char *mask, *masks, *box, *span, *curve;             /* likewise */
    long budget;                                               /* seconds; 0: none */

    const char *heatmap, *relevance, *layerwise, *sheet, *animation, *report, *output_dir; /* files to write, or NULL */
    const char *output;                                                                    /* of run */
    const char *at;                                                                        /* the last --at */
    struct lrp_cli_list at_list;                                                           /* every one */
    const char *with, *tolerance; /* of compare: another model, and what is no difference */
    unsigned show;                /* enum lrp_show */
    const char *text, *text_pair, *text_file, *tokens, *tokenizer;
    const char *scale_tokens, *html, *group, *decoder_text, *continuation;
    const char *index, *graph, *width, *only_channels; /* of concepts */
    unsigned by, pool;                                 /* enum lrp_cli_by, enum lrp_cli_pool */
    const char *from, *cluster, *inputs_file, *names, *write, *shard, *mean_heatmap, *h5; /* of batch and merge */
    const char *json_form;                                                                /* lines, or NULL */
    const char *color, *pixels, *script, *show_map;
    const char *document; /* man, man-rules, man-model, man-lrp, bash, zsh, fish */
    long repeat, top, steps, references, limit, progress_fd;
    bool conventions, all, share, lens, by_layer, by_head;
    bool zeros, resume;
    bool json, profile, canonize_report, ascii, linear, no_mouse, quiet, verbose, help, version;
};

/* Parses argv (borrowed: must outlive *out) and fills the settings. On failure nothing is owned by *out.
 * Errors: LRP_USAGE naming the option and the nearest one that exists; LRP_FILE for a rules file. */
enum lrp_status lrp_cli_arguments_parse(int argc, char **argv, struct lrp_arguments *out, struct lrp_error *err);
void lrp_cli_arguments_free(struct lrp_arguments *arguments);

#endif
