/* actions.h: everything a user can do, one row each: keys, the : command line, help and the key bar come from here. */
#ifndef LRP_TUI_ACTIONS_H
#define LRP_TUI_ACTIONS_H

#include <stddef.h>

#include "caps.h"

struct lrp_app;

/* Where a key means the action: the list of layers, a page of text, the preview, a menu, the details of a layer. */
enum {
    LRP_IN_LIST = 1,
    LRP_IN_TEXT = 2,
    LRP_IN_PREVIEW = 4,
    LRP_IN_MENU = 8,
    LRP_IN_DETAILS = 16,
    LRP_IN_TABLE = 32,                                                       /* rows that are neither layers nor text */
    LRP_IN_LAYERS = LRP_IN_LIST | LRP_IN_PREVIEW | LRP_IN_DETAILS,           /* a layer is selected */
    LRP_IN_ROWS = LRP_IN_LIST | LRP_IN_TEXT | LRP_IN_DETAILS | LRP_IN_TABLE, /* a row is */
    LRP_IN_PANES = LRP_IN_LAYERS | LRP_IN_TEXT | LRP_IN_TABLE                /* wherever no menu is open */
};

#define LRP_ACTION_GROUPS(X)                                                                                                   \
    X(MOVE, "move")                                                                                                            \
    X(FIND, "find")                                                                                                            \
    X(TREE, "tree")                                                                                                            \
    X(MARK, "mark")                                                                                                            \
    X(RULES, "rules")                                                                                                          \
    X(CHECK, "check")                                                                                                          \
    X(RUN, "run")                                                                                                              \
    X(PREVIEW, "preview")                                                                                                      \
    X(VIEWS, "views")                                                                                                          \
    X(OUT, "out")                                                                                                              \
    X(APP, "application")
enum lrp_action_group {
#define X(id, text) LRP_GROUP_##id,
    LRP_ACTION_GROUPS(X)
#undef X
        LRP_GROUP_COUNT
};

/* X(id, name, group, contexts, keys, label in the key bar, help): function lrp_do_ID. The key bar has this order. Of an action
 * that takes an argument: T(the same, what may stand behind its name in the command line, how help writes that), and
 * lrp_take_ID. Of one that opens a view, V(name, keys, label, help): the file screen/view_NAME.c that ends in its row
 * lrp_view_NAME (views.h); there is no function to write. */
#define LRP_ACTIONS(X, T, V)                                                                                                   \
    V(help, "? <F1> h", "help", "this page")                                                                                   \
    T(search, "search", FIND, LRP_IN_ROWS | LRP_IN_MENU, "/", "find", "find as you type; Enter keeps, Esc leaves", PATTERN,    \
      "TEXT")                                                                                                                  \
    T(filter, "filter", FIND, LRP_IN_LIST | LRP_IN_TABLE, "\\ <F4>", "-filter", "by name, type, :unsupported, COLUMN:TEXT",    \
      PATTERN, "TEXT")                                                                                                         \
    X(next_bad, "next-bad", MOVE, LRP_IN_LAYERS, "u", "next-bad", "next unsupported layer")                                    \
    X(skip_checks, "skip-checks", CHECK, LRP_IN_PANES, "s", "checks", "skip or enforce the model check")                       \
    T(rule_menu, "rule", RULES, LRP_IN_LAYERS, "r", "rule", "choose the rule of layer or tagged layers", RULE, "RULE")         \
    T(composite_menu, "composite", RULES, LRP_IN_PANES, "R", "-composite", "choose the composite", COMPOSITE, "NAME")          \
    T(preview_kind, "preview", PREVIEW, LRP_IN_LAYERS, "p", "preview", "next kind: activation, channels, ...", PREVIEW,        \
      "KIND")                                                                                                                  \
    T(method_menu, "method", RULES, LRP_IN_PANES, "M", "-method", "choose the method, and its arguments", METHOD, "METHOD")    \
    V(ledger, "L 3", "ledger", "ledger: what layers took in, gave and lost")                                                   \
    T(export_heatmap, "export", OUT, LRP_IN_PANES, "e", "export", "write this heatmap as PNG", FILE, "FILE")                   \
    X(back, "back", APP, LRP_IN_PANES, "q", "quit", "close what is open, then quit")                                           \
    T(target_menu, "target", RUN, LRP_IN_PANES, "t", "", "choose the explained output, by score", TARGET, "TARGET")            \
    X(down, "down", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "j <Down> <C-n>", "", "next row")                                         \
    X(up, "up", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "k <Up> <C-p>", "", "previous row")                                           \
    X(page_down, "page-down", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "<PgDn> <C-f>", "", "a page on")                                \
    X(page_up, "page-up", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "<PgUp> <C-b>", "", "a page back")                                  \
    X(half_down, "half-down", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "<C-d>", "", "half a page on")                                  \
    X(half_up, "half-up", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "<C-u>", "", "half a page back")                                    \
    X(first, "first", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "g <Home>", "", "first row")                                            \
    X(last, "last", MOVE, LRP_IN_ROWS | LRP_IN_MENU, "G <End>", "", "last row")                                                \
    X(previous_bad, "previous-bad", MOVE, LRP_IN_LAYERS, "U", "", "previous unsupported layer")                                \
    X(sort_losses, "sort-losses", VIEWS, LRP_IN_PANES, "#", "", "sort the ledger by loss, or by layer")                        \
    X(worst, "worst", MOVE, LRP_IN_LAYERS, "!", "", "first doubtful layer, else the largest loss")                             \
    X(towards_input, "towards-input", MOVE, LRP_IN_LAYERS, ".", "", "one step towards the input")                              \
    X(towards_output, "towards-output", MOVE, LRP_IN_LAYERS, ",", "", "one step towards the output")                           \
    X(play, "play", MOVE, LRP_IN_LAYERS, "P", "", "play the layers from output to input")                                      \
    X(search_next, "search-next", FIND, LRP_IN_ROWS, "n", "", "next hit")                                                      \
    X(search_previous, "search-previous", FIND, LRP_IN_ROWS, "N", "", "previous hit")                                          \
    X(fold, "fold", TREE, LRP_IN_LIST, "<Left>", "", "fold the scope around the row")                                          \
    X(unfold, "unfold", TREE, LRP_IN_LIST, "<Right>", "", "unfold the row")                                                    \
    X(unfold_all, "unfold-all", TREE, LRP_IN_LIST, "+", "", "unfold everything")                                               \
    X(fold_all, "fold-all", TREE, LRP_IN_LIST, "-", "", "fold everything")                                                     \
    X(all_layers, "all-layers", TREE, LRP_IN_LIST, "v", "", "list shape and mask arithmetic, or not")                          \
    X(next_pane, "next-pane", TREE, LRP_IN_PANES, "<Tab>", "", "next pane")                                                    \
    X(details, "details", TREE, LRP_IN_LIST | LRP_IN_PREVIEW, "<CR>", "", "details: edges, statistics, remedy")                \
    X(follow, "follow", TREE, LRP_IN_TEXT | LRP_IN_DETAILS, "<CR>", "", "follow the link of the line")                         \
    X(link_back, "link-back", TREE, LRP_IN_PANES, "<BS>", "", "back along links")                                              \
    X(take_row, "take-row", TREE, LRP_IN_TABLE, "<CR>", "open", "results: explain the sample; q comes back")                   \
    T(sort, "sort", FIND, LRP_IN_TABLE, "S", "sort", "results: by the next column", COLUMN, "COLUMN")                          \
    X(sort_reversed, "sort-reversed", FIND, LRP_IN_TABLE, "r", "", "results: the last first")                                  \
    X(tag, "tag", MARK, LRP_IN_LIST, "<Space>", "", "tag; rule keys act on tagged layers")                                     \
    X(tag_all, "tag-all", MARK, LRP_IN_LIST, "a", "", "tag all shown layers")                                                  \
    X(tag_none, "tag-none", MARK, LRP_IN_LIST, "A", "", "remove all tags")                                                     \
    X(cam, "cam", RULES, LRP_IN_LAYERS, "C", "", "grad-cam of this layer, and back to LRP")                                    \
    X(concepts, "concepts", PREVIEW, LRP_IN_LAYERS, "K", "", "a heatmap for each channel of the layer")                        \
    X(heads, "heads", PREVIEW, LRP_IN_LAYERS, "", "", "relevance of every head, layer by layer")                               \
    X(lens, "lens", PREVIEW, LRP_IN_LAYERS, "", "", "what the model would say after each block")                               \
    X(condition, "condition", PREVIEW, LRP_IN_PREVIEW, "<Space>", "", "relevance through this channel only, or not")           \
    X(previous_rule, "previous-rule", RULES, LRP_IN_LAYERS, "[", "", "previous rule that fits")                                \
    X(next_rule, "next-rule", RULES, LRP_IN_LAYERS, "]", "", "next rule that fits")                                            \
    X(reset_rule, "reset-rule", RULES, LRP_IN_LAYERS, "x", "", "back to the composite's rule")                                 \
    X(undo, "undo", RULES, LRP_IN_PANES, "z", "", "undo the last change of settings")                                          \
    X(redo, "redo", RULES, LRP_IN_PANES, "Z", "", "redo it")                                                                   \
    T(register_layer, "register", CHECK, LRP_IN_LAYERS, "S", "", "register or take back what fails here", REGISTERED,          \
      "[activation] NAME")                                                                                                     \
    T(input, "input", RUN, LRP_IN_PANES, "i", "", "input: picture, .npy, text, grey or random", INPUT, "FILE")                 \
    T(open_model, "open", RUN, LRP_IN_PANES, "O", "", "open a model: recent, here or by its path", MODEL, "FILE")              \
    X(options, "options", RUN, LRP_IN_PANES, "o", "", "options of the explanation")                                            \
    X(reload, "reload", RUN, LRP_IN_PANES, "<F5>", "", "read model and input again")                                           \
    X(restore, "restore", RUN, LRP_IN_PANES, "", "", "what the last session left: rules, tags ...")                            \
    X(cancel, "cancel", RUN, LRP_IN_PANES, "<C-c>", "", "cancel the running job")                                              \
    X(preview_alone, "alone", PREVIEW, LRP_IN_LAYERS, "f", "", "the preview on the whole screen, and back")                    \
    X(colormap, "colormap", PREVIEW, LRP_IN_LAYERS, "c", "", "next colour map")                                                \
    X(reduce, "reduce", PREVIEW, LRP_IN_LAYERS, "m", "", "next reduction over channels")                                       \
    X(cursor_left, "cursor-left", PREVIEW, LRP_IN_PREVIEW, "<Left>", "", "pixel cursor left; its value is shown")              \
    X(cursor_right, "cursor-right", PREVIEW, LRP_IN_PREVIEW, "<Right>", "", "pixel cursor right")                              \
    X(cursor_up, "cursor-up", PREVIEW, LRP_IN_PREVIEW, "<Up> k", "", "pixel cursor up")                                        \
    X(cursor_down, "cursor-down", PREVIEW, LRP_IN_PREVIEW, "<Down> j", "", "pixel cursor down")                                \
    X(next_channel, "next-channel", PREVIEW, LRP_IN_LAYERS, "}", "", "next weaker channel alone")                              \
    X(previous_channel, "previous-channel", PREVIEW, LRP_IN_LAYERS, "{", "", "next stronger channel; at last all")             \
    X(zoom_in, "zoom-in", PREVIEW, LRP_IN_PREVIEW, "+ =", "", "zoom in on the cursor")                                         \
    X(zoom_out, "zoom-out", PREVIEW, LRP_IN_PREVIEW, "-", "", "zoom out")                                                      \
    X(compare, "compare", PREVIEW, LRP_IN_LAYERS, "d", "", "compare with what is stored, and back")                            \
    X(store, "store", PREVIEW, LRP_IN_LAYERS, "D", "", "store the present result for comparison")                              \
    X(next_sample, "next-sample", PREVIEW, LRP_IN_LAYERS, ">", "", "next sample of the batch")                                 \
    X(previous_sample, "previous-sample", PREVIEW, LRP_IN_LAYERS, "<", "", "previous sample of the batch")                     \
    V(results, "9", "", "results of a batch: lrpscope FOLDER")                                                                 \
    V(sheet, "8", "", "inputs side by side, each with its heatmap")                                                            \
    V(layers, "1", "", "layers")                                                                                               \
    V(check, "2", "", "model check: what fails, and what to do")                                                               \
    V(summary, "4", "", "summary: model, settings, times")                                                                     \
    V(messages, "5", "", "messages")                                                                                           \
    V(evaluation, "6", "", "what settings score on this input")                                                                \
    X(flip_back, "flip-back", VIEWS, LRP_IN_TEXT, "<Left>", "", "scores: a region less is taken away")                         \
    X(flip_on, "flip-on", VIEWS, LRP_IN_TEXT, "<Right>", "", "scores: a region more is taken away")                            \
    T(write_rules, "write", OUT, LRP_IN_PANES, "w", "", "write the settings as a rules file", FILE, "FILE")                    \
    T(export_all, "export-all", OUT, LRP_IN_PANES, "E", "", "a heatmap per layer, a sheet, the report", FILE, "FILE")          \
    T(dump, "dump", OUT, LRP_IN_PANES, "", "", "write this screen: FILE.svg, F.png, or text", FILE, "FILE")                    \
    T(references, "references", OUT, LRP_IN_PANES, "", "", "an index: what channels are strongest in", FILE, "DIR")            \
    T(export_graph, "export-graph", OUT, LRP_IN_PANES, "", "", "draw the graph: FILE.svg, or .dot", FILE, "FILE")              \
    X(command, "command", APP, LRP_IN_PANES, ":", "", "any action by name; :set KEY VALUE")                                    \
    T(go, "go", MOVE, LRP_IN_PANES, "", "", "go to a layer: its number or name", LAYER, "LAYER")                               \
    T(set, "set", RUN, LRP_IN_PANES, "", "", "set an option: KEY VALUE", SETTING, "KEY VALUE")                                 \
    T(theme, "theme", APP, LRP_IN_PANES, "", "", "colours for a dark or a light background", THEME, LRP_THEME_FORM)            \
    T(bind, "bind", APP, LRP_IN_PANES, "", "", "give an action other keys: ACTION KEYS", BINDING, "ACTION KEYS")               \
    X(save_config, "save-config", APP, LRP_IN_PANES, "", "", "keep keys, theme, options in config.json")                       \
    X(redraw, "redraw", APP, LRP_IN_PANES, "<C-l>", "", "draw the screen again")                                               \
    X(suspend, "suspend", APP, LRP_IN_PANES, "<C-z>", "", "suspend; fg comes back")                                            \
    X(escape, "escape", APP, LRP_IN_PANES | LRP_IN_MENU, "<Esc>", "", "close what is open; never quits")                       \
    X(accept, "accept", APP, LRP_IN_MENU, "<CR>", "", "take the row")                                                          \
    X(edit, "edit", APP, LRP_IN_MENU, "e <Tab>", "", "edit the row's parameters, then take it")                                \
    X(place_before, "place-before", RUN, LRP_IN_MENU, "<Left>", "", "targets: the position before")                            \
    X(place_after, "place-after", RUN, LRP_IN_MENU, "<Right>", "", "targets: the next position")                               \
    X(contrast, "contrast", RUN, LRP_IN_MENU, "-", "", "targets: contrast with this one")                                      \
    X(close_menu, "close", APP, LRP_IN_MENU, "q", "", "close the menu")                                                        \
    X(quit, "quit", APP, LRP_IN_PANES, "Q", "", "quit at once")

/* What may stand behind a name in the command line. */
enum lrp_argument {
    LRP_ARGUMENT_NONE,
    LRP_ARGUMENT_COMMAND, /* a line of it: an action, then what that takes */
    LRP_ARGUMENT_ACTION,
    LRP_ARGUMENT_LAYER,
    LRP_ARGUMENT_RULE,
    LRP_ARGUMENT_COMPOSITE,
    LRP_ARGUMENT_METHOD,
    LRP_ARGUMENT_METHOD_VALUE, /* of an argument of the form's method */
    LRP_ARGUMENT_SETTING,
    LRP_ARGUMENT_TARGET,
    LRP_ARGUMENT_PATTERN,
    LRP_ARGUMENT_THEME,
    LRP_ARGUMENT_PREVIEW,
    LRP_ARGUMENT_COLUMN,
    LRP_ARGUMENT_BINDING,
    LRP_ARGUMENT_FILE,
    LRP_ARGUMENT_MODEL,
    LRP_ARGUMENT_INPUT,
    LRP_ARGUMENT_REGISTERED, /* a type, a layer, a glob, domain:NAME */
    LRP_ARGUMENT_VALUE,      /* of a setting */
    LRP_ARGUMENT_COUNT
};
enum lrp_action {
#define X(id, ...) LRP_ACTION_##id,
#define V(name, ...) LRP_ACTION_view_##name,
    LRP_ACTIONS(X, X, V)
#undef V
#undef X
        LRP_ACTION_COUNT,
    LRP_ACTION_NONE = -1
};

struct lrp_action_row {
    const char *name;
    enum lrp_action_group group;
    int contexts;
    const char *keys; /* unless the user's configuration gives others: separated by blanks, as keys.h writes them */
    const char *bar;  /* "" if it is not in the key bar; "-label": goes first where there is no room */
    const char *help;
    void (*run)(struct lrp_app *app);
    enum lrp_argument argument;
    const char *argument_text; /* how help writes it; NULL: none is taken */
    void (*take)(struct lrp_app *app, const char *argument);
};
const struct lrp_action_row *lrp_action_at(enum lrp_action action);
const char *lrp_action_group_text(enum lrp_action_group group);
/* By name: exact, else the only one that starts with it; LRP_ACTION_NONE. */
enum lrp_action lrp_action_of_name(const char *name);

#define X(id, ...) void lrp_do_##id(struct lrp_app *app);
#define T(id, ...) X(id, __VA_ARGS__) void lrp_take_##id(struct lrp_app *app, const char *argument);
#define V(name, ...) void lrp_do_view_##name(struct lrp_app *app);
LRP_ACTIONS(X, T, V)
#undef V
#undef T
#undef X

#endif
