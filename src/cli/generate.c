/* generate.c: man pages and shell completions from the tables of commands and options, and what completions share. */
#include <string.h>

#include "lrpscope/composite.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/settings.h"

#include "complete.h"
#include "help.h"

bool lrp_cli_completes_for(const struct lrp_option *option, size_t command)
{
    return option->help && option->commands & 1u << command;
}

bool lrp_cli_completes_files(const struct lrp_option *option)
{
    return option->kind == LRP_OPTION_RULES_FILE || option->kind == LRP_OPTION_INPUT ||
           (option->argument && (!strncmp(option->argument, "F", 1) || !strcmp(option->argument, "D")));
}

/* ---- words that are tables of the library ---- */

static const char *rule_name(size_t index)
{
    const struct lrp_rule_info *info = lrp_rule_at(NULL, index);
    return info ? info->name : NULL;
}

/* Presets, then rules for every layer. */
static const char *composite_name(size_t index)
{
    size_t presets = 0;
    while (lrp_composite_at(presets)) presets++;
    return index < presets ? lrp_composite_at(index)->name : rule_name(index - presets);
}

static const char *colormap_name(size_t index)
{
    const struct lrp_colormap *map = lrp_colormap_at(NULL, index);
    return map ? lrp_colormap_name(map) : NULL;
}

typedef const char *word_list(size_t index);

/* The library's table that an option's argument is a word of; NULL if it is none. */
static word_list *list_of(const struct lrp_option *option)
{
    static const struct {
        enum lrp_option_kind kind;
        int setting;
        word_list *list;
    } lists[] = {{LRP_OPTION_RULE, 0, rule_name},
                 {LRP_OPTION_SETTING, LRP_SETTING_COMPOSITE, composite_name},
                 {LRP_OPTION_SETTING, LRP_SETTING_COLORMAP, colormap_name}};
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        if (lists[l].kind == option->kind && (option->kind == LRP_OPTION_RULE || lists[l].setting == option->setting))
            return lists[l].list;
    return NULL;
}

bool lrp_cli_has_words(const struct lrp_option *option)
{
    return option->choices || list_of(option);
}

void lrp_cli_complete_words(FILE *file, const struct lrp_option *option)
{
    word_list *const list = list_of(option);
    const char *word;
    fputs(option->choices ? option->choices : "", file);
    for (size_t i = 0; list && (word = list(i)); i++) fprintf(file, "%s%s", i ? " " : "", word);
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
                  {"bash", lrp_cli_complete_bash},
                  {"zsh", lrp_cli_complete_zsh},
                  {"fish", lrp_cli_complete_fish}};

void lrp_cli_generate(const char *what, FILE *file)
{
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
        if (!strcmp(generators[i].name, what)) generators[i].run(file);
}
