/* manual_rules.c: the man page lrpscope-rules(5), about rules files, from the tables that reading one uses. */
#include <string.h>

#include "lrpscope/settings.h"

#include "help.h"
#include "roff.h"

static void describe_rules_files(FILE *file)
{
    fputs(".SH DESCRIPTION\n", file);
    lrp_cli_roff_line(
        file, "A rules file says all that decides what an explanation is: which rules layers have, what is taken as supported, "
              "how pictures "
              "become the model's input, what is explained, how heatmaps are drawn. It is a JSON object; every key may be left "
              "out, and what one file does not name stays as it was before.");
    lrp_cli_roff_paragraph(
        file, "Commands read what --rules names, several files in their order; options beat them. The inspector writes "
              "one with :write "
              "and finds MODEL.lrpscope.json, of the same name as the model, beside it or in $XDG_CONFIG_HOME/lrpscope "
              "by itself; plugins, which are programs, are loaded only from a file that was named. The "
              "same file gives the same numbers, bit for bit, wherever it is read.");
    lrp_cli_roff_paragraph(
        file,
        "Paths are meant from the file's folder. Unknown keys are warned of, and kept where the file is written back. What "
        "cannot be read is an error that names file and key, in custom rules also line and column.");
}

static void file_keys(FILE *file)
{
    fputs(".SH KEYS\n", file);
    const struct lrp_word *word;
    for (size_t i = 0; (word = lrp_rules_file_key_at(i)); i++) lrp_cli_roff_entry(file, word->name, word->line);
}

/* The settings that stand in an object, or at the top. */
static void settings_of(FILE *file, const char *section)
{
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const enum lrp_setting setting = (enum lrp_setting)i;
        const char *place = lrp_setting_section(setting);
        if ((place == NULL) != (section == NULL) || (place && section && strcmp(place, section) != 0)) continue;
        fputs(".TP\n.B ", file);
        lrp_cli_roff(file, lrp_setting_file_key(setting));
        fputs("\n", file);
        lrp_cli_roff(file, lrp_setting_line(setting));
        const char *value = lrp_setting_default(setting);
        fputs(lrp_setting_is_flag(setting) ? " (true or false; " : *value ? " (" : "", file);
        lrp_cli_roff(file, value);
        fputs(*value ? ")\n" : "\n", file);
    }
}

static void write_settings(FILE *file)
{
    fputs(".SH SETTINGS\nTexts, or true and false; numbers and lists of numbers may stand for a text. Defaults are in "
          "brackets.\n",
          file);
    fputs(".SS At the top\n", file);
    settings_of(file, NULL);
    fputs(".SS In \"preprocess\"\n", file);
    settings_of(file, "preprocess");
    fputs(".SS In \"heatmap\"\n", file);
    settings_of(file, "heatmap");
}

static void write_conventions(FILE *file)
{
    fputs(".SS Conventions\n", file);
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++)
        lrp_cli_roff_entry(file, lrp_convention_text((enum lrp_convention)i), lrp_convention_line((enum lrp_convention)i));
}

static void write_selectors(FILE *file)
{
    static const char *const rows[][2] = {
        {"NAME", "a layer's name; a node's or a value's name stands for the layer that holds it"},
        {"N", "a layer's number, from 1 on in the order of execution, unless a layer is called so: in JSON models, those "
              "without a name are "
              "called by their place (the third one 3), which differs from their number where models nest"},
        {"A..B", "layers by number, both included"},
        {"2.3.1", "in JSON models: the layer of that place in nested chains, or all layers in it; of branches without a name "
                  "the layer that joins them"},
        {"CONTAINER",
         "in JSON models: all layers of a chain that has a name; of branches the layer that joins them, which has their name"},
        {"type:T", "layers of a type, a group of types, or an ONNX operator"},
        {"first, last", "the first and the last layer"},
        {"GLOB", "layers whose name matches: * ? [..]; * matches / too"}};
    fputs(".SH SELECTORS\nWhich layers a rule is for; of these the first that holds.\n", file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) lrp_cli_roff_entry(file, rows[i][0], rows[i][1]);
}

static void one_rule(FILE *file, const struct lrp_rule_info *info)
{
    fputs(".TP\n.B ", file);
    lrp_cli_roff(file, info->name);
    fputs(info->parameter_count ? "(" : "", file);
    for (int p = 0; p < info->parameter_count; p++) {
        fputs(p ? ", " : "", file);
        lrp_cli_roff(file, info->parameters[p].name);
        fputs(*info->parameters[p].value ? "=" : "", file);
        lrp_cli_roff(file, info->parameters[p].value);
    }
    fputs(info->parameter_count ? ")\n" : "\n", file);
    lrp_cli_roff_line(file, info->formula);
    fputs(".br\nfits ", file);
    lrp_cli_roff_line(file, info->fits);
}

static void write_rules(FILE *file)
{
    fputs(".SH RULES\n", file);
    lrp_cli_roff_line(
        file,
        "A rule is a name, and values in brackets, in order or as KEY=VALUE: \"alpha-beta(2,1)\", \"epsilon(0.25,bias=off)\", "
        "\"z-box([-2.1;-2;-1.8],2.6)\" with a value per channel. bias is on, raw (not modified) or off; inputs is split (by "
        "sign) or whole. Parameters with a default, as the convention julia has it, may be left out. In formulas a "
        "is the layer's input, W its weights, b its bias, R the relevance that arrives, X+ and X- the positive and the "
        "negative part, stab(z, e) = z + e sign(z).");
    const struct lrp_rule_info *info;
    for (size_t i = 0; (info = lrp_rule_at(NULL, i)); i++) one_rule(file, info);
}

static void write_composites(FILE *file)
{
    fputs(".SH COMPOSITES\n", file);
    lrp_cli_roff_line(file, "\"composite\" is a preset, a rule for every layer, or a list of primitives, of which the last "
                            "that has a rule that fits "
                            "a layer wins; a layer that gets none has zero.");
    fputs(".SS Presets\n", file);
    const struct lrp_composite_info *info;
    for (size_t i = 0; (info = lrp_composite_at(i)); i++) {
        fputs(".TP\n.B ", file);
        lrp_cli_roff(file, info->name);
        fputs(*info->parameters ? "(" : "", file);
        lrp_cli_roff(file, info->parameters);
        fputs(*info->parameters ? ")\n" : "\n", file);
        lrp_cli_roff_line(file, info->description);
    }
    fputs(".SS Primitives\n", file);
    lrp_cli_roff_line(
        file,
        "As text, \"composite(PRIMITIVE, PRIMITIVE, ...)\", or as JSON, a list of objects. TYPE is a layer's type, a group of "
        "types, or an ONNX operator; of several that a layer is, the first counts.");
    struct lrp_primitive_info primitive;
    for (size_t i = 0; lrp_primitive_at(i, &primitive); i++) {
        fputs(".TP\n.B ", file);
        lrp_cli_roff(file, primitive.name);
        fprintf(file, "(%s)\n", primitive.arguments);
        lrp_cli_roff_line(file, primitive.line);
        fputs(".br\n{\"", file);
        lrp_cli_roff(file, primitive.name);
        fprintf(file, "\": %s}\n", primitive.json);
    }
}

static void custom_rules(FILE *file)
{
    static const struct {
        const char *title;
        enum lrp_words list;
    } lists[] = {{"Keys of a rule", LRP_WORDS_RULE}, {"Keys of a group", LRP_WORDS_GROUP},
                 {"Keys of a term", LRP_WORDS_TERM}, {"input", LRP_WORDS_INPUT},
                 {"weight", LRP_WORDS_WEIGHT},       {"bias", LRP_WORDS_BIAS},
                 {"mask", LRP_WORDS_MASK},           {"factor, stabilizer and g", LRP_WORDS_AMOUNT}};
    _Static_assert(sizeof lists / sizeof *lists == LRP_WORDS_COUNT, "every list of words is told of");
    fputs(".SH CUSTOM RULES\n", file);
    lrp_cli_roff_line(
        file, "A rule is a sum of groups, a group a quotient: every output's relevance is divided by d, a sum of terms, and "
              "handed to "
              "the inputs term by term. The names of built-in rules are taken. A custom rule fits layers with weights.");
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        fprintf(file, ".SS %s\n", lists[l].title);
        const struct lrp_word *word;
        for (size_t i = 0; (word = lrp_word_at(lists[l].list, i)); i++) lrp_cli_roff_entry(file, word->name, word->line);
    }
}

static void write_rules_example(FILE *file)
{
    static const char *const lines[] = {
        "{\"lrpscope\": 1,",
        " \"preprocess\": {\"scale\": \"1/255\", \"mean\": [0.2860], \"std\": [0.3530]},",
        " \"custom_rules\": {",
        "  \"raw-gamma\": {\"parameters\": {\"gamma\": 0.25},",
        "   \"groups\": [{\"terms\": [",
        "    {\"input\": \"a\", \"weight\": \"W+gW+\", \"bias\": \"b\", \"g\": \"gamma\"}]}]}},",
        " \"composite\": [{\"global-type\": {\"convolution\": \"raw-gamma\", \"dense\": \"epsilon\"}},",
        "  {\"first-layer\": \"flat\"}],",
        " \"rules\": [{\"select\": \"last\", \"rule\": \"zero\"}]}"};
    lrp_cli_roff_example(file, lines, sizeof lines / sizeof *lines);
    lrp_cli_roff_paragraph(file,
                           "PREFIX/share/lrpscope/rules has more; PREFIX is where lrpscope was installed to, as /usr/local.");
}

static void write_rules_bugs(FILE *file)
{
    static const char *const lines[] = {
        "Numbers are written with nine significant digits: one that was given with more comes back rounded.",
        "Comments are an error: JSON has none. Of keys that stand twice the last one counts."};
    lrp_cli_roff_bugs(file, lines, sizeof lines / sizeof *lines);
}

void lrp_cli_generate_man_rules(FILE *file)
{
    lrp_cli_roff_title(file, "LRPSCOPE\\-RULES", 5, "File Formats");
    fputs(".SH NAME\nlrpscope\\-rules \\- rules files of lrpscope\n.SH SYNOPSIS\n.B lrpscope\nCOMMAND MODEL ... "
          "\\-\\-rules FILE.json\n",
          file);
    describe_rules_files(file);
    file_keys(file);
    write_settings(file);
    write_conventions(file);
    write_selectors(file);
    write_rules(file);
    write_composites(file);
    custom_rules(file);
    write_rules_example(file);
    write_rules_bugs(file);
    fputs(".SH SEE ALSO\n.BR lrpscope (1),\n.BR lrpscope\\-model (5),\n.BR lrpscope\\-lrp (7)\n", file);
}
