/* write.c: outputs as .npy in the type the model declares. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "backend.h"
#include "convert.h"

/* NumPy's names; it has no bfloat16, which is written as float32. */
static const char *const names[LRP_DTYPE_COUNT] = {
    [LRP_DTYPE_FLOAT] = "<f4",   [LRP_DTYPE_UINT8] = "|u1",  [LRP_DTYPE_INT8] = "|i1",   [LRP_DTYPE_UINT16] = "<u2",
    [LRP_DTYPE_INT16] = "<i2",   [LRP_DTYPE_INT32] = "<i4",  [LRP_DTYPE_INT64] = "<i8",  [LRP_DTYPE_BOOL] = "|b1",
    [LRP_DTYPE_FLOAT16] = "<f2", [LRP_DTYPE_DOUBLE] = "<f8", [LRP_DTYPE_UINT32] = "<u4", [LRP_DTYPE_UINT64] = "<u8",
    [LRP_DTYPE_BFLOAT16] = "<f4"};

/* Version 1: ten bytes, then a line that fills the header up to a multiple of 64. */
static bool write_header(FILE *file, const struct lrp_tensor *tensor)
{
    char text[512];
    int at = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", names[tensor->dtype]);
    for (int k = 0; k < tensor->shape.rank; k++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%" PRId64 ",", tensor->shape.dim[k]);
    at += snprintf(text + at, sizeof text - (size_t)at, "), }");
    while ((at + 11) % 64) text[at++] = ' ';
    text[at++] = '\n';
    const unsigned char start[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)at, (unsigned char)(at >> 8)};
    return fwrite(start, 1, sizeof start, file) == sizeof start && fwrite(text, 1, (size_t)at, file) == (size_t)at;
}

static bool write_element(FILE *file, const struct lrp_tensor *tensor, size_t i)
{
    unsigned char bytes[8];
    size_t size = lrp_dtype_size(tensor->dtype);
    if (tensor->dtype == LRP_DTYPE_FLOAT16) {
        const uint16_t half = lrp_half_from_float(tensor->f[i]);
        memcpy(bytes, &half, size);
    } else if (tensor->dtype == LRP_DTYPE_DOUBLE) {
        const double number = (double)tensor->f[i];
        memcpy(bytes, &number, size);
    } else if (lrp_dtype_is_float(tensor->dtype)) {
        size = sizeof(float);
        memcpy(bytes, &tensor->f[i], size);
    } else {
        memcpy(bytes, &tensor->i[i], size); /* little-endian: narrowing keeps the first bytes */
    }
    return fwrite(bytes, 1, size, file) == size;
}

bool write_output(const char *folder, size_t k, const struct lrp_tensor *tensor)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/output_%zu.npy", folder, k);
    mkdir(folder, 0777); /* where it is there already, opening the file tells */
    FILE *file = length < (int)sizeof path && names[tensor->dtype] ? fopen(path, "wb") : NULL;
    bool done = file && write_header(file, tensor);
    for (size_t i = 0; done && i < tensor->count; i++) done = write_element(file, tensor, i);
    return file && fclose(file) == 0 && done;
}
