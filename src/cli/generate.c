/* generate.c: shell completions from the tables of commands and options. */
#include <string.h>

#include "help.h"

static bool completes_files(const struct lrp_option *option) {
    return option->kind == LRP_OPTION_RULES_FILE || option->kind == LRP_OPTION_INPUT ||
           (option->argument && (!strncmp(option->argument, "F", 1) || !strcmp(option->argument, "D")));
}

static bool belongs(const struct lrp_option *option, size_t command) {
    return option->help && option->commands & 1u << command;
}

/* ---- bash ---- */

static void bash_options(FILE *file, size_t command) {
    const struct lrp_option *option;
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (belongs(option, command))
            fprintf(file, " --%s", option->name);
}

static void bash(FILE *file) {
    fputs("# bash completion of lrpscope, made by: lrpscope --generate bash\n_lrpscope() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= options i\n"
          "    COMPREPLY=()\n"
          "    if [[ $word == = ]]; then\n        word=\n    elif [[ $before == = ]]; then\n" /* bash splits --option=value */
          "        before=${COMP_WORDS[COMP_CWORD-2]}\n    fi\n    case $before in\n",
          file);
    const struct lrp_option *option;
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (option->help && option->choices)
            fprintf(file, "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", option->name, option->choices);
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (option->help && option->argument && !option->choices)
            fprintf(file, "    --%s) %sreturn ;;\n", option->name,
                    completes_files(option) ? "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); " : "");
    fputs("    esac\n    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n        ", file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++)
        fprintf(file, "%s%s", c > 1 ? "|" : "", lrp_cli_commands[c].name);
    fputs(") command=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n    case $command in\n", file);
    for (size_t c = 1; c <= LRP_COMMAND_COUNT; c++) {
        const size_t command = c % LRP_COMMAND_COUNT; /* the inspector, which has no name, last */
        fprintf(file, "    %s) options='", command ? lrp_cli_commands[command].name : "*");
        bash_options(file, command);
        fputs("' ;;\n", file);
    }
    fputs("    esac\n    if [[ $word == -* ]]; then\n        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n    else\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "        ((COMP_CWORD == 1)) && COMPREPLY+=($(compgen -W '",
          file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++)
        fprintf(file, "%s%s", c > 1 ? " " : "", lrp_cli_commands[c].name);
    fputs("' -- \"$word\"))\n    fi\n}\ncomplete -o filenames -F _lrpscope lrpscope\n", file);
}

/* ---- zsh ---- */

/* Text between single quotes in a specification of _arguments: no quotes, brackets or colons. */
static void zsh_text(FILE *file, const char *text) {
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", file);
        else if (strchr("[]:\\", *text))
            fprintf(file, "\\%c", *text);
        else
            fputc(*text, file);
}

static void zsh_option(FILE *file, const struct lrp_option *option) {
    fprintf(file, "        '*--%s[", option->name);
    zsh_text(file, option->help);
    fputc(']', file);
    if (option->argument) {
        fputc(':', file);
        zsh_text(file, option->argument);
        fputc(':', file);
        if (option->choices)
            fprintf(file, "(%s)", option->choices);
        else if (completes_files(option))
            fputs("_files", file);
    }
    fputs("' \\\n", file);
}

static void zsh(FILE *file) {
    fputs("#compdef lrpscope\n# zsh completion of lrpscope, made by: lrpscope --generate zsh\n_lrpscope() {\n"
          "    local -a commands\n    commands=(\n",
          file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++) {
        fprintf(file, "        '%s:", lrp_cli_commands[c].name);
        zsh_text(file, lrp_cli_commands[c].summary);
        fputs("'\n", file);
    }
    fputs("    )\n    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n        _describe command commands\n        _files\n"
          "        return\n    fi\n    case $words[2] in\n",
          file);
    for (size_t c = 1; c <= LRP_COMMAND_COUNT; c++) {
        const size_t command = c % LRP_COMMAND_COUNT;
        fprintf(file, "    %s) _arguments -S \\\n", command ? lrp_cli_commands[command].name : "*");
        const struct lrp_option *option;
        for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
            if (belongs(option, command))
                zsh_option(file, option);
        fputs("        '*:file:_files' ;;\n", file);
    }
    fputs("    esac\n}\n_lrpscope \"$@\"\n", file);
}

/* ---- fish ---- */

static void fish_text(FILE *file, const char *text) {
    fputc('\'', file);
    for (; *text; text++)
        fprintf(file, strchr("'\\", *text) ? "\\%c" : "%c", *text);
    fputc('\'', file);
}

static void fish_condition(FILE *file, unsigned commands) {
    if (commands & LRP_FOR(INSPECT)) /* belongs to a line without a command too: offered everywhere */
        return;
    fputs(" -n '__fish_seen_subcommand_from", file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++)
        if (commands & 1u << c)
            fprintf(file, " %s", lrp_cli_commands[c].name);
    fputc('\'', file);
}

static void fish(FILE *file) {
    fputs("# fish completion of lrpscope, made by: lrpscope --generate fish\n", file);
    for (size_t c = 1; c < LRP_COMMAND_COUNT; c++) {
        fprintf(file, "complete -c lrpscope -n __fish_use_subcommand -a %s -d ", lrp_cli_commands[c].name);
        fish_text(file, lrp_cli_commands[c].summary);
        fputc('\n', file);
    }
    const struct lrp_option *option;
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++) {
        if (!option->help)
            continue;
        fputs("complete -c lrpscope", file);
        fish_condition(file, option->commands);
        fprintf(file, " -l %s", option->name);
        if (option->letter)
            fprintf(file, " -s %c", option->letter);
        if (option->choices)
            fprintf(file, " -x -a '%s'", option->choices);
        else if (option->argument)
            fputs(completes_files(option) ? " -r -F" : " -x", file);
        fputs(" -d ", file);
        fish_text(file, option->help);
        fputc('\n', file);
    }
}

static const struct generator {
    const char *name;
    void (*run)(FILE *file);
} generators[] = {{"man", lrp_cli_generate_man}, {"man-rules", lrp_cli_generate_man_rules}, {"bash", bash}, {"zsh", zsh}, {"fish", fish}};

void lrp_cli_generate(const char *what, FILE *file) {
    for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
        if (!strcmp(generators[i].name, what))
            generators[i].run(file);
}
