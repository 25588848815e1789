/* manual_model.c: the man page lrpscope-model(5), about JSON models, from the table of types that reading one uses. */
#include <string.h>

#include "lrpscope/model.h"

#include "help.h"
#include "roff.h"

struct model_row {
    const char *name, *line;
};

static void write_entries(FILE *file, const char *heading, const struct model_row *rows, size_t count)
{
    fputs(heading, file);
    for (size_t i = 0; i < count; i++) lrp_cli_roff_entry(file, rows[i].name, rows[i].line);
}

static void describe_models(FILE *file)
{
    fputs(".SH DESCRIPTION\n", file);
    lrp_cli_roff_line(file, "A JSON model says what ONNX cannot: chains in chains, branches that meet again, skip connections, "
                            "layers of types that "
                            "nobody knows yet. All commands and the inspector take one where they take an ONNX model; lrpscope "
                            "convert writes one.");
    lrp_cli_roff_paragraph(file, "It is a JSON object. Unknown keys are errors that name the layer. A layer without a name is "
                                 "called by its place: 3 is the third of "
                                 "the outermost chain, 2.3 the third in the second, and so are the values layers write. Rules, "
                                 "supported layers and searches take such "
                                 "places and the names of containers, too.");
}

static void write_attributes(FILE *file)
{
    static const struct model_row top[] = {
        {"lrpscope_model", "1, the version of this format"},
        {"input", "the shape of the input, a list of whole numbers, null where a dimension is open"},
        {"weights", "the safetensors file that has the weights, from the model's folder"},
        {"layers", "a list of layers: the outermost chain"},
        {"name", "what the model is called; not used"}};
    static const struct model_row containers[] = {
        {"chain", "\"layers\": one after the other"},
        {"parallel", "\"layers\": branches that read the same input; \"connection\": how they meet, \"+\" (if left out), \"*\" "
                     "or \"concat\", along "
                     "\"axis\" (1)"},
        {"skip-connection", "\"layer\": a branch beside its own input; \"connection\" and \"axis\" as above"}};
    static const struct model_row every[] = {
        {"type", "one of those below, an ONNX operator (\"Abs\"), one of a plugin, or any other text: a layer nobody knows, "
                 "which fails the model "
                 "check until it is registered"},
        {"domain", "of the operator, if it is not ONNX's own; the type is then the operator's name"},
        {"opset", "of an operator's own name: the version of its domain whose meaning it has (22)"},
        {"name", "what the layer is called; branches and chains may have one, too"},
        {"activation", "a type, or an object with a type and its attributes: what follows the layer, as part of it"}};
    write_entries(file, ".SH KEYS\n.SS Of the model\n", top, sizeof top / sizeof *top);
    write_entries(file, ".SS Of every layer\n", every, sizeof every / sizeof *every);
    write_entries(file, ".SS Of layers with layers in them\n", containers, sizeof containers / sizeof *containers);
}

/* "weight:w bias:w" as "weight, bias". */
static void write_word_list(FILE *file, const char *title, const char *list)
{
    char text[200];
    size_t length = 0;
    for (const char *at = list; *at && length + 3 < sizeof text; at++) {
        if (*at == ':')
            at++; /* and what it is */
        else if (*at == ' ')
            length += (size_t)snprintf(text + length, sizeof text - length, ", ");
        else
            text[length++] = *at;
    }
    text[length] = '\0';
    if (length) {
        fputs(title, file);
        lrp_cli_roff_line(file, text);
    }
}

static void write_types(FILE *file)
{
    struct lrp_model_type_info info;
    fputs(".SH TYPES OF LAYERS\n", file);
    lrp_cli_roff_line(
        file,
        "Attributes, their meaning and the order of weights are those of the ONNX operator in brackets. A constant is the name "
        "of a "
        "tensor in the safetensors file or, for a few numbers, an array; axes and shapes are whole numbers. The weights of a "
        "dense layer have a row for every input, as in Gemm; with \"transB\": 1 one for every output. Types that are not "
        "listed take \"weight\", \"bias\" and any attribute.");
    for (size_t i = 0; lrp_model_type_at(i, &info); i++) {
        fputs(".TP\n.B ", file);
        lrp_cli_roff_line(file, info.type);
        fputs("(", file);
        lrp_cli_roff(file, info.op_type);
        fputs(")\n", file);
        write_word_list(file, ".br\nconstants: ", info.constants);
        write_word_list(file, ".br\nattributes: ", info.attributes);
    }
}

static void write_model_example(FILE *file)
{
    static const char *const lines[] = {
        "{\"lrpscope_model\": 1, \"input\": [1, 2], \"layers\": [",
        " {\"type\": \"dense\", \"name\": \"stem\", \"weight\": [[1, 2], [3, 4]], \"activation\": \"relu\"},",
        " {\"type\": \"skip-connection\", \"layer\":",
        "  {\"type\": \"chain\", \"name\": \"block\", \"layers\": [",
        "   {\"type\": \"dense\", \"weight\": [[5, 6], [7, 8]], \"bias\": [1, -1]},",
        "   {\"type\": \"leaky-relu\", \"alpha\": 0.1}]}},",
        " {\"type\": \"parallel\", \"connection\": \"concat\", \"layers\": [",
        "  {\"type\": \"identity\"}, {\"type\": \"my-doubling-layer\"}]}]}"};
    lrp_cli_roff_example(file, lines, sizeof lines / sizeof *lines);
}

static void write_model_bugs(FILE *file)
{
    static const char *const lines[] = {
        "Only graphs that nest as chains, parallel branches and skip connections can be converted; of others, convert names "
        "the first value that crosses and ends with exit code 4."};
    lrp_cli_roff_bugs(file, lines, sizeof lines / sizeof *lines);
}

void lrp_cli_generate_man_model(FILE *file)
{
    lrp_cli_roff_title(file, "LRPSCOPE\\-MODEL", 5, "File Formats");
    fputs(".SH NAME\nlrpscope\\-model \\- JSON models of lrpscope\n.SH SYNOPSIS\n.B lrpscope\nCOMMAND MODEL.json ...\n", file);
    describe_models(file);
    write_attributes(file);
    write_types(file);
    write_model_example(file);
    write_model_bugs(file);
    fputs(".SH SEE ALSO\n.BR lrpscope (1),\n.BR lrpscope\\-rules (5),\n.BR lrpscope\\-lrp (7)\n", file);
}
