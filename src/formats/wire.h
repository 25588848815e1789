/* wire.h: the protobuf wire format, field by field, over bytes that may say anything. */
#ifndef LRP_FORMATS_WIRE_H
#define LRP_FORMATS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lrp_wire_type { LRP_WIRE_VARINT = 0, LRP_WIRE_FIXED64 = 1, LRP_WIRE_BYTES = 2, LRP_WIRE_FIXED32 = 5 };

struct lrp_bytes {
    const unsigned char *data;
    size_t size;
};
struct lrp_wire_field {
    uint32_t number;
    enum lrp_wire_type type;
    uint64_t value;         /* VARINT, FIXED32, FIXED64 */
    struct lrp_bytes bytes; /* BYTES; borrowed */
};
/* Where reading one message stands. After a failure `problem` says why and `at` is the byte in question. */
struct lrp_wire {
    const unsigned char *at, *end;
    const char *problem; /* static; NULL: none */
    bool truncated;      /* the problem is that the message ends too early */
};

struct lrp_wire lrp_wire_over(struct lrp_bytes message);
/* Reads the next field; false at the end of the message and on failure. */
bool lrp_wire_next(struct lrp_wire *wire, struct lrp_wire_field *field);
/* The same, and fails if a field's type is not the one that `types` has at its number: v(arint), b(ytes), 4, 8; '.' = any. */
bool lrp_wire_next_as(struct lrp_wire *wire, struct lrp_wire_field *field, const char *types);

/* ---- repeated numbers: a field may come packed, one by one, or both ---- */

/* The values of one repeated numeric field in a message, in order. */
struct lrp_wire_numbers {
    struct lrp_wire message, packed;
    uint32_t number;
    enum lrp_wire_type type; /* VARINT, FIXED32 or FIXED64: how its elements are written */
};
struct lrp_wire_numbers lrp_wire_numbers_of(struct lrp_bytes message, uint32_t number, enum lrp_wire_type type);
/* The next value; false when there is none, and on failure (then message.problem or packed.problem is set). */
bool lrp_wire_numbers_next(struct lrp_wire_numbers *numbers, uint64_t *value);

#endif
