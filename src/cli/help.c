/* help.c: what --help says. */
#include "help.h"

#include <stdlib.h>
#include <string.h>

#include "lrpscope/heatmap.h"

#include "text.h"

#include "table.h"

enum { WIDTH = 100, INDENT = 34, COMMAND_INDENT = 37 };

/* Prints words from column `column` on, folded at WIDTH, later lines indented. */
static void print_folded(FILE *file, const char *text, size_t column, size_t indent)
{
    bool first = true;
    while (*text) {
        const int length = (int)strcspn(text, " ");
        if (!first && column + 1 + (size_t)length > WIDTH) {
            fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        fprintf(file, "%s%.*s", first ? "" : " ", length, text);
        column += (size_t)length + !first;
        first = false;
        text += length + (text[length] == ' ');
    }
    fputc('\n', file);
}

static void print_option(FILE *file, const struct lrp_option *option)
{
    char left[80];
    const char letter[] = {'-', option->letter, ',', ' ', 0};
    snprintf(left, sizeof left, "%s--%s%s%s", option->letter ? letter : "    ", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    const bool own_line = strlen(left) + 4 > INDENT;
    fprintf(file, "  %s%s%*s", left, own_line ? "\n" : "", (int)(own_line ? INDENT : INDENT - strlen(left) - 2), "");
    char *words = lrp_cli_option_words(option, true);
    struct lrp_text text = {0};
    lrp_text_printf(&text, "%s%s%s", option->help, words && *words ? ": " : "", words ? words : "");
    if (text.data) print_folded(file, text.data, INDENT, INDENT);
    lrp_text_free(&text);
    free(words);
}

static void print_options(FILE *file, const struct lrp_command *command)
{
    const unsigned bit = 1u << lrp_cli_command_id(command);
    for (int section = LRP_SECTION_UNSET + 1; section < LRP_SECTION_COUNT; section++) {
        const struct lrp_option *option;
        bool titled = false;
        for (size_t i = 0; (option = lrp_cli_option_at(i)); i++) {
            if (!option->help || !(option->commands & bit) || (int)option->section != section) continue;
            if (!titled) fprintf(file, "\n%s:\n", lrp_cli_section_title(option->section));
            titled = true;
            print_option(file, option);
        }
    }
}

static void print_examples(FILE *file, const struct lrp_command *command)
{
    fputs("\nExamples:\n", file);
    for (size_t i = 0; i < sizeof command->examples / sizeof *command->examples && command->examples[i]; i++)
        fprintf(file, "  %s\n", command->examples[i]);
}

static void print_commands(FILE *file)
{
    fputs("\nCommands:\n", file);
    for (size_t i = 0; i < LRP_COMMAND_COUNT; i++) {
        const struct lrp_command *c = &lrp_cli_commands[i];
        char left[80];
        snprintf(left, sizeof left, "lrpscope %s%s%s", c->name, *c->name && *c->arguments ? " " : "", c->arguments);
        if (strlen(left) + 4 > COMMAND_INDENT) /* as with options, what is long has a line of its own */
            fprintf(file, "  %s\n  %-*s%s\n", left, COMMAND_INDENT - 2, "", c->summary);
        else
            fprintf(file, "  %-*s%s\n", COMMAND_INDENT - 2, left, c->summary);
    }
    const char *format;
    fputs("\nMODEL: an ONNX file, a JSON model, a folder as hubs lay them out, or hub:ORG/NAME in the local cache. INPUT: ",
          file);
    for (size_t i = 0; (format = lrp_picture_format_name(i)); i++) fprintf(file, "%s, ", format);
    fputs(".npy, .npz, .safetensors (used as they are), or - for standard input.\n"
          "lrpscope COMMAND --help tells more about a command. A file that is called like a command: ./check\n",
          file);
}

void lrp_cli_help(const struct lrp_command *command, FILE *file)
{
    const bool general = lrp_cli_command_id(command) == LRP_COMMAND_INSPECT;
    fprintf(file, "usage: lrpscope %s%s%s [OPTION]...\n", command->name, *command->name && *command->arguments ? " " : "",
            command->arguments);
    if (general) fputs("       lrpscope COMMAND ARGUMENT... [OPTION]...\n", file);
    fputc('\n', file);
    print_folded(file, command->details, 0, 0);
    if (general) print_commands(file);
    print_options(file, command);
    print_examples(file, command);
}
