/* test_gemm.c: matrix products against a loop in double precision. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "convert.h"
#include "gemm_kernels.h"
#include "lrpscope/tensor.h"
#include "primitives.h"

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

static float *random_values(uint32_t *state, int64_t count)
{
    float *const values = malloc((size_t)count * sizeof *values + 1);

    for (int64_t i = 0; i < count; i++)
        values[i] = next_random(state) % 3 == 0 ? 0 : (float)(next_random(state) % 20001) / 10000 - 1;
    return values;
}

/* Every error is bounded by the sum of the sizes of the terms. */
static void check(int64_t m, int64_t n, int64_t k, int transposed, float beta, uint32_t seed)
{
    const struct lrp_run run = {.threads = 2};
    uint32_t state = seed;
    const bool ta = transposed & 1, tb = transposed & 2;
    float *const a = random_values(&state, m * k), *const b = random_values(&state, k * n);
    float *const c = random_values(&state, m * n), *const before = malloc((size_t)(m * n) * sizeof *before);

    memcpy(before, c, (size_t)(m * n) * sizeof *c);
    assert_int_equal(lrp_gemm(ta, tb, m, n, k, a, b, beta, c, &run, NULL), LRP_OK);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = (double)beta * (double)before[i * n + j], size = fabs(sum) + 1e-6;

            for (int64_t l = 0; l < k; l++) {
                const double term = (double)a[ta ? l * m + i : i * k + l] * (double)b[tb ? j * k + l : l * n + j];
                sum += term;
                size += fabs(term);
            }
            if (!(fabs((double)c[i * n + j] - sum) <= 1e-6 * size))
                fail_msg("m %d n %d k %d transposed %d: %g, not %g", (int)m, (int)n, (int)k, transposed, (double)c[i * n + j],
                         sum);
        }
    free(a), free(b), free(c), free(before);
}

static void products_are_right_in_every_arrangement(void **state)
{
    static const int64_t shapes[][3] = {{1, 1, 1},    {1, 7, 5},    {7, 1, 5}, {3, 5, 7},    {1, 600, 200},  {600, 1, 200},
                                        {17, 33, 65}, {4, 5, 5000}, {5, 4, 0}, {64, 64, 64}, {1, 300, 9000}, {2, 3, 25088}};

    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int transposed = 0; transposed < 4; transposed++)
            for (int beta = 0; beta < 3; beta++)
                check(shapes[s][0], shapes[s][1], shapes[s][2], transposed, (float)beta / 2, (uint32_t)s * 16 + 1);
}

static void a_matrix_may_lie_at_any_address(void **state)
{
    char bytes[6 * sizeof(float) + 1];
    const float values[6] = {1, 2, 3, 4, 5, 6}, vector[3] = {1, 10, 100}, two[6] = {1, 10, 100, 2, 20, 200};
    float y[4];

    (void)state;
    memcpy(bytes + 1, values, sizeof values);
    assert_int_equal(lrp_gemm(false, true, 1, 2, 3, vector, bytes + 1, 0, y, NULL, NULL), LRP_OK);
    assert_true(y[0] == 321 && y[1] == 654);
    assert_int_equal(lrp_gemm(false, true, 2, 2, 3, two, bytes + 1, 0, y, NULL, NULL), LRP_OK);
    assert_true(y[0] == 321 && y[1] == 654 && y[2] == 642 && y[3] == 1308);
}

static void without_beta_the_target_is_not_read(void **state)
{
    const float a[4] = {1, 2, 3, 4};
    float c[4] = {NAN, NAN, NAN, NAN};

    (void)state;
    assert_int_equal(lrp_gemm(false, false, 2, 2, 2, a, a, 0, c, NULL, NULL), LRP_OK);
    assert_true(c[0] == 7 && c[1] == 10 && c[2] == 15 && c[3] == 22);
    c[0] = NAN;
    assert_int_equal(lrp_gemm(false, false, 1, 1, 2, a, a, 0, c, NULL, NULL), LRP_OK);
    assert_true(c[0] == 5);
}

/* More rows than are done in one go, and a sum in two pieces: against a few elements by a loop. */
static void many_rows_are_right(void **state)
{
    enum { M = 1100, N = 2000, K = 2500 };
    static const struct lrp_run run = {.threads = 2};
    uint32_t seed = 5;
    float *const a = random_values(&seed, (int64_t)M * K), *const turned = malloc((size_t)M * K * sizeof *turned);
    float *const b = random_values(&seed, (int64_t)K * N), *const c = malloc((size_t)M * N * sizeof *c);

    (void)state;
    for (int64_t i = 0; i < M; i++)
        for (int64_t k = 0; k < K; k++) turned[k * M + i] = a[i * K + k];
    for (int transposed = 0; transposed < 2; transposed++) {
        assert_int_equal(lrp_gemm(transposed, false, M, N, K, transposed ? turned : a, b, 0, c, &run, NULL), LRP_OK);
        for (int64_t i = 0; i < M; i++)
            for (int64_t j = i % 97; j < N; j += 499) {
                double sum = 0, size = 0;

                for (int64_t k = 0; k < K; k++) {
                    const double term = (double)a[i * K + k] * (double)b[k * N + j];
                    sum += term;
                    size += fabs(term);
                }
                assert_true(fabs((double)c[i * N + j] - sum) <= 1e-6 * size);
            }
    }
    free(a), free(turned), free(b), free(c);
}

static void read_floats(const void *data, int64_t first, int64_t n, float *out)
{
    memcpy(out, (const float *)data + first, (size_t)n * sizeof *out);
}

/* Products of floats are not our own, but a library's: those of sources still are. */
static bool by_library(void)
{
    char name[100], instructions[100];
    lrp_numeric_library(name, instructions, sizeof name);
    return strstr(name, "OpenBLAS") != NULL;
}

/* A matrix of that many columns. */
struct turnable {
    const float *numbers;
    int64_t columns;
};

static void read_turnable(const void *data, int64_t first, int64_t n, float *out)
{
    read_floats(((const struct turnable *)data)->numbers, first, n, out);
}

static void turn_numbers(const void *data, struct lrp_matrix_part part, int64_t width, float *to)
{
    const struct turnable *const t = data;

    assert_true(part.column % LRP_TURNED_FROM == 0 && part.rows <= width && width <= LRP_MOST_TURNED);
    for (int64_t j = 0; j < part.columns; j++)
        for (int64_t i = 0; i < width; i++)
            to[j * width + i] = i < part.rows ? t->numbers[(part.row + i) * t->columns + part.column + j] : 0;
}

/* Numbers that float16 holds, and as such, at an odd address. */
static char *halves_of(float *numbers, int64_t count)
{
    char *const halves = malloc((size_t)count * sizeof(uint16_t) + 1);

    for (int64_t i = 0; i < count; i++) {
        const uint16_t half = lrp_half_from_float(numbers[i] * (i % 7 == 0 ? 0x1p-16F : 1)); /* some of them subnormal */
        memcpy(halves + 1 + (size_t)i * sizeof half, &half, sizeof half);
        lrp_convert_to_f32(LRP_DTYPE_FLOAT16, &half, 1, false, &numbers[i]);
    }
    return halves;
}

enum { READ, TURNED, HALVES, WAYS };

/* Numbers that are handed out in pieces, turned about or as float16 give what they give as a whole, for any number of threads:
 * bit for bit where both are products of matrices by one way. */
static void a_source_is_multiplied_like_a_matrix(void **state)
{
    static const int64_t shapes[][3] = {{16, 256, 1024}, {130, 1100, 70}, {197, 600, 5000},
                                        {2, 700, 300},   {3, 5, 0},       {1, 900, 900}};

    (void)state;
    for (size_t i = 0; i < WAYS * sizeof shapes / sizeof *shapes; i++)
        for (int transposed = 0; transposed < 2; transposed++)
            for (int threads = 1; threads <= 5; threads += 2) {
                const size_t way = i % WAYS;
                const struct lrp_run run = {.threads = threads};
                const int64_t m = shapes[i / WAYS][0], n = shapes[i / WAYS][1], k = shapes[i / WAYS][2];
                uint32_t seed = (uint32_t)i + 3;
                float *const a = random_values(&seed, m * k), *const b = random_values(&seed, k * n);
                float *const whole = random_values(&seed, m * n), *const pieces = malloc((size_t)(m * n) * sizeof *pieces);
                char *const halves = way == HALVES ? halves_of(b, k * n) : NULL;
                const struct turnable turnable = {b, transposed ? k : n};
                struct lrp_number_source source = {.read = read_turnable, .data = &turnable, .raw = b, .bytes = sizeof *b};

                if (way == TURNED) source.turn = turn_numbers;
                if (halves) {
                    source.raw = halves + 1;
                    source.bytes = sizeof(uint16_t);
                    source.halves = true;
                }
                memcpy(pieces, whole, (size_t)(m * n) * sizeof *whole);
                assert_int_equal(lrp_gemm(false, transposed, m, n, k, a, b, 1, whole, &run, NULL), LRP_OK);
                assert_int_equal(lrp_gemm_source(transposed, m, n, k, a, &source, 1, pieces, &run, NULL), LRP_OK);
                if (m > 1 && !by_library()) assert_memory_equal(whole, pieces, (size_t)(m * n) * sizeof *whole);
                for (int64_t at = 0; at < m * n; at++)
                    assert_true(fabsf(whole[at] - pieces[at]) <= 1e-5F * (1 + sqrtf((float)k)));
                free(a), free(b), free(halves), free(whole), free(pieces);
            }
}

static void the_number_of_threads_changes_no_bit(void **state)
{
    static const int64_t shapes[][3] = {{16, 256, 1024}, {16, 1000, 1024}, {33, 256, 2048}, {64, 256, 5000}, {197, 197, 64},
                                        {2, 700, 300},   {300, 1100, 70},  {1, 900, 900},   {900, 1, 900}};

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int transposed = 0; transposed < 4; transposed++) {
            const int64_t m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
            uint32_t seed = (uint32_t)i + 9;
            float *const a = random_values(&seed, m * k), *const b = random_values(&seed, k * n);
            float *const one = malloc((size_t)(m * n) * sizeof *one), *const several =
                                                                          malloc((size_t)(m * n) * sizeof *several);

            for (int threads = 1; threads <= 7; threads += 2) {
                const struct lrp_run run = {.threads = threads};
                float *const c = threads == 1 ? one : several;
                assert_int_equal(lrp_gemm(transposed & 1, transposed & 2, m, n, k, a, b, 0, c, &run, NULL), LRP_OK);
                assert_memory_equal(one, c, (size_t)(m * n) * sizeof *c);
            }
            free(a), free(b), free(one), free(several);
        }
}

/* y = x W + b, W at an odd address: as vectors, in panels, from a source, without a term, and added to what is there. */
static void a_bias_is_added_to_every_column(void **state)
{
    enum { K = 500, N = 111, MOST = 130 };
    static const int64_t rows[] = {1, 9, MOST};
    uint32_t seed = 7;
    float *const a = random_values(&seed, (int64_t)MOST * K), *const b = random_values(&seed, (int64_t)K * N);
    float *const bias = random_values(&seed, N), *const y = malloc(sizeof *y * MOST * N);
    char *const odd = malloc(sizeof *b * K * N + 1);

    (void)state;
    memcpy(odd + 1, b, sizeof *b * K * N);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int way = 0; way < 6; way++) {
            const int64_t k = way == 4 ? 0 : K;
            const bool turned = way & 1;
            const struct lrp_run run = {.threads = 2};
            struct lrp_multiplication p = {.transpose_b = turned, .m = rows[i], .n = N, .k = k, .a = a, .c = y, .bias = bias};

            if (way == 2 || way == 3)
                p.source = (struct lrp_number_source){.read = read_floats, .data = b};
            else
                p.b = odd + 1;
            p.beta = way == 5 ? 2 : 0;
            for (int64_t at = 0; at < rows[i] * N; at++) y[at] = p.beta == 0 ? NAN : 1;
            assert_int_equal(lrp_multiply(&p, &run, NULL), LRP_OK);
            for (int64_t r = 0; r < rows[i]; r++)
                for (int64_t j = 0; j < N; j++) {
                    double sum = (double)bias[j] + (double)p.beta, size = fabs(sum) + 1e-6;

                    for (int64_t l = 0; l < k; l++) {
                        const double term = (double)a[r * K + l] * (double)b[turned ? j * K + l : l * N + j];
                        sum += term;
                        size += fabs(term);
                    }
                    assert_true(fabs((double)y[r * N + j] - sum) <= 1e-6 * size);
                }
        }
    free(a), free(b), free(bias), free(y), free(odd);
}

/* Every instruction set there is here: small whole numbers, so that sums are exact. */
static void tiles_of_every_instruction_set_are_right(void **state)
{
    enum { K = 37, DOWN = 200, FIRST = 4, FROM_HALVES }; /* more than vectors: those that read B where it lies */
    static uint16_t halves[K * DOWN];
    static float left[K * LRP_GEMM_ROWS], right[K * LRP_GEMM_COLUMNS], packed[K * LRP_GEMM_COLUMNS], apart[K * DOWN];
    static float c[LRP_GEMM_ROWS * DOWN];
    const struct lrp_gemm_kernels *kernels;
    int count = 0;

    (void)state;
    for (; (kernels = lrp_gemm_kernels_at(count)); count++)
        for (int vectors = 1; vectors <= FROM_HALVES; vectors++) {
            const bool first = vectors >= FIRST;
            const int rows = kernels->rows, columns = (first ? 3 : vectors) * kernels->lanes;

            if (vectors == FROM_HALVES && !kernels->halves) continue;
            assert_true(rows <= LRP_GEMM_ROWS && columns <= LRP_GEMM_COLUMNS);
            for (int i = 0; i < K * rows; i++) left[i] = (float)(i % 7 - 3);
            for (int i = 0; i < K * columns; i++) {
                right[i] = (float)(i % 11 - 5);
                apart[i / columns * DOWN + i % columns] = right[i];
                halves[i / columns * DOWN + i % columns] = lrp_half_from_float(right[i]);
                packed[i] = NAN;
            }
            for (int i = 0; i < rows * DOWN; i++) c[i] = 100;
            if (vectors == FROM_HALVES)
                kernels->halves(K, left, halves, DOWN * sizeof *halves, packed, c, DOWN, true);
            else if (first)
                kernels->first(K, left, apart, DOWN * sizeof(float), packed, c, DOWN, true);
            else
                kernels->tile[vectors - 1](K, left, right, c, DOWN, vectors == 2);
            if (first) assert_memory_equal(packed, right, sizeof(float) * (size_t)(K * columns));
            for (int r = 0; r < rows; r++)
                for (int j = 0; j < DOWN; j++) {
                    int sum = first || vectors == 2 || j >= columns ? 100 : 0;

                    for (int l = 0; l < K && j < columns; l++) sum += ((l * rows + r) % 7 - 3) * ((l * columns + j) % 11 - 5);
                    assert_true(c[r * DOWN + j] == (float)sum);
                }
        }
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_right_in_every_arrangement), cmocka_unit_test(a_matrix_may_lie_at_any_address),
        cmocka_unit_test(without_beta_the_target_is_not_read),     cmocka_unit_test(many_rows_are_right),
        cmocka_unit_test(a_source_is_multiplied_like_a_matrix),    cmocka_unit_test(the_number_of_threads_changes_no_bit),
        cmocka_unit_test(a_bias_is_added_to_every_column),         cmocka_unit_test(tiles_of_every_instruction_set_are_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
