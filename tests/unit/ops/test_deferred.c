/* test_deferred.c: constants that are made when they are read are what their operators compute. */
#include <stdio.h>

#include "ops/calls.h"

/* The numbers of a view, all at once and in pieces, against those of forward. */
static void check_deferred(struct setup *setup, const char *what)
{
    const struct lrp_operator *const op = setup->call.op;
    const struct lrp_tensor *const right = setup->out[0];
    struct lrp_blob *blob = NULL;
    struct lrp_error err = {0};
    float *const got = malloc((right->count + 1) * sizeof *got);

    check_ok(op->defer(&setup->call, setup->arena, &blob, &err), &err);
    if (!blob) fail_msg("%s: nothing is deferred", what);
    assert_true(lrp_shape_equal(blob->shape, &right->shape) && blob->count == right->count);
    for (size_t piece = 1; piece <= right->count; piece++)
        for (size_t first = 0; first < right->count; first += piece) {
            const size_t left = right->count - first, n = left < piece ? left : piece;

            lrp_blob_f32(blob, first, n, got);
            if (memcmp(got, right->f + first, n * sizeof *got) != 0)
                fail_msg("%s: %zu numbers from %zu on differ", what, n, first);
        }
    free(got);
}

static void run_deferred(const struct example *example)
{
    struct setup setup;

    setup_open(&setup, example);
    setup_run(&setup);
    check_deferred(&setup, example->attributes);
    setup_close(&setup);
}

static void write_bytes(char *text, size_t size, int rows, int bytes, int seed)
{
    size_t at = (size_t)snprintf(text, size, "!u[%d,%d]", rows, bytes);

    for (int i = 0; i < rows * bytes; i++) at += (size_t)snprintf(text + at, size - at, " %d", (i * 37 + seed) % 256);
}

static void write_floats(char *text, size_t size, int rows, int columns)
{
    size_t at = (size_t)snprintf(text, size, "!f[%d,%d]", rows, columns);

    for (int i = 0; i < rows * columns; i++) at += (size_t)snprintf(text + at, size - at, " %g", (i * 7 % 11 - 4.3) / 8);
}

/* Every number of bits, with a last block that is not whole, and zero points of both kinds and none. */
static void packed_weights_are_decoded_alike(void **state)
{
    enum { ROWS = 3, LENGTH = 20, BLOCK = 8, BLOCKS = 3 };
    (void)state;
    for (int bits = 2; bits <= 8; bits *= 2)
        for (int transposed = 0; transposed < 2; transposed++)
            for (int zeros = 0; zeros < 3; zeros++) {
                char attributes[96], codes[1024], scales[512], points[512] = "";

                snprintf(attributes, sizeof attributes, "bits=i%d block_size=i%d length=i%d transposed=i%d", bits, BLOCK,
                         LENGTH, transposed);
                write_bytes(codes, sizeof codes, ROWS, LENGTH * bits / 8, 5);
                write_floats(scales, sizeof scales, ROWS, BLOCKS);
                if (zeros == 1) write_bytes(points, sizeof points, ROWS, (BLOCKS * bits + 7) / 8, 9);
                if (zeros == 2) write_floats(points, sizeof points, ROWS, BLOCKS);
                run_deferred(&(struct example){"", "DecodeBits", "lrpscope", 1, attributes, {codes, scales, points}, {"?"}});
            }
}

/* Parts of the stored matrix, which is that of `right` the other way about, against its numbers. */
static void check_turned(const struct lrp_blob_view *view, const struct lrp_tensor *right)
{
    static const int64_t widths[] = {8, 24, LRP_MOST_TURNED};
    const int64_t length = right->shape.dim[0], rows = right->shape.dim[1];
    static float got[LRP_MOST_TURNED * 128];

    assert_true(view->turn && length <= 128);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (int64_t row = 0; row < rows; row += 7)
            for (int64_t column = 0; column < length; column += LRP_TURNED_FROM) {
                const int64_t width = widths[w], left = rows - row;
                const struct lrp_matrix_part part = {row, left < width ? left : width, column, length - column};

                for (int64_t i = 0; i < width * part.columns; i++) got[i] = 99;
                view->turn(view, part, width, got);
                for (int64_t i = 0; i < width * part.columns; i++) {
                    const int64_t at = (column + i / width) * rows + row + i % width;

                    assert_true(got[i] == (i % width < part.rows ? right->f[at] : 0));
                }
            }
}

/* As the first tiles of a product want them: a row that ends within a block, and within a word; zero points and none. */
static void packed_weights_are_turned_alike(void **state)
{
    enum { ROWS = 53, BYTES = 76, BLOCK = 16 };
    (void)state;
    for (int bits = 2; bits <= 8; bits *= 2)
        for (int zeros = 0; zeros < 2; zeros++) {
            const int length = 75, blocks = (length + BLOCK - 1) / BLOCK;
            static char codes[ROWS * BYTES * 4 + 32], scales[ROWS * 8 * 12], points[ROWS * 8 * 4];
            char attributes[96];
            struct example example = {"", "DecodeBits", "lrpscope", 1, attributes, {codes, scales, points}, {"?"}};
            struct lrp_blob *blob = NULL;
            struct lrp_error err = {0};
            struct setup setup;

            snprintf(attributes, sizeof attributes, "bits=i%d block_size=i%d length=i%d transposed=i1", bits, BLOCK, length);
            write_bytes(codes, sizeof codes, ROWS, (length * bits + 7) / 8, 5);
            write_floats(scales, sizeof scales, ROWS, blocks);
            if (zeros)
                write_bytes(points, sizeof points, ROWS, (blocks * bits + 7) / 8, 9);
            else
                *points = '\0';
            setup_open(&setup, &example);
            setup_run(&setup);
            check_ok(setup.call.op->defer(&setup.call, setup.arena, &blob, &err), &err);
            assert_true(blob->view->transposed);
            check_turned(blob->view->of->view, setup.out[0]);
            setup_close(&setup);
        }
}

static void a_transposed_matrix_is_read_where_it_lies(void **state)
{
    char matrix[1024];
    (void)state;
    write_floats(matrix, sizeof matrix, 4, 7);
    run_deferred(&(struct example){"", "Transpose", "", 13, "perm=I1,0", {matrix}, {"?"}});
}

/* One scale, one for each place along either axis of three, and for blocks of either, the last not whole; with zero points and
 * without. */
static void dequantised_codes_are_read_where_they_lie(void **state)
{
    enum { ROWS = 8, COLUMNS = 7, BLOCK = 3 };
    static const struct {
        const char *attributes;
        int rank, rows, columns, depth; /* of the scales */
    } grids[] = {{"", 0, 1, 1, 1},
                 {"axis=i0", 1, ROWS, 1, 1},
                 {"axis=i1", 1, COLUMNS, 1, 1},
                 {"axis=i2", 1, 2, 1, 1},
                 {"axis=i0 block_size=i3", 3, 3, COLUMNS, 2},
                 {"axis=i1 block_size=i3", 3, ROWS, 3, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++)
        for (int zeros = 0; zeros < 2; zeros++) {
            const int count = grids[i].rows * grids[i].columns * grids[i].depth;
            char codes[2048], scales[2048], points[2048] = "", shape[32] = "[]";
            size_t at = (size_t)snprintf(codes, sizeof codes, "!u[%d,%d,2]", ROWS, COLUMNS), end;

            for (int k = 0; k < ROWS * COLUMNS * 2; k++)
                at += (size_t)snprintf(codes + at, sizeof codes - at, " %d", (k * 37 + 5) % 256);
            if (grids[i].rank == 1) snprintf(shape, sizeof shape, "[%d]", count);
            if (grids[i].rank == 3)
                snprintf(shape, sizeof shape, "[%d,%d,%d]", grids[i].rows, grids[i].columns, grids[i].depth);
            at = (size_t)snprintf(scales, sizeof scales, "!f%s", shape);
            end = zeros ? (size_t)snprintf(points, sizeof points, "!u%s", shape) : 0;
            for (int k = 0; k < count; k++) {
                at += (size_t)snprintf(scales + at, sizeof scales - at, " %g", (k * 7 % 11 + 0.3) / 8);
                if (zeros) end += (size_t)snprintf(points + end, sizeof points - end, " %d", (k * 5 + 120) % 256);
            }
            run_deferred(
                &(struct example){"", "DequantizeLinear", "", 21, grids[i].attributes, {codes, scales, points}, {"?"}});
        }
}

static void bytes_are_cast_where_they_lie(void **state)
{
    (void)state;
    run_deferred(&(struct example){"", "Cast", "", 13, "to=i1", {"!u[6] 0 1 100 127 128 255"}, {"?"}});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_weights_are_decoded_alike),
        cmocka_unit_test(packed_weights_are_turned_alike),
        cmocka_unit_test(a_transposed_matrix_is_read_where_it_lies),
        cmocka_unit_test(dequantised_codes_are_read_where_they_lie),
        cmocka_unit_test(bytes_are_cast_where_they_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
