/* cmd_list.c: lrpscope rules, composites, ops, colormaps: what there is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/composite.h"
#include "lrpscope/evaluation.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/method.h"
#include "lrpscope/rule.h"
#include "lrpscope/session.h"

#include "arguments.h"
#include "commands.h"
#include "json_output.h"
#include "table.h"
#include "text.h"

/* A list prints itself as a table or as an array of a JSON document. */
struct list {
    const char *name;
    const struct lrp_table_column *columns;
    size_t column_count;
    void (*fill_table)(struct lrp_table *table, const struct lrp_arguments *arguments);
    void (*fill_json)(struct lrp_document *document, cJSON *array, const struct lrp_arguments *arguments);
};

static int print_list(const struct list *list, const struct lrp_arguments *arguments)
{
    struct lrp_error err = {0};
    enum lrp_status status = LRP_OK;
    if (arguments->json) {
        struct lrp_document document;
        lrp_cli_json_init(&document, NULL);
        list->fill_json(&document, lrp_cli_json_put_array(&document, document.root, list->name), arguments);
        status = lrp_cli_json_print(&document, stdout, &err);
        lrp_cli_json_free(&document);
    } else {
        struct lrp_table table;
        lrp_cli_table_init(&table, list->columns, list->column_count);
        list->fill_table(&table, arguments);
        status = lrp_cli_table_print(&table, stdout, &err);
        lrp_cli_table_free(&table);
    }
    return status ? lrp_cli_report_error(status, &err) : 0;
}

#define LIST_OF(what, columns)                                                                                                 \
    {                                                                                                                          \
#what, columns, sizeof(columns) / sizeof *(columns), what##_table, what##_json                                         \
    }

/* Takes the next of "one, two, three" off a text; owned by the caller; NULL at the end, or, leaving it, for lack of memory. */
static char *next_item(const char **text)
{
    *text += strspn(*text, ", ");
    const char *start = *text;
    *text += strcspn(start, ",");
    char *item = *text > start ? strndup(start, (size_t)(*text - start)) : NULL;
    if (!item) *text = start;
    return item;
}

/* ---- rules ---- */

static void rules_table(struct lrp_table *table, const struct lrp_arguments *arguments)
{
    const struct lrp_rule_info *info;
    for (size_t i = 0; (info = lrp_rule_at(lrp_settings_rule_book(arguments->settings), i)); i++) {
        char parameters[256] = "";
        for (int p = 0; p < info->parameter_count; p++) {
            const struct lrp_rule_parameter *one = &info->parameters[p];
            const size_t used = strlen(parameters);
            snprintf(parameters + used, sizeof parameters - used, "%s%s%s%s", p ? ", " : "", one->name, *one->value ? "=" : "",
                     one->value);
        }
        lrp_cli_table_cell(table, "%s", info->name);
        lrp_cli_table_cell(table, "%s", parameters);
        lrp_cli_table_cell(table, "%s", info->fits);
        lrp_cli_table_cell(table, "%s", info->formula);
    }
}

static void rules_json(struct lrp_document *d, cJSON *array, const struct lrp_arguments *arguments)
{
    const struct lrp_rule_info *info;
    for (size_t i = 0; (info = lrp_rule_at(lrp_settings_rule_book(arguments->settings), i)); i++) {
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "name", info->name);
        cJSON *parameters = lrp_cli_json_put_array(d, o, "parameters");
        for (int p = 0; p < info->parameter_count; p++) {
            const char *value = info->parameters[p].value;
            cJSON *one = lrp_cli_json_put_object(d, parameters, NULL);
            lrp_cli_json_put_text(d, one, "name", info->parameters[p].name);
            lrp_cli_json_put_text(d, one, "default", *value ? value : NULL);
        }
        lrp_cli_json_put_text(d, o, "formula", info->formula);
        cJSON *fits = lrp_cli_json_put_array(d, o, "fits");
        const char *rest = info->fits;
        char *item;
        while ((item = next_item(&rest))) {
            lrp_cli_json_put_text(d, fits, NULL, item);
            free(item);
        }
        d->failed |= *rest != '\0';
    }
}

int lrp_cli_rules(const struct lrp_arguments *arguments)
{
    static const struct lrp_table_column columns[] = {
        {"rule", false}, {"parameters", false}, {"fits", false}, {"formula", false}};
    return print_list(&(struct list)LIST_OF(rules, columns), arguments);
}

/* ---- composites ---- */

static void composites_table(struct lrp_table *table, const struct lrp_arguments *arguments)
{
    (void)arguments;
    const struct lrp_composite_info *info;
    for (size_t i = 0; (info = lrp_composite_at(i)); i++) {
        lrp_cli_table_cell(table, "%s", info->name);
        lrp_cli_table_cell(table, "%s", info->parameters);
        lrp_cli_table_cell(table, "%s", info->description);
    }
}

/* "low, high": names of parameters that must be given. */
static void composite_parameters(struct lrp_document *d, cJSON *array, const char *names)
{
    char *name;
    while ((name = next_item(&names))) {
        cJSON *one = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, one, "name", name);
        lrp_cli_json_put_null(d, one, "default");
        free(name);
    }
}

static void composites_json(struct lrp_document *d, cJSON *array, const struct lrp_arguments *arguments)
{
    (void)arguments;
    const struct lrp_composite_info *info;
    for (size_t i = 0; (info = lrp_composite_at(i)); i++) {
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "name", info->name);
        composite_parameters(d, lrp_cli_json_put_array(d, o, "parameters"), info->parameters);
        lrp_cli_json_put_text(d, o, "formula", info->description);
        lrp_cli_json_put_array(d, o, "fits");
    }
}

/* One composite in full: the primitives one per line, or as the JSON array that rules files take. */
static int print_composite(const struct lrp_arguments *arguments)
{
    const struct lrp_settings *settings = arguments->settings;
    struct lrp_composite *composite = NULL;
    enum lrp_convention convention = LRP_CONVENTION_JULIA;
    struct lrp_error err = {0};
    enum lrp_status status = lrp_convention_parse(lrp_settings_get(settings, LRP_SETTING_CONVENTION), &convention, &err);
    if (!status)
        status = lrp_composite_parse(lrp_settings_get(settings, LRP_SETTING_COMPOSITE), lrp_settings_rule_book(settings),
                                     convention, &composite, &err);
    if (status) return lrp_cli_report_error(status, &err);
    char *text = arguments->json ? lrp_composite_json(composite) : lrp_composite_describe(composite);
    char *one_line = lrp_composite_text(composite);
    if (!text || !one_line)
        status = lrp_fail(&err, LRP_MEMORY, "not enough memory");
    else if (arguments->json) {
        struct lrp_document document;
        lrp_cli_json_init(&document, NULL);
        lrp_cli_json_put_text(&document, document.root, "composite", one_line);
        cJSON *array = cJSON_Parse(text);
        document.failed |= !array || !cJSON_AddItemToObject(document.root, "primitives", array);
        status = lrp_cli_json_print(&document, stdout, &err);
        lrp_cli_json_free(&document);
    } else
        lrp_print(stdout, "%s\n%s", one_line, text);
    free(text);
    free(one_line);
    lrp_composite_free(composite);
    return status ? lrp_cli_report_error(status, &err) : 0;
}

int lrp_cli_composites(const struct lrp_arguments *arguments)
{
    if (lrp_settings_given(arguments->settings, LRP_SETTING_COMPOSITE)) return print_composite(arguments);
    static const struct lrp_table_column columns[] = {{"composite", false}, {"parameters", false}, {"rules", false}};
    return print_list(&(struct list)LIST_OF(composites, columns), arguments);
}

/* ---- methods ---- */

/* "n=50, sigma=0.15, noise" */
static void arguments_text(const struct lrp_method_argument *arguments, int count, struct lrp_text *text)
{
    for (int i = 0; i < count; i++) {
        const struct lrp_method_argument *a = &arguments[i];
        lrp_text_printf(text, "%s%s%s%s", i ? ", " : "", a->name, *a->value ? "=" : "", a->value);
    }
}

static void methods_table(struct lrp_table *table, const struct lrp_arguments *arguments)
{
    (void)arguments;
    const struct lrp_method_info *info;
    for (size_t i = 0; (info = lrp_method_at(i)); i++) {
        struct lrp_text text = {0};
        arguments_text(info->arguments, info->argument_count, &text);
        lrp_cli_table_cell(table, "%s", info->name);
        lrp_cli_table_cell(table, "%s", text.data ? text.data : "");
        lrp_cli_table_cell(table, "%s", info->cost);
        lrp_cli_table_cell(table, "%s", info->line);
        lrp_text_free(&text);
    }
}

static void arguments_json(struct lrp_document *d, cJSON *o, const struct lrp_method_argument *arguments, int count)
{
    cJSON *list = lrp_cli_json_put_array(d, o, "parameters");
    for (int k = 0; k < count; k++) {
        const struct lrp_method_argument *a = &arguments[k];
        cJSON *one = lrp_cli_json_put_object(d, list, NULL);
        lrp_cli_json_put_text(d, one, "name", a->name);
        if (*a->value)
            lrp_cli_json_put_text(d, one, "default", a->value);
        else
            lrp_cli_json_put_null(d, one, "default");
        lrp_cli_json_put_text(d, one, "meaning", a->line);
    }
}

static void methods_json(struct lrp_document *d, cJSON *array, const struct lrp_arguments *arguments)
{
    (void)arguments;
    const struct lrp_method_info *info;
    for (size_t i = 0; (info = lrp_method_at(i)); i++) {
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "name", info->name);
        arguments_json(d, o, info->arguments, info->argument_count);
        lrp_cli_json_put_text(d, o, "formula", info->formula);
        lrp_cli_json_put_text(d, o, "cost", info->cost);
        lrp_cli_json_put_text(d, o, "description", info->line);
    }
}

int lrp_cli_methods(const struct lrp_arguments *arguments)
{
    static const struct lrp_table_column columns[] = {
        {"method", false}, {"arguments", false}, {"cost", false}, {"what it is", false}};
    return print_list(&(struct list)LIST_OF(methods, columns), arguments);
}

/* ---- metrics ---- */

static void metrics_table(struct lrp_table *table, const struct lrp_arguments *arguments)
{
    (void)arguments;
    const struct lrp_metric_info *info;
    static const char *const better[] = {[LRP_BETTER_UNSAID] = "", [LRP_BETTER_MORE] = "more", [LRP_BETTER_LESS] = "less"};
    for (size_t i = 0; (info = lrp_metric_at(i)); i++) {
        struct lrp_text text = {0};
        arguments_text(info->arguments, info->argument_count, &text);
        lrp_cli_table_cell(table, "%s", info->name);
        lrp_cli_table_cell(table, "%s", text.data ? text.data : "");
        lrp_cli_table_cell(table, "%s", better[info->better]);
        lrp_cli_table_cell(table, "%s", info->cost);
        lrp_cli_table_cell(table, "%s", info->line);
        lrp_text_free(&text);
    }
}

static void metrics_json(struct lrp_document *d, cJSON *array, const struct lrp_arguments *arguments)
{
    (void)arguments;
    const struct lrp_metric_info *info;
    for (size_t i = 0; (info = lrp_metric_at(i)); i++) {
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "name", info->name);
        arguments_json(d, o, info->arguments, info->argument_count);
        cJSON *numbers = lrp_cli_json_put_array(d, o, "numbers");
        for (size_t k = 0; k < LRP_METRIC_NUMBERS && info->numbers[k]; k++)
            lrp_cli_json_put_text(d, numbers, NULL, info->numbers[k]);
        lrp_cli_json_put_text(d, o, "formula", info->formula);
        lrp_cli_json_put_text(d, o, "cost", info->cost);
        lrp_cli_json_put_text(d, o, "description", info->line);
        lrp_cli_json_put_text(d, o, "shows", info->shows);
    }
}

int lrp_cli_metrics(const struct lrp_arguments *arguments)
{
    static const struct lrp_table_column columns[] = {
        {"metric", false}, {"arguments", false}, {"better", false}, {"cost", false}, {"what it asks", false}};
    return print_list(&(struct list)LIST_OF(metrics, columns), arguments);
}

/* ---- operators ---- */

enum { MOST_VERSIONS = sizeof((struct lrp_operator_info *)NULL)->versions / sizeof(short) };

/* Operators of plugins, behind those of the table: any version, and all run and differentiate. */
static bool operator_at(const struct lrp_arguments *arguments, size_t index, struct lrp_operator_info *out)
{
    size_t built_in = 0;
    if (lrp_operator_info_at(index, out)) return true;
    while (lrp_operator_info_at(built_in, out)) built_in++;
    *out = (struct lrp_operator_info){.versions = {1}, .runs = true, .differentiates = true};
    return lrp_settings_operator_at(arguments->settings, index - built_in, &out->name, &out->domain);
}

static void ops_table(struct lrp_table *table, const struct lrp_arguments *arguments)
{
    struct lrp_operator_info info;
    for (size_t i = 0; operator_at(arguments, i, &info); i++) {
        char versions[128] = "";
        for (int v = 0; v < MOST_VERSIONS && info.versions[v]; v++) {
            const size_t used = strlen(versions);
            snprintf(versions + used, sizeof versions - used, "%s%d", v ? " " : "", info.versions[v]);
        }
        lrp_cli_table_cell(table, "%s", info.name);
        lrp_cli_table_cell(table, "%s", *info.domain ? info.domain : "ai.onnx");
        lrp_cli_table_cell(table, "%s", versions);
        lrp_cli_table_cell(table, "%s", info.runs ? "yes" : "NO");
        lrp_cli_table_cell(table, "%s", info.differentiates ? "yes" : "NO");
    }
}

static void ops_json(struct lrp_document *d, cJSON *array, const struct lrp_arguments *arguments)
{
    struct lrp_operator_info info;
    for (size_t i = 0; operator_at(arguments, i, &info); i++) {
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "name", info.name);
        lrp_cli_json_put_text(d, o, "domain", info.domain);
        cJSON *versions = lrp_cli_json_put_array(d, o, "versions");
        for (int v = 0; v < MOST_VERSIONS && info.versions[v]; v++)
            lrp_cli_json_put_number(d, versions, NULL, info.versions[v]);
        lrp_cli_json_put_bool(d, o, "runs", info.runs);
        lrp_cli_json_put_bool(d, o, "differentiates", info.differentiates);
    }
}

int lrp_cli_ops(const struct lrp_arguments *arguments)
{
    static const struct lrp_table_column columns[] = {
        {"operator", false}, {"domain", false}, {"versions", false}, {"runs", false}, {"differentiates", false}};
    return print_list(&(struct list)LIST_OF(ops, columns), arguments);
}

/* ---- colour maps ---- */

static const char *colormap_kind(const struct lrp_colormap *map)
{
    return lrp_colormap_diverging(map) ? "diverging" : "sequential";
}

static void colormaps_table(struct lrp_table *table, const struct lrp_arguments *arguments)
{
    const struct lrp_colormap *map;
    for (size_t i = 0; (map = lrp_colormap_at(lrp_settings_colormaps(arguments->settings), i)); i++) {
        lrp_cli_table_cell(table, "%s", lrp_colormap_name(map));
        lrp_cli_table_cell(table, "%s", colormap_kind(map));
        lrp_cli_table_cell(table, "%s", lrp_colormap_summary(map));
    }
}

static void colormaps_json(struct lrp_document *d, cJSON *array, const struct lrp_arguments *arguments)
{
    const struct lrp_colormap *map;
    for (size_t i = 0; (map = lrp_colormap_at(lrp_settings_colormaps(arguments->settings), i)); i++) {
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "name", lrp_colormap_name(map));
        lrp_cli_json_put_text(d, o, "kind", colormap_kind(map));
        lrp_cli_json_put_text(d, o, "summary", lrp_colormap_summary(map));
    }
}

int lrp_cli_colormaps(const struct lrp_arguments *arguments)
{
    static const struct lrp_table_column columns[] = {{"colormap", false}, {"kind", false}, {"colours", false}};
    return print_list(&(struct list)LIST_OF(colormaps, columns), arguments);
}
