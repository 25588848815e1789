/* evaluation.c: metrics and what they are computed of, and what came of it. */
#include "evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mapping.h"

static enum lrp_status no_memory(struct lrp_error *err)
{
    return lrp_fail(err, LRP_MEMORY, "not enough memory for an evaluation");
}

void lrp_fresh_network_free(struct lrp_fresh_network *f)
{
    for (size_t i = 0; i < f->setup_count; i++) lrp_setup_release(f->setups[i]);
    free(f->setups);
    free(f->layers);
    free(f->weights);
    lrp_network_release(f->network);
    *f = (struct lrp_fresh_network){0};
}

void lrp_evaluation_free(struct lrp_evaluation *e)
{
    if (!e) return;
    for (size_t i = 0; e->curves && i < (e->row_count + 1) * e->column_count * LRP_METRIC_CURVES; i++) free(e->curves[i].sum);
    free(e->curves);
    free(e->numbers);
    for (size_t i = 0; i < e->row_count; i++) {
        free(e->rows[i].name);
        free(e->rows[i].left_out);
        lrp_settings_free(e->rows[i].settings);
        lrp_tensor_release(e->rows[i].made);
    }
    free(e->rows);
    for (size_t i = 0; i < e->column_count; i++) {
        lrp_given_free(&e->columns[i].call.given);
        free(e->columns[i].text);
    }
    free(e->columns);
    for (size_t i = 0; i < e->fresh_count; i++) lrp_fresh_network_free(&e->fresh[i]);
    free(e->fresh);
    lrp_setup_release(e->wide_setup);
    lrp_network_release(e->wide);
    lrp_network_release(e->wide_of);
    lrp_settings_free(e->base);
    lrp_source_free(&e->mask);
    free(e->spans);
    free(e->keep);
    free(e);
}

/* A column of a metric, with the baseline that is named (NULL: its own). */
static enum lrp_status add_column(struct lrp_evaluation *e, const char *text, const char *baseline, struct lrp_error *err)
{
    struct lrp_evaluated_by *more = realloc(e->columns, (e->column_count + 1) * sizeof *more);
    if (!more) return no_memory(err);
    e->columns = more;
    struct lrp_evaluated_by *c = &more[e->column_count];
    *c = (struct lrp_evaluated_by){.text = strdup(text), .baseline = ""};
    enum lrp_status status = c->text ? lrp_metric_parse(text, &c->call, err) : no_memory(err);
    if (!status && baseline) status = lrp_given_set(&c->call.given, "baseline", baseline, err);
    if (status) {
        free(c->text);
        return status;
    }
    c->baseline = lrp_given_text(&c->call.given, "baseline");
    e->column_count++;
    return LRP_OK;
}

static enum lrp_status add_metric(struct lrp_evaluation *e, const char *text, struct lrp_error *err)
{
    struct lrp_metric_call call;
    enum lrp_status status = lrp_metric_parse(text, &call, err);
    if (status) return status;
    const bool two = call.row->two_baselines && !lrp_given_named(&call.given, "baseline");
    lrp_given_free(&call.given);
    status = add_column(e, text, two ? "mean" : NULL, err);
    if (!status && two) status = add_column(e, text, "min", err);
    if (!status && two) e->columns[e->column_count - 1].usual = true;
    return status;
}

enum lrp_status lrp_evaluation_new(const char *const *metrics, size_t count, struct lrp_evaluation **out, struct lrp_error *err)
{
    struct lrp_evaluation *e = calloc(1, sizeof *e);
    enum lrp_status status = e ? LRP_OK : no_memory(err);
    if (e) e->mask_id = e->pad_id = -1;
    for (size_t i = 0; !status && i < count; i++) status = add_metric(e, metrics[i], err);
    if (!status)
        *out = e;
    else
        lrp_evaluation_free(e);
    return status;
}

static enum lrp_status add_row(struct lrp_evaluation *e, const char *name, struct lrp_evaluated **out, struct lrp_error *err)
{
    struct lrp_evaluated *more = realloc(e->rows, (e->row_count + 1) * sizeof *more);
    if (!more) return no_memory(err);
    e->rows = more;
    *out = &more[e->row_count];
    **out = (struct lrp_evaluated){.name = strdup(name), .same_as = e->row_count};
    if (!(*out)->name) return no_memory(err);
    e->row_count++;
    return LRP_OK;
}

enum lrp_status lrp_evaluation_add_setting(struct lrp_evaluation *e, const char *name, const struct lrp_settings *settings,
                                           bool optional, struct lrp_error *err)
{
    struct lrp_evaluated *row;
    enum lrp_status status = add_row(e, name, &row, err);
    if (!status) status = lrp_settings_copy(settings, &row->settings, err);
    if (!status) row->optional = optional;
    return status;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

enum lrp_status lrp_evaluation_add_attribution(struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    struct lrp_evaluated *row;
    struct lrp_tensor *made = NULL;
    enum lrp_status status = lrp_tensor_read_npy(path, &made, err);
    if (!status && (!lrp_dtype_is_float(made->dtype) || !made->count))
        status = lrp_fail(err, LRP_FILE, "%s: an attribution is an array of floats", path);
    if (!status) status = add_row(e, base_of(path), &row, err);
    if (!status) row->made = lrp_tensor_retain(made);
    lrp_tensor_release(made);
    return status;
}

static enum lrp_status read_picture(const char *path, struct lrp_picture *out, struct lrp_error *err)
{
    struct lrp_mapping mapping = {0};
    enum lrp_status status = lrp_mapping_open(path, &mapping, err);
    if (status) return status;
    status = lrp_picture_decode(mapping.data, mapping.size, out, err);
    lrp_mapping_close(&mapping);
    return status ? lrp_fail_context(err, status, "%s", path) : LRP_OK;
}

enum lrp_status lrp_evaluation_set_mask(struct lrp_evaluation *e, const char *path, struct lrp_error *err)
{
    struct lrp_tensor *array = NULL;
    const size_t length = strlen(path);
    const bool numbers = length > 4 && strcmp(path + length - 4, ".npy") == 0;
    lrp_source_free(&e->mask);
    e->mask.path = strdup(path);
    enum lrp_status status = !e->mask.path ? no_memory(err)
                             : numbers     ? lrp_tensor_read_npy(path, &array, err)
                                           : read_picture(path, &e->mask.picture, err);
    e->mask.array = array;
    e->has_mask = !status;
    return status;
}

void lrp_evaluation_set_box(struct lrp_evaluation *e, const int64_t box[4])
{
    memcpy(e->box, box, sizeof e->box);
    e->has_box = true;
}

enum lrp_status lrp_evaluation_add_span(struct lrp_evaluation *e, const int64_t *span, struct lrp_error *err)
{
    if (!span) {
        e->span_count = 0;
        return LRP_OK;
    }
    int64_t(*more)[2] = realloc(e->spans, (e->span_count + 1) * sizeof *more);
    if (!more) return no_memory(err);
    e->spans = more;
    memcpy(more[e->span_count++], span, sizeof *more);
    return LRP_OK;
}

enum lrp_status lrp_evaluation_set_tokens(struct lrp_evaluation *e, int64_t mask_id, int64_t pad_id, const bool *keep,
                                          size_t count, struct lrp_error *err)
{
    bool *copy = malloc(count + 1);
    if (!copy) return no_memory(err);
    if (count) memcpy(copy, keep, count);
    free(e->keep);
    e->keep = copy;
    e->keep_count = count;
    e->mask_id = mask_id;
    e->pad_id = pad_id;
    return LRP_OK;
}

enum lrp_status lrp_evaluation_set_base(struct lrp_evaluation *e, const struct lrp_settings *settings, struct lrp_error *err)
{
    struct lrp_settings *copy = NULL;
    const enum lrp_status status = lrp_settings_copy(settings, &copy, err);
    if (status) return status;
    lrp_settings_free(e->base);
    e->base = copy;
    return LRP_OK;
}

/* ---- what came of it ---- */

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

static bool add_curve(struct lrp_curve_sum *to, const double *curve, size_t length)
{
    if (!to->sum) {
        to->sum = calloc(2 * length + 1, sizeof *to->sum);
        to->length = length;
    }
    if (!to->sum) return false;
    if (to->length != length) return true; /* of an input of another size: no mean can be had */
    for (size_t k = 0; k < length; k++) to->sum[k] += curve[k];
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
    return ok ? LRP_OK : no_memory(err);
}

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
