/* doubts.c: what makes a result one that cannot be trusted: values that are not finite, relevance that blows up or vanishes, a
 * negative logit as start, a picture that went in as no network has learnt it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "internal.h"
#include "ledger.h"
#include "method.h"
#include "remedy.h"
#include "target.h"
#include "text.h"

/* Relevance blows up if an element is that many times the largest of the start, or a layer's sum that many times the sum of the
 * start's sizes; it vanishes if less than that share of the start's sum arrives, unless its parts cancelled from the outset. */
static const double MOST_ELEMENT = 1e4, MOST_SUM = 100, LEAST_SHARE = 1e-3, LEAST_START = 1e-2;

struct doubter {
    const struct lrp_job *job;
    const struct lrp_layer_list *layers;
    double sum, size, largest;       /* of the start: its elements, their sizes, the largest of those */
    const struct lrp_ledger *ledger; /* NULL: none is known */
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
    for (size_t k = 0; k < lrp_layer_rows(d->layers); k++) {
        const size_t i = lrp_layer_row_at(d->layers, k);
        const struct lrp_tensor *t = shown_tensor(d, i, false);
        if (!t || !lrp_dtype_is_float(t->dtype) || !r->value_statistics[i].nan) continue;
        const size_t bad = count_bad(t);
        if (!bad) continue;
        doubt(d, i,
              "layer %s: %zu of its %zu values are no finite numbers, the first of the model: look at what goes into it%s",
              d->layers->rows[i].name, bad, t->count, d->layers->rows[i].index ? "" : " (the input itself holds them)");
        return;
    }
}

/* The layer that hands most relevance to layer i: of those that read it, the first where no ledger tells. */
static size_t giver(const struct doubter *d, size_t i)
{
    const struct lrp_layer *l = &d->layers->rows[i];
    size_t most = l->consumer_count ? (size_t)l->consumers[0] : i;
    for (int k = 1; d->ledger && k < (int)l->consumer_count; k++)
        if (d->ledger->rows[l->consumers[k]].size > d->ledger->rows[most].size) most = (size_t)l->consumers[k];
    return most;
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

/* Of a method that knows no rules: a slope is infinite, or more than a float holds. */
static void doubt_gradient(struct doubter *d, size_t by, size_t at, size_t bad)
{
    doubt(d, by,
          "the gradient is not finite from layer %s on: %zu numbers at %s (its slope there is infinite or overflows, as a "
          "root's at "
          "0: --method lrp counts what is 0 there as 0)",
          d->layers->rows[by].name, bad, d->layers->rows[at].name);
}

/* Where values are no finite numbers there is nothing to mend in the relevance. */
static bool bad_values(const struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    for (size_t k = 0; k < lrp_layer_rows(d->layers); k++) {
        const size_t i = lrp_layer_row_at(d->layers, k);
        const struct lrp_tensor *t = shown_tensor(d, i, false);
        if (t && lrp_dtype_is_float(t->dtype) && r->value_statistics[i].nan && count_bad(t)) return true;
    }
    return false;
}

/* ---- too much ---- */

static bool blows_up(const struct doubter *d, const struct lrp_statistics *s)
{
    return fmax(fabs((double)s->min), fabs((double)s->max)) > MOST_ELEMENT * d->largest || fabs(s->sum) > MOST_SUM * d->size;
}

/* The first layer from the output where relevance is not finite or has grown beyond bounds; 0 is the input, -1: none. */
static int first_excess(const struct doubter *d)
{
    const struct lrp_results *r = d->job->results;
    const bool sizes = d->job->setup->method.row->by_rules && d->size > 0 && !d->job->setup->concepts.count;
    for (size_t k = lrp_layer_rows(d->layers); k-- > 0;) {
        const size_t i = lrp_layer_row_at(d->layers, k);
        const struct lrp_statistics *s = &r->relevance_statistics[i];
        if (shown_tensor(d, i, true) && (s->nan || (sizes && blows_up(d, s)))) return (int)i;
    }
    return -1;
}

static void doubt_excess(struct doubter *d, size_t at)
{
    const struct lrp_statistics *s = &d->job->results->relevance_statistics[at];
    const size_t by = giver(d, at);
    struct lrp_text text = {0};
    char *how = lrp_remedy_text(d->job->results, d->job->setup, by, d->ledger ? &d->ledger->rows[by] : NULL);
    const char *layer = layer_with_rule(d, by, &text);
    if (s->nan)
        doubt(d, by, "relevance is not finite from layer %s on: %zu numbers at %s (%s)", layer, s->nan,
              d->layers->rows[at].name, how ? how : "");
    else
        doubt(d, by, "relevance blows up behind layer %s: sum %.3g, largest %.3g at %s, for a start of %.3g (%s)", layer,
              s->sum, fmax(fabs((double)s->min), fabs((double)s->max)), d->layers->rows[at].name, d->size, how ? how : "");
    free(how);
    lrp_text_free(&text);
}

/* True: there is too much, or numbers that are not finite. */
static bool doubt_relevance(struct doubter *d, struct lrp_job *job, const struct lrp_tensor *start)
{
    const int at = first_excess(d);
    if (at < 0) return false;
    if (job->results->relevance_statistics[at].nan && !lrp_method_by_rules(&job->setup->method)) {
        doubt_gradient(d, giver(d, (size_t)at), (size_t)at, job->results->relevance_statistics[at].nan);
    } else if (!bad_values(d)) {
        (void)lrp_job_make_ledger(job, start, NULL); /* without, the layer is named all the same */
        struct lrp_ledger *few = job->results->ledger ? NULL : lrp_job_account(job, start, (size_t)at);
        d->ledger = few ? few : job->results->ledger;
        doubt_excess(d, (size_t)at);
        lrp_ledger_free(few);
    }
    return true;
}

/* ---- too little ---- */

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
          "where the rest goes; what biases take stays with z-plus(bias=off))",
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

static void doubt_input(struct doubter *d)
{
    size_t far, channels;
    if (lrp_job_input_unscaled(d->job, &far, &channels))
        doubt(d, 0,
              "the input is scaled as the model has never seen it: %zu of %zu channels behind its first layer are more than "
              "%d deviations off (--scale 1/255, --mean, --std or --preprocess FILE say how pictures go in)",
              far, channels, LRP_MOST_DEVIATIONS);
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

void lrp_job_doubt_relevance(struct lrp_job *job, const struct lrp_tensor *start, struct lrp_doubts *out)
{
    struct doubter d = {.job = job, .layers = &job->results->network->view->list, .out = out};
    for (size_t i = 0; i < start->count; i++) {
        if (start->f[i] == 0) continue; /* nearly all of a sequence's are */
        d.sum += (double)start->f[i];
        d.size += fabs((double)start->f[i]);
        d.largest = fmax(d.largest, fabs((double)start->f[i]));
    }
    doubt_method(&d);
    if (lrp_method_by_rules(&job->setup->method)) doubt_start(&d);
    if (doubt_relevance(&d, job, start) || !job->setup->method.row->by_rules || d.size == 0) return;
    if (!job->setup->concepts.count) doubt_loss(&d); /* under conditions most of it is meant to be lost */
}
