/* bits_packed.c: packed weights, decoded whenever they are read: in the order they are stored in, or turned about. */
#include "bits.h"

#include <string.h>

#include "infer.h"
#include "wide.h"

enum { WORDS = 4, WORD = 4, CHUNK = WORDS * WORD }; /* bytes of a row that are turned at a time, in words */

struct packed {
    struct lrp_packing packing;
    const struct lrp_blob *codes, *scales, *zeros; /* zeros: NULL: the middle */
    const unsigned char *bytes;
    int64_t stride; /* bytes of a row */
};

enum lrp_status lrp_packing_read(const struct lrp_call *call, struct lrp_packing *p, struct lrp_error *err)
{
    const struct lrp_shape *codes = call->in[LRP_PACKED_CODES].shape;
    *p = (struct lrp_packing){.bits = lrp_call_int(call, "bits", 4),
                              .block = lrp_call_int(call, "block_size", 0),
                              .length = lrp_call_int(call, "length", 0),
                              .transposed = lrp_call_int(call, "transposed", 0) != 0,
                              .float_zeros =
                                  lrp_call_has(call, LRP_PACKED_ZEROS) && lrp_dtype_is_float(call->in[LRP_PACKED_ZEROS].dtype)};
    const int64_t count = lrp_shape_count(codes);
    if ((p->bits != 2 && p->bits != 4 && p->bits != 8) || p->block < 1 || p->block > INT32_MAX || p->length < 0 ||
        p->length > INT32_MAX)
        return lrp_fail(err, LRP_UNSUPPORTED, "weights of %lld bits in blocks of %lld are not implemented", (long long)p->bits,
                        (long long)p->block);
    const int64_t each = codes->rank > 1 ? (int64_t)lrp_shape_span(codes, 1, codes->rank) * 8 / p->bits : 0;
    if (p->length == 0 && codes->rank > 1) p->length = codes->dim[codes->rank - 1] * 8 / p->bits;
    if (p->transposed || codes->rank == 3) {
        p->rows = codes->rank > 1 ? codes->dim[0] : 0;
    } else {
        p->rows = codes->rank > 1 ? count / codes->dim[codes->rank - 1] : 0;
    }
    p->blocks = p->length > 0 ? (p->length - 1) / p->block + 1 : 0;
    p->zero_bytes = (p->blocks * p->bits + 7) / 8;
    const int64_t zeros = lrp_call_has(call, LRP_PACKED_ZEROS) ? lrp_shape_count(call->in[LRP_PACKED_ZEROS].shape) : -1;
    const bool fits = p->rows > 0 && p->length > 0 && (!p->transposed || each >= p->length) &&
                      lrp_shape_count(call->in[LRP_PACKED_SCALES].shape) == p->rows * p->blocks &&
                      (zeros < 0 || zeros == p->rows * (p->float_zeros ? p->blocks : p->zero_bytes));
    return fits ? LRP_OK : lrp_fail(err, LRP_FILE, "the scales or zero points do not fit the packed weights");
}

/* ---- what a block is scaled with ---- */

static double scale_of(const struct packed *d, int64_t row, int64_t block)
{
    const size_t at = (size_t)(row * d->packing.blocks + block);
    float scale;

    if (d->scales->dtype != LRP_DTYPE_FLOAT || !d->scales->raw) return (double)lrp_blob_get_f32(d->scales, at);
    memcpy(&scale, (const char *)d->scales->raw + at * sizeof scale, sizeof scale);
    return (double)scale;
}

static double zero_of(const struct packed *d, int64_t row, int64_t block)
{
    const struct lrp_packing *p = &d->packing;
    if (!d->zeros) return (double)(1 << (p->bits - 1));
    if (p->float_zeros) return (double)lrp_blob_get_f32(d->zeros, (size_t)(row * p->blocks + block));
    return (double)lrp_packed_code((const unsigned char *)d->zeros->raw + row * p->zero_bytes, block, p->bits);
}

/* ---- in the order they are stored in ---- */

/* Codes of 4 bits, two a byte, that begin with a whole one. */
WIDE static void decode_pairs(const unsigned char *bytes, float zero, float scale, size_t pairs, float *restrict out)
{
    for (size_t i = 0; i < pairs; ++i) {
        out[2 * i] = ((float)(bytes[i] & 15) - zero) * scale;
        out[2 * i + 1] = ((float)(bytes[i] >> 4) - zero) * scale;
    }
}

/* Weights [k, end) of a row, all of one block. A code less a zero that is a code, too, is exact in float, so that both ways
 * round once. */
static void decode_block(const struct packed *d, int64_t row, int64_t k, int64_t end, float *out)
{
    const struct lrp_packing *p = &d->packing;
    const unsigned char *bytes = d->bytes + row * d->stride;
    const int64_t block = k / p->block;
    const double zero = zero_of(d, row, block), scale = scale_of(d, row, block);
    if (p->bits == 4 && k % 2 == 0 && !p->float_zeros) {
        decode_pairs(bytes + k / 2, (float)zero, (float)scale, (size_t)(end - k) / 2, out);
        out += (end - k) / 2 * 2;
        k += (end - k) / 2 * 2;
    }
    for (; k < end; ++k) *out++ = (float)(((double)lrp_packed_code(bytes, k, p->bits) - zero) * scale);
}

static void packed_read(const struct lrp_blob_view *view, size_t first, size_t n, float *out)
{
    const struct packed *d = view->own;
    const struct lrp_packing *p = &d->packing;
    for (int64_t at = (int64_t)first, last = (int64_t)(first + n); at < last;) {
        const int64_t row = at / p->length, k = at % p->length, left = last - at;
        int64_t end = (k / p->block + 1) * p->block;
        if (end > p->length) end = p->length;
        if (end > k + left) end = k + left;
        decode_block(d, row, k, end, out);
        out += end - k;
        at += end - k;
    }
}

/* ---- turned about ---- */

/* Of some rows beside one another: what their block is scaled with, and words of their codes. */
struct beside {
    float zero[LRP_MOST_TURNED], scale[LRP_MOST_TURNED];
    uint32_t words[WORDS][LRP_MOST_TURNED];
};

static void load_scales(const struct packed *d, struct lrp_matrix_part part, int64_t block, struct beside *b)
{
    for (int64_t i = 0; i < part.rows; ++i) {
        b->zero[i] = (float)zero_of(d, part.row + i, block);
        b->scale[i] = (float)scale_of(d, part.row + i, block);
    }
}

/* As many bytes of each row, from its byte `from` on; they are read as little-endian words. */
static void load_words(const struct packed *d, struct lrp_matrix_part part, int64_t from, size_t bytes, struct beside *b)
{
    for (int64_t i = 0; i < part.rows; ++i) {
        uint32_t words[WORDS] = {0};

        if (bytes == CHUNK)
            memcpy(words, d->bytes + (part.row + i) * d->stride + from, CHUNK);
        else
            memcpy(words, d->bytes + (part.row + i) * d->stride + from, bytes);
        for (int q = 0; q < WORDS; ++q) b->words[q][i] = words[q];
    }
}

/* As decode_block rounds, `width` rows at once. */
INLINE void decode_columns(const struct beside *restrict b, int bits, int64_t count, int64_t width, float *restrict to)
{
    const int64_t each = 32 / bits;
    const uint32_t mask = ((uint32_t)1 << bits) - 1;

    for (int64_t j = 0; j < count; ++j) {
        const int shift = (int)(j % each) * bits;

        for (int64_t i = 0; i < width; ++i)
            to[j * width + i] = ((float)(int32_t)(b->words[j / each][i] >> shift & mask) - b->zero[i]) * b->scale[i];
    }
}

WIDE static void decode_beside(const struct beside *b, int bits, int64_t count, int64_t width, float *to)
{
    if (width == LRP_MOST_TURNED)
        decode_columns(b, bits, count, LRP_MOST_TURNED, to);
    else
        decode_columns(b, bits, count, width, to);
}

static void packed_turn(const struct lrp_blob_view *view, struct lrp_matrix_part part, int64_t width, float *to)
{
    const struct packed *const d = view->own;
    const struct lrp_packing *const p = &d->packing;
    const int64_t most = CHUNK * 8 / p->bits, last = part.column + part.columns;
    struct beside beside = {{0}, {0}, {{0}}};
    int64_t block = -1;

    for (int64_t k = part.column, end; k < last; k = end) {
        const int64_t here = k / p->block, block_end = (here + 1) * p->block;

        end = k + most < last ? k + most : last;
        if (end > block_end) end = block_end;
        if (here != block) load_scales(d, part, here, &beside);
        block = here;
        load_words(d, part, k * p->bits / 8, (size_t)((end - k) * p->bits + 7) / 8, &beside);
        decode_beside(&beside, (int)p->bits, end - k, width, to + (k - part.column) * width);
    }
}

/* ---- */

/* Blocks of whole words, less zeros that are codes. */
static bool can_turn(const struct packed *d)
{
    return d->packing.block * d->packing.bits % (WORD * 8) == 0 && !d->packing.float_zeros;
}

enum lrp_status lrp_packed_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                 struct lrp_error *err)
{
    struct packed *d = lrp_arena_calloc(arena, 1, sizeof *d);
    enum lrp_status status = d ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = lrp_packing_read(call, &d->packing, err);
    if (status) return status;
    d->codes = call->in[LRP_PACKED_CODES].constant;
    d->scales = call->in[LRP_PACKED_SCALES].constant;
    d->zeros = lrp_call_has(call, LRP_PACKED_ZEROS) ? call->in[LRP_PACKED_ZEROS].constant : NULL;
    if (!d->codes->raw || (d->zeros && !d->packing.float_zeros && !d->zeros->raw)) return LRP_OK;
    d->bytes = d->codes->raw;
    d->stride = (int64_t)d->codes->count / d->packing.rows;
    struct lrp_shape rows = {.rank = 2, .dim = {d->packing.rows, d->packing.length}};
    if (!d->packing.transposed) rows = *call->out[0].shape;
    *out = lrp_blob_view(
        arena, &rows,
        (struct lrp_blob_view){.of = d->codes, .read = packed_read, .turn = can_turn(d) ? packed_turn : NULL, .own = d});
    if (*out && d->packing.transposed) *out = lrp_blob_transposed(arena, *out);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}
