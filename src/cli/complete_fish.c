/* complete_fish.c: completion of fish. */
#include <string.h>

#include "complete.h"

static void put_fish_text(FILE *file, const char *text)
{
    fputc('\'', file);
    for (; *text; text++) fprintf(file, strchr("'\\", *text) ? "\\%c" : "%c", *text);
    fputc('\'', file);
}

/* __lrpscope_for COMMAND...: whether the line's command is one of these; without one it is "inspector". */
static void condition_function(FILE *file)
{
    fputs("function __lrpscope_for\n    for word in (commandline -opc)[2..-1]\n        switch $word\n            case ", file);
    lrp_cli_complete_commands(file, " ");
    fputs("\n                contains -- $word $argv\n                return\n        end\n    end\n"
          "    contains -- inspector $argv\nend\n",
          file);
}

static void write_condition(FILE *file, unsigned commands)
{
    if (commands == LRP_FOR_ALL) return;
    fputs(" -n '__lrpscope_for", file);
    for (size_t c = 0; c < LRP_COMMAND_COUNT; c++)
        if (commands & 1u << c) fprintf(file, " %s", c ? lrp_cli_commands[c].name : "inspector");
    fputc('\'', file);
}

/* Selectors, and behind = the names of rules. */
static void rule_function(FILE *file, const struct lrp_option *option)
{
    fprintf(file,
            "function __lrpscope_rule\n    set -l token (string replace -r '^--%s=' '' -- (commandline -ct))\n"
            "    if string match -q '*=*' -- $token\n        set -l selector (string replace -r '[^=]*$' '' -- $token)\n"
            "        for rule in ",
            option->name);
    lrp_cli_complete_words(file, option);
    fprintf(file,
            "\n            echo $selector$rule\n        end\n    else\n        for selector in %s\n            echo "
            "$selector\n        end\n"
            "    end\nend\n",
            LRP_CLI_SELECTORS);
}

static void write_fish_argument(FILE *file, const struct lrp_option *option)
{
    if (option->kind == LRP_OPTION_RULE) {
        fputs(" -x -a '(__lrpscope_rule)'", file);
    } else if (lrp_cli_completes_files(option)) {
        fputs(" -r -F", file);
    } else if (lrp_cli_has_words(option)) {
        fputs(" -x -a '", file);
        lrp_cli_complete_words(file, option);
        fputc('\'', file);
    } else {
        fputs(" -x", file);
    }
}

static void one_option(FILE *file, const struct lrp_option *option)
{
    if (option->kind == LRP_OPTION_RULE) rule_function(file, option);
    fputs("complete -c lrpscope", file);
    write_condition(file, option->commands);
    fprintf(file, " -l %s", option->name);
    if (option->letter) fprintf(file, " -s %c", option->letter);
    if (option->argument) write_fish_argument(file, option);
    fputs(" -d ", file);
    put_fish_text(file, option->help);
    fputc('\n', file);
}

void lrp_cli_complete_fish(FILE *file)
{
    fputs("# fish completion of lrpscope, made by: lrpscope --document fish\n", file);
    condition_function(file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++) {
        fprintf(file, "complete -c lrpscope -n __fish_use_subcommand -a %s -d ", lrp_cli_commands[c].name);
        put_fish_text(file, lrp_cli_commands[c].summary);
        fputc('\n', file);
    }
    const struct lrp_option *option;
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (option->help) one_option(file, option);
}
