/* test_wire.c: the protobuf wire format; the examples with values are those of protobuf's encoding guide. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "wire.h"

static struct lrp_bytes bytes_of(const char *text, size_t size)
{
    return (struct lrp_bytes){(const unsigned char *)text, size};
}

static void fields_of_every_type_are_read(void **state)
{
    (void)state;
    static const char message[] = "\x08\x96\x01"                                  /* 1: 150 */
                                  "\x12\x07testing"                               /* 2: "testing" */
                                  "\x1d\x01\x02\x03\x04"                          /* 3: fixed32 */
                                  "\x21\x01\x02\x03\x04\x05\x06\x07\x08"          /* 4: fixed64 */
                                  "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"; /* 5: -1 */
    struct lrp_wire wire = lrp_wire_over(bytes_of(message, sizeof message - 1));
    struct lrp_wire_field field;
    assert_true(lrp_wire_next(&wire, &field) && field.number == 1 && field.type == LRP_WIRE_VARINT && field.value == 150);
    assert_true(lrp_wire_next(&wire, &field) && field.number == 2 && field.bytes.size == 7);
    assert_memory_equal(field.bytes.data, "testing", 7);
    assert_true(lrp_wire_next(&wire, &field) && field.number == 3 && field.value == 0x04030201);
    assert_true(lrp_wire_next(&wire, &field) && field.number == 4 && field.value == 0x0807060504030201);
    assert_true(lrp_wire_next(&wire, &field) && field.number == 5 && (int64_t)field.value == -1);
    assert_false(lrp_wire_next(&wire, &field));
    assert_null(wire.problem);
}

static void damaged_fields_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        bool truncated;
    } cases[] = {
        {"\x08", 1, true},                                               /* no value */
        {"\x08\x80", 2, true},                                           /* half a varint */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, false},     /* bit 64 */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, false}, /* eleven bytes */
        {"\x80", 1, true},                                               /* half a tag */
        {"\x00\x00", 2, false},                                          /* field 0 */
        {"\xf8\xff\xff\xff\xff\x01\x00", 7, false},                      /* a field number beyond 2^29 */
        {"\x12", 1, true},                                               /* no length */
        {"\x12\x05test", 6, true},                                       /* too short */
        {"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, true},      /* 2^64-1 bytes */
        {"\x1d\x01\x02\x03", 4, true},
        {"\x21\x01\x02\x03\x04", 5, true},
        {"\x0b\x0c", 2, false}, /* a group */
        {"\x0e", 1, false},     /* type 6 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char *copy = malloc(cases[i].size);
        memcpy(copy, cases[i].bytes, cases[i].size);
        struct lrp_wire wire = lrp_wire_over((struct lrp_bytes){copy, cases[i].size});
        struct lrp_wire_field field;
        assert_false(lrp_wire_next(&wire, &field));
        assert_non_null(wire.problem);
        assert_int_equal(wire.truncated, cases[i].truncated);
        assert_false(lrp_wire_next(&wire, &field)); /* and stays so */
        free(copy);
    }
}

static void a_field_of_another_type_is_refused(void **state)
{
    (void)state;
    struct lrp_wire_field field;
    struct lrp_wire wire = lrp_wire_over(bytes_of("\x08\x01", 2));
    assert_true(lrp_wire_next_as(&wire, &field, ".v"));
    wire = lrp_wire_over(bytes_of("\x08\x01", 2));
    assert_false(lrp_wire_next_as(&wire, &field, ".b"));
    assert_non_null(wire.problem);
    wire = lrp_wire_over(bytes_of("\x78\x01", 2)); /* field 15: unknown ones are let pass */
    assert_true(lrp_wire_next_as(&wire, &field, ".b"));
}

static void numbers_come_packed_single_and_mixed(void **state)
{
    (void)state;
    /* field 6, as in the guide: 3, 270, 86942 packed; then 7 alone; another field; an empty pack; 1 packed */
    static const char message[] = "\x32\x06\x03\x8e\x02\x9e\xa7\x05"
                                  "\x30\x07"
                                  "\x08\x63"
                                  "\x32\x00"
                                  "\x32\x01\x01";
    static const uint64_t wanted[] = {3, 270, 86942, 7, 1};
    struct lrp_wire_numbers numbers = lrp_wire_numbers_of(bytes_of(message, sizeof message - 1), 6, LRP_WIRE_VARINT);
    uint64_t value;
    for (size_t i = 0; i < 5; i++) {
        assert_true(lrp_wire_numbers_next(&numbers, &value));
        assert_int_equal(value, wanted[i]);
    }
    assert_false(lrp_wire_numbers_next(&numbers, &value));
    assert_null(numbers.message.problem);
    assert_null(numbers.packed.problem);
    numbers = lrp_wire_numbers_of(bytes_of("\x32\x03\x01\x02\x80", 5), 6, LRP_WIRE_VARINT);
    assert_true(lrp_wire_numbers_next(&numbers, &value) && lrp_wire_numbers_next(&numbers, &value));
    assert_false(lrp_wire_numbers_next(&numbers, &value));
    assert_non_null(numbers.packed.problem);
    numbers = lrp_wire_numbers_of(bytes_of("\x32\x05\x01\x02\x03\x04\x05", 7), 6, LRP_WIRE_FIXED32);
    assert_true(lrp_wire_numbers_next(&numbers, &value) && value == 0x04030201);
    assert_false(lrp_wire_numbers_next(&numbers, &value));
    assert_non_null(numbers.packed.problem);
    numbers = lrp_wire_numbers_of(bytes_of("\x30\x07", 2), 6, LRP_WIRE_FIXED32);
    assert_false(lrp_wire_numbers_next(&numbers, &value));
    assert_non_null(numbers.message.problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_every_type_are_read),
        cmocka_unit_test(damaged_fields_are_refused),
        cmocka_unit_test(a_field_of_another_type_is_refused),
        cmocka_unit_test(numbers_come_packed_single_and_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
