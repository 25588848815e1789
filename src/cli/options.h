/* options.h: the table of options; parsing, help, man page and completions all read it. */
#ifndef LRP_CLI_OPTIONS_H
#define LRP_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lrpscope/error.h"

enum lrp_option_kind {
    LRP_OPTION_SETTING = 1,  /* its text goes into .setting; 0: a row that does not say */
    LRP_OPTION_SETTING_FLAG, /* sets the flag .setting to .value */
    LRP_OPTION_INPUT_SHAPE,  /* N,C,H,W or NAME=N,C,H,W */
    LRP_OPTION_RULE,         /* SELECTOR=RULE */
    LRP_OPTION_CONCEPT,      /* LAYER=CHANNELS */
    LRP_OPTION_CHANNELS,     /* of pictures, the setting; of the layer, where that is asked for: numbers */
    LRP_OPTION_RULES_FILE,
    LRP_OPTION_SUPPORT_LAYER,
    LRP_OPTION_SUPPORT_ACTIVATION,
    LRP_OPTION_INPUT,   /* NAME=FILE */
    LRP_OPTION_TEXT,    /* const char * at .offset of struct lrp_arguments */
    LRP_OPTION_LIST,    /* struct lrp_cli_list at .offset, which gets one more */
    LRP_OPTION_SWITCH,  /* bool at .offset */
    LRP_OPTION_CHOICE,  /* unsigned at .offset: which of the words it is, a value of their enum */
    LRP_OPTION_COUNTER, /* long, at least 1, at .offset */
    LRP_OPTION_PLUGIN   /* loaded before all others */
};

/* X(name, title in help) */
#define LRP_OPTION_SECTIONS(X)                                                                                                 \
    X(RULES, "Rules")                                                                                                          \
    X(TARGET, "What is explained")                                                                                             \
    X(CHECK, "Model check")                                                                                                    \
    X(GRAPH, "Graph")                                                                                                          \
    X(INPUT, "Inputs and pictures")                                                                                            \
    X(OUTPUT, "Files and tables") X(HEATMAP, "Output pictures") X(SCORES, "Scores") X(RUNNING, "Running")
enum lrp_option_section {
    LRP_SECTION_UNSET, /* a row that has left it out */
#define X(name, title) LRP_SECTION_##name,
    LRP_OPTION_SECTIONS(X)
#undef X
        LRP_SECTION_COUNT
};
const char *lrp_cli_section_title(enum lrp_option_section section);

struct lrp_option {
    const char *name;     /* without -- */
    char letter;          /* short form, or 0 */
    const char *argument; /* "F.png"; NULL for a switch */
    unsigned commands;    /* set of LRP_FOR(...): those that honour it; for all others it is a usage error */
    enum lrp_option_section section;
    enum lrp_option_kind kind;
    int setting; /* enum lrp_setting */
    bool value;  /* of a setting's flag */
    size_t offset;
    /* A switch that can be written --NAME=FORM, too, in these commands: then that word also goes where form_offset says. */
    const char *form;
    size_t form_offset;
    unsigned form_commands;
    /* What is completed: words written here, or a table of the library; of a setting, the values that have names. Free text
     * where there are none. */
    const char *choices;                /* "auto never 8 256 direct": nothing else is taken */
    const char *(*words)(size_t index); /* NULL past the end */
    bool only_words;                    /* nothing but words of the table, or of the setting, is taken */
    const char *help;                   /* one line; NULL: hidden */
};
/* NULL past the end. */
const struct lrp_option *lrp_cli_option_at(size_t index);
/* By long name (without --); NULL if there is none. */
const struct lrp_option *lrp_cli_option_find(const char *name, size_t length);
const struct lrp_option *lrp_cli_option_letter(char letter);
/* The option of these commands (a set of LRP_FOR(...)) whose name is nearest to a wrong one. */
const struct lrp_option *lrp_cli_option_nearest(const char *wrong, unsigned commands);
/* A word of a table or of a setting that the argument may be, 0, 1, ...; NULL past the end. Borrowed, static. */
const char *lrp_cli_option_word(const struct lrp_option *option, size_t index);
/* The words of an option's argument, separated by blanks; owned by the caller, NULL when out of memory. `closed`: "" where
 * other texts are taken, too. */
char *lrp_cli_option_words(const struct lrp_option *option, bool closed);
/* False if text is none of the words that alone are taken. */
bool lrp_cli_option_takes(const struct lrp_option *option, const char *text);

#endif
