/* test_arrays.c: .npy and safetensors files. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "mapping.h"
#include "npy.h"
#include "safetensors.h"
#include "temporary.h"
#include "text.h"

/* A file as NumPy's format document describes it. */
static struct lrp_text make_npy(int version, const char *header, size_t data)
{
    struct lrp_text file = {0};
    const size_t length = strlen(header);
    lrp_text_append_n(&file, "\x93NUMPY", 6);
    const char preamble[] = {(char)version, 0, (char)length, (char)(length >> 8), 0, 0};
    lrp_text_append_n(&file, preamble, version == 1 ? 4 : 6);
    lrp_text_append(&file, header);
    for (size_t i = 0; i < data; i++) lrp_text_append_n(&file, &(char){(char)i}, 1);
    return file;
}

static void every_kind_of_npy_is_understood(void **state)
{
    (void)state;
    static const struct {
        int version;
        const char *header;
        size_t data;
        enum lrp_dtype dtype;
        bool swapped, fortran;
        struct lrp_shape shape;
    } cases[] = {
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24, LRP_DTYPE_FLOAT, false, false, {2, {2, 3}}},
        {2, "{'descr': '>f8', 'fortran_order': True, 'shape': (2,), }   \n", 16, LRP_DTYPE_DOUBLE, true, true, {1, {2}}},
        {3, "{\"shape\": (), \"descr\": \"|u1\", \"fortran_order\": False}", 1, LRP_DTYPE_UINT8, false, false, {0, {0}}},
        {1, "{'descr':'|b1','fortran_order':False,'shape':(1L,4L)}", 4, LRP_DTYPE_BOOL, false, false, {2, {1, 4}}},
        {1, "{'descr': '<f2', 'fortran_order': False, 'shape': (0, 5), }", 0, LRP_DTYPE_FLOAT16, false, false, {2, {0, 5}}},
        {1, "{'descr': '=i8', 'fortran_order': False, 'shape': (1,), }", 9, LRP_DTYPE_INT64, false, false, {1, {1}}},
        {1,
         "{'descr': '>i2', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,2), }",
         4,
         LRP_DTYPE_INT16,
         true,
         false,
         {8, {1, 1, 1, 1, 1, 1, 1, 2}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_text file = make_npy(cases[i].version, cases[i].header, cases[i].data);
        struct lrp_npy npy;
        struct lrp_error err;
        assert_true(lrp_npy_sniff((const unsigned char *)file.data, file.length));
        check_ok(lrp_npy_parse((const unsigned char *)file.data, file.length, &npy, &err), &err);
        assert_int_equal(npy.dtype, cases[i].dtype);
        assert_int_equal(npy.swapped, cases[i].swapped);
        assert_int_equal(npy.fortran, cases[i].fortran);
        assert_true(lrp_shape_equal(&npy.shape, &cases[i].shape));
        assert_ptr_equal(npy.data, file.data + file.length - cases[i].data);
        lrp_text_free(&file);
    }
}

static void damaged_npy_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        int version;
        const char *header;
        size_t data;
        const char *message;
    } cases[] = {
        {4, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8, "version 4"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8, "truncated"},
        {1, "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "<c8"},
        {1, "{'descr': '<U1x', 'fortran_order': False, 'shape': (1,), }", 8, "<U1x"},
        {1, "{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", 8, "truncated"},
        {1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4, "fields"},
        {1, "{'descr': '<f4', 'fortran_order': False, }", 8, "damaged"},
        {1, "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }", 8, "damaged"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, "shape"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 8, "shape"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", 8, "shape"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8, "shape"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), ", 8, "damaged"},
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, "damaged"},
        {1, "", 0, "damaged"},
    };
    struct lrp_npy npy;
    struct lrp_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_text file = make_npy(cases[i].version, cases[i].header, cases[i].data);
        check_fails(lrp_npy_parse((const unsigned char *)file.data, file.length, &npy, &err), &err, LRP_FILE, cases[i].message);
        lrp_text_free(&file);
    }
    check_fails(lrp_npy_parse((const unsigned char *)"P5 1 1", 6, &npy, &err), &err, LRP_FILE, "not a .npy");
}

/* What NumPy 2 writes of [["a", "b" and an accented e], ["a", ""]]. */
static const struct {
    const char *descr, *data;
    size_t size;
} texts[] = {
    {"<U2",
     "a\x00\x00\x00\x00\x00\x00\x00"
     "b\x00\x00\x00\xe9\x00\x00\x00"
     "a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
     32},
    {">U2",
     "\x00\x00\x00"
     "a\x00\x00\x00\x00\x00\x00\x00"
     "b\x00\x00\x00\xe9\x00\x00\x00"
     "a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
     32},
    {"|S3",
     "a\x00\x00"
     "b\xc3\xa9"
     "a\x00\x00\x00\x00\x00",
     12},
    {"|O",
     "\x80\x03"
     "cnumpy._core.multiarray\x0a_reconstruct\x0aq\x00"
     "cnumpy\x0andarray\x0aq\x01K\x00\x85q\x02"
     "C\x01"
     "bq\x03\x87q\x04Rq\x05(K\x01K\x02K\x02\x86q\x06"
     "cnumpy\x0a"
     "dtype\x0aq\x07X\x02\x00\x00\x00O8q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\x00\x00\x00|"
     "q\x0bNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftq\x0c"
     "b\x89]q\x0d(X\x01\x00\x00\x00"
     "aq\x0eX\x03\x00\x00\x00"
     "b\xc3\xa9q\x0fh\x0eX\x00\x00\x00\x00q\x10"
     "etq\x11"
     "b.",
     184},
    {"|O",
     "\x80\x04\x95\x9b\x00\x00\x00\x00\x00\x00\x00\x8c\x16numpy._core.multiarray\x94\x8c\x0c_"
     "reconstruct\x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\x00\x85\x94"
     "C\x01"
     "b\x94\x87\x94R\x94(K\x01K\x02K\x02\x86\x94h\x03\x8c\x05"
     "dtype\x94\x93\x94\x8c\x02O8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ft\x94"
     "b\x89]\x94(\x8c\x01"
     "a\x94\x8c\x03"
     "b\xc3\xa9\x94h\x13\x8c\x00\x94"
     "et\x94"
     "b.",
     166},
};

static enum lrp_status expect_text(void *to, size_t i, const char *text, size_t length, struct lrp_error *err)
{
    static const char *const wanted[] = {"a", "b\xc3\xa9", "a", ""};
    (void)err;
    assert_int_equal(i, (*(size_t *)to)++);
    assert_int_equal(length, strlen(wanted[i]));
    assert_memory_equal(text, wanted[i], length);
    return LRP_OK;
}

static enum lrp_status ignore_text(void *to, size_t i, const char *text, size_t length, struct lrp_error *err)
{
    (void)to, (void)i, (void)text, (void)length, (void)err;
    return LRP_OK;
}

static struct lrp_text text_file(size_t k)
{
    char header[100];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (2, 2), }", texts[k].descr);
    struct lrp_text file = make_npy(1, header, 0);
    lrp_text_append_n(&file, texts[k].data, texts[k].size);
    return file;
}

static void texts_of_every_kind_are_read(void **state)
{
    (void)state;
    struct lrp_error err = {0};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct lrp_text file = text_file(k);
        struct lrp_npy npy;
        size_t count = 0;
        check_ok(lrp_npy_parse((const unsigned char *)file.data, file.length, &npy, &err), &err);
        assert_int_equal(npy.dtype, LRP_DTYPE_STRING);
        check_ok(lrp_npy_texts(&npy, expect_text, &count, &err), &err);
        assert_int_equal(count, 4);
        lrp_text_free(&file);
    }
}

static enum lrp_status read_texts(const unsigned char *file, size_t size)
{
    struct lrp_npy npy;
    const enum lrp_status status = lrp_npy_parse(file, size, &npy, NULL);
    return status ? status : lrp_npy_texts(&npy, ignore_text, NULL, NULL);
}

/* Cut off anywhere they are refused; with any byte changed they may be other texts, and nothing worse. */
static void damaged_texts_do_no_harm(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        struct lrp_text file = text_file(k);
        unsigned char *changed = malloc(file.length);
        const size_t pickled = strcmp(texts[k].descr, "|O") == 0 ? 4 : 0; /* what closes the tuple around the list */
        assert_non_null(changed);
        for (size_t at = file.length - texts[k].size; at < file.length; at++) {
            unsigned char *cut = malloc(at);
            assert_non_null(cut);
            memcpy(cut, file.data, at);
            if (at + pickled < file.length) assert_int_equal(read_texts(cut, at), LRP_FILE);
            free(cut);
            for (int to = 0; to < 256; to++) {
                memcpy(changed, file.data, file.length);
                changed[at] = (unsigned char)to;
                (void)read_texts(changed, file.length);
            }
        }
        free(changed);
        lrp_text_free(&file);
    }
}

static void objects_that_are_no_texts_are_refused(void **state)
{
    (void)state;
    static const char numbers[] =
        "\x80\x04\x95\x8e\x00\x00\x00\x00\x00\x00\x00\x8c\x16numpy._core.multiarray\x94\x8c\x0c_"
        "reconstruct\x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\x00\x85\x94"
        "C\x01"
        "b\x94\x87\x94R\x94(K\x01K\x02\x85\x94h\x03\x8c\x05"
        "dtype\x94\x93\x94\x8c\x02O8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ft\x94"
        "b\x89]\x94(K\x01K\x02"
        "et\x94"
        "b."; /* np.array([1, 2], dtype=object) */
    struct lrp_text file = make_npy(1, "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 0);
    struct lrp_error err = {0};
    struct lrp_npy npy;
    lrp_text_append_n(&file, numbers, sizeof numbers - 1);
    check_ok(lrp_npy_parse((const unsigned char *)file.data, file.length, &npy, &err), &err);
    check_fails(lrp_npy_texts(&npy, ignore_text, NULL, &err), &err, LRP_FILE, "no texts");
    lrp_text_free(&file);
}

static void written_texts_are_read_again(void **state)
{
    const char *const words[] = {"a", "b\xc3\xa9", "a", ""};
    const char *path = temporary_path(state, "t.npy");
    struct lrp_mapping file = {0};
    struct lrp_error err = {0};
    struct lrp_npy npy;
    size_t count = 0;
    check_ok(lrp_npy_write_texts(path, &(struct lrp_shape){2, {2, 2}}, words, &err), &err);
    check_ok(lrp_mapping_open(path, &file, &err), &err);
    check_ok(lrp_npy_parse(file.data, file.size, &npy, &err), &err);
    assert_int_equal(npy.width, texts[0].size / 4);
    assert_memory_equal(npy.data, texts[0].data, texts[0].size); /* as NumPy has them */
    check_ok(lrp_npy_texts(&npy, expect_text, &count, &err), &err);
    lrp_mapping_close(&file);
}

static void a_npy_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct lrp_text file = make_npy(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
    struct lrp_npy npy;
    for (size_t size = 0; size < file.length; size++) {
        unsigned char *cut = malloc(size + !size); /* of its own, so that reading on is noticed */
        memcpy(cut, file.data, size);
        assert_int_equal(lrp_npy_parse(cut, size, &npy, NULL), LRP_FILE);
        free(cut);
    }
    lrp_text_free(&file);
}

/* Byte for byte what numpy.save of numpy 1.24 writes. */
static void npy_is_written_as_numpy_writes_it(void **state)
{
    static const struct {
        struct lrp_shape shape;
        const char *text;
    } cases[] = {{{2, {1, 2}}, "(1, 2)"}, {{1, {2}}, "(2,)"}, {{0, {0}}, "()"}, {{3, {1, 0, 2}}, "(1, 0, 2)"}};
    const float data[] = {1, -2};
    const char *path = temporary_path(state, "a.npy");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_error err;
        struct lrp_mapping file;
        char header[119];
        const size_t bytes = (size_t)lrp_shape_count(&cases[i].shape) * 4;
        check_ok(lrp_npy_write_f32(path, &cases[i].shape, data, &err), &err);
        check_ok(lrp_mapping_open(path, &file, &err), &err);
        assert_int_equal(file.size, 128 + bytes);
        assert_memory_equal(file.data, "\x93NUMPY\x01\x00\x76\x00", 10);
        const int n = snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", cases[i].text);
        memset(header + n, ' ', sizeof header - 1 - (size_t)n);
        header[117] = '\n';
        assert_memory_equal(file.data + 10, header, 118);
        assert_memory_equal(file.data + 128, data, bytes);
        lrp_mapping_close(&file);
    }
    struct lrp_error err;
    check_fails(lrp_npy_write_f32(path, &(struct lrp_shape){1, {-1}}, data, &err), &err, LRP_FILE, "a.npy");
}

static void safetensors_are_read_back(void **state)
{
    static const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {-1};
    static const char *const metadata[] = {"format", "lrpscope", "quote", "\"\n"};
    const struct lrp_safetensor tensors[] = {
        {.name = "b.bias", .dtype = LRP_DTYPE_FLOAT, .shape = {2, {2, 3}}, .data = (const unsigned char *)a, .count = 6},
        {.name = "a/\"weight\"", .dtype = LRP_DTYPE_FLOAT, .shape = {0, {0}}, .data = (const unsigned char *)b, .count = 1},
        {.name = "empty", .dtype = LRP_DTYPE_FLOAT, .shape = {1, {0}}, .data = NULL, .count = 0}};
    struct lrp_error err;
    struct lrp_mapping file;
    struct lrp_safetensor *back;
    size_t count;
    const char *path = temporary_path(state, "a.safetensors");
    check_ok(lrp_safetensors_write(path, tensors, 3, metadata, 2, &err), &err);
    check_ok(lrp_mapping_open(path, &file, &err), &err);
    check_ok(lrp_safetensors_parse(file.data, file.size, &back, &count, &err), &err);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(back[i].name, tensors[i].name);
        assert_true(lrp_shape_equal(&back[i].shape, &tensors[i].shape));
        assert_int_equal(back[i].count, tensors[i].count);
        if (back[i].count) assert_memory_equal(back[i].data, tensors[i].data, back[i].count * 4);
    }
    assert_int_equal((size_t)(back[0].data - file.data) % 8, 0);
    lrp_safetensors_free(back, count);
    lrp_mapping_close(&file);
}

static void damaged_safetensors_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header, *message;
    } cases[] = {
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", "truncated"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", "do not fit"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", "data_offsets"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "data_offsets"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", "data_offsets"},
        {"{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,8]}}", "dtype"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "shape"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", "shape"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1e15,1e15],\"data_offsets\":[0,8]}}", "shape"},
        {"{\"a\":3}", "dtype"},
        {"[1]", "not an object"},
        {"{", "damaged"},
    };
    struct lrp_error err;
    struct lrp_safetensor *tensors;
    size_t count;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lrp_text file = {0};
        const uint64_t length = strlen(cases[i].header);
        lrp_text_append_n(&file, (const char *)&length, 8);
        lrp_text_append(&file, cases[i].header);
        lrp_text_append_n(&file, "12345678", 8);
        check_fails(lrp_safetensors_parse((const unsigned char *)file.data, file.length, &tensors, &count, &err), &err,
                    LRP_FILE, cases[i].message);
        assert_null(tensors);
        lrp_text_free(&file);
    }
    check_fails(lrp_safetensors_parse((const unsigned char *)"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, &tensors, &count, &err),
                &err, LRP_FILE, "truncated");
    check_fails(lrp_safetensors_parse((const unsigned char *)"abc", 3, &tensors, &count, &err), &err, LRP_FILE, "3 bytes");
}

/* Written by the safetensors package itself; 16 tensors by Python's json module. The values must fill the file exactly. */
static void foreign_safetensors_are_read(void **state)
{
    (void)state;
    struct lrp_mapping file;
    struct lrp_safetensor *tensors;
    size_t count, values = 0;
    struct lrp_error err;
    if (lrp_mapping_open("../shared/models/fashion/vgg.safetensors", &file, NULL) != LRP_OK) skip();
    check_ok(lrp_safetensors_parse(file.data, file.size, &tensors, &count, &err), &err);
    for (size_t i = 0; i < count; i++) values += tensors[i].count;
    assert_int_equal(count, 16);
    assert_int_equal(values * 4 + 8 + (size_t)file.data[0] + ((size_t)file.data[1] << 8), file.size);
    lrp_safetensors_free(tensors, count);
    lrp_mapping_close(&file);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_setup, temporary_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_npy_is_understood),
        cmocka_unit_test(damaged_npy_files_are_refused),
        cmocka_unit_test(a_npy_cut_anywhere_is_refused),
        cmocka_unit_test(texts_of_every_kind_are_read),
        cmocka_unit_test(damaged_texts_do_no_harm),
        cmocka_unit_test(objects_that_are_no_texts_are_refused),
        IN_FOLDER(written_texts_are_read_again),
        IN_FOLDER(npy_is_written_as_numpy_writes_it),
        IN_FOLDER(safetensors_are_read_back),
        cmocka_unit_test(damaged_safetensors_are_refused),
        cmocka_unit_test(foreign_safetensors_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
