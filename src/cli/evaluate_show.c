/* evaluate_show.c: scores as a table for people, and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"
#include "table.h"
#include "text.h"

enum { ENOUGH = 50 }; /* inputs from which on a choice is more than a guess */

static const char *row_name(const struct lrp_evaluation *e, size_t row)
{
    return row < lrp_evaluation_settings(e) ? lrp_evaluation_name(e, row) : "random order";
}

/* Whether a row of that name stands with a setting already: given twice, it is one. */
static bool is_named(const struct lrp_evaluation *e, size_t row, size_t other)
{
    bool named = false;
    for (size_t i = row; i < other; i++)
        named |= lrp_evaluation_same_as(e, i) == row && strcmp(row_name(e, i), row_name(e, other)) == 0;
    return named;
}

/* "epsilon = input-gradient": a setting and those that are the same. Owned; NULL: no memory. */
static char *names_of(const struct lrp_evaluation *e, size_t row)
{
    struct lrp_text t = {0};
    lrp_text_append(&t, row_name(e, row));
    for (size_t other = row + 1; other < lrp_evaluation_settings(e); other++)
        if (!lrp_evaluation_left_out(e, other) && lrp_evaluation_same_as(e, other) == row && !is_named(e, row, other))
            lrp_text_printf(&t, " = %s", lrp_evaluation_name(e, other));
    return lrp_text_take(&t);
}

static char *score_text(struct lrp_score s, char *buffer, size_t size)
{
    if (isnan(s.mean))
        snprintf(buffer, size, "-");
    else if (isnan(s.error))
        snprintf(buffer, size, "%.4g", s.mean);
    else
        snprintf(buffer, size, "%.4g +- %.2g", s.mean, s.error);
    return buffer;
}

/* The first column that has a setting at the first place, and which that is. */
static size_t winner_of(const struct lrp_evaluation *e, size_t column, const size_t *order, size_t count)
{
    const enum lrp_better better = lrp_evaluation_column_at(e, column).metric->better;
    size_t best = order[0];
    for (size_t i = 1; i < count; i++) {
        const double a = lrp_evaluation_score(e, order[i], column, 0).mean, b = lrp_evaluation_score(e, best, column, 0).mean;
        if (better == LRP_BETTER_LESS ? a < b : a > b) best = order[i];
    }
    return best;
}

char *lrp_cli_scores_doubt(const struct lrp_cli_scores *s)
{
    const struct lrp_evaluation *e = s->evaluation;
    char *more = lrp_evaluation_doubts(e, s->done + s->unreadable >= s->rounds);
    size_t *order = calloc(lrp_evaluation_settings(e) + 1, sizeof *order);
    const size_t count = order ? lrp_evaluation_rank(e, order, NULL) : 0;
    struct lrp_text t = {0};
    if (count > 1 && lrp_evaluation_disputed(e)) {
        const char *first = lrp_evaluation_column_at(e, 0).text;
        lrp_text_append(&t, "the order depends on the baseline:");
        for (size_t c = 0; c < lrp_evaluation_columns(e) && !strcmp(lrp_evaluation_column_at(e, c).text, first); c++)
            lrp_text_printf(&t, "%s %s is best with %s", c ? "," : "", row_name(e, winner_of(e, c, order, count)),
                            lrp_evaluation_column_at(e, c).baseline);
        lrp_text_append(&t, "; a ranking from one baseline is none, and the mean rank a compromise\n");
    }
    if (more) lrp_text_append(&t, more);
    free(more);
    free(order);
    if (t.length) return lrp_text_take(&t);
    lrp_text_free(&t);
    return NULL;
}

/* ---- the table ---- */

/* "(size=4,score=softmax)": the arguments as they were given, but for the baseline, which is told apart. */
static void put_arguments(struct lrp_text *t, const char *call)
{
    const char *at = strchr(call, '(');
    bool any = false;
    while (at && *at && at[1]) {
        const char *const start = at + 1 + strspn(at + 1, " ");
        int depth = 0;
        for (at = start; *at && (depth || (*at != ',' && *at != ')')); at++) depth += (*at == '(') - (*at == ')');
        if (at == start || strncmp(start, "baseline", strlen("baseline")) == 0) continue;
        lrp_text_append(t, any ? "," : "(");
        lrp_text_append_n(t, start, (size_t)(at - start));
        any = true;
    }
    if (any) lrp_text_append(t, ")");
}

/* A number of several that a metric has is told by its own name, "abpc", where a baseline follows. */
static bool goes_by_number(const struct lrp_evaluation_column *c)
{
    return strcmp(c->metric->numbers[0], "value") != 0 && c->metric->numbers[1] && *c->baseline;
}

/* Title of a column: a metric, which of its numbers, with which arguments and baseline. */
static char *title_of(const struct lrp_evaluation *e, size_t column)
{
    const struct lrp_evaluation_column c = lrp_evaluation_column_at(e, column);
    struct lrp_text t = {0};
    const bool plain = strcmp(c.metric->numbers[0], "value") == 0 || !c.metric->numbers[1];
    lrp_text_append(&t, plain ? c.metric->name : c.metric->numbers[0]);
    if (!plain && !goes_by_number(&c)) lrp_text_printf(&t, " %s", c.metric->name);
    put_arguments(&t, c.text);
    if (*c.baseline) lrp_text_printf(&t, " (%s)", c.baseline);
    return lrp_text_take(&t);
}

/* `alone`: there is nothing to win. */
static void put_row(const struct lrp_evaluation *e, struct lrp_table *table, size_t row, double rank, bool alone)
{
    const bool setting = row < lrp_evaluation_settings(e);
    char buffer[80];
    char *names = setting ? names_of(e, row) : NULL;
    lrp_cli_table_cell(table, "%s", names ? names : row_name(e, row));
    free(names);
    for (size_t c = 0; c < lrp_evaluation_columns(e); c++)
        lrp_cli_table_cell(table, "%s", score_text(lrp_evaluation_score(e, row, c, 0), buffer, sizeof buffer));
    if (alone) return;
    if (setting)
        lrp_cli_table_cell(table, "%zu", lrp_evaluation_wins(e, row, 0));
    else
        lrp_cli_table_cell(table, "%s", "");
    if (setting)
        lrp_cli_table_cell(table, "%.3g", rank);
    else
        lrp_cli_table_cell(table, "%s", "");
}

static bool has_zero_line(const struct lrp_evaluation *e)
{
    bool any = false;
    for (size_t c = 0; c < lrp_evaluation_columns(e); c++)
        any |= lrp_evaluation_score(e, lrp_evaluation_settings(e), c, 0).count > 0;
    return any;
}

static enum lrp_status print_table(const struct lrp_evaluation *e, const size_t *order, const double *ranks, size_t count,
                                   struct lrp_error *err)
{
    const size_t columns = lrp_evaluation_columns(e);
    const bool alone = count == 1;
    struct lrp_table_column *heads = calloc(columns + 3, sizeof *heads);
    char **titles = calloc(columns + 1, sizeof *titles);
    struct lrp_table table;
    enum lrp_status status = heads && titles ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) {
        heads[0].title = "setting";
        for (size_t c = 0; c < columns; c++) {
            titles[c] = title_of(e, c);
            heads[c + 1] = (struct lrp_table_column){titles[c] ? titles[c] : "", true};
        }
        heads[columns + 1] = (struct lrp_table_column){"wins", true};
        heads[columns + 2] = (struct lrp_table_column){"mean rank", true};
        lrp_cli_table_init(&table, heads, columns + (alone ? 1 : 3));
        for (size_t i = 0; i < count; i++) put_row(e, &table, order[i], ranks[i], alone);
        if (has_zero_line(e)) put_row(e, &table, lrp_evaluation_settings(e), 0, alone);
        status = lrp_cli_table_print(&table, stdout, err);
        lrp_cli_table_free(&table);
    }
    for (size_t c = 0; titles && c < columns; c++) free(titles[c]);
    free(titles);
    free(heads);
    return status;
}

/* What the columns are, for who meets them for the first time. */
static void print_legend(const struct lrp_cli_scores *s, size_t settings)
{
    const struct lrp_evaluation *e = s->evaluation;
    const size_t samples = lrp_evaluation_samples(e);
    if (s->chosen && samples < ENOUGH)
        lrp_print(stdout, "%zu input%s say%s little about which setting is best: take %d or more\n", samples,
                  samples == 1 ? "" : "s", samples == 1 ? "s" : "", ENOUGH);
    if (samples > 1)
        lrp_print(stdout, "%s+-: standard error of the mean\n",
                  settings > 1 ? "wins: inputs a setting is the best at, by the first column; " : "");
    static const char *const better[] = {
        [LRP_BETTER_UNSAID] = "", [LRP_BETTER_MORE] = "more is better", [LRP_BETTER_LESS] = "less is better"};
    for (size_t c = 0; c < lrp_evaluation_columns(e); c++) {
        const struct lrp_evaluation_column at = lrp_evaluation_column_at(e, c);
        if (c && lrp_evaluation_column_at(e, c - 1).metric == at.metric) continue;
        lrp_print(stdout, "%s%s%s: %s%s%s\n", goes_by_number(&at) ? at.metric->numbers[0] : "",
                  goes_by_number(&at) ? " of " : "", at.metric->name, at.metric->line, at.metric->better ? "; " : "",
                  better[at.metric->better]);
    }
    const double chance = lrp_evaluation_chance(e);
    if (!isnan(chance)) lrp_print(stdout, "the masks hold %.3g of all places: what chance finds there\n", chance);
    for (size_t i = 0; i < lrp_evaluation_settings(e); i++)
        if (lrp_evaluation_left_out(e, i))
            lrp_print(stdout, "left out: %s: %s\n", lrp_evaluation_name(e, i), lrp_evaluation_left_out(e, i));
}

/* How far two are apart by a column, input by input: errors of means do not tell, as settings are scored on the same inputs. */
static void print_lead(const struct lrp_evaluation *e, size_t column, size_t first, size_t other)
{
    const struct lrp_evaluation_column at = lrp_evaluation_column_at(e, column);
    const struct lrp_score lead = lrp_evaluation_lead(e, first, other, column);
    if (isnan(lead.mean)) return;
    const bool even = lead.mean == 0 && !(lead.error > 0);
    const bool ahead = (lead.mean >= 0) == (at.metric->better != LRP_BETTER_LESS);
    lrp_print(stdout, "%s is %s %s", row_name(e, first),
              even    ? "even with"
              : ahead ? "ahead of"
                      : "behind",
              row_name(e, other));
    if (!even) lrp_print(stdout, " by %.3g", fabs(lead.mean));
    if (!even && !isnan(lead.error)) lrp_print(stdout, " +- %.2g", lead.error);
    if (*at.baseline) lrp_print(stdout, " with baseline %s", at.baseline);
    if (isnan(lead.error))
        lrp_print(stdout, ": of one input, which says little");
    else if (!even && fabs(lead.mean) < 2 * lead.error)
        lrp_print(stdout, ": no more than chance");
    fputc('\n', stdout);
}

/* The winner against the next, and on to the first that it is not even with. */
static void print_leads(const struct lrp_evaluation *e, const size_t *order, size_t count)
{
    const char *first = count ? lrp_evaluation_column_at(e, 0).text : "";
    bool even = true;
    for (size_t i = 1; i < count && even; i++)
        for (size_t c = 0; c < lrp_evaluation_columns(e) && !strcmp(lrp_evaluation_column_at(e, c).text, first); c++) {
            print_lead(e, c, order[0], order[i]);
            even = even && lrp_evaluation_lead(e, order[0], order[i], c).mean == 0;
        }
}

enum lrp_status lrp_cli_scores_print(const struct lrp_cli_scores *s, struct lrp_error *err)
{
    const struct lrp_evaluation *e = s->evaluation;
    const size_t rows = lrp_evaluation_settings(e);
    size_t *order = calloc(rows + 1, sizeof *order);
    double *ranks = calloc(rows + 1, sizeof *ranks);
    enum lrp_status status = order && ranks ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    const size_t count = status ? 0 : lrp_evaluation_rank(e, order, ranks);
    const size_t samples = lrp_evaluation_samples(e);
    if (!status) {
        lrp_print(stdout, "%zu sample%s, %" PRId64 " passes\n", samples, samples == 1 ? "" : "s", lrp_evaluation_passes(e));
        status = print_table(e, order, ranks, count, err);
    }
    if (!status) print_leads(e, order, count);
    if (!status) print_legend(s, count);
    free(order);
    free(ranks);
    return status;
}

/* ---- JSON ---- */

static void put_array(struct lrp_document *d, cJSON *o, const char *key, const double *values, size_t length)
{
    cJSON *array = lrp_cli_json_put_array(d, o, key);
    for (size_t i = 0; i < length; i++) lrp_cli_json_put_number(d, array, NULL, values[i]);
}

static void put_curves(struct lrp_document *d, cJSON *o, const struct lrp_evaluation *e, size_t row, size_t column)
{
    const char *const *names = lrp_evaluation_column_at(e, column).metric->curves;
    cJSON *of = names[0] && names[1] ? NULL : o;
    for (size_t k = 0; k < LRP_METRIC_CURVES && names[k]; k++) {
        size_t length;
        const double *curve = lrp_evaluation_curve(e, row, column, k, &length);
        if (!curve) continue;
        if (!of) of = lrp_cli_json_put_object(d, o, "curves");
        put_array(d, of, names[k], curve, length);
    }
}

static void put_metrics(struct lrp_document *d, cJSON *o, const struct lrp_evaluation *e, size_t row)
{
    cJSON *array = lrp_cli_json_put_array(d, o, "metrics");
    for (size_t c = 0; c < lrp_evaluation_columns(e); c++) {
        const struct lrp_evaluation_column at = lrp_evaluation_column_at(e, c);
        cJSON *m = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, m, "name", at.metric->name);
        lrp_cli_json_put_text(d, m, "metric", at.text);
        lrp_cli_json_put_text(d, m, "baseline", *at.baseline ? at.baseline : NULL);
        for (size_t k = 0; k < LRP_METRIC_NUMBERS && at.metric->numbers[k]; k++)
            lrp_cli_json_put_number(d, m, at.metric->numbers[k], lrp_evaluation_score(e, row, c, k).mean);
        cJSON *errors = lrp_cli_json_put_object(d, m, "errors");
        for (size_t k = 0; k < LRP_METRIC_NUMBERS && at.metric->numbers[k]; k++)
            lrp_cli_json_put_number(d, errors, at.metric->numbers[k], lrp_evaluation_score(e, row, c, k).error);
        lrp_cli_json_put_number(d, m, "samples", (double)lrp_evaluation_score(e, row, c, 0).count);
        if (row < lrp_evaluation_settings(e)) lrp_cli_json_put_number(d, m, "wins", (double)lrp_evaluation_wins(e, row, c));
        put_curves(d, m, e, row, c);
    }
}

static void put_ranking(struct lrp_document *d, const struct lrp_evaluation *e)
{
    size_t *order = calloc(lrp_evaluation_settings(e) + 1, sizeof *order);
    const size_t count = order ? lrp_evaluation_rank(e, order, NULL) : 0;
    cJSON *array = lrp_cli_json_put_array(d, d->root, "ranking");
    d->failed |= !order;
    for (size_t i = 0; i < count; i++) lrp_cli_json_put_text(d, array, NULL, lrp_evaluation_name(e, order[i]));
    free(order);
}

void lrp_cli_scores_document(const struct lrp_cli_scores *s, struct lrp_document *d)
{
    const struct lrp_evaluation *e = s->evaluation;
    lrp_cli_json_init(d, s->model);
    cJSON *array = lrp_cli_json_put_array(d, d->root, "results"), *out = NULL;
    for (size_t row = 0; row < lrp_evaluation_settings(e); row++) {
        if (lrp_evaluation_left_out(e, row)) continue;
        const size_t same = lrp_evaluation_same_as(e, row);
        cJSON *o = lrp_cli_json_put_object(d, array, NULL);
        lrp_cli_json_put_text(d, o, "setting", lrp_evaluation_name(e, row));
        lrp_cli_json_put_text(d, o, "same_as", same != row ? lrp_evaluation_name(e, same) : NULL);
        put_metrics(d, o, e, row);
    }
    cJSON *random = has_zero_line(e) ? lrp_cli_json_put_object(d, d->root, "random_order") : NULL;
    if (random) put_metrics(d, random, e, lrp_evaluation_settings(e));
    out = lrp_cli_json_put_array(d, d->root, "left_out");
    for (size_t row = 0; row < lrp_evaluation_settings(e); row++) {
        if (!lrp_evaluation_left_out(e, row)) continue;
        cJSON *o = lrp_cli_json_put_object(d, out, NULL);
        lrp_cli_json_put_text(d, o, "setting", lrp_evaluation_name(e, row));
        lrp_cli_json_put_text(d, o, "reason", lrp_evaluation_left_out(e, row));
    }
    put_ranking(d, e);
    lrp_cli_json_put_bool(d, d->root, "depends_on_baseline", lrp_evaluation_disputed(e));
    lrp_cli_json_put_number(d, d->root, "chance", lrp_evaluation_chance(e));
    lrp_cli_json_put_number(d, d->root, "samples", (double)lrp_evaluation_samples(e));
    lrp_cli_json_put_number(d, d->root, "inputs", (double)s->rounds);
    lrp_cli_json_put_number(d, d->root, "unreadable", (double)s->unreadable);
    lrp_cli_json_put_number(d, d->root, "passes", (double)lrp_evaluation_passes(e));
    char *doubt = lrp_cli_scores_doubt(s), *rest = doubt;
    cJSON *warnings = lrp_cli_json_put_array(d, d->root, "warnings");
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line) lrp_cli_json_put_text(d, warnings, NULL, line);
    free(doubt);
}
