/* bits.c: BitCast: the same bits as another type; DecodeBits (ours): weights of a few bits each as onnxruntime packs them. */
#include <math.h>
#include <string.h>

#include "batch.h"
#include "bits.h"
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

static enum lrp_status decode_infer(struct lrp_call *call, struct lrp_error *err)
{
    struct lrp_packing p;
    enum lrp_status status = lrp_infer_arity(call, 2, 3, err);
    if (!status && call->in[LRP_PACKED_CODES].dtype != LRP_DTYPE_UINT8)
        status = lrp_fail(err, LRP_UNSUPPORTED, "packed weights that are not uint8 are not implemented");
    if (!status) status = lrp_infer_is_float(call, LRP_PACKED_SCALES, err);
    if (!status) status = lrp_packing_read(call, &p, err);
    if (status) return status;
    struct lrp_shape y = {.rank = 2, .dim = {p.length, p.rows}};
    if (!p.transposed) {
        y = *call->in[LRP_PACKED_CODES].shape;
        y.dim[y.rank - 1] = p.length;
    }
    return lrp_infer_output(call, 0, LRP_DTYPE_FLOAT, &y, err);
}

static int64_t code_at(const int64_t *bytes, int64_t at, int64_t bits)
{
    const int64_t each = 8 / bits;
    return bytes[at / each] >> (at % each * bits) & ((1 << bits) - 1);
}

struct decoding {
    const struct lrp_packing *p;
    const struct lrp_tensor *codes, *scales, *zeros; /* zeros: NULL: the middle */
    struct lrp_tensor *y;
};

static void decode_rows(const void *data, size_t first, size_t last)
{
    const struct decoding *d = data;
    const struct lrp_packing *p = d->p;
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
    struct lrp_packing p;
    (void)handle;
    const enum lrp_status status = lrp_packing_read(call, &p, err);
    const struct decoding d = {&p, in[LRP_PACKED_CODES], in[LRP_PACKED_SCALES],
                               lrp_call_has(call, LRP_PACKED_ZEROS) ? in[LRP_PACKED_ZEROS] : NULL, out[0]};
    if (!status) lrp_for_range(run, (size_t)p.rows, (size_t)p.length, decode_rows, &d);
    return status;
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
     .defer = lrp_packed_defer,
     .batch = lrp_batch_none},
    {0},
};
