/* manual_lrp.c: the man page lrpscope-lrp(7): what the numbers mean; its lists come from the library's tables, its words from
 * manual_lrp_prose.c. */
#include "manual_lrp.h"

#include "lrpscope/check.h"
#include "lrpscope/composite.h"
#include "lrpscope/error.h"
#include "lrpscope/evaluation.h"
#include "lrpscope/heatmap.h"
#include "lrpscope/ledger.h"
#include "lrpscope/method.h"

#include "help.h"
#include "roff.h"
#include "text.h"

static void list_rules(FILE *file)
{
    const struct lrp_rule_info *info;
    for (size_t i = 0; (info = lrp_rule_at(NULL, i)); i++) {
        fputs(".TP\n.B ", file);
        lrp_cli_roff_line(file, info->name);
        lrp_cli_roff_line(file, info->formula);
        fputs(".br\nfits ", file);
        lrp_cli_roff_line(file, info->fits);
    }
}

/* "pooling, max-pooling; a layer; pr26: a layer, an activation" */
static void list_types(FILE *file)
{
    struct lrp_layer_type type;
    for (size_t i = 0; lrp_layer_type_at(i, &type); i++) {
        fputs(".TP\n.B ", file);
        lrp_cli_roff_line(file, type.name);
        if (*type.group) {
            fputs(*type.second_group ? "groups " : "group ", file);
            lrp_cli_roff(file, type.group);
            fputs(*type.second_group ? " and " : "", file);
            lrp_cli_roff(file, type.second_group);
            fputs("; ", file);
        }
        fputs(type.layer && type.activation ? "passes, behind a linear layer too"
              : type.layer                  ? "passes"
              : type.activation             ? "passes behind a linear layer"
                                            : "does not pass",
              file);
        if (type.layer != type.layer_pr26 || type.activation != type.activation_pr26)
            fprintf(file, "; under pr26 it %s\n",
                    type.layer_pr26        ? "passes"
                    : type.activation_pr26 ? "passes behind a linear layer"
                                           : "does not");
        else
            fputc('\n', file);
    }
}

static void list_presets(FILE *file)
{
    const struct lrp_composite_info *info;
    for (size_t i = 0; (info = lrp_composite_at(i)); i++) lrp_cli_roff_entry(file, info->name, info->description);
}

static void list_conventions(FILE *file)
{
    for (int i = 0; i < LRP_CONVENTION_COUNT; i++)
        lrp_cli_roff_entry(file, lrp_convention_text((enum lrp_convention)i), lrp_convention_line((enum lrp_convention)i));
}

static void list_arguments(FILE *file, const struct lrp_method_argument *arguments, int count)
{
    for (int k = 0; k < count; k++) {
        const struct lrp_method_argument *a = &arguments[k];
        struct lrp_text text = {0};
        lrp_text_printf(&text, "%s%s%s%s%s%s", a->line, a->choices ? ": " : "", a->choices ? a->choices : "",
                        *a->value ? " (default " : "", a->value, *a->value ? ")" : "");
        lrp_cli_roff_entry(file, a->name, text.data ? text.data : "");
        lrp_text_free(&text);
    }
}

static void list_metrics(FILE *file)
{
    const struct lrp_metric_info *info;
    for (size_t i = 0; (info = lrp_metric_at(i)); i++) {
        lrp_cli_roff_entry(file, info->name, info->line);
        lrp_cli_roff_entry(file, "formula", info->formula);
        lrp_cli_roff_entry(file, "cost", info->cost);
        lrp_cli_roff_entry(file, "shows", info->shows);
        list_arguments(file, info->arguments, info->argument_count);
    }
}

static void list_methods(FILE *file)
{
    const struct lrp_method_info *info;
    for (size_t i = 0; (info = lrp_method_at(i)); i++) {
        lrp_cli_roff_entry(file, info->name, info->line);
        lrp_cli_roff_entry(file, "formula", info->formula);
        lrp_cli_roff_entry(file, "cost", info->cost);
        list_arguments(file, info->arguments, info->argument_count);
    }
}

static void list_causes(FILE *file)
{
    for (int i = 0; i < LRP_CAUSE_COUNT; i++)
        lrp_cli_roff_entry(file, lrp_cause_text((enum lrp_cause)i), lrp_cause_line((enum lrp_cause)i));
}

static void list_flags(FILE *file)
{
    for (int i = 0; i < LRP_LEDGER_FLAG_COUNT; i++)
        lrp_cli_roff_entry(file, lrp_ledger_flag_key((enum lrp_ledger_flag)i), lrp_ledger_flag_line((enum lrp_ledger_flag)i));
}

static void list_colormaps(FILE *file)
{
    const struct lrp_colormap *map;
    for (size_t i = 0; (map = lrp_colormap_at(NULL, i)); i++) {
        fputs(".TP\n.B ", file);
        lrp_cli_roff_line(file, lrp_colormap_name(map));
        lrp_cli_roff(file, lrp_colormap_summary(map));
        fputs(lrp_colormap_diverging(map) ? " (diverging)\n" : " (sequential)\n", file);
    }
}

static void write_lrp_bugs(FILE *file)
{
    static const char *const lines[] = {"Everything is computed in single precision, whatever type a file's weights have: "
                                        "models in double precision lose digits, and sums of relevance hold to rounding."};
    lrp_cli_roff_bugs(file, lines, sizeof lines / sizeof *lines);
}

void lrp_cli_generate_man_lrp(FILE *file)
{
    /* what is written in words, and the list that stands behind it */
    static const struct {
        enum lrp_lrp_part part;
        void (*list)(FILE *file);
    } parts[] = {
        {LRP_LRP_NOTATION, NULL},
        {LRP_LRP_RULES, list_rules},
        {LRP_LRP_FALLBACK, NULL},
        {LRP_LRP_CHECK, list_types},
        {LRP_LRP_COMPOSITES, list_presets},
        {LRP_LRP_GRAPH, NULL},
        {LRP_LRP_CONVENTIONS, list_conventions},
        {LRP_LRP_DIFFERENCES, NULL},
        {LRP_LRP_METHODS, list_methods},
        {LRP_LRP_METRICS, list_metrics},
        {LRP_LRP_LEDGER, list_causes},
        {LRP_LRP_FLAGS, list_flags},
        {LRP_LRP_HEATMAPS, list_colormaps},
        {LRP_LRP_WORKED, NULL},
    };
    _Static_assert(sizeof parts / sizeof *parts == LRP_LRP_PARTS, "every part is on the page");

    lrp_cli_roff_title(file, "LRPSCOPE\\-LRP", 7, "Miscellaneous");
    fputs(".SH NAME\nlrpscope\\-lrp \\- what the numbers of lrpscope mean\n", file);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t count = 0;
        const struct lrp_prose *const prose = lrp_cli_lrp_prose(parts[i].part, &count);
        lrp_cli_roff_prose(file, prose, count);
        if (parts[i].list) parts[i].list(file);
    }
    write_lrp_bugs(file);
    fputs(".SH SEE ALSO\n.BR lrpscope (1),\n.BR lrpscope\\-rules (5),\n.BR lrpscope\\-internals (7)\n", file);
}
