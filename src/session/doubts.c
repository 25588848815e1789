/* doubts.c: what makes a result one that cannot be trusted: values that are not finite, relevance that blows up or vanishes, a
 * negative logit as start, a picture that went in as no network has learnt it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"
#include "method.h"
#include "target.h"
#include "text.h"

/* Relevance blows up if an element is that many times the largest of the start, or a layer's sum that many times the sum of the
 * start's sizes; it vanishes if less than that share of the start's sum arrives, unless its parts cancelled from the outset. */
static const double MOST_ELEMENT = 1e4, MOST_SUM = 100, LEAST_SHARE = 1e-3, LEAST_START = 1e-2;
/* A mean is that many deviations away from what a BatchNormalization has learnt. */
static const double MOST_DEVIATIONS = 10;

struct doubter {
    const struct lrp_job *job;
    const struct lrp_layer_list *layers;
    double sum, size, largest; /* of the start: its elements, their sizes, the largest of those */
    struct lrp_doubts *out;
};

void lrp_doubts_free(struct lrp_doubts *doubts)
{
    lrp_strings_free(&doubts->lines);
    free(doubts->layers);
    *doubts = (struct lrp_doubts){.layers = NULL};
}

static bool add_doubt(struct lrp_doubts *to, const char *line, int layer)
{
    int *more = realloc(to->layers, (to->lines.count + 1) * sizeof *more);
    if (!more) return false;
    to->layers = more;
    more[to->lines.count] = layer;
    return lrp_strings_add(&to->lines, line);
}

bool lrp_doubts_append(struct lrp_doubts *to, const struct lrp_doubts *from)
{
    bool ok = true;
    for (size_t i = 0; ok && i < from->lines.count; i++) ok = add_doubt(to, from->lines.items[i], from->layers[i]);
    return ok;
}

static void doubt(struct doubter *d, size_t layer, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void doubt(struct doubter *d, size_t layer, const char *format, ...)
{
    va_list arguments;
    char *line = NULL;
    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) < 0) line = NULL;
    va_end(arguments);
    if (line) add_doubt(d->out, line, (int)layer); /* out of memory, a warning is missing */
    free(line);
}

static const struct lrp_tensor *shown_tensor(const struct doubter *d, size_t layer, bool relevance)
{
    const struct lrp_results *r = d->job->results;
    const int value = lrp_network_layer_value(r->network, layer);
    return value < 0 ? NULL : relevance ? r->relevance[value] : r->values[value];
}

/* ---- values that are not finite ---- */

/* Masks are -inf where nothing is to be seen: that alone is nothing bad. */
static size_t count_bad(const struct lrp_tensor *numbers)
{
    const struct lrp_tensor *t = lrp_tensor_row_major(numbers, NULL);
    size_t count = 0;
    for (size_t i = 0; t && i < t->count; i++) count += isnan(t->f[i]) || t->f[i] == INFINITY;
    return count;
}

static void doubt_values(struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    for (size_t i = 0; i < d->layers->count; i++) {
        const struct lrp_tensor *t = shown_tensor(d, i, false);
        if (!t || !lrp_dtype_is_float(t->dtype) || !r->value_statistics[i].nan) continue;
        const size_t bad = count_bad(t);
        if (!bad) continue;
        doubt(d, i,
              "layer %s: %zu of its %zu values are no finite numbers, the first of the model: look at what goes into it%s",
              d->layers->rows[i].name, bad, t->count, i ? "" : " (the input itself holds them)");
        return;
    }
}

/* The layer that hands relevance to layer i: the first that reads it. */
static size_t giver(const struct doubter *d, size_t i)
{
    const struct lrp_layer *l = &d->layers->rows[i];
    return l->consumer_count ? (size_t)l->consumers[0] : i;
}

static const char *rule_of(const struct doubter *d, size_t i)
{
    return lrp_method_by_rules(&d->job->setup->method) ? d->job->setup->assignment.rules[i] : "";
}

/* "conv5 (rule gamma(0.25))" */
static const char *layer_with_rule(const struct doubter *d, size_t i, struct lrp_text *text)
{
    const char *rule = rule_of(d, i);
    lrp_text_append(text, d->layers->rows[i].name);
    if (*rule) lrp_text_printf(text, " (rule %s)", rule);
    return text->data ? text->data : "";
}

/* A rule for that layer that would not do it. */
static const char *better_rule(const struct doubter *d, size_t layer)
{
    static const char *const candidates[] = {"z-plus", "epsilon(0.1)"};
    const struct lrp_setup *s = d->job->setup;
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        struct lrp_rule rule;
        if (lrp_rule_parse(candidates[i], s->settings->book, s->convention, &rule, NULL) != LRP_OK) continue;
        const bool fits =
            lrp_rule_fits(s->network->graph, s->network->view, s->settings->book, (int)layer, &rule, NULL) == LRP_OK;
        lrp_rule_clear(&rule);
        if (fits && strcmp(candidates[i], rule_of(d, layer)) != 0) return candidates[i];
    }
    return "pass";
}

/* Of a method that knows no rules: a slope is infinite, or more than a float holds. */
static void doubt_gradient(struct doubter *d, size_t by, size_t at, size_t bad)
{
    doubt(d, by,
          "the gradient is not finite from layer %s on: %zu numbers at %s (its slope there is infinite or overflows, as a "
          "root's at "
          "0: --method lrp counts what is 0 there as 0)",
          d->layers->rows[by].name, bad, d->layers->rows[at].name);
}

static bool doubt_relevance(struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    for (size_t i = d->layers->count; i-- > 0;) {
        if (!shown_tensor(d, i, true) || !r->relevance_statistics[i].nan) continue;
        struct lrp_text text = {0};
        const size_t by = giver(d, i);
        if (!lrp_method_by_rules(&d->job->setup->method)) {
            doubt_gradient(d, by, i, r->relevance_statistics[i].nan);
            return true;
        }
        doubt(d, by, "relevance is not finite from layer %s on: %zu numbers at %s (another rule there helps: --rule '%s=%s')",
              layer_with_rule(d, by, &text), r->relevance_statistics[i].nan, d->layers->rows[i].name, d->layers->rows[by].name,
              better_rule(d, by));
        lrp_text_free(&text);
        return true;
    }
    return false;
}

/* ---- too much, too little ---- */

static bool blows_up(const struct doubter *d, const struct lrp_statistics *s)
{
    return fmax(fabs((double)s->min), fabs((double)s->max)) > MOST_ELEMENT * d->largest || fabs(s->sum) > MOST_SUM * d->size;
}

static bool doubt_size(struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    for (size_t i = d->layers->count; i-- > 0;) {
        const struct lrp_statistics *s = &r->relevance_statistics[i];
        if (!shown_tensor(d, i, true) || !blows_up(d, s)) continue;
        struct lrp_text text = {0};
        const size_t by = giver(d, i);
        doubt(d, by,
              "relevance blows up behind layer %s: sum %.3g, largest %.3g at %s, for a start of %.3g (its denominators are "
              "close to 0; a rule without such: --rule '%s=%s')",
              layer_with_rule(d, by, &text), s->sum, fmax(fabs((double)s->min), fabs((double)s->max)), d->layers->rows[i].name,
              d->size, d->layers->rows[by].name, better_rule(d, by));
        lrp_text_free(&text);
        return true;
    }
    return false;
}

/* What arrived at all inputs, of all samples; NAN if nothing can arrive. */
static double arrived(const struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    const struct lrp_graph *g = r->network->graph;
    double sum = 0;
    bool any = false;
    for (int i = 0; i < g->input_count; i++) {
        struct lrp_statistics s;
        if (!r->relevance[g->inputs[i]]) continue;
        const struct lrp_tensor *t = lrp_tensor_row_major(r->relevance[g->inputs[i]], NULL);
        if (!t) continue;
        lrp_tensor_statistics(t, &s);
        sum += s.sum;
        any = true;
    }
    return any ? sum : NAN;
}

/* The layer that makes the explained output; the last if none shows it. */
static size_t explained_layer(const struct doubter *d)
{
    size_t i = d->layers->count - 1;
    while (i > 0 && lrp_network_layer_value(d->job->results->network, i) != d->job->setup->output) i--;
    return i ? i : d->layers->count - 1;
}

static void doubt_loss(struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    const double least = LEAST_SHARE * fabs(d->sum), sum = arrived(d);
    if (isnan(sum)) {
        doubt(
            d, explained_layer(d),
            "no relevance arrives at any input of the model: nothing that hands it on leads from there to the explained output "
            "(lrpscope layers says what does; --token-input names the tokens)");
        return;
    }
    if (fabs(d->sum) < LEAST_START * d->size || fabs(sum) >= least) return;
    size_t by = 0;
    for (size_t i = 1; i < d->layers->count && !by; i++)
        if (shown_tensor(d, i, true) && fabs(r->relevance_statistics[i].sum) >= least) by = i;
    struct lrp_text text = {0};
    doubt(d, by,
          "relevance all but vanishes: a sum of %.3g arrives of %.3g, %.3g was still there at layer %s (lrpscope ledger says "
          "where the rest goes; what biases take stays with bias=off in a rule)",
          sum, d->sum, by ? r->relevance_statistics[by].sum : 0, layer_with_rule(d, by, &text));
    lrp_text_free(&text);
}

/* ---- start and input ---- */

static void doubt_start(struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    size_t negative = 0;
    double first = 0;
    const bool cut = d->job->setup->composite->no_negative && lrp_start_kind_of(d->job->setup) == LRP_START_LOGIT;
    for (size_t i = 0; i < r->target_count; i++) {
        const struct lrp_target *t = &r->targets[i];
        if (!(t->output < 0) || lrp_setup_reference(d->job->setup) || (!cut && fabs(t->start - (double)t->output) > 0))
            continue;
        if (!negative++) first = (double)t->output;
    }
    if (negative && cut)
        doubt(d, explained_layer(d),
              "the logit is negative, %.4g%s: composite %s starts with 0 there, so that nothing is explained", first,
              negative > 1 ? " and others" : "", d->job->setup->composite->preset);
    else if (negative)
        doubt(d, explained_layer(d),
              "the start is a negative logit, %.4g%s: signs are turned round, what speaks for the target counts as negative "
              "(--output-relevance one starts with 1)",
              first, negative > 1 ? " and others" : "");
}

/* The BatchNormalization behind the first layer, wherever it has gone: the numbers it has learnt, and the value that it is
 * asked about. */
struct batch_norm {
    const struct lrp_blob *scale, *bias, *mean, *variance;
    int value;   /* before it, or if it was folded, behind it */
    bool folded; /* then value = (x - mean) / deviation * scale + bias */
    float epsilon;
};

static const struct lrp_blob *learnt(const struct lrp_graph *g, const struct lrp_node *n, int input)
{
    const int value = n->file_in && input < n->file_in_count ? n->file_in[input] : -1;
    return value < 0 ? NULL : g->values[value].desc.constant;
}

/* The operator as the file has it, whatever its node has become. */
static bool has_learnt(const struct lrp_graph *g, int node)
{
    const struct lrp_node_definition *def = &g->definition->nodes[node];
    const struct lrp_operator *op = lrp_operator_find(def->domain, def->op_type, g->nodes[node].call.opset, NULL);
    return op && op->traits & LRP_TRAIT_LEARNT;
}

static bool find_batch_norm(const struct doubter *d, struct batch_norm *out)
{
    const struct lrp_network *n = d->job->results->network;
    const struct lrp_graph *g = n->graph;
    size_t first = 1;
    while (first < d->layers->count && !d->layers->rows[first].parameters) first++;
    if (first >= d->layers->count) return false;
    const int anchor = n->view->nodes[first].anchor;
    for (int k = 0; k < (int)g->definition->node_count; k++) {
        const struct lrp_node *b = &g->nodes[k];
        if (!has_learnt(g, k)) continue;
        /* its node has become the layer that it is folded into, or part of it */
        const bool folded = k == anchor ? !(b->call.op && b->call.op->traits & LRP_TRAIT_LEARNT)
                                        : b->state == LRP_NODE_SWALLOWED && b->owner == anchor;
        if (!folded && !(b->state == LRP_NODE_LIVE && b->call.in_count > 4 && b->in[0] == g->nodes[anchor].out[0])) continue;
        *out = (struct batch_norm){learnt(g, b, 1),
                                   learnt(g, b, 2),
                                   learnt(g, b, 3),
                                   learnt(g, b, 4),
                                   g->nodes[anchor].out[0],
                                   folded,
                                   lrp_call_float(&b->call, "epsilon", 1e-5f)};
        return out->scale && out->bias && out->mean && out->variance;
    }
    return false;
}

/* How many deviations the mean of a channel is away from what was learnt. */
static double deviations(const struct batch_norm *b, const struct lrp_tensor *t, size_t channel)
{
    const size_t samples = (size_t)t->shape.dim[0], channels = (size_t)t->shape.dim[1], plane = t->count / samples / channels;
    double sum = 0;
    for (size_t s = 0; s < samples; s++)
        for (size_t i = 0; i < plane; i++) sum += (double)t->f[(s * channels + channel) * plane + i];
    const double mean = sum / (double)(samples * plane);
    if (b->folded) return (mean - (double)lrp_blob_get_f32(b->bias, channel)) / (double)lrp_blob_get_f32(b->scale, channel);
    return (mean - (double)lrp_blob_get_f32(b->mean, channel)) /
           sqrt((double)lrp_blob_get_f32(b->variance, channel) + (double)b->epsilon);
}

static void doubt_input(struct doubter *d)
{
    struct batch_norm b;
    if (!find_batch_norm(d, &b)) return;
    const struct lrp_tensor *t =
        d->job->results->values[b.value] ? lrp_tensor_row_major(d->job->results->values[b.value], NULL) : NULL;
    if (!t || t->shape.rank != 4 || !t->count || (size_t)t->shape.dim[1] > b.scale->count) return;
    size_t far = 0;
    const size_t channels = (size_t)t->shape.dim[1];
    for (size_t c = 0; c < channels; c++) far += fabs(deviations(&b, t, c)) > MOST_DEVIATIONS;
    if (2 * far > channels)
        doubt(d, 0,
              "the input is scaled as the model has never seen it: %zu of %zu channels behind its first layer are more than "
              "%.0f deviations off (--scale 1/255, --mean, --std or --preprocess FILE say how pictures go in)",
              far, channels, MOST_DEVIATIONS);
}

void lrp_job_doubt_values(const struct lrp_job *job, struct lrp_doubts *out)
{
    struct doubter d = {.job = job, .layers = &job->results->network->view->list, .out = out};
    doubt_input(&d);
    doubt_values(&d);
}

static bool has_relu(const struct lrp_graph *g)
{
    for (int k = 0; k < g->order_count; k++) {
        const enum lrp_kind kind = lrp_call_kind(&g->nodes[g->order[k]].call);
        if (kind == LRP_KIND_RELU || kind == LRP_KIND_RELU6) return true;
    }
    return false;
}

/* What a method has to say of its result, and where it is none of its own. */
static void doubt_method(struct doubter *d)
{
    const struct lrp_job *job = d->job;
    const struct lrp_method *row = job->setup->method.row;
    if (row->rectifies && !has_relu(job->results->network->graph))
        doubt(d, 0, "method %s changes what goes through ReLU, and the model has none: it is the plain gradient",
              row->info.name);
    if (job->results->method_note) doubt(d, 0, "method %s: %s", row->info.name, job->results->method_note);
}

void lrp_job_doubt_relevance(const struct lrp_job *job, const struct lrp_tensor *start, struct lrp_doubts *out)
{
    struct doubter d = {.job = job, .layers = &job->results->network->view->list, .out = out};
    for (size_t i = 0; i < start->count; i++) {
        d.sum += (double)start->f[i];
        d.size += fabs((double)start->f[i]);
        d.largest = fmax(d.largest, fabs((double)start->f[i]));
    }
    doubt_method(&d);
    if (lrp_method_by_rules(&job->setup->method)) doubt_start(&d);
    if (doubt_relevance(&d) || !job->setup->method.row->by_rules || d.size == 0) return;
    if (job->setup->concepts.count) return; /* most of it is meant to be lost */
    if (!doubt_size(&d)) doubt_loss(&d);
}
