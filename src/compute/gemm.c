/* gemm.c: matrix products; those with a vector by loops that are as fast as memory is, others in panels (gemm_panels.h). */
#include <string.h>

#include "gemm_blas.h"
#include "gemm_panels.h"
#include "parallel.h"
#include "wide.h"

enum {
    LANES = 32,   /* running sums of a dot product */
    ROWS = 4,     /* dot products at a time */
    STRIP = 2048, /* columns of a row-wise product that stay in the nearest cache */
    CHUNK = 16,   /* of those, in registers */
    AHEAD = 2048, /* bytes: a file's pages are small, and the processor looks ahead only inside one */
    LINE = 64,
    PIECE =
        1 << 23 /* numbers of a matrix that are read before it is asked whether to stop: 10 to 15 ms where the file is cold */
};

/* y (n) = M v + beta y, or M^T v + beta y. M is read as bytes: in a file it lies at any address. */
struct matrix_vector {
    const char *matrix; /* rows x columns */
    const float *vector;
    float *result;
    int64_t rows, columns, strip;
    int64_t first; /* row, or strip, at which a piece of it begins */
    float beta;
};

/* What is left of a row behind its lanes, and then their sums, always in the same order. */
static inline float end_of_dot(const char *row, const float *vector, int64_t done, int64_t count, float sum[LANES])
{
    float total = 0, part;

    for (int64_t i = done; i < count; i++) {
        memcpy(&part, row + (size_t)i * sizeof part, sizeof part);
        total += part * vector[i];
    }
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++) sum[l] += sum[l + half];
    return total + sum[0];
}

WIDE static float dot(const char *row, const float *vector, int64_t count)
{
    float sum[LANES] = {0}, part[LANES];
    int64_t i = 0;

    for (; i + LANES <= count; i += LANES) {
        memcpy(part, row + (size_t)i * sizeof(float), sizeof part);
        for (int l = 0; l < LANES; l++) sum[l] += part[l] * vector[i + l];
    }
    return end_of_dot(row, vector, i, count, sum);
}

/* Several rows at once, so that more of memory is on its way; each summed up as it would be alone. */
WIDE static void several_dots(const char *const rows[ROWS], const float *vector, int64_t count, float out[ROWS])
{
    float sum[ROWS][LANES] = {{0}}, part[LANES];
    int64_t i = 0;

    for (; i + LANES <= count; i += LANES)
        for (int r = 0; r < ROWS; r++) {
            const char *const at = rows[r] + (size_t)i * sizeof(float);

            __builtin_prefetch(at + AHEAD);
            __builtin_prefetch(at + AHEAD + LINE);
            memcpy(part, at, sizeof part);
            for (int l = 0; l < LANES; l++) sum[r][l] += part[l] * vector[i + l];
        }
    for (int r = 0; r < ROWS; r++) out[r] = end_of_dot(rows[r], vector, i, count, sum[r]);
}

static float start_value(const struct matrix_vector *p, int64_t i)
{
    return p->beta == 0 ? 0 : p->beta * p->result[i];
}

static void rows_times_vector(void *context, int64_t begin, int64_t end)
{
    const struct matrix_vector *const p = context;
    const int64_t last = p->first + end;

    for (int64_t r = p->first + begin, done; r < last; r += done) {
        const char *rows[ROWS];
        float out[ROWS];

        done = last - r < ROWS ? 1 : ROWS;
        for (int64_t k = 0; k < done; k++) rows[k] = p->matrix + (size_t)((r + k) * p->columns) * sizeof(float);
        if (done == ROWS)
            several_dots(rows, p->vector, p->columns, out);
        else
            out[0] = dot(rows[0], p->vector, p->columns);
        for (int64_t k = 0; k < done; k++) p->result[r + k] = start_value(p, r + k) + out[k];
    }
}

/* sum[0..width) += four rows times their factors, a few columns at a time so that they stay in registers; in double, which
 * memory is too slow to notice. */
WIDE static void add_four(const char *const rows[4], const float factors[4], int64_t width, double *restrict sum)
{
    float part[4][CHUNK];
    int64_t i = 0;

    for (; i + CHUNK <= width; i += CHUNK) {
        for (int r = 0; r < 4; r++) {
            __builtin_prefetch(rows[r] + (size_t)i * sizeof(float) + AHEAD);
            memcpy(part[r], rows[r] + (size_t)i * sizeof(float), sizeof part[r]);
        }
        for (int l = 0; l < CHUNK; l++)
            sum[i + l] += ((double)factors[0] * (double)part[0][l] + (double)factors[1] * (double)part[1][l]) +
                          ((double)factors[2] * (double)part[2][l] + (double)factors[3] * (double)part[3][l]);
    }
    for (; i < width; i++)
        for (int r = 0; r < 4; r++) {
            memcpy(part[r], rows[r] + (size_t)i * sizeof(float), sizeof part[r][0]);
            sum[i] += (double)factors[r] * (double)part[r][0];
        }
}

/* sum[0..width) += the rows of a strip times their factors. Rows with factor zero are not even read: half of all activations
 * and relevances are zero. */
static void add_rows(const struct matrix_vector *p, int64_t column, int64_t width, double *sum)
{
    const char *rows[4];
    float factors[4];
    int count = 0;

    for (int64_t r = 0; r < p->rows; r++) {
        if (p->vector[r] == 0) continue;
        rows[count] = p->matrix + (size_t)(r * p->columns + column) * sizeof(float);
        factors[count++] = p->vector[r];
        if (count == 4) {
            add_four(rows, factors, width, sum);
            count = 0;
        }
    }
    for (int i = 0; i < count; i++)
        for (int64_t c = 0; c < width; c++) {
            float value;

            memcpy(&value, rows[i] + (size_t)c * sizeof value, sizeof value);
            sum[c] += (double)factors[i] * (double)value;
        }
}

static void vector_times_strips(void *context, int64_t begin, int64_t end)
{
    const struct matrix_vector *const p = context;

    for (int64_t strip = p->first + begin; strip < p->first + end; strip++) {
        const int64_t column = strip * p->strip;
        const int64_t width = p->columns - column < p->strip ? p->columns - column : p->strip;
        double sum[STRIP];

        for (int64_t i = 0; i < width; i++) sum[i] = (double)start_value(p, column + i);
        add_rows(p, column, width, sum);
        for (int64_t i = 0; i < width; i++) p->result[column + i] = (float)sum[i];
    }
}

/* Wide strips read memory in long runs, but every thread should get one. */
static int64_t strip_width(int64_t columns, const struct lrp_run *run)
{
    const int64_t threads = run && run->threads > 1 ? run->threads : 1;
    const int64_t share = (columns / threads + CHUNK - 1) / CHUNK * CHUNK;

    return share > STRIP ? STRIP : share < CHUNK ? CHUNK : share;
}

/* The matrix is stored rows x columns; `dots`: its rows are multiplied with the vector, else its columns. */
static enum lrp_status with_vector(const void *matrix, int64_t rows, int64_t columns, bool dots, const void *vector, float beta,
                                   float *result, const struct lrp_run *run, struct lrp_error *err)
{
    struct matrix_vector p = {matrix, vector, result, rows, columns, strip_width(columns, run), 0, beta};
    const int64_t count = dots ? rows : (columns + p.strip - 1) / p.strip; /* of rows, or strips */
    const int64_t cost = dots ? columns : rows * p.strip;
    const int64_t threads = run && run->threads > 1 ? run->threads : 1;
    const int64_t turn = dots ? threads * ROWS : threads; /* one of every thread */
    const int64_t most = PIECE / (cost > 0 ? cost : 1) / turn * turn, piece = most > turn ? most : turn;

    for (; p.first < count; p.first += piece) {
        if (p.first && lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
        lrp_parallel_for(run, count - p.first < piece ? count - p.first : piece, cost,
                         dots ? rows_times_vector : vector_times_strips, &p);
    }
    return LRP_OK;
}

static void finish_result(const struct lrp_multiplication *p)
{
    for (int64_t i = 0; i < p->m * p->n; i++) {
        if (p->k == 0) p->c[i] = p->beta == 0 ? 0 : p->beta * p->c[i];
        if (p->bias) p->c[i] += p->bias[i % p->n];
    }
}

/* By vectors only where those are floats at their own alignment. */
static bool is_vector(const void *values)
{
    return values && (uintptr_t)values % sizeof(float) == 0;
}

enum lrp_status lrp_multiply(const struct lrp_multiplication *p, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_gemm_panels panels = {p->m,
                                           p->n,
                                           p->k,
                                           {p->a, p->transpose_a ? 1 : p->k, p->transpose_a ? p->m : 1},
                                           {p->b, p->transpose_b ? 1 : p->n, p->transpose_b ? p->k : 1},
                                           p->source,
                                           p->beta,
                                           p->c,
                                           p->bias};
    enum lrp_status status = LRP_OK;

    if (p->m == 0 || p->n == 0) return LRP_OK;
    if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
    if (p->k == 0) {
        finish_result(p);
        return LRP_OK;
    }
    if (p->m == 1 && p->b && is_vector(p->a))
        status = with_vector(p->b, p->transpose_b ? p->n : p->k, p->transpose_b ? p->k : p->n, p->transpose_b, p->a, p->beta,
                             p->c, run, err);
    else if (p->n == 1 && is_vector(p->b))
        status = with_vector(p->a, p->transpose_a ? p->k : p->m, p->transpose_a ? p->m : p->k, !p->transpose_a, p->b, p->beta,
                             p->c, run, err);
#ifdef LRP_OPENBLAS
    else if (lrp_gemm_blas_takes(&panels))
        return lrp_gemm_blas_run(&panels, run, err);
#endif
    else
        return lrp_gemm_panels_run(&panels, run, err);
    if (!status) finish_result(p);
    return status;
}

enum lrp_status lrp_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a, const void *b,
                         float beta, float *c, const struct lrp_run *run, struct lrp_error *err)
{
    const struct lrp_multiplication product = {
        .transpose_a = transpose_a, .transpose_b = transpose_b, .m = m, .n = n, .k = k, .a = a, .b = b, .beta = beta, .c = c};

    return lrp_multiply(&product, run, err);
}

enum lrp_status lrp_gemm_source(bool transpose_b, int64_t m, int64_t n, int64_t k, const float *a,
                                const struct lrp_number_source *b, float beta, float *c, const struct lrp_run *run,
                                struct lrp_error *err)
{
    const struct lrp_multiplication product = {
        .transpose_b = transpose_b, .m = m, .n = n, .k = k, .a = a, .source = *b, .beta = beta, .c = c};

    return lrp_multiply(&product, run, err);
}
