/* fuzz_wire.c: protobuf fields over any bytes, message in message, and numbers packed or single: what is read lies in what
 * holds it. */
#include "input.h"
#include "wire.h"

enum { MOST_DEEP = 8 };

static void check(bool holds)
{
    if (!holds) abort();
}

/* How a reading ends: at the end, or with a problem at a byte of the message. */
static void check_end(const struct lrp_wire *wire, struct lrp_bytes message)
{
    check(wire->problem ? wire->at >= message.data && wire->at <= wire->end : wire->at == wire->end);
}

/* However often it is asked, one field's numbers are no more than its message has bytes. */
static void read_numbers(struct lrp_bytes message, uint32_t number, enum lrp_wire_type type)
{
    struct lrp_wire_numbers numbers = lrp_wire_numbers_of(message, number, type);
    uint64_t value;
    size_t count = 0;
    while (lrp_wire_numbers_next(&numbers, &value)) count++;
    check(count <= message.size);
    if (!numbers.packed.problem) check_end(&numbers.message, message);
}

static void read_message(struct lrp_bytes message, int depth)
{
    static const enum lrp_wire_type types[] = {LRP_WIRE_VARINT, LRP_WIRE_FIXED32, LRP_WIRE_FIXED64};
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    while (lrp_wire_next(&wire, &field)) {
        check(field.number > 0);
        for (size_t i = 0; i < sizeof types / sizeof *types && depth < 2; i++) read_numbers(message, field.number, types[i]);
        if (field.type != LRP_WIRE_BYTES) continue;
        check(field.bytes.data >= message.data && field.bytes.size <= (size_t)(wire.end - field.bytes.data));
        if (depth < MOST_DEEP) read_message(field.bytes, depth + 1);
    }
    check_end(&wire, message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct lrp_bytes message = {data, size};
    struct lrp_wire wire = lrp_wire_over(message);
    struct lrp_wire_field field;
    if (size > 4096) /* every field looks through its message for others of its number */
        return 0;
    while (lrp_wire_next_as(&wire, &field, ".vb48....")) check(field.number != 1 || field.type == LRP_WIRE_VARINT);
    read_message(message, 0);
    return 0;
}
