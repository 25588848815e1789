/* statistics.c: sum, mean, spread, extremes of a tensor, block by block while the block is in the cache. */
#include <math.h>
#include <stdlib.h>

#include "away.h"
#include "blocked.h"
#include "parallel.h"
#include "statistics.h"
#include "wide.h"

#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed" /* with sanitizers it cannot vectorise and says so */
#endif

enum { BLOCK = 2048, PART = 16 * BLOCK, FEW_PARTS = 128 };

/* ---- numbers below 0 ---- */

enum { NOT_KNOWN, NONE, SOME };

/* A part of a shared tensor that only ever changes from what is not known to what is. */
static int *negatives(const struct lrp_tensor *tensor)
{
    return &((struct lrp_tensor *)tensor)->negatives;
}

static void note_negatives(const struct lrp_tensor *tensor, bool some)
{
    __atomic_store_n(negatives(tensor), some ? SOME : NONE, __ATOMIC_RELAXED);
}

/* A search for one element below 0, given up everywhere once somebody has found one. */
struct negative_search {
    const float *x;
    size_t count;
    int found;
};
enum { SEARCHED = 8192 }; /* elements between two looks at what the others found */

static void search_part(void *context, int64_t begin, int64_t end)
{
    struct negative_search *const s = context;
    for (int64_t k = begin; k < end && !__atomic_load_n(&s->found, __ATOMIC_RELAXED); k++) {
        const size_t first = (size_t)k * SEARCHED, last = first + SEARCHED < s->count ? first + SEARCHED : s->count;
        int negative = 0;
        for (size_t i = first; i < last; i++) negative |= !(s->x[i] >= 0);
        if (negative) __atomic_store_n(&s->found, 1, __ATOMIC_RELAXED);
    }
}

bool lrp_tensor_has_negative(const struct lrp_tensor *tensor, const struct lrp_run *run)
{
    const int known = __atomic_load_n(negatives(tensor), __ATOMIC_RELAXED);
    if (lrp_tensor_is_away(tensor)) {
        const struct lrp_statistics *const away = lrp_tensor_away_statistics(tensor);
        return away->nan || away->min < 0;
    }
    struct negative_search s = {.x = tensor->f, .count = lrp_tensor_floats(tensor)};
    if (known != NOT_KNOWN) return known == SOME;
    lrp_parallel_for(run, (int64_t)((s.count + SEARCHED - 1) / SEARCHED), SEARCHED, search_part, &s);
    note_negatives(tensor, s.found);
    return s.found;
}

void lrp_tensor_changed(struct lrp_tensor *tensor)
{
    __atomic_store_n(negatives(tensor), NOT_KNOWN, __ATOMIC_RELAXED);
    tensor->step = 0;
}

/* ---- statistics ---- */

/* Statistics of some finite values: `squares` about their own mean. */
struct statistics_part {
    size_t count;
    double sum, squares;
    float min, max;
};

/* All values; the sum tells whether one of them was NaN or infinite. */
WIDE static void sum_block(const float *f, size_t n, struct statistics_part *out)
{
    double sum = 0;
    float min = f[0], max = f[0];
#pragma omp simd reduction(+ : sum) reduction(min : min) reduction(max : max)
    for (size_t i = 0; i < n; i++) {
        sum += (double)f[i];
        min = f[i] < min ? f[i] : min;
        max = f[i] > max ? f[i] : max;
    }
    *out = (struct statistics_part){.count = n, .sum = sum, .min = min, .max = max};
}

WIDE static double squares_block(const float *f, size_t n, double mean)
{
    double squares = 0;
#pragma omp simd reduction(+ : squares)
    for (size_t i = 0; i < n; i++) squares += ((double)f[i] - mean) * ((double)f[i] - mean);
    return squares;
}

/* A block with NaN or infinity in it: the finite values are gathered first. */
static void finite_block(const float *f, size_t n, struct statistics_part *out)
{
    float finite[BLOCK];
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(f[i])) finite[count++] = f[i];
    *out = (struct statistics_part){0};
    if (!count) return;
    sum_block(finite, count, out);
    out->squares = squares_block(finite, count, out->sum / (double)count);
}

/* Chan, Golub and LeVeque's update of means and squares. */
static void join_parts(struct statistics_part *all, const struct statistics_part *part)
{
    if (!part->count) return;
    if (!all->count) {
        *all = *part;
        return;
    }
    double a = (double)all->count, b = (double)part->count, apart = part->sum / b - all->sum / a;
    all->squares += part->squares + apart * apart * a * b / (a + b);
    all->sum += part->sum;
    all->count += part->count;
    all->min = fminf(all->min, part->min);
    all->max = fmaxf(all->max, part->max);
}

/* Parts are the same for any number of threads, and so is what they add up to. */
struct statistics_job {
    const struct lrp_tensor *tensor;
    size_t count; /* floats in memory */
    struct statistics_part *parts;
};

static struct statistics_part part_number(const struct statistics_job *job, size_t i)
{
    const size_t end = job->count - i * PART < PART ? job->count : (i + 1) * PART;
    float room[BLOCK];
    struct statistics_part all = {0};
    for (size_t at = i * PART; at < end; at += BLOCK) {
        size_t n;
        const float *f = lrp_tensor_present(job->tensor, at, end - at < BLOCK ? end - at : BLOCK, room, &n);
        struct statistics_part part;
        sum_block(f, n, &part);
        if (isfinite(part.sum))
            part.squares = squares_block(f, n, part.sum / (double)n);
        else
            finite_block(f, n, &part);
        join_parts(&all, &part);
    }
    return all;
}

static void run_parts(void *context, int64_t begin, int64_t end)
{
    const struct statistics_job *const job = context;
    for (int64_t i = begin; i < end; i++) job->parts[i] = part_number(job, (size_t)i);
}

void lrp_tensor_statistics_by(const struct lrp_tensor *tensor, const struct lrp_run *run, struct lrp_statistics *out)
{
    const size_t floats = lrp_tensor_floats(tensor), count = (floats + PART - 1) / PART;
    struct statistics_part few[FEW_PARTS], *const many = count > FEW_PARTS ? malloc(count * sizeof *many) : NULL;
    struct statistics_job job = {.tensor = tensor, .count = floats, .parts = count > 1 && count <= FEW_PARTS ? few : many};
    struct statistics_part all = {0};
    if (lrp_tensor_is_away(tensor)) {
        free(many);
        *out = *lrp_tensor_away_statistics(tensor);
        return;
    }
    if (job.parts) lrp_parallel_for(run, (int64_t)count, PART, run_parts, &job);
    for (size_t i = 0; i < count; i++) {
        const struct statistics_part part = job.parts ? job.parts[i] : part_number(&job, i);
        join_parts(&all, &part);
    }
    free(many);
    *out = (struct lrp_statistics){.nan = tensor->count - all.count};
    if (!out->nan) note_negatives(tensor, all.min < 0);
    if (!all.count) return;
    out->sum = all.sum;
    out->mean = all.sum / (double)all.count;
    out->std = sqrt(all.squares / (double)all.count);
    out->min = all.min;
    out->max = all.max;
}

static struct statistics_part as_part(const struct lrp_statistics *s, size_t count)
{
    const size_t finite = count - s->nan;
    return (struct statistics_part){finite, s->sum, s->std * s->std * (double)finite, s->min, s->max};
}

void lrp_statistics_join(struct lrp_statistics *all, size_t count, const struct lrp_statistics *more, size_t more_count)
{
    struct statistics_part sum = as_part(all, count);
    const struct statistics_part part = as_part(more, more_count);
    join_parts(&sum, &part);
    *all = (struct lrp_statistics){.nan = all->nan + more->nan};
    if (!sum.count) return;
    all->sum = sum.sum;
    all->mean = sum.sum / (double)sum.count;
    all->std = sqrt(sum.squares / (double)sum.count);
    all->min = sum.min;
    all->max = sum.max;
}

void lrp_tensor_statistics(const struct lrp_tensor *tensor, struct lrp_statistics *out)
{
    lrp_tensor_statistics_by(tensor, NULL, out);
}
