/* complete_bash.c: completion of bash. */
#include "complete.h"

/* bash takes "--option=value" and "--rule first=zero" apart at = (and at :), each a word of its own. */
static const char split_words[] =
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= options i\n"
    "    COMPREPLY=()\n"
    "    if [[ $word == = ]]; then\n"
    "        word=\n"
    "    elif [[ $before == = ]]; then\n"
    "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n"
    "    if [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then\n"
    "        for ((i = COMP_CWORD - 1; i > 0; i--)); do\n"
    "            if [[ ${COMP_WORDS[i]} == --* ]]; then\n"
    "                [[ ${COMP_WORDS[i]} == --rule && $before != --rule ]] && before=--rule=\n"
    "                break\n"
    "            fi\n"
    "        done\n"
    "    fi\n";

static void write_words(FILE *file, const struct lrp_option *option)
{
    const bool rule = option->kind == LRP_OPTION_RULE; /* its words come behind the selector */
    if (rule)
        fprintf(file, "    --%s) compopt +o filenames -o nospace; COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n",
                option->name, LRP_CLI_SELECTORS);
    fprintf(file, "    --%s%s) COMPREPLY=($(compgen -W '", option->name, rule ? "=" : "");
    lrp_cli_complete_words(file, option);
    fputs("' -- \"$word\")); return ;;\n", file);
}

/* Options whose argument is a file, or something that nobody can guess, in one line. */
static void write_others(FILE *file, bool files)
{
    const struct lrp_option *option;
    const char *separator = "    ";
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++) {
        if (!option->help || !option->argument || lrp_cli_has_words(option) || lrp_cli_completes_files(option) != files)
            continue;
        fprintf(file, "%s--%s", separator, option->name);
        separator = "|";
    }
    fprintf(file, ") %sreturn ;;\n", files ? "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); " : "");
}

static void command_options(FILE *file, size_t command)
{
    const struct lrp_option *option;
    fprintf(file, "    %s) options='", command ? lrp_cli_commands[command].name : "*");
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (lrp_cli_completes_for(option, command)) fprintf(file, " --%s", option->name);
    fputs("' ;;\n", file);
}

void lrp_cli_complete_bash(FILE *file)
{
    const struct lrp_option *option;
    fprintf(file, "# bash completion of lrpscope, made by: lrpscope --document bash\n_lrpscope() {\n%s    case $before in\n",
            split_words);
    for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
        if (option->help && lrp_cli_has_words(option)) write_words(file, option);
    write_others(file, true);
    write_others(file, false);
    fputs("    esac\n    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n        ", file);
    lrp_cli_complete_commands(file, "|");
    fputs(") command=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n    case $command in\n", file);
    for (size_t c = 1; c <= LRP_COMMAND_COUNT; c++)
        command_options(file, c % LRP_COMMAND_COUNT); /* the inspector, which has no name, last */
    fputs("    esac\n    if [[ $word == -* ]]; then\n        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n    else\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "        ((COMP_CWORD == 1)) && COMPREPLY+=($(compgen -W '",
          file);
    lrp_cli_complete_commands(file, " ");
    fputs("' -- \"$word\"))\n    fi\n}\ncomplete -o filenames -F _lrpscope lrpscope\n", file);
}
