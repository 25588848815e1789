/* results.c: what passes leave behind, and the cache of those that may be asked for again. */
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"

/* ---- results ---- */

struct lrp_results *lrp_results_retain(struct lrp_results *results)
{
    __atomic_add_fetch(&results->references, 1, __ATOMIC_RELAXED);
    return results;
}

static void release_tensors(const struct lrp_tensor **tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++) lrp_tensor_release(tensors[i]);
    free(tensors);
}

void lrp_results_release(struct lrp_results *results)
{
    if (!results || __atomic_sub_fetch(&results->references, 1, __ATOMIC_ACQ_REL) > 0) return;
    release_tensors(results->values, results->value_count);
    release_tensors(results->relevance, results->value_count);
    release_tensors(results->growing, results->value_count);
    release_tensors(results->edges, results->edge_count);
    release_tensors(results->inputs, results->input_count);
    free(results->value_statistics);
    free(results->relevance_statistics);
    free(results->forward_ms);
    free(results->relevance_ms);
    free(results->targets);
    free(results->gaps);
    free(results->method_note);
    lrp_ledger_free(results->ledger);
    lrp_doubts_free(&results->value_doubts);
    lrp_doubts_free(&results->doubts);
    lrp_setup_release(results->made_under);
    lrp_tensor_release(results->start);
    lrp_results_release(results->base);
    lrp_results_release(results->plain);
    lrp_channel_maps_release(results->maps);
    lrp_lens_rows_release(results->lens);
    lrp_network_release(results->network);
    free(results);
}

static bool allocate_results(struct lrp_results *r)
{
    const size_t layers = lrp_layer_rows(&r->network->view->list);
    r->inputs = calloc(r->input_count + 1, sizeof(struct lrp_tensor *));
    r->values = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    r->relevance = calloc(r->value_count + 1, sizeof(struct lrp_tensor *));
    r->value_statistics = calloc(layers + 1, sizeof *r->value_statistics);
    r->relevance_statistics = calloc(layers + 1, sizeof *r->relevance_statistics);
    r->forward_ms = calloc(layers + 1, sizeof *r->forward_ms);
    r->relevance_ms = calloc(layers + 1, sizeof *r->relevance_ms);
    return r->inputs && r->values && r->relevance && r->value_statistics && r->relevance_statistics && r->forward_ms &&
           r->relevance_ms;
}

static void take_forward(struct lrp_results *r, struct lrp_results *from)
{
    const size_t layers = lrp_layer_rows(&r->network->view->list);
    for (size_t i = 0; i < r->value_count; i++)
        if (from->values[i]) r->values[i] = lrp_tensor_retain(from->values[i]);
    memcpy(r->value_statistics, from->value_statistics, layers * sizeof *r->value_statistics);
    memcpy(r->forward_ms, from->forward_ms, layers * sizeof *r->forward_ms);
    r->forward_done = true;
    r->lens = lrp_lens_rows_retain(from->lens); /* it depends on nothing else */
    struct lrp_results *base = from->relevance_done ? from : from->base;
    if (base) r->base = lrp_results_retain(base);
}

enum lrp_status lrp_results_new(struct lrp_network *network, const struct lrp_tensor *const *inputs, int64_t sample,
                                struct lrp_results *keep_forward, struct lrp_results **out, struct lrp_error *err)
{
    struct lrp_results *r = calloc(1, sizeof *r);
    if (!r) return lrp_fail(err, LRP_MEMORY, "not enough memory for results");
    r->references = 1;
    r->network = lrp_network_retain(network);
    r->value_count = (size_t)network->graph->value_count;
    r->input_count = lrp_model_input_count(network->model);
    r->sample = sample;
    if (!allocate_results(r)) {
        lrp_results_release(r);
        return lrp_fail(err, LRP_MEMORY, "not enough memory for results");
    }
    for (size_t i = 0; i < r->input_count; i++)
        if (inputs[i]) r->inputs[i] = lrp_tensor_retain(inputs[i]);
    if (keep_forward) take_forward(r, keep_forward);
    *out = r;
    return LRP_OK;
}

static bool same_tensor(const struct lrp_tensor *a, const struct lrp_tensor *b)
{
    if (a == b) return true;
    if (!a || !b || a->dtype != b->dtype || !lrp_shape_equal(&a->shape, &b->shape)) return false;
    return lrp_dtype_is_float(a->dtype) ? memcmp(a->f, b->f, a->count * sizeof(float)) == 0
                                        : memcmp(a->i, b->i, a->count * sizeof(int64_t)) == 0;
}

static bool is_of(const struct lrp_results *r, const struct lrp_network *network, const struct lrp_tensor *const *inputs,
                  int64_t sample)
{
    if (r->network != network || r->sample != sample) return false;
    for (size_t i = 0; i < r->input_count; i++)
        if (!same_tensor(r->inputs[i], inputs[i])) return false;
    return true;
}

static bool same_rules(const struct lrp_setup *a, const struct lrp_setup *b)
{
    if (a->assignment.differentiates != b->assignment.differentiates || a->composite->no_negative != b->composite->no_negative)
        return false;
    if (a->assignment.count != b->assignment.count) return false; /* made under a setup of another network */
    for (size_t i = 0; i < a->assignment.count; i++)
        if (!lrp_rule_equal(&a->assignment.given[i]->rule, &b->assignment.given[i]->rule)) return false;
    return true;
}

/* True if finished results are just what a pass under this setup would find. */
static bool serves(const struct lrp_results *r, const struct lrp_setup *setup)
{
    static const enum lrp_setting texts[] = {LRP_SETTING_TARGET,  LRP_SETTING_OUTPUT_RELEVANCE, LRP_SETTING_LABELS,
                                             LRP_SETTING_CONCEPT, LRP_SETTING_CONCEPT_PARALLEL, LRP_SETTING_CONCEPT_START};
    const struct lrp_setup *under = r->made_under;
    const bool lrp = lrp_method_by_rules(&setup->method);
    if (!r->relevance_done || !under || !lrp_method_call_equal(&under->method, &setup->method) ||
        under->convention != setup->convention || under->output != setup->output)
        return false;
    if (lrp_setup_blocked(setup)) return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(lrp_settings_get(under->settings, texts[i]), lrp_settings_get(setup->settings, texts[i])) != 0) return false;
    return !lrp || same_rules(under, setup);
}

/* ---- cache ---- */

static size_t bytes_of(const struct lrp_tensor *t)
{
    return t ? lrp_tensor_bytes(t) + lrp_tensor_twin_bytes(t) : 0;
}

/* Bytes of item `at` that none before it holds too: results of one input share their activations and most of their relevance.
 */
static size_t own_bytes(const struct lrp_cache *cache, size_t at)
{
    const struct lrp_results *r = cache->items[at];
    size_t bytes = 0;
    bool network_seen = at == 0;
    for (size_t k = 0; k < at; k++) network_seen |= cache->items[k]->network == r->network;
    if (!network_seen) bytes += 4 * (size_t)r->network->view->list.parameters; /* its prepared weights */
    for (size_t v = 0; v < r->value_count; v++) {
        bool value_seen = false, relevance_seen = r->relevance[v] == r->values[v];
        for (size_t k = 0; k < at; k++) {
            if (cache->items[k]->network != r->network) continue;
            value_seen |= cache->items[k]->values[v] == r->values[v];
            relevance_seen |= cache->items[k]->relevance[v] == r->relevance[v];
        }
        bytes += (value_seen ? 0 : bytes_of(r->values[v])) + (relevance_seen ? 0 : bytes_of(r->relevance[v]));
    }
    for (size_t e = 0; r->edges && e < r->edge_count; e++) bytes += bytes_of(r->edges[e]);
    return bytes;
}

size_t lrp_cache_put(struct lrp_cache *cache, struct lrp_results *results, size_t most_bytes, struct lrp_results **out)
{
    size_t at = 0, gone = 0, bytes = 0;
    while (at < cache->count && cache->items[at] != results) at++;
    if (at == cache->count) {
        if (cache->count == LRP_CACHE_MOST) out[gone++] = cache->items[--cache->count];
        at = cache->count++;
        lrp_results_retain(results);
    }
    memmove(cache->items + 1, cache->items, at * sizeof(struct lrp_results *));
    cache->items[0] = results;
    for (size_t i = 0; i < cache->count; i++) {
        bytes += own_bytes(cache, i);
        while (i > 0 && bytes > most_bytes && cache->count > i) out[gone++] = cache->items[--cache->count];
    }
    return gone;
}

struct lrp_results *lrp_cache_find(const struct lrp_cache *cache, const struct lrp_setup *setup,
                                   const struct lrp_tensor *const *inputs, int64_t sample)
{
    for (size_t i = 0; i < cache->count; i++)
        if (serves(cache->items[i], setup) && is_of(cache->items[i], setup->network, inputs, sample)) return cache->items[i];
    return NULL;
}

struct lrp_results *lrp_cache_find_forward(const struct lrp_cache *cache, const struct lrp_setup *setup,
                                           const struct lrp_tensor *const *inputs, int64_t sample)
{
    for (size_t i = 0; i < cache->count; i++) {
        struct lrp_results *r = cache->items[i];
        if (r->forward_done && is_of(r, setup->network, inputs, sample) && r->values[setup->output]) return r;
    }
    return NULL;
}

struct lrp_network *lrp_cache_find_network(const struct lrp_cache *cache, const struct lrp_known_inputs *inputs,
                                           const struct lrp_settings *settings)
{
    for (size_t i = 0; i < cache->count; i++)
        if (lrp_network_serves(cache->items[i]->network, inputs, settings)) return cache->items[i]->network;
    return NULL;
}

void lrp_cache_clear(struct lrp_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++) lrp_results_release(cache->items[i]);
    cache->count = 0;
}
