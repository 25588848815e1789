/* generate.c: man pages and shell completions from the tables of commands and options, and what completions share. */
#include <string.h>

#include "complete.h"
#include "help.h"
#include "words.h"

bool lrp_cli_completes_for(const struct lrp_option *option, size_t command)
{
    return option->help && option->commands & 1u << command;
}

bool lrp_cli_completes_files(const struct lrp_option *option)
{
    return option->kind == LRP_OPTION_RULES_FILE || option->kind == LRP_OPTION_INPUT ||
           (option->argument && (!strncmp(option->argument, "F", 1) || !strcmp(option->argument, "D")));
}

bool lrp_cli_has_words(const struct lrp_option *option)
{
    return option->choices || lrp_cli_option_word(option, 0);
}

void lrp_cli_complete_words(FILE *file, const struct lrp_option *option)
{
    const char *word;
    fputs(option->choices ? option->choices : "", file);
    for (size_t i = 0; (word = lrp_cli_option_word(option, i)); i++) fprintf(file, "%s%s", i ? " " : "", word);
}

void lrp_cli_complete_commands(FILE *file, const char *separator)
{
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++) fprintf(file, "%s%s", c > 1 ? separator : "", lrp_cli_commands[c].name);
}

static const struct generator {
    const char *name;
    void (*run)(FILE *file);
} generators[] = {{"man", lrp_cli_generate_man},
                  {"man-rules", lrp_cli_generate_man_rules},
                  {"man-model", lrp_cli_generate_man_model},
                  {"man-lrp", lrp_cli_generate_man_lrp},
                  {"man-internals", lrp_cli_generate_man_internals},
                  {"bash", lrp_cli_complete_bash},
                  {"zsh", lrp_cli_complete_zsh},
                  {"fish", lrp_cli_complete_fish}};

const char *lrp_cli_generator_word(size_t index)
{
    return index < sizeof generators / sizeof *generators ? generators[index].name : NULL;
}

bool lrp_cli_generate(const char *what, FILE *file)
{
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++) {
        if (strcmp(generators[i].name, what) != 0) continue;
        generators[i].run(file);
        return true;
    }
    return false;
}
