/* commands.c: the table of commands. */
#include "commands.h"

#include <string.h>

#include "text.h"

// clang-format off
const struct lrp_command lrp_cli_commands[LRP_COMMAND_COUNT] = {
    [LRP_COMMAND_INSPECT] =
        {.name = "", .arguments = "MODEL [INPUT...]", .summary = "opens the inspector",
         .details = "Opens a model in the terminal inspector. MODEL may be a folder that batch has written, also while it still runs: "
                    "its samples are listed, and each can be explained again. Of several INPUTs the first is opened; < and > go on to others, "
                    "9 lists them with what they are explained for, and with folders of classes which are right. Without a terminal it prints the table of layers with check, "
                    "rule and sum of relevance (of the first INPUT) instead and exits as explain does.",
         .run = lrp_cli_inspect, .takes_model = true, .opens_folders = true, .most_inputs = -1, .opens_results = true, .finds_rules = true,
         .examples = {"lrpscope model.onnx castle.png --scale 1/255 --labels labels.txt",
                      "lrpscope model.onnx digit.npy | less"}},
    [LRP_COMMAND_CHECK] =
        {.name = "check", .arguments = "MODEL", .summary = "tells which layers LRP does not support, why, and what to do",
         .details = "Prints the model check, a row a layer (those that fail for one cause in one row: --all), then guidance. "
                    "Exits with 1 if a layer fails.",
         .run = lrp_cli_check, .takes_model = true,
         .examples = {"lrpscope check model.onnx", "lrpscope check model.onnx --strip-softmax --support-activation relu6",
                      "lrpscope check model.onnx --json"}},
    [LRP_COMMAND_LAYERS] =
        {.name = "layers", .arguments = "MODEL", .summary = "lists the layers with shapes, parameters and rules",
         .details = "Prints index, name, type, activation, output shape, parameters, multiply-accumulates and rule of every "
                    "layer, then totals. Every input of the model is a row numbered 0, told apart by its name; other commands and the "
                    "inspector list the same rows.",
         .run = lrp_cli_layers, .takes_model = true,
         .examples = {"lrpscope layers model.onnx --composite epsilon-plus", "lrpscope layers model.onnx --canonize-report"}},
    [LRP_COMMAND_RUN] =
        {.name = "run", .arguments = "MODEL INPUT...", .summary = "runs the model and prints the strongest outputs",
         .details = "Prints the largest outputs of every sample with their labels: raw values, and their softmax in brackets "
                    "unless the model ends in one. Of a text (--text, --tokens) whose tokens each have a row in the "
                    "output, a row a position: how likely the token was by what stands before it, its rank, the entropy (in "
                    "nats) of what the model says there, and the strongest. A folder as INPUT stands for the pictures and arrays in it "
                    "and in those below.",
         .run = lrp_cli_run, .takes_model = true, .opens_folders = true, .least_inputs = 1, .most_inputs = -1,
         .examples = {"lrpscope run model.onnx castle.png --scale 1/255 --labels labels.txt",
                      "lrpscope run model.onnx batch.npy --output logits.npy"}},
    [LRP_COMMAND_EXPLAIN] =
        {.name = "explain", .arguments = "MODEL INPUT...", .summary = "computes relevance and writes heatmaps and arrays",
         .details = "Explains one output neuron per sample and prints target, output, start and sum of relevance. Writes the "
                    "files that are asked for. With --output-dir alone every INPUT gets STEM.png, STEM.npy and STEM.json "
                    "there. N samples: F-0.png, F-1.png and so on; arrays hold the whole batch. A folder as INPUT stands for the pictures "
                    "and arrays in it and in those below. Of a model with several inputs --heatmap and --relevance write the first one's "
                    "unless --at names another; the report, --sheet and --layerwise have all.",
         .run = lrp_cli_explain, .takes_model = true, .opens_folders = true, .least_inputs = 1, .most_inputs = -1,
         .examples = {"lrpscope explain model.onnx castle.png --heatmap castle-lrp.png",
                      "lrpscope explain model.onnx castle.png --rule 'type:convolution=alpha-beta(2,1)' --relevance r.npy",
                      "lrpscope explain model.onnx *.png --output-dir heatmaps",
                      "lrpscope explain model.onnx castle.png --rules model.lrpscope.json --report report.json"}},
    [LRP_COMMAND_LEDGER] =
        {.name = "ledger", .arguments = "MODEL INPUT...", .summary = "tells where relevance is lost, a row a layer",
         .details = "Prints for every layer the relevance that arrives, the relevance that is given on, what became of the "
                    "difference (bias, stabilizer, padding, constants and so on; a negative amount was added), and what makes "
                    "its numbers doubtful. Sums run over all samples. The last row goes from the explained output to the input.",
         .run = lrp_cli_ledger, .takes_model = true, .opens_folders = true, .least_inputs = 1, .most_inputs = -1,
         .examples = {"lrpscope ledger model.onnx castle.png", "lrpscope ledger model.onnx castle.png --composite epsilon-plus --json"}},
    [LRP_COMMAND_COMPARE] =
        {.name = "compare", .arguments = "MODEL [INPUT...]", .summary = "compares two settings, all conventions, or two models",
         .details = "Sets the relevance of the input (or of --at) under two or more rules files side by side: its sum, and against "
                    "the first one correlation and largest difference. Options hold for all of them. --conventions compares one "
                    "setting under every convention instead. --heatmap writes the second less the first. "
                    "--with compares two models: layers that answer to one another by name, else by order and type, what is added, "
                    "removed, written in another way, the largest difference of weights; with inputs, of activations, and how "
                    "relevance correlates. Differences are shares of the largest value. Exit 1 if they differ: with inputs, by "
                    "activations beyond --tolerance; without, in how they are written, or by weights beyond it.",
         .run = lrp_cli_compare, .takes_model = true, .opens_folders = true, .least_inputs = 0, .most_inputs = -1, .sets_apart = true,
         .examples = {"lrpscope compare model.onnx castle.png --rules a.json --rules b.json --heatmap difference.png",
                      "lrpscope compare model.onnx castle.png --conventions",
                      "lrpscope compare model.onnx castle.png --with model-int8.onnx --tolerance 0.05"}},
    [LRP_COMMAND_CONCEPTS] =
        {.name = "concepts", .arguments = "MODEL INPUT...", .summary = "ranks the channels of a layer, and shows what each looks at",
         .details = "Lists the channels of the layer that --at names by their relevance, with share and activation. With --heatmap, --relevance "
                    "or --output-dir each gets the heatmap of the relevance that passes it (F-c003.png; an array has a row a channel). With "
                    "--index it keeps for every channel the samples it is strongest in.",
         .run = lrp_cli_concepts, .lists_channels = true, .takes_model = true, .opens_folders = true, .least_inputs = 1, .most_inputs = -1,
         .examples = {"lrpscope concepts model.onnx castle.png --at conv5 --top 3 --heatmap castle-concept.png",
                      "lrpscope concepts model.onnx pictures.npy --at conv5 --index conv5-references"}},
    [LRP_COMMAND_BATCH] =
        {.name = "batch", .arguments = "MODEL SOURCE...", .summary = "explains many inputs, in shards if need be, or clusters heatmaps",
         .details = "SOURCE are files, and folders whose pictures and arrays are taken by name, those in folders below too; --inputs "
                    "reads a list. Into --output-dir come batch.json, which says what the batch is of, and a folder shard-I-of-N "
                    "with results.jsonl (a line a sample: index, name, target, label, output, sum, warnings or error) and "
                    "relevance.npy (a row a line, NaN for bad inputs). Inputs of different sizes are written one by one, as "
                    "relevance/NAME.npy. A bad input is a line and a count: the rest goes on, and the exit code is 3. Whatever "
                    "ends a run, --resume goes on behind its last whole line; an empty file, done, is in a shard's folder while all of "
                    "its samples are there; lrpscope merge puts shards together. The bytes are "
                    "the same for any number of shards and threads, and after any interruption. "
                    "--from reads heatmaps that were written before instead, (samples, channels, height, width) or (samples, "
                    "height, width), and --cluster spray(...), with the arguments pool, normalise, neighbours, eigenvectors and "
                    "clusters, tells what ways of deciding there are among them: heatmaps are pooled by sums to at most 16x16, "
                    "divided by their sum of sizes, and clustered by the eigenvectors of the graph of nearest neighbours "
                    "(SpRAy). With --output-dir the labels, eigenvalues, embedding and the mean heatmap of every cluster are "
                    "written there.",
         .run = lrp_cli_batch, .takes_model = true, .may_lack_model = true, .most_inputs = -1,
         .examples = {"lrpscope batch model.onnx pictures --output-dir results --scale 1/255 --resume",
                      "lrpscope batch model.onnx --inputs list.txt --output-dir results --shard 3/8",
                      "find pictures -name '*.png' -print0 | lrpscope batch model.onnx --inputs - -0 --output-dir results",
                      "lrpscope batch --from relevance.npy --cluster 'spray(clusters=4)' --json"}},
    [LRP_COMMAND_MERGE] =
        {.name = "merge", .arguments = "D", .summary = "puts the shards of a batch together",
         .details = "Joins the finished shards in a folder of results into results.jsonl and relevance.npy (or relevance/NAME.npy), in "
                    "the order of the inputs, and writes statistics.json: mean, mean size and deviation of the relevance, over all, "
                    "for every class (a sample's folder where that is a label, else its target) and for every channel; of batches "
                    "with --write layerwise also for every channel of every layer. Names "
                    "shards that are missing or not finished. --cluster writes clusters.json, embedding.npy, the mean "
                    "heatmap of every cluster (cluster-K.npy, cluster-K.png) and its medoid (cluster-K-medoid.png) into the folder. --h5 writes what ViRelAy shows: inputs, predictions, "
                    "relevance and clusters (of --cluster, else of spray); pictures and outputs, which a batch does not keep, are read and "
                    "computed once more.",
         .run = lrp_cli_merge, .most_inputs = 1,
         .examples = {"lrpscope merge results --mean-heatmap mean.png", "lrpscope merge results --cluster 'spray(clusters=4)'",
                      "lrpscope merge results --h5 virelay/fashion"}},
    [LRP_COMMAND_EVALUATE] =
        {.name = "evaluate", .arguments = "MODEL INPUT...", .summary = "scores settings on the same inputs: pixel flipping, localisation, sanity checks",
         .details = "Prints a row a setting and a column a metric (lrpscope metrics): mean and standard error over all inputs, in how many of them "
                    "the setting is the best, and a random order as the zero line. --setting is a composite, a method, a rules file or the word "
                    "presets; without it the one that --composite, --rule and --method say is scored. A metric with a baseline is computed with "
                    "two, mean and min: where they disagree, the order is not that of the settings. A folder as INPUT stands for all pictures and "
                    "arrays in it.",
         .run = lrp_cli_evaluate, .takes_model = true, .least_inputs = 1, .most_inputs = -1,
         .examples = {"lrpscope evaluate model.onnx castle.png --setting epsilon-plus --setting gradient --metric pixel-flipping",
                      "lrpscope evaluate model.onnx castle.png --attribution mine.npy --metric 'pixel-flipping(size=8,baseline=0)' --curve curve.csv",
                      "lrpscope evaluate model.onnx castle.png --box 30,40,90,120 --metric mass-accuracy --metric localisation-auc",
                      "lrpscope evaluate model.onnx castle.png --metric 'randomisation(similarity=spearman-abs)' --json"}},
    [LRP_COMMAND_CHOOSE] =
        {.name = "choose", .arguments = "MODEL SOURCE...", .summary = "finds the rules that explain a network best, and writes them to a file",
         .details = "Scores all presets that fit the model (and every --setting) on many inputs by pixel flipping, sparseness, sensitivity and "
                    "randomisation, ranks them by their mean rank over two baselines, says how far the order can be trusted, and with --output "
                    "writes the winner's rules file, which --rules takes. Fifty inputs or more tell something; SOURCE is a file or a folder.",
         .run = lrp_cli_choose, .takes_model = true, .least_inputs = 1, .most_inputs = -1,
         .examples = {"lrpscope choose model.onnx pictures/ --output best.json", "lrpscope choose model.onnx pictures.npy --budget 600 --json"}},
    [LRP_COMMAND_CONVERT] =
        {.name = "convert", .arguments = "MODEL OUT.json", .summary = "writes a model that nests as JSON and safetensors",
         .details = "Writes the layers as chains, parallel branches and skip connections, to be read and changed by hand; the weights "
                    "go into a safetensors file of the same name beside it. OUT - is standard output; the weights then go into this folder, into a "
                    "file called like the model. Exits with 4, naming the first value that crosses from one "
                    "branch into another, if the model does not nest.",
         .run = lrp_cli_convert, .takes_model = true, .least_inputs = 1, .most_inputs = 1,
         .examples = {"lrpscope convert model.onnx model.json", "lrpscope convert nets/model.onnx - | jq .layers"}},
    [LRP_COMMAND_TOKENS] =
        {.name = "tokens", .arguments = "MODEL|FOLDER|TOKENIZER", .summary = "shows what a text becomes: ids, tokens, places",
         .details = "Encodes texts with a tokenizer (tokenizer.json, vocab.txt, or vocab.json with merges.txt), or with the one that lies beside a "
                    "model or in a folder, and prints ids, tokens and their places in the text, in code points. A part of a tokenizer that is not "
                    "known is refused by name.",
         .run = lrp_cli_tokens, .takes_model = true, .takes_folder = true,
         .examples = {"lrpscope tokens bert/ --text 'Hello world'", "lrpscope tokens tokenizer.json --text-file lines.txt --json"}},
    [LRP_COMMAND_RULES] =
        {.name = "rules", .arguments = "", .summary = "lists the rules with parameters and formulas",
         .details = "What --rule and --composite accept; with --rules also the custom rules of that file.", .run = lrp_cli_rules,
         .examples = {"lrpscope rules --json", "lrpscope rules --rules my-rules.json"}},
    [LRP_COMMAND_COMPOSITES] =
        {.name = "composites", .arguments = "", .summary = "lists the presets", .details = "What --composite accepts by name. With --composite (or --rules) one composite in full, type maps type by type; "
                    "with --json as the array of primitives that a rules file takes.",
         .run = lrp_cli_composites, .examples = {"lrpscope composites", "lrpscope composites --composite epsilon-plus-flat",
                                                 "lrpscope composites --composite 'composite(global(zero), first-layer(flat))' --json"}},
    [LRP_COMMAND_METHODS] =
        {.name = "methods", .arguments = "", .summary = "lists the methods with arguments, formulas and what they cost",
         .details = "What --method accepts: a name, and in brackets its arguments in this order or as NAME=VALUE.", .run = lrp_cli_methods,
         .examples = {"lrpscope methods", "lrpscope explain model.onnx castle.png --method 'smooth-grad(20,sigma=0.1)' --heatmap castle-smooth.png"}},
    [LRP_COMMAND_METRICS] =
        {.name = "metrics", .arguments = "", .summary = "lists the metrics with arguments, formulas, and what a score shows and does not",
         .details = "What --metric of evaluate accepts: a name, and in brackets its arguments in this order or as NAME=VALUE.", .run = lrp_cli_metrics,
         .examples = {"lrpscope metrics", "lrpscope metrics --json"}},
    [LRP_COMMAND_OPS] =
        {.name = "ops", .arguments = "", .summary = "lists the operators and what can be done with each",
         .details = "Every operator with its versions, whether it runs and whether it differentiates.", .run = lrp_cli_ops,
         .examples = {"lrpscope ops"}},
    [LRP_COMMAND_COLORMAPS] =
        {.name = "colormaps", .arguments = "", .summary = "lists the colour maps of heatmaps",
         .details = "What --colormap accepts; with --plugin also what a plugin brings.",
         .run = lrp_cli_colormaps, .examples = {"lrpscope colormaps", "lrpscope colormaps --plugin palettes.so"}},
};
// clang-format on

const struct lrp_command *lrp_cli_command_find(const char *name)
{
    for (size_t i = 1; i < LRP_COMMAND_COUNT; i++)
        if (!strcmp(lrp_cli_commands[i].name, name)) return &lrp_cli_commands[i];
    return NULL;
}

const struct lrp_command *lrp_cli_command_nearest(const char *wrong)
{
    const struct lrp_command *nearest = NULL;
    size_t best = 3; /* further away it is another word */
    for (size_t i = 0; i < LRP_COMMAND_COUNT; i++) {
        const char *label = lrp_cli_command_label(&lrp_cli_commands[i]), *last = strrchr(label, ' '); /* "the inspector" */
        const size_t distance = lrp_edit_distance(last ? last + 1 : label, wrong);
        if (distance >= best || distance >= strlen(wrong)) continue;
        best = distance;
        nearest = &lrp_cli_commands[i];
    }
    return nearest;
}

const char *lrp_cli_command_label(const struct lrp_command *command)
{
    return *command->name ? command->name : "the inspector";
}

enum lrp_command_id lrp_cli_command_id(const struct lrp_command *command)
{
    return (enum lrp_command_id)(command - lrp_cli_commands);
}
