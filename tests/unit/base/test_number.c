/* test_number.c: numbers read strictly and written shortly; element types, wrapping, halves. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "convert.h"
#include "text.h"

static void doubles_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0},          {"-1.5", -1.5},          {"+2", 2}, {".5", .5}, {"1e-6", 1e-6}, {"0x10", 16}, {"1E3", 1000},
                {"inf", INFINITY}, {"-Infinity", -INFINITY}};
    static const char *const bad[] = {"", " 1", "1 ", "nan", "1e999", "1,5", "abc", "-", "1.5x", "e5", "--1", "\t2"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(lrp_parse_double(good[i].text, &value));
        check_close(value, good[i].value, 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (lrp_parse_double(bad[i], &value)) fail_msg("\"%s\" was taken for %g", bad[i], value);
}

static void integers_fractions_and_bytes_are_read(void **state)
{
    (void)state;
    int64_t integer;
    uint64_t bytes;
    double value;
    assert_true(lrp_parse_int64("-9223372036854775808", &integer) && integer == INT64_MIN);
    assert_true(lrp_parse_int64("010", &integer) && integer == 10);
    assert_false(lrp_parse_int64("9223372036854775808", &integer));
    assert_false(lrp_parse_int64("1.0", &integer));
    assert_false(lrp_parse_int64("", &integer));
    assert_true(lrp_parse_fraction("1/255", &value));
    check_close(value, 0.00392156862745098, 1e-15);
    assert_true(lrp_parse_fraction("0.5", &value) && value == .5);
    assert_false(lrp_parse_fraction("1/0", &value));
    assert_false(lrp_parse_fraction("1/", &value));
    assert_false(lrp_parse_fraction("/2", &value));
    static const struct {
        const char *text;
        uint64_t bytes;
    } sizes[] = {{"1000", 1000}, {"64k", 65536}, {"512M", 536870912}, {"2G", 2147483648u}, {"1T", 1099511627776u}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_true(lrp_parse_bytes(sizes[i].text, &bytes) && bytes == sizes[i].bytes);
    assert_false(lrp_parse_bytes("99999999999999999999", &bytes));
    assert_false(lrp_parse_bytes("18014398509481984k", &bytes));
    assert_false(lrp_parse_bytes("-1", &bytes));
    assert_false(lrp_parse_bytes("2Gx", &bytes));
    assert_false(lrp_parse_bytes("G", &bytes));
}

static void floats_are_written_as_short_as_they_read_back(void **state)
{
    (void)state;
    static const struct {
        float value;
        const char *text;
    } cases[] = {{0.1f, "0.1"},
                 {1e-6f, "1e-6"},
                 {0.25f, "0.25"},
                 {1000, "1000"},
                 {-3, "-3"},
                 {0, "0"},
                 {1e10f, "1e10"},
                 {16777216, "16777216"},
                 {1.0f / 3, "0.33333334"},
                 {INFINITY, "inf"},
                 {-INFINITY, "-inf"},
                 {NAN, "nan"}};
    char buffer[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(lrp_format_float(cases[i].value, buffer, sizeof buffer), cases[i].text);
    uint32_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 1664525u + 1013904223u;
        float value;
        memcpy(&value, &bits, sizeof value);
        lrp_format_float(value, buffer, sizeof buffer);
        if (!isnan(value) && strtof(buffer, NULL) != value) fail_msg("%a was written %s", (double)value, buffer);
    }
}

static float float_from_half(uint16_t bits)
{
    float value;
    lrp_convert_to_f32(LRP_DTYPE_FLOAT16, &bits, 1, false, &value);
    return value;
}

/* IEEE 754 binary16, from the standard's own definitions. */
static void halves_follow_ieee(void **state)
{
    (void)state;
    static const struct {
        uint16_t bits;
        float value;
    } exact[] = {{0x3C00, 1},           {0xC000, -2},       {0x7BFF, 65504},
                 {0x0400, 0x1p-14f},    {0x0001, 0x1p-24f}, {0x03FF, 0x1.ff8p-15f},
                 {0x3555, 0x1.554p-2f}, {0x7C00, INFINITY}, {0xFC00, -INFINITY}};
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        check_close((double)float_from_half(exact[i].bits), (double)exact[i].value, 0);
        assert_int_equal(lrp_half_from_float(exact[i].value), exact[i].bits);
    }
    static const struct {
        float value;
        uint16_t bits;
    } rounded[] = {{1 + 0x1p-11f, 0x3C00}, {1 + 0x3p-11f, 0x3C02}, {65519, 0x7BFF}, {65520, 0x7C00}, {0x1p-25f, 0},
                   {0x1.8p-25f, 1},        {0x1.ffep-15f, 0x0400}, {1e30f, 0x7C00}, {-0.0f, 0x8000}};
    for (size_t i = 0; i < sizeof rounded / sizeof *rounded; i++)
        assert_int_equal(lrp_half_from_float(rounded[i].value), rounded[i].bits);
    enum {
        ALL = 65536,
        ODD = 37
    }; /* so many at a time, from an odd address: by the widest instruction there is, and the rest */
    static unsigned char raw[ALL * sizeof(uint16_t) + 1];
    static float values[ALL];
    for (unsigned bits = 0; bits < ALL; bits++) memcpy(raw + 1 + bits * sizeof(uint16_t), &(uint16_t){(uint16_t)bits}, 2);
    for (size_t at = 0; at < ALL; at += ODD)
        lrp_convert_to_f32(LRP_DTYPE_FLOAT16, raw + 1 + at * 2, ALL - at < ODD ? ALL - at : ODD, false, values + at);
    for (unsigned bits = 0; bits < ALL; bits++) {
        const float value = float_from_half((uint16_t)bits);
        assert_true(isnan(value) ? isnan(values[bits]) : memcmp(&value, &values[bits], sizeof value) == 0);
        if (isnan(value))
            assert_true(isnan(float_from_half(lrp_half_from_float(value))));
        else
            assert_int_equal(lrp_half_from_float(value), bits);
    }
}

static void bfloats_are_the_upper_half_rounded_to_even(void **state)
{
    (void)state;
    assert_true(lrp_float_from_bfloat16(0x3F80) == 1 && lrp_float_from_bfloat16(0xC049) == -3.140625f);
    assert_int_equal(lrp_bfloat16_from_float(1 + 0x1p-8f), 0x3F80);
    assert_int_equal(lrp_bfloat16_from_float(1 + 0x3p-8f), 0x3F82);
    assert_int_equal(lrp_bfloat16_from_float(3.4028235e38f), 0x7F80);
    assert_true(isnan(lrp_float_from_bfloat16(lrp_bfloat16_from_float(NAN))));
}

static void every_type_is_read_at_any_alignment_and_byte_order(void **state)
{
    (void)state;
    static const struct {
        enum lrp_dtype dtype;
        unsigned char bytes[8]; /* little-endian */
        float f;
        int64_t i;
    } cases[] = {
        {LRP_DTYPE_FLOAT, {0, 0, 0x20, 0xC0}, -2.5f, -2},
        {LRP_DTYPE_DOUBLE, {0, 0, 0, 0, 0, 0, 0x04, 0xC0}, -2.5f, -2},
        {LRP_DTYPE_FLOAT16, {0x00, 0xC1}, -2.5f, -2},
        {LRP_DTYPE_BFLOAT16, {0x20, 0xC0}, -2.5f, -2},
        {LRP_DTYPE_BOOL, {7}, 1, 1},
        {LRP_DTYPE_UINT8, {200}, 200, 200},
        {LRP_DTYPE_INT8, {200}, -56, -56},
        {LRP_DTYPE_UINT16, {0xFE, 0xFF}, 65534, 65534},
        {LRP_DTYPE_INT16, {0xFE, 0xFF}, -2, -2},
        {LRP_DTYPE_UINT32, {0, 0, 0, 0x80}, 2147483648.0f, 2147483648},
        {LRP_DTYPE_INT32, {0, 0, 0, 0x80}, -2147483648.0f, -2147483648},
        {LRP_DTYPE_UINT64, {0, 0, 0, 0, 0, 0, 0, 0x80}, 0x1p63f, INT64_MIN},
        {LRP_DTYPE_INT64, {0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, -2, -2},
        {LRP_DTYPE_STRING, {1}, 0, 0},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t offset = 0; offset < 4; offset++)
            for (int swap = 0; swap < 2; swap++) {
                const size_t size = lrp_dtype_size(cases[c].dtype);
                unsigned char buffer[32] = {0};
                for (size_t e = 0; e < 2; e++)
                    for (size_t b = 0; b < size; b++) buffer[offset + e * size + b] = cases[c].bytes[swap ? size - 1 - b : b];
                float f[2];
                int64_t i[2];
                lrp_convert_to_f32(cases[c].dtype, buffer + offset, 2, swap, f);
                lrp_convert_to_i64(cases[c].dtype, buffer + offset, 2, swap, i);
                assert_true(f[0] == cases[c].f && f[1] == cases[c].f && i[0] == cases[c].i && i[1] == cases[c].i);
            }
}

static void impossible_floats_become_the_nearest_integer(void **state)
{
    (void)state;
    const float values[] = {NAN, INFINITY, -INFINITY, 1e30f, -2.9f};
    const int64_t wanted[] = {0, INT64_MAX, INT64_MIN, INT64_MAX, -2};
    int64_t got[5];
    lrp_convert_to_i64(LRP_DTYPE_FLOAT, values, 5, false, got);
    assert_memory_equal(got, wanted, sizeof got);
}

static void integers_wrap_like_c(void **state)
{
    (void)state;
    assert_int_equal(lrp_wrap_integer(LRP_DTYPE_UINT8, 300), 44);
    assert_int_equal(lrp_wrap_integer(LRP_DTYPE_INT8, 200), -56);
    assert_int_equal(lrp_wrap_integer(LRP_DTYPE_INT16, 32768), -32768);
    assert_int_equal(lrp_wrap_integer(LRP_DTYPE_UINT32, -1), 4294967295);
    assert_int_equal(lrp_wrap_integer(LRP_DTYPE_BOOL, -7), 1);
    assert_int_equal(lrp_wrap_integer(LRP_DTYPE_INT64, INT64_MIN), INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_read_strictly),
        cmocka_unit_test(integers_fractions_and_bytes_are_read),
        cmocka_unit_test(floats_are_written_as_short_as_they_read_back),
        cmocka_unit_test(halves_follow_ieee),
        cmocka_unit_test(bfloats_are_the_upper_half_rounded_to_even),
        cmocka_unit_test(every_type_is_read_at_any_alignment_and_byte_order),
        cmocka_unit_test(impossible_floats_become_the_nearest_integer),
        cmocka_unit_test(integers_wrap_like_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
