/* wire.c: reading protobuf fields; nothing is copied, nothing recurses, every length is checked. */
#include "wire.h"

#include <string.h>

struct lrp_wire lrp_wire_over(struct lrp_bytes message)
{
    return (struct lrp_wire){.at = message.data, .end = message.size ? message.data + message.size : message.data};
}

static bool fail(struct lrp_wire *wire, const char *problem, bool truncated)
{
    wire->problem = problem;
    wire->truncated = truncated;
    return false;
}

/* One bare varint, as packed fields hold them; false at the end and on failure. */
static bool wire_varint(struct lrp_wire *wire, uint64_t *value)
{
    if (wire->at == wire->end || wire->problem) return false;
    uint64_t result = 0;
    const unsigned char *p = wire->at;
    for (unsigned shift = 0; shift < 70; shift += 7, p++) {
        if (p == wire->end) return fail(wire, "a number is cut off", true);
        const uint64_t bits = *p & 0x7F;
        if (shift == 63 && bits > 1) break;
        result |= bits << shift;
        if (*p < 0x80) {
            wire->at = p + 1;
            *value = result;
            return true;
        }
    }
    return fail(wire, "a number is longer than 64 bits", false);
}

static bool fixed(struct lrp_wire *wire, size_t size, uint64_t *value)
{
    if ((size_t)(wire->end - wire->at) < size) return fail(wire, "a number is cut off", true);
    *value = 0;
    for (size_t i = 0; i < size; i++) *value |= (uint64_t)wire->at[i] << (8 * i);
    wire->at += size;
    return true;
}

static bool bytes(struct lrp_wire *wire, struct lrp_bytes *out)
{
    uint64_t length;
    if (wire->at == wire->end) return fail(wire, "a length is missing", true);
    if (!wire_varint(wire, &length)) return false;
    if (length > (uint64_t)(wire->end - wire->at)) return fail(wire, "a field is longer than what holds it", true);
    *out = (struct lrp_bytes){wire->at, (size_t)length};
    wire->at += length;
    return true;
}

bool lrp_wire_next(struct lrp_wire *wire, struct lrp_wire_field *field)
{
    uint64_t tag;
    if (!wire_varint(wire, &tag)) return false;
    if (tag >> 3 == 0 || tag >> 32) return fail(wire, "a field has an impossible number", false);
    *field = (struct lrp_wire_field){.number = (uint32_t)(tag >> 3), .type = (enum lrp_wire_type)(tag & 7)};
    switch (tag & 7) {
    case LRP_WIRE_VARINT:
        if (wire->at == wire->end) return fail(wire, "a value is missing", true);
        return wire_varint(wire, &field->value);
    case LRP_WIRE_FIXED64:
        return fixed(wire, 8, &field->value);
    case LRP_WIRE_FIXED32:
        return fixed(wire, 4, &field->value);
    case LRP_WIRE_BYTES:
        return bytes(wire, &field->bytes);
    default: /* groups: ONNX never had them */
        return fail(wire, "a field has an impossible type", false);
    }
}

bool lrp_wire_next_as(struct lrp_wire *wire, struct lrp_wire_field *field, const char *types)
{
    static const char letters[] = {
        [LRP_WIRE_VARINT] = 'v', [LRP_WIRE_FIXED64] = '8', [LRP_WIRE_BYTES] = 'b', [LRP_WIRE_FIXED32] = '4'};
    if (!lrp_wire_next(wire, field)) return false;
    if (field->number >= strlen(types) || types[field->number] == '.' || types[field->number] == letters[field->type])
        return true;
    return fail(wire, "a field has an unexpected type", false);
}

struct lrp_wire_numbers lrp_wire_numbers_of(struct lrp_bytes message, uint32_t number, enum lrp_wire_type type)
{
    return (struct lrp_wire_numbers){.message = lrp_wire_over(message), .number = number, .type = type};
}

static bool next_packed(struct lrp_wire_numbers *numbers, uint64_t *value)
{
    struct lrp_wire *wire = &numbers->packed;
    if (wire->at == wire->end || wire->problem) return false;
    if (numbers->type == LRP_WIRE_VARINT) return wire_varint(wire, value);
    return fixed(wire, numbers->type == LRP_WIRE_FIXED64 ? 8 : 4, value);
}

bool lrp_wire_numbers_next(struct lrp_wire_numbers *numbers, uint64_t *value)
{
    struct lrp_wire_field field;
    for (;;) {
        if (next_packed(numbers, value)) return true;
        if (numbers->packed.problem || !lrp_wire_next(&numbers->message, &field)) return false;
        if (field.number != numbers->number) continue;
        if (field.type == LRP_WIRE_BYTES) {
            numbers->packed = lrp_wire_over(field.bytes);
        } else if (field.type == numbers->type) {
            *value = field.value;
            return true;
        } else {
            return fail(&numbers->message, "a number has an unexpected type", false);
        }
    }
}
