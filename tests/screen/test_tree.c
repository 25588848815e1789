/* test_tree.c: scopes that fold and branches that join, from made-up lists; and what the list does with them. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fixture.h"
#include "tree.h"

enum { MOST = 12 };

/* A list from names and sources (-1 ends; two at most). */
struct made {
    struct lrp_layer rows[MOST];
    int sources[MOST][2];
    struct lrp_layer_list list;
};

static void make(struct made *m, const char *const *names, const int (*sources)[2], int count)
{
    *m = (struct made){.list = {.rows = m->rows, .count = (size_t)count}};
    for (int i = 0; i < count; i++) {
        memcpy(m->sources[i], sources[i], sizeof m->sources[i]);
        m->rows[i] = (struct lrp_layer){.index = i,
                                        .body = -1,
                                        .name = names[i],
                                        .sources = m->sources[i],
                                        .input_count = (sources[i][0] >= 0) + (sources[i][0] >= 0 && sources[i][1] >= 0)};
    }
}

static void assert_depths(const struct lrp_tree *tree, const char *wanted)
{
    for (int i = 0; wanted[i]; i++) assert_int_equal(tree->depth[i], wanted[i] - '0');
}

static void branches_are_what_lies_between_a_fork_and_its_join(void **state)
{
    static const char *const names[MOST] = {"input", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    static const struct {
        int count, sources[MOST][2];
        const char *depths;
    } cases[] = {
        {4, {{-1, -1}, {0, -1}, {1, -1}, {2, -1}}, "0000"},          /* a chain */
        {5, {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, 1}}, "00110"}, /* a residual around b, c */
        {5, {{-1, -1}, {0, -1}, {1, -1}, {1, -1}, {2, 3}}, "00110"}, /* two branches */
        {7,
         {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, 2}, {4, -1}, {5, 1}},
         "0012110"}, /* d, which joins c and b, is in the outer one */
        {8, {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, -1}, {4, 2}, {5, -1}, {6, 1}}, "00122110"}, /* one inside another */
        {3, {{-1, -1}, {0, -1}, {1, 1}}, "000"},                                                  /* both from the same */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        struct lrp_tree tree;
        make(&m, names, cases[i].sources, cases[i].count);
        assert_true(lrp_tree_make(&tree, &m.list));
        assert_depths(&tree, cases[i].depths);
        lrp_tree_free(&tree);
    }
}

static void scopes_come_from_names(void **state)
{
    static const char *const names[] = {"input", "/m/a/x/Conv", "/m/a/y/Conv", "/m/b/Conv", "plain", "/m/a/z/Conv"};
    static const int sources[][2] = {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, -1}, {4, -1}};
    struct made m;
    struct lrp_tree tree;
    (void)state;
    make(&m, names, sources, 6);
    assert_true(lrp_tree_make(&tree, &m.list));
    const int a = tree.node_of[1];
    assert_string_equal(tree.nodes[a].name, "/m/a"); /* x, y, z hold one layer each: no scopes */
    assert_int_equal(tree.node_of[2], a);
    assert_int_equal(tree.node_of[5], a); /* it goes on after an interruption */
    assert_int_equal(tree.nodes[a].count, 3);
    assert_int_equal(tree.nodes[a].first, 1);
    assert_int_equal(tree.nodes[a].last, 5);
    assert_int_equal(tree.node_of[4], -1);
    assert_string_equal(tree.nodes[tree.node_of[3]].name, "/m");
    assert_true(lrp_tree_holds(&tree, tree.node_of[3], 5));
    assert_false(lrp_tree_holds(&tree, a, 3));
    tree.nodes[a].folded = true;
    assert_int_equal(lrp_tree_fold_of(&tree, 2), a);
    assert_int_equal(lrp_tree_fold_of(&tree, 3), -1);
    assert_true(lrp_tree_reveal(&tree, 5));
    assert_int_equal(lrp_tree_fold_of(&tree, 2), -1);
    lrp_tree_free(&tree);
}

static void without_scopes_blocks_that_join_fold(void **state)
{
    static const char *const names[] = {"input", "a", "b", "c", "sum1", "d", "sum2", "e"};
    static const int sources[][2] = {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, 1}, {4, -1}, {5, 4}, {6, -1}};
    static const int nested[][2] = {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, 2}, {4, -1}, {5, 1}, {6, -1}};
    struct made m;
    struct lrp_tree tree;
    (void)state;
    make(&m, names, sources, 8);
    assert_true(lrp_tree_make(&tree, &m.list));
    assert_int_equal(tree.node_count, 2);
    assert_string_equal(tree.nodes[tree.node_of[2]].name, "sum1");
    assert_int_equal(tree.node_of[4], tree.node_of[2]);
    assert_string_equal(tree.nodes[tree.node_of[5]].name, "sum2");
    assert_int_equal(tree.node_of[1], -1);
    assert_int_equal(tree.node_of[7], -1);
    lrp_tree_free(&tree);
    make(&m, names, nested, 8);
    assert_true(lrp_tree_make(&tree, &m.list));
    assert_string_equal(tree.nodes[tree.node_of[3]].name, "sum1"); /* c and sum1 lie in what sum2 ends */
    assert_int_equal(tree.nodes[tree.node_of[3]].parent, tree.node_of[2]);
    assert_string_equal(tree.nodes[tree.node_of[2]].name, "sum2");
    assert_true(lrp_tree_holds(&tree, tree.node_of[2], 4));
    lrp_tree_free(&tree);
}

/* Keys, then the rows there are and the layer selected. */
static void the_list_folds(void **state)
{
    static const struct {
        const char *keys;
        int rows, layer;
    } cases[] = {{"", 23, 0},
                 {"-", 16, 0},  /* /stem is a scope of three, /layer1 of six */
                 {"-j", 16, 3}, /* a fold stands where its last layer would */
                 {"-+", 23, 0},
                 {"j<Left>", 21, 3},
                 {"j<Left><Right>", 23, 1},
                 {"j<Left><CR>", 23, 1}, /* Enter looks inside */
                 {"-jj<Right>", 16 - 1 + 2, 5},
                 {"-/conv2<CR>", 16 - 1 + 3, 2}, /* what was found is unfolded */
                 {"-u", 16 - 1 + 1 + 4, 7},
                 {"-\\conv1<CR>", 2, 4}, /* a filter looks inside scopes */
                 {"-G.", 16, 21}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_init(&f, LRP_COLOR_256, false, 100, 30);
        fixture_results(&f, true);
        fixture_branches(&f);
        fixture_keys(&f, cases[i].keys);
        if ((int)f.app.shown_count != cases[i].rows || f.app.layer != cases[i].layer)
            print_error("%s: %d rows, layer %d\n", cases[i].keys, (int)f.app.shown_count, f.app.layer);
        assert_int_equal(f.app.shown_count, cases[i].rows);
        assert_int_equal(f.app.layer, cases[i].layer);
        fixture_free(&f);
    }
}

static void keys_on_a_fold_act_on_all_inside(void **state)
{
    struct fixture f;
    (void)state;
    fixture_init(&f, LRP_COLOR_256, false, 100, 30);
    fixture_results(&f, true);
    fixture_branches(&f);
    fixture_keys(&f, "-jx");
    const struct lrp_effect *e = &f.app.effects.items[0];
    assert_int_equal(e->kind, LRP_EFFECT_RULE);
    assert_int_equal(e->layer_count, 3);
    assert_int_equal(e->layers[0], 1);
    assert_int_equal(e->layers[2], 3);
    fixture_keys(&f, "<Space>");
    assert_true(f.app.tagged[1] && f.app.tagged[2] && f.app.tagged[3] && !f.app.tagged[4]);
    fixture_free(&f);
}

/* From every node the way up ends. */
static void assert_parents_end(const struct lrp_tree *tree)
{
    for (int n = 0; n < tree->node_count; n++) {
        int steps = 0;
        for (int at = n; at >= 0; at = tree->nodes[at].parent) assert_true(steps++ <= tree->node_count);
    }
}

/* A block (4 to 5, joined to 3) in a parallel container, in a chain from 2 on. */
static void containers_nest_around_blocks(void **state)
{
    static const char *const names[] = {"input", "1", "2.1", "2.2.1", "2.2.2.1", "2.2.2.2", "2.2", "3"};
    static const int sources[][2] = {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {2, -1}, {4, -1}, {3, 5}, {6, -1}};
    static const struct lrp_container containers[] = {
        {.name = "outer", .kind = "chain", .first = 2, .last = 6, .parent = -1, .layer = -1},
        {.name = "2.2", .kind = "parallel", .first = 3, .last = 6, .parent = 0, .layer = -1},
        {.name = "2.2.2", .kind = "chain", .first = 4, .last = 5, .parent = 1, .layer = -1}};
    struct made m;
    struct lrp_tree tree;
    (void)state;
    make(&m, names, sources, 8);
    m.list.containers = containers;
    m.list.container_count = 3;
    assert_true(lrp_tree_make(&tree, &m.list));
    assert_parents_end(&tree);
    for (int c = 0; c < 3; c++) {
        int at = tree.node_of[containers[c].last == 5 ? 4 : containers[c].first];
        while (at >= 0 && (!tree.nodes[at].kind || tree.nodes[at].first != containers[c].first)) at = tree.nodes[at].parent;
        assert_true(at >= 0);
        assert_string_equal(tree.nodes[at].kind, containers[c].kind);
        for (int i = 1; i < 8; i++)
            assert_int_equal(lrp_tree_holds(&tree, at, i), i >= containers[c].first && i <= containers[c].last);
    }
    assert_int_equal(tree.node_count, 3);
    assert_int_equal(tree.node_of[1], -1);
    assert_int_equal(tree.node_of[7], -1);
    lrp_tree_free(&tree);
}

/* Layers 2 to 5 of 6 are one attention. */
static void containers_fold_too(void **state)
{
    static const struct {
        const char *names[7];
        const char *name; /* of the innermost node around layer 2 that has a kind; NULL: none has */
        int nodes;
    } cases[] = {
        {{"input", "a", "q", "s", "m", "p", "z"}, "p", 1},                              /* no scopes: a node of its own */
        {{"input", "/b/a", "/b/t/q", "/b/t/s", "/b/t/m", "/b/t/p", "/b/z"}, "/b/t", 2}, /* a scope is just that */
        {{"input", "/b/a", "/b/q", "/b/s", "/b/m", "/b/p", "/b/z"}, "p", 2},            /* within a scope */
        {{"input", "/b/a", "/b/t/q", "/b/t/s", "/b/m", "/b/p", "/b/z"}, "p", 3},        /* around a scope */
        {{"input", "/b/a", "/b/t/q", "/b/t/s", "/b/m", "/u/p", "/u/z"}, NULL, 3},       /* across one: does not fold */
    };
    static const int sources[][2] = {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, -1}, {4, -1}, {5, -1}};
    static const struct lrp_container container = {
        .name = "p", .kind = "attention", .first = 2, .last = 5, .parent = -1, .layer = -1};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        struct lrp_tree tree;
        make(&m, cases[i].names, sources, 7);
        m.list.containers = &container;
        m.list.container_count = 1;
        assert_true(lrp_tree_make(&tree, &m.list));
        assert_int_equal(tree.node_count, cases[i].nodes);
        assert_parents_end(&tree);
        int at = tree.node_of[2];
        while (at >= 0 && !tree.nodes[at].kind) at = tree.nodes[at].parent;
        assert_int_equal(at >= 0, cases[i].name != NULL);
        if (at >= 0) {
            assert_string_equal(tree.nodes[at].name, cases[i].name);
            assert_string_equal(tree.nodes[at].kind, "attention");
            assert_int_equal(tree.nodes[at].count, 4);
            for (int k = 1; k < 7; k++) assert_int_equal(lrp_tree_holds(&tree, at, k), k >= 2 && k <= 5);
        }
        lrp_tree_free(&tree);
    }
}

/* Layer 2 of 7 holds layers 3 to 6; of them 4 holds 5. */
static void bodies_fold_whatever_their_layers_are_called(void **state)
{
    static const struct lrp_container containers[] = {
        {.name = "2/body", .kind = "body", .first = 3, .last = 6, .parent = -1, .layer = 2},
        {.name = "4/then_branch", .kind = "branch", .first = 5, .last = 5, .parent = 0, .layer = 4},
        {.name = "4/else_branch", .kind = "branch", .first = 6, .last = 5, .parent = 0, .layer = 4}};
    static const char *const names[][8] = {{"input", "a", "b", "c", "d", "e", "f", "g"},
                                           {"input", "/m/a", "/m/b", "/m/a/c", "/u/d", "/m/a/e", "f", "/m/g"}};
    static const int sources[][2] = {{-1, -1}, {0, -1}, {1, -1}, {2, -1}, {3, -1}, {4, -1}, {3, 5}, {2, 1}};
    static const int bodies[] = {-1, -1, -1, 0, 0, 1, 0, -1};
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct made m;
        struct lrp_tree tree;
        make(&m, names[k], sources, 8);
        for (int i = 0; i < 8; i++) m.rows[i].body = bodies[i];
        m.list.containers = containers;
        m.list.container_count = 3;
        assert_true(lrp_tree_make(&tree, &m.list));
        const int body = tree.node_of[3], branch = tree.node_of[5];
        assert_string_equal(tree.nodes[body].name, "2/body");
        assert_int_equal(tree.nodes[body].count, 4);
        assert_int_equal(tree.nodes[body].parent, tree.node_of[2]);
        assert_string_equal(tree.nodes[branch].name, "4/then_branch");
        assert_string_equal(tree.nodes[branch].kind, "branch");
        assert_int_equal(tree.nodes[branch].parent, body);
        assert_int_equal(tree.node_of[4], body);
        assert_int_equal(tree.node_of[6], body);
        assert_int_equal(tree.node_of[7], tree.node_of[2]);
        /* 2 lies between 1 and the join in 7, 3 in the body too, 4 between 3 and the join in 6, 5 in the branch too */
        assert_depths(&tree, "00123420");
        lrp_tree_fold_all(&tree, true);
        assert_true(tree.nodes[branch].folded); /* one layer is enough */
        lrp_tree_free(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(branches_are_what_lies_between_a_fork_and_its_join),
                                       cmocka_unit_test(scopes_come_from_names),
                                       cmocka_unit_test(without_scopes_blocks_that_join_fold),
                                       cmocka_unit_test(the_list_folds),
                                       cmocka_unit_test(containers_fold_too),
                                       cmocka_unit_test(containers_nest_around_blocks),
                                       cmocka_unit_test(bodies_fold_whatever_their_layers_are_called),
                                       cmocka_unit_test(keys_on_a_fold_act_on_all_inside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
