/* test_rows.c: the tables of the inspector: no row is left out, none is there twice, and each can be come by. Actions have
 * tests of their own (test_actions.c); a screen of every view and preview is recorded (test_screens.c). */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

/* Which row of a table lacks what. */
#define ASSERT_ROW(condition, table, name)                                                                                     \
    do {                                                                                                                       \
        if (!(condition)) fail_msg(table " %s: " #condition, name);                                                            \
    } while (0)

static void every_view_is_whole(void **state)
{
    static const char *const ids[] = {
#define X(name, ...) #name,
        LRP_VIEWS(X)
#undef X
    };
    (void)state;
    for (int i = 0; i < LRP_VIEW_COUNT; i++) {
        const struct lrp_view_row *row = lrp_screen.views[i];
        ASSERT_ROW(row && row->name, "view", ids[i]);
        ASSERT_ROW(strcmp(row->name, ids[i]) == 0, "view", ids[i]);
        ASSERT_ROW(row->draw, "view", ids[i]);
        ASSERT_ROW((row->row_layer != NULL) + (row->lines != NULL) + (row->row_text != NULL) == 1, "view", ids[i]);
        ASSERT_ROW((row->lines == NULL) == (row->row_count != NULL), "view", ids[i]);
        ASSERT_ROW((row->row_text != NULL) == (row->row_take != NULL), "view", ids[i]);
        ASSERT_ROW(!row->lines || (row->title && *row->title), "view", ids[i]);
        ASSERT_ROW(row->row_layer || !row->row_fold, "view", ids[i]);
        ASSERT_ROW(!row->lines || !row->page, "view", ids[i]);
    }
}

/* An action of the view's name opens it, with its rows where they were told to be. */
static void every_view_is_opened_by_an_action_of_its_name(void **state)
{
    struct fixture *f = *state;
    fixture_ledger(f);
    for (int i = 0; i < LRP_VIEW_COUNT; i++) {
        const struct lrp_view_row *row = lrp_screen.views[i];
        const enum lrp_action action = lrp_action_of_name(row->name);
        ASSERT_ROW(action != LRP_ACTION_NONE && strcmp(lrp_action_at(action)->name, row->name) == 0, "view", row->name);
        lrp_app_command(&f->app, "layers");
        lrp_app_command(&f->app, row->name);
        ASSERT_ROW((int)f->app.view == i, "view", row->name);
        const int count = lrp_app_row_count(&f->app, f->app.view);
        for (int r = 0, before = -1; row->row_layer && r < count; r++) { /* in order, and none past the last */
            const int layer = lrp_app_row_layer(&f->app, f->app.view, r);
            ASSERT_ROW(layer > before && layer < FIXTURE_LAYERS, "view", row->name);
            before = layer;
        }
        ASSERT_ROW(lrp_app_row_layer(&f->app, f->app.view, count) == -1, "view", row->name);
        ASSERT_ROW(lrp_app_row_layer(&f->app, f->app.view, -1) == -1, "view", row->name);
    }
}

static void every_view_is_found_again_by_its_name(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < LRP_VIEW_COUNT; i++) {
        struct lrp_place place;
        f->app.view = (enum lrp_view)i;
        lrp_app_place(&f->app, &place);
        f->app.view = LRP_VIEW_layers;
        lrp_app_take_place(&f->app, &place);
        ASSERT_ROW((int)f->app.view == i, "view", lrp_screen.views[i]->name);
        lrp_place_free(&place);
    }
}

static void every_preview_is_whole_and_can_be_chosen(void **state)
{
    struct fixture *f = *state;
    f->skip = true;
    fixture_seen(f);
    fixture_transformer(f);
    f->attention[4] = 8; /* one layer that has everything */
    f->rows[4].parameters = 12;
    f->signals[4] = 1;
    f->snapshot.signals = f->signals;
    f->shapes[0] = (struct lrp_shape){4, {1, 3, 8, 8}}; /* and a picture to lie over */
    fixture_keys(f, ":go 4<CR>D");                      /* with weights, and something to compare with */
    for (int i = 0; i < LRP_PREVIEW_COUNT; i++) {
        const struct lrp_preview_row *row = lrp_preview_row((enum lrp_preview)i);
        char line[64];
        assert_true(row->name && *row->name);
        for (int k = 0; k < i; k++)
            ASSERT_ROW(strcmp(row->name, lrp_preview_row((enum lrp_preview)k)->name) != 0, "preview", row->name);
        snprintf(line, sizeof line, "preview %s", row->name);
        lrp_app_command(&f->app, line);
        ASSERT_ROW((int)lrp_app_preview(&f->app) == i, "preview", row->name);
        ASSERT_ROW(lrp_app_show(&f->app) == row->show, "preview", row->name);
        ASSERT_ROW((lrp_preview_subject(&f->app).layer < 0) == row->whole_pane, "preview", row->name);
    }
}

/* What needs relevance gives way to the activation where there is none. */
static void previews_of_relevance_give_way_while_checks_fail(void **state)
{
    struct fixture *f = *state;
    fixture_results(f, false);
    assert_true(lrp_app_blocked(&f->app));
    for (int i = 0; i < LRP_PREVIEW_COUNT; i++) {
        const struct lrp_preview_row *row = lrp_preview_row((enum lrp_preview)i);
        f->app.preview = (enum lrp_preview)i;
        ASSERT_ROW(lrp_app_show(&f->app) != LRP_SHOW_RELEVANCE, "preview", row->name);
        if (row->needs_relevance) ASSERT_ROW(lrp_app_preview(&f->app) == LRP_PREVIEW_ACTIVATION, "preview", row->name);
    }
}

static void every_menu_is_whole(void **state)
{
    (void)state;
    for (int i = LRP_MENU_NONE + 1; i < LRP_MENU_KIND_COUNT; i++) {
        const struct lrp_menu_kind_row *row = lrp_menu_kind_row((enum lrp_menu_kind)i);
        assert_non_null(row->title);
        ASSERT_ROW(*row->title && row->take, "menu", row->title);
        /* what is tried while one points at it can be tried while it is typed */
        ASSERT_ROW(!row->tries || lrp_prompt_row(row->edit)->tries, "menu", row->title);
    }
}

static void every_prompt_is_whole(void **state)
{
    static const char *const ids[] = {
#define X(id) #id,
        LRP_PROMPTS(X)
#undef X
    };
    (void)state;
    for (int i = LRP_PROMPT_NONE + 1; i < LRP_PROMPT_COUNT; i++) {
        const struct lrp_prompt_row *row = lrp_prompt_row((enum lrp_prompt_kind)i);
        ASSERT_ROW(row->name && strcmp(row->name, ids[i]) == 0, "prompt", ids[i]);
        ASSERT_ROW(row->label, "prompt", ids[i]);
        ASSERT_ROW(row->take || row->effect != LRP_EFFECT_QUIT, "prompt", ids[i]);  /* Enter does something */
        ASSERT_ROW((row->typed != NULL) == (row->leave != NULL), "prompt", ids[i]); /* Esc takes back what typing did */
        ASSERT_ROW(row->completes < LRP_ARGUMENT_COUNT, "prompt", ids[i]);
    }
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(every_view_is_whole),
        cmocka_unit_test(every_menu_is_whole),
        cmocka_unit_test(every_prompt_is_whole),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_view_is_opened_by_an_action_of_its_name, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(every_view_is_found_again_by_its_name, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(every_preview_is_whole_and_can_be_chosen, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(previews_of_relevance_give_way_while_checks_fail, fixture_set_up, fixture_tear_down),
    };
    return check_rows_first(rows, tests);
}
