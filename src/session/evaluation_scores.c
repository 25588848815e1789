/* evaluation_scores.c: what came of an evaluation: numbers and curves, their statistics, and who is the best. */
#include "evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct lrp_evaluation *e, size_t samples)
{
    const size_t each = (e->row_count + 1) * e->column_count * LRP_METRIC_NUMBERS;
    if (!e->curves) {
        e->curves = calloc((e->row_count + 1) * e->column_count * LRP_METRIC_CURVES + 1, sizeof *e->curves);
        if (!e->curves) return false;
    }
    if (e->samples + samples <= e->capacity) return true;
    const size_t capacity = (e->samples + samples) * 2;
    double *more = realloc(e->numbers, (capacity * each + 1) * sizeof *more);
    if (!more) return false;
    e->numbers = more;
    e->capacity = capacity;
    return true;
}

static double *numbers_at(const struct lrp_evaluation *e, size_t sample, size_t row, size_t column)
{
    return e->numbers + ((sample * (e->row_count + 1) + row) * e->column_count + column) * LRP_METRIC_NUMBERS;
}

/* A curve at a share of its way, between its points. */
static double curve_at(const double *curve, size_t length, double share)
{
    const double at = share * (double)(length - 1);
    const size_t before = (size_t)at, behind = before + 1 < length ? before + 1 : before;
    return curve[before] + (at - (double)before) * (curve[behind] - curve[before]);
}

/* Inputs of another size have other numbers of steps: what counts is how much is gone, so that they are stretched to the
 * first's.
 */
static bool add_curve(struct lrp_curve_sum *to, const double *curve, size_t length)
{
    if (!to->sum) {
        to->sum = calloc(2 * length + 1, sizeof *to->sum);
        to->length = length;
    }
    if (!to->sum) return false;
    if (!length) return true;
    to->stretched = to->stretched || to->length != length;
    for (size_t k = 0; k < to->length; k++)
        to->sum[k] += to->length == length ? curve[k] : curve_at(curve, length, (double)k / fmax((double)to->length - 1, 1));
    to->count++;
    return true;
}

enum lrp_status lrp_evaluation_store(struct lrp_evaluation *e, const struct lrp_measure *const *columns, const size_t *rows,
                                     size_t row_count, size_t samples, struct lrp_error *err)
{
    bool ok = make_room(e, samples);
    for (size_t n = 0; ok && n < samples; n++)
        for (size_t i = 0; i < (e->row_count + 1) * e->column_count * LRP_METRIC_NUMBERS; i++)
            numbers_at(e, e->samples + n, 0, 0)[i] = NAN;
    for (size_t i = 0; ok && i < e->column_count * (row_count + 1) * samples; i++) {
        const size_t n = i % samples, a = i / samples % (row_count + 1), c = i / samples / (row_count + 1);
        const size_t row = a < row_count ? rows[a] : e->row_count;
        if (a == row_count && !e->columns[c].call.row->zero_line) continue;
        const struct lrp_measure *m = &columns[c][a * samples + n];
        memcpy(numbers_at(e, e->samples + n, row, c), m->numbers, sizeof m->numbers);
        for (size_t k = 0; ok && k < LRP_METRIC_CURVES; k++)
            if (m->curves[k])
                ok = add_curve(&e->curves[(row * e->column_count + c) * LRP_METRIC_CURVES + k], m->curves[k], m->lengths[k]);
    }
    if (ok) e->samples += samples;
    return ok ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory for an evaluation");
}

/* ---- as it is asked for ---- */

size_t lrp_evaluation_settings(const struct lrp_evaluation *e)
{
    return e->row_count;
}

const char *lrp_evaluation_name(const struct lrp_evaluation *e, size_t setting)
{
    return e->rows[setting].name;
}

const struct lrp_settings *lrp_evaluation_setting(const struct lrp_evaluation *e, size_t setting)
{
    return e->rows[setting].settings;
}

const char *lrp_evaluation_left_out(const struct lrp_evaluation *e, size_t setting)
{
    return e->rows[setting].left_out;
}

size_t lrp_evaluation_same_as(const struct lrp_evaluation *e, size_t setting)
{
    return e->rows[setting].same_as;
}

size_t lrp_evaluation_columns(const struct lrp_evaluation *e)
{
    return e->column_count;
}

struct lrp_evaluation_column lrp_evaluation_column_at(const struct lrp_evaluation *e, size_t column)
{
    const struct lrp_evaluated_by *c = &e->columns[column];
    return (struct lrp_evaluation_column){.metric = &c->call.row->info, .text = c->text, .baseline = c->baseline};
}

size_t lrp_evaluation_samples(const struct lrp_evaluation *e)
{
    return e->samples;
}

int64_t lrp_evaluation_passes(const struct lrp_evaluation *e)
{
    return e->passes;
}

double lrp_evaluation_chance(const struct lrp_evaluation *e)
{
    return e->places > 0 ? e->masked / e->places : (double)NAN;
}

const double *lrp_evaluation_curve(const struct lrp_evaluation *e, size_t row, size_t column, size_t curve, size_t *length)
{
    const struct lrp_curve_sum *s = e->curves ? &e->curves[(row * e->column_count + column) * LRP_METRIC_CURVES + curve] : NULL;
    *length = 0;
    if (!s || !s->count) return NULL;
    for (size_t k = 0; k < s->length; k++) s->sum[s->length + k] = s->sum[k] / (double)s->count;
    *length = s->length;
    return s->sum + s->length;
}

/* ---- statistics ---- */

static void add_number(struct lrp_score *s, double *squares, double x)
{
    if (isnan(x)) return;
    s->count++; /* Welford's way: no squares of large means */
    const double delta = x - s->mean;
    s->mean += delta / (double)s->count;
    *squares += delta * (x - s->mean);
}

static struct lrp_score finished(struct lrp_score s, double squares)
{
    if (!s.count) s.mean = NAN;
    s.error = s.count > 1 ? sqrt(squares / (double)(s.count - 1) / (double)s.count) : (double)NAN;
    return s;
}

struct lrp_score lrp_evaluation_score(const struct lrp_evaluation *e, size_t row, size_t column, size_t number)
{
    struct lrp_score s = {0};
    double squares = 0;
    for (size_t n = 0; n < e->samples; n++) add_number(&s, &squares, numbers_at(e, n, row, column)[number]);
    return finished(s, squares);
}

struct lrp_score lrp_evaluation_lead(const struct lrp_evaluation *e, size_t row, size_t other, size_t column)
{
    struct lrp_score s = {0};
    double squares = 0;
    for (size_t n = 0; n < e->samples; n++)
        add_number(&s, &squares, numbers_at(e, n, row, column)[0] - numbers_at(e, n, other, column)[0]);
    return finished(s, squares);
}

/* Whether a number is better than another; none is better where that is not said. */
static bool is_better(const struct lrp_evaluation *e, size_t column, double a, double b)
{
    const enum lrp_better better = e->columns[column].call.row->info.better;
    if (isnan(a) || isnan(b)) return !isnan(a) && isnan(b);
    return better == LRP_BETTER_MORE ? a > b : better == LRP_BETTER_LESS && a < b;
}

static bool takes_part(const struct lrp_evaluation *e, size_t setting)
{
    return !e->rows[setting].left_out && e->rows[setting].same_as == setting;
}

size_t lrp_evaluation_wins(const struct lrp_evaluation *e, size_t setting, size_t column)
{
    size_t wins = 0;
    const size_t own = e->rows[setting].same_as;
    for (size_t n = 0; n < e->samples; n++) {
        size_t best = e->row_count;
        for (size_t r = 0; r < e->row_count; r++)
            if (takes_part(e, r) && !isnan(numbers_at(e, n, r, column)[0]) &&
                (best == e->row_count ||
                 is_better(e, column, numbers_at(e, n, r, column)[0], numbers_at(e, n, best, column)[0])))
                best = r;
        wins += best == own;
    }
    return wins;
}

/* Columns of the first metric: its baselines. */
static size_t first_columns(const struct lrp_evaluation *e)
{
    size_t count = 0;
    while (count < e->column_count && strcmp(e->columns[count].text, e->columns[0].text) == 0) count++;
    return count;
}

/* How many are better by a column's mean, from 1; those that are equal share a place. */
static double rank_in(const struct lrp_evaluation *e, size_t setting, size_t column)
{
    double rank = 1;
    const double own = lrp_evaluation_score(e, setting, column, 0).mean;
    for (size_t r = 0; r < e->row_count; r++)
        rank += r != setting && takes_part(e, r) && is_better(e, column, lrp_evaluation_score(e, r, column, 0).mean, own);
    return rank;
}

static double mean_rank(const struct lrp_evaluation *e, size_t setting)
{
    const size_t columns = first_columns(e);
    double sum = 0;
    for (size_t c = 0; c < columns; c++) sum += rank_in(e, setting, c);
    return columns ? sum / (double)columns : 1;
}

size_t lrp_evaluation_rank(const struct lrp_evaluation *e, size_t *order, double *ranks)
{
    size_t count = 0;
    for (size_t r = 0; r < e->row_count; r++) {
        if (!takes_part(e, r)) continue;
        const double own = mean_rank(e, r);
        size_t at = count++;
        for (; at > 0 && own < mean_rank(e, order[at - 1]); at--) order[at] = order[at - 1];
        order[at] = r;
    }
    for (size_t i = 0; ranks && i < count; i++) ranks[i] = mean_rank(e, order[i]);
    return count;
}

bool lrp_evaluation_disputed(const struct lrp_evaluation *e)
{
    const size_t columns = first_columns(e);
    for (size_t r = 0; r < e->row_count; r++) {
        bool first = false, all = true;
        if (!takes_part(e, r)) continue;
        for (size_t c = 0; c < columns; c++) {
            const bool wins = rank_in(e, r, c) <= 1;
            first |= wins;
            all &= wins;
        }
        if (first && !all) return true;
    }
    return false;
}
