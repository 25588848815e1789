/* manual.c: the man page lrpscope(1) from the tables of commands and options. */
#include <stdlib.h>
#include <string.h>

#include "lrpscope/error.h"
#include "lrpscope/heatmap.h"

#include "actions.h"
#include "help.h"
#include "keys.h"
#include "roff.h"

static void write_commands(FILE *file)
{
    fputs(".SH COMMANDS\n", file);
    for (size_t i = 0; i < LRP_COMMAND_COUNT; i++) {
        const struct lrp_command *c = &lrp_cli_commands[i];
        fputs(".TP\n.B lrpscope ", file);
        lrp_cli_roff(file, c->name);
        fputs(*c->name && *c->arguments ? " " : "", file);
        lrp_cli_roff_line(file, c->arguments);
        lrp_cli_roff_line(file, c->details);
    }
}

static void option_commands(FILE *file, unsigned commands_of)
{
    if (commands_of == LRP_FOR_ALL) return;
    fputs(" (", file);
    bool first = true;
    for (size_t c = 0; c < LRP_COMMAND_COUNT; c++)
        if (commands_of & 1u << c) {
            fprintf(file, "%s%s", first ? "" : ", ", c ? lrp_cli_commands[c].name : "inspector");
            first = false;
        }
    fputc(')', file);
}

static void one_option(FILE *file, const struct lrp_option *option)
{
    fputs(".TP\n.B ", file);
    if (option->letter) fprintf(file, "\\-%c, ", option->letter);
    fputs("\\-\\-", file);
    lrp_cli_roff(file, option->name);
    if (option->argument) {
        fputc(' ', file);
        lrp_cli_roff(file, option->argument);
    }
    fputc('\n', file);
    lrp_cli_roff(file, option->help);
    char *words = lrp_cli_option_words(option, true);
    if (words && *words) {
        fputs(": ", file);
        lrp_cli_roff(file, words);
    }
    free(words);
    option_commands(file, option->commands);
    fputc('\n', file);
}

static void all_options(FILE *file)
{
    fputs(".SH OPTIONS\n", file);
    for (int section = LRP_SECTION_UNSET + 1; section < LRP_SECTION_COUNT; section++) {
        fprintf(file, ".SS %s\n", lrp_cli_section_title((enum lrp_option_section)section));
        const struct lrp_option *option;
        for (size_t i = 0; (option = lrp_cli_option_at(i)); i++)
            if (option->help && (int)option->section == section) one_option(file, option);
    }
}

/* "j, Down, ^N": the table writes "j <Down> <C-n>". */
static void key_names(FILE *file, const char *keys)
{
    char text[16];
    for (int key, first = 1; (key = lrp_key_parse(&keys)) != 0;) {
        if (key == ' ') continue;
        fputs(first ? "" : ", ", file);
        lrp_cli_roff(file, lrp_key_text(key, text, sizeof text));
        first = 0;
    }
}

static void one_action(FILE *file, enum lrp_action action)
{
    const struct lrp_action_row *row = lrp_action_at(action);
    fputs(".TP\n.B ", file);
    key_names(file, row->keys);
    fputs(*row->keys ? ", :" : ":", file);
    lrp_cli_roff(file, row->name);
    if (row->argument_text) {
        fputs(" [", file);
        lrp_cli_roff(file, row->argument_text);
        fputc(']', file);
    }
    fputc('\n', file);
    lrp_cli_roff_line(file, row->help);
}

static void write_keys(FILE *file)
{
    fputs(
        ".SH KEYS OF THE INSPECTOR\n"
        "Where a key means two things, the focus decides: the list, the preview, a page of text or a menu. Everything is also "
        "there "
        "by its name behind \":\", where Tab completes names and what they take. \"?\" shows the keys as they are bound now.\n",
        file);
    for (int group = 0; group < LRP_GROUP_COUNT; group++) {
        fprintf(file, ".SS %s\n", lrp_action_group_text((enum lrp_action_group)group));
        for (int i = 0; i < LRP_ACTION_COUNT; i++)
            if ((int)lrp_action_at((enum lrp_action)i)->group == group) one_action(file, (enum lrp_action)i);
    }
}

static void write_files(FILE *file)
{
    static const char *const rows[][2] = {
        {"$XDG_CONFIG_HOME/lrpscope/config.json",
         "The inspector's configuration: \"keys\" (actions and their keys, like {\"rule\": \"K <F3>\"}), \"theme\" (dark, "
         "light or auto) and "
         "\"defaults\" (settings that hold unless a rules file or an option gives them, and the lists \"supported_layers\" and "
         "\"supported_activations\", which are added to theirs). :save-config writes it; keys it does not know stay."},
        {"$XDG_STATE_HOME/lrpscope/models/",
         "What was last set and where one was in every model; offered when it is opened again."},
        {"$XDG_STATE_HOME/lrpscope/recent", "Models opened lately."},
        {"PREFIX/share/lrpscope/demo/",
         "A small network with pictures, labels and a rules file; PREFIX is where lrpscope was installed to, "
         "as /usr/local."},
        {"PREFIX/share/lrpscope/rules/", "Rules files with custom rules that write out known ones."},
        {"PREFIX/share/doc/lrpscope/examples/", "Programs that use the library, and plugins, in C."}};
    fputs(".SH FILES\n", file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fputs(".TP\n.I ", file);
        lrp_cli_roff_line(file, rows[i][0]);
        lrp_cli_roff_line(file, rows[i][1]);
    }
}

static void write_environment(FILE *file)
{
    static const char *const rows[][2] = {
        {"NO_COLOR", "If it is set and not empty, no colours, unless --color says otherwise."},
        {"TERM, COLORTERM, COLORFGBG", "What the terminal can do (a type that terminfo does not know is taken for one like "
                                       "xterm), whether it has direct colour, whether "
                                       "its background is light if it does not answer when asked."},
        {"XDG_CONFIG_HOME, XDG_STATE_HOME", "Where FILES are; without them ~/.config and ~/.local/state."},
        {"OMP_WAIT_POLICY, GOMP_SPINCOUNT",
         "How threads without work wait. Unless one of them is set, they look for work for some 50 microseconds "
         "before they sleep, and processors are left to others."},
        {"GLIBC_TUNABLES", "Unless it is set, memory comes in huge pages (glibc.malloc.hugetlb=1)."}};
    fputs(".SH ENVIRONMENT\n", file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) lrp_cli_roff_entry(file, rows[i][0], rows[i][1]);
}

static void exit_codes(FILE *file)
{
    fputs(".SH EXIT STATUS\n", file);
#define X(name, code, text)                                                                                                    \
    fprintf(file, ".TP\n.B %d\n", code);                                                                                       \
    lrp_cli_roff_line(file, text);
    LRP_STATUSES(X)
#undef X
    fputs(".TP\n.B 143\nterminated\n", file);
}

static void write_examples(FILE *file)
{
    fputs(".SH EXAMPLES\n.nf\n", file);
    for (size_t c = 0; c < LRP_COMMAND_COUNT; c++)
        for (size_t i = 0; i < 4 && lrp_cli_commands[c].examples[i]; i++)
            lrp_cli_roff_line(file, lrp_cli_commands[c].examples[i]);
    fputs(".fi\n", file);
}

static void write_bugs(FILE *file)
{
    static const char *const lines[] = {
        "Plugins are part of the process: one that crashes ends the program, which names it. The portable build loads none.",
        "A model's file that is cut short while it is open ends the program: exit code 3, and a line that names the file.",
        "Without colours heatmaps are drawn in characters, which tell strengths only roughly."};
    lrp_cli_roff_bugs(file, lines, sizeof lines / sizeof *lines);
}

void lrp_cli_generate_man(FILE *file)
{
    lrp_cli_roff_title(file, "LRPSCOPE", 1, "User Commands");
    fputs(".SH NAME\nlrpscope \\- a terminal inspector for layer\\-wise relevance propagation\n.SH SYNOPSIS\n"
          ".B lrpscope\n[MODEL [INPUT...]] [OPTION]...\n.br\n.B lrpscope\nCOMMAND ARGUMENT... [OPTION]...\n.SH DESCRIPTION\n"
          "Opens an ONNX model, shows every layer, tells which layers LRP does not support and why, computes the relevance of "
          "every "
          "layer and exports heatmaps and arrays.\n"
          "An INPUT is a picture (",
          file);
    const char *format;
    for (size_t i = 0; (format = lrp_picture_format_name(i)); i++) fprintf(file, "%s%s", i ? ", " : "", format);
    fputs(
        "; JPEG is turned as its EXIF data say), an array that is used as it is (.npy; of .npz and .safetensors the one called "
        "like the input, or the only one; with or without the axis of samples), or \\- for standard input. As the name of a "
        "file to write \\- is standard output.\n"
        "A MODEL may be a folder as hubs lay them out: model.onnx in it, else onnx/model.onnx, else its only .onnx, with its "
        "preprocessor_config.json, the labels of its config.json and its tokenizer, unless options say otherwise; "
        "hub:ORG/NAME[@REVISION] is such a folder in the local cache of Hugging Face (HF_HUB_CACHE, HF_HOME). Nothing is ever "
        "downloaded.\n",
        file);
    write_commands(file);
    all_options(file);
    write_keys(file);
    write_files(file);
    write_environment(file);
    exit_codes(file);
    write_examples(file);
    write_bugs(file);
    fputs(".SH SEE ALSO\n.BR lrpscope\\-rules (5),\n.BR lrpscope\\-model (5),\n.BR lrpscope\\-lrp (7)\n", file);
}
