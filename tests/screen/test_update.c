/* test_update.c: what keys and news do to the inspector's state. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "keys.h"
#include "typed.h"

/* Keys, then the selected layer. */
static void keys_move_the_selection(void **state)
{
    static const struct {
        const char *keys;
        int layer;
    } cases[] = {{"", 0},
                 {"j", 1},
                 {"jjk", 1},
                 {"k", 0},
                 {"G", 22},
                 {"Gk", 21},
                 {"G<Home>", 0},
                 {"<End>", 22},
                 {"<C-n><C-n>", 2},
                 {"<Down><Up>", 0},
                 {"u", 7},
                 {"uu", 7},
                 {"GU", 7},
                 {"G.", 21},
                 {"G..,", 21},
                 {":5<CR>", 5},
                 {":99<CR>", 0},
                 {"/max<CR>", 3},
                 {"/max<CR>n", 6},
                 {"/max<CR>nN", 3},
                 {"/max<CR>N", 18},
                 {"/MAX<CR>", 0},
                 {"/MaxPool<CR>", 3},
                 {"/max<Esc>", 0},
                 {"/zzz<CR>", 0},
                 {"\\dense<CR>", 20},
                 {"\\dense<CR>jj", 22},
                 {"G\\dense<Esc>", 22},
                 {"\\:unsupported<CR>", 7},
                 {"j<Space>jj\\:tagged<CR>", 1},
                 {":previous-bad<CR>", 7}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *own = NULL;
        fixture_set_up(&own);
        struct fixture *f = own;
        fixture_keys(f, cases[i].keys);
        if (f->app.layer != cases[i].layer)
            print_error("keys %s: layer %d, want %d\n", cases[i].keys, f->app.layer, cases[i].layer);
        assert_int_equal(f->app.layer, cases[i].layer);
        fixture_tear_down(&own);
    }
}

/* The last effect of some keys. */
static void keys_ask_for_effects(void **state)
{
    static const struct {
        const char *keys;
        int effect;
        const char *text; /* NULL: none */
        int number;
    } cases[] = {{"s", LRP_EFFECT_SET, "true", LRP_SETTING_SKIP_CHECKS},
                 {"uS", LRP_EFFECT_REGISTER, "hard-swish", 1},
                 {"r", -1, NULL, 0}, /* the input has no rule */
                 {"jr", LRP_EFFECT_MENU, NULL, LRP_MENU_RULE},
                 {"R", LRP_EFFECT_MENU, NULL, LRP_MENU_COMPOSITE},
                 {"t", LRP_EFFECT_MENU, NULL, LRP_MENU_TARGET},
                 {"o", LRP_EFFECT_MENU, NULL, LRP_MENU_OPTIONS},
                 {"jx", LRP_EFFECT_RULE, NULL, 0},
                 {"j:rule gamma(gamma=0.5)<CR>", LRP_EFFECT_RULE, "gamma(gamma=0.5)", 0},
                 {":rule type:dense=gamma<CR>", LRP_EFFECT_SELECT_RULE, "type:dense=gamma", 0},
                 {":rule \"a(1)=b\"=epsilon(bias=off)<CR>", LRP_EFFECT_SELECT_RULE, "\"a(1)=b\"=epsilon(bias=off)", 0},
                 {":references index<CR>", LRP_EFFECT_REFERENCES, "index", 0},
                 {":export-graph g.svg<CR>", LRP_EFFECT_EXPORT_GRAPH, "g.svg", 0},
                 {"j]", LRP_EFFECT_NEXT_RULE, NULL, 1},
                 {"j[", LRP_EFFECT_NEXT_RULE, NULL, -1},
                 {"O", LRP_EFFECT_MENU, NULL, LRP_MENU_OPEN},
                 {"<F5>", LRP_EFFECT_RELOAD, NULL, 0},
                 {"z", LRP_EFFECT_UNDO, NULL, 0},
                 {"Z", LRP_EFFECT_REDO, NULL, 0},
                 {"e", LRP_EFFECT_PROPOSE, NULL, LRP_PROMPT_EXPORT},
                 {"w", LRP_EFFECT_PROPOSE, NULL, LRP_PROMPT_WRITE},
                 {"c", LRP_EFFECT_CYCLE, NULL, LRP_SETTING_COLORMAP},
                 {":set colormap jet <CR>", LRP_EFFECT_SET, "jet", LRP_SETTING_COLORMAP}, /* as completion leaves it */
                 {"m", LRP_EFFECT_CYCLE, NULL, LRP_SETTING_REDUCE},
                 {"i<C-u>cat.png<CR>", LRP_EFFECT_INPUT, "cat.png", 0},
                 {"i<C-u>ca<Tab>", LRP_EFFECT_COMPLETE, "ca", LRP_ARGUMENT_INPUT},
                 {":set gamma 0.5<CR>", LRP_EFFECT_SET, "0.5", LRP_SETTING_GAMMA},
                 {":set nothing 1<CR>", -1, NULL, 0},
                 {":undo<CR>", LRP_EFFECT_UNDO, NULL, 0},
                 {"q", LRP_EFFECT_QUIT, NULL, 0},
                 {"Q", LRP_EFFECT_QUIT, NULL, 0},
                 {"<Esc>", -1, NULL, 0},
                 {"<C-c>", -1, NULL, 0},
                 {"?q", -1, NULL, 0},
                 {"?qq", LRP_EFFECT_QUIT, NULL, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *own = NULL;
        fixture_set_up(&own);
        struct fixture *f = own;
        const struct lrp_effect *last = typed_effect(f, cases[i].keys, cases[i].effect);
        if (last) {
            assert_int_equal(last->number, cases[i].number);
            if (cases[i].text) assert_string_equal(last->text, cases[i].text);
        }
        fixture_tear_down(&own);
    }
}

static void a_failing_check_falls_back_to_activations(void **state)
{
    struct fixture *f = *state;
    assert_true(lrp_app_blocked(&f->app));
    assert_int_equal(lrp_app_show(&f->app), LRP_SHOW_ACTIVATION);
    fixture_keys(f, "s");
    fixture_run_effects(f);
    assert_false(lrp_app_blocked(&f->app));
    assert_int_equal(lrp_app_show(&f->app), LRP_SHOW_RELEVANCE);
    assert_true(lrp_app_failed(&f->app, 7)); /* skipped, not cured */
    fixture_keys(f, "s");
    fixture_run_effects(f);
    assert_true(lrp_app_blocked(&f->app));
}

static void registering_is_taken_back_by_the_same_key(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "uS");
    fixture_run_effects(f);
    assert_false(lrp_app_failed(&f->app, 7));
    fixture_keys(f, "S");
    assert_int_equal(f->app.effects.items[f->app.effects.count - 1].kind, LRP_EFFECT_REGISTER);
    assert_false(f->app.effects.items[f->app.effects.count - 1].flag);
    fixture_run_effects(f);
    assert_true(lrp_app_failed(&f->app, 7));
}

/* Whatever name it was registered by: also one that reads like a glob but is the layer's own. */
static void every_name_that_covers_a_layer_is_taken_back(void **state)
{
    static const struct {
        const char *name;
        bool activation, taken;
    } cases[] = {{"blk[0]", false, true},    {"blk[[]0]", false, true},       {"blk*", false, true},
                 {"blk[1]", false, false},   {"blk0", false, false},          {"convolution", false, true},
                 {"Conv", false, true},      {"domain:ai.onnx", false, true}, {"domain:com.x", false, false},
                 {"hard-swish", true, true}, {"blk[0]", true, true},          {"relu", true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = *state;
        fixture_keys(f, "g<Down><Down><Down><Down><Down><Down><Down>");
        assert_int_equal(f->app.layer, 7);
        f->rows[7].name = "blk[0]";
        f->check_rows[7].state = LRP_CHECK_REGISTERED;
        lrp_effects_free(&f->app.effects);
        lrp_facts_free(&f->app.facts);
        assert_true(lrp_strings_add(cases[i].activation ? &f->app.facts.activations : &f->app.facts.layers, cases[i].name));
        lrp_do_register_layer(&f->app);
        if ((f->app.effects.count == 1) != cases[i].taken) fail_msg("%s: %zu effects", cases[i].name, f->app.effects.count);
        if (!cases[i].taken) continue;
        const struct lrp_effect *e = &f->app.effects.items[0];
        assert_int_equal(e->kind, LRP_EFFECT_REGISTER);
        assert_string_equal(e->text, cases[i].name);
        assert_true(!e->flag && e->number == cases[i].activation);
    }
}

/* f gives the preview the whole body with its own keys; f, q and Esc give it back, and nothing quits. */
static void the_preview_alone_comes_and_goes(void **state)
{
    static const char *const back[] = {"f", "q", "<Esc>"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof back / sizeof *back; i++) {
        fixture_keys(f, "f");
        const struct lrp_layout alone = lrp_app_layout(&f->app);
        assert_int_equal(alone.pane[LRP_PANE_PREVIEW].rows, alone.body.rows);
        assert_int_equal(alone.pane[LRP_PANE_PREVIEW].columns, alone.body.columns);
        assert_int_equal(alone.pane[LRP_PANE_LIST].rows, 0);
        assert_int_equal(lrp_app_context(&f->app), LRP_IN_PREVIEW);
        fixture_keys(f, back[i]);
        assert_true(lrp_app_layout(&f->app).pane[LRP_PANE_LIST].rows > 0);
        assert_int_equal(lrp_app_context(&f->app), LRP_IN_LIST);
        for (size_t k = 0; k < f->app.effects.count; k++) assert_int_not_equal(f->app.effects.items[k].kind, LRP_EFFECT_QUIT);
    }
}

static void the_worst_layer_is_one_key_away(void **state)
{
    struct fixture *f = *state;
    f->skip = true;
    fixture_results(f, true);
    fixture_keys(f, "jj!");
    assert_int_equal(f->app.layer, 2); /* nothing is known yet */
    assert_non_null(strstr(f->app.status, "L finds"));
    fixture_ledger(f);
    f->ledger_rows[20].in = 0.9;
    f->ledger_rows[20].out = 0.2;
    fixture_keys(f, "!");
    assert_int_equal(f->app.layer, 20);
    fixture_doubts(f); /* of the input and of layer 4 */
    fixture_keys(f, "!");
    assert_int_equal(f->app.layer, 0);
    fixture_keys(f, "!");
    assert_int_equal(f->app.layer, 4);
    fixture_keys(f, "!");
    assert_int_equal(f->app.layer, 0);
}

static void the_ledger_is_sorted_by_loss(void **state)
{
    struct fixture *f = *state;
    f->skip = true;
    fixture_results(f, true);
    fixture_ledger(f);
    for (int i = 0; i < FIXTURE_LAYERS; i++) f->ledger_rows[i].out = f->ledger_rows[i].in; /* nothing is lost, but */
    f->ledger_rows[20].out -= 0.5;
    f->ledger_rows[7].out += 0.2; /* made up is not right either */
    f->ledger_rows[12].out -= 0.1;
    fixture_keys(f, "#");
    static const int first[] = {20, 7, 12, 0, 1};
    assert_int_equal(f->app.view, LRP_VIEW_ledger);
    for (int row = 0; row < 5; row++) assert_int_equal(lrp_app_row_layer(&f->app, LRP_VIEW_ledger, row), first[row]);
    assert_int_equal(f->app.layer, 20);
    fixture_keys(f, "j");
    assert_int_equal(f->app.layer, 7);
    fixture_keys(f, ":go 12<CR>");
    assert_int_equal(f->app.windows[LRP_VIEW_ledger].selected, 2);
    struct lrp_ledger other = f->ledger; /* another one is sorted, too */
    f->ledger_rows[3].out -= 0.9;
    f->snapshot.ledger = &other;
    fixture_seen(f);
    assert_int_equal(lrp_app_row_layer(&f->app, LRP_VIEW_ledger, 0), 3);
    fixture_keys(f, "#");
    assert_int_equal(lrp_app_row_layer(&f->app, LRP_VIEW_ledger, 0), 0);
    f->snapshot.ledger = NULL;
    fixture_seen(f);
}

/* Nobody looks at an empty pane while a large model is computed. */
static void what_is_there_stands_in_for_what_is_computed(void **state)
{
    struct fixture *f = *state;
    const struct lrp_result *relevance[FIXTURE_LAYERS] = {NULL};
    f->skip = true;
    fixture_results(f, true);
    fixture_keys(f, "jjj");
    f->snapshot.relevance = relevance;
    f->snapshot.job = LRP_JOB_RELEVANCE;
    fixture_seen(f);
    struct lrp_subject subject = lrp_preview_subject(&f->app);
    assert_int_equal(subject.show, LRP_SHOW_ACTIVATION); /* the input, first */
    assert_int_equal(subject.layer, 0);
    assert_true(lrp_preview_stands_in(&f->app));
    relevance[9] = relevance[8] = f->tensors[8]; /* it has come from the output as far as layer 8 */
    fixture_seen(f);
    subject = lrp_preview_subject(&f->app);
    assert_int_equal(subject.show, LRP_SHOW_RELEVANCE);
    assert_int_equal(subject.layer, 8);
    relevance[3] = f->tensors[3];
    fixture_seen(f);
    assert_int_equal(lrp_preview_subject(&f->app).layer, 3);
    assert_false(lrp_preview_stands_in(&f->app));
    relevance[3] = NULL;
    f->snapshot.job = LRP_JOB_CANCELLED; /* then there is nothing to wait for */
    fixture_seen(f);
    assert_int_equal(lrp_preview_subject(&f->app).layer, 3);
}

/* Where the layer itself does not fail, S lists what does: a row a cause. */
static void causes_are_listed_once(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "S"); /* at the input */
    assert_int_equal(f->app.menu.kind, LRP_MENU_CAUSES);
    assert_int_equal(lrp_app_menu_count(&f->app), 1);
    assert_string_equal(f->app.menu.rows.items[0].text, "hard-swish");
    assert_string_equal(f->app.menu.rows.items[0].detail, "1 layer: relevance passes it unchanged, as if the layer had none");
    fixture_keys(f, "<CR>");
    assert_int_equal(f->app.menu.kind, LRP_MENU_NONE);
    assert_int_equal(f->app.layer, 7);
    assert_int_equal(f->app.effects.count, 1);
    assert_int_equal(f->app.effects.items[0].kind, LRP_EFFECT_REGISTER);
    assert_string_equal(f->app.effects.items[0].text, "hard-swish");
}

static void both_failures_ask_which(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "u");
    f->check_rows[7].state = LRP_CHECK_UNKNOWN_BOTH;
    fixture_keys(f, "S");
    assert_int_equal(f->app.menu.kind, LRP_MENU_REGISTER);
    fixture_keys(f, "<CR>");
    assert_int_equal(f->app.menu.kind, LRP_MENU_NONE);
    assert_int_equal(f->app.effects.count, 2);
    assert_string_equal(f->app.effects.items[0].text, "convolution");
    assert_string_equal(f->app.effects.items[1].text, "hard-swish");
}

static void an_output_softmax_is_offered_to_be_stripped(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "G");
    f->check_rows[22].state = LRP_CHECK_OUTPUT_SOFTMAX;
    fixture_keys(f, "Sx");
    assert_int_equal(f->app.effects.count, 0);
    fixture_keys(f, "y");
    assert_int_equal(f->app.effects.count, 1);
    assert_int_equal(f->app.effects.items[0].number, LRP_SETTING_STRIP_SOFTMAX);
}

static void rule_keys_act_on_tagged_layers(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "jj<Space>j<Space>gx");
    const struct lrp_effect *e = &f->app.effects.items[0];
    assert_int_equal(e->kind, LRP_EFFECT_RULE);
    assert_int_equal(e->layer_count, 2);
    assert_int_equal(e->layers[0], 2);
    assert_int_equal(e->layers[1], 4);
}

static void incompatible_rules_cannot_be_taken(void **state)
{
    struct fixture *f = *state;
    struct lrp_menu_rows rows = {0};
    lrp_menu_rows_add(&rows, "pass", "pass", NULL, "pass does not fit", false);
    lrp_menu_rows_add(&rows, "z-box", "z-box", "z-box(low=,high=)", "bounds", true);
    rows.items[1].must_edit = true;
    struct lrp_event event = {.kind = LRP_EVENT_MENU, .number = LRP_MENU_RULE, .rows = &rows};
    fixture_keys(f, "j");
    lrp_app_update(&f->app, &event);
    fixture_keys(f, "<CR>");
    assert_int_equal(f->app.menu.kind, LRP_MENU_RULE);
    assert_string_equal(f->app.status, "pass does not fit");
    fixture_keys(f, "j<CR>");
    assert_int_equal(f->app.prompt.kind, LRP_PROMPT_RULE);
    fixture_keys(f, "<C-u>z-box(0,1)");
    lrp_effects_free(&f->app.effects);
    fixture_keys(f, "<CR>");
    assert_int_equal(f->app.effects.items[0].kind, LRP_EFFECT_RULE);
    assert_string_equal(f->app.effects.items[0].text, "z-box(0,1)");
}

/* The effects so far must be one: TRY of a text, or of nothing. They are taken away. */
static void check_tried(struct fixture *f, const char *text, enum lrp_menu_kind kind)
{
    assert_int_equal(f->app.effects.count, 1);
    const struct lrp_effect *e = &f->app.effects.items[0];
    assert_int_equal(e->kind, LRP_EFFECT_TRY);
    if (text)
        assert_string_equal(e->text, text);
    else
        assert_null(e->text);
    assert_int_equal(e->number, kind);
    lrp_effects_free(&f->app.effects);
}

static void open_rules(struct fixture *f)
{
    struct lrp_menu_rows rows = {.selected = 0};
    struct lrp_event event = {.kind = LRP_EVENT_MENU, .number = LRP_MENU_RULE, .rows = &rows};
    lrp_menu_rows_add(&rows, "flat", "flat", "flat()", "now", true);
    lrp_menu_rows_add(&rows, "zero", "zero", "zero(stabilizer=1e-9)", "", true);
    lrp_menu_rows_add(&rows, "gamma", "gamma", "gamma(0.25)", "", true);
    lrp_menu_rows_add(&rows, "pass", "pass", NULL, "does not fit", false);
    lrp_app_update(&f->app, &event);
}

static void moving_over_a_rule_tries_it(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "jj");
    open_rules(f);
    assert_int_equal(f->app.effects.count, 0); /* it opens with the rule that holds */
    assert_int_equal(lrp_preview_subject(&f->app).layer, 0);
    fixture_keys(f, "j");
    check_tried(f, "zero", LRP_MENU_RULE);
    fixture_keys(f, "j");
    check_tried(f, "gamma", LRP_MENU_RULE);
    fixture_keys(f, "j"); /* one that does not fit is not tried */
    check_tried(f, NULL, LRP_MENU_RULE);
    fixture_keys(f, "k");
    check_tried(f, "gamma", LRP_MENU_RULE);
    fixture_keys(f, "<Esc>");
    check_tried(f, NULL, LRP_MENU_RULE);
    assert_int_equal(lrp_preview_subject(&f->app).layer, 2);
    open_rules(f);
    fixture_keys(f, "j");
    check_tried(f, "zero", LRP_MENU_RULE);
    fixture_keys(f, "<CR>");
    assert_int_equal(f->app.effects.items[0].kind, LRP_EFFECT_RULE);
    assert_string_equal(f->app.effects.items[0].text, "zero");
    assert_int_equal(f->app.effects.items[1].kind, LRP_EFFECT_TRY);
    assert_null(f->app.effects.items[1].text);
    assert_int_equal(f->app.effects.count, 2);
}

static void parameters_are_tried_as_they_are_typed(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "jj");
    open_rules(f);
    fixture_keys(f, "jj");
    lrp_effects_free(&f->app.effects);
    fixture_keys(f, "e");
    check_tried(f, "gamma(0.25)", LRP_MENU_RULE);
    fixture_keys(f, "<BS>");
    check_tried(f, "gamma(0.25", LRP_MENU_RULE); /* the runtime leaves out what cannot be read */
    fixture_keys(f, "<Esc>");
    check_tried(f, NULL, LRP_MENU_RULE);
}

static void kinds_of_preview_follow_each_other(void **state)
{
    struct fixture *f = *state;
    fixture_results(f, false);
    f->registered = f->skip = false;
    fixture_seen(f);
    assert_true(lrp_app_blocked(&f->app));
    static const enum lrp_preview blocked[] = {LRP_PREVIEW_WEIGHTS, LRP_PREVIEW_CHANNELS, LRP_PREVIEW_ACTIVATION,
                                               LRP_PREVIEW_WEIGHTS};
    fixture_keys(f, "j"); /* a layer with weights */
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++) {
        fixture_keys(f, "p");
        assert_int_equal(lrp_app_preview(&f->app), blocked[i]);
        assert_int_not_equal(lrp_app_show(&f->app), LRP_SHOW_RELEVANCE);
    }
    f->app.preview = LRP_PREVIEW_RELEVANCE;
    f->skip = true;
    fixture_results(f, true);
    static const enum lrp_preview open[] = {LRP_PREVIEW_ACTIVATION, LRP_PREVIEW_WEIGHTS,   LRP_PREVIEW_OVERLAY,
                                            LRP_PREVIEW_TRIPTYCH,   LRP_PREVIEW_CHANNELS,  LRP_PREVIEW_CONCEPTS,
                                            LRP_PREVIEW_BARS,       LRP_PREVIEW_RELEVANCE, LRP_PREVIEW_ACTIVATION};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        fixture_keys(f, "p");
        assert_int_equal(lrp_app_preview(&f->app), open[i]);
    }
    fixture_keys(f, "jjppp"); /* a pooling layer has no weights, which p leaves out */
    assert_int_equal(lrp_app_preview(&f->app), LRP_PREVIEW_CHANNELS);
}

static void replacing_a_file_asks(void **state)
{
    struct fixture *f = *state;
    struct lrp_event event = {.kind = LRP_EVENT_EXISTS, .number = LRP_EFFECT_EXPORT, .text = "a.png"};
    lrp_app_update(&f->app, &event);
    fixture_keys(f, "n");
    assert_int_equal(f->app.effects.count, 0);
    lrp_app_update(&f->app, &event);
    fixture_keys(f, "y");
    assert_int_equal(f->app.effects.count, 1);
    assert_true(f->app.effects.items[0].flag);
    assert_string_equal(f->app.effects.items[0].text, "a.png");
}

static void links_are_followed_and_gone_back(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, "jjj<CR><CR>");
    assert_int_equal(f->app.focus, LRP_PANE_DETAILS);
    for (int i = 0; i < 20 && f->app.layer == 3; i++) fixture_keys(f, i % 2 ? "j" : "<CR>");
    assert_int_equal(f->app.layer, 1); /* the first link is two steps towards the input */
    fixture_keys(f, "<BS>");
    assert_int_equal(f->app.layer, 3);
}

static void playing_goes_to_the_input_and_a_key_stops_it(void **state)
{
    struct fixture *f = *state;
    struct lrp_event tick = {.kind = LRP_EVENT_TICK};
    fixture_keys(f, "P");
    assert_true(f->app.playing);
    for (int i = 0; i < 5; i++) lrp_app_update(&f->app, &tick);
    assert_int_equal(f->app.layer, 17);
    fixture_keys(f, "k");
    assert_false(f->app.playing);
    fixture_keys(f, "P");
    for (int i = 0; i < 100; i++) lrp_app_update(&f->app, &tick);
    assert_int_equal(f->app.layer, 0);
    assert_false(f->app.playing);
}

/* In branches one goes back the way one came: 5 goes to 6, 7, 8, and to 9, which joins 8 and 5. */
static void steps_retrace_the_way_they_came(void **state)
{
    static const struct {
        const char *keys;
        int layer;
    } cases[] = {{":9<CR>.", 8},    {":9<CR>....", 5},     {":9<CR>....,", 6},          {":9<CR>....,,,,", 9}, {":5<CR>,", 6},
                 {":5<CR>,,,,", 9}, {":5<CR>,,,,....", 5}, {":10<CR>......,,,,,,", 10}, {":9<CR>.jk.", 7}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *own = NULL;
        fixture_set_up(&own);
        struct fixture *f = own;
        fixture_branches(f);
        fixture_keys(f, cases[i].keys);
        if (f->app.layer != cases[i].layer) fail_msg("keys %s: layer %d, not %d", cases[i].keys, f->app.layer, cases[i].layer);
        fixture_tear_down(&own);
    }
}

static void a_taller_screen_is_filled(void **state)
{
    struct fixture *f = *state;
    struct lrp_event small = {.kind = LRP_EVENT_RESIZE, .x = 100, .y = 12},
                     tall = {.kind = LRP_EVENT_RESIZE, .x = 100, .y = 60};
    lrp_app_update(&f->app, &small);
    fixture_keys(f, "G");
    assert_true(f->app.windows[LRP_VIEW_layers].top > 0);
    lrp_app_update(&f->app, &tall);
    assert_int_equal(f->app.windows[LRP_VIEW_layers].top, 0);
    assert_int_equal(f->app.layer, 22);
}

/* y and Y say yes; n, N, q and Esc no; all other keys leave the question, and q quits nothing meanwhile. */
static void questions_are_answered_by_keys(void **state)
{
    static const struct {
        const char *key;
        bool ends;
        int effects;
    } cases[] = {{"y", true, 1},     {"Y", true, 1},  {"n", true, 0},     {"N", true, 0}, {"q", true, 0},
                 {"<Esc>", true, 0}, {"j", false, 0}, {"<CR>", false, 0}, {"Q", false, 0}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_event exists = {.kind = LRP_EVENT_EXISTS, .number = LRP_EFFECT_WRITE, .text = "r.json"};
        lrp_effects_free(&f->app.effects);
        lrp_app_update(&f->app, &exists);
        fixture_keys(f, cases[i].key);
        if ((f->app.question.text[0] == 0) != cases[i].ends || (int)f->app.effects.count != cases[i].effects)
            fail_msg("%s: %s, %zu effects", cases[i].key, f->app.question.text, f->app.effects.count);
        if (cases[i].effects) assert_true(f->app.effects.items[0].kind == LRP_EFFECT_WRITE && f->app.effects.items[0].flag);
        for (size_t k = 0; k < f->app.effects.count; k++) assert_int_not_equal(f->app.effects.items[k].kind, LRP_EFFECT_QUIT);
    }
}

static void questions_are_answered_by_the_mouse(void **state)
{
    struct fixture *f = *state;
    struct lrp_event exists = {.kind = LRP_EVENT_EXISTS, .number = LRP_EFFECT_WRITE, .text = (char *)"r.json"};
    const struct lrp_rect line = lrp_app_layout(&f->app).status;
    const int y_at = line.x + (int)strlen("r.json exists: replace it? (");
    struct lrp_event click = {.kind = LRP_EVENT_MOUSE, .number = LRP_MOUSE_PRESS, .x = y_at - 1, .y = line.y};
    lrp_app_update(&f->app, &exists);
    const size_t before = f->app.effects.count;
    lrp_app_update(&f->app, &click); /* beside the letter: nothing */
    assert_true(f->app.question.text[0] != 0);
    click.x = y_at + 2;
    lrp_app_update(&f->app, &click);
    assert_true(f->app.question.text[0] == 0);
    assert_int_equal(f->app.effects.count, before);
    lrp_app_update(&f->app, &exists);
    click.x = y_at;
    lrp_app_update(&f->app, &click);
    assert_true(f->app.question.text[0] == 0);
    assert_int_equal(f->app.effects.count, before + 1);
    assert_true(f->app.effects.items[before].kind == LRP_EFFECT_WRITE && f->app.effects.items[before].flag);
    struct lrp_event offer = {.kind = LRP_EVENT_OFFER, .text = (char *)"go back?"};
    lrp_app_update(&f->app, &offer);
    f->app.status[0] = 0;
    click.x = line.x + (int)strlen("go back? (");
    lrp_app_update(&f->app, &click);
    assert_int_equal(f->app.effects.count, before + 2);
    assert_int_equal(f->app.effects.items[before + 1].kind, LRP_EFFECT_RESTORE);
}

static void mouse_selects_and_reads_values(void **state)
{
    struct fixture *f = *state;
    struct lrp_event click = {.kind = LRP_EVENT_MOUSE, .number = LRP_MOUSE_PRESS, .x = 10, .y = 6};
    lrp_app_update(&f->app, &click);
    fixture_picture(f);
    assert_int_equal(f->app.layer, 4); /* header, titles, then row 0 in line 2 */
    struct lrp_event wheel = {.kind = LRP_EVENT_MOUSE, .number = LRP_MOUSE_WHEEL_DOWN, .x = 10, .y = 6};
    lrp_app_update(&f->app, &wheel);
    fixture_picture(f);
    assert_int_equal(f->app.layer, 7);
    struct lrp_event value = {.kind = LRP_EVENT_MOUSE, .number = LRP_MOUSE_PRESS, .x = 85, .y = 12};
    lrp_app_update(&f->app, &value);
    assert_true(f->app.cursor_x >= 0);
    struct lrp_event bar = {.kind = LRP_EVENT_MOUSE, .number = LRP_MOUSE_PRESS, .x = 1, .y = 29};
    lrp_app_update(&f->app, &bar);
    assert_int_equal(f->app.view, LRP_VIEW_help);
}

static void press_at(struct fixture *f, int what, int x, int y)
{
    struct lrp_event event = {.kind = LRP_EVENT_MOUSE, .number = what, .x = x, .y = y};
    lrp_app_update(&f->app, &event);
    fixture_picture(f);
}

static void a_second_click_is_enter_and_the_wheel_moves_what_lies_under_it(void **state)
{
    struct fixture *f = *state;
    press_at(f, LRP_MOUSE_PRESS, 10, 6);
    assert_false(f->app.details);
    press_at(f, LRP_MOUSE_PRESS, 10, 6);
    assert_true(f->app.details);
    fixture_layer(f);
    const struct lrp_rect details = lrp_app_layout(&f->app).pane[LRP_PANE_DETAILS];
    press_at(f, LRP_MOUSE_WHEEL_DOWN, details.x + 2, details.y + 2);
    assert_int_equal(f->app.details_window.selected, 3);
    assert_int_equal(f->app.layer, 4); /* the list stands still */
    assert_int_equal(f->app.focus, LRP_PANE_LIST);
    press_at(f, LRP_MOUSE_WHEEL_DOWN, 10, 6);
    assert_int_equal(f->app.layer, 7);
    fixture_keys(f, "4<End>"); /* the last line of the summary leads to a layer of its type */
    const struct lrp_window *window = &f->app.windows[LRP_VIEW_summary];
    press_at(f, LRP_MOUSE_PRESS, 5, 2 + window->selected - window->top);
    assert_int_equal(f->app.view, LRP_VIEW_layers);
    assert_int_equal(f->app.layer, 20); /* the first dense layer */
}

static void a_candidate_is_taken_by_a_click(void **state)
{
    struct fixture *f = *state;
    fixture_keys(f, ":s<Tab>");
    const struct lrp_rect body = lrp_app_layout(&f->app).body;
    press_at(f, LRP_MOUSE_PRESS, 5, body.y + body.rows - 8 + 1);
    assert_string_equal(lrp_lineedit_text(&f->app.edits[LRP_PROMPT_COMMAND]), "skip-checks");
}

/* ---- random walk ---- */

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void check_invariants(struct fixture *f, const struct lrp_canvas *canvas)
{
    const struct lrp_app *app = &f->app;
    assert_in_range(app->layer, 0, FIXTURE_LAYERS - 1);
    assert_int_equal(canvas->columns, app->columns);
    assert_int_equal(canvas->rows, app->rows);
    for (int v = 0; v < LRP_VIEW_COUNT; v++) {
        if (v != (int)app->view) continue;
        const struct lrp_window *w = &app->windows[v];
        const int count = lrp_app_row_count(app, (enum lrp_view)v), page = lrp_app_page(app, (enum lrp_view)v);
        assert_true(w->selected >= 0 && (w->selected < count || count == 0));
        assert_true(w->top >= 0 && w->top <= w->selected && w->selected < w->top + page);
    }
    for (size_t i = 0; i < app->shown_count; i++) {
        assert_true(i == 0 || app->shown[i] > app->shown[i - 1]);
        assert_in_range(app->shown[i], 0, FIXTURE_LAYERS - 1);
        assert_true(app->shown_fold[i] < app->tree.node_count);
    }
    assert_true(app->completion.selected < (int)app->completion.rows.count);
    assert_true(app->menu.kind == LRP_MENU_NONE || app->menu.window.selected <= lrp_app_menu_count(app));
    assert_true(canvas->cursor_x < canvas->columns && canvas->cursor_y < canvas->rows);
    for (int i = 0; i < canvas->columns * canvas->rows; i++) {
        const struct lrp_cell *cell = &canvas->cells[i];
        assert_true(cell->style < LRP_STYLE_COUNT);
        assert_true(cell->upper <= canvas->colors || cell->upper == LRP_LEVEL_INVALID);
        assert_true(!canvas->ascii || (cell->rune >= 32 && cell->rune < 127));
    }
    if (app->cursor_x >= 0 && app->painting.plane.values)
        assert_true(app->cursor_x < app->painting.plane.width && app->cursor_y < app->painting.plane.height);
}

/* Small and usual sizes as often as large ones. */
static int random_size(unsigned *seed, unsigned most)
{
    const unsigned limit = next_random(seed) % 2 ? most : most / 4;
    return (int)(1 + next_random(seed) % limit);
}

/* What the runtime may answer at any time. */
static void random_menu(struct fixture *f, unsigned *seed)
{
    struct lrp_menu_rows rows = {.selected = (int)(next_random(seed) % 3)};
    const unsigned count = 1 + next_random(seed) % 40, kind = 1 + next_random(seed) % (LRP_MENU_KIND_COUNT - 1);
    for (unsigned i = 0; i < count; i++)
        lrp_menu_rows_add(&rows, "row", "1", i % 2 ? "edit" : NULL, "detail of the row", i % 3 != 0);
    struct lrp_event event = {
        .kind = next_random(seed) % 2 ? LRP_EVENT_MENU : LRP_EVENT_COMPLETE, .number = (int)kind, .rows = &rows};
    lrp_app_update(&f->app, &event);
    lrp_menu_rows_free(&rows);
}

static void random_step(struct fixture *f, unsigned *seed)
{
    static const int specials[] = {LRP_KEY_UP,
                                   LRP_KEY_DOWN,
                                   LRP_KEY_LEFT,
                                   LRP_KEY_RIGHT,
                                   LRP_KEY_PAGE_UP,
                                   LRP_KEY_PAGE_DOWN,
                                   LRP_KEY_HOME,
                                   LRP_KEY_END,
                                   LRP_KEY_BACKSPACE,
                                   LRP_KEY_DELETE,
                                   LRP_KEY_ENTER,
                                   LRP_KEY_ESCAPE,
                                   LRP_KEY_TAB,
                                   LRP_KEY_BACK_TAB,
                                   LRP_KEY_F1,
                                   0x4E2D,
                                   0xE9};
    const unsigned what = next_random(seed) % 100;
    if (what < 60) {
        fixture_key(f, (int)(32 + next_random(seed) % 95));
    } else if (what < 85) {
        fixture_key(f, specials[next_random(seed) % (sizeof specials / sizeof *specials)]);
    } else if (what < 92) {
        struct lrp_event event = {.kind = LRP_EVENT_MOUSE,
                                  .number = (int)(next_random(seed) % 3),
                                  .x = (int)(next_random(seed) % (unsigned)(f->app.columns + 2)),
                                  .y = (int)(next_random(seed) % (unsigned)(f->app.rows + 2))};
        lrp_app_update(&f->app, &event);
        fixture_picture(f);
    } else if (what < 95) {
        struct lrp_event event = {.kind = LRP_EVENT_RESIZE, .x = random_size(seed, 300), .y = random_size(seed, 100)};
        lrp_app_update(&f->app, &event);
    } else if (what < 96) {
        random_menu(f, seed);
    } else {
        fixture_run_effects(f);
    }
}

static void a_random_walk_keeps_the_state_legal(void **state)
{
    static const enum lrp_color_mode modes[] = {LRP_COLOR_MONO, LRP_COLOR_8, LRP_COLOR_256, LRP_COLOR_DIRECT};
    (void)state;
    for (unsigned walk = 0; walk < 8; walk++) {
        struct fixture f;
        struct lrp_canvas canvas = {0};
        unsigned seed = walk * 7919 + 1;
        fixture_init(&f, modes[walk / 2], walk % 2 == 1, 80, 24);
        if (walk > 0) fixture_results(&f, true);
        if (walk > 3) fixture_branches(&f);
        for (int i = 0; i < 1250; i++) {
            random_step(&f, &seed);
            lrp_app_view(&f.app, &canvas);
            check_invariants(&f, &canvas);
        }
        lrp_canvas_free(&canvas);
        fixture_free(&f);
    }
}

static void without_a_model_every_key_is_harmless(void **state)
{
    const struct lrp_caps caps = {.mode = LRP_COLOR_256, .levels = 31};
    struct lrp_app app;
    struct lrp_canvas canvas = {0};
    unsigned seed = 17;
    (void)state;
    lrp_app_init(&app, &lrp_screen, &caps, 100, 30);
    for (int i = 0; i < 2000; i++) {
        struct lrp_event event = {.kind = i % 9 ? LRP_EVENT_KEY : LRP_EVENT_MOUSE,
                                  .x = (int)(next_random(&seed) % 100),
                                  .y = (int)(next_random(&seed) % 30)};
        event.number = event.kind == LRP_EVENT_MOUSE ? (int)(next_random(&seed) % 3) : (int)(1 + next_random(&seed) % 126);
        lrp_app_update(&app, &event);
        lrp_effects_free(&app.effects);
        lrp_app_view(&app, &canvas);
        assert_null(app.snapshot);
    }
    lrp_canvas_free(&canvas);
    lrp_app_free(&app);
}

static void open_targets(struct fixture *f, int place, const char *const *values, size_t count)
{
    struct lrp_menu_rows rows = {.place = place, .places = FIXTURE_TOKENS, .selected = 1};
    lrp_menu_rows_add(&rows, "arg-max", "", NULL, "", true);
    for (size_t i = 0; i < count; i++) lrp_menu_rows_add(&rows, values[i], values[i], NULL, "", true);
    struct lrp_event event = {.kind = LRP_EVENT_MENU, .number = LRP_MENU_TARGET, .rows = &rows};
    lrp_app_update(&f->app, &event);
}

/* The last effect's text; "" without one. */
static const char *last_text(const struct fixture *f)
{
    const struct lrp_effects *e = &f->app.effects;
    return e->count && e->items[e->count - 1].text ? e->items[e->count - 1].text : "";
}

static void a_target_is_contrasted_with_another_also_of_another_position(void **state)
{
    static const char *const here[] = {"12@4", "7@4"}, *const before[] = {"3@3", "12@3"};
    struct fixture *f = *state;
    fixture_transformer(f);
    fixture_run_effects(f);
    open_targets(f, 4, here, 2);
    fixture_keys(f, "j-"); /* against the second */
    assert_string_equal(f->app.menu.against, "7@4");
    fixture_keys(f, "<Left>");
    assert_int_equal(f->app.effects.items[f->app.effects.count - 1].kind, LRP_EFFECT_MENU);
    assert_string_equal(last_text(f), "3");
    open_targets(f, 3, before, 2); /* what was marked stays */
    fixture_keys(f, "<CR>");
    assert_string_equal(last_text(f), "3@3 - 7@4");
    assert_int_equal(f->app.menu.kind, LRP_MENU_NONE);
    open_targets(f, 0, here, 2);
    fixture_keys(f, "--"); /* marked twice: no longer */
    assert_null(f->app.menu.against);
    lrp_effects_free(&f->app.effects);
    fixture_keys(f, "<Left>"); /* there is none before */
    assert_int_equal(f->app.effects.count, 0);
}

static void the_cursor_steps_over_a_text_by_tokens_and_lines(void **state)
{
    struct fixture *f = *state;
    fixture_transformer(f);
    f->app.columns = 44; /* "[CLS] the acting was not caf\u00e9 ..." on the first line */
    f->app.rows = 12;
    fixture_keys(f, "<Tab>");
    fixture_picture(f);
    fixture_keys(f, "<Right>");
    assert_int_equal(f->app.cursor_x, 0); /* it comes first */
    fixture_keys(f, "<Right><Right>");
    assert_int_equal(f->app.cursor_x, 2);
    fixture_keys(f, "<Down>");
    assert_int_equal(f->app.cursor_x, 10); /* the second line begins behind the end of one in the text */
    fixture_keys(f, "<Down>");
    assert_int_equal(f->app.cursor_x, 10);
    fixture_keys(f, "<Up>");
    assert_true(f->app.cursor_x < 10);
    for (int i = 0; i < 2 * FIXTURE_TOKENS; i++) fixture_keys(f, "<Left>");
    assert_int_equal(f->app.cursor_x, 0);
}

/* Where screen readers and braille look for it; it is seen where something is typed only. */
static void the_cursor_stands_on_the_selected_row(void **state)
{
    struct fixture *f = *state;
    struct lrp_canvas canvas = {0};
    fixture_keys(f, "s!jj");
    lrp_app_view(&f->app, &canvas);
    assert_false(canvas.cursor_shown);
    assert_int_equal(canvas.cursor_x, 0);
    assert_true(canvas.cells[canvas.cursor_y * canvas.columns].rune == '>');
    const int before = canvas.cursor_y;
    fixture_keys(f, "j");
    lrp_app_view(&f->app, &canvas);
    assert_int_equal(canvas.cursor_y, before + 1);
    fixture_keys(f, ":");
    lrp_app_view(&f->app, &canvas);
    assert_true(canvas.cursor_shown);
    assert_true(canvas.cells[canvas.cursor_y * canvas.columns].rune == ':');
    lrp_canvas_free(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_target_is_contrasted_with_another_also_of_another_position, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_cursor_steps_over_a_text_by_tokens_and_lines, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(keys_move_the_selection),
        cmocka_unit_test(keys_ask_for_effects),
        cmocka_unit_test_setup_teardown(a_failing_check_falls_back_to_activations, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(registering_is_taken_back_by_the_same_key, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_worst_layer_is_one_key_away, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_ledger_is_sorted_by_loss, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_there_stands_in_for_what_is_computed, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(both_failures_ask_which, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(an_output_softmax_is_offered_to_be_stripped, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(rule_keys_act_on_tagged_layers, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(moving_over_a_rule_tries_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(parameters_are_tried_as_they_are_typed, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(incompatible_rules_cannot_be_taken, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(kinds_of_preview_follow_each_other, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(replacing_a_file_asks, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(links_are_followed_and_gone_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(playing_goes_to_the_input_and_a_key_stops_it, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(mouse_selects_and_reads_values, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(steps_retrace_the_way_they_came),
        cmocka_unit_test_setup_teardown(a_taller_screen_is_filled, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_preview_alone_comes_and_goes, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(every_name_that_covers_a_layer_is_taken_back, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(questions_are_answered_by_keys, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(causes_are_listed_once, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(the_cursor_stands_on_the_selected_row, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(questions_are_answered_by_the_mouse, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_second_click_is_enter_and_the_wheel_moves_what_lies_under_it, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_candidate_is_taken_by_a_click, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(a_random_walk_keeps_the_state_legal),
        cmocka_unit_test(without_a_model_every_key_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
