/* remedy.c: settings that end what makes relevance blow up, chosen from the account of the layer where it begins.
 *
 * Layers of one type that have one rule grow for one reason, the next of them as soon as the first is mended: the remedy is for
 * all of them. */
#include "remedy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rule_row.h"
#include "select.h"
#include "split.h"
#include "statistics.h"
#include "text.h"

struct remedy_case {
    const struct lrp_results *results;
    const struct lrp_setup *setup;
    const struct lrp_layer_list *layers;
    size_t layer;
    const struct lrp_ledger_row *row; /* NULL: none was made */
    bool *alike;                      /* by layer: of its type, with its rule */
};

static const char *rule_of(const struct remedy_case *c, size_t layer)
{
    return c->setup->assignment.rules[layer];
}

/* What took or gave most; OTHER: nothing did. */
static enum lrp_cause main_cause(const struct remedy_case *c)
{
    enum lrp_cause most = LRP_CAUSE_OTHER;
    for (int k = 0; c->row && k < LRP_CAUSE_OTHER; k++)
        if (fabs(c->row->causes[k]) > (most == LRP_CAUSE_OTHER ? 1e-6 * c->row->size : fabs(c->row->causes[most])))
            most = (enum lrp_cause)k;
    return most;
}

/* Smallest and largest number that goes into the layers that are alike. */
static void input_range(const struct remedy_case *c, double *low, double *high)
{
    const struct lrp_graph *g = c->results->network->graph;
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 1; i < c->layers->count; i++) {
        const struct lrp_node *n = &g->nodes[c->results->network->view->nodes[i].anchor];
        for (int k = 0; c->alike[i] && k < n->call.in_count; k++) {
            struct lrp_statistics s;
            const struct lrp_tensor *t = n->in[k] < 0 ? NULL : c->results->values[n->in[k]];
            if (!t || !lrp_dtype_is_float(t->dtype)) continue;
            lrp_tensor_statistics(t, &s);
            *low = fmin(*low, (double)s.min);
            *high = fmax(*high, (double)s.max);
        }
    }
}

/* ---- what may help: its text, NULL where it does not apply ---- */

/* The form of the rule for numbers of either sign, with the same parameters. */
static char *signed_form(const struct remedy_case *c)
{
    const struct lrp_rule *rule = &c->setup->assignment.given[c->layer]->rule;
    struct lrp_text text = {0};
    if (!rule->row || !rule->row->signed_form || rule->bias != LRP_BIAS_ON) return NULL;
    lrp_text_printf(&text, "%s%s", rule->row->signed_form, rule_of(c, c->layer) + strlen(rule->row->info.name));
    return lrp_text_take(&text);
}

/* Bounds that cover the input. */
static char *wider_box(const struct remedy_case *c)
{
    const struct lrp_rule *rule = &c->setup->assignment.given[c->layer]->rule;
    struct lrp_text text = {0};
    double low, high;
    if (!rule->low || !c->row || !(c->row->flags & 1U << LRP_LEDGER_OUTSIDE_BOX)) return NULL;
    input_range(c, &low, &high);
    if (!isfinite(low) || !isfinite(high)) return NULL;
    lrp_text_printf(&text, "%s(%.9g,%.9g)", rule->row->info.name, low, high);
    return lrp_text_take(&text);
}

/* Sums of parts of one sign cannot cancel: no input gets more than its layer has. */
static char *positive_parts(const struct remedy_case *c)
{
    (void)c;
    return strdup("z-plus(bias=on,inputs=split)");
}

/* What comes goes on as it is, where it can. */
static char *passed(const struct remedy_case *c)
{
    (void)c;
    return strdup("pass");
}

/* A stabilizer of a hundredth of what goes in: no number gets more than a hundredfold. */
static char *stabilized(const struct remedy_case *c)
{
    struct lrp_text text = {0};
    double low, high;
    input_range(c, &low, &high);
    const double size = fmax(fabs(low), fabs(high));
    if (!isfinite(size) || size <= 0) return NULL;
    lrp_text_printf(&text, "epsilon(%g)", pow(10, floor(log10(size)) - 1));
    return lrp_text_take(&text);
}

static const char *why_denominators(const struct remedy_case *c)
{
    return main_cause(c) == LRP_CAUSE_BIAS ? "inputs and bias all but cancel in its denominators"
                                           : "its denominators are close to 0";
}
static const char *why_signs(const struct remedy_case *c)
{
    (void)c;
    return "its rule is meant for inputs and sums that are not negative";
}
static const char *why_box(const struct remedy_case *c)
{
    (void)c;
    return "its input lies outside the bounds";
}

/* In the order of preference: the first that fits and is not there already. */
static const struct {
    char *(*rule)(const struct remedy_case *c);
    const char *(*why)(const struct remedy_case *c);
} remedies[] = {
    {signed_form, why_signs},   {wider_box, why_box},           {positive_parts, why_denominators},
    {passed, why_denominators}, {stabilized, why_denominators},
};

/* ---- whom it is given to ---- */

/* The shortest text of a rule that all layers of a selection can have and the layer in question has not; NULL: no. */
static char *fitting_text(const struct remedy_case *c, const char *text, const bool *layers)
{
    const struct lrp_setup *s = c->setup;
    struct lrp_rule rule;
    if (lrp_rule_parse(text, s->settings->book, s->convention, &rule, NULL) != LRP_OK) return NULL;
    char *shortest = lrp_rule_text(&rule, s->convention);
    bool fits = shortest && strcmp(shortest, rule_of(c, c->layer)) != 0;
    for (size_t i = 1; fits && i < c->layers->count; i++)
        if (layers ? layers[i] : i == c->layer)
            fits = lrp_rule_fits(s->network->graph, s->network->view, s->settings->book, (int)i, &rule, NULL) == LRP_OK;
    lrp_rule_clear(&rule);
    if (fits) return shortest;
    free(shortest);
    return NULL;
}

static void append_option(struct lrp_text *out, const char *selector, const char *rule)
{
    lrp_text_append(out, " --rule '");
    if (strchr(selector, '='))
        lrp_append_quoted(out, selector, "=");
    else
        lrp_text_append(out, selector);
    lrp_text_printf(out, "=%s'", rule);
}

/* For all that are alike, by their type: the few of that type that have another rule keep it. */
static bool append_for_type(const struct remedy_case *c, const char *rule, struct lrp_text *out)
{
    enum { FEW = 2 };
    struct lrp_text type = {0};
    struct lrp_selection chosen = {0};
    size_t alike = 0, others = 0;
    lrp_text_printf(&type, "type:%s", c->layers->rows[c->layer].type);
    const struct lrp_network *n = c->setup->network;
    if (!type.data || lrp_select(n->graph, n->view, type.data, &chosen, NULL) != LRP_OK) {
        lrp_text_free(&type);
        return false;
    }
    for (size_t i = 1; i < c->layers->count; i++) *(c->alike[i] ? &alike : &others) += chosen.layers[i];
    char *text = alike > 1 ? fitting_text(c, rule, chosen.layers) : NULL;
    if (text) append_option(out, type.data, text);
    for (size_t i = 1; text && others <= FEW && i < c->layers->count; i++)
        if (chosen.layers[i] && !c->alike[i]) append_option(out, c->layers->rows[i].name, rule_of(c, i));
    free(text);
    lrp_selection_free(&chosen);
    lrp_text_free(&type);
    return text != NULL;
}

static bool append_for_layer(const struct remedy_case *c, const char *rule, struct lrp_text *out)
{
    char *text = fitting_text(c, rule, NULL);
    if (text) append_option(out, c->layers->rows[c->layer].name, text);
    free(text);
    return text != NULL;
}

static void append_remedy(const struct remedy_case *c, struct lrp_text *out)
{
    const enum lrp_cause most = main_cause(c);
    if (most != LRP_CAUSE_OTHER) lrp_text_printf(out, "%s %.3g, ", lrp_cause_text(most), c->row->causes[most]);
    for (size_t k = 0; k < sizeof remedies / sizeof *remedies; k++) {
        struct lrp_text options = {0};
        char *rule = remedies[k].rule(c);
        const bool helps = rule && (append_for_type(c, rule, &options) || append_for_layer(c, rule, &options));
        if (helps && options.data) lrp_text_printf(out, "%s:%s", remedies[k].why(c), options.data);
        free(rule);
        lrp_text_free(&options);
        if (helps) return;
    }
    lrp_text_append(out, "no rule is known to end it");
}

char *lrp_remedy_text(const struct lrp_results *results, const struct lrp_setup *setup, size_t layer,
                      const struct lrp_ledger_row *row)
{
    const struct lrp_layer_list *layers = &results->network->view->list;
    struct remedy_case c = {.results = results, .setup = setup, .layers = layers, .layer = layer, .row = row};
    struct lrp_text out = {0};
    c.alike = calloc(layers->count + 1, sizeof *c.alike);
    if (!c.alike) return NULL;
    for (size_t i = 1; i < layers->count; i++)
        c.alike[i] =
            strcmp(layers->rows[i].type, layers->rows[layer].type) == 0 && strcmp(rule_of(&c, i), rule_of(&c, layer)) == 0;
    append_remedy(&c, &out);
    free(c.alike);
    return lrp_text_take(&out);
}
