/* mutate_onnx.c: other models out of a model: bytes changed at random break the lengths around them, so that changes are made
 * field by field, and the lengths follow. Linked into the targets that read ONNX files; only libFuzzer calls it. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lrpscope/session.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

enum { FIELDS_MOST = 512, NODE_TYPE = 4, NODE_DEPTH = 2, OTHERWISE = 16 };
enum { WIRE_VARINT, WIRE_64, WIRE_BYTES, WIRE_32 = 5 };

struct field {
    size_t start, body, end; /* its tag, what it holds, behind it */
    unsigned number, wire;
};
struct fields {
    struct field items[FIELDS_MOST];
    size_t count;
};
struct bytes {
    const uint8_t *data;
    size_t size;
};
/* Grows up to a limit; what does not fit is lost, and the mutant with it. */
struct out {
    uint8_t *data;
    size_t size, most;
    bool full;
};

static unsigned random_below(unsigned *seed, size_t limit)
{
    *seed = *seed * 1664525u + 1013904223u;
    return limit ? (unsigned)((*seed >> 8) % limit) : 0;
}

static void put(struct out *out, const uint8_t *data, size_t size)
{
    if (out->full || size > out->most - out->size) {
        out->full = true;
        return;
    }
    if (size) memcpy(out->data + out->size, data, size);
    out->size += size;
}

static void put_varint(struct out *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) put(out, &(uint8_t){(uint8_t)(value | 0x80)}, 1);
    put(out, &(uint8_t){(uint8_t)value}, 1);
}

static bool take_varint(struct bytes in, size_t *at, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; *at < in.size && shift < 64; shift += 7) {
        const uint8_t byte = in.data[(*at)++];
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

/* The fields of a message; false if it is none (text, numbers). */
static bool take_fields(struct bytes in, struct fields *out)
{
    uint64_t tag, length;
    out->count = 0;
    for (size_t at = 0; at < in.size; out->count++) {
        if (out->count == FIELDS_MOST) return false;
        struct field *f = &out->items[out->count];
        f->start = at;
        if (!take_varint(in, &at, &tag) || tag < 8 || tag >> 32) return false;
        f->number = (unsigned)(tag >> 3);
        f->wire = tag & 7;
        f->body = at;
        if (f->wire == WIRE_VARINT && !take_varint(in, &at, &length)) return false;
        if (f->wire == WIRE_BYTES) {
            if (!take_varint(in, &at, &length) || length > in.size - at) return false;
            f->body = at;
        }
        const size_t size = f->wire == WIRE_64 ? 8 : f->wire == WIRE_32 ? 4 : f->wire == WIRE_BYTES ? (size_t)length : 0;
        if ((f->wire != WIRE_VARINT && size == 0 && f->wire != WIRE_BYTES) || size > in.size - at) return false;
        f->end = at += size;
    }
    return out->count > 0;
}

/* A field of this number from anywhere in the model; its bytes with the tag. */
static struct bytes find_donor(struct bytes model, unsigned number, unsigned *seed)
{
    struct fields *fields = calloc(1, sizeof *fields);
    struct bytes found = {NULL, 0}, in = model;
    for (int depth = 0; fields && depth < 6 && take_fields(in, fields); depth++) {
        const struct field *f = &fields->items[random_below(seed, fields->count)];
        if (f->number == number) found = (struct bytes){in.data + f->start, f->end - f->start};
        if (f->wire != WIRE_BYTES) break;
        in = (struct bytes){in.data + f->body, f->end - f->body};
    }
    free(fields);
    return found;
}

/* Text and numbers: as libFuzzer changes bytes, or the name of another operator. */
static void change_leaf(struct bytes in, unsigned number, int depth, struct out *out, unsigned *seed)
{
    struct lrp_operator_info info;
    size_t operators = 0;
    if (number == NODE_TYPE && depth > NODE_DEPTH && random_below(seed, 4)) {
        while (lrp_operator_info_at(operators, &info)) operators++;
        lrp_operator_info_at(random_below(seed, operators), &info);
        put(out, (const uint8_t *)info.name, strlen(info.name));
        return;
    }
    const size_t room = in.size + OTHERWISE;
    uint8_t *copy = malloc(room);
    if (!copy) return;
    if (in.size) memcpy(copy, in.data, in.size);
    put(out, copy, LLVMFuzzerMutate(copy, in.size, room));
    free(copy);
}

static void change_number(const struct field *f, struct bytes in, struct out *out, unsigned *seed)
{
    static const int64_t telling[] = {0, 1, 2, 3, 4, 7, 8, 16, -1, -2, 127, 4096, INT32_MAX, INT64_MAX, INT64_MIN};
    put_varint(out, f->number << 3 | f->wire);
    if (f->wire == WIRE_VARINT)
        put_varint(out, (uint64_t)telling[random_below(seed, sizeof telling / sizeof *telling)]);
    else
        for (size_t i = f->body; i < f->end; i++) put(out, &(uint8_t){in.data[i] ^ (uint8_t)(1u << random_below(seed, 16))}, 1);
}

static void change(struct bytes model, struct bytes in, unsigned number, int depth, struct out *out, unsigned *seed);

static void descend(struct bytes model, struct bytes in, const struct field *f, int depth, struct out *out, unsigned *seed)
{
    struct out inner = {.data = malloc(out->most), .most = out->most, .full = false};
    const struct bytes body = {in.data + f->body, f->end - f->body};
    if (inner.data) change(model, body, f->number, depth + 1, &inner, seed);
    out->full |= inner.full || !inner.data;
    put_varint(out, f->number << 3 | f->wire);
    put_varint(out, inner.size);
    if (inner.data) put(out, inner.data, inner.size);
    free(inner.data);
}

/* One change of one field: gone, twice, instead of another, of another place, or something in it. */
static void change_field(struct bytes model, struct bytes in, const struct fields *fields, int depth, struct out *out,
                         unsigned *seed)
{
    const struct field *f = &fields->items[random_below(seed, fields->count)],
                       *other = &fields->items[random_below(seed, fields->count)];
    const unsigned way = random_below(seed, 16);
    struct bytes donor;
    put(out, in.data, f->start);
    if (way == 0) {
        /* gone */
    } else if (way == 1) {
        put(out, in.data + f->start, f->end - f->start);
        put(out, in.data + f->start, f->end - f->start);
    } else if (way == 2) {
        put(out, in.data + other->start, other->end - other->start);
    } else if (way <= 4 && (donor = find_donor(model, f->number, seed)).size) {
        put(out, donor.data, donor.size);
        if (way == 4) put(out, in.data + f->start, f->end - f->start);
    } else if (f->wire == WIRE_BYTES) {
        descend(model, in, f, depth, out, seed);
    } else {
        change_number(f, in, out, seed);
    }
    put(out, in.data + f->end, in.size - f->end);
}

/* `number`: of the field whose body `in` is. */
static void change(struct bytes model, struct bytes in, unsigned number, int depth, struct out *out, unsigned *seed)
{
    struct fields *fields = calloc(1, sizeof *fields);
    if (fields && take_fields(in, fields) && random_below(seed, 20))
        change_field(model, in, fields, depth, out, seed);
    else
        change_leaf(in, number, depth, out, seed);
    free(fields);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct out out = {.data = malloc(most), .most = most, .full = false};
    const struct bytes in = {data, size};
    if (!out.data) return size;
    for (unsigned i = 0; i < 3; i++) random_below(&seed, 1);
    change(in, in, 0, 0, &out, &seed);
    if (!out.full && out.size) {
        memcpy(data, out.data, out.size);
        size = out.size;
    } else {
        size = LLVMFuzzerMutate(data, size, most);
    }
    free(out.data);
    return size;
}
