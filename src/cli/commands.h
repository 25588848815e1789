/* commands.h: the table of commands; help, man page and completions are generated from it. */
#ifndef LRP_CLI_COMMANDS_H
#define LRP_CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct lrp_arguments;

enum lrp_command_id {
    LRP_COMMAND_INSPECT, /* no name: lrpscope MODEL [INPUT] */
    LRP_COMMAND_CHECK,
    LRP_COMMAND_LAYERS,
    LRP_COMMAND_RUN,
    LRP_COMMAND_EXPLAIN,
    LRP_COMMAND_LEDGER,
    LRP_COMMAND_COMPARE,
    LRP_COMMAND_BATCH,
    LRP_COMMAND_MERGE,
    LRP_COMMAND_CONCEPTS,
    LRP_COMMAND_EVALUATE,
    LRP_COMMAND_CHOOSE,
    LRP_COMMAND_CONVERT,
    LRP_COMMAND_TOKENS,
    LRP_COMMAND_RULES,
    LRP_COMMAND_COMPOSITES,
    LRP_COMMAND_METHODS,
    LRP_COMMAND_METRICS,
    LRP_COMMAND_OPS,
    LRP_COMMAND_COLORMAPS,
    LRP_COMMAND_COUNT
};
/* Sets of commands, as the option table uses them. */
#define LRP_FOR(id) (1u << LRP_COMMAND_##id)
#define LRP_FOR_ALL ((1u << LRP_COMMAND_COUNT) - 1u)

struct lrp_command {
    const char *name;                                  /* "" for the inspector */
    const char *arguments;                             /* "MODEL INPUT..." */
    const char *summary;                               /* one line, for the list of commands */
    const char *details;                               /* some sentences, for --help and the man page */
    int (*run)(const struct lrp_arguments *arguments); /* returns the exit code */
    bool takes_model;
    bool may_lack_model;           /* some options stand for MODEL: it says itself what is missing */
    bool takes_folder;             /* MODEL may be a folder that it looks through by itself */
    bool opens_folders;            /* a folder among its INPUTs stands for the files in it */
    int least_inputs, most_inputs; /* plain arguments behind MODEL; -1: any number. --input counts as one */
    bool opens_results;            /* MODEL may be a folder that batch has written */
    bool finds_rules;              /* reads the rules file that lies beside MODEL, if none is named */
    bool lists_channels;           /* --channels may be numbers: those of the layer */
    bool sets_apart;               /* every --rules is a setting of its own, not one over the other */
    const char *examples[4];
};
extern const struct lrp_command lrp_cli_commands[LRP_COMMAND_COUNT];

/* The row with that name; NULL if there is none. */
const struct lrp_command *lrp_cli_command_find(const char *name);
/* The command whose name is nearest to a wrong one; NULL if none is near. */
const struct lrp_command *lrp_cli_command_nearest(const char *wrong);
/* What a command is called in messages: its name, or "the inspector". */
const char *lrp_cli_command_label(const struct lrp_command *command);
enum lrp_command_id lrp_cli_command_id(const struct lrp_command *command);

int lrp_cli_inspect(const struct lrp_arguments *arguments);
int lrp_cli_check(const struct lrp_arguments *arguments);
int lrp_cli_layers(const struct lrp_arguments *arguments);
int lrp_cli_run(const struct lrp_arguments *arguments);
int lrp_cli_explain(const struct lrp_arguments *arguments);
int lrp_cli_ledger(const struct lrp_arguments *arguments);
int lrp_cli_compare(const struct lrp_arguments *arguments);
int lrp_cli_concepts(const struct lrp_arguments *arguments);
int lrp_cli_evaluate(const struct lrp_arguments *arguments);
int lrp_cli_choose(const struct lrp_arguments *arguments);
int lrp_cli_batch(const struct lrp_arguments *arguments);
int lrp_cli_merge(const struct lrp_arguments *arguments);
int lrp_cli_convert(const struct lrp_arguments *arguments);
int lrp_cli_tokens(const struct lrp_arguments *arguments);
int lrp_cli_rules(const struct lrp_arguments *arguments);
int lrp_cli_composites(const struct lrp_arguments *arguments);
int lrp_cli_methods(const struct lrp_arguments *arguments);
int lrp_cli_metrics(const struct lrp_arguments *arguments);
int lrp_cli_ops(const struct lrp_arguments *arguments);
int lrp_cli_colormaps(const struct lrp_arguments *arguments);

#endif
