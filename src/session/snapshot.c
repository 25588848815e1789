/* snapshot.c: everything there is to see at one moment. */
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"
#include "select.h"
#include "target.h"
#include "text.h"

const struct lrp_snapshot *lrp_snapshot_retain(const struct lrp_snapshot *snapshot)
{
    __atomic_add_fetch(&lrp_snapshot_box(snapshot)->self->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

void lrp_snapshot_release(const struct lrp_snapshot *snapshot)
{
    if (!snapshot) return;
    struct lrp_snapshot_box *box = lrp_snapshot_box(snapshot)->self;
    if (__atomic_sub_fetch(&box->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    free(box->activation);
    free(box->relevance);
    free(box->activation_statistics);
    free(box->relevance_statistics);
    free(box->targets);
    free(box->gaps);
    free(box->forward_ms);
    free(box->relevance_ms);
    free(box->input_label);
    for (size_t i = 0; box->growing && i < box->shown.input_count; i++) lrp_tensor_release(box->growing[i]);
    free(box->growing);
    free(box->inputs);
    lrp_written_release(box->written);
    lrp_channel_maps_release(box->maps);
    lrp_lens_rows_release(box->lens);
    lrp_strings_free(&box->notes);
    lrp_doubts_free(&box->doubts);
    lrp_results_release(box->results);
    lrp_setup_release(box->setup);
    lrp_model_release(box->model);
    free(box);
}

/* Copies numbers that were computed into zeros: where none were yet, memory stays untouched. */
static void copy_computed(void *to, const void *from, size_t count, size_t size)
{
    enum { PIECE = 4096 };
    static const char nothing[PIECE];
    for (size_t at = 0, bytes = count * size; at < bytes; at += PIECE) {
        const size_t here = bytes - at < PIECE ? bytes - at : PIECE;
        if (memcmp((const char *)from + at, nothing, here) != 0) memcpy((char *)to + at, (const char *)from + at, here);
    }
}

/* Tensors live as long as the results do, whose slots are never changed once set: no references of their own are needed. */
static bool copy_layers(struct lrp_snapshot_box *box)
{
    const struct lrp_network *n = box->setup->network;
    const struct lrp_results *r = box->results;
    const size_t count = lrp_layer_rows(&n->view->list);
    box->activation = calloc(count + 1, sizeof(struct lrp_result *));
    box->relevance = calloc(count + 1, sizeof(struct lrp_result *));
    box->activation_statistics = calloc(count + 1, sizeof *box->activation_statistics);
    box->relevance_statistics = calloc(count + 1, sizeof *box->relevance_statistics);
    box->targets = calloc(r->target_count + 1, sizeof *box->targets);
    box->forward_ms = calloc(count + 1, sizeof *box->forward_ms);
    box->relevance_ms = calloc(count + 1, sizeof *box->relevance_ms);
    if (!box->activation || !box->relevance || !box->activation_statistics || !box->relevance_statistics || !box->targets ||
        !box->forward_ms || !box->relevance_ms)
        return false;
    for (size_t i = 0; i < count; i++) {
        int value = lrp_network_layer_value(n, i);
        if (value < 0) continue;
        if (r->values[value]) box->activation[i] = lrp_tensor_numbers(r->values[value]);
        if (r->relevance[value]) box->relevance[i] = lrp_tensor_numbers(r->relevance[value]);
    }
    if (r->gaps) {
        box->gaps = calloc(r->target_count + 1, sizeof *box->gaps);
        if (!box->gaps) return false;
        memcpy(box->gaps, r->gaps, r->target_count * sizeof *r->gaps);
    }
    copy_computed(box->activation_statistics, r->value_statistics, count, sizeof *r->value_statistics);
    copy_computed(box->relevance_statistics, r->relevance_statistics, count, sizeof *r->relevance_statistics);
    copy_computed(box->forward_ms, r->forward_ms, count, sizeof *r->forward_ms);
    copy_computed(box->relevance_ms, r->relevance_ms, count, sizeof *r->relevance_ms);
    if (r->target_count) memcpy(box->targets, r->targets, r->target_count * sizeof *r->targets);
    lrp_targets_name(box->setup, r, box->targets);
    return true;
}

/* All inputs of the model: their tensors live as those of layers do. */
static bool copy_inputs(struct lrp_snapshot_box *box)
{
    const struct lrp_network *n = box->setup->network;
    const struct lrp_results *r = box->results;
    const size_t count = (size_t)n->graph->input_count;
    box->inputs = calloc(count + 1, sizeof *box->inputs);
    for (size_t i = 0; box->inputs && i < count; i++) {
        const int value = n->graph->inputs[i];
        const struct lrp_value *v = &n->graph->values[value];
        const struct lrp_tensor *given = r->values[value], *relevance = r->relevance[value];
        box->inputs[i] = (struct lrp_snapshot_input){.name = v->name,
                                                     .shape = given ? given->shape : *v->desc.shape,
                                                     .dtype = given ? given->dtype : v->desc.dtype,
                                                     .activation = lrp_tensor_numbers(given),
                                                     .relevance = lrp_tensor_numbers(relevance)};
        if (relevance) box->inputs[i].sum = r->relevance_statistics[lrp_network_value_row(n, value)].sum;
    }
    return box->inputs != NULL;
}

/* What a method of many passes has so far stands in the place of what it will find. It is replaced as it grows: references. */
static bool copy_growing(struct lrp_snapshot_box *box)
{
    const struct lrp_network *n = box->setup->network;
    const struct lrp_results *r = box->results;
    if (!r->growing || r->relevance_done) return true;
    box->shown.input_count = (size_t)n->graph->input_count;
    box->growing = calloc(box->shown.input_count + 1, sizeof(struct lrp_tensor *));
    if (!box->growing) return false;
    for (size_t i = 0; i < box->shown.input_count; i++) {
        const struct lrp_tensor *t = r->growing[n->graph->inputs[i]];
        const int row = lrp_network_value_row(n, n->graph->inputs[i]);
        if (!t) continue;
        box->growing[i] = lrp_tensor_retain(t);
        if (row == 0)
            box->relevance_statistics[0] = r->growing_statistics;
        else
            lrp_tensor_statistics(t, &box->relevance_statistics[row]);
        box->inputs[i].relevance = box->relevance[row] = lrp_tensor_numbers(t);
        box->inputs[i].sum = box->relevance_statistics[row].sum;
    }
    return true;
}

/* What the box owns, as the public struct shows it. */
static void show_layers(struct lrp_snapshot_box *box)
{
    struct lrp_snapshot *shown = &box->shown;
    shown->activation = box->activation;
    shown->relevance = box->relevance;
    shown->activation_statistics = box->activation_statistics;
    shown->relevance_statistics = box->relevance_statistics;
    shown->targets = box->targets;
    shown->target_count = box->results->target_count;
    shown->ledger = box->results->ledger;
    shown->passes = box->results->passes;
    shown->only_inputs = box->setup->method.row->compute != NULL;
    shown->growing = box->growing != NULL;
    shown->completeness_gaps = box->gaps;
    shown->baseline = lrp_method_text(&box->setup->method, "baseline");
    shown->seed = *lrp_method_text(&box->setup->method, "noise") ? "" : lrp_method_text(&box->setup->method, "seed");
    shown->doubts = (const char *const *)box->doubts.lines.items;
    shown->doubt_layers = box->doubts.layers;
    shown->doubt_count = box->doubts.lines.count;
    shown->forward_layer_ms = box->forward_ms;
    shown->relevance_layer_ms = box->relevance_ms;
}

/* How many tokens an input was given. */
static int64_t length_of(const struct lrp_snapshot *shown, const char *name)
{
    for (size_t i = 0; name && i < shown->input_count; i++) {
        const struct lrp_snapshot_input *input = &shown->inputs[i];
        if (strcmp(input->name, name) == 0 && input->activation && input->shape.rank > 0)
            return input->shape.dim[input->shape.rank - 1];
    }
    return 0;
}

/* How many tokens the model was given, and by which input. */
static void show_inputs(const struct lrp_session *session, struct lrp_snapshot_box *box)
{
    struct lrp_snapshot *shown = &box->shown;
    shown->inputs = box->inputs;
    shown->input_count = (size_t)box->setup->network->graph->input_count;
    shown->attention = box->setup->network->attention;
    shown->decoder = box->setup->network->decoder;
    shown->patches = box->setup->network->patches;
    shown->places = box->setup->network->places;
    shown->signals = box->setup->network->signals;
    shown->token_input = lrp_session_token_input(session);
    shown->token_count = length_of(shown, shown->token_input);
    shown->decoder_count = length_of(shown, box->decoder_input);
}

/* What is to be said of inputs, and once there is relevance, of where it comes from and ends. */
static bool copy_notes(const struct lrp_session *s, struct lrp_snapshot_box *box)
{
    bool ok = lrp_strings_copy(&s->notes, &box->notes);
    for (size_t i = 0; ok && box->results->relevance_done && i < s->relevance_notes.count; i++)
        ok = lrp_strings_add(&box->notes, s->relevance_notes.items[i]);
    return ok;
}

static bool copy_doubts(struct lrp_snapshot_box *box)
{
    const struct lrp_results *r = box->results;
    return (!r->values_doubted || lrp_doubts_append(&box->doubts, &r->value_doubts)) &&
           (!r->relevance_done || lrp_doubts_append(&box->doubts, &r->doubts));
}

/* Heatmaps of channels: those that are there stay as they are. Session locked. */
static void copy_maps(struct lrp_snapshot_box *box)
{
    const struct lrp_results *r = box->results;
    struct lrp_channel_maps *maps = (r->plain ? r->plain : r)->maps;
    if (!maps) return;
    box->maps = lrp_channel_maps_retain(maps);
    box->concepts = (struct lrp_concepts_seen){.layer = maps->layer,
                                               .count = maps->count,
                                               .done = maps->done,
                                               .samples = maps->samples,
                                               .channels = maps->channels,
                                               .sums = maps->sums,
                                               .shares = maps->shares};
    box->shown.concepts = &box->concepts;
}

/* Likewise what is said after each block. Session locked. */
static void copy_lens(struct lrp_snapshot_box *box)
{
    struct lrp_lens_rows *rows = box->results->lens;
    if (!rows) return;
    box->lens = lrp_lens_rows_retain(rows);
    box->said = (struct lrp_lens_seen){.count = rows->count,
                                       .done = rows->done,
                                       .samples = rows->samples,
                                       .positions = rows->positions,
                                       .layers = rows->layers,
                                       .top = rows->top,
                                       .rank = rows->rank,
                                       .probability = rows->probability,
                                       .refusal = rows->refusal};
    box->shown.lens = &box->said;
}

/* The job's part; session locked. */
static void copy_job(const struct lrp_session *s, struct lrp_snapshot *shown)
{
    shown->job = s->job_state;
    shown->done = s->done;
    shown->total = s->total;
    shown->load_ms = s->load_ms;
    shown->prepare_ms = s->prepare_ms;
    shown->forward_ms = s->forward_ms;
    shown->relevance_ms = s->relevance_ms;
    shown->update_ms = s->update_ms;
    shown->forward_layers = s->forward_layers;
    shown->relevance_layers = s->relevance_layers;
    shown->error = s->job_error;
    shown->generation = atomic_load(&s->generation);
}

enum lrp_status lrp_session_snapshot(struct lrp_session *session, const struct lrp_snapshot **out, struct lrp_error *err)
{
    struct lrp_snapshot_box *box = calloc(1, sizeof *box);
    if (!box) return lrp_fail(err, LRP_MEMORY, "not enough memory");
    box->self = box;
    box->references = 1;
    box->model = lrp_model_retain(session->model);
    box->input_label =
        strdup(lrp_model_input_count(session->model) && session->sources[0].label ? session->sources[0].label : "");
    pthread_mutex_lock(&session->lock);
    box->setup = lrp_setup_retain(session->setup);
    box->results = lrp_results_retain(session->results);
    box->written = lrp_written_retain(session->written);
    bool ok = copy_layers(box) && copy_inputs(box) && copy_growing(box) && box->input_label && copy_notes(session, box) &&
              copy_doubts(box);
    if (ok) show_layers(box);
    copy_maps(box);
    copy_lens(box);
    copy_job(session, &box->shown);
    pthread_mutex_unlock(&session->lock);
    if (!ok) {
        lrp_snapshot_release(&box->shown);
        return lrp_fail(err, LRP_MEMORY, "not enough memory");
    }
    struct lrp_snapshot *shown = &box->shown;
    const struct lrp_setup *setup = box->setup;
    shown->model = session->model;
    shown->model_path = lrp_model_path(session->model);
    shown->settings = setup->settings;
    shown->composite = setup->composite->text;
    shown->layers = &setup->network->view->list;
    shown->check = setup->check;
    shown->blocked = lrp_setup_blocked(setup);
    shown->rules = setup->assignment.rules;
    shown->rule_sources = setup->assignment.sources;
    shown->warnings = (const char *const *)setup->assignment.warnings;
    shown->warning_count = setup->assignment.warning_count;
    shown->input_label = box->input_label;
    shown->notes = (const char *const *)box->notes.items;
    shown->note_count = box->notes.count;
    box->decoder_input = lrp_session_decoder_input(session);
    show_inputs(session, box);
    shown->sample_count = lrp_session_samples(session);
    shown->one_by_one = session->one_by_one;
    shown->output_name = setup->network->graph->values[setup->output].name;
    shown->output = shown->target_count ? lrp_tensor_row_major(box->results->values[setup->output], NULL) : NULL;
    *out = shown;
    return LRP_OK;
}

const struct lrp_rule_info *lrp_snapshot_rule(const struct lrp_snapshot *snapshot, int layer)
{
    return snapshot->layers->rows[layer].index > 0 ? &lrp_snapshot_box(snapshot)->setup->assignment.given[layer]->rule.row->info
                                                   : NULL;
}

/* With its defaults: values that must be given have none of their own that could not fit. */
enum lrp_status lrp_snapshot_rule_fits(const struct lrp_snapshot *snapshot, int layer, const struct lrp_rule_info *rule,
                                       struct lrp_error *why)
{
    const struct lrp_setup *setup = lrp_snapshot_box(snapshot)->setup;
    struct lrp_rule complete;
    lrp_rule_defaults(lrp_rule_row_of(rule), setup->convention, &complete);
    const enum lrp_status status =
        lrp_rule_fits(setup->network->graph, setup->network->view, setup->settings->book, layer, &complete, why);
    lrp_rule_clear(&complete);
    return status;
}

static void write_fallback(struct lrp_text *t, const struct lrp_layer *layer, const struct lrp_call *call, float stabilizer)
{
    const int inputs = lrp_call_data_inputs(call), factors = lrp_call_product(call);
    char number[40];
    if (call->op->traits & LRP_TRAIT_MOVES) {
        lrp_text_append(t, "moves elements only: R goes back to where they came from");
        return;
    }
    lrp_text_printf(t, "z = %s(a), s = R / stab(z, %s), ", layer->type, lrp_format_float(stabilizer, number, sizeof number));
    lrp_text_append(t, inputs > 1 ? "R_in of input i = a_i * J_i^T s" : "R_in = a * J^T s");
    if (factors > 1) lrp_text_printf(t, " / %d (a product)", factors);
    lrp_text_append(t, ", J by automatic differentiation");
}

char *lrp_snapshot_fallback(const struct lrp_snapshot *snapshot, int layer)
{
    const struct lrp_setup *setup = lrp_snapshot_box(snapshot)->setup;
    const struct lrp_rule *rule = &setup->assignment.given[layer]->rule;
    const int anchor = setup->network->view->nodes[layer].anchor;
    const struct lrp_node *node = anchor >= 0 ? &setup->network->graph->nodes[anchor] : NULL;
    struct lrp_text t = {0};
    if (node && node->call.op && node->call.op->vjp && rule->how->group_count && !lrp_call_weighted(&node->call))
        write_fallback(&t, &setup->network->view->list.rows[layer], &node->call, rule->stabilizer);
    return lrp_text_take(&t);
}

enum lrp_status lrp_snapshot_find(const struct lrp_snapshot *snapshot, const char *selector, int *layer, struct lrp_error *err)
{
    const struct lrp_network *n = lrp_snapshot_box(snapshot)->setup->network;
    struct lrp_selection selection;
    enum lrp_status status = lrp_select(n->graph, n->view, selector, &selection, err);
    if (status) return status;
    *layer = -1;
    for (size_t i = 0; *layer < 0 && i < lrp_layer_rows(&n->view->list); i++)
        if (selection.layers[i]) *layer = (int)i;
    lrp_selection_free(&selection);
    return *layer >= 0 ? LRP_OK : lrp_fail(err, LRP_USAGE, "%s was dropped by canonization", selector);
}

static const struct lrp_tensor *value_of(struct lrp_session *s, const char *name, bool relevance)
{
    const struct lrp_tensor *found = NULL;
    pthread_mutex_lock(&s->lock);
    const struct lrp_graph *g = s->results->network->graph;
    /* an output may have become another value, when an identity before it was dropped: it keeps its name */
    for (int i = 0; i < g->output_count && !found; i++)
        if (lrp_text_names(name, g->definition->outputs[i].name))
            found = (relevance ? s->results->relevance : s->results->values)[g->outputs[i]];
    for (int v = 0; v < g->value_count && !found; v++)
        if (!g->values[v].own && lrp_text_names(name, g->values[v].name))
            found = (relevance ? s->results->relevance : s->results->values)[v];
    if (found) lrp_tensor_retain(found);
    pthread_mutex_unlock(&s->lock);
    const struct lrp_tensor *rows = lrp_tensor_row_major(found, NULL);
    if (rows) lrp_tensor_retain(rows);
    lrp_tensor_release(found);
    return rows;
}

const struct lrp_tensor *lrp_session_value_relevance(struct lrp_session *session, const char *value)
{
    return value_of(session, value, true);
}

const struct lrp_tensor *lrp_session_value_activation(struct lrp_session *session, const char *value)
{
    return value_of(session, value, false);
}

bool lrp_operator_info_at(size_t index, struct lrp_operator_info *out)
{
    const struct lrp_operator *op = lrp_operator_at(index);
    if (!op) return false;
    *out = (struct lrp_operator_info){.name = op->name,
                                      .domain = op->domain,
                                      .runs = op->forward || op->control || op->body,
                                      .differentiates = lrp_operator_differentiates(op) || op->body};
    memcpy(out->versions, op->versions, sizeof out->versions);
    return true;
}
