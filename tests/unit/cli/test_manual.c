/* test_manual.c: the man pages tell of everything that is in the tables they are about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#include "lrpscope/check.h"
#include "lrpscope/composite.h"
#include "lrpscope/evaluation.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/ledger.h"
#include "lrpscope/method.h"
#include "lrpscope/model.h"
#include "lrpscope/settings.h"

#include "help.h"

/* The page with roff's hyphens, carets and tildes as they are read. Owned by the caller. */
static char *read_page_of(const char *what)
{
    static const char *const signs[][2] = {{"\\-", "-"}, {"\\(ha", "^"}, {"\\(ti", "~"}, {"\\&", ""}};
    char *page = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&page, &size);
    assert_non_null(file);
    lrp_cli_generate(what, file);
    assert_int_equal(fclose(file), 0);
    char *to = page;
    for (const char *from = page; *from;) {
        size_t i = 0;
        while (i < 4 && strncmp(from, signs[i][0], strlen(signs[i][0])) != 0) i++;
        if (i == 4) {
            *to++ = *from++;
            continue;
        }
        from += strlen(signs[i][0]);
        if (*signs[i][1]) *to++ = *signs[i][1];
    }
    *to = '\0';
    return page;
}

static char *read_page(void)
{
    return read_page_of("man-rules");
}

static void check_found(bool found, const char *section, const char *name)
{
    if (!found) print_error("the page has no '%s' under '%s'\n", name, section);
    assert_true(found);
}

/* A heading's text up to the next one must have the name, in bold, and what is said of it right behind. */
static void check_entry(const char *page, const char *heading, const char *name, const char *line)
{
    char *wanted = NULL, *title = NULL;
    assert_true(asprintf(&title, "\n.S%s\n", heading) > 0);
    assert_true(asprintf(&wanted, "\n.B %s\n%s", name, line) > 0);
    const char *start = strstr(page, title);
    check_found(start, heading, heading);
    const char *end = strstr(start + 1, heading[0] == 'H' ? "\n.SH" : "\n.S"), *found = strstr(start, wanted);
    check_found(found && (!end || found < end), heading, name);
    free(wanted);
    free(title);
}

static void every_word_of_custom_rules_is_explained(void **state)
{
    (void)state;
    static const char *const headings[LRP_WORDS_COUNT] = {
        [LRP_WORDS_RULE] = "S Keys of a rule", [LRP_WORDS_GROUP] = "S Keys of a group",
        [LRP_WORDS_TERM] = "S Keys of a term", [LRP_WORDS_INPUT] = "S input",
        [LRP_WORDS_WEIGHT] = "S weight",       [LRP_WORDS_BIAS] = "S bias",
        [LRP_WORDS_MASK] = "S mask",           [LRP_WORDS_AMOUNT] = "S factor, stabilizer and g"};
    char *page = read_page();
    const struct lrp_word *word;
    for (int list = 0; list < LRP_WORDS_COUNT; list++)
        for (size_t i = 0; (word = lrp_word_at((enum lrp_words)list, i)); i++)
            check_entry(page, headings[list], word->name, word->line);
    free(page);
}

static void every_key_of_the_contract_has_its_place(void **state)
{
    (void)state;
    static const char *const top[] = {"convention",    "method", "composite", "skip_checks",      "canonize",
                                      "strip_softmax", "fuse",   "target",    "output_relevance", "input_shape"};
    static const char *const others[] = {"lrpscope", "rules",      "custom_rules", "supported_layers", "supported_activations",
                                         "plugins",  "preprocess", "heatmap"};
    char *page = read_page();
    for (size_t i = 0; i < sizeof top / sizeof *top; i++) check_entry(page, "S At the top", top[i], "");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) check_entry(page, "H KEYS", others[i], "");
    check_entry(page, "S In \"preprocess\"", "scale", "");
    check_entry(page, "S In \"preprocess\"", "config", "");
    check_entry(page, "S In \"heatmap\"", "colormap", "");
    free(page);
}

static void every_setting_and_convention_is_explained(void **state)
{
    (void)state;
    char *page = read_page();
    for (int i = 0; i < LRP_SETTING_COUNT; i++) {
        const char *key = lrp_setting_key((enum lrp_setting)i);
        check_entry(page, "H SETTINGS", strcmp(key, "preprocess") ? key : "config", lrp_setting_line((enum lrp_setting)i));
    }
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++)
        check_entry(page, "S Conventions", lrp_convention_text((enum lrp_convention)i),
                    lrp_convention_line((enum lrp_convention)i));
    free(page);
}

static void every_rule_preset_and_primitive_is_explained(void **state)
{
    (void)state;
    char *page = read_page(), name[400];
    const struct lrp_rule_info *rule;
    const struct lrp_composite_info *preset;
    struct lrp_primitive_info primitive;
    size_t rules = 0, presets = 0, primitives = 0;
    for (; (rule = lrp_rule_at(NULL, rules)); rules++) {
        int used = snprintf(name, sizeof name, "%s%s", rule->name, rule->parameter_count ? "(" : "");
        for (int p = 0; p < rule->parameter_count; p++)
            used += snprintf(name + used, sizeof name - (size_t)used, "%s%s%s%s", p ? ", " : "", rule->parameters[p].name,
                             *rule->parameters[p].value ? "=" : "", rule->parameters[p].value);
        snprintf(name + used, sizeof name - (size_t)used, "%s", rule->parameter_count ? ")" : "");
        check_entry(page, "H RULES", name, rule->formula);
    }
    for (; (preset = lrp_composite_at(presets)); presets++) {
        const bool bare = !*preset->parameters;
        snprintf(name, sizeof name, "%s%s%s%s", preset->name, bare ? "" : "(", preset->parameters, bare ? "" : ")");
        check_entry(page, "S Presets", name, preset->description);
    }
    for (; lrp_primitive_at(primitives, &primitive); primitives++) {
        snprintf(name, sizeof name, "%s(%s)", primitive.name, primitive.arguments);
        check_entry(page, "S Primitives", name, primitive.line);
    }
    assert_true(rules && presets && primitives); /* every one was found in the page */
    free(page);
}

static void every_type_of_layer_is_explained(void **state)
{
    struct lrp_model_type_info type;
    char *page = read_page_of("man-model"), operator_name[80];
    size_t types = 0;
    (void)state;
    for (; lrp_model_type_at(types, &type); types++) {
        snprintf(operator_name, sizeof operator_name, "(%s)\n", type.op_type);
        check_entry(page, "H TYPES OF LAYERS", type.type, operator_name);
    }
    assert_true(types > 30);
    free(page);
}

/* lrpscope-lrp(7): every row of the tables it is about stands there. */
static void every_number_is_explained(void **state)
{
    char *page = read_page_of("man-lrp");
    const struct lrp_rule_info *rule;
    const struct lrp_composite_info *preset;
    const struct lrp_method_info *method;
    const struct lrp_colormap *map;
    struct lrp_layer_type type;

    (void)state;
    for (size_t i = 0; (rule = lrp_rule_at(NULL, i)); i++) check_entry(page, "H RULES", rule->name, rule->formula);
    for (size_t i = 0; lrp_layer_type_at(i, &type); i++) check_entry(page, "S Types", type.name, "");
    for (size_t i = 0; (preset = lrp_composite_at(i)); i++) check_entry(page, "S Presets", preset->name, preset->description);
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++)
        check_entry(page, "H CONVENTIONS", lrp_convention_text((enum lrp_convention)i),
                    lrp_convention_line((enum lrp_convention)i));
    for (size_t i = 0; (method = lrp_method_at(i)); i++) check_entry(page, "H METHODS", method->name, method->line);
    const struct lrp_metric_info *metric;
    for (size_t i = 0; (metric = lrp_metric_at(i)); i++) {
        check_entry(page, "H SCORES", metric->name, metric->line);
        check_entry(page, "H SCORES", "shows", metric->shows);
    }
    for (int i = 0; i < LRP_CAUSE_COUNT; i++)
        check_entry(page, "S Causes", lrp_cause_text((enum lrp_cause)i), lrp_cause_line((enum lrp_cause)i));
    for (int i = 0; i < LRP_LEDGER_FLAG_COUNT; i++)
        check_entry(page, "S Flags", lrp_ledger_flag_key((enum lrp_ledger_flag)i),
                    lrp_ledger_flag_line((enum lrp_ledger_flag)i));
    for (size_t i = 0; (map = lrp_colormap_at(NULL, i)); i++) check_entry(page, "S Colour maps", lrp_colormap_name(map), "");
    free(page);
}

/* lrpscope-internals(7): the files and folders it sends people to are there. The test runs in the project's folder. */
static void every_place_that_is_named_is_there(void **state)
{
    static const char *const beginnings[] = {"src/", "tests/", "include/"};
    char *page = read_page_of("man-internals"), *rest = NULL;
    int found = 0;

    (void)state;
    for (char *word = strtok_r(page, " \n,;:()", &rest); word; word = strtok_r(NULL, " \n,;:()", &rest)) {
        bool place = false;
        for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
            place |= strncmp(word, beginnings[i], strlen(beginnings[i])) == 0;
        if (!place || strstr(word, "NAME") || strstr(word, "FAMILY")) continue;
        if (word[strlen(word) - 1] == '.') word[strlen(word) - 1] = '\0';
        if (access(word, F_OK) != 0) fail_msg("the page names %s, which is not there", word);
        found++;
    }
    assert_true(found > 30);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_of_custom_rules_is_explained),
        cmocka_unit_test(every_key_of_the_contract_has_its_place),
        cmocka_unit_test(every_setting_and_convention_is_explained),
        cmocka_unit_test(every_rule_preset_and_primitive_is_explained),
        cmocka_unit_test(every_type_of_layer_is_explained),
        cmocka_unit_test(every_number_is_explained),
        cmocka_unit_test(every_place_that_is_named_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
