/* actions.h: everything a user can do, one row each: keys, the : command line, help and the key bar come from here. */
#ifndef LRP_TUI_ACTIONS_H
#define LRP_TUI_ACTIONS_H

#include <stddef.h>

struct lrp_app;

/* Where a key means the action: the list of layers, a page of text, the preview, a menu, the details of a layer. */
enum { LRP_IN_LIST = 1, LRP_IN_TEXT = 2, LRP_IN_PREVIEW = 4, LRP_IN_MENU = 8, LRP_IN_DETAILS = 16, LRP_IN_ANY = 23 };

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

#define LRP_LT (LRP_IN_LIST | LRP_IN_TEXT | LRP_IN_DETAILS)
#define LRP_MOVES (LRP_LT | LRP_IN_MENU)
#define LRP_LP (LRP_IN_LIST | LRP_IN_PREVIEW | LRP_IN_DETAILS)
/* X(id, name, group, contexts, keys, label in the key bar, help). The key bar has this order. */
#define LRP_ACTIONS(X)                                                                                                         \
    X(view_help, "help", VIEWS, LRP_IN_ANY, "? <F1> h", "help", "this page")                                                   \
    X(search, "search", FIND, LRP_MOVES, "/", "find", "find as you type; Enter keeps, Esc leaves")                             \
    X(filter, "filter", FIND, LRP_IN_LIST, "\\ <F4>", "filter", "show by name, type, :unsupported or :tagged")                 \
    X(next_unsupported, "next-unsupported", MOVE, LRP_LP, "u", "next-bad", "next unsupported layer")                           \
    X(skip_checks, "skip-checks", CHECK, LRP_IN_ANY, "s", "checks", "skip or enforce the model check")                         \
    X(rule_menu, "rule", RULES, LRP_LP, "r", "rule", "choose the rule of layer or tagged layers")                              \
    X(composite_menu, "composite", RULES, LRP_IN_ANY, "R", "composite", "choose the composite")                                \
    X(preview_kind, "preview", PREVIEW, LRP_LP, "p", "preview", "next kind: activation, channels, ...")                        \
    X(view_ledger, "ledger", VIEWS, LRP_IN_ANY, "L 3", "ledger", "ledger: what layers took in, gave and lost")                 \
    X(export_heatmap, "export", OUT, LRP_IN_ANY, "e", "export", "write this heatmap as PNG")                                   \
    X(back, "back", APP, LRP_IN_ANY, "q", "quit", "close what is open, then quit")                                             \
    X(target_menu, "target", RUN, LRP_IN_ANY, "t", "", "choose the explained output, by score")                                \
    X(down, "down", MOVE, LRP_MOVES, "j <Down> <C-n>", "", "next row")                                                         \
    X(up, "up", MOVE, LRP_MOVES, "k <Up> <C-p>", "", "previous row")                                                           \
    X(page_down, "page-down", MOVE, LRP_MOVES, "<PgDn> <C-f>", "", "a page on")                                                \
    X(page_up, "page-up", MOVE, LRP_MOVES, "<PgUp> <C-b>", "", "a page back")                                                  \
    X(half_down, "half-down", MOVE, LRP_MOVES, "<C-d>", "", "half a page on")                                                  \
    X(half_up, "half-up", MOVE, LRP_MOVES, "<C-u>", "", "half a page back")                                                    \
    X(first, "first", MOVE, LRP_MOVES, "g <Home>", "", "first row")                                                            \
    X(last, "last", MOVE, LRP_MOVES, "G <End>", "", "last row")                                                                \
    X(previous_unsupported, "previous-unsupported", MOVE, LRP_LP, "U", "", "previous unsupported layer")                       \
    X(towards_input, "towards-input", MOVE, LRP_LP, ".", "", "one step towards the input")                                     \
    X(towards_output, "towards-output", MOVE, LRP_LP, ",", "", "one step towards the output")                                  \
    X(play, "play", MOVE, LRP_LP, "P", "", "play the layers from output to input")                                             \
    X(search_next, "search-next", FIND, LRP_LT, "n", "", "next hit")                                                           \
    X(search_previous, "search-previous", FIND, LRP_LT, "N", "", "previous hit")                                               \
    X(fold, "fold", TREE, LRP_IN_LIST, "<Left>", "", "fold the scope around the row")                                          \
    X(unfold, "unfold", TREE, LRP_IN_LIST, "<Right>", "", "unfold the row")                                                    \
    X(unfold_all, "unfold-all", TREE, LRP_IN_LIST, "+", "", "unfold everything")                                               \
    X(fold_all, "fold-all", TREE, LRP_IN_LIST, "-", "", "fold everything")                                                     \
    X(next_pane, "next-pane", TREE, LRP_IN_ANY, "<Tab>", "", "next pane")                                                      \
    X(details, "details", TREE, LRP_IN_LIST | LRP_IN_PREVIEW, "<CR>", "", "details: edges, statistics, remedy")                \
    X(follow, "follow", TREE, LRP_IN_TEXT | LRP_IN_DETAILS, "<CR>", "", "follow the link of the line")                         \
    X(link_back, "link-back", TREE, LRP_IN_ANY, "<BS>", "", "back along links")                                                \
    X(tag, "tag", MARK, LRP_IN_LIST, "<Space>", "", "tag; rule keys act on tagged layers")                                     \
    X(tag_all, "tag-all", MARK, LRP_IN_LIST, "a", "", "tag all shown layers")                                                  \
    X(tag_none, "tag-none", MARK, LRP_IN_LIST, "A", "", "remove all tags")                                                     \
    X(previous_rule, "previous-rule", RULES, LRP_LP, "[", "", "previous rule that fits")                                       \
    X(next_rule, "next-rule", RULES, LRP_LP, "]", "", "next rule that fits")                                                   \
    X(reset_rule, "reset-rule", RULES, LRP_LP, "x", "", "back to the composite's rule")                                        \
    X(undo, "undo", RULES, LRP_IN_ANY, "z", "", "undo the last change of settings")                                            \
    X(redo, "redo", RULES, LRP_IN_ANY, "Z", "", "redo it")                                                                     \
    X(register_layer, "register", CHECK, LRP_LP, "S", "", "register or take back what fails here")                             \
    X(input, "input", RUN, LRP_IN_ANY, "i", "", "input: a picture, .npy, grey or random")                                      \
    X(open_model, "open", RUN, LRP_IN_ANY, "O", "", "open a model: recent, here or by its path")                               \
    X(options, "options", RUN, LRP_IN_ANY, "o", "", "options of the explanation")                                              \
    X(reload, "reload", RUN, LRP_IN_ANY, "<F5>", "", "read model and input again")                                             \
    X(restore, "restore", RUN, LRP_IN_ANY, "", "", "what the last session left: rules, tags ...")                              \
    X(cancel, "cancel", RUN, LRP_IN_ANY, "<C-c>", "", "cancel the running job")                                                \
    X(colormap, "colormap", PREVIEW, LRP_LP, "c", "", "next colour map")                                                       \
    X(reduce, "reduce", PREVIEW, LRP_LP, "m", "", "next reduction over channels")                                              \
    X(cursor_left, "cursor-left", PREVIEW, LRP_IN_PREVIEW, "<Left>", "", "pixel cursor left; its value is shown")              \
    X(cursor_right, "cursor-right", PREVIEW, LRP_IN_PREVIEW, "<Right>", "", "pixel cursor right")                              \
    X(cursor_up, "cursor-up", PREVIEW, LRP_IN_PREVIEW, "<Up> k", "", "pixel cursor up")                                        \
    X(cursor_down, "cursor-down", PREVIEW, LRP_IN_PREVIEW, "<Down> j", "", "pixel cursor down")                                \
    X(next_channel, "next-channel", PREVIEW, LRP_LP, "}", "", "next weaker channel alone")                                     \
    X(previous_channel, "previous-channel", PREVIEW, LRP_LP, "{", "", "next stronger channel; at last all")                    \
    X(zoom_in, "zoom-in", PREVIEW, LRP_IN_PREVIEW, "+ =", "", "zoom in on the cursor")                                         \
    X(zoom_out, "zoom-out", PREVIEW, LRP_IN_PREVIEW, "-", "", "zoom out")                                                      \
    X(compare, "compare", PREVIEW, LRP_LP, "d", "", "compare with what is stored, and back")                                   \
    X(store, "store", PREVIEW, LRP_LP, "D", "", "store the present result for comparison")                                     \
    X(next_sample, "next-sample", PREVIEW, LRP_LP, ">", "", "next sample of the batch")                                        \
    X(previous_sample, "previous-sample", PREVIEW, LRP_LP, "<", "", "previous sample of the batch")                            \
    X(view_layers, "layers", VIEWS, LRP_IN_ANY, "1", "", "layers")                                                             \
    X(view_check, "check", VIEWS, LRP_IN_ANY, "2", "", "model check: what fails, and what to do")                              \
    X(view_summary, "summary", VIEWS, LRP_IN_ANY, "4", "", "summary: model, settings, times")                                  \
    X(view_messages, "messages", VIEWS, LRP_IN_ANY, "5", "", "messages")                                                       \
    X(write_rules, "write", OUT, LRP_IN_ANY, "w", "", "write the settings as a rules file")                                    \
    X(export_all, "export-all", OUT, LRP_IN_ANY, "E", "", "a heatmap per layer, a sheet, the report")                          \
    X(command, "command", APP, LRP_IN_ANY, ":", "", "any action by name; :set KEY VALUE")                                      \
    X(go, "go", MOVE, LRP_IN_ANY, "", "", "go to a layer: its number or name")                                                 \
    X(set, "set", RUN, LRP_IN_ANY, "", "", "set an option: KEY VALUE")                                                         \
    X(theme, "theme", APP, LRP_IN_ANY, "", "", "colours for a dark or a light background")                                     \
    X(bind, "bind", APP, LRP_IN_ANY, "", "", "give an action other keys: ACTION KEYS")                                         \
    X(save_config, "save-config", APP, LRP_IN_ANY, "", "", "keep keys, theme, options in config.json")                         \
    X(redraw, "redraw", APP, LRP_IN_ANY, "<C-l>", "", "draw the screen again")                                                 \
    X(suspend, "suspend", APP, LRP_IN_ANY, "<C-z>", "", "suspend; fg comes back")                                              \
    X(escape, "escape", APP, LRP_IN_ANY | LRP_IN_MENU, "<Esc>", "", "close what is open; never quits")                         \
    X(accept, "accept", APP, LRP_IN_MENU, "<CR>", "", "take the row")                                                          \
    X(edit, "edit", APP, LRP_IN_MENU, "e <Tab>", "", "edit the row's parameters, then take it")                                \
    X(close_menu, "close", APP, LRP_IN_MENU, "q", "", "close the menu")                                                        \
    X(quit, "quit", APP, LRP_IN_ANY, "Q", "", "quit at once")

/* What may stand behind a name in the command line. */
enum lrp_argument {
    LRP_ARGUMENT_NONE,
    LRP_ARGUMENT_ACTION,
    LRP_ARGUMENT_LAYER,
    LRP_ARGUMENT_RULE,
    LRP_ARGUMENT_COMPOSITE,
    LRP_ARGUMENT_SETTING,
    LRP_ARGUMENT_TARGET,
    LRP_ARGUMENT_PATTERN,
    LRP_ARGUMENT_THEME,
    LRP_ARGUMENT_PREVIEW,
    LRP_ARGUMENT_BINDING,
    LRP_ARGUMENT_FILE,
    LRP_ARGUMENT_INPUT,
    LRP_ARGUMENT_REGISTERED, /* a type, a layer, a glob, domain:NAME */
    LRP_ARGUMENT_VALUE,      /* of a setting */
    LRP_ARGUMENT_COUNT
};
/* X(action, argument, how help writes it) */
#define LRP_ACTION_ARGUMENTS(X)                                                                                                \
    X(go, LAYER, "LAYER")                                                                                                      \
    X(rule_menu, RULE, "RULE")                                                                                                 \
    X(composite_menu, COMPOSITE, "NAME")                                                                                       \
    X(target_menu, TARGET, "TARGET")                                                                                           \
    X(set, SETTING, "KEY VALUE")                                                                                               \
    X(search, PATTERN, "TEXT")                                                                                                 \
    X(filter, PATTERN, "TEXT")                                                                                                 \
    X(input, INPUT, "FILE")                                                                                                    \
    X(open_model, FILE, "FILE")                                                                                                \
    X(export_heatmap, FILE, "FILE")                                                                                            \
    X(export_all, FILE, "FILE")                                                                                                \
    X(write_rules, FILE, "FILE")                                                                                               \
    X(register_layer, REGISTERED, "[activation] NAME")                                                                         \
    X(theme, THEME, "dark|light")                                                                                              \
    X(preview_kind, PREVIEW, "KIND")                                                                                           \
    X(bind, BINDING, "ACTION KEYS")

enum lrp_action {
#define X(id, name, group, contexts, keys, bar, help) LRP_ACTION_##id,
    LRP_ACTIONS(X)
#undef X
        LRP_ACTION_COUNT,
    LRP_ACTION_NONE = -1
};

struct lrp_action_row {
    const char *name;
    enum lrp_action_group group;
    int contexts;
    const char *keys; /* unless the user's configuration gives others: separated by blanks, as keys.h writes them */
    const char *bar;  /* "" if it is not in the key bar */
    const char *help;
    void (*run)(struct lrp_app *app);
};
struct lrp_action_argument {
    enum lrp_argument kind;
    const char *text; /* how help writes it; NULL: none is taken */
    void (*take)(struct lrp_app *app, const char *argument);
};
const struct lrp_action_row *lrp_action_at(enum lrp_action action);
const struct lrp_action_argument *lrp_action_argument_of(enum lrp_action action);
const char *lrp_action_group_text(enum lrp_action_group group);
/* By name: exact, else the only one that starts with it; LRP_ACTION_NONE. */
enum lrp_action lrp_action_of_name(const char *name);

#define X(id, name, group, contexts, keys, bar, help) void lrp_do_##id(struct lrp_app *app);
LRP_ACTIONS(X)
#undef X
#define X(id, argument, placeholder) void lrp_take_##id(struct lrp_app *app, const char *argument_text);
LRP_ACTION_ARGUMENTS(X)
#undef X

#endif
