/* safetensors.h: named tensors in one file: writing and reading such files. */
#ifndef LRP_BASE_SAFETENSORS_H
#define LRP_BASE_SAFETENSORS_H

#include "lrpscope/error.h"
#include "lrpscope/shape.h"

struct lrp_safetensor {
    const char *name;
    enum lrp_dtype dtype;
    struct lrp_shape shape;
    const unsigned char *data; /* borrowed, any alignment, count * element size bytes */
    size_t count;
};

/* Whether there are tensors of this type in such files. */
bool lrp_safetensors_holds(enum lrp_dtype dtype);
/* Writes tensors (of types that such files hold) and string metadata (key, value pairs; may be NULL) atomically; the data
 * starts 8-byte aligned. */
enum lrp_status lrp_safetensors_write(const char *path, const struct lrp_safetensor *tensors, size_t count,
                                      const char *const *metadata, size_t pairs, struct lrp_error *err);
/* Parses a file's bytes. *out is an array of *count entries in file order (names and array owned: lrp_safetensors_free).
 * Errors: LRP_FILE; the message does not name the file. */
enum lrp_status lrp_safetensors_parse(const unsigned char *bytes, size_t size, struct lrp_safetensor **out, size_t *count,
                                      struct lrp_error *err);
void lrp_safetensors_free(struct lrp_safetensor *tensors, size_t count);

#endif
