/* bits.h: weights of a few bits each, as onnxruntime packs them: codes (rows, ..., bytes), scales (rows, blocks), [zero points:
 * packed alike, or one float a block]. */
#ifndef LRP_OPS_BITS_H
#define LRP_OPS_BITS_H

#include "ops.h"

enum { LRP_PACKED_CODES, LRP_PACKED_SCALES, LRP_PACKED_ZEROS }; /* inputs of DecodeBits */

struct lrp_packing {
    int64_t bits, block, rows, length, blocks, zero_bytes; /* length: of a row, in weights */
    bool transposed, float_zeros;
};
/* Reads and checks a call of DecodeBits. */
enum lrp_status lrp_packing_read(const struct lrp_call *call, struct lrp_packing *p, struct lrp_error *err);
/* Of a row of bytes, number `at`: the low bits first. */
static inline int64_t lrp_packed_code(const unsigned char *bytes, int64_t at, int64_t bits)
{
    const int64_t each = 8 / bits;

    return bytes[at / each] >> (at % each * bits) & ((1 << bits) - 1);
}
/* DecodeBits of constants, as numbers that are made whenever they are read. */
enum lrp_status lrp_packed_defer(const struct lrp_call *call, struct lrp_arena *arena, struct lrp_blob **out,
                                 struct lrp_error *err);

#endif
