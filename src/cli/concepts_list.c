/* concepts_list.c: which channels of a layer are listed, and how they are told. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "concepts.h"
#include "printable.h"
#include "table.h"
#include "words.h"

bool lrp_concepts_by_activation(const struct concepts *c)
{
    return c->arguments->by == LRP_CLI_BY_ACTIVATION;
}

const char *lrp_concepts_layer(const struct concepts *c, int layer)
{
    return c->opened->layers->rows[layer].name;
}

static int compare_relevance(const void *a, const void *b)
{
    const struct lrp_channel_summary *x = a, *y = b;
    if (x->sum != y->sum) return x->sum < y->sum ? 1 : -1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

static int compare_sizes(const void *a, const void *b)
{
    const struct lrp_channel_summary *x = a, *y = b;
    if (fabs(x->sum) != fabs(y->sum)) return fabs(x->sum) < fabs(y->sum) ? 1 : -1;
    return (x->channel > y->channel) - (x->channel < y->channel);
}

static bool is_chosen(const struct concepts *c, int64_t channel)
{
    for (size_t i = 0; i < c->chosen_count; i++)
        if (c->chosen[i] == channel) return true;
    return !c->chosen;
}

/* Channels without any relevance are left out, unless they were asked for by number. */
static enum lrp_status rank_concepts(const struct concepts *c, struct listing *l, struct lrp_error *err)
{
    for (size_t i = 0; i < c->chosen_count; i++)
        if (c->chosen[i] >= (int64_t)l->all)
            return lrp_fail(err, LRP_USAGE, "--channels %" PRId64 ": layer %s has %zu channels, counted from 0", c->chosen[i],
                            lrp_concepts_layer(c, l->layer), l->all);
    for (size_t k = 0; k < l->all; k++) {
        if (!lrp_concepts_by_activation(c)) l->sizes += fabs(l->rows[k].sum);
        if ((c->chosen || fabs(l->rows[k].sum) > 0) && is_chosen(c, l->rows[k].channel)) l->rows[l->count++] = l->rows[k];
    }
    qsort(l->rows, l->count, sizeof *l->rows, c->arguments->by == LRP_CLI_BY_ABS ? compare_sizes : compare_relevance);
    if (c->arguments->top && l->count > (size_t)c->arguments->top) l->count = (size_t)c->arguments->top;
    return LRP_OK;
}

enum lrp_status lrp_concepts_list(const struct concepts *c, const struct lrp_snapshot *now, size_t sample, struct listing *l,
                                  struct lrp_error *err)
{
    size_t count;
    const enum lrp_show show = lrp_concepts_by_activation(c) ? LRP_SHOW_ACTIVATION : LRP_SHOW_RELEVANCE;
    enum lrp_status status = lrp_snapshot_channel_sums(now, l->layer, show, (int64_t)sample, &l->rows, &l->all, err);
    if (!status)
        status = lrp_snapshot_channel_sums(now, l->layer, LRP_SHOW_ACTIVATION, (int64_t)sample, &l->activations, &count, err);
    return !status ? rank_concepts(c, l, err) : status;
}

void lrp_listing_free(struct listing *l)
{
    free(l->rows);
    free(l->activations);
    lrp_cli_stack_free(&l->maps);
    *l = (struct listing){0};
}

static void put_channels(struct concepts *c, cJSON *o, const struct listing *l)
{
    struct lrp_document *d = &c->document;
    double cumulative = 0;
    cJSON *array = lrp_cli_json_put_array(d, o, "channels");
    for (size_t k = 0; k < l->count; k++) {
        const struct lrp_channel_summary *row = &l->rows[k];
        const bool by_activation = lrp_concepts_by_activation(c);
        const double share = by_activation ? (double)NAN : row->sum / (l->sizes + 1e-10);
        cJSON *one = lrp_cli_json_put_object(d, array, NULL);
        cumulative += share;
        lrp_cli_json_put_number(d, one, "channel", (double)row->channel);
        lrp_cli_json_put_number(d, one, "relevance", by_activation ? (double)NAN : row->sum);
        lrp_cli_json_put_number(d, one, "share", share);
        lrp_cli_json_put_number(d, one, "cumulative", cumulative);
        lrp_cli_json_put_number(d, one, "activation", l->activations[row->channel].sum);
    }
}

void lrp_concepts_put(struct concepts *c, const char *name, const struct lrp_target *target, const struct listing *listings)
{
    struct lrp_document *d = &c->document;
    cJSON *o = lrp_cli_json_put_object(d, c->samples, NULL);
    lrp_cli_json_put_text(d, o, "input", name);
    lrp_cli_json_put_number(d, o, "target", (double)target->index);
    if (c->layer_count == 1) {
        put_channels(c, o, listings);
        return;
    }
    cJSON *layers = lrp_cli_json_put_array(d, o, "layers");
    for (size_t i = 0; i < c->layer_count; i++) {
        cJSON *one = lrp_cli_json_put_object(d, layers, NULL);
        lrp_cli_json_put_text(d, one, "name", lrp_concepts_layer(c, listings[i].layer));
        put_channels(c, one, &listings[i]);
    }
}

enum lrp_status lrp_concepts_print(const struct concepts *c, const char *name, const struct lrp_target *target,
                                   const struct listing *l, struct lrp_error *err)
{
    static const struct lrp_table_column columns[] = {
        {"channel", true}, {"relevance", true}, {"share", true}, {"cumulative", true}, {"activation", true}};
    struct lrp_table table;
    double cumulative = 0;
    char number[40];
    lrp_print(stdout, "%s  target %" PRId64 "%s%s  layer %s, %zu channels\n", name, target->index, *target->label ? " " : "",
              target->label, lrp_concepts_layer(c, l->layer), l->all);
    lrp_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < l->count; k++) {
        const struct lrp_channel_summary *row = &l->rows[k];
        const double share = l->sizes > 0 ? row->sum / (l->sizes + 1e-10) : 0;
        cumulative += share;
        lrp_cli_table_cell(&table, "%" PRId64, row->channel);
        lrp_cli_table_cell(&table, "%s", lrp_concepts_by_activation(c) ? "" : lrp_cli_number(row->sum, number, sizeof number));
        lrp_cli_table_cell(&table, "%.1f%%", 100 * share);
        lrp_cli_table_cell(&table, "%.1f%%", 100 * cumulative);
        lrp_cli_table_cell(&table, "%s", lrp_cli_number(l->activations[row->channel].sum, number, sizeof number));
    }
    const enum lrp_status status = lrp_cli_table_print(&table, stdout, err);
    lrp_cli_table_free(&table);
    return status;
}
