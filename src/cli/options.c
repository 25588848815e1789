/* options.c: the table of options and how it is searched. */
#include "options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#include "arguments.h"
#include "commands.h"
#include "evaluate.h"
#include "words.h"

#define SETTING(id) .kind = LRP_OPTION_SETTING, .setting = LRP_SETTING_##id
#define FLAG(id, on) .kind = LRP_OPTION_SETTING_FLAG, .setting = LRP_SETTING_##id, .value = on
#define TEXT(field) .kind = LRP_OPTION_TEXT, .offset = offsetof(struct lrp_arguments, field)
#define LIST(field) .kind = LRP_OPTION_LIST, .offset = offsetof(struct lrp_arguments, field)
#define SWITCH(field) .kind = LRP_OPTION_SWITCH, .offset = offsetof(struct lrp_arguments, field)
#define COUNTER(field) .kind = LRP_OPTION_COUNTER, .offset = offsetof(struct lrp_arguments, field)
#define CHOICE(field, table)                                                                                                   \
    .kind = LRP_OPTION_CHOICE, .offset = offsetof(struct lrp_arguments, field), .words = (table), .only_words = true
#define IN(name) .section = LRP_SECTION_##name
/* Sets of commands that honour the same options. */
#define INSPECT LRP_FOR(INSPECT)
#define EXPLAIN LRP_FOR(EXPLAIN)
#define CONCEPTS LRP_FOR(CONCEPTS)
#define SCORING (LRP_FOR(EVALUATE) | LRP_FOR(CHOOSE)) /* score settings */
#define BATCH LRP_FOR(BATCH)
#define RELEVANCE (INSPECT | EXPLAIN | CONCEPTS | SCORING | BATCH | LRP_FOR(LEDGER) | LRP_FOR(COMPARE)) /* compute it */
#define PICTURES (INSPECT | EXPLAIN | CONCEPTS | BATCH | LRP_FOR(COMPARE))                              /* draw it */
#define INPUTS (RELEVANCE | LRP_FOR(RUN))                                                               /* read inputs */
#define RULED (RELEVANCE | LRP_FOR(CHECK) | LRP_FOR(LAYERS)) /* find the rule of every layer */
#define SHARING (RULED & ~LRP_FOR(CHECK))                    /* see what a layer does with its relevance */
#define MODELS (RULED | LRP_FOR(RUN))                        /* lay out a model's graph */
#define TOKENED (INSPECT | EXPLAIN | SCORING | LRP_FOR(LEDGER) | LRP_FOR(COMPARE) | LRP_FOR(RUN)) /* take texts as inputs */
#define TEXTS (TOKENED | LRP_FOR(TOKENS))                                                         /* read texts */
#define LISTS (LRP_FOR(RULES) | LRP_FOR(COMPOSITES) | LRP_FOR(METHODS) | LRP_FOR(METRICS) | LRP_FOR(OPS) | LRP_FOR(COLORMAPS))
#define TABLES (MODELS | LISTS | LRP_FOR(TOKENS) | LRP_FOR(MERGE)) /* print a table */

// clang-format off
static const struct lrp_option options[] = {
    {.name = "composite", .argument = "C", .commands = (RULED & ~LRP_FOR(CHOOSE)) | LRP_FOR(COMPOSITES), IN(RULES), SETTING(COMPOSITE),
     .help = "preset (lrpscope composites), one rule for every layer, or composite(...)"},
    {.name = "rule", .argument = "SELECTOR=RULE", .commands = RULED, IN(RULES), .kind = LRP_OPTION_RULE, .words = lrp_cli_rule_word,
     .help = "rule of the layers a selector matches: name, index, a..b, type:T, first, last, glob; one that holds = in double quotes; "
             "the last one wins"},
    {.name = "rules", .argument = "F.json", .commands = MODELS | LRP_FOR(RULES) | LRP_FOR(COMPOSITES), IN(RULES), .kind = LRP_OPTION_RULES_FILE,
     .help = "rules file; options beat it, wherever they stand"},
    {.name = "convention", .argument = "NAME", .commands = RULED | LRP_FOR(COMPOSITES), IN(RULES), SETTING(CONVENTION),
     .only_words = true, .help = "whose defaults hold"},
    {.name = "attention", .argument = "RULE", .commands = SHARING, IN(RULES), SETTING(ATTENTION), .only_words = true,
     .help = "attention's weights get relevance (attnlrp) or are taken as constants (cp); default: the composite's"},
    {.name = "gates", .argument = "RULE", .commands = SHARING, IN(RULES), SETTING(GATES), .only_words = true,
     .help = "a gate gets half of its product's relevance, or is taken as a constant (stop); default: the composite's"},
    {.name = "conventions", .commands = LRP_FOR(COMPARE), IN(RULES), SWITCH(conventions),
     .help = "compare the settings under every convention"},
    {.name = "with", .argument = "B.onnx", .commands = LRP_FOR(COMPARE), IN(OUTPUT), TEXT(with),
     .help = "compare two models, layer by layer"},
    {.name = "tolerance", .argument = "X", .commands = LRP_FOR(COMPARE), IN(OUTPUT), TEXT(tolerance),
     .help = "--with: differences up to this share of the largest value are none (1e-3)"},

    {.name = "method", .argument = "NAME(ARGS)", .commands = RELEVANCE & ~LRP_FOR(CHOOSE), IN(TARGET), SETTING(METHOD),
     .help = "what is computed (lrpscope methods)"},
    {.name = "concept", .argument = "LAYER=CHANNELS", .commands = EXPLAIN | LRP_FOR(LEDGER), IN(TARGET), .kind = LRP_OPTION_CONCEPT, .setting = LRP_SETTING_CONCEPT,
     .help = "only relevance that passes these channels: 0,5,7, top(3) or (CHANNEL:Y:X); may be repeated"},
    {.name = "concept-parallel", .argument = "WHAT", .commands = EXPLAIN | LRP_FOR(LEDGER), IN(TARGET), SETTING(CONCEPT_PARALLEL),
     .only_words = true, .help = "what becomes of relevance that goes round the channels"},
    {.name = "concept-start", .argument = "WHAT", .commands = EXPLAIN | LRP_FOR(LEDGER), IN(TARGET), SETTING(CONCEPT_START),
     .only_words = true, .help = "the channels start with their relevance, or with what they hold before the activation"},
    {.name = "target", .argument = "T", .commands = RELEVANCE, IN(TARGET), SETTING(TARGET),
     .help = "label, class index, comma list (one per sample), CLASS@y:x, CLASS@all, (c:y:x), TOKEN@POSITION, A@p..q, A - B, "
             "A - mean, or similar:F (to what the model makes of a file or a \"text\"); default: arg-max"},
    {.name = "output-relevance", .argument = "START", .commands = RELEVANCE, IN(TARGET), SETTING(OUTPUT_RELEVANCE),
     .help = "start at the target with one or its logit, with the whole output, or with an array F.npy"},
    {.name = "output-name", .argument = "NAME", .commands = INPUTS, IN(TARGET), SETTING(OUTPUT_NAME),
     .help = "which output of the model; default: the first"},

    {.name = "skip-checks", .commands = RELEVANCE | LRP_FOR(CHECK), IN(CHECK), FLAG(SKIP_CHECKS, true),
     .help = "explain a model that fails the check, at your own risk"},
    {.name = "support-layer", .argument = "T", .commands = RULED, IN(CHECK), .kind = LRP_OPTION_SUPPORT_LAYER,
     .help = "register a layer type, group, ONNX operator, layer name, glob or domain:NAME as supported; repeatable"},
    {.name = "support-activation", .argument = "A", .commands = RULED, IN(CHECK),
     .kind = LRP_OPTION_SUPPORT_ACTIVATION, .help = "register an activation, or those of layers so named, as supported; repeatable"},
    {.name = "strip-softmax", .commands = MODELS, IN(CHECK), FLAG(STRIP_SOFTMAX, true),
     .help = "explain the input of the output softmax"},
    {.name = "strip-sigmoid", .commands = MODELS, IN(CHECK), FLAG(STRIP_SIGMOID, true),
     .help = "explain the input of the output sigmoid"},

    {.name = "no-canonize", .commands = MODELS, IN(GRAPH), FLAG(CANONIZE, false),
     .help = "leave BatchNorm, layer norm and identities as they are"},
    {.name = "no-fuse", .commands = RULED, IN(GRAPH), FLAG(FUSE, false), .help = "every activation is its own layer"},
    {.name = "input-shape", .argument = "[NAME=]N,C,H,W", .commands = MODELS, IN(GRAPH), .kind = LRP_OPTION_INPUT_SHAPE, .setting = LRP_SETTING_INPUT_SHAPE,
     .help = "shape of the input where the model leaves it open; NAME= and repeatable for a model that has several"},
    {.name = "plugin", .argument = "F.so", .commands = MODELS | LISTS, IN(GRAPH), .kind = LRP_OPTION_PLUGIN,
     .help = "load a plugin: operators, rules, supported names, colour maps; repeatable"},

    {.name = "input", .argument = "NAME=FILE", .commands = INPUTS, IN(INPUT), .kind = LRP_OPTION_INPUT,
     .help = "an input of a model that has several; a name that holds = in double quotes; repeatable"},
    {.name = "scale", .argument = "X", .commands = INPUTS, IN(INPUT), SETTING(SCALE),
     .help = "pictures: y = (x*scale-mean)/std with x in 0..255; one value or one per channel, also 1/255"},
    {.name = "mean", .argument = "X", .commands = INPUTS, IN(INPUT), SETTING(MEAN), .help = "subtracted after --scale"},
    {.name = "std", .argument = "X", .commands = INPUTS, IN(INPUT), SETTING(STD), .help = "divided by at last"},
    {.name = "size", .argument = "N|WxH", .commands = INPUTS, IN(INPUT), SETTING(SIZE),
     .help = "resize pictures; N: the shorter side"},
    {.name = "crop", .argument = "N|WxH", .commands = INPUTS, IN(INPUT), SETTING(CROP),
     .help = "centre-crop after --size"},
    {.name = "layout", .argument = "L", .commands = INPUTS, IN(INPUT), SETTING(LAYOUT), .only_words = true,
     .help = "axes of the model's input"},
    {.name = "channels", .argument = "C", .commands = INPUTS, IN(INPUT), .kind = LRP_OPTION_CHANNELS, .setting = LRP_SETTING_CHANNELS,
     .help = "channels the model wants; concepts: 3,7 lists these channels of the layer"},
    {.name = "preprocess", .argument = "F.json", .commands = INPUTS, IN(INPUT), SETTING(PREPROCESS),
     .help = "a preprocessor_config.json"},
    {.name = "labels", .argument = "F", .commands = INPUTS, IN(INPUT), SETTING(LABELS),
     .help = "line N names class N, or a config.json with id2label"},

    {.name = "text", .argument = "T", .commands = TEXTS, IN(INPUT), TEXT(text), .help = "a text"},
    {.name = "text-pair", .argument = "T", .commands = TEXTS, IN(INPUT), TEXT(text_pair), .help = "a second text behind --text"},
    {.name = "text-file", .argument = "F", .commands = TEXTS, IN(INPUT), TEXT(text_file),
     .help = "a text a line; F.json: an array of strings or of [text, pair]"},
    {.name = "decoder-text", .argument = "T", .commands = TOKENED, IN(INPUT), TEXT(decoder_text),
     .help = "what an encoder-decoder has written so far; default: only the token that its config.json starts texts with"},
    {.name = "tokens", .argument = "IDS", .commands = TOKENED, IN(INPUT), TEXT(tokens), .help = "ids instead of a text: \"101 7592 102\""},
    {.name = "tokenizer", .argument = "F", .commands = TEXTS, IN(INPUT), TEXT(tokenizer),
     .help = "tokenizer.json, vocab.txt, vocab.json, or a folder; default: beside the model"},
    {.name = "token-input", .argument = "NAME", .commands = INPUTS, IN(INPUT), SETTING(TOKEN_INPUT),
     .help = "which input takes tokens; default: input_ids, or what looks up a table"},

    {.name = "heatmap", .argument = "F.png", .commands = EXPLAIN | CONCEPTS | LRP_FOR(COMPARE), IN(OUTPUT), TEXT(heatmap), .help = "write a heatmap; compare: of the difference"},
    {.name = "relevance", .argument = "F.npy", .commands = EXPLAIN | CONCEPTS, IN(OUTPUT), TEXT(relevance),
     .help = "write the relevance, float32"},
    {.name = "layerwise", .argument = "F.safetensors", .commands = EXPLAIN, IN(OUTPUT), TEXT(layerwise),
     .help = "write the relevance of every value under its ONNX name"},
    {.name = "html", .argument = "F.html", .commands = EXPLAIN, IN(OUTPUT), TEXT(html),
     .help = "write a page of the text, coloured by the relevance of its tokens"},
    {.name = "sheet", .argument = "F.png", .commands = EXPLAIN | CONCEPTS, IN(OUTPUT), TEXT(sheet),
     .help = "write a contact sheet of all layers; concepts: of the channels, with --index of the samples it names"},
    {.name = "graph", .argument = "F.dot|F.json", .commands = CONCEPTS, IN(OUTPUT), TEXT(graph),
     .help = "write from which channels of the layers below the strongest ones have their relevance"},
    {.name = "width", .argument = "N,M,...", .commands = CONCEPTS, IN(OUTPUT), TEXT(width),
     .help = "how many channels of the layer the graph begins with, and how many each of those before it has; default 4,2"},
    {.name = "animation", .argument = "F.png|F.gif", .commands = EXPLAIN, IN(OUTPUT), TEXT(animation),
     .help = "write a moving picture: layer by layer from the output to the input"},
    {.name = "report", .argument = "F.json", .commands = EXPLAIN | SCORING, IN(OUTPUT), TEXT(report),
     .help = "write options, samples, layers, files and timing; of evaluate and choose: all scores and curves"},
    {.name = "output-dir", .argument = "D", .commands = EXPLAIN | CONCEPTS | LRP_FOR(COMPARE) | BATCH, IN(OUTPUT), TEXT(output_dir),
     .help = "folder of the files (made if missing); without other files STEM.png, .npy and .json of every INPUT"},
    {.name = "output", .argument = "F", .commands = LRP_FOR(RUN) | LRP_FOR(CHOOSE), IN(OUTPUT), TEXT(output),
     .help = "write the model's output, F.npy; choose: the winner's rules file, F.json"},
    {.name = "lens", .commands = LRP_FOR(RUN), IN(OUTPUT), SWITCH(lens),
     .help = "what the final norm and head make of every block's residual stream, a row a block, and the rank there of what is said at last"},
    {.name = "top", .argument = "K", .commands = LRP_FOR(RUN) | CONCEPTS, IN(OUTPUT), COUNTER(top),
     .help = "how many outputs (default 5) or channels (default all that have relevance) are listed"},
    {.name = "by", .argument = "WHAT", .commands = CONCEPTS, IN(OUTPUT), CHOICE(by, lrp_cli_by_word),
     .help = "how channels are ranked; default relevance"},
    {.name = "index", .argument = "DIR", .commands = CONCEPTS | INSPECT, IN(OUTPUT), TEXT(index),
     .help = "write for every channel the samples it is strongest in: value.npy, sample.npy, position.npy, with inputs.txt and index.json; "
             "inspector: show them beside the channels of a layer"},
    {.name = "references", .argument = "K", .commands = CONCEPTS, IN(OUTPUT), COUNTER(references), .help = "how many of them; default 8"},
    {.name = "pool", .argument = "HOW", .commands = CONCEPTS, IN(OUTPUT), CHOICE(pool, lrp_cli_pool_word),
     .help = "what of a channel counts for the index: the sum over its places, or the largest; default sum"},
    {.name = "share", .commands = CONCEPTS, IN(OUTPUT), SWITCH(share), .help = "the index takes shares of the sample's sum of sizes"},
    {.name = "inputs", .argument = "F|-", .commands = BATCH, IN(INPUT), TEXT(inputs_file),
     .help = "a list of inputs: a path a line, behind a tab a target; # begins a remark"},
    {.name = "null", .letter = '0', .commands = BATCH, IN(INPUT), SWITCH(zeros), .help = "the list has NUL between paths"},
    {.name = "names", .argument = "BY", .commands = BATCH, IN(OUTPUT), TEXT(names), .choices = "path number",
     .help = "what samples and their files are called: the path in its folder, or the number; default path"},
    {.name = "write", .argument = "WHAT,...", .commands = BATCH, IN(OUTPUT), TEXT(write),
     .help = "relevance, report, heatmap, layerwise, activations, sheet; default relevance,report"},
    {.name = "shard", .argument = "I/N", .commands = BATCH, IN(RUNNING), TEXT(shard),
     .help = "only the inputs I, I+N, I+2N ..., counted from 0; default 0/1"},
    {.name = "resume", .commands = BATCH | CONCEPTS, IN(RUNNING), SWITCH(resume),
     .help = "go on behind the last whole line of an earlier run, or behind the inputs that the index has"},
    {.name = "limit", .argument = "N", .commands = BATCH, IN(INPUT), COUNTER(limit), .help = "only the first N inputs"},
    {.name = "progress-fd", .argument = "N", .commands = BATCH, IN(RUNNING), COUNTER(progress_fd),
     .help = "write \"DONE ALL\" to this descriptor after every sample"},
    {.name = "mean-heatmap", .argument = "F.png", .commands = LRP_FOR(MERGE), IN(OUTPUT), TEXT(mean_heatmap),
     .help = "write the mean over all samples as a heatmap"},
    {.name = "h5", .argument = "PREFIX", .commands = LRP_FOR(MERGE), IN(OUTPUT), TEXT(h5),
     .help = "write a ViRelAy project: PREFIX-project.yaml and what it names, or the same in a folder PREFIX (needs the HDF5 library, and "
             "the model and inputs where the batch found them)"},
    {.name = "from", .argument = "F.npy", .commands = BATCH, IN(INPUT), TEXT(from),
     .help = "heatmaps to be clustered, written before: one for every sample"},
    {.name = "cluster", .argument = "SPRAY", .commands = BATCH | LRP_FOR(MERGE), IN(OUTPUT), TEXT(cluster),
     .help = "spray, or spray(...) with pool (default auto), normalise (abs or sum), neighbours (10), eigenvectors (32) and clusters (by "
             "the largest gap between eigenvalues)"},
    {.name = "canonize-report", .commands = LRP_FOR(LAYERS), IN(OUTPUT), SWITCH(canonize_report),
     .help = "also list every rewriting with the nodes before and the layer after it: recognised, folded, canonized, dropped"},
    {.name = "all", .commands = LRP_FOR(CHECK) | LRP_FOR(LAYERS), IN(OUTPUT), SWITCH(all),
     .help = "list every layer: without it arithmetic of shapes and masks is left out, and layers that fail for one cause come as "
             "one line with their count"},
    {.name = "json", .commands = TABLES, IN(OUTPUT), SWITCH(json), .form = "lines", .form_offset = offsetof(struct lrp_arguments, json_form),
     .form_commands = BATCH, .help = "print JSON instead of text; batch --json=lines: the lines of results.jsonl"},

    {.name = "at", .argument = "SELECTOR|VALUE", .commands = EXPLAIN | CONCEPTS | LRP_FOR(COMPARE), IN(HEATMAP), LIST(at_list),
     .help = "whose relevance --heatmap and --relevance write; default: the input; concepts: whose channels, repeatable"},
    {.name = "show", .argument = "WHAT", .commands = EXPLAIN, IN(HEATMAP), CHOICE(show, lrp_cli_show_word),
     .help = "what --heatmap shows"},
    {.name = "colormap", .argument = "NAME", .commands = PICTURES, IN(HEATMAP), SETTING(COLORMAP),
     .help = "colour map (lrpscope colormaps)"},
    {.name = "reduce", .argument = "R", .commands = PICTURES, IN(HEATMAP), SETTING(REDUCE),
     .only_words = true, .help = "how channels become one value"},
    {.name = "continue", .argument = "TEXT", .commands = EXPLAIN, IN(TARGET), TEXT(continuation),
     .help = "explain every token of a text behind the given one, each by all before it"},
    {.name = "generate", .argument = "N", .commands = EXPLAIN, IN(TARGET), COUNTER(steps),
     .help = "the same of the N tokens that the model itself goes on with"},
    {.name = "scale-tokens", .argument = "WHICH", .commands = EXPLAIN | INSPECT, IN(HEATMAP), TEXT(scale_tokens), .choices = "all text",
     .help = "tokens that the colour scale is made for; default: all but special and first ones beyond 5 times the next"},
    {.name = "group", .argument = "UNITS", .commands = EXPLAIN, IN(HEATMAP), TEXT(group),
     .help = "sums tokens over units: word, sentence, line, places 0:3,5:7 (the end not included) or a file of them"},
    {.name = "by-layer", .commands = EXPLAIN, IN(HEATMAP), SWITCH(by_layer),
     .help = "layer by layer what each token has: printed, in reports, as --heatmap and --relevance"},
    {.name = "by-head", .commands = EXPLAIN, IN(HEATMAP), SWITCH(by_head),
     .help = "the same of each head of attention"},
    {.name = "overlay", .argument = "ALPHA", .commands = PICTURES, IN(HEATMAP), SETTING(OVERLAY),
     .help = "opacity over the grey input, 0..1"},
    {.name = "clip", .argument = "LOW:HIGH", .commands = PICTURES, IN(HEATMAP), SETTING(CLIP),
     .help = "percentiles of the range"},
    {.name = "gamma", .argument = "G", .commands = PICTURES, IN(HEATMAP), SETTING(GAMMA),
     .help = "below 1 lifts weak values"},
    {.name = "size-factor", .argument = "N", .commands = PICTURES, IN(HEATMAP), SETTING(SIZE_FACTOR),
     .help = "pixels per value; default: small heatmaps get up to 256 a side, others 1"},

    {.name = "setting", .argument = "S", .commands = SCORING, IN(SCORES), LIST(settings_named), .words = lrp_cli_setting_word,
     .help = "a composite, a method, a rules file, or presets (those that fit the model); repeatable"},
    {.name = "metric", .argument = "M", .commands = SCORING, IN(SCORES), LIST(metrics), .words = lrp_cli_metric_word,
     .help = "what is scored (lrpscope metrics), settings are ranked by the first; repeatable"},
    {.name = "attribution", .argument = "F.npy|F.npz|F.safetensors", .commands = LRP_FOR(EVALUATE), IN(SCORES), LIST(attributions),
     .help = "an attribution made elsewhere, of the input's shape, a row for each sample; of several arrays in a file the input's by name; repeatable"},
    {.name = "mask", .argument = "F", .commands = SCORING, IN(SCORES), TEXT(mask),
     .help = "where the evidence lies: a picture (above 127), resized and cropped as inputs are, or F.npy (above 0)"},
    {.name = "masks", .argument = "DIR", .commands = SCORING, IN(SCORES), TEXT(masks),
     .help = "the same for every INPUT: DIR/STEM.png or .npy"},
    {.name = "box", .argument = "X0,Y0,X1,Y1", .commands = SCORING, IN(SCORES), TEXT(box),
     .help = "the same as a rectangle in the pixels of the model's input; X1 and Y1 are not in it"},
    {.name = "span", .argument = "TEXT|A:B", .commands = SCORING, IN(SCORES), TEXT(span),
     .help = "the same as tokens of a text: words that stand in it, or places A to B, B not in it"},
    {.name = "curve", .argument = "F.csv|F.png", .commands = SCORING, IN(SCORES), TEXT(curve),
     .help = "write the mean curves: numbers, or a drawing of each metric's"},
    {.name = "budget", .argument = "S", .commands = SCORING, IN(SCORES), COUNTER(budget),
     .help = "begin no input after so many seconds; the scores are those of the inputs before"},

    {.name = "threads", .argument = "N", .commands = INPUTS, IN(RUNNING), SETTING(THREADS),
     .help = "default: all cores"},
    {.name = "memory", .argument = "BYTES", .commands = INPUTS, IN(RUNNING), SETTING(MEMORY), .help = "limit, e.g. 2G"},
    {.name = "repeat", .argument = "N", .commands = EXPLAIN, IN(RUNNING), COUNTER(repeat),
     .help = "run N times; the report has the time of each"},
    {.name = "profile", .commands = EXPLAIN, IN(RUNNING), SWITCH(profile),
     .help = "print where the time of the last run went, a row a layer"},
    {.name = "script", .argument = "F", .commands = INSPECT, IN(RUNNING), TEXT(script),
     .help = "keys and :commands to play instead of the keyboard"},
    {.name = "no-mouse", .commands = INSPECT, IN(RUNNING), SWITCH(no_mouse), .help = "leave the mouse to the terminal"},
    {.name = "color", .argument = "WHEN", .commands = INSPECT | EXPLAIN, IN(RUNNING), TEXT(color), .choices = "auto never 8 256 direct",
     .help = "colours of the inspector, and of the text that explain prints"},
    {.name = "pixels", .argument = "HOW", .commands = INSPECT, IN(RUNNING), TEXT(pixels), .words = lrp_cli_pixel_word, .only_words = true,
     .help = "heatmaps as real pictures: where the terminal shows some (auto), not at all, or as you know it takes them"},
    {.name = "linear", .commands = INSPECT, IN(RUNNING), SWITCH(linear),
     .help = "no screen: lines of keys and :commands in, every change said as a line, for screen readers"},
    {.name = "show-map", .argument = "WHEN", .commands = EXPLAIN, IN(RUNNING), TEXT(show_map), .choices = "auto off",
     .help = "the heatmap on a terminal that has colours (auto), or not"},
    {.name = "ascii", .commands = INSPECT, IN(RUNNING), SWITCH(ascii), .help = "draw with ASCII alone"},
    {.name = "quiet", .letter = 'q', .commands = LRP_FOR_ALL, IN(RUNNING), SWITCH(quiet), .help = "no warnings, no progress"},
    {.name = "verbose", .letter = 'v', .commands = LRP_FOR_ALL, IN(RUNNING), SWITCH(verbose),
     .help = "say what was done and how long it took"},
    {.name = "help", .letter = 'h', .commands = LRP_FOR_ALL, IN(RUNNING), SWITCH(help), .help = "help on a command"},
    {.name = "version", .commands = LRP_FOR_ALL, IN(RUNNING), SWITCH(version), .help = "print the version"},
    {.name = "document", .argument = "WHAT", .commands = INSPECT, IN(RUNNING), TEXT(document),
     .words = lrp_cli_generator_word, .only_words = true},
};
// clang-format on

const char *lrp_cli_section_title(enum lrp_option_section section)
{
    static const char *const titles[] = {"",
#define X(name, title) title,
                                         LRP_OPTION_SECTIONS(X)
#undef X
    };
    return titles[section];
}

const struct lrp_option *lrp_cli_option_at(size_t index)
{
    return index < sizeof options / sizeof *options ? &options[index] : NULL;
}

const struct lrp_option *lrp_cli_option_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i].name) == length && !strncmp(options[i].name, name, length)) return &options[i];
    return NULL;
}

const struct lrp_option *lrp_cli_option_letter(char letter)
{
    for (size_t i = 0; letter && i < sizeof options / sizeof *options; i++)
        if (options[i].letter == letter) return &options[i];
    return NULL;
}

const struct lrp_option *lrp_cli_option_nearest(const char *wrong, unsigned commands)
{
    const struct lrp_option *nearest = NULL;
    size_t best = (size_t)-1;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const size_t distance = lrp_edit_distance(options[i].name, wrong);
        if (!options[i].help || !(options[i].commands & commands) || distance >= best) continue;
        best = distance;
        nearest = &options[i];
    }
    return nearest;
}

const char *lrp_cli_option_word(const struct lrp_option *option, size_t index)
{
    struct lrp_word value;
    if (option->words) return option->words(index);
    const bool named =
        option->kind == LRP_OPTION_SETTING && lrp_setting_value_at(NULL, (enum lrp_setting)option->setting, index, &value);
    return named ? value.name : NULL;
}

char *lrp_cli_option_words(const struct lrp_option *option, bool closed)
{
    struct lrp_text text = {0};
    const char *word;
    if (option->choices) lrp_text_append(&text, option->choices);
    for (size_t i = 0; (option->only_words || !closed) && (word = lrp_cli_option_word(option, i)); i++)
        lrp_text_printf(&text, "%s%s", i ? " " : "", word);
    return lrp_text_take(&text);
}

static bool is_among(const char *words, const char *text)
{
    const size_t length = strlen(text);
    for (const char *word = words; length && *word;) {
        const size_t n = strcspn(word, " ");
        if (n == length && !strncmp(word, text, n)) return true;
        word += n + (word[n] == ' ');
    }
    return false;
}

bool lrp_cli_option_takes(const struct lrp_option *option, const char *text)
{
    char *words = lrp_cli_option_words(option, true);
    const bool taken = !words || !*words || is_among(words, text);
    free(words);
    return taken;
}
