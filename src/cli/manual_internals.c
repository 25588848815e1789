/* manual_internals.c: the man page lrpscope-internals(7): how the program is built, and where something new goes. Files that it
 * names are looked for by a test. */
#include "lrpscope/error.h"

#include "help.h"
#include "roff.h"

#define H LRP_PROSE_SECTION
#define S LRP_PROSE_SUBSECTION
#define P LRP_PROSE_PARAGRAPH
#define F LRP_PROSE_FORMULA
#define E LRP_PROSE_ENTRY

static const struct lrp_prose stations[] = {
    {H, "DESCRIPTION", NULL},
    {P,
     "For those who change lrpscope: what lies where, what holds everywhere, and what has to be done to add an operator, a "
     "rule, "
     "a view, a key, an option, a colour map or a format. What numbers mean is in lrpscope-lrp(7); what functions promise is "
     "in "
     "their headers.",
     NULL},
    {H, "STATIONS", NULL},
    {P,
     "The source is one straight road of folders. Each knows those before it and nothing behind it; for every one a test links "
     "a "
     "program from it and those before it alone, so that a call ahead does not link. The library is everything up to session; "
     "front ends see include/lrpscope and the headers of base.",
     NULL},
    {E, "src/base", "errors, text, files, JSON, arrays in files; knows no networks"},
    {E, "src/compute", "tensors, threads, and the numeric library, whose header no other folder includes"},
    {E, "src/ops", "operators: a folder for each family, one table over all of them"},
    {E, "src/graph",
     "values and nodes, folding of constants, patterns of exporters, canonization, and the list of layers that users see"},
    {E, "src/formats", "ONNX and JSON models, labels"},
    {E, "src/lrp", "rules, composites, the model check, propagation, the ledger"},
    {E, "src/image", "pictures to tensors, planes, colour maps, heatmaps, PNG"},
    {E, "src/session", "model, input, settings and results that belong together; the worker; rules files; exports; plugins"},
    {E, "src/tui/state",
     "what the inspector knows and how an event changes it; pure, and links without screen, clock or session"},
    {E, "src/tui/screen", "how that is drawn onto a canvas; pure"},
    {E, "src/tui/run", "what effects do: files, the session, the painter, the terminal"},
    {E, "src/cli", "options and commands, manuals and completions"},
    {H, "THE ROAD", NULL},
    {P,
     "A weight on its way to a pixel: the model's file is mapped; src/formats/onnx.c reads it into a definition, whose "
     "constants "
     "point into the mapping. src/graph/build.c makes a graph of it, infers shapes, folds what is constant, finds patterns, "
     "canonizes; src/graph/layers.c lists layers, an operator with the activation fused to it. src/lrp/composite.c and "
     "src/lrp/assign.c give every layer a rule, src/lrp/check.c says which layers do not pass. src/session/job.c runs the "
     "network forward (src/graph/execute.c) and back (src/lrp/propagate.c, src/lrp/apply.c), and publishes what is done. A "
     "snapshot of that is what front ends look at; src/image/plane_tensor.c, src/image/range.c and src/image/heatmap.c turn a "
     "tensor "
     "into colours, for files and screens alike.",
     NULL},
    {P,
     "A key press: an event changes the state (src/tui/state/update.c), the action's function in one of the act_ files returns "
     "effects, src/tui/run/effects.c carries them out on the session, whose news come back as events.",
     NULL},
};

static const struct lrp_prose principles[] = {
    {H, "PRINCIPLES", NULL},
    {E, "Rows are whole",
     "What the program must know of an operator, a rule, a convention, a method, a view, a preview, a menu, a prompt, an "
     "action, "
     "an option, a setting, a colour map stands in its row. Nothing compares a name that a table holds, nothing switches over "
     "rows elsewhere. A test for every table names the row that lacks something."},
    {E, "State and screen are apart",
     "Changing the state and drawing it do no input or output; what is to happen is an effect, which is data. Golden screens "
     "need "
     "no terminal."},
    {E, "The session is the program", "Front ends turn keys or options into its calls; what one can do the other can."},
    {E, "The library is a guest",
     "It prints nothing, never exits, keeps no global state, does not abort on bad input. An error is a status and a line that "
     "names file, layer, cause and remedy. Every file is hostile until it has been read."},
    {E, "Results do not change",
     "Models and inputs are immutable once loaded, results once published; tensors are counted references. The worker owns its "
     "scratch. One mutex, one queue."},
    {E, "Weights stay in the file",
     "They are mapped, misaligned as a rule, and read through lrp_blob_f32, never through a float pointer. What the numeric "
     "library needs is prepared once and kept within --memory."},
    {E, "Attention that does not fit is computed in pieces",
     "Where its scores take more than --memory leaves, they are let go once they were read and computed again where somebody "
     "asks: "
     "some heads or samples at a time, or, where one of those is too large by itself, some queries. Values are the same bits "
     "in any "
     "pieces; what flows back to keys and values is then summed up over the queries piece by piece, and differs by the "
     "rounding of "
     "float32. The size of pieces depends on the limit and the shapes, not on threads."},
    {E, "Only what changed is computed",
     "A rule changes the layers before it; the session keeps what every layer gave, and earlier settings are there again."},
};

static const struct lrp_prose additions[] = {
    {H, "ADDING SOMETHING", NULL},
    {P,
     "Each of these is one row of one table and at most one function, or a file that ends in its row and one word in the list "
     "of such files; what tests ask for comes on top. What is left out does not compile, or a test names the row. "
     "Manuals, help, completions and lists follow from the tables. An operator, a rule or a colour map can also come with a "
     "plugin, without a change to the program: include/lrpscope/plugin.h.",
     NULL},
    {S, "An operator", NULL},
    {P,
     "A row in a file of its family under src/ops, as src/ops/math/math.c; src/ops/ops.h has the columns, what each function "
     "promises, and the least that is needed. A function of one number is two lines of C and a row of LRP_UNARY_ROW:",
     NULL},
    {F, "static inline float cube(float x, const float *p) { (void)p; return x * x * x; }", NULL},
    {F, "static inline float cube_d(float x, float y, const float *p) { (void)y, (void)p; return 3 * x * x; }", NULL},
    {F, "LRP_UNARY(cube)", NULL},
    {F, "{LRP_UNARY_ROW(\"Cube\", \"\", OTHER, cube, NULL, NULL, 1)},", NULL},
    {P,
     "What differs between rows that share functions goes into a struct that the column own points to. A new family is an "
     "array "
     "declared in src/ops/ops.h and listed in src/ops/table.c. Then a worked number from the operator's definition in a header "
     "tests/unit/ops/worked_FAMILY.h, which tests/unit/ops/test_worked.c includes, and a line in tests/unit/ops/test_vjp.c, "
     "where "
     "derivatives are compared with central differences. tests/unit/ops/test_operator_rows.c looks at the columns; the ONNX "
     "project's own data run by themselves where they are installed.",
     NULL},
    {S, "A type of layers", NULL},
    {P,
     "A row of LRP_KINDS in src/ops/kinds.h, and its name in the column static_kind, or kind, of the operators it is made of.",
     NULL},
    {S, "A rule", NULL},
    {P,
     "A rule of terms is a row in src/lrp/rule_table.c. One that is a function is a file src/lrp/rule_NAME.c that ends in its "
     "row, and one word in LRP_FUNCTION_RULES in src/lrp/rule_row.h, which shows the least of both. "
     "tests/unit/lrp/test_rule_rows.c wants a worked number, an account that is "
     "even, "
     "a layer that fits and one that does not. Users write rules of terms without C: lrpscope-rules(5).",
     NULL},
    {S, "A convention, a method, a cause", NULL},
    {P,
     "Conventions: LRP_CONVENTIONS in include/lrpscope/rule.h and a row in src/lrp/convention.c. Methods: one of a "
     "single pass is a row in src/lrp/method.c; one of many passes a file src/lrp/methods/NAME.c that ends in its row, and a "
     "word "
     "in LRP_COMPUTED_METHODS in src/lrp/method.h, which shows the least of it; src/lrp/methods/passes.h runs passes, counts "
     "and "
     "scores them. tests/cli/test_methods.py wants a worked number. Causes and flags of the ledger: include/lrpscope/ledger.h. "
     "Presets of composites: "
     "src/lrp/composite_presets.c.",
     NULL},
    {S, "A metric", NULL},
    {P,
     "A file in src/lrp/metrics that ends in its row, and a word in LRP_METRICS in src/lrp/metric.h, which shows the least of "
     "it. A "
     "row says what its numbers and curves are called, which way they are better, what they show and what they do not; its "
     "function gets either the numbers of one attribution, or passes that it may change inputs in. tests/cli/test_evaluate.py "
     "wants a worked number.",
     NULL},
    {S, "A view", NULL},
    {P,
     "A file src/tui/screen/view_NAME.c that ends in its row, and a row V of LRP_ACTIONS in src/tui/state/actions.h: the key "
     "that opens it and what help says; there is no function to write. "
     "tests/screen/test_rows.c wants the columns, tests/screen/test_screens.c a golden screen. The help page lists it: "
     "cmake --build build --target golden_screens draws the recorded help pages anew, look at the difference.",
     NULL},
    {S, "A key, a command of the inspector", NULL},
    {P,
     "A row of LRP_ACTIONS in src/tui/state/actions.h (name, group, where it means something, keys, label, help) and its "
     "function lrp_do_NAME in one of the act_ files beside it; with an argument, lrp_take_NAME. Keys, the command line, its "
     "completion, the help page, the key bar and lrpscope(1) follow. tests/screen/test_actions.c fails for keys that are "
     "taken. The recorded help pages are drawn anew with cmake --build build --target golden_screens.",
     NULL},
    {S, "An option", NULL},
    {P,
     "A row in src/cli/options.c, with the commands that honour it; all others refuse it. What is no setting needs a member of "
     "struct lrp_arguments, in src/cli/arguments.h. tests/unit/cli/test_arguments.c looks at the rows, "
     "tests/cli/test_options.py wants an example with which something changes.",
     NULL},
    {S, "A setting", NULL},
    {P,
     "A row of LRP_SETTINGS in include/lrpscope/settings.h with the word of its form, a row in src/session/setting_forms.c if "
     "the "
     "form is a new one (what is checked, which values have names, where it stands in a rules file), and an option of its "
     "name. "
     "tests/unit/session/test_setting_changes.c wants an example and holds every setting against the session's memory: a "
     "changed "
     "one must give what a fresh session gives. tests/cli/test_options.py wants one of its option, or its name in SILENT where "
     "nothing that is printed shows it.",
     NULL},
    {S, "A colour map", NULL},
    {P,
     "A row in src/image/colormap.c: name, summary, stops, the colour of what is not a number. "
     "tests/unit/image/test_colormap.c "
     "asks of it what is asked of a plugin's, that no colour of it is the one for NaN, that zero of a diverging one is "
     "neutral, and for a colour of it that is known from elsewhere.",
     NULL},
    {S, "A format", NULL},
    {P,
     "Of pictures: the bytes it begins with and a decoder, a row in src/image/picture_read.c. Of models: what a file of it "
     "looks "
     "like "
     "and a reader that fills a struct lrp_definition (src/graph/definition.h), a row in src/formats/model.c. Every reader is "
     "fed damaged files by tests/fuzz.",
     NULL},
};

static const struct lrp_prose tests[] = {
    {H, "TESTS", NULL},
    {P,
     "sh tests/run.sh builds and tests everything, with sanitizers and with another instruction set; ctest in the build folder "
     "runs the release's tests. tests/unit has a folder for each station, tests/screen the inspector's screens, tests/runner "
     "and "
     "tests/pty the program behind them, tests/cli the commands, tests/nodes the ONNX project's data, tests/golden whole "
     "explanations by other tools, tests/bench what takes how long. Expected numbers come from outside: definitions, papers, "
     "other tools, hand calculation. A test that has never failed proves nothing: break the code once.",
     NULL},
    {P,
     "Before a change is handed in, clang-tidy has nothing to say of it: .clang-tidy names its checks, and the target fails on "
     "any "
     "finding. It asks about every file, which takes some twenty minutes; of a single one, after configuring:",
     NULL},
    {F, "cmake --build build --target tidy", NULL},
    {F, "clang-tidy -p build --extra-arg=-fno-openmp FILE", NULL},
    {S, "Golden screens", NULL},
    {P,
     "Screens are compared with the text files in tests/golden/screens, letters and styles. When a screen is meant to change, "
     "write them anew and read the difference before it is committed:",
     NULL},
    {F, "cmake --build build --target golden_screens", NULL},
    {F, "git diff tests/golden/screens", NULL},
};

static void write_internals_bugs(FILE *file)
{
    static const char *const lines[] = {
        "Nothing described here is a promise to programs: the headers in include/lrpscope are."};
    lrp_cli_roff_bugs(file, lines, sizeof lines / sizeof *lines);
}

void lrp_cli_generate_man_internals(FILE *file)
{
    lrp_cli_roff_title(file, "LRPSCOPE\\-INTERNALS", 7, "Miscellaneous");
    fputs(".SH NAME\nlrpscope\\-internals \\- how lrpscope is built, and where something new goes\n", file);
    lrp_cli_roff_prose(file, stations, sizeof stations / sizeof *stations);
    lrp_cli_roff_prose(file, principles, sizeof principles / sizeof *principles);
    lrp_cli_roff_prose(file, additions, sizeof additions / sizeof *additions);
    lrp_cli_roff_prose(file, tests, sizeof tests / sizeof *tests);
    write_internals_bugs(file);
    fputs(".SH SEE ALSO\n.BR lrpscope (1),\n.BR lrpscope\\-rules (5),\n.BR lrpscope\\-lrp (7)\n", file);
}
