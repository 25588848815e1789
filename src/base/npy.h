/* npy.h: NumPy's array files. */
#ifndef LRP_BASE_NPY_H
#define LRP_BASE_NPY_H

#include <stdio.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"

struct lrp_npy {
    enum lrp_dtype dtype; /* bool, int8..uint64, float16, float32, float64 */
    bool swapped;         /* big-endian data */
    bool fortran;         /* column-major data */
    struct lrp_shape shape;
    size_t count;
    const unsigned char *data; /* borrowed from the bytes parsed; count elements are there; any alignment */
};

/* Parses the bytes of a .npy file (versions 1, 2, 3). Hostile until parsed. Errors: LRP_FILE; the message does not
 * name the file (the caller does, with lrp_fail_context). */
enum lrp_status lrp_npy_parse(const unsigned char *bytes, size_t size, struct lrp_npy *out, struct lrp_error *err);
/* True if the bytes start like a .npy file. */
bool lrp_npy_sniff(const unsigned char *bytes, size_t size);
/* Writes an array of float32, or of int64, in row-major order, atomically. */
enum lrp_status lrp_npy_write_f32(const char *path, const struct lrp_shape *shape, const float *data, struct lrp_error *err);
enum lrp_status lrp_npy_write_i64(const char *path, const struct lrp_shape *shape, const int64_t *data, struct lrp_error *err);

#endif
