/* bits.c: BitCast: the same bits as another type; DecodeBits (ours): weights of a few bits each as onnxruntime packs them. */
#include <math.h>
#include <string.h>

#include "batch.h"
#include "convert.h"
#include "elementwise.h"

/* ---- BitCast ---- */

static enum lrp_status cast_infer(struct lrp_call *call, struct lrp_error *err)
{
    const enum lrp_status status = lrp_infer_arity(call, 1, 1, err);
    const int64_t to = lrp_call_int(call, "to", 0);
    if (status) return status;
    if (to <= 0 || to >= LRP_DTYPE_COUNT || !lrp_dtype_is_number((enum lrp_dtype)to))
        return lrp_fail(err, LRP_UNSUPPORTED, "BitCast to type %lld is not implemented", (long long)to);
    if (lrp_dtype_size((enum lrp_dtype)to) != lrp_dtype_size(call->in[0].dtype))
        return lrp_fail(err, LRP_FILE, "BitCast from %s to %s, which is of another size", lrp_dtype_text(call->in[0].dtype),
                        lrp_dtype_text((enum lrp_dtype)to));
    return lrp_infer_output(call, 0, (enum lrp_dtype)to, call->in[0].shape, err);
}

/* Element k as its type's bits. */
static uint64_t bits_of(const struct lrp_tensor *x, size_t k)
{
    uint64_t bits = 0;
    uint32_t single;
    if (!lrp_dtype_is_float(x->dtype)) return (uint64_t)x->i[k];
    const double wide = (double)x->f[k];
    memcpy(&single, &x->f[k], sizeof single);
    if (x->dtype == LRP_DTYPE_DOUBLE) memcpy(&bits, &wide, sizeof bits);
    return x->dtype == LRP_DTYPE_DOUBLE     ? bits
           : x->dtype == LRP_DTYPE_FLOAT16  ? lrp_half_from_float(x->f[k])
           : x->dtype == LRP_DTYPE_BFLOAT16 ? lrp_bfloat16_from_float(x->f[k])
                                            : single;
}

static enum lrp_status cast_forward(LRP_FORWARD_PARAMETERS)
{
    (void)call, (void)handle, (void)run, (void)err;
    for (size_t k = 0; k < out[0]->count; ++k) {
        const uint64_t bits = bits_of(in[0], k);
        if (lrp_dtype_is_float(out[0]->dtype))
            lrp_convert_to_f32(out[0]->dtype, &bits, 1, false, &out[0]->f[k]);
        else
            lrp_convert_to_i64(out[0]->dtype, &bits, 1, false, &out[0]->i[k]);
    }
    return LRP_OK;
}

/* ---- DecodeBits: codes (rows, ..., bytes), scales (rows, blocks), [zero points: packed alike, or one float a block] ---- */

enum { CODES, SCALES, ZEROS };

struct packing {
    int64_t bits, block, rows, length, blocks, zero_bytes; /* length: of a row, in weights */
    bool transposed, float_zeros;
};

static enum lrp_status read_packing(const struct lrp_call *call, struct packing *p, struct lrp_error *err)
{
    const struct lrp_shape *codes = call->in[CODES].shape;
    *p = (struct packing){.bits = lrp_call_int(call, "bits", 4),
                          .block = lrp_call_int(call, "block_size", 0),
                          .length = lrp_call_int(call, "length", 0),
                          .transposed = lrp_call_int(call, "transposed", 0) != 0,
                          .float_zeros = lrp_call_has(call, ZEROS) && lrp_dtype_is_float(call->in[ZEROS].dtype)};
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
    const int64_t zeros = lrp_call_has(call, ZEROS) ? lrp_shape_count(call->in[ZEROS].shape) : -1;
    const bool fits = p->rows > 0 && p->length > 0 && (!p->transposed || each >= p->length) &&
                      lrp_shape_count(call->in[SCALES].shape) == p->rows * p->blocks &&
                      (zeros < 0 || zeros == p->rows * (p->float_zeros ? p->blocks : p->zero_bytes));
    return fits ? LRP_OK : lrp_fail(err, LRP_FILE, "the scales or zero points do not fit the packed weights");
}

static enum lrp_status decode_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct packing p;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);
    if (!status && call->in[CODES].dtype != LRP_DTYPE_UINT8)
        status = lrp_fail(err, LRP_UNSUPPORTED, "packed weights that are not uint8 are not implemented");
    if (!status) status = lrp_infer_is_float(call, SCALES, err);
    if (!status) status = read_packing(call, &p, err);
    if (status) return status;
    struct lrp_shape y = {.rank = 2, .dim = {p.length, p.rows}};
    if (!p.transposed) {
        y = *call->in[CODES].shape;
        y.dim[y.rank - 1] = p.length;
    }
    return lrp_infer_output(call, 0, LRP_DTYPE_FLOAT, &y, err);
}

/* Number `at` of a row of bytes: the low bits first. */
static int64_t code_at(const int64_t *bytes, int64_t at, int64_t bits)
{
    const int64_t each = 8 / bits;
    return bytes[at / each] >> (at % each * bits) & ((1 << bits) - 1);
}

struct decoding {
    const struct packing *p;
    const struct lrp_tensor *codes, *scales, *zeros; /* zeros: NULL: the middle */
    struct lrp_tensor *y;
};

static void decode_rows(const void *data, size_t first, size_t last)
{
    const struct decoding *d = data;
    const struct packing *p = d->p;
    const int64_t stride = (int64_t)d->codes->count / p->rows;
    for (int64_t row = (int64_t)first; row < (int64_t)last; ++row)
        for (int64_t k = 0; k < p->length; ++k) {
            const int64_t block = k / p->block, at = row * p->blocks + block;
            const int64_t whole = code_at(d->codes->i + row * stride, k, p->bits);
            double zero = (double)(1 << (p->bits - 1));
            if (d->zeros && p->float_zeros) zero = (double)d->zeros->f[at];
            if (d->zeros && !p->float_zeros) zero = (double)code_at(d->zeros->i + row * p->zero_bytes, block, p->bits);
            d->y->f[p->transposed ? k * p->rows + row : row * p->length + k] =
                (float)(((double)whole - zero) * (double)d->scales->f[at]);
        }
}

static enum lrp_status decode_forward(LRP_FORWARD_PARAMETERS)
{
    struct packing p;
    (void)handle;
    const enum lrp_status status = read_packing(call, &p, err);
    const struct decoding d = {&p, in[CODES], in[SCALES], lrp_call_has(call, ZEROS) ? in[ZEROS] : NULL, out[0]};
    if (!status) lrp_for_range(run, (size_t)p.rows, (size_t)p.length, decode_rows, &d);
    return status;
}

/* ---- DecodeBits when its numbers are read ---- */

struct packed {
    struct packing packing;
    const struct lrp_blob *codes, *scales, *zeros; /* zeros: NULL: the middle */
    const unsigned char *bytes;
    int64_t stride; /* bytes of a row */
};

static int64_t byte_code(const unsigned char *bytes, int64_t at, int64_t bits)
{
    const int64_t each = 8 / bits;
    return bytes[at / each] >> (at % each * bits) & ((1 << bits) - 1);
}

/* Codes of 4 bits, two a byte, that begin with a whole one. */
WIDE static void decode_pairs(const unsigned char *bytes, float zero, float scale, size_t pairs, float *restrict out)
{
    for (size_t i = 0; i < pairs; ++i) {
        out[2 * i] = ((float)(bytes[i] & 15) - zero) * scale;
        out[2 * i + 1] = ((float)(bytes[i] >> 4) - zero) * scale;
    }
}

static double zero_of(const struct packed *d, int64_t row, int64_t block)
{
    const struct packing *p = &d->packing;
    if (!d->zeros) return (double)(1 << (p->bits - 1));
    if (p->float_zeros) return (double)lrp_blob_get_f32(d->zeros, (size_t)(row * p->blocks + block));
    return (double)byte_code((const unsigned char *)d->zeros->raw + row * p->zero_bytes, block, p->bits);
}

/* Weights [k, end) of a row, all of one block. A code less a zero that is a code, too, is exact in float, so that both ways
 * round once. */
static void decode_block(const struct packed *d, int64_t row, int64_t k, int64_t end, float *out)
{
    const struct packing *p = &d->packing;
    const unsigned char *bytes = d->bytes + row * d->stride;
    const int64_t block = k / p->block;
    const double zero = zero_of(d, row, block), scale = (double)lrp_blob_get_f32(d->scales, (size_t)(row * p->blocks + block));
    if (p->bits == 4 && k % 2 == 0 && !p->float_zeros) {
        decode_pairs(bytes + k / 2, (float)zero, (float)scale, (size_t)(end - k) / 2, out);
        out += (end - k) / 2 * 2;
        k += (end - k) / 2 * 2;
    }
    for (; k < end; ++k) *out++ = (float)(((double)byte_code(bytes, k, p->bits) - zero) * scale);
}

static void packed_read(const struct lrp_blob_view *view, size_t first, size_t n, float *out)
{
    const struct packed *d = view->own;
    const struct packing *p = &d->packing;
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

static enum lrp_status decode_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                    struct lrp_error *err)
{
    struct packed *d = lrp_arena_calloc(arena, 1, sizeof *d);
    enum lrp_status status = d ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
    if (!status) status = read_packing(call, &d->packing, err);
    if (status) return status;
    d->codes = call->in[CODES].constant;
    d->scales = call->in[SCALES].constant;
    d->zeros = lrp_call_has(call, ZEROS) ? call->in[ZEROS].constant : NULL;
    if (!d->codes->raw || (d->zeros && !d->packing.float_zeros && !d->zeros->raw)) return LRP_OK;
    d->bytes = d->codes->raw;
    d->stride = (int64_t)d->codes->count / d->packing.rows;
    struct lrp_shape rows = {.rank = 2, .dim = {d->packing.rows, d->packing.length}};
    if (!d->packing.transposed) rows = *call->out[0].shape;
    *out = lrp_blob_view(arena, &rows, (struct lrp_blob_view){.of = d->codes, .read = packed_read, .own = d});
    if (*out && d->packing.transposed) *out = lrp_blob_transposed(arena, *out);
    return *out ? LRP_OK : lrp_fail(err, LRP_MEMORY, "not enough memory");
}

const struct lrp_operator lrp_ops_bits[] = {
    {.name = "BitCast",
     .domain = "",
     .versions = {26},
     .traits = LRP_TRAIT_NO_VJP,
     .static_kind = LRP_KIND_OTHER,
     .infer = cast_infer,
     .forward = cast_forward,
     .batch = lrp_batch_elementwise},
    {.name = "DecodeBits",
     .domain = "lrpscope",
     .versions = {1},
     .traits = LRP_TRAIT_NO_VJP,
     .static_kind = LRP_KIND_OTHER,
     .infer = decode_infer,
     .forward = decode_forward,
     .defer = decode_defer,
     .batch = lrp_batch_none},
    {0},
};
