/* assign.c: which layer gets which rule. */
#include "assign.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "convention.h"
#include "known.h"
#include "names.h"
#include "select.h"
#include "text.h"

/* ---- does a rule fit ---- */

static enum lrp_status bounds_fit(const struct lrp_rule_row *row, const struct lrp_desc *input, size_t count, const char *name,
                                  struct lrp_error *err)
{
    int64_t all = lrp_shape_count(input->shape), batch = input->shape->rank ? input->shape->dim[0] : 1;
    int64_t channels = input->shape->rank > 1 ? input->shape->dim[1] : 1;
    if (count <= 1 || all < 0 || (int64_t)count == channels || (batch > 0 && (int64_t)count == all / batch)) return LRP_OK;
    return lrp_fail(err, LRP_USAGE, "rule %s: %s has %zu values; 1, %lld (channels) or %lld (all) would fit", row->info.name,
                    name, count, (long long)channels, (long long)(batch > 0 ? all / batch : all));
}

static enum lrp_status unfit(const struct lrp_layer *layer, const struct lrp_rule_row *row, struct lrp_error *err)
{
    return lrp_fail(err, LRP_USAGE, "rule %s does not fit layer %s (%s); it fits: %s", row->info.name, layer->name, layer->type,
                    row->info.fits);
}

enum lrp_status lrp_rule_fits(const struct lrp_graph *graph, const struct lrp_layer_view *view,
                              const struct lrp_rule_book *book, int layer, struct lrp_rule *rule, struct lrp_error *err)
{
    const struct lrp_layer *l = &view->list.rows[layer];
    const struct lrp_rule_row *row = rule->row;
    rule->how = lrp_rule_book_how(book, row, l);
    if (l->index == 0) return lrp_fail(err, LRP_USAGE, "%s is an input of the model, which has no rule", l->name);
    const struct lrp_node *anchor = &graph->nodes[view->nodes[layer].anchor];
    const struct lrp_call *call = &anchor->call;
    if (!call->op) return lrp_fail(err, LRP_USAGE, "layer %s cannot be executed: %s", l->name, l->obstacle);
    if (!rule->how->fit(l, call)) return unfit(l, row, err);
    enum lrp_status status = bounds_fit(row, &call->in[0], rule->low_count, "low", err);
    return !status ? bounds_fit(row, &call->in[0], rule->high_count, "high", err) : status;
}

/* ---- composites ---- */

struct assigner {
    const struct lrp_graph *graph;
    const struct lrp_layer_view *view;
    enum lrp_convention convention;
    struct lrp_assignment *out;
    struct lrp_error *err;
};

bool lrp_assignment_warn(struct lrp_assignment *assignment, const char *text)
{
    char **warnings = realloc(assignment->warnings, (assignment->warning_count + 1) * sizeof *warnings);
    if (!warnings) return false;
    assignment->warnings = warnings;
    warnings[assignment->warning_count] = strdup(text);
    return warnings[assignment->warning_count++] != NULL;
}

static enum lrp_status warn(struct assigner *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum lrp_status warn(struct assigner *a, const char *format, ...)
{
    char text[1000];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return lrp_assignment_warn(a->out, text) ? LRP_OK : lrp_fail(a->err, LRP_MEMORY, "not enough memory");
}

/* A type that nothing is called by, neither in the model nor anywhere else, is most likely misspelt. */
static enum lrp_status check_types(struct assigner *a, const struct lrp_primitive *p)
{
    enum lrp_status status = LRP_OK;
    for (size_t i = 0; !status && i < p->count; i++) {
        const char *type = p->rules[i].type;
        if (!type || lrp_type_is_known(a->graph, &a->view->list, type)) continue;
        char *near = lrp_types_near(a->graph, &a->view->list, type);
        status = warn(a, "composite: no layer is of type %.200s (nearest: %.300s)", type, near ? near : "");
        free(near);
    }
    return status;
}

/* The layers a primitive speaks of, before any type map; owned by the caller. */
static enum lrp_status scope(struct assigner *a, const struct lrp_primitive *p, bool **out)
{
    const struct lrp_layer_list *list = &a->view->list;
    bool *layers = calloc(list->count + 1, sizeof *layers);
    if (!layers) return lrp_fail(a->err, LRP_MEMORY, "not enough memory");
    *out = layers;
    bool all =
        p->kind == LRP_PRIMITIVE_GLOBAL || p->kind == LRP_PRIMITIVE_GLOBAL_TYPE || p->kind == LRP_PRIMITIVE_FIRST_OF_TYPE;
    for (size_t i = 1; i < list->count; i++) layers[i] = all || (p->n > 0 && (int64_t)i <= p->n);
    int end = -1;
    if (p->kind == LRP_PRIMITIVE_FIRST_LAYER || p->kind == LRP_PRIMITIVE_FIRST_LAYER_TYPE) end = lrp_first_layer(list);
    if (p->kind == LRP_PRIMITIVE_LAST_LAYER || p->kind == LRP_PRIMITIVE_LAST_LAYER_TYPE) end = lrp_last_layer(list);
    if (end > 0) layers[end] = true;
    if (!p->selector) return LRP_OK;
    struct lrp_selection s;
    struct lrp_error why = {0};
    enum lrp_status status = lrp_select(a->graph, a->view, p->selector, &s, &why);
    if (status) return lrp_fail(a->err, status, "composite: %s", why.message);
    lrp_select_prefix(a->graph, a->view, p->selector, layers); /* beside a layer of that very name */
    for (size_t i = 1; i < list->count; i++) layers[i] = layers[i] || s.layers[i];
    lrp_selection_free(&s);
    return LRP_OK;
}

/* The rule a primitive has for a layer in its scope, or NULL. */
static struct lrp_type_rule *yields(const struct lrp_primitive *p, const struct lrp_layer *layer)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->rules[i].type || lrp_layer_is(layer, p->rules[i].type)) return &p->rules[i];
    return NULL;
}

/* first-of-type: only the first layer that the map knows. */
static void keep_first(const struct lrp_primitive *p, const struct lrp_layer_list *list, bool *layers)
{
    bool found = false;
    for (size_t i = 1; i < list->count; i++) {
        layers[i] = layers[i] && !found && yields(p, &list->rows[i]);
        found |= layers[i];
    }
}

/* The file name of the plugin that computes in a rule's stead; NULL: none does. */
static const char *plugin_of(const struct lrp_rule *rule)
{
    const char *by = rule->how && rule->how != rule->row ? rule->how->info.origin : NULL, *slash = by ? strrchr(by, '/') : NULL;
    return slash ? slash + 1 : by;
}

/* What a plugin computes in a rule's stead is said where the rule comes from. NULL when out of memory. */
static const char *source_text(struct assigner *a, const struct lrp_rule_source *source)
{
    struct lrp_text said = {0};
    lrp_text_append(&said, source->text);
    if (source->plugin) lrp_text_printf(&said, "%soverridden by %s", *source->text ? ", " : "", source->plugin);
    const char *text = said.failed ? NULL : lrp_text_set_keep(&a->out->texts, said.data, said.length);
    lrp_text_free(&said);
    return text;
}

/* One of the last few that were new, if it is the same: neighbours have the same rules. */
static const struct lrp_given_rule *find_given(const struct lrp_assignment *out, const struct lrp_rule *rule,
                                               const struct lrp_rule_source *source)
{
    int looked = 0;
    for (const struct lrp_given_rule *g = out->newest; g && looked < 8; g = g->before, looked++)
        if (g->source.text == source->text && g->source.selector == source->selector && g->source.plugin == source->plugin &&
            g->source.fallback == source->fallback && lrp_rule_equal(&g->rule, rule))
            return g;
    return NULL;
}

/* NULL when out of memory. */
static const struct lrp_given_rule *add_given(struct assigner *a, const struct lrp_rule *rule,
                                              const struct lrp_rule_source *source)
{
    struct lrp_given_rule *g = lrp_arena_calloc(a->out->texts.arena, 1, sizeof *g);
    char *words = lrp_rule_text(rule, a->convention);
    if (g && words) g->text = lrp_text_set_keep(&a->out->texts, words, strlen(words));
    free(words);
    if (!g || !g->text || lrp_rule_copy(rule, &g->rule, a->err)) return NULL;
    g->source = *source;
    g->before = a->out->newest;
    return a->out->newest = g;
}

static enum lrp_status give_rule(struct assigner *a, size_t layer, const struct lrp_rule *rule, struct lrp_rule_source source)
{
    source.plugin = plugin_of(rule);
    source.text = source_text(a, &source);
    const struct lrp_given_rule *given = source.text ? find_given(a->out, rule, &source) : NULL;
    if (!given && source.text) given = add_given(a, rule, &source);
    if (!given) return lrp_fail(a->err, LRP_MEMORY, "not enough memory for the rules");
    a->out->given[layer] = given;
    a->out->rules[layer] = layer ? given->text : "";
    a->out->sources[layer] = &given->source;
    return LRP_OK;
}

/* Which primitive it was: "global-type convolution", "layer 9", in a preset "epsilon-plus-flat: global-type convolution". */
static enum lrp_status give_by(struct assigner *a, size_t layer, const struct lrp_composite *c, const struct lrp_primitive *p,
                               const struct lrp_type_rule *entry)
{
    struct lrp_text source = {0};
    if (c->preset) lrp_text_printf(&source, "%s: ", c->preset);
    lrp_text_append(&source, lrp_primitive_text(p->kind));
    if (p->selector) lrp_text_printf(&source, " %s", p->selector);
    if (p->n > 0) lrp_text_printf(&source, " %lld", (long long)p->n);
    if (entry->type) lrp_text_printf(&source, " %s", entry->type);
    enum lrp_status status = source.failed ? lrp_fail(a->err, LRP_MEMORY, "not enough memory")
                                           : give_rule(a, layer, &entry->rule, (struct lrp_rule_source){.text = source.data});
    lrp_text_free(&source);
    return status;
}

/* One primitive over all layers; a later one overwrites, which makes the last that fits win. */
static enum lrp_status apply_primitive(struct assigner *a, const struct lrp_composite *c, const struct lrp_primitive *p)
{
    const struct lrp_layer_list *list = &a->view->list;
    bool *layers = NULL;
    enum lrp_status status = scope(a, p, &layers);
    size_t fitted = 0;
    if (!status) status = check_types(a, p);
    if (!status && p->kind == LRP_PRIMITIVE_FIRST_OF_TYPE) keep_first(p, list, layers);
    for (size_t i = 1; !status && i < list->count; i++) {
        struct lrp_type_rule *entry = layers[i] ? yields(p, &list->rows[i]) : NULL;
        struct lrp_error why;
        if (!entry) continue;
        if (lrp_rule_fits(a->graph, a->view, c->book, (int)i, &entry->rule, &why) == LRP_OK) {
            status = give_by(a, i, c, p, entry);
            fitted++;
        } else if (list->rows[i].executable && (list->rows[i].differentiable || !c->preset)) {
            /* nobody meant a preset for what hands nothing back */
            status = warn(a, "%s", why.message);
        }
    }
    bool first = p->kind == LRP_PRIMITIVE_FIRST_LAYER_TYPE || p->kind == LRP_PRIMITIVE_FIRST_OF_TYPE;
    if (!status && c->preset && first && !fitted && list->count > 1) {
        char *rule = lrp_rule_text(&p->rules[0].rule, c->convention);
        status = warn(a, "composite %s: its first-layer rule %s found no layer (the first layer is not a convolution)",
                      c->preset, rule ? rule : "");
        free(rule);
    }
    free(layers);
    return status;
}

/* ---- --rule options ---- */

static enum lrp_status give_if_it_fits(struct assigner *a, const struct lrp_composite *c, size_t layer, struct lrp_rule *rule,
                                       struct lrp_rule_source source, bool lenient)
{
    struct lrp_error why;
    const enum lrp_status status = lrp_rule_fits(a->graph, a->view, c->book, (int)layer, rule, &why);
    if (!status) return give_rule(a, layer, rule, source);
    if (lenient && status == LRP_USAGE) return warn(a, "%s", why.message);
    return lrp_fail(a->err, status, "%s", why.message);
}

static enum lrp_status give_selected(struct assigner *a, const struct lrp_composite *c, const char *select,
                                     struct lrp_rule *rule, struct lrp_rule_source source)
{
    struct lrp_selection s;
    enum lrp_status status = lrp_select(a->graph, a->view, select, &s, a->err);
    if (status) return status;
    bool lenient = s.by == LRP_BY_RANGE || s.by == LRP_BY_GLOB || s.by == LRP_BY_PREFIX;
    for (size_t i = lenient ? 1 : 0; !status && i < lrp_layer_rows(&a->view->list); i++)
        if (s.layers[i]) status = give_if_it_fits(a, c, i, rule, source, lenient);
    if (!status && s.by == LRP_BY_DROPPED) status = warn(a, "%s was dropped by canonization: its rule does nothing", select);
    lrp_selection_free(&s);
    return status;
}

/* `names`: of the layers, SIZE_MAX if several have it; one that only one has needs no search. */
static enum lrp_status apply_option(struct assigner *a, const struct lrp_composite *c, const struct lrp_names *names,
                                    const struct lrp_rule_option *option)
{
    struct lrp_rule rule;
    enum lrp_status status = lrp_rule_parse(option->rule, c->book, c->convention, &rule, a->err);
    if (status) return status;
    struct lrp_text source = {0};
    lrp_text_printf(&source, "--rule %s", option->select);
    const struct lrp_rule_source by = {.text = source.data, .selector = option->select};
    size_t layer;
    if (source.failed)
        status = lrp_fail(a->err, LRP_MEMORY, "not enough memory");
    else if (lrp_names_get(names, option->select, &layer) && layer != SIZE_MAX)
        status = give_if_it_fits(a, c, layer, &rule, by, false);
    else
        status = give_selected(a, c, option->select, &rule, by);
    lrp_text_free(&source);
    lrp_rule_clear(&rule);
    return status;
}

static enum lrp_status apply_options(struct assigner *a, const struct lrp_composite *c, const struct lrp_rule_option *options,
                                     size_t count)
{
    struct lrp_names names = {0};
    bool ok = true;
    for (size_t i = 1; ok && count && i < a->view->list.count; i++) {
        const char *name = a->view->list.rows[i].name;
        ok = lrp_names_put(&names, name, lrp_names_get(&names, name, NULL) ? SIZE_MAX : i);
    }
    enum lrp_status status = ok ? LRP_OK : lrp_fail(a->err, LRP_MEMORY, "not enough memory");
    for (size_t i = 0; !status && i < count; i++) status = apply_option(a, c, &names, &options[i]);
    lrp_names_free(&names);
    return status;
}

/* What layers with a rule that stops make, and what is fused behind them, is no carrier. */
static enum lrp_status find_carriers(struct assigner *a)
{
    bool *stopped = calloc((size_t)a->graph->node_count + 1, sizeof *stopped);
    if (!stopped) return lrp_fail(a->err, LRP_MEMORY, "not enough memory");
    for (size_t i = 1; i < a->out->count; i++) {
        const struct lrp_layer_nodes *nodes = &a->view->nodes[i];
        if (!a->out->given[i]->rule.how->stops) continue;
        stopped[nodes->anchor] = true;
        if (nodes->activation >= 0) stopped[nodes->activation] = true;
    }
    enum lrp_status status = lrp_carriers_find(a->graph, stopped, a->graph->token_input, &a->out->carriers, a->err);
    if (!status) status = lrp_carriers_find(a->graph, NULL, a->graph->token_input, &a->out->unstopped, a->err);
    free(stopped);
    return status;
}

/* Deep Taylor decomposition is one of networks whose only activation is ReLU. */
static enum lrp_status check_activations(const struct assigner *a, const struct lrp_composite *composite)
{
    const char *relu = lrp_kind_row(LRP_KIND_RELU)->name, *none = lrp_kind_row(LRP_KIND_IDENTITY)->name;
    for (size_t i = 1; composite->only_relu && i < a->view->list.count; i++) {
        const struct lrp_layer *l = &a->view->list.rows[i];
        const bool itself = strcmp(lrp_kind_row((enum lrp_kind)l->kind)->group, "activation") == 0 && l->kind != LRP_KIND_RELU;
        if (!itself && (strcmp(l->activation, relu) == 0 || strcmp(l->activation, none) == 0)) continue;
        return lrp_fail(a->err, LRP_USAGE, "composite %s is for networks whose only activation is relu, layer %s has %s",
                        composite->preset, l->name, itself ? l->type : l->activation);
    }
    return LRP_OK;
}

enum lrp_status lrp_assign(const struct lrp_graph *graph, const struct lrp_layer_view *view,
                           const struct lrp_composite *composite, const struct lrp_rule_option *options, size_t option_count,
                           struct lrp_assignment *out, struct lrp_error *err)
{
    const size_t count = view->list.count, rows = lrp_layer_rows(&view->list);
    struct assigner a = {graph, view, composite->convention, out, err};
    *out = (struct lrp_assignment){.differentiates = composite->differentiates,
                                   .count = count,
                                   .given = calloc(rows + 1, sizeof *out->given),
                                   .rules = calloc(rows + 1, sizeof *out->rules),
                                   .sources = calloc(rows + 1, sizeof *out->sources)};
    out->texts.arena = lrp_arena_new();
    const bool fine = out->given && out->rules && out->sources && out->texts.arena;
    enum lrp_status status = fine ? check_activations(&a, composite) : lrp_fail(err, LRP_MEMORY, "not enough memory");
    struct lrp_rule rest = {0};
    const char *uncovered = lrp_convention_row(composite->convention)->uncovered;
    if (!status) status = lrp_rule_parse(uncovered, NULL, composite->convention, &rest, err);
    const struct lrp_rule_row *own = rest.how;
    for (size_t i = 0; !status && i < count; i++) {
        rest.how = i ? lrp_rule_book_how(composite->book, rest.row, &view->list.rows[i]) : own;
        status = give_rule(&a, i, &rest, (struct lrp_rule_source){.text = i ? "fallback" : "", .fallback = i > 0});
    }
    for (size_t i = count; !status && i < rows; i++) { /* inputs, as row 0 */
        out->given[i] = out->given[0];
        out->rules[i] = out->rules[0];
        out->sources[i] = out->sources[0];
    }
    for (size_t i = 0; !status && i < composite->count; i++) status = apply_primitive(&a, composite, &composite->primitives[i]);
    if (!status) status = apply_options(&a, composite, options, option_count);
    if (!status) status = find_carriers(&a);
    if (status) lrp_assignment_free(out);
    return status;
}

void lrp_assignment_free(struct lrp_assignment *assignment)
{
    for (struct lrp_given_rule *g = assignment->newest; g; g = g->before) lrp_rule_clear(&g->rule);
    for (size_t i = 0; i < assignment->warning_count; i++) free(assignment->warnings[i]);
    lrp_carriers_free(&assignment->carriers);
    lrp_carriers_free(&assignment->unstopped);
    lrp_text_set_free(&assignment->texts);
    lrp_arena_free(assignment->texts.arena);
    free(assignment->given);
    free(assignment->rules);
    free(assignment->sources);
    free(assignment->warnings);
    *assignment = (struct lrp_assignment){0};
}
