/* npy.h: NumPy's array files. */
#ifndef LRP_BASE_NPY_H
#define LRP_BASE_NPY_H

#include <stdio.h>

#include "lrpscope/error.h"
#include "lrpscope/shape.h"
#include "text.h"

struct lrp_npy {
    enum lrp_dtype dtype; /* bool, int8..uint64, float16, float32, float64; texts */
    bool swapped;         /* big-endian data */
    bool fortran;         /* column-major data */
    struct lrp_shape shape;
    size_t count;
    const unsigned char *data; /* borrowed from the bytes parsed; count elements are there; any alignment */
    char letters;              /* of texts: 'U', 'S' or 'O', as NumPy has it */
    size_t width, bytes;       /* of texts: bytes of one (U, S), of everything behind the header */
};

/* Parses the bytes of a .npy file (versions 1, 2, 3). Hostile until parsed. Errors: LRP_FILE; the message does not
 * name the file (the caller does, with lrp_fail_context). */
enum lrp_status lrp_npy_parse(const unsigned char *bytes, size_t size, struct lrp_npy *out, struct lrp_error *err);
/* True if the bytes start like a .npy file. */
bool lrp_npy_sniff(const unsigned char *bytes, size_t size);
/* Takes all texts of an array of texts, one after the other, as UTF-8; `text` lives as long as the call. Errors: LRP_FILE if
 * they are none, LRP_MEMORY, what `take` returns. */
typedef enum lrp_status (*lrp_npy_text_fn)(void *to, size_t i, const char *text, size_t length, struct lrp_error *err);
enum lrp_status lrp_npy_texts(const struct lrp_npy *npy, lrp_npy_text_fn take, void *to, struct lrp_error *err);
/* What stands before the float32 numbers of an array of that shape, appended: for files that are written row by row. */
void lrp_npy_header_f32(const struct lrp_shape *shape, struct lrp_text *out);
/* Writes an array of float32, or of int64, or of texts, in row-major order, atomically. */
enum lrp_status lrp_npy_write_f32(const char *path, const struct lrp_shape *shape, const float *data, struct lrp_error *err);
enum lrp_status lrp_npy_write_i64(const char *path, const struct lrp_shape *shape, const int64_t *data, struct lrp_error *err);
enum lrp_status lrp_npy_write_texts(const char *path, const struct lrp_shape *shape, const char *const *texts,
                                    struct lrp_error *err);
/* Likewise of elements of any kind, of `element` bytes, which NumPy calls `descr`. */
enum lrp_status lrp_npy_write(const char *path, const char *descr, size_t element, const struct lrp_shape *shape,
                              const void *data, struct lrp_error *err);

#endif
