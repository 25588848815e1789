/* complete_zsh.c: completion of zsh. */
#include <string.h>

#include "complete.h"

/* Text between single quotes in a specification of _arguments: no quotes, brackets or colons. */
static void put_zsh_text(FILE *file, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", file);
        else if (strchr("[]:\\", *text))
            fprintf(file, "\\%c", *text);
        else
            fputc(*text, file);
}

/* "(julia zennit)", "_files", or nothing. */
static void write_zsh_argument(FILE *file, const struct lrp_option *option)
{
    fputc(':', file);
    put_zsh_text(file, option->argument);
    fputc(':', file);
    if (option->kind == LRP_OPTION_RULE) {
        fputs("_lrpscope_rule", file);
    } else if (option->kind == LRP_OPTION_INPUT) {
        fputs("{compset -P \"*=\"; _files}", file);
    } else if (lrp_cli_completes_files(option)) {
        fputs("_files", file);
    } else {
        fputc('(', file);
        lrp_cli_complete_words(file, option);
        fputc(')', file);
    }
}

static void one_option(FILE *file, const struct lrp_option *option)
{
    if (option->letter) {
        fprintf(file, "        '*-%c[", option->letter);
        put_zsh_text(file, option->help);
        fputs("]' \\\n", file);
    }
    fprintf(file, "        '*--%s%s[", option->name, option->argument ? "=" : "");
    put_zsh_text(file, option->help);
    fputc(']', file);
    if (option->argument) write_zsh_argument(file, option);
    fputs("' \\\n", file);
}

/* Selectors, and behind = the names of rules. */
static void rule_function(FILE *file)
{
    const struct lrp_option *option;
    fputs("_lrpscope_rule() {\n    if compset -P '*='; then\n        compadd -- ", file);
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (option->kind == LRP_OPTION_RULE) lrp_cli_complete_words(file, option);
    fprintf(file, "\n    else\n        compadd -S '' -- %s\n    fi\n}\n", LRP_CLI_SELECTORS);
}

void lrp_cli_complete_zsh(FILE *file)
{
    fputs("#compdef lrpscope\n# zsh completion of lrpscope, made by: lrpscope --document zsh\n", file);
    rule_function(file);
    fputs("_lrpscope() {\n    local word command\n    local -a commands\n    commands=(\n", file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++) {
        fprintf(file, "        '%s:", lrp_cli_commands[c].name);
        put_zsh_text(file, lrp_cli_commands[c].summary);
        fputs("'\n", file);
    }
    fputs("    )\n    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n        _describe command commands\n        _files\n"
          "        return\n    fi\n    for word in ${words[2,CURRENT-1]}; do\n        case $word in\n        ",
          file);
    lrp_cli_complete_commands(file, "|");
    fputs(") command=$word; break ;;\n        esac\n    done\n    case $command in\n", file);
    for (size_t c = 1; c <= LRP_COMMAND_COUNT; c++) {
        const size_t command = c % LRP_COMMAND_COUNT; /* the inspector, which has no name, last */
        fprintf(file, "    %s) _arguments -S \\\n", command ? lrp_cli_commands[command].name : "*");
        const struct lrp_option *option;
        for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
            if (lrp_cli_completes_for(option, command)) one_option(file, option);
        fputs("        '*:file:_files' ;;\n", file);
    }
    fputs("    esac\n}\n_lrpscope \"$@\"\n", file);
}
