/* test_columns.c: tables of layers: columns as wide as the widest of all rows, names that repeat what stands above. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"

enum { CHAIN = 3000 };

/* A chain whose every seventh layer is an add: what is met by looking at one row in seven only. */
static void make_chain(struct fixture *f, struct lrp_layer *rows, const char **rules, char (*names)[48])
{
    static const struct lrp_rule_source source = {.text = ""}, *sources[CHAIN];
    static const struct lrp_result *nothing[CHAIN];
    for (int i = 0; i < CHAIN; i++) {
        const bool add = i % 7 == 0;
        snprintf(names[i], sizeof names[i], "/stage%d/block%d/layer%d/%s", i / 300, i / 10, i, add ? "Add" : "Gemm");
        rows[i] = f->rows[i ? 1 : 0];
        rows[i].index = i;
        rows[i].name = names[i];
        rows[i].type = i ? add ? "add" : "convolution" : "input";
        rows[i].sources = rows[i].consumers = f->from;
        rows[i].input_count = rows[i].consumer_count = 0;
        rules[i] = i == CHAIN - 2 ? "alpha-beta(2,1)" : add ? "zero" : "";
        sources[i] = &source;
    }
    f->other_list = (struct lrp_layer_list){.rows = rows, .count = CHAIN};
    f->snapshot.layers = &f->other_list;
    f->snapshot.rules = rules;
    f->snapshot.rule_sources = sources;
    f->snapshot.activation = f->snapshot.relevance = nothing;
    f->snapshot.check = NULL;
    f->snapshot.blocked = false;
    struct lrp_facts facts = {.values = {NULL}};
    struct lrp_event event = {.kind = LRP_EVENT_SEEN, .snapshot = &f->snapshot, .facts = &facts};
    lrp_app_update(&f->app, &event);
}

static void columns_fit_the_widest_of_all_rows(void **state)
{
    static const int widths[] = {100, 120, 160, 200};
    static struct lrp_layer rows[CHAIN];
    static const char *rules[CHAIN];
    static char names[CHAIN][48];
    (void)state;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct fixture f;
        struct lrp_canvas canvas = {0};
        fixture_init(&f, LRP_COLOR_256, false, widths[i], 30);
        make_chain(&f, rows, rules, names);
        lrp_app_view(&f.app, &canvas);
        char *text = lrp_canvas_to_text(&canvas);
        assert_non_null(strstr(text, " convolution "));
        assert_non_null(strstr(text, "layer5/Gemm")); /* names lose their begin, types nothing */
        assert_null(strstr(text, "convol…"));
        free(text);
        lrp_app_update(&f.app, &(struct lrp_event){.kind = LRP_EVENT_KEY, .number = 'G'});
        lrp_app_view(&f.app, &canvas);
        text = lrp_canvas_to_text(&canvas);
        if (widths[i] > 120) assert_non_null(strstr(text, "alpha-beta(2,1)")); /* of the last row but one alone */
        free(text);
        lrp_canvas_free(&canvas);
        fixture_free(&f);
    }
}

/* Letters of a style in a row of the list. */
static int count_style(const struct lrp_canvas *canvas, int y, enum lrp_style style)
{
    int count = 0;
    for (int x = 7; x < 60; x++) count += canvas->cells[y * canvas->columns + x].style == style;
    return count;
}

static void scopes_that_the_row_above_has_step_back(void **state)
{
    struct fixture f;
    struct lrp_canvas canvas = {0};
    (void)state;
    fixture_init(&f, LRP_COLOR_256, false, 200, 40);
    fixture_results(&f, true);
    fixture_branches(&f);
    lrp_app_view(&f.app, &canvas);
    assert_int_equal(count_style(&canvas, 3, LRP_STYLE_DIM), 0);  /* /stem/conv/Conv below input */
    assert_int_equal(count_style(&canvas, 4, LRP_STYLE_DIM), 6);  /* "/stem/" of /stem/conv2/Conv */
    assert_int_equal(count_style(&canvas, 7, LRP_STYLE_DIM), 17); /* "/layer1/layer1.0/" */
    fixture_keys(&f, "j");
    lrp_app_view(&f.app, &canvas);
    assert_int_equal(count_style(&canvas, 3, LRP_STYLE_DIM), 0); /* the selected row is one piece */
    lrp_canvas_free(&canvas);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_fit_the_widest_of_all_rows),
        cmocka_unit_test(scopes_that_the_row_above_has_step_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
