/* test_screens.c: whole screens, text and style letters, against files in tests/golden/screens. Every view and every preview
 * has one. `cmake --build build --target golden_screens` writes the files anew; what changed is then to be read in the
 * difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

static const struct screen {
    const char *name, *keys; /* keys pressed before the screen is taken; "!" after one: effects are run */
    int columns, rows;
    enum lrp_color_mode mode;
    bool ascii;
    enum { NO_INPUT, BLOCKED, EXPLAINED, RUNNING, BRANCHES, LEDGER, DOUBTS, TEXT, BATCH, SCORED, SHEET, SIGNAL } state;
} screens[] = {
    {"no-input-80x24", "", 80, 24, LRP_COLOR_256, false, NO_INPUT},
    {"blocked-80x24", "u", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"blocked-120x40", "u", 120, 40, LRP_COLOR_256, false, BLOCKED},
    {"skipped-80x24", "jjjs!", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"skipped-120x40", "jjjs!", 120, 40, LRP_COLOR_DIRECT, false, EXPLAINED},
    {"skipped-200x60", "jjjs!", 200, 60, LRP_COLOR_DIRECT, false, EXPLAINED},
    {"registered-120x40", "uS!", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"running-120x40", "s!jj", 120, 40, LRP_COLOR_256, false, RUNNING},
    {"list-40x12", "s!", 40, 12, LRP_COLOR_256, false, EXPLAINED},
    {"preview-40x12", "s!<Tab>", 40, 12, LRP_COLOR_256, false, EXPLAINED},
    {"too-small-19x5", "", 19, 5, LRP_COLOR_256, false, EXPLAINED},
    {"tiny-20x5", "", 20, 5, LRP_COLOR_256, false, EXPLAINED},
    {"one-1x1", "", 1, 1, LRP_COLOR_256, false, EXPLAINED},
    {"ascii-mono-80x24", "jjjs!", 80, 24, LRP_COLOR_MONO, true, EXPLAINED},
    {"mono-120x40", "jjjs!", 120, 40, LRP_COLOR_MONO, false, EXPLAINED},
    {"ascii-256-80x24", "jjjs!", 80, 24, LRP_COLOR_256, true, EXPLAINED},
    {"eight-80x24", "jjjs!", 80, 24, LRP_COLOR_8, false, EXPLAINED},
    {"details-120x40", "u<Enter>", 120, 40, LRP_COLOR_256, false, BLOCKED},
    {"details-80x24", "u<Enter>", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"details-120x60", "s!jjjj<Enter>", 120, 60, LRP_COLOR_256, false, EXPLAINED},
    {"details-ascii-mono-80x60", "s!jjjj<Enter>", 80, 60, LRP_COLOR_MONO, true, EXPLAINED},
    {"offer-80x24", "O", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"completion-80x24", ":s<Tab><Tab>", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"branches-120x40", "s!jjjjjjjj<Enter>", 120, 40, LRP_COLOR_256, false, BRANCHES},
    {"folded-120x40", "s!-jjj<Space><Right><Right>", 120, 40, LRP_COLOR_256, false, BRANCHES},
    {"folded-ascii-mono-80x24", "s!-", 80, 24, LRP_COLOR_MONO, true, BRANCHES},
    {"ledger-120x40", "s!Ljjjjjjj<Enter>", 120, 40, LRP_COLOR_256, false, LEDGER},
    {"ledger-200x60", "s!3jjj", 200, 60, LRP_COLOR_DIRECT, false, LEDGER},
    {"ledger-80x24", "s!3G", 80, 24, LRP_COLOR_256, false, LEDGER},
    {"ledger-ascii-mono-60x15", "s!3", 60, 15, LRP_COLOR_MONO, true, LEDGER},
    {"ledger-blocked-80x24", "3", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"doubts-120x40", "s!jjjj<Enter>", 120, 40, LRP_COLOR_256, false, DOUBTS},
    {"doubts-ascii-mono-80x24", "s!", 80, 24, LRP_COLOR_MONO, true, DOUBTS},
    {"doubts-told-80x24", "s!5", 80, 24, LRP_COLOR_256, false, DOUBTS},
    {"search-80x24", "/max", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"search-failed-80x24", "/nosuch", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"filter-80x24", "\\dense<Enter>", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"tagged-80x24", "s!<Space><Space><Space>", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"check-120x40", "2", 120, 40, LRP_COLOR_256, false, BLOCKED},
    {"help-30x12", "?", 30, 12, LRP_COLOR_256, false, BLOCKED},
    {"help-80x24", "?", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"messages-80x24", ":nothing of that name<CR><Esc>5", 80, 24, LRP_COLOR_256, false, BLOCKED},
    {"weights-120x40", "s!jjjj:preview weights<CR>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"proposed-80x24", "\\dense<Enter>\\", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"summary-80x24", "4", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"cursor-120x40", "s!<Tab><Left><Left>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"bars-120x40", "s!jjj:preview sums<CR>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"bars-ascii-60x20", "s!:preview sums<CR>", 60, 20, LRP_COLOR_MONO, true, RUNNING},
    {"channels-120x40", "s!jj:preview channels<CR>}}", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"concepts-120x40", "s!jjK<Right><Right>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"concepts-ascii-mono-80x24", "s!jjK<Right>", 80, 24, LRP_COLOR_MONO, true, EXPLAINED},
    {"channels-80x24", "s!jj:preview channels<CR>", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"channel-120x40", "s!jj}}", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"overlay-120x40", "s!:preview overlay<CR>", 120, 40, LRP_COLOR_DIRECT, false, EXPLAINED},
    {"overlay-mono-80x24", "s!:preview overlay<CR>", 80, 24, LRP_COLOR_MONO, true, EXPLAINED},
    {"triptych-120x40", "s!:preview triptych<CR>", 120, 40, LRP_COLOR_DIRECT, false, EXPLAINED},
    {"triptych-alone-120x30", "s!:preview triptych<CR>f", 120, 30, LRP_COLOR_256, false, EXPLAINED},
    {"triptych-mono-80x24", "s!:preview triptych<CR>f", 80, 24, LRP_COLOR_MONO, true, EXPLAINED},
    {"triptych-without-120x40", "s!:go 22<CR>:preview triptych<CR>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"vector-120x40", "s!:go 22<CR>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"vector-mono-80x24", "s!:go 22<CR><Tab><Right>", 80, 24, LRP_COLOR_MONO, true, EXPLAINED},
    {"compare-120x40", "s!jjDd<Tab><Down>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"compare-200x60", "s!jjDd", 200, 60, LRP_COLOR_DIRECT, false, EXPLAINED},
    {"alone-80x24", "s!jjjf", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"zoom-120x40", "s!jj<Tab><Left>++<Left><Left>", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"text-120x40", "", 120, 40, LRP_COLOR_256, false, TEXT},
    {"text-80x24", "<Tab><Right><Right><Down>", 80, 24, LRP_COLOR_256, false, TEXT},
    {"text-ascii-mono-80x24", "<Tab><Right><Right><Right>", 80, 24, LRP_COLOR_MONO, true, TEXT},
    {"text-eight-80x24", "", 80, 24, LRP_COLOR_8, false, TEXT},
    {"text-layer-40x12", "jjjjj<Tab>", 40, 12, LRP_COLOR_256, false, TEXT},
    {"tokens-120x40", ":preview tokens<CR><Tab><Down><Down>", 120, 40, LRP_COLOR_256, false, TEXT},
    {"tokens-ascii-mono-80x24", ":preview tokens<CR>f", 80, 24, LRP_COLOR_MONO, true, TEXT},
    {"patches-80x24", ":go 4<CR>:preview patches<CR>", 80, 24, LRP_COLOR_256, false, TEXT},
    {"attention-120x40", ":go 6<CR>:preview attention<CR>f<Right><Down>", 120, 40, LRP_COLOR_256, false, TEXT},
    {"attention-80x24", ":go 6<CR>:preview attention<CR>", 80, 24, LRP_COLOR_256, false, TEXT},
    {"attention-relevance-ascii-mono-80x24", ":go 8<CR>:preview attention-relevance<CR>}}f", 80, 24, LRP_COLOR_MONO, true,
     TEXT},
    {"heads-120x40", ":preview heads<CR>", 120, 40, LRP_COLOR_256, false, TEXT},
    {"inputs-80x24", ":preview inputs<CR>}", 80, 24, LRP_COLOR_256, false, TEXT},
    {"token-layers-120x40", ":preview token-layers<CR>f", 120, 40, LRP_COLOR_256, false, TEXT},
    {"lens-120x40", ":preview lens<CR>f<Right><Down>", 120, 40, LRP_COLOR_256, false, TEXT},
    {"lens-ascii-mono-60x15", ":preview lens<CR>f<Right><Right><Down>", 60, 15, LRP_COLOR_MONO, true, TEXT},
    {"results-none-80x24", "9", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"results-120x40", "9jjj", 120, 40, LRP_COLOR_256, false, BATCH},
    {"results-sorted-80x24", "9:sort sum<CR>r", 80, 24, LRP_COLOR_256, false, BATCH},
    {"results-filtered-ascii-mono-60x15", "9SSS\\right:wrong<Enter>j", 60, 15, LRP_COLOR_MONO, true, BATCH},
    {"results-searched-40x12", "9/dog<Enter>n", 40, 12, LRP_COLOR_256, false, BATCH},
    {"results-opened-80x24", "9jj<Enter>!q", 80, 24, LRP_COLOR_256, false, BATCH},
    {"evaluation-120x40", "6j<Right><Right>", 120, 40, LRP_COLOR_256, false, SCORED},
    {"evaluation-ascii-mono-80x24", "6j<Right>", 80, 24, LRP_COLOR_MONO, true, SCORED},
    {"evaluation-running-80x24", "6", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"signal-120x40", "s!", 120, 40, LRP_COLOR_256, false, SIGNAL},
    {"signal-alone-80x24", "s!f<Right><Right><Down>+", 80, 24, LRP_COLOR_DIRECT, false, SIGNAL},
    {"signal-ascii-mono-80x24", "s!f<Right>", 80, 24, LRP_COLOR_MONO, true, SIGNAL},
    {"signal-blocked-80x24", "", 80, 24, LRP_COLOR_256, false, SIGNAL},
    {"sheet-120x40", "8j", 120, 40, LRP_COLOR_DIRECT, false, SHEET},
    {"sheet-80x24", "8jjjj", 80, 24, LRP_COLOR_256, false, SHEET},
    {"sheet-ascii-mono-60x20", "8", 60, 20, LRP_COLOR_MONO, true, SHEET},
    {"sheet-none-80x24", "8", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"menu-80x24", "jM", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"menu-120x40", "jM", 120, 40, LRP_COLOR_256, false, EXPLAINED},
    {"error-80x24", "E", 80, 24, LRP_COLOR_256, false, EXPLAINED},
    {"error-long-30x10", "E", 30, 10, LRP_COLOR_256, false, EXPLAINED},
    {"error-typed-40x12", ":go nowhere to be found at all<CR>", 40, 12, LRP_COLOR_256, false, EXPLAINED},
};

/* What the session would put into the rule menu. */
static void open_menu(struct fixture *f)
{
    static const struct {
        const char *text, *edit, *detail;
        bool enabled;
    } rows[] = {{"zero", "zero(stabilizer=1e-9)", "a * W^T( R / stab(z) )", true},
                {"epsilon", "epsilon(1e-6)", "R / stab(z, epsilon)", true},
                {"gamma", "gamma(0.25)", "W + gamma W+", true},
                {"z-plus", "z-plus()", "alpha-beta(1,0)", true},
                {"z-box", "z-box(low=,high=)", "bounds of the input", true},
                {"pass", NULL, "pass needs one input and one output of equal element count", false},
                {"layer-norm", NULL, "layer-norm fits layer normalisation", false}};
    struct lrp_menu_rows menu = {.selected = 3};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        lrp_menu_rows_add(&menu, rows[i].text, rows[i].text, rows[i].edit, rows[i].detail, rows[i].enabled);
    struct lrp_event event = {.kind = LRP_EVENT_MENU, .number = LRP_MENU_RULE, .rows = &menu};
    lrp_app_update(&f->app, &event);
}

static void press(struct fixture *f, const char *keys)
{
    char one[32];
    while (*keys) {
        const size_t length = *keys == '<' ? strcspn(keys, ">") + 1 : 1;
        snprintf(one, sizeof one, "%.*s", (int)length, keys);
        keys += length;
        if (*one == '!')
            fixture_run_effects(f);
        else if (*one == 'M')
            open_menu(f);
        else
            fixture_keys(f, one);
    }
}

static void prepare(struct fixture *f, const struct screen *s)
{
    fixture_init(f, s->mode, s->ascii, s->columns, s->rows);
    if (s->state != NO_INPUT) fixture_results(f, s->state != BLOCKED);
    if (s->state == LEDGER) fixture_ledger(f);
    if (s->state == DOUBTS) fixture_doubts(f);
    if (s->state == BATCH) fixture_batch(f);
    if (s->state == SHEET) fixture_sheet(f);
    if (s->state == SIGNAL) fixture_signal(f);
    if (s->state == TEXT) fixture_transformer(f);
    if (s->state == SCORED) fixture_scores(f);
    if (s->state == BRANCHES) fixture_branches(f);
    if (s->state == RUNNING) {
        f->snapshot.job = LRP_JOB_RELEVANCE;
        f->snapshot.done = 7;
        f->snapshot.total = 22;
        for (int i = 0; i < 15; i++) f->tensors[i] = NULL;
        fixture_seen(f);
    }
    if (strcmp(s->keys, "O") == 0) {
        struct lrp_event event = {.kind = LRP_EVENT_OFFER, .text = "restore the last session (2 rules, 1 tag, at features.5)?"};
        lrp_app_update(&f->app, &event);
    } else if (strcmp(s->keys, "E") == 0) {
        struct lrp_event event = {
            .kind = LRP_EVENT_MESSAGE, .number = 1, .text = "/out/x.png: cannot be written: Permission denied"};
        lrp_app_update(&f->app, &event);
    } else {
        press(f, s->keys);
    }
}

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *text = calloc(1, 1 << 18);
    if (text && fread(text, 1, (1 << 18) - 1, file) == 0) text[0] = 0;
    fclose(file);
    return text;
}

static int compare(const char *name, const char *suffix, const char *got)
{
    char path[256];
    snprintf(path, sizeof path, "tests/golden/screens/%s.%s", name, suffix);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fputs(got, file);
        fclose(file);
        return 0;
    }
    char *want = read_all(path);
    const int differs = !want || strcmp(want, got) != 0;
    if (differs) print_error("%s differs; got:\n%s", path, got);
    free(want);
    return differs;
}

static int told(const char *what, const char *name)
{
    print_error("the %s %s is on no recorded screen: give it a row in `screens`\n", what, name);
    return 1;
}

static void screens_are_as_recorded(void **state)
{
    (void)state;
    int differing = 0;
    bool views[LRP_VIEW_COUNT] = {false}, previews[LRP_PREVIEW_COUNT] = {false};
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        struct fixture f;
        struct lrp_canvas canvas = {0};
        prepare(&f, &screens[i]);
        lrp_app_view(&f.app, &canvas);
        views[f.app.view] = true;
        if (lrp_app_layout(&f.app).has_preview) previews[lrp_app_preview(&f.app)] = true;
        char *text = lrp_canvas_to_text(&canvas), *style = lrp_canvas_to_style(&canvas);
        assert_non_null(text);
        assert_non_null(style);
        differing += compare(screens[i].name, "txt", text) + compare(screens[i].name, "style", style);
        free(text);
        free(style);
        lrp_canvas_free(&canvas);
        fixture_free(&f);
    }
    int missing = 0;
    fflush(stdout); /* screens that differ stand there, before what follows */
    for (int i = 0; i < LRP_VIEW_COUNT; i++)
        if (!views[i]) missing += told("view", lrp_screen.views[i]->name);
    for (int i = 0; i < LRP_PREVIEW_COUNT; i++)
        if (!previews[i]) missing += told("preview", lrp_preview_row((enum lrp_preview)i)->name);
    if (differing) print_error("%d files differ: cmake --build build --target golden_screens writes them anew\n", differing);
    assert_int_equal(missing + differing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(screens_are_as_recorded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
