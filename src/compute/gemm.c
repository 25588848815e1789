/* gemm.c: matrix products; those with a vector by our own loops, which are as fast as memory is. */
#include <string.h>

#include "gemm_tiles.h"
#include "library.h"
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

static void scale_result(float beta, float *c, int64_t count)
{
    for (int64_t i = 0; i < count; i++) c[i] = beta == 0 ? 0 : beta * c[i];
}

/* C (m,n) = A' B' + beta C in tiles, each done by one thread: the same bits for any number of them. */
struct tiled {
    bool transpose_a, transpose_b;
    int64_t m, n, k;
    const float *a, *b;
    float beta, *c;
    const struct lrp_run *run;
    int64_t rows, columns; /* of a tile: what depends on the shape alone */
    int status;            /* enum lrp_status; of the first tile that failed, atomically */
};

/* Long sums in pieces, each from zero in the library's registers. */
static enum lrp_status one_tile(const struct tiled *t, int64_t row, int64_t column)
{
    const int64_t rows = t->m - row < t->rows ? t->m - row : t->rows, row_a = t->transpose_a ? t->m : t->k;
    const int64_t columns = t->n - column < t->columns ? t->n - column : t->columns, row_b = t->transpose_b ? t->k : t->n;

    for (int64_t first = 0; first < t->k; first += LONGEST_SUM) {
        const int64_t part = t->k - first < LONGEST_SUM ? t->k - first : LONGEST_SUM;
        const float *const a = t->a + (t->transpose_a ? first * row_a + row : row * row_a + first);
        const float *const b = t->b + (t->transpose_b ? column * row_b + first : first * row_b + column);
        const enum lrp_status status =
            lrp_run_should_stop(t->run) ? LRP_CANCELLED
                                        : lrp_library_gemm(t->transpose_a, t->transpose_b, rows, columns, part, a, row_a, b,
                                                           row_b, first ? 1 : t->beta, t->c + row * t->n + column, t->n, NULL);

        if (status) return status;
    }
    return LRP_OK;
}

static void some_tiles(void *context, int64_t begin, int64_t end)
{
    struct tiled *const t = context;
    const int64_t across = (t->n + t->columns - 1) / t->columns;

    for (int64_t i = begin; i < end && !__atomic_load_n(&t->status, __ATOMIC_RELAXED); i++) {
        const enum lrp_status status = one_tile(t, i / across * t->rows, i % across * t->columns);

        if (status) __atomic_store_n(&t->status, (int)status, __ATOMIC_RELAXED);
    }
}

enum lrp_status lrp_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a, const void *b,
                         float beta, float *c, const struct lrp_run *run, struct lrp_error *err)
{
    struct tiled tiled = {
        transpose_a, transpose_b, m, n, k, a, b, beta, c, run, share_of(m, TILE_ROWS), share_of(n, TILE_COLUMNS), LRP_OK};
    int before;

    if (m == 0 || n == 0) return LRP_OK;
    if (lrp_run_should_stop(run)) return lrp_fail(err, LRP_CANCELLED, "cancelled");
    if (k == 0) {
        scale_result(beta, c, m * n);
        return LRP_OK;
    }
    if (m == 1 && (uintptr_t)a % sizeof(float) == 0)
        return with_vector(b, transpose_b ? n : k, transpose_b ? k : n, transpose_b, a, beta, c, run, err);
    if (n == 1 && (uintptr_t)b % sizeof(float) == 0)
        return with_vector(a, transpose_a ? k : m, transpose_a ? m : k, !transpose_a, b, beta, c, run, err);
    before = lrp_threads_enter(NULL); /* a tile's own */
    lrp_parallel_for(run, (m + tiled.rows - 1) / tiled.rows * ((n + tiled.columns - 1) / tiled.columns),
                     tiled.rows * tiled.columns * k, some_tiles, &tiled);
    lrp_threads_leave(before);
    return tiled.status ? lrp_fail(err, (enum lrp_status)tiled.status, "%s",
                                   tiled.status == LRP_CANCELLED ? "cancelled"
                                   : tiled.status == LRP_MEMORY  ? "not enough memory for a matrix product"
                                                                 : "the numeric library refuses a matrix product")
                        : LRP_OK;
}
