/* test_actions.c: the table of actions, keys given by the user, the command line and its completion. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "keymap.h"
#include "keys.h"
#include "runes.h"
#include "typed.h"

enum { HELP_COLUMNS = 43 }; /* what the help page has beside keys and names */
#define check_action(row, holds, what)                                                                                         \
    if (!(holds)) fail_msg("the action %s %s", (row)->name, what)

static void every_action_has_a_name_a_help_and_a_way_to_it(void **state)
{
    (void)state;
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        const struct lrp_action_row *row = lrp_action_at((enum lrp_action)i);
        if (!*row->name) fail_msg("the action behind %s has no name", i ? row[-1].name : "none");
        check_action(row, row->run, "has no function");
        check_action(row, *row->help, "has no help");
        check_action(row, lrp_text_columns(row->help) <= HELP_COLUMNS, "has a help that does not fit into 80 columns");
        check_action(row, row->contexts, "means something nowhere");
        check_action(row, *lrp_action_group_text(row->group), "has no group");
        check_action(row, (int)lrp_action_of_name(row->name) == i, "has another's name");
        check_action(row, (row->argument != LRP_ARGUMENT_NONE) == (row->take != NULL),
                     "needs an argument and lrp_take_ together");
        check_action(row, (row->take != NULL) == (row->argument_text != NULL), "does not say how help writes its argument");
        const char *at = row->keys;
        for (int key; (key = lrp_key_parse(&at)) != 0;) check_action(row, key > 0, "has a key that there is not");
    }
}

/* The screen as text; to be freed. */
static char *screen_of(const struct fixture *f)
{
    struct lrp_canvas canvas = {0};
    lrp_app_view(&f->app, &canvas);
    char *text = lrp_canvas_to_text(&canvas);
    assert_non_null(text);
    lrp_canvas_free(&canvas);
    return text;
}

/* What is answered to the keys that ask for a menu. */
static const char menu_keys[] = "jjjr", target_keys[] = "t";
static void open_menu(struct fixture *f, enum lrp_menu_kind kind, const char *value)
{
    struct lrp_menu_rows rows = {.place = 1, .places = 3};
    lrp_menu_rows_add(&rows, value, value, NULL, "", true);
    lrp_app_set_menu(&f->app, kind, &rows);
    lrp_menu_rows_free(&rows);
}

/* Whether the action's function changes anything where these keys lead: the state, an effect, a message, what is drawn. */
static bool changes_something(enum lrp_action action, const char *keys)
{
    void *own = NULL;
    fixture_set_up(&own);
    struct fixture *f = own;
    if (*keys == '9') fixture_batch(f);
    fixture_keys(f, keys);
    fixture_run_effects(f);
    if (strcmp(keys, menu_keys) == 0) open_menu(f, LRP_MENU_RULE, "epsilon(0.25)");
    if (strcmp(keys, target_keys) == 0) open_menu(f, LRP_MENU_TARGET, "7@1");
    struct lrp_app before;
    memcpy(&before, &f->app, sizeof before); /* with the bytes between members: compared as bytes below */
    char *drawn = screen_of(f);
    lrp_action_at(action)->run(&f->app);
    char *now = screen_of(f);
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): any difference is one
    const bool changed = memcmp(&before, &f->app, sizeof before) != 0 || strcmp(drawn, now) != 0;
    free(drawn);
    free(now);
    fixture_tear_down(&own);
    return changed;
}

static void every_action_does_something_somewhere(void **state)
{
    /* the list, further down, tagged, a search, other panes, a page of text, details and their links, menus */
    static const char *const places[] = {
        "",        "jjjj",        "jj<Space>",    "/class<CR>",    "<Tab>",          "<Tab><Right><Down>++", "?jjj",
        "L<CR>",   "jjj<CR><CR>", "jjj<CR><CR>j", "jjj<CR><CR>jj", "jjj<CR><CR>jjj", "jjj<CR><CR>jjjj",      target_keys,
        menu_keys, "jjj}",        "9jj"};
    int idle = 0;
    (void)state;
    for (int i = 0; i < LRP_ACTION_COUNT; i++) {
        bool changed = false;
        for (size_t k = 0; !changed && k < sizeof places / sizeof *places; k++)
            changed = changes_something((enum lrp_action)i, places[k]);
        if (!changed) print_error("the action %s does nothing anywhere\n", lrp_action_at((enum lrp_action)i)->name);
        idle += !changed;
    }
    assert_int_equal(idle, 0);
}

static void no_key_means_two_things_in_one_place(void **state)
{
    struct lrp_keymap map;
    int doubled = 0;
    (void)state;
    assert_true(lrp_keymap_init(&map));
    for (size_t i = 0; i < map.count; i++)
        for (size_t k = i + 1; k < map.count; k++)
            if (map.items[i].key == map.items[k].key && (map.items[i].contexts & map.items[k].contexts)) {
                char text[16];
                print_error("%s: %s and %s\n", lrp_key_text(map.items[i].key, text, sizeof text),
                            lrp_action_at(map.items[i].action)->name, lrp_action_at(map.items[k].action)->name);
                doubled++;
            }
    assert_int_equal(doubled, 0);
    lrp_keymap_free(&map);
}

/* The keys of the inspector as lrpscope(1) has them, key by key, and where each is meant. */
static const struct {
    const char *keys;
    int context;
    const char *action;
} specified[] = {
    {"j <Down> <C-n>", LRP_IN_LIST, "down"},
    {"k <Up> <C-p>", LRP_IN_LIST, "up"},
    {"<PgDn> <C-f>", LRP_IN_LIST, "page-down"},
    {"<PgUp> <C-b>", LRP_IN_LIST, "page-up"},
    {"<C-d>", LRP_IN_LIST, "half-down"},
    {"<C-u>", LRP_IN_LIST, "half-up"},
    {"g <Home>", LRP_IN_LIST, "first"},
    {"G <End>", LRP_IN_LIST, "last"},
    {"u", LRP_IN_LIST, "next-bad"},
    {"U", LRP_IN_LIST, "previous-bad"},
    {"!", LRP_IN_LIST, "worst"},
    {".", LRP_IN_LIST, "towards-input"},
    {",", LRP_IN_LIST, "towards-output"},
    {"P", LRP_IN_LIST, "play"},
    {"/", LRP_IN_LIST, "search"},
    {"n", LRP_IN_LIST, "search-next"},
    {"N", LRP_IN_LIST, "search-previous"},
    {"\\", LRP_IN_LIST, "filter"},
    {"<Esc>", LRP_IN_LIST, "escape"},
    {"<Left>", LRP_IN_LIST, "fold"},
    {"<Right>", LRP_IN_LIST, "unfold"},
    {"+", LRP_IN_LIST, "unfold-all"},
    {"-", LRP_IN_LIST, "fold-all"},
    {"<Tab>", LRP_IN_LIST, "next-pane"},
    {"<CR>", LRP_IN_LIST, "details"},
    {"<CR>", LRP_IN_TEXT, "follow"},
    {"<CR>", LRP_IN_TABLE, "take-row"},
    {"9", LRP_IN_LIST, "results"},
    {"<CR>", LRP_IN_DETAILS, "follow"},
    {".", LRP_IN_DETAILS, "towards-input"},
    {"r", LRP_IN_DETAILS, "rule"},
    {"<BS>", LRP_IN_TEXT, "link-back"},
    {"<Space>", LRP_IN_LIST, "tag"},
    {"a", LRP_IN_LIST, "tag-all"},
    {"A", LRP_IN_LIST, "tag-none"},
    {"r", LRP_IN_LIST, "rule"},
    {"[", LRP_IN_LIST, "previous-rule"},
    {"]", LRP_IN_LIST, "next-rule"},
    {"R", LRP_IN_LIST, "composite"},
    {"x", LRP_IN_LIST, "reset-rule"},
    {"z", LRP_IN_LIST, "undo"},
    {"Z", LRP_IN_LIST, "redo"},
    {"s", LRP_IN_LIST, "skip-checks"},
    {"S", LRP_IN_LIST, "register"},
    {"t", LRP_IN_LIST, "target"},
    {"i", LRP_IN_LIST, "input"},
    {"O", LRP_IN_LIST, "open"},
    {"<F5>", LRP_IN_LIST, "reload"},
    {"o", LRP_IN_LIST, "options"},
    {"<C-c>", LRP_IN_LIST, "cancel"},
    {"p", LRP_IN_PREVIEW, "preview"},
    {"f", LRP_IN_LIST, "alone"},
    {"f", LRP_IN_PREVIEW, "alone"},
    {"c", LRP_IN_PREVIEW, "colormap"},
    {"m", LRP_IN_PREVIEW, "reduce"},
    {"<Left>", LRP_IN_PREVIEW, "cursor-left"},
    {"<Right>", LRP_IN_PREVIEW, "cursor-right"},
    {"<Up>", LRP_IN_PREVIEW, "cursor-up"},
    {"<Down>", LRP_IN_PREVIEW, "cursor-down"},
    {"}", LRP_IN_PREVIEW, "next-channel"},
    {"{", LRP_IN_PREVIEW, "previous-channel"},
    {"+", LRP_IN_PREVIEW, "zoom-in"},
    {"-", LRP_IN_PREVIEW, "zoom-out"},
    {"d", LRP_IN_PREVIEW, "compare"},
    {"D", LRP_IN_PREVIEW, "store"},
    {"1", LRP_IN_LIST, "layers"},
    {"2", LRP_IN_LIST, "check"},
    {"3 L", LRP_IN_LIST, "ledger"},
    {"4", LRP_IN_LIST, "summary"},
    {"5", LRP_IN_LIST, "messages"},
    {"? h <F1>", LRP_IN_LIST, "help"},
    {"e", LRP_IN_LIST, "export"},
    {"E", LRP_IN_LIST, "export-all"},
    {"w", LRP_IN_LIST, "write"},
    {"<C-l>", LRP_IN_LIST, "redraw"},
    {"<C-z>", LRP_IN_LIST, "suspend"},
    {":", LRP_IN_LIST, "command"},
    {"q", LRP_IN_LIST, "back"},
    {"Q", LRP_IN_LIST, "quit"},
};

static void every_key_of_the_specification_is_bound(void **state)
{
    struct lrp_keymap map;
    int missing = 0;
    (void)state;
    assert_true(lrp_keymap_init(&map));
    for (size_t i = 0; i < sizeof specified / sizeof *specified; i++) {
        const char *at = specified[i].keys;
        for (int key; (key = lrp_key_parse(&at)) != 0;) {
            const enum lrp_action action = key == ' ' ? LRP_ACTION_NONE : lrp_keymap_find(&map, key, specified[i].context);
            const bool is = action != LRP_ACTION_NONE && strcmp(lrp_action_at(action)->name, specified[i].action) == 0;
            if (key != ' ' && !is) {
                print_error("%s does not mean %s\n", specified[i].keys, specified[i].action);
                missing++;
            }
        }
    }
    assert_int_equal(lrp_keymap_find(&map, ' ', LRP_IN_LIST), LRP_ACTION_tag);
    assert_int_equal(missing, 0);
    lrp_keymap_free(&map);
}

static void a_rebound_key_is_taken_from_others_where_both_are_meant(void **state)
{
    struct lrp_keymap map;
    char why[128] = "", keys[64];
    (void)state;
    assert_true(lrp_keymap_init(&map));
    assert_true(lrp_keymap_bind(&map, LRP_ACTION_search_next, "j <F3>", why, sizeof why));
    assert_int_equal(lrp_keymap_find(&map, 'j', LRP_IN_LIST), LRP_ACTION_search_next);
    assert_int_equal(lrp_keymap_find(&map, LRP_KEY_F3, LRP_IN_LIST), LRP_ACTION_search_next);
    assert_int_equal(lrp_keymap_find(&map, 'n', LRP_IN_LIST), LRP_ACTION_NONE);
    assert_int_equal(lrp_keymap_find(&map, 'j', LRP_IN_MENU), LRP_ACTION_down); /* n means nothing in menus */
    assert_int_equal(lrp_keymap_find(&map, LRP_KEY_DOWN, LRP_IN_LIST), LRP_ACTION_down);
    assert_string_equal(lrp_keymap_names(&map, LRP_ACTION_search_next, keys, sizeof keys), "j <F3>");
    assert_true(lrp_keymap_own(&map, LRP_ACTION_search_next));
    assert_false(lrp_keymap_own(&map, LRP_ACTION_down));
    /* twice by the user: refused, and nothing changed */
    assert_false(lrp_keymap_bind(&map, LRP_ACTION_down, "j", why, sizeof why));
    assert_string_equal(why, "j already means search-next");
    assert_false(lrp_keymap_bind(&map, LRP_ACTION_up, "<Nokey>", why, sizeof why));
    assert_string_equal(why, "no such key: <Nokey>");
    assert_int_equal(lrp_keymap_find(&map, LRP_KEY_DOWN, LRP_IN_LIST), LRP_ACTION_down);
    /* no key at all is the user's wish too */
    assert_true(lrp_keymap_bind(&map, LRP_ACTION_quit, "", why, sizeof why));
    assert_int_equal(lrp_keymap_find(&map, 'Q', LRP_IN_LIST), LRP_ACTION_NONE);
    assert_true(lrp_keymap_own(&map, LRP_ACTION_quit));
    lrp_keymap_free(&map);
}

/* The user may give one key to two actions that are never meant in one place, and to no others. */
static void a_key_given_twice_is_refused_only_where_both_are_meant(void **state)
{
    struct lrp_keymap map;
    char why[128] = "";
    (void)state;
    assert_true(lrp_keymap_init(&map));
    assert_true(lrp_keymap_bind(&map, LRP_ACTION_zoom_in, "K", why, sizeof why)); /* in the preview */
    assert_true(lrp_keymap_bind(&map, LRP_ACTION_fold, "K", why, sizeof why));    /* in the list */
    assert_true(lrp_keymap_bind(&map, LRP_ACTION_accept, "K", why, sizeof why));  /* in menus */
    assert_int_equal(lrp_keymap_find(&map, 'K', LRP_IN_PREVIEW), LRP_ACTION_zoom_in);
    assert_int_equal(lrp_keymap_find(&map, 'K', LRP_IN_LIST), LRP_ACTION_fold);
    assert_int_equal(lrp_keymap_find(&map, 'K', LRP_IN_MENU), LRP_ACTION_accept);
    assert_false(lrp_keymap_bind(&map, LRP_ACTION_rule_menu, "K", why, sizeof why)); /* in both of the first */
    assert_string_equal(why, "K already means zoom-in");
    assert_false(lrp_keymap_bind(&map, LRP_ACTION_tag, "K", why, sizeof why));
    assert_string_equal(why, "K already means fold");
    assert_true(lrp_keymap_bind(&map, LRP_ACTION_fold, "K", why, sizeof why)); /* its own key again */
    lrp_keymap_free(&map);
}

static void every_key_has_a_name_that_reads_back(void **state)
{
    struct lrp_keymap map;
    (void)state;
    assert_true(lrp_keymap_init(&map));
    for (size_t i = 0; i < map.count; i++) {
        char name[16];
        const char *at = lrp_key_name(map.items[i].key, name, sizeof name);
        assert_int_equal(lrp_key_parse(&at), map.items[i].key);
    }
    lrp_keymap_free(&map);
}

static void assert_shown(const struct fixture *f, const char *part)
{
    char *text = screen_of(f);
    assert_non_null(strstr(text, part));
    free(text);
}

static void screens_name_the_keys_of_now(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, ":bind rule K<CR>");
    assert_shown(f, "K rule"); /* the key bar */
    f->app.rows = 120;
    fixture_keys(f, "?");
    assert_shown(f, "K             rule");
}

/* What is typed behind : and what happens. */
static void the_command_line_runs_actions_with_arguments(void **state)
{
    static const struct {
        const char *keys;
        int effect, number;
        const char *text;
    } cases[] = {{"j:rule gamma(0.5)<CR>", LRP_EFFECT_RULE, 0, "gamma(0.5)"},
                 {":composite zero<CR>", LRP_EFFECT_SET, LRP_SETTING_COMPOSITE, "zero"},
                 {":target boot<CR>", LRP_EFFECT_SET, LRP_SETTING_TARGET, "boot"},
                 {":set gamma 0.5<CR>", LRP_EFFECT_SET, LRP_SETTING_GAMMA, "0.5"},
                 {":set gamma=0.5<CR>", LRP_EFFECT_SET, LRP_SETTING_GAMMA, "0.5"},
                 {":export a b.png<CR>", LRP_EFFECT_EXPORT, 0, "a b.png"},
                 {":write  r.json<CR>", LRP_EFFECT_WRITE, 0, "r.json"},
                 {":open m.onnx<CR>", LRP_EFFECT_OPEN, 0, "m.onnx"},
                 {":dump a.svg<CR>", LRP_EFFECT_DUMP, 0, "a.svg"},
                 {":input grey<CR>", LRP_EFFECT_INPUT, 0, "grey"},
                 {":undo<CR>", LRP_EFFECT_UNDO, 0, NULL},
                 {":undo twice<CR>", -1, 0, NULL},
                 {":nothing<CR>", -1, 0, NULL},
                 {":  <CR>", -1, 0, NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *own = NULL;
        fixture_set_up(&own);
        struct fixture *f = own;
        const struct lrp_effect *last = typed_effect(f, cases[i].keys, cases[i].effect);
        if (last) assert_int_equal(last->number, cases[i].number);
        if (last && cases[i].text) assert_string_equal(last->text, cases[i].text);
        fixture_tear_down(&own);
    }
}

/* What is typed, and what stands there after the tabs. */
static void tab_completes_what_is_typed(void **state)
{
    static const struct {
        const char *keys, *text;
    } cases[] = {{":reg<Tab>", "register "},
                 {":ru<Tab>", "rule "},
                 {":s<Tab>", "s"},
                 {":s<Tab><Tab>", "search"},
                 {":s<Tab><Tab><Tab>", "skip-checks"},
                 {":s<Tab><S-Tab>", "suspend"},
                 {":register act<Tab>", "register activation hard-swish "},
                 {":register class<Tab>", "register classifier."},
                 {":go class<Tab>", "go classifier."},
                 {":go r.6<Tab>", "go classifier.6 "},
                 {":set col<Tab>", "set colormap "},
                 {":theme l<Tab>", "theme light "},
                 {":bind rul<Tab>", "bind rule "},
                 {":filter :un<Tab>", "filter :unsupported "},
                 {"\\den<Tab>", "dense"},
                 {"/class<Tab>", "classifier."},
                 {":zzz<Tab>", "zzz"},
                 {":go features.0<Left><Left><BS><Tab>", "go features..0"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *own = NULL;
        fixture_set_up(&own);
        struct fixture *f = own;
        fixture_keys(f, cases[i].keys);
        if (strcmp(lrp_lineedit_text(&f->app.edits[f->app.prompt.kind]), cases[i].text) != 0)
            print_error("keys %s\n", cases[i].keys);
        assert_string_equal(lrp_lineedit_text(&f->app.edits[f->app.prompt.kind]), cases[i].text);
        fixture_tear_down(&own);
    }
}

static void what_the_runtime_knows_is_asked_for(void **state)
{
    static const struct {
        const char *keys;
        int kind;
        const char *word;
    } cases[] = {{":rule gam<Tab>", LRP_ARGUMENT_RULE, "gam"},
                 {":set colormap vi<Tab>", LRP_ARGUMENT_VALUE, "colormap vi"},
                 {":open /tmp/a b<Tab>", LRP_ARGUMENT_MODEL, "/tmp/a b"},
                 {"i<C-u>x<Tab>", LRP_ARGUMENT_INPUT, "x"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *own = NULL;
        fixture_set_up(&own);
        struct fixture *f = own;
        fixture_keys(f, cases[i].keys);
        assert_int_equal(f->app.effects.count, 1);
        assert_int_equal(f->app.effects.items[0].kind, LRP_EFFECT_COMPLETE);
        assert_int_equal(f->app.effects.items[0].number, cases[i].kind);
        assert_string_equal(f->app.effects.items[0].text, cases[i].word);
        fixture_tear_down(&own);
    }
}

static void candidates_take_the_place_of_the_word(void **state)
{
    struct fixture *f = *state;
    struct lrp_menu_rows rows = {0};
    lrp_menu_rows_add(&rows, "viridis", "viridis", NULL, "", true);
    lrp_menu_rows_add(&rows, "vik", "vik", NULL, "", true);
    fixture_keys(f, ":set colormap v<Tab>");
    struct lrp_event event = {.kind = LRP_EVENT_COMPLETE, .rows = &rows};
    lrp_app_update(&f->app, &event);
    const struct lrp_lineedit *edit = &f->app.edits[LRP_PROMPT_COMMAND];
    assert_string_equal(lrp_lineedit_text(edit), "set colormap vi");
    fixture_keys(f, "<Tab><Tab>");
    assert_string_equal(lrp_lineedit_text(edit), "set colormap vik");
    fixture_keys(f, "<Esc>"); /* the list goes, the line stays */
    assert_int_equal(f->app.prompt.kind, LRP_PROMPT_COMMAND);
    assert_int_equal(f->app.completion.rows.count, 0);
    fixture_keys(f, "<CR>");
    assert_string_equal(f->app.effects.items[f->app.effects.count - 1].text, "vik");
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(every_action_has_a_name_a_help_and_a_way_to_it),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_does_something_somewhere),
        cmocka_unit_test(no_key_means_two_things_in_one_place),
        cmocka_unit_test(every_key_of_the_specification_is_bound),
        cmocka_unit_test(a_rebound_key_is_taken_from_others_where_both_are_meant),
        cmocka_unit_test(a_key_given_twice_is_refused_only_where_both_are_meant),
        cmocka_unit_test(every_key_has_a_name_that_reads_back),
        cmocka_unit_test_setup_teardown(screens_name_the_keys_of_now, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(the_command_line_runs_actions_with_arguments),
        cmocka_unit_test(tab_completes_what_is_typed),
        cmocka_unit_test(what_the_runtime_knows_is_asked_for),
        cmocka_unit_test_setup_teardown(candidates_take_the_place_of_the_word, fixture_set_up, fixture_tear_down),
    };
    return check_rows_first(rows, tests);
}
