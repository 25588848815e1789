/* network.c: a model at concrete shapes, and a network under settings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convention.h"
#include "internal.h"
#include "known.h"
#include "model_internal.h"
#include "plugin.h"
#include "text.h"

static void *retain(int *references, void *object)
{
    __atomic_add_fetch(references, 1, __ATOMIC_RELAXED);
    return object;
}

static bool last(int *references)
{
    return __atomic_sub_fetch(references, 1, __ATOMIC_ACQ_REL) == 0;
}

/* ---- network ---- */

struct lrp_network *lrp_network_retain(struct lrp_network *network)
{
    return retain(&network->references, network);
}

void lrp_network_release(struct lrp_network *network)
{
    if (!network || !last(&network->references)) return;
    lrp_engine_free(network->engine);
    lrp_graph_free(network->graph);
    lrp_model_release(network->model);
    lrp_plugin_list_release(network->plugins);
    free(network->token_input);
    free(network->attention);
    free(network->decoder);
    free(network->patches);
    free(network->places);
    free(network->signals);
    free(network->shapes);
    free(network->flags);
    free(network);
}

enum lrp_status lrp_network_new(struct lrp_model *model, const struct lrp_known_inputs *inputs,
                                const struct lrp_settings *settings, struct lrp_network **out, struct lrp_error *err)
{
    const size_t count = lrp_model_input_count(model);
    struct lrp_network *n = calloc(1, sizeof *n);
    const char *token_input = lrp_settings_get(settings, LRP_SETTING_TOKEN_INPUT);
    if (n) n->shapes = malloc((count + 1) * sizeof *n->shapes);
    if (n) n->flags = malloc((count + 1) * sizeof *n->flags);
    if (n && *token_input) n->token_input = strdup(token_input);
    if (!n || !n->shapes || !n->flags || (*token_input && !n->token_input)) {
        if (n) free(n->shapes);
        if (n) free(n->flags);
        free(n);
        return lrp_fail(err, LRP_MEMORY, "%s: not enough memory", lrp_model_path(model));
    }
    n->references = 1;
    n->model = lrp_model_retain(model);
    memcpy(n->shapes, inputs->shapes, count * sizeof *n->shapes);
    memcpy(n->flags, inputs->flags, count * sizeof *n->flags);
    n->canonize = lrp_settings_flag(settings, LRP_SETTING_CANONIZE);
    n->fuse = lrp_settings_flag(settings, LRP_SETTING_FUSE);
    n->strip_sigmoid = lrp_settings_flag(settings, LRP_SETTING_STRIP_SIGMOID);
    n->strip_softmax = lrp_settings_flag(settings, LRP_SETTING_STRIP_SOFTMAX);
    n->plugins = lrp_plugin_list_retain(settings->plugins);
    const struct lrp_graph_options options = {.canonize = n->canonize,
                                              .strip_softmax = n->strip_softmax,
                                              .strip_sigmoid = n->strip_sigmoid,
                                              .input_shapes = inputs->shapes,
                                              .input_flags = inputs->flags,
                                              .token_input = n->token_input,
                                              .operators = lrp_plugin_list_operators(settings->plugins)};
    enum lrp_status status = lrp_graph_build(lrp_model_definition(model), &options, &n->graph, err);
    if (!status) status = lrp_graph_layers(n->graph, n->fuse, &n->view, err);
    if (!status && !(n->batch = lrp_graph_trace_samples(n->graph)))
        status = lrp_fail(err, LRP_MEMORY, "%s: not enough memory", lrp_model_path(model));
    if (!status) status = lrp_network_describe(n, err);
    if (!status) status = lrp_engine_new(n->graph, &n->engine, err);
    if (!status)
        *out = n;
    else
        lrp_network_release(n);
    return status;
}

bool lrp_network_serves(const struct lrp_network *network, const struct lrp_known_inputs *inputs,
                        const struct lrp_settings *settings)
{
    for (size_t i = 0; i < lrp_model_input_count(network->model); i++) {
        const struct lrp_shape *a = &network->shapes[i], *b = &inputs->shapes[i];
        if (a->rank != b->rank || (a->rank > 0 && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) != 0)) return false;
        if (network->flags[i] != inputs->flags[i]) return false;
    }
    return network->canonize == lrp_settings_flag(settings, LRP_SETTING_CANONIZE) &&
           network->fuse == lrp_settings_flag(settings, LRP_SETTING_FUSE) &&
           network->strip_sigmoid == lrp_settings_flag(settings, LRP_SETTING_STRIP_SIGMOID) &&
           network->strip_softmax == lrp_settings_flag(settings, LRP_SETTING_STRIP_SOFTMAX) &&
           strcmp(network->token_input ? network->token_input : "", lrp_settings_get(settings, LRP_SETTING_TOKEN_INPUT)) == 0 &&
           network->plugins == settings->plugins;
}

/* ---- setup ---- */

struct lrp_setup *lrp_setup_retain(struct lrp_setup *setup)
{
    return retain(&setup->references, setup);
}

void lrp_setup_release(struct lrp_setup *setup)
{
    if (!setup || !last(&setup->references)) return;
    free(setup->conflict);
    lrp_method_call_free(&setup->method);
    lrp_concepts_free(&setup->concepts);
    if (!setup->lender) {
        lrp_assignment_free(&setup->assignment);
        lrp_composite_free(setup->composite);
        lrp_check_free(setup->check);
        lrp_labels_free(&setup->labels);
    }
    lrp_setup_release(setup->lender);
    lrp_settings_free(setup->settings);
    lrp_network_release(setup->network);
    free(setup);
}

enum { IDLE_TOLD = 20 };

/* Names that register nothing; the nearest are looked for of the first few alone. */
static enum lrp_status warn_of_idle(struct lrp_setup *s, const struct lrp_registry *registry, struct lrp_error *err)
{
    const struct lrp_graph *graph = s->network->graph;
    const struct lrp_layer_list *layers = &s->network->view->list;
    const char *name;
    size_t at = 0, told = 0;
    bool activation, fine = true;
    while (fine && (name = lrp_registry_idle_name(registry, graph, layers, &at, &activation))) {
        if (told++ >= IDLE_TOLD) continue;
        char text[600], *near = lrp_types_near(graph, layers, name);
        snprintf(text, sizeof text, "registered %s %.200s: there is none of that name, type or pattern (nearest: %.300s)",
                 activation ? "activation" : "layer", name, near ? near : "");
        free(near);
        fine = lrp_assignment_warn(&s->assignment, text);
    }
    char more[100];
    snprintf(more, sizeof more, "%zu more registered names are of no layer, type or pattern", told - IDLE_TOLD);
    if (fine && told > IDLE_TOLD) fine = lrp_assignment_warn(&s->assignment, more);
    return fine ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status check_state(struct lrp_setup *s, struct lrp_error *err)
{
    struct lrp_registry *registry = NULL;
    enum lrp_status status = lrp_registry_new(lrp_convention_row(s->convention)->pull_request_26, &registry, err);
    for (size_t i = 0; !status && i < s->settings->layers.count; i++)
        status = lrp_registry_support_layer(registry, s->settings->layers.items[i], err);
    for (size_t i = 0; !status && i < s->settings->activations.count; i++)
        status = lrp_registry_support_activation(registry, s->settings->activations.items[i], err);
    if (!status) status = lrp_check_run(&s->network->view->list, registry, &s->check, err);
    if (!status) status = warn_of_idle(s, registry, err);
    lrp_registry_free(registry);
    return status;
}

/* Where relevance ends, if that is no float input and no lookup of tokens. */
static enum lrp_status warn_of_sources(struct lrp_setup *s, struct lrp_error *err)
{
    const struct lrp_carriers *c = &s->assignment.carriers;
    const struct lrp_value *values = s->network->graph->values;
    bool fine = true;
    for (size_t i = 0; fine && c->substituted && i < c->source_count; i++) {
        char text[600];
        snprintf(
            text, sizeof text,
            "input %.200s holds %s: relevance ends at %.200s, the first float value made of them, and its row (0) shows it",
            values[c->sources[i].input].name, values[c->sources[i].input].desc.dtype == LRP_DTYPE_STRING ? "texts" : "integers",
            values[c->sources[i].value].name);
        fine = lrp_assignment_warn(&s->assignment, text);
    }
    return fine ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

static enum lrp_status assign_rules(struct lrp_setup *s, struct lrp_error *err)
{
    size_t count = s->settings->rules.count;
    struct lrp_rule_option *options = calloc(count + 1, sizeof *options);
    if (!options) return lrp_fail(err, LRP_MEMORY, "not enough memory for the rules");
    for (size_t i = 0; i < count; i++)
        options[i] = (struct lrp_rule_option){s->settings->selects.items[i], s->settings->rules.items[i]};
    const char *composite = lrp_settings_get(s->settings, LRP_SETTING_COMPOSITE);
    if (!lrp_settings_given(s->settings, LRP_SETTING_COMPOSITE))
        composite = lrp_composite_default(&s->network->view->list, s->convention, composite);
    enum lrp_status status = lrp_composite_parse(composite, s->settings->book, s->convention, &s->composite, err);
    if (!status)
        status =
            lrp_composite_set(s->composite, LRP_SWITCH_ATTENTION, lrp_settings_get(s->settings, LRP_SETTING_ATTENTION), err);
    if (!status)
        status = lrp_composite_set(s->composite, LRP_SWITCH_GATES, lrp_settings_get(s->settings, LRP_SETTING_GATES), err);
    if (!status) status = lrp_assign(s->network->graph, s->network->view, s->composite, options, count, &s->assignment, err);
    if (!status) status = warn_of_sources(s, err);
    free(options);
    return status ? lrp_fail_context(err, status, "%s", lrp_model_path(s->network->model)) : LRP_OK;
}

static bool holds_floats(const struct lrp_graph *g, int output)
{
    const enum lrp_dtype inferred = g->values[g->outputs[output]].desc.dtype;
    return lrp_dtype_is_float(inferred == LRP_DTYPE_UNDEFINED ? g->definition->outputs[output].dtype : inferred);
}

/* The value that is explained: the output of that name; without a name the first that holds floats, or if none does, the
 * first. */
static enum lrp_status choose_output(struct lrp_setup *s, struct lrp_error *err)
{
    const struct lrp_graph *g = s->network->graph;
    const struct lrp_definition *d = g->definition;
    const char *name = lrp_settings_get(s->settings, LRP_SETTING_OUTPUT_NAME);
    struct lrp_text names = {0};
    int chosen = -1;
    for (int i = 0; i < g->output_count && chosen < 0; i++) {
        if (*name ? strcmp(d->outputs[i].name, name) == 0 : holds_floats(g, i)) chosen = i;
        lrp_text_printf(&names, "%s%s", i ? ", " : "", d->outputs[i].name);
    }
    if (!*name && chosen < 0 && g->output_count) chosen = 0;
    if (chosen >= 0) s->output = g->outputs[chosen];
    enum lrp_status status = chosen >= 0 ? LRP_OK
                                         : lrp_fail(err, LRP_USAGE, "%s: no output is called %s (outputs: %s)", d->path, name,
                                                    names.data ? names.data : "");
    lrp_text_free(&names);
    return status;
}

bool lrp_setup_blocked(const struct lrp_setup *setup)
{
    return lrp_method_by_rules(&setup->method) && !setup->check->passed &&
           !lrp_settings_flag(setup->settings, LRP_SETTING_SKIP_CHECKS);
}

static enum lrp_status read_concepts(struct lrp_setup *s, struct lrp_error *err)
{
    const struct lrp_network *n = s->network;
    const enum lrp_status status =
        lrp_concepts_parse(lrp_settings_get(s->settings, LRP_SETTING_CONCEPT), n->graph, n->view, &s->concepts, err);
    if (status) return lrp_fail_context(err, status, "%s", n->graph->definition->path);
    s->concepts.keep_parallel = strcmp(lrp_settings_get(s->settings, LRP_SETTING_CONCEPT_PARALLEL), "keep") == 0;
    s->concepts.activation = strcmp(lrp_settings_get(s->settings, LRP_SETTING_CONCEPT_START), "activation") == 0;
    if (s->concepts.count && !s->method.row->by_rules)
        return lrp_fail(err, LRP_USAGE, "concepts are conditions on relevance: --method lrp only, not %s",
                        s->method.row->info.name);
    return LRP_OK;
}

enum lrp_status lrp_setup_new(struct lrp_network *network, const struct lrp_settings *settings, struct lrp_setup **out,
                              struct lrp_error *err)
{
    struct lrp_setup *s = calloc(1, sizeof *s);
    if (!s) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    s->references = 1;
    s->network = lrp_network_retain(network);
    enum lrp_status status = lrp_settings_copy(settings, &s->settings, err);
    if (!status) status = lrp_convention_parse(lrp_settings_get(settings, LRP_SETTING_CONVENTION), &s->convention, err);
    if (!status) status = lrp_method_parse(lrp_settings_get(settings, LRP_SETTING_METHOD), &s->method, err);
    if (!status) status = assign_rules(s, err);
    if (!status) status = read_concepts(s, err);
    if (!status) status = check_state(s, err);
    if (!status) status = choose_output(s, err);
    if (!status && *lrp_settings_get(settings, LRP_SETTING_LABELS))
        status = lrp_labels_read(lrp_settings_get(settings, LRP_SETTING_LABELS), &s->labels, err);
    if (!status)
        *out = s;
    else
        lrp_setup_release(s);
    return status;
}

enum lrp_status lrp_setup_like(struct lrp_setup *like, const struct lrp_settings *settings, struct lrp_setup **out,
                               struct lrp_error *err)
{
    struct lrp_setup *s = calloc(1, sizeof *s), *lender = like->lender ? like->lender : like;
    if (!s) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    *s = (struct lrp_setup){.references = 1,
                            .network = lrp_network_retain(lender->network),
                            .convention = lender->convention,
                            .check = lender->check,
                            .composite = lender->composite,
                            .assignment = lender->assignment,
                            .labels = lender->labels,
                            .output = lender->output,
                            .lender = lrp_setup_retain(lender)};
    enum lrp_status status = lrp_settings_copy(settings, &s->settings, err);
    if (!status) status = lrp_method_parse(lrp_settings_get(settings, LRP_SETTING_METHOD), &s->method, err);
    if (!status) status = read_concepts(s, err);
    if (!status)
        *out = s;
    else
        lrp_setup_release(s);
    return status;
}

int lrp_network_layer_value(const struct lrp_network *n, size_t layer)
{
    const size_t layers = n->view->list.count, input = layer < layers ? layer : layer - layers + 1;
    if (layer == 0 || layer >= layers) return input < (size_t)n->graph->input_count ? n->graph->inputs[input] : -1;
    const struct lrp_layer_nodes *nodes = &n->view->nodes[layer];
    return n->graph->nodes[nodes->activation >= 0 ? nodes->activation : nodes->anchor].out[0];
}

int lrp_network_value_row(const struct lrp_network *n, int value)
{
    const struct lrp_value *v = &n->graph->values[value];
    if (v->producer >= 0) return n->view->layer_of_node[v->producer];
    for (int i = 0; v->is_input && i < n->graph->input_count; i++)
        if (n->graph->inputs[i] == value) return i ? (int)n->view->list.count + i - 1 : 0;
    return -1;
}

int lrp_network_value(const struct lrp_network *n, const char *name)
{
    for (int v = 0; v < n->graph->value_count; v++)
        if (!n->graph->values[v].own && lrp_text_names(name, n->graph->values[v].name)) return v;
    return -1;
}
